//! What the checks look at: a network, and what is known of it. Everything costly is worked out once, when first asked for.

use std::borrow::Cow;
use std::sync::OnceLock;

use nalgebra::DMatrix;

use crate::dataset::{Dataset, Labels};
use crate::diagnostics::backward::Backward;
use crate::flow::{Flow, PhaseKind};
use crate::linalg::library::singular_values;
use crate::network::{Activation, Layer, Loss, Network, OutputFunction};

use super::values::{self, LayerValues};

/// Rows or columns at most, whichever are fewer, of a weight that is decomposed for findings where no flow has done it: minutes.
const MAX_DECOMPOSED: usize = 2048;

/// As many classes as a single output tells apart.
const TWO: usize = 2;
/// At most so many rows of the data are run through the network.
const MAX_ROWS: usize = 2000;
/// At most so many numbers are kept of the values of all layers, half a GB.
const MAX_NUMBERS: usize = 1 << 26;

/// What the checks look at.
pub struct Subject<'a> {
    network: &'a Network,
    flow: Option<&'a Flow>,
    is_part: bool,
    data: Option<Cow<'a, Dataset>>,
    test: Option<&'a Dataset>,
    sample: OnceLock<Option<Sample>>,
    backward: OnceLock<Option<Backward>>,
    spectra: OnceLock<Vec<Option<Vec<f64>>>>,
}

/// Some rows of the data on their way through the network.
pub struct Sample {
    /// The rows' numbers in the data.
    pub rows: Vec<usize>,
    /// The points, inputs × samples.
    pub inputs: DMatrix<f64>,
    /// Their labels, the classes numbered as the outputs that stand for them.
    pub labels: Labels,
    /// The layers' values, up to the first that is not finite.
    pub layers: Vec<LayerValues>,
    /// The first value that is not finite: layer, unit, row of the data's file, value.
    pub overflow: Option<(usize, usize, usize, f64)>,
    /// The predicted classes; `None` where the network's answers are not finite, or are those of a part.
    pub predictions: Option<Vec<usize>>,
}

impl<'a> Subject<'a> {
    /// A network alone.
    pub fn new(network: &'a Network) -> Subject<'a> {
        Subject {
            network,
            flow: None,
            is_part: false,
            data: None,
            test: None,
            sample: OnceLock::new(),
            backward: OnceLock::new(),
            spectra: OnceLock::new(),
        }
    }

    /// The same with the network's flow.
    pub fn with_flow(mut self, flow: Option<&'a Flow>) -> Subject<'a> {
        self.flow = flow;
        self
    }

    /// The same where the network is the first part of another: what it gives at its end are no answers.
    pub fn of_part(mut self, is_part: bool) -> Subject<'a> {
        self.is_part = is_part;
        self
    }

    /// The same with the data that the network was trained on, or is used on. Data of another width is left out.
    pub fn with_data(mut self, data: Option<&'a Dataset>) -> Subject<'a> {
        let fits = |data: &&Dataset| data.dimension() == self.network.inputs() && data.samples() > 0;
        let is_single = self.network.outputs() == 1 && self.network.output() == OutputFunction::Identity;
        let is_of_values = is_single && is_trained_on_values(self.network);
        // Whole numbers may be classes or a quantity; many of them before a single output are what it is to tell.
        // What the file tells of the loss decides, where there are more than two.
        let values = |data: &Dataset| {
            let quantities = data.labels.as_values_beyond(TWO).filter(|_| is_of_values);
            quantities.or_else(|| data.labels.as_values().filter(|_| is_single))
        };
        self.data = data.filter(fits).map(|data| match values(data) {
            Some(labels) => Cow::Owned(Dataset { labels, ..data.clone() }),
            None => Cow::Borrowed(data),
        });
        self
    }

    /// The same with data that was held back.
    pub fn with_test(mut self, test: Option<&'a Dataset>) -> Subject<'a> {
        self.test = test.filter(|test| test.dimension() == self.network.inputs() && test.samples() > 0);
        self
    }

    /// The network.
    pub fn network(&self) -> &'a Network {
        self.network
    }

    /// Whether the network's end is that of a part, and no answer.
    pub fn is_part(&self) -> bool {
        self.is_part
    }

    /// The layers, with their index from 0, whose numbers are all finite.
    pub fn finite_layers(&self) -> impl Iterator<Item = (usize, &'a Layer)> {
        self.network.layers().iter().enumerate().filter(|(_, layer)| values::is_finite(layer))
    }

    /// The data.
    pub fn data(&self) -> Option<&Dataset> {
        self.data.as_deref()
    }

    /// The data that was held back.
    pub fn test(&self) -> Option<&'a Dataset> {
        self.test
    }

    /// The flow.
    pub fn flow(&self) -> Option<&'a Flow> {
        self.flow
    }

    /// Some rows of the data on their way through the network; `None` without data.
    pub fn sample(&self) -> Option<&Sample> {
        self.sample.get_or_init(|| self.data().map(|data| Sample::new(self.network, data, self.is_part))).as_ref()
    }

    /// The layers' values, with their index from 0, up to the first that is not finite; none without data.
    pub fn layer_values(&self) -> impl Iterator<Item = (usize, &'a Layer, &LayerValues)> {
        let values = self.sample().map_or(&[][..], |sample| &sample.layers);
        self.network.layers().iter().zip(values).enumerate().map(|(index, (layer, values))| (index, layer, values))
    }

    /// What a layer (from 0) gets, inputs × samples; `None` without data, and behind a value that is not finite.
    pub fn input_of(&self, index: usize) -> Option<&DMatrix<f64>> {
        let sample = self.sample()?;
        index.checked_sub(1).map_or(Some(&sample.inputs), |before| Some(sample.layers.get(before)?.output()))
    }

    /// The class of each sampled row and the number of classes.
    pub fn classes(&self) -> Option<(&[usize], usize)> {
        match &self.sample()?.labels {
            Labels::Classes { of_sample, names } => Some((of_sample, names.len())),
            Labels::None | Labels::Values(_) => None,
        }
    }

    /// The share of sampled rows whose predicted class is their label.
    pub fn accuracy(&self) -> Option<f64> {
        let predictions = self.sample()?.predictions.as_ref()?;
        let (labels, _) = self.classes()?;
        Some(share_equal(predictions, labels))
    }

    /// The gradients of the loss; `None` without labels that fit or where a value is not finite.
    pub fn backward(&self) -> Option<&Backward> {
        let gradients = || {
            let sample = self.sample().filter(|sample| sample.overflow.is_none() && !self.is_part)?;
            Backward::measure(self.network, self.flow, &sample.inputs, &sample.labels).ok()
        };
        self.backward.get_or_init(gradients).as_ref()
    }

    /// The singular values of each dense layer, largest first; `None` for a residual block and where they cannot be found.
    pub fn singular_values(&self, index: usize) -> Option<&[f64]> {
        self.spectra.get_or_init(|| self.find_spectra()).get(index)?.as_deref()
    }

    fn find_spectra(&self) -> Vec<Option<Vec<f64>>> {
        let of_layer = |(index, layer): (usize, &Layer)| {
            let known = self.flow.and_then(|flow| flow.layers().get(index)?.spectrum.as_ref());
            if let Some(spectrum) = known {
                return Some(spectrum.singular_values.clone());
            }
            let Layer::Dense(dense) = layer else { return None };
            let (rows, columns) = dense.affine.weight.shape();
            let is_small = rows.min(columns) <= MAX_DECOMPOSED && rows.max(columns) <= 8 * MAX_DECOMPOSED;
            is_small.then(|| singular_values(&dense.affine.weight).ok()).flatten()
        };
        self.network.layers().iter().enumerate().map(of_layer).collect()
    }

    /// When and in which phase of a layer (from 0) something shows: the start of its first phase of one of these kinds.
    pub fn moment(&self, index: usize, kinds: &[PhaseKind]) -> (f64, Option<PhaseKind>) {
        let phases = self.flow.and_then(|flow| flow.layers().get(index)).map_or(&[][..], |layer| &layer.phases);
        match phases.iter().find(|phase| kinds.contains(&phase.kind)) {
            Some(phase) => (phase.start, Some(phase.kind)),
            None => (index as f64, None),
        }
    }

    /// When the activation of a layer (from 0) begins.
    pub fn activation_moment(&self, index: usize) -> (f64, Option<PhaseKind>) {
        self.moment(index, &[PhaseKind::Activate, PhaseKind::Residual])
    }

    /// When the matrix of a layer (from 0) acts.
    pub fn matrix_moment(&self, index: usize) -> (f64, Option<PhaseKind>) {
        self.moment(index, &[PhaseKind::Compress, PhaseKind::Stretch, PhaseKind::Residual])
    }

    /// Whether a layer (from 0) was something else before it became a matrix, a convolution or a pooling, whose zeros and
    /// repetitions are no fault.
    pub fn is_structured(&self, index: usize) -> bool {
        self.network.origin(index).is_some()
    }
}

impl Sample {
    fn new(network: &Network, data: &Dataset, is_part: bool) -> Sample {
        let numbers: usize = network.layers().iter().map(|layer| 2 * (layer.outputs() + layer.inputs())).sum();
        let most = (MAX_NUMBERS / numbers.max(1)).clamp(1, MAX_ROWS);
        let step = data.samples().div_ceil(most).max(1);
        let rows: Vec<usize> = (0..data.samples()).step_by(step).collect();
        let sampled = data.every(step);
        let inputs = sampled.points.clone();
        let (layers, overflow) = values::follow(network, &inputs);
        let predict = |values: &LayerValues| {
            values.output().column_iter().map(|column| network.output().predicted_class(column.as_slice())).collect()
        };
        let predictions: Option<Vec<usize>> = layers.last().filter(|_| overflow.is_none() && !is_part).map(predict);
        // Classes are the outputs that stand for them, as for the accuracy that is told.
        let answers = predictions.as_deref().unwrap_or_default();
        let matched = sampled.match_classes(network.outputs(), answers).filter(|_| !is_part);
        let renumbered = matched.and_then(|matched| sampled.renumbered(&matched, network.outputs()));
        let labels = renumbered.map_or(sampled.labels, |renumbered| renumbered.labels);
        let overflow = overflow.map(|(layer, unit, sample, value)| (layer, unit, data.row_of(rows[sample]), value));
        Sample { rows, inputs, labels, layers, overflow, predictions }
    }
}

/// Whether the file says that the network was trained to give a value as it is.
fn is_trained_on_values(network: &Network) -> bool {
    let loss = network.objective().and_then(|objective| objective.loss);
    loss.is_some_and(Loss::is_of_values) && super::mismatch::last_activation(network) == Activation::Identity
}

/// The share of places at which two lists are equal.
pub(super) fn share_equal(one: &[usize], other: &[usize]) -> f64 {
    let equal = one.iter().zip(other).filter(|(one, other)| one == other).count();
    equal as f64 / one.len().min(other.len()).max(1) as f64
}
