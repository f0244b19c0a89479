//! Every tensor of a graph: what of it is not understood can still be looked at.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::constant::{Constant, Folder, decode, shape_of};
use super::element::{Element, Kind, type_name};
use super::message::{AttributeProto, GraphProto, NodeProto, TensorProto, element};
use super::quantised::spread_scale;
use super::trace::label;
use crate::formats::graph::is_recurrent;
use crate::formats::shape::size;
use crate::formats::tensor_info::TensorInfo;
use crate::formats::tensors::{TensorFile, TensorSource, ValuesError};

/// Operators that only move what they are given or change its type, so that their first operand is what their result is.
const MOVING: [&str; 9] = [
    "Cast",
    "DequantizeLinear",
    "Flatten",
    "Identity",
    "QuantizeLinear",
    "Reshape",
    "Squeeze",
    "Transpose",
    "Unsqueeze",
];

/// The operands that are weights; `None` where the operator is not known, so that any may be.
fn weight_places(node: &NodeProto) -> Option<&'static [usize]> {
    Some(match node.op_type.as_str() {
        "Conv" | "ConvTranspose" | "FusedConv" | "ConvInteger" | "MatMulNBits" | "NhwcFusedConv" => &[1],
        "Gemm" | "MatMul" | "FusedMatMul" | "FusedGemm" | "MatMulInteger" | "Einsum" => &[0, 1],
        "QLinearMatMul" => &[0, 3],
        "QLinearConv" | "QGemm" => &[3],
        "MatMulIntegerToFloat" | "DynamicQuantizeMatMul" | "Attention" | "QAttention" => &[1],
        "Gather" => &[0],
        operator if is_recurrent(operator) => &[1, 2],
        _ if matches!(node.domain.as_str(), "" | "ai.onnx" | "ai.onnx.ml") => &[],
        _ => return None,
    })
}

/// The scale and the zero point of an operand of few bits, by its node.
fn scale_places(node: &NodeProto, position: usize) -> Option<(usize, Option<usize>)> {
    match (node.op_type.as_str(), position) {
        ("DequantizeLinear", 0) => Some((1, Some(2))),
        ("QLinearMatMul" | "QLinearConv" | "QGemm", 3) => Some((4, Some(5))),
        ("QLinearMatMul", 0) => Some((1, Some(2))),
        ("MatMulIntegerToFloat", 1) => Some((3, Some(5))),
        ("DynamicQuantizeMatMul", 1) => Some((2, Some(3))),
        _ => None,
    }
}

/// The nodes of a graph and of the graphs within it.
pub(super) fn nodes(graph: &GraphProto) -> impl Iterator<Item = &NodeProto> {
    graphs(graph).into_iter().flat_map(|graph| &graph.node)
}

/// A graph and those within it, the bodies of its branches and loops, in the order of the file.
fn graphs(graph: &GraphProto) -> Vec<&GraphProto> {
    let mut found = vec![graph];
    let mut position = 0;
    while let Some(&next) = found.get(position) {
        let attributes = next.node.iter().flat_map(|node| &node.attribute);
        found.extend(attributes.filter_map(|attribute| attribute.g.as_deref()));
        position += 1;
    }
    found
}

/// The names of the tensors that nodes take as weights, and those that they take as something else.
fn roles(graph: &GraphProto) -> (HashSet<String>, HashSet<String>) {
    let (mut weights, mut others) = (HashSet::new(), HashSet::new());
    // From the end to the beginning: what a moved tensor is used for is known before the tensor itself.
    for node in nodes(graph).collect::<Vec<_>>().into_iter().rev() {
        if MOVING.contains(&node.op_type.as_str()) {
            let is_weight = node.output.iter().any(|name| weights.contains(name));
            let inputs = node.input.iter().enumerate();
            inputs.for_each(|(position, name)| {
                let is_weight = is_weight && position == 0;
                if is_weight {
                    weights.insert(name.clone())
                } else {
                    others.insert(name.clone())
                };
            });
            continue;
        }
        let positions = weight_places(node);
        for (position, name) in node.input.iter().enumerate() {
            let is_weight = positions.is_none_or(|positions| positions.contains(&position));
            if is_weight {
                weights.insert(name.clone())
            } else {
                others.insert(name.clone())
            };
        }
    }
    (weights, others)
}

/// The kernels of these nodes, by the tensors that they come from.
fn kernels(graph: &GraphProto, convolved: &HashSet<String>) -> HashSet<String> {
    let mut moved: HashMap<&str, &str> = HashMap::new();
    for node in nodes(graph).filter(|node| MOVING.contains(&node.op_type.as_str())) {
        if let (Some(given), Some(taken)) = (node.output.first(), node.input.first()) {
            moved.insert(given, taken);
        }
    }
    let of = |node: &NodeProto| {
        let position = if node.op_type == "QLinearConv" { 3 } else { 1 };
        let mut name = node.input.get(position)?.as_str();
        for _ in 0..moved.len() {
            match moved.get(name) {
                Some(before) => name = before,
                None => break,
            }
        }
        Some(name.to_owned())
    };
    nodes(graph).filter(|node| convolved.contains(label(node))).filter_map(of).collect()
}

/// How the values of a listed tensor come from the file.
struct Source {
    tensor: TensorProto,
    quantised: Option<Quantised>,
    /// Of a recurrent operator that goes both ways: which of them, and how many there are.
    direction: Option<(usize, usize)>,
}

struct Quantised {
    scale: TensorProto,
    zero: Option<TensorProto>,
    axis: i64,
    block: i64,
}

/// The initializers and the constants of nodes.
struct OnnxTensors {
    tensors: Vec<Source>,
    folder: Mutex<Folder>,
}

impl TensorSource for OnnxTensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let source = self.tensors.get(index).ok_or_else(|| ValuesError::Tensor("is not in the file".into()))?;
        // A panic while reading leaves the list of open files as it was.
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let mut read = |tensor: &TensorProto| -> Result<Constant, ValuesError> {
            decode(tensor, &mut folder).map_err(|problem| ValuesError::Tensor(format!("{problem}; save it again")))
        };
        let mut constant = read(&source.tensor)?;
        if let Some(quantised) = &source.quantised {
            let zero = quantised.zero.as_ref().map(&mut read).transpose()?;
            let scale = read(&quantised.scale)?;
            let spread = |part: &Constant| {
                let spread = spread_scale(part, &constant.shape, quantised.axis, quantised.block);
                spread.ok_or_else(|| ValuesError::Tensor("has a scale that does not fit it; save it again".into()))
            };
            let (scales, zeros) = (spread(&scale)?, zero.as_ref().map(spread).transpose()?);
            for (position, (value, scale)) in constant.values.iter_mut().zip(&scales).enumerate() {
                *value = (*value - zeros.as_ref().map_or(0.0, |zeros| zeros[position])) * scale;
            }
        }
        let Some((direction, directions)) = source.direction else { return Ok(constant.values) };
        let each = constant.values.len() / directions.max(1);
        Ok(constant.values.get(direction * each..(direction + 1) * each).unwrap_or_default().to_vec())
    }
}

/// Every tensor of the graph and of those within it. The kernels of nodes in `convolved` are told by the graph itself.
pub(super) fn tensors(path: &Path, graph: GraphProto, convolved: &HashSet<String>) -> TensorFile {
    let kernels = kernels(&graph, convolved);
    let (weights, others) = roles(&graph);
    let scales = scales(&graph);
    let recurrent: HashSet<String> = nodes(&graph)
        .filter(|node| is_recurrent(&node.op_type))
        .flat_map(|node| node.input.iter().skip(1).take(2).cloned())
        .collect();
    let mut found = Vec::new();
    let mut waiting = VecDeque::from([graph]);
    while let Some(graph) = waiting.pop_front() {
        found.extend(graph.initializer);
        for node in graph.node {
            let is_constant = node.op_type == "Constant";
            // By what it gives, which is what other nodes name.
            let name = node.output.first().cloned().unwrap_or_else(|| label(&node).to_owned());
            for attribute in node.attribute {
                let tensor = attribute.t.filter(|_| is_constant);
                found.extend(tensor.map(|tensor| TensorProto { name: name.clone(), ..tensor }));
                waiting.extend(attribute.g.map(|graph| *graph));
            }
        }
    }
    let by_name: HashMap<String, TensorProto> = found
        .iter()
        .filter(|tensor| {
            scales.values().any(|stated| stated.0 == tensor.name || stated.1.as_ref() == Some(&tensor.name))
        })
        .map(|tensor| (tensor.name.clone(), tensor.clone()))
        .collect();
    let mut names = Names::default();
    let (mut sources, mut infos, mut listed) = (Vec::new(), Vec::new(), HashSet::new());
    for tensor in found {
        let stated = scales.get(&tensor.name);
        let quantised = stated.and_then(|(scale, zero, axis, block)| {
            let zero = match zero {
                Some(zero) => Some(by_name.get(zero)?.clone()),
                None => None,
            };
            Some(Quantised { scale: by_name.get(scale)?.clone(), zero, axis: *axis, block: *block })
        });
        let is_taken = weights.contains(&tensor.name) || !others.contains(&tensor.name);
        // Whole numbers without their scale are no weights.
        let has_scale =
            quantised.is_some() || Element::from_number(tensor.data_type).is_none_or(|kind| kind.kind() == Kind::Float);
        let is_weight = is_taken && has_scale && !kernels.contains(&tensor.name);
        let directions = match tensor.dims[..] {
            [ways @ (1 | 2), _, _] if recurrent.contains(&tensor.name) => ways as usize,
            _ => 0,
        };
        for direction in 0..directions.max(1) {
            let mut info = info(&tensor, quantised.is_some());
            if directions > 0 {
                // The first axis counts the ways; a matrix of each is listed.
                info.shape.remove(0);
                info.bytes /= directions as u64;
            }
            if directions > 1 {
                info.name += if direction == 0 { " (forward)" } else { " (backward)" };
            }
            info.name = names.distinct(info.name);
            if is_weight {
                listed.insert(info.name.clone());
            }
            infos.push(info);
            let quantised = quantised.as_ref().map(Quantised::again);
            let direction = (directions > 1).then_some((direction, directions));
            sources.push(Source { tensor: tensor.clone(), quantised, direction });
        }
    }
    let source = OnnxTensors { tensors: sources, folder: Mutex::new(Folder::from_path(path)) };
    TensorFile::new(path, infos, source).with_weights(listed)
}

impl Quantised {
    fn again(&self) -> Quantised {
        Quantised { scale: self.scale.clone(), zero: self.zero.clone(), axis: self.axis, block: self.block }
    }
}

/// For tensors of few bits the names of scale and zero point, and the axis and the blocks that they go along.
type Scales = HashMap<String, (String, Option<String>, i64, i64)>;

fn scales(graph: &GraphProto) -> Scales {
    let mut found = scales_of_integers(graph);
    for node in nodes(graph) {
        for (position, name) in node.input.iter().enumerate() {
            let Some((scale, zero)) = scale_places(node, position) else { continue };
            let stated = |name: &str, absent: i64| {
                let is_it = |attribute: &&AttributeProto| attribute.name == name;
                node.attribute.iter().find(is_it).map_or(absent, |attribute| attribute.i)
            };
            let axis = match node.op_type.as_str() {
                "QLinearConv" => 0,
                "QGemm" if stated("transB", 0) != 0 => 0,
                "DequantizeLinear" => stated("axis", 1),
                _ => -1,
            };
            let operand = |position: usize| node.input.get(position).filter(|name| !name.is_empty()).cloned();
            if let Some(scale) = operand(scale) {
                found.insert(name.clone(), (scale, zero.and_then(operand), axis, stated("block_size", 0)));
            }
        }
    }
    found
}

/// The scales of products of whole numbers, which come behind them: (A·B)·(a·b) with the scale b of the constant B.
fn scales_of_integers(graph: &GraphProto) -> Scales {
    let mut takers: HashMap<&str, Vec<&NodeProto>> = HashMap::new();
    let mut givers: HashMap<&str, &NodeProto> = HashMap::new();
    for node in nodes(graph) {
        node.input.iter().for_each(|name| takers.entry(name).or_default().push(node));
        node.output.iter().for_each(|name| {
            givers.insert(name, node);
        });
    }
    let initializers: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    // The scale among the operands of a product, or of the product that one of them is.
    let scale = |product: &NodeProto, from: &str| {
        let others = product.input.iter().map(String::as_str).filter(|name| *name != from);
        let inner = others.clone().filter_map(|name| givers.get(name)).filter(|node| node.op_type == "Mul");
        let of_inner = inner.flat_map(|node| node.input.iter().map(String::as_str));
        let mut known = others.chain(of_inner).filter(|name| initializers.contains(name));
        known.next().map(str::to_owned)
    };
    let mut found = Scales::new();
    for node in nodes(graph).filter(|node| matches!(node.op_type.as_str(), "MatMulInteger" | "ConvInteger")) {
        let (Some(weight), Some(mut result)) = (node.input.get(1), node.output.first().map(String::as_str)) else {
            continue;
        };
        let next = |name: &str, operator: &str| takers.get(name)?.iter().copied().find(|node| node.op_type == operator);
        if let Some(cast) = next(result, "Cast") {
            result = cast.output.first().map_or(result, String::as_str);
        }
        let zero = node.input.get(3).filter(|name| !name.is_empty()).cloned();
        let axis = if node.op_type == "ConvInteger" { 0 } else { -1 };
        if let Some(scale) = next(result, "Mul").and_then(|product| scale(product, result)) {
            found.insert(weight.clone(), (scale, zero, axis, 0));
        }
    }
    found
}

fn info(tensor: &TensorProto, has_scale: bool) -> TensorInfo {
    let kind = Element::from_number(tensor.data_type);
    let shape = shape_of(tensor).unwrap_or_default();
    let bytes = size(&shape).and_then(|count| kind?.bytes(count)).unwrap_or(0);
    // Places, lengths and truth are whole numbers too.
    let counts = matches!(tensor.data_type, element::INT64 | element::BOOL) && !has_scale;
    TensorInfo {
        name: tensor.name.clone(),
        is_numeric: kind.is_some() && !(counts && shape.len() > 1),
        shape,
        dtype: type_name(tensor.data_type).into(),
        bytes: bytes as u64,
        in_model: true,
    }
}

/// Gives tensors of the same name, which graphs beside each other may have, names of their own.
#[derive(Default)]
struct Names {
    known: HashMap<String, usize>,
}

impl Names {
    fn distinct(&mut self, name: String) -> String {
        let count = self.known.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 { format!("{name} ({count})") } else { name }
    }
}
