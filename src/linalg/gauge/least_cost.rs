//! The gauge that is least by any measure of a decomposition, found among what the search for the least rotation meets and
//! from there by single changes.

use super::arrangement::Arrangement;
use super::assignment::assigned;
use super::descent;
use super::factors::ProperSvd;
use super::moves::Move;
use super::problem::Problem;
use super::search::{Least, effort, least_rotation};
use super::shared;
use crate::linalg::{LinalgError, Svd};

/// Up to this dimension single changes are tried: each costs two logarithms.
const LARGEST_DIMENSION: usize = 16;
/// Changes that are tried at most.
const TRIES: usize = 600;
/// A change must be better by this share, so that rounding decides no tie.
const CLEARLY_BETTER: f64 = 1.0 - 1e-9;

impl Svd {
    /// The decomposition with proper U and V of which `cost` is (near-)least; never more than that of [`Svd::proper`].
    ///
    /// # Errors
    /// As [`Svd::proper`].
    pub fn proper_of_least(&self, cost: &dyn Fn(&ProperSvd) -> f64) -> Result<ProperSvd, LinalgError> {
        if let Some(shared) = shared::of_orthogonal(self)? {
            return Ok(shared);
        }
        let problem = Problem::new(self)?;
        let mut best = least_rotation(&problem)?.into_proper();
        if problem.rank() == 0 {
            return Ok(best);
        }
        let mut least = cost(&best);
        let mut here: Option<(Arrangement, f64)> = None;
        for (_, arrangement) in descent::from(assigned(&problem), &problem, effort(&problem)) {
            let (other, costs) = costed(&arrangement, &problem, cost)?;
            if costs < least * CLEARLY_BETTER {
                (best, least) = (other, costs);
            }
            if here.as_ref().is_none_or(|(_, before)| costs < *before) {
                here = Some((arrangement, costs));
            }
        }
        if let Some((arrangement, costs)) = here.filter(|_| problem.dimension <= LARGEST_DIMENSION) {
            let (other, costs) = downhill(arrangement, costs, &problem, cost)?;
            if costs < least * CLEARLY_BETTER
                && let Some(other) = other
            {
                best = other;
            }
        }
        Ok(best)
    }
}

fn costed(
    arrangement: &Arrangement,
    problem: &Problem,
    cost: &dyn Fn(&ProperSvd) -> f64,
) -> Result<(ProperSvd, f64), LinalgError> {
    let proper = Least::new(arrangement, problem)?.into_proper();
    let costs = cost(&proper);
    Ok((proper, costs))
}

/// The best that single changes lead to, with its cost; `None` where none gains.
fn downhill(
    mut here: Arrangement,
    mut costs: f64,
    problem: &Problem,
    cost: &dyn Fn(&ProperSvd) -> f64,
) -> Result<(Option<ProperSvd>, f64), LinalgError> {
    let mut best = None;
    let (mut tries, mut gained) = (0, true);
    while std::mem::take(&mut gained) {
        let mut free = here.free_axes(problem.dimension);
        for change in changes(problem.rank(), free.len()) {
            tries += 1;
            if tries > TRIES {
                return Ok((best, costs));
            }
            let (mut next, mut next_free) = (here.clone(), free.clone());
            change.apply(&mut next, &mut next_free);
            let (other, other_costs) = costed(&next, problem, cost)?;
            if other_costs < costs * CLEARLY_BETTER {
                (here, free, costs, best, gained) = (next, next_free, other_costs, Some(other), true);
            }
        }
    }
    Ok((best, costs))
}

/// The changes that keep V and U proper: with free axes also those of one pair.
fn changes(rank: usize, free: usize) -> Vec<Move> {
    let mut all = Vec::new();
    for j in 0..rank {
        for k in j + 1..rank {
            all.push(Move::Flips(j, k));
            all.extend([1.0, -1.0].map(|first| Move::Exchange { j, k, first, second: -first }));
        }
        if free > 0 {
            all.push(Move::Flip(j));
            all.extend((0..free).flat_map(|free| [1.0, -1.0].map(|sign| Move::Shift { j, free, sign })));
        }
    }
    all
}
