//! Files of other programs: the same network from every format, and refusals of what is damaged or hostile.

use std::fs;

use layerflow::dataset::{Dataset, Labels};
use layerflow::formats::{self, ChainProposal, Opened};
use layerflow::network::{Activation, Network, OutputFunction};

use crate::support::{array, data, network, points, relative_error};

/// The largest relative error of the network's outputs on its reference inputs.
fn error_of(network: &Network, folder: &str) -> f64 {
    let file = data(&format!("{folder}/expected.npz"));
    let (shape, expected) = array(&file, "outputs_f64");
    let output = network.forward(&points(&file, network.inputs())).unwrap().output;
    assert_eq!(shape, [output.ncols(), output.nrows()]);
    relative_error(output.as_slice(), &expected)
}

#[test]
fn every_format_gives_the_framework_outputs() {
    for (file, accuracy) in [
        ("model_f64.safetensors", 1e-12),
        ("model.safetensors", 1e-6),
        ("model.npz", 1e-6),
        ("model_compressed.npz", 1e-6),
        ("model.json", 1e-6),
        ("sharded/model.safetensors.index.json", 1e-6),
        // The rounding of the format itself: 2⁻¹¹ and 2⁻⁸ of each weight.
        ("model_f16.safetensors", 2e-3),
        ("model_bf16.safetensors", 2e-2),
    ] {
        let network = network(&data(&format!("digits/{file}")), Activation::Relu);
        let error = error_of(&network, "digits");
        assert!(error < accuracy, "digits/{file}: {error}");
        assert_eq!((network.layers().len(), network.parameters()), (3, 2778), "{file}");
    }
    for (file, accuracy) in [
        ("model_f64.safetensors", 1e-12),
        ("model.safetensors", 1e-6),
        ("model.npz", 1e-6),
        ("model.gguf", 1e-6),
        ("state_dict.pt", 1e-6),
        ("state_dict_legacy.pt", 1e-6),
        ("state_dict_torch113.pt", 1e-6),
        ("full_module.pt", 1e-6),
        ("checkpoint.ckpt", 1e-6),
        ("model_f16.safetensors", 2e-3),
        ("model_bf16.safetensors", 2e-2),
    ] {
        let network = network(&data(&format!("moons/{file}")), Activation::Tanh);
        let error = error_of(&network, "moons");
        assert!(error < accuracy, "moons/{file}: {error}");
    }
}

#[test]
fn formats_of_the_same_numbers_give_the_same_network() {
    let layers = |file: &str| network(&data(&format!("digits/{file}")), Activation::Relu).layers().to_vec();
    let reference = layers("model.safetensors");
    for file in ["model.npz", "model_compressed.npz", "sharded/model.safetensors.index.json"] {
        assert_eq!(layers(file), reference, "{file}");
    }
}

#[test]
fn transposed_kernels_of_scikit_learn_are_turned() {
    let file = data("moons_sklearn/expected.npz");
    let inputs = points(&file, 2);
    let (_, logits) = array(&file, "logits");
    let (_, outputs) = array(&file, "outputs");
    let probabilities: Vec<f64> = outputs.chunks_exact(2).map(|row| row[1]).collect();
    for name in ["model.npz", "model.json"] {
        let network = network(&data(&format!("moons_sklearn/{name}")), Activation::Tanh);
        let forward = network.forward(&inputs).unwrap();
        assert!(relative_error(forward.layer_outputs[2].as_slice(), &logits) < 1e-12, "{name}");
        let sigmoid = network.with_output(OutputFunction::Sigmoid).forward(&inputs).unwrap();
        assert!(relative_error(sigmoid.output.as_slice(), &probabilities) < 1e-12, "{name}");
    }
}

#[test]
fn labels_of_an_archive_come_with_its_points() {
    let dataset = Dataset::open(&data("digits/expected.npz"), Some(64)).unwrap();
    let network = network(&data("digits/model.npz"), Activation::Relu);
    let Labels::Classes { of_sample, names } = &dataset.labels else { panic!("{:?}", dataset.labels) };
    assert_eq!((dataset.samples(), names.len()), (50, 10));
    assert!(network.forward(&dataset.points).unwrap().accuracy(of_sample).unwrap() > 0.9);
    let wrong = Dataset::open(&data("digits/expected.npz"), Some(2)).unwrap_err().to_string();
    assert!(wrong.contains("has 64 columns of values, but the network takes 2 inputs"), "{wrong}");
}

/// The sentence with which a file is refused, at the latest when its network is built.
fn refusal(name: &str) -> String {
    let path = data(name);
    let error = match formats::open(&path) {
        Err(error) => error,
        Ok(Opened::Network(network)) => panic!("{name} gave {network:?}"),
        Ok(Opened::Graph(graph)) => panic!("{name} gave {graph:?}"),
        Ok(Opened::Tensors(tensors)) => {
            let chain = ChainProposal::new(&tensors, Activation::Relu, OutputFunction::Identity);
            formats::build(&tensors, &chain).unwrap_err()
        }
    };
    let sentence = error.to_string();
    assert!(sentence.starts_with(&path.display().to_string()), "{sentence}");
    sentence
}

#[test]
fn hostile_files_are_refused_with_their_place_and_a_remedy() {
    for (name, text) in [
        ("empty.onnx", "is empty"),
        ("evil_reduce.pt", "wants to call `posix.system`"),
        ("huge_claim.safetensors", "tensor `0.weight` reaches beyond the end of the file"),
        ("huge_header.safetensors", "its header claims 1152921504606846976 bytes, but only 2 follow"),
        ("nan_inf.npz", "tensor `2.weight` holds NaN at row 4, column 5"),
        ("object_array.npz", "Python objects are never loaded"),
        ("shape_mismatch.npz", "`0.weight` (32×64) gives 32 values, but `2.weight` (16×20) takes 20"),
        ("text_named.pt", "is not a whole PyTorch file"),
        ("truncated.h5", "is not a whole HDF5 file"),
        ("truncated.npz", "is not a whole NumPy file"),
        ("truncated.onnx", "is not a whole ONNX file"),
        ("truncated.pt", "is not a whole PyTorch file"),
        ("truncated.safetensors", "reaches beyond the end of the file"),
    ] {
        let sentence = refusal(&format!("hostile/{name}"));
        assert!(sentence.contains(text), "{sentence}");
        assert!(!sentence.contains('\n') && sentence.contains("; "), "{sentence}");
    }
    assert_eq!(fs::read_dir(data("hostile")).unwrap().count(), 13);
    assert!(refusal("moons_sklearn/model.joblib").contains("is a pickle"));
    assert!(refusal("moons/torchscript.pt").contains("torch.jit.load(\"torchscript.pt\").state_dict()"));
}

#[test]
fn a_checkpoint_tells_its_model_from_its_optimizer() {
    let Opened::Tensors(file) = formats::open(&data("moons/checkpoint.ckpt")).unwrap() else { panic!("a network") };
    let (model, others): (Vec<_>, Vec<_>) = file.tensors().iter().partition(|tensor| tensor.in_model);
    let names: Vec<_> = model.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"]);
    assert_eq!(others.len(), 18);
    assert!(others.iter().all(|tensor| tensor.name.contains("optim")), "{others:?}");
}

#[test]
fn no_beginning_of_a_file_makes_trouble() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["model.npz", "model_f64.safetensors", "state_dict.pt", "state_dict_legacy.pt"] {
        let whole = fs::read(data(&format!("moons/{name}"))).unwrap();
        let path = folder.path().join(name);
        for length in (0..whole.len()).step_by(7) {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(formats::open(&path).is_err(), "{name} cut to {length} bytes");
        }
    }
}

#[test]
fn no_changed_byte_makes_trouble() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["model.npz", "model_f64.safetensors", "state_dict.pt", "state_dict_legacy.pt", "model.gguf"] {
        let whole = fs::read(data(&format!("moons/{name}"))).unwrap();
        let path = folder.path().join(name);
        for position in (0..whole.len()).step_by(5) {
            let mut changed = whole.clone();
            changed[position] ^= 0xff;
            fs::write(&path, &changed).unwrap();
            // Whether it can still be opened depends on the byte; what counts is that every answer comes back.
            if let Ok(Opened::Tensors(tensors)) = formats::open(&path) {
                let names: Vec<String> = tensors.tensors().iter().map(|tensor| tensor.name.clone()).collect();
                for tensor in names {
                    if let Err(error) = tensors.vector(&tensor) {
                        assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
                    }
                }
            }
        }
    }
}

#[test]
fn networks_are_saved_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.json");
    for case in ["residual", "chain-leaky_relu", "wide-48"] {
        let network = network(&data(&format!("cases/{case}/network.json")), Activation::Identity);
        formats::save(&path, &network).unwrap();
        match formats::open(&path).unwrap() {
            Opened::Network(again) => assert_eq!(again.network, network),
            other => panic!("{other:?}"),
        }
    }
}
