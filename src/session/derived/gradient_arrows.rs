//! λ of single points, to be drawn as arrows.

use web_time::Instant;

use super::pace::paced;
use super::{Derivation, Situation, Source};
use crate::diagnostics::probes::Covectors;
use crate::session::scene::{Progress, SceneError, go_on};
use crate::session::{Compare, Overlay};

/// The gradients of the points' own losses, or why there are none.
#[derive(Debug)]
pub struct GradientArrows {
    /// The gradients, or the reason in a sentence.
    pub covectors: Result<Covectors, String>,
    seconds: f64,
}

impl Derivation for GradientArrows {
    type Request = ();

    const LABEL: &'static str = "Following the points' gradients";
    const RETRIED: bool = true;

    fn interval(situation: &Situation<'_>, latest: Option<&Self>) -> f64 {
        paced(situation, latest.map(|arrows| arrows.seconds))
    }

    fn wanted(situation: &Situation<'_>) -> Option<()> {
        (situation.view.shows(Overlay::GradientArrows) && situation.view.compare != Compare::ResNet).then_some(())
    }

    fn build(source: &Source, (): (), progress: &mut Progress<'_>) -> Result<Option<GradientArrows>, SceneError> {
        go_on(progress, 0.0, "")?;
        let (began, scene) = (Instant::now(), &source.scene);
        let covectors = Covectors::measure(&scene.network, &scene.flow, &scene.dataset.points, &scene.dataset.labels);
        let covectors = covectors.map_err(|error| error.to_string());
        Ok(Some(GradientArrows { covectors, seconds: began.elapsed().as_secs_f64() }))
    }
}
