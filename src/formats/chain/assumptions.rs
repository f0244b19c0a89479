//! What was guessed to make a chain of tensors, a sentence for each kind.

use super::entry::ChainEntry;
use super::listed::listed;
use super::proposal::ChainProposal;
use super::weights::Weights;
use super::{ActivationBasis, BlockChoice, Doubt, geometry, regularity};
use crate::formats::names::layer_name;
use crate::formats::shape::shape_text;
use crate::formats::tensor_info::TensorInfo;
use crate::network::Activation;

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

impl ChainProposal {
    /// Everything that was guessed, a sentence each without its full stop; `data` are the arrays that are no weights.
    pub(super) fn assumptions(&self, weights: &Weights, data: &[&TensorInfo]) -> Vec<String> {
        let mut sentences: Vec<String> =
            self.order_guess.iter().chain(&self.axes_guess).chain(&self.guesses).cloned().collect();
        if !self.is_by_hand {
            sentences.extend(regularity::doubts(&self.entries, weights));
        }
        sentences.extend(self.of_normalisations());
        sentences.extend(self.of_slopes());
        sentences.extend(self.of_moves());
        sentences.extend(self.of_no_room());
        sentences.extend(self.of_doubts());
        sentences.extend(self.of_suggestions());
        sentences.extend(self.of_blocks());
        if !data.is_empty() {
            let names: Vec<String> =
                data.iter().map(|tensor| format!("`{}` ({})", tensor.name, shape_text(&tensor.shape))).collect();
            let (verb, what) = if data.len() == 1 { ("is", "no layer") } else { ("are", "no layers") };
            sentences.push(format!("{} {verb} data rather than weights, and {what}", listed(&names)));
        }
        sentences
    }

    /// What is guessed of the order of the layers and of the axes of their matrices.
    pub fn doubts(&self) -> impl Iterator<Item = &String> {
        self.order_guess.iter().chain(&self.axes_guess)
    }

    /// What is guessed of single tensors: the order of a kernel's axes.
    pub fn guesses(&self) -> &[String] {
        &self.guesses
    }

    /// What shapes alone say of convolutions, which dilations, other paddings and transposed ones may fit as well.
    fn of_moves(&self) -> Option<String> {
        let [candidate] = &self.candidates[..] else { return None };
        let is_guess = self.has_convolutions() && !self.moves_are_told;
        is_guess.then(|| {
            let candidate = geometry::label(candidate);
            format!("the convolutions move as `{candidate}`, as their shapes say; --convolutions says otherwise")
        })
    }

    fn of_normalisations(&self) -> Vec<String> {
        let all = || self.entries.iter().flat_map(|entry| entry.normalisations().map(move |found| (entry, found)));
        let mut sentences = Vec::new();
        for position in ["in front of the weight", "before the activation", "behind the activation"] {
            let here = all().filter(|(_, (found, at))| !found.is_place_told && *at == position);
            let names: Vec<String> = here
                .map(|(entry, (found, _))| format!("`{}` at `{}`", found.name, layer_name(&entry.weight_name)))
                .collect();
            if !names.is_empty() {
                let subject =
                    if names.len() == 1 { "batch normalisation stands" } else { "batch normalisations stand" };
                let text = listed(&names);
                sentences.push(format!("the {subject} {position}, which the file does not tell: {text}"));
            }
        }
        let untold: Vec<_> = all().map(|(_, (found, _))| found).filter(|found| !found.is_epsilon_told).collect();
        let mut epsilons: Vec<f64> = untold.iter().map(|found| found.epsilon).collect();
        epsilons.dedup();
        for epsilon in epsilons {
            let names = untold.iter().filter(|found| found.epsilon == epsilon).map(|found| quoted(&found.name));
            let names: Vec<String> = names.collect();
            let subject = if names.len() == 1 { "batch normalisation adds" } else { "batch normalisations add" };
            sentences.push(format!("the {subject} ε = {epsilon}, which the file does not tell: {}", listed(&names)));
        }
        sentences
    }

    fn of_slopes(&self) -> Option<String> {
        let untold = self.entries.iter().filter_map(|entry| {
            let slopes = entry.slopes.as_ref().filter(|slopes| !slopes.is_told)?;
            Some(format!("`{}` behind `{}`", slopes.name, layer_name(&entry.weight_name)))
        });
        let names: Vec<String> = untold.collect();
        (!names.is_empty()).then(|| format!("these are the slopes of a PReLU: {}", listed(&names)))
    }

    /// The layers that fulfil a condition, each with the one behind it.
    fn pairs(&self, wanted: impl Fn(&ChainEntry) -> bool) -> Vec<String> {
        let pairs = self.entries.iter().zip(self.entries.iter().skip(1));
        let text = |(entry, next): (&ChainEntry, &ChainEntry)| {
            format!("`{}`→`{}`", layer_name(&entry.weight_name), layer_name(&next.weight_name))
        };
        pairs.filter(|(entry, _)| wanted(entry) && entry.slopes.is_none()).map(text).collect()
    }

    fn of_no_room(&self) -> Option<String> {
        let pairs = self.pairs(|entry| entry.basis == ActivationBasis::NoRoom);
        (!pairs.is_empty()).then(|| {
            let pairs = listed(&pairs);
            format!("no activation stands at {pairs}, since in an nn.Sequential their numbers leave no room for one")
        })
    }

    fn of_doubts(&self) -> Vec<String> {
        let is_open = |entry: &ChainEntry, doubt| {
            entry.basis == ActivationBasis::Doubtful(doubt) && entry.activation != Activation::Identity
        };
        let between = |doubt, why: &str| {
            let pairs = self.pairs(|entry| is_open(entry, doubt));
            (!pairs.is_empty()).then(|| format!("the activation stands at {}, {why}", listed(&pairs)))
        };
        let last = self.entries.last().filter(|entry| is_open(entry, Doubt::Last)).map(|entry| {
            let name = layer_name(&entry.weight_name);
            format!("the activation stands between the last layer `{name}` and the normalisation behind it")
        });
        let numbers = between(Doubt::Numbers, "though in an nn.Sequential their numbers would leave no room for one");
        let end = between(Doubt::End, "where one row of modules ends, which the file does not tell");
        numbers.into_iter().chain(end).chain(last).collect()
    }

    fn of_suggestions(&self) -> Option<String> {
        let suggested = self.entries.iter().filter_map(|entry| match &entry.basis {
            ActivationBasis::Suggested(path) if entry.slopes.is_none() => {
                let (name, activation) = (layer_name(&entry.weight_name), entry.activation.name());
                Some(format!("{activation} behind `{name}` (`{path}`)"))
            }
            _ => None,
        });
        let names: Vec<String> = suggested.collect();
        (!names.is_empty())
            .then(|| format!("the activations are those of the model's modules in their order: {}", listed(&names)))
    }

    fn of_blocks(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let outside = self.entries.iter().filter(|entry| {
            let is_chosen = matches!(entry.basis, ActivationBasis::Chosen) && entry.slopes.is_none();
            is_chosen && self.is_doubtful_at_blocks(entry)
        });
        let names: Vec<String> = outside.map(|entry| quoted(layer_name(&entry.weight_name))).collect();
        if !names.is_empty() {
            sentences.push(format!(
                "the activation stands behind {} too, outside of the residual blocks; --activation with one for each hidden \
                 layer says otherwise",
                listed(&names)
            ));
        }
        let scales: Vec<String> =
            self.entries.iter().filter_map(|entry| entry.scale_name.as_deref().map(quoted)).collect();
        if !scales.is_empty() {
            sentences.push(format!("what a residual block adds is scaled by {}", listed(&scales)));
        }
        if let (BlockChoice::Ask, Some(pattern)) = (&self.blocks, &self.may_add) {
            sentences.push(format!(
                "the layers `{pattern}` follow each other; if each adds what it gives to what it takes, say \
                 --residual-blocks \"{pattern}\""
            ));
        }
        sentences
    }
}
