//! The search for the arrangement of least total rotation.

use nalgebra::DMatrix;
use pathfinding::prelude::{Matrix, kuhn_munkres};

use super::arrangement::{Arrangement, Candidate};
use super::completion::{Within, least};
use super::moves::Move;
use super::polish::polish;
use super::problem::Problem;
use crate::linalg::LinalgError;

/// Up to this dimension all orders and signs are tried (at most 5!·2⁵ of them).
const EXHAUSTIVE_DIMENSION: usize = 5;
/// So many of the best arrangements are polished, as the continuous freedom may change their order.
const POLISHED: usize = 8;
/// An arrangement must be better by this share to replace an earlier one, so that rounding decides no tie.
const CLEARLY_BETTER: f64 = 1.0 - 1e-9;
/// The work, in evaluations times d³, that improving an assignment may take: a few
/// hundredths of a second. Problems of more than its cube root in dimensions keep their assignment.
const IMPROVEMENT_WORK: usize = 8_000_000;
/// Evaluations at most, for small d.
const IMPROVEMENT_EVALUATIONS: usize = 4_000;
/// Weights are made whole numbers on this scale for the assignment.
const WEIGHT_SCALE: f64 = (1_u64 << 40) as f64;

/// Other bases of equal singular values to begin from, as the descent ends in the nearest valley.
const OTHER_STARTS: u64 = 6;
/// Up to this dimension they are tried.
const MANY_STARTS_DIMENSION: usize = 24;
/// Rounds of improving and polishing at most; each begins where the last one ended.
const ROUNDS: usize = 4;

/// Proper V and U, and the factor along each axis.
pub(super) struct Least {
    pub v: Within,
    pub u: Within,
    pub factors: Vec<f64>,
}

impl Least {
    /// V and U of an arrangement, null directions so that they turn least.
    fn new(arrangement: &Arrangement, problem: &Problem) -> Result<Least, LinalgError> {
        let mut axes = DMatrix::zeros(problem.dimension, problem.rank());
        arrangement.axes.iter().enumerate().for_each(|(j, axis)| axes[(*axis, j)] = 1.0);
        let signed = |pairs: &DMatrix<f64>| {
            let mut signed = pairs.clone();
            signed.column_iter_mut().zip(&arrangement.signs).for_each(|(mut column, sign)| column *= *sign);
            signed
        };
        Ok(Least {
            v: least(&axes, &signed(&problem.pairs_v))?,
            u: least(&axes, &signed(&problem.pairs_u))?,
            factors: arrangement.factors(problem),
        })
    }

    fn energy(&self) -> f64 {
        self.v.energy() + self.u.energy()
    }
}

/// The proper V and U of (near-)least Σθ².
pub(super) fn least_rotation(problem: &Problem) -> Result<Least, LinalgError> {
    if problem.dimension.pow(3) > IMPROVEMENT_WORK {
        return Least::new(&assigned(problem)?, problem);
    }
    let mut candidates = Vec::new();
    if problem.dimension <= EXHAUSTIVE_DIMENSION {
        for candidate in exhaustive(problem)? {
            candidates.push(polish(candidate, problem)?);
        }
    } else {
        candidates.push(descend(problem)?);
        if !problem.clusters.is_empty() && problem.dimension <= MANY_STARTS_DIMENSION {
            for seed in 0..OTHER_STARTS {
                candidates.push(descend(&problem.with_turned_clusters(seed)?)?);
            }
        }
    }
    let mut best: Option<Candidate> = None;
    for candidate in candidates {
        if best.as_ref().is_none_or(|best| candidate.energy < best.energy * CLEARLY_BETTER) {
            best = Some(candidate);
        }
    }
    let best = best.ok_or(LinalgError::NotConverged {
        method: "search for the least rotation",
        rows: problem.dimension,
        columns: problem.dimension,
    })?;
    let searched = |best: Candidate| {
        let factors = best.arrangement.factors(problem);
        Ok(Least { v: Within::whole(best.v)?, u: Within::whole(best.u)?, factors })
    };
    if problem.nullity() < 2 {
        return searched(best);
    }
    // The search has turned null directions toward the nearest, which is not the least; equal singular values as well.
    let plain = Least::new(&assigned(problem)?, problem)?;
    let completed = Least::new(&best.arrangement.unsigned(), &problem.seen_from(&best))?;
    // The first of equals.
    let better = |one: Least, other: Least| if other.energy() < one.energy() * CLEARLY_BETTER { other } else { one };
    Ok(better(better(plain, completed), searched(best)?))
}

/// From an assignment downhill: discrete moves and the continuous freedom in turn, until neither gains.
fn descend(problem: &Problem) -> Result<Candidate, LinalgError> {
    let mut best = polish(improved(assigned(problem)?.realise(problem)?, problem)?, problem)?;
    if !best.has_freedom(problem) {
        return Ok(best);
    }
    for _ in 1..ROUNDS {
        let here = problem.seen_from(&best);
        let again = polish(improved(best.arrangement.unsigned().realise(&here)?, &here)?, &here)?;
        if again.energy >= best.energy * CLEARLY_BETTER {
            break;
        }
        best = again;
    }
    Ok(best)
}

/// The best few of all arrangements, best first.
fn exhaustive(problem: &Problem) -> Result<Vec<Candidate>, LinalgError> {
    let rank = problem.rank();
    let mut best: Vec<Candidate> = Vec::new();
    for axes in orders(problem.dimension, rank) {
        for pattern in 0..1_u32 << rank {
            let signs = (0..rank).map(|j| if pattern >> j & 1 == 0 { 1.0 } else { -1.0 }).collect();
            let arrangement = Arrangement { axes: axes.clone(), signs };
            if !arrangement.is_proper(problem) {
                continue;
            }
            let candidate = arrangement.realise(problem)?;
            let position =
                best.iter().position(|kept| candidate.energy < kept.energy * CLEARLY_BETTER).unwrap_or(best.len());
            if position < POLISHED {
                best.insert(position, candidate);
                best.truncate(POLISHED);
            }
        }
    }
    Ok(best)
}

/// All ways to put `count` pairs on `dimension` axes, in lexicographic order.
fn orders(dimension: usize, count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        all = all
            .iter()
            .flat_map(|order| {
                (0..dimension).filter(|axis| !order.contains(axis)).map(|axis| [order.as_slice(), &[axis]].concat())
            })
            .collect();
    }
    all
}

/// The linear assignment on |V + U|, with the sign of that entry. An axis that is left to null directions gains what
/// their rows weigh there, so that is what a pair must be worth more than.
fn assigned(problem: &Problem) -> Result<Arrangement, LinalgError> {
    let (rank, dimension) = (problem.rank(), problem.dimension);
    let sum = &problem.pairs_v + &problem.pairs_u;
    let row_norms = |null: &DMatrix<f64>, axis: usize| null.row(axis).norm();
    let forgone: Vec<f64> =
        (0..dimension).map(|axis| row_norms(&problem.null_v, axis) + row_norms(&problem.null_u, axis)).collect();
    if rank == 0 {
        return Ok(Arrangement { axes: Vec::new(), signs: Vec::new() });
    }
    let weights = Matrix::from_fn(rank, dimension, |(j, axis)| {
        ((sum[(axis, j)].abs() - forgone[axis]) * WEIGHT_SCALE).round() as i64
    });
    let (_, axes) = kuhn_munkres(&weights);
    let signs = axes.iter().enumerate().map(|(j, axis)| if sum[(*axis, j)] < 0.0 { -1.0 } else { 1.0 }).collect();
    let mut arrangement = Arrangement { axes, signs };
    if !arrangement.is_proper(problem) {
        let alignment = |j: usize| sum[(arrangement.axes[j], j)].abs();
        let weakest = (0..rank).min_by(|one, other| alignment(*one).total_cmp(&alignment(*other)));
        if let Some(weakest) = weakest {
            arrangement.signs[weakest] *= -1.0;
        }
    }
    Ok(arrangement)
}

/// Improves an arrangement by swaps and sign changes. Moves are tried in the order of what they do to the linear
/// measure tr V + tr U, which is cheap; the true Σθ² decides.
fn improved(mut best: Candidate, problem: &Problem) -> Result<Candidate, LinalgError> {
    let mut evaluations = (IMPROVEMENT_WORK / problem.dimension.pow(3)).min(IMPROVEMENT_EVALUATIONS);
    let mut improves = true;
    while improves && evaluations > 0 {
        improves = false;
        let from = best.arrangement.clone();
        // At most as many neighbours as evaluations are left.
        for arrangement in neighbours(&from, problem, evaluations) {
            evaluations -= 1;
            let candidate = arrangement.realise(problem)?;
            if candidate.energy < best.energy * CLEARLY_BETTER {
                best = candidate;
                improves = true;
                break;
            }
        }
    }
    Ok(best)
}

/// Proper arrangements one move away, the most promising first, at most `most` of them.
fn neighbours(from: &Arrangement, problem: &Problem, most: usize) -> impl Iterator<Item = Arrangement> {
    let sum = &problem.pairs_v + &problem.pairs_u;
    let free = from.free_axes(problem.dimension);
    let both = [false, true];
    let mut moves: Vec<Move> = Vec::new();
    for j in 0..problem.rank() {
        moves.push(Move::Flip(j));
        moves.extend(free.iter().flat_map(|axis| both.map(|flip| Move::Shift { j, axis: *axis, flip })));
        for k in j + 1..problem.rank() {
            for first in both {
                moves.extend(both.map(|second| Move::Pair { j, k, swap: true, flips: [first, second] }));
            }
            moves.push(Move::Pair { j, k, swap: false, flips: [true, true] });
        }
    }
    if problem.nullity() == 0 {
        moves.retain(|change| !change.reflects());
    }
    let mut ranked: Vec<(f64, Move)> = moves.into_iter().map(|change| (change.gain(from, &sum), change)).collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    ranked.truncate(most);
    ranked.into_iter().map(|(_, change)| change.applied(from))
}
