//! Pictures under other sizes, and what is made along any axes of a value.

use super::lengths::targets;
use super::linear::bias_of;
use super::shapes::position;
use super::trace::{Operand, Trace, setting, traced, unknown};
use crate::formats::graph::{Around, GraphProblem, LONGEST, Shares, Transposed, linear_shares, nearest_shares};
use crate::network::{Flattening, Padding};

/// How places of another size lie on those before.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats) struct Resizing {
    /// By the line between the two nearest, else by the nearest.
    pub is_linear: bool,
    /// The corners lie on the corners.
    pub align_corners: bool,
    /// Values lie in the middle of their pixels.
    pub half_pixels: bool,
}

/// What is made along axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Reduction {
    Sum,
    Mean,
    Largest,
}

impl Trace {
    /// A transposed convolution; its kernel lies as outputs × height × width × inputs.
    pub fn convolve_transposed(
        &mut self,
        node: &str,
        of: &Operand,
        [kernel, bias, sizes]: [Option<&Operand>; 3],
        (stride, is_same): ([usize; 2], bool),
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let of = traced(node, operator, of)?;
        let wrong = || setting(node, "its kernel", "does not fit its value and its result");
        let Some(Operand::Array(kernel)) = kernel else { return Err(wrong()) };
        let &[outputs, height, width, inputs] = kernel.shape() else { return Err(wrong()) };
        let bias = bias_of(node, bias, outputs)?.map(|bias| bias.as_slice().to_vec());
        let sizes = sizes.and_then(targets).ok_or_else(|| unknown(node, operator))?;
        let length = |at: usize| sizes.get(at)?.number().and_then(|length| usize::try_from(length).ok());
        let (Some(rows), Some(columns), Some(channels), 4) = (length(1), length(2), length(3), sizes.len()) else {
            return Err(setting(node, "its result", "has a shape that is not told"));
        };
        let shape = self.shape(node, &of)?;
        let [before_rows, before_columns, _] = shape[..] else { return Err(wrong()) };
        if channels != outputs {
            return Err(wrong());
        }
        let cut = |from: usize, stride: usize, size: usize, made: usize| {
            let whole = from.saturating_sub(1).saturating_mul(stride).saturating_add(size);
            // What TensorFlow cuts off both ends, the smaller half before.
            if is_same { whole.saturating_sub(made) / 2 } else { 0 }
        };
        let values = kernel.values();
        let taps = height * width;
        let at = |channel: usize, output: usize, tap: usize| values[(output * taps + tap) * inputs + channel];
        let map = Transposed {
            channels: [inputs, outputs],
            groups: 1,
            size: vec![height, width],
            strides: stride.to_vec(),
            dilations: vec![1; 2],
            before: vec![cut(before_rows, stride[0], height, rows), cut(before_columns, stride[1], width, columns)],
            sides: vec![rows, columns],
            kernel: &at,
            bias,
            order: Flattening::ChannelsLast,
        };
        Ok(Operand::value(self.graph.convolve_transposed(of.id, node, map)?))
    }

    /// The rows and columns of a picture under another size.
    pub fn resize(
        &mut self,
        node: &str,
        of: &Operand,
        sizes: &[i64],
        how: Resizing,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let of = traced(node, operator, of)?;
        let shape = self.shape(node, &of)?;
        let wrong = || setting(node, "its size", "is not that of a picture's rows and columns");
        let made: Option<Vec<usize>> =
            sizes.iter().map(|size| usize::try_from(*size).ok().filter(|size| (1..=LONGEST).contains(size))).collect();
        let (Some(made), [_, _, channels]) = (made.filter(|made| made.len() == 2), &shape[..]) else {
            return Err(wrong());
        };
        let mut shares: Vec<Shares> = Vec::with_capacity(3);
        for (&from, &to) in shape.iter().zip(&made) {
            let corners = how.align_corners && to > 1;
            let scale = if corners { (from as f64 - 1.0) / (to as f64 - 1.0) } else { from as f64 / to as f64 };
            let at = |at: usize| at as f64;
            shares.push(match (how.is_linear, how.half_pixels) {
                (true, true) => linear_shares(from, to, |to| (at(to) + 0.5) * scale - 0.5),
                (true, false) => linear_shares(from, to, |to| at(to) * scale),
                (false, true) => nearest_shares(from, to, |to| ((at(to) + 0.5) * scale).floor()),
                (false, false) if corners => nearest_shares(from, to, |to| (at(to) * scale).round()),
                (false, false) => nearest_shares(from, to, |to| (at(to) * scale).floor()),
            });
        }
        shares.push((0..*channels).map(|channel| vec![(channel, 1.0)]).collect());
        let mode = if how.is_linear { "linear" } else { "nearest" };
        Ok(Operand::value(self.graph.resized(of.id, node, &shares, mode)?))
    }

    /// A sum, a mean or the largest over these axes, counted with that of the samples.
    pub fn reduce(
        &mut self,
        node: &str,
        of: &Operand,
        (axes, keeps): (&[i64], bool),
        reduction: Reduction,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let of = traced(node, operator, of)?;
        let shape = self.shape(node, &of)?;
        let wrong = || setting(node, "its axes", "are not among those behind the samples");
        let found: Option<Vec<usize>> =
            axes.iter().map(|&axis| position(axis, shape.len() + 1)?.checked_sub(1)).collect();
        let mut found = found.filter(|found| !found.is_empty()).ok_or_else(wrong)?;
        found.sort_unstable();
        found.dedup();
        let count: usize = found.iter().map(|axis| shape[*axis]).product();
        let id = match reduction {
            Reduction::Sum => self.graph.summed_along(of.id, node, (&found, keeps), 1.0)?,
            Reduction::Mean => self.graph.summed_along(of.id, node, (&found, keeps), 1.0 / count as f64)?,
            Reduction::Largest => self.graph.largest_along(of.id, node, &found, keeps)?,
        };
        Ok(Operand::value(id))
    }

    /// The value repeated along its axes.
    pub fn tile(&mut self, node: &str, of: &Operand, counts: &[i64], operator: &str) -> Result<Operand, GraphProblem> {
        let of = traced(node, operator, of)?;
        let shape = self.shape(node, &of)?;
        let wrong = || setting(node, "its counts", "do not leave the samples as they are");
        let counts: Option<Vec<usize>> = counts.iter().map(|count| usize::try_from(*count).ok()).collect();
        let counts = counts.filter(|counts| counts.len() == shape.len() + 1 && !counts.contains(&0));
        let counts = counts.filter(|counts| counts[0] == 1).ok_or_else(wrong)?;
        let made: Vec<usize> =
            shape.iter().zip(&counts[1..]).map(|(length, count)| length.saturating_mul(*count)).collect();
        self.spend(node, crate::formats::shape::size(&made))?;
        let mut positions = vec![0_usize];
        for (&length, &made) in shape.iter().zip(&made) {
            positions = positions
                .iter()
                .flat_map(|position| (0..made).map(move |at| position * length + at % length.max(1)))
                .collect();
        }
        Ok(Operand::value(self.graph.pick(of.id, node, &positions, made)?))
    }

    /// The value with the zeros around it as values of its own.
    pub(super) fn framed(&mut self, node: &str, of: &Operand) -> Result<Operand, GraphProblem> {
        let Operand::Padded { of, padding: Padding { rows, columns } } = of else { return Ok(of.clone()) };
        let pair = |[before, after]: [usize; 2]| Some((i64::try_from(before).ok()?, i64::try_from(after).ok()?));
        let axes = self.shape(node, of)?.len();
        let sides = if axes == 3 { vec![*rows, *columns] } else { vec![*columns] };
        let pads: Option<Vec<(i64, i64)>> = sides.into_iter().map(pair).chain([Some((0, 0))]).collect();
        let pads = pads.ok_or_else(|| setting(node, "its paddings", "are too large"))?;
        Ok(Operand::value(self.graph.framed(of.id, node, &pads, Around::Number(0.0))?))
    }

    /// Products of the matrices on the last two axes of two values.
    pub(super) fn multiply_values(
        &mut self,
        node: &str,
        [left, right]: [&Operand; 2],
        is_transposed: bool,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let (left, mut right) = (traced(node, operator, left)?.id, traced(node, operator, right)?.id);
        if is_transposed {
            let shape = self.graph.known_shape(right, node)?;
            let [outer @ .., rows, columns] = &shape[..] else { return Err(unknown(node, operator)) };
            let (rows, columns) = (*rows, *columns);
            let runs: usize = outer.iter().product();
            let positions: Vec<usize> = (0..runs * rows * columns)
                .map(|at| at / (rows * columns) * rows * columns + at % rows * columns + at % (rows * columns) / rows)
                .collect();
            let mut turned = outer.to_vec();
            turned.extend([columns, rows]);
            right = self.graph.pick(right, node, &positions, turned)?;
        }
        Ok(Operand::value(self.graph.matrix_product(left, right, node)?))
    }
}
