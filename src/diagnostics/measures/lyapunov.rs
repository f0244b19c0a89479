//! Finite-time Lyapunov exponents: how fast the map from t = 0 tears neighbours apart.

use nalgebra::{DMatrix, DVector};

use crate::diagnostics::findings::LayerValues;
use crate::diagnostics::layer_gradient::bend;
use crate::network::{Layer, Network};

/// Multiplications for all Jacobian matrices, at most.
const MAX_WORK: f64 = 3e8;
/// Steps of the power iteration that are usual.
const STEPS: usize = 40;
/// Steps of the power iteration at most.
const MAX_STEPS: usize = 2000;
/// The iteration stands still where a step changes the value by less than this.
const STILL: f64 = 1e-14;

/// The mean over samples of (1/t)·ln σ₁(J_t(x)) at the end of each layer, J_t the Jacobian matrix of the map from 0 to t
/// (Storm et al., PRL 132, 057301). `None` where a sample's map is constant, or the Jacobian matrices would take too long.
pub(super) fn exponents(network: &Network, values: &[LayerValues]) -> Vec<Option<f64>> {
    let layers = network.layers();
    let samples = values.first().map_or(0, |values| values.before.ncols());
    let inputs = network.inputs();
    let cost_of = |(index, layer): (usize, &Layer)| {
        let (least, most) = (layer.outputs().min(inputs), layer.outputs().max(inputs));
        let product = if index == 0 && matches!(layer, Layer::Dense(_)) {
            0
        } else {
            let entries =
                if matches!(layer, Layer::Node(_)) { layer.inputs() * layer.outputs() } else { layer.parameters() };
            entries * inputs + most * least * least
        };
        (product + STEPS * least * least) as f64
    };
    let cost_of_one: f64 = layers.iter().enumerate().map(cost_of).sum();
    let most = MAX_WORK / cost_of_one.max(1.0);
    if most < 1.0 || samples == 0 {
        return vec![None; layers.len()];
    }
    let step = (samples as f64 / most).ceil().max(1.0);
    let chosen: Vec<usize> = (0..samples).step_by(step as usize).collect();
    // W Wᵀ of the first layer is the same for all samples, but for the slopes on both sides.
    let first = match layers.first() {
        Some(Layer::Dense(dense)) if dense.activation.is_coordinatewise() && dense.affine.outputs() <= inputs => {
            Some((dense.activation, &dense.affine.weight * dense.affine.weight.transpose()))
        }
        _ => None,
    };
    let mut sums = vec![Some(0.0); layers.len()];
    for sample in &chosen {
        let mut jacobian: Option<DMatrix<f64>> = None;
        for (index, (layer, values)) in layers.iter().zip(values).enumerate() {
            let next = advance(layer, values, *sample, jacobian.as_ref());
            let stretch = match &first {
                Some((activation, gram)) if index == 0 => {
                    let gradients = values.before.column(*sample).map(|y| activation.slope(y));
                    largest_eigenvalue(DMatrix::from_fn(gram.nrows(), gram.ncols(), |row, column| {
                        gradients[row] * gram[(row, column)] * gradients[column]
                    }))
                    .sqrt()
                }
                _ => largest_singular_value(&next),
            };
            let exponent = (stretch > 0.0).then(|| stretch.ln() / (index + 1) as f64);
            sums[index] = sums[index].zip(exponent).map(|(sum, exponent)| sum + exponent);
            jacobian = Some(next);
        }
    }
    sums.into_iter().map(|sum| sum.map(|sum| sum / chosen.len() as f64)).collect()
}

/// The Jacobian matrix at a layer's end from that at its start; the identity where there is none.
fn advance(layer: &Layer, values: &LayerValues, sample: usize, jacobian: Option<&DMatrix<f64>>) -> DMatrix<f64> {
    let times = |weight: &DMatrix<f64>| jacobian.map_or_else(|| weight.clone(), |jacobian| weight * jacobian);
    match layer {
        Layer::Node(node) => {
            let own = node.jacobian(values.before.column(sample).into_owned().as_slice());
            jacobian.map_or_else(|| own.clone(), |jacobian| &own * jacobian)
        }
        Layer::Dense(dense) => {
            let mut next = times(&dense.affine.weight);
            bend(dense.activation, values, sample, &mut next);
            next
        }
        Layer::Residual(block) => {
            let mut hidden = times(&block.inner.weight);
            bend(block.activation, values, sample, &mut hidden);
            let branch = &block.outer.weight * hidden;
            match (&block.shortcut, jacobian) {
                (Some(shortcut), _) => times(shortcut) + branch,
                (None, Some(jacobian)) => jacobian + branch,
                (None, None) => branch + DMatrix::identity(block.outer.outputs(), block.inner.inputs()),
            }
        }
    }
}

/// σ₁, from the smaller Gram matrix.
fn largest_singular_value(matrix: &DMatrix<f64>) -> f64 {
    let scale = matrix.amax();
    if scale == 0.0 || !scale.is_finite() {
        return 0.0;
    }
    let scaled = matrix / scale;
    let gram = if scaled.nrows() <= scaled.ncols() { &scaled * scaled.transpose() } else { scaled.tr_mul(&scaled) };
    scale * largest_eigenvalue(gram).sqrt()
}

/// The largest eigenvalue of a positive semidefinite matrix, by the power iteration; of one or two rows, by the formula.
fn largest_eigenvalue(gram: DMatrix<f64>) -> f64 {
    match gram.nrows() {
        1 => return gram[0].max(0.0),
        2 => {
            let (mean, half) = (0.5 * (gram[(0, 0)] + gram[(1, 1)]), 0.5 * (gram[(0, 0)] - gram[(1, 1)]));
            return (mean + half.hypot(gram[(1, 0)])).max(0.0);
        }
        _ => {}
    }
    // The longest column is never orthogonal to the first direction where that matters.
    let longest = (0..gram.nrows()).max_by(|one, other| gram[(*one, *one)].total_cmp(&gram[(*other, *other)]));
    let mut direction: DVector<f64> = gram.column(longest.unwrap_or(0)).into_owned();
    let mut value = 0.0;
    for _ in 0..MAX_STEPS {
        let norm = direction.norm();
        if norm == 0.0 || norm.is_nan() {
            return 0.0;
        }
        direction /= norm;
        let next = &gram * &direction;
        let found = direction.dot(&next);
        let is_still = (found - value).abs() <= STILL * found;
        value = found;
        direction = next;
        if is_still {
            break;
        }
    }
    value.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::findings::follow;
    use crate::linalg::library::singular_values;
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Affine, Dense, OutputFunction};

    #[test]
    fn of_a_linear_net_it_is_that_of_the_product() {
        let dense = |rows, columns, seed| {
            let affine = Affine { weight: random_matrix(rows, columns, seed), bias: None };
            Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity })
        };
        let network =
            Network::new(String::new(), vec![dense(4, 3, 1), dense(2, 4, 2)], OutputFunction::Identity).unwrap();
        let (values, _) = follow(&network, &random_matrix(3, 5, 3));
        let found = exponents(&network, &values);
        let product = random_matrix(2, 4, 2) * random_matrix(4, 3, 1);
        let expected = singular_values(&product).unwrap()[0].ln() / 2.0;
        assert!((found[1].unwrap() - expected).abs() < 1e-10, "{found:?} {expected}");
    }

    #[test]
    fn the_power_iteration_finds_the_largest() {
        for (rows, columns, seed) in [(1, 1, 1), (2, 2, 2), (7, 3, 3), (3, 9, 4), (20, 20, 5)] {
            let matrix = random_matrix(rows, columns, seed) * 1e-150;
            let expected = singular_values(&matrix).unwrap()[0];
            assert!((largest_singular_value(&matrix) / expected - 1.0).abs() < 1e-9);
        }
        assert_eq!(largest_singular_value(&DMatrix::zeros(2, 2)), 0.0);
    }
}
