//! Products with the Jacobian matrix of a network at one input, and the direction that it stretches most.
//!
//! The linearised network is a chain: δ ↦ Wδ, cut by the slopes of the activation; a residual block adds what its branch
//! makes of δ to δ itself. Backward the transposed maps follow in the other order. Nothing of the size outputs × inputs is
//! made.

use nalgebra::{DMatrix, DMatrixView};

use crate::dataset::Random;
use crate::diagnostics::findings::{LayerValues, follow};
use crate::diagnostics::layer_gradient::bend;
use crate::network::{Layer, Network};

/// Steps of the power iteration at most, and at least where the network is large.
const MAX_STEPS: u64 = 2000;
const MIN_STEPS: u64 = 20;
/// Multiplications that the iteration may cost.
const WORK: u64 = 10_000_000_000;
/// The direction is found when JᵀJv differs from σ²v by less than this share of σ².
const SETTLED: f64 = 1e-10;

/// The Jacobian matrix J of the last layer's values (before the output function) at one input.
pub struct Jacobian<'a> {
    network: &'a Network,
    values: Vec<LayerValues>,
}

/// The direction of the input space that a Jacobian matrix stretches most.
#[derive(Clone, Debug, PartialEq)]
pub struct TopDirection {
    /// v, of length 1; its largest entry is positive.
    pub direction: Vec<f64>,
    /// σ₁ = ‖Jv‖.
    pub stretch: f64,
    /// ‖JᵀJv − σ²v‖ / σ²: how far v is from a singular direction.
    pub residual: f64,
}

impl<'a> Jacobian<'a> {
    /// At `input`, a single column; `None` where the forward pass of it is not finite.
    pub fn new(network: &'a Network, input: DMatrixView<'_, f64>) -> Option<Jacobian<'a>> {
        if input.nrows() != network.inputs() || input.ncols() != 1 {
            return None;
        }
        let (values, overflow) = follow(network, &input.into_owned());
        overflow.is_none().then_some(Jacobian { network, values })
    }

    /// The layers' values at the input.
    pub(super) fn values(&self) -> &[LayerValues] {
        &self.values
    }

    /// JD for some displacements D (inputs × any) of the input.
    pub fn push(&self, displacements: &DMatrix<f64>) -> DMatrix<f64> {
        let mut moved = displacements.clone();
        for (layer, values) in self.network.layers().iter().zip(&self.values) {
            moved = match layer {
                Layer::Node(node) => {
                    let point = repeated(values, moved.ncols());
                    node.push_columns(&point, &moved)
                }
                Layer::Dense(dense) => {
                    let mut next = &dense.affine.weight * moved;
                    bend(dense.activation, values, 0, &mut next);
                    next
                }
                Layer::Residual(block) => {
                    let mut hidden = &block.inner.weight * &moved;
                    bend(block.activation, values, 0, &mut hidden);
                    let branch = &block.outer.weight * hidden;
                    match &block.shortcut {
                        Some(shortcut) => shortcut * moved + branch,
                        None => moved + branch,
                    }
                }
            };
        }
        moved
    }

    /// JᵀL for some covectors L (outputs × any) of the output.
    pub fn pull(&self, covectors: &DMatrix<f64>) -> DMatrix<f64> {
        let mut pulled = covectors.clone();
        for (layer, values) in self.network.layers().iter().zip(&self.values).rev() {
            pulled = match layer {
                Layer::Node(node) => node.pull_columns(&repeated(values, pulled.ncols()), &pulled),
                Layer::Dense(dense) => {
                    bend(dense.activation, values, 0, &mut pulled);
                    dense.affine.weight.tr_mul(&pulled)
                }
                Layer::Residual(block) => {
                    let mut hidden = block.outer.weight.tr_mul(&pulled);
                    bend(block.activation, values, 0, &mut hidden);
                    let branch = block.inner.weight.tr_mul(&hidden);
                    match &block.shortcut {
                        Some(shortcut) => shortcut.tr_mul(&pulled) + branch,
                        None => pulled + branch,
                    }
                }
            };
        }
        pulled
    }

    /// The right singular direction of the largest singular value, by power iteration with JᵀJ from a start that is the
    /// same every time; `None` where J is 0 or not finite.
    pub fn top_direction(&self) -> Option<TopDirection> {
        let inputs = self.network.inputs();
        let mut random = Random::new(1);
        let mut v = DMatrix::from_fn(inputs, 1, |_, _| random.normal());
        v /= v.norm();
        let mut found = None;
        let steps = WORK / (4 * self.network.parameters() as u64).max(1);
        for _ in 0..steps.clamp(MIN_STEPS, MAX_STEPS) {
            let pulled = self.pull(&self.push(&v));
            // The Rayleigh quotient vᵀJᵀJv is σ² to second order in the error of v.
            let square = v.dot(&pulled);
            let length = pulled.norm();
            if !(length.is_finite() && length > 0.0 && square > 0.0) {
                break;
            }
            let residual = (&pulled - &v * square).norm() / square;
            let settled = residual <= SETTLED;
            found = Some((v.clone(), square.sqrt(), residual));
            if settled {
                break;
            }
            v = pulled / length;
        }
        let (mut v, stretch, residual) = found?;
        if v[v.iamax_full().0] < 0.0 {
            v.neg_mut();
        }
        Some(TopDirection { direction: v.as_slice().to_vec(), stretch, residual })
    }
}

/// What an operator is given at the one input, as often as there are displacements.
fn repeated(values: &LayerValues, count: usize) -> DMatrix<f64> {
    DMatrix::from_fn(values.before.nrows(), count, |row, _| values.before[(row, 0)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::probes::testing::mixed_network;
    use crate::linalg::Svd;
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, OutputFunction};

    /// The Jacobian matrix by central differences.
    fn by_differences(network: &Network, input: &DMatrix<f64>) -> DMatrix<f64> {
        const STEP: f64 = 1e-5;
        let last = |input: &DMatrix<f64>| network.forward(input).unwrap().layer_outputs.pop().unwrap();
        let mut dense = DMatrix::zeros(network.outputs(), network.inputs());
        for column in 0..network.inputs() {
            let mut moved = [input.clone(), input.clone()];
            moved[0][(column, 0)] += STEP;
            moved[1][(column, 0)] -= STEP;
            dense.set_column(column, &((last(&moved[0]) - last(&moved[1])) / (2.0 * STEP)).column(0));
        }
        dense
    }

    #[test]
    fn products_and_the_top_direction_are_those_of_the_dense_matrix() {
        for activation in [Activation::Tanh, Activation::Gelu, Activation::Sigmoid, Activation::Softmax] {
            let network = mixed_network(activation, OutputFunction::Identity);
            let input = random_matrix(3, 1, 5);
            let jacobian = Jacobian::new(&network, input.as_view()).unwrap();
            let dense = jacobian.push(&DMatrix::identity(3, 3));
            let transposed = jacobian.pull(&DMatrix::identity(network.outputs(), network.outputs()));
            assert!((&dense - transposed.transpose()).norm() < 1e-13 * dense.norm(), "{activation:?}");
            let expected = by_differences(&network, &input);
            assert!((&dense - &expected).norm() < 1e-7 * expected.norm(), "{activation:?}");
            let top = jacobian.top_direction().unwrap();
            let svd = Svd::new(&dense).unwrap();
            assert!((top.stretch - svd.singular_values()[0]).abs() < 1e-9 * top.stretch, "{activation:?}");
            let direction = nalgebra::DVector::from_vec(top.direction);
            assert!((svd.v().column(0).dot(&direction).abs() - 1.0).abs() < 1e-9, "{activation:?}");
            assert!(top.residual <= SETTLED && direction.max() > 0.0);
        }
    }

    #[test]
    fn a_network_that_answers_the_same_everywhere_has_no_top_direction() {
        let network = mixed_network(Activation::Relu, OutputFunction::Identity);
        let mut layers = network.layers().to_vec();
        let Layer::Dense(last) = layers.last_mut().unwrap() else { panic!() };
        last.affine.weight.fill(0.0);
        let flat = Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
        let input = random_matrix(3, 1, 5);
        assert!(Jacobian::new(&flat, input.as_view()).unwrap().top_direction().is_none());
        assert!(Jacobian::new(&flat, random_matrix(4, 1, 5).as_view()).is_none());
    }
}
