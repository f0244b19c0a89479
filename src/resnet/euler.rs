//! Euler's method in each phase: N steps x ← x + h·v(x), h = 1/N.
//!
//! A linear phase's velocity is a constant generator, so a step multiplies each eigendirection by 1 + hλ: a plane that
//! turns by θ by 1 + iθ/N (it grows by (1 + (θ/N)²)^{1/2} and turns by atan(θ/N)), an axis that is multiplied by σ by
//! 1 + ln σ/N. A direction that is lost, and the straight law, have a velocity −1/(1−s) or (σ−1)/(1 + s(σ−1)) whose
//! Euler factors telescope: they are exact for every N. Between two steps a path is straight.

use crate::flow::{CompressionLaw, Exactly, Follow};

/// Follows every phase in this many Euler steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct EulerSteps(pub usize);

impl EulerSteps {
    /// The whole steps before phase time s, and the part of the next one.
    fn split(self, s: f64) -> (i32, f64) {
        let steps = self.0.max(1) as f64;
        let done = (s * steps).floor().clamp(0.0, steps);
        (done as i32, s * steps - done)
    }
}

impl Follow for EulerSteps {
    fn plane(&self, angle: f64, s: f64) -> (f64, f64) {
        let (done, part) = self.split(s);
        let step = angle / self.0.max(1) as f64;
        let length = (1.0 + step * step).sqrt().powi(done);
        let (sin, cos) = (f64::from(done) * step.atan()).sin_cos();
        // Times 1 + i·part·step for the step that is under way.
        (length * (cos - part * step * sin), length * (sin + part * step * cos))
    }

    fn axis(&self, law: CompressionLaw, sigma: f64, s: f64) -> f64 {
        match law {
            CompressionLaw::Geometric if sigma > 0.0 => {
                let (done, part) = self.split(s);
                let step = sigma.ln() / self.0.max(1) as f64;
                (1.0 + step).powi(done) * (1.0 + part * step)
            }
            _ => Exactly.axis(law, sigma, s),
        }
    }

    fn is_exact(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps one by one, as the blocks of the refined network do.
    fn stepped(steps: usize, velocity: impl Fn([f64; 2], f64) -> [f64; 2]) -> [f64; 2] {
        let h = 1.0 / steps as f64;
        (0..steps).fold([1.0, 0.0], |x, r| {
            let v = velocity(x, r as f64 * h);
            [x[0] + h * v[0], x[1] + h * v[1]]
        })
    }

    #[test]
    fn closed_forms_are_what_stepping_gives() {
        for steps in [1, 2, 7, 64, 256] {
            let euler = EulerSteps(steps);
            let angle = 2.3;
            let (re, im) = euler.plane(angle, 1.0);
            let turned = stepped(steps, |x, _| [-angle * x[1], angle * x[0]]);
            assert!((re - turned[0]).abs() < 1e-10 * re.hypot(im) && (im - turned[1]).abs() < 1e-10 * re.hypot(im));
            // The error of a rotation: it grows by (1 + (θ/N)²)^{N/2} and turns by N·atan(θ/N).
            let n = steps as f64;
            let growth = (1.0 + (angle / n).powi(2)).powf(n / 2.0);
            assert!((re.hypot(im) / growth - 1.0).abs() < 1e-9);
            assert!(((re / growth) - (n * (angle / n).atan()).cos()).abs() < 1e-9);
            for sigma in [0.0, 0.3, 1.0, 4.0_f64] {
                let geometric = euler.axis(CompressionLaw::Geometric, sigma, 1.0);
                let expected = if sigma > 0.0 { (1.0 + sigma.ln() / n).powf(n) } else { 0.0 };
                if steps > 1 {
                    assert!((geometric - expected).abs() < 1e-9, "σ = {sigma}, N = {steps}");
                }
                let straight = stepped(steps, |x, s| [(sigma - 1.0) / (1.0 + s * (sigma - 1.0)) * x[0], 0.0]);
                assert!((straight[0] - euler.axis(CompressionLaw::Straight, sigma, 1.0)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn between_steps_the_path_is_straight() {
        let euler = EulerSteps(4);
        for (s, from, to) in [(0.125, 0.0, 0.25), (0.375, 0.25, 0.5)] {
            let middle = euler.plane(1.0, s);
            let (one, other) = (euler.plane(1.0, from), euler.plane(1.0, to));
            assert!((middle.0 - 0.5 * (one.0 + other.0)).abs() < 1e-15);
            assert!((middle.1 - 0.5 * (one.1 + other.1)).abs() < 1e-15);
        }
    }
}
