//! Single numbers of a layer: weights, biases, singular values, angles of rotations.

use nalgebra::{DMatrix, DVector};

use super::error::ChangeError;
use crate::linalg::{RotationFactor, with_angle, with_singular_value};
use crate::network::{Affine, Layer};

/// A matrix of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightPart {
    /// W of a dense layer.
    Dense,
    /// W₁ of a residual block.
    Inner,
    /// W₂ of a residual block.
    Outer,
    /// S of a residual block.
    Shortcut,
}

/// Another value of a number of a layer. Rows, columns, values and planes are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NumberChange {
    /// One entry of a matrix.
    Weight { part: WeightPart, row: usize, column: usize, value: f64 },
    /// One entry of the bias beside a matrix.
    Bias { part: WeightPart, row: usize, value: f64 },
    /// One singular value of a dense layer; the largest is the first.
    SingularValue { index: usize, value: f64 },
    /// The angle of one plane of a rotation of a dense layer, in radians.
    Angle { factor: RotationFactor, plane: usize, angle: f64 },
}

impl NumberChange {
    /// What it is called in the list of changes, before the number of the layer.
    pub(super) fn label(&self) -> &'static str {
        match self {
            NumberChange::Weight { .. } => "Weight of layer",
            NumberChange::Bias { .. } => "Bias of layer",
            NumberChange::SingularValue { .. } => "Singular value of layer",
            NumberChange::Angle { .. } => "Angle of layer",
        }
    }
}

impl WeightPart {
    /// All of them.
    pub const ALL: [WeightPart; 4] = [WeightPart::Dense, WeightPart::Inner, WeightPart::Outer, WeightPart::Shortcut];

    /// Its symbol.
    pub fn label(self) -> &'static str {
        match self {
            WeightPart::Dense => "W",
            WeightPart::Inner => "W₁",
            WeightPart::Outer => "W₂",
            WeightPart::Shortcut => "S",
        }
    }

    /// The symbol of the bias beside it; none beside S.
    pub fn bias_text(self) -> Option<&'static str> {
        match self {
            WeightPart::Dense => Some("b"),
            WeightPart::Inner => Some("b₁"),
            WeightPart::Outer => Some("b₂"),
            WeightPart::Shortcut => None,
        }
    }

    /// The matrix and the bias beside it; `None` where the layer has no such matrix.
    pub fn of(self, layer: &Layer) -> Option<(&DMatrix<f64>, Option<&DVector<f64>>)> {
        let affine = match (layer, self) {
            (Layer::Dense(dense), WeightPart::Dense) => &dense.affine,
            (Layer::Residual(block), WeightPart::Inner) => &block.inner,
            (Layer::Residual(block), WeightPart::Outer) => &block.outer,
            (Layer::Residual(block), WeightPart::Shortcut) => return Some((block.shortcut.as_ref()?, None)),
            _ => return None,
        };
        Some((&affine.weight, affine.bias.as_ref()))
    }

    /// The matrices that a layer has.
    pub fn all_of(layer: &Layer) -> Vec<WeightPart> {
        let all = [WeightPart::Dense, WeightPart::Inner, WeightPart::Outer, WeightPart::Shortcut];
        all.into_iter().filter(|part| part.of(layer).is_some()).collect()
    }

    fn affine_mut(self, layer: &mut Layer) -> Option<&mut Affine> {
        match (layer, self) {
            (Layer::Dense(dense), WeightPart::Dense) => Some(&mut dense.affine),
            (Layer::Residual(block), WeightPart::Inner) => Some(&mut block.inner),
            (Layer::Residual(block), WeightPart::Outer) => Some(&mut block.outer),
            _ => None,
        }
    }

    fn matrix_mut(self, layer: &mut Layer) -> Option<&mut DMatrix<f64>> {
        match (layer, self) {
            (Layer::Residual(block), WeightPart::Shortcut) => block.shortcut.as_mut(),
            (layer, part) => part.affine_mut(layer).map(|affine| &mut affine.weight),
        }
    }
}

impl NumberChange {
    /// Whether `next` sets the same number again, as dragging it does.
    pub(in crate::session) fn goes_on_as(&self, next: &NumberChange) -> bool {
        self.with(0.0) == next.with(0.0)
    }

    /// The same change to another value.
    fn with(self, new: f64) -> NumberChange {
        match self {
            NumberChange::Weight { part, row, column, .. } => NumberChange::Weight { part, row, column, value: new },
            NumberChange::Bias { part, row, .. } => NumberChange::Bias { part, row, value: new },
            NumberChange::SingularValue { index, .. } => NumberChange::SingularValue { index, value: new },
            NumberChange::Angle { factor, plane, .. } => NumberChange::Angle { factor, plane, angle: new },
        }
    }

    /// Changes the layer. A place that does not exist changes nothing.
    pub(super) fn apply(self, layer: &mut Layer) -> Result<(), ChangeError> {
        match self {
            NumberChange::Weight { part, row, column, value } => {
                let weight = part.matrix_mut(layer).and_then(|matrix| matrix.get_mut((row, column)));
                weight.into_iter().for_each(|weight| *weight = value);
            }
            NumberChange::Bias { part, row, value } => {
                let Some(affine) = part.affine_mut(layer) else { return Ok(()) };
                let outputs = affine.outputs();
                let bias = affine.bias.get_or_insert_with(|| DVector::zeros(outputs));
                bias.iter_mut().skip(row).take(1).for_each(|bias| *bias = value);
            }
            NumberChange::SingularValue { index, value } if value >= 0.0 => {
                let Some(affine) = WeightPart::Dense.affine_mut(layer) else { return Ok(()) };
                affine.weight = with_singular_value(&affine.weight, index, value)?;
            }
            NumberChange::Angle { factor, plane, angle } if angle.is_finite() => {
                let Some(affine) = WeightPart::Dense.affine_mut(layer) else { return Ok(()) };
                affine.weight = with_angle(&affine.weight, factor, plane, angle)?;
            }
            NumberChange::SingularValue { .. } | NumberChange::Angle { .. } => {}
        }
        Ok(())
    }
}
