//! TensorFlow.js models: `model.json` with the weights in files beside it.

mod graph_model;
mod manifest;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::candidate::{Candidate, Content, Evidence};
use super::opened::Opened;
use super::{Account, FormatError, PartName, json, keras};
use crate::formats::input_lengths::InputLengths;
use manifest::{Group, placed};

/// What a file holds beside the network: who wrote it, how it was trained, and what its author notes.
const NEEDLESS: [&str; 6] =
    ["format", "generatedBy", "convertedBy", "trainingConfig", "userDefinedMetadata", "signature"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    model_topology: Value,
    #[serde(default)]
    weights_manifest: Vec<Group>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// How surely the file is one.
pub(super) fn recognise(file: &Candidate) -> Option<Evidence> {
    let Content::Json(keys, _) = &file.content else { return None };
    keys.model_topology.is_some().then_some(Evidence::Content)
}

/// Opens the model whose JSON is given. Its weights must lie beside it.
pub(super) fn open(path: &Path, bytes: &[u8], input: Option<InputLengths>) -> Result<Opened, FormatError> {
    let model: Model = json::parse(path, bytes)?;
    let placed = placed(path, &model.weights_manifest)?;
    let topology = model.model_topology;
    match topology.get("model_config").or_else(|| topology.get("class_name").map(|_| &topology)) {
        Some(config) => {
            let tensors = placed.into_file(path);
            // Each was found to lie within its files.
            let held = tensors.tensors().iter().fold(0_u64, |sum, tensor| sum.saturating_add(tensor.bytes));
            let mut account = Account::default();
            let weights = model.weights_manifest.iter().flat_map(|group| &group.weights);
            let of_weights = weights
                .flat_map(|weight| weight.others.iter().map(|(key, value)| (format!("{}.{key}", weight.name), value)));
            let of_model = model.others.iter().map(|(key, value)| (key.clone(), value));
            for (key, _) in
                of_model.chain(of_weights).filter(|(key, value)| !NEEDLESS.contains(&key.as_str()) && !value.is_null())
            {
                account.misses(PartName::key(key), "is not understood");
            }
            let stored = keras::Stored { tensors, held, layout: keras::Layout::default(), is_listed: true };
            let compiled = topology.get("training_config").filter(|compiled| compiled.is_object());
            keras::network(path, (config, compiled), stored, keras::Origin::TensorflowJs, account, input)
        }
        // A graph of TensorFlow's own operators.
        None if topology.get("node").is_some() => graph_model::open(path, bytes, &topology, placed, input),
        None => Ok(Opened::Tensors(placed.into_file(path))),
    }
}
