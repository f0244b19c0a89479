//! `layerflow inspect` of many files: one line of JSON for each, and a broken file is not the end.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::support::{layerflow, printed, refusal};

/// A network whose only singular value is `scale`.
fn checkpoint(scale: f64) -> String {
    format!(r#"{{"format": "layerflow.network/1", "layers": [{{"type": "dense", "weight": [[{scale}]]}}]}}"#)
}

fn lines(text: &[u8]) -> Vec<Value> {
    std::str::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_folder_is_told_line_by_line_and_broken_files_are_lines_with_their_error() {
    let folder = tempfile::tempdir().unwrap();
    for step in [2, 10, 9] {
        fs::write(folder.path().join(format!("step_{step}.json")), checkpoint(f64::from(step))).unwrap();
    }
    fs::write(folder.path().join("step_11.safetensors"), b"").unwrap();
    let half = b"\x40\0\0\0\0\0\0\0{\"w\": {\"dtype\": \"F32\", \"shape\": [2]";
    fs::write(folder.path().join("step_12.safetensors"), half).unwrap();
    fs::write(folder.path().join(".step_13.safetensors.part"), half).unwrap();
    fs::write(folder.path().join("log.jsonl"), "{\"step\": 2}\n").unwrap();
    let output = layerflow(&["inspect", text(folder.path()), "--json"]);
    assert!(output.status.success());
    let rows = lines(&output.stdout);
    let steps: Vec<u64> = rows.iter().map(|row| row["step"].as_u64().unwrap()).collect();
    assert_eq!(steps, [2, 9, 10, 11, 12]);
    for row in &rows[..3] {
        let value = row["layers"][0]["singular_values"][0].as_f64().unwrap();
        assert_eq!((value, row["schema"].as_str()), (row["step"].as_f64().unwrap(), Some("layerflow.inspect/2")));
    }
    for row in &rows[3..] {
        let file = row["file"].as_str().unwrap();
        assert!(row["error"]["message"].as_str().unwrap().contains(file), "{row}");
    }
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 of 5 files could not be read"));
    // The same files by a pattern, and named one by one.
    let pattern = folder.path().join("step_?.json");
    assert_eq!(lines(printed(&["inspect", text(&pattern), "--json"]).as_bytes()), rows[..2]);
    let [two, ten] = ["step_2.json", "step_10.json"].map(|name| folder.path().join(name));
    let named = printed(&["inspect", text(&ten), text(&two), "--json"]);
    assert_eq!(lines(named.as_bytes()), [rows[2].clone(), rows[0].clone()]);
    let listed = printed(&["inspect", text(folder.path())]);
    assert!(listed.contains("step_9.json") && listed.contains("5 files, not opened"), "{listed}");
}

#[test]
fn one_checkpoint_is_the_first_of_more_and_one_model_is_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("step_1.json");
    fs::write(&file, checkpoint(1.0)).unwrap();
    assert_eq!(lines(printed(&["inspect", text(folder.path()), "--json"]).as_bytes()).len(), 1);
    fs::rename(&file, folder.path().join("model.json")).unwrap();
    let whole: Value = serde_json::from_str(&printed(&["inspect", text(folder.path()), "--json"])).unwrap();
    assert!(whole["network"].is_object() && whole["file"].is_null());
}

#[test]
fn where_nothing_can_be_read_the_command_fails() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.npz", "b.npz"] {
        fs::write(folder.path().join(name), b"").unwrap();
    }
    let output = layerflow(&["inspect", text(folder.path()), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("none of the 2 files could be read"));
    let none = refusal(&["inspect", text(&folder.path().join("*.onnx")), "--json"], 2);
    assert!(none.contains("no file has such a name"), "{none}");
}
