//! Keras models: `.keras` (a zip of the configuration and an HDF5 file of weights), `.h5` (both in one HDF5 file), and
//! `.weights.h5` (weights only).

mod activation;
mod architecture;
mod layers;
mod volumes;
mod weights;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde_json::Value;
use zip::ZipArchive;

use super::graph::{Graph, GraphConvolution, GraphNetwork, opened};
use super::tensors::TensorFile;
use super::{FormatError, Opened, hdf5, json};
use architecture::Model;
use weights::Weights;

use crate::network::Volume;

/// The weights within a `.keras` file.
pub(super) const WEIGHTS_ENTRY: &str = "model.weights.h5";
const CONFIG_ENTRY: &str = "config.json";
/// The longest configuration that is read; one of a thousand layers has about 1 MB.
const LONGEST_CONFIG: u64 = 64 << 20;
/// What an entry of the archive may expand to, as a multiple of the file: weights hardly compress.
const LARGEST_EXPANSION: u64 = 4;
/// What an entry of the archive may expand to in any case.
const ALWAYS_READ_BYTES: u64 = 32 << 20;

/// Opens an HDF5 file: with Keras's `model_config` it is a network, else a list of tensors.
pub(super) fn open_hdf5(path: &Path, input: Option<Volume>) -> Result<Opened, FormatError> {
    let bytes = std::fs::read(path).map_err(|source| FormatError::Read { path: path.into(), source })?;
    let held = bytes.len() as u64;
    let file = hdf5::open(path, bytes)?;
    match file.attributes.get("model_config") {
        Some(config) => {
            let config: Value = json::parse(path, config.as_bytes())?;
            network(path, &config, (file.tensors, held), file.named_groups, input)
        }
        None => Ok(Opened::Tensors(file.tensors)),
    }
}

/// Opens a `.keras` archive.
pub(super) fn open_archive(path: &Path, input: Option<Volume>) -> Result<Opened, FormatError> {
    let unreadable = |source| FormatError::Read { path: path.into(), source };
    let file = File::open(path).map_err(unreadable)?;
    let file_bytes = file.metadata().map_err(unreadable)?.len();
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: "Keras", reason };
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(error.to_string()))?;
    let mut read = |name: &str, most: u64| {
        let entry = archive.by_name(name).map_err(|error| damaged(format!("{name}: {error}")))?;
        let mut bytes = Vec::new();
        entry.take(most + 1).read_to_end(&mut bytes).map_err(|error| damaged(format!("{name}: {error}")))?;
        if bytes.len() as u64 > most {
            return Err(damaged(format!("{name} expands to far more than the file could hold")));
        }
        Ok(bytes)
    };
    let most = file_bytes.saturating_mul(LARGEST_EXPANSION).saturating_add(ALWAYS_READ_BYTES);
    let config: Value = json::parse(path, &read(CONFIG_ENTRY, LONGEST_CONFIG.min(most))?)?;
    let weights = hdf5::open(path, read(WEIGHTS_ENTRY, most)?)?;
    network(path, &config, (weights.tensors, file_bytes), weights.named_groups, input)
}

/// Opens a configuration whose weights lie beside it under a name that belongs to it.
pub(super) fn open_architecture(path: &Path, bytes: &[u8], input: Option<Volume>) -> Result<Opened, FormatError> {
    let config: Value = json::parse(path, bytes)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let names = ["", "_arch", "_architecture", "_config"].iter().filter_map(|ending| stem.strip_suffix(ending));
    let files = names.flat_map(|name| [".weights.h5", "_weights.h5", ".h5"].map(|ending| format!("{name}{ending}")));
    let Some(file) = files.map(|name| path.with_file_name(name)).find(|file| file.is_file()) else {
        let problem =
            format!("are not in the file; put them beside it as {stem}.weights.h5, or save the model as .keras");
        return Err(FormatError::Content {
            path: path.into(),
            place: "the weights of this Keras architecture".into(),
            problem,
        });
    };
    let bytes = std::fs::read(&file).map_err(|source| FormatError::Read { path: file.clone(), source })?;
    let held = bytes.len() as u64;
    let weights = hdf5::open(&file, bytes)?;
    network(path, &config, (weights.tensors, held), weights.named_groups, input)
}

/// The network of a configuration and its weights, which take `held` bytes of their file.
pub(super) fn network(
    path: &Path,
    config: &Value,
    (tensors, held): (TensorFile, u64),
    named_groups: HashMap<String, String>,
    input: Option<Volume>,
) -> Result<Opened, FormatError> {
    let (followed, convolutions) = match architecture::model(config) {
        Ok(model) => follow((path, held), &model, &Weights::new(&tensors, named_groups), input)?,
        Err(problem) => (GraphNetwork { network: None, problem: Some(problem) }, Vec::new()),
    };
    let account = tensors.account_of_reads();
    Ok(opened(followed, convolutions, "the model has no layers", account, || tensors))
}

/// The network as far as it is understood, what comes next, and all convolutions whose shapes are known.
fn follow(
    (path, held): (&Path, u64),
    model: &Model,
    weights: &Weights<'_>,
    input: Option<Volume>,
) -> Result<(GraphNetwork, Vec<GraphConvolution>), FormatError> {
    let mut graph = Graph::of_bytes(held);
    let understood = layers::add(&mut graph, model, weights, layers::Given::Asked(input), None)?;
    let mut followed = match understood.end {
        Some(end) => graph
            .network(model.name.clone(), end, None)
            .map_err(|source| FormatError::Network { path: path.into(), source })?,
        None => GraphNetwork { network: None, problem: None },
    };
    // What lies on the way to the first layer that is not known comes before it.
    let on_the_way = followed.problem.take().filter(|_| followed.network.is_some() || understood.problem.is_none());
    followed.problem = on_the_way.or(understood.problem);
    Ok((followed, graph.into_convolutions()))
}
