//! How a gradient becomes a step.

use pulp::Arch;

use super::TrainingError;

/// How a gradient g becomes a step of the parameters θ, at the learning rate η.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimiser {
    /// v ← μ·v + g, θ ← θ − η·v.
    Sgd {
        /// μ, from 0 (plain gradient descent) to below 1.
        momentum: f64,
    },
    /// Adam (Kingma and Ba 2015) with β₁ = 0.9, β₂ = 0.999, ε = 1e-8 and corrected bias.
    Adam,
}

/// The momentum of SGD where none is given.
pub const DEFAULT_MOMENTUM: f64 = 0.9;
/// Adam's memory of the gradient.
const BETA_1: f64 = 0.9;
/// Adam's memory of the squared gradient.
const BETA_2: f64 = 0.999;
/// What keeps Adam's quotient finite.
const EPSILON: f64 = 1e-8;

impl Optimiser {
    /// Both, in the order in which menus show them.
    pub const ALL: [Optimiser; 2] = [Optimiser::Adam, Optimiser::Sgd { momentum: DEFAULT_MOMENTUM }];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Optimiser::Sgd { .. } => "sgd",
            Optimiser::Adam => "adam",
        }
    }

    /// The optimiser of this name, with its default momentum.
    pub fn from_name(name: &str) -> Option<Optimiser> {
        Optimiser::ALL.into_iter().find(|optimiser| optimiser.name() == name)
    }

    /// The learning rate that suits it for small networks.
    pub fn default_rate(self) -> f64 {
        match self {
            Optimiser::Sgd { .. } => 0.1,
            Optimiser::Adam => 0.01,
        }
    }

    /// # Errors
    /// If the momentum is not at least 0 and below 1.
    pub fn check(self) -> Result<(), TrainingError> {
        match self {
            Optimiser::Sgd { momentum } if !(0.0..1.0).contains(&momentum) => {
                let range = "at least 0 and below 1";
                Err(TrainingError::Option { option: "momentum", value: momentum, range })
            }
            _ => Ok(()),
        }
    }
}

/// What an optimiser remembers of earlier gradients.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OptimiserState {
    /// The gradient's moving mean, or the velocity.
    pub first: Vec<f64>,
    /// The squared gradient's moving mean.
    pub second: Vec<f64>,
    /// The steps taken.
    pub steps: u64,
}

impl OptimiserState {
    pub fn new(parameters: usize) -> OptimiserState {
        OptimiserState { first: vec![0.0; parameters], second: vec![0.0; parameters], steps: 0 }
    }

    /// One step of `parameters` down `gradient`.
    pub fn step(&mut self, arch: Arch, optimiser: Optimiser, rate: f64, parameters: &mut [f64], gradient: &[f64]) {
        self.steps += 1;
        let (first, second) = (&mut self.first, &mut self.second);
        match optimiser {
            Optimiser::Sgd { momentum } => arch.dispatch(
                #[inline(always)]
                || {
                    for ((x, g), v) in parameters.iter_mut().zip(gradient).zip(first) {
                        *v = momentum * *v + g;
                        *x -= rate * *v;
                    }
                },
            ),
            Optimiser::Adam => {
                let steps = i32::try_from(self.steps).unwrap_or(i32::MAX);
                let correction = (1.0 - BETA_2.powi(steps)).sqrt();
                let size = rate / (1.0 - BETA_1.powi(steps));
                arch.dispatch(
                    #[inline(always)]
                    || {
                        for (((x, g), m), v) in parameters.iter_mut().zip(gradient).zip(first).zip(second) {
                            *m = BETA_1 * *m + (1.0 - BETA_1) * g;
                            *v = BETA_2 * *v + (1.0 - BETA_2) * g * g;
                            *x -= size * *m / (v.sqrt() / correction + EPSILON);
                        }
                    },
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_steps_by_hand() {
        let mut memory = OptimiserState::new(1);
        let mut x = [1.0];
        memory.step(Arch::new(), Optimiser::Sgd { momentum: 0.5 }, 0.1, &mut x, &[2.0]);
        memory.step(Arch::new(), Optimiser::Sgd { momentum: 0.5 }, 0.1, &mut x, &[2.0]);
        assert!((x[0] - (1.0 - 0.2 - 0.3)).abs() < 1e-15);
        // Adam's first step is the learning rate, whatever the gradient's size.
        let (mut memory, mut x) = (OptimiserState::new(2), [1.0, 1.0]);
        memory.step(Arch::new(), Optimiser::Adam, 0.1, &mut x, &[1e3, -1e-3]);
        assert!((x[0] - 0.9).abs() < 1e-9 && (x[1] - 1.1).abs() < 1e-5);
    }
}
