//! Graph models of TensorFlow.js: a graph of TensorFlow's own operators, as JSON.

mod call;
mod fused;
mod kernels;
mod nodes;
mod operators;
mod program;
mod windows;

use std::path::Path;

use serde_json::Value;

use super::manifest::Manifest;
use crate::formats::graph::{GraphNetwork, GraphProblem, opened};
use crate::formats::input_lengths::InputLengths;
use crate::formats::opened::Opened;
use crate::formats::tensorflow::{Followed, Trace, run};
use crate::formats::{Account, FormatError, PartName, json};
use kernels::GraphTensors;
use nodes::GraphDef;
use program::{GraphProgram, Order};

/// What stands beside a model's graph and weights, and why a network needs nothing of it.
const NEEDLESS_KEYS: [(&str, &str); 8] = [
    ("format", "names the kind of the file"),
    ("generatedBy", "names a program"),
    ("convertedBy", "names a program"),
    ("modelTopology", "is the graph, whose nodes are told of one by one"),
    ("weightsManifest", "is the list of the tensors, which are told of one by one"),
    ("signature", "names the inputs and outputs, which are read"),
    ("userDefinedMetadata", "is a description for people and programs"),
    ("trainingConfig", "belongs to a training"),
];
/// Parts of the graph that are no nodes.
const NEEDLESS_TOPOLOGY: [(&str, &str); 3] = [
    ("node", "is the list of the nodes"),
    ("versions", "names the version of TensorFlow"),
    ("library", "holds functions, which no node that is understood calls"),
];

/// Opens the model whose JSON and tensors are given.
pub(super) fn open(
    path: &Path,
    bytes: &[u8],
    topology: &Value,
    manifest: Manifest,
    asked: Option<InputLengths>,
) -> Result<Opened, FormatError> {
    let content =
        |problem: String| FormatError::Content { path: path.into(), position: "modelTopology".into(), problem };
    let graph: GraphDef = serde_json::from_value(topology.clone()).map_err(|error| content(error.to_string()))?;
    let model: Value = json::parse(path, bytes)?;
    let tensors = GraphTensors::new(manifest, &graph);
    let order = Order::from_graph(&graph, model.get("signature"), asked);
    let mut account = Account::default();
    let (network, convolutions) = match order {
        Ok(order) => {
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let program = GraphProgram::new(&graph, &order, &tensors);
            let trace = Trace::new(tensors.held(), order.samples);
            let Followed { network, convolutions, account: steps, .. } = run(path, name, &program, &order.ends, trace)?;
            account.join(steps);
            (network, convolutions)
        }
        Err(problem) => (GraphNetwork { network: None, problem: Some(GraphProblem::Ends { problem }) }, Vec::new()),
    };
    // A constant that no node names is one that nothing needs to name.
    for name in tensors.names() {
        if account.fate(&PartName::tensor(name)).is_none() {
            account.leaves(PartName::tensor(name), "no node of the graph takes it");
        }
    }
    tell_keys(&model, "", &NEEDLESS_KEYS, &mut account);
    tell_keys(topology, "modelTopology.", &NEEDLESS_TOPOLOGY, &mut account);
    let weights = tensors.weights(&graph, &convolutions);
    let file = || tensors.into_file(path).with_weights(weights);
    Ok(opened(network, convolutions, "the graph is empty", account, file))
}

fn tell_keys(object: &Value, prefix: &str, needless: &[(&str, &str)], account: &mut Account) {
    for key in object.as_object().into_iter().flat_map(|object| object.keys()) {
        let part = PartName::key(format!("{prefix}{key}"));
        match needless.iter().find(|(known, _)| known == key) {
            Some((_, why)) => account.leaves(part, *why),
            None => account.misses(part, "is not understood"),
        }
    }
}
