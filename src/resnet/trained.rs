//! Is a trained ResNet a flow? Flow-model section 7, measured on the user's own residual blocks and data.
//!
//! A ResNet is Euler's method for a flow where two conditions hold: the residual is small beside its input, and the
//! parameters change slowly from block to block. Where h·Lip(f) < 1 besides, a block is invertible.

use nalgebra::DMatrix;

use crate::flow::FlowError;
use crate::linalg::{LinalgError, Svd};
use crate::network::{Affine, Layer, Network, Residual};

/// A residual up to this share of its input is small: the path then turns by at most about 15° a block.
const SMALL_RESIDUAL: f64 = 0.25;
/// Parameters that change by up to this share from one block to the next change slowly.
const SLOW_CHANGE: f64 = 0.25;

/// A condition of the flow model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The residual is small beside its input.
    SmallResidual,
    /// The parameters change slowly to the next block.
    SlowChange,
    /// The block is invertible: its branch has a Lipschitz bound below 1.
    Invertible,
}

/// The measures of one residual block on given data.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockMeasure {
    /// The layer, from 1.
    pub layer: usize,
    /// The mean of ‖f(x)‖/‖x‖ over the samples with x ≠ 0; 0 without any.
    pub mean_residual: f64,
    /// The largest of them.
    pub largest_residual: f64,
    /// ‖θ' − θ‖/‖θ‖, θ this block's parameters and θ' those of the next layer; `None` where that is no block of the
    /// same shape.
    pub change_to_next: Option<f64>,
    /// ‖W₂‖·‖W₁‖·sup|σ'|, a bound of the branch's Lipschitz constant.
    pub lipschitz_bound: f64,
}

impl BlockMeasure {
    /// The conditions that the block does not meet.
    pub fn fails(&self) -> Vec<Criterion> {
        let checks = [
            (Criterion::SmallResidual, self.mean_residual <= SMALL_RESIDUAL),
            (Criterion::SlowChange, self.change_to_next.is_none_or(|change| change <= SLOW_CHANGE)),
            (Criterion::Invertible, self.lipschitz_bound < 1.0),
        ];
        checks.into_iter().filter(|(_, holds)| !holds).map(|(criterion, _)| criterion).collect()
    }
}

/// Whether residual blocks are a flow, in what decides it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict<'a> {
    /// Whether every step is small and every change slow.
    pub is_flow: bool,
    /// The block with the largest steps beside their inputs.
    pub largest_step: &'a BlockMeasure,
    /// The largest change from a block to the next, and the block before it; `None` where no two can be compared.
    pub largest_change: Option<(f64, &'a BlockMeasure)>,
    /// The block with the largest Lipschitz bound, where it need not be one-to-one.
    pub may_fold: Option<&'a BlockMeasure>,
}

impl<'a> Verdict<'a> {
    /// On these blocks; `None` where there is none.
    pub fn new(blocks: &'a [BlockMeasure]) -> Option<Verdict<'a>> {
        let largest_step = blocks.iter().max_by(|one, other| one.mean_residual.total_cmp(&other.mean_residual))?;
        let changes = blocks.iter().filter_map(|block| Some((block.change_to_next?, block)));
        let largest_change = changes.max_by(|one, other| one.0.total_cmp(&other.0));
        let steepest = blocks.iter().max_by(|one, other| one.lipschitz_bound.total_cmp(&other.lipschitz_bound));
        let is_broken = |block: &BlockMeasure| block.fails().iter().any(|fails| *fails != Criterion::Invertible);
        Some(Verdict {
            is_flow: !blocks.iter().any(is_broken),
            largest_step,
            largest_change,
            may_fold: steepest.filter(|block| block.fails().contains(&Criterion::Invertible)),
        })
    }
}

/// Measures every residual block of `network` on `inputs` (inputs × samples).
///
/// # Errors
/// If `inputs` does not fit the network or a matrix cannot be decomposed.
pub fn measure_blocks(network: &Network, inputs: &DMatrix<f64>) -> Result<Vec<BlockMeasure>, FlowError> {
    if inputs.nrows() != network.inputs() {
        return Err(FlowError::InputWidth { expected: network.inputs(), found: inputs.nrows() });
    }
    let mut measures = Vec::new();
    let mut points = inputs.clone();
    for (index, layer) in network.layers().iter().enumerate() {
        if let Layer::Residual(block) = layer {
            let failed = |source: LinalgError| FlowError::Decomposition { layer: index + 1, source };
            let ratios = residual_ratios(block, &points);
            let lipschitz_bound = lipschitz_bound(block).map_err(failed)?;
            measures.push(BlockMeasure {
                layer: index + 1,
                mean_residual: ratios.iter().sum::<f64>() / ratios.len().max(1) as f64,
                largest_residual: ratios.iter().copied().fold(0.0, f64::max),
                change_to_next: match network.layers().get(index + 1) {
                    Some(Layer::Residual(next)) => change(block, next),
                    _ => None,
                },
                lipschitz_bound,
            });
        }
        points = layer.apply(&points);
    }
    Ok(measures)
}

fn residual_ratios(block: &Residual, points: &DMatrix<f64>) -> Vec<f64> {
    let branch = block.branch(points);
    let ratios = branch.column_iter().zip(points.column_iter()).map(|(f, x)| f.norm() / x.norm());
    ratios.filter(|ratio| ratio.is_finite()).collect()
}

/// ‖W₂‖·‖W₁‖·sup|σ'|, a bound of the branch's Lipschitz constant.
pub(super) fn lipschitz_bound(block: &Residual) -> Result<f64, LinalgError> {
    Ok(norm(&block.outer.weight)? * norm(&block.inner.weight)? * block.activation.steepest_slope())
}

/// The spectral norm.
fn norm(matrix: &DMatrix<f64>) -> Result<f64, LinalgError> {
    Ok(Svd::new(matrix)?.singular_values().first().copied().unwrap_or(0.0))
}

fn change(block: &Residual, next: &Residual) -> Option<f64> {
    let (own, other) = (parameters(block), parameters(next));
    let same_shape = block.inner.weight.shape() == next.inner.weight.shape()
        && block.outer.weight.shape() == next.outer.weight.shape()
        && own.len() == other.len();
    let length = own.iter().map(|value| value * value).sum::<f64>().sqrt();
    if !same_shape || length == 0.0 {
        return None;
    }
    let apart = own.iter().zip(&other).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt();
    Some(apart / length)
}

/// All numbers of a block in one list; a missing bias counts as zeros.
fn parameters(block: &Residual) -> Vec<f64> {
    let of = |affine: &Affine| -> Vec<f64> {
        let bias = affine.bias.as_ref().map_or_else(|| vec![0.0; affine.outputs()], |bias| bias.as_slice().to_vec());
        affine.weight.iter().copied().chain(bias).collect()
    };
    let shortcut = block.shortcut.iter().flat_map(|shortcut| shortcut.iter().copied());
    of(&block.inner).into_iter().chain(of(&block.outer)).chain(shortcut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, OutputFunction};

    fn block(scale: f64) -> Layer {
        let matrix = |a: f64| DMatrix::from_row_slice(2, 2, &[a, 0.0, 0.0, 0.5 * a]);
        Layer::Residual(Residual {
            name: String::new(),
            inner: Affine { weight: matrix(1.0), bias: None },
            activation: Activation::Relu,
            outer: Affine { weight: matrix(scale), bias: None },
            shortcut: None,
        })
    }

    #[test]
    fn a_slow_small_block_is_a_flow_and_others_say_why_not() {
        let network = Network::new(String::new(), vec![block(0.1), block(0.1), block(2.0)], OutputFunction::Identity);
        let inputs = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.0, 0.0]);
        let measures = measure_blocks(&network.unwrap(), &inputs).unwrap();
        // x = e₁: the branch is 0.1·e₁; the sample 0 has no ratio.
        assert!((measures[0].mean_residual - 0.1).abs() < 1e-15);
        assert_eq!(measures[0].change_to_next, Some(0.0));
        assert!((measures[0].lipschitz_bound - 0.1).abs() < 1e-15);
        assert!(measures[0].fails().is_empty());
        assert_eq!(measures[1].fails(), [Criterion::SlowChange]);
        assert_eq!(measures[2].fails(), [Criterion::SmallResidual, Criterion::Invertible]);
        assert_eq!(measures[2].change_to_next, None);
        let verdict = Verdict::new(&measures).unwrap();
        assert!(!verdict.is_flow);
        assert_eq!((verdict.largest_step.layer, verdict.largest_change.unwrap().1.layer), (3, 2));
        assert_eq!(verdict.may_fold.unwrap().layer, 3);
        let calm = Verdict::new(&measures[..1]).unwrap();
        assert!(calm.is_flow && calm.may_fold.is_none());
        assert_eq!(Verdict::new(&[]), None);
    }
}
