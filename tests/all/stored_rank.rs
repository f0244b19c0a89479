//! The rank that the numbers of a file can tell: a planted rank 3, stored in 32 bits, is rank 3.

use std::path::Path;
use std::process::Command;

use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::{self, ChainProposal, Opened, Precision};
use layerflow::network::{Activation, Affine, Dense, Layer, Network, OutputFunction, StoredPrecision};
use nalgebra::DMatrix;

fn waves(rows: usize, columns: usize, seed: f64) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (seed + 1.37 * i as f64 + 2.71 * (i * j) as f64 + j as f64).sin())
}

/// One layer of 64×64 and rank 3.
fn planted() -> Network {
    let weight = waves(64, 3, 0.3) * waves(3, 64, 0.7);
    let affine = Affine { weight, bias: None };
    let layer = Layer::Dense(Dense { name: "fc".into(), affine, activation: Activation::Identity });
    Network::new("planted".into(), vec![layer], OutputFunction::Identity).unwrap()
}

fn written(precision: Precision, extension: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("planted.{extension}"));
    formats::save_as(&path, &planted(), precision).unwrap();
    (folder, path)
}

fn opened(path: &Path) -> Network {
    match formats::open(path).unwrap() {
        Opened::Network(opened) => opened.network,
        Opened::Tensors(tensors) => {
            formats::build(&tensors, &ChainProposal::new(&tensors, Activation::Identity, OutputFunction::Identity))
                .unwrap()
                .network
        }
        Opened::Graph(graph) => panic!("{}", graph.problem),
    }
}

#[test]
fn a_planted_rank_is_told_at_the_precision_of_the_file() {
    for extension in ["safetensors", "onnx"] {
        let (_folder, path) = written(Precision::Single, extension);
        let flow = Flow::new(&opened(&path), FlowOptions::default(), &mut |_, _| true).unwrap();
        let spectrum = flow.layers()[0].spectrum.as_ref().unwrap();
        let stored = spectrum.stored_rank.unwrap();
        assert_eq!(stored.text(), "rank 3 at float32 precision", "{extension}");
        assert!(spectrum.rank > 3, "rounding to 32 bits leaves no exact rank in 64");
        let (_folder, path) = written(Precision::Double, extension);
        assert_eq!(opened(&path).stored(0), None, "{extension}");
    }
    let (_folder, path) = written(Precision::Double, "json");
    assert_eq!(opened(&path).stored(0), None);
}

#[test]
fn tensors_of_sixteen_bits_are_told_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("half.safetensors");
    let weight = waves(64, 3, 0.3) * waves(3, 64, 0.7);
    let bytes: Vec<u8> =
        weight.transpose().iter().flat_map(|value| half::f16::from_f64(*value).to_le_bytes()).collect();
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F16, vec![64, 64], &bytes).unwrap();
    std::fs::write(&path, safetensors::serialize([("fc.weight", view)], None).unwrap()).unwrap();
    let network = opened(&path);
    assert_eq!(network.stored(0), Some(StoredPrecision::Half));
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
    let stored = flow.layers()[0].spectrum.as_ref().unwrap().stored_rank.unwrap();
    assert_eq!(stored.text(), "rank 3 at float16 precision");
}

#[test]
fn inspect_tells_both_ranks() {
    let (_folder, path) = written(Precision::Single, "safetensors");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_layerflow")).arg("inspect").arg(&path).args(arguments).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let report: serde_json::Value = serde_json::from_str(&run(&["--json"])).unwrap();
    let layer = &report["layers"][0];
    assert!(layer["rank"].as_u64().unwrap() > 3);
    assert_eq!(layer["stored_rank"]["rank"], 3);
    assert_eq!(layer["stored_rank"]["precision"], "float32");
    assert!(layer["stored_rank"]["tolerance"].as_f64().unwrap() > 0.0 && layer["stored_rank"].get("step").is_none());
    let finding = report["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "rank_deficient");
    let message = finding.unwrap()["message"].as_str().unwrap();
    assert!(message.starts_with("rank 3 of 64 at float32 precision"), "{message}");
    assert!(run(&[]).contains("(3 at float32)"), "{}", run(&[]));
}
