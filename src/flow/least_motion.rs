//! How far some points go while a layer turns in, compresses and turns out: what the gauge of least motion makes small.

use nalgebra::{DMatrix, DVector};

use super::CompressionLaw;
use crate::linalg::{ProperSvd, evenly_spaced};
use crate::network::Network;

/// Points that are followed, at most.
const POINTS: usize = 96;
/// Moments at which the speed of the compression is taken, with their weights: Simpson's rule twice.
const MOMENTS: [(f64, f64); 5] =
    [(0.0, 1.0 / 12.0), (0.25, 4.0 / 12.0), (0.5, 2.0 / 12.0), (0.75, 4.0 / 12.0), (1.0, 1.0 / 12.0)];

/// Some of `inputs` (inputs × samples) where each layer of `network` begins; `None` from the first layer on that they reach
/// with what is not finite.
pub(super) fn layer_inputs(network: &Network, inputs: &DMatrix<f64>) -> Vec<Option<DMatrix<f64>>> {
    let mut points = Some(inputs.select_columns(&evenly_spaced(inputs.ncols(), POINTS)));
    let mut all = Vec::with_capacity(network.layers().len());
    for layer in network.layers() {
        points = points.filter(|points| points.iter().all(|value| value.is_finite()));
        all.push(points.clone());
        points = points.map(|points| layer.apply(&points));
    }
    all
}

/// The mean way of `points` (inputs × samples) through Vᵀ, Σ and U.
pub(super) fn path_length(proper: &ProperSvd, points: &DMatrix<f64>, law: CompressionLaw) -> f64 {
    let mut points = points.clone().resize_vertically(proper.rotation_in.dimension(), 0.0);
    let turned_in = mean_norm(&proper.rotation_in.velocity(&points));
    proper.rotation_in.rotate(&mut points, 1.0);
    let compressed: f64 = MOMENTS
        .iter()
        .map(|(s, weight)| {
            let rates = proper.factors.iter().map(|sigma| law.rate(*sigma, *s));
            let rates = DVector::from_iterator(proper.factors.len(), rates);
            let moved = points.column_iter().map(|point| point.component_mul(&rates).norm());
            weight * moved.sum::<f64>() / points.ncols().max(1) as f64
        })
        .sum();
    for (mut row, sigma) in points.row_iter_mut().zip(&proper.factors) {
        row *= *sigma;
    }
    turned_in + compressed + mean_norm(&proper.rotation_out.velocity(&points))
}

fn mean_norm(columns: &DMatrix<f64>) -> f64 {
    columns.column_iter().map(|column| column.norm()).sum::<f64>() / columns.ncols().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::TrajectoryMetrics;
    use crate::flow::{Decomposition, Flow, FlowOptions};
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Affine, Dense, Layer, OutputFunction};

    fn network(rows: usize, columns: usize, seed: u64) -> Network {
        let affine = Affine { weight: random_matrix(rows, columns, seed), bias: None };
        let layer = Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity });
        Network::new(String::new(), vec![layer], OutputFunction::Identity).unwrap()
    }

    #[test]
    fn the_data_goes_no_farther_than_under_the_least_rotation_and_arrives_at_the_same_place() {
        let mut gained = 0;
        for (seed, (rows, columns)) in
            [(2, 2), (3, 3), (5, 5), (4, 2), (2, 6), (8, 8), (20, 20)].into_iter().enumerate()
        {
            let network = network(rows, columns, seed as u64);
            // Data along a few directions: a rotation of the others moves nothing.
            let mut points = random_matrix(columns, 60, seed as u64 + 50) * 0.05;
            points.row_mut(0).scale_mut(40.0);
            let flows = [Decomposition::Svd, Decomposition::LeastMotion].map(|decomposition| {
                let options = FlowOptions { decomposition, ..FlowOptions::default() };
                Flow::for_data(&network, options, &points, &mut |_, _| true).unwrap()
            });
            let lengths = [0, 1].map(|index| {
                let found = TrajectoryMetrics::measure(&flows[index], &points, &mut |_, _| true).unwrap();
                found.layers[0].length()
            });
            assert!(lengths[1] <= lengths[0] * (1.0 + 1e-3), "{rows}×{columns}: {lengths:?}");
            gained += usize::from(lengths[1] < 0.98 * lengths[0]);
            let ends = [0, 1].map(|index| flows[index].positions(&points, 1.0).unwrap());
            assert!((&ends[0] - &ends[1]).amax() < 1e-10 * (1.0 + ends[0].amax()));
            assert_eq!(flows[0].ambient_dimension(), flows[1].ambient_dimension());
        }
        assert!(gained >= 3, "{gained}");
    }

    #[test]
    fn what_is_not_finite_is_not_followed() {
        let network = network(2, 2, 1);
        let inputs = DMatrix::from_element(2, 3, f64::INFINITY);
        assert_eq!(layer_inputs(&network, &inputs), [None]);
        let options = FlowOptions { decomposition: Decomposition::LeastMotion, ..FlowOptions::default() };
        assert!(Flow::for_data(&network, options, &inputs, &mut |_, _| true).is_ok());
        assert!(Flow::for_data(&network, options, &DMatrix::zeros(2, 0), &mut |_, _| true).is_ok());
    }
}
