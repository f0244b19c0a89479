//! Small ONNX graphs of many operators, attributes, axes and versions, with the outputs of onnxruntime: what is right
//! must be right without a word, what is not understood must be told.

use std::fs;
use std::path::PathBuf;

use layerflow::formats::{self, Account, Fate, Opened, PartName};
use serde_json::Value;

use crate::support::{array, data, layerflow, points, printed, relative_error};

/// onnxruntime computes in 32 bits.
const ACCURACY: f64 = 2e-5;

/// The graphs whose names begin so, in the order of their names.
fn cases(beginning: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(data("field/onnx")).unwrap().map(|file| file.unwrap().path());
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(beginning) && name.ends_with(".onnx")
    };
    let mut files: Vec<PathBuf> = files.filter(is_one).collect();
    files.sort();
    files
}

fn account_of(opened: &Opened) -> &Account {
    match opened {
        Opened::Network(opened) => &opened.account,
        Opened::Graph(graph) => &graph.account,
        Opened::Tensors(_) => panic!("only tensors"),
    }
}

#[test]
fn what_is_understood_gives_the_outputs_without_a_word() {
    let cases = cases("right_");
    assert!(cases.len() > 60);
    let mut wrong = Vec::new();
    for path in cases {
        let expected = path.with_extension("npz");
        let (_, outputs) = array(&expected, "outputs");
        match formats::open(&path).unwrap() {
            Opened::Network(opened) => {
                let found = opened.network.forward(&points(&expected, opened.network.inputs())).unwrap().output;
                let error = match found.len() == outputs.len() {
                    true => relative_error(found.as_slice(), &outputs),
                    false => f64::INFINITY,
                };
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if error > ACCURACY {
                    wrong.push(format!("{name}: off by {error:.1e}"));
                }
                if !opened.account.is_whole() {
                    wrong.push(format!("{name}: {}", opened.account.missing_text().unwrap()));
                }
                // What has one number for each sample and no axis for it is given as one column.
                if opened.account.assumed().iter().any(|remark| !remark.contains("axes")) {
                    wrong.push(format!("{name}: {:?}", opened.account.assumed()));
                }
            }
            other => wrong.push(format!("{}: {:?}", path.display(), account_of(&other).missing_text())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_understood_is_told() {
    let cases = cases("told_");
    assert!(cases.len() > 30);
    for path in cases {
        let opened = formats::open(&path).unwrap();
        let account = account_of(&opened);
        let is_told = !account.is_whole() || !account.assumed().is_empty();
        assert!(
            is_told && matches!(&opened, Opened::Graph(_)) == !account.is_whole(),
            "{}: {opened:?}",
            path.display()
        );
    }
}

/// A network that is followed to its end, of which a rounding is left out.
#[test]
fn a_rounding_that_is_too_coarse_is_missing() {
    for (name, word) in
        [("cast_bfloat16", "bfloat16"), ("cast_float16_floor", "jumps"), ("cast_whole", "whole numbers")]
    {
        let opened = formats::open(&data(&format!("field/onnx/partial_{name}.onnx"))).unwrap();
        let missing = account_of(&opened).missing_text().unwrap_or_default();
        assert!(matches!(opened, Opened::Network(_)) && missing.contains(word), "{name}: {missing}");
    }
}

#[test]
fn every_node_and_every_tensor_has_its_fate() {
    for path in cases("right_").into_iter().chain(cases("told_")) {
        let opened = formats::open(&path).unwrap();
        let account = account_of(&opened);
        if let Opened::Graph(graph) = &opened {
            let names = graph.tensors.tensors().iter().map(|tensor| PartName::tensor(&tensor.name));
            let own =
                |name: &PartName| account.fate(name).is_some() || account.fate(&PartName::node(name.name())).is_some();
            assert!(names.filter(|name| !own(name)).count() == 0, "{}", path.display());
        }
        let is_used = |fate: &Fate| matches!(fate, Fate::Used(_));
        if matches!(opened, Opened::Network(_)) {
            assert!(account.parts().iter().any(|part| is_used(&part.fate)), "{}", path.display());
        }
    }
    let dead = formats::open(&data("field/onnx/right_dead_code.onnx")).unwrap();
    let dead = account_of(&dead).parts().iter().filter(|part| matches!(part.fate, Fate::Needless(_))).count();
    assert!(dead >= 2, "a node and its constant lead nowhere");
}

#[test]
fn a_partial_graph_does_not_run() {
    let path = data("field/onnx/told_a_softmax_13_axis0.onnx").display().to_string();
    let points = data("field/onnx/right_u_sin.npz").display().to_string();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.npz").display().to_string();
    let refused = layerflow(&["run", &path, "--data", &points, "--out", &out]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && text.contains("axis 0 is that of the samples"), "{text}");
}

/// The largest singular values that numpy gives.
#[test]
fn spectra_are_those_of_the_weights_alone() {
    let weights = |name: &str| -> Vec<(String, f64)> {
        let path = data(&format!("field/onnx/{name}.onnx")).display().to_string();
        let report: Value = serde_json::from_str(&printed(&["inspect", &path, "--spectra", "--json"])).unwrap();
        let rows = report["weights"].as_array().unwrap();
        let number = |row: &Value| match row["kernel"]["spectral_norm"].as_f64() {
            Some(of_kernel) => of_kernel,
            None => row["operator"]["spectral_norm"].as_f64().unwrap(),
        };
        rows.iter().map(|row| (row["name"].as_str().unwrap().to_owned(), number(row))).collect()
    };
    let expected: [(&str, &[(&str, f64)]); 4] = [
        (
            "spectra_lstm",
            &[
                ("W (forward)", 6.068135412764984),
                ("W (backward)", 5.009600231604838),
                ("R (forward)", 5.213411057204947),
                ("R (backward)", 5.086296182174885),
                ("table", 4.350949850910448),
                ("c5", 4.042918428063404),
            ],
        ),
        ("spectra_integers", &[("wq", 2.2940012055368317)]),
        ("spectra_kernels", &[("Conv_1", 6.610947775524725), ("Conv_3", 4.390498716693722), ("k3", 5.708946696565729)]),
        ("spectra_few_bits", &[("w8", 3.283962237432092 * 0.5), ("w4", 15.552161690119288 * 0.10000000149011612)]),
    ];
    for (file, expected) in expected {
        let found = weights(file);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, expected.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{file}");
        for ((name, found), (_, expected)) in found.iter().zip(expected) {
            assert!((found / expected - 1.0).abs() < 1e-6, "{file}, {name}: {found} for {expected}");
        }
    }
}
