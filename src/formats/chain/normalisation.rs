//! Batch normalisations among a file's tensors, and which layer each of them follows.

use std::collections::HashMap;

use nalgebra::DVector;

use super::dense::Scaling;
use super::entry::{ChainEntry, Normalisation};
use super::layer_widths::{inputs, outputs};
use super::weights::index::Index;
use crate::formats::modules::epsilon_of;
use crate::formats::names::{natural_order, numbered, numbered_module};
use crate::formats::tensor_info::{TensorInfo, TensorOrder};
use crate::formats::tensors::TensorFile;
use crate::formats::{FormatError, ModuleNote, ModuleRole};

/// Where a normalisation stands at a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// In front of W.
    Input,
    /// Between W and σ.
    Between,
    /// Behind σ.
    Output,
}

/// A place in the chain: the layer, the slot, and whether the file tells it.
type Place = (usize, Slot, bool);

/// How libraries call the parts: mean, variance, factor, shift, and their own ε.
const LIBRARIES: [([&str; 4], f64); 2] = [
    (["running_mean", "running_var", "weight", "bias"], 1e-5),
    (["moving_mean", "moving_variance", "gamma", "beta"], 1e-3),
];

impl Normalisation {
    /// Factor and shift: weight/√(variance + ε) and bias − mean·factor.
    ///
    /// # Errors
    /// If a tensor cannot be read, or their lengths differ.
    pub(super) fn read(&self, file: &TensorFile) -> Result<Scaling, FormatError> {
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
        Ok(Scaling { factor, shift })
    }
}

/// Gives the layers the batch normalisations that stand at them.
pub(super) fn attach(
    entries: &mut [ChainEntry],
    tensors: &[TensorInfo],
    index: &Index<'_>,
    modules: &[ModuleNote],
    order: TensorOrder,
) {
    let positions: HashMap<&str, usize> =
        tensors.iter().enumerate().map(|(position, tensor)| (tensor.name.as_str(), position)).collect();
    for (mean, mut normalisation) in tensors.iter().filter_map(|mean| Some((mean, of_mean(mean, index)?))) {
        if let Some(epsilon) = epsilon_of(modules, &normalisation.name) {
            (normalisation.epsilon, normalisation.is_epsilon_told) = (epsilon, true);
        }
        let search = Search { entries, index, modules, mean, width: mean.shape.first().copied().unwrap_or_default() };
        let is_before = |entry: &ChainEntry| match order {
            TensorOrder::Own => positions.get(entry.weight_name.as_str()) < positions.get(mean.name.as_str()),
            TensorOrder::ByName => natural_order(&entry.weight_name, &mean.name).is_lt(),
        };
        let position = match numbered(&mean.name) {
            Some((container, number)) => search.by_number(container, number),
            None => None,
        };
        if let Some((at, slot, is_told)) = position.or_else(|| search.by_name(&normalisation.name, is_before)) {
            normalisation.is_place_told = is_told;
            let entry = &mut entries[at];
            *match slot {
                Slot::Input => &mut entry.input_normalisation,
                Slot::Between => &mut entry.normalisation,
                Slot::Output => &mut entry.output_normalisation,
            } = Some(normalisation);
        }
    }
}

/// The search for the place of one normalisation.
struct Search<'a> {
    entries: &'a [ChainEntry],
    index: &'a Index<'a>,
    modules: &'a [ModuleNote],
    mean: &'a TensorInfo,
    width: usize,
}

impl Search<'_> {
    fn is_free(&self, at: usize, slot: Slot) -> bool {
        self.entries.get(at).is_some_and(|entry| {
            let taken = match slot {
                Slot::Input => &entry.input_normalisation,
                Slot::Between => &entry.normalisation,
                Slot::Output => &entry.output_normalisation,
            };
            let tensor = self.index.get(entry.weight_name.as_str()).copied();
            let width = tensor.map(|tensor| match slot {
                Slot::Input => inputs(entry, tensor),
                Slot::Between | Slot::Output => outputs(entry, tensor),
            });
            taken.is_none() && width == Some(self.width) && self.mean.shape.len() == 1
        })
    }

    /// In a row of numbered modules: right behind a layer it stands before the activation, behind a gap that the
    /// activation fills it stands behind it.
    fn by_number(&self, container: &str, number: usize) -> Option<Place> {
        let layers = || {
            let numbers = self.entries.iter().enumerate();
            numbers.filter_map(|(at, entry)| {
                numbered(&entry.weight_name).filter(|(other, _)| *other == container).map(|(_, number)| (at, number))
            })
        };
        let before = layers().filter(|(_, layer)| *layer < number).max_by_key(|(_, layer)| *layer);
        let after = layers().filter(|(_, layer)| *layer > number).min_by_key(|(_, layer)| *layer);
        let activations = |from: usize, to: usize| {
            let is_there = |module: &&ModuleNote| {
                let numbers = numbered_module(&module.path);
                matches!(module.role, ModuleRole::Activation(_))
                    && numbers.is_some_and(|(parent, at)| parent == container && (from..to).contains(&at))
            };
            self.modules.iter().filter(is_there).count()
        };
        let is_known = self.modules.iter().any(|module| module.path == container && module.class == "Sequential");
        let position = match (before, after) {
            (Some((at, layer)), _) if number == layer + 1 => (at, Slot::Between, true),
            (Some((at, layer)), after) if is_known => {
                let slot = if activations(layer, number) > 0 { Slot::Output } else { Slot::Between };
                (at, slot, activations(layer, after.map_or(usize::MAX, |(_, after)| after)) < 2)
            }
            (Some((at, _)), Some((_, next))) => (at, Slot::Output, next == number + 1),
            (Some((at, _)), None) => (at, Slot::Output, false),
            (None, Some((0, _))) => (0, Slot::Input, true),
            (None, Some((at, _))) => (at - 1, Slot::Output, false),
            (None, None) => return None,
        };
        Some(position).filter(|(at, slot, _)| self.is_free(*at, *slot))
    }

    /// Behind the layer whose name it shares, or behind the last layer that stands before it: before its activation, as
    /// most models have it, which no name tells.
    fn by_name(&self, name: &str, is_before: impl Fn(&ChainEntry) -> bool) -> Option<Place> {
        let is_free = |at: usize| self.is_free(at, Slot::Between);
        let shares = |at: usize| belongs(&self.entries[at].weight_name, name);
        let count = self.entries.len();
        let named = (0..count).find(|at| is_free(*at) && shares(*at));
        let says_first = name.rsplit(['.', '/']).next().is_some_and(|last| {
            let mut text = last.split(|character: char| !character.is_ascii_alphabetic());
            text.any(|word| ["in", "input", "inputs", "first", "pre"].contains(&word))
        });
        let is_first = self.is_free(0, Slot::Input) && (says_first || !self.entries.first().is_some_and(&is_before));
        let before = || (0..count).rev().find(|at| is_free(*at) && is_before(&self.entries[*at]));
        let position = named.map(|at| (at, Slot::Between)).or_else(|| is_first.then_some((0, Slot::Input)));
        let position = position.or_else(|| before().map(|at| (at, Slot::Between)));
        let position = position.or_else(|| (0..count).find(|at| is_free(*at)).map(|at| (at, Slot::Between)));
        position.map(|(at, slot)| (at, slot, false))
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
            is_epsilon_told: false,
            is_place_told: false,
        })
    })
}

/// Whether the names say that this normalisation follows this weight: `conv2.weight` and `bn2`.
fn belongs(weight: &str, normalisation: &str) -> bool {
    let layers = ["conv", "fc", "linear", "lin", "dense"];
    let text = ["batch_normalization", "batchnorm", "bn", "norm"];
    text.iter().any(|word| {
        let Some(at) = normalisation.rfind(word) else { return false };
        let (before, after) = (&normalisation[..at], &normalisation[at + word.len()..]);
        layers.iter().any(|layer| {
            let rest = weight.strip_prefix(before).and_then(|rest| rest.strip_prefix(layer));
            rest.and_then(|rest| rest.strip_prefix(after)).is_some_and(|rest| rest.starts_with(['.', '/']))
        })
    })
}
