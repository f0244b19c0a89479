//! Operators of a graph that are neither affine nor of single coordinates: each becomes a layer of its own.

use nalgebra::{DMatrix, DVector};

use super::GraphProblem;
use super::scale::Scale;
use super::values::{Expression, Graph, LONGEST_LOWERED, ValueId};
use crate::formats::shape::size;
use crate::network::{Affine, Convolution, Flattening, ImageShape, Kernel, MatrixProduct, NodeMap, WideConvolution};

/// The largest number of places that the operators of a graph may name, 512 MB.
const MAX_PLACES: usize = 1 << 26;
/// Those that they may name whatever the file holds, and the more for each weight that it really holds: a few numbers can be
/// a convolution of a large picture, but not of any.
const ALWAYS_NAMED: usize = 1 << 22;
const NAMED_FOR_EACH_WEIGHT: usize = 1 << 11;

/// A linear map of few entries.
pub(in crate::formats) struct SparseRows {
    /// For each coordinate of the result the places that it is a sum of, and their factors.
    pub rows: Vec<Vec<(usize, f64)>>,
    /// What is added to each.
    pub shift: Option<Vec<f64>>,
    /// What it is, for people.
    pub text: String,
}

/// What an operator does, in words and as a map.
pub(in crate::formats) struct Operator {
    /// Its word for people.
    pub word: String,
    /// What it does.
    pub map: NodeMap,
    /// Which of the operands' coordinates, one operand behind the other, it is given; all in order where there is none.
    pub reads: Option<Vec<usize>>,
    /// For each coordinate of the value the number of the result that it is; all in order where there is none.
    pub results: Option<Vec<usize>>,
}

impl Operator {
    /// An operator that is given everything and gives everything, in order.
    pub fn plain(word: impl Into<String>, map: NodeMap) -> Operator {
        Operator { word: word.into(), map, reads: None, results: None }
    }
}

impl Graph {
    /// The value that an operator makes of others.
    pub fn operate(
        &mut self,
        of: &[ValueId],
        name: &str,
        operator: Operator,
        shape: Vec<usize>,
    ) -> Result<ValueId, GraphProblem> {
        let unfitting = |takes, given| GraphProblem::Widths { node: name.into(), takes, given };
        let mut given = 0_usize;
        for id in of {
            let width = self.width(*id).ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
            given = given.saturating_add(width);
        }
        let (inputs, outputs) = (operator.map.inputs(), operator.map.outputs());
        let read = operator.reads.as_ref().map_or(given, Vec::len);
        let made = operator.results.as_ref().map_or(outputs, Vec::len);
        if read != inputs || inputs == 0 || outputs == 0 {
            return Err(unfitting(inputs, read));
        }
        if size(&shape) != Some(made) {
            return Err(unfitting(made, size(&shape).unwrap_or(usize::MAX)));
        }
        if let Some(&beyond) = operator.reads.iter().flatten().find(|slot| **slot >= given) {
            return Err(unfitting(beyond.saturating_add(1), given));
        }
        if let Some(&beyond) = operator.results.iter().flatten().find(|slot| **slot >= outputs) {
            return Err(unfitting(beyond.saturating_add(1), outputs));
        }
        self.spend_places(name, inputs.saturating_add(outputs))?;
        let Operator { word, map, reads, results } = operator;
        let expression = Expression::Node { name: name.into(), word, map, reads, results, of: of.to_vec() };
        Ok(self.add(expression, Some(shape)))
    }

    /// Each run along `axis` (from 0, without the samples) normalised to its own deviation, after its mean is taken away
    /// where `centred`. The runs are those of the `axes` together.
    pub fn normalise(
        &mut self,
        of: ValueId,
        name: &str,
        word: &str,
        groups: Groups,
        (centred, epsilon): (bool, f64),
    ) -> Result<ValueId, GraphProblem> {
        let shape = self.shape(of).map(<[usize]>::to_vec);
        let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
        let width = size(&shape).unwrap_or(usize::MAX);
        let (reads, results, length) = groups.orders(&shape).ok_or_else(|| GraphProblem::Setting {
            node: name.into(),
            setting: "its groups".into(),
            value: "do not fit its value".into(),
        })?;
        let operator = |word: String, map| Operator { word, map, reads: reads.clone(), results: results.clone() };
        let mut at = of;
        if centred {
            let map = NodeMap::Centre { inputs: width, length };
            at = self.operate(&[at], name, operator(format!("{word}: centring"), map), shape.clone())?;
        }
        self.operate(&[at], name, operator(word.into(), NodeMap::Normalise { inputs: width, length, epsilon }), shape)
    }

    /// The same map at each of many positions, by its own matrix: a convolution of one tap.
    pub(super) fn affine_at_each_place(
        &mut self,
        of: ValueId,
        name: &str,
        affine: &Affine,
        copies: usize,
        shape: Vec<usize>,
    ) -> Result<ValueId, GraphProblem> {
        let fault = |source| GraphProblem::Convolution { node: name.into(), source };
        let (inputs, outputs) = (affine.inputs(), affine.outputs());
        let values: Vec<f64> = affine.weight.transpose().iter().copied().collect();
        let kernel = Kernel::new(outputs, inputs, [1, 1], values).map_err(fault)?;
        let convolution = Convolution::new(kernel, 1).map_err(fault)?;
        let convolution = match &affine.bias {
            Some(bias) => convolution.with_bias(bias.clone()).map_err(fault)?,
            None => convolution,
        };
        let volume = ImageShape::new(inputs, 1, copies).map_err(fault)?;
        let map = WideConvolution::new(convolution, volume, Flattening::ChannelsLast).map_err(fault)?;
        let word = format!("the same {outputs}×{inputs} matrix at {copies} places");
        self.operate(&[of], name, Operator::plain(word, NodeMap::Convolution(Box::new(map))), shape)
    }

    /// For each coordinate, the number of a row, that row of a table (rows × width), along a new last axis.
    pub fn rows_of(&mut self, of: ValueId, name: &str, table: DMatrix<f64>) -> Result<ValueId, GraphProblem> {
        let mut shape = self.known_shape(of, name)?;
        let inputs = size(&shape).unwrap_or(usize::MAX);
        let (rows, width) = table.shape();
        if rows == 0 || width == 0 {
            let problem = "its table is empty".to_owned();
            return Err(GraphProblem::Weights { node: name.into(), problem });
        }
        self.spend_places(name, inputs.saturating_mul(width))?;
        shape.push(width);
        let word = format!("rows of a table of {rows}×{width}");
        let map = NodeMap::Rows { inputs, table: Box::new(table) };
        self.operate(&[of], name, Operator::plain(word, map), shape)
    }

    /// Softmax along axes, counted from 0 without the samples, as if they were one.
    pub fn softmax_along(&mut self, of: ValueId, name: &str, axes: Vec<usize>) -> Result<ValueId, GraphProblem> {
        let shape = self.shape(of).map(<[usize]>::to_vec);
        let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
        let inputs = size(&shape).unwrap_or(usize::MAX);
        let (reads, results, length) = Groups::Axes(axes).orders(&shape).ok_or_else(|| GraphProblem::Setting {
            node: name.into(),
            setting: "axis".into(),
            value: "is not among its value's axes".into(),
        })?;
        let map = NodeMap::Softmax { inputs, length };
        self.operate(&[of], name, Operator { word: "Softmax".into(), map, reads, results }, shape)
    }

    /// The products of the matrices on the last two axes of two values that both come from the input.
    pub fn matrix_product(&mut self, left: ValueId, right: ValueId, name: &str) -> Result<ValueId, GraphProblem> {
        let shape_of = |graph: &Graph, of| graph.shape(of).map(<[usize]>::to_vec);
        let shapes = shape_of(self, left).zip(shape_of(self, right));
        let (a, b) = shapes.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
        let unfitting = |takes, given| GraphProblem::Widths { node: name.into(), takes, given };
        let ([outer_a @ .., rows, shared], [outer_b @ .., inner, columns]) = (&a[..], &b[..]) else {
            return Err(unfitting(2, a.len().min(b.len())));
        };
        if shared != inner {
            return Err(unfitting(*shared, *inner));
        }
        let outer = if outer_a.len() >= outer_b.len() { outer_a } else { outer_b }.to_vec();
        // One side may have fewer pairs than the other: it is repeated.
        let repeated = |own: &[usize]| -> Option<Vec<usize>> {
            let lengths = outer.iter().rev().zip(own.iter().rev().copied().chain(std::iter::repeat(1)));
            let strides: Vec<(usize, usize)> = lengths
                .scan(1, |stride, (length, own)| {
                    let step = if own == 1 { 0 } else { *stride };
                    *stride *= own;
                    Some((*length, if own == 1 || own == *length { step } else { usize::MAX }))
                })
                .collect();
            if strides.iter().any(|(_, stride)| *stride == usize::MAX) {
                return None;
            }
            let count: usize = outer.iter().product();
            Some((0..count).map(|pair| slot(pair, &strides)).collect())
        };
        let batch: usize = outer.iter().product();
        let (pairs_a, pairs_b) = repeated(outer_a).zip(repeated(outer_b)).ok_or_else(|| unfitting(batch, 1))?;
        let product = MatrixProduct { batch, rows: *rows, shared: *shared, columns: *columns };
        let first = size(&a).unwrap_or(usize::MAX);
        let of_pairs = |pairs: &[usize], numbers: usize, from: usize| -> Vec<usize> {
            pairs.iter().flat_map(|pair| (0..numbers).map(move |at| from + pair * numbers + at)).collect()
        };
        self.spend_places(name, product.left().saturating_add(product.right()))?;
        let mut reads = of_pairs(&pairs_a, rows * shared, 0);
        reads.extend(of_pairs(&pairs_b, shared * columns, first));
        let mut shape = outer.clone();
        shape.extend([*rows, *columns]);
        let map = NodeMap::MatrixProduct(product);
        let operator = Operator { word: "MatMul of two values".into(), map, reads: Some(reads), results: None };
        self.operate(&[left, right], name, operator, shape)
    }

    /// factor∘x + shift where the axis is counted from 0, on a value whose shape is known.
    pub fn scaled_along(
        &mut self,
        of: ValueId,
        name: &str,
        scale: Scale,
        shape: &[usize],
    ) -> Result<ValueId, GraphProblem> {
        let flat = self.flatten(of);
        let scaled = self.scale(flat, name, scale, 0)?;
        self.reshape(scaled, name, shape.to_vec())
    }

    /// A linear map of few entries, and a shift: a matrix where it is small.
    pub fn sparse(
        &mut self,
        of: ValueId,
        name: &str,
        map: SparseRows,
        shape: Vec<usize>,
    ) -> Result<ValueId, GraphProblem> {
        let inputs = self.width(of).ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
        let SparseRows { rows, shift, text } = map;
        let outputs = rows.len();
        if let Some((beyond, _)) = rows.iter().flatten().find(|(slot, _)| *slot >= inputs) {
            return Err(GraphProblem::Widths { node: name.into(), takes: beyond.saturating_add(1), given: inputs });
        }
        if inputs.max(outputs) <= LONGEST_LOWERED && self.spend(name, outputs, inputs).is_ok() {
            let mut weight = DMatrix::zeros(outputs, inputs);
            for (row, entries) in rows.iter().enumerate() {
                entries.iter().for_each(|(column, value)| weight[(row, *column)] += value);
            }
            return self.whole(of, name, Affine { weight, bias: shift.map(DVector::from_vec) }, shape, Some(text));
        }
        let made = self.operate(&[of], name, Operator::plain(text, NodeMap::Sparse { inputs, rows }), shape.clone())?;
        match shift {
            Some(shift) => {
                let scale = Scale { factor: None, shift: Some(DVector::from_vec(shift)) };
                self.scaled_along(made, name, scale, &shape)
            }
            None => Ok(made),
        }
    }

    /// Counts the entries of a linear map before they are made.
    pub fn spend_entries(&mut self, name: &str, entries: usize) -> Result<(), GraphProblem> {
        self.spend_places(name, entries)
    }

    pub(super) fn spend_places(&mut self, name: &str, slots: usize) -> Result<(), GraphProblem> {
        self.slots = self.slots.saturating_add(slots);
        let earned = self.file_weights.saturating_mul(NAMED_FOR_EACH_WEIGHT);
        if self.slots > ALWAYS_NAMED.saturating_add(earned).min(MAX_PLACES) {
            return Err(GraphProblem::TooLarge { node: name.into(), rows: slots, columns: 1 });
        }
        Ok(())
    }
}

/// The coordinates that are taken together.
#[derive(Clone, Debug)]
pub(in crate::formats) enum Groups {
    /// Along these axes, counted from 0 without the samples.
    Axes(Vec<usize>),
    /// So many runs of equal length, in order.
    Runs(usize),
}

impl Groups {
    /// In which order the coordinates are read, group by group, the result of each coordinate, and the length of a group.
    #[expect(clippy::type_complexity, reason = "the two orders and the length belong together")]
    fn orders(&self, shape: &[usize]) -> Option<(Option<Vec<usize>>, Option<Vec<usize>>, usize)> {
        let width = size(shape)?;
        let axes = match self {
            Groups::Runs(groups) => {
                let fits = *groups > 0 && width.is_multiple_of(*groups) && width > 0;
                return fits.then(|| (None, None, width / groups));
            }
            Groups::Axes(axes) => axes,
        };
        if axes.is_empty() || axes.iter().any(|axis| *axis >= shape.len()) {
            return None;
        }
        let (within, outer): (Vec<usize>, Vec<usize>) = (0..shape.len()).partition(|axis| axes.contains(axis));
        let length: usize = within.iter().map(|axis| shape[*axis]).product();
        let order: Vec<usize> = outer.iter().chain(&within).copied().collect();
        if length == 0 {
            return None;
        }
        if order.iter().copied().eq(0..shape.len()) {
            return Some((None, None, length));
        }
        let strides: Vec<usize> = (0..shape.len()).map(|axis| shape[axis + 1..].iter().product()).collect();
        let turned: Vec<(usize, usize)> = order.iter().rev().map(|axis| (shape[*axis], strides[*axis])).collect();
        let reads: Vec<usize> = (0..width).map(|at| slot(at, &turned)).collect();
        let mut results = vec![0; width];
        reads.iter().enumerate().for_each(|(number, &coordinate)| results[coordinate] = number);
        Some((Some(reads), Some(results), length))
    }
}

/// The place of number `at` on axes of these lengths, the last first, each with its stride.
fn slot(mut at: usize, axes: &[(usize, usize)]) -> usize {
    let mut slot = 0;
    for (length, stride) in axes {
        slot += at % length.max(&1) * stride;
        at /= length.max(&1);
    }
    slot
}
