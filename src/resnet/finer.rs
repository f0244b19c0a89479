//! A trained ResNet with smaller steps: does the continuous limit give the same answers? Flow-model section 7.
//!
//! A block x + f_k(x) is one Euler step of length 1. In p parts of length 1/p it is either the same f_k p times, which
//! follows the flow that is constant in time on each block, or f_k moving over to f_{k+1}, its parameters in proportion,
//! which follows one whose velocity changes continuously.

use nalgebra::{DMatrix, DVector};

use super::measure::{agreement, largest_distances, predictions, spread};
use crate::flow::{NoLimit, TOLD, integrate_limit};
use crate::network::{Affine, Layer, Network, NetworkError, OutputFunction, Residual};

/// p: into so many parts each block is cut.
pub const PARTS: [usize; 4] = [2, 4, 8, 16];

/// About as many multiplications as the comparison costs, half a second; where there are more points, a part is compared.
const WORK: usize = 2_000_000_000;
/// Passes through a block that all of it takes: 2·(2 + 4 + 8 + 16), and those of the continuous limit.
const PASSES: usize = 200;

/// What happens between one block and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Each part has the block's own parameters.
    Repeated,
    /// The parameters go over to the next block's, where that has the same shape and activation.
    Interpolated,
}

/// The answers of a ResNet with smaller steps beside its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FinerAnswers {
    /// What happens between one block and the next.
    pub between: Between,
    /// p; `None` for the continuous limit, parts without end.
    pub parts: Option<usize>,
    /// The number of points that are compared: a part of them, evenly spread, where there are many.
    pub samples: usize,
    /// The share of equal predictions.
    pub agreement: f64,
    /// The largest distance between outputs, before the output function, over the largest norm of the network's own.
    pub relative_error: f64,
}

impl Between {
    /// Both ways.
    pub const ALL: [Between; 2] = [Between::Repeated, Between::Interpolated];

    /// The word used in the window and in results.
    pub fn name(self) -> &'static str {
        match self {
            Between::Repeated => "repeated",
            Between::Interpolated => "interpolated",
        }
    }
}

/// `network` with each residual block in `parts` parts. Dense layers and blocks whose shortcut is a projection, which are
/// no steps of a flow in one space, stay as they are.
///
/// # Errors
/// If a number between two blocks is not finite.
pub fn in_smaller_steps(network: &Network, between: Between, parts: usize) -> Result<Network, NetworkError> {
    let parts = parts.max(1);
    let mut layers = Vec::with_capacity(network.layers().len() * parts);
    for (index, layer) in network.layers().iter().enumerate() {
        let Layer::Residual(block) = layer else {
            layers.push(layer.clone());
            continue;
        };
        if block.shortcut.is_some() {
            layers.push(layer.clone());
            continue;
        }
        let next = match (between, network.layers().get(index + 1)) {
            (Between::Interpolated, Some(Layer::Residual(next))) if alike(block, next) => next,
            _ => block,
        };
        layers.extend((0..parts).map(|part| {
            let share = part as f64 / parts as f64;
            let outer = mean(&block.outer, &next.outer, share);
            let h = 1.0 / parts as f64;
            Layer::Residual(Residual {
                name: format!("{} {}/{parts}", block.name, part + 1),
                inner: mean(&block.inner, &next.inner, share),
                activation: block.activation,
                outer: Affine { weight: outer.weight * h, bias: outer.bias.map(|bias| bias * h) },
                shortcut: None,
            })
        }));
    }
    Network::new(network.name().to_owned(), layers, network.output())
}

/// Whether a network has a residual block that can be cut: one whose shortcut is the identity.
pub fn has_steps(network: &Network) -> bool {
    network.layers().iter().any(|layer| matches!(layer, Layer::Residual(block) if block.shortcut.is_none()))
}

/// Compares the answers on `inputs` (inputs × samples) for every p of [`PARTS`] and both ways, and of the continuous limit
/// of repeated parts unless that cannot be followed; empty for a network without a residual block that can be cut.
///
/// # Errors
/// If `inputs` does not fit the network, or a number between two blocks is not finite.
pub fn compare_smaller_steps(network: &Network, inputs: &DMatrix<f64>) -> Result<Vec<FinerAnswers>, NetworkError> {
    if !has_steps(network) {
        return Ok(Vec::new());
    }
    let of_block = |layer: &Layer| match layer {
        Layer::Residual(block) => block.inner.weight.len() + block.outer.weight.len(),
        Layer::Dense(_) | Layer::Node(_) => 0,
    };
    let pass: usize = network.layers().iter().map(of_block).sum();
    let inputs = &spread(inputs, (WORK / pass.saturating_mul(PASSES).max(1)).max(1));
    let own = last_values(network, inputs)?;
    let largest = own.column_iter().map(|column| column.norm()).fold(0.0, f64::max);
    let expected = predictions(&own, network.output());
    let compared = |between, parts, finer: DMatrix<f64>| {
        let agreement = agreement(&expected, &predictions(&finer, network.output()));
        let distance = largest_distances(std::slice::from_ref(&own), &[finer])[0];
        let relative_error = if largest > 0.0 { distance / largest } else { 0.0 };
        FinerAnswers { between, parts, samples: inputs.ncols(), agreement, relative_error }
    };
    let mut answers = Vec::with_capacity(2 * PARTS.len() + 1);
    for between in Between::ALL {
        for parts in PARTS {
            let finer = last_values(&in_smaller_steps(network, between, parts)?, inputs)?;
            answers.push(compared(between, Some(parts), finer));
        }
        if between == Between::Repeated
            && let Ok(limit) = limit_values(network, inputs)
        {
            answers.push(compared(between, None, limit));
        }
    }
    Ok(answers)
}

/// The last layer's values before the output function where each block that can be cut is its continuous limit; `inputs`
/// must fit the network.
fn limit_values(network: &Network, inputs: &DMatrix<f64>) -> Result<DMatrix<f64>, NoLimit> {
    let mut points = inputs.clone();
    for layer in network.layers() {
        match layer {
            Layer::Residual(block) if block.shortcut.is_none() => integrate_limit(block, &mut points, 1.0, TOLD)?,
            other => points = other.apply(&points),
        }
    }
    Ok(points)
}

/// The last layer's values before the output function.
fn last_values(network: &Network, inputs: &DMatrix<f64>) -> Result<DMatrix<f64>, NetworkError> {
    network.clone().with_output(OutputFunction::Identity).answers(inputs)
}

fn alike(one: &Residual, other: &Residual) -> bool {
    let shapes = |block: &Residual| (block.inner.weight.shape(), block.outer.weight.shape());
    shapes(one) == shapes(other) && one.activation == other.activation && other.shortcut.is_none()
}

/// (1 − share)·one + share·other; a missing bias counts as zeros.
fn mean(one: &Affine, other: &Affine, share: f64) -> Affine {
    let bias = |affine: &Affine| affine.bias.clone().unwrap_or_else(|| DVector::zeros(affine.outputs()));
    let has_bias = one.bias.is_some() || other.bias.is_some();
    Affine {
        weight: &one.weight * (1.0 - share) + &other.weight * share,
        bias: has_bias.then(|| bias(one) * (1.0 - share) + bias(other) * share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Activation;

    /// x + a·x for one positive coordinate.
    fn block(a: f64) -> Layer {
        let affine = |value: f64| Affine { weight: DMatrix::from_element(1, 1, value), bias: None };
        Layer::Residual(Residual {
            name: "b".into(),
            inner: affine(1.0),
            activation: Activation::Relu,
            outer: affine(a),
            shortcut: None,
        })
    }

    #[test]
    fn repeated_steps_go_to_the_exponential_and_interpolated_ones_to_the_mean_rate() {
        let network = Network::new(String::new(), vec![block(0.2), block(0.6)], OutputFunction::Identity).unwrap();
        let one = DMatrix::from_element(1, 1, 1.0);
        let end = |between, parts| last_values(&in_smaller_steps(&network, between, parts).unwrap(), &one).unwrap()[0];
        assert!((end(Between::Repeated, 1) - 1.2 * 1.6).abs() < 1e-15);
        assert!((end(Between::Repeated, 2) - 1.1_f64.powi(2) * 1.3_f64.powi(2)).abs() < 1e-14);
        // dx/ds = a(s)·x: the limit is e to the integral of a.
        assert!((end(Between::Repeated, 4096) - 0.8_f64.exp()).abs() < 1e-3);
        assert!((limit_values(&network, &one).unwrap()[0] - 0.8_f64.exp()).abs() < 1e-8);
        // From 0.2 to 0.6 over the first block, then 0.6: 0.4 + 0.6.
        assert!((end(Between::Interpolated, 4096) - 1.0_f64.exp()).abs() < 1e-3);
        assert!((end(Between::Interpolated, 2) - 1.1 * 1.2 * 1.3 * 1.3).abs() < 1e-14);
    }

    #[test]
    fn a_plain_net_has_nothing_to_cut_and_a_slow_one_keeps_its_answers() {
        let inputs = DMatrix::from_row_slice(1, 3, &[0.1, 0.4, 2.0]);
        let slow = Network::new(String::new(), vec![block(0.01), block(0.01)], OutputFunction::Identity).unwrap();
        let answers = compare_smaller_steps(&slow, &inputs).unwrap();
        assert_eq!(answers.len(), 2 * PARTS.len() + 1);
        assert_eq!(answers.iter().filter(|answer| answer.parts.is_none()).count(), 1);
        assert!(answers.iter().all(|answer| answer.agreement == 1.0 && answer.relative_error < 1e-3));
        let affine = Affine { weight: DMatrix::from_element(1, 1, 2.0), bias: None };
        let dense = Layer::Dense(crate::network::Dense { name: String::new(), affine, activation: Activation::Relu });
        let plain = Network::new(String::new(), vec![dense], OutputFunction::Identity).unwrap();
        assert!(compare_smaller_steps(&plain, &inputs).unwrap().is_empty());
        assert_eq!(in_smaller_steps(&plain, Between::Repeated, 8).unwrap(), plain);
    }
}
