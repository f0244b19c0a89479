//! What the probes do to a point: settings, and the commands that change them.

use nalgebra::DMatrix;

use crate::diagnostics::probes::Perturbation;

/// The sizes that a perturbation can have, in units of the data.
pub const EPSILONS: [f64; 2] = [1e-6, 1e4];

/// A point that was taken in mid-flow and moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Grab {
    /// Which point.
    pub sample: usize,
    /// At which time.
    pub t: f64,
    /// What the stage showed of the space: two rows of d entries.
    pub rows: DMatrix<f64>,
    /// How far it was moved along these.
    pub by: [f64; 2],
}

/// The choices of the probes.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeSettings {
    /// How the selected point is moved; `None` where it is left alone.
    pub perturbation: Option<Perturbation>,
    /// By how much, in units of the data.
    pub epsilon: f64,
    /// The point that was taken in mid-flow.
    pub grab: Option<Grab>,
    /// The unit that would be taken out of the layer in the panel, from 0.
    pub unit: usize,
    /// The direction that would be, from 0.
    pub direction: usize,
}

/// A change of the probes.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeCommand {
    /// Moves the selected point otherwise, or not any more.
    Perturb(Option<Perturbation>),
    /// By another size.
    Epsilon(f64),
    /// Takes a point and moves it.
    Grab(Grab),
    /// Lets it flow on from there.
    LetGo,
    /// Lets the point be where it was.
    PutBack,
    /// The unit that would be taken out.
    Unit(usize),
    /// The direction that would be taken out.
    Direction(usize),
}

impl Default for ProbeSettings {
    fn default() -> ProbeSettings {
        ProbeSettings { perturbation: None, epsilon: 0.1, grab: None, unit: 0, direction: 0 }
    }
}

impl ProbeSettings {
    /// Carries out a command.
    pub fn apply(&mut self, command: ProbeCommand) {
        match command {
            ProbeCommand::Perturb(perturbation) => self.perturbation = perturbation,
            ProbeCommand::Epsilon(epsilon) if epsilon.is_finite() => {
                self.epsilon = epsilon.clamp(EPSILONS[0], EPSILONS[1]);
            }
            ProbeCommand::Epsilon(_) | ProbeCommand::LetGo => {}
            ProbeCommand::Grab(grab) => self.grab = Some(grab).filter(|grab| grab.by.iter().all(|by| by.is_finite())),
            ProbeCommand::PutBack => self.grab = None,
            ProbeCommand::Unit(unit) => self.unit = unit,
            ProbeCommand::Direction(direction) => self.direction = direction,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stay_in_range_and_wild_moves_are_none() {
        let mut probe = ProbeSettings::default();
        for (asked, expected) in [(1e-9, EPSILONS[0]), (f64::NAN, EPSILONS[0]), (1e9, EPSILONS[1]), (0.3, 0.3)] {
            probe.apply(ProbeCommand::Epsilon(asked));
            assert_eq!(probe.epsilon, expected);
        }
        let grab = |by| ProbeCommand::Grab(Grab { sample: 0, t: 0.5, rows: DMatrix::identity(2, 2), by });
        probe.apply(grab([0.1, 0.2]));
        assert!(probe.grab.is_some());
        probe.apply(grab([f64::NAN, 0.2]));
        assert!(probe.grab.is_none());
    }
}
