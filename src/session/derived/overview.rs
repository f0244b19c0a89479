//! All layers at once: their spectra and rotations, and what becomes of the data along t. Made in a worker.

use super::{Derivation, Situation, Source};
use crate::diagnostics::{ClassesApart, DataSurvey, TrajectoryMetrics};
use crate::session::PanelPart;
use crate::session::scene::{Progress, Scene, SceneError, go_on};

/// Values that stand for a spectrum, at most: thousands of singular values become so many.
const MAX_VALUES: usize = 48;

/// What the strip of all layers shows.
#[derive(Clone, Debug)]
pub struct LayerOverview {
    /// For each layer ln σ at places spread evenly over its singular values, the largest first; `None` where a direction
    /// is lost. Empty for a residual block.
    pub spectra: Vec<Vec<Option<f32>>>,
    /// The total rotation of each layer in radians; NaN for a residual block.
    pub rotations: Vec<f64>,
    /// Lengths, energy and volume along t.
    pub trajectory: TrajectoryMetrics,
    /// How well the classes are apart along t; `None` for data without classes.
    pub classes: Option<ClassesApart>,
}

impl LayerOverview {
    /// Makes the survey of a scene.
    ///
    /// # Errors
    /// If the data cannot be followed or `progress` answers false.
    pub fn build(scene: &Scene, progress: &mut Progress<'_>) -> Result<LayerOverview, SceneError> {
        let flow = &scene.flow;
        go_on(progress, 0.0, "the spectra")?;
        let spectrum = |layer: &crate::flow::LayerFlow| match &layer.spectrum {
            Some(spectrum) => spread(&spectrum.singular_values, spectrum.rank),
            None => Vec::new(),
        };
        let spectra: Vec<Vec<Option<f32>>> = flow.layers().iter().map(spectrum).collect();
        let rotations =
            flow.layers().iter().map(|layer| layer.spectrum.as_ref().map_or(f64::NAN, |s| s.total_rotation));
        let rotations = rotations.collect();

        let DataSurvey { trajectory, classes } = DataSurvey::measure(flow, &scene.dataset, progress)?;
        Ok(LayerOverview { spectra, rotations, trajectory, classes })
    }
}

/// ln σ at evenly spread places of the sorted singular values.
fn spread(values: &[f64], rank: usize) -> Vec<Option<f32>> {
    let count = values.len().min(MAX_VALUES);
    let position = |index: usize| ((index as f64 + 0.5) / count as f64 * values.len() as f64) as usize;
    (0..count).map(position).map(|position| (position < rank).then(|| values[position].ln() as f32)).collect()
}

impl Derivation for LayerOverview {
    type Request = ();

    const LABEL: &'static str = "Surveying all layers";
    const WAITS_FOR_REST: bool = true;
    // Opening the panel again is asking again.
    const RETRIED: bool = true;

    fn wanted(situation: &Situation<'_>) -> Option<()> {
        situation.view.panel.shows(PanelPart::AllLayers).then_some(())
    }

    fn build(source: &Source, (): (), progress: &mut Progress<'_>) -> Result<Option<LayerOverview>, SceneError> {
        LayerOverview::build(&source.scene, progress).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::flow::FlowOptions;
    use crate::formats::examples;

    #[test]
    fn the_spiral_comes_apart_along_its_flow() {
        let (network, data) = examples::spiral().unwrap();
        let scene =
            Scene::build(&Arc::new(network), &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let overview = LayerOverview::build(&scene, &mut |_, _| true).unwrap();
        assert_eq!(overview.spectra.len(), scene.flow.layers().len());
        let classes = overview.classes.unwrap();
        let (first, last) = (classes.probe_accuracy[0], *classes.probe_accuracy.last().unwrap());
        assert!(first < 0.8 && last > 0.95, "{first} {last}");
        assert!(*classes.neighbour_purity.last().unwrap() > 0.95);
        assert!(overview.trajectory.path_length.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(overview.trajectory.times.last(), Some(&scene.flow.duration()));
        assert!(LayerOverview::build(&scene, &mut |share, _| share < 0.6).is_err());
    }

    #[test]
    fn a_spectrum_of_thousands_becomes_a_few_and_keeps_its_ends() {
        let values: Vec<f64> = (0..3000).map(|index| 1.0 / (1.0 + f64::from(index))).collect();
        let found = spread(&values, 1500);
        assert_eq!(found.len(), MAX_VALUES);
        assert!(found[0].unwrap() > -4.0 && found[MAX_VALUES / 2 - 1].is_some() && found[MAX_VALUES / 2].is_none());
        assert_eq!(spread(&[2.0], 1), [Some(2.0_f32.ln())]);
        assert!(spread(&[], 0).is_empty());
    }
}
