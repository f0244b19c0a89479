//! What is open and how it is looked at, as the results that are computed in the background read it.

use super::derived::{DerivedResults, Situation, Stored};
use super::open_scene::OpenScene;
use super::{CheckpointSeries, Refined, Session};

impl Session {
    /// What is open and how it is looked at; `None` before the first scene.
    pub fn situation(&self) -> Option<Situation<'_>> {
        let Session { shown, playback, view, window, training, thresholds, counterpart, checkpoints, .. } = self;
        let (OpenScene { document, scene, .. }, refined) = (shown.as_ref()?, self.refined().cloned());
        let counterpart = counterpart.as_ref();
        let scrubs_checkpoints = checkpoints.as_ref().is_some_and(CheckpointSeries::is_scrubbed);
        Some(Situation {
            scene,
            document,
            playback,
            view,
            window,
            training,
            thresholds,
            refined,
            counterpart,
            scrubs_checkpoints,
        })
    }

    /// [`Session::situation`] with the results, to be changed by it.
    pub(super) fn situation_and_results(&mut self) -> Option<(Situation<'_>, &mut DerivedResults)> {
        let Session { shown, derived, playback, view, window, training, thresholds, counterpart, checkpoints, .. } =
            self;
        let (OpenScene { document, scene, .. }, refined) = (shown.as_ref()?, Refined::slot(derived).latest().cloned());
        let counterpart = counterpart.as_ref();
        let scrubs_checkpoints = checkpoints.as_ref().is_some_and(CheckpointSeries::is_scrubbed);
        let situation = Situation {
            scene,
            document,
            playback,
            view,
            window,
            training,
            thresholds,
            refined,
            counterpart,
            scrubs_checkpoints,
        };
        Some((situation, derived))
    }
}
