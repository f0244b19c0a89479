//! The search for the arrangement of least total rotation.

use super::arrangement::{Arrangement, Candidate};
use super::assignment::assigned;
use super::completion::least_from_axes;
use super::descent::{self, Effort};
use super::exhaustive;
use super::factors::ProperSvd;
use super::polish::polish;
use super::problem::Problem;
use super::within::Within;
use crate::linalg::LinalgError;

/// Up to this dimension no arrangement is better than the one found.
const EXHAUSTIVE_DIMENSION: usize = 7;
/// Up to this dimension the estimate's best few are compared by their angles; and where null directions are free.
const COMPARED_DIMENSION: usize = 15;
const COMPARED_FREE_DIMENSION: usize = 20;
/// Only those whose estimate is within this share of the best.
const COMPARED: f64 = 1.03;
/// Up to this dimension the search does some least work; and where null directions are free, as there the bare
/// decomposition costs less.
const SMALL_DIMENSION: usize = 15;
const SMALL_FREE_DIMENSION: usize = 20;
const SMALL_WORK: usize = 300_000;
/// Kicks at most, and where a search through all arrangements follows.
const KICKS: usize = 40;
const FEW_KICKS: usize = 8;
/// An arrangement must be better by this share to replace an earlier one, so that rounding decides no tie.
const CLEARLY_BETTER: f64 = 1.0 - 1e-9;

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
    /// Both factors as motions.
    pub(super) fn into_proper(self) -> ProperSvd {
        let (rotation_in, rotation_out) = (self.v.inverse_rotation(), self.u.rotation());
        ProperSvd { rotation_in, tilt: None, factors: self.factors, rotation_out }
    }

    /// V and U of an arrangement, null directions so that they turn least.
    pub fn new(arrangement: &Arrangement, problem: &Problem) -> Result<Least, LinalgError> {
        let factors = arrangement.factors(problem);
        if problem.is_given() {
            let (v, u) = arrangement.factor_pair(problem)?;
            return Ok(Least { v: Within::whole(&v)?, u: Within::whole(&u)?, factors });
        }
        let Arrangement { axes, signs } = arrangement;
        let v = least_from_axes(axes, signs, &problem.pairs_v)?;
        Ok(Least { v, u: least_from_axes(axes, signs, &problem.pairs_u)?, factors })
    }

    fn energy(&self) -> f64 {
        self.v.energy() + self.u.energy()
    }
}

/// The proper V and U of (near-)least Σθ².
pub(super) fn least_rotation(problem: &Problem) -> Result<Least, LinalgError> {
    let arrangement = arranged(assigned(problem), problem)?;
    if problem.clusters.is_empty() {
        return Least::new(&arrangement, problem);
    }
    if problem.is_thin {
        // In spaces so large the common bases stay as they were turned toward the axes, in whole factors as well.
        let (plain, least) = (Least::new(&assigned(problem), problem)?, Least::new(&arrangement, problem)?);
        return Ok(if least.energy() < plain.energy() * CLEARLY_BETTER { least } else { plain });
    }
    let mut best = descend(arrangement, problem)?;
    if problem.dimension <= MANY_STARTS_DIMENSION {
        for seed in 0..OTHER_STARTS {
            let turned = problem.with_turned_clusters(seed)?;
            let other = descend(arranged(assigned(&turned), &turned)?, &turned)?;
            if other.energy < best.energy * CLEARLY_BETTER {
                best = other;
            }
        }
    }
    if problem.is_given() {
        let factors = best.arrangement.factors(problem);
        return Ok(Least { v: Within::whole(&best.v)?, u: Within::whole(&best.u)?, factors });
    }
    // The descent has turned null directions toward the nearest, which is not the least; equal singular values as well.
    let plain = Least::new(&assigned(problem), problem)?;
    let completed = Least::new(&best.arrangement.unsigned(), &best.as_seen(problem))?;
    Ok(if completed.energy() < plain.energy() * CLEARLY_BETTER { completed } else { plain })
}

/// The best arrangement that is found from a first one.
fn arranged(start: Arrangement, problem: &Problem) -> Result<Arrangement, LinalgError> {
    if problem.rank() == 0 {
        return Ok(start);
    }
    let is_exhaustive = problem.dimension <= EXHAUSTIVE_DIMENSION;
    let compared = if problem.is_given() { COMPARED_DIMENSION } else { COMPARED_FREE_DIMENSION };
    let met = descent::from(start, problem, effort(problem));
    let Some(((estimate, best), others)) = met.split_first() else { return Ok(assigned(problem)) };
    let mut best = best.clone();
    let worst = if problem.dimension <= compared { estimate * COMPARED } else { 0.0 };
    let rivals: Vec<_> = others.iter().take_while(|(estimate, _)| *estimate < worst).collect();
    if rivals.is_empty() && !is_exhaustive {
        return Ok(best);
    }
    let mut least = exhaustive::energy(&best, problem)?;
    for (_, arrangement) in rivals {
        let energy = exhaustive::energy(arrangement, problem)?;
        if energy < least * CLEARLY_BETTER {
            (best, least) = (arrangement.clone(), energy);
        }
    }
    if is_exhaustive && let Some(better) = exhaustive::better_than(least, problem)? {
        best = better;
    }
    Ok(best)
}

/// As much as keeps the whole, with both logarithms, at three to four times the bare decomposition. In small spaces that
/// is next to nothing, and they are what is looked at most: there it is some tenths of a millisecond.
pub(super) fn effort(problem: &Problem) -> Effort {
    let (d, r) = (problem.dimension, problem.rank());
    let (small, by_size, fixed) =
        if problem.is_given() { (SMALL_DIMENSION, 200, 24_000) } else { (SMALL_FREE_DIMENSION, 60, 0) };
    let least = if d <= small { SMALL_WORK } else { 0 };
    let kicks = if d <= EXHAUSTIVE_DIMENSION { FEW_KICKS } else { KICKS };
    // The logarithms leave little in 16 dimensions, and more in larger spaces.
    let work = (2 * d * r * r / 5 + by_size * d * r).saturating_sub(fixed);
    Effort { work: work.max(least), kicks }
}

/// From an arrangement downhill: the continuous freedom and discrete changes in turn, until neither gains.
fn descend(start: Arrangement, problem: &Problem) -> Result<Candidate, LinalgError> {
    let mut best = polish(start.realise(problem)?, problem)?;
    if !best.has_freedom(problem) {
        return Ok(best);
    }
    for _ in 1..ROUNDS {
        let here = best.as_seen(problem);
        let again = arranged(best.arrangement.unsigned(), &here)?;
        let again = polish(again.realise(&here)?, &here)?;
        if again.energy >= best.energy * CLEARLY_BETTER {
            break;
        }
        best = again;
    }
    Ok(best)
}
