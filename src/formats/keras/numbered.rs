//! Files that keep the tensors of a layer by number under a group that is named by the layer's class: `.keras` and
//! `.weights.h5`.

use std::collections::HashMap;

use super::super::tensors::TensorFile;
use super::architecture::{LayerConfig, Model};
use super::nested;
use super::precision::{Mode, mode_of};

/// Where the first `.keras` files (Keras 2.12 to 2.15) have the groups of their layers.
const OLD_GROUPS: &str = "_layer_checkpoint_dependencies/";

/// Whether the file is of this kind.
pub(super) fn is_numbered(file: &TensorFile) -> bool {
    file.tensors().iter().any(|tensor| {
        let mut parts = tensor.name.rsplit('/');
        let is_number = parts.next().is_some_and(|leaf| leaf.parse::<usize>().is_ok());
        is_number && (parts.next() == Some("vars") || tensor.name.split('/').count() == 2)
    })
}

/// The tensors of each layer by their roles.
pub(super) fn assigned(
    file: &TensorFile,
    named_groups: &[(String, String)],
    model: &Model,
) -> HashMap<String, HashMap<String, usize>> {
    let by_path: HashMap<&str, usize> =
        file.tensors().iter().enumerate().map(|(index, tensor)| (tensor.name.as_str(), index)).collect();
    let counted_groups = counted_groups(file);
    let mut assigned = HashMap::new();
    for leaf in model.leaves() {
        for layer in std::iter::once(leaf).chain(leaf.wrapped.as_deref()) {
            let Some(group) = group(layer, &by_path, &counted_groups, named_groups) else { continue };
            let index =
                |part: &str, position: usize| by_path.get(format!("{group}{part}/vars/{position}").as_str()).copied();
            let roles = roles(layer, &|position| index("", position).is_some());
            let found = roles.into_iter().enumerate();
            let mut found: HashMap<String, usize> =
                found.filter_map(|(position, role)| Some((role.to_owned(), index("", position)?))).collect();
            for part in nested::parts(layer) {
                let own = part.roles.iter().enumerate();
                found.extend(own.filter_map(|(position, role)| {
                    Some((format!("{}{role}", part.prefix), index(part.group, position)?))
                }));
            }
            assigned.insert(layer.path.clone(), found);
        }
    }
    assigned
}

/// The group that holds the layer's tensors, those of its parts in groups within it: the one of its class and its place among that class, unless another group
/// beside it carries the layer's name.
fn group(
    layer: &LayerConfig,
    by_path: &HashMap<&str, usize>,
    counted_groups: &HashMap<&str, Vec<(usize, &str)>>,
    named_groups: &[(String, String)],
) -> Option<String> {
    let parts = nested::parts(layer);
    let has = |group: &String| {
        let holds = |part: &str| by_path.contains_key(format!("{group}{part}/vars/0").as_str());
        if parts.is_empty() { holds("") } else { parts.iter().any(|part| holds(part.group)) }
    };
    let by_class = Some(layer.class_path.clone()).filter(has);
    let old = layer.class_path.replace("layers/", OLD_GROUPS);
    let counted = counted_group(layer, counted_groups).map(str::to_owned);
    let beside = layer.class_path.rsplit_once('/').map_or("", |(beside, _)| beside);
    let own = |group: &str| group.strip_suffix("/vars").unwrap_or(group).to_owned();
    let is_beside = |group: &str| group.rsplit_once('/').is_some_and(|(holder, _)| holder == beside);
    let carries_name = named_groups
        .iter()
        .filter(|(name, _)| *name == layer.name)
        .map(|(_, group)| own(group))
        .filter(|group| is_beside(group));
    let carrying: Vec<String> = carries_name.filter(has).collect();
    match by_class {
        Some(group) if carrying.is_empty() || carrying.contains(&group) => Some(group),
        by_class => carrying.into_iter().next().or(by_class).or_else(|| counted.or(Some(old)).filter(has)),
    }
}

/// The group of a layer in the first `.keras` files. Those files count a layer once or twice, so that its place among its
/// kind tells more than its number.
fn counted_group<'a>(layer: &LayerConfig, counted_groups: &HashMap<&str, Vec<(usize, &'a str)>>) -> Option<&'a str> {
    let (kind, count) = kind_and_count(layer.class_path.strip_prefix("layers/")?);
    counted_groups.get(kind)?.get(count).map(|(_, group)| *group)
}

/// The groups of the layers with weights, of a model that is in no other.
fn counted_groups(file: &TensorFile) -> HashMap<&str, Vec<(usize, &str)>> {
    let mut groups: HashMap<&str, Vec<(usize, &str)>> = HashMap::new();
    for tensor in file.tensors() {
        let Some((group, _)) = tensor.name.split_once("/vars/") else { continue };
        let Some(name) = group.strip_prefix(OLD_GROUPS).filter(|name| !name.contains('/')) else { continue };
        let (kind, count) = kind_and_count(name);
        groups.entry(kind).or_default().push((count, group));
    }
    for list in groups.values_mut() {
        list.sort_unstable();
        list.dedup();
    }
    groups
}

/// `dense_2` is the kind `dense` and the count 2; `dense` the count 0.
fn kind_and_count(name: &str) -> (&str, usize) {
    let counted = name.rsplit_once('_').and_then(|(kind, count)| Some((kind, count.parse().ok()?)));
    counted.unwrap_or((name, 0))
}

/// What the numbered variables of a layer are, in Keras's order. `has` says whether there is one of a number.
fn roles(layer: &LayerConfig, has: &dyn Fn(usize) -> bool) -> Vec<&'static str> {
    let is_on = |setting| layer.config.get(setting).and_then(serde_json::Value::as_bool).unwrap_or(true);
    let mut roles = Vec::new();
    match layer.class.as_str() {
        "BatchNormalization" => {
            roles.extend(is_on("scale").then_some("gamma"));
            roles.extend(is_on("center").then_some("beta"));
            roles.extend(["moving_mean", "moving_variance"]);
        }
        "Normalization" => roles.extend(["mean", "variance", "count"]),
        "PReLU" => roles.push("alpha"),
        "LayerNormalization" | "GroupNormalization" => {
            roles.extend(is_on("scale").then_some("gamma"));
            roles.extend(is_on("center").then_some("beta"));
        }
        "RMSNormalization" | "Attention" => roles.push("scale"),
        "Embedding" => roles.push("embeddings"),
        "SeparableConv1D" | "SeparableConv2D" => {
            roles.extend(["depthwise_kernel", "pointwise_kernel"]);
            roles.extend(is_on("use_bias").then_some("bias"));
        }
        "Dense" | "Conv1D" | "Conv2D" | "Conv1DTranspose" | "Conv2DTranspose" | "DepthwiseConv1D"
        | "DepthwiseConv2D" => {
            roles.push("kernel");
            roles.extend(is_on("use_bias").then_some("bias"));
            match mode_of(&layer.config) {
                Mode::Int8 => roles.push("kernel_scale"),
                Mode::Int4 => roles.extend(["kernel_scale", "kernel_zero", "g_idx"]),
                Mode::Float8 => roles.extend([
                    "inputs_scale",
                    "inputs_amax_history",
                    "kernel_scale",
                    "kernel_amax_history",
                    "outputs_grad_scale",
                    "outputs_grad_amax_history",
                ]),
                Mode::Plain | Mode::Other => {}
            }
            // Files of the versions that first had adapters keep them behind the others.
            if layer.config.contains_key("lora_rank") && has(roles.len() + 1) && !has(roles.len() + 2) {
                roles.extend(["lora_kernel_a", "lora_kernel_b"]);
            }
        }
        _ => {}
    }
    roles
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::super::super::tensors::{TensorSource, ValuesError};
    use super::super::architecture;
    use super::*;
    use crate::formats::Account;
    use crate::formats::tensor_info::TensorInfo;

    struct Nothing;

    impl TensorSource for Nothing {
        fn values(&self, _: usize) -> Result<Vec<f64>, ValuesError> {
            Ok(Vec::new())
        }
    }

    /// The file's groups may count each layer twice; a layer's place among its kind finds its own.
    #[test]
    fn layers_of_the_first_keras_files_are_found_by_their_place() {
        let info = |name: &str| TensorInfo {
            name: format!("{OLD_GROUPS}{name}"),
            shape: vec![2, 2],
            dtype: "F32".into(),
            bytes: 16,
            is_numeric: true,
            in_model: true,
        };
        let names = ["dense/vars/0", "dense_10/vars/0", "dense_2/vars/0", "dense_2/vars/1"];
        let file = TensorFile::new(Path::new("a.keras"), names.map(info).to_vec(), Nothing);
        let dense = |name: &str| json!({"class_name": "Dense", "config": {"name": name}});
        let list = json!([dense("a"), dense("b"), dense("c"), dense("d")]);
        let config = json!({"class_name": "Sequential", "config": {"layers": list}});
        let model = architecture::model(&config, &mut Account::default()).unwrap();
        let assigned = assigned(&file, &[], &model);
        assert_eq!(assigned["b"]["bias"], 3);
        assert_eq!(assigned["c"]["kernel"], 1);
        assert!(!assigned.contains_key("d"));
    }
}
