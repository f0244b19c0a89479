//! What a network was trained for, where its file tells it: it changes no answer, but tells what the answers are meant as.

use std::fmt;

/// What a training made small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// −y·ln p − (1 − y)·ln(1 − p), each output by itself.
    BinaryCrossEntropy,
    /// −ln p of the class, classes as vectors of 0 and 1.
    CategoricalCrossEntropy,
    /// −ln p of the class, classes as numbers.
    SparseCrossEntropy,
    /// The squared difference.
    SquaredError,
    /// The absolute difference, or another measure of how far a value is off.
    AbsoluteError,
    /// How far an answer is from the right side of a margin.
    Hinge,
}

impl Loss {
    /// The name in sentences.
    pub fn name(self) -> &'static str {
        match self {
            Loss::BinaryCrossEntropy => "binary cross-entropy",
            Loss::CategoricalCrossEntropy => "categorical cross-entropy",
            Loss::SparseCrossEntropy => "sparse categorical cross-entropy",
            Loss::SquaredError => "the squared error",
            Loss::AbsoluteError => "the absolute error",
            Loss::Hinge => "the hinge loss",
        }
    }

    /// Whether it takes the answers of one sample for shares of 1.
    pub fn takes_shares(self) -> bool {
        matches!(self, Loss::CategoricalCrossEntropy | Loss::SparseCrossEntropy)
    }

    /// Whether it measures how far a value is off.
    pub fn is_of_values(self) -> bool {
        matches!(self, Loss::SquaredError | Loss::AbsoluteError)
    }
}

/// The loss, and what made it small.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Objective {
    /// The loss; `None` where it is not told, or is none of those known.
    pub loss: Option<Loss>,
    /// Whether the loss applies softmax or sigmoid to the answers itself.
    pub of_logits: bool,
    /// The optimiser's name.
    pub optimiser: Option<String>,
    /// The learning rate, at the beginning where it changed.
    pub rate: Option<f64>,
}

/// `SGD with a learning rate of 0.1`.
impl fmt::Display for Objective {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.optimiser.as_deref().unwrap_or("an optimiser"))?;
        match self.rate {
            // Rates are kept in 32 bits, whose digits beyond are none.
            Some(rate) => write!(formatter, " with a learning rate of {}", rate as f32),
            None => Ok(()),
        }
    }
}
