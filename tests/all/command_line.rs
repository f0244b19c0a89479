//! The program as scripts use it: results, keys, exit statuses, and files that are whole or not there.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{array, data, layerflow, printed, refusal, relative_error};

fn path(name: &str) -> String {
    data(name).display().to_string()
}

fn inspected(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(&[&["inspect", "--json"], arguments].concat())).unwrap()
}

#[test]
fn inspect_tells_the_same_of_every_format() {
    let of = |file: &str| inspected(&[&path(file), "--activation", "relu"]);
    let safetensors = of("digits/model.safetensors");
    let npz = of("digits/model.npz");
    assert_eq!(safetensors, npz);
    assert_eq!(safetensors["network"]["parameters"], 2778);
    assert_eq!(safetensors["network"]["name"], "model");
    assert_eq!(safetensors["layers"][0]["activation"], "relu");
    assert_eq!(safetensors["layers"][2]["activation"], "identity");
    assert_eq!(safetensors["warnings"], Value::Array(vec![]));
}

#[test]
fn every_key_of_a_layer_is_there() {
    let report = inspected(&[&path("cases/reflection-2d/network.json")]);
    let layer = report["layers"][0].as_object().unwrap();
    let keys = [
        "index",
        "name",
        "kind",
        "inputs",
        "outputs",
        "activation",
        "singular_values",
        "rank",
        "condition_number",
        "spectral_norm",
        "stable_rank",
        "effective_rank",
        "determinant_sign",
        "reflection",
        "rotation_in",
        "rotation_out",
        "total_rotation",
        "phases",
        "warnings",
    ];
    assert!(keys.iter().all(|key| layer.contains_key(*key)) && layer.len() == keys.len());
    assert_eq!(
        (&layer["index"], &layer["kind"], &layer["determinant_sign"]),
        (&1.into(), &"dense".into(), &(-1).into())
    );
    assert_eq!(layer["warnings"][0]["code"], "reflection");
    assert_eq!(report["network"]["ambient_dimension"], 3);
    let phases = layer["phases"].as_array().unwrap();
    assert_eq!((&phases[0]["kind"], &phases[0]["start"]), (&"rotate_in".into(), &0.0.into()));
    assert_eq!(phases[phases.len() - 1]["end"], 1.0);
}

#[test]
fn residual_layers_have_no_spectrum() {
    let report = inspected(&[&path("cases/residual/network.json")]);
    let block = &report["layers"][1];
    assert_eq!((&block["kind"], &block["singular_values"]), (&"residual".into(), &Value::Array(vec![])));
    assert!(block["rank"].is_null() && block["total_rotation"].is_null());
    assert_eq!(block["phases"][0]["kind"], "residual");
}

#[test]
fn a_layer_that_does_nothing_has_no_phases() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("identity.json");
    let text = r#"{"format": "layerflow.network/1", "layers": [{"type": "dense", "weight": [[1, 0], [0, 1]]},
        {"type": "dense", "weight": [[1, 0]], "activation": "silu"}, {"type": "dense", "weight": [[-1]]}]}"#;
    fs::write(&file, text).unwrap();
    let report = inspected(&[file.to_str().unwrap()]);
    assert_eq!(report["layers"][0]["phases"], Value::Array(vec![]));
    assert_eq!(report["layers"][0]["total_rotation"], 0.0);
    assert_eq!(report["layers"][1]["warnings"][0]["code"], "fold");
    let out = folder.path().join("x.csv");
    let out = out.to_str().unwrap();
    printed(&[
        "flow",
        file.to_str().unwrap(),
        "--data",
        "grid",
        "--samples",
        "4",
        "--noise",
        "0",
        "--times",
        "1",
        "--out",
        out,
    ]);
    assert_eq!(fs::read_to_string(out).unwrap(), "x_1,x_2\n-1.0,-1.0\n1.0,-1.0\n-1.0,1.0\n1.0,1.0\n");
}

#[test]
fn polar_results_have_their_own_phases() {
    let report = inspected(&[&path("cases/proper-3d/network.json"), "--decomposition", "polar"]);
    let layer = &report["layers"][0];
    assert_eq!(layer["rotation_in"], Value::Array(vec![]));
    assert_eq!((&layer["phases"][0]["kind"], &layer["phases"][1]["kind"]), (&"stretch".into(), &"rotate".into()));
}

#[test]
fn data_gives_an_accuracy_where_there_are_labels() {
    let digits =
        inspected(&[&path("digits/model.npz"), "--activation", "relu", "--data", &path("digits/expected.npz")]);
    assert_eq!((&digits["data"]["name"], &digits["data"]["samples"]), (&"expected".into(), &50.into()));
    assert!(digits["data"]["accuracy"].as_f64().unwrap() > 0.9);
    let moons = inspected(&[&path("moons/model.npz"), "--activation", "tanh", "--data", "moons", "--samples", "200"]);
    assert_eq!((&moons["data"]["name"], &moons["data"]["samples"]), (&"moons".into(), &200.into()));
    assert!(moons["data"]["accuracy"].as_f64().unwrap() > 0.97);
    let grid = inspected(&[&path("moons/model.npz"), "--activation", "tanh", "--data", "grid"]);
    assert!(grid["data"]["accuracy"].is_null());
}

#[test]
fn tensors_are_listed_without_their_values() {
    let file = path("hostile/nan_inf.npz");
    let report: Value = serde_json::from_str(&printed(&["inspect", &file, "--tensors", "--json"])).unwrap();
    let first = &report["tensors"][0];
    assert_eq!((&first["name"], &first["dtype"], &first["bytes"]), (&"0.weight".into(), &"F32".into(), &8192.into()));
    assert_eq!(first["shape"], serde_json::json!([32, 64]));
    assert!(printed(&["inspect", "--tensors", &file]).contains("4.bias    10     F32   40"));
    let network = printed(&["inspect", "--tensors", &path("cases/residual/network.json")]);
    assert!(network.contains("b0.inner.weight"));
}

#[test]
fn a_chain_is_chosen_by_hand() {
    let file = path("hostile/shape_mismatch.npz");
    let report = inspected(&[&file, "--tensors", "4.weight"]);
    assert_eq!((&report["network"]["inputs"], &report["network"]["parameters"]), (&16.into(), &170.into()));
    assert!(refusal(&["inspect", &file, "--tensors", "5.weight"], 1).contains("has no tensor `5.weight`"));
}

#[test]
fn run_and_flow_write_what_the_network_gives() {
    let folder = tempfile::tempdir().unwrap();
    let (network, inputs) = (path("cases/residual/network.json"), path("cases/residual/inputs.csv"));
    let (run, flow) = (folder.path().join("y.npz"), folder.path().join("x.npz"));
    printed(&["run", &network, "--data", &inputs, "--out", run.to_str().unwrap()]);
    printed(&["flow", &network, "--data", &inputs, "--times", "0,2.5,6", "--out", flow.to_str().unwrap()]);
    let (shape, last) = array(&run, "layer_6");
    let (times_shape, times) = array(&flow, "times");
    let (positions_shape, positions) = array(&flow, "positions");
    assert_eq!((times_shape, times), (vec![3], vec![0.0, 2.5, 6.0]));
    assert_eq!(positions_shape, [3, shape[0], 4]);
    let end = &positions[2 * shape[0] * 4..];
    let projected: Vec<f64> = end.chunks_exact(4).flat_map(|point| point[..shape[1]].to_vec()).collect();
    assert!(relative_error(&projected, &last) < 1e-10);
    let (output_shape, output) = array(&run, "output");
    assert_eq!(output_shape, shape);
    assert!(output.chunks_exact(shape[1]).all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-12));
}

#[test]
fn a_wrong_command_line_is_status_2() {
    let digits = path("digits/model.npz");
    let case = path("cases/tall/network.json");
    let inputs = path("cases/tall/inputs.csv");
    assert!(refusal(&["inspect", &digits], 2).contains("add --activation with one of identity, relu"));
    assert!(refusal(&["inspect"], 2).contains("needs a FILE"));
    assert!(refusal(&["run", &case, "--data", &inputs, "--out", "y.txt"], 2).contains(".npz or .csv"));
    assert!(
        refusal(&["flow", &case, "--data", &inputs, "--times", "0,1", "--out", "y.csv"], 2).contains("not one table")
    );
    assert!(refusal(&["flow", &case, "--data", &inputs, "--times", "2", "--out", "y.npz"], 2).contains("from 0 to 1"));
    assert!(refusal(&["flow", &case, "--data", &inputs, "--times", "-1", "--out", "y.npz"], 2).contains("outside"));
    assert!(refusal(&["inspect", &case, "--tensors", "a"], 2).contains("nothing to choose"));
    refusal(&["inspect", &case, "--decomposition", "qr"], 2);
    refusal(&["run", &case], 2);
    refusal(&["inspect", &case, "--noise", "nan"], 2);
}

#[test]
fn bad_input_is_status_1_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("y.npz");
    let out = out.to_str().unwrap();
    let tall = path("cases/tall/network.json");
    assert!(refusal(&["run", &tall, "--data", "moons", "--out", out], 1).contains("moons has 2 coordinates"));
    assert!(refusal(&["run", &tall, "--data", "nothing.csv", "--out", out], 1).contains("nothing.csv: cannot be read"));
    let nowhere = folder.path().join("no/y.npz");
    let message = refusal(&["run", &tall, "--data", "grid", "--out", nowhere.to_str().unwrap()], 1);
    assert!(message.contains("cannot be written"));
    for entry in fs::read_dir(data("hostile")).unwrap() {
        let file = entry.unwrap().path().display().to_string();
        for command in [["inspect", &file, "--json"].as_slice(), &["run", &file, "--data", "grid", "--out", out]] {
            // Weights that do not chain have spectra all the same.
            if command[0] == "inspect" && file.ends_with("shape_mismatch.npz") {
                assert!(printed(command).contains("gives 32 values, but `2.weight`"));
                continue;
            }
            // What training has broken can be looked at.
            if command[0] == "inspect" && file.ends_with("nan_inf.npz") {
                let report = inspected(&[&file, "--activation", "relu"]);
                assert_eq!(report["findings"][0]["code"], "not_finite");
                continue;
            }
            let message = refusal(command, 1);
            assert!(message.starts_with(&file) && message.lines().count() == 1, "{message}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_layerflow"))
        .args(["inspect", &path("cases/wide-48/network.json"), "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn people_read_a_table() {
    let text = printed(&["inspect", &path("cases/ill-conditioned/network.json")]);
    assert!(text.contains("σ max") && text.contains("ambient dimension 6"));
    assert!(text.contains("warning ill_conditioned: layer 1: condition number"), "{text}");
    let rank = printed(&["inspect", &path("cases/rank-one/network.json")]);
    assert!(rank.contains("rank 1 of 3: 2 directions are compressed to nothing"));
    assert!(printed(&["--version"]).starts_with("layerflow "));
}

#[test]
fn shells_and_the_manual_know_every_subcommand() {
    let names = ["inspect", "run", "flow", "refine", "convert", "train", "completions"];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        assert!(names.iter().all(|name| script.contains(name)) && script.contains("projection"), "{shell}");
    }
    let page = printed(&["completions", "man"]);
    assert!(
        page.contains(".TH layerflow 1") && names.iter().all(|name| page.contains(&format!("layerflow\\-{name}(1)")))
    );
    let page = printed(&["completions", "man", "--of", "refine"]);
    assert!(page.contains("layerflow\\-refine") && page.contains("\\-\\-steps"), "{page}");
    refusal(&["completions", "man", "--of", "nothing"], 2);
    assert_eq!(layerflow(&["completions", "tcsh"]).status.code(), Some(2));
}
