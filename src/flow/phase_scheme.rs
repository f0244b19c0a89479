//! How a phase's velocity field is followed: exactly, or in steps.
//!
//! Every linear phase has a constant (or, for a straight compression, scalar) generator, so following it multiplies
//! each of its eigendirections by a number: a complex one in a plane that turns, a real one along an axis. The exact
//! flow and its discretizations differ in these numbers alone.

use std::fmt::Debug;

use super::CompressionLaw;

/// The numbers by which a phase multiplies its eigendirections from its start to phase time s ∈ [0, 1].
pub trait PhaseScheme: Debug + Send + Sync {
    /// The complex factor (re, im) in a plane that turns by `angle` (radians) over the whole phase.
    fn plane(&self, angle: f64, s: f64) -> (f64, f64);

    /// The factor along a direction that is multiplied by `sigma` ≥ 0 over the whole phase.
    fn axis(&self, law: CompressionLaw, sigma: f64, s: f64) -> f64;

    /// Whether coordinates beyond a layer's width are exactly 0 when it ends (a discretized rotation leaves some).
    fn is_exact(&self) -> bool;
}

/// The flow itself.
#[derive(Clone, Copy, Debug)]
pub struct ExactScheme;

impl PhaseScheme for ExactScheme {
    fn plane(&self, angle: f64, s: f64) -> (f64, f64) {
        let (sin, cos) = (s * angle).sin_cos();
        (cos, sin)
    }

    fn axis(&self, law: CompressionLaw, sigma: f64, s: f64) -> f64 {
        law.factor(sigma, s)
    }

    fn is_exact(&self) -> bool {
        true
    }
}
