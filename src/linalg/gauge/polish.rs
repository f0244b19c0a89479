//! The continuous freedom of the gauge, followed downhill.
//!
//! Turning the columns of V that belong to a free subspace, V ← V·exp(Ω) with Ω skew and supported there, changes
//! ½‖log V‖² at the rate ⟨log V, Ω⟩. Null directions of V and of U are turned separately, Ω = −(log V)_free; a basis of
//! equal singular values is turned in both at once, Ω = −½(log V + log U)_cluster.

use nalgebra::DMatrix;

use super::arrangement::Candidate;
use super::energy::sum_of_squared_angles;
use super::problem::Problem;
use crate::linalg::{LinalgError, Rotation};

/// Larger problems keep their Procrustes bases: a step costs two logarithms.
const LARGEST_DIMENSION: usize = 64;
/// Steps at most; they converge linearly and a few suffice.
const STEPS: usize = 40;
/// Steps times d³ at most, as each costs some logarithms.
const WORK: usize = 1_000_000;
/// A step that gains less than this share of Σθ² is the last.
const MIN_GAIN: f64 = 1e-5;
/// How often a step that overshoots is halved before the search ends.
const HALVINGS: usize = 6;

impl Candidate {
    /// Whether there is a continuous freedom that is followed: two null directions or two equal singular values.
    pub fn has_freedom(&self, problem: &Problem) -> bool {
        problem.dimension <= LARGEST_DIMENSION && (problem.nullity() > 1 || !problem.clusters.is_empty())
    }
}

pub(super) fn polish(mut candidate: Candidate, problem: &Problem) -> Result<Candidate, LinalgError> {
    if !candidate.has_freedom(problem) {
        return Ok(candidate);
    }
    let free = candidate.arrangement.free_axes(problem.dimension);
    let clusters: Vec<Vec<usize>> =
        problem.clusters.iter().map(|(start, end)| candidate.arrangement.axes[*start..*end].to_vec()).collect();
    for _ in 0..STEPS.min(WORK / problem.dimension.pow(3).max(1)) {
        let log_v = Rotation::logarithm(&candidate.v)?.angular_velocity();
        let log_u = Rotation::logarithm(&candidate.u)?.angular_velocity();
        let mut turn_v = restricted(&log_v, &free);
        let mut turn_u = restricted(&log_u, &free);
        for cluster in &clusters {
            let shared = (restricted(&log_v, cluster) + restricted(&log_u, cluster)) * 0.5;
            turn_v += &shared;
            turn_u += &shared;
        }
        let Some(better) = downhill(&candidate, &turn_v, &turn_u)? else { break };
        let gain = candidate.energy - better.energy;
        candidate = better;
        if gain <= MIN_GAIN * candidate.energy {
            break;
        }
    }
    Ok(candidate)
}

/// The candidate after the longest of the tried steps against `turn_v` and `turn_u` that lowers Σθ².
fn downhill(
    candidate: &Candidate,
    turn_v: &DMatrix<f64>,
    turn_u: &DMatrix<f64>,
) -> Result<Option<Candidate>, LinalgError> {
    let mut step = 1.0;
    for _ in 0..=HALVINGS {
        let v = &candidate.v * (turn_v * -step).exp();
        let u = &candidate.u * (turn_u * -step).exp();
        let energy = sum_of_squared_angles(&v)? + sum_of_squared_angles(&u)?;
        if energy < candidate.energy {
            return Ok(Some(Candidate { arrangement: candidate.arrangement.clone(), v, u, energy }));
        }
        step *= 0.5;
    }
    Ok(None)
}

/// A matrix's entries on `axes` × `axes`, zero elsewhere.
fn restricted(matrix: &DMatrix<f64>, axes: &[usize]) -> DMatrix<f64> {
    let mut part = DMatrix::zeros(matrix.nrows(), matrix.ncols());
    for i in axes {
        for j in axes {
            part[(*i, *j)] = matrix[(*i, *j)];
        }
    }
    part
}
