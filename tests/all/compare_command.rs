//! Two networks compared, against NumPy.

use std::fs;

use layerflow::dataset::{Dataset, Labels};
use layerflow::diagnostics::compare::{Comparison, find_permutation};
use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::{self, examples::ExampleNetwork};
use layerflow::network::{Activation, Layer, Network};
use nalgebra::DMatrix;
use serde_json::Value;

use super::support::{data, network, printed, refusal};

const TOLERANCE: f64 = 1e-8;

fn read(name: &str) -> Value {
    serde_json::from_slice(&fs::read(data("compare").join(name)).unwrap()).unwrap()
}

fn close(found: &[f64], expected: &Value, what: &str) {
    let expected: Vec<f64> = expected.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < TOLERANCE, "{what}: {found} is not {expected}");
    }
}

fn compare(a: &Network, b: &Network, data: Option<&Dataset>) -> Comparison {
    Comparison::new(a, b, data, FlowOptions::default(), &mut |_, _| true).unwrap()
}

fn agrees(compared: &Comparison, expected: &Value, what: &str) {
    let layers = expected["layers"].as_array().unwrap();
    assert_eq!(compared.layers.len(), layers.len());
    for (layer, expected) in compared.layers.iter().zip(layers) {
        let what = format!("{what}, layer {}", layer.a + 1);
        let matrix = &layer.matrices[0];
        close(&matrix.left_angles, &expected["left_angles"], &what);
        close(&matrix.right_angles, &expected["right_angles"], &what);
        close(&matrix.singular_values_a, &expected["singular_values_a"], &what);
        close(&matrix.singular_values_b, &expected["singular_values_b"], &what);
        let numbers = [matrix.relative_change.unwrap(), layer.alignment.unwrap()];
        close(&numbers, &serde_json::json!([expected["relative_change"], expected["cka"]]), &what);
        assert_eq!(serde_json::json!(matrix.intruders), expected["intruders"], "{what}");
    }
    assert_eq!(serde_json::json!(compared.points.as_ref().unwrap().changed), expected["changed"], "{what}");
}

#[test]
fn twenty_random_pairs_are_as_numpy_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = read("pairs.json");
    let mut with_intruders = 0;
    for (number, pair) in pairs.as_array().unwrap().iter().enumerate() {
        let open = |key: &str| {
            let path = folder.path().join(format!("{key}.json"));
            fs::write(&path, pair[key].to_string()).unwrap();
            network(&path, Activation::Tanh)
        };
        let rows: Vec<Vec<f64>> = serde_json::from_value(pair["x"].clone()).unwrap();
        let points = DMatrix::from_fn(rows[0].len(), rows.len(), |row, column| rows[column][row]);
        let data = Dataset { name: "x".into(), points, ..Dataset::default() };
        let compared = compare(&open("a"), &open("b"), Some(&data));
        agrees(&compared, &pair["expected"], &format!("pair {number}"));
        with_intruders += usize::from(compared.layers.iter().any(|layer| !layer.matrices[0].intruders.is_empty()));
    }
    assert!(pairs.as_array().unwrap().len() == 20 && with_intruders > 0);
}

#[test]
fn digits_before_and_after_training_are_as_numpy_has_them() {
    let [before, after] = ["digits-before.json", "digits-after.json"].map(|name| data("compare").join(name));
    let points = format!("{}/assets/examples/digits.npz", env!("CARGO_MANIFEST_DIR"));
    let digits = Dataset::open(points.as_ref(), Some(64)).unwrap();
    let [one, other] = [&before, &after].map(|path| network(path, Activation::Relu));
    agrees(&compare(&one, &other, Some(&digits)), &read("digits-expected.json"), "digits");
    // The command says the same, and where paths part.
    let [before, after] = [before, after].map(|path| path.display().to_string());
    let text = printed(&["compare", &before, &after, "--data", "digits", "--samples", "80", "--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let expected = read("digits-expected.json");
    let angles: Vec<f64> = serde_json::from_value(report["layers"][0]["left_angles"].clone()).unwrap();
    close(&angles, &expected["layers"][0]["left_angles"], "the command");
    assert_eq!(report["points"]["parting"].as_array().unwrap().len(), 80);
    assert_eq!(report["unmatched"], serde_json::json!({"a": [], "b": []}));
}

#[test]
fn a_network_against_itself_is_all_zeros() {
    let path = data("moons/model.onnx").display().to_string();
    let report: Value =
        serde_json::from_str(&printed(&["compare", &path, &path, "--data", "moons", "--json"])).unwrap();
    for layer in report["layers"].as_array().unwrap() {
        for key in ["left_angles", "right_angles"] {
            assert!(layer[key].as_array().unwrap().iter().all(|angle| angle.as_f64() == Some(0.0)), "{layer}");
        }
        assert_eq!((&layer["relative_change"], &layer["rotation_change"]), (&0.0.into(), &0.0.into()));
        assert_eq!((&layer["cka"], layer["intruders"].as_array().unwrap().len()), (&1.0.into(), 0));
        assert_eq!(layer["singular_values_a"], layer["singular_values_b"]);
    }
    assert!(report["permutation"].is_null() && report["points"]["agreement"] == 1.0);
    assert!(report["points"]["changed"].as_array().unwrap().is_empty());
    assert!(report["points"]["parting"].as_array().unwrap().iter().all(Value::is_null));
    // Without data there is nothing to say of it.
    let report: Value = serde_json::from_str(&printed(&["compare", &path, &path, "--json"])).unwrap();
    assert!(report["points"].is_null() && report["layers"][0]["cka"].is_null());
}

/// The network with the hidden units of every layer turned round.
fn turned_round(network: &Network) -> Network {
    let mut layers = network.layers().to_vec();
    for index in 0..layers.len() {
        if let Layer::Residual(block) = &mut layers[index] {
            let units = block.inner.weight.nrows();
            let order: Vec<usize> = (0..units).rev().collect();
            block.inner.weight = block.inner.weight.select_rows(&order);
            block.inner.bias = block.inner.bias.as_ref().map(|bias| bias.select_rows(&order));
            block.outer.weight = block.outer.weight.select_columns(&order);
        } else if index + 1 < layers.len() && matches!(layers[index + 1], Layer::Dense(_)) {
            let (front, behind) = layers.split_at_mut(index + 1);
            if let (Layer::Dense(one), Layer::Dense(next)) = (&mut front[index], &mut behind[0]) {
                let order: Vec<usize> = (0..one.affine.weight.nrows()).rev().collect();
                one.affine.weight = one.affine.weight.select_rows(&order);
                one.affine.bias = one.affine.bias.as_ref().map(|bias| bias.select_rows(&order));
                next.affine.weight = next.affine.weight.select_columns(&order);
            }
        }
    }
    Network::new(network.name().to_owned(), layers, network.output()).unwrap()
}

#[test]
fn hidden_units_in_another_order_are_named_as_such() {
    for example in ExampleNetwork::ALL {
        let network = example.load().unwrap();
        let other = turned_round(&network);
        let found = find_permutation(&network, &other).unwrap_or_else(|| panic!("{example:?}"));
        assert!(found.layers.iter().all(|(_, units)| units.iter().rev().enumerate().all(|(at, unit)| at == *unit)));
        // One weight more is a change.
        let mut layers = other.layers().to_vec();
        match &mut layers[0] {
            Layer::Dense(dense) => dense.affine.weight[(0, 0)] += 1e-9,
            Layer::Residual(block) => block.inner.weight[(0, 0)] += 1e-9,
            Layer::Node(_) => panic!("the examples are chains"),
        }
        let changed = Network::new(String::new(), layers, other.output()).unwrap();
        assert_eq!(find_permutation(&network, &changed), None);
        assert_eq!(find_permutation(&network, &network), None);
    }
    let folder = tempfile::tempdir().unwrap();
    let network = ExampleNetwork::Moons.load().unwrap();
    let paths = ["a.json", "b.json"].map(|name| folder.path().join(name));
    formats::save(&paths[0], &network).unwrap();
    formats::save(&paths[1], &turned_round(&network)).unwrap();
    let [a, b] = paths.map(|path| path.display().to_string());
    let text = printed(&["compare", &a, &b]);
    assert!(text.contains("a permutation, not a change"), "{text}");
    let report: Value = serde_json::from_str(&printed(&["compare", &a, &b, "--json"])).unwrap();
    assert_eq!(report["permutation"][0], serde_json::json!({"layer": 1, "units": [2, 1, 0]}));
}

#[test]
fn paths_part_where_the_weights_differ() {
    let network = ExampleNetwork::Moons.load().unwrap();
    let mut layers = network.layers().to_vec();
    if let Layer::Dense(dense) = &mut layers[1] {
        dense.affine.weight *= -3.0;
    }
    let other = Network::new(String::new(), layers, network.output()).unwrap();
    let generator = layerflow::dataset::Generator::Moons;
    let moons = generator.generate(layerflow::dataset::GeneratorOptions { samples: 60, ..Default::default() });
    let compared = compare(&network, &other, Some(&moons));
    let points = compared.points.unwrap();
    let parted: Vec<f64> = points.parting.iter().flatten().copied().collect();
    assert!(!parted.is_empty() && parted.iter().all(|t| *t > 1.0 && *t <= 3.0), "{parted:?}");
    // The first phase of all: checked for one point by hand.
    let sample = points.parting.iter().position(Option::is_some).unwrap();
    let time = points.parting[sample].unwrap();
    let flow = |network: &Network| Flow::new(network, FlowOptions::default(), &mut |_, _| true).unwrap();
    let (one, two) = (flow(&network), flow(&other));
    let Labels::Classes { of_sample, .. } = &moons.labels else { panic!("moons have classes") };
    let excess = |t: f64| {
        let (own, new) = (one.positions(&moons.points, t).unwrap(), two.positions(&moons.points, t).unwrap());
        let own_class: Vec<usize> = (0..60).filter(|other| of_sample[*other] == of_sample[sample]).collect();
        let class = own.select_columns(&own_class);
        let mean = class.column_mean();
        let spread =
            (class.column_iter().map(|x| (x - &mean).norm_squared()).sum::<f64>() / own_class.len() as f64).sqrt();
        let rows = own.nrows().min(new.nrows());
        (own.rows(0, rows).column(sample) - new.rows(0, rows).column(sample)).norm() - spread
    };
    let ends: Vec<f64> = one.layers().iter().flat_map(|layer| layer.phases.iter().map(|phase| phase.end)).collect();
    if one.ambient_dimension() == two.ambient_dimension() {
        assert!(excess(time) > 0.0 && ends.iter().filter(|t| **t < time).all(|t| excess(*t) <= 0.0));
    }
}

#[test]
fn networks_that_do_not_take_the_same_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digits.json");
    formats::save(&path, &ExampleNetwork::Digits.load().unwrap()).unwrap();
    let moons = data("moons/model.onnx").display().to_string();
    let message = refusal(&["compare", &moons, &path.display().to_string(), "--json"], 1);
    assert!(message.contains("A takes 2 inputs and B takes 64"), "{message}");
}
