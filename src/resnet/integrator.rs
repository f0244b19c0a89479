//! Each phase in N steps of length h = 1/N: Euler's method, which is the ResNet, and two others to compare it with.
//!
//! A linear phase's velocity is a constant generator, so a step multiplies each eigendirection by the method's
//! stability polynomial p(hλ), which is e^z up to the method's order: for Euler 1 + z. A plane that turns by θ has
//! z = iθ/N (under Euler it grows by (1 + (θ/N)²)^{1/2} and turns by atan(θ/N)), an axis that is multiplied by σ has
//! z = ln σ/N. The velocity of a direction that is lost, −1/(1−s), and of the straight law, (σ−1)/(1 + s(σ−1)), is one
//! number all along a path, as is that of a shift and of an activation: every method reproduces these exactly for every
//! N (RK4 asks for a lost direction's velocity at s = 1 too; the limit there is meant). The continuous limit of a residual
//! block is taken step by step. Between two steps a path is straight.

use nalgebra::DMatrix;

use crate::flow::{CompressionLaw, ExactScheme, PhaseScheme};

/// A method that follows a velocity field in steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Integrator {
    /// x + h·v(x): first order. A step is a block of a ResNet.
    #[default]
    Euler,
    /// The velocity in the middle of an Euler step: second order. As a network a step has two blocks one inside the
    /// other.
    Midpoint,
    /// The classical method of Runge and Kutta: fourth order, four blocks one inside the other.
    Rk4,
}

impl Integrator {
    /// Every method, by its order.
    pub const ALL: [Integrator; 3] = [Integrator::Euler, Integrator::Midpoint, Integrator::Rk4];

    /// The name used in the window.
    pub fn name(self) -> &'static str {
        match self {
            Integrator::Euler => "Euler",
            Integrator::Midpoint => "midpoint",
            Integrator::Rk4 => "RK4",
        }
    }

    /// The name used on the command line and in results.
    pub fn option(self) -> &'static str {
        match self {
            Integrator::Euler => "euler",
            Integrator::Midpoint => "midpoint",
            Integrator::Rk4 => "rk4",
        }
    }

    /// The coefficients of the stability polynomial p, from z⁰ on: those of e^z up to the order.
    fn coefficients(self) -> &'static [f64] {
        match self {
            Integrator::Euler => &[1.0, 1.0],
            Integrator::Midpoint => &[1.0, 1.0, 0.5],
            Integrator::Rk4 => &[1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0],
        }
    }

    /// p(z) for complex z = (re, im).
    fn factor(self, (re, im): (f64, f64)) -> (f64, f64) {
        self.coefficients()
            .iter()
            .rev()
            .fold((0.0, 0.0), |(a, b), coefficient| (a * re - b * im + coefficient, a * im + b * re))
    }

    /// How many velocities a step looks at.
    pub(super) fn stages(self) -> usize {
        match self {
            Integrator::Euler => 1,
            Integrator::Midpoint => 2,
            Integrator::Rk4 => 4,
        }
    }

    /// The mean velocity of one step of length h from `x`.
    fn slope(self, velocity: &dyn Fn(&DMatrix<f64>) -> DMatrix<f64>, x: &DMatrix<f64>, h: f64) -> DMatrix<f64> {
        let first = velocity(x);
        match self {
            Integrator::Euler => first,
            Integrator::Midpoint => velocity(&(x + first * (0.5 * h))),
            Integrator::Rk4 => {
                let second = velocity(&(x + &first * (0.5 * h)));
                let third = velocity(&(x + &second * (0.5 * h)));
                let fourth = velocity(&(x + &third * h));
                (first + (second + third) * 2.0 + fourth) / 6.0
            }
        }
    }

    /// The −z from which on a direction that shrinks comes out wrong: under Euler it changes sign, p(z) ≤ 0; the
    /// polynomials of even order are positive, but p(z) ≥ 1 makes it grow.
    pub(super) fn steepest_descent(self) -> f64 {
        match self {
            Integrator::Euler => 1.0,
            Integrator::Midpoint => 2.0,
            // The real root of p(z) = 1 beside 0, that of z³ + 4z² + 12z + 24.
            Integrator::Rk4 => 2.785_293_563_405_282,
        }
    }
}

/// Follows every phase in this many steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    /// The method.
    pub integrator: Integrator,
    /// N.
    pub steps: usize,
}

impl Steps {
    /// The whole steps before phase time s, and the part of the next one.
    fn split(self, s: f64) -> (i32, f64) {
        let steps = self.count();
        let done = (s * steps).floor().clamp(0.0, steps);
        (done as i32, s * steps - done)
    }

    /// Moves the columns of `points` by so much of s, from where a step begins, along a velocity that does not depend on s.
    pub(super) fn along(
        self,
        velocity: &dyn Fn(&DMatrix<f64>) -> DMatrix<f64>,
        duration: f64,
        points: &mut DMatrix<f64>,
    ) {
        let (done, part) = self.split(duration);
        let h = 1.0 / self.count();
        for _ in 0..done {
            *points += self.integrator.slope(velocity, points, h) * h;
        }
        if part > 0.0 {
            *points += self.integrator.slope(velocity, points, h) * (part * h);
        }
    }

    fn count(self) -> f64 {
        self.steps.max(1) as f64
    }
}

impl PhaseScheme for Steps {
    fn plane(&self, angle: f64, s: f64) -> (f64, f64) {
        let (done, part) = self.split(s);
        let (re, im) = self.integrator.factor((0.0, angle / self.count()));
        let length = re.hypot(im).powi(done);
        let (sin, cos) = (f64::from(done) * im.atan2(re)).sin_cos();
        // Times 1 + part·(p − 1) for the step that is under way.
        let (along, across) = (1.0 + part * (re - 1.0), part * im);
        (length * (cos * along - sin * across), length * (sin * along + cos * across))
    }

    fn axis(&self, law: CompressionLaw, sigma: f64, s: f64) -> f64 {
        match law {
            CompressionLaw::Geometric if sigma > 0.0 => {
                let (done, part) = self.split(s);
                let (factor, _) = self.integrator.factor((sigma.ln() / self.count(), 0.0));
                factor.powi(done) * (1.0 + part * (factor - 1.0))
            }
            _ => ExactScheme.axis(law, sigma, s),
        }
    }

    fn is_exact(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps one by one, by the methods as textbooks give them.
    fn stepped(by: Steps, velocity: impl Fn([f64; 2], f64) -> [f64; 2]) -> [f64; 2] {
        let h = 1.0 / by.steps as f64;
        let moved = |x: [f64; 2], v: [f64; 2], h: f64| [x[0] + h * v[0], x[1] + h * v[1]];
        (0..by.steps).fold([1.0, 0.0], |x, r| {
            let s = r as f64 * h;
            let first = velocity(x, s);
            match by.integrator {
                Integrator::Euler => moved(x, first, h),
                Integrator::Midpoint => moved(x, velocity(moved(x, first, 0.5 * h), s + 0.5 * h), h),
                Integrator::Rk4 => {
                    let second = velocity(moved(x, first, 0.5 * h), s + 0.5 * h);
                    let third = velocity(moved(x, second, 0.5 * h), s + 0.5 * h);
                    let fourth = velocity(moved(x, third, h), s + h);
                    let sum = |i: usize| (first[i] + 2.0 * second[i] + 2.0 * third[i] + fourth[i]) / 6.0;
                    moved(x, [sum(0), sum(1)], h)
                }
            }
        })
    }

    #[test]
    fn closed_forms_are_what_stepping_gives() {
        for (integrator, steps) in Integrator::ALL.into_iter().flat_map(|by| [1, 2, 7, 64, 256].map(|n| (by, n))) {
            let by = Steps { integrator, steps };
            let angle = 2.3;
            let (re, im) = by.plane(angle, 1.0);
            let turned = stepped(by, |x, _| [-angle * x[1], angle * x[0]]);
            assert!((re - turned[0]).abs() < 1e-10 * re.hypot(im) && (im - turned[1]).abs() < 1e-10 * re.hypot(im));
            for sigma in [0.0, 0.3, 1.0, 4.0_f64] {
                if sigma > 0.0 {
                    let rate = sigma.ln();
                    let shrunk = stepped(by, |x, _| [rate * x[0], 0.0]);
                    assert!((shrunk[0] - by.axis(CompressionLaw::Geometric, sigma, 1.0)).abs() < 1e-10);
                } else if integrator == Integrator::Rk4 {
                    // Its last velocity would be 0/0.
                    continue;
                }
                let straight = stepped(by, |x, s| [(sigma - 1.0) / (1.0 + s * (sigma - 1.0)) * x[0], 0.0]);
                assert!((straight[0] - by.axis(CompressionLaw::Straight, sigma, 1.0)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn euler_has_the_errors_of_the_model() {
        for steps in [2, 7, 64, 256] {
            let (euler, n, angle) = (Steps { integrator: Integrator::Euler, steps }, steps as f64, 2.3);
            let (re, im) = euler.plane(angle, 1.0);
            // A rotation grows by (1 + (θ/N)²)^{N/2} and turns by N·atan(θ/N).
            let growth = (1.0 + (angle / n).powi(2)).powf(n / 2.0);
            assert!((re.hypot(im) / growth - 1.0).abs() < 1e-9);
            assert!(((re / growth) - (n * (angle / n).atan()).cos()).abs() < 1e-9);
            for sigma in [0.3, 1.0, 4.0_f64] {
                let expected = (1.0 + sigma.ln() / n).powf(n);
                assert!((euler.axis(CompressionLaw::Geometric, sigma, 1.0) - expected).abs() < 1e-9);
            }
            assert_eq!(euler.axis(CompressionLaw::Geometric, 0.0, 1.0), 0.0);
        }
    }

    #[test]
    fn a_direction_that_shrinks_comes_out_wrong_from_the_steepest_descent_on() {
        for integrator in Integrator::ALL {
            let factor = |z: f64| integrator.factor((z, 0.0)).0;
            let limit = integrator.steepest_descent();
            let is_right = |z: f64| (0.0..1.0).contains(&factor(z));
            assert!(is_right(-limit * (1.0 - 1e-9)) && !is_right(-limit * (1.0 + 1e-9)), "{integrator:?}");
        }
    }

    #[test]
    fn between_steps_the_path_is_straight() {
        for integrator in Integrator::ALL {
            let by = Steps { integrator, steps: 4 };
            for (s, from, to) in [(0.125, 0.0, 0.25), (0.375, 0.25, 0.5)] {
                let middle = by.plane(1.0, s);
                let (one, other) = (by.plane(1.0, from), by.plane(1.0, to));
                assert!((middle.0 - 0.5 * (one.0 + other.0)).abs() < 1e-14);
                assert!((middle.1 - 0.5 * (one.1 + other.1)).abs() < 1e-14);
            }
        }
    }
}
