//! Operators that act coordinate by coordinate.

use nalgebra::DVector;

use super::array::{Array, broadcast};
use super::spelled::of_two;
use super::trace::{Operand, Trace, Traced, setting, traced, unknown};
use crate::formats::graph::{GraphProblem, Scale, ValueId};
use crate::formats::onnx::scalar::{Binary, Scalar, Unary};
use crate::formats::shape::size;
use crate::network::{Activation, Elementary, OutputFunction};

/// An operator of a value and a constant.
#[derive(Clone, Copy)]
struct Way {
    operator: Binary,
    constant_first: bool,
}

impl Trace {
    /// σ of the operand.
    pub fn activate(
        &mut self,
        node: &str,
        of: &Operand,
        activation: Activation,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        if activation == Activation::Identity {
            return Ok(of.clone());
        }
        if let (Operand::Array(array), true) = (of, activation.is_coordinatewise()) {
            self.spend(node, size(array.shape()))?;
            return Ok(array.map(|value| activation.value(value)).into());
        }
        let forms = self.joined(node, &[of], |parts| {
            let of = parts.first().filter(|_| activation.is_coordinatewise())?;
            Some(Scalar::Unary(Unary::Activation(activation), of.clone()))
        })?;
        if let (Operand::Spelled { .. }, true) = (of, activation.is_coordinatewise()) {
            return self.spelled(node, forms, operator);
        }
        if let (Operand::Folded(of), true) = (of, activation.is_coordinatewise()) {
            return Ok(Operand::Folded(Traced::new(self.graph.activate(of.id, node, activation)?)));
        }
        let of = traced(node, operator, of)?;
        let id = self.graph.activate(of.id, node, activation)?;
        Ok(Operand::Value(Traced::of_forms(id, forms)))
    }

    /// Softmax along the last axis, of the operand times `beta`.
    pub fn softmax(&mut self, node: &str, of: &Operand, beta: f64) -> Result<Operand, GraphProblem> {
        let operator = "Softmax";
        let scaled = self.binary(node, Binary::Mul, of, &Array::scalar(beta).into(), operator)?;
        let of = if beta == 1.0 { of } else { &scaled };
        let value = traced(node, operator, of)?;
        self.behind_samples(node, &value)?;
        if let Some(shape) = self.graph.shape(value.id)
            && let Some(axis) = shape.len().checked_sub(1)
            && shape.iter().filter(|&&length| length > 1).count() > 1
        {
            return Ok(Operand::value(self.graph.softmax_along(value.id, node, vec![axis])?));
        }
        self.activate(node, of, Activation::Softmax, operator)
    }

    /// What reads the operand at the end of the network, along its last axis.
    pub fn read(&self, node: &str, of: &Operand, by: OutputFunction, operator: &str) -> Result<Operand, GraphProblem> {
        let of = traced(node, operator, of)?;
        self.behind_samples(node, &of)?;
        match self.graph.shape(of.id) {
            Some(shape) if shape.iter().filter(|&&length| length > 1).count() > 1 => {
                Err(setting(node, "its input", "has several axes; it is read over one"))
            }
            _ => Ok(Operand::Read { of: of.id, by }),
        }
    }

    /// The last axis of the value must not be that of the samples.
    fn behind_samples(&self, node: &str, of: &Traced) -> Result<(), GraphProblem> {
        match self.graph.shape(of.id) {
            Some([]) => Err(setting(node, "its axis", "is that of the samples, which is not understood")),
            _ => Ok(()),
        }
    }

    /// The operator on two operands.
    pub fn binary(
        &mut self,
        node: &str,
        operator: Binary,
        left: &Operand,
        right: &Operand,
        name: &str,
    ) -> Result<Operand, GraphProblem> {
        match (left, right) {
            (Operand::Array(left), Operand::Array(right)) => {
                let shape = broadcast(left.shape(), right.shape());
                self.spend(node, shape.as_deref().and_then(size))?;
                let folded = left.zip(right, usize::MAX, |left, right| operator.value(left, right));
                folded
                    .map(Operand::from)
                    .ok_or_else(|| setting(node, "its constants", "have shapes that do not fit each other"))
            }
            // Along the last axis, which folding leaves alone.
            (Operand::Folded(of), Operand::Array(array)) | (Operand::Array(array), Operand::Folded(of))
                if array.shape().len() <= 1 =>
            {
                let is_first = matches!(left, Operand::Array(_));
                match self.with_array(node, Way { operator, constant_first: is_first }, of, array, name)? {
                    Operand::Value(of) => Ok(Operand::Folded(of)),
                    _ => Err(unknown(node, name)),
                }
            }
            // What is spelled out so far, and what comes to it.
            (Operand::Spelled { .. }, _) | (_, Operand::Spelled { .. }) => {
                let forms = self.joined(node, &[left, right], |parts| of_two(operator, parts))?;
                self.spelled(node, forms, name)
            }
            (Operand::Array(array), of) => {
                self.with_array(node, Way { operator, constant_first: true }, &traced(node, name, of)?, array, name)
            }
            (of, Operand::Array(array)) => {
                self.with_array(node, Way { operator, constant_first: false }, &traced(node, name, of)?, array, name)
            }
            (left, right) => {
                let forms = self.joined(node, &[left, right], |parts| of_two(operator, parts))?;
                if let Some(known) = self.recognised(node, &forms)? {
                    return Ok(known);
                }
                let (left, right) = (traced(node, name, left)?, traced(node, name, right)?);
                self.of_two(node, operator, &left, &right, name)
            }
        }
    }

    /// Two values that come from the input.
    fn of_two(
        &mut self,
        node: &str,
        operator: Binary,
        left: &Traced,
        right: &Traced,
        name: &str,
    ) -> Result<Operand, GraphProblem> {
        let (one, other) = (left.id, right.id);
        if let (Some(left), Some(right)) = (self.graph.shape(one), self.graph.shape(other)) {
            let together = broadcast(left, right).filter(|_| left.len() == right.len());
            let together = together.as_deref().and_then(size);
            let unfitting = || setting(node, "its operands", "have shapes that do not fit each other");
            self.spend(node, Some(together.ok_or_else(unfitting)?))?;
        }
        let id = match operator {
            Binary::Add => self.graph.combine(&[(1.0, one), (1.0, other)], node)?,
            Binary::Sub => self.graph.combine(&[(1.0, one), (-1.0, other)], node)?,
            Binary::Mul => self.graph.product(one, other, node)?,
            Binary::Div => {
                let inverse = self.graph.activate(other, node, Activation::Elementary(Elementary::Reciprocal))?;
                self.graph.product(one, inverse, node)?
            }
            Binary::Max => self.graph.larger(one, other, node)?,
            Binary::Min => self.graph.smaller(one, other, node)?,
            _ => return Err(unknown(node, &format!("{name} of two values that both come from the input"))),
        };
        Ok(Operand::value(id))
    }

    fn with_array(
        &mut self,
        node: &str,
        way: Way,
        of: &Traced,
        array: &Array,

        name: &str,
    ) -> Result<Operand, GraphProblem> {
        match array.only() {
            Some(number) => {
                let (value, constant) = (Operand::Value(of.clone()), Operand::from(array.clone()));
                let operands = if way.constant_first { [&constant, &value] } else { [&value, &constant] };
                let forms = self.joined(node, &operands, |parts| of_two(way.operator, parts))?;
                // Bounds that follow each other are an activation as a whole.
                if matches!(way.operator, Binary::Max | Binary::Min)
                    && let Some(known) = self.recognised(node, &forms)?
                {
                    return Ok(known);
                }
                match self.with_number(node, way, of, number, name) {
                    Ok(Operand::Value(Traced { id, .. })) => Ok(Operand::Value(Traced::of_forms(id, forms))),
                    Ok(_) => Err(unknown(node, name)),
                    Err(GraphProblem::Operator { .. }) => self.spelled(node, forms, name),
                    Err(problem) => Err(problem),
                }
            }
            None => self.with_vector(node, way, of, array, name),
        }
    }

    fn with_number(
        &mut self,
        node: &str,
        way: Way,
        of: &Traced,
        number: f64,

        name: &str,
    ) -> Result<Operand, GraphProblem> {
        let elementary = |function: Elementary| Activation::Elementary(function);
        let scale = match (way.operator, way.constant_first) {
            (Binary::Add, _) => Scale::by_number(None, Some(number)),
            (Binary::Sub, false) => Scale::by_number(None, Some(-number)),
            (Binary::Sub, true) => Scale::by_number(Some(-1.0), Some(number)),
            (Binary::Mul, _) => Scale::by_number(Some(number), None),
            (Binary::Div, false) if number != 0.0 => Scale::by_number(Some(1.0 / number), None),
            (Binary::Div, true) => {
                let inverse = self.graph.activate(of.id, node, elementary(Elementary::Reciprocal))?;
                return Ok(Operand::value(self.graph.scale(inverse, node, Scale::by_number(Some(number), None), 0)?));
            }
            // max(x, c) = max(x − c, 0) + c, and min(x, c) = c − max(c − x, 0).
            (Binary::Max | Binary::Min, _) => {
                let sign = if way.operator == Binary::Max { 1.0 } else { -1.0 };
                let moved = self.graph.scale(of.id, node, Scale::by_number(Some(sign), Some(-sign * number)), 0)?;
                let bent = self.graph.activate(moved, node, Activation::Relu)?;
                return Ok(Operand::value(self.graph.scale(
                    bent,
                    node,
                    Scale::by_number(Some(sign), Some(number)),
                    0,
                )?));
            }
            (Binary::Pow, false) if number == 1.0 => return Ok(Operand::Value(of.clone())),
            (Binary::Pow, false) => {
                let function = match number {
                    2.0 => Elementary::Square,
                    0.5 => Elementary::Sqrt,
                    -1.0 => Elementary::Reciprocal,
                    _ => return Err(unknown(node, &format!("{name} by {number}"))),
                };
                return Ok(Operand::value(self.graph.activate(of.id, node, elementary(function))?));
            }
            _ => return Err(unknown(node, &format!("{name} of a number and a value"))),
        };
        Ok(Operand::value(self.graph.scale(of.id, node, scale, 0)?))
    }

    fn with_vector(
        &mut self,
        node: &str,
        way: Way,
        of: &Traced,
        array: &Array,

        name: &str,
    ) -> Result<Operand, GraphProblem> {
        let mut base = of.id;
        let inverse = |array: &Array| match array.values().contains(&0.0) {
            true => Err(setting(node, "its divisor", "holds a zero")),
            false => Ok(array.map(|value| 1.0 / value)),
        };
        let (factor, shift) = match (way.operator, way.constant_first) {
            (Binary::Add, _) => (None, Some(array.clone())),
            (Binary::Sub, false) => (None, Some(array.map(|value| -value))),
            (Binary::Sub, true) => (Some(Array::scalar(-1.0)), Some(array.clone())),
            (Binary::Mul, _) => (Some(array.clone()), None),
            (Binary::Div, false) => (Some(inverse(array)?), None),
            (Binary::Div, true) => {
                base = self.graph.activate(base, node, Activation::Elementary(Elementary::Reciprocal))?;
                (Some(array.clone()), None)
            }
            _ => return Err(unknown(node, &format!("{name} with numbers that differ by coordinate"))),
        };
        Ok(Operand::value(self.scaled(node, base, array, factor, shift)?))
    }

    /// factor∘x + shift, where both are spread over the value as `like` is.
    fn scaled(
        &mut self,
        node: &str,
        base: ValueId,
        like: &Array,
        factor: Option<Array>,
        shift: Option<Array>,
    ) -> Result<ValueId, GraphProblem> {
        let vector = |array: Array| DVector::from_column_slice(array.values());
        let Some(shape) = self.graph.shape(base).map(<[usize]>::to_vec) else {
            // Only the length of a single axis can be told to a value whose shape is open.
            return match like.shape() {
                [_] => self.graph.scale(base, node, Scale { factor: factor.map(vector), shift: shift.map(vector) }, 0),
                _ => Err(GraphProblem::InputShape { node: node.into() }),
            };
        };
        let mut whole = vec![1];
        whole.extend(&shape);
        // The value is repeated along its axes of length 1 where the constant is longer.
        if let Some(together) = broadcast(&whole, like.shape()).filter(|together| *together != whole)
            && together.len() == whole.len()
            && together.first() == Some(&1)
        {
            self.spend(node, size(&together))?;
            let repeated = self.graph.spread(base, together.get(1..), node)?;
            return self.scaled(node, repeated, like, factor, shift);
        }
        self.keeps_shape(node, &Traced::new(base), like)?;
        let lengths = [&factor, &shift].into_iter().flatten().filter(|array| array.only().is_none()).count();
        self.spend(node, size(&whole).and_then(|values| values.checked_mul(lengths)))?;
        let unfitting = || setting(node, "a constant", "has a shape that does not fit its value");
        let spread = |array: Option<Array>| -> Result<Option<DVector<f64>>, GraphProblem> {
            match array {
                Some(array) if array.only().is_some() => Ok(Some(vector(array))),
                Some(array) => array.spread(&whole).map(|values| Some(DVector::from_vec(values))).ok_or_else(unfitting),
                None => Ok(None),
            }
        };
        let scale = Scale { factor: spread(factor)?, shift: spread(shift)? };
        if shape.len() == 1 {
            return self.graph.scale(base, node, scale, 0);
        }
        let flat = self.graph.flatten(base);
        let scaled = self.graph.scale(flat, node, scale, 0)?;
        self.graph.reshape(scaled, node, shape)
    }

    /// A constant must not add axes to the value, nor stretch one.
    pub(super) fn keeps_shape(&self, node: &str, of: &Traced, array: &Array) -> Result<(), GraphProblem> {
        let unfitting = || setting(node, "a constant", "has a shape that does not fit its value");
        match self.graph.shape(of.id) {
            None if array.shape().len() <= 1 => Ok(()),
            None => Err(GraphProblem::InputShape { node: node.into() }),
            Some(shape) => {
                let mut whole = vec![1];
                whole.extend(shape);
                let together = broadcast(&whole, array.shape());
                if together.as_ref() == Some(&whole) { Ok(()) } else { Err(unfitting()) }
            }
        }
    }

    /// x where it is positive, else its slope times x. The slopes are constants along the value's axes.
    pub fn sloped(&mut self, node: &str, of: &Operand, slopes: &Operand, name: &str) -> Result<Operand, GraphProblem> {
        let Operand::Array(slopes) = slopes else { return Err(unknown(node, name)) };
        let negative_slope = slopes.values().first().copied().unwrap_or_default();
        if slopes.values().iter().all(|slope| *slope == negative_slope) {
            self.keeps_shape(node, &traced(node, name, of)?, slopes)?;
            return self.activate(node, of, Activation::LeakyRelu { negative_slope }, name);
        }
        let of = traced(node, name, of)?;
        self.keeps_shape(node, &of, slopes)?;
        let shape = self.shape(node, &of)?;
        self.spend(node, size(&shape))?;
        let mut whole = vec![1];
        whole.extend(shape);
        let unfitting = || setting(node, "its slopes", "have a shape that does not fit its value");
        let slopes = slopes.spread(&whole).ok_or_else(unfitting)?;
        Ok(Operand::value(self.graph.leaky(of.id, DVector::from_vec(slopes), node, 0)?))
    }
}
