//! What every structured motion answers.

use nalgebra::{DMatrix, DVector};

use crate::flow::NoVelocity;
use crate::network::Residual;

/// A motion of the first `dimension()` coordinates in phase time s ∈ [0, 1].
///
/// `carry`, `trace` and `rates` act on exactly those coordinates; the methods below them take whole positions, check
/// their length and leave the other coordinates at rest.
pub trait StructuredMotion {
    /// How many coordinates it moves.
    fn dimension(&self) -> usize;

    /// From the phase's start to phase time s, in place.
    fn carry(&self, coordinates: &mut [f64], s: f64);

    /// From phase time s back to the phase's start, in place.
    ///
    /// # Errors
    /// Where no path leads through the place, or several do.
    fn trace(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity>;

    /// The velocity at phase time s, per unit of s, in place of the position.
    ///
    /// # Errors
    /// Where no path leads through the place, or several do.
    fn rates(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity>;

    /// s* past which paths cross and there is neither velocity nor inverse; `None` for a motion that never folds.
    fn fold(&self) -> Option<f64> {
        None
    }

    /// Whether every path is a straight line at constant speed, so that one Euler step is as exact as many.
    fn is_straight(&self) -> bool {
        true
    }

    /// Block r of the N of the refined network in a space of `dimension` coordinates, where x + W₂·ReLU(W₁x + b₁) + b₂ gives
    /// Euler's step exactly; `None` where no such block does.
    fn block(&self, _r: usize, _steps: usize, _dimension: usize) -> Option<Residual> {
        None
    }

    /// Where the columns of `start` (ambient coordinates × samples) are at phase time s.
    ///
    /// # Errors
    /// If there are fewer coordinates than the motion moves.
    fn at(&self, start: &DMatrix<f64>, s: f64) -> Result<DMatrix<f64>, NoVelocity> {
        let mut moved = start.clone();
        for mut column in moved.column_iter_mut() {
            self.carry(own(column.as_mut_slice(), self.dimension())?, s);
        }
        Ok(moved)
    }

    /// Where the path that is at `present` at phase time s started.
    ///
    /// # Errors
    /// Where no path leads through the place or several do, and if it has fewer coordinates than the motion moves.
    fn start_of(&self, present: &DVector<f64>, s: f64) -> Result<DVector<f64>, NoVelocity> {
        let mut start = present.clone();
        if s > 0.0 {
            self.trace(own(start.as_mut_slice(), self.dimension())?, s)?;
        }
        Ok(start)
    }

    /// The velocity at `present` at phase time s, per unit of s.
    ///
    /// # Errors
    /// Where no path leads through the place or several do, and if it has fewer coordinates than the motion moves.
    fn velocity(&self, present: &DVector<f64>, s: f64) -> Result<DVector<f64>, NoVelocity> {
        let mut velocity = present.clone();
        self.rates(own(velocity.as_mut_slice(), self.dimension())?, s)?;
        velocity.iter_mut().skip(self.dimension()).for_each(|rest| *rest = 0.0);
        Ok(velocity)
    }

    /// Carries a position from phase time s to the phase's end, in place.
    ///
    /// # Errors
    /// As [`StructuredMotion::start_of`]; none at s = 1, where nothing is left to do.
    fn complete(&self, position: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        let coordinates = own(position, self.dimension())?;
        if s < 1.0 {
            if s > 0.0 {
                self.trace(coordinates, s)?;
            }
            self.carry(coordinates, 1.0);
        }
        Ok(())
    }

    /// Euler's path of N steps along the velocity field, from the columns of `start` to the phase's end. Where the field ends
    /// at a fold, the last step before it takes the rest.
    ///
    /// # Errors
    /// Where there is no velocity on the way, and if there are fewer coordinates than the motion moves.
    fn euler(&self, start: &DMatrix<f64>, steps: usize) -> Result<DMatrix<f64>, NoVelocity> {
        let mut points = start.clone();
        for (s, h) in steps_before_fold(self.fold(), steps) {
            for mut column in points.column_iter_mut() {
                let velocity = self.velocity(&column.clone_owned(), s)?;
                column.axpy(h, &velocity, 1.0);
            }
        }
        Ok(points)
    }
}

/// (s, step length) of N steps of one length; where the field ends at s*, the last that starts before it takes the rest.
pub(super) fn steps_before_fold(fold: Option<f64>, steps: usize) -> Vec<(f64, f64)> {
    let h = 1.0 / steps.max(1) as f64;
    let count = match fold {
        Some(fold) => ((fold * steps as f64).ceil() as usize).clamp(1, steps.max(1)),
        None => steps.max(1),
    };
    let length = |r: usize, s: f64| if r + 1 == count { 1.0 - s } else { h };
    (0..count).map(|r| (r as f64 * h, length(r, r as f64 * h))).collect()
}

/// The coordinates that a motion moves.
fn own(position: &mut [f64], dimension: usize) -> Result<&mut [f64], NoVelocity> {
    let found = position.len();
    position.get_mut(..dimension).ok_or(NoVelocity::Dimension { expected: dimension, found })
}
