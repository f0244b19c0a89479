//! What one call gives a layer: values of the graph, constants, and settings by name.

use std::cell::RefCell;
use std::collections::HashSet;

use nalgebra::DVector;
use serde_json::Value;

use super::super::graph::GraphProblem;
use super::settings::{Settings, not_understood};
use crate::formats::graph::ValueId;
use crate::formats::{Account, PartName};

/// One operand.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Value(ValueId),
    List(Vec<Operand>),
    Constant(Value),
}

/// The operands of one call.
#[derive(Debug)]
pub(super) struct Operands {
    pub positional: Vec<Operand>,
    pub named: Vec<(String, Operand)>,
    asked: RefCell<HashSet<String>>,
}

impl Operands {
    pub fn new(positional: Vec<Operand>, named: Vec<(String, Operand)>) -> Operands {
        Operands { positional, named, asked: RefCell::default() }
    }

    /// The operand of this place or of one of these names.
    pub fn at(&self, position: usize, names: &[&str]) -> Option<&Operand> {
        self.asked.borrow_mut().insert(position.to_string());
        self.positional.get(position).or_else(|| names.iter().find_map(|name| self.named(name)))
    }

    pub fn named(&self, name: &str) -> Option<&Operand> {
        self.asked.borrow_mut().insert(name.to_owned());
        let operand = self.named.iter().find(|(own, _)| own == name).map(|(_, operand)| operand)?;
        (!matches!(operand, Operand::Constant(Value::Null))).then_some(operand)
    }

    /// All operands of a layer that joins them: a list, or one after the other.
    pub fn joined(&self) -> Vec<Operand> {
        let mut all = Vec::new();
        for (position, operand) in self.positional.iter().enumerate() {
            self.asked.borrow_mut().insert(position.to_string());
            match operand {
                Operand::List(list) => all.extend(list.iter().cloned()),
                other => all.push(other.clone()),
            }
        }
        all.extend(["x1", "x2", "x", "y", "a", "b"].into_iter().filter_map(|name| self.named(name).cloned()));
        all
    }

    /// The one value that most layers are given.
    pub fn only(&self, settings: &Settings<'_>) -> Result<ValueId, GraphProblem> {
        self.at(0, &["x", "inputs", "features", "input", "tensor", "logits", "t", "a"])
            .and_then(Operand::value)
            .ok_or_else(|| settings.problem("its input", "is not one value of the model"))
    }

    /// A constant that is told by place, by name, or as a setting of the operator.
    pub fn constant<'a>(&'a self, settings: &Settings<'a>, position: usize, names: &[&str]) -> Option<&'a Value> {
        let attribute = names.iter().find_map(|name| settings.get(name));
        match self.at(position, names) {
            Some(Operand::Constant(Value::Null)) | None => attribute,
            Some(Operand::Constant(value)) => Some(value),
            Some(_) => None,
        }
    }

    /// A number that is told in one of these ways.
    pub fn number(
        &self,
        settings: &Settings<'_>,
        position: usize,
        names: &[&str],
        absent: f64,
    ) -> Result<f64, GraphProblem> {
        match self.constant(settings, position, names) {
            None => Ok(absent),
            Some(value) => {
                let setting = names.first().copied().unwrap_or_default();
                value.as_f64().ok_or_else(|| settings.problem(setting, &not_understood(value)))
            }
        }
    }

    /// Tells what nothing asked for. What training or masks would need is needless while it is off.
    pub fn close(self, node: &str, account: &mut Account) {
        let asked = self.asked.into_inner();
        let is_idle = |name: &str, operand: &Operand| match operand {
            Operand::Constant(Value::Null) => true,
            Operand::Constant(Value::Bool(false)) => matches!(name, "training" | "mask"),
            Operand::Constant(_) => name == "name",
            _ => false,
        };
        let positional = self.positional.iter().enumerate().map(|(position, operand)| (position.to_string(), operand));
        let named = self.named.iter().map(|(name, operand)| (name.clone(), operand));
        for (name, operand) in positional.chain(named) {
            if !asked.contains(&name) && !is_idle(&name, operand) {
                let text = match operand {
                    Operand::Constant(value) => not_understood(value),
                    _ => "is a value of the model, which is not understood there".to_owned(),
                };
                account.misses(PartName::attribute(node, format!("call, argument {name}")), text);
            }
        }
    }
}

impl Operand {
    /// The value, alone or in a list of one.
    pub fn value(&self) -> Option<ValueId> {
        match self {
            Operand::Value(value) => Some(*value),
            Operand::List(list) => match list.as_slice() {
                [only] => only.value(),
                _ => None,
            },
            Operand::Constant(_) => None,
        }
    }
}

/// A number, or a list of numbers along the last axis.
pub(super) fn vector(value: &Value) -> Option<DVector<f64>> {
    match value {
        Value::Array(list) => match list.as_slice() {
            [inner @ Value::Array(_)] => vector(inner),
            list => Some(DVector::from_vec(list.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>()?)),
        },
        Value::Bool(_) => None,
        number => Some(DVector::from_element(1, number.as_f64()?)),
    }
    .filter(|vector| !vector.is_empty())
}
