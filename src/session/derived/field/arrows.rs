//! The velocity at places of a grid on the plane.

use nalgebra::DMatrix;

use super::nodes::{MAX_WORK, nodes, position, projected};
use super::plane::SlicePlane;
use crate::flow::{FlowError, NoVelocity};
use crate::session::Scene;

/// Arrows along each side, at most.
pub(super) const MAX: usize = 20;
/// Arrows along each side, at least, whatever they cost.
pub(super) const MIN: usize = 6;

/// Velocities that are found together.
const TOGETHER: usize = 64;

/// The velocity at a place.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// The place on the plane, from −1 to 1 in both directions.
    pub at: [f64; 2],
    /// The velocity per unit of t, projected as the stage projects.
    pub velocity: [f64; 3],
    /// |v| in the whole space.
    pub speed: f64,
}

/// The arrows of a plane.
pub(super) struct Arrows {
    /// Those that are not zero.
    pub found: Vec<Arrow>,
    /// Why there is none at some place.
    pub why_not: Option<NoVelocity>,
}

/// v at time `t` on a grid of at most `most` places along the longer side of `plane`. `go_on` is told the share done.
pub(super) fn arrows(
    scene: &Scene,
    plane: &SlicePlane,
    rows: &DMatrix<f64>,
    (t, most): (f64, usize),
    go_on: &mut dyn FnMut(f32) -> Result<(), FlowError>,
) -> Result<Arrows, FlowError> {
    let dimension = scene.flow.ambient_dimension().max(1);
    let affordable = (MAX_WORK / (4 * dimension * dimension)).isqrt();
    let nodes = nodes(plane, affordable.clamp(MIN, MAX).min(most));
    let mut arrows = Arrows { found: Vec::new(), why_not: None };
    let count = nodes[0] * nodes[1];
    for first in (0..count).step_by(TOGETHER) {
        go_on(first as f32 / count as f32)?;
        // In the middle of cells: an arrow at the edge would leave the plane.
        let in_cell = |index: usize| {
            let (column, row) = (index % nodes[0], index / nodes[0]);
            [position(2 * column + 1, 2 * nodes[0] + 1), position(2 * row + 1, 2 * nodes[1] + 1)]
        };
        let centres: Vec<[f64; 2]> = (first..count.min(first + TOGETHER)).map(in_cell).collect();
        let points = centres.iter().map(|at| plane.point(*at)).collect::<Vec<_>>();
        for (at, velocity) in centres.into_iter().zip(scene.flow.velocities(&DMatrix::from_columns(&points), t)) {
            match velocity {
                Ok(velocity) => {
                    let speed = velocity.norm();
                    if speed > 0.0 && speed.is_finite() {
                        let velocity = projected(rows, velocity.as_slice());
                        arrows.found.push(Arrow { at, velocity, speed });
                    }
                }
                Err(error) => arrows.why_not = Some(error),
            }
        }
    }
    Ok(arrows)
}
