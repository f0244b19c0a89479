//! Files of TensorFlow Lite and graph models of TensorFlow.js as the converters write them: the outputs are those of the
//! frameworks, or the file says what it is not.

use layerflow::formats::{self, Opened};
use layerflow::network::Layer;
use nalgebra::DMatrix;

use crate::support::{array, data, layerflow, points, relative_error};

/// Files whose network is whole.
const WHOLE: [&str; 22] = [
    "mlp_bn_f32.tflite",
    "cnn_f32.tflite",
    "cnn_f16.tflite",
    "res_f32.tflite",
    "resnet_f32.tflite",
    "dil_f32.tflite",
    "concat_f32.tflite",
    "td_f32.tflite",
    "actsl_f32.tflite",
    "actsj_f32.tflite",
    "ops_f32.tflite",
    "mlp_bn_js",
    "cnn_js",
    "res_js",
    "resnet_js",
    "dil_js",
    "concat_js",
    "td_js",
    "actsj_js",
    "mobile_js",
    "mlp_uint8_js",
    "mlp_float16_js",
];
/// The same network with a max pooling, in both formats.
const CUT: [&str; 2] = ["maxp_f32.tflite", "maxp_js"];

fn file(name: &str) -> std::path::PathBuf {
    let path = data("tensorflow").join(name);
    if name.ends_with("_js") { path.join("model.json") } else { path }
}

fn expected(name: &str) -> std::path::PathBuf {
    data("tensorflow").join(format!("{}.npz", name.trim_end_matches(".tflite")))
}

/// The outputs as rows of samples.
fn rows(outputs: &DMatrix<f64>) -> Vec<f64> {
    outputs.as_slice().to_vec()
}

#[test]
fn outputs_are_those_of_the_frameworks() {
    for name in WHOLE {
        let Opened::Network(opened) = formats::open(&file(name)).unwrap() else { panic!("{name} is no network") };
        assert_eq!(opened.account.missing_text(), None, "{name}");
        assert!(opened.account.assumed().is_empty(), "{name}: {:?}", opened.account.assumed());
        let (_, outputs) = array(&expected(name), "outputs_f64");
        let found = opened.network.forward(&points(&expected(name), opened.network.inputs())).unwrap().output;
        let error = relative_error(&rows(&found), &outputs);
        assert!(error < 1e-5, "{name}: {error}");
    }
}

#[test]
fn a_max_pooling_is_a_layer_of_its_own() {
    for name in CUT {
        let Opened::Network(opened) = formats::open(&file(name)).unwrap() else { panic!("{name} is not whole") };
        assert!(opened.account.is_whole(), "{name}: {:?}", opened.account.missing_text());
        let operators: Vec<&str> = opened.network.layers().iter().filter_map(operator).collect();
        assert_eq!(operators.len(), 1, "{name}: {operators:?}");
        assert!(operators[0].starts_with("max pooling 2×2"), "{name}: {operators:?}");
    }
}

fn operator(layer: &Layer) -> Option<&str> {
    if let Layer::Node(node) = layer { Some(&node.operator) } else { None }
}

#[test]
fn roundings_are_told() {
    // Whole numbers between the operators: the network is partial, and nearly right.
    let Opened::Network(opened) = formats::open(&file("cnn_int8.tflite")).unwrap() else { panic!("is no network") };
    assert!(opened.account.missing_text().unwrap().contains("rounds values"));
    let near = |name: &str, network: &layerflow::network::Network, most: f64| {
        let (_, outputs) = array(&expected(name), "outputs_f64");
        let found = network.forward(&points(&expected(name), network.inputs())).unwrap().output;
        let error = relative_error(&rows(&found), &outputs);
        assert!(error > 1e-6 && error < most, "{name}: {error}");
    };
    near("cnn_int8.tflite", &opened.network, 0.05);
    // Weights of whole numbers alone: what the runtime rounds is assumed away.
    let Opened::Network(opened) = formats::open(&file("bigd_dyn.tflite")).unwrap() else { panic!("is no network") };
    assert!(opened.account.is_whole() && opened.account.assumed()[0].contains("dynamic range"));
    near("bigd_dyn.tflite", &opened.network, 0.05);
}

#[test]
fn what_is_not_understood_is_named() {
    let Opened::Graph(graph) = formats::open(&file("lnorm_f32.tflite")).unwrap() else { panic!("is whole") };
    assert!(graph.network.is_some() && graph.problem.to_string().contains("layer_normalization"));
    let output = layerflow(&["inspect", file("lnorm_f32.tflite").to_str().unwrap()]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("the network is partial"));
}

#[test]
fn what_only_looks_like_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.tflite");
    std::fs::write(&path, b"hello, no flatbuffer").unwrap();
    let problem = formats::open(&path).unwrap_err().to_string();
    assert!(problem.contains("not a whole TensorFlow Lite file"), "{problem}");
    let bytes = std::fs::read(file("cnn_f32.tflite")).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 3]).unwrap();
    assert!(formats::open(&path).is_err());
}
