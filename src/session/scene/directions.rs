//! The directions of the ambient space that a singular value or a rotation plane stands for, at any time.

use nalgebra::{DMatrix, DVector};

use crate::flow::{Flow, LayerFlow, Motion, Phase};
use crate::session::Hovered;

/// Steps in which a plane's arc is drawn.
const ARC_STEPS: usize = 24;

/// What is drawn on the stage while the mouse rests on a part of a decomposition. Vectors have d entries and start at
/// the origin of the ambient space.
#[derive(Clone, Debug, PartialEq)]
pub enum Directions {
    /// The singular direction at the time: it turns, shrinks or grows, and turns again with the layer.
    Singular {
        /// Half of the line that stands for the direction, through the origin.
        direction: Vec<f64>,
        /// The length of the longest such half in the layer: 1, or its largest singular value.
        longest: f64,
    },
    /// The plane in which the data turns.
    Plane {
        /// The two directions of the plane; the rotation turns the first toward the second.
        axes: [Vec<f64>; 2],
        /// From the first direction to where it has turned now.
        arc: Vec<Vec<f64>>,
    },
}

/// The directions of `hovered` at time t; `None` where the layer has no such part.
pub fn directions(flow: &Flow, t: f64, hovered: Hovered) -> Option<Directions> {
    match hovered {
        Hovered::SingularValue { layer, index } => {
            let layer = flow.layers().get(layer)?;
            let largest = layer.spectrum.as_ref()?.singular_values.first().copied().unwrap_or(1.0);
            let direction = singular(flow, layer, index, t)?;
            Some(Directions::Singular { direction, longest: largest.max(1.0) })
        }
        Hovered::Plane { layer, phase, index } => {
            let phase = flow.layers().get(layer)?.phases.get(phase)?;
            let Motion::Rotation(rotation) = &phase.motion else { return None };
            let angle = *rotation.angles().get(index)?;
            let (a, b) = rotation.plane(index);
            let turned = phase_time(flow, phase, t) * angle;
            let point = |step: usize| {
                let (sin, cos) = (turned * step as f64 / ARC_STEPS as f64).sin_cos();
                a.iter().zip(b).map(|(a, b)| cos * a + sin * b).collect()
            };
            Some(Directions::Plane { axes: [a.to_vec(), b.to_vec()], arc: (0..=ARC_STEPS).map(point).collect() })
        }
    }
}

/// Phase time s at time t: 0 before the phase, 1 after it.
pub fn phase_time(flow: &Flow, phase: &Phase, t: f64) -> f64 {
    let length = phase.end - phase.start;
    let clock = if length > 0.0 { ((t - phase.start) / length).clamp(0.0, 1.0) } else { 1.0 };
    flow.options().time.phase_time(clock)
}

fn singular(flow: &Flow, layer: &LayerFlow, index: usize, t: f64) -> Option<Vec<f64>> {
    let values = &layer.spectrum.as_ref()?.singular_values;
    let compresses = |phase: &Phase| matches!(phase.motion, Motion::Compression { .. });
    let at = layer.phases.iter().position(compresses);
    let mut direction = DVector::zeros(flow.ambient_dimension());
    match at.map(|at| &layer.phases[at].motion) {
        Some(Motion::Compression { law, factors, basis }) => {
            let axis = axis_of(values, index, factors)?;
            match basis {
                Some(basis) if axis < basis.ncols() => {
                    direction.iter_mut().zip(basis.column(axis).iter()).for_each(|(to, from)| *to = *from);
                }
                _ => *direction.get_mut(axis)? = 1.0,
            }
            let phase = &layer.phases[at?];
            let length = law.factor(*factors.get(axis)?, phase_time(flow, phase, t));
            direction *= length;
        }
        // All singular values are 1: nothing is compressed, and any direction is as good as another.
        _ => *direction.get_mut(index)? = 1.0,
    }
    let mut direction = DMatrix::from_column_slice(direction.len(), 1, direction.as_slice());
    for (position, phase) in layer.phases.iter().enumerate() {
        let Motion::Rotation(rotation) = &phase.motion else { continue };
        let s = phase_time(flow, phase, t);
        // Before the compression the direction is still on its way to its axis.
        let before = at.is_some_and(|at| position < at);
        rotation.rotate(&mut direction, if before { s - 1.0 } else { s });
    }
    Some(direction.as_slice().to_vec())
}

/// The axis on which singular value `index` acts: the phase keeps its factors in the order of the axes.
fn axis_of(values: &[f64], index: usize, factors: &[f64]) -> Option<usize> {
    let mut free: Vec<usize> = (0..factors.len()).collect();
    let mut axis = None;
    for value in values.get(..=index)? {
        let distance = |axis: &usize| (factors[*axis] - value).abs();
        let nearest = free.iter().enumerate().min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)))?.0;
        axis = Some(free.remove(nearest));
    }
    axis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_values_find_their_axes() {
        let factors = [0.5, 2.0, 0.0, 0.5];
        let values = [2.0, 0.5, 0.5, 0.0];
        let axes: Vec<_> = (0..4).map(|index| axis_of(&values, index, &factors).unwrap()).collect();
        assert_eq!(axes, [1, 0, 3, 2]);
        assert_eq!(axis_of(&values, 4, &factors), None);
        assert_eq!(axis_of(&[1.0], 0, &[]), None);
    }
}
