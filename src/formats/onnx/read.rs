//! ONNX files as networks: the graph is followed from its input as far as it is understood.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use prost::Message;

use super::bounds::is_in_proportion;
use super::constant::{Folder, decode, element_of, shape_of};
use super::message::{GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};
use super::nodes::follow;
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::{GraphConvolution, GraphNetwork, GraphProblem, is_recurrent, opened, size};
use crate::formats::mapped::MappedFile;
use crate::formats::tensors::{TensorFile, TensorInfo, TensorSource, ValuesError};
use crate::formats::{Account, FormatError, Opened};
use crate::network::{OutputFunction, Volume};

/// Names of graphs that exporters give to any network.
const GENERIC_NAMES: [&str; 5] = ["main_graph", "torch_jit", "torch-jit-export", "graph", "main"];

/// Opens an ONNX file.
pub(in crate::formats) fn open(path: &Path, asked: Option<Volume>) -> Result<Opened, FormatError> {
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: "ONNX", reason };
    let file = MappedFile::open(path)?;
    if !is_in_proportion(file.as_ref()) {
        return Err(damaged("its messages would take far more memory than the file itself".into()));
    }
    let model = ModelProto::decode(file.as_ref()).map_err(|error| damaged(error.to_string()))?;
    let graph = model.graph.ok_or_else(|| damaged("it holds no graph".into()))?;
    let (followed, convolutions) = follow_all(path, &graph, asked)?;
    Ok(opened(followed, convolutions, "the graph is empty", Account::default(), || tensors(path, graph)))
}

/// The network as far as it is understood, what comes next, and all convolutions whose shapes are known.
fn follow_all(
    path: &Path,
    graph: &GraphProto,
    asked: Option<Volume>,
) -> Result<(GraphNetwork, Vec<GraphConvolution>), FormatError> {
    let mut trace = Trace::new(path, graph);
    let inputs: Vec<&ValueInfoProto> = graph.input.iter().filter(|input| !trace.is_initializer(&input.name)).collect();
    let [input] = inputs[..] else {
        return Ok((GraphNetwork { network: None, problem: Some(several(graph, &inputs)) }, Vec::new()));
    };
    let base = trace.graph.input(input_shape(input, asked));
    trace.set(&input.name, Value::Traced(Traced::of(base)));
    let mut problem = None;
    let mut understood = Traced::of(base);
    for node in &graph.node {
        let value = match given_opaque(&trace, node) {
            true => Value::Opaque,
            false => match follow(&mut trace, node) {
                Ok(value) => value,
                Err(Fault::File(error)) => return Err(error),
                Err(Fault::Graph(found)) => {
                    if problem.is_none() {
                        understood = given(&trace, node).unwrap_or(understood);
                        problem = Some(found);
                    }
                    Value::Opaque
                }
            },
        };
        if let Some(twice) = node.output.iter().find(|name| !name.is_empty() && trace.known(name).is_some()) {
            let problem = format!("the value `{twice}` is given twice");
            return Ok((GraphNetwork { network: None, problem: Some(GraphProblem::Ends { problem }) }, Vec::new()));
        }
        let mut results = node.output.iter().filter(|name| !name.is_empty());
        if let Some(first) = results.next() {
            trace.set(first, value);
        }
        results.for_each(|name| trace.set(name, Value::Opaque));
    }
    let followed = match end(&trace, graph) {
        Ok((traced, by)) => finish(path, graph, &mut trace, &traced, by)?,
        Err(no_end) => {
            let read = finish(path, graph, &mut trace, &understood, None)?;
            // What lies on the way to the first operator that is not known comes before it.
            let problem = read.problem.filter(|_| read.network.is_some()).or(problem).unwrap_or(no_end);
            GraphNetwork { network: read.network, problem: Some(problem) }
        }
    };
    Ok((followed, trace.graph.into_convolutions()))
}

/// What a graph of several inputs, or none, is: most often the others are the memory of a recurrent operator.
fn several(graph: &GraphProto, inputs: &[&ValueInfoProto]) -> GraphProblem {
    if let Some(node) = nodes(graph).find(|node| is_recurrent(&node.op_type)) {
        return GraphProblem::Operator { node: label(node).into(), operator: node.op_type.clone() };
    }
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    GraphProblem::Ends { problem: format!("the graph has {} inputs ({})", names.len(), names.join(", ")) }
}

/// The nodes of a graph and of the graphs within it.
fn nodes(graph: &GraphProto) -> impl Iterator<Item = &NodeProto> {
    graphs(graph).into_iter().flat_map(|graph| &graph.node)
}

/// A graph and those within it, the bodies of its branches and loops, in the order of the file.
fn graphs(graph: &GraphProto) -> Vec<&GraphProto> {
    let mut found = vec![graph];
    let mut place = 0;
    while let Some(&next) = found.get(place) {
        let attributes = next.node.iter().flat_map(|node| &node.attribute);
        found.extend(attributes.filter_map(|attribute| attribute.g.as_deref()));
        place += 1;
    }
    found
}

/// The lengths of the input's axes without the samples, as the file tells them, else as was asked for; none where one
/// stays open.
fn input_shape(input: &ValueInfoProto, asked: Option<Volume>) -> Option<Vec<usize>> {
    let axes = &input.kind.as_ref()?.tensor_type.as_ref()?.shape.as_ref()?.dim;
    let lengths = axes.iter().map(|axis| usize::try_from(axis.dim_value?).ok().filter(|&length| length > 0));
    let skipped = usize::from(axes.len() > 1);
    let told: Option<Vec<usize>> = lengths.skip(skipped).collect();
    let shape = told.or_else(|| match (asked?, axes.len()) {
        (volume, 0 | 4) => Some(vec![volume.channels(), volume.height(), volume.width()]),
        (volume, 3) => Some(vec![volume.channels(), volume.width()]),
        _ => None,
    });
    shape.filter(|shape| !shape.is_empty())
}

fn given_opaque(trace: &Trace<'_>, node: &NodeProto) -> bool {
    node.input.iter().any(|name| matches!(trace.known(name), Some(Value::Opaque)))
}

/// The first operand that comes from the input.
fn given(trace: &Trace<'_>, node: &NodeProto) -> Option<Traced> {
    node.input.iter().find_map(|name| match trace.known(name) {
        Some(Value::Traced(traced)) => Some(traced.clone()),
        _ => None,
    })
}

/// The value that the network gives, and how it is read: of several outputs the one that is understood as numbers, where
/// the others name classes.
fn end(trace: &Trace<'_>, graph: &GraphProto) -> Result<(Traced, Option<OutputFunction>), GraphProblem> {
    let ends = |problem: String| GraphProblem::Ends { problem };
    let mut numbers = Vec::new();
    let mut read = Vec::new();
    for output in &graph.output {
        match trace.known(&output.name) {
            Some(Value::Traced(traced)) => numbers.push((output.name.as_str(), traced)),
            Some(Value::Read { of, by }) => read.push((*of, *by)),
            Some(Value::Opaque) | None => return Err(ends(format!("the output `{}` is not understood", output.name))),
            Some(_) => {}
        }
    }
    match (&numbers[..], &read[..]) {
        ([(_, traced)], _) => Ok(((*traced).clone(), None)),
        ([], [(of, by)]) => Ok((Traced::of(*of), Some(*by))),
        ([], _) => Err(ends("no output of the graph comes from its input".into())),
        (several, _) => {
            let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
            Err(ends(format!("the graph has {} outputs ({})", names.len(), names.join(", "))))
        }
    }
}

/// The network up to a value that is understood.
fn finish(
    path: &Path,
    graph: &GraphProto,
    trace: &mut Trace<'_>,
    end: &Traced,
    by: Option<OutputFunction>,
) -> Result<GraphNetwork, FormatError> {
    let value = match trace.settle(end) {
        Ok(value) => value,
        Err(problem) => return Ok(GraphNetwork { network: None, problem: Some(problem) }),
    };
    let stem = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = graph.name.as_str();
    let name = if name.is_empty() || GENERIC_NAMES.contains(&name) { stem() } else { name.to_owned() };
    trace.graph.network(name, value, by).map_err(|source| FormatError::Network { path: path.into(), source })
}

/// The initializers and the constants of nodes.
struct OnnxTensors {
    tensors: Vec<TensorProto>,
    folder: Mutex<Folder>,
}

impl TensorSource for OnnxTensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let tensor = self.tensors.get(index).ok_or_else(|| ValuesError::Tensor("is not in the file".into()))?;
        // A panic while reading leaves the list of open files as it was.
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let constant = decode(tensor, &mut folder);
        constant
            .map(|constant| constant.values)
            .map_err(|problem| ValuesError::Tensor(format!("{problem}; save it again")))
    }
}

/// Every tensor of the graph and of those within it: what `follow_all` does not understand can still be looked at.
fn tensors(path: &Path, graph: GraphProto) -> TensorFile {
    let recurrent: HashSet<String> = nodes(&graph)
        .filter(|node| is_recurrent(&node.op_type))
        .flat_map(|node| node.input.iter().skip(1).take(2).cloned())
        .collect();
    let mut tensors = Vec::new();
    let mut waiting = VecDeque::from([graph]);
    while let Some(graph) = waiting.pop_front() {
        tensors.extend(graph.initializer);
        for node in graph.node {
            let is_constant = node.op_type == "Constant";
            let name = label(&node).to_owned();
            for attribute in node.attribute {
                let tensor = attribute.t.filter(|_| is_constant);
                tensors.extend(tensor.map(|tensor| TensorProto { name: name.clone(), ..tensor }));
                waiting.extend(attribute.g.map(|graph| *graph));
            }
        }
    }
    for tensor in &mut tensors {
        let of_one_direction = matches!(tensor.dims[..], [1, _, _]) && recurrent.contains(&tensor.name);
        if of_one_direction {
            // The matrix of a recurrent operator that goes one way; its first axis counts ways.
            tensor.dims.remove(0);
        }
    }
    distinct(&mut tensors);
    let info = |tensor: &TensorProto| {
        let (dtype, bytes) = element_of(tensor);
        let shape = shape_of(tensor).unwrap_or_default();
        let size = size(&shape).and_then(|count| count.checked_mul(bytes.unwrap_or(0))).unwrap_or(0);
        TensorInfo {
            name: tensor.name.clone(),
            shape,
            dtype: dtype.into(),
            bytes: size as u64,
            is_numeric: bytes.is_some(),
            in_model: true,
        }
    };
    let infos = tensors.iter().map(info).collect();
    TensorFile::new(path, infos, OnnxTensors { tensors, folder: Mutex::new(Folder::of(path)) })
}

/// Gives tensors of the same name, which graphs beside each other may have, names of their own.
fn distinct(tensors: &mut [TensorProto]) {
    let mut known: HashMap<String, usize> = HashMap::new();
    for tensor in tensors {
        let count = known.entry(tensor.name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            tensor.name = format!("{} ({count})", tensor.name);
        }
    }
}
