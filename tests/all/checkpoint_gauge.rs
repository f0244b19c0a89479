//! One gauge is followed through the checkpoints of a training: no singular direction jumps where the weights do not.

use std::sync::Arc;

use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::flow::{Flow, FlowOptions, Motion, PhaseKind};
use layerflow::linalg::Svd;
use layerflow::network::{Activation, Layer, Network, OutputFunction};
use layerflow::training::{NetworkPlan, Trainer, TrainingOptions};
use nalgebra::DMatrix;

/// The networks of a training on `moons`, one a step.
fn checkpoints(count: usize, widths: &[usize], rate: f64) -> Vec<Network> {
    let data = Generator::Moons.generate(GeneratorOptions { samples: 200, ..GeneratorOptions::default() });
    let plan = NetworkPlan::plain("run".into(), widths, Activation::Tanh, OutputFunction::Softmax);
    let options = TrainingOptions { rate, ..TrainingOptions::of_data(&data) };
    let network = plan.draw(3).unwrap();
    let mut trainer = Trainer::new(Arc::new(network), Arc::new(data), options).unwrap();
    let mut found = vec![trainer.network().unwrap()];
    for _ in 1..count {
        trainer.step().unwrap();
        found.push(trainer.network().unwrap());
    }
    found
}

/// V and U of a layer with the singular value along each axis.
fn factors(flow: &Flow, layer: usize) -> (DMatrix<f64>, DMatrix<f64>, Vec<f64>) {
    let dimension = flow.ambient_dimension();
    let still = DMatrix::identity(dimension, dimension);
    let (mut v, mut u, mut along) = (still.clone(), still, vec![1.0; dimension]);
    for phase in &flow.layers()[layer].phases {
        match (&phase.motion, phase.kind) {
            (Motion::Rotation(rotation), PhaseKind::RotateIn) => v = rotation.to_matrix().transpose(),
            (Motion::Rotation(rotation), _) => u = rotation.to_matrix(),
            (Motion::Compression { factors, .. }, _) => along.clone_from(factors),
            _ => {}
        }
    }
    (v, u, along)
}

fn weight(network: &Network, layer: usize) -> &DMatrix<f64> {
    let Layer::Dense(dense) = &network.layers()[layer] else { unreachable!() };
    &dense.affine.weight
}

/// By how much the drawn directions go, at most, over what the weights allow: ‖ΔW‖ over the distance of a singular value to
/// the next; and the largest of all jumps over the largest ‖ΔW‖/‖W‖.
fn jumps(networks: &[Network], flows: &[Flow]) -> (f64, f64) {
    let (mut over_allowed, mut largest, mut largest_of_weight) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (networks, flows) in networks.windows(2).zip(flows.windows(2)) {
        for layer in 0..networks[0].layers().len() {
            let [before, after] = [0, 1].map(|at| weight(&networks[at], layer));
            let moved = (after - before).norm();
            largest_of_weight = largest_of_weight.max(moved / after.norm());
            let values = Svd::new(after).unwrap().singular_values().to_vec();
            let [(v, u, _), (next_v, next_u, along)] = [0, 1].map(|at| factors(&flows[at], layer));
            for axis in (0..along.len()).filter(|axis| along[*axis] > 0.0) {
                let jump = [(&v, &next_v), (&u, &next_u)]
                    .map(|(one, other)| (one.column(axis) - other.column(axis)).norm())
                    .into_iter()
                    .fold(0.0, f64::max);
                let others = values.iter().filter(|value| (**value - along[axis]).abs() > 1e-9 * values[0]);
                let square = after.nrows() == after.ncols();
                let least = if square { f64::INFINITY } else { along[axis] };
                let gap = others.map(|value| (value - along[axis]).abs()).fold(least, f64::min).min(values[0]);
                over_allowed = over_allowed.max(jump * gap / moved.max(f64::MIN_POSITIVE));
                largest = largest.max(jump);
            }
        }
    }
    (over_allowed, largest / largest_of_weight)
}

#[test]
fn no_direction_jumps_in_a_training_of_200_steps() {
    let networks = checkpoints(200, &[2, 8, 8, 2], 0.01);
    let options = FlowOptions::default();
    let alone: Vec<Flow> = networks.iter().map(|net| Flow::new(net, options, &mut |_, _| true).unwrap()).collect();
    let mut followed = vec![alone[0].clone()];
    for network in &networks[1..] {
        let next = Flow::near(network, options, followed.last().unwrap(), &mut |_, _| true).unwrap();
        followed.push(next);
    }
    let ((alone, plain), (allowed, over_weight)) = (jumps(&networks, &alone), jumps(&networks, &followed));
    eprintln!("each alone {alone} ({plain}); followed {allowed} ({over_weight})");
    assert!(allowed <= 3.0, "{allowed}");
    assert!(alone > 3.0, "each by itself would do: {alone}");
}
