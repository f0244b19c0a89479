//! Graphs with operators that are neither matrices nor activations: each is a layer, and the flow goes through all of them.
//!
//! The files were written by PyTorch; the outputs beside them are PyTorch's own in 64 bits, of weights of 32.

use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::{self, Opened, Precision};
use layerflow::network::{Layer, Network};
use layerflow::resnet::{Integrator, Refinement, RefinementKind, ResNet};

use crate::support::{array, data, points, relative_error};

/// The files, each with what its operators are called.
const FILES: [(&str, &[&str]); 9] = [
    ("max_pooling", &["max pooling 2×2, stride 2", "max pooling 3×3, stride 2, padding 1"]),
    ("u_net", &["max pooling 2×2, stride 2"]),
    ("inception", &["max pooling 3×3, padding 1"]),
    ("layer_norm", &["LayerNormalization: centring", "LayerNormalization"]),
    ("pre_norm", &["LayerNormalization", "a sum"]),
    ("gate", &[]),
    ("group_norm", &["InstanceNormalization", "max pooling 4×4, stride 4"]),
    ("attention", &["MatMul of two values", "Softmax"]),
    ("resize", &[]),
];

fn whole(name: &str) -> Network {
    match formats::open(&data(&format!("operators/{name}.onnx"))).unwrap() {
        Opened::Network(opened) => {
            assert!(opened.account.is_whole(), "{name}: {:?}", opened.account.missing_text());
            opened.network
        }
        other => panic!("{name} gave {other:?}"),
    }
}

#[test]
fn the_outputs_are_the_frameworks() {
    for (name, words) in FILES {
        let (network, file) = (whole(name), data(&format!("operators/{name}.npz")));
        let inputs = points(&file, network.inputs());
        let found = network.answers(&inputs).unwrap();
        let error = relative_error(found.as_slice(), &array(&file, "outputs").1);
        assert!(error < 1e-7, "{name}: {error}");
        let operator = |layer: &Layer| if let Layer::Node(node) = layer { Some(node.operator.clone()) } else { None };
        let operators: Vec<String> = network.layers().iter().filter_map(operator).collect();
        for word in words {
            assert!(operators.iter().any(|operator| operator == word), "{name} has no {word}: {operators:?}");
        }
    }
}

#[test]
fn the_flow_ends_every_layer_where_the_forward_pass_does() {
    for (name, _) in FILES {
        let network = whole(name);
        let inputs = points(&data(&format!("operators/{name}.npz")), network.inputs());
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
        let inputs = points(&data(&format!("operators/{name}.npz")), network.inputs());
        let path = folder.path().join(format!("{name}.onnx"));
        formats::save_onnx(&path, &network, Precision::Double).unwrap();
        let Opened::Network(again) = formats::open(&path).unwrap() else { panic!("{name} is not read again") };
        let (expected, found) = (network.answers(&inputs).unwrap(), again.network.answers(&inputs).unwrap());
        assert!((&expected - found).amax() < 1e-10 * (1.0 + expected.amax()), "{name}");
    }
    let has_node = |network: &Network| network.layers().iter().any(|layer| matches!(layer, Layer::Node(_)));
    let pooled = whole("max_pooling");
    assert!(has_node(&pooled));
    let refused = formats::save_tensors(&folder.path().join("a.safetensors"), &pooled, Precision::Double);
    let sentence = refused.unwrap_err().to_string();
    assert!(sentence.contains("is the operator max pooling 2×2") && sentence.contains(".onnx"), "{sentence}");
}

#[test]
fn the_resnet_of_a_max_pooling_is_exact() {
    let network = whole("max_pooling");
    let inputs = points(&data("operators/max_pooling.npz"), network.inputs());
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
    let expected = network.answers(&inputs).unwrap();
    for steps in [1, 3, 16] {
        let refinement = Refinement { kind: RefinementKind::Whole, steps, integrator: Integrator::Euler };
        let resnet = ResNet::new(&flow, refinement, &inputs).unwrap();
        let end = resnet.positions(&inputs, flow.duration()).unwrap().rows(0, network.outputs()).into_owned();
        assert!((end - &expected).amax() < 1e-9, "N = {steps}");
    }
}
