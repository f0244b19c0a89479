//! The evaluator that draws frames: the data's values at two stations of each layer, projected first and moved after.
//!
//! Up to the activation a layer is affine in the values x at its start: a frame needs P·(M(s) x + c(s)), and P·M(s) is
//! found once for all points. During the activation (or a residual branch) the path is the straight line between the
//! values y before and after it. So x and y of every layer, in f32, are all that is stored. Only the continuous limit of
//! a residual block is curved; it has stations on its way, and a cubic through the four nearest of them.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::checkpoint::Checkpoint;
use super::cursor::{DrawnScheme, FlowCursor, NonlinearScheme};
use super::error::FlowError;
use super::phase_scheme::{ExactScheme, PhaseScheme};
use super::project::Projector;
use super::{Flow, LayerFlow, Motion, Phase, PhasePosition};

/// Points that are followed at a time: their values in f64 stay in the processor's cache, and take no memory to speak of.
const CHUNK: usize = 4096;

/// A path along the continuous limit of a residual block is kept at this many places of equal phase time, its start left
/// out.
pub const LIMIT_PIECES: usize = 8;

/// A dataset on its way through a flow (the exact one or a refinement's), ready to be drawn at any time.
#[derive(Clone, Debug)]
pub struct SampledPath {
    samples: usize,
    scheme: Arc<dyn PhaseScheme>,
    /// The values at each layer's start, and at the end of the last.
    starts: Vec<Checkpoint>,
    /// The values before each layer's activation or residual branch; none where it has neither.
    before_last: Vec<Option<Checkpoint>>,
    /// The stations between those of each layer that is a continuous limit.
    curves: Vec<Option<Curve>>,
    /// The stations of each layer that is an operator of a graph, phase by phase.
    stages: Vec<Vec<StagePath>>,
}

/// A phase of an operator of a graph.
#[derive(Clone, Debug)]
struct StagePath {
    /// The values at its start; none for the first phase, where they are those of the layer.
    start: Option<Checkpoint>,
    /// The stations between its ends, where it is not straight.
    curve: Option<Curve>,
}

impl StagePath {
    fn map(&self, checkpoint: impl Fn(&Checkpoint) -> Checkpoint) -> StagePath {
        StagePath {
            start: self.start.as_ref().map(&checkpoint),
            curve: self.curve.as_ref().map(|curve| curve.map(checkpoint)),
        }
    }
}

/// A curved path between two stations.
#[derive(Clone, Debug)]
struct Curve {
    /// At equal distances of phase time, without the two ends.
    inner: Vec<Checkpoint>,
    /// Whether the path is straight from one to the next, as one in few steps is.
    is_polygon: bool,
}

impl Curve {
    fn map(&self, checkpoint: impl Fn(&Checkpoint) -> Checkpoint) -> Curve {
        Curve { inner: self.inner.iter().map(checkpoint).collect(), is_polygon: self.is_polygon }
    }
}

impl Flow {
    /// The path of `inputs` (inputs × samples) through the exact flow, for drawing.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs, or a continuous limit cannot be followed.
    pub fn sample_path(&self, inputs: &DMatrix<f64>) -> Result<SampledPath, FlowError> {
        SampledPath::sample(self, inputs, Arc::new(ExactScheme), &DrawnScheme)
    }
}

impl SampledPath {
    /// Follows `inputs` (inputs × samples) through all layers of `flow`.
    pub(crate) fn sample(
        flow: &Flow,
        inputs: &DMatrix<f64>,
        scheme: Arc<dyn PhaseScheme>,
        finish: &dyn NonlinearScheme,
    ) -> Result<SampledPath, FlowError> {
        let samples = inputs.ncols();
        let layers = flow.layers();
        // A layer's own width where the rest is exactly 0, else the whole space.
        let room = |width: usize| {
            let kept = if scheme.is_exact() { width } else { flow.ambient_dimension() };
            Checkpoint::zeros(kept, samples)
        };
        let last_width = layers.last().map_or(0, |layer| layer.outputs);
        let mut starts: Vec<Checkpoint> = layers.iter().map(|layer| room(layer.inputs)).collect();
        starts.push(room(last_width));
        let has_last =
            |layer: &LayerFlow| !layer.is_node() && layer.phases.iter().any(|phase| !phase.motion.is_affine());
        let mut before_last: Vec<Option<Checkpoint>> =
            layers.iter().map(|layer| has_last(layer).then(|| room(layer.outputs))).collect();
        // As many pieces as there are steps, if these are few: their corners are the path.
        let corners = finish.pieces().filter(|pieces| *pieces <= LIMIT_PIECES);
        let pieces = corners.unwrap_or(LIMIT_PIECES);
        let curve = |layer: &LayerFlow| Curve {
            inner: (1..pieces).map(|_| room(layer.outputs)).collect(),
            is_polygon: corners.is_some(),
        };
        let mut curves: Vec<Option<Curve>> =
            layers.iter().map(|layer| layer.is_limit().then(|| curve(layer))).collect();
        let mut stages: Vec<Vec<StagePath>> =
            layers.iter().map(|layer| stage_paths(layer, LIMIT_PIECES, &room)).collect();
        // No point at all is followed too, because the inputs must fit all the same.
        for first in (0..samples.max(1)).step_by(CHUNK) {
            let part = inputs.columns(first, CHUNK.min(samples - first)).into_owned();
            let mut cursor = FlowCursor::new(flow, &part, scheme.as_ref(), finish)?;
            for (index, layer) in layers.iter().enumerate() {
                starts[index].keep(cursor.layer_start(), first);
                for stage in &mut stages[index] {
                    if let Some(checkpoint) = &mut stage.start {
                        checkpoint.keep(cursor.phase_start(), first);
                    }
                    for (number, checkpoint) in stage.curve.iter_mut().flat_map(|curve| &mut curve.inner).enumerate() {
                        checkpoint.keep(&cursor.at((number + 1) as f64 / LIMIT_PIECES as f64)?, first);
                    }
                    cursor.next_phase()?;
                }
                for _ in layer.phases.iter().filter(|phase| phase.motion.is_affine()) {
                    cursor.next_phase()?;
                }
                if let Some(checkpoint) = &mut before_last[index] {
                    checkpoint.keep(cursor.phase_start(), first);
                }
                for (number, checkpoint) in curves[index].iter_mut().flat_map(|curve| &mut curve.inner).enumerate() {
                    checkpoint.keep(&cursor.at((number + 1) as f64 / pieces as f64)?, first);
                }
                cursor.next_layer()?;
            }
            starts[layers.len()].keep(cursor.layer_start(), first);
        }
        Ok(SampledPath { samples, scheme, starts, before_last, curves, stages })
    }

    /// The values at each layer's start, and at the end of the last.
    pub(super) fn starts(&self) -> &[Checkpoint] {
        &self.starts
    }

    /// The values before a layer's activation or residual branch, if it has one.
    pub(super) fn before_last(&self, layer: usize) -> Option<&Checkpoint> {
        self.before_last.get(layer)?.as_ref()
    }

    /// How the phases are followed.
    pub(super) fn scheme(&self) -> &dyn PhaseScheme {
        self.scheme.as_ref()
    }

    /// The number of points.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Projects all points at time t. `rows` is k × d with k ≤ 3; missing coordinates come out as 0. One pass over
    /// the data; `flow` is the flow that the path was sampled from. `out` is overwritten.
    pub fn project(&self, flow: &Flow, t: f64, rows: &DMatrix<f64>, out: &mut Vec<[f32; 3]>) {
        out.resize(self.samples, [0.0; 3]);
        self.projector(flow, t, rows).project(0, out);
    }

    /// What [`SampledPath::project`] does, to be taken part by part.
    pub fn projector(&self, flow: &Flow, t: f64, rows: &DMatrix<f64>) -> Projector<'_> {
        let parts = self.parts(flow, flow.moment(t), &rows.rows(0, rows.nrows().min(3)).transpose());
        Projector::new(self.samples, &parts.terms, &parts.offset)
    }

    /// [`SampledPath::project`] of some samples, in the order in which they are named; those that do not exist are left
    /// out.
    pub fn project_some(&self, flow: &Flow, t: f64, rows: &DMatrix<f64>, samples: &[usize], out: &mut Vec<[f32; 3]>) {
        out.clear();
        let count = rows.nrows().min(3);
        let parts = self.parts(flow, flow.moment(t), &rows.rows(0, count).transpose());
        for &sample in samples.iter().filter(|sample| **sample < self.samples) {
            let mut location = [0.0; 3];
            for (index, (value, offset)) in location.iter_mut().zip(parts.offset.iter()).enumerate() {
                let along = |(checkpoint, rows): &(&Checkpoint, DMatrix<f64>)| -> f64 {
                    let weights = rows.column(index);
                    checkpoint.point(sample).zip(weights.iter()).map(|(value, weight)| f64::from(value) * weight).sum()
                };
                *value = (offset + parts.terms.iter().map(along).sum::<f64>()) as f32;
            }
            out.push(location);
        }
    }

    /// The path of the mean of each group of samples; `group_of` has the group of each sample, less than `groups`. A group
    /// without samples is nowhere (NaN).
    ///
    /// Between two stations every phase is affine (or a sum of stations) and the same for all points, so that the mean of
    /// what is drawn at any time is what is drawn of the means at the stations.
    pub fn means(&self, group_of: &[usize], groups: usize) -> SampledPath {
        let mut counts = vec![0.0; groups];
        group_of.iter().take(self.samples).for_each(|group| counts[*group] += 1.0);
        let mean = |checkpoint: &Checkpoint| {
            let mut sums = DMatrix::<f64>::zeros(checkpoint.width(), groups);
            for (sample, &group) in (0..self.samples).zip(group_of) {
                sums.column_mut(group)
                    .iter_mut()
                    .zip(checkpoint.point(sample))
                    .for_each(|(sum, value)| *sum += f64::from(value));
            }
            sums.column_iter_mut().zip(&counts).for_each(|(mut sum, count)| sum /= *count);
            Checkpoint::new(&sums)
        };
        SampledPath {
            samples: groups,
            scheme: Arc::clone(&self.scheme),
            starts: self.starts.iter().map(mean).collect(),
            before_last: self.before_last.iter().map(|checkpoint| checkpoint.as_ref().map(mean)).collect(),
            curves: self.curves.iter().map(|curve| curve.as_ref().map(|curve| curve.map(mean))).collect(),
            stages: self.stages.iter().map(|of| of.iter().map(|stage| stage.map(mean)).collect()).collect(),
        }
    }

    /// One point's whole position at time t, d values; empty if there is no such sample.
    pub fn position(&self, flow: &Flow, t: f64, sample: usize) -> Vec<f32> {
        self.positions(flow, t, &[sample]).iter().map(|value| *value as f32).collect()
    }

    /// The whole positions of some samples at time t, d × samples in the order in which they are named; those that do not
    /// exist are left out.
    pub fn positions(&self, flow: &Flow, t: f64, samples: &[usize]) -> DMatrix<f64> {
        let samples: Vec<usize> = samples.iter().copied().filter(|sample| *sample < self.samples).collect();
        let moment = flow.moment(t);
        let dimension = flow.ambient_dimension();
        let layer = &flow.layers()[moment.layer];
        let columns = |checkpoint: &Checkpoint| {
            let mut points = DMatrix::zeros(dimension, samples.len());
            for (mut point, sample) in points.column_iter_mut().zip(&samples) {
                for (coordinate, value) in point.iter_mut().zip(checkpoint.point(*sample)) {
                    *coordinate = f64::from(value);
                }
            }
            points
        };
        match self.between_stations(layer, moment) {
            Some(terms) => {
                terms.into_iter().fold(DMatrix::zeros(dimension, samples.len()), |sum, (checkpoint, weight)| {
                    sum + columns(checkpoint) * weight
                })
            }
            None => {
                let mut points = columns(&self.starts[moment.layer]);
                for (index, phase) in layer.phases.iter().enumerate().take(moment.phase.map_or(0, |phase| phase + 1)) {
                    let s = if Some(index) == moment.phase { moment.s } else { 1.0 };
                    phase.motion.carry(&mut points, s, layer.scheme(self.scheme.as_ref()));
                }
                points
            }
        }
    }

    /// The stations whose weighted sum (the weights' sum is 1) a non-affine phase is at this moment, if it is the one.
    pub(super) fn between_stations(&self, layer: &LayerFlow, moment: PhasePosition) -> Option<Vec<(&Checkpoint, f64)>> {
        let phase = layer.phases.get(moment.phase?)?;
        if phase.motion.is_affine() {
            return None;
        }
        let stages = &self.stages[moment.layer];
        let (from, to, curve) = match stages.get(moment.phase?) {
            Some(stage) => {
                let next = stages.get(moment.phase? + 1).and_then(|next| next.start.as_ref());
                let from = stage.start.as_ref().unwrap_or(&self.starts[moment.layer]);
                (from, next.unwrap_or(&self.starts[moment.layer + 1]), &stage.curve)
            }
            None => {
                let from = self.before_last[moment.layer].as_ref()?;
                (from, &self.starts[moment.layer + 1], &self.curves[moment.layer])
            }
        };
        let Some(curve) = curve else {
            return Some(vec![(from, 1.0 - moment.s), (to, moment.s)]);
        };
        let checkpoints: Vec<&Checkpoint> =
            std::iter::once(from).chain(&curve.inner).chain(std::iter::once(to)).collect();
        let pieces = checkpoints.len() - 1;
        let location = moment.s * pieces as f64;
        let piece = (location as usize).min(pieces - 1);
        // A line through the two stations around it, or the cubic through two on either side; inward at the ends.
        let (first, count) = if curve.is_polygon { (piece, 2) } else { (piece.saturating_sub(1).min(pieces - 3), 4) };
        let weights = (first..first + count).map(|own| {
            let others = (first..first + count).filter(|other| *other != own);
            others.map(|other| (location - other as f64) / (own as f64 - other as f64)).product()
        });
        Some(checkpoints[first..first + count].iter().copied().zip(weights).collect())
    }

    /// The stations that a frame needs and the rows (d × k) by which each is projected, with the constant part.
    fn parts(&self, flow: &Flow, moment: PhasePosition, rows: &DMatrix<f64>) -> Parts<'_> {
        let layer = &flow.layers()[moment.layer];
        let mut offset = DVector::zeros(rows.ncols());
        if let Some(terms) = self.between_stations(layer, moment) {
            return Parts {
                terms: terms.into_iter().map(|(checkpoint, weight)| (checkpoint, rows * weight)).collect(),
                offset,
            };
        }
        let mut rows = rows.clone();
        if let Some(current) = moment.phase {
            for (index, phase) in layer.phases.iter().enumerate().take(current + 1).rev() {
                let s = if index == current { moment.s } else { 1.0 };
                phase.motion.carry_rows(&mut rows, &mut offset, s, layer.scheme(self.scheme.as_ref()));
            }
        }
        Parts { terms: vec![(&self.starts[moment.layer], rows)], offset }
    }
}

/// Room for the phases of an operator of a graph; none for another layer.
fn stage_paths(layer: &LayerFlow, pieces: usize, room: &dyn Fn(usize) -> Checkpoint) -> Vec<StagePath> {
    let of_phase = |(index, phase): (usize, &Phase)| match &phase.motion {
        Motion::Node(stage) => {
            let (from, to) = (stage.node.cut.inputs(), stage.node.cut.outputs());
            let inner = || (1..pieces).map(|_| room(from.max(to))).collect();
            Some(StagePath {
                start: (index > 0).then(|| room(from)),
                curve: stage.is_curved().then(|| Curve { inner: inner(), is_polygon: false }),
            })
        }
        _ => None,
    };
    layer.phases.iter().enumerate().filter_map(of_phase).collect()
}

struct Parts<'a> {
    terms: Vec<(&'a Checkpoint, DMatrix<f64>)>,
    offset: DVector<f64>,
}
