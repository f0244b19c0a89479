//! The parameters of activations by name, as files write them.

use super::Activation;

impl Activation {
    /// The parameters that a file must keep, with their names: `negative_slope`, `alpha`, …; none for most.
    pub fn parameters(self) -> Vec<(&'static str, f64)> {
        match self {
            Activation::LeakyRelu { negative_slope } => vec![("negative_slope", negative_slope)],
            Activation::Elu { alpha } | Activation::Celu { alpha } => vec![("alpha", alpha)],
            Activation::RELU6 => Vec::new(),
            Activation::HardTanh { low, high } => vec![("low", low), ("high", high)],
            Activation::HardSigmoid { slope, shift } => vec![("slope", slope), ("shift", shift)],
            Activation::SoftShrink { lambda } | Activation::HardShrink { lambda } => vec![("lambda", lambda)],
            Activation::Swish { beta } => vec![("beta", beta)],
            Activation::Squareplus { b } => vec![("b", b)],
            Activation::ThresholdedRelu { threshold } => vec![("threshold", threshold)],
            _ => Vec::new(),
        }
    }

    /// The same activation with other parameters; `given` answers the value of a parameter's name where there is one.
    pub fn with_parameters(self, given: impl Fn(&str) -> Option<f64>) -> Activation {
        let or = |name: &str, usual: f64| given(name).unwrap_or(usual);
        match self {
            Activation::LeakyRelu { negative_slope } => {
                Activation::LeakyRelu { negative_slope: or("negative_slope", negative_slope) }
            }
            Activation::Elu { alpha } => Activation::Elu { alpha: or("alpha", alpha) },
            Activation::Celu { alpha } => Activation::Celu { alpha: or("alpha", alpha) },
            Activation::RELU6 => Activation::RELU6,
            Activation::HardTanh { low, high } => Activation::HardTanh { low: or("low", low), high: or("high", high) },
            Activation::HardSigmoid { slope, shift } => {
                Activation::HardSigmoid { slope: or("slope", slope), shift: or("shift", shift) }
            }
            Activation::SoftShrink { lambda } => Activation::SoftShrink { lambda: or("lambda", lambda) },
            Activation::HardShrink { lambda } => Activation::HardShrink { lambda: or("lambda", lambda) },
            Activation::Swish { beta } => Activation::Swish { beta: or("beta", beta) },
            Activation::Squareplus { b } => Activation::Squareplus { b: or("b", b) },
            Activation::ThresholdedRelu { threshold } => {
                Activation::ThresholdedRelu { threshold: or("threshold", threshold) }
            }
            other => other,
        }
    }
}
