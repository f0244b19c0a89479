//! What a linear phase does to points, and to the rows of a projection.
//!
//! A frame is drawn by moving the projection backward through the phases, which costs nothing per point: with
//! x ↦ Mx + c a row q becomes qM, and q·c is added to what it shows.

use nalgebra::{DMatrix, DVector};

use super::phase_scheme::PhaseScheme;
use super::{CompressionLaw, Motion, ResidualLaw};

impl Motion {
    /// Whether the motion is affine in the position at the phase's start, the same for all points.
    pub fn is_affine(&self) -> bool {
        !matches!(self, Motion::Activation { .. } | Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_))
    }

    /// A residual block under another law; every other motion, and a block whose shortcut is a projection, stays.
    pub(super) fn under(self, law: ResidualLaw) -> Motion {
        match (self, law) {
            (Motion::Residual(block), ResidualLaw::Limit) if block.shortcut.is_none() => Motion::Limit(block),
            (Motion::Limit(block), ResidualLaw::Euler) => Motion::Residual(block),
            (other, _) => other,
        }
    }

    /// Moves each column of `points` (d × samples) from the phase's start to phase time s. An activation or a
    /// residual block, which is not affine, moves nothing here.
    pub(crate) fn carry(&self, points: &mut DMatrix<f64>, s: f64, scheme: &dyn PhaseScheme) {
        match self {
            Motion::Rotation(rotation) => rotation.act(points, |angle| scheme.plane(angle, s)),
            Motion::Compression { law, factors, basis } => {
                scale(points, &along(factors, *law, s, scheme), basis.as_ref());
            }
            Motion::Shift(bias) => points.column_iter_mut().for_each(|mut column| column.axpy(s, bias, 1.0)),
            Motion::Activation { .. } | Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_) => {}
        }
    }

    /// Moves the rows of a projection backward: the columns of `rows` (d × k) are q, and q·c is added to `offset`.
    pub(crate) fn carry_rows(
        &self,
        rows: &mut DMatrix<f64>,
        offset: &mut DVector<f64>,
        s: f64,
        scheme: &dyn PhaseScheme,
    ) {
        match self {
            Motion::Rotation(rotation) => rotation.act(rows, |angle| {
                // The transpose of a plane's complex factor is its conjugate.
                let (re, im) = scheme.plane(angle, s);
                (re, -im)
            }),
            Motion::Compression { law, factors, basis } => {
                scale(rows, &along(factors, *law, s, scheme), basis.as_ref());
            }
            Motion::Shift(bias) => offset.gemv_tr(s, rows, bias, 1.0),
            Motion::Activation { .. } | Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_) => {}
        }
    }
}

fn along(factors: &[f64], law: CompressionLaw, s: f64, scheme: &dyn PhaseScheme) -> Vec<f64> {
    factors.iter().map(|sigma| scheme.axis(law, *sigma, s)).collect()
}

/// Multiplies coordinate j by `factors[j]`; where there is a basis of the first coordinates, along its columns.
pub(super) fn scale(points: &mut DMatrix<f64>, factors: &[f64], basis: Option<&DMatrix<f64>>) {
    let tilted = basis.map_or(0, DMatrix::nrows);
    if let Some(basis) = basis {
        let mut coordinates = basis.tr_mul(&points.rows(0, tilted));
        scale(&mut coordinates, &factors[..tilted], None);
        points.rows_mut(0, tilted).gemm(1.0, basis, &coordinates, 0.0);
    }
    for (row, factor) in factors.iter().enumerate().skip(tilted) {
        points.row_mut(row).scale_mut(*factor);
    }
}
