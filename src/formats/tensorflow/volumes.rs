//! Convolutions and pooling of pictures whose channels come last.

use std::rc::Rc;

use super::array::Array;
use super::lengths::integers;
use super::linear::bias_of;
use super::resampled::Reduction;
use super::trace::{Dilated, Operand, Trace, Traced, setting, traced, unknown};
use crate::formats::graph::{Around, GraphProblem};
use crate::network::{AveragePooling, Convolution, Flattening, ImageShape, Kernel, Padding, Window};

const ORDER: Flattening = Flattening::ChannelsLast;

/// How a window is padded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) enum Padded {
    By(Padding),
    /// As many outputs as inputs at stride 1; the odd one goes below and right.
    Same,
}

/// How a window moves.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats) struct Geometry {
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    pub padded: Padded,
}

/// What a convolution is made of.
pub(in crate::formats) struct Weights<'w> {
    pub kernel: Kernel,
    pub bias: Option<&'w Operand>,
}

impl Geometry {
    fn window(self, size: [usize; 2], around: Padding, input: ImageShape) -> Window {
        let window = Window { size, stride: self.stride, dilation: self.dilation, padding: Padding::default() };
        match self.padded {
            Padded::Same => window.padded_same(input, false),
            Padded::By(own) => {
                let both = |one: [usize; 2], other: [usize; 2]| {
                    [one[0].saturating_add(other[0]), one[1].saturating_add(other[1])]
                };
                let padding = Padding { rows: both(own.rows, around.rows), columns: both(own.columns, around.columns) };
                Window { padding, ..window }
            }
        }
    }
}

impl Trace {
    /// A convolution; a kernel whose inputs are fewer than the value's channels is one of groups.
    pub fn convolve(
        &mut self,
        node: &str,
        of: &Operand,
        weights: Weights<'_>,
        geometry: Geometry,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let Weights { kernel, bias } = weights;
        let bias = bias_of(node, bias, kernel.outputs())?;
        if let Operand::Apart { of, block, padding } = of {
            let is_plain = geometry.stride == [1; 2] && geometry.dilation == [1; 2];
            if !is_plain || geometry.padded != Padded::By(Padding::default()) {
                return Err(setting(node, "it", "moves in steps or is padded within the parts of a value"));
            }
            let (node, of) = (node.to_owned(), of.clone());
            let dilated = Dilated { node, of, kernel, bias, block: *block, padding: *padding };
            return Ok(Operand::Dilated(Rc::new(dilated)));
        }
        let (of, around) = with_zeros(node, of, geometry, operator)?;
        let id = self.graph.convolve(of.id, node, ORDER, |input| {
            let window = geometry.window(kernel.size(), around, input);
            // What does not divide is refused where the convolution is put together.
            let groups = (input.channels() / kernel.group_inputs().max(1)).max(1);
            let plain = Convolution::new(kernel, groups)?
                .with_stride(geometry.stride)
                .with_dilation(geometry.dilation)
                .with_padding(window.padding);
            match bias {
                Some(bias) => plain.with_bias(bias),
                None => Ok(plain),
            }
        })?;
        Ok(Operand::value(id))
    }

    /// Means over windows. Padding of the operator itself is not counted, zeros that were put around its input are.
    pub fn average(
        &mut self,
        node: &str,
        of: &Operand,
        size: [usize; 2],
        geometry: Geometry,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let (of, around) = with_zeros(node, of, geometry, operator)?;
        let counts = around != Padding::default();
        let build = |input| AveragePooling::new(geometry.window(size, around, input), counts);
        Ok(Operand::value(self.graph.average(of.id, node, ORDER, build)?))
    }

    /// The largest over windows.
    pub fn largest(
        &mut self,
        node: &str,
        of: &Operand,
        size: [usize; 2],
        geometry: Geometry,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        // Zeros around it are values like others, which may be the largest.
        let of = traced(node, operator, &self.framed(node, of)?)?;
        let build = |input| geometry.window(size, Padding::default(), input);
        Ok(Operand::value(self.graph.largest(of.id, node, ORDER, build)?))
    }

    /// The mean over these axes, counted with that of the samples.
    pub fn mean(
        &mut self,
        node: &str,
        of: &Operand,
        axes: &[i64],
        keeps_axes: bool,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let given = of;
        let of = traced(node, operator, of)?;
        let rank = self.shape(node, &of)?.len() as i64 + 1;
        let mut found: Vec<i64> = axes.iter().map(|&axis| if axis < 0 { axis + rank } else { axis }).collect();
        found.sort_unstable();
        found.dedup();
        if rank < 3 || !found.iter().copied().eq(1..rank - 1) {
            return self.reduce(node, given, (axes, keeps_axes), Reduction::Mean, operator);
        }
        let id = self.graph.average(of.id, node, ORDER, AveragePooling::global)?;
        Ok(Operand::value(if keeps_axes { id } else { self.graph.flatten(id) }))
    }

    /// Zeros around a picture: before and after each axis, with that of the samples.
    pub fn pad(
        &mut self,
        node: &str,
        of: &Operand,
        paddings: &Operand,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let of = traced(node, operator, of)?;
        let sides = lengths(paddings);
        match sides.as_deref() {
            Some(sides) if sides.iter().all(|&side| side == 0) => Ok(Operand::Value(of)),
            Some(&[0, 0, above, below, left, right, 0, 0]) if self.graph.shape(of.id).is_some_and(|s| s.len() == 3) => {
                let padding = Padding { rows: [above, below], columns: [left, right] };
                Ok(Operand::Padded { of, padding })
            }
            Some(&[0, 0, left, right, 0, 0]) if self.graph.shape(of.id).is_some_and(|s| s.len() == 2) => {
                let padding = Padding { rows: [0; 2], columns: [left, right] };
                Ok(Operand::Padded { of, padding })
            }
            Some([0, 0, sides @ ..]) => {
                // Zeros along any axis are values of their own.
                let pair = |sides: &[usize]| match sides {
                    [before, after] => Some((i64::try_from(*before).ok()?, i64::try_from(*after).ok()?)),
                    _ => None,
                };
                let pads: Option<Vec<(i64, i64)>> = sides.chunks(2).map(pair).collect();
                let pads = pads.ok_or_else(|| setting(node, "its paddings", "are too large"))?;
                Ok(Operand::value(self.graph.framed(of.id, node, &pads, Around::Number(0.0))?))
            }
            _ => Err(setting(node, "its paddings", "are of the samples, or are not told")),
        }
    }
}

impl Trace {
    /// The value with zeros around it, taken apart into every so many-th row and column.
    pub fn take_apart(
        &mut self,
        node: &str,
        of: &Operand,
        [block, paddings]: [&Operand; 2],
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let of = traced(node, operator, of)?;
        let unfitting = || setting(node, "its blocks", "are not those of a picture's rows and columns");
        let is_picture = self.graph.shape(of.id).is_some_and(|shape| shape.len() == 3);
        match (lengths(block).as_deref(), lengths(paddings).as_deref()) {
            (Some(&[rows, columns]), Some(&[above, below, left, right])) if is_picture && rows > 0 && columns > 0 => {
                let padding = Padding { rows: [above, below], columns: [left, right] };
                Ok(Operand::Apart { of, block: [rows, columns], padding })
            }
            _ => Err(unfitting()),
        }
    }

    /// The parts of a convolution's result put together, and so much of it cut off: with zeros before and behind that the
    /// cuts take away again, it is a dilated convolution with the zeros that are left.
    pub fn put_together(
        &mut self,
        node: &str,
        of: &Operand,
        [block, cuts]: [&Operand; 2],
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let Operand::Dilated(dilated) = of else { return Err(unknown(node, operator)) };
        let unfitting = || setting(node, "its blocks", "are not those into which the value was taken apart");
        let (Some(block), Some(cuts)) = (lengths(block), lengths(cuts)) else { return Err(unfitting()) };
        let left = |zeros: usize, cut: usize| zeros.checked_sub(cut).ok_or_else(unfitting);
        let &[above, below, before, after] = &cuts[..] else { return Err(unfitting()) };
        if block != dilated.block {
            return Err(unfitting());
        }
        let Padding { rows, columns } = dilated.padding;
        let padding = Padding {
            rows: [left(rows[0], above)?, left(rows[1], below)?],
            columns: [left(columns[0], before)?, left(columns[1], after)?],
        };
        let geometry = Geometry { stride: [1; 2], dilation: dilated.block, padded: Padded::By(padding) };
        let bias = dilated.bias.as_ref().and_then(|bias| Array::new(vec![bias.len()], bias.iter().copied().collect()));
        let (of, bias) = (Operand::Value(dilated.of.clone()), bias.map(Operand::from));
        self.convolve(
            &dilated.node,
            &of,
            Weights { kernel: dilated.kernel.clone(), bias: bias.as_ref() },
            geometry,
            operator,
        )
    }
}

/// Lengths of a constant.
fn lengths(operand: &Operand) -> Option<Vec<usize>> {
    integers(operand)?.into_iter().map(|length| usize::try_from(length).ok()).collect()
}

/// The value, and the zeros that were put around it.
fn with_zeros(node: &str, of: &Operand, geometry: Geometry, operator: &str) -> Result<(Traced, Padding), GraphProblem> {
    match (of, geometry.padded) {
        (Operand::Padded { of, padding }, Padded::By(_)) => Ok((of.clone(), *padding)),
        (Operand::Padded { .. }, Padded::Same) => {
            Err(setting(node, "its padding", "is SAME of a value with zeros around it, which is not understood"))
        }
        (other, _) => Ok((traced(node, operator, other)?, Padding::default())),
    }
}
