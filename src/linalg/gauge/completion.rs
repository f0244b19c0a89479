//! The least rotation that takes given directions to given others.
//!
//! Let E and X be d×r with orthonormal columns. The proper R with R·E = X differ in what they do with the other
//! directions; sought is the one of least ‖log R‖. Nothing is gained by moving what is orthogonal to both E and X, so R
//! is the identity outside the span of [E, X], which has at most 2r dimensions: with an orthonormal basis B = [E, Q] of it
//! R = I + B(G − I)Bᵀ, and the first r columns of G ∈ SO(r + k) are BᵀX. Turning the others, G ← G·diag(I, exp Ω),
//! changes ½‖log G‖² at the rate ⟨(log G)_free, Ω⟩, so at the least (log G)_free = 0; Ω = −(log G)_free, again and again,
//! goes there linearly (Zimmermann, A matrix-algebraic algorithm for the Riemannian logarithm on the Stiefel manifold
//! under the canonical metric, 2017). The first G is the nearest to the identity (Kabsch).

use nalgebra::DMatrix;

use super::kabsch::nearest_completion;
use crate::linalg::library::{determinant_sign, svd, thin_svd};
use crate::linalg::{LinalgError, Rotation};

/// What is left of X beside E, below this, is rounding.
const NO_DIRECTION: f64 = 1e-12;
/// A part of the logarithm below this is zero.
const SETTLED: f64 = 1e-11;
/// Steps at most.
const STEPS: usize = 100;
/// Steps times (r + k)³ at most: a few hundredths of a second; two steps are made in any case.
const WORK: usize = 40_000_000;
const MIN_STEPS: usize = 2;
/// How often a step that overshoots is halved before it is the last.
const HALVINGS: usize = 6;

/// A rotation of R^d that moves nothing outside the span of `basis` (d×s, orthonormal columns).
#[derive(Clone, Debug)]
pub(super) struct Within {
    basis: DMatrix<f64>,
    /// s×s, proper.
    turn: DMatrix<f64>,
    /// Its angles and planes.
    logarithm: Rotation,
}

impl Within {
    /// Any proper rotation.
    pub fn whole(matrix: DMatrix<f64>) -> Result<Within, LinalgError> {
        let logarithm = Rotation::logarithm(&matrix)?;
        Ok(Within { basis: DMatrix::identity(matrix.nrows(), matrix.nrows()), turn: matrix, logarithm })
    }

    /// Σθ².
    pub fn energy(&self) -> f64 {
        self.logarithm.total().powi(2)
    }

    /// R as a motion.
    pub fn rotation(&self) -> Rotation {
        self.logarithm.clone().carried_by(&self.basis)
    }

    /// Rᵀ as a motion.
    pub fn inverse_rotation(&self) -> Rotation {
        self.logarithm.clone().inverse().carried_by(&self.basis)
    }
}

/// The proper R of (near-)least ‖log R‖ with R·`from` = `to`; d×r, orthonormal columns.
///
/// # Errors
/// If from and to fill the space and R would be a reflection, or an iteration does not converge.
pub(super) fn least(from: &DMatrix<f64>, to: &DMatrix<f64>) -> Result<Within, LinalgError> {
    let rank = from.ncols();
    // Products of transposes go through the fast multiplication only when they are written out.
    let inside = from.transpose() * to;
    if rank > 0 && rank == from.nrows() {
        // Nothing lies beside what fills the space.
        return settle(from.clone(), completed(&inside)?, rank);
    }
    let mut beside = to - from * &inside;
    // Once more, as the first time leaves rounding of what was taken away.
    beside -= from * (from.transpose() * &beside);
    let mut extra = directions(&beside)?;
    if extra.ncols() == 0 && rank < from.nrows() && determinant_sign(&inside) < 0.0 {
        extra = any_direction_beside(from);
    }
    let size = rank + extra.ncols();
    if size == 0 {
        let (basis, turn) = (DMatrix::zeros(from.nrows(), 0), DMatrix::zeros(0, 0));
        return Ok(Within { basis, turn, logarithm: Rotation::identity(0) });
    }
    let mut basis = DMatrix::zeros(from.nrows(), size);
    basis.columns_mut(0, rank).copy_from(from);
    basis.columns_mut(rank, extra.ncols()).copy_from(&extra);
    let turn = completed(&(basis.transpose() * to))?;
    settle(basis, turn, rank)
}

/// An orthonormal basis of the columns' span.
fn directions(columns: &DMatrix<f64>) -> Result<DMatrix<f64>, LinalgError> {
    if columns.amax() < NO_DIRECTION {
        return Ok(DMatrix::zeros(columns.nrows(), 0));
    }
    let (left, values) = thin_svd(columns)?;
    let count = values.iter().filter(|value| **value > NO_DIRECTION).count();
    Ok(left.columns(0, count).into_owned())
}

/// One unit vector orthogonal to the columns: what is left of the axis that they meet least.
fn any_direction_beside(columns: &DMatrix<f64>) -> DMatrix<f64> {
    let met = |axis: usize| columns.row(axis).norm_squared();
    let axis = (0..columns.nrows()).min_by(|one, other| met(*one).total_cmp(&met(*other))).unwrap_or(0);
    let mut direction = DMatrix::zeros(columns.nrows(), 1);
    direction[axis] = 1.0;
    direction -= columns * columns.row(axis).transpose();
    let length = direction.norm();
    direction / length
}

/// Orthonormal columns (s×r) and others that make a proper rotation of them, nearest to the identity.
fn completed(given: &DMatrix<f64>) -> Result<DMatrix<f64>, LinalgError> {
    let (size, rank) = given.shape();
    if size == rank {
        return Ok(given.clone());
    }
    if rank == 0 {
        return Ok(DMatrix::identity(size, size));
    }
    let mut whole = svd(given)?.u;
    whole.columns_mut(0, rank).copy_from(given);
    let sign = determinant_sign(&whole);
    let free = whole.columns(rank, size - rank).into_owned();
    let overlap = free.rows(rank, size - rank).into_owned();
    whole.columns_mut(rank, size - rank).copy_from(&(free * nearest_completion(&overlap, sign)?));
    Ok(whole)
}

/// Turns the columns behind the first `rank` until their part of the logarithm is zero.
fn settle(basis: DMatrix<f64>, turn: DMatrix<f64>, rank: usize) -> Result<Within, LinalgError> {
    let free = turn.nrows() - rank;
    let mut best = Within { logarithm: Rotation::logarithm(&turn)?, basis, turn };
    if free < 2 {
        // A skew 1×1 part is zero as it is.
        return Ok(best);
    }
    let steps = (WORK / best.turn.nrows().pow(3).max(1)).clamp(MIN_STEPS, STEPS);
    for _ in 0..steps {
        let velocity = best.logarithm.angular_velocity();
        let part = velocity.view((rank, rank), (free, free)).into_owned();
        if part.norm() <= SETTLED {
            break;
        }
        let mut length = 1.0;
        let mut better = None;
        for _ in 0..=HALVINGS {
            let mut turn = best.turn.clone();
            let turned = best.turn.columns(rank, free) * (&part * -length).exp();
            turn.columns_mut(rank, free).copy_from(&turned);
            // At a half-turn the logarithm jumps to another plane: such a step is too long.
            if let Ok(logarithm) = Rotation::logarithm(&turn)
                && logarithm.total() < best.logarithm.total()
            {
                better = Some((turn, logarithm));
                break;
            }
            length *= 0.5;
        }
        let Some((turn, logarithm)) = better else { break };
        best = Within { turn, logarithm, ..best };
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::testing::random_rotation;

    #[test]
    fn directions_go_where_they_shall_and_nothing_else_turns_more_than_it_must() {
        for (dimension, rank) in [(5, 2), (9, 3), (40, 4), (6, 5), (7, 7), (300, 2)] {
            let from = random_rotation(dimension.min(60), 1).resize(dimension, dimension.min(60), 0.0);
            let to = random_rotation(dimension.min(60), 2).resize(dimension, dimension.min(60), 0.0);
            let (from, to) = (from.columns(0, rank).into_owned(), to.columns(0, rank).into_owned());
            let found = least(&from, &to).unwrap();
            let matrix = found.rotation().to_matrix();
            assert!((&matrix * &from - &to).norm() < 1e-10, "{dimension}, {rank}");
            assert!((found.inverse_rotation().to_matrix() - matrix.transpose()).norm() < 1e-10);
            // Stationary: no free part of the logarithm is left.
            let velocity = found.rotation().angular_velocity();
            let outside = DMatrix::identity(dimension, dimension) - &from * from.transpose();
            let part = &outside * velocity * &outside;
            assert!(part.norm() < 1e-6, "{dimension}, {rank}: {}", part.norm());
            // No less than each direction's own way.
            let angle =
                (0..rank).map(|j| from.column(j).dot(&to.column(j)).clamp(-1.0, 1.0).acos()).fold(0.0, f64::max);
            assert!(found.energy().sqrt() >= angle - 1e-9);
        }
    }

    #[test]
    fn a_reflection_turns_through_one_direction_more() {
        let from = DMatrix::identity(4, 2);
        let to = DMatrix::from_row_slice(4, 2, &[0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let found = least(&from, &to).unwrap();
        assert!((found.rotation().to_matrix() * &from - &to).norm() < 1e-12);
        assert!((found.energy().sqrt() - std::f64::consts::PI).abs() < 1e-9);
    }
}
