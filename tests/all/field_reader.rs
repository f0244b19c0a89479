//! PyTorch files as users have them: tensors of every kind, whole modules, old protocols, and what stands beside a model.

use layerflow::formats::{self, Account, ChainProposal, GraphFile, Opened, OpenedNetwork};
use layerflow::network::{Activation, ImageShape, Network, OutputFunction};

use crate::support::{array, data, relative_error};

const FOLDER: &str = "field/pytorch";

/// The network of a file, where one is made, and its account.
fn opened(name: &str) -> (Option<Network>, Account) {
    let input = (name == "pictures.pt").then(|| ImageShape::new(2, 5, 6).unwrap());
    match formats::open_for(&data(&format!("{FOLDER}/{name}")), input).unwrap() {
        Opened::Network(OpenedNetwork { network, account }) => (Some(network), account),
        Opened::Graph(GraphFile { network, account, .. }) => (network, account),
        Opened::Tensors(tensors) => {
            let chain = ChainProposal::new(&tensors, Activation::Relu, OutputFunction::Identity);
            match formats::build(&tensors, &chain) {
                Ok(OpenedNetwork { network, account }) => (Some(network), account),
                Err(_) => (None, tensors.account()),
            }
        }
    }
}

#[test]
fn what_is_understood_gives_the_outputs_of_pytorch() {
    for (name, accuracy) in [
        ("activations.pt", 1e-5),
        ("normalisations.pt", 1e-5),
        ("hooks.pt", 1e-5),
        ("pictures.pt", 1e-5),
        ("wrapped.pt", 1e-5),
        ("types.pt", 1e-5),
        ("protocol_0.pt", 1e-5),
        ("legacy_protocol_0.pt", 1e-5),
        ("python_2.pt", 1e-5),
        ("plain.pkl", 1e-5),
        ("pytorch_model.bin.index.json", 1e-5),
        ("names.pt", 1e-5),
        ("average_only.pt", 1e-5),
        ("dynamic.pt", 1e-5),
    ] {
        let (network, account) = opened(name);
        let network = network.unwrap_or_else(|| panic!("{name}: {:?}", account.missing_text()));
        assert_eq!(account.missing_text(), None, "{name}");
        let key = match name.split('.').next() {
            Some("pytorch_model") | None => "sharded",
            Some(key) => key,
        };
        let file = data(&format!("{FOLDER}/expected.npz"));
        let (shape, inputs) = array(&file, &format!("{key}_x"));
        let (_, expected) = array(&file, &format!("{key}_y"));
        let inputs = nalgebra::DMatrix::from_column_slice(shape[1], shape[0], &inputs);
        let found = network.forward(&inputs).unwrap().output;
        let error = relative_error(found.as_slice(), &expected);
        assert!(error < accuracy, "{name}: {error}");
        let assumes = ["wrapped.pt", "average_only.pt", "dynamic.pt"].contains(&name);
        assert_eq!(!account.assumed().is_empty(), assumes, "{name}: {:?}", account.assumed());
    }
    // The labels of a training, and a copy of the model, are no part of it.
    let (network, _) = opened("names.pt");
    assert_eq!(network.unwrap().layers().len(), 3);
}

#[test]
fn what_is_not_understood_is_told() {
    for (name, text) in [
        ("beside.pt", &["`head.layers.2.weight` stands beside the model under `head`"][..]),
        ("code.pt", &["`norm` is a LayerNorm"]),
        ("layer_norm.pt", &["`2` (LayerNormalization) divides by a deviation of its own input"]),
        (
            "told.pt",
            &["`gate` is of type models.Odd", "`fc.weight` is of type META F32", "`alpha`", "`turn` is of type C64"],
        ),
    ] {
        let (_, account) = opened(name);
        let missing: Vec<String> = account.missing().map(|(part, why)| format!("{part} {why}")).collect();
        for text in text {
            assert!(missing.iter().any(|sentence| sentence.contains(text)), "{name}: {text}: {missing:?}");
        }
    }
}

#[test]
fn no_beginning_and_no_changed_byte_makes_trouble() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["python_2.pt", "plain.pkl", "legacy_protocol_0.pt", "hooks.pt", "told.pt"] {
        let whole = std::fs::read(data(&format!("{FOLDER}/{name}"))).unwrap();
        let path = folder.path().join(name);
        let steps = (0..whole.len()).step_by(whole.len() / 60);
        for position in steps {
            std::fs::write(&path, &whole[..position]).unwrap();
            let _ = formats::open(&path);
            let mut changed = whole.clone();
            changed[position] = changed[position].wrapping_add(1 + (position % 7) as u8);
            std::fs::write(&path, &changed).unwrap();
            if let Ok(Opened::Tensors(tensors)) = formats::open(&path) {
                for tensor in tensors.tensors() {
                    let _ = tensors.vector(&tensor.name);
                }
            }
        }
    }
}
