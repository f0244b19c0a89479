//! Plain lists of weights in other programs' JSON: `plain-mlp-json`, and the `coefs`/`intercepts` of scikit-learn.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::candidate::{Candidate, Content, Evidence};
use super::json::{Layers, Number, Rows};
use super::json_account::account_of_unknown;
use super::layerflow_json::Place;
use super::opened::OpenedNetwork;
use super::{FormatError, PartName, json, non_finite};
use crate::network::{Activation, Dense, Layer, OutputFunction};

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
    input_dim: Option<usize>,
    output_dim: Option<usize>,
    /// scikit-learn's class, and what its outputs are called.
    class: Option<String>,
    classes: Option<IgnoredAny>,
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

/// How surely the file is one.
pub(super) fn recognise(file: &Candidate) -> Option<Evidence> {
    let Content::Json(keys, _) = &file.content else { return None };
    (keys.layers.is_some() || keys.coefs.is_some()).then_some(Evidence::Content)
}

/// Reads the network in `bytes`, the content of the file at `path`.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<OpenedNetwork, FormatError> {
    let (mut file, unknown): (PlainFile, _) = json::parse_and_list_unknown(path, bytes)?;
    let mut account = account_of_unknown(unknown);
    let layout = file.weight_layout.take().unwrap_or_default().trim().to_lowercase();
    let inputs_by_outputs = layout.starts_with("in") || (layout.is_empty() && file.coefs.is_some());
    if !(layout.is_empty() || layout.starts_with("in") || layout.starts_with("out")) {
        account.misses(PartName::key("weight_layout"), format!("is `{layout}`; known are `out x in` and `in x out`"));
    }
    let says_layout = !layout.is_empty() || file.coefs.is_some();
    if file.classes.is_some() {
        account.leaves(PartName::key("classes"), "names the outputs");
    }
    if let Some(class) = &file.class {
        account.leaves(PartName::key("class"), format!("says where the weights come from: {class}"));
    }
    let output_name = file.output.take().or_else(|| file.out_activation.take());
    if file.out_activation.is_some() {
        account.misses(PartName::key("out_activation"), "stands beside `output`");
    }
    let counts = (file.coefs.as_ref().map(|list| list.0.len()), file.intercepts.as_ref().map(|list| list.0.len()));
    if let (Some(coefficients), Some(intercepts)) = counts
        && coefficients != intercepts
    {
        let problem = format!("has {intercepts} entries for {coefficients} of `coefs`; give one each");
        return Err(FormatError::Content { path: path.into(), position: "intercepts".into(), problem });
    }
    let layers = match file.layers.take() {
        Some(Layers(layers)) => {
            let beside = [
                ("coefs", file.coefs.is_some()),
                ("intercepts", file.intercepts.is_some()),
                ("activation", file.activation.is_some()),
            ];
            for (key, _) in beside.into_iter().filter(|(_, given)| *given) {
                account.misses(PartName::key(key), "stands beside a list of layers");
            }
            layers
        }
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
            FormatError::Content { path: path.into(), position: "output".into(), problem }
        })?,
    };
    if !says_layout && read.iter().any(|layer| layer.inputs() == layer.outputs()) {
        account.assume("the rows of square matrices are outputs, which the file does not tell");
    }
    let network = non_finite::network(file.name, read, output)
        .map_err(|source| FormatError::Network { path: path.into(), source })?;
    let attribute =
        [("input_dim", file.input_dim, network.inputs()), ("output_dim", file.output_dim, network.outputs())];
    if let Some((key, Some(attribute), found)) =
        attribute.into_iter().find(|(_, attribute, found)| attribute.is_some_and(|attribute| attribute != *found))
    {
        let problem = format!("is {attribute}, but the layers have {found}; correct the file");
        return Err(FormatError::Content { path: path.into(), position: key.into(), problem });
    }
    Ok(OpenedNetwork { network, account })
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
        let position = Place::of_layer(path, index, &self.name);
        if let Some(kind) = self.kind.filter(|kind| kind != "dense") {
            return Err(
                position.fault("", format!("is of type `{kind}`; only dense layers of this kind of file are read"))
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
            position.fault("activation", format!("is `{name}`, which is not known; give one of {known}"))
        })?;
        let weight = if inputs_by_outputs { self.weight.map(Rows::transposed) } else { self.weight };
        let affine = position.affine("", weight, self.bias)?;
        Ok(Layer::Dense(Dense { name: self.name, affine, activation }))
    }
}
