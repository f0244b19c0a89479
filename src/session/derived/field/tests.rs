use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::*;
use crate::dataset::{Dataset, Generator, GeneratorOptions, Labels};
use crate::flow::FlowOptions;
use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction, Residual};
use crate::session::Projection;

fn scene(weight: [f64; 4], activation: Activation) -> Scene {
    let dense = |weight: [f64; 4], activation| {
        let affine = Affine {
            weight: DMatrix::from_row_slice(2, 2, &weight),
            bias: Some(DVector::from_column_slice(&[0.2, -0.1])),
        };
        Layer::Dense(Dense { name: String::new(), affine, activation })
    };
    let layers = vec![dense(weight, activation), dense([1.0, -0.4, 0.3, 0.8], Activation::Identity)];
    let network = Arc::new(Network::new("bend".into(), layers, OutputFunction::Softmax).unwrap());
    let data = Generator::Moons.generate(GeneratorOptions { samples: 120, ..GeneratorOptions::default() });
    Scene::build(&network, &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap()
}

fn request(t: f64) -> FieldRequest {
    FieldRequest {
        t,
        projection: Projection::Automatic,
        auto_fit: false,
        answers: true,
        velocity: Some(VelocityPicture::Arrows),
        areas: true,
    }
}

fn field(scene: &Scene, t: f64) -> Field {
    Field::build(scene, request(t), &mut |_, _| true).unwrap()
}

/// The input whose trajectory is at `target` at time t, by Newton's method from the nearest of many; `None` if it misses.
fn input_of(scene: &Scene, target: &DVector<f64>, t: f64) -> Option<DVector<f64>> {
    let at = |x: &DVector<f64>| {
        let inputs = DMatrix::from_column_slice(2, 1, x.as_slice());
        scene.flow.positions(&inputs, t).unwrap().column(0).into_owned()
    };
    let starts =
        (0..41 * 41).map(|index| DVector::from_vec(vec![position(index % 41, 41), position(index / 41, 41)]) * 4.0);
    let starts: Vec<DVector<f64>> = starts.collect();
    let positions = scene.flow.positions(&DMatrix::from_columns(&starts), t).unwrap();
    let distance = |index: &usize| (positions.column(*index) - target).norm();
    let nearest = (0..starts.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    let mut x = starts[nearest].clone();
    for _ in 0..12 {
        let here = at(&x);
        let mut jacobian = DMatrix::zeros(2, 2);
        for axis in 0..2 {
            let mut moved = x.clone();
            moved[axis] += 1e-6;
            jacobian.set_column(axis, &((at(&moved) - &here) / 1e-6));
        }
        x += jacobian.lu().solve(&(target - here))?;
    }
    ((at(&x) - target).norm() < 1e-10).then_some(x)
}

#[test]
fn arrows_are_the_rate_at_which_trajectories_move() {
    let scene = scene([1.1, -0.6, 0.5, 0.9], Activation::Tanh);
    let phases: Vec<(f64, f64)> = scene.flow.layers()[0].phases.iter().map(|phase| (phase.start, phase.end)).collect();
    assert_eq!(phases.len(), 5);
    for (start, end) in phases {
        let (t, h) = (start + 0.4 * (end - start), 1e-5);
        let field = field(&scene, t);
        assert!(field.text[0].contains("exact"), "{:?}", field.text);
        let mut compared = 0;
        for arrow in field.arrows.iter().step_by(7) {
            let here = field.position(arrow.at);
            let Some(input) = input_of(&scene, &DVector::from_column_slice(&here[..2]), t) else { continue };
            let input = DMatrix::from_column_slice(2, 1, input.as_slice());
            let at = |t: f64| scene.flow.positions(&input, t).unwrap();
            let difference = (at(t + h) - at(t - h)) / (2.0 * h);
            let miss = (difference[0] - arrow.velocity[0]).hypot(difference[1] - arrow.velocity[1]);
            assert!(miss <= 1e-4 * arrow.speed, "off by {miss} of {} at t = {t}", arrow.speed);
            compared += 1;
        }
        assert!(compared > 5, "only {compared} arrows at t = {t} are on a trajectory");
    }
}

/// The displacement of every particle that lives on through a short time, beside that of the trajectory at its place.
#[test]
fn particles_move_as_trajectories_do() {
    let scene = scene([1.1, -0.6, 0.5, 0.9], Activation::Tanh);
    let window = [[-1.0, 1.0]; 2];
    for phase in &scene.flow.layers()[0].phases {
        let (t, h) = (phase.start + 0.4 * (phase.end - phase.start), 1e-4);
        let field = field(&scene, t);
        let mut particles = Particles::default();
        for _ in 0..40 {
            assert!(particles.advance(&scene.flow, &field, t, 0.05, window));
        }
        let before = particles.clone();
        assert!(particles.advance(&scene.flow, &field, t + h, 1e-6, window));
        let mut compared = 0;
        for (before, after) in before.all().iter().zip(particles.all()).step_by(11) {
            let Some(here) = field.position_of_lengths(before.at).filter(|_| before.strength > 0.1) else { continue };
            let Some(input) = input_of(&scene, &DVector::from_column_slice(&here[..2]), t) else { continue };
            let there = field.position_of_lengths(after.at).unwrap();
            let input = DMatrix::from_column_slice(2, 1, input.as_slice());
            let moved = scene.flow.positions(&input, t + h).unwrap() - scene.flow.positions(&input, t).unwrap();
            let miss = (there[0] - here[0] - moved[0]).hypot(there[1] - here[1] - moved[1]);
            assert!(miss <= 1e-4 * moved.norm(), "off by {miss} of {} in {:?}", moved.norm(), phase.kind);
            compared += 1;
        }
        assert!(compared > 5, "only {compared} particles in {:?} are on a trajectory", phase.kind);
    }
}

#[test]
fn particles_are_as_many_in_a_small_window_and_rest_where_the_velocity_does() {
    let scene = scene([1.1, -0.6, 0.5, 0.9], Activation::Tanh);
    let phase = scene.flow.layers()[0].phases[2].clone();
    let t = (phase.start + phase.end) / 2.0;
    let field = field(&scene, t);
    let mut particles = Particles::default();
    let mut play = |window: ParticleWindow| {
        for _ in 0..120 {
            particles.advance(&scene.flow, &field, t, 0.03, window);
        }
        let half = field.reach.map(|reach| reach[0].hypot(reach[1]));
        let inside = |axis: usize, at: f64| (window[axis][0]..=window[axis][1]).contains(&(at / half[axis]));
        let seen = |particle: &&Particle| (0..2).all(|axis| inside(axis, particle.at[axis]));
        (particles.all().iter().filter(seen).count(), particles.all().len())
    };
    let (seen, whole) = play([[-1.0, 1.0]; 2]);
    assert!(seen * 10 > whole * 7, "{seen} of {whole}");
    let (seen, near) = play([[0.2, 0.5], [-0.1, 0.2]]);
    assert!(seen * 10 > near * 5 && near == whole, "{seen} of {near}");
    assert!(!Particles::default().advance(&scene.flow, &field, 0.0, 0.03, [[-1.0, 1.0]; 2]));
}

#[test]
fn streamlines_follow_the_velocity() {
    let scene = scene([1.1, -0.6, 0.5, 0.9], Activation::Tanh);
    for phase in &scene.flow.layers()[0].phases {
        let t = phase.start + 0.4 * (phase.end - phase.start);
        let request = FieldRequest { velocity: Some(VelocityPicture::Streamlines), ..request(t) };
        let field = Field::build(&scene, request, &mut |_, _| true).unwrap();
        assert!(field.streamlines.len() > 20, "{} lines in {:?}", field.streamlines.len(), phase.kind);
        let direction = |at: [f64; 2]| scene.flow.velocity(&DVector::from_column_slice(&at), t).unwrap().normalize();
        let (mut compared, mut all) = (0, 0);
        for piece in field.streamlines.iter().flat_map(|line| line.windows(2)) {
            let [from, to] = [piece[0], piece[1]].map(|at| field.position(at)).map(|[x, y, _]| [x, y]);
            all += 1;
            // Beside a place at which the flow rests a piece is the chord of a bend.
            if direction(from).dot(&direction(to)) > 0.99 {
                let middle = [0, 1].map(|axis| (from[axis] + to[axis]) / 2.0);
                let along = DVector::from_column_slice(&[to[0] - from[0], to[1] - from[1]]).normalize();
                let cosine = along.dot(&direction(middle));
                assert!(cosine > 0.995, "a piece at {cosine} to the velocity in {:?}", phase.kind);
                compared += 1;
            }
        }
        assert!(compared * 10 > all * 9, "{compared} of {all} in {:?}", phase.kind);
    }
}

#[test]
fn areas_grow_as_the_determinant_says() {
    let scene = scene([1.5, -0.6, 0.5, 0.9], Activation::Identity);
    let growth: f64 = (1.5 * 0.9 + 0.6 * 0.5_f64).log2();
    for (t, expected) in [(0.0, 0.0), (1.0, growth), (2.0, growth + (1.0 * 0.8 + 0.4 * 0.3_f64).log2())] {
        let areas = field(&scene, t).areas.unwrap();
        assert_eq!(areas.doublings.len(), scene.lattice.cells.len());
        assert!(areas.doublings.iter().all(|found| (f64::from(*found) - expected).abs() < 1e-3), "t = {t}");
    }
}

#[test]
fn points_take_their_answer_along() {
    let scene = scene([1.1, -0.6, 0.5, 0.9], Activation::Tanh);
    for t in [0.0, 0.35, 0.9, 1.3, 2.0] {
        let field = field(&scene, t);
        let answers = field.answers.as_ref().unwrap();
        let class = |column: usize, row: usize| match &answers.values[row * answers.nodes[0] + column] {
            Some(Answer::Class { class, .. }) => Some(*class),
            _ => None,
        };
        let mut compared = 0;
        for sample in 0..scene.data.samples() {
            let position = scene.data.position(&scene.flow, t, sample);
            let node = |axis: usize| {
                let along = (f64::from(position[axis]) - field.origin[axis]) / field.reach[axis][axis];
                (along + 1.0) / 2.0 * (answers.nodes[axis] - 1) as f64
            };
            let (column, row) = (node(0) as usize, node(1) as usize);
            let around = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, up)| class(column + right, row + up));
            // Beside the boundary a cell is too coarse to tell.
            if around.iter().all(|class| *class == around[0] && class.is_some()) {
                assert_eq!(around[0], Some(scene.forward.predictions[sample]), "sample {sample} at t = {t}");
                compared += 1;
            }
        }
        assert!(compared > 60, "{compared} at t = {t}");
        assert!(!answers.boundary.is_empty());
    }
}

#[test]
fn where_there_is_no_field_a_sentence_says_why() {
    let folding = scene([1.1, -0.6, 0.5, 0.9], Activation::Gelu);
    let past_the_fold = field(&folding, 0.995);
    assert!(past_the_fold.answers.is_none() && past_the_fold.arrows.is_empty());
    assert_eq!(past_the_fold.text.iter().filter(|text| text.contains("folds the space")).count(), 2);
    let at_rest = field(&folding, 0.0);
    assert!(at_rest.text.iter().any(|text| text.contains("zero at this moment")));
    let mut line = request(0.5);
    line.projection = Projection::Plane([1, 1]);
    let line = Field::build(&folding, line, &mut |_, _| true).unwrap();
    assert!(line.text[0].contains("different directions"));
}

fn affine(rows: usize, columns: usize, weight: &[f64]) -> Affine {
    Affine { weight: DMatrix::from_row_slice(rows, columns, weight), bias: None }
}

/// A residual block of two coordinates, one that projects two onto one, and a last layer that gives a number.
fn residual_regression() -> Scene {
    let block = Residual {
        name: String::new(),
        inner: affine(3, 2, &[0.5, -0.2, 0.1, 0.4, -0.3, 0.2]),
        activation: Activation::Tanh,
        outer: affine(2, 3, &[0.3, -0.1, 0.2, 0.1, 0.2, -0.2]),
        shortcut: None,
    };
    let projecting = Residual {
        name: String::new(),
        inner: affine(2, 2, &[0.4, 0.1, -0.2, 0.3]),
        activation: Activation::Tanh,
        outer: affine(1, 2, &[0.2, -0.1]),
        shortcut: Some(DMatrix::from_row_slice(1, 2, &[0.8, 0.6])),
    };
    let last = Dense { name: String::new(), affine: affine(1, 1, &[1.5]), activation: Activation::Identity };
    let layers = vec![Layer::Residual(block), Layer::Residual(projecting), Layer::Dense(last)];
    let network = Arc::new(Network::new("blocks".into(), layers, OutputFunction::Identity).unwrap());
    let points = DMatrix::from_fn(2, 60, |row, sample| ((sample * (row + 2)) as f64 * 0.7).sin());
    let values = network.forward(&points).unwrap().output.row(0).iter().copied().collect();
    let data = Dataset { name: String::new(), points, labels: Labels::Values(values), ..Dataset::default() };
    Scene::build(&network, &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap()
}

#[test]
fn blocks_that_project_have_no_field_and_those_that_do_not_have_one() {
    let scene = residual_regression();
    let phases = &scene.flow.layers()[1].phases;
    let in_the_block = phases.last().map(|phase| (phase.start + phase.end) / 2.0).unwrap();
    assert!(phases.len() > 1, "the projection's own phases come first");
    for picture in VelocityPicture::ALL {
        let at = |t: f64| {
            let request = FieldRequest { velocity: Some(picture), ..request(t) };
            Field::build(&scene, request, &mut |_, _| true).unwrap()
        };
        // The first block has a velocity, but what comes after it cannot be followed from a place in the middle of it.
        let first = at(0.5);
        assert!(first.text.iter().all(|text| !text.starts_with("No velocity")), "{:?}", first.text);
        let second = at(in_the_block);
        assert!(second.text.iter().any(|text| text.starts_with("No velocity") && text.contains("projection")));
        assert!(second.arrows.is_empty() && second.streamlines.is_empty() && second.answers.is_none());
        let mut particles = Particles::default();
        particles.advance(&scene.flow, &second, in_the_block, 0.05, [[-1.0, 1.0]; 2]);
        assert!(particles.all().iter().all(|particle| particle.pace == [0.0; 2]));
    }
}

#[test]
fn numbers_are_read_where_the_network_predicts_numbers() {
    let scene = residual_regression();
    let field = field(&scene, 2.3);
    let answers = field.answers.as_ref().unwrap();
    assert!(answers.boundary.is_empty(), "numbers have no boundary");
    let Labels::Values(values) = &scene.dataset.labels else { panic!() };
    let (least, largest) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(*x), b.max(*x)));
    let mut compared = 0;
    for (index, answer) in answers.values.iter().enumerate() {
        let at = [
            position(index % answers.nodes[0], answers.nodes[0]),
            position(index / answers.nodes[0], answers.nodes[1]),
        ];
        let here = DVector::from_column_slice(&field.position(at)[..2]);
        let read = scene.flow.pull_back(&scene.network, &here, 2.3).unwrap()[0];
        let expected = ((read - least) / (largest - least)).clamp(0.0, 1.0);
        let Some(Answer::Value(share)) = answer else { panic!("{answer:?}") };
        assert!((f64::from(*share) - expected).abs() < 1e-6);
        compared += usize::from(expected > 0.0 && expected < 1.0);
    }
    assert!(compared > 20);
}

#[test]
fn more_dimensions_are_cut_along_a_plane_that_is_named() {
    let weight: Vec<f64> = (0..36).map(|index| ((index * index) as f64 * 0.7).sin()).collect();
    let hidden = Dense { name: String::new(), affine: affine(6, 6, &weight), activation: Activation::Tanh };
    let last = Dense { name: String::new(), affine: affine(3, 6, &weight[..18]), activation: Activation::Identity };
    let layers = vec![Layer::Dense(hidden), Layer::Dense(last)];
    let network = Arc::new(Network::new(String::new(), layers, OutputFunction::Softmax).unwrap());
    let points = DMatrix::from_fn(6, 80, |row, sample| ((sample * (row + 3)) as f64 * 0.37).sin());
    let data = Arc::new(Dataset { name: String::new(), points, labels: Labels::None, ..Dataset::default() });
    let scene = Scene::build(&network, &data, FlowOptions::default(), None, &mut |_, _| true).unwrap();
    for (projection, text) in [
        (Projection::Automatic, "the plane along which the data spreads most now"),
        (Projection::Plane([1, 4]), "the picture's plane, through the data's mean"),
    ] {
        let request = FieldRequest { projection, ..request(0.5) };
        let field = Field::build(&scene, request, &mut |_, _| true).unwrap();
        assert!(field.text[0].contains(text), "{:?}", field.text);
        let answers = field.answers.as_ref().unwrap();
        let at = [position(3, answers.nodes[0]), position(5, answers.nodes[1])];
        let here = field.plane.as_ref().unwrap().point(at);
        let read = scene.flow.pull_back(&network, &here, 0.5).unwrap();
        let Some(Answer::Class { class, .. }) = &answers.values[5 * answers.nodes[0] + 3] else { panic!() };
        assert_eq!(*class, read.imax());
    }
}

#[test]
fn a_reflection_keeps_the_plane_in_which_the_data_lies() {
    let mirror = scene([0.0, 1.0, 1.0, 0.0], Activation::Identity);
    assert_eq!(mirror.flow.ambient_dimension(), 3);
    for t in [0.0, 0.15, 0.5] {
        let field = field(&mirror, t);
        assert!(field.text[0].contains("in which the data lies"), "{:?}", field.text);
        assert!(field.answers.is_some());
    }
}

#[test]
fn data_without_size_and_a_cancelled_field_do_no_harm() {
    let one = scene([1.0, 0.0, 0.0, 1.0], Activation::Tanh);
    assert!(Field::build(&one, request(0.2), &mut |_, _| false).is_err());
    for points in [DMatrix::zeros(2, 0), DMatrix::zeros(2, 1), DMatrix::from_element(2, 4, 1e200)] {
        let data = Arc::new(Dataset { name: String::new(), points, labels: Labels::None, ..Dataset::default() });
        let scene = Scene::build(&one.network, &data, FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let mut space = request(0.9);
        space.projection = Projection::PrincipalPlane;
        for request in [request(0.9), space] {
            Field::build(&scene, request, &mut |_, _| true).unwrap();
        }
    }
}
