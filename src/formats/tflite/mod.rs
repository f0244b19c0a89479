//! TensorFlow Lite: the graph of a network as phones run it, a FlatBuffer.

mod call;
mod flat;
mod names;
mod operators;
mod options;
mod program;
mod schema;
mod tensors;
#[cfg(test)]
mod tests;
mod windows;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::candidate::{Candidate, Content, Evidence};
use super::graph::opened;
use super::opened::Opened;
use super::tensorflow::{Ends, Followed, Input, Trace, run};
use super::tensors::TensorFile;
use super::{Account, FormatError, PartName};
use crate::formats::input_lengths::{InputLengths, shape_of};
use crate::network::Flattening;
use program::TfliteProgram;
use schema::Model;
use tensors::{Shown, TfliteTensors};

/// What a file begins with, behind four bytes for the place of its first record.
const IDENTIFIER: &[u8] = b"TFL3";
/// The name that converters give to any graph.
const GENERIC_NAME: &str = "main";
/// The codes of the operators that have kernels.
const CONVOLUTION: i32 = 3;
const DEPTHWISE_CONVOLUTION: i32 = 4;

/// How surely the file is one.
pub(super) fn recognise(file: &Candidate) -> Option<Evidence> {
    let is_marked = file.beginning.get(4..).is_some_and(|rest| rest.starts_with(IDENTIFIER));
    (matches!(file.content, Content::Bytes) && is_marked).then_some(Evidence::Mark)
}

/// Opens a file of TensorFlow Lite.
pub(super) fn open(path: &Path, asked: Option<InputLengths>) -> Result<Opened, FormatError> {
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: "TensorFlow Lite", reason };
    let file = crate::io::read(path).map_err(|source| FormatError::Read { path: path.into(), source })?;
    let file: Arc<[u8]> = file.into();
    let bytes = file.as_ref();
    if bytes.get(4..8) != Some(IDENTIFIER) {
        return Err(damaged("it does not begin as one does".into()));
    }
    let model = schema::read(bytes).map_err(damaged)?;
    let held = model.tensors.iter().filter_map(|tensor| tensor.position.as_ref());
    // Tensors may share their bytes, which the file holds but once.
    let held = held.map(|position| position.len() as u64).sum::<u64>().min(bytes.len() as u64);
    let ends = ends(&model, asked);
    let samples = model.inputs.first().and_then(|&input| model.tensors.get(input)).and_then(|tensor| {
        let is_open = tensor.open.first().copied().unwrap_or_default();
        tensor.shape.first().copied().filter(|_| !is_open)
    });
    let stem = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = if ["", GENERIC_NAME].contains(&model.name.as_str()) { stem() } else { model.name.clone() };
    let program = TfliteProgram::new(bytes, &model);
    let followed = run(path, name, &program, &ends, Trace::new(held, samples))?;
    let Followed { network, convolutions, account: steps, used } = followed;
    let mut account = Account::default();
    program.tell_quantised(&used, &mut account);
    account.join(steps);
    tell_others(&model, &mut account);
    let shown = shown(&model);
    let weights = program.weights(&convolutions);
    Ok(opened(network, convolutions, "the graph is empty", account, || {
        let infos = shown.iter().map(Shown::info).collect();
        TensorFile::new(path, infos, TfliteTensors { file: file.clone(), shown }).with_weights(weights)
    }))
}

fn ends(model: &Model<'_>, asked: Option<InputLengths>) -> Ends {
    let signature = model.signatures.iter().find(|signature| signature.graph == 0);
    let name = |position: usize| {
        let attribute = signature.and_then(|signature| signature.names.get(&position).cloned());
        attribute.unwrap_or_else(|| model.tensors[position].name.clone())
    };
    let input = |&value: &usize| {
        let tensor = &model.tensors[value];
        let shape = shape_of(&tensor.sample_axes(), asked, Flattening::ChannelsLast).filter(|shape| !shape.is_empty());
        let refusal = if !tensor.is_real() {
            Some(format!("is of type {}, where real numbers are understood", tensor.element.name()))
        } else if tensor.shape.len() < 2 {
            Some("has no axis behind that of the samples".to_owned())
        } else {
            None
        };
        Input { value, name: name(value), shape, refusal }
    };
    Ends {
        inputs: model.inputs.iter().map(input).collect(),
        outputs: model.outputs.iter().map(|&value| (value, name(value))).collect(),
    }
}

/// Graphs, signatures and descriptions beside the main graph.
fn tell_others(model: &Model<'_>, account: &mut Account) {
    let called: HashSet<usize> = model.signatures.iter().map(|signature| signature.graph).collect();
    for (position, name) in model.other_graphs.iter().enumerate() {
        let part = PartName::key(format!("subgraph {} {name}", position + 1));
        account.leaves(part, "is no part of the main graph, unless an operator of it says so");
    }
    if called.iter().any(|graph| *graph != 0) {
        let names: Vec<&str> = model.signatures.iter().map(|signature| signature.key.as_str()).collect();
        account.assume(format!("of the file's signatures ({}) the one of the main graph is opened", names.join(", ")));
    }
    for name in &model.metadata {
        account.leaves(PartName::key(format!("metadata {name}")), "is a description for people and programs");
    }
}

/// The constants, kernels with their axes as their operators tell them.
fn shown(model: &Model<'_>) -> Vec<Shown> {
    let kernels = |code: i32| -> HashSet<usize> {
        let operators = model.operators.iter().filter(|operator| operator.code == code);
        operators.filter_map(|operator| operator.inputs.get(1).copied().flatten()).collect()
    };
    let (convolutions, depthwise) = (kernels(CONVOLUTION), kernels(DEPTHWISE_CONVOLUTION));
    let constants = model.tensors.iter().enumerate().filter(|(_, tensor)| tensor.position.is_some());
    let axes = |position: usize, axes: usize| match axes {
        4 if convolutions.contains(&position) => Some([0, 3, 1, 2]),
        4 if depthwise.contains(&position) => Some([3, 0, 1, 2]),
        _ => None,
    };
    constants
        .map(|(position, tensor)| Shown { tensor: tensor.clone(), axes: axes(position, tensor.shape.len()) })
        .collect()
}
