//! One gauge is followed through the checkpoints of a training: no singular direction jumps where the weights do not.

use std::sync::Arc;

use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::flow::{Flow, FlowOptions, Motion, Phase, PhaseKind};
use layerflow::linalg::Svd;
use layerflow::network::{Activation, Layer, Network, OutputFunction};
use layerflow::training::{NetworkPlan, Trainer, TrainingOptions};
use nalgebra::DMatrix;

/// The networks of a training on `moons`, one a step.
fn checkpoints(seed: u64, count: usize, widths: &[usize], rate: f64) -> Vec<Network> {
    let data = Generator::Moons.generate(GeneratorOptions { samples: 200, ..GeneratorOptions::default() });
    let plan = NetworkPlan::plain("run".into(), widths, Activation::Tanh, OutputFunction::Softmax);
    let options = TrainingOptions { rate, ..TrainingOptions::of_data(&data) };
    let network = plan.draw(seed).unwrap();
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
    let networks = checkpoints(3, 200, &[2, 8, 8, 2], 0.01);
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

/// How far drawn directions go between two flows of a layer, at most, as a chord. Where the determinant changes its sign
/// one u turns round, which no proper rotations avoid: its axis counts as long as it is drawn.
fn drawn_jump(networks: &[Network], flows: &[Flow], layer: usize) -> f64 {
    let [before, after] = [0, 1].map(|at| weight(&networks[at], layer));
    let [(v, u, first), (next_v, next_u, second)] = [0, 1].map(|at| factors(&flows[at], layer));
    let reflects = before.is_square() && before.determinant() * after.determinant() < 0.0;
    let least = |along: &[f64]| along.iter().copied().filter(|factor| *factor > 0.0).fold(f64::INFINITY, f64::min);
    let mut largest = 0.0_f64;
    let mut turned = 0;
    // A reflection needs one dimension more.
    let dimension = v.nrows().max(next_v.nrows());
    let [v, u, next_v, next_u] = [v, u, next_v, next_u].map(|matrix| matrix.resize_vertically(dimension, 0.0));
    for axis in (0..first.len().min(second.len())).filter(|axis| first[*axis] > 0.0 && second[*axis] > 0.0) {
        largest = largest.max((v.column(axis) - next_v.column(axis)).norm());
        let jump = (u.column(axis) - next_u.column(axis)).norm();
        if reflects && jump > 1.0 {
            turned += 1;
            let drawn = least(&first).max(least(&second));
            assert!(drawn <= (after - before).norm(), "what turns round is all but compressed away");
            largest = largest.max(jump * drawn / after.norm());
        } else {
            largest = largest.max(jump);
        }
    }
    assert!(turned <= 1);
    largest
}

/// By how much U·Vᵀ goes, in the directions that W has: so far U and V together have to go, however they are chosen.
fn least_jump(before: &DMatrix<f64>, after: &DMatrix<f64>) -> f64 {
    let [one, other] = [before, after].map(|weight| {
        let svd = Svd::new(weight).unwrap();
        let rank = weight.nrows().min(weight.ncols());
        svd.u().columns(0, rank) * svd.v().columns(0, rank).transpose()
    });
    Svd::new(&(other - one)).unwrap().singular_values()[0]
}

#[test]
fn no_drawn_direction_goes_three_times_as_far_as_its_weight() {
    let (mut tilted, mut reflected) = (0, 0);
    let (mut free, mut held) = (0, 0);
    for (seed, widths, rate) in [(1, [2, 3, 3, 2], 0.04), (2, [2, 3, 3, 2], 0.04), (3, [2, 6, 4, 2], 0.03)] {
        let networks = checkpoints(seed, 200, &widths, rate);
        let mut largest = vec![(0.0_f64, 0.0_f64); widths.len() - 1];
        let mut flow = Flow::new(&networks[0], FlowOptions::default(), &mut |_, _| true).unwrap();
        let data = Generator::Moons.generate(GeneratorOptions { samples: 10, ..GeneratorOptions::default() });
        for pair in networks.windows(2) {
            let next = Flow::near(&pair[1], FlowOptions::default(), &flow, &mut |_, _| true).unwrap();
            let flows = [flow, next];
            for (layer, largest) in largest.iter_mut().enumerate() {
                let (before, after) = (weight(&pair[0], layer), weight(&pair[1], layer));
                let moved = (after - before).norm() / after.norm();
                let jump = drawn_jump(pair, &flows, layer);
                // What a small singular value turns fast, no choice holds back.
                let forced = 2.0 * least_jump(before, after);
                assert!(jump <= forced.max(3.0 * moved), "{widths:?}, layer {layer}: {jump} over {moved}");
                if forced <= 3.0 * moved {
                    free += 1;
                    *largest = (largest.0.max(jump), largest.1.max(moved));
                } else {
                    held += 1;
                }
                let is_tilted = |phase: &Phase| matches!(phase.motion, Motion::Compression { basis: Some(_), .. });
                tilted += usize::from(flows[1].layers()[layer].phases.iter().any(is_tilted));
                reflected += usize::from(before.is_square() && before.determinant() * after.determinant() < 0.0);
            }
            // However it is drawn, it is the network.
            let [_, next] = flows;
            let mut end = next.positions(&data.points, next.duration()).unwrap().rows(0, 2).into_owned();
            pair[1].output().apply_columns(&mut end);
            assert!((end - pair[1].forward(&data.points).unwrap().output).amax() < 1e-9);
            flow = next;
        }
        assert!(largest.iter().all(|(jump, moved)| *jump <= 3.0 * moved), "{largest:?}");
    }
    assert!(free > 3 * held, "{free} steps are held to three times, {held} are turned by the weights themselves");
    // There was something to follow.
    assert!(tilted > 0 && reflected > 0, "{tilted}, {reflected}");
}
