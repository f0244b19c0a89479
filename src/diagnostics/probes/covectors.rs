//! λ of single points at any time: what the loss of each asks of the place where it is.

use nalgebra::DMatrix;

use super::labels::labels_of;
use crate::dataset::Labels;
use crate::diagnostics::findings::follow;
use crate::diagnostics::layer_gradient::{step_back, through};
use crate::diagnostics::loss_gradient::{BackwardError, Start};
use crate::flow::{Flow, FlowOptions, ResidualLaw};
use crate::linalg::evenly_spaced;
use crate::network::{Activation, Network};

/// Points that carry a covector at most, and at least where the flow is large.
const POINTS: (usize, usize) = (160, 4);
/// Numbers that are kept at most: 64 MB.
const MAX_NUMBERS: usize = 8 << 20;
/// Multiplications that the covectors of one moment may cost.
const MOMENT_WORK: usize = 30_000_000;

/// The gradient of each point's own loss by where it is, at the ends of all phases.
#[derive(Clone, Debug)]
pub struct Covectors {
    /// Which of the points.
    pub samples: Vec<usize>,
    /// For each layer the covectors (d × samples) at its start and at the end of each of its phases; of a residual block at
    /// its start and its end.
    ends: Vec<Vec<DMatrix<f64>>>,
    /// What the softmax of each layer gives, where its activation is one.
    shares: Vec<Option<DMatrix<f64>>>,
    /// The least and the largest length at the ends of phases, without those of 0.
    lengths: Option<[f64; 2]>,
}

impl Covectors {
    /// Follows the gradients of some of the points of `inputs` (inputs × samples), evenly chosen, back through the flow.
    /// Residual blocks are taken as the steps that they are, as in training.
    ///
    /// # Errors
    /// If the labels do not fit the network or a value is not finite.
    pub fn measure(
        network: &Network,
        flow: &Flow,
        inputs: &DMatrix<f64>,
        labels: &Labels,
    ) -> Result<Covectors, BackwardError> {
        let dimension = flow.ambient_dimension();
        let stops: usize = flow.layers().iter().map(|layer| layer.phases.len() + 1).sum();
        let kept = MAX_NUMBERS / (dimension * stops).max(1);
        let most = kept.min(MOMENT_WORK / (2 * dimension * dimension).max(1)).clamp(POINTS.1, POINTS.0);
        let samples = evenly_spaced(inputs.ncols(), most);
        let inputs = inputs.select_columns(&samples);
        let labels = labels_of(labels, &samples);
        let flow = flow.with_laws(FlowOptions { residual: ResidualLaw::Euler, ..flow.options() });
        let (values, overflow) = follow(network, &inputs);
        if overflow.is_some() {
            return Err(BackwardError::NotFinite);
        }
        let mut lambda = Start::new(network, &values, &labels)?.lambda;
        let wide = |lambda: &DMatrix<f64>| lambda.clone().resize_vertically(dimension, 0.0);
        let (mut ends, mut shares) = (Vec::new(), Vec::new());
        for (index, layer) in network.layers().iter().enumerate().rev() {
            let (value, phases) = (&values[index], &flow.layers()[index].phases);
            let input = index.checked_sub(1).map_or(&inputs, |before| values[before].output());
            let mut now = wide(&lambda);
            let mut stops = vec![now.clone()];
            let is_block = flow.layers()[index].is_residual();
            lambda = through(layer, input, value, &lambda).1;
            // Within a block the place does not tell where it began, so that there λ is known at its two ends only.
            for phase in phases.iter().skip(1).rev().filter(|_| !is_block) {
                step_back(&phase.motion, (&value.before, &value.after), &mut now);
                stops.push(now.clone());
            }
            if !phases.is_empty() {
                stops.push(wide(&lambda));
            }
            stops.reverse();
            ends.push(stops);
            shares.push((layer.activation() == Activation::Softmax && !is_block).then(|| value.after.clone()));
        }
        ends.reverse();
        shares.reverse();
        let lengths = lengths(ends.iter().flatten());
        Ok(Covectors { samples, ends, shares, lengths })
    }

    /// The covectors at time t of `flow`, which they were followed through: d × samples. Within a residual block they go
    /// straight from its start to its end.
    pub fn at(&self, flow: &Flow, t: f64) -> DMatrix<f64> {
        let moment = flow.moment(t);
        let none = || DMatrix::zeros(flow.ambient_dimension(), self.samples.len());
        let (Some(stops), Some(layer)) = (self.ends.get(moment.layer), flow.layers().get(moment.layer)) else {
            return none();
        };
        if let (true, [start, end]) = (layer.is_residual(), &stops[..]) {
            let share = (t - moment.layer as f64).clamp(0.0, 1.0);
            return start * (1.0 - share) + end * share;
        }
        let Some(phase) = moment.phase else { return stops.first().cloned().unwrap_or_else(none) };
        let (Some(start), Some(end), Some(motion)) =
            (stops.get(phase), stops.get(phase + 1), layer.phases.get(phase).map(|phase| &phase.motion))
        else {
            return none();
        };
        motion.covectors(moment.s, (start, end), self.shares.get(moment.layer).and_then(Option::as_ref))
    }

    /// The least and the largest length at the ends of phases, without those of 0; `None` where all are 0.
    pub fn lengths(&self) -> Option<[f64; 2]> {
        self.lengths
    }
}

fn lengths<'a>(ends: impl Iterator<Item = &'a DMatrix<f64>>) -> Option<[f64; 2]> {
    let all = ends.flat_map(|end| end.column_iter().map(|column| column.norm()).collect::<Vec<f64>>());
    all.filter(|length| *length > 0.0 && length.is_finite()).fold(None, |range, length| {
        Some(range.map_or([length; 2], |[low, high]: [f64; 2]| [low.min(length), high.max(length)]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::probes::testing::mixed_network;
    use crate::flow::Decomposition;
    use crate::linalg::testing::random_matrix;
    use crate::network::{Affine, Dense, Layer, OutputFunction};

    fn labels(samples: usize) -> Labels {
        let of_sample = (0..samples).map(|sample| sample % 3).collect();
        Labels::Classes { of_sample, names: ["a", "b", "c"].map(String::from).to_vec() }
    }

    fn plain_network(activation: Activation) -> Network {
        let dense = |rows, columns, seed, activation| {
            let bias = Some(random_matrix(rows, 1, seed + 9).column(0).into_owned());
            let affine = Affine { weight: random_matrix(rows, columns, seed), bias };
            Layer::Dense(Dense { name: String::new(), affine, activation })
        };
        let layers = vec![dense(4, 3, 1, activation), dense(4, 4, 2, activation), dense(3, 4, 3, Activation::Identity)];
        Network::new(String::new(), layers, OutputFunction::Softmax).unwrap()
    }

    /// λ(t)·δ(t) is the change of the loss, at every time, also within phases.
    #[test]
    fn the_pairing_with_a_small_displacement_is_the_same_at_all_times() {
        const STEP: f64 = 1e-6;
        let inputs = random_matrix(3, 6, 4);
        let moved = random_matrix(3, 6, 5);
        for decomposition in Decomposition::ALL {
            for activation in [Activation::Tanh, Activation::Sigmoid, Activation::Softmax] {
                let network = plain_network(activation);
                let options = FlowOptions { decomposition, ..FlowOptions::default() };
                let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
                let covectors = Covectors::measure(&network, &flow, &inputs, &labels(6)).unwrap();
                assert_eq!(covectors.samples, [0, 1, 2, 3, 4, 5]);
                let ahead = &inputs + &moved * STEP;
                let behind = &inputs - &moved * STEP;
                let pairing = |t: f64| -> Vec<f64> {
                    let lambda = covectors.at(&flow, t);
                    let delta =
                        (flow.positions(&ahead, t).unwrap() - flow.positions(&behind, t).unwrap()) / (2.0 * STEP);
                    (0..6).map(|sample| lambda.column(sample).dot(&delta.column(sample))).collect()
                };
                let expected = pairing(0.0);
                for step in 1..=60 {
                    let t = 0.05 * f64::from(step);
                    for (found, expected) in pairing(t).iter().zip(&expected) {
                        assert!(
                            (found - expected).abs() < 1e-6 * expected.abs().max(0.1),
                            "{activation:?} {decomposition:?} at {t}: {found} instead of {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn at_the_ends_of_layers_blocks_have_the_gradients_of_training() {
        let network = mixed_network(Activation::Tanh, OutputFunction::Softmax);
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let inputs = random_matrix(3, 4, 4);
        let covectors = Covectors::measure(&network, &flow, &inputs, &labels(4)).unwrap();
        // ∂loss/∂x by differences.
        let loss = |inputs: &DMatrix<f64>, sample: usize| -network.answers(inputs).unwrap()[(sample % 3, sample)].ln();
        let lambda = covectors.at(&flow, 0.0);
        for (sample, row) in (0..4).flat_map(|sample| (0..3).map(move |row| (sample, row))) {
            let (mut ahead, mut behind) = (inputs.clone(), inputs.clone());
            ahead[(row, sample)] += 1e-6;
            behind[(row, sample)] -= 1e-6;
            let expected = (loss(&ahead, sample) - loss(&behind, sample)) / 2e-6;
            assert!((lambda[(row, sample)] - expected).abs() < 1e-7, "{} {expected}", lambda[(row, sample)]);
        }
        let [low, high] = covectors.lengths().unwrap();
        assert!(0.0 < low && low < high);
        for step in 0..=100 {
            assert!(covectors.at(&flow, 0.05 * f64::from(step)).iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn labels_that_do_not_fit_have_none_and_many_points_are_thinned() {
        let network = plain_network(Activation::Relu);
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let inputs = random_matrix(3, 1000, 4);
        assert!(Covectors::measure(&network, &flow, &inputs, &Labels::None).is_err());
        let covectors = Covectors::measure(&network, &flow, &inputs, &labels(1000)).unwrap();
        assert!((100..=POINTS.0).contains(&covectors.samples.len()));
    }
}
