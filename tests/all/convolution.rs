//! Files with convolutions: lowered to matrices where the shape of the input is told, else shown by their spectra.

use serde_json::Value;

use crate::support::{array, data, layerflow, printed, refusal, relative_error};

fn path(name: &str) -> String {
    data(&format!("convolution/{name}")).display().to_string()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

/// Runs a network on the reference inputs and compares what it gives with NumPy's own forward pass.
fn gives(model: &str, options: &[&str], expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.npz");
    let (model, inputs, out_name) = (path(model), path("expected.npz"), out.display().to_string());
    let mut arguments = vec!["run", &model, "--data", &inputs, "--out", &out_name, "--activation", "relu"];
    arguments.extend_from_slice(options);
    printed(&arguments);
    let (shape, found) = array(&out, "output");
    assert_eq!(shape, [5, 10]);
    let error = relative_error(&found, &array(&data("convolution/expected.npz"), expected).1);
    assert!(error < 1e-13, "{error}");
}

#[test]
fn convolutions_with_normalisation_and_pooling_give_what_numpy_gives() {
    gives("model.npz", &["--input-shape", "1,8,8"], "outputs");
    let moves = "padding=same,pool=2;stride=2,padding=1";
    gives("pooled.npz", &["--input-shape", "1,8,8", "--convolutions", moves], "pooled_outputs");
}

#[test]
fn a_lowered_convolution_says_what_it_was() {
    let report = json(&["inspect", &path("model.npz"), "--json", "--input-shape", "1,8,8", "--activation", "relu"]);
    let origins: Vec<&Value> = report["layers"].as_array().unwrap().iter().map(|layer| &layer["origin"]).collect();
    assert_eq!(origins[0], "conv 3×3, 1→4, on 8×8, with bn1");
    assert_eq!(origins[1], "conv 3×3, 4→6, on 6×6");
    assert!(origins[2].is_null());
    assert_eq!(report["warnings"][0]["code"], "assumed");
    assert!(report["network"]["assumed"][0].as_str().unwrap().contains("`bn1`"), "{report}");
    assert!(report["network"]["partial"].is_null());
    // Saved as the program's own JSON it still says so.
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("net.json").display().to_string();
    printed(&["convert", &path("model.npz"), "--out", &out, "--input-shape", "1,8,8", "--activation", "relu"]);
    assert!(printed(&["inspect", &out]).contains("conv 3×3, 4→6, on 6×6"));
}

#[test]
fn without_an_input_shape_the_spectra_are_shown_and_nothing_runs() {
    let report = json(&["inspect", &path("model.npz"), "--json"]);
    assert!(report["network"].is_null());
    let warning = &report["warnings"][0];
    assert_eq!(warning["code"], "no_flow");
    assert!(warning["message"].as_str().unwrap().contains("--input-shape C,H,W"));
    let weights = report["weights"].as_array().unwrap();
    let names: Vec<&str> = weights.iter().map(|weight| weight["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["conv1.weight", "conv2.weight", "fc.weight"]);
    // numpy.linalg.svd(numpy.fft.fft2(kernel, (8, 8), axes=(0, 1))) and that of the reshaped kernel.
    let operator = &weights[1]["operator"];
    assert_eq!((operator["method"].as_str(), weights[1]["assumed"].as_bool()), (Some("periodic"), Some(true)));
    for (value, expected) in [
        (&operator["spectral_norm"], 2.0525230583),
        (&operator["smallest"], 0.1793136338),
        (&weights[1]["kernel"]["spectral_norm"], 1.3860522872262557),
    ] {
        assert!((value.as_f64().unwrap() - expected).abs() < 1e-8, "{value}");
    }
    let (model, inputs) = (path("model.npz"), path("expected.npz"));
    let message = refusal(&["run", &model, "--data", &inputs, "--out", "never.npz", "--activation", "relu"], 1);
    assert!(message.contains("`conv1.weight` (4×1×3×3) is a convolution"), "{message}");
}

#[test]
fn with_an_input_shape_the_spectra_are_those_of_the_matrices() {
    let report = json(&["inspect", &path("model.npz"), "--spectra", "--json", "--input-shape", "1,8,8"]);
    let weights = report["weights"].as_array().unwrap();
    assert!(weights.iter().all(|weight| weight["operator"]["method"] == "matrix" && weight["assumed"] == false));
    assert_eq!(weights[0]["kind"], "conv 3×3, 1→4, on 8×8");
    let lowered = json(&["inspect", &path("model.npz"), "--json", "--input-shape", "1,8,8", "--activation", "relu"]);
    let norm = |value: &Value| value["spectral_norm"].as_f64().unwrap();
    assert!((norm(&weights[0]["operator"]) - norm(&lowered["layers"][0])).abs() < 1e-12);
}

#[test]
fn a_residual_network_is_listed_with_every_spectrum_and_the_reason_why_it_does_not_flow() {
    let text = printed(&["inspect", &path("residual.npz"), "--input-shape", "3,8,8"]);
    for name in ["conv1.weight", "layer1.0.conv1.weight", "layer1.0.conv2.weight", "linear.weight"] {
        assert!(text.contains(name), "{text}");
    }
    assert!(text.contains("no_flow: `layer1.0.conv1.weight` belongs to a residual block"), "{text}");
}

#[test]
fn shapes_and_moves_that_are_not_understood_are_a_wrong_command_line() {
    for (option, value, caption) in
        [("--input-shape", "eight", "is no input shape"), ("--convolutions", "stride=0", "is not understood")]
    {
        let output = layerflow(&["inspect", &path("model.npz"), option, value]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2));
        assert!(text.contains(caption), "{text}");
    }
}
