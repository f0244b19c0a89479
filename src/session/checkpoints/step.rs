//! One checkpoint of a training.

use std::sync::Arc;

use super::detail::StepDetail;
use crate::formats::Checkpoint;

/// One checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckpointStep {
    /// Its file.
    pub file: Checkpoint,
    /// Why it cannot be shown, a sentence; `None` as long as nothing is known against it.
    pub problem: Option<String>,
    /// How the network of this step does on the data, where it was on show.
    pub measure: Option<StepMeasure>,
    /// What its weights and gradients are like, where it was read.
    pub detail: Option<Arc<StepDetail>>,
    /// How many findings it has, where it was on show and was checked.
    pub findings: Option<usize>,
}

/// How a network does on the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepMeasure {
    /// The mean loss; `None` without labels.
    pub loss: Option<f64>,
    /// The share of right predictions; `None` without classes.
    pub accuracy: Option<f64>,
}

impl CheckpointStep {
    /// A file of which nothing is known.
    pub(super) fn new(file: Checkpoint) -> CheckpointStep {
        CheckpointStep { file, problem: None, measure: None, detail: None, findings: None }
    }

    /// The step as its name tells it, else the file's name.
    pub fn label(&self) -> String {
        match self.file.step {
            Some(step) => format!("step {step}"),
            None => self.name(),
        }
    }

    /// The file's name.
    pub fn name(&self) -> String {
        crate::session::file_name(&self.file.path)
    }
}
