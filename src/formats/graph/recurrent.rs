//! Recurrent layers unrolled over their steps: a layer of the network for each operator of each step. The state is what is
//! still to come of the sequence, and the hidden vector.

use nalgebra::{DMatrix, DVector};

use super::GraphProblem;
use super::operators::Operator;
use super::scale::Scale;
use super::values::{Graph, ValueId};
use crate::network::{Activation, Affine, Binary, NodeMap};

/// What a step does with its input x and the hidden vector h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Cell {
    /// h' = σ(Wx + Rh + b).
    Plain,
    /// i, f, g, o by rows: c' = f∘c + i∘g, h' = o∘τ(c').
    Lstm,
    /// z, r, n by rows: h' = z∘h + (1 − z)∘n, with n = σ(Wx + b + r∘(Rh + b')) where `reset_after`, else
    /// n = σ(Wx + b + R(r∘h)).
    Gru { reset_after: bool },
}

/// A recurrent layer.
pub(in crate::formats) struct Recurrence {
    pub cell: Cell,
    /// W, (gates · units) × features.
    pub weight: DMatrix<f64>,
    /// R, (gates · units) × units.
    pub recurrent: DMatrix<f64>,
    /// b, gates · units.
    pub bias: DVector<f64>,
    /// What is added to R·h: b', gates · units.
    pub recurrent_bias: DVector<f64>,
    /// σ of the gates.
    pub gate: Gate,
    /// σ of what the gates let in.
    pub activation: Gate,
    /// τ of an LSTM.
    pub output: Gate,
    /// The hidden vector before the first step, and the cell of an LSTM; 0 where they are not told.
    pub start: [Option<DVector<f64>>; 2],
    /// Whether the last place of the sequence is the first step.
    pub is_reversed: bool,
}

/// The activation of a gate.
pub(in crate::formats) type Gate = Activation;

impl Cell {
    /// How many gates there are.
    pub fn gates(self) -> usize {
        match self {
            Cell::Plain => 1,
            Cell::Lstm => 4,
            Cell::Gru { .. } => 3,
        }
    }
}

impl Recurrence {
    fn units(&self) -> usize {
        self.recurrent.ncols()
    }

    fn check(&self, name: &str) -> Result<(), GraphProblem> {
        let (units, rows) = (self.units(), self.cell.gates().saturating_mul(self.units()));
        let is_fitting = units > 0
            && self.weight.ncols() > 0
            && [self.weight.nrows(), self.recurrent.nrows(), self.bias.len(), self.recurrent_bias.len()]
                .iter()
                .all(|length| *length == rows)
            && self.start.iter().flatten().all(|start| start.len() == units);
        let problem = "its weights do not fit its gates and units".to_owned();
        if is_fitting { Ok(()) } else { Err(GraphProblem::Weights { node: name.into(), problem }) }
    }

    /// The rows of the gates from `first` on, of W beside R, both shifts together.
    fn both(&self, first: usize, count: usize) -> Affine {
        let (units, features) = (self.units(), self.weight.ncols());
        let (top, rows) = (first * units, count * units);
        let mut weight = DMatrix::zeros(rows, features + units);
        weight.columns_mut(0, features).copy_from(&self.weight.rows(top, rows));
        weight.columns_mut(features, units).copy_from(&self.recurrent.rows(top, rows));
        Affine { weight, bias: Some(self.bias.rows(top, rows) + self.recurrent_bias.rows(top, rows)) }
    }
}

impl Graph {
    /// The hidden vectors of a sequence (times × features), in the order of its times.
    pub fn unrolled(&mut self, of: ValueId, name: &str, layer: &Recurrence) -> Result<Vec<ValueId>, GraphProblem> {
        layer.check(name)?;
        let shape = self.known_shape(of, name)?;
        let [times, features] = shape[..] else {
            let value = format!("has {} axes, where times and features are understood", shape.len());
            return Err(GraphProblem::Setting { node: name.into(), setting: "its input".into(), value });
        };
        if features != layer.weight.ncols() {
            return Err(GraphProblem::Widths { node: name.into(), takes: layer.weight.ncols(), given: features });
        }
        let numbers = layer.weight.len().saturating_add(layer.recurrent.len());
        self.spend_entries(name, times.saturating_mul(numbers))?;
        let at = |time: usize| (time * features..(time + 1) * features).collect::<Vec<usize>>();
        let first = self.pick(of, name, &at(0), vec![features])?;
        let mut hidden = self.start(first, name, layer, 0)?;
        let mut cell = if layer.cell == Cell::Lstm { Some(self.start(first, name, layer, 1)?) } else { None };
        let mut given = vec![None; times];
        let order: Vec<usize> = if layer.is_reversed { (0..times).rev().collect() } else { (0..times).collect() };
        for time in order {
            let name = format!("{name}, step {}", time + 1);
            let x = self.pick(of, &name, &at(time), vec![features])?;
            (hidden, cell) = self.recurrent_step(&name, layer, x, (hidden, cell))?;
            given[time] = Some(hidden);
        }
        Ok(given.into_iter().flatten().collect())
    }

    /// The hidden vectors beside each other, times × units.
    pub fn sequence(&mut self, hidden: &[ValueId], name: &str) -> Result<ValueId, GraphProblem> {
        let mut rows = Vec::with_capacity(hidden.len());
        for &value in hidden {
            let units = self.known_shape(value, name)?;
            rows.push(self.reshape(value, name, std::iter::once(1).chain(units).collect())?);
        }
        self.concat(&rows, name, 0)
    }

    /// What the first step begins with, whatever the sequence is.
    fn start(&mut self, x: ValueId, name: &str, layer: &Recurrence, part: usize) -> Result<ValueId, GraphProblem> {
        let weight = DMatrix::zeros(layer.units(), layer.weight.ncols());
        let name = format!("{name}, before the first step");
        self.affine(x, &name, Affine { weight, bias: layer.start[part].clone() })
    }

    fn recurrent_step(
        &mut self,
        name: &str,
        layer: &Recurrence,
        x: ValueId,
        (hidden, cell): (ValueId, Option<ValueId>),
    ) -> Result<(ValueId, Option<ValueId>), GraphProblem> {
        let units = layer.units();
        let part = |graph: &mut Graph, of: ValueId, first: usize, count: usize| {
            graph.pick(of, name, &(first * units..(first + count) * units).collect::<Vec<usize>>(), vec![count * units])
        };
        let beside = |graph: &mut Graph, of: [ValueId; 2]| graph.concat(&of, name, 0);
        match layer.cell {
            Cell::Plain => {
                let both = beside(self, [x, hidden])?;
                let sum = self.affine(both, name, layer.both(0, 1))?;
                Ok((self.activate(sum, name, layer.activation)?, None))
            }
            Cell::Lstm => {
                let both = beside(self, [x, hidden])?;
                let sums = self.affine(both, name, layer.both(0, 4))?;
                // i, f and o are activated alike.
                let outer: Vec<usize> = (0..2 * units).chain(3 * units..4 * units).collect();
                let gates = self.pick(sums, name, &outer, vec![3 * units])?;
                let gates = self.activate(gates, name, layer.gate)?;
                let new = part(self, sums, 2, 1)?;
                let new = self.activate(new, name, layer.activation)?;
                // i∘g and f∘c in one product.
                let (let_in, of_output) = (part(self, gates, 0, 2)?, part(self, gates, 2, 1)?);
                let given = beside(self, [new, cell.unwrap_or(new)])?;
                let both = self.gated(let_in, given, name)?;
                let (in_part, kept) = (part(self, both, 0, 1)?, part(self, both, 1, 1)?);
                let cell = self.sum(in_part, kept, name)?;
                let shown = self.activate(cell, name, layer.output)?;
                Ok((self.gated(of_output, shown, name)?, Some(cell)))
            }
            Cell::Gru { reset_after } => {
                let both = beside(self, [x, hidden])?;
                let rows = if reset_after { 4 } else { 2 };
                let sums = self.affine(both, name, if reset_after { layer.gru_sums() } else { layer.both(0, 2) })?;
                let gates = part(self, sums, 0, 2)?;
                let gates = self.activate(gates, name, layer.gate)?;
                let (update, reset) = (part(self, gates, 0, 1)?, part(self, gates, 1, 1)?);
                let new = if reset_after {
                    let (from_input, from_hidden) = (part(self, sums, rows - 2, 1)?, part(self, sums, rows - 1, 1)?);
                    let let_in = self.gated(reset, from_hidden, name)?;
                    self.sum(from_input, let_in, name)?
                } else {
                    let let_in = self.gated(reset, hidden, name)?;
                    let both = beside(self, [x, let_in])?;
                    self.affine(both, name, layer.both(2, 1))?
                };
                let new = self.activate(new, name, layer.activation)?;
                // n + z∘(h − n).
                let change = self.combine(&[(1.0, hidden), (-1.0, new)], name)?;
                let kept = self.gated(update, change, name)?;
                Ok((self.sum(new, kept, name)?, None))
            }
        }
    }

    /// x∘y.
    pub fn gated(&mut self, left: ValueId, right: ValueId, name: &str) -> Result<ValueId, GraphProblem> {
        let shape = self.known_shape(left, name)?;
        let width = shape.iter().product();
        let map = NodeMap::Binary { width, operator: Binary::Product };
        self.operate(&[left, right], name, Operator::plain("product", map), shape)
    }

    /// A shift for each place, on a value of known shape.
    pub fn shifted(&mut self, of: ValueId, name: &str, shift: DVector<f64>) -> Result<ValueId, GraphProblem> {
        let shape = self.known_shape(of, name)?;
        self.scaled_along(of, name, Scale { factor: None, shift: Some(shift) }, &shape)
    }
}

impl Recurrence {
    /// z and r of both inputs, then Wx + b and Rh + b' of n apart.
    fn gru_sums(&self) -> Affine {
        let (units, features) = (self.units(), self.weight.ncols());
        let Affine { weight: gates, bias } = self.both(0, 2);
        let mut weight = gates.resize_vertically(4 * units, 0.0);
        weight.view_mut((2 * units, 0), (units, features)).copy_from(&self.weight.rows(2 * units, units));
        weight.view_mut((3 * units, features), (units, units)).copy_from(&self.recurrent.rows(2 * units, units));
        let mut bias = bias.unwrap_or_default().resize_vertically(4 * units, 0.0);
        bias.rows_mut(2 * units, units).copy_from(&self.bias.rows(2 * units, units));
        bias.rows_mut(3 * units, units).copy_from(&self.recurrent_bias.rows(2 * units, units));
        Affine { weight, bias: Some(bias) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(rows: usize, columns: usize, seed: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |row, column| ((row * 7 + column * 3 + seed) as f64 * 1.3).sin())
    }

    fn sigmoid(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    /// The hidden vector after the last step, by the definition.
    fn expected(layer: &Recurrence, x: &DMatrix<f64>) -> DVector<f64> {
        let units = layer.units();
        let start = |part: usize| layer.start[part].clone().unwrap_or_else(|| DVector::zeros(units));
        let (mut h, mut c) = (start(0), start(1));
        let times: Vec<usize> =
            if layer.is_reversed { (0..x.ncols()).rev().collect() } else { (0..x.ncols()).collect() };
        for time in times {
            let (input, own) =
                (&layer.weight * x.column(time) + &layer.bias, &layer.recurrent * &h + &layer.recurrent_bias);
            let sum = |gate: usize, unit: usize| input[gate * units + unit] + own[gate * units + unit];
            h = match layer.cell {
                Cell::Plain => DVector::from_fn(units, |unit, _| sum(0, unit).tanh()),
                Cell::Lstm => {
                    c = DVector::from_fn(units, |unit, _| {
                        sigmoid(sum(1, unit)) * c[unit] + sigmoid(sum(0, unit)) * sum(2, unit).tanh()
                    });
                    DVector::from_fn(units, |unit, _| sigmoid(sum(3, unit)) * c[unit].tanh())
                }
                Cell::Gru { reset_after } => {
                    let reset = DVector::from_fn(units, |unit, _| sigmoid(sum(1, unit)));
                    let held = layer.recurrent.rows(2 * units, units) * reset.component_mul(&h);
                    DVector::from_fn(units, |unit, _| {
                        let at = 2 * units + unit;
                        let inner =
                            if reset_after { reset[unit] * own[at] } else { held[unit] + layer.recurrent_bias[at] };
                        let (z, new) = (sigmoid(sum(0, unit)), (input[at] + inner).tanh());
                        z * h[unit] + (1.0 - z) * new
                    })
                }
            };
        }
        h
    }

    #[test]
    fn steps_are_what_the_cells_are_defined_as() {
        let cells = [Cell::Plain, Cell::Lstm, Cell::Gru { reset_after: true }, Cell::Gru { reset_after: false }];
        for (number, cell) in cells.into_iter().enumerate() {
            for is_reversed in [false, true] {
                let rows = cell.gates() * 3;
                let layer = Recurrence {
                    cell,
                    weight: numbers(rows, 2, number),
                    recurrent: numbers(rows, 3, number + 5),
                    bias: numbers(rows, 1, 11).column(0).into_owned(),
                    recurrent_bias: numbers(rows, 1, 17).column(0).into_owned(),
                    gate: Activation::Sigmoid,
                    activation: Activation::Tanh,
                    output: Activation::Tanh,
                    start: [Some(DVector::from_vec(vec![0.2, -0.4, 0.1])), None],
                    is_reversed,
                };
                let mut graph = Graph::default();
                let x = graph.input(Some(vec![4, 2]));
                let hidden = graph.unrolled(x, "cell", &layer).unwrap();
                let end = if is_reversed { hidden[0] } else { hidden[3] };
                let network = graph.network(String::new(), end, None).unwrap().network.unwrap();
                let points = numbers(8, 5, 3);
                let given = network.forward(&points).unwrap();
                for (sample, point) in points.column_iter().enumerate() {
                    let sequence = DMatrix::from_column_slice(2, 4, point.clone_owned().as_slice());
                    let missing = (given.output.column(sample) - expected(&layer, &sequence)).amax();
                    assert!(missing < 1e-14, "{cell:?} misses by {missing}");
                }
                let wrong = Recurrence { bias: DVector::zeros(2), ..layer };
                assert!(graph.unrolled(x, "cell", &wrong).is_err());
            }
        }
    }
}
