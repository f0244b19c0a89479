//! The decomposition that a flow has of a layer, to be continued by another flow.

use nalgebra::DMatrix;

use super::{LayerFlow, Motion, PhaseKind};
use crate::linalg::{ProperSvd, Rotation};
use crate::network::Layer;

/// The layers of a flow, and the dimension of the space in which they move.
#[derive(Clone, Copy)]
pub(super) struct Neighbour<'a> {
    pub dimension: usize,
    pub layers: &'a [LayerFlow],
}

/// What decides between the decompositions of one matrix.
#[derive(Clone, Default)]
pub(super) struct Hints<'a> {
    /// The data that is to go least far.
    pub points: Option<&'a DMatrix<f64>>,
    /// The decomposition of a matrix close by, which is to be continued.
    pub neighbour: Option<ProperSvd>,
}

/// The factors of layer `index` of `neighbour` in its ambient space; `None` where it has another shape than `layer`, or
/// another kind of decomposition.
pub(super) fn proper_factors(neighbour: Neighbour<'_>, index: usize, layer: &Layer) -> Option<ProperSvd> {
    let Neighbour { dimension, layers } = neighbour;
    let known = layers.get(index)?;
    let has_matrix = match layer {
        Layer::Dense(_) => known.operator.is_none(),
        Layer::Residual(residual) => residual.shortcut.is_some(),
        Layer::Node(_) => false,
    };
    if !has_matrix || (known.inputs, known.outputs) != (layer.inputs(), layer.outputs()) {
        return None;
    }
    let still = || Rotation::identity(dimension);
    let mut proper =
        ProperSvd { rotation_in: still(), tilt: None, factors: vec![1.0; dimension], rotation_out: still() };
    for phase in &known.phases {
        match (&phase.motion, phase.kind) {
            (Motion::Rotation(rotation), PhaseKind::RotateIn) => proper.rotation_in = rotation.clone(),
            (Motion::Rotation(rotation), PhaseKind::RotateOut) => proper.rotation_out = rotation.clone(),
            (Motion::Compression { factors, basis, .. }, PhaseKind::Compress) => {
                proper.factors = factors.clone();
                // Beyond the layer's own space nothing is tilted.
                proper.tilt = basis.as_ref().map(|basis| {
                    let mut whole = DMatrix::identity(dimension, dimension);
                    whole.view_mut((0, 0), basis.shape()).copy_from(basis);
                    whole
                });
            }
            // Those of the polar decomposition are no pair of rotations.
            (Motion::Rotation(_) | Motion::Compression { .. }, _) => return None,
            _ => {}
        }
    }
    Some(proper)
}
