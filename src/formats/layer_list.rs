//! The list of a network's layers without their numbers, as it stands in the metadata of a file of tensors.

use std::path::Path;

use serde_json::{Value, json};

use super::json_account::account_of_unknown;
use super::layerflow_json::Place;
use super::opened::OpenedNetwork;
use super::stored_precision::StoredTypes;
use super::{FormatError, TensorFile, layerflow_json, non_finite};
use crate::network::{Affine, Dense, Layer, Network, Residual};

/// How the names of a layer's tensors begin: its place from 0, with as many digits as the last of `layers` needs.
pub(super) fn tensor_prefix(index: usize, layers: usize) -> String {
    let digits = layers.saturating_sub(1).to_string().len();
    format!("{index:0digits$}")
}

/// The list as JSON: what [`layerflow_json`] writes, without weights and biases.
pub(super) fn text(network: &Network) -> String {
    let layer = |(index, layer): (usize, &Layer)| {
        let activation = layer.activation();
        let mut entry = json!({ "type": layer.kind(), "name": layer.name(), "activation": activation.name() });
        for (name, value) in activation.parameters() {
            entry[name] = value.into();
        }
        if let Some(origin) = network.origin(index) {
            entry["origin"] = origin.into();
        }
        entry
    };
    let layers: Vec<Value> = network.layers().iter().enumerate().map(layer).collect();
    let output = network.output().name();
    json!({ "format": layerflow_json::FORMAT, "name": network.name(), "output": output, "layers": layers }).to_string()
}

/// The network whose layers `text` lists and whose numbers are in `tensors`.
pub(super) fn read(path: &Path, text: &str, tensors: &TensorFile) -> Result<OpenedNetwork, FormatError> {
    let list = layerflow_json::read_list(path, text.as_bytes())?;
    let count = list.layers.len();
    let unknown = list.unknown;
    let (mut layers, mut origins) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for (index, entry) in list.layers.into_iter().enumerate() {
        let position = Place::of_layer(path, index + 1, &entry.name);
        let activation = entry.activation(&position)?;
        let prefix = tensor_prefix(index, count);
        layers.push(match entry.kind.as_deref() {
            Some("dense") => Layer::Dense(Dense { name: entry.name, affine: affine(tensors, &prefix)?, activation }),
            Some("residual") => {
                let shortcut = format!("{prefix}.shortcut.weight");
                Layer::Residual(Residual {
                    name: entry.name,
                    inner: affine(tensors, &format!("{prefix}.inner"))?,
                    activation,
                    outer: affine(tensors, &format!("{prefix}.outer"))?,
                    shortcut: has(tensors, &shortcut).then(|| tensors.matrix(&shortcut)).transpose()?,
                })
            }
            _ => return Err(position.fault("", "has no type that is known; give dense or residual")),
        });
        origins.push(entry.origin);
    }
    let network = non_finite::network(list.name, layers, list.output);
    let network = network.map_err(|source| FormatError::Network { path: path.into(), source })?;
    let mut account = tensors.account_of_reads();
    account.join(account_of_unknown(unknown));
    let network = StoredTypes::of(tensors.tensors()).annotate(network.with_origins(origins));
    Ok(OpenedNetwork { network, account })
}

fn has(tensors: &TensorFile, name: &str) -> bool {
    tensors.tensors().iter().any(|tensor| tensor.name == name)
}

fn affine(tensors: &TensorFile, name: &str) -> Result<Affine, FormatError> {
    let bias = format!("{name}.bias");
    let weight = tensors.matrix(&format!("{name}.weight"))?;
    let bias = has(tensors, &bias).then(|| tensors.vector(&bias)).transpose()?;
    Ok(Affine { weight, bias })
}
