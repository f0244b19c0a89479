//! The path that leads through any place at any time: on to the end, and back to the input, as far as that can be told.

use nalgebra::{DMatrix, DVector};
use thiserror::Error;

use super::motion::scale;
use super::velocity::block_start;
use super::{ExactScheme, Flow, Motion, NoVelocity, PhasePosition, inverse, limit};
use crate::network::Residual;

/// A coordinate below this share of the position's length is 0 to rounding.
const ROUNDING: f64 = 1e-9;

/// Why a path cannot be followed further back.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum NoWayBack {
    /// Several inputs of the layer lead there.
    #[error("layer {layer} has lost a direction (σ = 0), so that several paths lead here")]
    Lost { layer: usize },
    /// No input of the layer leads there.
    #[error("the matrix of layer {layer} reaches only a part of its space, and this place is not in it")]
    NotReached { layer: usize },
    /// The layer before gives fewer values.
    #[error("layer {layer} takes {inputs} values, and this place is outside of their space")]
    OutsideInputs { layer: usize, inputs: usize },
    /// The phase has no inverse there.
    #[error("layer {layer}: {source}")]
    Phase { layer: usize, source: NoVelocity },
}

/// A path through the flow of one network.
#[derive(Clone, Debug)]
pub struct TracedPath {
    /// For each layer the position with which it begins, where it is known.
    layer_starts: Vec<Option<DVector<f64>>>,
    /// For each layer the position at the start of each of its phases, where it is known.
    phase_starts: Vec<Vec<Option<DVector<f64>>>>,
    /// The position at the end of the flow.
    end: DVector<f64>,
    /// The time from which on the path is known; 0 where there is an input that leads along it.
    pub from: f64,
    /// Why it is not known before.
    pub obstacle: Option<NoWayBack>,
}

impl Flow {
    /// The path that is at `position` (of d entries) at time t.
    ///
    /// # Errors
    /// If the phase of that time has no inverse there: past a fold, or where an activation's path cannot lead.
    pub fn trace(&self, position: &DVector<f64>, t: f64) -> Result<TracedPath, NoVelocity> {
        self.check_dimension(position)?;
        let moment = self.moment(t);
        let mut path = TracedPath {
            layer_starts: vec![None; self.layers().len()],
            phase_starts: self.layers().iter().map(|layer| vec![None; layer.phases.len()]).collect(),
            end: position.clone(),
            from: t,
            obstacle: None,
        };
        let mut start = position.clone();
        if let Some(phase) = moment.phase {
            undo(&self.layers()[moment.layer].phases[phase].motion, &mut start, moment.s)?;
            path.from = self.layers()[moment.layer].phases[phase].start;
        }
        path.obstacle = self.follow_back(&mut path, moment, start.clone()).err();
        self.follow_on(&mut path, moment, start)?;
        Ok(path)
    }

    /// From the start of a phase back to the input.
    fn follow_back(
        &self,
        path: &mut TracedPath,
        moment: PhasePosition,
        mut point: DVector<f64>,
    ) -> Result<(), NoWayBack> {
        let mut done = moment.phase.map_or(0, |phase| phase + 1);
        if let Some(phase) = moment.phase {
            path.phase_starts[moment.layer][phase] = Some(point.clone());
            done = phase;
        }
        for index in (0..=moment.layer).rev() {
            let layer = &self.layers()[index];
            for (position, phase) in layer.phases.iter().enumerate().take(done).rev() {
                check_inverse(&phase.motion, &point, (layer.index, layer.inputs))?;
                let failed = |source| NoWayBack::Phase { layer: layer.index, source };
                undo(&phase.motion, &mut point, 1.0).map_err(failed)?;
                path.phase_starts[index][position] = Some(point.clone());
                path.from = phase.start;
            }
            // What a layer begins with has no coordinates beyond its inputs.
            let beyond = point.rows(layer.inputs.min(point.len()), point.len().saturating_sub(layer.inputs)).norm();
            if beyond > ROUNDING * (1.0 + point.norm()) {
                return Err(NoWayBack::OutsideInputs { layer: layer.index, inputs: layer.inputs });
            }
            point.iter_mut().skip(layer.inputs).for_each(|coordinate| *coordinate = 0.0);
            path.layer_starts[index] = Some(point.clone());
            path.from = index as f64;
            done = index.checked_sub(1).map_or(0, |before| self.layers()[before].phases.len());
        }
        Ok(())
    }

    /// From the start of a phase on to the end.
    fn follow_on(&self, path: &mut TracedPath, moment: PhasePosition, start: DVector<f64>) -> Result<(), NoVelocity> {
        let mut point = DMatrix::from_column_slice(start.len(), 1, start.as_slice());
        let first = |index: usize| if index == moment.layer { moment.phase.unwrap_or(0) } else { 0 };
        for (index, layer) in self.layers().iter().enumerate().skip(moment.layer) {
            if index > moment.layer {
                path.layer_starts[index] = Some(point.column(0).into_owned());
            }
            let begin = path.layer_starts[index].clone();
            for (position, phase) in layer.phases.iter().enumerate().skip(first(index)) {
                path.phase_starts[index][position] = Some(point.column(0).into_owned());
                point = moved(&phase.motion, &point, begin.as_ref(), 1.0)?;
            }
        }
        path.end = point.column(0).into_owned();
        Ok(())
    }

    /// Displacements (d × any) at time t, without what leads out of the space of the layer of that time: up to its
    /// compression that of its inputs, turned as far as it has been, then that of its outputs, turned back by what is left.
    pub fn within_layer(&self, displacements: &DMatrix<f64>, t: f64) -> DMatrix<f64> {
        let moment = self.moment(t);
        let layer = &self.layers()[moment.layer];
        let is_linear = |motion: &Motion| matches!(motion, Motion::Rotation(_));
        let current = moment.phase.unwrap_or(0);
        let compression = layer.phases.iter().position(|phase| matches!(phase.motion, Motion::Compression { .. }));
        let in_inputs = moment.phase.is_none() || compression.is_some_and(|compression| current <= compression);
        let mut kept = displacements.clone();
        let turn = |kept: &mut DMatrix<f64>, phase: usize, s: f64| {
            if let Motion::Rotation(rotation) = &layer.phases[phase].motion {
                rotation.rotate(kept, s);
            }
        };
        let width = if in_inputs { layer.inputs } else { layer.outputs };
        let begun = |phase: usize| if phase == current { moment.s } else { 1.0 };
        let left = |phase: usize| if phase == current { 1.0 - moment.s } else { 1.0 };
        let turns: Vec<usize> = match in_inputs {
            true => (0..layer.phases.len().min(current + 1)).collect(),
            false => (current..layer.phases.len()).collect(),
        };
        let turns: Vec<usize> = turns.into_iter().filter(|phase| is_linear(&layer.phases[*phase].motion)).collect();
        if in_inputs {
            turns.iter().rev().for_each(|phase| turn(&mut kept, *phase, -begun(*phase)));
        } else {
            turns.iter().for_each(|phase| turn(&mut kept, *phase, left(*phase)));
        }
        let rows = kept.nrows();
        kept.rows_mut(width.min(rows), rows.saturating_sub(width)).fill(0.0);
        if in_inputs {
            turns.iter().for_each(|phase| turn(&mut kept, *phase, begun(*phase)));
        } else {
            turns.iter().rev().for_each(|phase| turn(&mut kept, *phase, -left(*phase)));
        }
        kept
    }
}

impl TracedPath {
    /// The position at time t; `None` before the path is known.
    pub fn at(&self, flow: &Flow, t: f64) -> Option<DVector<f64>> {
        if t < self.from {
            return None;
        }
        let moment = flow.moment(t);
        let begin = self.layer_starts.get(moment.layer)?.as_ref();
        let Some(phase) = moment.phase else { return begin.cloned() };
        let start = self.phase_starts.get(moment.layer)?.get(phase)?.as_ref()?;
        let motion = &flow.layers().get(moment.layer)?.phases.get(phase)?.motion;
        let point = DMatrix::from_column_slice(start.len(), 1, start.as_slice());
        Some(moved(motion, &point, begin, moment.s).ok()?.column(0).into_owned())
    }

    /// The input that leads along the path; `None` where there is none or several.
    pub fn input(&self, flow: &Flow) -> Option<DVector<f64>> {
        let inputs = flow.layers().first()?.inputs;
        let start = self.layer_starts.first()?.as_ref().filter(|_| self.obstacle.is_none())?;
        Some(start.rows(0, inputs).into_owned())
    }

    /// The position at the end of the flow.
    pub fn end(&self) -> &DVector<f64> {
        &self.end
    }
}

/// The single column of `point`, the position at the phase's start, at phase time s; `begin` is the one with which the layer
/// began.
fn moved(
    motion: &Motion,
    point: &DMatrix<f64>,
    begin: Option<&DVector<f64>>,
    s: f64,
) -> Result<DMatrix<f64>, NoVelocity> {
    let mut now = point.clone();
    match motion {
        Motion::Limit(block) => limit::integrate(block, &mut now, s, limit::EXACT)?,
        Motion::Activation { .. } => {
            motion.finish(point, &mut now);
            now = now * s + point * (1.0 - s);
        }
        Motion::Residual(_) => {
            let begin = begin.ok_or(NoVelocity::Projection)?;
            let begin = DMatrix::from_column_slice(begin.len(), 1, begin.as_slice());
            motion.finish(&begin, &mut now);
            now = now * s + point * (1.0 - s);
        }
        Motion::Node(stage) => now = stage.at(point, s),
        motion => motion.carry(&mut now, s, &ExactScheme),
    }
    Ok(now)
}

/// Whether the position at the end of a phase is that of exactly one path; the layer counts from 1.
fn check_inverse(motion: &Motion, point: &DVector<f64>, (layer, inputs): (usize, usize)) -> Result<(), NoWayBack> {
    let Motion::Compression { factors, basis, .. } = motion else { return Ok(()) };
    if factors.iter().filter(|sigma| **sigma != 0.0).count() < inputs {
        return Err(NoWayBack::Lost { layer });
    }
    let tilted = basis.as_ref().map_or(0, DMatrix::nrows);
    let along = basis.as_ref().map(|basis| basis.tr_mul(&point.rows(0, tilted)));
    let coordinate =
        |index: usize| along.as_ref().filter(|_| index < tilted).map_or(point[index], |along| along[index]);
    let outside = factors.iter().enumerate().filter(|(_, sigma)| **sigma == 0.0).map(|(index, _)| coordinate(index));
    let is_inside = outside.fold(0.0, |sum: f64, value| sum.hypot(value)) <= ROUNDING * (1.0 + point.norm());
    if is_inside { Ok(()) } else { Err(NoWayBack::NotReached { layer }) }
}

/// Takes a phase back from phase time s to its start.
fn undo(motion: &Motion, point: &mut DVector<f64>, s: f64) -> Result<(), NoVelocity> {
    if s == 0.0 {
        return Ok(());
    }
    let mut column = DMatrix::from_column_slice(point.len(), 1, point.as_slice());
    match motion {
        Motion::Rotation(rotation) => rotation.rotate(&mut column, -s),
        Motion::Compression { law, factors, basis } => {
            let inverse = |sigma: &f64| match law.factor(*sigma, s) {
                0.0 => 0.0,
                factor => 1.0 / factor,
            };
            let factors: Vec<f64> = factors.iter().map(inverse).collect();
            scale(&mut column, &factors, basis.as_ref());
        }
        Motion::Shift(bias) => column.column_mut(0).axpy(-s, bias, 1.0),
        Motion::Activation { activation, width } => {
            inverse::start_of_path(*activation, &mut column.as_mut_slice()[..*width], s)?;
        }
        Motion::Residual(block) => {
            let width = block.outer.outputs();
            let start = block_start(block, &point.rows(0, width).into_owned(), s)?;
            column.view_mut((0, 0), (width, 1)).copy_from(&start);
        }
        Motion::Node(stage) => {
            // What is dropped by the end may have come from anywhere.
            let start = stage.start_of(point, s)?;
            column.copy_from_slice(start.as_slice());
        }
        // The limit back in time is that of the branch with the other sign.
        Motion::Limit(block) => {
            let mut back: Residual = (**block).clone();
            back.outer.weight.neg_mut();
            if let Some(bias) = &mut back.outer.bias {
                bias.neg_mut();
            }
            limit::integrate(&back, &mut column, s, limit::EXACT)?;
        }
    }
    if column.iter().any(|value| !value.is_finite()) {
        return Err(NoVelocity::OutsideRange);
    }
    *point = column.column(0).into_owned();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Decomposition, FlowOptions, ResidualLaw};
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};

    fn dense(rows: usize, columns: usize, seed: u64, activation: Activation) -> Layer {
        let bias = Some(random_matrix(rows, 1, seed + 20).column(0).into_owned());
        let affine = Affine { weight: random_matrix(rows, columns, seed), bias };
        Layer::Dense(Dense { name: String::new(), affine, activation })
    }

    fn block(width: usize, seed: u64) -> Layer {
        let affine = |seed| Affine { weight: random_matrix(width, width, seed) * 0.2, bias: None };
        let (inner, outer) = (affine(seed), affine(seed + 1));
        let activation = Activation::Tanh;
        Layer::Residual(Residual { name: String::new(), inner, activation, outer, shortcut: None })
    }

    fn flow(layers: Vec<Layer>, options: FlowOptions) -> Flow {
        let network = Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
        Flow::new(&network, options, &mut |_, _| true).unwrap()
    }

    /// Through any place of a path leads that path.
    #[test]
    fn the_path_of_a_point_is_found_again_from_any_of_its_places() {
        let layers = || vec![dense(3, 3, 1, Activation::Tanh), block(3, 4), dense(4, 3, 7, Activation::Softplus)];
        for decomposition in Decomposition::ALL {
            for residual in ResidualLaw::ALL {
                let flow = flow(layers(), FlowOptions { decomposition, residual, ..FlowOptions::default() });
                let input = random_matrix(3, 1, 9);
                for step in 0..=30 {
                    let t = 0.1 * f64::from(step);
                    let position = flow.positions(&input, t).unwrap().column(0).into_owned();
                    let path = flow.trace(&position, t).unwrap();
                    assert_eq!((path.from, &path.obstacle), (0.0, &None), "{t}");
                    assert!((path.input(&flow).unwrap() - &input).norm() < 1e-6, "{t}");
                    for other in 0..=30 {
                        let other = 0.1 * f64::from(other);
                        let expected = flow.positions(&input, other).unwrap();
                        assert!((path.at(&flow, other).unwrap() - expected).norm() < 1e-6, "{t} {other}");
                    }
                    assert!((path.end() - flow.positions(&input, 3.0).unwrap()).norm() < 1e-6);
                }
            }
        }
    }

    /// A moved point flows on from where it is, and the input that is found leads there.
    #[test]
    fn a_moved_point_has_an_input_of_its_own() {
        let flow =
            flow(vec![dense(3, 3, 1, Activation::Tanh), dense(3, 3, 3, Activation::Identity)], FlowOptions::default());
        let input = random_matrix(3, 1, 9);
        for t in [0.3, 0.5, 1.2, 1.7, 2.0] {
            let before = flow.positions(&input, t).unwrap().column(0).into_owned();
            let by = flow.within_layer(&DMatrix::from_fn(before.len(), 1, |row, _| 0.01 * (row + 1) as f64), t);
            let path = flow.trace(&(&before + by.column(0)), t).unwrap();
            let found = path.input(&flow).unwrap_or_else(|| panic!("{t}: {:?}", path.obstacle));
            let found = DMatrix::from_column_slice(3, 1, found.as_slice());
            assert!((&found - &input).norm() > 1e-3);
            assert!((flow.positions(&found, t).unwrap().column(0) - &before - by.column(0)).norm() < 1e-9);
            assert!((flow.positions(&found, 2.0).unwrap().column(0) - path.end()).norm() < 1e-9);
        }
    }

    #[test]
    fn what_cannot_be_followed_back_says_up_to_where() {
        let input = random_matrix(3, 1, 9);
        let moved = |flow: &Flow, t: f64| {
            let mut position = flow.positions(&input, t).unwrap().column(0).into_owned();
            position[0] += 0.01;
            flow.trace(&position, t).unwrap()
        };
        // Four outputs of three inputs: a place of the second layer is reached by an input only where it is in their image.
        let wide =
            flow(vec![dense(4, 3, 1, Activation::Tanh), dense(4, 4, 3, Activation::Identity)], FlowOptions::default());
        let path = moved(&wide, 1.0);
        assert_eq!(path.obstacle, Some(NoWayBack::NotReached { layer: 1 }));
        assert!(path.from > 0.0 && path.from < 1.0 && path.input(&wide).is_none() && path.at(&wide, 0.0).is_none());
        assert!(path.at(&wide, path.from).is_some() && path.at(&wide, 0.9).is_some());
        // Two outputs of three inputs: a direction is lost.
        let narrow =
            flow(vec![dense(2, 3, 1, Activation::Tanh), dense(2, 2, 3, Activation::Identity)], FlowOptions::default());
        assert_eq!(moved(&narrow, 1.5).obstacle, Some(NoWayBack::Lost { layer: 1 }));
        // A ReLU keeps nothing of what was below 0.
        let cut =
            flow(vec![dense(3, 3, 1, Activation::Relu), dense(3, 3, 3, Activation::Identity)], FlowOptions::default());
        let mut position = cut.positions(&input, 1.0).unwrap().column(0).into_owned();
        position[0] = -0.5;
        assert!(matches!(cut.trace(&position, 1.0).unwrap().obstacle, Some(NoWayBack::Phase { layer: 1, .. })));
        position[0] = f64::NAN;
        assert!(cut.trace(&position, 0.95).is_err());
    }

    #[test]
    fn displacements_stay_in_the_space_of_their_layer() {
        let flow =
            flow(vec![dense(4, 2, 1, Activation::Tanh), dense(2, 4, 3, Activation::Identity)], FlowOptions::default());
        let input = random_matrix(2, 1, 9);
        let any = random_matrix(flow.ambient_dimension(), 3, 8);
        for step in 0..=40 {
            let t = 0.05 * f64::from(step);
            let kept = flow.within_layer(&any, t);
            assert!((flow.within_layer(&kept, t) - &kept).norm() < 1e-12, "{t}");
            // The flow's own displacements are such.
            let other = &input + random_matrix(2, 1, 3) * 0.1;
            let own = flow.positions(&other, t).unwrap() - flow.positions(&input, t).unwrap();
            assert!((flow.within_layer(&own, t) - &own).norm() < 1e-9, "{t}");
        }
    }
}
