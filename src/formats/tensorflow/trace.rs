//! What the values of a graph are, as its steps are followed one after the other.

use std::rc::Rc;

use nalgebra::DVector;

use super::array::Array;
use crate::formats::graph::{Graph, GraphProblem, ValueId};
use crate::formats::onnx::scalar::Scalar;
use crate::formats::shape::size;
use crate::network::{Kernel, OutputFunction, Padding};

/// Constants that are made of others may hold so many numbers for each that the file holds…
const FOLDED_FOR_EACH_NUMBER: usize = 4;
/// …and so many in any case.
const ALWAYS_FOLDED: usize = 1 << 20;

/// The most values of which another is known as a function.
const MAX_FORMS: usize = 16;

/// What a step is given or gives.
#[derive(Clone, Debug)]
pub(in crate::formats) enum Operand {
    /// Numbers that do not depend on the input.
    Array(Rc<Array>),
    /// What comes from the network's input.
    Value(Traced),
    /// A value with zeros around its pictures, which a convolution or a mean takes as its own padding.
    Padded { of: Traced, padding: Padding },
    /// A function of a value, coordinate by coordinate, that is no activation yet: what follows may make it one.
    Spelled { forms: Vec<Form>, node: String, operator: String },
    /// A value whose axes before the last lie, with the samples, on one axis: what follows acts along the last.
    Folded(Traced),
    /// A value taken apart into every so many-th row and column of what it is with zeros around it, on the axis of the
    /// samples: a convolution of such a value is dilated.
    Apart { of: Traced, block: [usize; 2], padding: Padding },
    /// What a convolution gives of a value that was taken apart.
    Dilated(Rc<Dilated>),
    /// Lengths of a value's axes, and products of them.
    Lengths(Rc<Vec<Length>>),
    /// What reads a value at the very end: the number of the largest, logarithms of probabilities.
    Read { of: ValueId, by: OutputFunction },
    /// What comes from something that is not understood.
    Opaque,
}

/// A value of the graph of layers, and how it is a function, coordinate by coordinate, of earlier ones.
#[derive(Clone, Debug)]
pub(in crate::formats) struct Traced {
    pub id: ValueId,
    /// The earliest value first, the value itself last.
    pub(super) forms: Vec<Form>,
}

/// A function of a value, coordinate by coordinate.
#[derive(Clone, Debug)]
pub(in crate::formats) struct Form {
    pub(super) source: ValueId,
    pub(super) scalar: Rc<Scalar>,
}

/// A length that is computed from a value's shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) enum Length {
    Known(usize),
    /// The number of the samples, so many times.
    Samples(usize),
}

/// A convolution that is made once it is known what is cut off its result.
#[derive(Clone, Debug)]
pub(in crate::formats) struct Dilated {
    pub(super) node: String,
    pub(super) of: Traced,
    pub(super) kernel: Kernel,
    pub(super) bias: Option<DVector<f64>>,
    pub(super) block: [usize; 2],
    pub(super) padding: Padding,
}

impl Traced {
    pub fn new(id: ValueId) -> Traced {
        Traced::of_forms(id, Vec::new())
    }

    /// The value with what it is of earlier ones.
    pub(super) fn of_forms(id: ValueId, mut forms: Vec<Form>) -> Traced {
        forms.retain(|form| form.source != id && form.scalar.is_small());
        forms.push(Form { source: id, scalar: Rc::new(Scalar::Variable) });
        // What was longest ago is most seldom of use.
        forms.drain(..forms.len().saturating_sub(MAX_FORMS));
        Traced { id, forms }
    }
}

impl Operand {
    /// The value of the graph of layers that it is or comes from.
    pub(super) fn of_graph(&self) -> Option<ValueId> {
        match self {
            Operand::Value(of) | Operand::Folded(of) | Operand::Padded { of, .. } | Operand::Apart { of, .. } => {
                Some(of.id)
            }
            Operand::Spelled { forms, .. } => forms.last().map(|form| form.source),
            Operand::Dilated(dilated) => Some(dilated.of.id),
            Operand::Read { of, .. } => Some(*of),
            Operand::Array(_) | Operand::Lengths(_) | Operand::Opaque => None,
        }
    }

    /// A value that is no function of an earlier one by coordinates.
    pub fn value(id: ValueId) -> Operand {
        Operand::Value(Traced::new(id))
    }
}

impl From<Array> for Operand {
    fn from(array: Array) -> Operand {
        Operand::Array(Rc::new(array))
    }
}

/// The values so far.
pub(in crate::formats) struct Trace {
    pub graph: Graph,
    /// The samples that the file itself counts on; none where it leaves them open.
    pub samples: Option<usize>,
    /// The numbers that may still be made from constants.
    left: usize,
}

impl Trace {
    /// For a file that holds so many bytes of numbers.
    pub fn new(held: u64, samples: Option<usize>) -> Trace {
        let earned = usize::try_from(held).unwrap_or(usize::MAX).saturating_mul(FOLDED_FOR_EACH_NUMBER);
        Trace { graph: Graph::of_bytes(held), samples, left: earned.saturating_add(ALWAYS_FOLDED) }
    }

    /// Counts numbers that are made of constants: a damaged file must not cost much.
    pub(super) fn spend(&mut self, node: &str, numbers: Option<usize>) -> Result<(), GraphProblem> {
        let numbers = numbers.unwrap_or(usize::MAX);
        match self.left.checked_sub(numbers) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(GraphProblem::TooLarge { node: node.into(), rows: numbers, columns: 1 }),
        }
    }

    /// The lengths of the value's axes, without that of the samples.
    pub(super) fn shape(&self, node: &str, of: &Traced) -> Result<Vec<usize>, GraphProblem> {
        let shape = self.graph.shape(of.id).map(<[usize]>::to_vec);
        shape.ok_or_else(|| GraphProblem::InputShape { node: node.into() })
    }

    pub(super) fn width(&self, node: &str, of: &Traced) -> Result<usize, GraphProblem> {
        let shape = self.shape(node, of)?;
        size(&shape).ok_or_else(|| GraphProblem::InputShape { node: node.into() })
    }
}

/// An operand that comes from the input.
pub(super) fn traced(node: &str, operator: &str, operand: &Operand) -> Result<Traced, GraphProblem> {
    match operand {
        Operand::Value(traced) => Ok(traced.clone()),
        Operand::Spelled { node, operator, .. } => Err(unknown(node, operator)),
        Operand::Padded { .. } => {
            Err(setting(node, "its input", "has zeros around it, which only convolutions and means take"))
        }
        _ => Err(unknown(node, operator)),
    }
}

/// An operator that is not understood.
pub(in crate::formats) fn unknown(node: &str, operator: &str) -> GraphProblem {
    GraphProblem::Operator { node: node.into(), operator: operator.into() }
}

/// A setting that is not understood; `value` is what it does: "is 2, which is not understood".
pub(in crate::formats) fn setting(node: &str, setting: &str, value: &str) -> GraphProblem {
    GraphProblem::Setting { node: node.into(), setting: setting.into(), value: value.into() }
}
