//! The training loop, one step at a time.

use std::sync::Arc;

use pulp::Arch;

use crate::dataset::{Dataset, Random};
use crate::network::Network;
use crate::system::memory;

use super::buffers::Buffers;
use super::data::{Targets, TrainingData};
use super::gradient::{Batch, Pass};
use super::layout::Layout;
use super::optimiser::OptimiserState;
use super::{TrainingError, TrainingOptions};

/// The most numbers of the buffers and the optimiser's memory, 2 GB.
const MAX_NUMBERS: usize = 1 << 28;

/// A network in training.
#[derive(Clone, Debug)]
pub struct Trainer {
    template: Arc<Network>,
    data: Arc<TrainingData>,
    options: TrainingOptions,
    arch: Arch,
    layout: Layout,
    state: TrainingState,
    buffers: Buffers,
    gradients: Vec<f64>,
    /// The parameters before the last step of an epoch.
    before: Vec<f64>,
    /// How much the last step of the epoch changed each layer's weights, as a share of them.
    updates: Vec<f64>,
    /// The samples to train on in the order of the epoch under way.
    order: Vec<usize>,
}

/// Where training has come to; from here it goes on as if it had not been left.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingState {
    parameters: Vec<f64>,
    memory: OptimiserState,
    epoch: usize,
    /// The samples of the epoch under way that have been used.
    used: usize,
    /// The losses and right answers of those samples, each at the step that used it.
    loss: f64,
    right: usize,
}

/// The mean over some samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss, without regularisers.
    pub loss: f64,
    /// The share of samples whose predicted class is their label; `None` for values.
    pub accuracy: Option<f64>,
}

/// How an epoch went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochReport {
    /// The epochs finished.
    pub epoch: usize,
    /// The samples to train on, each at the step that used it.
    pub train: Evaluation,
    /// The samples held back, at the epoch's end; `None` without any.
    pub test: Option<Evaluation>,
    /// ‖ΔW‖/‖W‖ of the whole network in the epoch's last step.
    pub update: f64,
}

impl Trainer {
    /// Gets ready to train `network`; it begins from the parameters that the network has.
    ///
    /// # Errors
    /// If an option makes no sense, the data does not fit the network, or the memory would not suffice.
    pub fn new(
        network: Arc<Network>,
        dataset: Arc<Dataset>,
        options: TrainingOptions,
    ) -> Result<Trainer, TrainingError> {
        options.check()?;
        options.objective.loss.check(network.output())?;
        let data = TrainingData::new(dataset, &network, options.test_share, options.seed)?;
        let layout = Layout::new(&network)?;
        let batch = options.batch.min(data.train().len());
        let numbers = Buffers::numbers(&layout, network.inputs(), batch).saturating_add(5 * layout.length);
        if numbers > MAX_NUMBERS {
            return Err(TrainingError::TooLarge { parameters: layout.length, limit: MAX_NUMBERS });
        }
        memory::check((numbers as u64).saturating_mul(size_of::<f64>() as u64))?;
        let state = TrainingState {
            parameters: layout.gather(&network),
            memory: OptimiserState::new(layout.length),
            epoch: 0,
            used: 0,
            loss: 0.0,
            right: 0,
        };
        let mut trainer = Trainer {
            buffers: Buffers::new(&layout, network.inputs(), batch),
            gradients: vec![0.0; layout.length],
            before: Vec::new(),
            updates: Vec::new(),
            order: Vec::with_capacity(data.train().len()),
            arch: Arch::new(),
            template: network,
            data: Arc::new(data),
            options,
            layout,
            state,
        };
        trainer.shuffle();
        Ok(trainer)
    }

    /// The epochs finished.
    pub fn epoch(&self) -> usize {
        self.state.epoch
    }

    /// ‖ΔW‖/‖W‖ of each layer in the last step of the epoch finished last: healthy between 10⁻⁴ and 10⁻¹. Empty before.
    pub fn updates(&self) -> &[f64] {
        &self.updates
    }

    /// The choices of the run.
    pub fn options(&self) -> &TrainingOptions {
        &self.options
    }

    /// The samples to train and to test on.
    pub fn data(&self) -> &Arc<TrainingData> {
        &self.data
    }

    /// Where training has come to.
    pub fn state(&self) -> &TrainingState {
        &self.state
    }

    /// Goes on from a state of the same network; from the same state it always goes the same way.
    ///
    /// # Errors
    /// If the state is of a network of another size.
    pub fn restore(&mut self, state: TrainingState) -> Result<(), TrainingError> {
        let (expected, found) = (self.layout.length, state.parameters.len());
        if expected != found {
            return Err(TrainingError::State { expected, found });
        }
        self.state = state;
        self.shuffle();
        Ok(())
    }

    /// The network with the parameters reached.
    ///
    /// # Errors
    /// If a parameter is not finite any more.
    pub fn network(&self) -> Result<Network, TrainingError> {
        self.layout.network(&self.template, &self.state.parameters).map_err(|_| self.diverged())
    }

    /// One step down the gradient of the next batch. Tells of the epoch if that was its last.
    ///
    /// # Errors
    /// If the loss is not finite any more; the state is then that before the step.
    pub fn step(&mut self) -> Result<Option<EpochReport>, TrainingError> {
        let rest = &self.order[self.state.used.min(self.order.len())..];
        let samples = &rest[..rest.len().min(self.options.batch)];
        let pass = Pass {
            arch: self.arch,
            layout: &self.layout,
            output: self.template.output(),
            objective: &self.options.objective,
            points: &self.data.dataset.points,
            targets: &self.data.targets,
        };
        let batch = pass.gradient(&self.state.parameters, samples, &mut self.buffers, &mut self.gradients);
        let (used, rate) = (samples.len(), self.options.rate_in(self.state.epoch));
        if !batch.value.is_finite() {
            return Err(self.diverged());
        }
        let state = &mut self.state;
        // Of each epoch one step is measured: a copy and two norms, next to nothing beside the epoch's own work.
        let is_measured = state.used + used >= self.order.len();
        if is_measured {
            self.before.clone_from(&state.parameters);
        }
        state.memory.step(self.arch, self.options.optimiser, rate, &mut state.parameters, &self.gradients);
        if is_measured {
            self.updates = self.layout.update_ratios(&self.before, &state.parameters);
        }
        state.used += used;
        state.loss += batch.loss;
        state.right += batch.right;
        if state.used < self.order.len() {
            return Ok(None);
        }
        self.end_epoch().map(Some)
    }

    /// The steps to the end of the epoch under way.
    ///
    /// # Errors
    /// If training diverges.
    pub fn epoch_on(&mut self) -> Result<EpochReport, TrainingError> {
        loop {
            // Every step uses at least one of the finitely many samples of the epoch.
            if let Some(report) = self.step()? {
                return Ok(report);
            }
        }
    }

    /// Trains to the last epoch of the options. `report` is told of every epoch and answers whether to go on.
    ///
    /// # Errors
    /// If training diverges.
    pub fn run(&mut self, report: &mut dyn FnMut(&EpochReport) -> bool) -> Result<(), TrainingError> {
        while self.state.epoch < self.options.epochs {
            let finished = self.epoch_on()?;
            if !report(&finished) {
                break;
            }
        }
        Ok(())
    }

    /// Loss and accuracy of the samples to train on, all with the parameters reached.
    pub fn evaluate_train(&mut self) -> Option<Evaluation> {
        let data = self.data.clone();
        self.evaluate(data.train())
    }

    /// Loss and accuracy of the samples held back; `None` without any.
    pub fn evaluate_test(&mut self) -> Option<Evaluation> {
        let data = self.data.clone();
        self.evaluate(data.test())
    }

    fn evaluate(&mut self, samples: &[usize]) -> Option<Evaluation> {
        let pass = Pass {
            arch: self.arch,
            layout: &self.layout,
            output: self.template.output(),
            objective: &self.options.objective,
            points: &self.data.dataset.points,
            targets: &self.data.targets,
        };
        let mut sum = Batch::default();
        for chunk in samples.chunks(self.buffers.width) {
            let batch = pass.evaluate(&self.state.parameters, chunk, &mut self.buffers);
            sum.loss += batch.loss;
            sum.right += batch.right;
        }
        (!samples.is_empty()).then(|| self.mean(sum.loss, sum.right, samples.len()))
    }

    fn mean(&self, loss: f64, right: usize, samples: usize) -> Evaluation {
        let accuracy = matches!(self.data.targets, Targets::Classes(_)).then(|| right as f64 / samples as f64);
        Evaluation { loss: loss / samples as f64, accuracy }
    }

    fn end_epoch(&mut self) -> Result<EpochReport, TrainingError> {
        let train = self.mean(self.state.loss, self.state.right, self.order.len());
        let test = self.evaluate_test();
        if self.state.parameters.iter().any(|parameter| !parameter.is_finite()) {
            return Err(self.diverged());
        }
        let state = &mut self.state;
        (state.used, state.loss, state.right) = (0, 0.0, 0);
        state.epoch += 1;
        self.shuffle();
        let update = self.layout.update_ratio(&self.before, &self.state.parameters);
        Ok(EpochReport { epoch: self.state.epoch, train, test, update })
    }

    /// The order of the epoch under way depends on the seed and on its number only.
    fn shuffle(&mut self) {
        self.order.clear();
        self.order.extend_from_slice(self.data.train());
        Random::stream(self.options.seed, self.state.epoch as u64 + 1).shuffle(&mut self.order);
    }

    fn diverged(&self) -> TrainingError {
        let epoch = self.state.epoch;
        TrainingError::Diverged { epoch: epoch + 1, rate: self.options.rate_in(epoch) }
    }
}
