//! A graph of TensorFlow's operators as a program of steps.

use std::collections::HashMap;

use serde_json::Value;

use super::kernels::GraphTensors;
use super::nodes::{Attributes, GraphDef, NodeDef, needless, result};
use super::operators;
use crate::formats::graph::GraphProblem;
use crate::formats::input_lengths::{InputLengths, shape_of};
use crate::formats::tensorflow::{Array, Ends, Input, Operand, Program, Step, Trace};
use crate::network::Flattening;

/// Results of a node beyond this number have no name in any graph that is written.
const MAX_RESULTS: usize = 1 << 10;

/// Types of the manifest that are no real numbers.
const WHOLE_TYPES: [&str; 4] = ["INT32", "BOOL", "UINT8", "INT8"];

/// The nodes in an order in which each comes behind those that it is given, and where the graph begins and ends.
pub(super) struct Order {
    /// Places of nodes.
    nodes: Vec<usize>,
    /// The number of each result that is named.
    values: HashMap<(String, usize), usize>,
    pub ends: Ends,
    /// The samples that the input itself counts.
    pub samples: Option<usize>,
}

impl Order {
    /// The order of a graph, or why it has none.
    pub fn from_graph(
        graph: &GraphDef,
        signature: Option<&Value>,
        asked: Option<InputLengths>,
    ) -> Result<Order, String> {
        let mut positions: HashMap<&str, usize> = HashMap::new();
        for (position, node) in graph.node.iter().enumerate() {
            if positions.insert(&node.name, position).is_some() {
                return Err(format!("the graph has two nodes `{}`", node.name));
            }
        }
        let nodes = sorted(graph, &positions)?;
        let mut values: HashMap<(String, usize), usize> = HashMap::new();
        let mut add = |name: &str, number: usize| -> Result<usize, String> {
            if !positions.contains_key(name) || number >= MAX_RESULTS {
                return Err(format!("the graph has no value `{name}:{number}`"));
            }
            let next = values.len();
            Ok(*values.entry((name.to_owned(), number)).or_insert(next))
        };
        for node in &graph.node {
            add(&node.name, 0)?;
            for (name, number) in node.operands() {
                add(name, number)?;
            }
        }
        let mut outputs = Vec::new();
        for (key, name) in told_outputs(graph, signature) {
            let (node, number) = result(&name);
            outputs.push((add(node, number)?, key));
        }
        let mut samples = None;
        let mut inputs = Vec::new();
        for node in graph.node.iter().filter(|node| node.op == "Placeholder") {
            let axes = node.shape("shape");
            samples = axes.as_ref().and_then(|axes| axes.first().copied().flatten());
            inputs.push(input(node, add(&node.name, 0)?, axes.as_deref(), asked));
        }
        Ok(Order { nodes, values, ends: Ends { inputs, outputs }, samples })
    }
}

fn input(node: &NodeDef, value: usize, axes: Option<&[Option<usize>]>, asked: Option<InputLengths>) -> Input {
    let dtype = node.type_of("dtype").unwrap_or_default();
    let refusal = if !NodeDef::is_real(dtype) {
        Some(format!("is of type {dtype}, where real numbers are understood"))
    } else if axes.is_some_and(|axes| axes.len() < 2) {
        Some("has no axis behind that of the samples".to_owned())
    } else {
        None
    };
    // A file that does not even tell how many axes there are is taken to ask for a picture.
    let own = axes.map_or(&[None, None, None][..], |axes| axes.get(1..).unwrap_or_default());
    let shape = shape_of(own, asked, Flattening::ChannelsLast).filter(|shape| !shape.is_empty());
    Input { value, name: node.name.clone(), shape, refusal }
}

/// The outputs by their own names: what the signature says, else what no node takes.
fn told_outputs(graph: &GraphDef, signature: Option<&Value>) -> Vec<(String, String)> {
    let attribute = signature.and_then(|signature| signature.get("outputs")).and_then(Value::as_object);
    let attribute: Vec<(String, String)> = attribute
        .into_iter()
        .flatten()
        .filter_map(|(key, output)| Some((key.clone(), output.get("name")?.as_str()?.to_owned())))
        .collect();
    if !attribute.is_empty() {
        return attribute;
    }
    let taken: std::collections::HashSet<&str> =
        graph.node.iter().flat_map(|node| node.operands().map(|(name, _)| name)).collect();
    let ends = graph.node.iter().filter(|node| !matches!(node.op.as_str(), "Const" | "NoOp" | "Placeholder"));
    ends.filter(|node| !taken.contains(node.name.as_str())).map(|node| (node.name.clone(), node.name.clone())).collect()
}

/// Each node behind those that it is given.
fn sorted(graph: &GraphDef, positions: &HashMap<&str, usize>) -> Result<Vec<usize>, String> {
    let mut waits = vec![0_usize; graph.node.len()];
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); graph.node.len()];
    for (position, node) in graph.node.iter().enumerate() {
        for (name, _) in node.operands() {
            let before =
                *positions.get(name).ok_or_else(|| format!("`{}` is given `{name}`, which is no node", node.name))?;
            followers[before].push(position);
            waits[position] += 1;
        }
    }
    let mut ready: std::collections::VecDeque<usize> =
        (0..waits.len()).filter(|&position| waits[position] == 0).collect();
    let mut order = Vec::with_capacity(waits.len());
    while let Some(position) = ready.pop_front() {
        order.push(position);
        for &next in &followers[position] {
            waits[next] -= 1;
            if waits[next] == 0 {
                ready.push_back(next);
            }
        }
    }
    if order.len() < waits.len() {
        return Err("the graph runs in a circle".into());
    }
    Ok(order)
}

/// The nodes that compute something.
pub(super) struct GraphProgram<'g> {
    tensors: &'g GraphTensors,
    nodes: Vec<&'g NodeDef>,
    steps: Vec<Step>,
    /// The tensors of constants and their nodes, by the number of their value.
    constants: HashMap<usize, (usize, &'g NodeDef)>,
}

impl<'g> GraphProgram<'g> {
    pub fn new(graph: &'g GraphDef, order: &Order, tensors: &'g GraphTensors) -> GraphProgram<'g> {
        let value = |name: &str, number: usize| order.values.get(&(name.to_owned(), number)).copied();
        let mut results: HashMap<&str, usize> = HashMap::new();
        for (name, number) in order.values.keys() {
            let most = results.entry(name).or_insert(0);
            *most = (*most).max(*number);
        }
        let mut program = GraphProgram { tensors, nodes: Vec::new(), steps: Vec::new(), constants: HashMap::new() };
        for node in order.nodes.iter().filter_map(|&position| graph.node.get(position)) {
            match node.op.as_str() {
                "Placeholder" => continue,
                "Const" => {
                    let position = tensors.position(&node.name);
                    program.constants.extend(value(&node.name, 0).zip(position.map(|position| (position, node))));
                    continue;
                }
                _ => {}
            }
            let last = results.get(node.name.as_str()).copied().unwrap_or(0);
            program.steps.push(Step {
                label: node.name.clone(),
                operator: node.op.clone(),
                inputs: node.operands().map(|(name, number)| value(name, number)).collect(),
                // A result that nothing takes has no number.
                outputs: (0..=last).map(|number| value(&node.name, number).unwrap_or(usize::MAX)).collect(),
            });
            program.nodes.push(node);
        }
        program
    }
}

impl Program for GraphProgram<'_> {
    fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn constant(&self, value: usize) -> Option<&str> {
        let tensor = self.tensors.info(self.constants.get(&value)?.0)?;
        Some(&tensor.name)
    }

    fn array(&self, value: usize) -> Result<Array, String> {
        let &(position, node) = self.constants.get(&value).ok_or_else(|| "is not in the file".to_owned())?;
        let dtype = node.type_of("dtype").unwrap_or_default();
        let stored = self.tensors.info(position).map_or("", |tensor| tensor.dtype.as_str());
        if NodeDef::is_real(dtype) && WHOLE_TYPES.contains(&stored) {
            return Err(format!(
                "is of type {stored} in its file and of type {dtype} in the graph; convert the model again"
            ));
        }
        self.tensors.array(position)
    }

    fn shape(&self, _: usize) -> Option<Vec<usize>> {
        None
    }

    fn settings(&self, step: usize) -> Vec<(String, Option<&'static str>)> {
        let names = self.nodes.get(step).into_iter().flat_map(|node| node.attr.keys());
        names.map(|name| (name.clone(), needless(name))).collect()
    }

    fn follow(
        &self,
        trace: &mut Trace,
        step: usize,
        operands: &[Option<Operand>],
    ) -> Result<Vec<Operand>, GraphProblem> {
        let Some(node) = self.nodes.get(step) else { return Ok(Vec::new()) };
        operators::follow(trace, &Attributes::new(node), operands)
    }
}
