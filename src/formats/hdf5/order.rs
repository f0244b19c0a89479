//! The order in which a model has its tensors, where groups list their layers and weights: Keras writes `layer_names` at
//! the root of the weights and `weight_names` at each layer.

use std::collections::HashMap;

use hdf5_pure::AttrValue;

/// The most attributes that a long list of names is split over.
const MAX_PARTS: usize = 1024;

/// The names in the attribute that is called so. A list too long for one attribute is split over several, which are
/// counted.
pub(super) fn names(attributes: &HashMap<String, AttrValue>, key: &str) -> Option<Vec<String>> {
    if let Some(value) = attributes.get(key) {
        // An empty list is kept as one of numbers.
        let single = || value.as_str().map(str::to_owned).into_iter().collect();
        return Some(value.as_strings().map_or_else(single, <[String]>::to_vec));
    }
    let parts = (0..MAX_PARTS).map_while(|part| attributes.get(&format!("{key}{part}"))?.as_strings());
    let names: Vec<String> = parts.flatten().cloned().collect();
    (!names.is_empty()).then_some(names)
}

/// What the groups of a file list.
#[derive(Default)]
pub(super) struct Listed {
    /// For each group the names of its layers.
    layers: Vec<(String, Vec<String>)>,
    /// For each group the names of its weights.
    weights: HashMap<String, Vec<String>>,
}

impl Listed {
    /// Takes what the group of this path, which ends in a slash unless it is the root, lists.
    pub fn take(&mut self, prefix: &str, attributes: &HashMap<String, AttrValue>) {
        if let Some(layers) = names(attributes, "layer_names") {
            self.layers.push((prefix.to_owned(), layers));
        }
        if let Some(weights) = names(attributes, "weight_names") {
            self.weights.insert(prefix.to_owned(), weights);
        }
    }

    /// For each group, by its path, the names of its weights.
    pub fn weight_names(&self) -> HashMap<String, Vec<String>> {
        let path = |prefix: &String| prefix.trim_end_matches('/').to_owned();
        self.weights.iter().map(|(prefix, names)| (path(prefix), names.clone())).collect()
    }

    /// The place of each tensor that is listed, by its path.
    pub fn positions(&self) -> HashMap<String, usize> {
        let mut positions = HashMap::new();
        for (prefix, layers) in &self.layers {
            for group in layers.iter().map(|layer| format!("{prefix}{layer}/")) {
                for weight in self.weights.get(&group).into_iter().flatten() {
                    let next = positions.len();
                    positions.entry(format!("{group}{weight}")).or_insert(next);
                }
            }
        }
        positions
    }
}
