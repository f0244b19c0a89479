//! Residual alignment (Li and Papyan 2023): whether the blocks of a trained residual network push in the same directions.
//!
//! A block maps x to x + f(x). Its branch has the Jacobian matrix J(x) = W₂·diag(σ′(W₁x + b₁))·W₁ = U Σ Vᵀ at the point x
//! where the sample is as it comes to the block. Measured are, for the top k directions and over some samples, |uᵢᵀuⱼ| and
//! |vᵢᵀvⱼ| between a block and each other one, |uᵢᵀvᵢ| within it, how many singular values are above 1 % of the largest
//! (trained blocks have no more than classes), and σ₁, which falls as 1/L with the number L of blocks.

use nalgebra::DMatrix;

use crate::diagnostics::findings::Subject;
use crate::linalg::evenly_spaced;
use crate::linalg::library::svd;
use crate::network::{Activation, Layer, Residual};

/// At most so many samples.
const SAMPLES: usize = 24;
/// Directions that are compared where there are no classes.
const DIRECTIONS: usize = 10;
/// A singular value below this share of the largest counts as none.
const SMALL: f64 = 0.01;
/// Wider blocks are not measured.
const WIDEST: usize = 256;
/// Multiplications that the decompositions may cost.
const WORK: usize = 2_000_000_000;

/// How a block stands to the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockAlignment {
    /// The layer, from 1.
    pub layer: usize,
    /// The mean of |uᵢᵀuⱼ| over the other blocks, the directions and the samples.
    pub left: f64,
    /// The mean of |vᵢᵀvⱼ|.
    pub right: f64,
    /// The mean of |uᵢᵀvᵢ|.
    pub own: f64,
    /// The mean number of singular values above 1 % of the largest.
    pub rank: f64,
    /// The mean of σ₁.
    pub spectral_norm: f64,
    /// σ₁ times the number of blocks, which stays the same where σ₁ falls as 1/L.
    pub spectral_norm_times_blocks: f64,
}

/// The directions of one block at one sample.
struct Directions {
    left: DMatrix<f64>,
    right: DMatrix<f64>,
    singular_values: Vec<f64>,
}

/// Measures the blocks of equal width that keep what comes to them; none where there are fewer than two, without data, or
/// where it would take too long.
pub fn block_alignment(subject: &Subject<'_>) -> Vec<BlockAlignment> {
    let blocks: Vec<(usize, &Residual, &DMatrix<f64>)> = subject
        .layer_values()
        .filter_map(|(index, layer, values)| match layer {
            Layer::Residual(block) if is_measured(block) => Some((index, block, &values.before)),
            _ => None,
        })
        .collect();
    let width = blocks.first().map_or(0, |(_, block, _)| block.outer.outputs());
    let blocks: Vec<_> = blocks.into_iter().filter(|(_, block, _)| block.outer.outputs() == width).collect();
    let samples = blocks.first().map_or(0, |(_, _, before)| before.ncols());
    let chosen = evenly_spaced(samples, SAMPLES);
    let cost = 20_usize.saturating_mul(width.pow(3)).saturating_mul(blocks.len() * chosen.len());
    if blocks.len() < 2 || chosen.is_empty() || cost > WORK {
        return Vec::new();
    }
    let compared = subject.classes().map_or(DIRECTIONS, |(_, classes)| classes).clamp(1, width);
    let mut found: Vec<BlockAlignment> = blocks
        .iter()
        .map(|(index, ..)| BlockAlignment {
            layer: index + 1,
            left: 0.0,
            right: 0.0,
            own: 0.0,
            rank: 0.0,
            spectral_norm: 0.0,
            spectral_norm_times_blocks: 0.0,
        })
        .collect();
    let share = 1.0 / chosen.len() as f64;
    for &sample in &chosen {
        let at_sample: Option<Vec<Directions>> =
            blocks.iter().map(|(_, block, before)| directions(block, before, sample)).collect();
        let Some(at_sample) = at_sample else { return Vec::new() };
        for (position, own) in at_sample.iter().enumerate() {
            let others = at_sample.iter().enumerate().filter(|(other, _)| *other != position);
            let others: Vec<&Directions> = others.map(|(_, other)| other).collect();
            let mean = |of: &dyn Fn(&Directions) -> f64| {
                others.iter().map(|other| of(other)).sum::<f64>() / others.len() as f64
            };
            let block = &mut found[position];
            block.left += share * mean(&|other| aligned(&own.left, &other.left, compared));
            block.right += share * mean(&|other| aligned(&own.right, &other.right, compared));
            block.own += share * aligned(&own.left, &own.right, compared);
            let largest = own.singular_values.first().copied().unwrap_or(0.0);
            let counted = own.singular_values.iter().filter(|value| **value > SMALL * largest).count();
            block.rank += share * counted as f64;
            block.spectral_norm += share * largest;
        }
    }
    let count = found.len() as f64;
    found.iter_mut().for_each(|block| block.spectral_norm_times_blocks = count * block.spectral_norm);
    found
}

fn is_measured(block: &Residual) -> bool {
    let (inputs, outputs) = (block.inner.inputs(), block.outer.outputs());
    block.shortcut.is_none() && inputs == outputs && outputs <= WIDEST && block.activation != Activation::Softmax
}

/// The singular directions of a branch's Jacobian matrix where a sample comes to it.
fn directions(block: &Residual, before: &DMatrix<f64>, sample: usize) -> Option<Directions> {
    let mut inner = block.inner.weight.clone();
    for (mut row, y) in inner.row_iter_mut().zip(before.column(sample).iter()) {
        row *= block.activation.slope(*y);
    }
    let found = svd(&(&block.outer.weight * inner)).ok()?;
    Some(Directions { left: found.u, right: found.v, singular_values: found.singular_values })
}

/// The mean of the absolute cosines of the first columns, one with one.
fn aligned(one: &DMatrix<f64>, other: &DMatrix<f64>, columns: usize) -> f64 {
    let count = columns.min(one.ncols()).min(other.ncols());
    let cosine = |column: usize| one.column(column).dot(&other.column(column)).abs();
    (0..count).map(cosine).sum::<f64>() / count.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dataset, Labels};
    use crate::linalg::testing::random_matrix;
    use crate::network::{Affine, Network, OutputFunction};

    fn block(outer: DMatrix<f64>, inner: DMatrix<f64>) -> Layer {
        let affine = |weight| Affine { weight, bias: None };
        Layer::Residual(Residual {
            name: String::new(),
            inner: affine(inner),
            activation: Activation::Identity,
            outer: affine(outer),
            shortcut: None,
        })
    }

    fn measured(layers: Vec<Layer>) -> Vec<BlockAlignment> {
        let network = Network::new("n".into(), layers, OutputFunction::Softmax).unwrap();
        let labels =
            Labels::Classes { of_sample: (0..9).map(|s| s % 2).collect(), names: vec!["a".into(), "b".into()] };
        let data = Dataset { points: random_matrix(4, 9, 3), labels, ..Dataset::default() };
        block_alignment(&Subject::new(&network).with_data(Some(&data)))
    }

    #[test]
    fn blocks_that_push_alike_are_aligned_and_others_are_not() {
        // A symmetric map of rank 2 with σ = 2 and ½: its left and right directions are the same.
        let mut map = DMatrix::zeros(4, 4);
        (map[(0, 0)], map[(2, 2)]) = (2.0, 0.5);
        let identity = DMatrix::identity(4, 4);
        let alike = measured(vec![block(map.clone(), identity.clone()), block(map.clone() * 3.0, identity.clone())]);
        for (found, largest) in alike.iter().zip([2.0, 6.0]) {
            assert!((found.left - 1.0).abs() < 1e-12 && (found.right - 1.0).abs() < 1e-12, "{found:?}");
            assert!((found.own - 1.0).abs() < 1e-12 && (found.rank - 2.0).abs() < 1e-12, "{found:?}");
            assert!(
                (found.spectral_norm - largest).abs() < 1e-12
                    && found.spectral_norm_times_blocks == 2.0 * found.spectral_norm
            );
        }
        let mut other = DMatrix::zeros(4, 4);
        (other[(1, 3)], other[(3, 1)]) = (2.0, 0.5);
        let apart = measured(vec![block(map.clone(), identity.clone()), block(other, identity)]);
        assert!(apart.iter().all(|found| found.left < 1e-12 && found.right < 1e-12), "{apart:?}");
        assert!(apart[1].own < 1e-12 && measured(vec![block(map, DMatrix::identity(4, 4))]).is_empty());
    }
}
