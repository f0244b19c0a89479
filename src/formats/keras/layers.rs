//! The layers of a Keras model as values of a graph.

use std::collections::HashMap;

use nalgebra::DVector;
use serde_json::Value;

use super::super::FormatError;
use super::super::graph::{Graph, GraphProblem, Scale, ValueId};
use super::activation::{self, Activated};
use super::architecture::{LayerConfig, Model};
use super::volumes;
use super::weights::{WeightFault, Weights};
use crate::network::{Activation, Affine, Volume};

/// What BatchNormalization adds to the variance where the file does not tell it.
const DEFAULT_EPSILON: f64 = 1e-3;
/// Normalization divides by no less than this.
const LEAST_DEVIATION: f64 = 1e-7;

/// What a model is given.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given {
    /// A value of the model around it.
    Value(Option<ValueId>),
    /// The network's input, of this shape where the file leaves it open.
    Asked(Option<Volume>),
}

/// What was understood of a model.
pub(super) struct Understood {
    /// The last value that was understood; none where not even the input is.
    pub end: Option<ValueId>,
    /// What came next and was not.
    pub problem: Option<GraphProblem>,
}

/// Adds the layers of `model` to the graph as far as they are understood. `outer` is the layer that a model within another is.
pub(super) fn add(
    graph: &mut Graph,
    model: &Model,
    weights: &Weights<'_>,
    given: Given,
    outer: Option<&LayerConfig>,
) -> Result<Understood, FormatError> {
    let mut values: HashMap<&str, ValueId> = HashMap::new();
    let mut input_layer: Option<&str> = None;
    let mut end = match given {
        Given::Value(value) => value,
        Given::Asked(_) => None,
    };
    for (place, layer) in model.layers.iter().enumerate() {
        let is_input = layer.class == "InputLayer";
        if let Some(first) = input_layer.filter(|_| is_input) {
            let problem = format!("the model has several inputs (`{first}`, `{}`)", layer.name);
            return Ok(Understood { end: None, problem: Some(GraphProblem::Ends { problem }) });
        }
        let operands: Vec<ValueId> =
            layer.inputs.iter().filter_map(|name| values.get(name.as_str()).copied()).collect();
        let operands = if operands.is_empty() && (place == 0 || is_input) {
            vec![match given {
                Given::Value(Some(value)) => value,
                Given::Value(None) => graph.input(input_shape(layer, None)),
                Given::Asked(asked) => graph.input(input_shape(layer, asked)),
            }]
        } else {
            operands
        };
        let added = match &layer.inner {
            _ if is_input => {
                input_layer = Some(&layer.name);
                Ok(operands.first().copied())
            }
            Some(inner) => {
                let understood = add(graph, inner, weights, Given::Value(operands.first().copied()), Some(layer))?;
                if understood.problem.is_some() {
                    return Ok(understood);
                }
                Ok(understood.end)
            }
            None => add_layer(graph, layer, outer, &operands, weights).map(Some),
        };
        match added {
            Ok(Some(value)) => {
                values.insert(&layer.name, value);
                end = Some(value);
            }
            Ok(None) => {}
            Err(WeightFault::File(error)) => return Err(error),
            // What feeds the layer is the last that is understood on the way to it.
            Err(WeightFault::Graph(problem)) => {
                return Ok(Understood { end: operands.first().copied(), problem: Some(problem) });
            }
        }
    }
    Ok(Understood { end: values.get(model.output.as_str()).copied().or(end), problem: None })
}

/// The shape of the input without the samples: what a layer's configuration tells, else what was asked for; none where
/// an axis stays open.
fn input_shape(layer: &LayerConfig, asked: Option<Volume>) -> Option<Vec<usize>> {
    let keys = ["batch_shape", "batch_input_shape"];
    let shape = keys.iter().find_map(|key| layer.config.get(*key)).and_then(Value::as_array)?;
    let lengths = shape.iter().skip(1).map(|length| length.as_u64().and_then(|length| usize::try_from(length).ok()));
    let told: Option<Vec<usize>> = lengths.collect();
    told.or_else(|| match (asked?, shape.len()) {
        (volume, 4) => Some(vec![volume.height(), volume.width(), volume.channels()]),
        (volume, 3) => Some(vec![volume.width(), volume.channels()]),
        _ => None,
    })
}

fn add_layer(
    graph: &mut Graph,
    layer: &LayerConfig,
    outer: Option<&LayerConfig>,
    operands: &[ValueId],
    weights: &Weights<'_>,
) -> Result<ValueId, WeightFault> {
    let node = layer.name.as_str();
    let setting = |setting: &str, value: &str| GraphProblem::Setting {
        node: node.into(),
        setting: setting.into(),
        value: value.into(),
    };
    if layer.uses > 1 {
        return Err(setting("its use", "in several places is not understood").into());
    }
    let of = match operands {
        [only] => *only,
        [first, rest @ ..] if layer.class == "Add" => {
            let sum = rest.iter().try_fold(*first, |sum, operand| graph.sum(sum, *operand, node));
            return Ok(sum?);
        }
        [] => return Err(setting("its input", "is not in the model").into()),
        _ => return Err(GraphProblem::Operator { node: node.into(), operator: layer.class.clone() }.into()),
    };
    if let Some(activated) = activation::of_layer(node, &layer.class, &layer.config)? {
        return Ok(activate(graph, of, node, activated)?);
    }
    match layer.class.as_str() {
        "Dense" => {
            let name = weights.find(layer, outer, "kernel").ok_or_else(|| without(node, "kernel"))?;
            let weight = weights.file().matrix(name)?.transpose();
            let bias = weights.vector(layer, outer, "bias")?;
            check_bias(node, weight.nrows(), bias.as_ref())?;
            let value = graph.affine(of, node, Affine { weight, bias })?;
            let activated = activation::of_value(node, layer.config.get("activation"))?;
            Ok(activate(graph, value, node, activated)?)
        }
        "BatchNormalization" => {
            let scale = batch_normalization(layer, outer, weights)?;
            let axis = channel_axis(graph, of, layer.config.get("axis"));
            Ok(graph.scale(of, node, scale, axis)?)
        }
        "Normalization" => {
            let scale = normalization(layer, outer, weights)?;
            let axis = channel_axis(graph, of, layer.config.get("axis"));
            Ok(graph.scale(of, node, scale, axis)?)
        }
        "Rescaling" => {
            let factor = numbers(layer.config.get("scale")).unwrap_or_else(|| DVector::from_element(1, 1.0));
            let shift = numbers(layer.config.get("offset"));
            let axis = channel_axis(graph, of, None);
            Ok(graph.scale(of, node, Scale { factor: Some(factor), shift }, axis)?)
        }
        "PReLU" => {
            let alpha = weights.vector(layer, outer, "alpha")?.ok_or_else(|| without(node, "alpha"))?;
            let negative_slope = alpha.iter().next().copied().unwrap_or_default();
            if alpha.iter().any(|slope| *slope != negative_slope) {
                return Err(setting("its slopes", "differ by coordinate, which is not understood").into());
            }
            Ok(graph.activate(of, node, Activation::LeakyRelu { negative_slope })?)
        }
        "Flatten" => Ok(graph.flatten(of)),
        "Reshape" => {
            let target = layer.config.get("target_shape").and_then(Value::as_array);
            let lengths: Vec<i64> =
                target.map_or_else(Vec::new, |list| list.iter().filter_map(Value::as_i64).collect());
            Ok(reshape(graph, of, node, &lengths)?)
        }
        "Dropout"
        | "SpatialDropout1D"
        | "SpatialDropout2D"
        | "AlphaDropout"
        | "GaussianDropout"
        | "GaussianNoise"
        | "ActivityRegularization"
        | "Identity" => Ok(of),
        class => {
            let Some(value) = volumes::add(graph, layer, outer, of, weights)? else {
                return Err(GraphProblem::Operator { node: node.into(), operator: class.into() }.into());
            };
            let activated = activation::of_value(node, layer.config.get("activation"))?;
            Ok(activate(graph, value, node, activated)?)
        }
    }
}

fn activate(graph: &mut Graph, of: ValueId, node: &str, activated: Activated) -> Result<ValueId, GraphProblem> {
    let value = graph.activate(of, node, activated.activation)?;
    if activated.factor == 1.0 {
        return Ok(value);
    }
    let factor = Some(DVector::from_element(1, activated.factor));
    graph.scale(value, node, Scale { factor, shift: None }, 0)
}

/// One length may be −1: what is left.
fn reshape(graph: &mut Graph, of: ValueId, node: &str, lengths: &[i64]) -> Result<ValueId, GraphProblem> {
    let known: Option<usize> = lengths
        .iter()
        .filter(|&&length| length != -1)
        .try_fold(1_usize, |size, &length| size.checked_mul(usize::try_from(length).ok()?));
    let width = graph.width(of);
    let shape: Option<Vec<usize>> = lengths
        .iter()
        .map(|&length| match length {
            -1 => width?.checked_div(known?),
            length => usize::try_from(length).ok(),
        })
        .collect();
    let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: node.into() })?;
    graph.reshape(of, node, shape)
}

/// The axis without that of the samples; the last where the file tells none.
fn channel_axis(graph: &Graph, of: ValueId, axis: Option<&Value>) -> usize {
    let axis = axis.and_then(|axis| axis.as_i64().or_else(|| axis.as_array()?.last()?.as_i64())).unwrap_or(-1);
    let axes = graph.shape(of).map_or(1, <[usize]>::len);
    match usize::try_from(axis) {
        Ok(axis) => axis.saturating_sub(1),
        Err(_) => axes.saturating_sub(usize::try_from(axis.unsigned_abs()).unwrap_or(1)),
    }
}

/// γ(x − μ)/√(v + ε) + β as factor and shift.
fn batch_normalization(
    layer: &LayerConfig,
    outer: Option<&LayerConfig>,
    weights: &Weights<'_>,
) -> Result<Scale, WeightFault> {
    let needed = |role: &'static str| -> Result<DVector<f64>, WeightFault> {
        weights.vector(layer, outer, role)?.ok_or_else(|| without(&layer.name, role).into())
    };
    let (mean, variance) = (needed("moving_mean")?, needed("moving_variance")?);
    let gamma = weights.vector(layer, outer, "gamma")?;
    let beta = weights.vector(layer, outer, "beta")?;
    let epsilon = layer.config.get("epsilon").and_then(Value::as_f64).unwrap_or(DEFAULT_EPSILON);
    Ok(Scale::normalization(&layer.name, &mean, &variance, gamma.as_ref(), beta.as_ref(), epsilon)?)
}

/// (x − μ)/√v, or x·√v + μ where the layer is inverted. The numbers are weights where they were adapted to data, else
/// settings.
fn normalization(
    layer: &LayerConfig,
    outer: Option<&LayerConfig>,
    weights: &Weights<'_>,
) -> Result<Scale, WeightFault> {
    let node = layer.name.as_str();
    let part = |role: &'static str| -> Result<DVector<f64>, WeightFault> {
        match numbers(layer.config.get(role)) {
            Some(told) => Ok(told),
            None => weights.vector(layer, outer, role)?.ok_or_else(|| without(node, role).into()),
        }
    };
    let (mean, variance) = (part("mean")?, part("variance")?);
    if mean.len() != variance.len() {
        let problem = format!("{} means for {} variances", mean.len(), variance.len());
        return Err(GraphProblem::Weights { node: node.into(), problem }.into());
    }
    let deviation = variance.map(|variance| variance.max(0.0).sqrt().max(LEAST_DEVIATION));
    if layer.config.get("invert").and_then(Value::as_bool) == Some(true) {
        return Ok(Scale { factor: Some(deviation), shift: Some(mean) });
    }
    let shift = -mean.component_div(&deviation);
    Ok(Scale { factor: Some(deviation.map(|deviation| 1.0 / deviation)), shift: Some(shift) })
}

/// A number, or lists of numbers.
fn numbers(value: Option<&Value>) -> Option<DVector<f64>> {
    fn collect(value: &Value, numbers: &mut Vec<f64>) {
        match value {
            Value::Array(list) => list.iter().for_each(|item| collect(item, numbers)),
            other => numbers.extend(other.as_f64()),
        }
    }
    let mut found = Vec::new();
    collect(value?, &mut found);
    (!found.is_empty()).then(|| DVector::from_vec(found))
}

fn check_bias(node: &str, outputs: usize, bias: Option<&DVector<f64>>) -> Result<(), GraphProblem> {
    match bias.map(DVector::len) {
        Some(found) if found != outputs => {
            let problem = format!("{found} biases for {outputs} outputs");
            Err(GraphProblem::Weights { node: node.into(), problem })
        }
        _ => Ok(()),
    }
}

fn without(node: &str, role: &str) -> GraphProblem {
    GraphProblem::Weights { node: node.into(), problem: format!("its {role} is not in the file") }
}
