//! Downhill from an arrangement by the estimate, and from there again after small kicks (iterated local search).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::arrangement::Arrangement;
use super::estimate::Estimate;
use super::moves::Move;
use super::problem::Problem;
use super::scan::Scan;

/// A smaller gain in rad² is rounding.
const MIN_GAIN: f64 = 1e-9;
/// Changes that one kick makes, each the least bad of some.
const KICK: usize = 4;
const TRIES: usize = 4;
/// Arrangements that are kept.
const KEPT: usize = 6;

/// How much the search may do, in operations on floating-point numbers (about).
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    pub work: usize,
    pub kicks: usize,
}

/// The few best arrangements met, by their estimate and the best first.
pub(super) fn from(start: Arrangement, problem: &Problem, mut effort: Effort) -> Vec<(f64, Arrangement)> {
    let Some(mut here) = Estimate::new(start.clone(), problem) else { return vec![(f64::INFINITY, start)] };
    let mut met = vec![(here.energy, start)];
    let mut scan = Scan::default();
    if !descend(&mut here, &mut scan, &mut effort.work) {
        return met;
    }
    keep(&mut met, &here);
    // The same kicks for every matrix: the same file gives the same picture.
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut trial = here.clone();
    for _ in 0..effort.kicks {
        if effort.work == 0 {
            break;
        }
        trial.copy_from(&here);
        if !(kick(&mut trial, &mut random) && descend(&mut trial, &mut scan, &mut effort.work)) {
            continue;
        }
        keep(&mut met, &trial);
        if trial.energy < here.energy - MIN_GAIN {
            std::mem::swap(&mut here, &mut trial);
        }
    }
    met
}

fn keep(met: &mut Vec<(f64, Arrangement)>, found: &Estimate<'_>) {
    let is_new = met.iter().all(|(energy, _)| (energy - found.energy).abs() > MIN_GAIN);
    let position = met.iter().position(|(energy, _)| found.energy < *energy).unwrap_or(met.len());
    if is_new && position < KEPT {
        met.insert(position, (found.energy, found.arrangement.clone()));
        met.truncate(KEPT);
    }
}

/// Makes the changes that gain, the largest gain first, until none does or the work is used up. False where a
/// determinant vanished on the way.
fn descend(here: &mut Estimate<'_>, scan: &mut Scan, work: &mut usize) -> bool {
    let (change_cost, scan_cost) = (here.change_cost(), here.scan_cost());
    while *work > 0 {
        *work = work.saturating_sub(scan_cost);
        let gaining = scan.gaining(here, MIN_GAIN);
        if gaining.is_empty() {
            return true;
        }
        for (_, change) in gaining {
            // The changes made since have changed what it gains.
            let gain = here.gain(*change);
            if gain > MIN_GAIN {
                if *work == 0 {
                    return true;
                }
                *work = work.saturating_sub(change_cost);
                if !here.apply(*change, gain) {
                    return false;
                }
            }
        }
    }
    true
}

/// A few changes at random.
fn kick(estimate: &mut Estimate<'_>, random: &mut ChaCha8Rng) -> bool {
    (0..KICK).all(|_| {
        let mut best = (f64::NEG_INFINITY, None);
        for _ in 0..TRIES {
            let Some(change) = random_change(estimate, random) else { continue };
            let gain = estimate.gain(change);
            if gain > best.0 {
                best = (gain, Some(change));
            }
        }
        let (gain, Some(change)) = best else { return true };
        gain.is_finite() && estimate.apply(change, gain)
    })
}

fn random_change(estimate: &Estimate<'_>, random: &mut ChaCha8Rng) -> Option<Move> {
    let (rank, free) = (estimate.rank, estimate.free.len());
    let (j, k) = (random.random_range(0..rank), random.random_range(0..rank));
    let first = if random.random::<bool>() { 1.0 } else { -1.0 };
    Some(match random.random_range(0..3_u8) {
        0 if free > 0 => Move::Shift { j, free: random.random_range(0..free), sign: first },
        1 if free > 0 => Move::Flip(j),
        _ if j == k => return None,
        2 if free == 0 => Move::Flips(j, k),
        _ => Move::Exchange { j, k, first, second: -first },
    })
}
