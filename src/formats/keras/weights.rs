//! Which tensors of a file belong to which layer of a Keras model.

use std::collections::HashMap;

use serde_json::Value;

use super::super::FormatError;
use super::super::graph::GraphProblem;
use super::super::tensors::TensorFile;
use super::architecture::LayerConfig;

/// The most neighbouring parts of a tensor's path that are tried as the name of a layer (a name may hold slashes).
const LONGEST_NAME: usize = 4;

/// Where the first `.keras` files (Keras 2.12 to 2.15) have the groups of their layers.
const OLD_GROUPS: &str = "_layer_checkpoint_dependencies/";

/// The tensors of a file, found by layer and by what they are to it.
pub(super) struct Weights<'a> {
    file: &'a TensorFile,
    /// The tensors with a layer's name in their path, by that name.
    by_name: HashMap<&'a str, Vec<usize>>,
    /// The tensors by their paths.
    by_path: HashMap<&'a str, usize>,
    /// The groups of the first `.keras` files by the name without its number, each in the order of their numbers. Those
    /// files count a layer once or twice, so that its place among its kind tells more than its number.
    counted_groups: HashMap<&'a str, Vec<(usize, &'a str)>>,
    /// For groups that carry the name of their layer, their paths by that name.
    named_groups: HashMap<String, String>,
}

/// Why a layer's weights could not be used.
pub(super) enum WeightFault {
    /// The file is damaged or holds what is no number.
    File(FormatError),
    /// The layer is not what is understood.
    Graph(GraphProblem),
}

impl From<FormatError> for WeightFault {
    fn from(error: FormatError) -> WeightFault {
        WeightFault::File(error)
    }
}

impl From<GraphProblem> for WeightFault {
    fn from(problem: GraphProblem) -> WeightFault {
        WeightFault::Graph(problem)
    }
}

impl<'a> Weights<'a> {
    pub fn new(file: &'a TensorFile, named_groups: HashMap<String, String>) -> Weights<'a> {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_path = HashMap::new();
        for (index, tensor) in file.tensors().iter().enumerate() {
            let path = tensor.name.as_str();
            by_path.insert(path, index);
            if !tensor.in_model {
                continue;
            }
            let bounds: Vec<usize> = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1)).collect();
            for (first, &start) in bounds.iter().enumerate() {
                for &end in bounds.iter().skip(first + 1).take(LONGEST_NAME) {
                    by_name.entry(&path[start..end - 1]).or_default().push(index);
                }
            }
        }
        let counted_groups = counted_groups(file);
        Weights { file, by_name, by_path, counted_groups, named_groups }
    }

    /// The group of a layer in the first `.keras` files.
    fn counted_group(&self, layer: &LayerConfig) -> Option<&'a str> {
        let (kind, count) = kind_and_count(layer.class_path.strip_prefix("layers/")?);
        self.counted_groups.get(kind)?.get(count).map(|(_, group)| *group)
    }

    pub fn file(&self) -> &TensorFile {
        self.file
    }

    /// The shape of the tensor of this path.
    pub fn shape(&self, path: &str) -> &'a [usize] {
        self.by_path.get(path).map_or(&[], |&index| &self.file.tensors()[index].shape)
    }

    /// The tensor that plays this role (`kernel`, `bias`, …) in the layer.
    pub fn find(&self, layer: &LayerConfig, outer: Option<&LayerConfig>, role: &str) -> Option<&'a str> {
        let tensors = self.file.tensors();
        if let Some(place) = roles(layer).iter().position(|known| *known == role) {
            let old_path = layer.class_path.replace("layers/", OLD_GROUPS);
            let named = self.named_groups.get(&layer.name).map(|group| format!("{group}/{place}"));
            let counted = self.counted_group(layer).map(|group| format!("{group}/vars/{place}"));
            let old = counted.unwrap_or_else(|| format!("{old_path}/vars/{place}"));
            let paths = [format!("{}/vars/{place}", layer.class_path), old];
            // A model within another keeps names that are unique only within it; its place tells more.
            let paths: Vec<String> = if outer.is_some() {
                paths.into_iter().chain(named).collect()
            } else {
                named.into_iter().chain(paths).collect()
            };
            if let Some(&index) = paths.iter().find_map(|path| self.by_path.get(path.as_str())) {
                return Some(&tensors[index].name);
            }
        }
        let of_layer = self.by_name.get(layer.name.as_str())?;
        let within = outer.and_then(|outer| self.by_name.get(outer.name.as_str()));
        let is_role = |index: &&usize| {
            let leaf = tensors[**index].name.rsplit('/').next().unwrap_or_default();
            leaf.strip_suffix(":0").unwrap_or(leaf) == role && within.is_none_or(|within| within.contains(index))
        };
        of_layer.iter().find(is_role).map(|&index| tensors[index].name.as_str())
    }

    /// The tensor's values as one vector, if the layer has such a tensor.
    pub fn vector(
        &self,
        layer: &LayerConfig,
        outer: Option<&LayerConfig>,
        role: &str,
    ) -> Result<Option<nalgebra::DVector<f64>>, FormatError> {
        self.find(layer, outer, role).map(|name| self.file.vector(name)).transpose()
    }
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

/// What the numbered variables of a layer are, in Keras's order.
fn roles(layer: &LayerConfig) -> Vec<&'static str> {
    let is_on = |setting| layer.config.get(setting).and_then(Value::as_bool).unwrap_or(true);
    match layer.class.as_str() {
        "BatchNormalization" => {
            let mut roles = Vec::new();
            roles.extend(is_on("scale").then_some("gamma"));
            roles.extend(is_on("center").then_some("beta"));
            roles.extend(["moving_mean", "moving_variance"]);
            roles
        }
        "Normalization" => vec!["mean", "variance", "count"],
        "PReLU" => vec!["alpha"],
        "SeparableConv1D" | "SeparableConv2D" => vec!["depthwise_kernel", "pointwise_kernel", "bias"],
        _ => vec!["kernel", "bias"],
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::super::tensors::{TensorInfo, TensorSource, ValuesError};
    use super::*;

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
        let weights = Weights::new(&file, HashMap::new());
        let layer = |class_path: &str| LayerConfig {
            class: "Dense".into(),
            name: "any".into(),
            config: Value::Null,
            inputs: Vec::new(),
            uses: 1,
            class_path: class_path.into(),
            inner: None,
        };
        let find = |class_path: &str, role: &str| weights.find(&layer(class_path), None, role).map(str::to_owned);
        assert_eq!(find("layers/dense_1", "bias"), Some(format!("{OLD_GROUPS}dense_2/vars/1")));
        assert_eq!(find("layers/dense_2", "kernel"), Some(format!("{OLD_GROUPS}dense_10/vars/0")));
        assert_eq!(find("layers/dense_3", "kernel"), None);
    }
}
