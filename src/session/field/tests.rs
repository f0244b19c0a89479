use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::*;
use crate::dataset::{Dataset, Generator, GeneratorOptions, Labels};
use crate::flow::FlowOptions;
use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};

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
    FieldRequest { t, projection: Projection::Automatic, auto_fit: false, answers: true, velocity: true }
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
    let starts = (0..41 * 41).map(|index| DVector::from_vec(vec![place(index % 41, 41), place(index / 41, 41)]) * 4.0);
    let starts: Vec<DVector<f64>> = starts.collect();
    let places = scene.flow.positions(&DMatrix::from_columns(&starts), t).unwrap();
    let distance = |index: &usize| (places.column(*index) - target).norm();
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
        assert!(field.words[0].contains("exact"), "{:?}", field.words);
        let mut compared = 0;
        for arrow in field.arrows.iter().step_by(7) {
            let here = field.place(arrow.at);
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
    assert_eq!(past_the_fold.words.iter().filter(|words| words.contains("folds the space")).count(), 2);
    let at_rest = field(&folding, 0.0);
    assert!(at_rest.words.iter().any(|words| words.contains("zero at this moment")));
    let mut line = request(0.5);
    line.projection = Projection::Plane([1, 1]);
    let line = Field::build(&folding, line, &mut |_, _| true).unwrap();
    assert!(line.words[0].contains("different directions"));
}

#[test]
fn a_reflection_keeps_the_plane_in_which_the_data_lies() {
    let mirror = scene([0.0, 1.0, 1.0, 0.0], Activation::Identity);
    assert_eq!(mirror.flow.ambient_dimension(), 3);
    for t in [0.0, 0.15, 0.5] {
        let field = field(&mirror, t);
        assert!(field.words[0].contains("in which the data lies"), "{:?}", field.words);
        assert!(field.answers.is_some());
    }
}

#[test]
fn data_without_size_and_a_cancelled_field_do_no_harm() {
    let one = scene([1.0, 0.0, 0.0, 1.0], Activation::Tanh);
    assert!(Field::build(&one, request(0.2), &mut |_, _| false).is_err());
    for points in [DMatrix::zeros(2, 0), DMatrix::zeros(2, 1), DMatrix::from_element(2, 4, 1e200)] {
        let data = Arc::new(Dataset { name: String::new(), points, labels: Labels::None });
        let scene = Scene::build(&one.network, &data, FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let mut space = request(0.9);
        space.projection = Projection::PrincipalPlane;
        for request in [request(0.9), space] {
            Field::build(&scene, request, &mut |_, _| true).unwrap();
        }
    }
}
