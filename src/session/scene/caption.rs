//! What happens at a time of the flow, in one plain sentence with its numbers.

use super::Scene;
use crate::dataset::Labels;
use crate::diagnostics::ActivationUse;
use crate::flow::{Flow, LayerFlow, Motion, Phase, PhaseKind, SampledPath};
use crate::linalg::{Rotation, evenly_spaced};
use crate::session::{coordinate_name, counted, subscript};

/// Samples from which the numbers of an activation or a block are taken, at most.
const MAX_SAMPLES: usize = 200;
/// About as many multiplications as following them may cost: the sentence is wanted within a frame.
const MAX_WORK: usize = 40_000_000;
/// A factor this near to 1 stretches nothing that could be seen.
const UNCHANGED: f64 = 5e-3;
/// Up to as many factors are told one by one.
const FEW: usize = 3;
/// The share of a plane's direction that lies in two coordinates where the plane is said to be theirs.
const OF_COORDINATES: f64 = 1e-6;

/// What happens at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Caption {
    /// The phase that the sentence is about, whose colour it has; `None` where nothing moves.
    pub kind: Option<PhaseKind>,
    /// The sentence: short, without a full stop.
    pub text: String,
}

/// What happens in `scene` at time t. It is the same throughout a phase.
pub fn caption_at(scene: &Scene, t: f64) -> Caption {
    let flow = &scene.flow;
    if t >= flow.duration() {
        return Caption { kind: None, text: end(scene) };
    }
    let moment = flow.moment(t);
    let Some(layer) = flow.layers().get(moment.layer) else {
        return Caption { kind: None, text: "nothing moves".to_owned() };
    };
    match moment.phase.and_then(|phase| layer.phases.get(phase)) {
        Some(phase) => Caption { kind: Some(phase.kind), text: phase_text(flow, &scene.data, layer, phase) },
        None => Caption { kind: None, text: format!("layer {} changes nothing", layer.index) },
    }
}

/// What is reached at the end.
fn end(scene: &Scene) -> String {
    let samples = scene.dataset.samples();
    match &scene.dataset.labels {
        Labels::Classes { of_sample, .. } if samples > 0 => {
            let right =
                of_sample.iter().zip(&scene.forward.predictions).filter(|(label, answer)| label == answer).count();
            format!("end: the network gives {right} of {} their own class", counted(samples, "point"))
        }
        _ => format!("end: the outputs of {}", counted(scene.flow.layers().len(), "layer")),
    }
}

/// What a phase does to the data on `data`'s path, with its numbers.
fn phase_text(flow: &Flow, data: &SampledPath, layer: &LayerFlow, phase: &Phase) -> String {
    match &phase.motion {
        Motion::Rotation(rotation) => rotation_text(phase.kind, rotation),
        Motion::Compression { factors, .. } => {
            let mut sorted: Vec<f64> = match &layer.spectrum {
                Some(spectrum) => spectrum.singular_values.clone(),
                None => factors.clone(),
            };
            sorted.sort_by(|a, b| b.total_cmp(a));
            sorted.truncate(layer.spectrum.as_ref().map_or(usize::MAX, |spectrum| spectrum.rank));
            sorted.retain(|factor| *factor > 0.0);
            // Directions of the layer's input that it does not keep; beyond its width the data has none to lose.
            let lost = layer.inputs.saturating_sub(sorted.len());
            factors_text(phase.kind, &sorted, lost)
        }
        Motion::Shift(bias) => {
            let length = bias.norm();
            let largest = (0..bias.len()).max_by(|a, b| bias[*a].abs().total_cmp(&bias[*b].abs()));
            let most = largest.filter(|axis| bias.len() > 1 && bias[*axis].abs() < length);
            let most = most.map(|axis| format!(", most along {} ({})", coordinate_name(axis), signed(bias[axis])));
            format!("shift: by {}{}", number(length), most.unwrap_or_default())
        }
        Motion::Activation { activation, width } => {
            let name = activation.name();
            let flat = values_at(flow, data, phase.start, *width)
                .and_then(|before| ActivationUse::measure(*activation, &before))
                .and_then(|found| found.saturated);
            match flat {
                Some(share) => format!("activate: {name}, {} of the coordinates in its flat part", percent(share)),
                None => format!("activate: {name}"),
            }
        }
        // Whatever else moves the data: how far it goes.
        _ => {
            let samples = followed(flow, data);
            let (before, after) =
                (data.positions(flow, phase.start, &samples), data.positions(flow, phase.end, &samples));
            let steps = before.column_iter().zip(after.column_iter()).map(|(from, to)| (to - from).norm());
            let steps: Vec<f64> = steps.filter(|step| step.is_finite()).collect();
            let label = phase.kind.label();
            if steps.is_empty() {
                return label.to_owned();
            }
            format!("{label}: the mean step is {} long", number(steps.iter().sum::<f64>() / steps.len() as f64))
        }
    }
}

fn rotation_text(kind: PhaseKind, rotation: &Rotation) -> String {
    let label = kind.label();
    let Some(largest) = rotation.angles().first() else { return format!("{label}: by 0°") };
    let degrees = |angle: f64| format!("{:.0}°", angle.to_degrees());
    let planes = rotation.angles().len();
    if rotation.dimension() == 2 {
        return format!("{label}: by {}", degrees(*largest));
    }
    let plane = plane_name(rotation);
    match planes {
        1 => format!("{label}: by {} in {plane}", degrees(*largest)),
        _ => {
            let others = counted(planes - 1, "plane");
            format!("{label}: by {} in {plane}, by less in {others} more", degrees(*largest))
        }
    }
}

/// "the plane x₁x₂" where it is one of two coordinates, else "a plane", as the stage draws it.
fn plane_name(rotation: &Rotation) -> String {
    let (a, b) = rotation.plane(0);
    let weight = |axis: usize| a[axis] * a[axis] + b[axis] * b[axis];
    let mut axes: Vec<usize> = (0..a.len()).collect();
    axes.sort_by(|x, y| weight(*y).total_cmp(&weight(*x)));
    match axes[..] {
        [first, second, ..] if weight(first) + weight(second) > 2.0 - OF_COORDINATES => {
            let (low, high) = (first.min(second), first.max(second));
            format!("the plane {}{}", coordinate_name(low), coordinate_name(high))
        }
        _ => "one plane".to_owned(),
    }
}

/// "stretch: ×2.92 along v₁ · compress: ×0.48 along v₃"; of many their number and the extreme. `factors` are sorted, largest
/// first; `lost` of all directions are lost.
fn factors_text(kind: PhaseKind, factors: &[f64], lost: usize) -> String {
    let numbered = || factors.iter().enumerate();
    let grown: Vec<_> = numbered().filter(|(_, factor)| **factor > 1.0 + UNCHANGED).collect();
    let shrunk: Vec<_> = numbered().filter(|(_, factor)| **factor < 1.0 - UNCHANGED && **factor > 0.0).collect();
    let lost = lost.max(numbered().filter(|(_, factor)| **factor == 0.0).count());
    let one = |(index, factor): &(usize, &f64)| format!("×{} along v{}", number(**factor), subscript(index + 1));
    let all = |found: &[(usize, &f64)]| found.iter().map(one).collect::<Vec<_>>().join(", ");
    let directions = |count: usize| counted(count, "direction");
    let mut parts = Vec::new();
    match grown.as_slice() {
        [] => {}
        few if few.len() <= FEW => parts.push(format!("stretch: {}", all(few))),
        [first, ..] => parts.push(format!("stretch: {}, up to {}", directions(grown.len()), one(first))),
    }
    match shrunk.as_slice() {
        [] => {}
        few if few.len() <= FEW => parts.push(format!("compress: {}", all(few))),
        [.., last] => parts.push(format!("compress: {}, down to {}", directions(shrunk.len()), one(last))),
    }
    if lost > 0 {
        let verb = if lost == 1 { "is" } else { "are" };
        parts.push(format!("{} {verb} lost", directions(lost)));
    }
    if parts.is_empty() {
        return format!("{}: every length stays", kind.label());
    }
    parts.join(" · ")
}

/// Samples whose values can be had within a frame.
fn followed(flow: &Flow, data: &SampledPath) -> Vec<usize> {
    let dimension = flow.ambient_dimension().max(1);
    let most = (MAX_WORK / (dimension * dimension)).clamp(8, MAX_SAMPLES);
    evenly_spaced(data.samples(), most)
}

/// The first `width` coordinates of some of the data at time t; `None` without data.
fn values_at(flow: &Flow, data: &SampledPath, t: f64, width: usize) -> Option<nalgebra::DMatrix<f64>> {
    let samples = followed(flow, data);
    let positions = data.positions(flow, t, &samples);
    (!samples.is_empty() && width <= positions.nrows()).then(|| positions.rows(0, width).into_owned())
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// Three digits, and an exponent where it takes more.
fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if (0.01..9_995.0).contains(&size) {
        let decimals = (2 - size.log10().floor() as i32).clamp(0, 2) as usize;
        format!("{value:.decimals$}")
    } else {
        format!("{value:.1e}")
    }
}

fn signed(value: f64) -> String {
    format!("{}{}", if value < 0.0 { "−" } else { "+" }, number(value.abs()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nalgebra::DMatrix;

    use super::*;
    use crate::flow::FlowOptions;
    use crate::formats::examples;
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};

    fn of_factors(factors: &[f64]) -> String {
        factors_text(PhaseKind::Compress, factors, 0)
    }

    #[test]
    fn what_grows_is_stretched_and_what_shrinks_is_compressed() {
        assert_eq!(of_factors(&[2.92, 0.48]), "stretch: ×2.92 along v₁ · compress: ×0.48 along v₂");
        assert_eq!(of_factors(&[2.0, 1.0]), "stretch: ×2.00 along v₁");
        assert_eq!(of_factors(&[1.0, 0.5]), "compress: ×0.50 along v₂");
        assert_eq!(of_factors(&[1.0, 1.0]), "compress: every length stays");
        assert_eq!(of_factors(&[0.5, 0.0]), "compress: ×0.50 along v₁ · 1 direction is lost");
        let many: Vec<f64> = (0..20).map(|index| 4.0 / f64::from(index + 1)).collect();
        assert_eq!(
            of_factors(&many),
            "stretch: ×4.00 along v₁, ×2.00 along v₂, ×1.33 along v₃ · compress: 16 directions, down to ×0.20 along v₂₀"
        );
        assert_eq!(factors_text(PhaseKind::Stretch, &[1.5], 3), "stretch: ×1.50 along v₁ · 3 directions are lost");
    }

    #[test]
    fn each_phase_of_a_layer_is_told_with_its_numbers() {
        // A turn by 90° with a stretch by 3 and a compression by ½: W = [[0, −½], [3, 0]], det W > 0.
        let weight = DMatrix::from_row_slice(2, 2, &[0.0, -0.5, 3.0, 0.0]);
        let affine = Affine { weight, bias: Some(nalgebra::DVector::from_vec(vec![0.3, -0.4])) };
        let layer = Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Relu });
        let network = Arc::new(Network::new(String::new(), vec![layer], OutputFunction::Identity).unwrap());
        let points = DMatrix::from_row_slice(2, 4, &[1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0, -1.0]);
        let data = Arc::new(crate::dataset::Dataset { points, ..examples::spiral().unwrap().1.every(600) });
        let data = Arc::new(crate::dataset::Dataset { labels: Labels::None, ..(*data).clone() });
        let scene = Scene::build(&network, &data, FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let phases = &scene.flow.layers()[0].phases;
        let told: Vec<Caption> =
            phases.iter().map(|phase| caption_at(&scene, (phase.start + phase.end) / 2.0)).collect();
        for (phase, told) in phases.iter().zip(&told) {
            assert_eq!(told.kind, Some(phase.kind));
        }
        let texts: Vec<&str> = told.iter().map(|told| told.text.as_str()).collect();
        assert!(texts.contains(&"stretch: ×3.00 along v₁ · compress: ×0.50 along v₂"), "{texts:?}");
        assert!(texts.iter().any(|text| text.starts_with("rotate") && text.ends_with("by 90°")), "{texts:?}");
        assert!(texts.contains(&"shift: by 0.50, most along x₂ (−0.40)"), "{texts:?}");
        // (±½ + 0.3, ±3 − 0.4): half of the four points are below zero in each coordinate.
        assert!(texts.contains(&"activate: relu, 50 % of the coordinates in its flat part"), "{texts:?}");
        assert_eq!(caption_at(&scene, 1.0), Caption { kind: None, text: "end: the outputs of 1 layer".to_owned() });
    }

    #[test]
    fn the_end_says_how_many_points_are_right() {
        let (network, data) = examples::spiral().unwrap();
        let scene =
            Scene::build(&Arc::new(network), &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap();
        assert_eq!(caption_at(&scene, 99.0).text, "end: the network gives 600 of 600 points their own class");
        assert!(caption_at(&scene, f64::NAN).kind.is_some());
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [2.917, 0.4801, 123.4, 0.001_23, 45_678.0, 0.0].map(number),
            ["2.92", "0.48", "123", "1.2e-3", "4.6e4", "0"]
        );
    }
}
