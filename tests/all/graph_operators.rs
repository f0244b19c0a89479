//! Graphs with operators that are neither matrices nor activations: each is a layer, and the flow goes through all of them.
//!
//! The files were written by PyTorch, by Keras and by ONNX's own library; the outputs beside them are PyTorch's own (and NumPy's)
//! in 64 bits, of weights of 32, and Keras's in 32 bits.

use std::path::PathBuf;

use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::{self, Opened, Precision};
use layerflow::network::{Layer, Network};
use layerflow::resnet::{Integrator, Refinement, RefinementKind, ResNet};

use crate::support::{array, data, points, relative_error};

/// The files, each with what its operators are called.
const FILES: [(&str, &[&str]); 19] = [
    ("max_pooling.onnx", &["max pooling 2×2, stride 2", "max pooling 3×3, stride 2, padding 1"]),
    ("u_net.onnx", &["max pooling 2×2, stride 2"]),
    ("inception.onnx", &["max pooling 3×3, padding 1"]),
    ("layer_norm.onnx", &["LayerNormalization: centring", "LayerNormalization"]),
    ("pre_norm.onnx", &["LayerNormalization", "a sum"]),
    ("gate.onnx", &[]),
    ("spread.onnx", &["ReduceMax"]),
    ("group_norm.onnx", &["InstanceNormalization", "max pooling 4×4, stride 4"]),
    ("attention.onnx", &["MatMul of two values", "Softmax"]),
    ("resize.onnx", &[]),
    ("lstm.onnx", &["rows of a table of 7×3", "product", "sigmoid"]),
    ("gru.onnx", &["product", "a sum"]),
    ("rnn.onnx", &["tanh"]),
    ("pictures.keras", &["GroupNormalization", "max pooling 2×2, stride 2"]),
    ("pictures.h5", &["GroupNormalization"]),
    ("signals.keras", &["product"]),
    ("signals.h5", &["product"]),
    ("attention_keras.keras", &["MatMul of two values", "Softmax", "RMSNormalization", "rows of a table of 9×6"]),
    ("attention_keras.h5", &["MatMul of two values"]),
];

fn whole(name: &str) -> Network {
    match formats::open(&data(&format!("operators/{name}"))).unwrap() {
        Opened::Network(opened) => {
            assert!(opened.account.is_whole(), "{name}: {:?}", opened.account.missing_text());
            opened.network
        }
        other => panic!("{name} gave {other:?}"),
    }
}

/// The inputs and the framework's outputs for a file of this name.
fn beside(name: &str) -> PathBuf {
    data(&format!("operators/{}.npz", name.split('.').next().unwrap()))
}

#[test]
fn the_outputs_are_the_frameworks() {
    for (name, words) in FILES {
        let (network, file) = (whole(name), beside(name));
        let inputs = points(&file, network.inputs());
        let found = network.answers(&inputs).unwrap();
        let error = relative_error(found.as_slice(), &array(&file, "outputs").1);
        // Keras computes in 32 bits.
        let most = if name.ends_with(".onnx") { 1e-7 } else { 2e-6 };
        assert!(error < most, "{name}: {error}");
        let operator = |layer: &Layer| if let Layer::Node(node) = layer { Some(node.operator.clone()) } else { None };
        let operators: Vec<String> = network.layers().iter().filter_map(operator).collect();
        for word in words {
            assert!(operators.iter().any(|operator| operator == word), "{name} has no {word}: {operators:?}");
        }
    }
}

#[test]
fn the_flow_ends_every_layer_where_the_forward_pass_does() {
    // The other files hold the same operators in larger networks.
    let is_small = |name: &str| name.ends_with(".onnx") || name == "attention_keras.keras";
    for (name, _) in FILES.into_iter().filter(|(name, _)| is_small(name)) {
        let network = whole(name);
        let inputs = points(&beside(name), network.inputs());
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let forward = network.forward(&inputs).unwrap();
        for (index, values) in forward.layer_outputs.iter().enumerate() {
            let found = flow.positions(&inputs, (index + 1) as f64).unwrap();
            let padded = values.clone().resize_vertically(flow.ambient_dimension(), 0.0);
            assert!((found - padded).amax() < 1e-10 * (1.0 + values.amax()), "{name}, layer {}", index + 1);
        }
    }
}

#[test]
fn what_is_written_as_onnx_gives_the_same_outputs() {
    let folder = tempfile::tempdir().unwrap();
    for (name, _) in FILES {
        let network = whole(name);
        let inputs = points(&beside(name), network.inputs());
        let path = folder.path().join(format!("{name}.onnx"));
        formats::save_onnx(&path, &network, Precision::Double).unwrap();
        let Opened::Network(again) = formats::open(&path).unwrap() else { panic!("{name} is not read again") };
        let (expected, found) = (network.answers(&inputs).unwrap(), again.network.answers(&inputs).unwrap());
        assert!((&expected - found).amax() < 1e-10 * (1.0 + expected.amax()), "{name}");
    }
    let has_node = |network: &Network| network.layers().iter().any(|layer| matches!(layer, Layer::Node(_)));
    let pooled = whole("max_pooling.onnx");
    assert!(has_node(&pooled));
    let refused = formats::save_tensors(&folder.path().join("a.safetensors"), &pooled, Precision::Double);
    let sentence = refused.unwrap_err().to_string();
    assert!(sentence.contains("is the operator max pooling 2×2") && sentence.contains(".onnx"), "{sentence}");
}

#[test]
fn the_resnet_of_a_max_pooling_is_exact() {
    let network = whole("max_pooling.onnx");
    let inputs = points(&beside("max_pooling"), network.inputs());
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
    let expected = network.answers(&inputs).unwrap();
    for steps in [1, 3, 16] {
        let refinement = Refinement { kind: RefinementKind::Whole, steps, integrator: Integrator::Euler };
        let resnet = ResNet::new(&flow, refinement, &inputs).unwrap();
        let end = resnet.positions(&inputs, flow.duration()).unwrap().rows(0, network.outputs()).into_owned();
        assert!((end - &expected).amax() < 1e-9, "N = {steps}");
    }
}
