//! How far the refined network strays from the plain one.

use nalgebra::DMatrix;

use super::ResNet;
use crate::flow::{ExactScheme, Flow, FlowCursor, FlowError, LayerFlow};
use crate::linalg::evenly_spaced;
use crate::network::OutputFunction;
use crate::progress::Progress;

/// Multiplications that the curve over time may cost; a phase in d dimensions costs about 2d² a sample.
const CURVE_WORK: usize = 400_000_000;
/// The phase times at which the curve is measured.
const CURVE_TIMES: [f64; 4] = [0.25, 0.5, 0.75, 1.0];

/// About as many passes as a continuous limit costs, followed as it is and in steps.
const LIMIT_PASSES: usize = 400;

/// So many of the points that stray farthest are listed.
const WORST: usize = 10;

/// The distance between the plain net and its refinement.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// The points that stray farthest, the worst first.
    pub worst: Vec<WorstPoint>,
    /// The refined network's answers after the output function, outputs × samples.
    pub output: DMatrix<f64>,
    /// The class it predicts for each point.
    pub predictions: Vec<usize>,
}

/// A point that strays far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorstPoint {
    /// The sample, from 0.
    pub sample: usize,
    /// The distance of its outputs at the end, before the output function.
    pub error: f64,
    /// Whether both networks predict the same class.
    pub agrees: bool,
}

impl ResNet<'_> {
    /// Compares the refined network with the flow that it follows, on `inputs` (inputs × samples); `progress` is told the
    /// share of the work done and answers whether to go on.
    ///
    /// # Errors
    /// If `inputs` does not fit the network or `progress` answers false.
    pub fn measure(
        &self,
        inputs: &DMatrix<f64>,
        output: OutputFunction,
        progress: &mut Progress<'_>,
    ) -> Result<RefinementError, FlowError> {
        let width = self.flow.layers().last().map_or(0, |layer| layer.outputs);
        let end = self.flow.duration();
        let plain = self.flow.positions(inputs, end)?.rows(0, width).into_owned();
        let refined = self.positions(inputs, end)?.rows(0, width).into_owned();
        self.compare(&plain, refined, inputs, output, progress)
    }

    /// Compares `refined` with `plain`, what the last layers of both networks give for `inputs` before the output function
    /// (outputs × samples). The networks' own forward passes know nothing of the flow's decompositions and closed forms.
    ///
    /// # Errors
    /// As [`ResNet::measure`].
    pub fn compare(
        &self,
        plain: &DMatrix<f64>,
        mut refined: DMatrix<f64>,
        inputs: &DMatrix<f64>,
        output: OutputFunction,
        progress: &mut Progress<'_>,
    ) -> Result<RefinementError, FlowError> {
        let errors: Vec<f64> =
            plain.column_iter().zip(refined.column_iter()).map(|(one, other)| (one - other).norm()).collect();
        let expected = predictions(plain, output);
        let predictions = predictions(&refined, output);
        let max_error = errors.iter().copied().fold(0.0, f64::max);
        let largest = plain.column_iter().map(|column| column.norm()).fold(0.0, f64::max);
        let mut order: Vec<usize> = (0..errors.len()).collect();
        order.sort_by(|one, other| errors[*other].total_cmp(&errors[*one]));
        order.truncate(WORST);
        let worst = |sample: usize| WorstPoint {
            sample,
            error: errors[sample],
            agrees: expected[sample] == predictions[sample],
        };
        let worst = order.into_iter().map(worst).collect();
        output.apply_columns(&mut refined);
        Ok(RefinementError {
            over_time: self.curve(inputs, progress)?,
            max_error,
            relative_error: if largest > 0.0 { max_error / largest } else { 0.0 },
            prediction_agreement: agreement(&expected, &predictions),
            blocks: self.blocks(),
            worst,
            output: refined,
            predictions,
        })
    }

    /// For each layer of the plain net, the largest distance at its end between its own coordinates and those of the
    /// refined network, over `inputs` (inputs × samples). The last is `max_error`.
    ///
    /// # Errors
    /// If `inputs` does not fit the network.
    pub fn layer_errors(&self, inputs: &DMatrix<f64>) -> Result<Vec<f64>, FlowError> {
        let plain = layer_ends(FlowCursor::new(self.flow, inputs, &ExactScheme, &ExactScheme)?, self.flow)?;
        self.layer_errors_against(&plain, inputs)
    }

    /// For each layer the largest distance at its end between the refined network and `plain`, what the layers give for
    /// `inputs` after their activations.
    ///
    /// # Errors
    /// If `inputs` does not fit the network.
    pub fn layer_errors_against(&self, plain: &[DMatrix<f64>], inputs: &DMatrix<f64>) -> Result<Vec<f64>, FlowError> {
        Ok(largest_distances(plain, &self.layer_ends(inputs)?))
    }

    /// The values at the end of each layer, in the layer's own coordinates.
    pub(super) fn layer_ends(&self, inputs: &DMatrix<f64>) -> Result<Vec<DMatrix<f64>>, FlowError> {
        layer_ends(FlowCursor::new(self.flow, inputs, self.scheme.as_ref(), self)?, self.flow)
    }

    /// Both networks side by side, phase by phase.
    fn curve(&self, inputs: &DMatrix<f64>, progress: &mut Progress<'_>) -> Result<Vec<(f64, f64, f64)>, FlowError> {
        let few = self.some_of(inputs, CURVE_WORK / CURVE_TIMES.len());
        let mut plain = FlowCursor::new(self.flow, &few, &ExactScheme, &ExactScheme)?;
        let mut refined = FlowCursor::new(self.flow, &few, self.scheme.as_ref(), self)?;
        let mut curve = vec![(0.0, 0.0, 0.0)];
        for (index, layer) in self.flow.layers().iter().enumerate() {
            if !progress(index as f32 / self.flow.layers().len() as f32, "") {
                return Err(FlowError::Cancelled);
            }
            for phase in &layer.phases {
                for clock in CURVE_TIMES {
                    let s = self.flow.options().time.phase_time(clock);
                    let apart = plain.at(s)? - refined.at(s)?;
                    let distances: Vec<f64> = apart.column_iter().map(|column| column.norm()).collect();
                    let largest = distances.iter().copied().fold(0.0, f64::max);
                    let mean = distances.iter().sum::<f64>() / distances.len().max(1) as f64;
                    curve.push((phase.start + clock * (phase.end - phase.start), largest, mean));
                }
                plain.next_phase()?;
                refined.next_phase()?;
            }
            plain.next_layer()?;
            refined.next_layer()?;
        }
        Ok(curve)
    }

    /// So many of `inputs`, evenly spread, that one pass costs at most `work` multiplications.
    pub(super) fn some_of(&self, inputs: &DMatrix<f64>, work: usize) -> DMatrix<f64> {
        let of_layer = |layer: &LayerFlow| if layer.is_limit() { LIMIT_PASSES } else { layer.phases.len() };
        let passes: usize = self.flow.layers().iter().map(of_layer).sum();
        let cost_of_one = 2 * self.flow.ambient_dimension().pow(2) * passes.max(1);
        spread(inputs, work / cost_of_one.max(1))
    }
}

/// At most so many of `inputs`, but one of any, evenly spread.
pub(super) fn spread(inputs: &DMatrix<f64>, most: usize) -> DMatrix<f64> {
    inputs.select_columns(&evenly_spaced(inputs.ncols(), most))
}

/// The class that `output` reads from each column.
pub(super) fn predictions(ends: &DMatrix<f64>, output: OutputFunction) -> Vec<usize> {
    ends.column_iter().map(|column| output.predicted_class(column.as_slice())).collect()
}

/// The share of equal predictions; 1 without any.
pub(super) fn agreement(one: &[usize], other: &[usize]) -> f64 {
    let agreeing = one.iter().zip(other).filter(|(one, other)| one == other).count();
    if one.is_empty() { 1.0 } else { agreeing as f64 / one.len() as f64 }
}

/// The values at the end of each layer, in the layer's own coordinates.
pub(super) fn layer_ends(mut cursor: FlowCursor<'_>, flow: &Flow) -> Result<Vec<DMatrix<f64>>, FlowError> {
    let of_layer = |layer: &LayerFlow| {
        cursor.next_layer()?;
        Ok(cursor.layer_start().rows(0, layer.outputs).into_owned())
    };
    flow.layers().iter().map(of_layer).collect()
}

/// The largest distance between columns, layer by layer.
pub(super) fn largest_distances(one: &[DMatrix<f64>], other: &[DMatrix<f64>]) -> Vec<f64> {
    let largest = |(one, other): (&DMatrix<f64>, &DMatrix<f64>)| {
        one.column_iter().zip(other.column_iter()).map(|(one, other)| (one - other).norm()).fold(0.0, f64::max)
    };
    one.iter().zip(other).map(largest).collect()
}
