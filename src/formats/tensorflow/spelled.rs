//! Functions that a graph spells out over several operators, and the activations that they are.

use std::rc::Rc;

use super::trace::{Form, Operand, Trace, Traced, unknown};
use crate::formats::graph::{GraphProblem, Scale, ValueId};
use crate::formats::onnx::recognise::recognise;
use crate::formats::onnx::scalar::{Binary, Scalar};

impl Operand {
    /// The functions of values that it is; none of what is no such function.
    fn forms(&self) -> &[Form] {
        match self {
            Operand::Value(of) => &of.forms,
            Operand::Spelled { forms, .. } => forms,
            _ => &[],
        }
    }

    /// What it is as a function of this value.
    fn function_of(&self, source: ValueId) -> Option<Rc<Scalar>> {
        match self {
            Operand::Array(array) => array.only().map(|value| Rc::new(Scalar::Constant(value))),
            other => other.forms().iter().find(|form| form.source == source).map(|form| form.scalar.clone()),
        }
    }
}

impl Trace {
    /// The operator on the operands, as functions of the values that all of them are functions of.
    pub(super) fn joined(
        &self,
        node: &str,
        operands: &[&Operand],
        join: impl Fn(Vec<Rc<Scalar>>) -> Option<Scalar>,
    ) -> Result<Vec<Form>, GraphProblem> {
        let Some(first) = operands.iter().find(|operand| !operand.forms().is_empty()) else { return Ok(Vec::new()) };
        if let Some(last) = first.forms().last() {
            let like = Traced::new(last.source);
            for operand in operands {
                match operand {
                    Operand::Array(array) => self.keeps_shape(node, &like, array)?,
                    other => {
                        let shape = other.of_graph().and_then(|id| self.graph.shape(id));
                        if shape != self.graph.shape(like.id) {
                            return Ok(Vec::new());
                        }
                    }
                }
            }
        }
        let form = |form: &Form| {
            let parts: Option<Vec<Rc<Scalar>>> =
                operands.iter().map(|operand| operand.function_of(form.source)).collect();
            let scalar = join(parts?).filter(Scalar::is_small)?;
            Some(Form { source: form.source, scalar: Rc::new(scalar) })
        };
        Ok(first.forms().iter().filter_map(form).collect())
    }

    /// A function of values as an activation or a line; where it is none, what comes behind may make it one.
    pub(super) fn spelled(&mut self, node: &str, forms: Vec<Form>, name: &str) -> Result<Operand, GraphProblem> {
        if forms.is_empty() {
            return Err(unknown(node, name));
        }
        match self.recognised(node, &forms)? {
            Some(known) => Ok(known),
            None => Ok(Operand::Spelled { forms, node: node.into(), operator: name.into() }),
        }
    }

    /// What is true of each coordinate: no value by itself, but what a choice or a cast makes one.
    pub fn compare(
        &mut self,
        node: &str,
        operator: Binary,
        operands: [&Operand; 2],
        name: &str,
    ) -> Result<Operand, GraphProblem> {
        let forms = self.joined(node, &operands, |parts| of_two(operator, parts))?;
        if forms.is_empty() {
            return Err(unknown(node, name));
        }
        Ok(Operand::Spelled { forms, node: node.into(), operator: name.into() })
    }

    /// What is true of each coordinate as 1 and 0.
    pub fn as_number(&mut self, node: &str, of: &Operand, name: &str) -> Result<Operand, GraphProblem> {
        match of {
            Operand::Spelled { forms, .. } => self.spelled(node, forms.clone(), name),
            _ => Err(unknown(node, name)),
        }
    }

    /// One of two operands, by what a third says of each coordinate.
    pub fn choose(&mut self, node: &str, operands: [&Operand; 3], name: &str) -> Result<Operand, GraphProblem> {
        if !matches!(operands[0], Operand::Spelled { .. }) {
            return Err(unknown(node, name));
        }
        let choice = |parts: Vec<Rc<Scalar>>| {
            let parts: Vec<Scalar> = parts.iter().map(|part| part.as_ref().clone()).collect();
            Some(Scalar::Choice(Rc::new(parts.try_into().ok()?)))
        };
        let forms = self.joined(node, &operands, choice)?;
        self.spelled(node, forms, name)
    }

    /// The first of the functions that is an activation or an affine map, as a value.
    pub(super) fn recognised(&mut self, node: &str, forms: &[Form]) -> Result<Option<Operand>, GraphProblem> {
        for Form { source, scalar } in forms {
            let line = |factor: f64, shift: f64| Scale::by_number(Some(factor), Some(shift));
            let id = if let Some((factor, shift)) = scalar.as_affine() {
                self.graph.scale(*source, node, line(factor, shift), 0)?
            } else if let Some(found) = recognise(scalar) {
                let of = match (found.factor, found.shift) {
                    (1.0, 0.0) => *source,
                    (factor, shift) => self.graph.scale(*source, node, line(factor, shift), 0)?,
                };
                self.graph.activate(of, node, found.activation)?
            } else {
                continue;
            };
            return Ok(Some(Operand::Value(Traced::of_forms(id, forms.to_vec()))));
        }
        Ok(None)
    }
}

/// The operator on two functions.
pub(super) fn of_two(operator: Binary, parts: Vec<Rc<Scalar>>) -> Option<Scalar> {
    match &parts[..] {
        [left, right] => Some(Scalar::Binary(operator, left.clone(), right.clone())),
        _ => None,
    }
}
