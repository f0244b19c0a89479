//! Distances in the whole space between one point and all others, at any time.
//!
//! Rotations and shifts keep every distance. So while a layer turns its data in, the distances are those at its start;
//! from the end of its compression until its activation begins they are those before the activation; and only while it
//! compresses do the points have to be moved: |M(x − y)| with the phase's linear map M. All values are already stored
//! for drawing.

use nalgebra::DMatrix;

use super::checkpoint::{Checkpoint, LANES};
use super::{Flow, LayerFlow, Motion, PhasePosition, SampledPath};
use crate::progress::{Progress, step};

/// Points whose distances are found between two questions whether to go on.
const CHUNK: usize = 2048;

impl SampledPath {
    /// The distance at time t from `sample` to every sample, itself included, in the whole space. `go_on` is asked now
    /// and then; `None` if it says no, or if there is no such sample. `flow` is the flow that the path was sampled from.
    pub fn distances(&self, flow: &Flow, t: f64, sample: usize, go_on: &mut Progress<'_>) -> Option<Vec<f32>> {
        if sample >= self.samples() {
            return None;
        }
        let moment = flow.moment(t);
        let layer = &flow.layers()[moment.layer];
        if let Some(terms) = self.between_stations(layer, moment) {
            return apart(&terms, sample, go_on);
        }
        if let Some(checkpoint) = self.same_distances(layer, moment) {
            return apart(&[(checkpoint, 1.0)], sample, go_on);
        }
        self.moved_distances(flow, layer, moment, sample, go_on)
    }

    /// A station between whose points the distances are those of this moment.
    fn same_distances(&self, layer: &LayerFlow, moment: PhasePosition) -> Option<&Checkpoint> {
        let start = &self.starts()[moment.layer];
        let Some(current) = moment.phase else { return Some(start) };
        // A rotation in steps lengthens what it turns.
        let keeps =
            |motion: &Motion| self.scheme().is_exact() && matches!(motion, Motion::Rotation(_) | Motion::Shift(_));
        if layer.phases[..=current].iter().all(|phase| keeps(&phase.motion)) {
            return Some(start);
        }
        let done = moment.s == 1.0 || keeps(&layer.phases[current].motion);
        let kept_after =
            layer.phases[current + 1..].iter().all(|phase| keeps(&phase.motion) || !phase.motion.is_affine());
        (done && kept_after).then(|| self.before_last(moment.layer).unwrap_or(&self.starts()[moment.layer + 1]))
    }

    /// Distances while the layer's linear map M is on its way: of M applied to the differences at the layer's start.
    fn moved_distances(
        &self,
        flow: &Flow,
        layer: &LayerFlow,
        moment: PhasePosition,
        sample: usize,
        go_on: &mut Progress<'_>,
    ) -> Option<Vec<f32>> {
        let start = &self.starts()[moment.layer];
        let current = moment.phase?;
        let mut map = DMatrix::<f64>::identity(flow.ambient_dimension(), start.width());
        for (index, phase) in layer.phases.iter().enumerate().take(current + 1) {
            let s = if index == current { moment.s } else { 1.0 };
            if !matches!(phase.motion, Motion::Shift(_)) {
                phase.motion.carry(&mut map, s, layer.scheme(self.scheme()));
            }
        }
        let map = map.map(|value| value as f32);
        let origin = start.matrix(sample, 1);
        let mut distances = Vec::with_capacity(self.samples());
        for first in (0..self.samples()).step_by(CHUNK) {
            if !go_on(step(first, self.samples()), "") {
                return None;
            }
            let mut differences = start.matrix(first, CHUNK);
            differences.column_iter_mut().for_each(|mut column| column -= &origin);
            distances.extend((&map * differences).column_iter().map(|column| column.norm()));
        }
        Some(distances)
    }
}

/// The distance from `sample` to every sample where a point is the weighted sum of its values at some stations.
fn apart(terms: &[(&Checkpoint, f64)], sample: usize, go_on: &mut Progress<'_>) -> Option<Vec<f32>> {
    let samples = terms.first().map_or(0, |(checkpoint, _)| checkpoint.samples());
    let shared = terms.iter().map(|(checkpoint, _)| checkpoint.width()).fold(0, usize::max);
    let origins: Vec<Vec<f32>> = terms.iter().map(|(checkpoint, _)| checkpoint.point(sample).collect()).collect();
    let mut distances = Vec::with_capacity(samples);
    for block in 0..samples.div_ceil(LANES) {
        if block % (CHUNK / LANES) == 0 && !go_on(step(block * LANES, samples), "") {
            return None;
        }
        let mut squares = [0.0_f32; LANES];
        for row in 0..shared {
            let mut differences = [0.0_f32; LANES];
            for ((checkpoint, weight), origin) in terms.iter().zip(&origins) {
                let (Some(values), Some(origin)) = (checkpoint.block(block).get(row), origin.get(row)) else {
                    continue;
                };
                let parts = values.0.map(|value| *weight as f32 * (value - origin));
                differences.iter_mut().zip(parts).for_each(|(difference, part)| *difference += part);
            }
            squares.iter_mut().zip(differences).for_each(|(sum, difference)| *sum += difference * difference);
        }
        distances.extend(squares.iter().take(samples - block * LANES).map(|square| square.sqrt()));
    }
    Some(distances)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Decomposition, FlowOptions};
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction, Residual};
    use crate::resnet::{Integrator, Refinement, RefinementKind, ResNet};

    fn affine(rows: usize, columns: usize, seed: usize) -> Affine {
        let entry =
            |row: usize, column: usize| ((seed * 71 + row * 89 + column * 31) as f64 * 0.618_034).fract() * 3.0 - 1.5;
        Affine {
            weight: DMatrix::from_fn(rows, columns, entry),
            bias: Some(nalgebra::DVector::from_fn(rows, |row, _| entry(row, 9))),
        }
    }

    fn network() -> Network {
        let dense = |rows, columns, seed, activation| {
            Layer::Dense(Dense { name: String::new(), affine: affine(rows, columns, seed), activation })
        };
        let block = Layer::Residual(Residual {
            name: String::new(),
            inner: affine(3, 4, 3),
            activation: Activation::Relu,
            outer: affine(4, 3, 4),
            shortcut: None,
        });
        let layers = vec![dense(4, 3, 1, Activation::Tanh), block, dense(2, 4, 2, Activation::Identity)];
        Network::new(String::new(), layers, OutputFunction::Identity).unwrap()
    }

    fn agree_with_positions(flow: &Flow, path: &SampledPath) {
        let times = (0..=60).map(|step| step as f64 * flow.duration() / 60.0);
        let boundaries = flow.layers().iter().flat_map(|layer| &layer.phases).map(|phase| phase.end);
        for t in times.chain(boundaries) {
            let position = |sample| DMatrix::from_vec(flow.ambient_dimension(), 1, path.position(flow, t, sample));
            let found = path.distances(flow, t, 2, &mut |_, _| true).unwrap();
            for (sample, found) in found.iter().enumerate() {
                let expected = (position(sample) - position(2)).norm();
                assert!((found - expected).abs() < 1e-4 * (1.0 + expected), "{found} {expected} at {t}");
            }
        }
    }

    #[test]
    fn distances_are_those_of_the_positions_at_every_time() {
        let inputs = affine(3, 9, 5).weight;
        for decomposition in Decomposition::ALL {
            let options = FlowOptions { decomposition, ..FlowOptions::default() };
            let flow = Flow::new(&network(), options, &mut |_, _| true).unwrap();
            agree_with_positions(&flow, &flow.sample_path(&inputs).unwrap());
        }
    }

    #[test]
    fn a_discretized_rotation_lengthens() {
        let inputs = affine(3, 9, 5).weight;
        let flow = Flow::new(&network(), FlowOptions::default(), &mut |_, _| true).unwrap();
        let refinement = Refinement { kind: RefinementKind::Full, steps: 3, integrator: Integrator::Euler };
        let resnet = ResNet::new(&flow, refinement, &inputs).unwrap();
        agree_with_positions(&flow, &resnet.sample_path(&inputs).unwrap());
    }

    #[test]
    fn it_stops_when_told_and_knows_its_samples() {
        let flow = Flow::new(&network(), FlowOptions::default(), &mut |_, _| true).unwrap();
        let path = flow.sample_path(&affine(3, 9, 5).weight).unwrap();
        assert_eq!(path.distances(&flow, 0.3, 0, &mut |_, _| false), None);
        assert_eq!(path.distances(&flow, 0.3, 9, &mut |_, _| true), None);
    }
}
