//! The evaluator that draws frames: the data's values at a few stations of each layer, projected first and moved after.

use nalgebra::DMatrix;

use super::Flow;

/// A dataset on its way through a flow (the exact one or a refinement's), ready to be drawn at any time.
#[derive(Clone, Debug)]
pub struct SampledPath {
    samples: usize,
}

impl SampledPath {
    /// The number of points.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Projects all points at time t. `rows` is k × d with k ≤ 3; missing coordinates come out as 0. One pass over
    /// the data; `flow` is the flow that the path was sampled from. `out` is overwritten.
    pub fn project(&self, _flow: &Flow, _t: f64, _rows: &DMatrix<f64>, _out: &mut Vec<[f32; 3]>) {
        todo!()
    }

    /// One point's whole position at time t, d values.
    pub fn position(&self, _flow: &Flow, _t: f64, _sample: usize) -> Vec<f32> {
        todo!()
    }
}
