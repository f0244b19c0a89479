//! How much the cells of the deformed grid have grown or shrunk: log₂ |det| of the flow along the grid's plane.

use crate::flow::FlowError;
use crate::session::Cell;
use crate::session::scene::{Progress, Scene, go_on};

/// Colours end at this many doublings and halvings, so that they mean the same at every time.
pub const LARGEST_CHANGE: f32 = 4.0;

/// The change of area of each cell of the lattice since the flow began.
#[derive(Clone, Debug, PartialEq)]
pub struct Areas {
    /// log₂ of the area now over the area at t = 0; −∞ where a cell is crushed, NaN where it is not finite.
    pub doublings: Vec<f32>,
}

impl Areas {
    /// Measures the cells at time t in the whole space, whatever part of it is drawn.
    pub(super) fn at(scene: &Scene, t: f64, progress: &mut Progress<'_>) -> Result<Areas, FlowError> {
        let cells = &scene.lattice.cells;
        let mut doublings = Vec::with_capacity(cells.len());
        for (index, cell) in cells.iter().enumerate() {
            if index % 14 == 0 {
                go_on(progress, index as f32 / cells.len() as f32, "measuring the grid's cells")?;
            }
            let ratio = area(scene, cell, t) / area(scene, cell, 0.0);
            doublings.push(ratio.log2() as f32);
        }
        Ok(Areas { doublings })
    }
}

/// The area of a cell's four corners at time t: the mean of both ways to cut it into two triangles.
fn area(scene: &Scene, cell: &Cell, t: f64) -> f64 {
    let corners = cell.corners.map(|corner| scene.grid.position(&scene.flow, t, corner));
    let triangle = |a: usize, b: usize, c: usize| {
        let side = |to: usize| corners[to].iter().zip(&corners[a]).map(|(x, y)| f64::from(*x) - f64::from(*y));
        let dot = |one: usize, other: usize| side(one).zip(side(other)).map(|(x, y)| x * y).sum::<f64>();
        // Gram's determinant; rounding may leave it a little below zero.
        0.5 * (dot(b, b) * dot(c, c) - dot(b, c).powi(2)).max(0.0).sqrt()
    };
    0.5 * (triangle(0, 1, 2) + triangle(0, 2, 3) + triangle(1, 2, 3) + triangle(1, 3, 0))
}
