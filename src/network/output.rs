//! The output function f that reads the last layer: u(x, T) = f(x).

use nalgebra::DMatrix;

use super::activation::{sigmoid, softmax};

/// What turns the last layer's values into the network's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputFunction {
    /// The values themselves (regression, or logits).
    #[default]
    Identity,
    /// Class probabilities that sum to 1.
    Softmax,
    /// A probability for each coordinate.
    Sigmoid,
    /// 1 for the largest coordinate (the first of equals), 0 for the others.
    Argmax,
    /// Logarithms of class probabilities.
    LogSoftmax,
}

impl OutputFunction {
    /// Every output function, in the order in which menus show them.
    pub const ALL: [OutputFunction; 5] = [
        OutputFunction::Identity,
        OutputFunction::Softmax,
        OutputFunction::Sigmoid,
        OutputFunction::Argmax,
        OutputFunction::LogSoftmax,
    ];

    /// The name used in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            OutputFunction::Identity => "identity",
            OutputFunction::Softmax => "softmax",
            OutputFunction::Sigmoid => "sigmoid",
            OutputFunction::Argmax => "argmax",
            OutputFunction::LogSoftmax => "log_softmax",
        }
    }

    /// The output function of this name.
    pub fn from_name(name: &str) -> Option<OutputFunction> {
        OutputFunction::ALL.into_iter().find(|output| output.name() == name)
    }

    /// Applies f in place to one vector of the last layer.
    pub fn apply(self, vector: &mut [f64]) {
        match self {
            OutputFunction::Identity => {}
            OutputFunction::Softmax => softmax(vector),
            OutputFunction::Sigmoid => vector.iter_mut().for_each(|x| *x = sigmoid(*x)),
            OutputFunction::Argmax => {
                let winner = largest_index(vector);
                vector.iter_mut().enumerate().for_each(|(i, x)| *x = f64::from(u8::from(i == winner)));
            }
            // x − m − ln Σ e^{x − m}, m the largest, so that nothing overflows.
            OutputFunction::LogSoftmax => {
                let largest = vector.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let logarithm = vector.iter().map(|x| (x - largest).exp()).sum::<f64>().ln();
                vector.iter_mut().for_each(|x| *x = *x - largest - logarithm);
            }
        }
    }

    /// Applies f to each column of `points` (outputs × samples).
    pub fn apply_columns(self, points: &mut DMatrix<f64>) {
        points.column_iter_mut().for_each(|mut column| self.apply(column.as_mut_slice()));
    }

    /// The predicted class of one vector of the last layer (before f).
    ///
    /// With several outputs the largest wins, the first of equals. A single output is the logit of class 1 under
    /// `sigmoid` (class 1 from 0 up) and a probability otherwise (class 1 from ½ up).
    pub fn predicted_class(self, last_layer: &[f64]) -> usize {
        match (last_layer, self) {
            ([logit], OutputFunction::Sigmoid) => usize::from(*logit >= 0.0),
            ([probability], _) => usize::from(*probability >= 0.5),
            _ => largest_index(last_layer),
        }
    }
}

fn largest_index(vector: &[f64]) -> usize {
    let mut winner = 0;
    for (i, x) in vector.iter().enumerate() {
        if *x > vector[winner] {
            winner = i;
        }
    }
    winner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for output in OutputFunction::ALL {
            assert_eq!(OutputFunction::from_name(output.name()), Some(output));
        }
    }

    #[test]
    fn argmax_takes_the_first_of_equals() {
        let mut vector = [1.0, 3.0, 3.0];
        OutputFunction::Argmax.apply(&mut vector);
        assert_eq!(vector, [0.0, 1.0, 0.0]);
    }

    #[test]
    fn logarithms_of_probabilities_do_not_overflow() {
        let mut vector = [1000.0, 999.0, -1000.0];
        OutputFunction::LogSoftmax.apply(&mut vector);
        let expected = -(-1.0_f64).exp().ln_1p();
        assert!((vector[0] - expected).abs() < 1e-12 && (vector[1] - expected + 1.0).abs() < 1e-12, "{vector:?}");
        assert!((vector[2] + 2000.0).abs() < 1.0);
    }

    #[test]
    fn single_outputs_are_thresholded() {
        assert_eq!(OutputFunction::Sigmoid.predicted_class(&[-0.1]), 0);
        assert_eq!(OutputFunction::Sigmoid.predicted_class(&[0.1]), 1);
        assert_eq!(OutputFunction::Identity.predicted_class(&[0.4]), 0);
        assert_eq!(OutputFunction::Softmax.predicted_class(&[0.4, 0.1, 0.9]), 2);
    }
}
