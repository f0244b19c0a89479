//! The samples to learn from, and those held back to test on.

use std::sync::Arc;

use crate::dataset::{Dataset, Labels, Random};
use crate::network::{Network, NetworkError};

use super::TrainingError;

/// What the network should answer for each sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// An index into the outputs; with one output 0 or 1 itself.
    Classes(Vec<usize>),
    /// The value of the single output.
    Values(Vec<f64>),
}

/// A dataset with its targets, parted into samples to train on and samples to test on.
#[derive(Clone, Debug)]
pub struct TrainingData {
    pub(super) dataset: Arc<Dataset>,
    pub(super) targets: Targets,
    train: Vec<usize>,
    test: Vec<usize>,
}

impl Targets {
    /// The labels as targets of a network with `outputs` outputs.
    ///
    /// # Errors
    /// If there are no labels or more classes than outputs, or there are values and not one output.
    pub fn new(dataset: &Dataset, outputs: usize) -> Result<Targets, TrainingError> {
        match &dataset.labels {
            Labels::None => Err(TrainingError::NoLabels { name: dataset.name.clone() }),
            Labels::Values(_) if outputs != 1 => Err(TrainingError::Values { outputs }),
            Labels::Values(values) => Ok(Targets::Values(values.clone())),
            Labels::Classes { of_sample, .. } => {
                // Two classes fit a single output, as 0 and 1.
                let room = if outputs == 1 { 2 } else { outputs };
                let classes = of_sample.iter().max().map_or(0, |largest| largest + 1);
                if classes > room {
                    return Err(TrainingError::Classes { classes, outputs, needed: classes });
                }
                Ok(Targets::Classes(of_sample.clone()))
            }
        }
    }

    /// What output `position` should be for a sample.
    pub(super) fn value(&self, sample: usize, position: usize, single: bool) -> f64 {
        match self {
            Targets::Classes(classes) if single => classes[sample] as f64,
            Targets::Classes(classes) => f64::from(u8::from(classes[sample] == position)),
            Targets::Values(values) => values[sample],
        }
    }
}

impl TrainingData {
    /// Parts the samples at random, but the same for the same seed; `test_share` of them (0 to below 1) is held back.
    ///
    /// # Errors
    /// If the data does not fit the network, has no fitting labels, or nothing is left to train on.
    pub fn new(
        dataset: Arc<Dataset>,
        network: &Network,
        test_share: f64,
        seed: u64,
    ) -> Result<TrainingData, TrainingError> {
        let (expected, found) = (network.inputs(), dataset.dimension());
        if expected != found {
            return Err(NetworkError::InputWidth { expected, found }.into());
        }
        let targets = Targets::new(&dataset, network.outputs())?;
        if !(0.0..1.0).contains(&test_share) {
            let range = "at least 0 and below 1";
            return Err(TrainingError::Option { option: "test share", value: test_share, range });
        }
        let samples = dataset.samples();
        let mut train = Random::new(seed).permutation(samples);
        // A float below the number of samples is one of their counts.
        let test = train.split_off(samples - (samples as f64 * test_share).round() as usize);
        if train.is_empty() {
            return Err(TrainingError::TooFew { samples, train: 0, test: test.len() });
        }
        Ok(TrainingData { dataset, targets, train, test })
    }

    /// The samples to train on, by their index in the dataset.
    pub fn train(&self) -> &[usize] {
        &self.train
    }

    /// The samples to test on, by their index in the dataset.
    pub fn test(&self) -> &[usize] {
        &self.test
    }

    /// The labels as targets.
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// The dataset.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }
}
