//! Every number that the command line prints is what it is called.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{array, layerflow, printed, refusal, relative_error};

fn network(folder: &Path, output: &str) -> String {
    let file = folder.join(format!("{output}.json"));
    let text = r#"{"format": "layerflow.network/1", "output": "OUTPUT", "layers": [
        {"type": "dense", "weight": [[1.2, -0.7], [0.4, 0.9], [-0.3, 0.5]], "bias": [0.1, -0.2, 0.3], "activation": "tanh"},
        {"type": "dense", "weight": [[0.8, 0.1, -0.6], [-0.5, 0.7, 0.2]], "bias": [0.05, 0.4]}]}"#;
    fs::write(&file, text.replace("OUTPUT", output)).unwrap();
    file.display().to_string()
}

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

#[test]
fn every_output_function_stays_where_it_is_through_onnx() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for output in ["argmax", "softmax", "log_softmax", "sigmoid", "identity"] {
        let (original, written) = (network(folder, output), at(folder, "written.onnx"));
        printed(&["convert", &original, "--out", &written]);
        let told = json(&["inspect", &written, "--json"]);
        assert_eq!(told["network"]["output"], output);
        assert!(told["network"]["partial"].is_null() && told["network"]["assumed"].as_array().unwrap().is_empty());
        let activations: Vec<&Value> =
            told["layers"].as_array().unwrap().iter().map(|layer| &layer["activation"]).collect();
        assert_eq!(activations, ["tanh", "identity"], "{output}");
        let [one, other] = [&original, &written].map(|file| {
            let out = at(folder, "y.npz");
            printed(&["run", file, "--data", "moons", "--samples", "40", "--out", &out]);
            ["output", "layer_2"].map(|name| array(Path::new(&out), name).1)
        });
        for (one, other) in one.iter().zip(&other) {
            assert!(relative_error(other, one) < 1e-6, "{output}");
        }
    }
}

#[test]
fn blocks_counts_the_blocks_of_the_file_and_numbers_agree_on_no_class() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let out = at(folder, "r.json");
    let told =
        json(&["refine", &network(folder, "softmax"), "--steps", "4", "--data", "moons", "--out", &out, "--json"]);
    let written: Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    let layers = written["layers"].as_array().unwrap();
    let blocks = layers.iter().filter(|layer| layer["type"] == "residual").count();
    assert_eq!((told["blocks"].as_u64(), told["depth"].as_u64()), (Some(blocks as u64), Some(layers.len() as u64)));
    assert!(told["prediction_agreement"].is_number());
    let regression = at(folder, "regression.json");
    let text = r#"{"format": "layerflow.network/1", "layers": [{"type": "dense", "weight": [[0.8, 0.1]]}]}"#;
    fs::write(&regression, text).unwrap();
    let told = json(&["refine", &regression, "--steps", "4", "--data", "moons", "--out", &out, "--json"]);
    assert!(told["prediction_agreement"].is_null() && told["max_error"].is_number());
}

#[test]
fn the_number_of_points_is_the_one_made_or_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = network(folder.path(), "softmax");
    for (samples, made) in [("10", 9), ("16", 16), ("500", 484)] {
        let output = layerflow(&["inspect", &file, "--data", "grid", "--samples", samples, "--json"]);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["data"]["samples"], made);
        let note = format!("{made} points are made where {samples} were asked for");
        let is_told = String::from_utf8_lossy(&output.stderr).contains(&note);
        let is_assumed = told["data"]["assumed"].to_string().contains(&note);
        assert_eq!((is_told, is_assumed), (samples != "16", samples != "16"));
    }
}

#[test]
fn a_last_column_is_the_label_only_where_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (file, data) = (network(folder, "softmax"), at(folder, "data.npz"));
    // Three columns of which the last counts classes: `run` writes no labels, so an archive of it has no name for them.
    let rows: Vec<String> = (0..40).map(|row| format!("{},{},{}", row * row % 17, row % 5, row % 2)).collect();
    let table = at(folder, "table.csv");
    fs::write(&table, format!("a,b,c\n{}\n", rows.join("\n"))).unwrap();
    let identity = at(folder, "identity.json");
    let text =
        r#"{"format": "layerflow.network/1", "layers": [{"type": "dense", "weight": [[1,0,0],[0,1,0],[0,0,1]]}]}"#;
    fs::write(&identity, text).unwrap();
    printed(&["run", &identity, "--data", &table, "--columns", "a,b,c", "--label", "none", "--out", &data]);
    let chosen = ["inspect", &file, "--data", &data, "--columns", "layer_1[0],layer_1[1]", "--json"];
    let output = layerflow(&chosen);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    // Either no label is taken, or it is said which.
    let said = String::from_utf8_lossy(&output.stderr).contains("taken as the label");
    assert!(told["data"]["accuracy"].is_null() || said, "{told}");
}

#[test]
fn what_is_too_large_for_numbers_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (file, out) = (at(folder, "huge.json"), at(folder, "out.npz"));
    let text = r#"{"format": "layerflow.network/1", "layers": [
        {"type": "dense", "weight": [[1e200, 0], [0, 1e200]]}, {"type": "dense", "weight": [[1e200, 1e200]]}]}"#;
    fs::write(&file, text).unwrap();
    let data = ["--data", "moons", "--samples", "8", "--out", &out];
    assert!(refusal(&[&["run", &file], &data[..]].concat(), 1).contains("layer 2, unit 1 gives"));
    let flow = [&["flow", &file, "--times", "0,1,2"], &data[..]].concat();
    let why = refusal(&flow, 1);
    assert!(why.contains("at t = 2 coordinate 1 of row 1 of the data is"), "{why}");
    assert!(!Path::new(&out).exists());
    printed(&[&flow[..], &["--allow-non-finite"]].concat());
    let refined = at(folder, "r.json");
    let refine = ["refine", &file, "--steps", "500", "--data", "moons", "--samples", "8", "--out", &refined];
    assert!(refusal(&refine, 1).contains("layer 2, unit 1 gives"));
    assert!(!Path::new(&refined).exists());
    let told = json(&["inspect", &file, "--data", "moons", "--samples", "8", "--json"]);
    let codes: Vec<&str> =
        told["findings"].as_array().unwrap().iter().filter_map(|found| found["code"].as_str()).collect();
    assert!(codes.contains(&"not_finite") || codes.contains(&"out_of_range"), "{codes:?}");
}

#[test]
fn what_a_loss_and_a_schedule_are_stands_where_they_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let out = at(folder.path(), "n.json");
    let short = ["train", "--dataset", "moons", "--epochs", "1", "--samples", "40", "--out", &out];
    assert!(printed(&short).contains("loss: −ln of the probability of the right class"));
    let told = json(&[&short[..], &["--loss", "squared-error", "--json"]].concat());
    assert_eq!(told["loss"], "½‖f(x) − y‖², the mean over the samples");
    let help = printed(&["train", "--help"]);
    assert!(["½‖f(x) − y‖²", "0.01 + 0.99", "neighbouring blocks"].iter().all(|rule| help.contains(rule)), "{help}");
}
