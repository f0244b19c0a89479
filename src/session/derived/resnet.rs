//! The ResNet as a result that is derived from the open scene.

use super::{Derivation, Situation, Source};
use crate::resnet::Refinement;
use crate::session::Refined;
use crate::session::scene::{Progress, SceneError};

impl Derivation for Refined {
    type Request = Refinement;

    const LABEL: &'static str = "Building the ResNet";
    const FAILURE: Option<&'static str> = Some("The ResNet could not be followed");
    // It is drawn over the flow: the two are of one network.
    const OUTLIVES_SCENE: bool = false;

    fn wanted(situation: &Situation<'_>) -> Option<Refinement> {
        situation.view.refinement_in_sight(situation.window)
    }

    fn build(source: &Source, request: Refinement, progress: &mut Progress<'_>) -> Result<Option<Refined>, SceneError> {
        Refined::build(&source.scene, request, progress).map(Some)
    }
}
