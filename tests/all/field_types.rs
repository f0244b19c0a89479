//! Files whose numbers are of unusual types, or lie in unusual places: the values that the frameworks give, or a word.

use layerflow::formats::{self, ChainProposal, Fate, Opened, PartName};
use layerflow::network::{Activation, OutputFunction};
use nalgebra::DMatrix;

use crate::support::{array, data, layerflow, relative_error};

/// The files, what is guessed when they are opened, and their points among the arrays of `expected.npz`. Their makers are
/// the packages safetensors, gguf, numpy, ml_dtypes and h5py.
const FILES: [(&str, Option<&str>, &str); 18] = [
    // Integers with scales for rows and zero points; with one of each.
    ("int8_rows.safetensors", None, "x4"),
    ("uint8_tensor.safetensors", Some("`fc1.scale` is the scale of `fc1.weight`"), "x4"),
    // E4M3 with a scale, E5M2 and E4M3FNUZ without.
    ("float8.safetensors", None, "x4"),
    // Metadata that is null, and two names of the same bytes.
    ("shared.safetensors", None, "x4"),
    // Q4_0, Q5_1, Q8_0, MXFP4, Q4_1 and F32.
    ("blocks.gguf", None, "x32"),
    ("big_endian.gguf", None, "x4"),
    // Dictionaries in lists, columns first, and numbers with their most significant byte first.
    ("layers_0.pkl", None, "x4"),
    ("layers_2.pkl", None, "x4"),
    ("layers_5.pkl", None, "x4"),
    ("objects.npz", None, "x4"),
    ("records.npz", None, "x4"),
    ("bfloat16.npz", Some("are bfloat16"), "x4"),
    ("no_ending.npz", None, "x4"),
    ("user_block.h5", None, "x4"),
    ("soft_link.h5", None, "x4"),
    ("float16.h5", None, "x4"),
    ("bfloat16.h5", None, "x4"),
    // Its layers are listed in another order than that of their names.
    ("named.h5", Some("in the order of the file"), "x4"),
];

#[test]
fn numbers_of_every_type_have_their_values() {
    let expected = data("field/types/expected.npz");
    for (name, guessed, points) in FILES {
        let path = data("field/types").join(name);
        let Opened::Tensors(tensors) = formats::open(&path).unwrap() else { panic!("{name} gives no tensors") };
        let chain = ChainProposal::new(&tensors, Activation::Relu, OutputFunction::Identity);
        let opened = formats::build(&tensors, &chain).unwrap_or_else(|error| panic!("{error}"));
        assert!(opened.account.is_whole(), "{name}: {:?}", opened.account.missing_text());
        let assumed = opened.account.assumed();
        assert_eq!(assumed.is_empty(), guessed.is_none(), "{name}: {assumed:?}");
        assert!(guessed.is_none_or(|text| assumed[0].contains(text)), "{assumed:?}");
        let (shape, points) = array(&expected, points);
        let points = DMatrix::from_row_slice(shape[0], shape[1], &points).transpose();
        let found = opened.network.forward(&points).unwrap();
        let (_, outputs) = array(&expected, name);
        // The columns of one are the rows of the other.
        let error = relative_error(found.output.as_slice(), &outputs);
        assert!(error < 1e-9, "{name}: off by {error:e}");
    }
}

#[test]
fn integers_without_a_scale_are_told() {
    let path = data("field/types/int8_alone.safetensors");
    let Opened::Tensors(tensors) = formats::open(&path).unwrap() else { panic!("no tensors") };
    let chain = ChainProposal::new(&tensors, Activation::Relu, OutputFunction::Identity);
    let account = formats::build(&tensors, &chain).unwrap().account;
    let fate = account.fate(&PartName::tensor("fc2.weight"));
    assert!(matches!(fate, Some(Fate::Missing(why)) if why.contains("I8")), "{fate:?}");
}

#[test]
fn an_error_is_printed_as_json_where_json_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("model.pt");
    std::fs::write(&page, "<!DOCTYPE html><html></html>").unwrap();
    let page = page.to_str().unwrap();
    let output = layerflow(&["inspect", page, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let error = &printed["error"];
    assert_eq!(error["file"], page);
    assert_eq!(format!("{}\n", error["message"].as_str().unwrap()), String::from_utf8_lossy(&output.stderr));
    assert!(error["message"].as_str().unwrap().contains("is a web page (HTML)"), "{error}");
    assert!(error["remedy"].as_str().unwrap().starts_with("download the file itself"), "{error}");
    assert!(layerflow(&["inspect", page]).stdout.is_empty());
    // A folder with one model in it opens as that.
    std::fs::copy(data("field/types/shared.safetensors"), folder.path().join("model.safetensors")).unwrap();
    std::fs::remove_file(page).unwrap();
    let opened = layerflow(&["inspect", folder.path().to_str().unwrap(), "--activation", "relu"]);
    assert!(opened.status.success() && opened.stderr.is_empty(), "{opened:?}");
}
