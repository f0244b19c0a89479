//! Files that hold a graph: the network comes with its activations, and every number is the framework's.

use std::fs;

use layerflow::formats::{self, Opened};
use layerflow::network::{Activation, Layer, Network, OutputFunction};

use crate::support::{array, data, network, points, relative_error};

/// The network of a file that must need no question.
fn whole(name: &str) -> Network {
    match formats::open(&data(name)).unwrap() {
        Opened::Network(network) => network,
        other => panic!("{name} gave {other:?}"),
    }
}

/// The relative error of the network's outputs against `expected`.
fn error_of(network: &Network, expected: &str) -> f64 {
    let file = data(expected);
    let (_, outputs) = array(&file, "outputs_f64");
    let found = network.forward(&points(&file, network.inputs())).unwrap().output;
    relative_error(found.as_slice(), &outputs)
}

#[test]
fn keras_models_give_their_outputs() {
    for file in ["model_keras.h5", "model_keras.keras", "model_keras_arch.json", "tfjs/model.json"] {
        let network = whole(&format!("moons/{file}"));
        assert_eq!((network.name(), network.layers().len(), network.parameters()), ("moons", 3, 114), "{file}");
        let error = error_of(&network, "moons/expected.npz");
        assert!(error < 1e-12, "{file}: {error}");
    }
}

#[test]
fn weights_alone_make_a_chain_in_layer_order() {
    let network = network(&data("moons/model_keras.weights.h5"), Activation::Tanh);
    let error = error_of(&network, "moons/expected.npz");
    assert!(error < 1e-12, "{error}");
    let names: Vec<&str> = network.layers().iter().map(Layer::name).collect();
    assert_eq!(names, ["layers/dense", "layers/dense_1", "layers/dense_2"]);
}

/// A normalisation, dense layers, a folded BatchNormalization, a residual sum, activation layers with parameters, and a
/// model within the model, in the layouts of Keras 2 and 3.
#[test]
fn functional_models_of_both_layouts_give_the_same_network() {
    let networks = ["functional_keras2.h5", "functional_keras3.keras"].map(|file| whole(&format!("keras/{file}")));
    assert_eq!(networks[0], networks[1]);
    let error = error_of(&networks[0], "keras/expected.npz");
    assert!(error < 1e-12, "{error}");
    let kinds: Vec<(&str, &str)> = networks[0].layers().iter().map(|layer| (layer.name(), layer.kind())).collect();
    let expected = [
        ("wide", "dense"),
        ("bn", "dense"),
        ("add", "residual"),
        ("elu", "dense"),
        ("head_a", "dense"),
        ("head_b", "dense"),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(networks[0].output(), OutputFunction::Softmax);
}

#[test]
fn a_keras_architecture_without_weights_says_where_to_put_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net_arch.json");
    fs::copy(data("moons/model_keras_arch.json"), &path).unwrap();
    let sentence = formats::open(&path).unwrap_err().to_string();
    assert!(sentence.contains("put them beside it as net_arch.weights.h5"), "{sentence}");
    fs::copy(data("moons/model_keras.weights.h5"), folder.path().join("net.weights.h5")).unwrap();
    assert!(matches!(formats::open(&path), Ok(Opened::Network(_))));
}

#[test]
fn parts_of_a_tfjs_model_stay_in_its_folder_and_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let text = fs::read_to_string(data("moons/tfjs/model.json")).unwrap();
    fs::write(&path, text.replace("group1-shard1of1.bin", "../group1-shard1of1.bin")).unwrap();
    let outside = formats::open(&path).unwrap_err().to_string();
    assert!(outside.contains("is not the name of a file beside the model"), "{outside}");
    fs::write(&path, &text).unwrap();
    let absent = formats::open(&path).unwrap_err().to_string();
    assert!(absent.contains("cannot be read"), "{absent}");
    fs::write(folder.path().join("group1-shard1of1.bin"), [0; 60]).unwrap();
    let short = formats::open(&path).unwrap_err().to_string();
    assert!(short.contains("weight `dense_0/kernel`, reaches beyond the 60 bytes"), "{short}");
}

/// What a layer that is not understood is called; the file is a copy with its configuration changed.
fn refusal_of(change: impl Fn(&str) -> String) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let text = fs::read_to_string(data("moons/tfjs/model.json")).unwrap();
    fs::copy(data("moons/tfjs/group1-shard1of1.bin"), folder.path().join("group1-shard1of1.bin")).unwrap();
    fs::write(&path, change(&text)).unwrap();
    formats::open(&path).unwrap_err().to_string()
}

#[test]
fn layers_that_are_not_understood_are_named() {
    let lstm = refusal_of(|text| text.replacen("\"Dense\"", "\"LSTM\"", 1));
    assert!(lstm.contains("`dense_0` is a LSTM, which is not understood"), "{lstm}");
    let mish = refusal_of(|text| text.replacen("\"tanh\"", "\"mish\"", 1));
    assert!(mish.contains("`dense_0`: its activation mish is not understood"), "{mish}");
    let lost = refusal_of(|text| text.replace("dense_1/kernel", "other/kernel"));
    assert!(lost.contains("`dense_1`: its kernel is not in the file"), "{lost}");
}

#[test]
fn no_beginning_and_no_changed_byte_of_a_graph_file_makes_trouble() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["moons/model_keras.h5", "moons/model_keras.keras", "moons/model_keras.weights.h5"] {
        let bytes = fs::read(data(name)).unwrap();
        let path = folder.path().join("changed");
        // The end of an HDF5 file may hold what only the optimizer needs.
        for length in (0..bytes.len() * 3 / 4).step_by(997) {
            fs::write(&path, &bytes[..length]).unwrap();
            assert!(formats::open(&path).is_err(), "{name} cut to {length} bytes");
        }
        for place in (0..bytes.len()).step_by(101) {
            let mut changed = bytes.clone();
            changed[place] ^= 0x5a;
            fs::write(&path, &changed).unwrap();
            if let Err(error) = formats::open(&path) {
                assert!(!error.to_string().contains('\n'), "{name} at {place}: {error}");
            }
        }
    }
}
