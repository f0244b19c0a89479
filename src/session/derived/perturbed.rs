//! The selected point, moved a little, and what the flow makes of it.

use nalgebra::DMatrix;

use super::{Derivation, Situation, Source};
use crate::diagnostics::probes::{Perturbation, PerturbationError, Perturbed, labels_of};
use crate::flow::FlowError;
use crate::session::scene::{Progress, Scene, SceneError};

/// Which point is moved and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerturbRequest {
    /// The point.
    pub sample: usize,
    /// In which way.
    pub kind: Perturbation,
    /// By how much.
    pub epsilon: f64,
}

/// What became of it, or why it cannot be moved so.
#[derive(Debug)]
pub struct PerturbedPoint {
    /// What was asked.
    pub request: PerturbRequest,
    /// The result, or the reason in a sentence.
    pub result: Result<Perturbed, String>,
}

impl Derivation for PerturbedPoint {
    type Request = PerturbRequest;

    const LABEL: &'static str = "Perturbing the point";
    const RETRIED: bool = true;
    const OUTLIVES_DEMAND: bool = false;

    fn wanted(situation: &Situation<'_>) -> Option<PerturbRequest> {
        let points = &situation.view.points;
        let sample = points.selection.samples().first().copied()?;
        let exists = sample < situation.scene.dataset.samples();
        let kind = points.probe.perturbation.filter(|_| exists)?;
        Some(PerturbRequest { sample, kind, epsilon: points.probe.epsilon })
    }

    fn build(
        source: &Source,
        request: PerturbRequest,
        progress: &mut Progress<'_>,
    ) -> Result<Option<PerturbedPoint>, SceneError> {
        let scene = &source.scene;
        let points = &scene.dataset.points;
        if request.sample >= points.ncols() {
            return Ok(None);
        }
        let input = points.columns(request.sample, 1).into_owned();
        let labels = labels_of(&scene.dataset.labels, &[request.sample]);
        let of_point = (&input, &labels, size(points));
        let network = (&*scene.network, &*scene.flow);
        match Perturbed::measure(network, of_point, (request.kind, request.epsilon), progress) {
            Err(PerturbationError::Flow(FlowError::Cancelled)) => Err(FlowError::Cancelled.into()),
            result => {
                let result = result.map_err(|error| error.to_string());
                Ok(Some(PerturbedPoint { request, result }))
            }
        }
    }

    // A slider that is dragged waits for the result under way, another point does not.
    fn replaces(under_way: &PerturbRequest, wanted: &PerturbRequest) -> bool {
        (under_way.sample, under_way.kind) != (wanted.sample, wanted.kind)
    }
}

/// The largest side of the box around the data; 1 where it has none.
fn size(points: &DMatrix<f64>) -> f64 {
    let sides = points.row_iter().map(|row| row.max() - row.min()).filter(|side| side.is_finite());
    Some(sides.fold(0.0, f64::max)).filter(|side| *side > 0.0).unwrap_or(1.0)
}

impl PerturbedPoint {
    /// Whether it is a result for `scene`'s data: the point still exists.
    pub fn fits(&self, scene: &Scene) -> bool {
        self.request.sample < scene.dataset.samples()
    }
}
