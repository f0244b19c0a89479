//! Each group's length goes to about √d: x(s) = x·r(x)^s with r(x) = (‖x‖²/d + ε)^(−½).
//!
//! A path stays on its ray. With ρ = ‖x‖ its radius is ρ(s) = ρ·(ρ²/d + ε)^(−s/2), and
//!
//! d ln ρ(s) / d ln ρ = 1 − s·q/(q + ε),  q = ρ²/d,
//!
//! which is positive for s < 1, and for s = 1 where ε > 0: the radius increases with ρ, no two paths cross, and ρ is found from
//! ρ(s). As d/ds ln ρ(s) = ln r(x), the velocity is v = ln r(x)·x(s).
//!
//! Two radii that differ by a little have at the end only ε/(q + ε) of that difference left: the field contracts, and most of the
//! error of an Euler path with it. That error is first order, but with so small a factor that it falls as 1/N² as long as N is
//! well below q/ε.

use super::motion::StructuredMotion;
use crate::flow::NoVelocity;
use crate::network::{Groups, inverse_length};

/// Newton steps at most. The first may land left of the root, all others approach it from there; see [`start_square`].
const STEPS: usize = 100;

/// The normalisation of groups of coordinates, without the centring, the scale and the shift around it.
#[derive(Clone, Debug, PartialEq)]
pub struct NormaliseMotion {
    groups: Groups,
    epsilon: f64,
}

/// The singular values of x ↦ x·r(x) at a place: one on the tangent space of the sphere, one along x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormaliseSpectrum {
    /// r, d − 1 times.
    pub tangent: f64,
    /// r·ε/(‖x‖²/d + ε), once.
    pub radial: f64,
}

impl NormaliseMotion {
    /// The normalisation of these groups; ε is finite and not negative, as `Normalisation` checks.
    pub fn new(groups: Groups, epsilon: f64) -> NormaliseMotion {
        NormaliseMotion { groups, epsilon }
    }

    /// The groups.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The singular values of each group's Jacobian matrix at `coordinates`, a vector of all groups at the phase's start.
    ///
    /// With q = ‖x‖²/d and r = (q + ε)^(−½), ∇r = −r³x/d, so that the Jacobian r·I + x∇rᵀ has r across x, and along x
    /// r − r³‖x‖²/d = r·(1 − q/(q + ε)) = r·ε/(q + ε).
    pub fn spectra(&self, coordinates: &[f64]) -> Vec<NormaliseSpectrum> {
        let spectrum = |members: &[usize]| {
            let group: Vec<f64> = members.iter().filter_map(|index| coordinates.get(*index).copied()).collect();
            let tangent = inverse_length(&group, self.epsilon);
            NormaliseSpectrum { tangent, radial: tangent * self.epsilon * tangent * tangent }
        };
        self.groups.iter().map(spectrum).collect()
    }

    /// ln r of a group whose present mean square is `square`.
    fn logarithm(&self, square: f64, s: f64) -> Result<f64, NoVelocity> {
        // The centre stays where it is, at any s; without ε no path leads through it.
        if square == 0.0 && self.epsilon > 0.0 {
            return Ok(-0.5 * self.epsilon.ln());
        }
        Ok(-0.5 * (start_square(square, s, self.epsilon)? + self.epsilon).ln())
    }
}

/// q of the start, from the present mean square p of the group: with t = ln q the root of
///
/// h(t) = t − s·ln(eᵗ + ε) − ln p.
///
/// h increases and is concave (its slope 1 − s·q/(q + ε) falls), so a tangent lies above it: a Newton step from the left of the
/// root stays left of it, and one from the right lands left. From left on the steps rise towards the root.
fn start_square(present: f64, s: f64, epsilon: f64) -> Result<f64, NoVelocity> {
    if !present.is_finite() || present <= 0.0 {
        return Err(NoVelocity::OutsideRange);
    }
    if s <= 0.0 {
        return Ok(present);
    }
    if s >= 1.0 {
        // p = q/(q + ε): the sphere of mean square 1 is reached by no finite place.
        let found = epsilon * present / (1.0 - present);
        return if present < 1.0 && found > 0.0 { Ok(found) } else { Err(NoVelocity::OutsideRange) };
    }
    let target = present.ln();
    let mut t = target;
    for _ in 0..STEPS {
        let square = t.exp();
        let excess = t - s * (square + epsilon).ln() - target;
        // As much as one in (q + ε), so that an infinite q (far right of any root) leaves the slope of the limit.
        let slope = 1.0 - s / (1.0 + epsilon / square);
        let step = excess / slope;
        if !step.is_finite() {
            return Err(NoVelocity::OutsideRange);
        }
        t -= step;
        if step.abs() <= f64::EPSILON * (1.0 + t.abs()) {
            break;
        }
    }
    Ok(t.exp())
}

fn mean_square(group: &[f64]) -> f64 {
    group.iter().map(|x| x * x).sum::<f64>() / group.len() as f64
}

impl StructuredMotion for NormaliseMotion {
    fn dimension(&self) -> usize {
        self.groups.width()
    }

    fn carry(&self, coordinates: &mut [f64], s: f64) {
        self.groups.change(coordinates, |group| {
            let inverse = inverse_length(group, self.epsilon);
            let factor = if s >= 1.0 { inverse } else { inverse.powf(s) };
            group.iter_mut().for_each(|x| *x *= factor);
        });
    }

    fn trace(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        let mut result = Ok(());
        self.groups.change(coordinates, |group| match self.logarithm(mean_square(group), s) {
            Ok(logarithm) => {
                let factor = (-s * logarithm).exp();
                group.iter_mut().for_each(|x| *x *= factor);
            }
            Err(reason) => result = Err(reason),
        });
        result
    }

    fn rates(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        let mut result = Ok(());
        self.groups.change(coordinates, |group| match self.logarithm(mean_square(group), s) {
            Ok(logarithm) => group.iter_mut().for_each(|x| *x *= logarithm),
            Err(reason) => result = Err(reason),
        });
        result
    }

    fn is_straight(&self) -> bool {
        false
    }
}
