//! `layerflow convert`: the same network in another format, or one sentence that says what is not kept.

use std::fs;
use std::path::Path;

use layerflow::network::Activation;

use crate::support::{data, layerflow, network, printed, refusal};

/// Converts, and gives what was told on standard error.
fn converted(from: &Path, out: &Path, options: &[&str]) -> String {
    let files = ["convert", from.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let output = layerflow(&[&files, options].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{told}");
    told
}

#[test]
fn every_format_becomes_the_same_json() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.json");
    for file in ["model.safetensors", "model.npz", "model_f64.safetensors"] {
        let file = data("digits").join(file);
        assert_eq!(converted(&file, &out, &["--activation", "relu"]), "");
        // Of a list of numbers it is not known how they were stored.
        let expected = network(&file, Activation::Relu).with_stored(Vec::new());
        assert_eq!(network(&out, Activation::Identity).with_stored(Vec::new()), expected);
    }
    let residual = data("cases/residual/network.json");
    converted(&residual, &out, &[]);
    assert_eq!(network(&out, Activation::Identity), network(&residual, Activation::Identity));
}

#[test]
fn safetensors_give_the_whole_network_back() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.safetensors");
    for case in ["residual", "chain-leaky_relu", "chain-softmax"] {
        let file = data("cases").join(case).join("network.json");
        assert_eq!(converted(&file, &out, &[]), "");
        assert_eq!(network(&out, Activation::Identity), network(&file, Activation::Identity));
    }
    assert!(printed(&["inspect", "--tensors", out.to_str().unwrap()]).contains("weight"));
    converted(&data("cases/residual/network.json"), &out, &["--precision", "f32"]);
    assert_ne!(
        network(&out, Activation::Identity),
        network(&data("cases/residual/network.json"), Activation::Identity)
    );
}

#[test]
fn what_cannot_be_written_is_refused_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let residual = data("cases/residual/network.json").display().to_string();
    let refused = |name: &str, options: &[&str]| {
        let out = folder.path().join(name).display().to_string();
        refusal(&[&["convert", &residual, "--out", &out], options].concat(), 2)
    };
    assert!(refused("a.txt", &[]).contains(".safetensors or .onnx"));
    assert!(refused("a.json", &["--precision", "f32"]).contains("keeps every bit"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_read_is_written_over_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("net.json");
    fs::copy(data("cases/residual/network.json"), &file).unwrap();
    let before = fs::read(&file).unwrap();
    let path = file.to_str().unwrap();
    assert!(refusal(&["convert", path, "--out", path], 2).contains("--force"));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink("net.json", &link).unwrap();
        assert!(refusal(&["convert", path, "--out", link.to_str().unwrap()], 2).contains("is also read"));
        let own = ["run", path, "--data", "moons", "--out"];
        assert!(refusal(&[&own[..], &[path]].concat(), 2).contains("is also read"));
    }
    assert_eq!(fs::read(&file).unwrap(), before);
    converted(&file, &file, &["--force"]);
    assert_eq!(
        network(&file, Activation::Identity).layers().len(),
        network(&data("cases/residual/network.json"), Activation::Identity).layers().len()
    );
}
