//! Streamlines: the lines that follow the field of one moment.
//!
//! Their starts and lengths are fixed on the plane, so that from one moment to the next each of them bends and none
//! appears or vanishes.

use super::nodes::{MAX_WORK, nodes, position};
use super::plane::SlicePlane;
use super::slice::Slice;
use crate::progress::Progress;

/// Starts along the longer side of the plane, at most.
const MAX_STARTS: usize = 11;
/// How far a line reaches from its start both ways, as a share of half the longer side.
const REACH: f64 = 0.34;
/// Steps in which it does.
const STEPS: usize = 24;
/// Slower than this share of the fastest start, a line stands still: it has come to where nothing moves.
const STANDS: f64 = 1e-6;

/// Lines along the slice's velocity, each in the direction of the flow; places from −1 to 1 in both directions.
/// `go_on` is asked before each line; `None` if it says no.
pub(super) fn streamlines(
    slice: &Slice<'_>,
    plane: &SlicePlane,
    go_on: &mut Progress<'_>,
) -> Option<Vec<Vec<[f64; 2]>>> {
    // Four velocities a step, both ways.
    let affordable = MAX_WORK / (slice.cost() * 8 * STEPS);
    let across = nodes(plane, affordable.isqrt().clamp(4, MAX_STARTS));
    let middle = |index: usize, of: usize| position(2 * index + 1, 2 * of + 1);
    let starts: Vec<[f64; 2]> = (0..across[0] * across[1])
        .map(|index| [middle(index % across[0], across[0]), middle(index / across[0], across[1])])
        .collect();
    let speed = |at: &[f64; 2]| slice.velocity(*at).map_or(0.0, |[a, b]| a.hypot(b));
    let fastest = starts.iter().map(speed).filter(|speed| speed.is_finite()).fold(0.0, f64::max);
    if fastest <= 0.0 {
        return Some(Vec::new());
    }
    let length = REACH * plane.half[0].max(plane.half[1]) / STEPS as f64;
    let follow = StreamlineTrace { slice, plane, slowest: STANDS * fastest };
    let mut lines = Vec::with_capacity(starts.len());
    for (index, start) in starts.iter().enumerate() {
        if !go_on(index as f32 / starts.len() as f32, "") {
            return None;
        }
        let mut line = follow.line(*start, -length);
        line.reverse();
        line.push(*start);
        line.extend(follow.line(*start, length));
        if line.len() > 1 {
            lines.push(line);
        }
    }
    Some(lines)
}

struct StreamlineTrace<'a> {
    slice: &'a Slice<'a>,
    plane: &'a SlicePlane,
    slowest: f64,
}

impl StreamlineTrace<'_> {
    /// Steps of `length` (negative: against the flow) from `start`, which is not among them, until the line leaves the
    /// plane, comes to rest, or comes to where there is no velocity.
    fn line(&self, start: [f64; 2], length: f64) -> Vec<[f64; 2]> {
        let mut at = start;
        let mut line = Vec::with_capacity(STEPS);
        for _ in 0..STEPS {
            let Some(next) = self.step(at, length) else { break };
            if next.iter().any(|x| !(-1.0..=1.0).contains(x)) {
                break;
            }
            at = next;
            line.push(at);
        }
        line
    }

    /// One step of the classical Runge–Kutta method along the direction of the velocity.
    fn step(&self, at: [f64; 2], length: f64) -> Option<[f64; 2]> {
        let moved = |by: [f64; 2], share: f64| [0, 1].map(|axis| at[axis] + share * length * by[axis]);
        let first = self.direction(at)?;
        let second = self.direction(moved(first, 0.5))?;
        let third = self.direction(moved(second, 0.5))?;
        let fourth = self.direction(moved(third, 1.0))?;
        // A step that comes to where the flow turns back has passed over a place at which it rests.
        if first[0] * fourth[0] + first[1] * fourth[1] <= 0.0 {
            return None;
        }
        let mean = [0, 1].map(|axis| (first[axis] + 2.0 * (second[axis] + third[axis]) + fourth[axis]) / 6.0);
        Some(moved(mean, 1.0))
    }

    /// The velocity's direction: a unit of length, measured in halves of the plane.
    fn direction(&self, at: [f64; 2]) -> Option<[f64; 2]> {
        let velocity = self.slice.velocity(at).ok()?;
        let speed = velocity[0].hypot(velocity[1]);
        let moves = speed.is_finite() && speed > self.slowest;
        moves.then(|| [0, 1].map(|axis| velocity[axis] / speed / self.plane.half[axis]))
    }
}
