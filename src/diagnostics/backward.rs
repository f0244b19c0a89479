//! The backward side of the flow: what the loss asks of the data and of the weights.
//!
//! Gradients are the flow of a covector, λ(t) = J(t→L)ᵀ ∂loss/∂x(L). It is carried backward phase by phase with the
//! transposed maps: a rotation turns it back (Aᵀ = −A), a compression stretches it by the same factors, an activation cuts
//! it by its slope. Along the linearised flow λ·δx is constant. At the ends of layers it is the gradient that training
//! computes, and ∂loss/∂W = λ xᵀ.

use nalgebra::{DMatrix, DVector};

use super::findings::LayerValues;
use super::layer_gradient::{AffineGradient, step_back, through};
use super::loss_gradient::{BackwardError, Start};
use crate::dataset::Labels;
use crate::flow::{Flow, LayerFlow, ResidualLaw};
use crate::linalg::library::singular_values;
use crate::linalg::{evenly_spaced, percentile};
use crate::network::Network;

/// Multiplications that the curve within the layers may cost; at the ends of layers all samples are used.
const CURVE_WORK: usize = 300_000_000;
/// Multiplications that the singular values of all layers' gradients may cost.
const SPECTRA_WORK: usize = 400_000_000;

/// The gradient of a layer's weights, over all samples.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerGradient {
    /// The mean of |∂loss/∂W| over the weights.
    pub mean_abs: f64,
    /// ‖∂loss/∂W‖, the root of the sum of squares.
    pub norm: f64,
    /// ‖∂loss/∂b‖.
    pub bias_norm: f64,
    /// The singular values of ∂loss/∂W, those of all matrices of a residual block together, the largest first; empty where
    /// they would take too long.
    pub singular_values: Vec<f64>,
}

/// The flow of the loss's gradient, from the end to the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Backward {
    /// The mean loss.
    pub loss: f64,
    /// The mean loss of a network that answers the frequencies of the classes, or the mean of the values.
    pub guess_loss: f64,
    /// Times t, ascending: 0, the ends of phases, and the ends of layers.
    pub times: Vec<f64>,
    /// The median of ‖λ(t)‖ over the samples, λ the gradient of the sample's own loss.
    pub median: Vec<f64>,
    /// Its 5th percentile.
    pub low: Vec<f64>,
    /// Its 95th percentile.
    pub high: Vec<f64>,
    /// The gradient of the mean loss with respect to each layer's weights.
    pub layers: Vec<LayerGradient>,
}

impl Backward {
    /// Runs `inputs` (inputs × samples) forward and the gradient of the loss backward. Within layers λ is followed where
    /// there is a flow of the network.
    ///
    /// # Errors
    /// If the labels do not fit the network or a value is not finite.
    pub fn measure(
        network: &Network,
        flow: Option<&Flow>,
        inputs: &DMatrix<f64>,
        labels: &Labels,
    ) -> Result<Backward, BackwardError> {
        let (values, overflow) = super::findings::follow(network, inputs);
        if overflow.is_some() {
            return Err(BackwardError::NotFinite);
        }
        let start = Start::new(network, &values, labels)?;
        let flow = flow
            .map(|flow| flow.with_laws(crate::flow::FlowOptions { residual: ResidualLaw::Euler, ..flow.options() }));
        let chosen = flow.as_ref().map(|flow| some_samples(flow, inputs.ncols()));
        let mut curve = Curve::default();
        let mut lambda = start.lambda;
        let mut layers = Vec::with_capacity(values.len());
        let mut work = SPECTRA_WORK;
        for (index, layer) in network.layers().iter().enumerate().rev() {
            let end = (index + 1) as f64;
            curve.push(end, &lambda, chosen.as_deref());
            let input = index.checked_sub(1).map_or(inputs, |before| values[before].output());
            if let (Some(flow), Some(chosen)) = (&flow, &chosen) {
                curve.within(flow, &flow.layers()[index], &values[index], &lambda, chosen);
            }
            let (gradients, next) = through(layer, input, &values[index], &lambda);
            layers.push(LayerGradient::new(&gradients, &mut work));
            lambda = next;
        }
        curve.push(0.0, &lambda, chosen.as_deref());
        layers.reverse();
        let Curve { mut points } = curve;
        points.reverse();
        Ok(Backward {
            loss: start.loss,
            guess_loss: start.guess_loss,
            times: points.iter().map(|point| point.0).collect(),
            low: points.iter().map(|point| point.1[0]).collect(),
            median: points.iter().map(|point| point.1[1]).collect(),
            high: points.iter().map(|point| point.1[2]).collect(),
            layers,
        })
    }
}

impl LayerGradient {
    /// `work` is what the singular values may still cost.
    fn new(gradients: &[AffineGradient], work: &mut usize) -> LayerGradient {
        let weights = || gradients.iter().flat_map(|gradient| gradient.weight.iter());
        let count = weights().count().max(1) as f64;
        LayerGradient {
            mean_abs: weights().map(|slope| slope.abs()).sum::<f64>() / count,
            norm: weights().map(|slope| slope * slope).sum::<f64>().sqrt(),
            singular_values: spectrum(gradients, work),
            bias_norm: gradients.iter().flat_map(|part| &part.bias).map(DVector::norm_squared).sum::<f64>().sqrt(),
        }
    }
}

/// The singular values of all matrices of a layer, as far as there is work left for them.
fn spectrum(gradients: &[AffineGradient], work: &mut usize) -> Vec<f64> {
    // A bidiagonalisation costs some 4mn·min(m, n) multiplications.
    let cost = |(rows, columns): (usize, usize)| rows.saturating_mul(columns).saturating_mul(4 * rows.min(columns));
    let needed = gradients.iter().map(|part| cost(part.weight.shape())).fold(0, usize::saturating_add);
    let Some(left) = work.checked_sub(needed) else { return Vec::new() };
    *work = left;
    let found: Result<Vec<Vec<f64>>, _> = gradients.iter().map(|part| singular_values(&part.weight)).collect();
    let mut values = found.unwrap_or_default().concat();
    values.sort_by(|one, other| other.total_cmp(one));
    values
}

/// Percentiles of ‖λ‖ at some times, the latest first.
#[derive(Default)]
struct Curve {
    points: Vec<(f64, [f64; 3])>,
}

impl Curve {
    fn push(&mut self, t: f64, lambda: &DMatrix<f64>, chosen: Option<&[usize]>) {
        let mut norms: Vec<f64> = match chosen {
            Some(chosen) => chosen.iter().map(|sample| lambda.column(*sample).norm()).collect(),
            None => lambda.column_iter().map(|column| column.norm()).collect(),
        };
        norms.sort_by(f64::total_cmp);
        self.points.push((t, [0.05, 0.5, 0.95].map(|share| percentile(&norms, share))));
    }

    /// Follows λ through the phases of a layer, from its end to just before its start.
    fn within(
        &mut self,
        flow: &Flow,
        layer: &LayerFlow,
        values: &LayerValues,
        lambda: &DMatrix<f64>,
        chosen: &[usize],
    ) {
        // A residual block adds a function of where the layer began, so that λ within it is no function of the place.
        if layer.is_residual() {
            return;
        }
        let (before, after) = (values.before.select_columns(chosen), values.after.select_columns(chosen));
        let mut lambda = lambda.select_columns(chosen).resize_vertically(flow.ambient_dimension(), 0.0);
        for phase in layer.phases.iter().skip(1).rev() {
            step_back(&phase.motion, (&before, &after), &mut lambda);
            self.push(phase.start, &lambda, None);
        }
    }
}

/// So many samples, evenly spread, that following them through all phases costs no more than allowed.
fn some_samples(flow: &Flow, samples: usize) -> Vec<usize> {
    let phases: usize = flow.layers().iter().map(|layer| layer.phases.len()).sum();
    let cost_of_one = 2 * flow.ambient_dimension().pow(2) * phases.max(1);
    let most = (CURVE_WORK / cost_of_one.max(1)).max(16);
    evenly_spaced(samples, most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dataset, Generator};
    use crate::diagnostics::findings::follow;
    use crate::diagnostics::layer_gradient::{cut, cut_by};
    use crate::diagnostics::probes::testing::mixed_network;
    use crate::flow::{ExactScheme, FlowOptions, Motion};
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Layer, OutputFunction};
    use crate::training::{Loss, Objective, Targets, gradient};

    fn data(samples: usize) -> (DMatrix<f64>, Labels) {
        let of_sample: Vec<usize> = (0..samples).map(|sample| sample % 3).collect();
        (
            random_matrix(3, samples, 20),
            Labels::Classes { of_sample, names: ["a", "b", "c"].map(String::from).to_vec() },
        )
    }

    #[test]
    fn the_gradients_of_layers_are_those_of_training() {
        let (inputs, labels) = data(40);
        for (activation, output) in [
            (Activation::Tanh, OutputFunction::Softmax),
            (Activation::Gelu, OutputFunction::Sigmoid),
            (Activation::Softmax, OutputFunction::Softmax),
        ] {
            let network = mixed_network(activation, output);
            let (values, _) = follow(&network, &inputs);
            let start = Start::new(&network, &values, &labels).unwrap();
            let mut gradient_values = Vec::new();
            let mut lambda = start.lambda;
            for (index, layer) in network.layers().iter().enumerate().rev() {
                let input = index.checked_sub(1).map_or(&inputs, |before| values[before].output());
                let (gradients, next) = through(layer, input, &values[index], &lambda);
                let of_layer =
                    gradients.iter().flat_map(|part| part.weight.iter().chain(part.bias.iter().flat_map(|b| b.iter())));
                gradient_values.splice(0..0, of_layer.copied());
                lambda = next;
            }
            let Labels::Classes { of_sample, .. } = &labels else { unreachable!() };
            let objective = Objective { loss: Loss::CrossEntropy, ..Objective::default() };
            let expected = gradient(&network, &inputs, &Targets::Classes(of_sample.clone()), &objective).unwrap();
            assert!((start.loss - expected.loss).abs() < 1e-12 * expected.loss);
            assert_eq!(gradient_values.len(), expected.gradients.len());
            let largest = expected.gradients.iter().fold(0.0_f64, |largest, slope| largest.max(slope.abs()));
            for (found, expected) in gradient_values.iter().zip(&expected.gradients) {
                assert!((found - expected).abs() < 1e-12 * largest, "{found} {expected}");
            }
        }
    }

    #[test]
    fn the_singular_values_of_a_gradient_are_those_of_its_norm() {
        let network = mixed_network(Activation::Tanh, OutputFunction::Softmax);
        let inputs = random_matrix(3, 7, 9);
        let names = (0..network.outputs()).map(|class| class.to_string()).collect();
        let labels = Labels::Classes { of_sample: (0..7).map(|sample| sample % network.outputs()).collect(), names };
        let backward = Backward::measure(&network, None, &inputs, &labels).unwrap();
        for layer in &backward.layers {
            let squares: f64 = layer.singular_values.iter().map(|value| value * value).sum();
            assert!((squares.sqrt() - layer.norm).abs() < 1e-10 * layer.norm, "{layer:?}");
            assert!(layer.singular_values.windows(2).all(|pair| pair[0] >= pair[1]));
        }
        let mut little = 10;
        let gradient = AffineGradient { weight: random_matrix(3, 3, 1), bias: None };
        assert!(spectrum(&[gradient], &mut little).is_empty() && little == 10);
    }

    /// λ·δx is the change of the loss, wherever on the way it is asked for.
    #[test]
    fn the_pairing_with_a_small_displacement_is_constant_along_the_flow() {
        let (inputs, labels) = data(12);
        for activation in [Activation::Tanh, Activation::Relu, Activation::Softmax] {
            let network = mixed_network(activation, OutputFunction::Softmax);
            let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
            let (values, _) = follow(&network, &inputs);
            let mut lambda = Start::new(&network, &values, &labels).unwrap().lambda;
            // λ at the ends of all layers, the first at t = 0.
            let mut ends = vec![lambda.clone()];
            for (index, layer) in network.layers().iter().enumerate().rev() {
                let input = index.checked_sub(1).map_or(&inputs, |before| values[before].output());
                lambda = through(layer, input, &values[index], &lambda).1;
                ends.insert(0, lambda.clone());
            }
            let mut displaced = random_matrix(3, 12, 33);
            let pairing = |lambda: &DMatrix<f64>, moved: &DMatrix<f64>, sample: usize| {
                lambda
                    .column(sample)
                    .rows(0, moved.nrows().min(lambda.nrows()))
                    .dot(&moved.column(sample).rows(0, moved.nrows().min(lambda.nrows())))
            };
            let expected: Vec<f64> = (0..12).map(|sample| pairing(&ends[0], &displaced, sample)).collect();
            let agree = |lambda: &DMatrix<f64>, moved: &DMatrix<f64>| {
                for (sample, expected) in expected.iter().enumerate() {
                    let scale = lambda.column(sample).norm() * moved.column(sample).norm();
                    let found = pairing(lambda, moved, sample);
                    assert!((found - expected).abs() <= 1e-8 * scale.max(expected.abs()), "{found} {expected}");
                }
            };
            for (index, layer) in network.layers().iter().enumerate() {
                let value = &values[index];
                let phases = &flow.layers()[index].phases;
                if let Layer::Residual(block) = layer {
                    let mut hidden = &block.inner.weight * &displaced;
                    // The slope matrix of a coordinatewise activation, and of softmax, is symmetric.
                    cut(block.activation, value, &mut hidden);
                    let through_shortcut = block.shortcut.as_ref().map_or(displaced.clone(), |s| s * &displaced);
                    displaced = through_shortcut + &block.outer.weight * hidden;
                } else {
                    let mut moved = displaced.resize_vertically(flow.ambient_dimension(), 0.0);
                    for (position, phase) in phases.iter().enumerate() {
                        match &phase.motion {
                            Motion::Shift(_) => {}
                            Motion::Activation { activation, .. } => {
                                cut_by(*activation, &value.before, &value.after, &mut moved)
                            }
                            motion => motion.carry(&mut moved, 1.0, &ExactScheme),
                        }
                        let mut back = ends[index + 1].clone().resize_vertically(flow.ambient_dimension(), 0.0);
                        for later in phases[position + 1..].iter().rev() {
                            step_back(&later.motion, (&value.before, &value.after), &mut back);
                        }
                        agree(&back, &moved);
                    }
                    displaced = moved.rows(0, layer.outputs()).into_owned();
                }
                agree(&ends[index + 1], &displaced);
            }
        }
    }

    #[test]
    fn the_curve_has_every_end_of_a_phase_and_a_wider_flow_changes_no_gradient() {
        let data: Dataset = Generator::Moons.generate(Generator::Moons.training_options());
        let network = crate::formats::examples::ExampleNetwork::Moons.load().unwrap();
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let with = Backward::measure(&network, Some(&flow), &data.points, &data.labels).unwrap();
        let without = Backward::measure(&network, None, &data.points, &data.labels).unwrap();
        let phases: usize = flow.layers().iter().map(|layer| layer.phases.len()).sum();
        assert_eq!((with.times.len(), without.times.len()), (phases + 1, network.layers().len() + 1));
        assert_eq!(with.layers, without.layers);
        assert!(with.times.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(with.low.iter().zip(&with.median).zip(&with.high).all(|((low, mid), high)| low <= mid && mid <= high));
        assert!(with.loss < 0.3 * with.guess_loss, "{} {}", with.loss, with.guess_loss);
    }
}
