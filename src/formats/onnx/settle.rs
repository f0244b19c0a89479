//! A spelled-out function as activations and diagonal maps of the graph of layers.

use std::rc::Rc;

use nalgebra::DVector;

use super::recognise::recognise;
use super::scalar::{Binary, Scalar, Unary};
use super::trace::{Fault, Trace, Traced, Value};
use crate::formats::graph::{GraphProblem, Scale, ValueId};
use crate::network::{Activation, Elementary};

/// Whole powers from this…
const MIN_PRODUCT: f64 = 2.0;
/// …to this are made of products.
const MAX_PRODUCT: f64 = 16.0;

impl<'a> Trace<'a> {
    /// The value of this name as a value of the graph of layers: its function is recognised now. The next who asks gets
    /// the same, so that branches are seen to come from one value.
    pub fn settled(&mut self, name: &'a str) -> Result<Option<Traced>, Fault> {
        let Some(Value::Traced(traced)) = self.values.get(name).cloned() else { return Ok(None) };
        let mut base = self.settle(&traced)?;
        if traced.unsqueezed {
            let needed = || GraphProblem::InputShape { node: traced.node.clone() };
            let shape = self.graph.shape(base).ok_or_else(needed)?;
            let shape = shape.iter().copied().chain([1]).collect();
            base = self.graph.reshape(base, &traced.node, shape)?;
        }
        let settled = Traced { base, scalar: Rc::new(Scalar::Variable), unsqueezed: false, ..traced };
        self.values.insert(name, Value::Traced(settled.clone()));
        Ok(Some(settled))
    }

    /// The function as activations and diagonal maps.
    pub fn settle(&mut self, traced: &Traced) -> Result<ValueId, GraphProblem> {
        settle(self, traced, &traced.scalar)
    }
}

/// The value that the function gives of the base of `traced`: an activation where it is one, else its operators one after
/// the other.
fn settle(trace: &mut Trace<'_>, traced: &Traced, scalar: &Scalar) -> Result<ValueId, GraphProblem> {
    let (base, node) = (traced.base, traced.node.as_str());
    let unknown = || {
        let operator = match traced.operator.as_str() {
            "" => "function".to_owned(),
            operator => format!("{operator} (of what is before it)"),
        };
        GraphProblem::Operator { node: node.into(), operator }
    };
    if matches!(scalar, Scalar::Variable) {
        return Ok(base);
    }
    if !scalar.is_small() {
        return Err(unknown());
    }
    if let Some((factor, shift)) = scalar.as_affine() {
        return trace.scaled(base, node, factor, shift);
    }
    if let Some(found) = recognise(scalar) {
        let of = trace.scaled(base, node, found.factor, found.shift)?;
        return trace.graph.activate(of, node, found.activation);
    }
    match scalar {
        Scalar::Unary(Unary::Activation(activation), of) => {
            let of = settle(trace, traced, of)?;
            trace.graph.activate(of, node, *activation)
        }
        Scalar::Unary(Unary::Neg, of) => {
            let of = settle(trace, traced, of)?;
            trace.scaled(of, node, -1.0, 0.0)
        }
        Scalar::Binary(operator, left, right) => {
            if let Some(constant) = right.as_constant() {
                let of = settle(trace, traced, left)?;
                with_constant(trace, node, *operator, of, constant).unwrap_or_else(|| Err(unknown()))
            } else if let Some(constant) = left.as_constant() {
                let of = settle(trace, traced, right)?;
                after_constant(trace, node, *operator, constant, of).unwrap_or_else(|| Err(unknown()))
            } else {
                of_two(trace, traced, *operator, [left, right]).unwrap_or_else(|| Err(unknown()))
            }
        }
        // no + condition·(yes − no).
        Scalar::Choice(parts) => {
            let [condition, yes, no] = parts.as_ref();
            let condition = settle(trace, traced, condition)?;
            let is_true = trace.graph.activate(condition, node, Activation::Elementary(Elementary::Nonzero))?;
            if let (Some(yes), Some(no)) = (yes.as_constant(), no.as_constant()) {
                return trace.scaled(is_true, node, yes - no, no);
            }
            let rest = Scalar::Binary(Binary::Sub, yes.clone().into(), no.clone().into());
            let (rest, no) = (settle(trace, traced, &rest)?, settle(trace, traced, no)?);
            let chosen = trace.graph.product(is_true, rest, node)?;
            trace.graph.combine(&[(1.0, no), (1.0, chosen)], node)
        }
        _ => Err(unknown()),
    }
}

/// `one ∘ other` of two functions of the same value; none where that is no layer.
fn of_two(trace: &mut Trace<'_>, traced: &Traced, operator: Binary, [one, other]: [&Scalar; 2]) -> Settled {
    let node = traced.node.as_str();
    let not_zero = Activation::Elementary(Elementary::Nonzero);
    let both = |trace: &mut Trace<'_>| Ok([settle(trace, traced, one)?, settle(trace, traced, other)?]);
    let mut made = || -> Result<Option<ValueId>, GraphProblem> {
        let [one, other]: [ValueId; 2] = both(trace)?;
        let graph = &mut trace.graph;
        let value = match operator {
            Binary::Add => graph.combine(&[(1.0, one), (1.0, other)], node)?,
            Binary::Sub => graph.combine(&[(1.0, one), (-1.0, other)], node)?,
            Binary::Max => graph.larger(one, other, node)?,
            Binary::Min => graph.smaller(one, other, node)?,
            Binary::Mul => graph.product(one, other, node)?,
            Binary::Div => {
                let reciprocal = graph.activate(other, node, Activation::Elementary(Elementary::Reciprocal))?;
                graph.product(one, reciprocal, node)?
            }
            Binary::And | Binary::Or | Binary::Xor => {
                let (one, other) = (graph.activate(one, node, not_zero)?, graph.activate(other, node, not_zero)?);
                let both = graph.product(one, other, node)?;
                let shared = match operator {
                    Binary::And => return Ok(Some(both)),
                    Binary::Or => -1.0,
                    _ => -2.0,
                };
                graph.combine(&[(1.0, one), (1.0, other), (shared, both)], node)?
            }
            Binary::Equal | Binary::Greater | Binary::GreaterOrEqual | Binary::Less | Binary::LessOrEqual => {
                let difference = graph.combine(&[(1.0, one), (-1.0, other)], node)?;
                return with_constant(trace, node, operator, difference, 0.0).transpose();
            }
            Binary::Pow | Binary::Remainder => return Ok(None),
        };
        Ok(Some(value))
    };
    made().transpose()
}

type Settled = Option<Result<ValueId, GraphProblem>>;

/// `of ∘ constant`; none where that is no layer.
fn with_constant(trace: &mut Trace<'_>, node: &str, operator: Binary, of: ValueId, constant: f64) -> Settled {
    let mut then = |steps: &[Step]| Some(run(trace, node, of, steps));
    let c = constant;
    match operator {
        Binary::Add => then(&[Step::Line(1.0, c)]),
        Binary::Sub => then(&[Step::Line(1.0, -c)]),
        Binary::Mul => then(&[Step::Line(c, 0.0)]),
        Binary::Div => then(&[Step::Line(1.0 / c, 0.0)]),
        Binary::Max => then(&[Step::Line(1.0, -c), Step::Act(Activation::Relu), Step::Line(1.0, c)]),
        Binary::Min => then(&[Step::Line(-1.0, c), Step::Act(Activation::Relu), Step::Line(-1.0, c)]),
        Binary::Greater => then(&[Step::Line(1.0, -c), Step::from_function(Elementary::Positive)]),
        Binary::Less => then(&[Step::Line(-1.0, c), Step::from_function(Elementary::Positive)]),
        Binary::GreaterOrEqual => {
            then(&[Step::Line(-1.0, c), Step::from_function(Elementary::Positive), Step::Line(-1.0, 1.0)])
        }
        Binary::LessOrEqual => {
            then(&[Step::Line(1.0, -c), Step::from_function(Elementary::Positive), Step::Line(-1.0, 1.0)])
        }
        Binary::Equal => then(&[Step::Line(1.0, -c), Step::from_function(Elementary::Nonzero), Step::Line(-1.0, 1.0)]),
        Binary::Pow if (MIN_PRODUCT..=MAX_PRODUCT).contains(&c) && c.fract() == 0.0 => {
            Some(whole_power(trace, node, of, c))
        }
        Binary::Pow => power(c).map(|steps| run(trace, node, of, &steps)),
        // x − c·trunc(x/c).
        Binary::Remainder => {
            let whole = run(
                trace,
                node,
                of,
                &[Step::Line(1.0 / c, 0.0), Step::from_function(Elementary::Truncate), Step::Line(-c, 0.0)],
            );
            Some(whole.and_then(|whole| trace.graph.sum(of, whole, node)))
        }
        Binary::And if c != 0.0 => then(&[Step::from_function(Elementary::Nonzero)]),
        Binary::Or if c == 0.0 => then(&[Step::from_function(Elementary::Nonzero)]),
        Binary::Xor if c == 0.0 => then(&[Step::from_function(Elementary::Nonzero)]),
        Binary::Xor => then(&[Step::from_function(Elementary::Nonzero), Step::Line(-1.0, 1.0)]),
        Binary::And => then(&[Step::Line(0.0, 0.0)]),
        Binary::Or => then(&[Step::Line(0.0, 1.0)]),
    }
}

/// `constant ∘ of`; none where that is no layer.
fn after_constant(trace: &mut Trace<'_>, node: &str, operator: Binary, constant: f64, of: ValueId) -> Settled {
    let mut then = |steps: &[Step]| Some(run(trace, node, of, steps));
    match operator {
        Binary::Sub => then(&[Step::Line(-1.0, constant)]),
        Binary::Div => then(&[Step::from_function(Elementary::Reciprocal), Step::Line(constant, 0.0)]),
        // cˣ = e^{x·ln c}.
        Binary::Pow if constant > 0.0 => then(&[Step::Line(constant.ln(), 0.0), Step::from_function(Elementary::Exp)]),
        Binary::Pow | Binary::Remainder => None,
        Binary::Greater => with_constant(trace, node, Binary::Less, of, constant),
        Binary::GreaterOrEqual => with_constant(trace, node, Binary::LessOrEqual, of, constant),
        Binary::Less => with_constant(trace, node, Binary::Greater, of, constant),
        Binary::LessOrEqual => with_constant(trace, node, Binary::GreaterOrEqual, of, constant),
        symmetric => with_constant(trace, node, symmetric, of, constant),
    }
}

/// xᶜ for a whole number c as squares and products.
fn whole_power(trace: &mut Trace<'_>, node: &str, of: ValueId, c: f64) -> Result<ValueId, GraphProblem> {
    if c <= 1.0 {
        return Ok(of);
    }
    let half = whole_power(trace, node, of, (c / 2.0).floor())?;
    let square = trace.graph.activate(half, node, Activation::Elementary(Elementary::Square))?;
    if c % 2.0 == 0.0 { Ok(square) } else { trace.graph.product(square, of, node) }
}

/// xᶜ as elementary functions: squares, roots and reciprocals, or e^{c·ln x}, which like xᶜ is not defined left of 0
/// where c is no whole number.
fn power(c: f64) -> Option<Vec<Step>> {
    let square = Step::from_function(Elementary::Square);
    let reciprocal = Step::from_function(Elementary::Reciprocal);
    let steps = match c {
        0.0 => vec![Step::Line(0.0, 1.0)],
        1.0 => Vec::new(),
        0.5 => vec![Step::from_function(Elementary::Sqrt)],
        -0.5 => vec![Step::from_function(Elementary::Sqrt), reciprocal],
        -1.0 => vec![reciprocal],
        -2.0 => vec![square, reciprocal],
        -4.0 => vec![square, square, reciprocal],
        c if c.is_finite() && c.fract() != 0.0 => {
            vec![Step::from_function(Elementary::Log), Step::Line(c, 0.0), Step::from_function(Elementary::Exp)]
        }
        _ => return None,
    };
    Some(steps)
}

#[derive(Clone, Copy)]
enum Step {
    /// factor·x + shift.
    Line(f64, f64),
    Act(Activation),
}

impl Step {
    fn from_function(function: Elementary) -> Step {
        Step::Act(Activation::Elementary(function))
    }
}

fn run(trace: &mut Trace<'_>, node: &str, of: ValueId, steps: &[Step]) -> Result<ValueId, GraphProblem> {
    steps.iter().try_fold(of, |value, step| match *step {
        Step::Line(factor, shift) => trace.scaled(value, node, factor, shift),
        Step::Act(activation) => trace.graph.activate(value, node, activation),
    })
}

impl Trace<'_> {
    /// factor·x + shift, the same for all coordinates.
    pub fn scaled(&mut self, of: ValueId, node: &str, factor: f64, shift: f64) -> Result<ValueId, GraphProblem> {
        let vector = |value: f64, absent: f64| (value != absent).then(|| DVector::from_element(1, value));
        let scale = Scale { factor: vector(factor, 1.0), shift: vector(shift, 0.0) };
        if scale == Scale::default() { Ok(of) } else { self.graph.scale(of, node, scale, 0) }
    }
}
