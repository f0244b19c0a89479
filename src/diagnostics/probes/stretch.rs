//! How much a flow can stretch at most: the product of Lipschitz constants up to a time.

use crate::flow::{Flow, LayerFlow, Motion};
use crate::linalg::Svd;
use crate::network::{Activation, Residual};
use nalgebra::DMatrix;

/// Matrices of more entries are bounded by the root of the sum of their squares, which is above σ₁ and needs no
/// decomposition.
const MAX_DECOMPOSED: usize = 1 << 18;

/// A bound of ‖x(t) − y(t)‖/‖x(0) − y(0)‖ over all pairs of points at each of the ascending `times`.
///
/// Rotations and shifts keep distances. A compression stretches by its largest factor at s; directions that are lost go
/// straight, 1 − s. An activation's path (1−s)y + sσ(y) has slopes between 1 − s + s·min σ' and 1 − s + s·max σ'. A
/// residual block adds s·Lip(f) of the distance with which the layer began; along its continuous limit distances grow by
/// at most exp(s·Lip(f)). Each constant holds for all points, so that the product does.
pub fn lipschitz_bounds(flow: &Flow, times: &[f64]) -> Vec<f64> {
    let mut bounds = Vec::with_capacity(times.len());
    let mut remaining = times.iter().copied().map(|t| flow.moment(t)).peekable();
    let mut start = 1.0;
    for (index, layer) in flow.layers().iter().enumerate() {
        let layer_start = start;
        let branch = layer.phases.iter().find_map(|phase| branch_bound(&phase.motion));
        for (position, phase) in layer.phases.iter().enumerate() {
            let at = |s: f64| bound(layer, &phase.motion, s, (start, layer_start, branch.unwrap_or(0.0)));
            while let Some(moment) = remaining.next_if(|m| m.layer == index && m.phase == Some(position)) {
                bounds.push(at(moment.s));
            }
            start = at(1.0);
        }
        while remaining.next_if(|moment| moment.layer == index).is_some() {
            bounds.push(start);
        }
    }
    bounds
}

/// The bound at phase time s from those at the phase's and the layer's start.
fn bound(layer: &LayerFlow, motion: &Motion, s: f64, (start, layer_start, branch): (f64, f64, f64)) -> f64 {
    match motion {
        Motion::Rotation(_) | Motion::Shift(_) => start,
        Motion::Compression { law, factors, .. } => {
            let kept = factors.iter().filter(|sigma| **sigma != 0.0);
            let loses = kept.clone().count() < layer.inputs;
            let lost = if loses { law.factor(0.0, s) } else { 0.0 };
            start * kept.map(|sigma| law.factor(*sigma, s)).fold(lost, f64::max)
        }
        Motion::Activation { activation, .. } => start * slope_bound(*activation, s),
        Motion::Residual(_) => start + s * branch * layer_start,
        Motion::Limit(_) => start * (s * branch).exp(),
        Motion::Node(stage) => {
            let end = stage.node.lipschitz();
            // Along a curved path the groups stretch by the power s of it at most.
            let within = if s == 0.0 {
                1.0
            } else if stage.is_curved() {
                end.max(1.0).powf(s)
            } else {
                1.0 - s + s * end
            };
            start * within
        }
    }
}

/// The largest slope of y ↦ (1−s)y + sσ(y).
fn slope_bound(activation: Activation, s: f64) -> f64 {
    if s == 0.0 {
        return 1.0;
    }
    let [least, most] = [activation.least_slope(), activation.steepest_slope()].map(|slope| 1.0 - s + s * slope);
    least.abs().max(most)
}

/// A bound of Lip(f) of a residual block's branch: ‖W₂‖·max|σ'|·‖W₁‖.
fn branch_bound(motion: &Motion) -> Option<f64> {
    let (Motion::Residual(block) | Motion::Limit(block)) = motion else { return None };
    let Residual { inner, activation, outer, .. } = &**block;
    Some(norm_bound(&inner.weight) * activation.steepest_slope() * norm_bound(&outer.weight))
}

fn norm_bound(matrix: &DMatrix<f64>) -> f64 {
    let decomposed = (matrix.len() <= MAX_DECOMPOSED).then(|| Svd::new(matrix).ok()).flatten();
    let largest = decomposed.and_then(|svd| svd.singular_values().first().copied());
    largest.unwrap_or_else(|| matrix.norm())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::probes::testing::mixed_network;
    use crate::flow::{Decomposition, FlowOptions, ResidualLaw};
    use crate::linalg::testing::random_matrix;
    use crate::network::OutputFunction;

    #[test]
    fn no_pair_of_points_is_stretched_by_more() {
        let times: Vec<f64> = (0..=100).map(|step| 0.05 * f64::from(step)).collect();
        for activation in [Activation::Relu, Activation::Tanh, Activation::Gelu, Activation::Softmax] {
            for decomposition in Decomposition::ALL {
                for residual in ResidualLaw::ALL {
                    let network = mixed_network(activation, OutputFunction::Identity);
                    let options = FlowOptions { decomposition, residual, ..FlowOptions::default() };
                    let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
                    let bounds = lipschitz_bounds(&flow, &times);
                    assert_eq!((bounds.len(), bounds[0]), (times.len(), 1.0));
                    let points = random_matrix(3, 12, 4);
                    for (t, bound) in times.iter().zip(&bounds) {
                        let now = flow.positions(&points, *t).unwrap();
                        for (one, other) in (0..12).flat_map(|one| (0..one).map(move |other| (one, other))) {
                            let before = (points.column(one) - points.column(other)).norm();
                            let after = (now.column(one) - now.column(other)).norm();
                            assert!(after <= bound * before * (1.0 + 1e-9), "{activation:?} {t}: {after} {bound}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn of_one_linear_layer_the_bound_is_reached_by_its_first_singular_direction() {
        let weight = random_matrix(3, 3, 8);
        let affine = crate::network::Affine { weight: weight.clone(), bias: None };
        let dense = crate::network::Dense { name: String::new(), affine, activation: Activation::Identity };
        let layers = vec![crate::network::Layer::Dense(dense)];
        let network = crate::network::Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let svd = Svd::new(&weight).unwrap();
        let direction = DMatrix::from_column_slice(3, 1, svd.v().column(0).as_slice());
        for t in [0.0, 0.3, 0.5, 0.6, 0.9, 1.0] {
            let length = flow.positions(&direction, t).unwrap().norm();
            let bound = lipschitz_bounds(&flow, &[t])[0];
            // Where other directions are stretched more than the first is, the bound is above.
            assert!((length - bound).abs() < 1e-9 || svd.singular_values()[0] < 1.0, "{t}: {length} {bound}");
        }
    }
}
