//! Layers without weights in a file of weights alone: Keras gives each layer a group, empty or not, so that an addition
//! or a pooling that no tensor tells of is told all the same.

use super::architecture::snake_case;
use super::forms::kind_of;
use super::layers::IDLE;
use crate::formats::hdf5::Hdf5File;
use crate::formats::{Account, PartName};

/// Kinds that change no values, or only their shape.
const SHAPES: [&str; 3] = ["input_layer", "input", "flatten"];
/// Kinds whose function is given by hand, as that of layers with weights is.
const ACTIVATIONS: [&str; 5] = ["activation", "re_lu", "leaky_re_lu", "elu", "thresholded_re_lu"];
/// Kinds that are given with the convolutions.
const MEANS: [&str; 4] =
    ["average_pooling1d", "average_pooling2d", "global_average_pooling1d", "global_average_pooling2d"];
/// Kinds that do something to what goes through them, or join values.
const KNOWN: [&str; 45] = [
    "add",
    "attention",
    "additive_attention",
    "average",
    "category_encoding",
    "center_crop",
    "concatenate",
    "cropping1d",
    "cropping2d",
    "cropping3d",
    "dot",
    "global_max_pooling1d",
    "global_max_pooling2d",
    "global_max_pooling3d",
    "global_average_pooling3d",
    "average_pooling3d",
    "hashing",
    "lambda",
    "masking",
    "max_pooling1d",
    "max_pooling2d",
    "max_pooling3d",
    "maximum",
    "minimum",
    "multiply",
    "normalization",
    "permute",
    "repeat_vector",
    "rescaling",
    "reshape",
    "resizing",
    "softmax",
    "subtract",
    "tf_op_lambda",
    "tf.__operators__.add",
    "tf.math.add",
    "tf.math.multiply",
    "tf.math.subtract",
    "tf.math.truediv",
    "unit_normalization",
    "up_sampling1d",
    "up_sampling2d",
    "up_sampling3d",
    "zero_padding1d",
    "zero_padding2d",
];

/// What becomes of the layers of which the file holds only the name.
pub(super) fn account(file: &Hdf5File) -> Account {
    let mut account = Account::default();
    let mut unknown = Vec::new();
    let holds = |group: &str| {
        let prefix = format!("{group}/");
        file.tensors.tensors().iter().any(|tensor| tensor.name.starts_with(&prefix))
    };
    let numbered =
        file.named_groups.iter().filter_map(|(name, path)| Some((name.as_str(), path.strip_suffix("/vars")?)));
    let listed = file.weight_names.iter().filter(|(_, weights)| weights.is_empty());
    let listed = listed.map(|(path, _)| (path.trim_end_matches('/'), path.trim_end_matches('/')));
    let mut layers: Vec<(&str, &str)> = numbered.chain(listed).filter(|(_, group)| !holds(group)).collect();
    layers.sort_unstable();
    for (name, group) in layers {
        if group.is_empty() || OTHERS.iter().any(|other| group.split('/').next() == Some(other)) {
            continue;
        }
        let last = group.rsplit('/').next().unwrap_or(group);
        // By its class where the group is called so, else by its name, which is often that of the class.
        let is_of_class = group.contains("layers/") || group.contains("_layer_checkpoint_dependencies/");
        let kind = kind_of(if is_of_class { last } else { name });
        let part = PartName::node(group);
        if SHAPES.contains(&kind) || IDLE.iter().any(|idle| snake_case(idle) == kind) {
            account.leaves(part, "changes no values once training is over");
        } else if ACTIVATIONS.contains(&kind) {
            account.leaves(part, "is an activation, which is given by hand");
        } else if MEANS.contains(&kind) {
            account.leaves(part, "is a mean, which is given with the convolutions");
        } else if is_of_class || KNOWN.contains(&kind) {
            account.misses(part, format!("is a layer of the kind {kind}, which no tensor tells of"));
        } else {
            account.leaves(part, "is a layer without weights");
            unknown.push(format!("`{name}`"));
        }
    }
    if let Some(first) = unknown.first() {
        let others = if unknown.len() > 1 { format!(" and {} more", unknown.len() - 1) } else { String::new() };
        account.assume(format!("{first}{others} without weights change nothing, which the file does not tell"));
    }
    account
}

/// Groups of a training.
const OTHERS: [&str; 7] =
    ["optimizer", "_optimizer", "metrics", "_metrics", "compile_metrics", "_compile_metrics", "optimizer_weights"];
