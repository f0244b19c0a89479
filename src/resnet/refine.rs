//! The refined network of a flow: how it follows each phase, what its blocks are, where it is unstable.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::integrator::Steps;
use super::interpolant::Interpolant;
use super::{Integrator, Refinement, RefinementKind};
use crate::flow::{
    CompressionLaw, DrawnScheme, ExactScheme, Flow, FlowCursor, FlowError, LayerFlow, Motion, NoLimit, NonlinearScheme,
    PhaseScheme, SampledPath,
};
use crate::network::{Activation, Residual};

/// A plain net's flow in steps.
#[derive(Clone, Debug)]
pub struct ResNet<'a> {
    pub(super) flow: &'a Flow,
    pub(super) refinement: Refinement,
    pub(super) scheme: Arc<dyn PhaseScheme>,
    /// The interpolant of each layer's activation; none where blocks reproduce it exactly.
    pub(super) interpolants: Vec<Option<Interpolant>>,
    /// Whether continuous limits are followed as they are, which only tells the other errors apart.
    pub(super) exact_limits: bool,
}

/// What the steps need to follow a layer's compression: with fewer of them a direction comes out wrong. Under Euler it
/// changes sign, as N ≤ |ln σ|; under the other methods it grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StableSteps {
    /// The layer, from 1.
    pub layer: usize,
    /// The singular value that asks for the most steps.
    pub sigma: f64,
    /// The smallest N that is stable for it.
    pub least_steps: usize,
}

impl<'a> ResNet<'a> {
    /// Refines `flow`; the activations' knots lie over the range that `data` (inputs × samples) has in the plain net.
    ///
    /// ```
    /// use layerflow::flow::{Flow, FlowOptions};
    /// use layerflow::formats::examples;
    /// use layerflow::resnet::{Integrator, Refinement, RefinementKind, ResNet};
    ///
    /// let (network, data) = examples::spiral()?;
    /// let points = data.points.columns(0, 20).into_owned();
    /// let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true)?;
    ///
    /// // The error falls as 1/N: twice the steps, about half of it.
    /// let mut errors = Vec::new();
    /// for steps in [64, 128] {
    ///     let refinement = Refinement { kind: RefinementKind::Full, steps, integrator: Integrator::Euler };
    ///     let resnet = ResNet::new(&flow, refinement, &points)?;
    ///     errors.push(resnet.measure(&points, network.output(), &mut |_, _| true)?.max_error);
    /// }
    /// assert!((1.7..2.3).contains(&(errors[0] / errors[1])), "{errors:?}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If `data` does not fit the network.
    pub fn new(flow: &'a Flow, refinement: Refinement, data: &DMatrix<f64>) -> Result<ResNet<'a>, FlowError> {
        let refinement = Refinement { steps: refinement.steps.max(1), ..refinement };
        let scheme = scheme(refinement);
        // Only the ranges of the values are taken of it.
        let mut cursor = FlowCursor::new(flow, data, &ExactScheme, &DrawnScheme)?;
        let mut interpolants = vec![None; flow.layers().len()];
        // Only a block interpolates; the other methods take σ itself.
        let is_interpolated = |layer: &LayerFlow| {
            let last = layer.phases.last().map(|phase| &phase.motion);
            refinement.integrator == Integrator::Euler && matches!(last, Some(Motion::Activation { .. }))
        };
        let needed = flow.layers().iter().rposition(is_interpolated).map_or(0, |last| last + 1);
        for (layer, interpolant) in flow.layers().iter().zip(&mut interpolants).take(needed) {
            let before_last = layer.phases.len().saturating_sub(1);
            for _ in 0..before_last {
                cursor.next_phase()?;
            }
            *interpolant = match layer.phases.last().map(|phase| &phase.motion) {
                Some(Motion::Activation { activation, width }) if is_interpolated(layer) => {
                    let values = cursor.phase_start().rows(0, *width);
                    let (smallest, largest) = if values.is_empty() { (0.0, 0.0) } else { (values.min(), values.max()) };
                    Interpolant::new(*activation, smallest, largest)
                }
                _ => None,
            };
            cursor.next_layer()?;
        }
        Ok(ResNet { flow, refinement, scheme, interpolants, exact_limits: false })
    }

    /// How the plain net is refined.
    pub fn refinement(&self) -> Refinement {
        self.refinement
    }

    /// The path of `inputs` (inputs × samples) through the refined network, for drawing.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs.
    pub fn sample_path(&self, inputs: &DMatrix<f64>) -> Result<SampledPath, FlowError> {
        SampledPath::sample(self.flow, inputs, Arc::clone(&self.scheme), self)
    }

    /// Positions of `inputs` (inputs × samples) in the refined network at time t, d × samples, in f64.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs.
    pub fn positions(&self, inputs: &DMatrix<f64>, t: f64) -> Result<DMatrix<f64>, FlowError> {
        FlowCursor::new(self.flow, inputs, self.scheme.as_ref(), self)?.reach(t)
    }

    /// For each layer that compresses, the smallest stable N and the singular value that asks for it. Directions that
    /// grow are stable with every N, and so is everything while each W is kept whole.
    pub fn stable_steps(&self) -> Vec<StableSteps> {
        if self.refinement.kind == RefinementKind::Whole {
            return Vec::new();
        }
        // 1 + ln σ/N > 0 for N > −ln σ.
        let limit = self.refinement.integrator.steepest_descent();
        let of_layer = |layer: &LayerFlow| {
            let shrinking = layer.phases.iter().filter_map(|phase| match &phase.motion {
                Motion::Compression { law: CompressionLaw::Geometric, factors, .. } => {
                    factors.iter().copied().filter(|sigma| *sigma > 0.0 && *sigma < 1.0).min_by(f64::total_cmp)
                }
                _ => None,
            });
            let sigma = shrinking.min_by(f64::total_cmp)?;
            Some(StableSteps { layer: layer.index, sigma, least_steps: (-sigma.ln() / limit).floor() as usize + 1 })
        };
        self.flow.layers().iter().filter(|layer| !layer.is_residual()).filter_map(of_layer).collect()
    }

    /// The layers whose compression is unstable at this N.
    pub fn unstable(&self) -> Vec<StableSteps> {
        let mut found = self.stable_steps();
        found.retain(|layer| layer.least_steps > self.refinement.steps);
        found
    }

    /// Another part refined, or with another number of steps, on the same knots.
    pub(super) fn varied(&self, kind: RefinementKind, steps: usize) -> ResNet<'a> {
        let refinement = Refinement { kind, steps: steps.max(1), integrator: self.refinement.integrator };
        ResNet { refinement, scheme: scheme(refinement), ..self.clone() }
    }

    /// What only the knots of the activations tell apart from the plain net: every W whole, every limit as it is.
    pub(super) fn with_knots_only(&self) -> ResNet<'a> {
        ResNet { exact_limits: true, ..self.varied(RefinementKind::Whole, 1) }
    }
}

impl NonlinearScheme for ResNet<'_> {
    fn finish(&self, layer: usize, motion: &Motion, start: &DMatrix<f64>, points: &mut DMatrix<f64>) {
        match (motion, self.interpolants.get(layer)) {
            (Motion::Activation { width, .. }, Some(Some(interpolant))) => {
                for mut column in points.column_iter_mut() {
                    column.as_mut_slice()[..*width].iter_mut().for_each(|y| *y = interpolant.value(*y));
                }
            }
            (Motion::Activation { activation: Activation::Softmax, width }, _) => {
                motion.finish(start, points);
                // It is kept as a layer of its own width, which passes nothing beyond.
                let beyond = points.nrows() - width;
                points.rows_mut(*width, beyond).fill(0.0);
            }
            _ => motion.finish(start, points),
        }
    }

    fn limit(&self, block: &Residual, duration: f64, points: &mut DMatrix<f64>) -> Result<(), NoLimit> {
        if self.exact_limits {
            return ExactScheme.limit(block, duration, points);
        }
        let mut own = points.rows(0, block.inner.inputs()).into_owned();
        let steps = Steps { integrator: self.refinement.integrator, steps: self.refinement.steps };
        steps.along(&|x| block.branch(x), duration, &mut own);
        points.rows_mut(0, own.nrows()).copy_from(&own);
        Ok(())
    }

    fn pieces(&self) -> Option<usize> {
        (!self.exact_limits).then_some(self.refinement.steps)
    }
}

fn scheme(refinement: Refinement) -> Arc<dyn PhaseScheme> {
    match refinement.kind {
        RefinementKind::Whole => Arc::new(ExactScheme),
        RefinementKind::Full => Arc::new(Steps { integrator: refinement.integrator, steps: refinement.steps }),
    }
}
