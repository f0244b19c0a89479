//! A network as a flow: the ambient space, the phases of each layer, positions, velocity and the pull-back u(x, t).
//!
//! Flow-model sections 1 to 5. A layer σ(Wx + b) with W = UΣVᵀ turns by Vᵀ, compresses by Σ, turns by U, shifts by b
//! and is activated, each a continuous motion in phase time s ∈ [0, 1]; layer k occupies t ∈ [k−1, k].

mod build;
mod checkpoint;
mod coordinate_velocity;
mod covector;
mod cursor;
mod distance;
mod error;
mod events;
mod fold;
mod inverse;
mod large;
mod least_motion;
mod limit;
mod motion;
mod neighbour;
mod node_motion;
mod options;
mod path;
mod phase;
mod phase_scheme;
mod project;
#[cfg(test)]
mod tests;
mod trace;
mod velocity;

use nalgebra::{DMatrix, DVector};

pub(crate) use coordinate_velocity::CoordinateVelocity;
pub(crate) use cursor::{DrawnScheme, FlowCursor, NonlinearScheme};
pub use error::{FlowError, NoVelocity};
pub use events::{Event, EventKind};
pub use fold::fold_time;
pub use limit::NoLimit;
pub(crate) use limit::{TOLD, integrate as integrate_limit};
pub use node_motion::NodeMotion;
pub use options::{CompressionLaw, Decomposition, FlowOptions, ResidualLaw, TimeLaw};
pub use path::{LIMIT_PIECES, SampledPath};
pub use phase::{LayerFlow, Motion, Phase, PhaseKind, PhasePosition, Spectrum, StoredRank};
pub use phase_scheme::{ExactScheme, PhaseScheme};
pub use project::Projector;
pub use trace::{NoWayBack, TracedPath};

use crate::network::Network;
use crate::progress::Progress;
use build::Kept;
use neighbour::Neighbour;

/// A network's flow in its ambient space R^d, t ∈ [0, L]; layer k (from 1) occupies [k−1, k].
///
/// ```
/// use layerflow::flow::{Flow, FlowOptions};
/// use layerflow::formats::examples;
///
/// let (network, data) = examples::spiral()?;
/// let points = data.points.columns(0, 5).into_owned();
/// let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true)?;
/// assert_eq!(flow.duration(), network.layers().len() as f64);
///
/// // The points rest in the input space at t = 0; at t = L they are where the last layer maps them.
/// assert!((flow.positions(&points, 0.0)?.rows(0, 2) - &points).amax() < 1e-12);
/// let mut end = flow.positions(&points, flow.duration())?.rows(0, network.outputs()).into_owned();
/// network.output().apply_columns(&mut end);
/// assert!((end - network.forward(&points)?.output).amax() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Flow {
    ambient_dimension: usize,
    options: FlowOptions,
    layers: Vec<LayerFlow>,
}

impl Flow {
    /// Decomposes every layer. `progress` is told the part of the layers that is done, and which is next; it answers whether to
    /// go on.
    ///
    /// # Errors
    /// If a layer is too wide, a decomposition fails or `progress` answers false.
    pub fn new(network: &Network, options: FlowOptions, progress: &mut Progress<'_>) -> Result<Flow, FlowError> {
        let (ambient_dimension, layers) = build::build(network, options, Kept::Motions, None, None, progress)?;
        Ok(Flow { ambient_dimension, options, layers })
    }

    /// The flow by which `inputs` (inputs × samples) go least far, where `options` ask for that; else as [`Flow::new`].
    ///
    /// # Errors
    /// As [`Flow::new`], and if `inputs` has another number of rows than the network has inputs.
    pub fn for_data(
        network: &Network,
        options: FlowOptions,
        inputs: &DMatrix<f64>,
        progress: &mut Progress<'_>,
    ) -> Result<Flow, FlowError> {
        if inputs.nrows() != network.inputs() {
            return Err(FlowError::InputWidth { expected: network.inputs(), found: inputs.nrows() });
        }
        let (ambient_dimension, layers) = build::build(network, options, Kept::Motions, Some(inputs), None, progress)?;
        Ok(Flow { ambient_dimension, options, layers })
    }

    /// The flow of a network that is a step of training away from that of `neighbour`: its singular directions stay on their
    /// axes and keep their signs. Layers that the other has not in this shape, and other decompositions, are as in
    /// [`Flow::new`].
    ///
    /// # Errors
    /// As [`Flow::new`].
    pub fn near(
        network: &Network,
        options: FlowOptions,
        neighbour: &Flow,
        progress: &mut Progress<'_>,
    ) -> Result<Flow, FlowError> {
        let neighbour = Neighbour { dimension: neighbour.ambient_dimension, layers: &neighbour.layers };
        let (ambient_dimension, layers) =
            build::build(network, options, Kept::Motions, None, Some(neighbour), progress)?;
        Ok(Flow { ambient_dimension, options, layers })
    }

    /// The flow as it is told, not followed: every layer's phases, singular values and angles, without the directions of its
    /// rotations, which take several times the memory of the weights. It moves nothing.
    ///
    /// # Errors
    /// As [`Flow::new`].
    pub fn outline(network: &Network, options: FlowOptions, progress: &mut Progress<'_>) -> Result<Flow, FlowError> {
        let (ambient_dimension, layers) = build::build(network, options, Kept::Numbers, None, None, progress)?;
        Ok(Flow { ambient_dimension, options, layers })
    }

    /// The same decomposition with the other choices of `options`, which cost nothing to change.
    pub fn with_laws(&self, options: FlowOptions) -> Flow {
        let mut flow = self.clone();
        flow.options = FlowOptions { decomposition: self.options.decomposition, ..options };
        for phase in flow.layers.iter_mut().flat_map(|layer| &mut layer.phases) {
            if let Motion::Compression { law, .. } = &mut phase.motion {
                *law = options.compression;
            }
            let motion = std::mem::replace(&mut phase.motion, Motion::Shift(DVector::zeros(0)));
            phase.motion = motion.under(options.residual);
        }
        flow
    }

    /// d: the dimension of the space in which all layers move.
    pub fn ambient_dimension(&self) -> usize {
        self.ambient_dimension
    }

    /// The choices with which the flow was built.
    pub fn options(&self) -> FlowOptions {
        self.options
    }

    /// Each layer's part of the flow; there is at least one.
    pub fn layers(&self) -> &[LayerFlow] {
        &self.layers
    }

    /// L: the time at which the flow ends; the number of layers.
    pub fn duration(&self) -> f64 {
        self.layers.len() as f64
    }

    /// Where in the phases the time t falls. t is clamped to [0, L]; at a boundary the later phase begins, at L the
    /// last one ends.
    pub fn moment(&self, t: f64) -> PhasePosition {
        let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, self.duration()) };
        let layer = (t.floor() as usize).min(self.layers.len().saturating_sub(1));
        let phases = &self.layers[layer].phases;
        let Some(phase) = phases.iter().position(|phase| t < phase.end).or_else(|| phases.len().checked_sub(1)) else {
            return PhasePosition { layer, phase: None, clock: 0.0, s: 0.0 };
        };
        let (start, end) = (phases[phase].start, phases[phase].end);
        let clock = ((t - start) / (end - start)).clamp(0.0, 1.0);
        PhasePosition { layer, phase: Some(phase), clock, s: self.options.time.phase_time(clock) }
    }
}
