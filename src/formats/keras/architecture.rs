//! The layers of a Keras model as its configuration lists them, with what each is given.

use serde_json::Value;

use super::super::graph::GraphProblem;

/// How deep models may lie within models.
const DEEPEST: usize = 16;

/// One layer of the configuration.
#[derive(Clone, Debug)]
pub(super) struct LayerConfig {
    /// The class: `Dense`, `Activation`, …
    pub class: String,
    /// The name, unique within its model.
    pub name: String,
    /// The settings.
    pub config: Value,
    /// The names of the layers whose results it is given.
    pub inputs: Vec<String>,
    /// How often the layer is used: 0 or 1 in most models.
    pub uses: usize,
    /// The place in the file where a model keeps its weights by class names: `layers/dense_1`.
    pub class_path: String,
    /// The layers of a model that is used as a layer.
    pub inner: Option<Box<Model>>,
}

/// A model: its layers, each after those it is given, and the name of the one that is its result.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub name: String,
    pub layers: Vec<LayerConfig>,
    pub output: String,
}

/// Reads `{"class_name": …, "config": …}`.
pub(super) fn model(value: &Value) -> Result<Model, GraphProblem> {
    nested(value, "", 0)
}

fn nested(value: &Value, path: &str, depth: usize) -> Result<Model, GraphProblem> {
    let ends = |problem: &str| GraphProblem::Ends { problem: problem.into() };
    if depth > DEEPEST {
        return Err(ends("the models lie too deep within each other"));
    }
    let class = value.get("class_name").and_then(Value::as_str).unwrap_or_default();
    let config = value.get("config").unwrap_or(&Value::Null);
    let name = config.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    // Before version 2.2.3 a Sequential model's configuration was the list itself.
    let list = config.get("layers").unwrap_or(config).as_array();
    let list = list.ok_or_else(|| ends("the model's configuration lists no layers"))?;
    let mut counts = std::collections::HashMap::new();
    let mut layers = Vec::with_capacity(list.len());
    for layer in list {
        layers.push(layer_config(layer, path, depth, &mut counts)?);
    }
    if class == "Sequential" {
        for place in 1..layers.len() {
            layers[place].inputs = vec![layers[place - 1].name.clone()];
        }
        let output = layers.last().map(|layer| layer.name.clone()).unwrap_or_default();
        return Ok(Model { name, layers, output });
    }
    let mut outputs = Vec::new();
    histories(config.get("output_layers").unwrap_or(&Value::Null), &mut outputs, 0);
    match outputs.as_slice() {
        [output] => Ok(Model { name, layers: sorted(layers)?, output: output.clone() }),
        [] => Err(ends(&format!("the model is a {class}, whose configuration names no output"))),
        several => Err(ends(&format!("the model has {} outputs ({})", several.len(), several.join(", ")))),
    }
}

fn layer_config(
    layer: &Value,
    path: &str,
    depth: usize,
    counts: &mut std::collections::HashMap<String, usize>,
) -> Result<LayerConfig, GraphProblem> {
    let class = layer.get("class_name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let config = layer.get("config").cloned().unwrap_or_default();
    let name = layer.get("name").or_else(|| config.get("name")).and_then(Value::as_str).unwrap_or(&class).to_owned();
    let mut inputs = Vec::new();
    let nodes = layer.get("inbound_nodes").unwrap_or(&Value::Null);
    histories(nodes, &mut inputs, 0);
    let uses = nodes.as_array().map_or(0, Vec::len);
    let snake = snake_case(&class);
    let count = counts.entry(snake.clone()).or_insert(0);
    let class_path =
        if *count == 0 { format!("{path}layers/{snake}") } else { format!("{path}layers/{snake}_{count}") };
    *count += 1;
    let is_model = matches!(class.as_str(), "Sequential" | "Functional" | "Model");
    let inner = is_model.then(|| nested(layer, &format!("{class_path}/"), depth + 1)).transpose()?.map(Box::new);
    Ok(LayerConfig { class, name, config, inputs, uses, class_path, inner })
}

/// The layers that a reference names: `["dense", 0, 0]` with or without settings behind, or a tensor with its
/// `keras_history`, within any lists and objects.
fn histories(value: &Value, names: &mut Vec<String>, depth: usize) {
    // The reader of JSON bounds the depth too; this one needs far less.
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Array(list) => match list.as_slice() {
            [Value::String(name), Value::Number(_), Value::Number(_), ..] => names.push(name.clone()),
            list => list.iter().for_each(|item| histories(item, names, depth + 1)),
        },
        Value::Object(object) => match object.get("keras_history") {
            Some(history) => histories(history, names, depth + 1),
            None => object.values().for_each(|item| histories(item, names, depth + 1)),
        },
        _ => {}
    }
}

/// The layers, each after those it is given.
fn sorted(layers: Vec<LayerConfig>) -> Result<Vec<LayerConfig>, GraphProblem> {
    let mut known = std::collections::HashSet::new();
    let mut waiting: Vec<Option<LayerConfig>> = layers.into_iter().map(Some).collect();
    let mut sorted = Vec::with_capacity(waiting.len());
    loop {
        let before = sorted.len();
        for slot in &mut waiting {
            if let Some(layer) = slot.take_if(|layer| layer.inputs.iter().all(|name| known.contains(name))) {
                known.insert(layer.name.clone());
                sorted.push(layer);
            }
        }
        if sorted.len() == before {
            break;
        }
    }
    match waiting.into_iter().flatten().next() {
        None => Ok(sorted),
        Some(layer) => Err(GraphProblem::Ends {
            problem: format!("`{}` is given what is not in the model, or what comes from itself", layer.name),
        }),
    }
}

/// Keras's own rule for the names of groups: `BatchNormalization` → `batch_normalization`, `Conv2D` → `conv2d`.
fn snake_case(class: &str) -> String {
    let characters: Vec<char> =
        class.chars().filter(|character| character.is_alphanumeric() || *character == '_').collect();
    let mut name = String::new();
    for (place, character) in characters.iter().enumerate() {
        let previous = place.checked_sub(1).and_then(|place| characters.get(place));
        let next_is_small = characters.get(place + 1).is_some_and(|next| next.is_lowercase());
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
    fn both_ways_to_name_what_a_layer_is_given() {
        let old = json!([[["a", 0, 0, {}], ["b", 0, 0, {}]]]);
        let tensor = |name| json!({"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}});
        let new = json!([{"args": [[tensor("a"), tensor("b")]], "kwargs": {}}]);
        for nodes in [old, new] {
            let mut names = Vec::new();
            histories(&nodes, &mut names, 0);
            assert_eq!(names, ["a", "b"]);
        }
    }

    #[test]
    fn layers_are_sorted_and_circles_are_named() {
        let layer = |name: &str, from: &str| json!({"class_name": "Dense", "config": {"name": name}, "name": name, "inbound_nodes": [[[from, 0, 0, {}]]]});
        let input = json!({"class_name": "InputLayer", "config": {"name": "x"}, "name": "x", "inbound_nodes": []});
        let of = |layers: Vec<Value>| {
            model(&json!({"class_name": "Functional", "config": {"layers": layers, "output_layers": [["b", 0, 0]]}}))
        };
        let sorted = of(vec![layer("b", "a"), layer("a", "x"), input.clone()]).unwrap();
        let names: Vec<&str> = sorted.layers.iter().map(|layer| layer.name.as_str()).collect();
        assert_eq!(names, ["x", "a", "b"]);
        assert_eq!(sorted.layers[2].class_path, "layers/dense");
        let circle = of(vec![input, layer("b", "a"), layer("a", "b")]).unwrap_err().to_string();
        assert!(circle.contains("`b` is given what is not in the model"), "{circle}");
    }
}
