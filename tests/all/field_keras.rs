//! Models of Keras and TensorFlow.js with what went wrong elsewhere: equal names, shared layers, operators as layers,
//! quantised and adapted weights. Each gives the framework's outputs, or says what it is not.

use std::fs;
use std::io::Write;
use std::path::Path;

use layerflow::formats::{self, Account, Opened};
use layerflow::network::Network;
use nalgebra::DMatrix;

use crate::support::{array, data, relative_error};

/// What a file must give.
enum Gives {
    /// The outputs, without a word.
    Right,
    /// The outputs, and a sentence with these words.
    Assumed(&'static str),
    /// Outputs that are rounded otherwise, and a sentence with these words.
    Rounded(&'static str),
    /// A partial network or none, and a sentence with these words.
    Partial(&'static str),
}

use Gives::{Assumed, Partial, Right, Rounded};

const CASES: [(&str, Gives); 42] = [
    ("k3_relu_all.keras", Right),
    ("k3_act_hard_sigmoid.keras", Right),
    ("k3_actend_log_softmax.keras", Right),
    ("k3_prelu_shared.keras", Right),
    ("k3_nested_deep.keras", Right),
    ("k3_shared_fmodel.keras", Right),
    ("k3_add3.keras", Right),
    ("k3_mul.keras", Right),
    ("k3_maxmin.keras", Right),
    ("k3_concat_deep.keras", Right),
    ("k3_td_softmax.keras", Right),
    ("k3_softmax_axis1.keras", Right),
    ("k3_opsA.keras", Right),
    ("k3_opsC.keras", Right),
    ("k3_opsF.keras", Right),
    ("k3_q_int4_b4.keras", Right),
    ("k3_q_int8_weightonly.keras", Right),
    ("k3_lora.keras", Right),
    ("k3_chfirst.keras", Right),
    ("k3_norm.keras", Right),
    ("k3_sepconv.keras", Right),
    ("k2_act_hard_sigmoid.keras", Right),
    ("k2_nested_a.keras", Right),
    ("k2_tfC.keras", Right),
    ("k2_shared_branches.keras", Right),
    ("k3_nested_deep.h5", Right),
    ("k3_q_int4.h5", Right),
    ("k2_nested_frozen.h5", Right),
    ("k2_tfA.h5", Right),
    ("tfjs_browser_download/model.json", Right),
    ("tfjs_uint8/model.json", Right),
    ("tfjs_nested/model.json", Assumed("the last ones count")),
    ("k3_two_in.keras", Assumed("the columns of the data are those of the model's inputs")),
    ("k3_lora_alpha.h5", Assumed("lora_alpha/lora_rank = 5/2")),
    ("k3_bf16.keras", Rounded("rounding to bfloat16")),
    ("k3_float16.h5", Rounded("rounding to float16")),
    ("k3_mixed16.keras", Rounded("rounding to float16")),
    ("k3_q_int8.keras", Rounded("the model rounds them to 8 bits")),
    ("k3_q_float8.keras", Rounded("float8")),
    ("k3_train_call.keras", Partial("argument training")),
    ("k3_custom.keras", Partial("My")),
    ("k3_act_sparsemax.keras", Partial("sparsemax")),
];

fn opened(path: &Path) -> (Option<Network>, Account) {
    match formats::open(path).unwrap() {
        Opened::Network(opened) => (Some(opened.network), opened.account),
        Opened::Graph(graph) => (graph.network, graph.account),
        Opened::Tensors(_) => panic!("{} gave tensors", path.display()),
    }
}

/// The relative error of the outputs, and the account.
fn measured(path: &Path, case: &str) -> (Option<f64>, Account) {
    let expected = data("field/keras/expected.npz");
    let (shape, inputs) = array(&expected, &format!("{case}.x"));
    let (_, outputs) = array(&expected, &format!("{case}.y"));
    let (network, account) = opened(path);
    let inputs = DMatrix::from_row_slice(shape[0], inputs.len() / shape[0], &inputs).transpose();
    let found = network.and_then(|network| network.forward(&inputs).ok()).map(|forward| forward.output);
    let error = found.filter(|found| found.len() == outputs.len());
    (error.map(|found| relative_error(found.as_slice(), &outputs)), account)
}

#[test]
fn the_outputs_of_a_model_stand_one_behind_the_other() {
    let expected = data("field/keras/expected.npz");
    let (shape, inputs) = array(&expected, "k3_two_out.x");
    let (_, first) = array(&expected, "k3_two_out.y");
    let (network, account) = opened(&data("field/keras/k3_two_out.keras"));
    let inputs = DMatrix::from_row_slice(shape[0], inputs.len() / shape[0], &inputs).transpose();
    let output = network.unwrap().forward(&inputs).unwrap().output;
    assert_eq!(output.nrows(), 5);
    assert!(relative_error(output.rows(0, 2).into_owned().as_slice(), &first) < 1e-5);
    assert!(account.is_whole());
    assert!(account.assumed().iter().any(|sentence| sentence.ends_with("in its order: 2 of `a`, 3 of `b`")));
}

fn case_of(file: &str) -> String {
    match file.rsplit_once('.') {
        Some((name, "h5")) => format!("{name}_h5"),
        Some((name, "keras")) => name.to_owned(),
        _ => file.split('/').next().unwrap().to_owned(),
    }
}

#[test]
fn each_model_is_right_or_told() {
    for (file, gives) in &CASES {
        let (error, account) = measured(&data(&format!("field/keras/{file}")), &case_of(file));
        let (missing, assumed) = (account.missing_text().unwrap_or_default(), account.assumed().join("; "));
        let is_right = error.is_some_and(|error| error < 1e-5);
        match gives {
            Right => {
                assert!(is_right && missing.is_empty() && assumed.is_empty(), "{file}: {error:?} {missing} {assumed}")
            }
            Assumed(caption) => {
                assert!(
                    is_right && missing.is_empty() && assumed.contains(caption),
                    "{file}: {error:?} {missing} {assumed}"
                );
            }
            Rounded(caption) => {
                let is_near = error.is_some_and(|error| error < 0.1);
                assert!(
                    is_near && missing.is_empty() && assumed.contains(caption),
                    "{file}: {error:?} {missing} {assumed}"
                );
            }
            Partial(caption) => assert!(missing.contains(caption) && !missing.is_empty(), "{file}: {missing}"),
        }
    }
}

#[test]
fn a_keras_file_within_a_zip_and_unpacked_is_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let source = data("field/keras/k3_nested_deep.keras");
    let wrapped = folder.path().join("upload.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&wrapped).unwrap());
    zip.start_file("models/best.keras", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&fs::read(&source).unwrap()).unwrap();
    zip.finish().unwrap();
    let mut archive = zip::ZipArchive::new(fs::File::open(&source).unwrap()).unwrap();
    archive.extract(folder.path()).unwrap();
    for path in [wrapped, folder.path().join("config.json")] {
        let (error, account) = measured(&path, "k3_nested_deep");
        assert!(error.is_some_and(|error| error < 1e-5) && account.is_whole(), "{}: {error:?}", path.display());
    }
}

/// A setting that a later version might write is never passed over.
#[test]
fn a_setting_that_is_not_known_makes_the_network_partial() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["model.json", "model.weights.bin"] {
        fs::copy(data(&format!("field/keras/tfjs_browser_download/{name}")), folder.path().join(name)).unwrap();
    }
    let path = folder.path().join("model.json");
    let text = fs::read_to_string(&path).unwrap();
    for (from, to, caption) in [
        ("\"use_bias\": true", "\"use_bias\": true, \"gate\": 2", "the setting `gate` of `d1` is 2"),
        ("\"use_bias\": true", "\"use_bias\": false", "tensor `d1/bias` is used by nothing"),
        ("\"activation\": \"relu\"", "\"activation\": \"my_relu\"", "my_relu is not understood"),
        ("\"units\": 6", "\"units\": 5", "its kernel gives 6 outputs, its units are 5"),
        ("\"dtype\": \"float32\"}}", "\"dtype\": \"posit8\"}}", "posit8"),
        (
            "\"shape\": [4, 6], \"dtype\": \"float32\"",
            "\"shape\": [4, 6], \"dtype\": \"int32\"",
            "of which no scale is told",
        ),
        ("\"generatedBy\"", "\"prunedBy\": 1, \"generatedBy\"", "the key `prunedBy` is not understood"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(text, changed, "{from}");
        fs::write(&path, changed).unwrap();
        let missing = opened(&path).1.missing_text().unwrap_or_default();
        assert!(missing.contains(caption), "{caption}: {missing}");
    }
}
