//! What taking parts out of the network does to its answers.

use std::sync::Arc;

use super::{Derivation, Situation, Source};
use crate::diagnostics::probes::AblationEffect;
use crate::session::Ablated;
use crate::session::scene::{Progress, SceneError, go_on};

/// The answers before and after.
#[derive(Debug)]
pub struct AblationReport {
    /// What was taken out.
    pub ablated: Arc<Ablated>,
    /// What that does.
    pub effect: AblationEffect,
}

/// Which ablation: the very same, not merely an equal one.
#[derive(Clone, Debug)]
pub struct AblationRequest(Arc<Ablated>);

impl PartialEq for AblationRequest {
    fn eq(&self, other: &AblationRequest) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Derivation for AblationReport {
    type Request = AblationRequest;

    const LABEL: &'static str = "Comparing the answers";
    const RETRIED: bool = true;
    const OUTLIVES_SCENE: bool = false;
    const OUTLIVES_DEMAND: bool = false;

    fn wanted(situation: &Situation<'_>) -> Option<AblationRequest> {
        situation.document.ablated.clone().map(AblationRequest)
    }

    fn build(
        source: &Source,
        AblationRequest(ablated): AblationRequest,
        progress: &mut Progress<'_>,
    ) -> Result<Option<AblationReport>, SceneError> {
        go_on(progress, 0.0, "")?;
        let scene = &source.scene;
        let effect = AblationEffect::measure(&ablated.base, &scene.network, &scene.dataset)?;
        Ok(Some(AblationReport { ablated, effect }))
    }
}
