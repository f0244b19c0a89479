//! Files with weights that no chain has, and parts that lie elsewhere: every weight has its spectrum or is told, and what is
//! not in the file is told.

use std::path::Path;

use layerflow::formats::{self, ChainProposal, Opened};
use layerflow::network::{Activation, OutputFunction};
use nalgebra::DMatrix;
use serde_json::Value;

use crate::support::{array, data, printed, relative_error};

/// A file, the end of a weight's name, how many singular values it has, the largest and the smallest (numpy's, of the
/// kernel as outputs × all other axes).
const SPECTRA: [(&str, &str, usize, [f64; 2]); 8] = [
    ("kernels.pt", "3.weight", 2, [0.8779015, 0.70896115]),
    ("kernels.pt", "4.weight", 1, [0.95432879, 0.95432879]),
    ("attention.keras", "_query_dense/vars/0", 8, [1.873983908, 0.372356724]),
    ("attention.keras", "_key_dense/vars/0", 8, [1.569268831, 0.040257778]),
    ("attention.keras", "_value_dense/vars/0", 8, [1.685375581, 0.091226956]),
    ("attention.keras", "_output_dense/vars/0", 8, [1.781296202, 0.278262871]),
    ("attention.keras", "einsum_dense/vars/0", 6, [1.751890544, 0.211290311]),
    ("attention.keras", "einsum_dense_1/vars/0", 4, [1.631074432, 0.485588687]),
];

#[test]
fn every_weight_has_its_spectrum() {
    for (file, name, count, [largest, smallest]) in SPECTRA {
        let path = data(&format!("field/weights/{file}"));
        let shape = ["--input-shape", "1,8,8"];
        let arguments = ["inspect", path.to_str().unwrap(), "--spectra", "--json", shape[0], shape[1]];
        let report: Value = serde_json::from_str(&printed(&arguments)).unwrap();
        let weights = report["weights"].as_array().unwrap();
        let of_name = |weight: &&Value| weight["name"].as_str().unwrap().ends_with(name);
        let found: Vec<&Value> = weights.iter().filter(of_name).collect();
        assert_eq!(found.len(), 1, "{file}: {name}");
        let spectrum = &found[0]["operator"];
        assert_eq!(spectrum["count"], count, "{name}");
        for (key, expected) in [("spectral_norm", largest), ("smallest", smallest)] {
            let value = spectrum[key].as_f64().unwrap();
            assert!((value - expected).abs() < 1e-6, "{name}: {key} {value}");
        }
    }
}

#[test]
fn a_transposed_convolution_is_a_layer() {
    let path = data("field/weights/transposed.h5");
    let text = printed(&["inspect", path.to_str().unwrap(), "--input-shape", "1,8,8"]);
    assert!(text.contains("transposed conv 3×3") || text.contains("transposed conv 2×2"), "{text}");
}

/// Names that lead elsewhere, and the words that tell it; none where a name only stands for what is in the file.
const LINKS: [(&str, usize, &str); 4] = [
    ("link_elsewhere.h5", 1, "is a link to `/a/w` in another file (other.h5), which is not followed"),
    ("many_links.h5", 30, "`x0` is a link to `/a/w0` in another file"),
    ("link_to_nothing.h5", 1, "`fc3.weight` is a link to `/nowhere`, which is not in the file"),
    ("alias.h5", 0, ""),
];

#[test]
fn links_out_of_a_file_are_told() {
    for (file, count, text) in LINKS {
        let Opened::Tensors(tensors) = formats::open(&data(&format!("field/weights/{file}"))).unwrap() else {
            panic!("{file}")
        };
        let account = ChainProposal::new(&tensors, Activation::Relu, OutputFunction::Identity).account(&tensors);
        assert_eq!(account.missing().count(), count, "{file}");
        assert!(account.missing_text().unwrap_or_default().contains(text), "{file}");
    }
}

#[test]
fn texts_among_the_weights_of_a_browser_model_are_passed_over_and_told() {
    let Opened::Network(opened) = formats::open(&data("field/weights/tfjs_string/model.json")).unwrap() else {
        panic!("no network")
    };
    let text = opened.account.missing_text().unwrap();
    assert!(text.contains("`lookup/vocabulary` is of type STRING"), "{text}");
    assert!(text.contains("`lookup/phases` is of type COMPLEX64"), "{text}");
    assert_eq!(opened.account.missing().count(), 2);
    let expected = data("field/keras/expected.npz");
    let (shape, inputs) = array(&expected, "tfjs_uint8.x");
    let (_, outputs) = array(&expected, "tfjs_uint8.y");
    let inputs = DMatrix::from_row_slice(shape[0], inputs.len() / shape[0], &inputs).transpose();
    let found = opened.network.forward(&inputs).unwrap().output;
    assert!(relative_error(found.as_slice(), &outputs) < 1e-5);
}

#[test]
fn an_adapter_is_scaled_as_the_file_beside_it_says() {
    let expected = data("field/weights/adapter_expected.npz");
    let (shape, inputs) = array(&expected, "x");
    let (_, outputs) = array(&expected, "y");
    let inputs = DMatrix::from_row_slice(shape[0], shape[1], &inputs).transpose();
    let measured = |path: &Path| {
        let Opened::Tensors(tensors) = formats::open(path).unwrap() else { panic!("no tensors") };
        let chain = ChainProposal::new(&tensors, Activation::Relu, OutputFunction::Identity);
        let account = chain.account(&tensors);
        let found = formats::build(&tensors, &chain).unwrap().network.forward(&inputs).unwrap().output;
        (relative_error(found.as_slice(), &outputs), account)
    };
    let (error, account) = measured(&data("field/weights/adapter"));
    assert!(account.is_whole(), "{:?}", account.missing_text());
    assert!(error < 1e-5, "{error}");
    assert!(!account.assumed().join("; ").contains("scale"), "{:?}", account.assumed());
    // Without it the scale is a guess.
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("adapter_model.safetensors");
    std::fs::copy(data("field/weights/adapter/adapter_model.safetensors"), &alone).unwrap();
    let (_, account) = measured(&alone);
    assert!(account.assumed().join("; ").contains("with the scale 1"), "{:?}", account.assumed());
}

/// Whole modules of PyTorch whose layers are quantised: how far their outputs may be from PyTorch's, what is guessed, and
/// what is missing.
const QUANTISED: [(&str, f64, &str, &str); 3] = [
    ("dynamic", 0.02, "PyTorch rounds them to 8 bits first", ""),
    ("static", 0.05, "", "tensor `1.scale` is the step to which the layer rounds its outputs"),
    ("half", 1e-5, "", ""),
];

#[test]
fn quantised_modules_give_their_layers() {
    let expected = data("field/weights/quantised_expected.npz");
    for (case, most, assumed, missing) in QUANTISED {
        let Opened::Network(opened) = formats::open(&data(&format!("field/weights/{case}.pt"))).unwrap() else {
            panic!("{case}")
        };
        let (shape, inputs) = array(&expected, &format!("{case}.x"));
        let (_, outputs) = array(&expected, &format!("{case}.y"));
        let inputs = DMatrix::from_row_slice(shape[0], shape[1], &inputs).transpose();
        let found = opened.network.forward(&inputs).unwrap().output;
        let error = relative_error(found.as_slice(), &outputs);
        assert!(error < most, "{case}: {error}");
        let text = opened.account.missing_text().unwrap_or_default();
        assert!(
            text.contains(missing)
                || opened.account.missing().any(|(name, why)| format!("{name} {why}").contains(missing)),
            "{case}: {text}"
        );
        assert_eq!(opened.account.is_whole(), missing.is_empty(), "{case}: {text}");
        assert_eq!(opened.account.assumed().is_empty(), assumed.is_empty(), "{case}");
        assert!(opened.account.assumed().join("; ").contains(assumed), "{case}");
    }
}

#[test]
fn layers_without_weights_are_told_by_their_groups() {
    for (file, missing) in [
        ("sum.weights.h5", Some("`layers/add` is a layer of the kind add, which no tensor tells of")),
        // A dropout and noise.
        ("idle.weights.h5", None),
    ] {
        let Opened::Tensors(tensors) = formats::open(&data(&format!("field/weights/{file}"))).unwrap() else {
            panic!("{file}")
        };
        let account = ChainProposal::new(&tensors, Activation::Relu, OutputFunction::Identity).account(&tensors);
        assert_eq!(account.missing_text().as_deref(), missing, "{file}");
        assert!(account.assumed().is_empty(), "{file}: {:?}", account.assumed());
    }
}
