//! Whole modules: a pickle that names the classes of a model's parts and their settings.
//!
//! What a class of one's own does with its parts stands in its code, which no file holds. But the parts of an
//! `nn.Sequential` act one after another, so that such a model is a network; of others the modules are told.

mod activation;
mod fault;
mod layers;
mod module;
mod notes;
mod volumes;
mod weight;

use std::collections::HashMap;
use std::path::Path;

use super::super::graph::{GraphConvolution, GraphNetwork};
use super::super::tensors::TensorFile;
use super::super::{Account, FormatError, PartName, Unfolding, WeightForm};
use crate::formats::graph::{Graph, opened};
use crate::formats::input_lengths::InputLengths;
use crate::formats::opened::Opened;
use crate::pickle::{Pickle, Value};
use module::{Module, is_of_torch};

use fault::Fault;
pub(super) use notes::notes;

/// Modules that act one after another.
pub(super) struct Sequence<'a> {
    pub module: Module<'a>,
    /// What was assumed of the model around them, in a sentence.
    pub assumed: Option<String>,
}

/// The modules that act one after another in the model that a value of this name is; `None` where only its own code says
/// what it does, or it is no module.
pub(super) fn sequence<'a>(pickle: &'a Pickle<'a>, value: Value, name: &str) -> Option<Sequence<'a>> {
    let mut module = Module::new(pickle, value, name.to_owned())?;
    // Around a model that was trained on several machines.
    while module.is("DataParallel") || module.is("DistributedDataParallel") {
        module = module.children().into_iter().next()?;
    }
    if module.is("Sequential") || module.is_of_library() && module.children().is_empty() {
        return Some(Sequence { module, assumed: None });
    }
    let mut children = module.children();
    let inner = children.pop().filter(|child| children.is_empty() && child.is("Sequential"))?;
    if is_of_torch(&module.package) || module.has_tensors() {
        return None;
    }
    let (class, path) = (&module.class, &inner.path);
    let assumed =
        format!("the code of `{class}`, which no file holds, gives its input to `{path}` and does nothing else");
    Some(Sequence { module: inner, assumed: Some(assumed) })
}

/// The network of modules that act one after another.
pub(super) fn open(
    path: &Path,
    held: u64,
    module: Module<'_>,
    tensors: TensorFile,
    input: Option<InputLengths>,
) -> Result<Opened, FormatError> {
    let mut graph = Graph::of_bytes(held);
    let found = layers::Line::new(module);
    let line = &found.parts;
    let start = graph.input(layers::input_shape(line, input));
    let (mut end, mut read_by) = (start, None);
    let mut problem = found.sequences.iter().find_map(|sequence| weight::refuse_hooks(sequence, &[]).err());
    let mut followed = 0;
    for (position, part) in line.iter().enumerate() {
        if problem.is_some() {
            break;
        }
        match layers::add(&mut graph, part, end, &tensors) {
            Ok(layers::Added::Value(value)) if read_by.is_none() => end = value,
            Ok(layers::Added::Output(output)) if position + 1 == line.len() => read_by = Some(output),
            Ok(_) => problem = Some(part.operator()),
            Err(Fault::Graph(found)) => problem = Some(found),
            Err(Fault::File(error)) => return Err(error),
        }
        followed += usize::from(problem.is_none());
    }
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let read_by = read_by.filter(|_| problem.is_none());
    let mut network =
        graph.network(name, end, read_by).map_err(|source| FormatError::Network { path: path.into(), source })?;
    let on_the_way = network.problem.take().filter(|_| network.network.is_some() || problem.is_none());
    let network = GraphNetwork { problem: on_the_way.or(problem), ..network };
    // The module that is not understood is told before the tensors that no layer has for its sake.
    let mut account = Account::of_parts(line.iter().map(|part| PartName::node(part.label())));
    for (position, part) in line.iter().enumerate() {
        let name = PartName::node(part.label());
        if position < followed {
            account.uses(name, part.class.as_str());
        } else {
            account.misses(name, format!("({}) comes behind what is not understood", part.class));
        }
        for setting in part.unread_settings().into_iter().filter(|_| position < followed) {
            account.misses(PartName::attribute(part.label(), setting), "is not a setting that is known");
        }
    }
    for sequence in &found.sequences {
        for setting in sequence.unread_settings() {
            account.misses(PartName::attribute(sequence.label(), setting), "is not a setting that is known");
        }
    }
    account.join(tensors.account_of_reads());
    let convolutions = graph.into_convolutions();
    let forms = forms(line, &convolutions);
    Ok(opened(network, convolutions, "the model has no layers", account, || tensors.with_forms(forms)))
}

/// What the kernels of the modules are, which the shape of a tensor does not tell.
fn forms(line: &[Module<'_>], convolutions: &[GraphConvolution]) -> HashMap<String, WeightForm> {
    let known = line.iter().filter(|part| part.is_of_library()).filter_map(|part| {
        let unfolding =
            |axis: usize, is_window: bool| Unfolding { class: part.class.clone(), outputs: vec![axis], is_window };
        let form = match part.class.as_str() {
            _ if convolutions.iter().any(|convolution| convolution.name == part.label()) => WeightForm::Listed,
            "Conv1d" | "Conv2d" => WeightForm::Plain(unfolding(0, true)),
            "Conv3d" => WeightForm::Other(unfolding(0, true)),
            // Inputs come first. In groups, those of each group have outputs of their own.
            class if class.starts_with("ConvTranspose") => match part.number("groups") {
                None | Some(1.0) => WeightForm::Other(unfolding(1, true)),
                Some(_) => WeightForm::Unknown(format!("{class} in groups")),
            },
            "Bilinear" => WeightForm::Other(unfolding(0, false)),
            _ => return None,
        };
        Some((part.tensor_name("weight"), form))
    });
    known.collect()
}
