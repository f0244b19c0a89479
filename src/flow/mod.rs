//! A network as a flow: the ambient space, the phases of each layer, positions, velocity and the pull-back u(x, t).

mod options;
mod path;
mod phase;

use nalgebra::DMatrix;
use thiserror::Error;

pub use options::{CompressionLaw, Decomposition, FlowOptions, TimeLaw};
pub use path::SampledPath;
pub use phase::{LayerFlow, Moment, Motion, Phase, PhaseKind, Spectrum};

use crate::linalg::LinalgError;
use crate::network::Network;

/// Why a network's flow could not be built or followed.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum FlowError {
    /// A layer's matrix could not be decomposed.
    #[error("layer {layer}: {source}")]
    Decomposition { layer: usize, source: LinalgError },
    /// Data of another width than the network's input.
    #[error("the data has {found} columns of values, but the network takes {expected} inputs")]
    InputWidth { expected: usize, found: usize },
    /// Cancelled by the caller.
    #[error("cancelled")]
    Cancelled,
}

/// A network's flow in its ambient space R^d, t ∈ [0, L]; layer k (from 1) occupies [k−1, k].
#[derive(Debug)]
pub struct Flow {
    ambient_dimension: usize,
    options: FlowOptions,
    layers: Vec<LayerFlow>,
}

impl Flow {
    /// Decomposes every layer. `progress` is told the number of finished layers and answers whether to go on.
    ///
    /// # Errors
    /// If a decomposition fails or `progress` answers false.
    pub fn new(
        _network: &Network,
        _options: FlowOptions,
        _progress: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Flow, FlowError> {
        todo!()
    }

    /// d: the dimension of the space in which all layers move.
    pub fn ambient_dimension(&self) -> usize {
        self.ambient_dimension
    }

    /// The choices with which the flow was built.
    pub fn options(&self) -> FlowOptions {
        self.options
    }

    /// Each layer's part of the flow.
    pub fn layers(&self) -> &[LayerFlow] {
        &self.layers
    }

    /// L: the time at which the flow ends; the number of layers.
    pub fn duration(&self) -> f64 {
        self.layers.len() as f64
    }

    /// Where in the phases the time t falls. t is clamped to [0, L].
    pub fn moment(&self, _t: f64) -> Moment {
        todo!()
    }

    /// Positions of `inputs` (inputs × samples) at time t in the ambient space, d × samples, in f64.
    pub fn positions(&self, _inputs: &DMatrix<f64>, _t: f64) -> Result<DMatrix<f64>, FlowError> {
        todo!()
    }

    /// The path of `inputs` (inputs × samples) through the exact flow, for drawing.
    pub fn sample_path(&self, _inputs: &DMatrix<f64>) -> Result<SampledPath, FlowError> {
        todo!()
    }
}
