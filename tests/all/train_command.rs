//! `layerflow train`: a file that opens again, the same bits for the same seed, and refusals by one sentence.

use std::fs;

use layerflow::network::{Activation, Layer};

use crate::support::{layerflow, network, printed, refusal};

/// A short run on few points.
const SHORT: [&str; 7] = ["train", "--dataset", "moons", "--samples", "120", "--epochs", "25"];

#[test]
fn a_trained_network_is_written_and_its_accuracy_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("moons.json");
    let out = out.to_str().unwrap();
    let output =
        layerflow(&[&SHORT, ["--layers", "2,8,8,2", "--activation", "tanh", "--out", out].as_slice()].concat());
    let (told, printed_text) = (String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap());
    assert!(output.status.success(), "{told}");
    assert_eq!(told.lines().count(), 9, "{told}");
    assert!(told.lines().last().unwrap().starts_with("epoch 25 of 25: loss 0."), "{told}");
    assert!(printed_text.starts_with("2-8-8-2: 114 parameters, 25 epochs\ntrain: loss 0."), "{printed_text}");
    let trained = network(std::path::Path::new(out), Activation::Identity);
    assert_eq!(trained.layers().iter().map(Layer::outputs).collect::<Vec<_>>(), [8, 8, 2]);
    let inspected = printed(&["inspect", out, "--data", "moons", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&inspected).unwrap();
    assert!(report["data"]["accuracy"].as_f64().unwrap() > 0.8, "{}", report["data"]);
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, seed: &str| {
        let out = folder.path().join(name);
        let options = ["--out", out.to_str().unwrap(), "--seed", seed, "--json"];
        let report = printed(&[&SHORT, options.as_slice()].concat());
        (fs::read(out).unwrap(), report)
    };
    let first = run("a.json", "3");
    assert_eq!(run("b.json", "3"), first);
    assert_ne!(run("c.json", "4").0, first.0);
    let report: serde_json::Value = serde_json::from_str(&first.1).unwrap();
    assert_eq!(report["layers"], serde_json::json!([2, 32, 32, 2]));
    assert!(report["test"]["accuracy"].is_f64() && report["epochs"] == 25);
}

#[test]
fn residual_blocks_with_regularisers_and_values_are_trained_too() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("blocks.json");
    let path = out.to_str().unwrap();
    let blocks = [
        "--layers",
        "2,3,3,3,2",
        "--residual",
        "4",
        "--init",
        "zero-outer",
        "--transport",
        "0.01",
        "--smoothness",
        "0.01",
        "--optimiser",
        "sgd",
        "--momentum",
        "0.5",
        "--schedule",
        "step",
        "--out",
        path,
    ];
    printed(&[&SHORT, blocks.as_slice()].concat());
    let kinds: Vec<_> = network(&out, Activation::Identity).layers().iter().map(Layer::kind).collect();
    assert_eq!(kinds, ["residual", "residual", "residual", "dense"]);
    let roll = printed(&["train", "--dataset", "swiss-roll", "--samples", "50", "--epochs", "2", "--out", path]);
    assert!(roll.contains("3-32-32-1") && !roll.contains("accuracy"), "{roll}");
}

#[test]
fn what_cannot_be_trained_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.json");
    let out = out.to_str().unwrap();
    let refused = |options: &[&str], status| refusal(&[&["train", "--out", out], options].concat(), status);
    assert!(refused(&["--dataset", "grid"], 1).contains("grid: the dataset grid has no labels"));
    assert!(refused(&["--dataset", "moons", "--layers", "3,2"], 1).contains("takes 3 inputs"));
    assert!(refused(&["--dataset", "moons", "--layers", "3"], 2).contains("inputs and the outputs"));
    assert!(refused(&["--dataset", "moons", "--rate", "0"], 1).contains("learning rate is 0"));
    assert!(refused(&["--dataset", "moons", "--layers", "2,0,2"], 2).contains("--layers"));
    assert!(refused(&["--dataset", "no-such.csv"], 1).contains("no-such.csv: cannot be read"));
    let diverging = ["--dataset", "moons", "--optimiser", "sgd", "--rate", "1e300", "--decay", "1"];
    assert!(refused(&diverging, 1).contains("training diverged in epoch 1"));
    assert!(refusal(&["train", "--dataset", "moons", "--out", "a.txt"], 2).contains(".json, .safetensors or .onnx"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
