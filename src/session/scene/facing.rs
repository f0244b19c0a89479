//! From where a picture in space is looked at, so that the data is never seen edge-on.
//!
//! With C the covariance of the positions at a time and n the direction toward the viewer, what is seen has the covariance of
//! the plane across n, whose determinant is nᵀ adj(C) n. The largest eigenvalue of adj(C) is the product of the two largest
//! variances: √(nᵀ adj(C) n ⁄ λ₁λ₂) is the share of the data's area that is seen, 1 from the front and 0 edge-on.
//!
//! The direction is one for each layer, so that the layer's rotations are seen as such; it changes around the layers' ends.

use nalgebra::{DMatrixView, Matrix3, Vector3};

use crate::session::Orientation;

/// How long before and after a layer's end the picture turns, in layers.
const TURN: f64 = 0.15;
/// While at least this share of the data's area is seen in all of a layer, nothing turns.
const ENOUGH: f64 = 0.55;
/// The directions that are tried, spread over half of the sphere.
const CANDIDATES: usize = 160;
/// As many times of a layer are looked at.
const MAX_TIMES: usize = 16;
/// The angle by which each is turned from the one before.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;
/// Data on a line has no area: this share of its variance is added in every direction.
const ROUNDNESS: f64 = 0.01;

/// How the coordinates are turned before the camera looks at them, one turn for each layer.
#[derive(Clone, Debug, Default)]
pub(super) struct Facings {
    turns: Vec<Orientation>,
}

impl Facings {
    /// `times` holds the time of each column of `points` (3 × positions), ascending.
    pub(super) fn new(points: DMatrixView<'_, f64>, times: &[f64]) -> Facings {
        let last = times.last().copied().unwrap_or(0.0).ceil().max(1.0) as usize;
        let camera = Orientation::default();
        let mut present = camera;
        let mut turns = Vec::with_capacity(last);
        for layer in 0..last {
            let start = times.partition_point(|t| *t < layer as f64);
            let end = times.partition_point(|t| *t <= (layer + 1) as f64);
            let spreads = spreads(points.columns(start, end - start), &times[start..end]);
            present = turned(present, &spreads);
            turns.push(camera.inverse().after(present));
        }
        Facings { turns }
    }

    /// The turn at time t.
    pub(super) fn at(&self, t: f64) -> Orientation {
        let last = self.turns.len().saturating_sub(1);
        let nearest = (t.max(0.0).round() as usize).min(last);
        let of = |layer: usize| self.turns.get(layer).copied().unwrap_or(Orientation::FRONT);
        let distance = t - nearest as f64;
        if nearest == 0 || distance.abs() >= TURN {
            return of((t.max(0.0).floor() as usize).min(last));
        }
        let share = (distance + TURN) / (2.0 * TURN);
        of(nearest - 1).toward(of(nearest), share * share * (3.0 - 2.0 * share))
    }
}

/// adj(C) over λ₁λ₂ at some times.
fn spreads(points: DMatrixView<'_, f64>, times: &[f64]) -> Vec<Matrix3<f64>> {
    let mut groups = Vec::new();
    let mut start = 0;
    for group in times.chunk_by(|a, b| a == b) {
        groups.push((start, group.len()));
        start += group.len();
    }
    let every = groups.len().div_ceil(MAX_TIMES).max(1);
    let spread = |&(start, count): &(usize, usize)| {
        let here = points.columns(start, count);
        let mean: Vector3<f64> = Vector3::from_iterator(here.column_mean().iter().copied());
        let mut covariance = Matrix3::zeros();
        for column in here.column_iter() {
            let offset = Vector3::from_iterator(column.iter().copied()) - mean;
            covariance += offset * offset.transpose();
        }
        let trace = covariance.trace();
        if !(trace > 0.0 && trace.is_finite()) {
            return None;
        }
        let eigen = (covariance / trace + Matrix3::identity() * ROUNDNESS).symmetric_eigen();
        let [a, b, c] = [eigen.eigenvalues[0], eigen.eigenvalues[1], eigen.eigenvalues[2]];
        // adj(C) has the same directions, each with the product of the other two variances.
        let products = Vector3::new(b * c, a * c, a * b);
        let largest = products.max();
        let vectors = eigen.eigenvectors;
        Some(vectors * Matrix3::from_diagonal(&(products / largest)) * vectors.transpose())
    };
    groups.iter().step_by(every).filter_map(spread).collect()
}

/// The least share of the area that is seen from `toward`.
fn seen(spreads: &[Matrix3<f64>], toward: &Vector3<f64>) -> f64 {
    spreads.iter().map(|spread| (toward.dot(&(spread * toward))).max(0.0).sqrt()).fold(1.0, f64::min)
}

/// `present` where enough is seen from there, else turned as little as can be to where the most is seen.
fn turned(present: Orientation, spreads: &[Matrix3<f64>]) -> Orientation {
    let toward = Vector3::from(present.rows()[2]);
    if seen(spreads, &toward) >= ENOUGH {
        return present;
    }
    let candidate = |index: usize| {
        let z = (index as f64 + 0.5) / CANDIDATES as f64;
        let (sin, cos) = (index as f64 * GOLDEN_ANGLE).sin_cos();
        let across = (1.0 - z * z).sqrt();
        Vector3::new(across * cos, across * sin, z)
    };
    let all = (0..CANDIDATES).map(candidate).chain([toward]);
    let Some(best) = all.max_by(|a, b| seen(spreads, a).total_cmp(&seen(spreads, b))) else { return present };
    let best = if best.dot(&toward) < 0.0 { -best } else { best };
    // Where the new direction is now, and the shortest turn that brings it toward the viewer.
    let rows = present.rows().map(|row| Vector3::from(row).dot(&best));
    let axis = Vector3::from(rows).cross(&Vector3::z());
    let length = axis.norm();
    if length < 1e-9 {
        return present;
    }
    let angle = length.atan2(rows[2]);
    Orientation::about((axis / length).into(), angle).after(present)
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;

    /// A disc in the plane across `normal`.
    fn disc(normal: Vector3<f64>, count: usize) -> Vec<Vector3<f64>> {
        let a = normal.cross(&Vector3::new(0.31, 0.57, -0.76)).normalize();
        let b = normal.cross(&a);
        (0..count).map(|i| (i as f64 * 0.7).cos() * a + (i as f64 * 0.7).sin() * b).collect()
    }

    #[test]
    fn a_disc_is_never_seen_edge_on() {
        // Each layer holds a disc that lies otherwise; some would be lines for a camera that stays.
        let normals = [Vector3::z(), Vector3::x(), Vector3::y(), Vector3::new(1.0, -1.0, 0.2).normalize()];
        let (mut columns, mut times) = (Vec::new(), Vec::new());
        for (layer, normal) in normals.iter().enumerate() {
            for t in [0.3, 0.7] {
                let here = disc(*normal, 40);
                times.extend(std::iter::repeat_n(layer as f64 + t, here.len()));
                columns.extend(here);
            }
        }
        let points = DMatrix::from_fn(3, columns.len(), |row, column| columns[column][row]);
        let facings = Facings::new(points.as_view(), &times);
        for (layer, normal) in normals.iter().enumerate() {
            let looked = Orientation::default().after(facings.at(layer as f64 + 0.5));
            let toward = Vector3::from(looked.rows()[2]);
            assert!(toward.dot(normal).abs() >= ENOUGH, "layer {layer}: {}", toward.dot(normal));
        }
        // The first disc is seen well from where the camera is at first: nothing turns.
        let first = facings.at(0.5).rows();
        assert!((0..3).all(|i| (first[i][i] - 1.0).abs() < 1e-12));
    }

    #[test]
    fn the_picture_turns_around_the_ends_of_layers_only_and_never_jumps() {
        let turns = vec![
            Orientation::FRONT,
            Orientation::about([1.0, 0.0, 0.0], 1.2),
            Orientation::about([0.0, 1.0, 0.0], -0.9),
        ];
        let facings = Facings { turns };
        let angle = |a: Orientation, b: Orientation| {
            let (a, b) = (a.rows(), b.rows());
            (0..3).map(|row| (0..3).map(|i| (a[row][i] - b[row][i]).powi(2)).sum::<f64>()).sum::<f64>().sqrt()
        };
        for step in 1..3000 {
            let t = f64::from(step) / 1000.0;
            let moved = angle(facings.at(t), facings.at(t - 0.001));
            assert!(moved < 0.03, "{t}: {moved}");
            let near_an_end = (t - t.round()).abs() <= TURN + 0.001 && t.round() >= 1.0 && t.round() <= 2.0;
            assert!(near_an_end || moved < 1e-9, "turns at {t}");
        }
    }

    #[test]
    fn data_on_a_line_and_no_data_do_no_harm() {
        let line = DMatrix::from_fn(3, 20, |row, column| if row == 2 { column as f64 } else { 0.0 });
        let facings = Facings::new(line.as_view(), &[0.0; 20]);
        let toward = Orientation::default().after(facings.at(0.0)).rows()[2];
        assert!(toward[2].abs() < 0.9, "a line is not seen from its end: {toward:?}");
        for nothing in [DMatrix::zeros(3, 0), DMatrix::from_element(3, 5, 1e300)] {
            let times = vec![0.0; nothing.ncols()];
            let rows = Facings::new(nothing.as_view(), &times).at(0.2).rows();
            assert!(rows.iter().flatten().all(|x| x.is_finite()));
        }
    }
}
