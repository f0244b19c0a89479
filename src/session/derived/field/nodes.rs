//! The nodes of the plane at which a field is sampled.

use nalgebra::DMatrix;

use super::plane::SlicePlane;

/// About as many multiplications as u costs altogether: a second or two for a wide layer, nothing for a small one.
pub(super) const MAX_WORK: usize = 1_000_000_000;

/// `most` nodes along the longer side, and as many as fit at the same distance along the other.
pub(super) fn nodes(plane: &SlicePlane, most: usize) -> [usize; 2] {
    let longer = plane.half[0].max(plane.half[1]);
    plane.half.map(|half| ((most as f64 * half / longer).round() as usize).clamp(2, most))
}

/// The place of a node, from −1 to 1.
pub(super) fn position(index: usize, of: usize) -> f64 {
    2.0 * index as f64 / (of - 1) as f64 - 1.0
}

pub(super) fn projected(rows: &DMatrix<f64>, vector: &[f64]) -> [f64; 3] {
    let mut position = [0.0; 3];
    for (coordinate, row) in position.iter_mut().zip(rows.row_iter()) {
        *coordinate = row.iter().zip(vector).map(|(a, b)| a * b).sum();
    }
    position
}
