//! The activations among PyTorch's modules, with their settings.

use super::module::Module;
use crate::formats::GraphProblem;
use crate::network::{Activation, DEFAULT_ALPHA, DEFAULT_NEGATIVE_SLOPE, OutputFunction};

/// From this value on softplus and the line that PyTorch takes in its place differ by less than 3·10⁻⁹.
const MIN_THRESHOLD: f64 = 20.0;

/// What a module does to each value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Activated {
    /// σ(`inner`·x)/`inner`.
    Each { activation: Activation, inner: f64 },
    /// A function of the whole vector that only reads the last layer.
    Output(OutputFunction),
}

impl From<Activation> for Activated {
    fn from(activation: Activation) -> Activated {
        Activated::Each { activation, inner: 1.0 }
    }
}

/// The activation that the module is; `None` where it is none, or one with weights.
pub(super) fn of_module(module: &Module<'_>) -> Result<Option<Activated>, GraphProblem> {
    if !module.is_of_library() {
        return Ok(None);
    }
    let or = |name: &str, usual: f64| module.number(name).unwrap_or(usual);
    let activation = match module.class.as_str() {
        "ReLU" => Activation::Relu,
        "LeakyReLU" => Activation::LeakyRelu { negative_slope: or("negative_slope", DEFAULT_NEGATIVE_SLOPE) },
        // Once training is over its slope is the mean of those that it draws.
        "RReLU" => Activation::LeakyRelu { negative_slope: 0.5 * (or("lower", 0.125) + or("upper", 1.0 / 3.0)) },
        "ELU" => Activation::Elu { alpha: or("alpha", DEFAULT_ALPHA) },
        "CELU" => Activation::Celu { alpha: or("alpha", DEFAULT_ALPHA) },
        "SELU" => Activation::Selu,
        "GELU" => match module.text("approximate").as_deref() {
            None | Some("none") => Activation::Gelu,
            Some("tanh") => Activation::GeluTanh,
            Some(other) => {
                return Err(module.fault("its approximation", format!("is {other}, which is not understood")));
            }
        },
        "SiLU" => Activation::Silu,
        "Mish" => Activation::Mish,
        "Hardtanh" => Activation::HardTanh { low: or("min_val", -1.0), high: or("max_val", 1.0) },
        "ReLU6" => Activation::HardTanh { low: or("min_val", 0.0), high: or("max_val", 6.0) },
        "Hardsigmoid" => Activation::HardSigmoid { slope: 1.0 / 6.0, shift: 0.5 },
        "Hardswish" => Activation::HardSwish,
        "Softplus" => {
            let threshold = or("threshold", MIN_THRESHOLD);
            if threshold < MIN_THRESHOLD {
                return Err(module.fault("its threshold", format!("is {threshold}, which is not understood")));
            }
            return Ok(Some(Activated::Each { activation: Activation::Softplus, inner: or("beta", 1.0) }));
        }
        "Softsign" => Activation::Softsign,
        "Tanhshrink" => Activation::TanhShrink,
        "Softshrink" => Activation::SoftShrink { lambda: or("lambd", 0.5) },
        "Hardshrink" => Activation::HardShrink { lambda: or("lambd", 0.5) },
        "Threshold" => match (or("threshold", 0.0), or("value", 0.0)) {
            (0.0, 0.0) => Activation::Relu,
            (threshold, 0.0) => Activation::ThresholdedRelu { threshold },
            (_, value) => return Err(module.fault("its value", format!("is {value}, and only 0 is understood"))),
        },
        "LogSigmoid" => Activation::LogSigmoid,
        "Sigmoid" => Activation::Sigmoid,
        "Tanh" => Activation::Tanh,
        "Softmax" => {
            refuse_other_axis(module)?;
            Activation::Softmax
        }
        "LogSoftmax" => {
            refuse_other_axis(module)?;
            return Ok(Some(Activated::Output(OutputFunction::LogSoftmax)));
        }
        _ => return Ok(None),
    };
    Ok(Some(activation.into()))
}

/// Softmax is that of each sample. Without a setting PyTorch takes the axis of its values.
fn refuse_other_axis(module: &Module<'_>) -> Result<(), GraphProblem> {
    match module.number("dim") {
        None => Ok(()),
        Some(axis) if axis == -1.0 || axis == 1.0 => Ok(()),
        Some(axis) => Err(module.fault("its axis", format!("is {axis}, and only that of the values is understood"))),
    }
}
