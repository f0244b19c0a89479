//! The network on show compared with another one: the other's flow of the same data, and how the two differ.

use std::sync::Arc;

use super::{Derivation, Situation, Source};
use crate::diagnostics::compare::Comparison;
use crate::session::Counterpart;
use crate::session::scene::{Progress, Scene, SceneError};

/// Two networks under the same data.
#[derive(Debug)]
pub struct NetworkComparison {
    /// The other network.
    pub counterpart: Counterpart,
    /// Its flow of the data on show.
    pub scene: Arc<Scene>,
    /// How the two differ; points are counted as the scene on show counts them.
    pub comparison: Comparison,
}

impl NetworkComparison {
    /// Follows the data of `scene` through the other network and compares the two.
    ///
    /// # Errors
    /// If the other network does not take the data, there is no room for as many points a second time, or `progress`
    /// answers false.
    pub fn build(
        scene: &Scene,
        counterpart: &Counterpart,
        progress: &mut Progress<'_>,
    ) -> Result<NetworkComparison, SceneError> {
        let options = scene.flow.options();
        let mut half = |share: f32, what: &str| progress(0.5 * share, what);
        let other = Scene::build(&counterpart.network, &scene.dataset, options, None, &mut half)?;
        if other.data.samples() != scene.data.samples() {
            let (fits, wanted) = (other.data.samples(), scene.data.samples());
            return Err(SceneError::Room { fits, wanted });
        }
        let data = (scene.dataset.samples() > 0).then_some(&*scene.dataset);
        let mut half = |share: f32, what: &str| progress(0.5 + 0.5 * share, what);
        let comparison = Comparison::new(&scene.network, &counterpart.network, data, options, &mut half)?;
        Ok(NetworkComparison { counterpart: counterpart.clone(), scene: Arc::new(other), comparison })
    }
}

impl Derivation for NetworkComparison {
    type Request = Counterpart;

    const LABEL: &'static str = "Comparing the networks";
    const FAILURE: Option<&'static str> = Some("The networks could not be compared");
    // The two are drawn together: both must be of one moment of the data.
    const OUTLIVES_SCENE: bool = false;
    const OUTLIVES_DEMAND: bool = false;

    fn wanted(situation: &Situation<'_>) -> Option<Counterpart> {
        let counterpart = situation.counterpart?;
        counterpart.refusal(&situation.scene.network).is_none().then(|| counterpart.clone())
    }

    fn build(
        source: &Source,
        request: Counterpart,
        progress: &mut Progress<'_>,
    ) -> Result<Option<NetworkComparison>, SceneError> {
        NetworkComparison::build(&source.scene, &request, progress).map(Some)
    }

    fn title(request: &Counterpart) -> String {
        format!("Comparing with {}", request.name())
    }
}
