//! Files that give only tensors, as people keep them: reparametrised weights, normalisations, slopes, residual blocks,
//! numbers of modules, orders that nothing tells. What is not right is told.

use std::path::PathBuf;

use crate::support::{array, data, layerflow, relative_error};

/// What becomes of a file.
#[derive(Clone, Copy)]
enum Outcome {
    /// The framework's outputs, and nothing on standard error.
    Right,
    /// The framework's outputs, and a sentence with these words.
    Assumed(&'static str),
    /// A refusal with these words.
    Refused(&'static str),
}
use Outcome::{Assumed, Refused, Right};

/// A folder of `tests/data/field/chain`, the options, and what becomes of it.
const CASES: &[(&str, &str, Outcome)] = &[
    ("weight_norm", "--activation relu", Right),
    ("weight_norm", "--activation relu --tensors 0.weight_v,2.weight_v", Assumed("is a part of `0.weight`")),
    ("weight_norm_1x1", "--activation relu", Right),
    ("weight_norm_columns", "--activation relu", Right),
    ("weight_norm_whole", "--activation relu", Right),
    ("weight_norm_parametrization", "--activation relu", Right),
    ("spectral_norm", "--activation relu", Right),
    ("spectral_norm_parametrization", "--activation relu", Right),
    ("pruned", "--activation relu", Right),
    ("orthogonal", "--activation relu", Refused("is reparametrised in a way that the file does not tell")),
    ("lora", "--activation identity", Assumed("alone, since the file holds no weight that they change")),
    ("lora_with_base", "--activation relu", Right),
    ("lora_without_alpha", "--activation relu", Assumed("with the scale 1")),
    ("batch_norm_first", "--activation relu", Assumed("ε = 0.00001")),
    ("batch_norm_behind", "--activation relu", Assumed("ε = 0.00001")),
    ("batch_norm_mixed", "--activation tanh", Assumed("ε = 0.00001")),
    ("batch_norm_named", "--activation relu", Assumed("stand before the activation, which the file does not tell")),
    ("group_norm", "--activation relu", Refused("belongs to a normalisation of each sample")),
    ("prelu", "--activation leaky_relu", Assumed("slopes of a PReLU")),
    ("layer_scale", "--activation relu", Refused("`gamma` is used by nothing in the network")),
    ("no_activation_between", "--activation relu", Assumed("leave no room for one")),
    ("no_activation_between", "--activation identity,relu", Right),
    ("no_activation_between", "--activation relu,relu,relu", Refused("the chain has 2 hidden layers")),
    ("module_list", "--activation relu", Right),
    ("autoencoder", "--activation relu,identity,relu", Right),
    ("definition_order", "--activation relu", Assumed("in the order of their names")),
    ("words_without_order", "--activation relu", Assumed("in the order of the file")),
    ("order_by_shapes", "--activation relu", Right),
    ("square_rows_of_samples", "--activation relu", Assumed("the rows of the matrices (`W1` …) are inputs")),
    ("square_get_weights", "--activation relu", Assumed("the rows of the matrices (`arr_0` …) are inputs")),
    ("square_columns", "--activation relu", Right),
    ("data_beside", "--activation relu", Assumed("`blob` (1200×3) is data rather than weights")),
    ("residual", "--activation relu", Refused("give --residual-blocks \"blocks.*\" if they are, or --plain")),
    ("residual", "--activation identity,relu,relu --residual-blocks blocks.*", Right),
    ("residual", "--activation relu --residual-blocks block", Refused("no layers fit the pattern `block`")),
    ("residual_activated", "--activation identity,relu,relu --residual-blocks blocks.* --block-activation relu", Right),
    ("residual_sequential", "--activation identity,tanh,tanh --residual-blocks layers.*", Right),
    ("residual_single", "--activation identity,tanh,tanh --residual-blocks blocks.*", Right),
    ("residual_scaled", "--activation identity,relu,relu --residual-blocks blocks.*", Assumed("is scaled by")),
    ("skip", "--activation relu", Refused("goes past a residual block")),
];

/// The file of weights in a folder.
fn weights(folder: &str) -> PathBuf {
    let folder = data(&format!("field/chain/{folder}"));
    let names = ["m.pt", "m.safetensors", "m.npz"].map(|name| folder.join(name));
    names.into_iter().find(|path| path.exists()).unwrap_or_else(|| panic!("no weights in {}", folder.display()))
}

#[test]
fn files_of_tensors_are_right_or_say_what_is_not() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("out.npz");
    for (folder, options, outcome) in CASES {
        let case = format!("{folder} {options}");
        let (weights, points) = (weights(folder), data(&format!("field/chain/{folder}/data.npz")));
        let mut arguments = vec!["run", weights.to_str().unwrap(), "--data", points.to_str().unwrap()];
        arguments.extend(["--out", out.to_str().unwrap()]);
        arguments.extend(options.split_whitespace());
        let run = layerflow(&arguments);
        let said = String::from_utf8(run.stderr).unwrap();
        match outcome {
            Refused(text) => {
                assert!(!run.status.success() && said.contains(text), "{case}: {said}");
                continue;
            }
            Right => assert!(run.status.success() && said.is_empty(), "{case}: {said}"),
            Assumed(text) => assert!(run.status.success() && said.contains(text), "{case}: {said}"),
        }
        let (shape, expected) = array(&data(&format!("field/chain/{folder}/expected.npz")), "outputs");
        let (found_shape, found) = array(&out, "output");
        assert_eq!(found_shape, shape, "{case}");
        let error = relative_error(&found, &expected);
        assert!(error < 1e-5, "{case}: {error}");
    }
}
