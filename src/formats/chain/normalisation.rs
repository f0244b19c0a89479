//! Batch normalisations among a file's tensors, and which layer each of them follows.

use std::collections::HashMap;

use nalgebra::DVector;

use super::pairing::Index;
use super::{ChainEntry, shapes};
use crate::formats::FormatError;
use crate::formats::names::natural_order;
use crate::formats::tensors::{TensorFile, TensorInfo, TensorOrder};

/// The tensors of a batch normalisation: y ↦ weight∘(y − mean)/√(variance + ε) + bias.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalisation {
    /// Its name in the file.
    pub name: String,
    /// The tensor of the running mean.
    pub mean_name: String,
    /// The tensor of the running variance.
    pub variance_name: String,
    /// The tensor of the factors; none where it has none.
    pub weight_name: Option<String>,
    /// The tensor of the shifts; none where it has none.
    pub bias_name: Option<String>,
    /// ε, which tensors do not tell: what the library takes by itself.
    pub epsilon: f64,
}

/// How libraries call the parts: mean, variance, factor, shift, and their own ε.
const LIBRARIES: [([&str; 4], f64); 2] = [
    (["running_mean", "running_var", "weight", "bias"], 1e-5),
    (["moving_mean", "moving_variance", "gamma", "beta"], 1e-3),
];

impl Normalisation {
    /// The tensors' names.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        [&self.mean_name, &self.variance_name].into_iter().chain(&self.weight_name).chain(&self.bias_name)
    }

    /// Factor and shift: weight/√(variance + ε) and bias − mean·factor.
    ///
    /// # Errors
    /// If a tensor cannot be read, or their lengths differ.
    pub(super) fn read(&self, file: &TensorFile) -> Result<(DVector<f64>, DVector<f64>), FormatError> {
        let mean = file.vector(&self.mean_name)?;
        let read = |name: &String| {
            let vector = file.vector(name)?;
            if vector.len() == mean.len() {
                return Ok(vector);
            }
            let problem = format!("has {} values, but `{}` has {}", vector.len(), self.mean_name, mean.len());
            Err(FormatError::Tensor { path: file.path().into(), tensor: name.clone(), problem })
        };
        let or = |name: &Option<String>, value: f64| {
            name.as_ref().map_or_else(|| Ok(DVector::from_element(mean.len(), value)), read)
        };
        let deviation = read(&self.variance_name)?.map(|variance| (variance + self.epsilon).sqrt());
        let factor = or(&self.weight_name, 1.0)?.component_div(&deviation);
        let shift = or(&self.bias_name, 0.0)? - mean.component_mul(&factor);
        Ok((factor, shift))
    }
}

/// Gives each layer the batch normalisation that follows it.
pub(super) fn attach(entries: &mut [ChainEntry], tensors: &[TensorInfo], index: &Index<'_>, order: TensorOrder) {
    let places: HashMap<&str, usize> =
        tensors.iter().enumerate().map(|(place, tensor)| (tensor.name.as_str(), place)).collect();
    for (mean, normalisation) in tensors.iter().filter_map(|mean| Some((mean, of_mean(mean, index)?))) {
        let fits = |entry: &ChainEntry| {
            let tensor = index.get(entry.weight_name.as_str()).copied();
            let outputs = tensor.map_or(0, |tensor| shapes::outputs(entry, tensor));
            entry.normalisation.is_none() && mean.shape[..] == [outputs]
        };
        let is_before = |entry: &ChainEntry| match order {
            TensorOrder::Own => places.get(entry.weight_name.as_str()) < places.get(mean.name.as_str()),
            TensorOrder::ByName => natural_order(&entry.weight_name, &mean.name).is_lt(),
        };
        let named = entries.iter().position(|entry| fits(entry) && belongs(&entry.weight_name, &normalisation.name));
        let before = || entries.iter().rposition(|entry| fits(entry) && is_before(entry));
        if let Some(at) = named.or_else(before) {
            entries[at].normalisation = Some(normalisation);
        }
    }
}

/// The normalisation of which this tensor is the mean.
fn of_mean(mean: &TensorInfo, index: &Index<'_>) -> Option<Normalisation> {
    if !mean.is_numeric || !mean.in_model {
        return None;
    }
    LIBRARIES.into_iter().find_map(|([mean_word, variance_word, weight_word, bias_word], epsilon)| {
        let at = mean.name.rfind(mean_word)?;
        let (before, after) = (&mean.name[..at], &mean.name[at + mean_word.len()..]);
        let named = |word: &str| {
            let name = format!("{before}{word}{after}");
            index
                .get(name.as_str())
                .is_some_and(|tensor| tensor.is_numeric && tensor.shape == mean.shape)
                .then_some(name)
        };
        Some(Normalisation {
            name: before.trim_end_matches(['.', '/', '_']).to_owned(),
            mean_name: mean.name.clone(),
            variance_name: named(variance_word)?,
            weight_name: named(weight_word),
            bias_name: named(bias_word),
            epsilon,
        })
    })
}

/// Whether the names say that this normalisation follows this weight: `conv2.weight` and `bn2`.
fn belongs(weight: &str, normalisation: &str) -> bool {
    let layers = ["conv", "fc", "linear", "lin", "dense"];
    let words = ["batch_normalization", "batchnorm", "bn", "norm"];
    words.iter().any(|word| {
        let Some(at) = normalisation.rfind(word) else { return false };
        let (before, after) = (&normalisation[..at], &normalisation[at + word.len()..]);
        layers.iter().any(|layer| {
            let rest = weight.strip_prefix(before).and_then(|rest| rest.strip_prefix(layer));
            rest.and_then(|rest| rest.strip_prefix(after)).is_some_and(|rest| rest.starts_with(['.', '/']))
        })
    })
}
