//! ONNX files as networks: the graph is followed from its input as far as it is understood.

use std::path::Path;

use prost::Message;

use super::accounting::{Course, accounted};
use super::bounds::is_in_proportion;
use super::element::Kind;
use super::inline::inline;
use super::listing::{nodes, tensors};
use super::message::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, ValueInfoProto, element};
use super::node::Node;
use super::nodes::follow;
use super::rounding::Rounding;
use super::scalar::{Scalar, Unary};
use super::trace::{Fault, LeftOut, Reading, Told, Trace, Traced, Value, label};
use crate::formats::candidate::{Candidate, Content, Evidence};
use crate::formats::graph::{GraphConvolution, GraphNetwork, GraphProblem, is_recurrent, opened};
use crate::formats::input_lengths::{InputLengths, shape_of};
use crate::formats::opened::Opened;
use crate::formats::{Account, Fate, FormatError, PartName};
use crate::network::{Activation, Elementary, Flattening, OutputFunction};

/// Names of graphs that exporters give to any network.
const GENERIC_NAMES: [&str; 5] = ["main_graph", "torch_jit", "torch-jit-export", "graph", "main"];
/// The newest version of ONNX's operators whose meaning is known.
const NEWEST_OPERATORS: i64 = 25;

/// How surely the file is one: a message of protobuf has no mark.
pub(in crate::formats) fn recognise_file(file: &Candidate) -> Option<Evidence> {
    (matches!(file.content, Content::Bytes) && file.extension == "onnx").then_some(Evidence::Name)
}

/// Opens an ONNX file.
pub(in crate::formats) fn open(path: &Path, asked: Option<InputLengths>) -> Result<Opened, FormatError> {
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: "ONNX", reason };
    let file = crate::io::read(path).map_err(|source| FormatError::Read { path: path.into(), source })?;
    if !is_in_proportion(&file) {
        return Err(damaged("its messages would take far more memory than the file itself".into()));
    }
    let model = ModelProto::decode(&file[..]).map_err(|error| damaged(error.to_string()))?;
    drop(file);
    let mut graph = model.graph.ok_or_else(|| damaged("it holds no graph".into()))?;
    let (version, remark) = version(&model.opset_import);
    inline(&mut graph, &model.functions, version);
    let Followed { network, convolutions, mut account } = follow_all(path, &graph, version, asked)?;
    remark.into_iter().for_each(|remark| account.assume(remark));
    let convolved = convolutions.iter().map(|convolution| convolution.name.clone()).collect();
    Ok(opened(network, convolutions, "the graph is empty", account, || tensors(path, graph, &convolved)))
}

/// The version of ONNX's own operators, and what is to be said of it.
fn version(sets: &[OperatorSetIdProto]) -> (i64, Option<String>) {
    let of_its_own = |set: &&OperatorSetIdProto| matches!(set.domain.as_str(), "" | "ai.onnx");
    match sets.iter().find(of_its_own).map(|set| set.version) {
        None if sets.is_empty() => {
            let remark = format!("the file names no set of operators, so that version {NEWEST_OPERATORS} is taken");
            (NEWEST_OPERATORS, Some(remark))
        }
        None => (NEWEST_OPERATORS, None),
        Some(version) if version > NEWEST_OPERATORS => {
            let remark = format!(
                "the file's operators are of version {version}, newer than {NEWEST_OPERATORS}, and taken to mean the same"
            );
            (version, Some(remark))
        }
        Some(version) => (version, None),
    }
}

/// What became of a graph.
struct Followed {
    network: GraphNetwork,
    convolutions: Vec<GraphConvolution>,
    account: Account,
}

/// The network as far as it is understood, what comes next, all convolutions whose shapes are known, and what became of
/// every part of the graph.
fn follow_all(
    path: &Path,
    graph: &GraphProto,
    version: i64,
    asked: Option<InputLengths>,
) -> Result<Followed, FormatError> {
    let mut trace = Trace::new(path, graph);
    let nowhere = |problem: GraphProblem| {
        let network = GraphNetwork { network: None, problem: Some(problem) };
        Ok(Followed { network, convolutions: Vec::new(), account: accounted(graph, &[], &[]) })
    };
    let inputs: Vec<&ValueInfoProto> = graph.input.iter().filter(|input| !trace.is_initializer(&input.name)).collect();
    let first = match begin(&mut trace, graph, &inputs, asked) {
        Ok(first) => first,
        Err(problem) => return nowhere(problem),
    };
    let mut problem = None;
    let mut understood = first;
    let mut courses = Vec::with_capacity(graph.node.len());
    for proto in &graph.node {
        let node = Node::new(proto, version);
        let (value, course) = match given_opaque(&trace, proto) {
            Some(name) => (Value::Opaque, Course::After(name.to_owned())),
            None => match followed(&mut trace, &node) {
                Ok(value) => (value, Course::Followed),
                Err(Fault::File(error)) => return Err(error),
                Err(Fault::Graph(found)) => {
                    let course = Course::Unknown(found.clone());
                    if problem.is_none() && !is_idle(graph, proto) {
                        understood = given(&trace, proto).unwrap_or(understood);
                        problem = Some(found);
                    }
                    (Value::Opaque, course)
                }
            },
        };
        courses.push(course);
        if let Some(twice) = proto.output.iter().find(|name| !name.is_empty() && trace.known(name).is_some()) {
            return nowhere(GraphProblem::Ends { problem: format!("the value `{twice}` is given twice") });
        }
        let mut values = match value {
            Value::Several(values) => values,
            one => vec![one],
        }
        .into_iter();
        for name in &proto.output {
            let value = values.next().unwrap_or(Value::Opaque);
            if !name.is_empty() {
                trace.set(name, value);
            }
        }
    }
    let (network, taken) = match end(&mut trace, graph) {
        Ok(end) => {
            trace.remarks.extend(end.remarks);
            (finish(path, graph, &mut trace, &end.traced, end.by)?, end.taken)
        }
        Err(no_end) => {
            let read = finish(path, graph, &mut trace, &understood, None)?;
            // What lies on the way to the first operator that is not known comes before it.
            let problem = read.problem.filter(|_| read.network.is_some()).or(problem).unwrap_or(no_end);
            let all = graph.output.iter().map(|output| output.name.clone()).collect();
            (GraphNetwork { network: read.network, problem: Some(problem) }, all)
        }
    };
    let mut account = accounted(graph, &courses, &taken);
    std::mem::take(&mut trace.remarks).into_iter().for_each(|remark| account.assume(remark));
    for LeftOut { part, fate } in std::mem::take(&mut trace.left_out) {
        let node = match &part {
            PartName::Attribute { of, .. } => PartName::node(of),
            part => part.clone(),
        };
        // What is not on the way to the output changes nothing in it.
        match fate {
            _ if matches!(account.fate(&node), Some(Fate::Needless(_))) => {}
            Told::Assumed(sentence) => account.assume(sentence),
            Told::Missing(why) => account.misses(part, why),
        }
    }
    Ok(Followed { network, convolutions: trace.graph.into_convolutions(), account })
}

/// The value of a node of which nothing was left out.
fn followed<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let value = follow(trace, node)?;
    match node.left_out() {
        None => Ok(value),
        Some(problem) => Err(problem.into()),
    }
}

/// Whether nothing takes what the node gives.
fn is_idle(graph: &GraphProto, node: &NodeProto) -> bool {
    let is_taken = |name: &String| {
        graph.output.iter().any(|output| output.name == *name)
            || graph.node.iter().any(|other| other.input.contains(name))
    };
    !node.output.iter().any(is_taken)
}

/// Gives the network its input, or its inputs as parts of one; the first of them.
fn begin<'a>(
    trace: &mut Trace<'a>,
    graph: &'a GraphProto,
    inputs: &[&'a ValueInfoProto],
    asked: Option<InputLengths>,
) -> Result<Traced, GraphProblem> {
    let Some(first) = inputs.first() else { return Err(several(graph, inputs)) };
    let axes = input_axes(first);
    (trace.input_axes, trace.samples) =
        (axes.as_ref().map(Vec::len), axes.and_then(|axes| axes.first().copied().flatten()));
    let bases = match inputs {
        [input] => vec![trace.graph.input(input_shape(input, asked))],
        several_inputs => {
            let shapes = |input: &&'a ValueInfoProto| Some((input.name.as_str(), part_shape(input, asked)?));
            let shapes: Option<Vec<(&str, Vec<usize>)>> = several_inputs.iter().map(shapes).collect();
            let shapes = shapes.ok_or_else(|| match several_inputs.iter().find(|input| is_open(input)) {
                Some(open) if asked.is_none() => GraphProblem::InputShape { node: open.name.clone() },
                _ => several(graph, several_inputs),
            })?;
            let (bases, sentence) = trace.graph.inputs_beside_each_other(&shapes)?;
            trace.remarks.push(sentence);
            bases
        }
    };
    let mut all = Vec::with_capacity(inputs.len());
    for (input, base) in inputs.iter().zip(bases) {
        let kind = match element_of(input) {
            element::STRING => {
                let (node, setting) = (input.name.clone(), "its type".into());
                return Err(GraphProblem::Setting { node, setting, value: "is text".into() });
            }
            element::BOOL => Kind::Truth,
            element::INT8..=element::INT64 | element::UINT8 | element::UINT32 | element::UINT64 => Kind::Integer,
            _ => Kind::Float,
        };
        let given = Traced { kind, ..Traced::from_value(base) };
        trace.set(&input.name, Value::Traced(given.clone()));
        if let Some(rounding) = Rounding::from_number(element_of(input)) {
            rounding.account_for(trace, element_of(input), PartName::attribute(&input.name, "type"));
        }
        all.push(given);
    }
    all.into_iter().next().ok_or_else(|| several(graph, inputs))
}

/// The shape of an input that is one of several: its first axis has to be that of the samples.
fn part_shape(input: &ValueInfoProto, asked: Option<InputLengths>) -> Option<Vec<usize>> {
    let axes = input_axes(input)?;
    match &axes[..] {
        // One number for each sample.
        [None] => Some(Vec::new()),
        [] | [Some(_)] => None,
        _ => input_shape(input, asked),
    }
}

/// Whether the file tells how many axes an input has, but leaves the length of one behind that of the samples open.
fn is_open(input: &ValueInfoProto) -> bool {
    input_axes(input).is_some_and(|axes| axes.iter().skip(1).any(Option::is_none))
}

/// What a graph of several inputs, or none, is: most often the others are the memory of a recurrent operator.
fn several(graph: &GraphProto, inputs: &[&ValueInfoProto]) -> GraphProblem {
    if let Some(node) = nodes(graph).find(|node| is_recurrent(&node.op_type)) {
        return GraphProblem::Operator { node: label(node).into(), operator: node.op_type.clone() };
    }
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    GraphProblem::Ends { problem: format!("the graph has {} inputs ({})", names.len(), names.join(", ")) }
}

/// The lengths of the input's axes, that of the samples first; none where the file does not tell how many there are.
fn input_axes(input: &ValueInfoProto) -> Option<Vec<Option<usize>>> {
    let axes = &input.kind.as_ref()?.tensor_type.as_ref()?.shape.as_ref()?.dim;
    let length = |value: Option<i64>| usize::try_from(value?).ok().filter(|length| *length > 0);
    Some(axes.iter().map(|axis| length(axis.dim_value)).collect())
}

fn element_of(input: &ValueInfoProto) -> i32 {
    let tensor = input.kind.as_ref().and_then(|kind| kind.tensor_type.as_ref());
    tensor.map_or(element::FLOAT, |tensor| tensor.elem_type)
}

/// The lengths of the input's axes without the samples, as the file tells them, else as was asked for; none where one
/// stays open.
fn input_shape(input: &ValueInfoProto, asked: Option<InputLengths>) -> Option<Vec<usize>> {
    let axes = input_axes(input)?;
    let own = match &axes[..] {
        [] => &[None; 3],
        [_, own @ ..] if !own.is_empty() => own,
        alone => alone,
    };
    shape_of(own, asked, Flattening::ChannelsFirst)
}

/// The first operand that comes from something that is not understood.
fn given_opaque<'n>(trace: &Trace<'_>, node: &'n NodeProto) -> Option<&'n str> {
    let opaque = |name: &&str| matches!(trace.known(name), Some(Value::Opaque));
    // What names of classes are does not matter to a node that picks one of them.
    let names = matches!(node.op_type.as_str(), "ArrayFeatureExtractor" | "Gather").then_some(0);
    let inputs = node.input.iter().map(String::as_str).enumerate().filter(|(position, _)| Some(*position) != names);
    inputs.map(|(_, name)| name).find(opaque)
}

/// The first operand that comes from the input.
fn given(trace: &Trace<'_>, node: &NodeProto) -> Option<Traced> {
    node.input.iter().find_map(|name| match trace.known(name) {
        Some(Value::Traced(traced)) => Some(traced.clone()),
        _ => None,
    })
}

/// The value that the network gives.
struct End {
    traced: Traced,
    /// How it is read.
    by: Option<OutputFunction>,
    /// The outputs of the graph that it stands for.
    taken: Vec<String>,
    remarks: Vec<String>,
}

/// The value that the network gives, and how it is read: of several outputs the one that is understood as numbers, where
/// the others name classes.
fn end(trace: &mut Trace<'_>, graph: &GraphProto) -> Result<End, GraphProblem> {
    let ends = |problem: String| GraphProblem::Ends { problem };
    let mut numbers = Vec::new();
    let mut read = Vec::new();
    for output in &graph.output {
        match trace.known(&output.name) {
            Some(Value::Traced(traced)) if traced.transposed => {
                return Err(ends(format!("the output `{}` has its samples on the last axis", output.name)));
            }
            Some(Value::Traced(traced)) => numbers.push((output.name.as_str(), traced.clone())),
            Some(Value::Read { of, as_what }) => read.push((output.name.as_str(), *of, *as_what)),
            Some(Value::Opaque) | None => return Err(ends(format!("the output `{}` is not understood", output.name))),
            Some(_) => {}
        }
    }
    let mut remarks = Vec::new();
    match (&numbers[..], &read[..]) {
        ([(name, traced)], _) => {
            let softmax = trace.softmaxes.iter().find(|(softmax, _)| *softmax == traced.base).map(|(_, of)| *of);
            let same = |of| of == traced.base || Some(of) == softmax;
            for (other, ..) in read.iter().filter(|(_, of, _)| !same(*of)) {
                remarks.push(format!("of the outputs `{name}` and `{other}` the first is taken"));
            }
            let rank = trace.rank(traced.base).unwrap_or(2) + usize::from(traced.unsqueezed);
            if rank != 2 {
                remarks.push(format!(
                    "the output `{name}` has {rank} axes; its numbers are given as one row for each sample"
                ));
            }
            let taken = std::iter::once(*name).chain(read.iter().map(|(name, ..)| *name)).map(str::to_owned).collect();
            if let (Some(logits), true) = (softmax, is_logarithm(&traced.scalar)) {
                let by = Some(OutputFunction::LogSoftmax);
                return Ok(End { traced: Traced::from_value(logits), by, taken, remarks });
            }
            Ok(End { traced: traced.clone(), by: None, taken, remarks })
        }
        ([], [(name, of, as_what)]) => {
            if *as_what != Reading::OneHot {
                remarks.push(format!(
                    "the output `{name}` names the largest; given instead is 1 at its place and 0 elsewhere"
                ));
            }
            let by = Some(OutputFunction::Argmax);
            Ok(End { traced: Traced::from_value(*of), by, taken: vec![(*name).to_owned()], remarks })
        }
        ([], []) => Err(ends("no output of the graph comes from its input".into())),
        ([], several) => {
            let names: Vec<&str> = several.iter().map(|(name, ..)| *name).collect();
            Err(ends(format!("the graph has {} outputs ({})", names.len(), names.join(", "))))
        }
        (several, _) => {
            let mut outputs = Vec::with_capacity(several.len());
            for (name, traced) in several {
                outputs.push((*name, trace.settle(traced)?));
            }
            let (end, sentence) = trace.graph.outputs_behind_each_other(&outputs)?;
            remarks.push(sentence);
            for (other, ..) in &read {
                remarks.push(format!("the output `{other}` names the largest of one of them, and is left out"));
            }
            let taken = several.iter().map(|(name, _)| *name).chain(read.iter().map(|(name, ..)| *name));
            let taken = taken.map(str::to_owned).collect();
            Ok(End { traced: Traced::from_value(end), by: Some(OutputFunction::Identity), taken, remarks })
        }
    }
}

/// ln x.
fn is_logarithm(scalar: &Scalar) -> bool {
    let log = Unary::Activation(Activation::Elementary(Elementary::Log));
    matches!(scalar, Scalar::Unary(operator, of) if *operator == log && matches!(of.as_ref(), Scalar::Variable))
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
