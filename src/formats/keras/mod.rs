//! Keras models: `.keras` (a zip of the configuration and an HDF5 file of weights), `.h5` (both in one HDF5 file), and
//! `.weights.h5` (weights only).

mod activation;
mod architecture;
mod archive;
mod attention;
mod calls;
mod compiled;
mod dense;
mod forms;
mod layers;
mod layout;
mod models;
mod named;
mod nested;
mod normalised;
mod numbered;
mod open;
mod operands;
mod operators;
mod precision;
mod reading;
mod recurrent;
mod resampled;
mod settings;
mod volumes;
mod weightless;
mod weights;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::Value;

use super::graph::{Graph, GraphConvolution, GraphNetwork, opened};
use super::hdf5::Hdf5File;
use super::opened::Opened;
use super::tensors::TensorFile;
use super::{Account, FormatError, WeightForm, hdf5, json};
use crate::formats::input_lengths::InputLengths;
use architecture::Model;

use reading::Reading;
use weights::Weights;

pub(super) use layout::{AGAIN, Layout};
pub(super) use open::{open_any, recognise};
pub(super) use reading::Origin;

/// The weights within a `.keras` file.
pub(super) const WEIGHTS_ENTRY: &str = "model.weights.h5";

/// The tensors of a model.
pub(super) struct Stored {
    pub tensors: TensorFile,
    /// The bytes that they take in their file.
    pub held: u64,
    pub layout: Layout,
    /// Whether one list holds the tensors of all layers, in the model's order.
    pub is_listed: bool,
}

/// Opens an HDF5 file: with Keras's `model_config` it is a network, else a list of tensors.
pub(super) fn open_hdf5(path: &Path, input: Option<InputLengths>) -> Result<Opened, FormatError> {
    let bytes = crate::io::read(path).map_err(|source| FormatError::Read { path: path.into(), source })?;
    let held = bytes.len() as u64;
    let file = hdf5::open(path, bytes)?;
    match file.attributes.get("model_config") {
        Some(config) => {
            let config: Value = json::parse(path, config.as_bytes())?;
            let origin = origin(&config, file.attributes.get("keras_version").map(String::as_str));
            let compiled = file.attributes.get("training_config").and_then(|text| serde_json::from_str(text).ok());
            network(path, (&config, compiled.as_ref()), stored(file, held), origin, Account::default(), input)
        }
        None => {
            let forms = forms::forms(&file.tensors, None);
            let weightless = weightless::account(&file);
            Ok(Opened::Tensors(file.tensors.with_forms(forms).with_account(weightless)))
        }
    }
}

/// Opens a configuration whose weights lie beside it under a name that belongs to it.
pub(super) fn open_architecture(path: &Path, bytes: &[u8], input: Option<InputLengths>) -> Result<Opened, FormatError> {
    let config: Value = json::parse(path, bytes)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let names = ["", "_arch", "_architecture", "_config"].iter().filter_map(|extension| stem.strip_suffix(extension));
    let mut files: Vec<String> = names
        .flat_map(|name| [".weights.h5", "_weights.h5", ".h5"].map(|extension| format!("{name}{extension}")))
        .collect();
    if stem == "config" {
        // What a `.keras` archive holds, unpacked.
        files.insert(0, WEIGHTS_ENTRY.into());
    }
    let Some(file) = files.iter().map(|name| path.with_file_name(name)).find(|file| crate::io::is_file(file)) else {
        let problem =
            format!("are not in the file; put them beside it as {stem}.weights.h5, or save the model as .keras");
        return Err(FormatError::Content {
            path: path.into(),
            position: "the weights of this Keras architecture".into(),
            problem,
        });
    };
    let bytes = crate::io::read(&file).map_err(|source| FormatError::Read { path: file.clone(), source })?;
    let held = bytes.len() as u64;
    let weights = hdf5::open(&file, bytes)?;
    let attribute = weights.attributes.get("keras_version").cloned();
    let origin = origin(&config, attribute.as_deref());
    let compiled = compiled::within(&config).cloned();
    network(path, (&config, compiled.as_ref()), stored(weights, held), origin, Account::default(), input)
}

fn stored(file: Hdf5File, held: u64) -> Stored {
    let layout = Layout { named_groups: file.named_groups, lists: file.weight_names };
    Stored { tensors: file.tensors, held, layout, is_listed: false }
}

/// Which version wrote a configuration: by the version beside it, or by what only one writes.
fn origin(config: &Value, version: Option<&str>) -> Origin {
    let attribute = version.or_else(|| config.get("keras_version").and_then(Value::as_str));
    match attribute.and_then(|version| version.split('.').next()?.parse::<u32>().ok()) {
        Some(0..=2) => Origin::Keras2,
        Some(_) => Origin::Keras3,
        None => {
            let text = config.to_string();
            match (text.contains("\"batch_input_shape\""), text.contains("\"batch_shape\"")) {
                (true, false) => Origin::Keras2,
                (false, true) => Origin::Keras3,
                _ => Origin::Unknown,
            }
        }
    }
}

/// The network of a configuration and its tensors, with what it was compiled with. `account` is what is known of the file
/// already.
pub(super) fn network(
    path: &Path,
    (config, compiled): (&Value, Option<&Value>),
    stored: Stored,
    origin: Origin,
    mut account: Account,
    input: Option<InputLengths>,
) -> Result<Opened, FormatError> {
    let Stored { tensors, held, layout, is_listed } = stored;
    let mut forms = HashMap::new();
    let (followed, convolutions, mut read) = match architecture::model(config, &mut account) {
        Ok(model) => {
            let weights = Weights::new(&tensors, &model, &layout, is_listed);
            weights.report(&mut account);
            let reading = Reading { graph: Graph::of_bytes(held), weights: &weights, account, origin };
            let followed = follow(path, &model, reading, input)?;
            forms = forms::forms(&tensors, Some(&model));
            // These are among the convolutions already.
            let listed: HashSet<&str> = followed.1.iter().map(|convolution| convolution.name.as_str()).collect();
            forms.extend(weights.of_layers(&listed).map(|name| (name.to_owned(), WeightForm::Listed)));
            followed
        }
        Err(problem) => (GraphNetwork { network: None, problem: Some(problem) }, Vec::new(), account),
    };
    let objective = compiled.map(|compiled| compiled::objective(compiled, &mut read));
    // What ends before the model does answers nothing that was trained.
    let objective = objective.filter(|_| followed.problem.is_none());
    let network = followed.network.map(|network| network.with_objective(objective));
    let followed = GraphNetwork { network, ..followed };
    // What is not understood is named before the tensors that are not reached because of it.
    let mut account = Account::default();
    if let Some(problem) = followed.problem.as_ref().filter(|problem| !problem.leaves_network_whole()) {
        let (part, why) = problem.part();
        account.misses(part, why);
    }
    read.missing().for_each(|(part, why)| account.misses(part.clone(), why));
    account.join(tensors.account_of_reads());
    account.join(read);
    Ok(opened(followed, convolutions, "the model has no layers", account, || tensors.with_forms(forms)))
}

/// The network as far as it is understood, what comes next, all convolutions whose shapes are known, and the account.
fn follow(
    path: &Path,
    model: &Model,
    mut reading: Reading<'_>,
    input: Option<InputLengths>,
) -> Result<(GraphNetwork, Vec<GraphConvolution>, Account), FormatError> {
    let understood = reading.whole(model, input)?;
    let Reading { graph, account, .. } = reading;
    let mut followed = match understood.end {
        Some(end) => graph
            .network(model.name.clone(), end, None)
            .map_err(|source| FormatError::Network { path: path.into(), source })?,
        None => GraphNetwork { network: None, problem: None },
    };
    // What lies on the way to the first layer that is not known comes before it.
    let on_the_way = followed.problem.take().filter(|_| followed.network.is_some() || understood.problem.is_none());
    followed.problem = on_the_way.or(understood.problem);
    Ok((followed, graph.into_convolutions(), account))
}
