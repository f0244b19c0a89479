//! The grand tour: a plane that turns from one random direction to the next, and can be pulled by its axes' handles.
//!
//! Asimov (1985). It moves in the first [`TOUR_DIMENSIONS`] principal components of the whole flow, or in all
//! coordinates where there are no more.

use nalgebra::{DMatrix, DVector, Matrix2, Vector2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::session::subspace_rotation::{SubspaceRotation, orthonormal};

/// The tour passes through at most so many dimensions: a plane among more shows next to nothing of each.
pub const TOUR_DIMENSIONS: usize = 10;
/// How fast the plane turns at speed 1, in radians a second.
const PACE: f64 = 0.35;
/// The least and the largest speed.
pub const TOUR_SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=5.0;
/// A handle is pulled at most so far: at 1 the picture would show its direction and nothing else.
const FARTHEST: f64 = 0.98;
/// Directions shorter than this are rounding.
const LOST: f64 = 1e-6;

/// A plane of m dimensions on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Tour {
    /// Whether it turns.
    pub playing: bool,
    /// The factor on its pace.
    speed: f64,
    /// 2 × m, orthonormal rows; empty before the first step.
    plane: DMatrix<f64>,
    /// The turn under way and its share that is done.
    rotation: Option<(SubspaceRotation, f64)>,
    /// How many turns have begun: the seed of the next.
    begun: u64,
}

/// A tour as it is kept.
#[derive(Clone, Debug)]
pub(in crate::session) struct TourState {
    /// 2 × m; m = 0 before the first step.
    pub plane: DMatrix<f64>,
    /// The turn under way: from, to, and the share that is done.
    pub turn: Option<(DMatrix<f64>, DMatrix<f64>, f64)>,
    /// How many turns have begun.
    pub begun: u64,
}

impl Default for Tour {
    fn default() -> Tour {
        Tour { playing: true, speed: 1.0, plane: DMatrix::zeros(2, 0), rotation: None, begun: 0 }
    }
}

impl Tour {
    /// The plane among `dimensions` ≥ 2: 2 × dimensions. Before the first step it is that of the first two.
    pub fn plane(&self, dimensions: usize) -> DMatrix<f64> {
        if self.plane.ncols() == dimensions { self.plane.clone() } else { DMatrix::identity(2, dimensions) }
    }

    /// The same with its plane where every tour begins.
    pub(in crate::session) fn at_rest(&self) -> Tour {
        Tour { playing: self.playing, speed: self.speed, ..Tour::default() }
    }

    /// The plane and the turn under way (from, to, the share done), to be kept.
    pub(in crate::session) fn state(&self) -> TourState {
        let turn = self.rotation.as_ref().map(|(rotation, done)| (rotation.rows(0.0), rotation.rows(1.0), *done));
        TourState { plane: self.plane.clone(), turn, begun: self.begun }
    }

    /// Goes on from a state that was kept; what is no plane is left out.
    pub(in crate::session) fn restore(&mut self, state: TourState) {
        let is_plane = |plane: &DMatrix<f64>| {
            let gram = plane * plane.transpose();
            plane.nrows() == 2 && plane.ncols() > 1 && (gram - DMatrix::<f64>::identity(2, 2)).amax() < 1e-6
        };
        if !is_plane(&state.plane) {
            return;
        }
        let fits = |plane: &DMatrix<f64>| is_plane(plane) && plane.ncols() == state.plane.ncols();
        self.rotation = state
            .turn
            .filter(|(from, to, done)| fits(from) && fits(to) && (0.0..1.0).contains(done))
            .and_then(|(from, to, done)| Some((SubspaceRotation::between(&from, &to)?, done)));
        (self.plane, self.begun) = (state.plane, state.begun);
    }

    /// The factor on its pace.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Another speed, kept within [`TOUR_SPEEDS`].
    pub fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.speed = speed.clamp(*TOUR_SPEEDS.start(), *TOUR_SPEEDS.end());
        }
    }

    /// Turns on by `seconds` of the wall clock. True where it moves.
    pub fn advance(&mut self, dimensions: usize, seconds: f64) -> bool {
        if !self.playing || dimensions < 3 || !seconds.is_finite() {
            return false;
        }
        if self.plane.ncols() != dimensions {
            self.plane = DMatrix::identity(2, dimensions);
            self.rotation = None;
        }
        let (rotation, done) = match self.rotation.take() {
            Some(under_way) => under_way,
            None => match self.next() {
                Some(rotation) => (rotation, 0.0),
                None => return false,
            },
        };
        let done = done + self.speed * PACE * seconds.clamp(0.0, 0.1) / rotation.angle().max(1e-3);
        self.plane = rotation.rows(done.min(1.0));
        self.rotation = (done < 1.0).then_some((rotation, done));
        true
    }

    fn next(&mut self) -> Option<SubspaceRotation> {
        self.begun += 1;
        let mut random = ChaCha8Rng::seed_from_u64(self.begun);
        let mut entry = || f64::from(random.next_u32()) / f64::from(u32::MAX) - 0.5;
        let target = DMatrix::from_fn(self.plane.ncols(), 2, |_, _| entry());
        let target = orthonormal(target.column_iter().map(|column| column.into_owned())).transpose();
        SubspaceRotation::between(&self.plane, &target)
    }

    /// Turns the plane so that `direction` (a vector of the tour's dimensions) is seen at `to`, as nearly as an
    /// orthonormal plane can show it; all else stays as near as it can to where it was.
    ///
    /// With the unit vector c, A = (A c)cᵀ + Â and Â ⟂ c. The rows of p cᵀ + B Â are orthonormal where B Â Âᵀ Bᵀ = I − p pᵀ,
    /// which B = (I − p pᵀ)^½ (Â Âᵀ)^−½ gives.
    pub fn pull(&mut self, direction: &[f64], to: [f64; 2]) {
        let dimensions = direction.len();
        let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
        if dimensions < 3 || length <= 0.0 || !length.is_finite() || to.iter().any(|x| !x.is_finite()) {
            return;
        }
        let mut plane = self.plane(dimensions);
        let c = nalgebra::RowDVector::from_iterator(dimensions, direction.iter().map(|x| x / length));
        let mut seen = &plane * c.transpose();
        if seen.norm() > FARTHEST {
            // A plane that holds the direction itself has no second one to turn about: d, the direction's image in it, is
            // turned away from the direction until it is as far in the plane as may be.
            let toward = c.transpose();
            let image = &seen / seen.norm();
            let d = plane.transpose() * &image;
            let aside = |v: DVector<f64>| {
                let v = &v - &toward * toward.dot(&v);
                (v.norm() > LOST).then(|| v.normalize())
            };
            let farthest_axis = || {
                let axis = |k: usize| DVector::from_fn(dimensions, |row, _| f64::from(u8::from(row == k)));
                let beside = (0..dimensions).map(|k| axis(k) - plane.transpose() * plane.column(k));
                beside.max_by(|one, other| one.norm().total_cmp(&other.norm()))
            };
            let Some(m) = aside(d.clone()).or_else(|| farthest_axis().and_then(aside)) else { return };
            let turned = toward * FARTHEST + m * (1.0 - FARTHEST * FARTHEST).sqrt();
            plane += image * (turned - d).transpose();
            seen = &plane * c.transpose();
        }
        let rest = &plane - &seen * &c;
        let p = Vector2::from(to) / length;
        let p = p * (FARTHEST / p.norm().max(FARTHEST));
        let gram = &rest * rest.transpose();
        let gram = Matrix2::new(gram[(0, 0)], gram[(0, 1)], gram[(1, 0)], gram[(1, 1)]);
        let wanted = Matrix2::identity() - p * p.transpose();
        let (Some(inverse), Some(root)) = (power(gram, -0.5), power(wanted, 0.5)) else { return };
        let b = root * inverse;
        let b = DMatrix::from_fn(2, 2, |row, column| b[(row, column)]);
        let pulled = DMatrix::from_fn(2, 1, |row, _| p[row]) * &c + b * rest;
        // Rounding of many pulls must not add up.
        self.plane = orthonormal(pulled.row_iter().map(|row| row.transpose())).transpose();
        self.rotation = None;
    }
}

/// A symmetric positive matrix to a power; `None` where it is not positive enough for it.
fn power(matrix: Matrix2<f64>, exponent: f64) -> Option<Matrix2<f64>> {
    // The axes of [a b; b d] are turned by θ with tan 2θ = 2b/(a − d). A general eigenvalue solver loses half of the digits of
    // the axes where the two differ much in length and b is small.
    let angle = 0.5 * (2.0 * matrix[(0, 1)]).atan2(matrix[(0, 0)] - matrix[(1, 1)]);
    let axes = *nalgebra::Rotation2::new(angle).matrix();
    let values = (axes.transpose() * matrix * axes).diagonal();
    if values.min() < 1e-12 {
        return None;
    }
    Some(axes * Matrix2::from_diagonal(&values.map(|value| value.powf(exponent))) * axes.transpose())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_orthonormal(plane: &DMatrix<f64>) {
        assert!((plane * plane.transpose() - DMatrix::<f64>::identity(2, 2)).amax() < 1e-6);
    }

    proptest! {
        #[test]
        fn a_pulled_handle_is_where_the_mouse_is(
            dimensions in 3..9_usize, axis in 0..3_usize, to in prop::array::uniform2(-0.6..0.6f64), steps in 0..90
        ) {
            let mut tour = Tour::default();
            for _ in 0..steps {
                tour.advance(dimensions, 0.05);
            }
            let direction: Vec<f64> = (0..dimensions).map(|index| f64::from(u8::from(index == axis))).collect();
            tour.pull(&direction, to);
            let plane = tour.plane(dimensions);
            assert_orthonormal(&plane);
            prop_assert!((plane[(0, axis)] - to[0]).abs() < 1e-9 && (plane[(1, axis)] - to[1]).abs() < 1e-9);
        }
    }

    proptest! {
        #[test]
        fn a_pulled_centre_follows_the_mouse(
            centre in prop::collection::vec(-3.0..3.0f64, 3..9), path in prop::collection::vec(prop::array::uniform2(-0.6..0.6f64), 1..20)
        ) {
            let length = centre.iter().map(|x| x * x).sum::<f64>().sqrt();
            prop_assume!(length > 0.1);
            let mut tour = Tour::default();
            for share in path {
                let to = share.map(|share| share * length);
                tour.pull(&centre, to);
                let plane = tour.plane(centre.len());
                assert_orthonormal(&plane);
                let seen = &plane * nalgebra::DVector::from_column_slice(&centre);
                prop_assert!((seen[0] - to[0]).abs() < 1e-9 * length && (seen[1] - to[1]).abs() < 1e-9 * length);
            }
        }
    }

    #[test]
    fn a_centre_that_lies_nearly_in_the_plane_follows_as_exactly() {
        let centre = [2.698_485_372_257_58, -2.410_220_603_414_305_4, 0.113_320_449_881_267_24];
        let length = centre.iter().map(|x| x * x).sum::<f64>().sqrt();
        let mut tour = Tour::default();
        let to = [0.0, 0.582_820_334_984_036_3 * length];
        tour.pull(&centre, to);
        let seen = tour.plane(3) * nalgebra::DVector::from_column_slice(&centre);
        assert!((seen[0] - to[0]).abs().max((seen[1] - to[1]).abs()) < 1e-12, "{seen}");
    }

    #[test]
    fn the_tour_never_jumps_and_goes_far() {
        let mut tour = Tour::default();
        let mut farthest: f64 = 0.0;
        for _ in 0..1500 {
            let before = tour.plane(6);
            assert!(tour.advance(6, 0.05));
            let now = tour.plane(6);
            assert_orthonormal(&now);
            assert!((&now - &before).amax() < 0.05);
            farthest = farthest.max(now[(0, 5)].abs());
        }
        assert!(farthest > 0.5);
        tour.playing = false;
        assert!(!tour.advance(6, 0.05));
        tour.set_speed(1e9);
        assert_eq!(tour.speed(), 5.0);
        tour.pull(&[0.0; 6], [0.1, 0.1]);
        tour.pull(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], [f64::NAN, 0.0]);
        assert_orthonormal(&tour.plane(6));
    }
}
