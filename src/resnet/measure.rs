//! How far the refined network strays from the plain one.

use nalgebra::DMatrix;

use super::ResNet;
use crate::flow::{Exactly, FlowError, LayerFlow, Motion, Walker, finish_exactly};
use crate::network::OutputFunction;

/// Multiplications that the curve over time may cost; a position in d dimensions costs about d².
const CURVE_WORK: usize = 2_000_000_000;
/// More samples than this do not change the curve.
const CURVE_SAMPLES: usize = 500;
/// The phase times at which the curve is measured.
const CURVE_TIMES: [f64; 4] = [0.25, 0.5, 0.75, 1.0];

/// The distance between the plain net and its refinement.
#[derive(Clone, Debug, PartialEq)]
pub struct RefinementError {
    /// (t, largest ‖x_resnet − x_plain‖ over the points, mean of it) in the ambient space, at every phase boundary and
    /// three times between; on a part of the points where there are many.
    pub over_time: Vec<(f64, f64, f64)>,
    /// The largest distance between the outputs at t = L (before the output function), over all points.
    pub max_error: f64,
    /// `max_error` over the largest norm of the plain net's output there; 0 where that is 0.
    pub relative_error: f64,
    /// The share of points for which both predict the same class; 1 without points.
    pub prediction_agreement: f64,
    /// The number of blocks the refined network has.
    pub blocks: usize,
}

impl ResNet<'_> {
    /// Compares the refined network with the plain one on `inputs` (inputs × samples); `progress` is told the share
    /// of the work done and answers whether to go on.
    ///
    /// # Errors
    /// If `inputs` does not fit the network or `progress` answers false.
    pub fn measure(
        &self,
        inputs: &DMatrix<f64>,
        output: OutputFunction,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<RefinementError, FlowError> {
        let (max_error, largest, agreeing) = self.compare_ends(inputs, output)?;
        let samples = inputs.ncols();
        Ok(RefinementError {
            over_time: self.curve(inputs, progress)?,
            max_error,
            relative_error: if largest > 0.0 { max_error / largest } else { 0.0 },
            prediction_agreement: if samples > 0 { agreeing as f64 / samples as f64 } else { 1.0 },
            blocks: self.blocks(),
        })
    }

    /// For each layer of the plain net, the largest distance at its end between its own coordinates and those of the
    /// refined network, over `inputs` (inputs × samples). The last is `max_error`.
    ///
    /// # Errors
    /// If `inputs` does not fit the network.
    pub fn layer_errors(&self, inputs: &DMatrix<f64>) -> Result<Vec<f64>, FlowError> {
        let finish = |layer: usize, motion: &Motion, start: &DMatrix<f64>, points: &mut DMatrix<f64>| {
            self.finish(layer, motion, start, points);
        };
        let mut plain = Walker::new(self.flow, inputs, &Exactly, &finish_exactly)?;
        let mut refined = Walker::new(self.flow, inputs, self.follow.as_ref(), &finish)?;
        let of_layer = |layer: &LayerFlow| {
            plain.next_layer();
            refined.next_layer();
            let own = |walker: &Walker<'_>| walker.layer_start().rows(0, layer.outputs).into_owned();
            let apart = own(&plain) - own(&refined);
            apart.column_iter().map(|column| column.norm()).fold(0.0, f64::max)
        };
        Ok(self.flow.layers().iter().map(of_layer).collect())
    }

    /// The largest distance at the end, the largest norm there, and how many predictions agree.
    fn compare_ends(&self, inputs: &DMatrix<f64>, output: OutputFunction) -> Result<(f64, f64, usize), FlowError> {
        let width = self.flow.layers().last().map_or(0, |layer| layer.outputs);
        let end = self.flow.duration();
        let plain = self.flow.positions(inputs, end)?.rows(0, width).into_owned();
        let refined = self.positions(inputs, end)?.rows(0, width).into_owned();
        let (mut max_error, mut largest, mut agreeing) = (0.0_f64, 0.0_f64, 0);
        for (one, other) in plain.column_iter().zip(refined.column_iter()) {
            max_error = max_error.max((one - other).norm());
            largest = largest.max(one.norm());
            let same = output.predicted_class(one.as_slice()) == output.predicted_class(other.as_slice());
            agreeing += usize::from(same);
        }
        Ok((max_error, largest, agreeing))
    }

    /// Both networks side by side, phase by phase.
    fn curve(
        &self,
        inputs: &DMatrix<f64>,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Vec<(f64, f64, f64)>, FlowError> {
        let finish = |layer: usize, motion: &Motion, start: &DMatrix<f64>, points: &mut DMatrix<f64>| {
            self.finish(layer, motion, start, points);
        };
        let few = self.some_of(inputs);
        let mut plain = Walker::new(self.flow, &few, &Exactly, &finish_exactly)?;
        let mut refined = Walker::new(self.flow, &few, self.follow.as_ref(), &finish)?;
        let mut curve = vec![(0.0, 0.0, 0.0)];
        for (index, layer) in self.flow.layers().iter().enumerate() {
            if !progress(index as f32 / self.flow.layers().len() as f32) {
                return Err(FlowError::Cancelled);
            }
            for phase in &layer.phases {
                for clock in CURVE_TIMES {
                    let s = self.flow.options().time.phase_time(clock);
                    let apart = plain.at(s) - refined.at(s);
                    let distances: Vec<f64> = apart.column_iter().map(|column| column.norm()).collect();
                    let largest = distances.iter().copied().fold(0.0, f64::max);
                    let mean = distances.iter().sum::<f64>() / distances.len().max(1) as f64;
                    curve.push((phase.start + clock * (phase.end - phase.start), largest, mean));
                }
                plain.next_phase();
                refined.next_phase();
            }
            plain.next_layer();
            refined.next_layer();
        }
        Ok(curve)
    }

    fn some_of(&self, inputs: &DMatrix<f64>) -> DMatrix<f64> {
        let phases: usize = self.flow.layers().iter().map(|layer| layer.phases.len()).sum();
        let cost_of_one = self.flow.ambient_dimension().pow(2) * phases.max(1) * 2 * CURVE_TIMES.len();
        let most = (CURVE_WORK / cost_of_one.max(1)).clamp(1, CURVE_SAMPLES);
        let stride = inputs.ncols().div_ceil(most).max(1);
        let chosen: Vec<usize> = (0..inputs.ncols()).step_by(stride).collect();
        inputs.select_columns(&chosen)
    }
}
