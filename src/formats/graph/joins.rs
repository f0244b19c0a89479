//! What joins and rearranges values: weighted sums, concatenations, selections, and slopes for each coordinate.

use nalgebra::{DMatrix, DVector};

use super::GraphProblem;
use super::operators::Operator;
use super::scale::Scale;
use super::values::{Expression, Graph, ValueId};
use crate::formats::shape::size;
use crate::network::{Activation, Affine, Elementary, NodeMap};

impl Graph {
    /// The sum of two values.
    pub fn sum(&mut self, left: ValueId, right: ValueId, name: &str) -> Result<ValueId, GraphProblem> {
        self.combine(&[(1.0, left), (1.0, right)], name)
    }

    /// The sum of values, each times its factor. Shapes that differ by axes of length 1 are spread, as NumPy does it.
    pub fn combine(&mut self, terms: &[(f64, ValueId)], name: &str) -> Result<ValueId, GraphProblem> {
        let mut merged: Vec<(f64, ValueId)> = Vec::with_capacity(terms.len());
        for &(factor, of) in terms {
            match merged.iter_mut().find(|(_, known)| *known == of) {
                Some((sum, _)) => *sum += factor,
                None => merged.push((factor, of)),
            }
        }
        match *merged.as_slice() {
            [] => {
                Err(GraphProblem::Setting { node: name.into(), setting: "its input".into(), value: "is empty".into() })
            }
            [(1.0, of)] => Ok(of),
            [(factor, of)] => {
                let factor = Some(DVector::from_element(1, factor));
                self.scale(of, name, Scale { factor, shift: None }, 0)
            }
            _ => {
                let shape = self.common_shape(&merged, name)?;
                for (_, of) in &mut merged {
                    *of = self.spread(*of, shape.as_deref(), name)?;
                }
                Ok(self.add(Expression::Combine { name: name.into(), terms: merged }, shape))
            }
        }
    }

    /// The values one after the other along `axis`, counted from 0 without the samples.
    pub fn concat(&mut self, parts: &[ValueId], name: &str, axis: usize) -> Result<ValueId, GraphProblem> {
        let shapes: Option<Vec<Vec<usize>>> = parts.iter().map(|of| self.shape(*of).map(<[usize]>::to_vec)).collect();
        let shapes = shapes.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
        let unlike =
            |value: &str| GraphProblem::Setting { node: name.into(), setting: "its input".into(), value: value.into() };
        let Some(first) = shapes.first().filter(|shape| axis < shape.len()) else {
            return Err(unlike("has no such axis"));
        };
        let mut whole = first.clone();
        whole[axis] = 0;
        for shape in &shapes {
            let mut open = shape.clone();
            let length = open.get(axis).copied().unwrap_or_default();
            if let Some(position) = open.get_mut(axis) {
                *position = whole[axis];
            }
            if open != whole {
                return Err(unlike("has shapes that do not fit beside each other"));
            }
            whole[axis] = whole[axis].saturating_add(length);
        }
        if let [only] = parts {
            return Ok(*only);
        }
        self.spend_joined(name, size(&whole).unwrap_or(usize::MAX))?;
        let inner = size(&whole[axis + 1..]).unwrap_or(usize::MAX);
        let mut before = 0;
        let mut placed = Vec::with_capacity(parts.len());
        for (&of, shape) in parts.iter().zip(&shapes) {
            // Each run of one part lies behind those of the parts before it.
            let run = shape[axis].saturating_mul(inner);
            let whole_run = whole[axis].saturating_mul(inner);
            let width = size(shape).unwrap_or_default();
            placed.push((of, (0..width).map(|at| at / run.max(1) * whole_run + before + at % run.max(1)).collect()));
            before += run;
        }
        Ok(self.add(Expression::Concat { name: name.into(), parts: placed }, Some(whole)))
    }

    /// Coordinates picked by their places, in the order of the file: a slice, a selection, a repetition.
    pub fn select(
        &mut self,
        of: ValueId,
        positions: &[usize],
        shape: Vec<usize>,
        name: &str,
    ) -> Result<ValueId, GraphProblem> {
        let width = self.width(of).ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
        if let Some(&beyond) = positions.iter().find(|&&position| position >= width) {
            return Err(GraphProblem::Widths { node: name.into(), takes: beyond.saturating_add(1), given: width });
        }
        if size(&shape) != Some(positions.len()) {
            let given = size(&shape).unwrap_or(usize::MAX);
            return Err(GraphProblem::Widths { node: name.into(), takes: positions.len(), given });
        }
        if positions.len() == width && positions.iter().enumerate().all(|(at, position)| at == *position) {
            return self.reshape(of, name, shape);
        }
        if self.spend(name, positions.len(), width).is_err() {
            return self.pick(of, name, positions, shape);
        }
        let mut weight = DMatrix::zeros(positions.len(), width);
        positions.iter().enumerate().for_each(|(row, &column)| weight[(row, column)] = 1.0);
        self.whole(of, name, Affine { weight, bias: None }, shape, None)
    }

    /// The same without a matrix.
    pub fn pick(
        &mut self,
        of: ValueId,
        name: &str,
        positions: &[usize],
        shape: Vec<usize>,
    ) -> Result<ValueId, GraphProblem> {
        let map = NodeMap::Copy(positions.len());
        let operator = Operator { word: "selection".into(), map, reads: Some(positions.to_vec()), results: None };
        self.operate(&[of], name, operator, shape)
    }

    /// x where x ≥ 0, else slope·x, with the slopes along `axis` (or one for each coordinate of the value, or one for all).
    pub fn leaky(
        &mut self,
        of: ValueId,
        slopes: DVector<f64>,
        name: &str,
        axis: usize,
    ) -> Result<ValueId, GraphProblem> {
        if let Some(&negative_slope) = slopes.iter().next()
            && slopes.iter().all(|slope| *slope == negative_slope)
            && (slopes.len() == 1 || self.shape(of).is_some())
        {
            return self.activate(of, name, Activation::LeakyRelu { negative_slope });
        }
        self.settle(of, slopes.len());
        let shape = self.shape(of).map(<[usize]>::to_vec).unwrap_or_default();
        let scale = Scale { factor: Some(slopes), shift: None };
        let given = shape.get(axis).copied().unwrap_or(1);
        let slopes = match scale.length() {
            length if Some(length) == size(&shape) => scale.factor,
            length if length == given => scale.spread(&shape, axis).factor,
            takes => return Err(GraphProblem::Widths { node: name.into(), takes, given }),
        };
        let slopes = slopes.unwrap_or_default();
        Ok(self.add(Expression::Leaky { name: name.into(), slopes, of }, Some(shape)))
    }

    /// The larger of two values, coordinate by coordinate: y + relu(x − y).
    pub fn larger(&mut self, left: ValueId, right: ValueId, name: &str) -> Result<ValueId, GraphProblem> {
        if left == right {
            return Ok(left);
        }
        let difference = self.combine(&[(1.0, left), (-1.0, right)], name)?;
        let positive = self.activate(difference, name, Activation::Relu)?;
        self.combine(&[(1.0, right), (1.0, positive)], name)
    }

    /// The smaller of two values, coordinate by coordinate: x − relu(x − y).
    pub fn smaller(&mut self, left: ValueId, right: ValueId, name: &str) -> Result<ValueId, GraphProblem> {
        if left == right {
            return Ok(left);
        }
        let difference = self.combine(&[(1.0, left), (-1.0, right)], name)?;
        let positive = self.activate(difference, name, Activation::Relu)?;
        self.combine(&[(1.0, left), (-1.0, positive)], name)
    }

    /// The product of two values, coordinate by coordinate: ((x + y)² − (x − y)²)/4.
    pub fn product(&mut self, left: ValueId, right: ValueId, name: &str) -> Result<ValueId, GraphProblem> {
        let square = Activation::Elementary(Elementary::Square);
        if left == right {
            return self.activate(left, name, square);
        }
        let sum = self.combine(&[(1.0, left), (1.0, right)], name)?;
        let sum = self.activate(sum, name, square)?;
        let difference = self.combine(&[(1.0, left), (-1.0, right)], name)?;
        let difference = self.activate(difference, name, square)?;
        self.combine(&[(0.25, sum), (-0.25, difference)], name)
    }

    /// The shape that all terms are spread to; none while no term has one.
    fn common_shape(&mut self, terms: &[(f64, ValueId)], name: &str) -> Result<Option<Vec<usize>>, GraphProblem> {
        let mut common: Option<Vec<usize>> = None;
        for (_, of) in terms {
            let Some(shape) = self.shape(*of) else { continue };
            common = Some(match common {
                None => shape.to_vec(),
                Some(known) => spread_shape(&known, shape).ok_or_else(|| {
                    let width = |shape: &[usize]| size(shape).unwrap_or(usize::MAX);
                    let (takes, given) = (width(&known), width(shape));
                    if takes == given {
                        let (setting, value) = ("its input", format!("has the shapes {known:?} and {shape:?}"));
                        return GraphProblem::Setting { node: name.into(), setting: setting.into(), value };
                    }
                    GraphProblem::Widths { node: name.into(), takes, given }
                })?,
            });
        }
        if let Some([width]) = common.as_deref() {
            let width = *width;
            terms.iter().for_each(|(_, of)| self.settle(*of, width));
        }
        Ok(common)
    }

    /// The value repeated along its axes of length 1 until it has this shape.
    pub fn spread(&mut self, of: ValueId, shape: Option<&[usize]>, name: &str) -> Result<ValueId, GraphProblem> {
        let (Some(target), Some(own)) = (shape, self.shape(of)) else { return Ok(of) };
        if size(own) == size(target) {
            return Ok(of);
        }
        let mut padded = vec![1; target.len().saturating_sub(own.len())];
        padded.extend(own);
        let (width, target) = (size(target).unwrap_or(usize::MAX), target.to_vec());
        self.spend_joined(name, width)?;
        let positions: Vec<usize> = (0..width).map(|at| place_before_spreading(at, &padded, &target)).collect();
        self.select(of, &positions, target, name)
    }
}

/// The shape that both shapes are spread to, if there is one.
fn spread_shape(left: &[usize], right: &[usize]) -> Option<Vec<usize>> {
    let axes = left.len().max(right.len());
    let length = |shape: &[usize], axis: usize| {
        (axis + shape.len()).checked_sub(axes).and_then(|at| shape.get(at)).copied().unwrap_or(1)
    };
    (0..axes)
        .map(|axis| match (length(left, axis), length(right, axis)) {
            (left, right) if left == right || right == 1 => Some(left),
            (1, right) => Some(right),
            _ => None,
        })
        .collect()
}

/// Where a coordinate of the spread value lies in the value before it, whose shape has as many axes.
fn place_before_spreading(at: usize, own: &[usize], target: &[usize]) -> usize {
    let (mut rest, mut position, mut stride) = (at, 0, 1);
    for (own, target) in own.iter().zip(target).rev() {
        let along = rest % target.max(&1);
        rest /= target.max(&1);
        position += if *own == 1 { 0 } else { along * stride };
        stride *= own;
    }
    position
}
