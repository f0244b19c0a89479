//! Weights that are still those of an initialisation.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{CHECKER, Thresholds};
use super::values::{Part, parts};
use crate::network::Layer;

/// Fewer weights than this have any variance by chance.
const MIN_WEIGHTS: usize = 6;
/// A network that is right this much more often than chance has learned.
const LEARNED: f64 = 0.25;

/// A distribution that frameworks draw weights of.
struct Initialisation {
    name: &'static str,
    variance: f64,
}

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let layers: Vec<(usize, &Layer)> = subject.finite_layers().collect();
    let has_learned = super::underfit::above_chance(subject).is_some_and(|above| above > LEARNED);
    if has_learned || layers.len() < subject.network().layers().len() {
        return Vec::new();
    }
    let weights: Vec<(usize, Part<'_>)> = layers
        .iter()
        .filter(|(index, _)| !subject.is_structured(*index))
        .flat_map(|(index, layer)| parts(layer).into_iter().map(|part| (*index, part)))
        .filter(|(_, part)| part.weight.len() >= MIN_WEIGHTS)
        .collect();
    let zero_bias = layers.iter().flat_map(|(_, layer)| parts(layer)).filter_map(|part| part.bias);
    let mut biases = zero_bias.peekable();
    let has_zero_biases = biases.peek().is_some() && biases.all(|bias| bias.iter().all(|value| *value == 0.0));
    let found: Option<Vec<_>> = weights
        .iter()
        .map(|(index, part)| {
            let drawn = if has_zero_biases { drawn(part, thresholds) } else { drawn_with_bias(part, thresholds) };
            drawn.map(|initialisation| (*index, initialisation))
        })
        .collect();
    let finding = |(index, (initialisation, variance)): (usize, (Initialisation, f64))| {
        let message = format!(
            "the variance of its weights is that of {} and its biases are those of a beginning: the network has not been trained",
            initialisation.name
        );
        Finding::new("untrained_layer", Severity::Warning, message)
            .in_layer(index)
            .at(subject.matrix_moment(index))
            .measured(variance / initialisation.variance, 1.0 + thresholds.untrained_variance)
            .try_this("load the trained weights, or train")
            .from_source(CHECKER)
    };
    found.unwrap_or_default().into_iter().map(finding).collect()
}

/// The initialisation with zero biases whose variance the weights have, with their own.
fn drawn(part: &Part<'_>, thresholds: &Thresholds) -> Option<(Initialisation, f64)> {
    let (rows, columns) = part.weight.shape();
    let (outputs, inputs) = (rows as f64, columns as f64);
    let known = [
        ("He", 2.0 / inputs),
        ("Glorot", 2.0 / (inputs + outputs)),
        ("LeCun", 1.0 / inputs),
        ("an orthogonal matrix", 1.0 / inputs.max(outputs)),
        ("PyTorch", 1.0 / (3.0 * inputs)),
        ("a normal distribution of deviation 0.05", 0.0025),
        ("a uniform distribution up to 0.05", 0.0025 / 3.0),
    ];
    let variance = variance(part);
    let fits = |initialisation: &Initialisation| is_near(part, variance, initialisation.variance, thresholds);
    let found = known.into_iter().map(|(name, variance)| Initialisation { name, variance }).find(fits)?;
    Some((found, variance))
}

/// PyTorch's own initialisation of a linear layer: weights and biases evenly spread up to 1/√inputs.
fn drawn_with_bias(part: &Part<'_>, thresholds: &Thresholds) -> Option<(Initialisation, f64)> {
    let inputs = part.weight.ncols() as f64;
    let bound = 1.0 / inputs.sqrt() * (1.0 + 1e-6);
    let bias = part.bias?;
    let is_within = part.weight.iter().chain(bias.iter()).all(|value| value.abs() <= bound);
    let initialisation = Initialisation { name: "PyTorch", variance: 1.0 / (3.0 * inputs) };
    let variance = variance(part);
    (is_within && is_near(part, variance, initialisation.variance, thresholds)).then_some((initialisation, variance))
}

fn variance(part: &Part<'_>) -> f64 {
    part.weight.norm_squared() / part.weight.len() as f64
}

/// Whether a variance is that of an initialisation, as far as a sample of so many weights tells it.
fn is_near(part: &Part<'_>, variance: f64, expected: f64, thresholds: &Thresholds) -> bool {
    // The variance of n normal numbers is known to √(2/n).
    let by_chance = 2.5 * (2.0 / part.weight.len() as f64).sqrt();
    (variance / expected - 1.0).abs() <= thresholds.untrained_variance.max(by_chance)
}
