//! The least rotation that takes given directions to given others.
//!
//! Let E and X be d×r with orthonormal columns. The proper R with R·E = X differ in what they do with the other
//! directions; sought is the one of least ‖log R‖. Nothing is gained by moving what is orthogonal to both E and X, so R
//! is the identity outside the span of [E, X], which has at most 2r dimensions: with an orthonormal basis B = [E, Q] of it
//! R = I + B(G − I)Bᵀ, and the first r columns of G ∈ SO(r + k) are [Z; Y] = BᵀX. Turning the others,
//! G ← G·diag(I, exp Ω), changes ½‖log G‖² at the rate ⟨(log G)_free, Ω⟩, so at the least (log G)_free = 0;
//! Ω = −(log G)_free, again and again, goes there linearly (Zimmermann, A matrix-algebraic algorithm for the Riemannian
//! logarithm on the Stiefel manifold under the canonical metric, 2017).
//!
//! The first G is the one whose Cayley transform C, G = (I − C)(I + C)⁻¹, has C_free = 0, which is a closed form:
//! C = [A, −Bᵀ; B, 0] with B = −Y(I + Z)⁻¹, and the other columns of G are [(I + Z)Bᵀ; I + YBᵀ]. Its ‖log G‖² is less than
//! 1 % above the least in the mean. Where I + Z is singular to rounding the nearest to the identity (Kabsch) is first.

use nalgebra::DMatrix;

use super::energy::sum_of_squared_angles;
use super::kabsch::nearest_completion;
use super::within::{Basis, Within};
use crate::linalg::library::{determinant_sign, inverse, svd, thin_qr, thin_svd};
use crate::linalg::{LinalgError, Rotation};

/// What is left of X beside E, below this, is rounding.
const NO_DIRECTION: f64 = 1e-12;
/// An entry of (I + Z)⁻¹ above this: a direction that all but turns round.
const SINGULAR: f64 = 1e4;
/// An entry below this leaves the completion orthogonal to rounding.
const ACCURATE: f64 = 30.0;
/// A free part of the logarithm whose square is a smaller share of Σθ² than this gains nothing.
const SETTLED: f64 = 1e-6;
/// Steps at most.
const STEPS: usize = 30;
/// Steps times (r + k)³ at most.
const WORK: usize = 4_000;
/// How often a step that overshoots is halved before it is the last.
const HALVINGS: usize = 6;

/// The proper R of (near-)least ‖log R‖ with R·`from` = `to`; d×r, orthonormal columns.
///
/// # Errors
/// If from and to fill the space and R would be a reflection, or an iteration does not converge.
pub(super) fn least(from: &DMatrix<f64>, to: &DMatrix<f64>) -> Result<Within, LinalgError> {
    let (dimension, rank) = from.shape();
    if rank == dimension {
        return Within::whole(&(to * from.transpose()));
    }
    if rank == 0 {
        return Ok(Within::still(dimension));
    }
    let back = from.transpose();
    let inside = &back * to;
    let mut beside = to - from * &inside;
    // Once more, as the first time leaves rounding of what was taken away.
    beside -= from * (&back * &beside);
    let mut extra = directions(&beside)?;
    if extra.ncols() == 0 && determinant_sign(&inside) < 0.0 {
        extra = any_direction_beside(from);
    }
    let mut basis = DMatrix::zeros(dimension, rank + extra.ncols());
    basis.columns_mut(0, rank).copy_from(from);
    basis.columns_mut(rank, extra.ncols()).copy_from(&extra);
    let turn = completed(&(basis.transpose() * to))?;
    Ok(Within { basis: Basis::Columns(basis), logarithm: settled(turn, rank)? })
}

/// The same where `from` are axes, with signs.
pub(super) fn least_from_axes(axes: &[usize], signs: &[f64], to: &DMatrix<f64>) -> Result<Within, LinalgError> {
    let (dimension, rank) = to.shape();
    if rank == 0 {
        return Ok(Within::still(dimension));
    }
    let Reduced { given, others, combined } = Reduced::new(axes, signs, to)?;
    let turn = completed(&given)?;
    let basis = Basis::Axes { dimension, axes: axes.to_vec(), others, combined };
    Ok(Within { basis, logarithm: settled(turn, rank)? })
}

/// Σθ² of what `least_from_axes` begins with.
pub(super) fn first_energy(axes: &[usize], signs: &[f64], to: &DMatrix<f64>) -> Result<f64, LinalgError> {
    sum_of_squared_angles(&completed(&Reduced::new(axes, signs, to)?.given)?)
}

/// Directions in the coordinates of some axes and of what they have beside them.
struct Reduced {
    /// (r + k)×r: BᵀX.
    given: DMatrix<f64>,
    others: Vec<usize>,
    combined: Option<DMatrix<f64>>,
}

impl Reduced {
    fn new(axes: &[usize], signs: &[f64], to: &DMatrix<f64>) -> Result<Reduced, LinalgError> {
        let (dimension, rank) = to.shape();
        let mut taken = vec![false; dimension];
        axes.iter().for_each(|axis| taken[*axis] = true);
        let free = || (0..dimension).filter(|axis| !taken[*axis]);
        let mut others: Vec<usize> = free().filter(|axis| to.row(*axis).amax() > NO_DIRECTION).collect();
        let entry = |axis: usize, j: usize| signs[j] * to[(axis, j)];
        if others.is_empty() {
            let inside = DMatrix::from_fn(rank, rank, |i, j| entry(axes[i], j));
            if determinant_sign(&inside) > 0.0 {
                return Ok(Reduced { given: inside, others, combined: None });
            }
            others = free().take(1).collect();
        }
        let (beside, combined) = if others.len() > rank {
            let (combined, beside) = thin_qr(&DMatrix::from_fn(others.len(), rank, |i, j| entry(others[i], j)));
            (beside, Some(combined))
        } else {
            (DMatrix::from_fn(others.len(), rank, |i, j| entry(others[i], j)), None)
        };
        let mut given = DMatrix::zeros(rank + beside.nrows(), rank);
        given.view_mut((rank, 0), beside.shape()).copy_from(&beside);
        for (i, axis) in axes.iter().enumerate() {
            for j in 0..rank {
                given[(i, j)] = entry(*axis, j);
            }
        }
        Ok(Reduced { given, others, combined })
    }
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

/// Orthonormal columns (s×r) and others that make a proper rotation of them.
fn completed(given: &DMatrix<f64>) -> Result<DMatrix<f64>, LinalgError> {
    let (size, rank) = given.shape();
    if size == rank {
        return Ok(given.clone());
    }
    match by_cayley(given) {
        Some(whole) => Ok(whole),
        None => by_kabsch(given),
    }
}

/// The completion whose Cayley transform has no free part; `None` where I + Z is all but singular.
fn by_cayley(given: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let (size, rank) = given.shape();
    let free = size - rank;
    let mut shifted = given.rows(0, rank).into_owned();
    for j in 0..rank {
        shifted[(j, j)] += 1.0;
    }
    let beside = given.rows(rank, free);
    let inverse = inverse(&shifted).filter(|inverse| inverse.amax() < SINGULAR)?;
    let inverse_size = inverse.amax();
    let turned = (beside * inverse).transpose() * -1.0;
    let mut whole = DMatrix::zeros(size, size);
    whole.columns_mut(0, rank).copy_from(given);
    whole.view_mut((0, rank), (rank, free)).copy_from(&(shifted * &turned));
    whole.view_mut((rank, rank), (free, free)).copy_from(&(beside * turned));
    for j in rank..size {
        whole[(j, j)] += 1.0;
    }
    if inverse_size < ACCURATE {
        return Some(whole);
    }
    // Rounding grows with the inverse: what is not orthogonal is taken away, to second order.
    let mut columns = whole.columns(rank, free).into_owned();
    columns -= given * (given.transpose() * &columns);
    let gram = columns.transpose() * &columns;
    columns = &columns * 1.5 - &columns * gram * 0.5;
    whole.columns_mut(rank, free).copy_from(&columns);
    Some(whole)
}

/// The completion nearest to the identity.
fn by_kabsch(given: &DMatrix<f64>) -> Result<DMatrix<f64>, LinalgError> {
    let (size, rank) = given.shape();
    let mut whole = svd(given)?.u;
    whole.columns_mut(0, rank).copy_from(given);
    let sign = determinant_sign(&whole);
    let free = whole.columns(rank, size - rank).into_owned();
    let overlap = free.rows(rank, size - rank).into_owned();
    whole.columns_mut(rank, size - rank).copy_from(&(free * nearest_completion(&overlap, sign)?));
    Ok(whole)
}

/// The logarithm after turning the columns behind the first `rank` until their part of it is zero, or work is used up.
fn settled(mut turn: DMatrix<f64>, rank: usize) -> Result<Rotation, LinalgError> {
    let size = turn.nrows();
    let free = size - rank;
    let mut best = Rotation::logarithm(&turn)?;
    // A skew 1×1 part is zero as it is.
    let steps = if free < 2 { 0 } else { (WORK / size.pow(3)).min(STEPS) };
    for _ in 0..steps {
        let velocity = best.angular_velocity();
        let part = velocity.view((rank, rank), (free, free)).into_owned();
        if part.norm_squared() <= SETTLED * best.total().powi(2) {
            break;
        }
        let mut length = 1.0;
        let mut better = None;
        for _ in 0..=HALVINGS {
            let mut trial = turn.clone();
            trial.columns_mut(rank, free).copy_from(&(turn.columns(rank, free) * (&part * -length).exp()));
            // At a half-turn the logarithm jumps to another plane: such a step is too long.
            if let Ok(logarithm) = Rotation::logarithm(&trial)
                && logarithm.total() < best.total()
            {
                better = Some((trial, logarithm));
                break;
            }
            length *= 0.5;
        }
        let Some(step) = better else { break };
        (turn, best) = step;
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
            let matrix = found.clone().rotation().to_matrix();
            assert!((&matrix * &from - &to).norm() < 1e-10, "{dimension}, {rank}");
            assert!((found.clone().inverse_rotation().to_matrix() - matrix.transpose()).norm() < 1e-10);
            // All but stationary: hardly any free part of the logarithm is left.
            let velocity = found.clone().rotation().angular_velocity();
            let outside = DMatrix::identity(dimension, dimension) - &from * from.transpose();
            let part = &outside * velocity * &outside;
            assert!(part.norm_squared() < 0.02 * found.energy(), "{dimension}, {rank}: {}", part.norm());
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
        assert!((found.clone().rotation().to_matrix() * &from - &to).norm() < 1e-12);
        assert!((found.energy().sqrt() - std::f64::consts::PI).abs() < 1e-9);
    }
}
