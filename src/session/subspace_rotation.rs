//! Turning one projection into another: a rotation of the space that takes the rows of the first to those of the second.

use nalgebra::{DMatrix, DVector};

use crate::linalg::Rotation;

/// A row that is this near to the others, relative to its length, adds no direction to them.
const SAME: f64 = 1e-9;

/// A rotation that takes k orthonormal rows to k others and moves nothing outside what they span.
///
/// With Q an orthonormal basis of that span whose first k vectors are the first rows, the others are Q·B with orthonormal
/// columns B. Completed to a proper rotation R of the span, R^s takes the first rows (s = 0) to the others (s = 1).
#[derive(Clone, Debug, PartialEq)]
pub struct SubspaceRotation {
    /// d × m, m ≤ 2k + 1.
    basis: DMatrix<f64>,
    rotation: Rotation,
    rows: usize,
}

impl SubspaceRotation {
    /// The turn from `from` to `to`, both k × d with orthonormal rows. `None` where there is none: other shapes, or a
    /// mirror image in a space that has no further dimension to turn through.
    pub fn between(from: &DMatrix<f64>, to: &DMatrix<f64>) -> Option<SubspaceRotation> {
        let (rows, dimension) = from.shape();
        if to.shape() != from.shape() {
            return None;
        }
        let mut basis = orthonormal(from.row_iter().chain(to.row_iter()).map(|row| row.transpose()));
        let mut onto = complete(&(to * &basis), basis.ncols());
        if onto.determinant() < 0.0 {
            if onto.ncols() > rows {
                let last = onto.ncols() - 1;
                onto.column_mut(last).neg_mut();
            } else {
                // One more direction: the mirror image is a half-turn through it.
                let units = (0..dimension).map(|axis| DVector::from_fn(dimension, |row, _| unit(row == axis)));
                let wider = orthonormal(basis.column_iter().map(|column| column.into_owned()).chain(units));
                if wider.ncols() == basis.ncols() {
                    return None;
                }
                basis = wider.columns(0, basis.ncols() + 1).into_owned();
                onto = complete(&(to * &basis), basis.ncols());
                if onto.determinant() < 0.0 {
                    let last = onto.ncols() - 1;
                    onto.column_mut(last).neg_mut();
                }
            }
        }
        let rotation = Rotation::logarithm(&onto).ok()?;
        Some(SubspaceRotation { basis, rotation, rows })
    }

    /// The rows after the share s of the turn, 0 to 1; k × d.
    pub fn rows(&self, s: f64) -> DMatrix<f64> {
        let mut turned = DMatrix::identity(self.basis.ncols(), self.rows);
        self.rotation.rotate(&mut turned, s);
        (&self.basis * turned).transpose()
    }

    /// The largest angle by which a plane turns, radians.
    pub fn angle(&self) -> f64 {
        self.rotation.angles().first().copied().unwrap_or(0.0)
    }
}

fn unit(is_one: bool) -> f64 {
    f64::from(u8::from(is_one))
}

/// Gram and Schmidt twice, so that rounding leaves the columns orthogonal; what adds no direction is left out.
pub(super) fn orthonormal(vectors: impl Iterator<Item = DVector<f64>>) -> DMatrix<f64> {
    let mut kept: Vec<DVector<f64>> = Vec::new();
    let mut dimension = 0;
    for vector in vectors {
        dimension = vector.len();
        let length = vector.norm();
        let mut rest = vector;
        for _ in 0..2 {
            for other in &kept {
                let along = rest.dot(other);
                rest.axpy(-along, other, 1.0);
            }
        }
        let left = rest.norm();
        if left.is_finite() && left > SAME * length {
            kept.push(rest / left);
        }
    }
    if kept.is_empty() { DMatrix::zeros(dimension, 0) } else { DMatrix::from_columns(&kept) }
}

/// The orthonormal rows of `rows` (k × m) as the first columns of an orthogonal m × m matrix; the others stay as near to
/// the axes as these leave them.
fn complete(rows: &DMatrix<f64>, size: usize) -> DMatrix<f64> {
    let given = rows.row_iter().map(|row| row.transpose());
    let later = rows.nrows()..size;
    let axes = later.chain(0..rows.nrows()).map(|axis| DVector::from_fn(size, |row, _| unit(row == axis)));
    let all = orthonormal(given.chain(axes));
    all.columns(0, size.min(all.ncols())).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::linalg::testing::random_matrix;

    fn frame(rows: usize, dimension: usize, seed: u64) -> DMatrix<f64> {
        let random = random_matrix(dimension, rows, seed);
        orthonormal(random.column_iter().map(|column| column.into_owned())).transpose()
    }

    proptest! {
        #[test]
        fn every_frame_of_a_turn_is_orthonormal_and_its_ends_are_given(
            rows in 1..4_usize, more in 0..9_usize, one in any::<u64>(), other in any::<u64>(), same in any::<bool>()
        ) {
            let dimension = rows + more;
            let from = frame(rows, dimension, one);
            let to = if same { -&from } else { frame(rows, dimension, other) };
            let Some(rotation) = SubspaceRotation::between(&from, &to) else {
                prop_assert!(more == 0, "only a mirror image that fills the space has no turn");
                return Ok(());
            };
            prop_assert!((rotation.rows(0.0) - &from).amax() < 1e-9 && (rotation.rows(1.0) - &to).amax() < 1e-9);
            let mut before = from;
            for step in 0..=40 {
                let now = rotation.rows(f64::from(step) / 40.0);
                let product = &now * now.transpose();
                prop_assert!((product - DMatrix::<f64>::identity(rows, rows)).amax() < 1e-6);
                // A fortieth of a turn is a small step: nothing jumps.
                prop_assert!((&now - &before).amax() <= rotation.angle() / 40.0 * 3.0_f64.sqrt() + 1e-9);
                before = now;
            }
        }
    }

    #[test]
    fn equal_rows_do_not_turn() {
        let rows = frame(2, 5, 3);
        assert!(SubspaceRotation::between(&rows, &rows).unwrap().angle() < 1e-9);
        assert!(SubspaceRotation::between(&rows, &frame(3, 5, 3)).is_none());
    }
}
