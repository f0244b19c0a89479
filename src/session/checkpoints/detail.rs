//! What the weights and gradients of a step are like, in numbers that are kept for every step that was read.

use crate::diagnostics::Backward;
use crate::linalg::evenly_spaced;
use crate::session::scene::Scene;

/// Singular values of a layer at most, and of all layers together: the largest, the smallest, and some between.
const MAX_VALUES: usize = 12;
const MAX_ALL_VALUES: usize = 1200;
/// Points that carry a gradient at most.
const MAX_POINTS: usize = 300;
/// With fewer the gradient says little of the data.
const MIN_POINTS: usize = 20;
/// What the gradient may cost, in weights times points: in a worker, and between two frames.
pub(in crate::session) const IN_BACKGROUND: usize = 200_000_000;
pub(in crate::session) const AT_ONCE: usize = 500_000;

/// The weights and the gradients of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepDetail {
    /// Of each layer with a decomposition, by its number from 1, singular values: the first is the largest, the last the
    /// smallest.
    pub spectra: Vec<(usize, Vec<f64>)>,
    /// ‖∂loss/∂W‖ of each layer; `None` where there are no labels, or it would take too long.
    pub gradients: Option<Vec<f64>>,
    /// How many points carry the gradient.
    pub points: usize,
}

impl StepDetail {
    /// Measures what is drawn of a step, with so much work for the gradient.
    pub(in crate::session) fn measure(scene: &Scene, work: usize) -> StepDetail {
        let layers = scene.flow.layers();
        let most = (MAX_ALL_VALUES / layers.len().max(1)).clamp(1, MAX_VALUES);
        let spectra = layers.iter().filter_map(|layer| {
            let values = &layer.spectrum.as_ref()?.singular_values;
            let chosen = evenly_spaced(values.len(), most);
            let mut chosen: Vec<f64> = chosen.into_iter().filter_map(|index| values.get(index).copied()).collect();
            if let (Some(last), Some(smallest), true) = (chosen.last_mut(), values.last(), most > 1) {
                *last = *smallest;
            }
            Some((layer.index, chosen))
        });
        let spectra = spectra.take(MAX_ALL_VALUES).collect();
        let (gradients, points) = gradients(scene, work).unzip();
        StepDetail { spectra, gradients, points: points.unwrap_or(0) }
    }

    /// The same of other data, on which no gradient is known.
    pub(super) fn without_gradients(&self) -> StepDetail {
        StepDetail { spectra: self.spectra.clone(), gradients: None, points: 0 }
    }
}

fn gradients(scene: &Scene, work: usize) -> Option<(Vec<f64>, usize)> {
    let weights: usize = scene.network.layers().iter().map(|layer| layer.parameters()).sum();
    let samples = scene.dataset.samples();
    let points = (work / weights.max(1)).min(MAX_POINTS);
    if points < MIN_POINTS.min(samples) || samples == 0 {
        return None;
    }
    let data = scene.dataset.every(samples.div_ceil(points));
    let backward = Backward::measure(&scene.network, None, &data.points, &data.labels).ok()?;
    Some((backward.layers.iter().map(|layer| layer.norm).collect(), data.samples()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::flow::FlowOptions;
    use crate::session::document::Example;

    #[test]
    fn a_step_is_known_by_its_singular_values_and_gradients() {
        let (network, mut data) = Example::Moons.load().unwrap();
        let (network, points) = (Arc::new(network), data.draw().unwrap());
        let scene = Scene::build(&network, &points, FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let detail = StepDetail::measure(&scene, IN_BACKGROUND);
        assert_eq!(detail.spectra.len(), network.layers().len());
        for (index, values) in &detail.spectra {
            let all = &scene.flow.layers()[index - 1].spectrum.as_ref().unwrap().singular_values;
            assert_eq!((values.first(), values.last()), (all.first(), all.last()));
        }
        let gradients = detail.gradients.clone().unwrap();
        assert!(gradients.len() == network.layers().len() && gradients.iter().all(|norm| *norm > 0.0));
        assert!(detail.points >= MIN_POINTS && detail.points <= MAX_POINTS);
        // Without time for it there is none, and it is not taken for 0.
        assert_eq!(StepDetail::measure(&scene, 1).gradients, None);
        assert_eq!(detail.without_gradients().spectra, detail.spectra);
    }
}
