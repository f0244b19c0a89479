//! A node as it is read: what of it was asked for is remembered, so that nothing of it is left out in silence.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Deref;

use super::message::{AttributeProto, NodeProto, attribute};
use super::trace::label;
use crate::formats::graph::GraphProblem;

/// The operators of ONNX itself.
pub(super) const STANDARD: &str = "";
/// Those of classical learning.
pub(super) const LEARNING: &str = "ai.onnx.ml";
/// Those that onnxruntime adds.
pub(super) const RUNTIME: &str = "com.microsoft";

/// A node, the version of the operators that it is one of, and what was asked of it.
pub(super) struct Node<'n> {
    pub proto: &'n NodeProto,
    /// The version of the standard operators.
    pub version: i64,
    asked: RefCell<HashSet<&'n str>>,
    taken: RefCell<HashSet<usize>>,
}

impl<'n> Deref for Node<'n> {
    type Target = NodeProto;

    fn deref(&self) -> &NodeProto {
        self.proto
    }
}

impl<'n> Node<'n> {
    pub fn new(proto: &'n NodeProto, version: i64) -> Node<'n> {
        Node { proto, version, asked: RefCell::default(), taken: RefCell::default() }
    }

    /// The domain under its shortest name.
    pub fn domain(&self) -> &'n str {
        if self.proto.domain == "ai.onnx" { STANDARD } else { self.proto.domain.as_str() }
    }

    pub fn attribute(&self, name: &str) -> Option<&'n AttributeProto> {
        let given = self.proto.attribute.iter().find(|attribute| attribute.name == name)?;
        self.asked.borrow_mut().insert(given.name.as_str());
        Some(given)
    }

    pub fn float(&self, name: &str, absent: f64) -> f64 {
        match self.attribute(name) {
            None => absent,
            Some(given) if given.kind == attribute::INT => given.i as f64,
            Some(given) => f64::from(given.f),
        }
    }

    pub fn integer(&self, name: &str, absent: i64) -> i64 {
        self.attribute(name).map_or(absent, |given| given.i)
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.integer(name, 0) != 0
    }

    pub fn integers(&self, name: &str) -> Option<Vec<i64>> {
        self.attribute(name).map(|given| given.ints.clone())
    }

    pub fn word(&self, name: &str) -> Option<String> {
        self.attribute(name).map(|given| String::from_utf8_lossy(&given.s).into_owned())
    }

    /// The name of an operand; empty names stand for absent ones.
    pub fn operand_name(&self, position: usize) -> Option<&'n str> {
        self.taken.borrow_mut().insert(position);
        self.proto.input.get(position).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// An operand that needs no look, because of what its node is.
    pub fn pass(&self, position: usize) {
        self.taken.borrow_mut().insert(position);
    }

    /// The results that are asked for.
    pub fn results(&self) -> usize {
        self.proto.output.iter().filter(|name| !name.is_empty()).count()
    }

    /// The first attribute or operand of which nothing was asked, though the node's result may depend on it.
    pub fn left_out(&self) -> Option<GraphProblem> {
        let asked = self.asked.borrow();
        let attribute = self.proto.attribute.iter().map(|attribute| attribute.name.as_str());
        if let Some(name) =
            attribute.filter(|name| !asked.contains(name)).find(|name| needless(&self.proto.op_type, name).is_none())
        {
            return Some(self.setting(&format!("its attribute `{name}`"), "is not understood"));
        }
        let taken = self.taken.borrow();
        let inputs = self.proto.input.iter().enumerate();
        let (position, name) =
            inputs.filter(|(_, name)| !name.is_empty()).find(|(position, _)| !taken.contains(position))?;
        Some(self.setting(&format!("its operand {} (`{name}`)", position + 1), "is not understood"))
    }

    pub fn unknown(&self) -> GraphProblem {
        let operator = match (self.proto.op_type.as_str(), self.domain()) {
            ("", _) => "node without an operator".into(),
            (operator, STANDARD) => operator.to_owned(),
            (operator, domain) => format!("{domain}.{operator}"),
        };
        GraphProblem::Operator { node: label(self.proto).into(), operator }
    }

    pub fn setting(&self, setting: &str, value: &str) -> GraphProblem {
        GraphProblem::Setting { node: label(self.proto).into(), setting: setting.into(), value: value.into() }
    }

    /// What mixes samples, of which each goes its own way through a network.
    pub fn mixes_samples(&self, setting: &str) -> GraphProblem {
        self.setting(setting, "is that of the samples, which a network does not mix")
    }

    pub fn of_what(&self, of: &str) -> GraphProblem {
        GraphProblem::Operator { node: label(self.proto).into(), operator: format!("{} {of}", self.proto.op_type) }
    }
}

/// Why the result of a node does not depend on this attribute.
pub(super) fn needless(operator: &str, attribute: &str) -> Option<&'static str> {
    match (operator, attribute) {
        ("BatchNormalization", "momentum") => Some("matters while a network is trained"),
        ("Dropout", "seed" | "ratio") => Some("nothing is dropped once training is over"),
        (_, "consumed_inputs") => Some("told old runtimes which memory to use again"),
        ("Cast" | "CastLike", "saturate" | "round_mode") => Some("is for types of 8 bits"),
        ("LinearClassifier", "multi_class") => Some("says how the weights were found"),
        ("MaxPool", "storage_order") => Some("is for the places of the largest"),
        ("ZipMap" | "LabelEncoder", _) => Some("names classes"),
        _ => None,
    }
}
