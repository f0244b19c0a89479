//! Two networks compared as wholes.

use nalgebra::DMatrix;
use thiserror::Error;

use super::layers::{LayerComparison, Pair};
use super::matching::{Matching, match_layers};
use super::parting::parting_times;
use super::permutation::{Permutation, find_permutation};
use crate::dataset::{Dataset, Labels};
use crate::flow::{Flow, FlowError, FlowOptions};
use crate::linalg::LinalgError;
use crate::network::{Network, NetworkError, OutputFunction};
use crate::progress::Progress;

/// How two networks differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The pairs of layers, in the order of A.
    pub layers: Vec<LayerComparison>,
    /// The layers without a partner, from 0.
    pub matching: Matching,
    /// How B is A with hidden units in another order, where that is all.
    pub permutation: Option<Permutation>,
    /// What the two make of the data; `None` without data.
    pub points: Option<PointComparison>,
}

/// What two networks make of the same points.
#[derive(Clone, Debug, PartialEq)]
pub struct PointComparison {
    /// The points that the two answer differently, from 0: another class, or where the answers are numbers, another number.
    pub changed: Vec<usize>,
    /// The share of the others; `None` without points.
    pub agreement: Option<f64>,
    /// When the two paths of each point part; `None` where they do not.
    pub parting: Vec<Option<f64>>,
}

/// Why two networks cannot be compared.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum CompareError {
    /// The same data cannot go through both.
    #[error("A takes {a} inputs and B takes {b}; compare networks that take the same data")]
    Inputs { a: usize, b: usize },
    /// A matrix cannot be decomposed.
    #[error("layer {a} of A and layer {b} of B cannot be compared ({source})")]
    Layer { a: usize, b: usize, source: LinalgError },
    /// The data does not fit.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A flow cannot be built or followed.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl Comparison {
    /// Compares two networks, and what they make of `data` where there is some.
    ///
    /// # Errors
    /// If they take different numbers of inputs, the data does not fit, or something cannot be decomposed; also where
    /// `progress` says to stop.
    pub fn new(
        a: &Network,
        b: &Network,
        data: Option<&Dataset>,
        options: FlowOptions,
        progress: &mut Progress<'_>,
    ) -> Result<Comparison, CompareError> {
        if a.inputs() != b.inputs() {
            return Err(CompareError::Inputs { a: a.inputs(), b: b.inputs() });
        }
        let matching = match_layers(a, b);
        let flow = |network: &Network, from: f32, progress: &mut Progress<'_>| match data {
            Some(data) => {
                Flow::for_data(network, options, &data.points, &mut |share, what| progress(from + 0.3 * share, what))
            }
            None => Flow::outline(network, options, &mut |share, what| progress(from + 0.3 * share, what)),
        };
        let flows = [flow(a, 0.0, progress)?, flow(b, 0.3, progress)?];
        let forward = match data {
            Some(data) => Some([a.forward(&data.points)?, b.forward(&data.points)?]),
            None => None,
        };
        let mut layers = Vec::new();
        for (position, (one, other)) in matching.pairs.iter().copied().enumerate() {
            let share = position as f32 / matching.pairs.len() as f32;
            if !progress(0.6 + 0.2 * share, "comparing the layers") {
                return Err(FlowError::Cancelled.into());
            }
            let pair = Pair {
                layers: [one, other],
                networks: [a, b],
                flows: [flows[0].layers().get(one), flows[1].layers().get(other)],
                activations: forward
                    .as_ref()
                    .and_then(|[own, new]| Some([own.layer_outputs.get(one)?, new.layer_outputs.get(other)?])),
            };
            let compared = LayerComparison::new(&pair);
            layers.push(compared.map_err(|source| CompareError::Layer { a: one + 1, b: other + 1, source })?);
        }
        let points = match (data, &forward) {
            (Some(data), Some([own, new])) => {
                let is_number =
                    |network: &Network| network.outputs() == 1 && network.output() == OutputFunction::Identity;
                let by_value = matches!(data.labels, Labels::Values(_)) || is_number(a) || a.outputs() != b.outputs();
                let changed: Vec<usize> = (0..data.samples())
                    .filter(|sample| match by_value {
                        true => differs(&own.output, &new.output, *sample),
                        false => own.predictions.get(*sample) != new.predictions.get(*sample),
                    })
                    .collect();
                let agreement = (data.samples() > 0).then(|| 1.0 - changed.len() as f64 / data.samples() as f64);
                let parting = parting_times([&flows[0], &flows[1]], &data.points, &data.labels, &mut |share| {
                    progress(0.8 + 0.2 * share, "following the points")
                })?;
                Some(PointComparison { changed, agreement, parting })
            }
            _ => None,
        };
        Ok(Comparison { layers, matching, permutation: find_permutation(a, b), points })
    }
}

/// The share of its size by which an answer may differ through the order of summation alone.
const ROUNDING: f64 = 1e-9;

/// Whether two answers to a sample are different numbers.
fn differs(one: &DMatrix<f64>, other: &DMatrix<f64>, sample: usize) -> bool {
    let answers = one
        .column(sample)
        .iter()
        .zip(other.column(sample).iter())
        .any(|(one, other)| (one - other).abs() > ROUNDING * one.abs().max(other.abs()).max(f64::MIN_POSITIVE));
    answers || one.nrows() != other.nrows()
}
