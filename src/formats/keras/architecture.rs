//! The layers of a Keras model as its configuration lists them, with what each is given.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::graph::GraphProblem;
use super::calls::{Argument, Call, Place, calls, positions};
use super::settings::not_understood;
use crate::formats::{Account, PartName};

/// How deep models may lie within models.
const DEEPEST: usize = 16;
/// What the object of a layer holds beside its settings.
const LAYER_KEYS: [&str; 8] =
    ["class_name", "config", "name", "inbound_nodes", "module", "registered_name", "build_config", "compile_config"];
/// What the settings of a model are.
const MODEL_KEYS: [&str; 9] = [
    "name",
    "trainable",
    "dtype",
    "layers",
    "input_layers",
    "output_layers",
    "build_input_shape",
    "keras_version",
    "backend",
];

/// One layer of the configuration.
#[derive(Clone, Debug)]
pub(super) struct LayerConfig {
    /// The class: `Dense`, `Activation`, …
    pub class: String,
    /// The name, unique within its model.
    pub name: String,
    /// The names of the models that it lies in and its own: unique within the file.
    pub path: String,
    /// The settings.
    pub config: Map<String, Value>,
    pub calls: Vec<Call>,
    /// The number by which the file refers to the first call.
    pub first_node: usize,
    /// The place in the file where a model keeps its weights by class names: `layers/dense_1`.
    pub class_path: String,
    /// The layers of a model that is used as a layer.
    pub inner: Option<Box<Model>>,
    /// The layer that is applied at each time.
    pub wrapped: Option<Box<LayerConfig>>,
    /// The full name of a class that is not Keras's own.
    pub foreign: Option<String>,
}

/// A model: its layers, and which of them take its inputs and give its outputs.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub name: String,
    pub layers: Vec<LayerConfig>,
    /// The names of the layers that take the inputs, in order.
    pub inputs: Vec<String>,
    pub outputs: Vec<Place>,
    /// The shape of the input with the samples where no layer tells it.
    pub input_shape: Option<Value>,
}

/// Reads `{"class_name": …, "config": …}`.
pub(super) fn model(value: &Value, account: &mut Account) -> Result<Model, GraphProblem> {
    Reader { account }.model(value, ["", ""], 0)
}

struct Reader<'a> {
    account: &'a mut Account,
}

impl Reader<'_> {
    fn model(&mut self, value: &Value, [path, class_path]: [&str; 2], depth: usize) -> Result<Model, GraphProblem> {
        let ends = |problem: &str| GraphProblem::Ends { problem: problem.into() };
        if depth > DEEPEST {
            return Err(ends("the models lie too deep within each other"));
        }
        let class = value.get("class_name").and_then(Value::as_str).unwrap_or_default();
        if let Some(foreign) = foreign(value) {
            return Err(ends(&format!("the model is a {foreign}, which is a class of Python code")));
        }
        let config = value.get("config").unwrap_or(&Value::Null);
        let name = config.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        // Before version 2.2.3 a Sequential model's configuration was the list itself.
        let list = config.get("layers").unwrap_or(config).as_array();
        let list = list.ok_or_else(|| ends("the model's configuration lists no layers"))?;
        let model_name = if path.is_empty() { "model" } else { path };
        self.tell_others(config.as_object(), &MODEL_KEYS, model_name);
        let mut counts = HashMap::new();
        let mut layers = Vec::with_capacity(list.len());
        for layer in list {
            layers.push(self.layer(layer, [path, class_path], depth, &mut counts)?);
        }
        let is_input = |layer: &&LayerConfig| layer.class == "InputLayer";
        let mut model = Model {
            name,
            inputs: layers.iter().filter(is_input).map(|layer| layer.name.clone()).collect(),
            layers,
            outputs: Vec::new(),
            input_shape: config.get("build_input_shape").cloned(),
        };
        if class == "Sequential" {
            model.chain();
            return Ok(model);
        }
        let attribute: Vec<String> =
            positions(config.get("input_layers")).into_iter().map(|position| position.layer).collect();
        if !attribute.is_empty() {
            model.inputs = attribute;
        }
        model.outputs = positions(config.get("output_layers"));
        if model.outputs.is_empty() {
            return Err(ends(&format!("the model is a {class}, whose configuration names no output")));
        }
        Ok(model)
    }

    fn layer(
        &mut self,
        layer: &Value,
        [path, class_path]: [&str; 2],
        depth: usize,
        counts: &mut HashMap<String, usize>,
    ) -> Result<LayerConfig, GraphProblem> {
        let class = layer.get("class_name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let config = layer.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
        let name =
            layer.get("name").or_else(|| config.get("name")).and_then(Value::as_str).unwrap_or(&class).to_owned();
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        self.tell_others(layer.as_object(), &LAYER_KEYS, &path);
        let snake = snake_case(&class);
        let count = counts.entry(snake.clone()).or_insert(0);
        let class_path = if *count == 0 {
            format!("{class_path}layers/{snake}")
        } else {
            format!("{class_path}layers/{snake}_{count}")
        };
        *count += 1;
        let foreign = foreign(layer);
        let is_model = foreign.is_none() && matches!(class.as_str(), "Sequential" | "Functional" | "Model");
        let inner = is_model.then(|| self.model(layer, [&path, &format!("{class_path}/")], depth + 1)).transpose()?;
        let wrapped = config.get("layer").filter(|_| class == "TimeDistributed");
        let wrapped =
            wrapped.map(|layer| self.layer(layer, [&path, ""], depth + 1, &mut HashMap::new())).transpose()?;
        let wrapped = wrapped.map(|layer| LayerConfig { class_path: format!("{class_path}/layer"), ..layer });
        let nodes = layer.get("inbound_nodes");
        // A model of Keras 1 and 2 that begins with its own input counts its own making as its first call.
        let is_old = nodes.and_then(|nodes| nodes.get(0)).is_some_and(Value::is_array);
        let begins_itself = |model: &Model| model.layers.first().is_some_and(|layer| layer.class == "InputLayer");
        let first_node = usize::from(is_old && inner.as_ref().is_some_and(begins_itself));
        Ok(LayerConfig {
            calls: calls(nodes),
            inner: inner.map(Box::new),
            wrapped: wrapped.map(Box::new),
            class,
            name,
            path,
            config,
            first_node,
            class_path,
            foreign,
        })
    }

    fn tell_others(&mut self, object: Option<&Map<String, Value>>, known: &[&str], of: &str) {
        for (key, value) in object.into_iter().flatten() {
            if !known.contains(&key.as_str()) && !value.is_null() {
                self.account.misses(PartName::attribute(of, key), not_understood(value));
            }
        }
    }
}

impl Model {
    /// Each layer is given what the one before it gives.
    fn chain(&mut self) {
        let names: Vec<String> = self.layers.iter().map(|layer| layer.name.clone()).collect();
        let position = |name: &String| Place { layer: name.clone(), node: 0, tensor: 0 };
        for (at, layer) in self.layers.iter_mut().enumerate() {
            let before = at.checked_sub(1).and_then(|before| names.get(before));
            layer.calls = vec![Call::new(before.map_or(Argument::Input, |name| Argument::Tensor(position(name))))];
            layer.first_node = 0;
        }
        self.inputs = names.first().cloned().into_iter().collect();
        self.outputs = names.last().map(position).into_iter().collect();
    }

    /// The layers that no model is, those of the models within it among them, in order.
    pub fn leaves(&self) -> Vec<&LayerConfig> {
        let mut leaves = Vec::new();
        for layer in &self.layers {
            match &layer.inner {
                Some(model) => leaves.extend(model.leaves()),
                None => leaves.push(layer),
            }
        }
        leaves
    }
}

/// The full name of a class that a user or another library defines.
fn foreign(layer: &Value) -> Option<String> {
    let text = |key: &str| layer.get(key).and_then(Value::as_str);
    let class = text("class_name").unwrap_or_default();
    let own = |module: &str| {
        let package = module.split('.').next().unwrap_or_default();
        matches!(package, "keras" | "tf_keras" | "tensorflow" | "builtins" | "")
    };
    match (text("registered_name").filter(|name| name.contains('>')), text("module")) {
        (Some(registered), _) => Some(registered.into()),
        (None, Some(module)) if !own(module) => Some(format!("{module}.{class}")),
        _ => None,
    }
}

/// Keras's own rule for the names of groups: `BatchNormalization` → `batch_normalization`, `Conv2D` → `conv2d`.
pub(super) fn snake_case(class: &str) -> String {
    let characters: Vec<char> =
        class.chars().filter(|character| character.is_alphanumeric() || *character == '_').collect();
    let mut name = String::new();
    for (position, character) in characters.iter().enumerate() {
        let previous = position.checked_sub(1).and_then(|position| characters.get(position));
        let next_is_small = characters.get(position + 1).is_some_and(|next| next.is_lowercase());
        let after_small = previous.is_some_and(|previous| previous.is_lowercase());
        if character.is_uppercase() && previous.is_some() && (next_is_small || after_small) {
            name.push('_');
        }
        name.extend(character.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn class_names_become_group_names() {
        for (class, name) in [
            ("Dense", "dense"),
            ("BatchNormalization", "batch_normalization"),
            ("Conv2D", "conv2d"),
            ("LeakyReLU", "leaky_re_lu"),
            ("ReLU", "re_lu"),
            ("GlobalAveragePooling2D", "global_average_pooling2d"),
            ("ELU", "elu"),
        ] {
            assert_eq!(snake_case(class), name);
        }
    }

    #[test]
    fn layers_have_paths_and_unknown_keys_are_told() {
        let dense = |name: &str| json!({"class_name": "Dense", "config": {"name": name}, "new": 1});
        let inner = json!({"class_name": "Sequential", "config": {"name": "a", "layers": [dense("d")], "odd": 2}});
        let mut account = Account::default();
        let layers = json!([dense("d"), inner, dense("e")]);
        let model = model(&json!({"class_name": "Sequential", "config": {"layers": layers}}), &mut account).unwrap();
        let leaves: Vec<(&str, &str)> =
            model.leaves().iter().map(|leaf| (leaf.path.as_str(), leaf.class_path.as_str())).collect();
        let expected = [("d", "layers/dense"), ("a/d", "layers/sequential/layers/dense"), ("e", "layers/dense_1")];
        assert_eq!(leaves, expected);
        let missing: Vec<String> = account.missing().map(|(name, _)| name.name()).collect();
        assert_eq!(missing, ["d.new", "a.odd", "a/d.new", "e.new"]);
    }

    #[test]
    fn classes_of_others_are_no_classes_of_keras() {
        let of = |module: &str, registered: Value| {
            foreign(&json!({"class_name": "Dense", "module": module, "registered_name": registered}))
        };
        assert_eq!(of("keras.layers", Value::Null), None);
        assert_eq!(of("keras.src.engine.functional", json!("Functional")), None);
        assert_eq!(of("my.code", json!("my>Dense")), Some("my>Dense".into()));
        assert_eq!(of("my.code", Value::Null), Some("my.code.Dense".into()));
    }
}
