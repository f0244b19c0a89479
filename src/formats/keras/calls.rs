//! How layers are called: with the results of other layers, and with numbers.

use serde_json::{Map, Value};

/// How deep lists of arguments may lie within each other.
const DEEPEST: usize = 16;
/// What stands for a number in the place of a layer.
const CONSTANT: &str = "_CONSTANT_VALUE";

/// One result of one call of a layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub layer: String,
    /// Which of the layer's calls, as the file counts them.
    pub node: usize,
    /// Which of the call's results.
    pub tensor: usize,
}

/// What a layer is given.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    /// What the model is given.
    Input,
    Tensor(Place),
    List(Vec<Argument>),
    Constant(Value),
}

/// One call of a layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Call {
    pub arguments: Vec<Argument>,
    pub settings: Vec<(String, Argument)>,
}

impl Call {
    pub fn new(argument: Argument) -> Call {
        Call { arguments: vec![argument], settings: Vec::new() }
    }

    /// Every result that the call is given.
    pub fn positions(&self) -> Vec<&Place> {
        let mut positions = Vec::new();
        let settings = self.settings.iter().map(|(_, argument)| argument);
        self.arguments.iter().chain(settings).for_each(|argument| argument.collect(&mut positions));
        positions
    }
}

impl Argument {
    fn collect<'a>(&'a self, positions: &mut Vec<&'a Place>) {
        match self {
            Argument::Tensor(position) => positions.push(position),
            Argument::List(list) => list.iter().for_each(|argument| argument.collect(positions)),
            Argument::Input | Argument::Constant(_) => {}
        }
    }
}

/// The calls of a layer by its `inbound_nodes`.
pub(super) fn calls(nodes: Option<&Value>) -> Vec<Call> {
    nodes.and_then(Value::as_array).map_or_else(Vec::new, |nodes| nodes.iter().map(call).collect())
}

/// The results that `input_layers` and `output_layers` name.
pub(super) fn positions(value: Option<&Value>) -> Vec<Place> {
    let argument = value.map(|value| argument(value, 0));
    let mut positions = Vec::new();
    argument.iter().for_each(|argument| argument.collect(&mut positions));
    positions.into_iter().cloned().collect()
}

fn call(node: &Value) -> Call {
    match node {
        Value::Object(object) => {
            let list = object.get("args").and_then(Value::as_array);
            let arguments = list.map_or_else(Vec::new, |list| list.iter().map(|item| argument(item, 0)).collect());
            Call { arguments, settings: settings(object.get("kwargs")) }
        }
        Value::Array(list) => {
            if let Some(only) = reference(list) {
                return Call { arguments: vec![only], settings: settings(list.get(3)) };
            }
            let mut arguments: Vec<Argument> = list.iter().map(|item| argument(item, 0)).collect();
            let attribute = list
                .iter()
                .filter_map(|item| item.get(3))
                .find(|attribute| attribute.as_object().is_some_and(|o| !o.is_empty()));
            if arguments.len() > 1 {
                arguments = vec![Argument::List(arguments)];
            }
            Call { arguments, settings: settings(attribute) }
        }
        other => Call::new(Argument::Constant(other.clone())),
    }
}

fn settings(value: Option<&Value>) -> Vec<(String, Argument)> {
    let attribute: Option<&Map<String, Value>> = value.and_then(Value::as_object);
    attribute.map_or_else(Vec::new, |attribute| {
        attribute.iter().map(|(key, value)| (key.clone(), argument(value, 0))).collect()
    })
}

/// `["dense", 0, 0]` with or without settings behind, or a number in its place.
fn reference(list: &[Value]) -> Option<Argument> {
    let (Value::String(layer), Value::Number(node)) = (list.first()?, list.get(1)?) else { return None };
    if layer == CONSTANT && node.as_i64() == Some(-1) {
        return Some(Argument::Constant(list.get(2)?.clone()));
    }
    let count = |value: &Value| usize::try_from(value.as_u64()?).ok();
    Some(Argument::Tensor(Place { layer: layer.clone(), node: count(list.get(1)?)?, tensor: count(list.get(2)?)? }))
}

/// A tensor, lists and objects that hold tensors, or a constant.
fn argument(value: &Value, depth: usize) -> Argument {
    let constant = || Argument::Constant(value.clone());
    if depth > DEEPEST {
        return constant();
    }
    match value {
        Value::Array(list) => {
            if let Some(reference) = reference(list) {
                return reference;
            }
            let inner: Vec<Argument> = list.iter().map(|item| argument(item, depth + 1)).collect();
            if inner.iter().all(|argument| matches!(argument, Argument::Constant(_))) {
                constant()
            } else {
                Argument::List(inner)
            }
        }
        Value::Object(object) => match object.get("config").and_then(|config| config.get("keras_history")) {
            Some(Value::Array(history)) => reference(history).unwrap_or_else(constant),
            _ => match object.get("class_name").and_then(Value::as_str) {
                // A constant array.
                Some("__numpy__" | "__tensor__") => object
                    .get("config")
                    .and_then(|config| config.get("value"))
                    .cloned()
                    .map_or_else(constant, Argument::Constant),
                Some(_) => constant(),
                None => {
                    let inner: Vec<Argument> = object.values().map(|item| argument(item, depth + 1)).collect();
                    let holds_tensor = |argument: &Argument| !matches!(argument, Argument::Constant(_));
                    if inner.iter().any(holds_tensor) { Argument::List(inner) } else { constant() }
                }
            },
        },
        _ => constant(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_version_has_its_way_to_name_what_a_layer_is_given() {
        let tensor = |name: &str, node| Argument::Tensor(Place { layer: name.into(), node, tensor: 0 });
        let keras = |name: &str| json!({"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}});
        let both = Argument::List(vec![tensor("a", 0), tensor("b", 1)]);
        assert_eq!(calls(Some(&json!([[["a", 0, 0, {}], ["b", 1, 0, {}]]]))), [Call::new(both)]);
        let new = calls(Some(&json!([{"args": [keras("a"), 2.0], "kwargs": {"mask": null}}])));
        assert_eq!(new[0].arguments, [tensor("a", 0), Argument::Constant(json!(2.0))]);
        let operator = calls(Some(&json!([["a", 0, 0, {"y": ["b", 1, 0], "name": null}]])));
        assert_eq!(operator[0].arguments, [tensor("a", 0)]);
        assert_eq!(operator[0].settings[0], ("name".into(), Argument::Constant(Value::Null)));
        assert_eq!(operator[0].settings[1], ("y".into(), tensor("b", 1)));
        let constant = calls(Some(&json!([["_CONSTANT_VALUE", -1, 1.0, {"y": ["a", 0, 0]}]])));
        assert_eq!(constant[0].arguments, [Argument::Constant(json!(1.0))]);
        assert_eq!(constant[0].positions().len(), 1);
        for outputs in [json!(["a", 0, 0]), json!([["a", 0, 0]])] {
            assert_eq!(positions(Some(&outputs)).len(), 1);
        }
    }
}
