//! The choices of a training run.

use crate::dataset::{Dataset, Labels};

use super::plan::LARGEST_NARROW_INPUT;
use super::{Loss, Objective, Optimiser, TrainingError};

/// How the learning rate changes from epoch to epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Schedule {
    /// It stays.
    Constant,
    /// It is multiplied by `factor` after every `epochs` epochs.
    Step {
        /// The epochs between two changes.
        epochs: usize,
        /// What the rate is multiplied by, above 0 and at most 1.
        factor: f64,
    },
    /// It falls along half a cosine to a hundredth at the last epoch.
    #[default]
    Cosine,
}

/// Everything that decides a training run, beside the network and the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainingOptions {
    /// What is made small.
    pub objective: Objective,
    /// How a gradient becomes a step.
    pub optimiser: Optimiser,
    /// η, the learning rate at the start.
    pub rate: f64,
    /// How it changes.
    pub schedule: Schedule,
    /// The samples of one step.
    pub batch: usize,
    /// The epochs after which training ends; in each, every sample to train on is used once.
    pub epochs: usize,
    /// The share of the samples that is held back to test on, from 0 to below 1.
    pub test_share: f64,
    /// Decides which samples are held back and the order in which the others come.
    pub seed: u64,
}

/// The learning rate, the decay and the epochs for data of many coordinates.
const WIDE_RATE: f64 = 0.003;
const WIDE_DECAY: f64 = 0.001;
const WIDE_EPOCHS: usize = 60;
/// What is left of the learning rate at the end of the cosine.
const COSINE_REST: f64 = 0.01;
/// The largest batch: its activations must fit in memory.
pub(super) const LARGEST_BATCH: usize = 65_536;
/// The most epochs of a run, more than anyone waits for.
const MAX_EPOCHS: usize = 1_000_000;

impl Default for TrainingOptions {
    fn default() -> TrainingOptions {
        TrainingOptions {
            objective: Objective::default(),
            optimiser: Optimiser::Adam,
            rate: Optimiser::Adam.default_rate(),
            schedule: Schedule::default(),
            batch: 32,
            epochs: 200,
            test_share: 0.2,
            seed: 0,
        }
    }
}

impl Schedule {
    /// All of them, in the order in which menus show them.
    pub const ALL: [Schedule; 3] = [Schedule::Cosine, Schedule::Constant, Schedule::Step { epochs: 50, factor: 0.5 }];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Schedule::Constant => "constant",
            Schedule::Step { .. } => "step",
            Schedule::Cosine => "cosine",
        }
    }

    /// How the rate changes, as it is shown.
    pub fn rule(self) -> String {
        match self {
            Schedule::Constant => "the rate stays".to_owned(),
            Schedule::Step { epochs, factor } => format!("the rate is multiplied by {factor} every {epochs} epochs"),
            Schedule::Cosine => {
                let rest = 1.0 - COSINE_REST;
                format!(
                    "rate·({COSINE_REST} + {rest}·(1 + cos(π·e/E))/2) in epoch e, from 0, of E: it ends at a hundredth"
                )
            }
        }
    }

    /// The schedule of this name, with its default numbers.
    pub fn from_name(name: &str) -> Option<Schedule> {
        Schedule::ALL.into_iter().find(|schedule| schedule.name() == name)
    }

    /// The share of the learning rate in an epoch (from 0) of a run of `epochs`.
    pub fn share(self, epoch: usize, epochs: usize) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Step { epochs, factor } => factor.powi(i32::try_from(epoch / epochs.max(1)).unwrap_or(i32::MAX)),
            Schedule::Cosine => {
                let part = (epoch as f64 / epochs.max(1) as f64).min(1.0);
                COSINE_REST + (1.0 - COSINE_REST) * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * part))
            }
        }
    }
}

impl TrainingOptions {
    /// The options for [`NetworkPlan::of_data`]: for many inputs smaller steps, fewer epochs and some decay, because such a
    /// network could learn every sample by heart.
    ///
    /// [`NetworkPlan::of_data`]: super::NetworkPlan::of_data
    pub fn of_data(dataset: &Dataset) -> TrainingOptions {
        let loss = match dataset.labels {
            Labels::Classes { .. } => Loss::CrossEntropy,
            Labels::Values(_) | Labels::None => Loss::SquaredError,
        };
        let options = TrainingOptions { objective: Objective { loss, ..Objective::default() }, ..Default::default() };
        if dataset.dimension() <= LARGEST_NARROW_INPUT {
            return options;
        }
        let objective = Objective { decay: WIDE_DECAY, ..options.objective };
        TrainingOptions { objective, rate: WIDE_RATE, epochs: WIDE_EPOCHS, ..options }
    }

    /// The learning rate in an epoch, counted from 0.
    pub fn rate_in(&self, epoch: usize) -> f64 {
        self.rate * self.schedule.share(epoch, self.epochs)
    }

    /// # Errors
    /// If a number is outside what makes sense; the error names it and its range.
    pub fn check(&self) -> Result<(), TrainingError> {
        self.objective.check()?;
        self.optimiser.check()?;
        let refused = |option, value, range| Err(TrainingError::Option { option, value, range });
        if !(self.rate.is_finite() && self.rate > 0.0) {
            return refused("learning rate", self.rate, "above 0 and finite");
        }
        if !(1..=LARGEST_BATCH).contains(&self.batch) {
            return refused("batch size", self.batch as f64, "from 1 to 65536");
        }
        if !(1..=MAX_EPOCHS).contains(&self.epochs) {
            return refused("number of epochs", self.epochs as f64, "from 1 to 1000000");
        }
        if !(0.0..1.0).contains(&self.test_share) {
            return refused("test share", self.test_share, "at least 0 and below 1");
        }
        match self.schedule {
            Schedule::Step { epochs: 0, .. } => refused("epochs between steps", 0.0, "1 or more"),
            Schedule::Step { factor, .. } if !(factor > 0.0 && factor <= 1.0) => {
                refused("factor of the steps", factor, "above 0 and at most 1")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_their_schedule() {
        let rates = |schedule| {
            let options = TrainingOptions { schedule, rate: 1.0, epochs: 100, ..TrainingOptions::default() };
            [0, 50, 100, 1000].map(|epoch| options.rate_in(epoch))
        };
        assert_eq!(rates(Schedule::Constant), [1.0; 4]);
        assert_eq!(rates(Schedule::Step { epochs: 50, factor: 0.5 }), [1.0, 0.5, 0.25, 0.5_f64.powi(20)]);
        let cosine = rates(Schedule::Cosine);
        assert!((cosine[1] - 0.505).abs() < 1e-12 && cosine[2] == 0.01 && cosine[3] == 0.01 && cosine[0] == 1.0);
    }

    #[test]
    fn numbers_without_sense_are_named() {
        let options = TrainingOptions::default();
        let sentence = |options: TrainingOptions| options.check().unwrap_err().to_string();
        assert_eq!(options.check(), Ok(()));
        assert_eq!(
            sentence(TrainingOptions { rate: f64::NAN, ..options }),
            "the learning rate is NaN, but must be above 0 and finite"
        );
        assert!(sentence(TrainingOptions { batch: 0, ..options }).contains("batch size is 0"));
        assert!(sentence(TrainingOptions { test_share: 1.0, ..options }).contains("test share is 1"));
        let step = Schedule::Step { epochs: 0, factor: 0.5 };
        assert!(sentence(TrainingOptions { schedule: step, ..options }).contains("epochs between steps"));
        let optimiser = Optimiser::Sgd { momentum: 1.0 };
        assert!(sentence(TrainingOptions { optimiser, ..options }).contains("momentum is 1"));
        let objective = Objective { transport: -1.0, ..Objective::default() };
        assert!(sentence(TrainingOptions { objective, ..options }).contains("transport cost is -1"));
    }
}
