//! Principal components that follow the data: at each time the directions along which it spreads most there.

use nalgebra::DMatrix;

use crate::linalg::principal_components;
use crate::session::subspace_rotation::SubspaceRotation;

/// The picture turns at most so fast, in radians a layer: where two variances change places, the directions do not jump
/// but follow as fast as this.
const FASTEST: f64 = 6.0;

/// Orthonormal rows over time.
#[derive(Clone, Debug, Default)]
pub(super) struct PrincipalRows {
    /// Times and the rows there, ascending.
    knots: Vec<(f64, DMatrix<f64>)>,
}

impl PrincipalRows {
    /// `count` rows for `positions` (d × positions) whose `times` ascend. Within what is seen at a time the rows are those
    /// nearest to the ones before, so that nothing flips or spins.
    pub(super) fn new(positions: &DMatrix<f64>, times: &[f64], count: usize) -> PrincipalRows {
        let mut knots: Vec<(f64, DMatrix<f64>)> = Vec::new();
        let mut start = 0;
        for group in times.chunk_by(|a, b| a == b) {
            let here = positions.columns(start, group.len()).into_owned();
            start += group.len();
            let (Some(t), Ok(found)) = (group.first().copied(), principal_components(&here, count)) else { continue };
            let rows = match knots.last() {
                None => Some(found.directions),
                Some((before, rows)) => nearer(rows, &found.directions, FASTEST * (t - before)),
            };
            knots.extend(rows.filter(|rows| rows.nrows() == count).map(|rows| (t, rows)));
        }
        PrincipalRows { knots }
    }

    /// The rows at time t; `None` without data.
    pub(super) fn at(&self, t: f64) -> Option<DMatrix<f64>> {
        let after = self.knots.partition_point(|(time, _)| *time <= t);
        let Some((before, rows)) = after.checked_sub(1).and_then(|index| self.knots.get(index)) else {
            return self.knots.first().map(|(_, rows)| rows.clone());
        };
        let Some((next, onto)) = self.knots.get(after) else { return Some(rows.clone()) };
        let share = (t - before) / (next - before);
        Some(SubspaceRotation::between(rows, onto).map_or_else(|| rows.clone(), |rotation| rotation.rows(share)))
    }
}

/// From `rows` toward the subspace of `found`, by at most `angle`.
fn nearer(rows: &DMatrix<f64>, found: &DMatrix<f64>, angle: f64) -> Option<DMatrix<f64>> {
    // Procrustes: among all orthonormal rows of the same span the nearest to the ones before.
    let overlap = (rows * found.transpose()).try_svd(true, true, f64::EPSILON, 200)?;
    let nearest = overlap.u? * overlap.v_t? * found;
    let rotation = SubspaceRotation::between(rows, &nearest)?;
    Some(rotation.rows((angle / rotation.angle().max(1e-12)).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_that_change_places_do_not_jump() {
        // The data spreads along x₁ and x₂ at first, and along x₃ and x₂ in the end; every set is mirrored at random.
        let times: Vec<f64> = (0..=40).flat_map(|knot| std::iter::repeat_n(f64::from(knot) / 10.0, 30)).collect();
        let positions = DMatrix::from_fn(4, times.len(), |row, column| {
            let t = times[column];
            let spread = [3.0 - t, 2.0, t, 0.1][row];
            spread * ((column * (row + 2)) as f64 * 1.7).sin()
        });
        let principal_rows = PrincipalRows::new(&positions, &times, 2);
        let mut before = principal_rows.at(0.0).unwrap();
        assert!(before[(0, 0)].abs() > 0.9);
        for step in 0..=960 {
            let now = principal_rows.at(f64::from(step) / 240.0).unwrap();
            assert!((&now * now.transpose() - DMatrix::<f64>::identity(2, 2)).amax() < 1e-6);
            let rotation = SubspaceRotation::between(&before, &now).unwrap();
            assert!(rotation.angle() < 0.2, "{} rad in one frame", rotation.angle());
            before = now;
        }
        let seen = (before[(0, 2)].powi(2) + before[(1, 2)].powi(2)).sqrt();
        assert!(seen > 0.95, "x₃ is seen to {seen}");
        assert_eq!(PrincipalRows::new(&DMatrix::zeros(3, 0), &[], 2).at(0.4), None);
    }
}
