//! The values of a graph, each an expression of earlier ones.

use nalgebra::{DMatrix, DVector};

use super::convolution::GraphConvolution;
use super::problem::GraphProblem;
use super::scale::Scale;
use crate::formats::shape::size;
use crate::network::{Activation, Affine, NodeMap};

/// The most numbers of all matrices that are made larger than the file gives them, 128 MB.
pub(super) const MAX_NUMBERS: usize = 1 << 24;
/// Rows or columns of a convolution, or of another linear map of few entries, that becomes a matrix, so that it is decomposed.
pub(super) const LONGEST_LOWERED: usize = 2048;
/// The numbers that are made whatever the file holds, 24 MB: a damaged file must not cost much.
pub(super) const ALWAYS_MADE: usize = 3 << 20;
/// The coordinates of joined values that are made whatever the file holds: what is made of each takes hundreds of bytes.
const ALWAYS_JOINED: usize = 1 << 20;
/// The numbers of all matrices that only say that most coordinates stay, 128 MB: what goes beyond, and beyond some for each
/// weight that the file really holds, stays an operator of single coordinates.
const ALWAYS_WIDENED: usize = 1 << 24;
const WIDENED_FOR_EACH_WEIGHT: usize = 2;
/// For each weight that the file really holds so many more are made.
pub(super) const MADE_FOR_EACH_WEIGHT: usize = 1 << 7;

/// The values of a graph, each an expression of earlier ones.
#[derive(Debug, Default)]
pub(in crate::formats) struct Graph {
    pub(super) values: Vec<Value>,
    pub(super) convolutions: Vec<GraphConvolution>,
    /// The numbers of the matrices that were made larger than the file gives them.
    spent: usize,
    /// The coordinates of values that others are repeated or stand beside each other in.
    joined: usize,
    /// The places that its operators name.
    pub(super) slots: usize,
    /// The weights that the file holds, by its length.
    pub(super) file_weights: usize,
}

/// One value of the graph it was added to.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(in crate::formats) struct ValueId(pub(super) usize);

#[derive(Debug)]
pub(super) struct Value {
    pub(super) expression: Expression,
    /// The length of each axis, without that of the samples; none while the file has not told it.
    pub(super) shape: Option<Vec<usize>>,
}

#[derive(Debug)]
pub(super) enum Expression {
    Input,
    Affine {
        name: String,
        affine: Affine,
        origin: Option<String>,
        of: ValueId,
    },
    Scale {
        name: String,
        scale: Scale,
        of: ValueId,
    },
    Activate {
        name: String,
        activation: Activation,
        of: ValueId,
    },
    /// x where x ≥ 0, else slope·x, with a slope for each coordinate.
    Leaky {
        name: String,
        slopes: DVector<f64>,
        of: ValueId,
    },
    /// The sum of values, each times its factor.
    Combine {
        name: String,
        terms: Vec<(f64, ValueId)>,
    },
    /// Values beside each other; for each, the places of its coordinates.
    Concat {
        name: String,
        parts: Vec<(ValueId, Vec<usize>)>,
    },
    /// An operator on coordinates of several values, one behind the other.
    Node {
        name: String,
        /// Its word for people.
        word: String,
        map: NodeMap,
        /// Which of the coordinates it is given; all in order where there is none.
        reads: Option<Vec<usize>>,
        /// For each coordinate the number of its result; in order where there is none.
        results: Option<Vec<usize>>,
        of: Vec<ValueId>,
    },
    /// What no layer can be, but whose shape is known, so that what comes after it can be listed.
    Gap {
        problem: GraphProblem,
        of: ValueId,
    },
}

/// The numbers that may still be made for matrices that only say that most coordinates stay.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Widening(usize);

impl Widening {
    /// Takes a matrix of this shape, if there is room for it.
    pub fn take(&mut self, rows: usize, columns: usize) -> bool {
        let left = rows.checked_mul(columns).and_then(|numbers| self.0.checked_sub(numbers));
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

impl Graph {
    /// The graph of a file that takes so many bytes, with those beside it.
    pub fn of_bytes(bytes: u64) -> Graph {
        let file_weights = usize::try_from(bytes / size_of::<f32>() as u64).unwrap_or(usize::MAX);
        Graph { file_weights, ..Graph::default() }
    }

    /// The value that the network is given.
    pub fn input(&mut self, shape: Option<Vec<usize>>) -> ValueId {
        self.add(Expression::Input, shape)
    }

    /// W·x + b along the last axis of the value.
    pub fn affine(&mut self, of: ValueId, name: &str, affine: Affine) -> Result<ValueId, GraphProblem> {
        let (inputs, outputs) = (affine.inputs(), affine.outputs());
        let widths = |given| GraphProblem::Widths { node: name.into(), takes: inputs, given };
        self.settle(of, inputs);
        let Some(shape) = self.shape(of) else {
            return Err(GraphProblem::InputShape { node: name.into() });
        };
        if shape.last() != Some(&inputs) {
            return Err(widths(shape.last().copied().unwrap_or(1)));
        }
        let mut outer = shape.to_vec();
        outer.pop();
        let copies = size(&outer).ok_or_else(|| widths(usize::MAX))?;
        outer.push(outputs);
        let affine = if copies == 1 {
            affine
        } else {
            let (rows, columns) = (outputs.saturating_mul(copies), inputs.saturating_mul(copies));
            let is_small = rows.max(columns) <= LONGEST_LOWERED;
            if !is_small || self.spend(name, rows, columns).is_err() {
                return self.affine_at_each_place(of, name, &affine, copies, outer);
            }
            repeated(&affine, copies)
        };
        Ok(self.add(Expression::Affine { name: name.into(), affine, origin: None, of }, Some(outer)))
    }

    /// An affine map of all coordinates at once, in the order of the file, whose result has this shape.
    pub(super) fn whole(
        &mut self,
        of: ValueId,
        name: &str,
        affine: Affine,
        shape: Vec<usize>,
        origin: Option<String>,
    ) -> Result<ValueId, GraphProblem> {
        match self.width(of) {
            Some(given) if given != affine.inputs() => {
                Err(GraphProblem::Widths { node: name.into(), takes: affine.inputs(), given })
            }
            _ => Ok(self.add(Expression::Affine { name: name.into(), affine, origin, of }, Some(shape))),
        }
    }

    /// The coordinates in another order: each is taken from its place in `positions`.
    pub fn permute(
        &mut self,
        of: ValueId,
        name: &str,
        positions: &[usize],
        shape: Vec<usize>,
    ) -> Result<ValueId, GraphProblem> {
        let sides = positions.len();
        if self.spend(name, sides, sides).is_err() {
            return self.pick(of, name, positions, shape);
        }
        let mut weight = DMatrix::zeros(sides, sides);
        for (row, &column) in positions.iter().enumerate() {
            weight[(row, column)] = 1.0;
        }
        self.whole(of, name, Affine { weight, bias: None }, shape, None)
    }

    /// factor∘x + shift, each vector along `axis` of the value (counted from 0, without the samples).
    pub fn scale(&mut self, of: ValueId, name: &str, scale: Scale, axis: usize) -> Result<ValueId, GraphProblem> {
        let length = scale.length();
        if let Some(other) =
            scale.vectors().map(DVector::len).find(|&other| other != 1 && other != length || other == 0)
        {
            return Err(GraphProblem::Widths { node: name.into(), takes: other, given: length });
        }
        if length > 1 && axis == 0 {
            self.settle(of, length);
        }
        let shape = self.shape(of).map(<[usize]>::to_vec);
        let scale = match &shape {
            _ if length <= 1 => scale,
            None => return Err(GraphProblem::InputShape { node: name.into() }),
            Some(shape) => {
                let given = shape.get(axis).copied().unwrap_or(1);
                if given != length {
                    return Err(GraphProblem::Widths { node: name.into(), takes: length, given });
                }
                scale.spread(shape, axis)
            }
        };
        Ok(self.add(Expression::Scale { name: name.into(), scale, of }, shape))
    }

    /// σ of the value.
    pub fn activate(&mut self, of: ValueId, name: &str, activation: Activation) -> Result<ValueId, GraphProblem> {
        if activation == Activation::Identity {
            return Ok(of);
        }
        let shape = self.shape(of).map(<[usize]>::to_vec);
        let several = shape.as_ref().is_some_and(|shape| shape.iter().filter(|&&length| length > 1).count() > 1);
        if activation == Activation::Softmax && several {
            let (setting, value) = ("its input", "has several axes; softmax is read over one");
            return Err(GraphProblem::Setting { node: name.into(), setting: setting.into(), value: value.into() });
        }
        Ok(self.add(Expression::Activate { name: name.into(), activation, of }, shape))
    }

    /// What no layer can be; its shape is told where it is known, so that what comes after it can be listed.
    pub fn gap(&mut self, of: ValueId, problem: GraphProblem, shape: Option<Vec<usize>>) -> ValueId {
        self.add(Expression::Gap { problem, of }, shape)
    }

    /// Gives the value another shape of the same size: flat, or folded.
    pub fn reshape(&mut self, of: ValueId, name: &str, shape: Vec<usize>) -> Result<ValueId, GraphProblem> {
        let takes = size(&shape).unwrap_or(usize::MAX);
        match self.width(of) {
            Some(given) if given != takes => Err(GraphProblem::Widths { node: name.into(), takes, given }),
            _ => Ok(self.renamed(of, shape)),
        }
    }

    /// The value as one axis.
    pub fn flatten(&mut self, of: ValueId) -> ValueId {
        match self.width(of) {
            Some(width) => self.renamed(of, vec![width]),
            None => of,
        }
    }

    /// The length of each axis of the value, without that of the samples.
    pub fn shape(&self, id: ValueId) -> Option<&[usize]> {
        self.values[id.0].shape.as_deref()
    }

    /// The number of coordinates of the value.
    pub fn width(&self, id: ValueId) -> Option<usize> {
        self.shape(id).and_then(size)
    }

    /// The same coordinates under another shape.
    pub(super) fn renamed(&mut self, of: ValueId, shape: Vec<usize>) -> ValueId {
        self.add(Expression::Scale { name: String::new(), scale: Scale::default(), of }, Some(shape))
    }

    /// Counts a matrix that is larger than what the file holds of it.
    pub(super) fn spend(&mut self, name: &str, rows: usize, columns: usize) -> Result<(), GraphProblem> {
        let spent = rows.saturating_mul(columns).saturating_add(self.spent);
        let earned = self.file_weights.saturating_mul(MADE_FOR_EACH_WEIGHT);
        if spent > ALWAYS_MADE.saturating_add(earned).min(MAX_NUMBERS) {
            return Err(GraphProblem::TooLarge { node: name.into(), rows, columns });
        }
        self.spent = spent;
        Ok(())
    }

    /// Counts the coordinates of a value that is made of others, repeated or beside each other.
    pub(super) fn spend_joined(&mut self, name: &str, width: usize) -> Result<(), GraphProblem> {
        self.joined = self.joined.saturating_add(width);
        let earned = self.file_weights.saturating_mul(MADE_FOR_EACH_WEIGHT);
        if self.joined > ALWAYS_JOINED.saturating_add(earned) {
            return Err(GraphProblem::TooLarge { node: name.into(), rows: width, columns: 1 });
        }
        self.spend_places(name, width)
    }

    /// What may be made of matrices that only say that most coordinates stay.
    pub(super) fn widening(&self) -> Widening {
        Widening(ALWAYS_WIDENED.saturating_add(self.file_weights.saturating_mul(WIDENED_FOR_EACH_WEIGHT)))
    }

    pub(super) fn add(&mut self, expression: Expression, shape: Option<Vec<usize>>) -> ValueId {
        self.values.push(Value { expression, shape });
        ValueId(self.values.len() - 1)
    }

    /// The first map that tells a width tells it to the values before it, up to the input.
    pub fn settle(&mut self, id: ValueId, width: usize) {
        let mut waiting = vec![id];
        while let Some(ValueId(index)) = waiting.pop() {
            let value = &mut self.values[index];
            if value.shape.is_none() {
                value.shape = Some(vec![width]);
                waiting.extend(value.expression.operands());
            }
        }
    }
}

impl Expression {
    /// What the expression is of, where that is one value.
    pub(super) fn only_operand(&self) -> Option<ValueId> {
        match self {
            Expression::Affine { of, .. }
            | Expression::Scale { of, .. }
            | Expression::Activate { of, .. }
            | Expression::Leaky { of, .. } => Some(*of),
            Expression::Node { of, .. } if of.len() == 1 => of.first().copied(),
            Expression::Input
            | Expression::Combine { .. }
            | Expression::Concat { .. }
            | Expression::Node { .. }
            | Expression::Gap { .. } => None,
        }
    }

    /// The values that the expression is of.
    pub(super) fn operands(&self) -> Vec<ValueId> {
        match self {
            Expression::Combine { terms, .. } => terms.iter().map(|(_, of)| *of).collect(),
            Expression::Concat { parts, .. } => parts.iter().map(|(of, _)| *of).collect(),
            Expression::Node { of, .. } => of.clone(),
            Expression::Gap { of, .. } => vec![*of],
            other => other.only_operand().into_iter().collect(),
        }
    }
}

/// The block-diagonal matrix that applies the same map to each of `copies` parts.
fn repeated(affine: &Affine, copies: usize) -> Affine {
    let (rows, columns) = (affine.outputs(), affine.inputs());
    let mut weight = DMatrix::zeros(rows * copies, columns * copies);
    for copy in 0..copies {
        weight.view_mut((copy * rows, copy * columns), (rows, columns)).copy_from(&affine.weight);
    }
    let bias = affine.bias.as_ref().map(|bias| DVector::from_fn(rows * copies, |at, _| bias[at % rows]));
    Affine { weight, bias }
}
