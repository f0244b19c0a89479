//! What training makes small: the distance of the network's answers from the labels.

use crate::network::{OutputFunction, sigmoid, softmax};

use super::TrainingError;
use super::data::Targets;

/// How the distance of an answer from its label is measured; the mean over the samples is the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loss {
    /// −ln of the probability that softmax gives the class; with sigmoid outputs, the sum of −ln of the probability of the
    /// right answer of each output.
    #[default]
    CrossEntropy,
    /// ½‖f(x) − y‖², y the unit vector of the class, or the value.
    SquaredError,
}

impl Loss {
    /// Every loss, in the order in which menus show them.
    pub const ALL: [Loss; 2] = [Loss::CrossEntropy, Loss::SquaredError];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Loss::CrossEntropy => "cross-entropy",
            Loss::SquaredError => "squared-error",
        }
    }

    /// What it is, with its factors, as it is printed.
    pub fn rule(self) -> &'static str {
        match self {
            Loss::CrossEntropy => {
                "−ln of the probability of the right class (behind sigmoid the sum of −ln over the outputs), the mean over \
                 the samples"
            }
            Loss::SquaredError => "½‖f(x) − y‖², the mean over the samples",
        }
    }

    /// The loss of this name.
    pub fn from_name(name: &str) -> Option<Loss> {
        Loss::ALL.into_iter().find(|loss| loss.name() == name)
    }

    /// The loss that goes with an output function.
    pub fn of_output(output: OutputFunction) -> Loss {
        match output {
            OutputFunction::Softmax | OutputFunction::LogSoftmax | OutputFunction::Sigmoid => Loss::CrossEntropy,
            OutputFunction::Identity | OutputFunction::Argmax => Loss::SquaredError,
        }
    }

    /// Whether this loss has a gradient behind the output function.
    ///
    /// # Errors
    /// If it has none: cross-entropy needs probabilities, and argmax is flat almost everywhere.
    pub fn check(self, output: OutputFunction) -> Result<(), TrainingError> {
        let (fits, needed) = match self {
            Loss::CrossEntropy => (Loss::of_output(output) == Loss::CrossEntropy, "softmax, log_softmax or sigmoid"),
            Loss::SquaredError => {
                let has_slope = !matches!(output, OutputFunction::Argmax | OutputFunction::LogSoftmax);
                (has_slope, "identity, softmax or sigmoid")
            }
        };
        let refusal = TrainingError::Loss { loss: self.name(), needed, output: output.name() };
        if fits { Ok(()) } else { Err(refusal) }
    }

    /// The loss of one sample of which the network gives `answer`, behind its output function; `target` is what each
    /// output should be. A probability that underflowed counts as the least positive number, so that the loss is finite.
    pub fn of_answer(self, output: OutputFunction, answer: &[f64], target: impl Fn(usize) -> f64) -> f64 {
        let negative_log = |p: f64| -p.max(f64::MIN_POSITIVE).ln();
        let loss = |(position, f): (usize, &f64)| {
            let y = target(position);
            match (self, output) {
                (Loss::CrossEntropy, OutputFunction::LogSoftmax) => -y * f,
                (Loss::CrossEntropy, OutputFunction::Sigmoid) => {
                    y * negative_log(*f) + (1.0 - y) * negative_log(1.0 - f)
                }
                (Loss::CrossEntropy, _) => y * negative_log(*f),
                (Loss::SquaredError, _) => 0.5 * (f - y).powi(2),
            }
        };
        answer.iter().enumerate().map(loss).sum()
    }

    /// The loss of one sample, whose last layer `z` becomes its gradient ∂loss/∂z.
    ///
    /// Behind softmax and behind sigmoid the gradient of cross-entropy is f(z) − y. Squared error pulls f(z) − y back
    /// through the slope of f.
    pub(crate) fn backward(self, output: OutputFunction, targets: &Targets, sample: usize, z: &mut [f64]) -> f64 {
        let single = z.len() == 1;
        let target = |position: usize| targets.value(sample, position, single);
        match (self, output) {
            (Loss::CrossEntropy, OutputFunction::Softmax | OutputFunction::LogSoftmax) => {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let chosen: f64 = z.iter().enumerate().map(|(position, x)| target(position) * (x - largest)).sum();
                let loss = z.iter().map(|x| (x - largest).exp()).sum::<f64>().ln() - chosen;
                softmax(z);
                z.iter_mut().enumerate().for_each(|(position, p)| *p -= target(position));
                loss
            }
            (Loss::CrossEntropy, _) => {
                let mut loss = 0.0;
                for (position, x) in z.iter_mut().enumerate() {
                    // ln(1 + eˣ) − y·x, whose first term is written so that it neither overflows nor loses its tail.
                    loss += x.max(0.0) + (-x.abs()).exp().ln_1p() - target(position) * *x;
                    *x = sigmoid(*x) - target(position);
                }
                loss
            }
            (Loss::SquaredError, _) => {
                output.apply(z);
                let loss = z.iter().enumerate().map(|(position, f)| 0.5 * (f - target(position)).powi(2)).sum();
                let mean = match output {
                    OutputFunction::Softmax => {
                        z.iter().enumerate().map(|(position, f)| f * (f - target(position))).sum()
                    }
                    _ => 0.0,
                };
                for (position, x) in z.iter_mut().enumerate() {
                    let (f, distance) = (*x, *x - target(position));
                    *x = match output {
                        OutputFunction::Softmax => f * (distance - mean),
                        OutputFunction::Sigmoid => distance * f * (1.0 - f),
                        OutputFunction::Identity | OutputFunction::Argmax | OutputFunction::LogSoftmax => distance,
                    };
                }
                loss
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_of_an_answer_is_the_one_that_is_trained() {
        let last_layer = [0.3, -1.2, 2.0];
        for output in OutputFunction::ALL {
            for loss in Loss::ALL.into_iter().filter(|loss| loss.check(output).is_ok()) {
                for (targets, outputs) in [
                    (Targets::Classes(vec![2]), 3),
                    (Targets::Classes(vec![1]), 1),
                    (Targets::Classes(vec![0]), 1),
                    (Targets::Values(vec![0.4]), 1),
                ] {
                    let is_alone = outputs == 1;
                    // One probability among one is no answer.
                    if is_alone && matches!(output, OutputFunction::Softmax | OutputFunction::LogSoftmax) {
                        continue;
                    }
                    let mut z = last_layer[..outputs].to_vec();
                    let mut answer = z.clone();
                    output.apply(&mut answer);
                    let trained = loss.backward(output, &targets, 0, &mut z);
                    let shown = loss.of_answer(output, &answer, |position| targets.value(0, position, is_alone));
                    assert!((shown - trained).abs() < 1e-12, "{loss:?} {output:?} {targets:?}: {shown} {trained}");
                }
            }
        }
    }

    #[test]
    fn a_probability_of_zero_has_a_finite_loss() {
        let loss = Loss::CrossEntropy.of_answer(OutputFunction::Softmax, &[1.0, 0.0], |position| position as f64);
        assert!(loss.is_finite() && loss > 700.0);
    }
}
