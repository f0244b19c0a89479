//! layerflow's own networks, `layerflow.network/1`: every number comes back with the same bits.

use std::path::Path;

use nalgebra::{DMatrix, DVector};
use serde::Deserialize;

use super::candidate::{Candidate, Content, Evidence, JsonKeys};
use super::json::{Layers, Number, Rows};
use super::json_account::account_of_unknown;

use super::opened::{Opened, OpenedNetwork};
use super::{FormatError, json, non_finite};
use crate::network::{Activation, Affine, Dense, Layer, OutputFunction, Residual};

/// The parameters that an activation may have.
const PARAMETERS: [&str; 10] =
    ["negative_slope", "alpha", "low", "high", "slope", "shift", "lambda", "beta", "b", "threshold"];

/// The value of `format` in every file of this kind.
pub const FORMAT: &str = "layerflow.network/1";

#[derive(Deserialize)]
struct NetworkFile {
    #[serde(default)]
    name: String,
    output: Option<String>,
    layers: Layers<LayerFile>,
}

/// All fields of all kinds of layers; which of them must be there depends on the type.
#[derive(Deserialize)]
pub(super) struct LayerFile {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) name: String,
    pub(super) origin: Option<String>,
    weight: Option<Rows>,
    bias: Option<Vec<Number>>,
    activation: Option<String>,
    negative_slope: Option<Number>,
    alpha: Option<Number>,
    low: Option<Number>,
    high: Option<Number>,
    slope: Option<Number>,
    shift: Option<Number>,
    lambda: Option<Number>,
    beta: Option<Number>,
    b: Option<Number>,
    threshold: Option<Number>,
    inner: Option<AffineFile>,
    outer: Option<AffineFile>,
    shortcut: Option<ShortcutFile>,
}

#[derive(Deserialize)]
struct AffineFile {
    weight: Option<Rows>,
    bias: Option<Vec<Number>>,
}

#[derive(Deserialize)]
struct ShortcutFile {
    weight: Option<Rows>,
}

/// A network's layers as they are written, not yet understood.
pub(super) struct LayerList {
    pub name: String,
    pub output: OutputFunction,
    pub layers: Vec<LayerFile>,
    /// The paths of keys that are not known.
    pub unknown: Vec<String>,
}

/// A network that stands in another file.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct EmbeddedNetwork(NetworkFile);

impl EmbeddedNetwork {
    /// The network, with the paths of its keys that are not known; `path` is the file that it stands in.
    ///
    /// # Errors
    /// If it is not understood.
    pub fn open(self, path: &Path, unknown: Vec<String>) -> Result<OpenedNetwork, FormatError> {
        opened(path, layer_list(path, self.0, unknown)?)
    }
}

/// Reads the list of layers in `bytes`, which may lack their numbers.
pub(super) fn read_list(path: &Path, bytes: &[u8]) -> Result<LayerList, FormatError> {
    let (file, unknown): (NetworkFile, _) = json::parse_and_list_unknown(path, bytes)?;
    layer_list(path, file, unknown)
}

fn layer_list(path: &Path, file: NetworkFile, mut unknown: Vec<String>) -> Result<LayerList, FormatError> {
    let output = match file.output.as_deref() {
        None => OutputFunction::Identity,
        Some(name) => OutputFunction::from_name(name).ok_or_else(|| {
            let known = OutputFunction::ALL.map(OutputFunction::name).join(", ");
            let problem = format!("is `{name}`, which is not known; give one of {known}");
            FormatError::Content { path: path.into(), position: "output".into(), problem }
        })?,
    };
    let layers = file.layers.0;
    for (index, layer) in layers.iter().enumerate() {
        unknown.extend(layer.idle_keys().into_iter().map(|key| format!("layers[{}].{key}", index + 1)));
    }
    Ok(LayerList { name: file.name, output, layers, unknown })
}

/// How surely the file is one, of this version or another.
pub(super) fn recognise(file: &Candidate) -> Option<Evidence> {
    let Content::Json(keys, _) = &file.content else { return None };
    keys.format.as_deref().is_some_and(|format| format.starts_with("layerflow.")).then_some(Evidence::Mark)
}

/// Opens a network of this version.
pub(super) fn open(file: &Candidate) -> Result<Opened, FormatError> {
    if let Content::Json(JsonKeys { format: Some(other), .. }, _) = &file.content
        && other != FORMAT
    {
        let problem = format!("is `{other}`, which this version does not know; save the network as {FORMAT}");
        return Err(FormatError::Content { path: file.path.clone(), position: "format".into(), problem });
    }
    read(&file.path, &file.bytes()?).map(Opened::Network)
}

/// Reads the network in `bytes`, the content of the file at `path`.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<OpenedNetwork, FormatError> {
    opened(path, read_list(path, bytes)?)
}

fn opened(path: &Path, file: LayerList) -> Result<OpenedNetwork, FormatError> {
    let account = account_of_unknown(file.unknown);
    let origins = file.layers.iter().map(|layer| layer.origin.clone()).collect();
    let layers = file.layers.into_iter().enumerate();
    let layers = layers.map(|(index, layer)| layer.into_layer(path, index + 1)).collect::<Result<Vec<Layer>, _>>()?;
    let network = non_finite::network(file.name, layers, file.output);
    let network = network.map_err(|source| FormatError::Network { path: path.into(), source })?;
    Ok(OpenedNetwork { network: network.with_origins(origins), account })
}

/// Where in the file a layer is, for messages.
pub(super) struct Place<'a> {
    path: &'a Path,
    layer: String,
}

impl<'a> Place<'a> {
    /// The layer of this index, counted from 1.
    pub(super) fn of_layer(path: &'a Path, index: usize, name: &str) -> Place<'a> {
        let named = if name.is_empty() { String::new() } else { format!(" (`{name}`)") };
        Place { path, layer: format!("layer {index}{named}") }
    }

    pub(super) fn fault(&self, part: &str, problem: impl Into<String>) -> FormatError {
        let position = if part.is_empty() { self.layer.clone() } else { format!("{}, {part},", self.layer) };
        FormatError::Content { path: self.path.into(), position, problem: problem.into() }
    }

    fn matrix(&self, part: &str, rows: Option<Rows>) -> Result<DMatrix<f64>, FormatError> {
        let rows = rows.ok_or_else(|| self.fault(part, "is missing; give a list of rows"))?;
        if let Some((row, length)) = rows.uneven {
            let problem =
                format!("has {length} numbers in row {row}, but {} in row 1; give all the same", rows.columns);
            return Err(self.fault(part, problem));
        }
        if rows.rows == 0 || rows.columns == 0 {
            return Err(self.fault(part, "is empty; give at least one row and one column"));
        }
        let matrix = rows.into_matrix();
        if let Some((index, value)) = matrix.iter().enumerate().find(|(_, value)| is_refused(**value)) {
            let (row, column) = (index % matrix.nrows() + 1, index / matrix.nrows() + 1);
            return Err(self.fault(part, format!("is {value} at row {row}, column {column}; give a finite number")));
        }
        Ok(matrix)
    }

    pub(super) fn affine(
        &self,
        part: &str,
        weight: Option<Rows>,
        bias: Option<Vec<Number>>,
    ) -> Result<Affine, FormatError> {
        let weight = self.matrix(&format!("{part}weight"), weight)?;
        let name = format!("{part}bias");
        let bias = bias.map(|bias| DVector::from_iterator(bias.len(), bias.into_iter().map(|Number(value)| value)));
        if let Some(bias) = &bias {
            if bias.len() != weight.nrows() {
                let problem = format!("has {} numbers for {} outputs; give one each", bias.len(), weight.nrows());
                return Err(self.fault(&name, problem));
            }
            if let Some((at, value)) = bias.iter().enumerate().find(|(_, value)| is_refused(**value)) {
                return Err(self.fault(&name, format!("is {value} at place {}; give a finite number", at + 1)));
            }
        }
        Ok(Affine { weight, bias })
    }
}

fn is_refused(value: f64) -> bool {
    !(value.is_finite() || non_finite::are_allowed())
}

impl LayerFile {
    /// The keys that are known, but mean nothing in a layer of this type and activation.
    fn idle_keys(&self) -> Vec<&'static str> {
        let is_residual = self.kind.as_deref() == Some("residual");
        let parts = [
            ("weight", self.weight.is_some(), !is_residual),
            ("bias", self.bias.is_some(), !is_residual),
            ("inner", self.inner.is_some(), is_residual),
            ("outer", self.outer.is_some(), is_residual),
            ("shortcut", self.shortcut.is_some(), is_residual),
        ];
        let activation = self.activation.as_deref().and_then(Activation::from_name).unwrap_or_default();
        let known = activation.parameters();
        let given = PARAMETERS
            .into_iter()
            .map(|name| (name, self.parameter(name).is_some(), known.iter().any(|(parameter, _)| *parameter == name)));
        let idle = |(name, given, used): (&'static str, bool, bool)| (given && !used).then_some(name);
        parts.into_iter().chain(given).filter_map(idle).collect()
    }

    /// The parameter of an activation of this name.
    fn parameter(&self, name: &str) -> Option<f64> {
        let given = match name {
            "negative_slope" => self.negative_slope,
            "alpha" => self.alpha,
            "low" => self.low,
            "high" => self.high,
            "slope" => self.slope,
            "shift" => self.shift,
            "lambda" => self.lambda,
            "beta" => self.beta,
            "b" => self.b,
            "threshold" => self.threshold,
            _ => None,
        };
        given.map(|Number(value)| value)
    }

    /// The layer, `index` counted from 1. Whether it fits its neighbours is for the network to say.
    fn into_layer(self, path: &Path, index: usize) -> Result<Layer, FormatError> {
        let position = Place::of_layer(path, index, &self.name);
        let activation = self.activation(&position)?;
        match self.kind.as_deref() {
            Some("dense") => {
                let affine = position.affine("", self.weight, self.bias)?;
                Ok(Layer::Dense(Dense { name: self.name, affine, activation }))
            }
            Some("residual") => {
                let (Some(inner), Some(outer)) = (self.inner, self.outer) else {
                    return Err(position.fault("", "lacks `inner` or `outer`; a residual layer needs both"));
                };
                let inner = position.affine("inner ", inner.weight, inner.bias)?;
                let outer = position.affine("outer ", outer.weight, outer.bias)?;
                let shortcut = self.shortcut.map(|file| position.matrix("shortcut weight", file.weight)).transpose()?;
                Ok(Layer::Residual(Residual { name: self.name, inner, activation, outer, shortcut }))
            }
            Some(other) => {
                Err(position.fault("", format!("is of type `{other}`, which is not known; give dense or residual")))
            }
            None => Err(position.fault("", "has no type; give dense or residual")),
        }
    }

    pub(super) fn activation(&self, position: &Place<'_>) -> Result<Activation, FormatError> {
        let name = self.activation.as_deref().unwrap_or("identity");
        match Activation::from_name(name) {
            Some(activation) => {
                let activation = activation.with_parameters(|name| self.parameter(name));
                match activation.parameters().into_iter().find(|(_, value)| !value.is_finite()) {
                    Some((part, value)) => Err(position.fault(part, format!("is {value}; give a finite number"))),
                    None => Ok(activation),
                }
            }
            None => {
                let known = Activation::ALL.map(Activation::name).join(", ");
                Err(position.fault("activation", format!("is `{name}`, which is not known; give one of {known}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::formats::layerflow_write::write;
    use crate::network::Network;

    fn read_text(text: &str) -> Result<Network, FormatError> {
        read(Path::new("a.json"), text.as_bytes()).map(|opened| opened.network)
    }

    fn message(layers: &str) -> String {
        read_text(&format!("{{\"format\": \"{FORMAT}\", \"layers\": [{layers}]}}")).unwrap_err().to_string()
    }

    #[test]
    fn names_biases_and_activations_may_be_missing() {
        let text = r#"{"format": "layerflow.network/1", "layers": [
            {"type": "dense", "weight": [[1], [2]]},
            {"type": "residual", "inner": {"weight": [[1, 2]]}, "outer": {"weight": [[3]]},
             "shortcut": {"weight": [[4, 5]]}, "activation": "leaky_relu", "negative_slope": 0.2}]}"#;
        let network = read_text(text).unwrap();
        assert_eq!((network.name(), network.output(), network.outputs()), ("", OutputFunction::Identity, 1));
        assert_eq!(network.layers()[0].activation(), Activation::Identity);
        assert_eq!(network.layers()[1].activation(), Activation::LeakyRelu { negative_slope: 0.2 });
        assert_eq!(network.parameters(), 7);
    }

    #[test]
    fn faults_are_told_with_layer_and_place() {
        let nan = message(r#"{"type": "dense", "name": "h", "weight": [[1, 2], [3, NaN]]}"#);
        assert_eq!(nan, "a.json: layer 1 (`h`), weight, is NaN at row 2, column 2; give a finite number");
        let huge = message(r#"{"type": "dense", "weight": [[1]], "bias": [1e999]}"#);
        assert!(huge.contains("layer 1, bias, is inf at place 1"), "{huge}");
        let uneven = message(r#"{"type": "dense", "weight": [[1, 2], [3]]}"#);
        assert!(uneven.contains("has 1 numbers in row 2, but 2 in row 1"), "{uneven}");
        let length = message(r#"{"type": "dense", "weight": [[1]], "bias": [1, 2]}"#);
        assert!(length.contains("bias, has 2 numbers for 1 outputs"), "{length}");
        let activation = message(r#"{"type": "dense", "weight": [[1]], "activation": "rleu"}"#);
        assert!(activation.contains("`rleu`, which is not known; give one of identity, relu"), "{activation}");
        assert!(message(r#"{"type": "dense"}"#).contains("weight, is missing"));
        assert!(message(r#"{"weight": [[1]]}"#).contains("has no type"));
        assert!(message(r#"{"type": "residual"}"#).contains("needs both"));
        assert!(message(r#"{"type": "dense", "weight": [["a"]]}"#).contains("line 1, column"));
        assert!(message("").contains("no layers"));
        let widths = message(r#"{"type": "dense", "weight": [[1]]}, {"type": "dense", "weight": [[1, 2]]}"#);
        assert!(widths.contains("layer 2 takes 2 inputs, but layer 1 gives 1"), "{widths}");
        assert!(read_text("{\"layers\": [").unwrap_err().to_string().contains("not a whole JSON file"));
    }

    /// A key that is not known, or known and idle, is told by its path.
    #[test]
    fn no_key_is_passed_over_in_silence() {
        let missing = |layer: &str, beside: &str| {
            let text = format!("{{\"format\": \"{FORMAT}\", \"layers\": [{layer}]{beside}}}");
            let account = read(Path::new("a.json"), text.as_bytes()).unwrap().account;
            account.missing().map(|(part, _)| part.name()).collect::<Vec<_>>()
        };
        let dense = r#""type": "dense", "weight": [[1]]"#;
        assert!(missing(&format!("{{{dense}}}"), r#", "author": "me", "version": 2"#).is_empty());
        assert_eq!(missing(&format!("{{{dense}, \"dropout\": 0.5}}"), ""), ["layers[1].dropout"]);
        assert_eq!(missing(&format!("{{{dense}, \"activaton\": \"relu\"}}"), ""), ["layers[1].activaton"]);
        assert_eq!(missing(&format!("{{{dense}, \"alpha\": 0.5}}"), ""), ["layers[1].alpha"]);
        assert_eq!(missing(&format!("{{{dense}, \"inner\": {{}}}}"), ""), ["layers[1].inner"]);
        assert_eq!(missing(&format!("{{{dense}}}"), r#", "input_mean": [0]"#), ["input_mean"]);
    }

    /// Any finite number, whatever its bits.
    fn number() -> impl Strategy<Value = f64> {
        any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |value| value.is_finite())
    }

    fn matrix(rows: usize, columns: usize) -> impl Strategy<Value = DMatrix<f64>> {
        prop::collection::vec(number(), rows * columns).prop_map(move |values| DMatrix::from_vec(rows, columns, values))
    }

    fn affine(rows: usize, columns: usize) -> impl Strategy<Value = Affine> {
        let bias = prop::option::of(prop::collection::vec(number(), rows).prop_map(DVector::from_vec));
        (matrix(rows, columns), bias).prop_map(|(weight, bias)| Affine { weight, bias })
    }

    fn activation() -> impl Strategy<Value = Activation> {
        (0..Activation::ALL.len(), number()).prop_map(|(index, parameter)| match Activation::ALL[index] {
            // From 0 to 6 it has another name.
            Activation::HardTanh { high, .. } => Activation::HardTanh { low: -1.0, high },
            activation => activation.with_parameters(|_| Some(parameter)),
        })
    }

    prop_compose! {
        fn network()(inputs in 1..4_usize, hidden in 1..5_usize, outputs in 1..4_usize)(
            first in affine(hidden, inputs),
            inner in affine(inputs, hidden),
            outer in affine(outputs, inputs),
            shortcut in matrix(outputs, hidden),
            activations in [activation(), activation()],
            name in "\\PC{0,8}",
            output in 0..4_usize,
            origin in prop::option::of("\\PC{0,8}"),
        ) -> Network {
            let shortcut = (shortcut.nrows() != shortcut.ncols() || shortcut[0] > 0.0).then_some(shortcut);
            let dense = Dense { name: name.clone(), affine: first, activation: activations[0] };
            let block = Residual { name: String::new(), inner, activation: activations[1], outer, shortcut };
            let layers = vec![Layer::Dense(dense), Layer::Residual(block)];
            Network::new(name, layers, OutputFunction::ALL[output]).unwrap().with_origins(vec![origin])
        }
    }

    /// All numbers of a network, as bits: comparing floats would take 0 and −0 for the same.
    fn bits(network: &Network) -> Vec<u64> {
        let affine = |affine: &Affine| -> Vec<f64> {
            affine.weight.iter().chain(affine.bias.iter().flat_map(|bias| bias.iter())).copied().collect()
        };
        let numbers = network.layers().iter().flat_map(|layer| match layer {
            Layer::Node(node) => node.map.numbers(),
            Layer::Dense(dense) => affine(&dense.affine),
            Layer::Residual(block) => {
                let shortcut = block.shortcut.iter().flat_map(|shortcut| shortcut.iter().copied());
                affine(&block.inner).into_iter().chain(affine(&block.outer)).chain(shortcut).collect()
            }
        });
        numbers.map(f64::to_bits).collect()
    }

    proptest! {
        #[test]
        fn saved_and_read_again_every_bit_is_the_same(network in network()) {
            let mut bytes = Vec::new();
            write(&mut bytes, &network).unwrap();
            let OpenedNetwork { network: again, account } = read(Path::new("a.json"), &bytes).unwrap();
            prop_assert!(account.is_whole() && account.assumed().is_empty());
            prop_assert_eq!(bits(&again), bits(&network));
            prop_assert_eq!(again, network);
        }
    }
}
