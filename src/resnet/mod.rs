//! The refinement of a plain net into Euler steps: the path of the data through the explicit ResNet.

use nalgebra::DMatrix;

use crate::flow::{Flow, FlowError, SampledPath};

/// Which part of each layer is refined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefinementKind {
    /// W stays one linear map, only the activation is refined.
    Whole,
    /// Every phase is refined.
    #[default]
    Full,
}

/// How a plain net is refined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refinement {
    /// Which part of each layer is refined.
    pub kind: RefinementKind,
    /// N: Euler steps in each phase, at least 1.
    pub steps: usize,
}

/// The distance between the plain net and its refinement.
#[derive(Clone, Debug)]
pub struct RefinementError {
    /// (t, largest ‖x_resnet − x_plain‖ over the points, mean of it) at every phase boundary and between.
    pub over_time: Vec<(f64, f64, f64)>,
    /// The largest distance at t = L.
    pub max_error: f64,
    /// max_error / the largest ‖x_plain‖ at t = L.
    pub relative_error: f64,
    /// The share of points for which both predict the same class.
    pub prediction_agreement: f64,
    /// The number of blocks the refined network has.
    pub blocks: usize,
}

/// The path of `inputs` (inputs × samples) through the refined network.
pub fn sample_path(_flow: &Flow, _refinement: Refinement, _inputs: &DMatrix<f64>) -> Result<SampledPath, FlowError> {
    todo!()
}
