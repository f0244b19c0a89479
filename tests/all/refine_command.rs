//! `layerflow refine`: the written ResNet runs by itself and computes the Euler path.

use std::fs;
use std::path::Path;

use layerflow::flow::{Flow, FlowOptions};
use layerflow::network::{Activation, Layer};
use layerflow::resnet::{Integrator, Refinement, RefinementKind, ResNet};
use serde_json::Value;

use crate::support::{array, data, layerflow, network, points, printed, refusal, relative_error};

fn path(name: &str) -> String {
    data(name).display().to_string()
}

/// Refines the network of a case and runs what was written: the report, and the values before the output function.
fn refined(case: &Path, folder: &Path, kind: &str, steps: usize) -> (Value, Vec<f64>) {
    let (file, inputs) = (case.join("network.json"), case.join("inputs.csv"));
    let (file, inputs) = (file.to_str().unwrap(), inputs.to_str().unwrap());
    let (out, run) = (folder.join("r.json"), folder.join("y.npz"));
    let (out, steps) = (out.to_str().unwrap(), steps.to_string());
    let report =
        printed(&["refine", file, "--steps", &steps, "--kind", kind, "--data", inputs, "--out", out, "--json"]);
    printed(&["run", out, "--data", inputs, "--out", run.to_str().unwrap()]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let values = array(&run, &format!("layer_{}", report["depth"])).1;
    (report, values)
}

#[test]
fn the_written_network_computes_the_euler_path() {
    let folder = tempfile::tempdir().unwrap();
    let mut compared = 0;
    for case in fs::read_dir(data("cases")).unwrap().map(|entry| entry.unwrap().path()) {
        let plain = network(&case.join("network.json"), Activation::Identity);
        if plain.layers().iter().any(|layer| matches!(layer, Layer::Residual(_))) {
            continue;
        }
        compared += 1;
        let steps = 5;
        let (report, written) = refined(&case, folder.path(), "full", steps);
        let inputs = points(&case.join("inputs.csv"), plain.inputs());
        let flow = Flow::new(&plain, FlowOptions::default(), &mut |_, _| true).unwrap();
        let resnet = ResNet::new(
            &flow,
            Refinement { kind: RefinementKind::Full, steps, integrator: Integrator::Euler },
            &inputs,
        )
        .unwrap();
        let end = resnet.positions(&inputs, flow.duration()).unwrap().rows(0, plain.outputs()).into_owned();
        let error = relative_error(&written, end.as_slice());
        assert!(error < 1e-9, "{}: {error}", case.display());
        assert_eq!((&report["blocks"], &report["kind"]), (&resnet.blocks().into(), &"full".into()));
        let last = &report["layers"][plain.layers().len() - 1];
        assert_eq!((&last["index"], &last["max_error"]), (&plain.layers().len().into(), &report["max_error"]));
    }
    assert_eq!(compared, 23);
}

#[test]
fn a_relu_net_refined_whole_is_the_plain_net() {
    let folder = tempfile::tempdir().unwrap();
    let case = data("cases/chain-relu");
    let plain = network(&case.join("network.json"), Activation::Identity);
    let inputs = points(&case.join("inputs.csv"), plain.inputs());
    let expected = plain.forward(&inputs).unwrap().layer_outputs.pop().unwrap();
    for steps in [1, 2, 7, 64] {
        let (report, written) = refined(&case, folder.path(), "whole", steps);
        assert!(relative_error(&written, expected.as_slice()) < 1e-12);
        assert!(report["relative_error"].as_f64().unwrap() < 1e-12);
        assert_eq!(report["prediction_agreement"], 1.0);
    }
}

#[test]
fn without_data_the_errors_are_null_and_the_network_is_near_the_plain_one() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("r.json");
    let case = data("cases/chain-tanh");
    let file = path("cases/chain-tanh/network.json");
    let out_name = out.to_str().unwrap();
    let report = printed(&["refine", &file, "--steps", "4", "--kind", "whole", "--out", out_name, "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let keys = [
        "blocks",
        "depth",
        "kind",
        "integrator",
        "residual",
        "steps",
        "max_error",
        "relative_error",
        "prediction_agreement",
        "layers",
        "warnings",
    ];
    assert!(keys.iter().all(|key| report.get(key).is_some()) && report.as_object().unwrap().len() == keys.len());
    assert!(["max_error", "relative_error", "prediction_agreement"].iter().all(|key| report[key].is_null()));
    assert!(report["layers"].as_array().unwrap().iter().all(|layer| layer["max_error"].is_null()));
    let plain = network(&case.join("network.json"), Activation::Identity);
    let inputs = points(&case.join("inputs.csv"), plain.inputs());
    let written = network(&out, Activation::Identity);
    let (expected, found) = (plain.forward(&inputs).unwrap().output, written.forward(&inputs).unwrap().output);
    assert!(relative_error(found.as_slice(), expected.as_slice()) < 1e-3);
}

#[test]
fn a_compression_that_changes_sign_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("r.json");
    let (out, file) = (out.to_str().unwrap(), path("cases/ill-conditioned/network.json"));
    let report: Value =
        serde_json::from_str(&printed(&["refine", &file, "--steps", "2", "--out", out, "--json"])).unwrap();
    assert_eq!(report["warnings"][0]["code"], "unstable");
    let output = layerflow(&["refine", &file, "--steps", "2", "--out", out]);
    assert!(output.status.success() && String::from_utf8(output.stderr).unwrap().starts_with("layer 1: "));
    let enough = printed(&["refine", &file, "--steps", "100", "--out", out, "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&enough).unwrap()["warnings"], Value::Array(vec![]));
}

#[test]
fn a_refinement_that_fails_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("r.json");
    let out = out.to_str().unwrap();
    let wide = path("cases/wide-48/network.json");
    assert!(refusal(&["refine", &wide, "--steps", "100000", "--out", out], 1).contains("take fewer steps"));
    assert!(refusal(&["refine", &wide, "--steps", "2", "--data", "moons", "--out", out], 1).contains("2 coordinates"));
    assert!(
        refusal(&["refine", &path("hostile/truncated.npz"), "--steps", "2", "--out", out], 1).contains("truncated")
    );
    assert!(refusal(&["refine", &wide, "--steps", "2", "--out", "r.txt"], 2).contains(".json"));
    refusal(&["refine", &wide, "--steps", "0", "--out", out], 2);
    refusal(&["refine", &wide, "--steps", "2", "--kind", "half", "--out", out], 2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn every_format_holds_the_same_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let case = data("cases/residual");
    let file = path("cases/residual/network.json");
    let written = ["json", "safetensors", "onnx"].map(|extension| {
        let out = folder.path().join("r").with_extension(extension);
        printed(&["refine", &file, "--steps", "3", "--out", out.to_str().unwrap()]);
        network(&out, Activation::Identity)
    });
    assert_eq!(written[0], written[1]);
    let inputs = points(&case.join("inputs.csv"), written[0].inputs());
    let [expected, .., found] = written.map(|network| network.answers(&inputs).unwrap());
    assert!(relative_error(found.as_slice(), expected.as_slice()) < 1e-12);
}

#[test]
fn the_error_of_another_method_is_measured_and_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("r.json");
    let (file, inputs) = (path("cases/cycle-4/network.json"), path("cases/cycle-4/inputs.csv"));
    let error = |integrator: &str| {
        let arguments = ["refine", &file, "--steps", "32", "--data", &inputs, "--integrator", integrator];
        let report = printed(&[&arguments[..], &["--out", out.to_str().unwrap(), "--json"]].concat());
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["integrator"], integrator);
        report["max_error"].as_f64().unwrap()
    };
    assert!(error("euler") > 10.0 * error("midpoint") && error("midpoint") > 10.0 * error("rk4"));
}

#[test]
fn residual_blocks_are_cut_along_their_continuous_limit() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("r.json");
    let out = out.to_str().unwrap();
    let (file, inputs) = (path("cases/residual/network.json"), path("cases/residual/inputs.csv"));
    let report = |steps: &str, law: &str| -> Value {
        let arguments =
            ["refine", &file, "--steps", steps, "--residual", law, "--data", &inputs, "--out", out, "--json"];
        serde_json::from_str(&printed(&arguments)).unwrap()
    };
    let own = report("64", "euler");
    let limit = report("64", "limit");
    assert_eq!((&own["residual"], &limit["residual"]), (&"euler".into(), &"limit".into()));
    // Four blocks of the network's own, each in 64 parts.
    assert_eq!(limit["blocks"].as_u64().unwrap(), own["blocks"].as_u64().unwrap() + 4 * 63);
    let ratio = limit["max_error"].as_f64().unwrap() / report("128", "limit")["max_error"].as_f64().unwrap();
    assert!((ratio - 2.0).abs() < 0.3, "{ratio}");
    // The flow itself: at the end of its first block it is not where the block leads.
    let ends = ["euler", "limit"].map(|law| {
        let end = folder.path().join("x.npz");
        let end = end.to_str().unwrap();
        printed(&["flow", &file, "--data", &inputs, "--times", "2", "--residual", law, "--out", end]);
        array(end.as_ref(), "positions").1
    });
    assert!(relative_error(&ends[0], &ends[1]) > 1e-3);
    let text = printed(&["refine", &file, "--steps", "4", "--residual", "limit", "--data", &inputs, "--out", out]);
    assert!(text.contains("continuous limit"), "{text}");
}
