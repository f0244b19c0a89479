//! Findings, gradients and measures as scripts read them, and networks that hold NaN.

use std::fs;

use serde_json::Value;

use crate::support::{layerflow, printed, refusal};

const BROKEN: &str = r#"{"format": "layerflow.network/1", "name": "broken", "output": "softmax", "layers": [
  {"type": "dense", "weight": [[1, 2], [0.5, -1]], "bias": [0, 1], "activation": "tanh"},
  {"type": "dense", "weight": [[1, NaN], [Infinity, 2]], "bias": [0, 0], "activation": "tanh"},
  {"type": "dense", "weight": [[1, 0], [0, 1]], "bias": [0, 0]}]}"#;

fn written(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.json");
    fs::write(&path, text).unwrap();
    (folder, path.display().to_string())
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_network_with_nan_opens_for_inspect_and_for_nothing_else() {
    let (folder, path) = written(BROKEN);
    let report = parsed(&printed(&["inspect", &path, "--data", "moons", "--json"]));
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["severity"], &finding["layer"]),
        (&"not_finite".into(), &"error".into(), &2.into())
    );
    assert_eq!((&finding["value"], &finding["units"]), (&2.0.into(), &serde_json::json!([0, 1])));
    assert!(finding["message"].as_str().unwrap().contains("1 NaN, 1 inf, the first at row 1, column 2"), "{finding}");
    // What lies before it is told as ever, and what lies behind is marked.
    assert_eq!(report["layers"].as_array().unwrap().len(), 3);
    assert_eq!(report["layers"][0]["rank"], 2);
    assert!(report["layers"][1]["rank"].is_null() && report["data"]["accuracy"].is_null());
    assert_eq!(report["layers"][1]["warnings"][0]["code"], "not_finite");
    assert_eq!(report["layers"][2]["warnings"][0]["code"], "behind_not_finite");
    assert!(report["measures"]["participation_ratio"][1].is_number());
    assert!(report["measures"]["participation_ratio"][2].is_null());
    assert!(printed(&["inspect", &path]).contains("not_finite"));
    assert!(printed(&["inspect", "--tensors", &path]).contains("layers.2.weight"));

    let out = folder.path().join("out.npz").display().to_string();
    let run = ["run", &path, "--data", "moons", "--out", &out];
    let message = refusal(&run, 1);
    assert!(message.contains("is inf at row 2, column 1"), "{message}");
    assert!(!std::path::Path::new(&out).exists());
    printed(&[&run[..], &["--allow-non-finite"]].concat());
    let other = folder.path().join("again.json").display().to_string();
    refusal(&["convert", &path, "--out", &other], 1);
    printed(&["convert", &path, "--out", &other, "--allow-non-finite"]);
    assert!(fs::read_to_string(other).unwrap().contains("NaN"));
}

#[test]
fn findings_gradients_and_measures_have_their_keys_and_the_status_is_as_asked() {
    let (folder, path) = written(
        r#"{"format": "layerflow.network/1", "output": "softmax", "layers": [
        {"type": "dense", "weight": [[1, 2], [0.5, -1], [3, 0.25]], "bias": [0.1, 1, -900], "activation": "relu"},
        {"type": "dense", "weight": [[1, 0, 2], [0, 15, 1]], "bias": [0, 0.5]}]}"#,
    );
    let report = parsed(&printed(&["inspect", &path, "--data", "moons", "--json"]));
    let findings = report["findings"].as_array().unwrap();
    let of = |code: &str| {
        findings.iter().find(|finding| finding["code"] == code).unwrap_or_else(|| panic!("no {code}: {findings:?}"))
    };
    assert_eq!(of("large_weights")["layer"], 2);
    assert_eq!(of("large_weights")["value"], 15.0);
    assert_eq!((&of("dead_units")["units"], &of("dead_units")["severity"]), (&serde_json::json!([2]), &"note".into()));
    let keys = [
        "code",
        "severity",
        "layer",
        "units",
        "columns",
        "value",
        "threshold",
        "message",
        "try",
        "t",
        "phase",
        "source",
    ];
    assert!(keys.iter().all(|key| of("dead_units").as_object().unwrap().contains_key(*key)));
    assert!(of("dead_units")["columns"].is_null());
    let gradients = &report["gradients"];
    let length = gradients["t"].as_array().unwrap().len();
    assert!(["norm_median", "norm_5", "norm_95"].iter().all(|key| gradients[*key].as_array().unwrap().len() == length));
    assert_eq!(gradients["layers"].as_array().unwrap().len(), 2);
    let measures = report["measures"].as_object().unwrap();
    assert!(measures.values().filter_map(Value::as_array).all(|list| list.len() == 3));
    // Without data the static ones are there all the same.
    let alone = parsed(&printed(&["inspect", &path, "--json"]));
    assert_eq!(alone["findings"][0]["code"], "large_weights");
    assert!(alone.get("gradients").is_none() && alone.get("measures").is_none());

    let status = |arguments: &[&str]| layerflow(&[&["inspect", &path], arguments].concat()).status.code();
    assert_eq!(status(&["--fail-on", "warning"]), Some(3));
    assert_eq!(status(&["--fail-on", "error"]), Some(0));
    let thresholds = folder.path().join("thresholds.json");
    fs::write(&thresholds, r#"{"large_weight": 20}"#).unwrap();
    let thresholds = thresholds.display().to_string();
    assert_eq!(status(&["--fail-on", "warning", "--thresholds", &thresholds]), Some(0));
    fs::write(&thresholds, r#"{"large_wieght": 20}"#).unwrap();
    assert!(refusal(&["inspect", &path, "--thresholds", &thresholds], 1).contains("no threshold that is known"));

    let csv = printed(&["inspect", &path, "--measures", "--csv"]);
    assert_eq!(csv.lines().count(), 3);
    assert!(csv.starts_with("layer,name,part,outputs,inputs,eigenvalues,alpha,D,xi_min"));
    let table = parsed(&printed(&["inspect", &path, "--measures", "--json", "--data", "moons"]));
    assert!(table["layers"][1]["alpha"].is_null() && table["measures"]["t"].is_array());
}
