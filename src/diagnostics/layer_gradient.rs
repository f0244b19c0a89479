//! The gradient λ carried backward through one layer or one phase.

use nalgebra::{DMatrix, DVector};

use super::findings::LayerValues;
use crate::flow::{ExactScheme, Motion};
use crate::network::{Activation, Affine, Layer, softmax_pull_back};

/// The gradients of one matrix and its bias, of the mean loss.
#[derive(Clone, Debug)]
pub(super) struct AffineGradient {
    pub weight: DMatrix<f64>,
    pub bias: Option<DVector<f64>>,
}

/// The gradients of a layer's weights, those of the inner and outer map and the shortcut of a residual block, and λ at its
/// start, from λ at its end.
pub(super) fn through(
    layer: &Layer,
    input: &DMatrix<f64>,
    values: &LayerValues,
    lambda: &DMatrix<f64>,
) -> (Vec<AffineGradient>, DMatrix<f64>) {
    let share = 1.0 / lambda.ncols().max(1) as f64;
    let of_affine = |affine: &Affine, lambda: &DMatrix<f64>, input: &DMatrix<f64>| AffineGradient {
        weight: (lambda * input.transpose()) * share,
        bias: affine.bias.as_ref().map(|_| lambda.column_sum() * share),
    };
    match layer {
        Layer::Dense(dense) => {
            let mut before = lambda.clone();
            cut(dense.activation, values, &mut before);
            (vec![of_affine(&dense.affine, &before, input)], dense.affine.weight.tr_mul(&before))
        }
        Layer::Residual(block) => {
            let mut hidden = block.outer.weight.tr_mul(lambda);
            cut(block.activation, values, &mut hidden);
            let mut gradients =
                vec![of_affine(&block.inner, &hidden, input), of_affine(&block.outer, lambda, &values.after)];
            let mut start = block.inner.weight.tr_mul(&hidden);
            match &block.shortcut {
                Some(shortcut) => {
                    gradients.push(AffineGradient { weight: (lambda * input.transpose()) * share, bias: None });
                    start += shortcut.tr_mul(lambda);
                }
                None => start += lambda,
            }
            (gradients, start)
        }
        // Its numbers are fixed: what is asked of them is not worked out.
        Layer::Node(node) => (Vec::new(), node.pull_columns(input, lambda)),
    }
}

/// λ before an activation from λ behind it.
pub(super) fn cut(activation: Activation, values: &LayerValues, lambda: &mut DMatrix<f64>) {
    cut_by(activation, &values.before, &values.after, lambda);
}

/// The same for the rows that the activation bends.
pub(super) fn cut_by(activation: Activation, before: &DMatrix<f64>, after: &DMatrix<f64>, lambda: &mut DMatrix<f64>) {
    match activation {
        Activation::Identity => {}
        Activation::Softmax => {
            for (mut gradient_values, shares) in lambda.column_iter_mut().zip(after.column_iter()) {
                softmax_pull_back(shares.as_slice(), gradient_values.as_mut_slice(), 0, 1);
            }
        }
        _ => {
            for (mut gradient_values, before) in lambda.column_iter_mut().zip(before.column_iter()) {
                gradient_values.iter_mut().zip(before.iter()).for_each(|(slope, y)| *slope *= activation.slope(*y));
            }
        }
    }
}

/// Multiplies every column by the Jacobian matrix of an activation at one sample; it is symmetric, so that this is the same
/// forward and backward.
pub(super) fn bend(activation: Activation, values: &LayerValues, sample: usize, jacobian: &mut DMatrix<f64>) {
    if activation == Activation::Identity {
        return;
    }
    if activation == Activation::Softmax {
        let shares = values.after.column(sample);
        for mut column in jacobian.column_iter_mut() {
            softmax_pull_back(shares.as_slice(), column.as_mut_slice(), 0, 1);
        }
        return;
    }
    let gradients: Vec<f64> = values.before.column(sample).iter().map(|y| activation.slope(*y)).collect();
    for mut column in jacobian.column_iter_mut() {
        column.iter_mut().zip(&gradients).for_each(|(entry, slope)| *entry *= slope);
    }
}

/// λ at a phase's start from λ at its end (d × samples); `values` are those before and after the layer's activation.
pub(super) fn step_back(motion: &Motion, values: (&DMatrix<f64>, &DMatrix<f64>), lambda: &mut DMatrix<f64>) {
    match motion {
        Motion::Activation { activation, .. } => cut_by(*activation, values.0, values.1, lambda),
        motion => motion.carry_rows(lambda, &mut DVector::zeros(lambda.ncols()), 1.0, &ExactScheme),
    }
}
