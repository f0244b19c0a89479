//! The nodes of a graph and their settings, as TensorFlow writes them to JSON.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::formats::graph::GraphProblem;
use crate::formats::tensorflow::{Settings, setting};

/// The types of real numbers.
const REAL_TYPES: [&str; 4] = ["DT_FLOAT", "DT_HALF", "DT_BFLOAT16", "DT_DOUBLE"];

#[derive(Deserialize)]
pub(super) struct GraphDef {
    pub node: Vec<NodeDef>,
}

#[derive(Deserialize)]
pub(super) struct NodeDef {
    pub name: String,
    pub op: String,
    #[serde(default)]
    pub input: Vec<String>,
    #[serde(default)]
    pub attr: BTreeMap<String, Value>,
}

impl NodeDef {
    /// The nodes that it is given, with the number of the result; those that it only waits for are left out.
    pub fn operands(&self) -> impl Iterator<Item = (&str, usize)> {
        self.input.iter().filter(|name| !name.starts_with('^')).map(|name| result(name))
    }

    pub fn is_real(name: &str) -> bool {
        REAL_TYPES.contains(&name)
    }

    /// The type in a setting.
    pub fn type_of(&self, name: &str) -> Option<&str> {
        self.attr.get(name)?.get("type")?.as_str()
    }

    /// The lengths in a setting; none for an open one, and none at all where even their number is open.
    pub fn shape(&self, name: &str) -> Option<Vec<Option<usize>>> {
        let shape = self.attr.get(name)?.get("shape")?;
        if shape.get("unknownRank").and_then(Value::as_bool) == Some(true) {
            return None;
        }
        let axes = shape.get("dim").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        Some(axes.iter().map(|axis| usize::try_from(integer(axis.get("size")?)?).ok()).collect())
    }
}

/// The node of a name like `node:1`, and the number of its result.
pub(super) fn result(name: &str) -> (&str, usize) {
    match name.rsplit_once(':') {
        Some((node, number)) => match number.parse() {
            Ok(number) => (node, number),
            Err(_) => (name, 0),
        },
        None => (name, 0),
    }
}

/// Whole numbers of 64 bits are written as text.
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// The settings of one node as they are read.
pub(super) struct Attributes<'n> {
    pub node: &'n NodeDef,
    settings: Settings,
}

impl<'n> Attributes<'n> {
    pub fn new(node: &'n NodeDef) -> Attributes<'n> {
        Attributes { node, settings: Settings::default() }
    }

    fn value(&self, name: &str, kind: &str) -> Option<&'n Value> {
        self.settings.reads(name);
        self.node.attr.get(name)?.get(kind)
    }

    fn unreadable(&self, name: &str) -> GraphProblem {
        setting(&self.node.name, name, "is not of the kind that is known")
    }

    pub fn flag(&self, name: &str) -> Result<bool, GraphProblem> {
        match self.value(name, "b") {
            None if self.is_empty(name) => Ok(false),
            value => value.and_then(Value::as_bool).ok_or_else(|| self.unreadable(name)),
        }
    }

    pub fn float(&self, name: &str, absent: f64) -> Result<f64, GraphProblem> {
        match self.value(name, "f") {
            None if !self.node.attr.contains_key(name) => Ok(absent),
            None if self.is_empty(name) => Ok(0.0),
            value => value.and_then(Value::as_f64).ok_or_else(|| self.unreadable(name)),
        }
    }

    pub fn integer(&self, name: &str) -> Result<i64, GraphProblem> {
        match self.value(name, "i") {
            None if self.is_empty(name) => Ok(0),
            value => value.and_then(integer).ok_or_else(|| self.unreadable(name)),
        }
    }

    /// Reads a setting that is a type.
    pub fn kind(&self, name: &str) -> Result<(), GraphProblem> {
        self.value(name, "type").map(|_| ()).ok_or_else(|| self.unreadable(name))
    }

    pub fn integers(&self, name: &str) -> Result<Vec<i64>, GraphProblem> {
        let items = self.items(name, "i")?;
        items.iter().map(integer).collect::<Option<_>>().ok_or_else(|| self.unreadable(name))
    }

    /// Text; empty where the setting is absent.
    pub fn text(&self, name: &str) -> Result<String, GraphProblem> {
        match self.value(name, "s") {
            None if self.is_empty(name) => Ok(String::new()),
            value => value.and_then(Value::as_str).and_then(decoded).ok_or_else(|| self.unreadable(name)),
        }
    }

    pub fn texts(&self, name: &str) -> Result<Vec<String>, GraphProblem> {
        let text = |item: &Value| item.as_str().and_then(decoded);
        let items = self.items(name, "s")?;
        items.iter().map(text).collect::<Option<_>>().ok_or_else(|| self.unreadable(name))
    }

    fn items(&self, name: &str, kind: &str) -> Result<&'n [Value], GraphProblem> {
        match self.value(name, "list") {
            None if !self.node.attr.contains_key(name) => Ok(&[]),
            None => Err(self.unreadable(name)),
            // An empty list holds no list of any kind.
            Some(list) if list.as_object().is_some_and(|list| list.is_empty()) => Ok(&[]),
            Some(list) => Ok(list.get(kind).and_then(Value::as_array).ok_or_else(|| self.unreadable(name))?),
        }
    }

    /// Whether the setting is absent, or has the value that is not written.
    fn is_empty(&self, name: &str) -> bool {
        self.node.attr.get(name).is_none_or(|value| value.as_object().is_some_and(|value| value.is_empty()))
    }

    /// # Errors
    /// If the node has a setting that was neither read nor is needless.
    pub fn finish(&self) -> Result<(), GraphProblem> {
        let names = self.node.attr.keys().map(String::as_str);
        self.settings.finish(&self.node.name, names, |name| needless(name).is_some())
    }
}

/// Why a network is right without a setting.
pub(super) fn needless(name: &str) -> Option<&'static str> {
    match name {
        "T" | "U" | "dtype" | "TArgs" | "Tparams" => Some("is the type of its numbers, which is checked"),
        "Tidx" | "Tshape" | "Tpaddings" | "Tperm" | "Tdim" | "Taxis" | "Tindices" | "Index" | "out_type"
        | "output_type" | "Tblock_shape" | "Tcrops" => Some("is the type of whole numbers"),
        "N" | "num_args" | "num_host_args" => Some("is the number of its operands"),
        "use_cudnn_on_gpu" | "parallel_iterations" => Some("tells how it is computed, not what"),
        "exponential_avg_factor" | "grad_a" | "grad_b" => Some("belongs to a training"),
        "validate_shape" | "shape" => Some("is the shape of its result"),
        // Annotations of TensorFlow's own passes.
        name if name.starts_with('_') => Some("is an annotation for TensorFlow"),
        _ => None,
    }
}

/// The text that base64 stands for.
fn decoded(text: &str) -> Option<String> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for byte in text.trim_end_matches('=').bytes() {
        bits = (bits << 6 | u32::from(digit(byte)?)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_in_base64() {
        assert_eq!(decoded("TkhXQw==").as_deref(), Some("NHWC"));
        assert_eq!(decoded("Qmlhc0FkZA==").as_deref(), Some("BiasAdd"));
        assert_eq!(decoded("UmVsdQ").as_deref(), Some("Relu"));
        assert_eq!((decoded("").as_deref(), decoded("!")), (Some(""), None));
    }

    #[test]
    fn settings_are_read_or_named() {
        let node = r#"{"name": "n", "op": "Conv2D", "input": ["a", "b:1", "^c"], "attr": {"strides": {"list": {"i":
            ["1", "2"]}}, "keep": {}, "padding": {"s": "U0FNRQ=="}, "T": {"type": "DT_FLOAT"}, "new": {"b": true}}}"#;
        let node: NodeDef = serde_json::from_str(node).unwrap();
        assert_eq!(node.operands().collect::<Vec<_>>(), [("a", 0), ("b", 1)]);
        let attributes = Attributes::new(&node);
        assert_eq!(attributes.integers("strides").unwrap(), [1, 2]);
        assert!(!attributes.flag("keep").unwrap() && attributes.text("padding").unwrap() == "SAME");
        assert!(attributes.finish().unwrap_err().to_string().contains("`new`"));
        assert!(attributes.flag("new").unwrap() && attributes.finish().is_ok());
        assert!(attributes.flag("padding").is_err());
    }
}
