//! What Keras's weights are by the class of their layer, which a file tells in its configuration or in the name of a group.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::tensors::TensorFile;
use super::architecture::{LayerConfig, Model, snake_case};
use crate::formats::tensor_info::TensorInfo;
use crate::formats::weight_form::{Unfolding, WeightForm};

/// What holds the groups of layers that are called by their classes.
const HOLDERS: [&str; 2] = ["layers", "_layer_checkpoint_dependencies"];
/// Kinds whose matrices are layers of a chain, or belong to what a chain refuses by itself.
const OF_A_CHAIN: [&str; 13] = [
    "bidirectional",
    "conv1d",
    "conv2d",
    "cu_dnngru",
    "cu_dnnlstm",
    "dense",
    "einsum_dense",
    "embedding",
    "gru",
    "lstm",
    "rnn",
    "simple_rnn",
    "time_distributed",
];

/// What is known of a layer.
struct Known<'a> {
    /// The class in small letters: `conv2d_transpose`.
    kind: String,
    config: Option<&'a Map<String, Value>>,
}

/// What the tensors with several axes are, as far as the file tells it, by their names.
pub(super) fn forms(file: &TensorFile, model: Option<&Model>) -> HashMap<String, WeightForm> {
    let mut layers: HashMap<&str, Option<&LayerConfig>> = HashMap::new();
    let leaves = model.map(Model::leaves).unwrap_or_default();
    for layer in leaves.iter().flat_map(|leaf| std::iter::once(*leaf).chain(leaf.wrapped.as_deref())) {
        for key in [layer.name.as_str(), layer.class_path.as_str()] {
            let known = layers.entry(key).or_insert(Some(layer));
            // A name of two layers tells the class where both have the same.
            *known = known.filter(|known| known.class == layer.class && known.config == layer.config);
        }
    }
    let several = file.tensors().iter().filter(|tensor| tensor.shape.len() > 1 && tensor.needless().is_none());
    several.filter_map(|tensor| Some((tensor.name.clone(), form(tensor, &layers)?))).collect()
}

fn form(tensor: &TensorInfo, layers: &HashMap<&str, Option<&LayerConfig>>) -> Option<WeightForm> {
    let parts: Vec<&str> = tensor.name.split('/').collect();
    // The innermost part that names a layer tells more than the model that it is in.
    for (position, part) in parts.iter().enumerate().rev().skip(1) {
        let path = parts[..=position].join("/");
        let rest = &parts[position + 1..];
        let known = match layers.get(path.as_str()).or_else(|| layers.get(part)) {
            Some(Some(layer)) => Known { kind: snake_case(&layer.class), config: Some(&layer.config) },
            Some(None) => return None,
            None => Known { kind: kind_of(part).to_owned(), config: None },
        };
        if let Some(form) = known.form(rest, &tensor.shape) {
            return Some(form);
        }
        // Without a configuration the class is all that tells what a layer does.
        let is_of_class =
            known.config.is_none() && position.checked_sub(1).is_some_and(|at| HOLDERS.contains(&parts[at]));
        if is_of_class {
            return (!OF_A_CHAIN.contains(&known.kind.as_str())).then_some(WeightForm::Unknown(known.kind));
        }
    }
    None
}

/// `conv2d_transpose_3` is of the kind `conv2d_transpose`.
pub(super) fn kind_of(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((kind, count)) if count.parse::<usize>().is_ok() => kind,
        _ => name,
    }
}

impl Known<'_> {
    /// What the tensor of the rest of the path is; none where the kind is not one of those that are known.
    fn form(&self, rest: &[&str], shape: &[usize]) -> Option<WeightForm> {
        let axes = shape.len();
        let leaf = rest.last().copied().unwrap_or_default();
        let role = leaf.split(':').next().unwrap_or_default();
        let is = |name: &str, number: &str| role == name || role == number;
        let last = axes.checked_sub(1)?;
        let before_last = last.checked_sub(1)?;
        let unfolding =
            |outputs: Vec<usize>, is_window: bool| Unfolding { class: self.kind.clone(), outputs, is_window };
        let other = |outputs, is_window| Some(WeightForm::Other(unfolding(outputs, is_window)));
        match self.kind.as_str() {
            "conv1d" | "conv2d" if is("kernel", "0") => Some(WeightForm::Plain(unfolding(vec![last], true))),
            "conv3d" | "conv_lstm1d" | "conv_lstm2d" | "conv_lstm3d"
                if is("kernel", "0") || is("recurrent_kernel", "1") =>
            {
                other(vec![last], true)
            }
            "conv1d_transpose" | "conv2d_transpose" | "conv3d_transpose" if is("kernel", "0") => {
                other(vec![before_last], true)
            }
            "depthwise_conv1d" | "depthwise_conv2d" if is("depthwise_kernel", "0") || role == "kernel" => {
                other(vec![before_last, last], true)
            }
            "separable_conv1d" | "separable_conv2d" if is("depthwise_kernel", "0") => {
                other(vec![before_last, last], true)
            }
            "separable_conv1d" | "separable_conv2d" if is("pointwise_kernel", "1") => other(vec![last], true),
            "lstm" | "gru" | "simple_rnn" | "bidirectional" | "rnn" | "cu_dnnlstm" | "cu_dnngru" if axes == 2 => {
                let is_bias = role == "bias" || role == "2";
                is_bias.then_some(WeightForm::Addend)
            }
            "multi_head_attention" | "group_query_attention" | "grouped_query_attention" if axes > 1 => {
                if role == "bias" || role == "1" {
                    return Some(WeightForm::Addend);
                }
                let within = rest.len().checked_sub(2).and_then(|_| rest.first()).copied().unwrap_or_default();
                let is_last = within.contains("output");
                other(if is_last { vec![last] } else { (1..axes).collect() }, false)
            }
            // The vector by which it finds the largest singular value.
            "spectral_normalization" if rest.len() == 2 => Some(WeightForm::Addend),
            "einsum_dense" if role == "bias" || role == "1" => Some(WeightForm::Addend),
            "einsum_dense" if is("kernel", "0") => {
                let equation = self.config.and_then(|config| config.get("equation")).and_then(Value::as_str);
                match equation.and_then(|equation| outputs_of(equation, axes)) {
                    Some(outputs) => other(outputs, false),
                    // Its neighbours tell which of its sides are the inputs.
                    None if axes == 2 && shape[0] != shape[1] => None,
                    None => Some(WeightForm::Unknown(self.kind.clone())),
                }
            }
            _ => None,
        }
    }
}

/// Which axes of the kernel of `abc,cde->abde` are outputs: those that the input does not have.
fn outputs_of(equation: &str, axes: usize) -> Option<Vec<usize>> {
    let (given, _) = equation.split_once("->")?;
    let (input, kernel) = given.split_once(',')?;
    let kernel: Vec<char> = kernel.trim().chars().collect();
    let outputs: Vec<usize> =
        kernel.iter().enumerate().filter(|(_, label)| !input.contains(**label)).map(|(axis, _)| axis).collect();
    (kernel.len() == axes && !outputs.is_empty() && outputs.len() < axes).then_some(outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equation_tells_the_outputs() {
        assert_eq!(outputs_of("abc,cde->abde", 3), Some(vec![1, 2]));
        assert_eq!(outputs_of("abcd,cde->abe", 3), Some(vec![2]));
        assert_eq!(outputs_of("abc,cd->abd", 3), None);
        assert_eq!(outputs_of("ab", 2), None);
    }

    #[test]
    fn the_innermost_layer_of_a_path_tells_the_form() {
        let of = |name: &str, shape: &[usize]| {
            let tensor = TensorInfo {
                name: name.into(),
                shape: shape.to_vec(),
                dtype: "F32".into(),
                bytes: 0,
                is_numeric: true,
                in_model: true,
            };
            form(&tensor, &HashMap::new())
        };
        let outputs = |form: Option<WeightForm>| match form {
            Some(WeightForm::Other(unfolding) | WeightForm::Plain(unfolding)) => unfolding.outputs,
            other => panic!("{other:?}"),
        };
        assert_eq!(outputs(of("layers/conv2d_transpose_1/vars/0", &[3, 3, 4, 2])), [2]);
        assert_eq!(outputs(of("layers/functional/layers/conv3d/vars/0", &[3, 3, 3, 4, 2])), [4]);
        assert_eq!(outputs(of("layers/multi_head_attention/query_dense/vars/0", &[8, 2, 4])), [1, 2]);
        assert_eq!(outputs(of("multi_head_attention_3/attention_output/kernel:0", &[2, 4, 8])), [2]);
        let unknown = |name: &str, shape: &[usize]| matches!(of(name, shape), Some(WeightForm::Unknown(_)));
        assert!(unknown("layers/my_gate/vars/0", &[8, 8]) && unknown("layers/einsum_dense/vars/0", &[8, 8]));
        assert!(of("layers/einsum_dense/vars/0", &[8, 4]).is_none() && of("fc1/vars/0", &[8, 4]).is_none());
        assert_eq!(of("layers/spectral_normalization/vars/0", &[1, 8]), Some(WeightForm::Addend));
        assert!(of("layers/functional/layers/dense/vars/0", &[8, 4]).is_none());
        assert_eq!(of("layers/gru/cell/vars/2", &[2, 12]), Some(WeightForm::Addend));
        assert_eq!(of("layers/dense/vars/0", &[2, 12]), None);
        assert_eq!(of("layers/einsum_dense/vars/0", &[2, 12, 3]), Some(WeightForm::Unknown("einsum_dense".into())));
    }
}
