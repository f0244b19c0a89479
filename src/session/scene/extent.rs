//! How far the data reaches over the whole flow, so that the scale of the stage stays put while it plays.

use std::sync::OnceLock;

use nalgebra::DMatrix;

use super::facing::Facings;
use super::fit::DataBounds;
use super::frame::{Frame, Rows};
use super::principal_rows::PrincipalRows;
use crate::flow::{Flow, SampledPath};
use crate::linalg::{PrincipalComponents, principal_components};
use crate::progress::{Progress, step};
use crate::session::subspace_rotation::orthonormal;
use crate::session::view::TOUR_DIMENSIONS;
use crate::session::{Projection, coordinate_name};

/// At most this many values are kept to fit a picture.
const MAX_VALUES: usize = 2_000_000;
/// At most this many positions; more tell nothing more about how far the data reaches.
const MAX_POSITIONS: usize = 60_000;
/// A position in d dimensions costs about d² multiplications while the layer turns; this many in all take a second or two.
const MAX_WORK: usize = 1_500_000_000;

/// So many times of each phase are looked at, where there are few phases; of all together at most [`MAX_TIMES`].
const TIMES_OF_PHASE: usize = 6;
const MAX_TIMES: usize = 1200;
/// Positions of more dimensions cost: all points are followed at so many times of a layer, or fewer, but some, at more.
const CHEAP: usize = 8;
const COARSE_TIMES: usize = 10;
const MIN_SAMPLES: usize = 128;
/// At as many times the projections are compared.
const MAX_COMPARED: usize = 24;
/// The mean share of the variance at a time that the following projection must show more to be the automatic one.
const MUCH_MORE: f64 = 0.12;

/// Positions of the data at many times of the whole flow, and what follows from them.
#[derive(Clone, Debug)]
pub struct Extent {
    /// d × positions; only finite ones.
    positions: DMatrix<f64>,
    /// The time of each position, ascending.
    times: Vec<f64>,
    /// The variance of all coordinates together at the time of each position.
    spreads: Vec<f64>,
    /// The variance of each coordinate.
    variances: Vec<f64>,
    /// Their principal components, up to [`TOUR_DIMENSIONS`]; `None` where there is no position at all.
    principal: Option<PrincipalComponents>,
    /// The two and the three principal components that follow the data.
    principal_rows: [PrincipalRows; 2],
    /// The rows of the last layer, classes × d, and what the classes are called.
    classes: Option<(DMatrix<f64>, Vec<String>)>,
    /// Whether the automatic projection follows the data.
    follows: OnceLock<bool>,
    /// What one projection draws, made in advance.
    prepared: OnceLock<(Projection, Frame)>,
}

impl Extent {
    /// Follows some of the points of `path` through the whole flow; `go_on` is asked now and then. `None` if it says no.
    pub fn over(flow: &Flow, path: &SampledPath, go_on: &mut Progress<'_>) -> Option<Extent> {
        let dimension = flow.ambient_dimension().max(1);
        let budget = MAX_POSITIONS.min(MAX_VALUES / dimension).min(MAX_WORK / (dimension * dimension)).max(64);
        let times = spread(&times(flow), budget / 8);
        let samples: Vec<usize> = (0..path.samples()).collect();
        let dear = budget.min(samples.len() * COARSE_TIMES * flow.layers().len()).max(MIN_SAMPLES * times.len());
        let budget = if dimension > CHEAP { dear.min(budget) } else { budget };
        let samples = spread(&samples, (budget / times.len().max(1)).max(1));
        let mut values = Vec::with_capacity(dimension * times.len() * samples.len());
        let mut time_of_position = Vec::with_capacity(times.len() * samples.len());
        for (done, &t) in times.iter().enumerate() {
            if !go_on(step(done, times.len()), "") {
                return None;
            }
            for &sample in &samples {
                let position = path.position(flow, t, sample);
                if position.len() == dimension && position.iter().all(|x| x.is_finite()) {
                    values.extend(position.iter().map(|x| f64::from(*x)));
                    time_of_position.push(t);
                }
            }
        }
        Some(Extent::new(DMatrix::from_vec(dimension, time_of_position.len(), values), time_of_position))
    }

    fn new(positions: DMatrix<f64>, times: Vec<f64>) -> Extent {
        let variances = positions.row_iter().map(|row| row.variance()).collect();
        let principal = principal_components(&positions, TOUR_DIMENSIONS).ok();
        let principal_rows = [2, 3].map(|count| {
            let fits = count <= positions.nrows();
            if fits { PrincipalRows::new(&positions, &times, count) } else { PrincipalRows::default() }
        });
        let mut spreads = Vec::with_capacity(times.len());
        for group in times.chunk_by(|a, b| a == b) {
            let here = positions.columns(spreads.len(), group.len());
            let spread = here.row_iter().map(|row| row.variance()).sum();
            spreads.extend(std::iter::repeat_n::<f64>(spread, group.len()));
        }
        Extent {
            positions,
            times,
            spreads,
            variances,
            principal,
            principal_rows,
            classes: None,
            follows: OnceLock::new(),
            prepared: OnceLock::new(),
        }
    }

    /// Lets class directions be drawn: `rows` (classes × d) are what the last layer reads each class by.
    pub(super) fn with_classes(self, rows: DMatrix<f64>, names: Vec<String>) -> Extent {
        let classes = (rows.nrows() >= 2 && rows.ncols() == self.dimension()).then_some((rows, names));
        Extent { classes, ..self }
    }

    /// The names of the classes whose directions can be drawn; none where the last layer has no such rows.
    pub fn classes(&self) -> &[String] {
        self.classes.as_ref().map_or(&[], |(_, names)| names)
    }

    /// The share of the data's variance at time t that `rows` (orthonormal, of d entries) show, 0 to 1.
    pub fn share_at(&self, rows: &DMatrix<f64>, t: f64) -> f64 {
        let after = self.times.partition_point(|time| *time <= t);
        let before = after.checked_sub(1).and_then(|index| self.times.get(index));
        let Some(first) = before.or(self.times.first()).map(|t| self.share_of_knot(rows, *t)) else { return 1.0 };
        match (before, self.times.get(after)) {
            (Some(from), Some(to)) => first + (t - from) / (to - from) * (self.share_of_knot(rows, *to) - first),
            _ => first,
        }
    }

    /// [`Extent::share_at`] a time at which positions are kept.
    fn share_of_knot(&self, rows: &DMatrix<f64>, t: f64) -> f64 {
        let start = self.times.partition_point(|time| *time < t);
        let end = self.times.partition_point(|time| *time <= t);
        let here = self.positions.columns(start, end - start);
        let variance = |matrix: &DMatrix<f64>| matrix.row_iter().map(|row| row.variance()).sum::<f64>();
        share(variance(&(rows * here)), self.spreads.get(start).copied().unwrap_or(0.0))
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.positions.nrows()
    }

    /// The principal components of the whole flow; `None` without data.
    pub fn principal(&self) -> Option<&PrincipalComponents> {
        self.principal.as_ref()
    }

    /// Makes what `projection` draws in advance, so that [`Extent::frame`] need not.
    pub(crate) fn prepare_frame(&self, projection: Projection) {
        let frame = self.new_frame(projection);
        self.prepared.get_or_init(|| (projection, frame));
    }

    /// Whether the automatic projection follows the data: where what lies still over the whole flow shows much less of
    /// the data at the times between.
    pub fn follows(&self) -> bool {
        *self.follows.get_or_init(|| self.following_shows_more())
    }

    fn following_shows_more(&self) -> bool {
        let Some(principal) = self.principal().filter(|_| self.dimension() > 3) else { return false };
        let still = principal.directions.rows(0, principal.directions.nrows().min(3)).into_owned();
        let mut times: Vec<f64> = self.times.clone();
        times.dedup();
        let every = times.len().div_ceil(MAX_COMPARED).max(1);
        let gains = times.iter().step_by(every).filter_map(|t| {
            let following = self.principal_rows[1].at(*t)?;
            Some(self.share_of_knot(&following, *t) - self.share_of_knot(&still, *t))
        });
        let gains: Vec<f64> = gains.collect();
        !gains.is_empty() && gains.iter().sum::<f64>() / gains.len() as f64 >= MUCH_MORE
    }

    /// What `projection` draws. Coordinates that do not exist are replaced by the last one.
    pub fn frame(&self, projection: Projection) -> Frame {
        let prepared = self.prepared.get().filter(|(prepared, _)| *prepared == projection);
        prepared.map_or_else(|| self.new_frame(projection), |(_, frame)| frame.clone())
    }

    fn new_frame(&self, projection: Projection) -> Frame {
        let dimension = self.dimension();
        match (projection, self.principal()) {
            (Projection::Plane(chosen), _) => self.coordinates(&chosen),
            (Projection::Space(chosen), _) => self.coordinates(&chosen),
            (Projection::Automatic, _) if dimension <= 3 => self.coordinates(&[0, 1, 2][..dimension]),
            (Projection::Automatic, Some(_)) if self.follows() => self.principal_rows(1),
            (Projection::PrincipalPlane, Some(principal)) => self.components(principal, 2),
            (Projection::Automatic | Projection::PrincipalSpace, Some(principal)) => self.components(principal, 3),
            (Projection::FollowingPlane, Some(_)) if dimension >= 2 => self.principal_rows(0),
            (Projection::FollowingSpace, Some(_)) if dimension >= 3 => self.principal_rows(1),
            (Projection::ClassPlane(chosen), _) => self.class_directions(&chosen),
            (Projection::ClassSpace(chosen), _) => self.class_directions(&chosen),
            (Projection::Tour, _) if dimension >= 3 => self.tour(),
            (Projection::PrincipalPlane | Projection::FollowingPlane | Projection::Tour, _) => {
                self.coordinates(&[0, 1])
            }
            (Projection::Automatic | Projection::PrincipalSpace | Projection::FollowingSpace, _) => {
                self.coordinates(&[0, 1, 2])
            }
        }
    }

    /// Principal components that follow the data: two, or three with `index` 1.
    fn principal_rows(&self, index: usize) -> Frame {
        let rows = &self.principal_rows[index];
        let count = index + 2;
        let without_data = DMatrix::identity(count, self.dimension());
        let projected = self.projected(count, |t| rows.at(t).unwrap_or_else(|| without_data.clone()));
        let labels = (1..=count).map(|number| format!("now {number}")).collect();
        self.fitted(Rows::Following(rows.clone(), without_data.clone()), &projected, labels, None)
    }

    /// The rows by which the last layer reads the chosen classes, made orthonormal one after the other. Where two of them
    /// point the same way, a principal component stands in.
    fn class_directions(&self, chosen: &[usize]) -> Frame {
        let Some((rows, names)) = &self.classes else { return self.coordinates(&[0, 1, 2][..chosen.len()]) };
        let chosen: Vec<usize> = chosen.iter().map(|class| (*class).min(rows.nrows() - 1)).collect();
        let wanted = chosen.iter().map(|class| rows.row(*class).transpose());
        let found = orthonormal(wanted.clone()).ncols();
        let stand_ins = self.principal().map(|principal| principal.directions.clone()).unwrap_or_default();
        let all = orthonormal(wanted.chain(stand_ins.row_iter().map(|row| row.transpose())));
        let count = chosen.len().min(all.ncols());
        let directions = all.columns(0, count).transpose();
        let name = |index: usize| names.get(chosen[index]).map_or_else(String::new, |name| format!("to {name}"));
        let label = |index: usize| if found == chosen.len() { name(index) } else { format!("direction {}", index + 1) };
        let seen = self.seen(&directions);
        let labels = (0..count).map(label).collect();
        self.fixed(directions, labels, seen)
    }

    /// All coordinates, or the first principal components where there are more than the tour passes through.
    fn tour(&self) -> Frame {
        let dimension = self.dimension();
        let principal = self.principal().filter(|_| dimension > TOUR_DIMENSIONS);
        let (directions, labels): (_, Vec<String>) = match principal {
            Some(principal) => {
                let count = principal.directions.nrows();
                (principal.directions.clone(), (1..=count).map(|index| format!("PC {index}")).collect())
            }
            None => {
                let count = dimension.min(TOUR_DIMENSIONS);
                (DMatrix::identity(count, dimension), (0..count).map(coordinate_name).collect())
            }
        };
        // However the plane lies, a point is at most as far from the middle as it is in the tour's space, and mostly nearer.
        let mut around = &directions * &self.positions;
        let circle = DMatrix::from_fn(2, around.ncols(), |row, column| {
            let (sin, cos) = (column as f64 * GOLDEN_ANGLE).sin_cos();
            if row == 0 { cos } else { sin }
        });
        let radii: Vec<f64> = around.column_iter().map(|column| MOSTLY_NEARER * column.norm()).collect();
        around = circle;
        around.column_iter_mut().zip(radii).for_each(|(mut column, radius)| column *= radius);
        self.fitted(Rows::Tour(directions), &around, labels, None)
    }

    /// The kept positions, each projected by the `count` rows of its time.
    fn projected(&self, count: usize, rows: impl Fn(f64) -> DMatrix<f64>) -> DMatrix<f64> {
        let mut projected = DMatrix::zeros(count, self.positions.ncols());
        let mut start = 0;
        for group in self.times.chunk_by(|a, b| a == b) {
            let here = self.positions.columns(start, group.len());
            let rows = group.first().map(|t| rows(*t)).filter(|rows| rows.nrows() == count);
            if let Some(rows) = rows {
                projected.columns_mut(start, group.len()).copy_from(&(rows * here));
            }
            start += group.len();
        }
        projected
    }

    /// The share of the whole flow's variance along orthonormal `rows`.
    fn seen(&self, rows: &DMatrix<f64>) -> f64 {
        let projected = rows * &self.positions;
        let seen = projected.row_iter().map(|row| row.variance()).sum();
        share(seen, self.variances.iter().sum())
    }

    fn coordinates(&self, chosen: &[usize]) -> Frame {
        let dimension = self.dimension();
        let mut distinct: Vec<usize> = Vec::with_capacity(3);
        for &index in chosen {
            let index = index.min(dimension - 1);
            if !distinct.contains(&index) {
                distinct.push(index);
            }
        }
        let rows =
            DMatrix::from_fn(distinct.len(), dimension, |row, column| f64::from(u8::from(distinct[row] == column)));
        let labels = distinct.iter().map(|index| coordinate_name(*index)).collect();
        let seen = distinct.iter().filter_map(|index| self.variances.get(*index)).sum();
        let frame = self.fixed(rows, labels, share(seen, self.variances.iter().sum()));
        Frame { coordinates: distinct, ..frame }
    }

    fn components(&self, principal: &PrincipalComponents, count: usize) -> Frame {
        let count = count.min(principal.directions.nrows());
        let rows = principal.directions.rows(0, count).into_owned();
        let labels = (1..=count).map(|index| format!("PC {index}")).collect();
        let seen = principal.variances.iter().take(count).sum();
        self.fixed(rows, labels, share(seen, principal.total_variance))
    }

    fn fixed(&self, rows: DMatrix<f64>, labels: Vec<String>, share: f64) -> Frame {
        let projected = &rows * &self.positions;
        self.fitted(Rows::Fixed(rows), &projected, labels, Some(share))
    }

    fn fitted(&self, rows: Rows, projected: &DMatrix<f64>, labels: Vec<String>, share: Option<f64>) -> Frame {
        let space = projected.nrows() == 3;
        let bounds = DataBounds::new(projected.as_view(), &self.times, space);
        let facings = if space { Facings::new(projected.as_view(), &self.times) } else { Facings::default() };
        Frame { rows, labels, coordinates: Vec::new(), space, bounds, facings, share }
    }
}

/// The angle by which the tour's points go around a circle of their radius: it never repeats.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;
/// A plane of several dimensions seldom shows a point as far out as it is.
const MOSTLY_NEARER: f64 = 0.8;

fn share(seen: f64, total: f64) -> f64 {
    if total > 0.0 { (seen / total).clamp(0.0, 1.0) } else { 1.0 }
}

/// The ends of every phase, and times between them.
fn times(flow: &Flow) -> Vec<f64> {
    let phases = flow.layers().iter().flat_map(|layer| &layer.phases);
    let count = (MAX_TIMES / phases.clone().count().max(1)).clamp(2, TIMES_OF_PHASE);
    let in_phase = move |(start, end): (f64, f64)| {
        (0..count).map(move |index| start + (end - start) * index as f64 / count as f64)
    };
    let mut times: Vec<f64> = phases.flat_map(|phase| in_phase((phase.start, phase.end))).collect();
    times.insert(0, 0.0);
    times.push(flow.duration());
    times.dedup();
    times
}

/// At most `count` (at least two) of `items`, evenly spread, with the first and the last.
fn spread<T: Copy>(items: &[T], count: usize) -> Vec<T> {
    let count = count.max(2);
    if items.len() <= count {
        return items.to_vec();
    }
    (0..count).filter_map(|index| items.get(index * (items.len() - 1) / (count - 1)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Orientation, Tour};

    fn extent(positions: DMatrix<f64>) -> Extent {
        let times = vec![0.0; positions.ncols()];
        Extent::new(positions, times)
    }

    #[test]
    fn small_spaces_are_shown_whole() {
        for dimension in 1..4 {
            let frame = extent(DMatrix::from_fn(dimension, 9, |row, column| (row * column) as f64))
                .frame(Projection::Automatic);
            assert_eq!(frame.rows(0.0, &Tour::default()), DMatrix::identity(dimension, dimension));
            assert_eq!(frame.share, Some(1.0));
            assert_eq!(frame.space, dimension == 3);
        }
    }

    #[test]
    fn large_spaces_are_shown_along_their_widest_directions() {
        let points = DMatrix::from_fn(8, 50, |row, column| ((row + 1) as f64 * column as f64).sin() * (row + 1) as f64);
        let extent = extent(points);
        let frame = extent.frame(Projection::Automatic);
        assert_eq!(frame.labels, ["PC 1", "PC 2", "PC 3"]);
        assert!(frame.share > extent.frame(Projection::Space([0, 1, 2])).share);
        assert_eq!(extent.frame(Projection::PrincipalPlane).rows(0.0, &Tour::default()).nrows(), 2);
    }

    #[test]
    fn degenerate_data_still_has_a_size() {
        for positions in [
            DMatrix::zeros(2, 0),
            DMatrix::zeros(3, 0),
            DMatrix::zeros(4, 0),
            DMatrix::zeros(3, 5),
            DMatrix::from_element(2, 1, 1e30),
            DMatrix::from_element(3, 4, 1e30),
        ] {
            let extent = extent(positions);
            for projection in [
                Projection::Automatic,
                Projection::Plane([0, 99]),
                Projection::PrincipalSpace,
                Projection::FollowingPlane,
                Projection::FollowingSpace,
                Projection::ClassPlane([0, 1]),
                Projection::Tour,
            ] {
                let frame = extent.frame(projection);
                let rows = frame.rows(0.3, &Tour::default());
                assert!((&rows * rows.transpose() - DMatrix::identity(rows.nrows(), rows.nrows())).amax() < 1e-9);
                assert!((0.0..=1.0).contains(&extent.share_at(&rows, 0.3)));
                for fit in [false, true].map(|by_layer| frame.fit(0.3, by_layer, Orientation::default())) {
                    assert!(fit.half.iter().all(|half| half.is_finite() && *half > 0.0));
                    assert!(fit.centre.iter().all(|x| x.is_finite()));
                }
            }
        }
    }

    #[test]
    fn missing_and_repeated_coordinates_are_left_out() {
        let extent = extent(DMatrix::identity(5, 5));
        assert_eq!(extent.frame(Projection::Plane([1, 1])).labels, ["x₂"]);
        assert_eq!(extent.frame(Projection::Space([0, 99, 3])).labels, ["x₁", "x₅", "x₄"]);
        assert_eq!(coordinate_name(122), "x₁₂₃");
    }

    #[test]
    fn classes_are_seen_along_the_rows_that_read_them() {
        let positions = DMatrix::from_fn(4, 30, |row, column| ((column * (row + 2)) as f64).sin());
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        let rows = DMatrix::from_row_slice(3, 4, &[0.0, 2.0, 0.0, 0.0, 0.0, -4.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        let extent = extent(positions).with_classes(rows, names);
        let frame = extent.frame(Projection::ClassPlane([0, 2]));
        assert_eq!(frame.labels, ["to a", "to c"]);
        let expected = DMatrix::from_row_slice(2, 4, &[0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert!((frame.rows(0.0, &Tour::default()) - expected).amax() < 1e-12);
        // Opposite rows are one direction; a principal component is the other.
        let opposite = extent.frame(Projection::ClassPlane([0, 1]));
        assert_eq!(opposite.labels, ["direction 1", "direction 2"]);
        assert_eq!(opposite.rows(0.0, &Tour::default()).nrows(), 2);
    }

    #[test]
    fn few_of_many_keep_both_ends() {
        let items: Vec<usize> = (0..1000).collect();
        let few = spread(&items, 7);
        assert_eq!((few.len(), few[0], few[6]), (7, 0, 999));
        assert_eq!(spread(&[1, 2, 3], 1), [1, 3]);
        assert_eq!(spread(&Vec::<usize>::new(), 5), Vec::<usize>::new());
    }
}
