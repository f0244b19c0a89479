//! Files that hold a graph: the network comes with its activations, and every number is the framework's.

use std::fs;

use layerflow::formats::{self, Opened, Precision};
use layerflow::network::{Activation, Affine, Dense, Elementary, Layer, Network, OutputFunction, Residual};
use nalgebra::{DMatrix, DVector};

use crate::support::{array, data, network, points, printed, relative_error};

/// The network of a file that must need no question.
fn whole(name: &str) -> Network {
    match formats::open(&data(name)).unwrap() {
        Opened::Network(opened) => opened.network,
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
        ("head/head_a", "dense"),
        ("head/head_b", "dense"),
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
    assert!(outside.contains("is not in the folder of the file"), "{outside}");
    fs::write(&path, &text).unwrap();
    let absent = formats::open(&path).unwrap_err().to_string();
    assert!(absent.contains("cannot be read"), "{absent}");
    fs::write(folder.path().join("group1-shard1of1.bin"), [0; 60]).unwrap();
    let short = formats::open(&path).unwrap_err().to_string();
    assert!(short.contains("weight `dense_0/kernel`, reaches beyond the 60 bytes"), "{short}");
}

#[test]
fn onnx_graphs_give_their_outputs() {
    for file in ["model.onnx", "model_dynamo.onnx", "model_matmul.onnx", "external/model_ext.onnx"] {
        let network = whole(&format!("moons/{file}"));
        assert_eq!((network.layers().len(), network.parameters()), (3, 114), "{file}");
        let error = error_of(&network, "moons/expected.npz");
        assert!(error < 1e-12, "{file}: {error}");
    }
    // The functions of the graph that is spelled out were computed partly in 32 bits.
    for (file, accuracy) in [
        ("residual", 1e-12),
        ("spelled_out", 1e-6),
        ("normalised", 1e-12),
        ("flattened", 1e-12),
        ("columns", 1e-12),
        ("sklearn", 1e-12),
        ("conv", 1e-11),
        ("signal", 1e-12),
        ("several_ends", 1e-5),
        ("old_softmax", 1e-5),
    ] {
        let network = whole(&format!("onnx/{file}.onnx"));
        let error = error_of(&network, &format!("onnx/{file}.npz"));
        assert!(error < accuracy, "{file}: {error}");
    }
}

#[test]
fn several_inputs_and_outputs_are_told_in_their_order() {
    let Opened::Network(opened) = formats::open(&data("onnx/several_ends.onnx")).unwrap() else { panic!("in part") };
    assert_eq!((opened.network.inputs(), opened.network.outputs()), (5, 4));
    let assumed = opened.account.assumed().join("; ");
    assert!(assumed.contains("inputs in its order: 3 of `a`, 2 of `b`"), "{assumed}");
    assert!(assumed.contains("of the model in its order: 3 of `p`, 1 of `v`"), "{assumed}");
}

#[test]
fn lengths_that_a_file_leaves_open_are_guessed_and_told() {
    let path = data("onnx/open_shape.onnx");
    assert!(matches!(formats::open(&path), Ok(Opened::Graph(graph)) if graph.network.is_none()));
    let Opened::Network(opened) = formats::open_guessing(&path).unwrap() else { panic!("in part") };
    assert!(opened.account.assumed().iter().any(|sentence| sentence.contains("--input-shape")));
}

#[test]
fn spelled_out_activations_and_blocks_are_called_by_their_names() {
    let activations =
        |name: &str| -> Vec<&str> { whole(name).layers().iter().map(|layer| layer.activation().name()).collect() };
    let expected = ["silu", "gelu", "gelu_tanh", "softplus", "relu", "tanh", "identity"];
    assert_eq!(activations("onnx/spelled_out.onnx"), expected);
    let residual = whole("onnx/residual.onnx");
    let kinds: Vec<&str> = residual.layers().iter().map(Layer::kind).collect();
    assert_eq!(kinds, ["dense", "dense", "residual", "residual", "dense", "dense"]);
    assert_eq!(residual.output(), OutputFunction::Softmax);
    let normalised = whole("onnx/normalised.onnx");
    let names: Vec<&str> = normalised.layers().iter().map(Layer::name).collect();
    assert_eq!((normalised.name(), names), ("normalised", vec!["0", "2"]));
    assert_eq!(whole("onnx/flattened.onnx").output(), OutputFunction::LogSoftmax);
}

#[test]
fn the_classifier_of_scikit_learn_gives_the_probabilities_of_both_classes() {
    let network = whole("moons_sklearn/model_skl2onnx.onnx");
    assert_eq!((network.layers().len(), network.outputs(), network.output()), (4, 2, OutputFunction::Softmax));
    let file = data("moons_sklearn/expected.npz");
    let (_, outputs) = array(&file, "outputs");
    let found = network.forward(&points(&file, 2)).unwrap().output;
    let error = relative_error(found.as_slice(), &outputs);
    assert!(error < 1e-6, "{error}");
}

#[test]
fn a_graph_opens_as_far_as_it_is_understood() {
    let Opened::Graph(graph) = formats::open(&data("onnx/lstm.onnx")).unwrap() else { panic!("a whole network") };
    assert!(graph.problem.to_string().contains("`memory` (LSTM) is recurrent"), "{}", graph.problem);
    // The matrices of the memory are listed without the axis that counts its directions.
    let is_recurrent = |shape: &[usize]| shape.len() == 2;
    assert!(
        graph
            .tensors
            .tensors()
            .iter()
            .filter(|tensor| tensor.shape.len() > 1)
            .all(|tensor| is_recurrent(&tensor.shape))
    );
    let names: Vec<String> = graph.network.unwrap().layers().iter().map(|layer| layer.name().to_owned()).collect();
    assert_eq!(names, ["embed", "second"]);
    assert_eq!(graph.tensors.tensors().len(), 4);
    assert_eq!(graph.tensors.matrix("w").unwrap().shape(), (3, 5));
    let warning = printed(&["inspect", data("onnx/lstm.onnx").to_str().unwrap()]);
    assert!(warning.contains("the network is partial: `memory` (LSTM)"), "{warning}");
    let chosen =
        printed(&["inspect", data("onnx/lstm.onnx").to_str().unwrap(), "--tensors", "w", "--activation", "relu"]);
    assert!(chosen.contains("3×5") || chosen.contains("5×3"), "{chosen}");
}

#[test]
fn convolutions_of_known_shapes_are_layers_that_say_what_they_were() {
    let network = whole("onnx/conv.onnx");
    let origins: Vec<&str> = (0..network.layers().len()).filter_map(|index| network.origin(index)).collect();
    assert_eq!(origins.len(), 4, "{origins:?}");
    assert_eq!(origins[0], "conv 3×3, 2→4, on 5×6, padding 1+0×0+1");
    assert!(network.layers().iter().any(|layer| layer.kind() == "residual"));
    let pictures = whole("keras/conv_keras2.h5");
    let error = error_of(&pictures, "keras/conv_expected.npz");
    assert!(error < 1e-12, "{error}");
    assert_eq!((pictures.inputs(), pictures.output()), (84, OutputFunction::Softmax));
}

#[test]
fn max_pooling_and_large_convolutions_are_layers_of_their_own() {
    let operators = |network: &Network| -> Vec<String> {
        let operator = |layer: &Layer| if let Layer::Node(node) = layer { Some(node.operator.clone()) } else { None };
        network.layers().iter().filter_map(operator).collect()
    };
    let pooled = operators(&whole("onnx/maxpool.onnx"));
    assert!(pooled.iter().any(|operator| operator.starts_with("max pooling")), "{pooled:?}");
    let residual = whole("onnx/resnet.onnx");
    let convolutions = operators(&residual).into_iter().filter(|operator| operator.starts_with("conv "));
    let convolutions: Vec<String> = convolutions.collect();
    assert_eq!(convolutions.len(), 7, "{convolutions:?}");
    assert_eq!(convolutions[6], "conv 3×3, 16→16, on 32×32, padding 1");
    // The large ones move straight; nothing of them is decomposed.
    assert!(residual.too_wide_layer().is_none());
}

#[test]
fn convolutions_that_move_straight_are_listed_with_their_spectra() {
    let listed = printed(&["inspect", data("onnx/resnet.onnx").to_str().unwrap(), "--spectra"]);
    assert!(
        listed.contains("stem") && listed.contains("block2.conv2") && listed.contains("periodic 32×32"),
        "{listed}"
    );
}

#[test]
fn a_shape_that_the_file_leaves_open_is_asked() {
    let path = data("onnx/open_shape.onnx");
    let sentence = match formats::open(&path).unwrap() {
        Opened::Graph(graph) => graph.problem.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(
        sentence.contains("`conv` needs the shape of its input") && sentence.contains("--input-shape"),
        "{sentence}"
    );
    let input = formats::parse_input_shape("1,4,4").unwrap();
    let Opened::Network(opened) = formats::open_for(&path, Some(input)).unwrap() else { panic!("no network") };
    let network = opened.network;
    assert_eq!((network.inputs(), network.outputs()), (16, 2));
    let told = printed(&["inspect", path.to_str().unwrap(), "--input-shape", "1,4,4"]);
    assert!(told.contains("16 inputs, 2 outputs"), "{told}");
    let told = printed(&["inspect", path.to_str().unwrap()]);
    assert!(told.contains("1024 inputs, 2 outputs"), "{told}");
}

#[test]
fn what_is_saved_as_onnx_is_opened_with_every_activation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.onnx");
    let weight = |rows, columns| {
        DMatrix::from_fn(rows, columns, |row, column| ((7 * row + 5 * column + 3) % 11) as f64 / 6.0 - 0.8)
    };
    let elementary = [Elementary::Abs, Elementary::Square, Elementary::Positive, Elementary::Truncate, Elementary::Sin];
    let elementary = elementary.map(Activation::Elementary);
    for activation in Activation::ALL.into_iter().chain(Activation::JUMPING).chain(elementary) {
        let dense = |name: &str, rows, columns, activation| {
            let affine = Affine { weight: weight(rows, columns), bias: Some(DVector::from_element(rows, 0.25)) };
            Layer::Dense(Dense { name: name.into(), affine, activation })
        };
        let block = Layer::Residual(Residual {
            name: "block".into(),
            inner: Affine { weight: weight(3, 5), bias: None },
            activation,
            outer: Affine { weight: weight(5, 3), bias: Some(DVector::from_element(5, -0.5)) },
            shortcut: None,
        });
        for output in [OutputFunction::Identity, OutputFunction::Softmax, OutputFunction::LogSoftmax] {
            let layers = vec![dense("a", 5, 4, activation), block.clone(), dense("b", 3, 5, Activation::Identity)];
            let network = Network::new("saved".into(), layers, output).unwrap();
            formats::save_onnx(&path, &network, Precision::Double).unwrap();
            let again = match formats::open(&path).unwrap() {
                Opened::Network(opened) => opened.network,
                other => panic!("{activation:?}: {other:?}"),
            };
            let points = DMatrix::from_fn(4, 9, |row, column| (row as f64 - 1.5) * (column as f64 - 4.0) / 3.0);
            let (expected, found) = (network.forward(&points).unwrap().output, again.forward(&points).unwrap().output);
            let error = relative_error(found.as_slice(), expected.as_slice());
            assert!(error < 1e-12, "{activation:?}, {output:?}: {error}");
            let activations: Vec<&str> = again.layers().iter().map(|layer| layer.activation().name()).collect();
            // With α = 1 the two are the same function.
            let name = if activation == (Activation::Celu { alpha: 1.0 }) { "elu" } else { activation.name() };
            assert_eq!(activations, [name, name, "identity"]);
        }
    }
}

#[test]
fn external_data_stays_in_the_folder_of_its_graph() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let bytes = fs::read(data("moons/external/model_ext.onnx")).unwrap();
    fs::write(&path, &bytes).unwrap();
    let absent = formats::open(&path).unwrap_err().to_string();
    assert!(absent.contains("has its values in model_ext.onnx.data, which cannot be read"), "{absent}");
    // A name of the same length keeps the message whole.
    let (name, outside) = (b"model_ext.onnx.data", b"../el_ext.onnx.data");
    let mut changed = bytes.clone();
    for position in 0..changed.len() - name.len() {
        if changed[position..].starts_with(name) {
            changed[position..position + name.len()].copy_from_slice(outside);
        }
    }
    fs::write(&path, &changed).unwrap();
    let refused = formats::open(&path).unwrap_err().to_string();
    assert!(refused.contains("which is not in the folder of the file"), "{refused}");
    fs::write(folder.path().join("model_ext.onnx.data"), [0; 470]).unwrap();
    fs::write(&path, &bytes).unwrap();
    let short = formats::open(&path).unwrap_err().to_string();
    assert!(short.contains("reaches beyond the 470 bytes of model_ext.onnx.data"), "{short}");
}

/// What a layer that is not understood is called; the file is a copy with its configuration changed.
fn refusal_of(change: impl Fn(&str) -> String) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let text = fs::read_to_string(data("moons/tfjs/model.json")).unwrap();
    fs::copy(data("moons/tfjs/group1-shard1of1.bin"), folder.path().join("group1-shard1of1.bin")).unwrap();
    fs::write(&path, change(&text)).unwrap();
    match formats::open(&path).unwrap() {
        Opened::Graph(graph) => graph.problem.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn layers_that_are_not_understood_are_named() {
    let lstm = refusal_of(|text| text.replacen("\"Dense\"", "\"ConvLSTM2D\"", 1));
    assert!(lstm.contains("`dense_0` (ConvLSTM2D) is recurrent"), "{lstm}");
    let sparsemax = refusal_of(|text| text.replacen("\"tanh\"", "\"sparsemax\"", 1));
    assert!(sparsemax.contains("`dense_0`: its activation sparsemax is not understood"), "{sparsemax}");
    let lost = refusal_of(|text| text.replace("dense_1/kernel", "other/kernel"));
    assert!(lost.contains("`dense_1`: its kernel is not in the file"), "{lost}");
}

#[test]
fn a_dataset_of_another_type_than_its_shape_counts_is_told() {
    let sentence = formats::open(&data("keras/mistyped.h5")).unwrap_err().to_string();
    assert!(sentence.contains("values, but") && sentence.contains("are stored"), "{sentence}");
}

#[test]
fn no_beginning_and_no_changed_byte_of_a_graph_file_makes_trouble() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "moons/model_keras.h5",
        "moons/model_keras.keras",
        "moons/model_keras.weights.h5",
        "onnx/residual.onnx",
        "onnx/spelled_out.onnx",
        "onnx/flattened.onnx",
    ] {
        let bytes = fs::read(data(name)).unwrap();
        let path = folder.path().join("changed");
        // The end of an HDF5 file may hold what only the optimizer needs.
        for length in (0..bytes.len() * 3 / 4).step_by(1999) {
            fs::write(&path, &bytes[..length]).unwrap();
            assert!(formats::open(&path).is_err(), "{name} cut to {length} bytes");
        }
        let step = if bytes.len() > 10_000 { 307 } else { 11 };
        for position in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[position] ^= 0x5a;
            fs::write(&path, &changed).unwrap();
            if let Err(error) = formats::open(&path) {
                assert!(!error.to_string().contains('\n'), "{name} at {position}: {error}");
            }
        }
    }
}
