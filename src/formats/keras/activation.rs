//! What Keras calls its activations.

use nalgebra::DVector;
use serde_json::Value;

use super::super::graph::GraphProblem;
use super::reading::{Origin, Reading};
use super::settings::Settings;
use crate::formats::graph::{Scale, ValueId};
use crate::formats::shape::size;
use crate::network::{Activation, Elementary};

/// The slope of `LeakyReLU` where the layer's configuration does not tell it.
const LAYER_NEGATIVE_SLOPE: f64 = 0.3;
/// The slope of `activation="leaky_relu"`.
const FUNCTION_NEGATIVE_SLOPE: f64 = 0.2;
/// The activations that Keras 2 and TensorFlow know by a name; others are a user's own functions there.
const OF_KERAS_2: [&str; 20] = [
    "elu",
    "exponential",
    "gelu",
    "gelu_new",
    "hard_sigmoid",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
    "identity",
];

impl Reading<'_> {
    /// The activation that a setting names: by a string, or by an object with its class and settings.
    pub(super) fn activation(
        &mut self,
        of: ValueId,
        node: &str,
        value: Option<&Value>,
    ) -> Result<ValueId, GraphProblem> {
        match value {
            None | Some(Value::Null) => Ok(of),
            Some(Value::String(name)) => self.named_activation(of, node, name),
            Some(Value::Object(object)) => match (object.get("class_name"), object.get("config")) {
                (Some(Value::String(class)), Some(Value::String(name))) if class == "function" => {
                    self.named_activation(of, node, name)
                }
                (Some(Value::String(class)), Some(Value::Object(config))) => {
                    let settings = Settings::new(node, config);
                    settings.ignore(&["dtype"]);
                    let value = self.activation_layer(of, class, &settings)?;
                    settings.close(&mut self.account);
                    value.ok_or_else(|| unknown(node, class))
                }
                _ => Err(unknown(node, "without a name")),
            },
            Some(_) => Err(unknown(node, "without a name")),
        }
    }

    /// The activation of a name.
    pub(super) fn named_activation(&mut self, of: ValueId, node: &str, name: &str) -> Result<ValueId, GraphProblem> {
        let activation = match name {
            "linear" | "identity" => return Ok(of),
            "softmax" => return self.softmax(of, node, -1),
            "log_softmax" => return self.log_softmax(of, node, -1),
            "exponential" => Activation::Elementary(Elementary::Exp),
            "swish" | "silu" => Activation::Silu,
            "gelu_new" if self.origin == Origin::TensorflowJs => Activation::GeluTanh,
            "hard_swish" | "hard_silu" => Activation::HardSwish,
            "leaky_relu" => Activation::LeakyRelu { negative_slope: FUNCTION_NEGATIVE_SLOPE },
            "hard_sigmoid" => self.hard_sigmoid(node),
            "sparse_sigmoid" => Activation::HardSigmoid { slope: 0.5, shift: 0.5 },
            "relu" | "relu6" | "elu" | "selu" | "celu" | "tanh" | "sigmoid" | "softplus" | "gelu" | "mish"
            | "softsign" | "log_sigmoid" | "tanh_shrink" | "soft_shrink" | "hard_shrink" | "hard_tanh"
            | "squareplus" | "sparse_plus" => Activation::from_name(name).ok_or_else(|| unknown(node, name))?,
            // A threshold has no default, and sparsemax and GLU act on several coordinates at once.
            name => return Err(unknown(node, name)),
        };
        if matches!(self.origin, Origin::Keras2 | Origin::TensorflowJs) && !OF_KERAS_2.contains(&name) {
            let sentence = format!(
                "the activation `{name}` of `{node}`, a function of the model's own code, is the one known by this name"
            );
            self.account.assume(sentence);
        }
        self.graph.activate(of, node, activation)
    }

    /// Keras 3 takes x/6 + ½ where the versions before took 0.2·x + ½.
    pub(super) fn hard_sigmoid(&mut self, node: &str) -> Activation {
        let old = Activation::HardSigmoid { slope: 0.2, shift: 0.5 };
        let new = Activation::HardSigmoid { slope: 1.0 / 6.0, shift: 0.5 };
        match self.origin {
            Origin::Keras2 | Origin::TensorflowJs => old,
            Origin::Keras3 => new,
            Origin::Unknown => {
                self.account.assume(format!(
                    "the hard sigmoid of `{node}` is that of Keras 3 (x/6 + ½), since the file does not tell the version"
                ));
                new
            }
        }
    }

    /// The activation that a layer of this class is; none for a class that is no activation.
    pub(super) fn activation_layer(
        &mut self,
        of: ValueId,
        class: &str,
        settings: &Settings<'_>,
    ) -> Result<Option<ValueId>, GraphProblem> {
        let node = settings.node;
        let value = match class {
            "Activation" => self.activation(of, node, settings.get("activation"))?,
            "ReLU" => {
                let slope = settings.number(&["negative_slope", "alpha"], 0.0)?;
                let threshold = settings.number(&["threshold"], 0.0)?;
                let most = settings.get("max_value").map(|_| settings.number(&["max_value"], 0.0)).transpose()?;
                self.relu(of, node, slope, threshold, most)?
            }
            "LeakyReLU" => {
                let negative_slope = settings.number(&["negative_slope", "alpha"], LAYER_NEGATIVE_SLOPE)?;
                self.graph.activate(of, node, Activation::LeakyRelu { negative_slope })?
            }
            "ELU" => self.graph.activate(of, node, Activation::Elu { alpha: settings.number(&["alpha"], 1.0)? })?,
            "ThresholdedReLU" => {
                let threshold = settings.number(&["theta"], 1.0)?;
                self.graph.activate(of, node, Activation::ThresholdedRelu { threshold })?
            }
            "Softmax" => {
                let axis = match settings.get("axis") {
                    None => -1,
                    Some(Value::Array(list)) if list.len() == 1 => list.first().and_then(Value::as_i64).unwrap_or(0),
                    Some(axis) => axis.as_i64().unwrap_or(0),
                };
                self.softmax(of, node, axis)?
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    /// ReLU with all that Keras lets it have: a slope and a threshold below which it acts, and a largest value.
    pub(super) fn relu(
        &mut self,
        of: ValueId,
        node: &str,
        slope: f64,
        threshold: f64,
        most: Option<f64>,
    ) -> Result<ValueId, GraphProblem> {
        let simple = match (slope, threshold, most) {
            (0.0, 0.0, None) => Some(Activation::Relu),
            (0.0, 0.0, Some(high)) if high >= 0.0 => Some(Activation::HardTanh { low: 0.0, high }),
            (0.0, threshold, None) => Some(Activation::ThresholdedRelu { threshold }),
            (negative_slope, 0.0, None) => Some(Activation::LeakyRelu { negative_slope }),
            _ => None,
        };
        if let Some(activation) = simple {
            return self.graph.activate(of, node, activation);
        }
        let graph = &mut self.graph;
        let upper = if threshold == 0.0 { Activation::Relu } else { Activation::ThresholdedRelu { threshold } };
        let mut value = graph.activate(of, node, upper)?;
        if let Some(high) = most {
            value = graph.activate(value, node, Activation::HardTanh { low: 0.0, high })?;
        }
        if slope == 0.0 {
            return Ok(value);
        }
        let below = graph.scale(of, node, numbers(-1.0, threshold), 0)?;
        let below = graph.activate(below, node, Activation::Relu)?;
        graph.combine(&[(1.0, value), (-slope, below)], node)
    }

    /// Softmax along one axis, negative or counted with that of the samples.
    pub(super) fn softmax(&mut self, of: ValueId, node: &str, axis: i64) -> Result<ValueId, GraphProblem> {
        if self.graph.shape(of).is_none() && axis == -1 {
            return self.graph.activate(of, node, Activation::Softmax);
        }
        let shape = self.listed_shape(of, node)?;
        let position = axis_of(axis, shape.len()).ok_or_else(|| softmax_axis(node, axis))?;
        if size(&shape) == shape.get(position).copied() {
            return self.graph.activate(of, node, Activation::Softmax);
        }
        self.graph.softmax_along(of, node, vec![position])
    }

    pub(super) fn log_softmax(&mut self, of: ValueId, node: &str, axis: i64) -> Result<ValueId, GraphProblem> {
        let value = self.softmax(of, node, axis)?;
        self.graph.activate(value, node, Activation::Elementary(Elementary::Log))
    }
}

/// The same factor and shift everywhere.
pub(super) fn numbers(factor: f64, shift: f64) -> Scale {
    let number = |value| Some(DVector::from_element(1, value));
    Scale { factor: number(factor), shift: number(shift) }
}

/// The axis without that of the samples; none where it is that of the samples or beyond the others.
pub(super) fn axis_of(axis: i64, axes: usize) -> Option<usize> {
    let position = match usize::try_from(axis) {
        Ok(axis) => axis.checked_sub(1)?,
        Err(_) => axes.checked_sub(usize::try_from(axis.unsigned_abs()).ok()?)?,
    };
    (position < axes).then_some(position)
}

fn softmax_axis(node: &str, axis: i64) -> GraphProblem {
    let value = format!("is taken along the axis {axis} of several, which is not understood");
    GraphProblem::Setting { node: node.into(), setting: "its softmax".into(), value }
}

fn unknown(node: &str, name: &str) -> GraphProblem {
    GraphProblem::Setting {
        node: node.into(),
        setting: "its activation".into(),
        value: format!("{name} is not understood"),
    }
}
