//! Files that keep the tensors of a layer under its name: `.h5`, and the lists of TensorFlow.js.
//!
//! Names are unique only within their model, so that a tensor is found by as much of its path as the file tells.

use std::collections::HashMap;

use super::super::tensors::TensorFile;
use super::architecture::LayerConfig;
use super::layout::Layout;
use super::nested;

/// Classes without weights, whose names another layer's tensors may carry.
const WEIGHTLESS: [&str; 42] = [
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "Concatenate",
    "Cropping1D",
    "Cropping2D",
    "Dot",
    "Dropout",
    "ELU",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "Identity",
    "InputLayer",
    "LeakyReLU",
    "Maximum",
    "MaxPooling1D",
    "MaxPooling2D",
    "Minimum",
    "Multiply",
    "Permute",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Softmax",
    "Subtract",
    "TFOpLambda",
    "ThresholdedReLU",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "ZeroPadding1D",
    "ZeroPadding2D",
];

/// Which tensors belong to which layer.
#[derive(Debug, Default)]
pub(super) struct Assigned {
    /// For each layer's path, its tensors by their roles.
    pub by_layer: HashMap<String, HashMap<String, usize>>,
    /// Layers whose tensors cannot be told from those of others, and why.
    pub unclear: HashMap<String, String>,
    /// Tensors whose name comes again behind them in the file.
    pub hidden: Vec<usize>,
    /// What was guessed, a sentence each.
    pub assumed: Vec<String>,
}

/// Tensors that lie under one path.
struct Group<'a> {
    path: Vec<&'a str>,
    tensors: HashMap<String, usize>,
}

/// The tensors in the group of one layer of the outermost model.
pub(super) fn of_group(file: &TensorFile, layout: &Layout, root: &str, layer: &LayerConfig) -> Assigned {
    let tensors = file.tensors();
    let groups = [format!("model_weights/{}", layer.name), layer.name.clone()];
    let listed = groups.iter().find_map(|group| Some((group, layout.lists.get(group)?)));
    let paths: Vec<(&str, usize)> = match listed {
        Some((group, names)) => {
            let positions: HashMap<&str, usize> =
                tensors.iter().enumerate().map(|(index, tensor)| (tensor.name.as_str(), index)).collect();
            let position = |name: &'_ String| positions.get(format!("{group}/{name}").as_str()).copied();
            names.iter().filter_map(|name| Some((name.as_str(), position(name)?))).collect()
        }
        None => {
            let prefixes = groups.map(|group| format!("{group}/"));
            let inner = tensors.iter().enumerate().filter_map(|(index, tensor)| {
                prefixes.iter().find_map(|prefix| tensor.name.strip_prefix(prefix.as_str())).map(|rest| (rest, index))
            });
            inner.collect()
        }
    };
    match &layer.inner {
        Some(model) => assigned(root, &model.leaves(), &paths),
        None => of_leaf(layer, &paths),
    }
}

/// All tensors belong to the one layer.
fn of_leaf(layer: &LayerConfig, paths: &[(&str, usize)]) -> Assigned {
    let mut assigned = Assigned::default();
    let mut tensors = HashMap::new();
    for (path, index) in paths {
        let (parent, role) = split(path, layer);
        let within = nested::below(layer, parent).map(|(_, within)| within).unwrap_or_default();
        let role = format!("{}{role}", nested::prefix(layer, &within));
        if tensors.insert(role.clone(), *index).is_some() {
            let why = format!("the file has several tensors `{role}` for it");
            assigned.unclear.insert(layer.path.clone(), why);
            return assigned;
        }
    }
    give(&mut assigned, layer, tensors);
    assigned
}

fn give(assigned: &mut Assigned, layer: &LayerConfig, tensors: HashMap<String, usize>) {
    if let Some(wrapped) = &layer.wrapped {
        assigned.by_layer.insert(wrapped.path.clone(), tensors.clone());
    }
    assigned.by_layer.insert(layer.path.clone(), tensors);
}

/// The tensors of these paths, given to the layers by the paths' parts.
pub(super) fn assigned(root: &str, leaves: &[&LayerConfig], paths: &[(&str, usize)]) -> Assigned {
    let leaves: Vec<&LayerConfig> =
        leaves.iter().copied().filter(|leaf| !WEIGHTLESS.contains(&leaf.class.as_str())).collect();
    let groups = grouped(paths, &leaves);
    let mut claims: HashMap<&[&str], Vec<&LayerConfig>> = HashMap::new();
    let mut assigned = Assigned::default();
    for &leaf in &leaves {
        let own: Vec<&str> = std::iter::once(root).chain(leaf.path.split('/')).collect();
        let names_of_last = [leaf.name.as_str(), leaf.wrapped.as_ref().map_or("", |wrapped| wrapped.name.as_str())];
        let score = |group: &Group<'_>| {
            let last = group.path.last().copied().unwrap_or_default();
            let own = if last == names_of_last[1] { own.iter().copied().chain([last]).collect() } else { own.clone() };
            let common =
                group.path.iter().rev().zip(own.iter().rev()).take_while(|(left, right)| left == right).count();
            // The name of the layer itself, which may hold slashes, must fit.
            let least = names_of_last[0].split('/').count();
            (common >= least || last == names_of_last[1]).then_some((common, std::cmp::Reverse(group.path.len())))
        };
        let best = groups.iter().filter_map(score).max();
        let mut fitting: Vec<&[&str]> = groups
            .iter()
            .filter(|group| score(group).is_some() && score(group) == best)
            .map(|group| &group.path[..])
            .collect();
        fitting.dedup();
        fitting.sort_unstable();
        fitting.dedup();
        match fitting.as_slice() {
            [] => {}
            [path] => claims.entry(path).or_default().push(leaf),
            several => {
                let why = format!("{} groups of tensors of the file could be its own", several.len());
                assigned.unclear.insert(leaf.path.clone(), why);
            }
        }
    }
    for (path, claimants) in claims {
        let mut claimed = groups.iter().filter(|group| group.path[..] == *path).rev();
        let Some(last) = claimed.next() else { continue };
        let path = path.join("/");
        // A list that is read by names, as TensorFlow.js reads it, keeps the last of a name.
        let hidden: Vec<usize> = claimed.flat_map(|group| group.tensors.values().copied()).collect();
        if !hidden.is_empty() {
            assigned.assumed.push(format!(
                "of the tensors that the file has several times under `{path}` the last ones count, as where TensorFlow.js loads it"
            ));
            assigned.hidden.extend(hidden);
        } else if let [first, second, ..] = claimants.as_slice() {
            if claimants.iter().any(|leaf| leaf.class != first.class) {
                for leaf in &claimants {
                    let why = format!("{} layers could own what the file has under `{path}`", claimants.len());
                    assigned.unclear.insert(leaf.path.clone(), why);
                }
                continue;
            }
            let sentence =
                format!("the layers `{}` and `{}` share the tensors under `{path}`", first.path, second.path);
            assigned.assumed.push(sentence);
        }
        for leaf in claimants {
            give(&mut assigned, leaf, last.tensors.clone());
        }
    }
    assigned.assumed.sort_unstable();
    assigned
}

/// The paths as groups, in their order. A role that comes again under the same path begins another group.
/// A layer in parts has one group for all of them.
fn grouped<'a>(paths: &[(&'a str, usize)], leaves: &[&LayerConfig]) -> Vec<Group<'a>> {
    let in_parts: Vec<&LayerConfig> = leaves.iter().copied().filter(|leaf| !nested::parts(leaf).is_empty()).collect();
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut latest: HashMap<&str, usize> = HashMap::new();
    for (path, index) in paths {
        let path = path.split(super::layout::AGAIN).next().unwrap_or(path);
        let (parent, leaf) = path.rsplit_once('/').unwrap_or(("", path));
        let role = role_of(leaf);
        let within = in_parts.iter().find_map(|leaf| nested::below(leaf, parent).map(|found| (*leaf, found)));
        let (parent, role) = match within {
            Some((leaf, (own, within))) => (own, format!("{}{role}", nested::prefix(leaf, &within))),
            None => (parent, role),
        };
        let at = latest
            .get(parent)
            .copied()
            .filter(|&at| groups.get(at).is_some_and(|group| !group.tensors.contains_key(&role)));
        let at = at.unwrap_or_else(|| {
            groups.push(Group { path: parent.split('/').collect(), tensors: HashMap::new() });
            groups.len() - 1
        });
        latest.insert(parent, at);
        if let Some(group) = groups.get_mut(at) {
            group.tensors.insert(role, *index);
        }
    }
    groups
}

/// The part of the path above the tensor, and the tensor's role.
fn split<'p>(path: &'p str, layer: &LayerConfig) -> (&'p str, String) {
    let (parent, leaf) = path.rsplit_once('/').unwrap_or(("", path));
    let role = role_of(leaf);
    // Keras 1 writes `dense_1_W`.
    let own = role.strip_prefix(&layer.name).and_then(|rest| rest.strip_prefix('_'));
    let role = match own {
        Some("W") => "kernel".to_owned(),
        Some("b") => "bias".to_owned(),
        Some(rest @ ("gamma" | "beta")) => rest.to_owned(),
        _ => role,
    };
    (parent, role)
}

fn role_of(leaf: &str) -> String {
    leaf.strip_suffix(":0").unwrap_or(leaf).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::architecture::{self, Model};
    use super::*;
    use crate::formats::Account;

    fn nested() -> Model {
        let dense = |name: &str| json!({"class_name": "Dense", "config": {"name": name}});
        let model = |name: &str, layers: serde_json::Value| json!({"class_name": "Sequential", "config": {"name": name, "layers": layers}});
        let inner = model("in", json!([dense("d")]));
        let config = model("root", json!([dense("d"), model("out", json!([inner, dense("d")]))]));
        architecture::model(&config, &mut Account::default()).unwrap()
    }

    fn kernels(assigned: &Assigned) -> Vec<(&str, usize)> {
        let mut kernels: Vec<(&str, usize)> =
            assigned.by_layer.iter().map(|(layer, tensors)| (layer.as_str(), tensors["kernel"])).collect();
        kernels.sort_unstable();
        kernels
    }

    #[test]
    fn equal_names_are_told_apart_by_their_paths() {
        let model = nested();
        for paths in [["d/kernel", "in/d/kernel", "out/d/kernel"], ["root/d/kernel", "out/in/d/kernel", "out/d/kernel"]]
        {
            let paths: Vec<(&str, usize)> = paths.into_iter().zip(0..).collect();
            let assigned = assigned("root", &model.leaves(), &paths);
            assert_eq!(kernels(&assigned), [("d", 0), ("out/d", 2), ("out/in/d", 1)]);
            assert!(assigned.assumed.is_empty() && assigned.unclear.is_empty());
        }
    }

    #[test]
    fn the_last_tensor_of_a_name_counts_and_is_told() {
        let model = nested();
        let again = format!("d/kernel{}2", super::super::layout::AGAIN);
        let assigned = assigned("root", &model.leaves(), &[("d/kernel", 0), (&again, 1)]);
        assert_eq!(kernels(&assigned), [("d", 1), ("out/d", 1), ("out/in/d", 1)]);
        assert_eq!((assigned.hidden, assigned.assumed.len()), (vec![0], 1));
    }
}
