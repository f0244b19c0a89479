//! The gradient of the loss on its way back through the flow.

use web_time::Instant;

use super::pace::paced;
use super::{Derivation, Situation, Source};
use crate::diagnostics::Backward;
use crate::session::PanelPart;
use crate::session::scene::{Progress, Scene, SceneError, go_on};

/// At most so many points carry a gradient.
const MAX_POINTS: usize = 2000;

/// ‖λ(t)‖ along t and the gradients of the layers' weights, or why there are none.
#[derive(Debug)]
pub struct Gradients {
    /// The gradients, or the reason in a sentence.
    pub backward: Result<Backward, String>,
    /// How many points carry them.
    pub samples: usize,
    seconds: f64,
}

impl Gradients {
    /// Follows the gradient of the loss on the scene's data.
    ///
    /// # Errors
    /// If `progress` answers false.
    pub fn build(scene: &Scene, progress: &mut Progress<'_>) -> Result<Gradients, SceneError> {
        go_on(progress, 0.0, "following the gradient")?;
        let began = Instant::now();
        let data = scene.dataset.every(scene.dataset.samples().div_ceil(MAX_POINTS));
        let backward = Backward::measure(&scene.network, Some(&scene.flow), &data.points, &data.labels);
        let backward = backward.map_err(|error| error.to_string());
        Ok(Gradients { backward, samples: data.samples(), seconds: began.elapsed().as_secs_f64() })
    }
}

impl Derivation for Gradients {
    type Request = ();

    const LABEL: &'static str = "Following the gradient";
    const WAITS_FOR_REST: bool = true;
    const RETRIED: bool = true;

    fn interval(situation: &Situation<'_>, latest: Option<&Self>) -> f64 {
        paced(situation, latest.map(|gradients| gradients.seconds))
    }

    fn wanted(situation: &Situation<'_>) -> Option<()> {
        situation.view.panel.shows(PanelPart::AllLayers).then_some(())
    }

    fn build(source: &Source, (): (), progress: &mut Progress<'_>) -> Result<Option<Gradients>, SceneError> {
        Gradients::build(&source.scene, progress).map(Some)
    }
}
