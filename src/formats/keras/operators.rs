//! Operators as layers: those of TensorFlow (`TFOpLambda`, `TensorFlowOpLayer`), of Keras 3 (`keras.ops`), and the layers
//! that join values.

use nalgebra::{DMatrix, DVector};
use serde_json::{Map, Value};

use super::super::graph::GraphProblem;
use super::activation::{axis_of, numbers};
use super::architecture::snake_case;
use super::operands::{Operand, Operands, vector};
use super::reading::Reading;
use super::settings::{Settings, not_understood};
use crate::formats::graph::{Scale, ValueId};
use crate::network::{Activation, Affine, Elementary};

/// Names of TensorFlow's nodes that do not follow from those of the functions.
const NODE_NAMES: [(&str, &str); 8] = [
    ("AddV2", "add"),
    ("BiasAdd", "add"),
    ("Sub", "subtract"),
    ("Mul", "multiply"),
    ("RealDiv", "divide"),
    ("Neg", "negative"),
    ("ConcatV2", "concat"),
    ("Pow", "pow"),
];

impl Reading<'_> {
    /// The value of an operator; none where the class is none.
    pub(super) fn operator(
        &mut self,
        class: &str,
        settings: &Settings<'_>,
        operands: &Operands,
    ) -> Result<Option<ValueId>, GraphProblem> {
        match class {
            "TFOpLambda" | "SlicingOpLambda" => {
                let function = settings.text("function").unwrap_or_default();
                let name = function.rsplit('.').next().unwrap_or_default();
                self.applied(name, function, settings, operands).map(Some)
            }
            "TensorFlowOpLayer" => self.tensorflow_node(settings, operands).map(Some),
            _ => match self.applied(&snake_case(class), class, settings, operands) {
                Err(GraphProblem::Operator { .. }) => Ok(None),
                other => other.map(Some),
            },
        }
    }

    /// A node of TensorFlow with constants for some of its inputs.
    fn tensorflow_node(&mut self, settings: &Settings<'_>, operands: &Operands) -> Result<ValueId, GraphProblem> {
        let attribute = settings.get("node_def");
        let parsed = attribute.and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
        let node = parsed.as_ref().or(attribute);
        let class = node.and_then(|node| node.get("op")).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = NODE_NAMES.iter().find(|(own, _)| *own == class).map(|(_, name)| (*name).to_owned());
        let name = name.unwrap_or_else(|| snake_case(&class));
        let mut inputs = operands.joined();
        for (position, constant) in settings.get("constants").and_then(Value::as_object).into_iter().flatten() {
            let position = position.parse().unwrap_or(usize::MAX).min(inputs.len());
            inputs.insert(position, Operand::Constant(constant.clone()));
        }
        let empty = Map::new();
        let own = Settings::new(settings.node, &empty);
        let given = Operands::new(inputs, Vec::new());
        let value = self.applied(&name, &class, &own, &given)?;
        given.close(settings.node, &mut self.account);
        Ok(value)
    }

    /// An operator by its plain name; `full` is what the file calls it.
    fn applied(
        &mut self,
        name: &str,
        full: &str,
        settings: &Settings<'_>,
        operands: &Operands,
    ) -> Result<ValueId, GraphProblem> {
        let node = settings.node;
        let unknown = || GraphProblem::Operator { node: node.into(), operator: full.into() };
        let number = |position, names: &[&str], absent| operands.number(settings, position, names, absent);
        match name {
            "add" | "subtract" | "sub" | "multiply" | "divide" | "truediv" | "true_divide" | "maximum" | "minimum"
            | "average" => {
                let joined = operands.joined();
                let value = self.joined(name, node, &joined)?;
                return value.ok_or_else(unknown);
            }
            "concat" | "concatenate" => {
                let parts = match operands.at(0, &["values", "xs", "arrays"]) {
                    Some(Operand::List(list)) => list.iter().map(Operand::value).collect::<Option<Vec<ValueId>>>(),
                    Some(Operand::Value(value)) => Some(vec![*value]),
                    _ => None,
                };
                let axis = number(1, &["axis"], -1.0)? as i64;
                let parts =
                    parts.ok_or_else(|| settings.problem("its input", "holds a constant, which is not understood"))?;
                return self.concatenated(&parts, settings, axis);
            }
            "pow" | "power" => {
                let of = operands.only(settings)?;
                let exponent = number(1, &["y", "x2"], f64::NAN)?;
                let function = match exponent {
                    2.0 => Elementary::Square,
                    0.5 => Elementary::Sqrt,
                    -1.0 => Elementary::Reciprocal,
                    1.0 => return Ok(of),
                    _ => return Err(unknown()),
                };
                return self.graph.activate(of, node, Activation::Elementary(function));
            }
            "getitem" | "get_item" => return self.sliced(settings, operands),
            _ => {}
        }
        let is_function =
            FUNCTIONS.iter().any(|(own, _)| *own == name) || NAMED.contains(&name) || OTHERS.contains(&name);
        if !is_function {
            return Err(unknown());
        }
        let of = operands.only(settings)?;
        if name == "round" && number(1, &["decimals"], 0.0)? != 0.0 {
            return Err(settings.problem("decimals", "is not 0"));
        }
        if let Some((_, function)) = FUNCTIONS.iter().find(|(own, _)| *own == name) {
            return self.graph.activate(of, node, Activation::Elementary(*function));
        }
        let activation = match name {
            "negative" => return self.graph.scale(of, node, numbers(-1.0, 0.0), 0),
            "rsqrt" => {
                let root = self.graph.activate(of, node, Activation::Elementary(Elementary::Sqrt))?;
                return self.graph.activate(root, node, Activation::Elementary(Elementary::Reciprocal));
            }
            "softmax" => {
                let axis = number(1, &["axis"], -1.0)? as i64;
                return self.softmax(of, node, axis);
            }
            "log_softmax" => {
                let axis = number(1, &["axis"], -1.0)? as i64;
                return self.log_softmax(of, node, axis);
            }
            "cast" => {
                let to = operands.constant(settings, 1, &["dtype"]).and_then(Value::as_str).unwrap_or_default();
                if matches!(to, "float32" | "float64") {
                    return Ok(of);
                }
                return Err(settings.problem("its cast", &format!("to {to} is not understood")));
            }
            "reshape" => {
                let lengths = operands.constant(settings, 1, &["shape", "newshape"]).and_then(Value::as_array);
                let lengths: Option<Vec<i64>> = lengths.and_then(|list| list.iter().map(Value::as_i64).collect());
                return match lengths.as_deref() {
                    Some([-1, rest @ ..]) => self.reshaped(of, node, rest),
                    _ => Err(settings.problem("its shape", "does not leave the samples apart")),
                };
            }
            "mean" | "reduce_mean" | "sum" | "reduce_sum" => {
                return self.reduced(of, name.ends_with("mean"), settings, operands);
            }
            "clip" | "clip_by_value" => Activation::HardTanh {
                low: number(1, &["x_min", "clip_value_min"], f64::NAN)?,
                high: number(2, &["x_max", "clip_value_max"], f64::NAN)?,
            },
            "gelu" => {
                // TensorFlow computes the exact one unless told, Keras 3 the approximate one, and always tells.
                let attribute = operands.constant(settings, 1, &["approximate"]);
                match attribute.map(Value::as_bool) {
                    None | Some(Some(false)) => Activation::Gelu,
                    Some(Some(true)) => Activation::GeluTanh,
                    Some(None) => return Err(settings.problem("approximate", "is neither true nor false")),
                }
            }
            "elu" => Activation::Elu { alpha: number(1, &["alpha"], 1.0)? },
            "celu" => Activation::Celu { alpha: number(1, &["alpha"], 1.0)? },
            "leaky_relu" => Activation::LeakyRelu { negative_slope: number(1, &["alpha", "negative_slope"], 0.2)? },
            "silu" | "swish" => match number(1, &["beta"], 1.0)? {
                1.0 => Activation::Silu,
                beta => Activation::Swish { beta },
            },
            "hard_shrink" => Activation::HardShrink { lambda: number(1, &["threshold"], 0.5)? },
            "soft_shrink" => Activation::SoftShrink { lambda: number(1, &["threshold"], 0.5)? },
            "squareplus" => Activation::Squareplus { b: number(1, &["b"], 4.0)? },
            "threshold" if number(2, &["default_value"], f64::NAN)? == 0.0 => {
                Activation::ThresholdedRelu { threshold: number(1, &["threshold"], f64::NAN)? }
            }
            "threshold" => return Err(settings.problem("its default", "is not 0")),
            "relu" => {
                let slope = number(1, &["alpha", "negative_slope"], 0.0)?;
                let most = operands.constant(settings, 2, &["max_value"]).and_then(Value::as_f64);
                let threshold = number(3, &["threshold"], 0.0)?;
                return self.relu(of, node, slope, threshold, most);
            }
            "stop_gradient" | "identity" | "copy" => return Ok(of),
            name => return self.named_activation(of, node, name),
        };
        self.graph.activate(of, node, activation)
    }

    /// The sum, product, … of values and constants, in order; none for what is not understood.
    fn joined(&mut self, name: &str, node: &str, operands: &[Operand]) -> Result<Option<ValueId>, GraphProblem> {
        let values: Option<Vec<ValueId>> = operands.iter().map(Operand::value).collect();
        if let Some(values) = values {
            return self.joined_values(name, node, &values);
        }
        let [left, right] = operands else { return Ok(None) };
        let (of, constant, is_first) = match (left.value(), right.value(), left, right) {
            (Some(of), None, _, Operand::Constant(constant)) => (of, constant, false),
            (None, Some(of), Operand::Constant(constant), _) => (of, constant, true),
            _ => return Ok(None),
        };
        let not_vector = || GraphProblem::Setting {
            node: node.into(),
            setting: "its constant".into(),
            value: not_understood(constant),
        };
        let constant = vector(constant).ok_or_else(not_vector)?;
        let ones = |value: f64| DVector::from_element(1, value);
        let axis = self.graph.shape(of).map_or(0, |shape| shape.len().saturating_sub(1));
        let scale = |factor: DVector<f64>, shift: DVector<f64>| {
            let neutral =
                |vector: DVector<f64>, number: f64| Some(vector).filter(|vector| vector.iter().any(|x| *x != number));
            Scale { factor: neutral(factor, 1.0), shift: neutral(shift, 0.0) }
        };
        let graph = &mut self.graph;
        let value = match name {
            "add" => graph.scale(of, node, scale(ones(1.0), constant), axis)?,
            "subtract" | "sub" if is_first => graph.scale(of, node, scale(ones(-1.0), constant), axis)?,
            "subtract" | "sub" => graph.scale(of, node, scale(ones(1.0), -constant), axis)?,
            "multiply" => graph.scale(of, node, scale(constant, ones(0.0)), axis)?,
            "divide" | "truediv" | "true_divide" if is_first => {
                let inverse = graph.activate(of, node, Activation::Elementary(Elementary::Reciprocal))?;
                graph.scale(inverse, node, scale(constant, ones(0.0)), axis)?
            }
            "divide" | "truediv" | "true_divide" => {
                graph.scale(of, node, scale(constant.map(|number| 1.0 / number), ones(0.0)), axis)?
            }
            // max(x, c) = relu(x − c) + c, min(x, c) = c − relu(c − x).
            "maximum" | "minimum" => {
                let sign = if name == "maximum" { 1.0 } else { -1.0 };
                let shifted = graph.scale(of, node, scale(ones(sign), -sign * &constant), axis)?;
                let positive = graph.activate(shifted, node, Activation::Relu)?;
                graph.scale(positive, node, scale(ones(sign), constant), axis)?
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn joined_values(&mut self, name: &str, node: &str, values: &[ValueId]) -> Result<Option<ValueId>, GraphProblem> {
        let graph = &mut self.graph;
        let weighted = |factor: f64| values.iter().map(|value| (factor, *value)).collect::<Vec<_>>();
        let value = match (name, values) {
            (_, [] | [_]) => return Ok(None),
            ("add", _) => graph.combine(&weighted(1.0), node)?,
            ("average", _) => graph.combine(&weighted(1.0 / values.len() as f64), node)?,
            ("subtract" | "sub", [left, right]) => graph.combine(&[(1.0, *left), (-1.0, *right)], node)?,
            ("multiply" | "maximum" | "minimum", [first, rest @ ..]) => {
                let mut value = *first;
                for other in rest {
                    value = match name {
                        "multiply" => graph.product(value, *other, node)?,
                        "maximum" => graph.larger(value, *other, node)?,
                        _ => graph.smaller(value, *other, node)?,
                    };
                }
                value
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn concatenated(&mut self, parts: &[ValueId], settings: &Settings<'_>, axis: i64) -> Result<ValueId, GraphProblem> {
        let axes = parts.first().and_then(|part| self.graph.shape(*part)).map(<[usize]>::len);
        let axes = axes.ok_or_else(|| GraphProblem::InputShape { node: settings.node.into() })?;
        let position = axis_of(axis, axes).ok_or_else(|| settings.problem("its axis", "is that of the samples"))?;
        self.graph.concat(parts, settings.node, position)
    }

    /// The mean or the sum along the last axis.
    fn reduced(
        &mut self,
        of: ValueId,
        is_mean: bool,
        settings: &Settings<'_>,
        operands: &Operands,
    ) -> Result<ValueId, GraphProblem> {
        let node = settings.node;
        let axis = match operands.constant(settings, 1, &["axis"]) {
            Some(Value::Array(list)) if list.len() == 1 => list.first().and_then(Value::as_i64),
            Some(axis) => axis.as_i64(),
            None => None,
        };
        let keeps = operands.constant(settings, 2, &["keepdims"]).and_then(Value::as_bool).unwrap_or(false);
        let shape = self.graph.shape(of).map(<[usize]>::to_vec);
        let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: node.into() })?;
        let is_last =
            axis.and_then(|axis| axis_of(axis, shape.len())).is_some_and(|position| position + 1 == shape.len());
        let (Some(&length), true) = (shape.last(), is_last) else {
            return Err(settings.problem("its axis", "is not the last, or is that of the samples"));
        };
        let weight = DMatrix::from_element(1, length, if is_mean { 1.0 / length as f64 } else { 1.0 });
        let value = self.graph.affine(of, node, Affine { weight, bias: None })?;
        if keeps || shape.len() == 1 {
            return Ok(value);
        }
        self.graph.reshape(value, node, shape[..shape.len() - 1].to_vec())
    }

    /// `x[:, 1:3]`: ranges and single places along the axes behind that of the samples.
    fn sliced(&mut self, settings: &Settings<'_>, operands: &Operands) -> Result<ValueId, GraphProblem> {
        let node = settings.node;
        let of = operands.only(settings)?;
        let spec = operands.constant(settings, 1, &["slice_spec", "key"]).and_then(Value::as_array);
        let shape = self.listed_shape(of, node)?;
        let wrong = || settings.problem("its slice", "is not understood");
        let (samples, axes) = spec.and_then(|spec| spec.split_first()).ok_or_else(wrong)?;
        if range(samples, 1, true).as_deref() != Some(&[0][..]) || axes.len() > shape.len() {
            return Err(wrong());
        }
        let (mut positions, mut lengths) = (vec![0_usize], Vec::new());
        for (axis, &length) in shape.iter().enumerate() {
            let (picked, is_kept) = match axes.get(axis) {
                None => ((0..length).collect(), true),
                Some(Value::Number(at)) => {
                    let at = at.as_i64().and_then(|at| axis_place(at, length)).ok_or_else(wrong)?;
                    (vec![at], false)
                }
                Some(spec) => (range(spec, length, false).ok_or_else(wrong)?, true),
            };
            if is_kept {
                lengths.push(picked.len());
            }
            positions =
                positions.iter().flat_map(|position| picked.iter().map(move |at| position * length + at)).collect();
        }
        if positions.is_empty() {
            return Err(wrong());
        }
        if lengths.is_empty() {
            lengths.push(1);
        }
        self.graph.select(of, &positions, lengths, node)
    }
}

fn axis_place(at: i64, length: usize) -> Option<usize> {
    let at = if at < 0 { at.checked_add(i64::try_from(length).ok()?)? } else { at };
    usize::try_from(at).ok().filter(|at| *at < length)
}

/// The places of a slice `{start, stop, step}` of an axis of this length; `is_whole` asks for all.
fn range(spec: &Value, length: usize, is_whole: bool) -> Option<Vec<usize>> {
    let spec = spec.get("config").unwrap_or(spec);
    let attribute = |key: &str| match spec.get(key) {
        None | Some(Value::Null) => Some(None),
        Some(value) => value.as_i64().map(Some),
    };
    let object = spec.as_object()?;
    if !object.keys().all(|key| matches!(key.as_str(), "start" | "stop" | "step")) {
        return None;
    }
    let (start, stop, step) = (attribute("start")?, attribute("stop")?, attribute("step")?.unwrap_or(1));
    let end = i64::try_from(length).ok()?;
    if step < 1 || is_whole && (start.is_some() || stop.is_some() || step != 1) {
        return None;
    }
    let bound = |at: i64| (if at < 0 { at.saturating_add(end) } else { at }).clamp(0, end);
    let (from, to) = (bound(start.unwrap_or(0)), bound(stop.unwrap_or(end)));
    let step = usize::try_from(step).ok()?;
    Some((from..to).step_by(step).filter_map(|at| usize::try_from(at).ok()).collect())
}

/// Functions of single coordinates.
const FUNCTIONS: [(&str, Elementary); 25] = [
    ("abs", Elementary::Abs),
    ("absolute", Elementary::Abs),
    ("acos", Elementary::Acos),
    ("arccos", Elementary::Acos),
    ("arcsin", Elementary::Asin),
    ("arctan", Elementary::Atan),
    ("asin", Elementary::Asin),
    ("atan", Elementary::Atan),
    ("ceil", Elementary::Ceil),
    ("cos", Elementary::Cos),
    ("cosh", Elementary::Cosh),
    ("erf", Elementary::Erf),
    ("exp", Elementary::Exp),
    ("exponential", Elementary::Exp),
    ("floor", Elementary::Floor),
    ("log", Elementary::Log),
    ("reciprocal", Elementary::Reciprocal),
    ("round", Elementary::Round),
    ("sign", Elementary::Sign),
    ("sin", Elementary::Sin),
    ("sinh", Elementary::Sinh),
    ("sqrt", Elementary::Sqrt),
    ("square", Elementary::Square),
    ("tan", Elementary::Tan),
    ("arcsinh", Elementary::Asinh),
];
/// Functions that are activations by their names.
const NAMED: [&str; 14] = [
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "log_sigmoid",
    "mish",
    "relu6",
    "selu",
    "sigmoid",
    "softplus",
    "softsign",
    "sparse_plus",
    "tanh",
    "tanh_shrink",
];
/// Functions with settings, and those that only hand on.
const OTHERS: [&str; 28] = [
    "cast",
    "celu",
    "clip",
    "clip_by_value",
    "copy",
    "elu",
    "gelu",
    "hard_shrink",
    "identity",
    "leaky_relu",
    "log_softmax",
    "mean",
    "negative",
    "reduce_mean",
    "reduce_sum",
    "relu",
    "reshape",
    "rsqrt",
    "silu",
    "soft_shrink",
    "softmax",
    "sparse_sigmoid",
    "squareplus",
    "stop_gradient",
    "sum",
    "swish",
    "threshold",
    "linear",
];
