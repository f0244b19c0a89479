//! Runs of affine and diagonal maps as one affine map.

use nalgebra::{DMatrix, DVector};

use super::scale::Scale;
use super::values::{Expression, Graph, ValueId};
use crate::network::Affine;

/// A run of maps: x ↦ W·x + b, W the identity where no map of the run changes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    /// The name of the first matrix of the run, else of the first diagonal map; empty if none has one.
    pub name: String,
    pub weight: Option<DMatrix<f64>>,
    /// What the matrix was before it became one.
    pub origin: Option<String>,
    /// A factor for each coordinate while there is no matrix.
    factor: Option<DVector<f64>>,
    shift: Option<DVector<f64>>,
}

impl Run {
    /// The map of these values, each an expression of the next: the first is the last to act.
    pub fn new(graph: &Graph, values: &[ValueId]) -> Run {
        let mut run = Run::default();
        for id in values.iter().rev() {
            match &graph.values[id.0].expression {
                Expression::Affine { name, affine, origin, .. } => {
                    run.then_affine(name, affine);
                    run.origin.clone_from(origin);
                }
                Expression::Scale { name, scale, .. } => {
                    if run.name.is_empty() {
                        run.name.clone_from(name);
                    }
                    run.then_scale(scale);
                }
                Expression::Input
                | Expression::Activate { .. }
                | Expression::Leaky { .. }
                | Expression::Combine { .. }
                | Expression::Concat { .. }
                | Expression::Node { .. }
                | Expression::Gap { .. } => {}
            }
        }
        run
    }

    /// Whether the run leaves every point where it is.
    pub fn is_identity(&self) -> bool {
        self.weight.is_none() && self.factor.is_none() && self.shift.is_none()
    }

    /// The run as factors and shifts where it has no matrix; none where it changes nothing.
    pub fn into_scale(self, width: usize) -> Option<[Vec<f64>; 2]> {
        if self.factor.is_none() && self.shift.is_none() {
            return None;
        }
        let vector = |vector: Option<DVector<f64>>, usual: f64| match vector {
            Some(vector) => at_width(&vector, width).as_slice().to_vec(),
            None => vec![usual; width],
        };
        Some([vector(self.factor, 1.0), vector(self.shift, 0.0)])
    }

    /// The run as W and b; `width` is that of what it acts on.
    pub fn into_affine(self, width: usize) -> Affine {
        let factor = self.factor;
        let weight = self.weight.unwrap_or_else(|| match factor {
            Some(factor) => DMatrix::from_diagonal(&at_width(&factor, width)),
            None => DMatrix::identity(width, width),
        });
        let bias = self.shift.map(|shift| at_width(&shift, weight.nrows()));
        Affine { weight, bias }
    }

    fn then_affine(&mut self, name: &str, affine: &Affine) {
        if self.name.is_empty() || self.weight.is_none() {
            self.name = name.into();
        }
        // W(factor∘x + shift) + b = (W·diag factor)·x + (W·shift + b).
        let weight = match (self.weight.take(), self.factor.take()) {
            (Some(before), _) => &affine.weight * before,
            (None, Some(factor)) => {
                let factor = at_width(&factor, affine.inputs());
                let mut weight = affine.weight.clone();
                weight.column_iter_mut().zip(factor.iter()).for_each(|(mut column, factor)| column *= *factor);
                weight
            }
            (None, None) => affine.weight.clone(),
        };
        let moved = self.shift.take().map(|shift| &affine.weight * at_width(&shift, affine.inputs()));
        self.shift = add(moved, affine.bias.as_ref());
        self.weight = Some(weight);
    }

    fn then_scale(&mut self, scale: &Scale) {
        if let Some(factor) = &scale.factor {
            match &mut self.weight {
                Some(weight) => {
                    let factor = at_width(factor, weight.nrows());
                    weight.row_iter_mut().zip(factor.iter()).for_each(|(mut row, factor)| row *= *factor);
                }
                None => {
                    self.factor = Some(self.factor.take().map_or_else(|| factor.clone(), |old| times(&old, factor)))
                }
            }
            self.shift = self.shift.take().map(|shift| times(&shift, factor));
        }
        self.shift = add(self.shift.take(), scale.shift.as_ref());
    }
}

/// A vector of length 1 stands for the same number everywhere.
pub(super) fn at_width(vector: &DVector<f64>, width: usize) -> DVector<f64> {
    if vector.len() == 1 { DVector::from_element(width, vector[0]) } else { vector.clone() }
}

fn times(left: &DVector<f64>, right: &DVector<f64>) -> DVector<f64> {
    let width = left.len().max(right.len());
    at_width(left, width).component_mul(&at_width(right, width))
}

/// The sum of what is there.
pub(super) fn add(left: Option<DVector<f64>>, right: Option<&DVector<f64>>) -> Option<DVector<f64>> {
    match (left, right) {
        (Some(left), Some(right)) => {
            let width = left.len().max(right.len());
            Some(at_width(&left, width) + at_width(right, width))
        }
        (left, right) => left.or_else(|| right.cloned()),
    }
}
