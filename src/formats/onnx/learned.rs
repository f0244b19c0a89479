//! The operators of classical learning, `ai.onnx.ml`.

use nalgebra::{DMatrix, DVector};

use super::element::Kind;
use super::elementwise;
use super::node::Node;
use super::operands::{operand, settled_operand};
use super::scalar::{Binary, Unary};
use super::trace::{Fault, Reading, Trace, Traced, Value, label};
use crate::formats::graph::Scale;
use crate::network::{Activation, Affine, Elementary};

/// Follows an operator of classical learning.
pub(super) fn follow<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    match node.op_type.as_str() {
        "Scaler" => scaler(trace, node),
        "LinearRegressor" => regressor(trace, node),
        "LinearClassifier" => classifier(trace, node),
        "Normalizer" => normalizer(trace, node),
        "Binarizer" => binarizer(trace, node),
        "ZipMap" => operand(trace, node, 0),
        "ArrayFeatureExtractor" => extracted(trace, node),
        "LabelEncoder" => match operand(trace, node, 0)? {
            Value::Read { of, .. } => Ok(Value::Read { of, as_what: Reading::Label }),
            _ => Err(node.unknown().into()),
        },
        _ => Err(node.unknown().into()),
    }
}

/// The name of the class whose number is given.
fn extracted<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let numbers = operand(trace, node, 1)?;
    // The names themselves do not matter, and may be of any type.
    node.pass(0);
    match numbers {
        Value::Read { of, .. } => Ok(Value::Read { of, as_what: Reading::Label }),
        _ => super::pick::extract(trace, node),
    }
}

/// scikit-learn's scalers: (x − offset)·scale.
fn scaler<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let traced = rows(trace, node)?;
    let name = label(node.proto);
    let offset = floats(node, "offset").unwrap_or_else(|| DVector::zeros(1));
    let factor = floats(node, "scale").unwrap_or_else(|| DVector::from_element(1, 1.0));
    let base = trace.graph.scale(traced.base, name, Scale { factor: None, shift: Some(-offset) }, 0)?;
    let base = trace.graph.scale(base, name, Scale { factor: Some(factor), shift: None }, 0)?;
    Ok(Value::Traced(traced.like(base)))
}

/// One row for each sample.
fn rows<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Traced, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    if traced.transposed || trace.rank(traced.base).is_some_and(|rank| rank != 2) {
        return Err(node.setting("its value", "is no row for each sample").into());
    }
    Ok(Traced { kind: Kind::Float, ..traced })
}

/// scikit-learn's linear regression.
fn regressor<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let traced = rows(trace, node)?;
    let targets = usize::try_from(node.integer("targets", 1)).unwrap_or(0);
    if node.word("post_transform").is_some_and(|word| word != "NONE") {
        return Err(node.setting("post_transform", "is not NONE").into());
    }
    let affine = coefficients(node, Some(targets))?;
    let base = trace.graph.affine(traced.base, label(node.proto), affine)?;
    Ok(Value::Traced(traced.like(base)))
}

/// The matrix of a linear model, and its intercepts.
fn coefficients(node: &Node<'_>, rows: Option<usize>) -> Result<Affine, Fault> {
    let coefficients = floats(node, "coefficients").ok_or_else(|| node.unknown())?;
    let bias = floats(node, "intercepts");
    let rows = rows.or_else(|| bias.as_ref().map(DVector::len)).unwrap_or(0);
    if rows == 0 || coefficients.len() % rows != 0 || bias.as_ref().is_some_and(|bias| bias.len() != rows) {
        return Err(node.setting("its coefficients", "do not fit its number of targets").into());
    }
    let weight = DMatrix::from_row_slice(rows, coefficients.len() / rows, coefficients.as_slice());
    Ok(Affine { weight, bias })
}

/// A linear model's scores of its classes, as `post_transform` reads them. The first result is the class.
fn classifier<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let traced = rows(trace, node)?;
    let name = label(node.proto);
    let classes = ["classlabels_ints", "classlabels_strings"];
    let classes = classes.into_iter().filter_map(|name| node.attribute(name));
    let classes = classes.map(|attribute| attribute.ints.len().max(attribute.strings.len())).max().unwrap_or(0);
    let affine = coefficients(node, node.attribute("intercepts").is_none().then_some(classes))?;
    let scores = affine.outputs();
    let base = trace.graph.affine(traced.base, name, affine)?;
    let reading = node.word("post_transform").unwrap_or_else(|| "NONE".into());
    let base = match (reading.as_str(), scores == classes && classes > 1) {
        ("NONE", true) => base,
        ("LOGISTIC", true) => trace.graph.activate(base, name, Activation::Sigmoid)?,
        ("SOFTMAX", true) => {
            let softmax = trace.graph.activate(base, name, Activation::Softmax)?;
            trace.softmaxes.push((softmax, base));
            softmax
        }
        // One score: the second class has the probability σ(z), the first 1 − σ(z) = σ(−z).
        ("LOGISTIC", false) if scores == 1 && classes == 2 => {
            let weight = DMatrix::from_column_slice(2, 1, &[-1.0, 1.0]);
            let both = trace.graph.affine(base, name, Affine { weight, bias: None })?;
            trace.graph.activate(both, name, Activation::Sigmoid)?
        }
        _ => return Err(node.setting("post_transform", &format!("is {reading} of {scores} scores")).into()),
    };
    let scores = Value::Traced(traced.like(base));
    Ok(Value::Several(vec![Value::Read { of: base, as_what: Reading::Label }, scores]))
}

/// Divides by a norm of the row; probabilities already sum to 1.
fn normalizer<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let norm = node.word("norm").unwrap_or_else(|| "MAX".into());
    let value = operand(trace, node, 0)?;
    if let Value::Traced(traced) = &value
        && norm == "L1"
        && trace.softmaxes.iter().any(|(softmax, _)| *softmax == traced.base)
        && traced.scalar.as_affine() == Some((1.0, 0.0))
    {
        return Ok(value);
    }
    Err(node.of_what(&format!("by {norm}")).into())
}

/// 1 above the threshold, else 0.
fn binarizer<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let threshold = node.float("threshold", 0.0);
    let value = operand(trace, node, 0)?;
    let number = super::constant::Constant::scalar(threshold);
    let moved = elementwise::apply(trace, node, Binary::Sub, value, Value::Constant(number.into()))?;
    elementwise::apply_unary(node, Unary::Activation(Activation::Elementary(Elementary::Positive)), moved)
}

fn floats(node: &Node<'_>, name: &str) -> Option<DVector<f64>> {
    let attribute = node.attribute(name).filter(|attribute| !attribute.floats.is_empty())?;
    Some(DVector::from_iterator(attribute.floats.len(), attribute.floats.iter().map(|value| f64::from(*value))))
}
