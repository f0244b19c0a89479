//! How fast the refinement approaches the plain net: its error against N, the slope, and the N that suffice.

use std::collections::VecDeque;

use nalgebra::DMatrix;

use super::measure::{agreement, largest_distances, layer_ends, predictions, spread};
use super::trained::lipschitz_bound;
use super::{Integrator, Refinement, RefinementKind, ResNet, StableSteps};
use crate::flow::{ExactScheme, Flow, FlowCursor, FlowError, Motion, Phase};
use crate::network::OutputFunction;
use crate::progress::Progress;

/// The N at which the error is measured.
pub const STUDIED_STEPS: [usize; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
/// The smallest N with all predictions equal is looked for up to this one.
pub const LARGEST_SEARCHED: usize = 1024;
/// A method shows its order from about this many steps for each unit of |ln σ|, of θ (radians), or of a block's Lipschitz
/// bound.
const STEPS_FOR_THE_ORDER: f64 = 4.0;
/// The slope is fitted through the last points of the smooth range, so many at most and at least.
const MAX_FITTED: usize = 4;
const MIN_FITTED: usize = 3;
/// Errors below this share of the outputs are rounding.
const ROUNDING: f64 = 1e-11;
/// The same where the outputs come from continuous limits, which are followed in steps themselves.
const LIMIT_ROUNDING: f64 = 1e-10;
/// Only errors that are so many times that of the interpolated activations tell about the steps.
const ABOVE_INTERPOLATION: f64 = 20.0;
/// Multiplications that one pass of the points through a refinement may cost, a fraction of a second; where there are
/// more points, a part of them is studied.
const STUDY_WORK: usize = 400_000_000;
/// The same for continuous limits, whose steps are taken one by one: for all N together.
const LIMIT_WORK: usize = 2_000_000_000;
/// Points that disagreed at one N are tried first at the next; so many at most.
const REMEMBERED: usize = 8;

/// The error of refinements that differ in N alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Convergence {
    /// Which part of each layer is refined.
    pub kind: RefinementKind,
    /// How a step is taken.
    pub integrator: Integrator,
    /// The number of points that are compared; a part of them where there are many.
    pub samples: usize,
    /// The error at each of [`STUDIED_STEPS`].
    pub errors: Vec<StepsError>,
    /// The error at the end that the knots of the activations make, whatever N is; 0 where blocks meet the activations.
    pub interpolation_error: f64,
    /// The slope of the error at the end; `None` where N does not matter or no range is smooth.
    pub slope: Option<Slope>,
    /// The slope at the end of each layer.
    pub layer_slopes: Vec<Option<Slope>>,
    /// For each layer that compresses, the smallest N that is stable.
    pub stable_steps: Vec<StableSteps>,
    /// The smallest N with which all predictions are the plain net's; `None` if there is none up to `searched`.
    pub least_agreeing: Option<usize>,
    /// The N up to which it was looked for: [`LARGEST_SEARCHED`], fewer where continuous limits make steps dear.
    pub searched: usize,
}

/// The error at one N.
#[derive(Clone, Debug, PartialEq)]
pub struct StepsError {
    /// N.
    pub steps: usize,
    /// The largest distance between outputs, before the output function.
    pub max_error: f64,
    /// The share of equal predictions.
    pub agreement: f64,
    /// The largest distance at the end of each layer, in the layer's own coordinates.
    pub layers: Vec<f64>,
}

/// ln error = `exponent`·ln N + constant, by least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// The slope: −1 for Euler, −2 for midpoint, −4 for RK4.
    pub exponent: f64,
    /// The first N of the fit.
    pub from: usize,
    /// The last.
    pub to: usize,
}

impl Convergence {
    /// Measures refinements of `flow` on `inputs` (inputs × samples), whose last layer is read by `output`. `progress`
    /// is told the share of the work done and answers whether to go on.
    ///
    /// # Errors
    /// If `inputs` does not fit the network or `progress` answers false.
    pub fn study(
        flow: &Flow,
        (kind, integrator): (RefinementKind, Integrator),
        inputs: &DMatrix<f64>,
        output: OutputFunction,
        progress: &mut Progress<'_>,
    ) -> Result<Convergence, FlowError> {
        let mut go_on = |share: f32| if progress(share, "") { Ok(()) } else { Err(FlowError::Cancelled) };
        go_on(0.0)?;
        let all = ResNet::new(flow, Refinement { kind, steps: 1, integrator }, inputs)?;
        let a_step = limit_work(flow, integrator);
        let few = match a_step {
            0 => all.some_of(inputs, STUDY_WORK),
            _ => spread(inputs, LIMIT_WORK / (a_step * STUDIED_STEPS.iter().sum::<usize>())),
        };
        // The search takes 1 + 2 + … + N steps of the point that disagrees longest.
        let searched = match a_step {
            0 => LARGEST_SEARCHED,
            _ => (2 * LIMIT_WORK / a_step).isqrt().clamp(1, LARGEST_SEARCHED),
        };
        let plain = layer_ends(FlowCursor::new(flow, &few, &ExactScheme, &ExactScheme)?, flow)?;
        let expected = plain.last().map_or_else(Vec::new, |ends| predictions(ends, output));
        let mut errors = Vec::with_capacity(STUDIED_STEPS.len());
        for (index, steps) in STUDIED_STEPS.into_iter().enumerate() {
            go_on(0.5 * index as f32 / STUDIED_STEPS.len() as f32)?;
            let ends = all.varied(kind, steps).layer_ends(&few)?;
            let found = ends.last().map_or_else(Vec::new, |ends| predictions(ends, output));
            let layers = largest_distances(&plain, &ends);
            errors.push(StepsError {
                steps,
                max_error: layers.last().copied().unwrap_or(0.0),
                agreement: agreement(&expected, &found),
                layers,
            });
        }
        let floors = largest_distances(&plain, &all.with_knots_only().layer_ends(&few)?);
        let smooth_from = smooth_from(flow, kind)?;
        let has_limits = a_step > 0;
        let slope_of = |layer: usize| {
            let size = plain[layer].column_iter().map(|column| column.norm()).fold(0.0, f64::max);
            let rounding = if has_limits { LIMIT_ROUNDING } else { ROUNDING };
            let floor = (rounding * size).max(ABOVE_INTERPOLATION * floors[layer]);
            let error = |at: &StepsError| (at.steps, at.layers[layer]);
            Slope::fit(errors.iter().map(error).filter(|(n, error)| *n as f64 >= smooth_from && *error > floor))
        };
        // With every W whole only continuous limits depend on N.
        let layer_slopes: Vec<Option<Slope>> = match kind {
            RefinementKind::Whole if !has_limits => vec![None; plain.len()],
            _ => (0..plain.len()).map(slope_of).collect(),
        };
        let least_agreeing =
            all.least_agreeing(&few, &expected, (output, searched), &mut |share| go_on(0.5 + 0.5 * share))?;
        Ok(Convergence {
            kind,
            integrator,
            samples: few.ncols(),
            interpolation_error: floors.last().copied().unwrap_or(0.0),
            slope: layer_slopes.last().copied().flatten(),
            layer_slopes,
            stable_steps: all.stable_steps(),
            least_agreeing,
            searched,
            errors,
        })
    }

    /// The largest of the smallest stable N of the layers, with its layer and σ.
    pub fn least_stable(&self) -> Option<StableSteps> {
        self.stable_steps.iter().copied().max_by_key(|layer| layer.least_steps)
    }
}

impl Slope {
    /// The line through the last of the points (N, error); `None` if there are too few.
    fn fit(points: impl Iterator<Item = (usize, f64)>) -> Option<Slope> {
        let points: Vec<(usize, f64)> = points.collect();
        let last = &points[points.len().saturating_sub(MAX_FITTED)..];
        let (from, to) = (last.first()?.0, last.last()?.0);
        if last.len() < MIN_FITTED {
            return None;
        }
        let logarithms: Vec<(f64, f64)> = last.iter().map(|(n, error)| ((*n as f64).ln(), error.ln())).collect();
        let count = logarithms.len() as f64;
        let (x, y) =
            logarithms.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0 / count, sum.1 + point.1 / count));
        let (product, square) = logarithms.iter().fold((0.0, 0.0), |sum, point| {
            let along = point.0 - x;
            (sum.0 + along * (point.1 - y), sum.1 + along * along)
        });
        Some(Slope { exponent: product / square, from, to })
    }
}

impl ResNet<'_> {
    /// The smallest N with which every column of `inputs` gets the class that is `expected` of it.
    ///
    /// Every N is tried. Points that disagreed before are likely to disagree again, so they are tried first, one by one, the
    /// last of them before all; only an N that gets them right is tried on all.
    fn least_agreeing(
        &self,
        inputs: &DMatrix<f64>,
        expected: &[usize],
        (output, searched): (OutputFunction, usize),
        go_on: &mut dyn FnMut(f32) -> Result<(), FlowError>,
    ) -> Result<Option<usize>, FlowError> {
        let wrong = |steps: usize, samples: &[usize]| -> Result<Vec<usize>, FlowError> {
            let ends = self.varied(self.refinement.kind, steps).layer_ends(&inputs.select_columns(samples))?;
            let found = ends.last().map_or_else(Vec::new, |ends| predictions(ends, output));
            Ok(samples
                .iter()
                .zip(found)
                .filter(|(sample, class)| expected[**sample] != *class)
                .map(|(s, _)| *s)
                .collect())
        };
        let everything: Vec<usize> = (0..expected.len()).collect();
        let mut remembered: VecDeque<usize> = VecDeque::new();
        for steps in 1..=searched {
            go_on(steps as f32 / searched as f32)?;
            let mut again = None;
            for (position, sample) in remembered.iter().enumerate() {
                if !wrong(steps, &[*sample])?.is_empty() {
                    again = Some(position);
                    break;
                }
            }
            if let Some(position) = again {
                remembered.make_contiguous()[..=position].rotate_right(1);
                continue;
            }
            let disagreeing = wrong(steps, &everything)?;
            if disagreeing.is_empty() {
                return Ok(Some(steps));
            }
            disagreeing.into_iter().take(REMEMBERED).for_each(|sample| remembered.push_front(sample));
            remembered.truncate(REMEMBERED);
        }
        Ok(None)
    }
}

/// Multiplications that one step of all continuous limits takes a point; 0 where there are none.
fn limit_work(flow: &Flow, integrator: Integrator) -> usize {
    let phases = flow.layers().iter().flat_map(|layer| &layer.phases);
    let of_phase = |phase: &Phase| match &phase.motion {
        Motion::Limit(block) => 2 * block.inner.inputs() * block.inner.outputs() * integrator.stages(),
        _ => 0,
    };
    phases.map(of_phase).sum()
}

/// The N from which on every phase that is taken in steps is followed closely enough to show the method's order.
fn smooth_from(flow: &Flow, kind: RefinementKind) -> Result<f64, FlowError> {
    let mut fastest = 0.0_f64;
    for layer in flow.layers() {
        for phase in &layer.phases {
            let rate = match &phase.motion {
                Motion::Limit(block) => {
                    lipschitz_bound(block).map_err(|source| FlowError::Decomposition { layer: layer.index, source })?
                }
                _ if kind == RefinementKind::Whole => 0.0,
                Motion::Rotation(rotation) => rotation.angles().iter().copied().fold(0.0, f64::max),
                Motion::Compression { factors, .. } => {
                    factors.iter().filter(|sigma| **sigma > 0.0).map(|sigma| sigma.ln().abs()).fold(0.0, f64::max)
                }
                _ => 0.0,
            };
            fastest = fastest.max(rate);
        }
    }
    Ok(STEPS_FOR_THE_ORDER * fastest)
}
