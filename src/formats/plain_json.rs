//! Plain lists of weights in other programs' JSON: `plain-mlp-json`, and the `coefs`/`intercepts` of scikit-learn.

use std::path::Path;

use serde::Deserialize;

use crate::network::{Activation, Dense, Layer, Network, OutputFunction};

use super::FormatError;
use super::json::{self, Layers, Number, Rows};
use super::layerflow_json::Place;

/// A list of layers, or lists of matrices and biases.
#[derive(Deserialize)]
struct PlainFile {
    #[serde(default)]
    name: String,
    /// Which way round the matrices are: `out x in …` or `in x out …`.
    weight_layout: Option<String>,
    output: Option<String>,
    layers: Option<Layers<PlainLayer>>,
    coefs: Option<Layers<Rows>>,
    intercepts: Option<Layers<Vec<Number>>>,
    /// The activation of all hidden layers, beside `coefs`.
    activation: Option<String>,
    out_activation: Option<String>,
}

#[derive(Deserialize)]
struct PlainLayer {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    name: String,
    weight: Option<Rows>,
    bias: Option<Vec<Number>>,
    activation: Option<String>,
}

/// Reads the network in `bytes`, the content of the file at `path`.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Network, FormatError> {
    let mut file: PlainFile = json::parse(path, bytes)?;
    let layout = file.weight_layout.as_deref().unwrap_or_default();
    let inputs_by_outputs = layout.starts_with("in") || (layout.is_empty() && file.coefs.is_some());
    let output_name = file.output.take().or_else(|| file.out_activation.take());
    let layers = match file.layers.take() {
        Some(Layers(layers)) => layers,
        None => file.layers_of_coefficients(),
    };
    let mut read = Vec::with_capacity(layers.len());
    for (index, layer) in layers.into_iter().enumerate() {
        read.push(layer.into_layer(path, index + 1, inputs_by_outputs)?);
    }
    let output = match output_name.as_deref() {
        None | Some("logits" | "linear" | "identity") => OutputFunction::Identity,
        Some("logistic") => OutputFunction::Sigmoid,
        Some(name) => OutputFunction::from_name(name).ok_or_else(|| {
            let known = OutputFunction::ALL.map(OutputFunction::name).join(", ");
            let problem = format!("is `{name}`, which is not known; give one of {known}");
            FormatError::Content { path: path.into(), place: "output".into(), problem }
        })?,
    };
    Network::new(file.name, read, output).map_err(|source| FormatError::Network { path: path.into(), source })
}

impl PlainFile {
    fn layers_of_coefficients(&mut self) -> Vec<PlainLayer> {
        let coefficients = self.coefs.take().map_or_else(Vec::new, |Layers(list)| list);
        let mut biases = self.intercepts.take().map_or_else(Vec::new, |Layers(list)| list).into_iter();
        let last = coefficients.len().saturating_sub(1);
        let hidden = self.activation.take();
        let layer = |(index, weight)| PlainLayer {
            kind: None,
            name: String::new(),
            weight: Some(weight),
            bias: biases.next(),
            activation: hidden.clone().filter(|_| index < last),
        };
        coefficients.into_iter().enumerate().map(layer).collect()
    }
}

impl PlainLayer {
    fn into_layer(self, path: &Path, index: usize, inputs_by_outputs: bool) -> Result<Layer, FormatError> {
        let place = Place::of_layer(path, index, &self.name);
        if let Some(kind) = self.kind.filter(|kind| kind != "dense") {
            return Err(
                place.fault("", format!("is of type `{kind}`; only dense layers of this kind of file are read"))
            );
        }
        let name = self.activation.as_deref().unwrap_or("identity");
        let activation = Activation::from_name(match name {
            "linear" => "identity",
            "logistic" => "sigmoid",
            "swish" => "silu",
            other => other,
        });
        let activation = activation.ok_or_else(|| {
            let known = Activation::ALL.map(Activation::name).join(", ");
            place.fault("activation", format!("is `{name}`, which is not known; give one of {known}"))
        })?;
        let weight = if inputs_by_outputs { self.weight.map(Rows::transposed) } else { self.weight };
        let affine = place.affine("", weight, self.bias)?;
        Ok(Layer::Dense(Dense { name: self.name, affine, activation }))
    }
}
