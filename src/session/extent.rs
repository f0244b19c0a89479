//! How far the data reaches over the whole flow, so that the scale of the stage stays put while it plays.

use nalgebra::DMatrix;

use super::fit::{Fit, Following};
use super::view::Projection;
use crate::flow::{Flow, SampledPath};
use crate::linalg::{PrincipalComponents, principal_components};

/// At most this many values are kept to fit a picture.
const MAX_VALUES: usize = 2_000_000;
/// At most this many positions; more tell nothing more about how far the data reaches.
const MAX_POSITIONS: usize = 60_000;
/// A position in d dimensions costs about d² multiplications while the layer turns; this many in all take a second or two.
const MAX_WORK: usize = 1_500_000_000;

/// Positions of the data at many times of the whole flow, and what follows from them.
#[derive(Clone, Debug)]
pub struct Extent {
    /// d × positions; only finite ones.
    positions: DMatrix<f64>,
    /// The time of each position, ascending.
    times: Vec<f64>,
    /// The variance of each coordinate.
    variances: Vec<f64>,
    /// Their principal components, up to three; `None` where there is no position at all.
    principal: Option<PrincipalComponents>,
}

/// A projection of the ambient space onto the stage, fitted to the whole flow.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What is drawn: 1 to 3 rows of d entries, orthonormal.
    pub rows: DMatrix<f64>,
    /// What each row is called: "x₁", "x₂", … or "PC 1", ….
    pub labels: Vec<String>,
    /// Whether the picture is three-dimensional and can be turned.
    pub space: bool,
    /// What holds the data over the whole flow.
    pub whole_flow: Fit,
    /// What holds the data around each time.
    following: Following,
    /// The share of the variance over the whole flow that is seen, 0 to 1.
    pub share: f64,
}

impl Frame {
    /// What of the projected space should be in sight at time t: the same over the whole flow, or (`follows`) what the
    /// data needs around t.
    pub fn fit(&self, t: f64, follows: bool) -> Fit {
        if follows { self.following.at(t).unwrap_or(self.whole_flow) } else { self.whole_flow }
    }
}

impl Extent {
    /// Follows some of the points of `path` through the whole flow; `go_on` is asked now and then. `None` if it says no.
    pub fn over(flow: &Flow, path: &SampledPath, go_on: &mut dyn FnMut() -> bool) -> Option<Extent> {
        let dimension = flow.ambient_dimension().max(1);
        let budget = MAX_POSITIONS.min(MAX_VALUES / dimension).min(MAX_WORK / (dimension * dimension)).max(64);
        let times = spread(&times(flow), budget / 8);
        let samples: Vec<usize> = (0..path.samples()).collect();
        let samples = spread(&samples, (budget / times.len().max(1)).max(1));
        let mut values = Vec::with_capacity(dimension * times.len() * samples.len());
        let mut time_of_position = Vec::with_capacity(times.len() * samples.len());
        for &t in &times {
            if !go_on() {
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
        Some(Extent::of(DMatrix::from_vec(dimension, time_of_position.len(), values), time_of_position))
    }

    fn of(positions: DMatrix<f64>, times: Vec<f64>) -> Extent {
        let variances = positions.row_iter().map(|row| row.variance()).collect();
        let principal = principal_components(&positions, 3).ok();
        Extent { positions, times, variances, principal }
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.positions.nrows()
    }

    /// The principal components of the whole flow; `None` without data.
    pub fn principal(&self) -> Option<&PrincipalComponents> {
        self.principal.as_ref()
    }

    /// What `projection` draws. Coordinates that do not exist are replaced by the last one.
    pub fn frame(&self, projection: Projection) -> Frame {
        let dimension = self.dimension();
        match (projection, self.principal()) {
            (Projection::Plane(chosen), _) => self.coordinates(&chosen),
            (Projection::Space(chosen), _) => self.coordinates(&chosen),
            (Projection::Automatic, _) if dimension <= 3 => self.coordinates(&[0, 1, 2][..dimension]),
            (Projection::PrincipalPlane, Some(principal)) => self.components(principal, 2),
            (Projection::Automatic | Projection::PrincipalSpace, Some(principal)) => self.components(principal, 3),
            (Projection::PrincipalPlane, None) => self.coordinates(&[0, 1]),
            (Projection::Automatic | Projection::PrincipalSpace, None) => self.coordinates(&[0, 1, 2]),
        }
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
        self.fitted(rows, labels, share(seen, self.variances.iter().sum()))
    }

    fn components(&self, principal: &PrincipalComponents, count: usize) -> Frame {
        let count = count.min(principal.directions.nrows());
        let rows = principal.directions.rows(0, count).into_owned();
        let labels = (1..=count).map(|index| format!("PC {index}")).collect();
        let seen = principal.variances.iter().take(count).sum();
        self.fitted(rows, labels, share(seen, principal.total_variance))
    }

    fn fitted(&self, rows: DMatrix<f64>, labels: Vec<String>, share: f64) -> Frame {
        let projected = &rows * &self.positions;
        let space = rows.nrows() == 3;
        let whole_flow = Fit::around(projected.as_view(), space);
        let following = Following::new(projected.as_view(), &self.times, whole_flow, space);
        Frame { rows, labels, space, whole_flow, following, share }
    }
}

/// "x₁" for the coordinate with index 0.
pub fn coordinate_name(index: usize) -> String {
    format!("x{}", subscript(index + 1))
}

/// `number` in subscript digits, for the index of a symbol.
pub fn subscript(number: usize) -> String {
    let digit = |digit: u8| char::from_u32(u32::from('₀') + u32::from(digit.wrapping_sub(b'0')));
    number.to_string().bytes().filter_map(digit).collect()
}

fn share(seen: f64, total: f64) -> f64 {
    if total > 0.0 { (seen / total).clamp(0.0, 1.0) } else { 1.0 }
}

/// The ends and the middle of every phase.
fn times(flow: &Flow) -> Vec<f64> {
    let phases = flow.layers().iter().flat_map(|layer| &layer.phases);
    let mut times: Vec<f64> = phases.flat_map(|phase| [phase.start, (phase.start + phase.end) / 2.0]).collect();
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

    fn extent(positions: DMatrix<f64>) -> Extent {
        let times = vec![0.0; positions.ncols()];
        Extent::of(positions, times)
    }

    #[test]
    fn small_spaces_are_shown_whole() {
        for dimension in 1..4 {
            let frame = extent(DMatrix::from_fn(dimension, 9, |row, column| (row * column) as f64))
                .frame(Projection::Automatic);
            assert_eq!(frame.rows, DMatrix::identity(dimension, dimension));
            assert_eq!(frame.share, 1.0);
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
        assert_eq!(extent.frame(Projection::PrincipalPlane).rows.nrows(), 2);
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
            for projection in [Projection::Automatic, Projection::Plane([0, 99]), Projection::PrincipalSpace] {
                let frame = extent.frame(projection);
                for fit in [frame.fit(0.3, false), frame.fit(0.3, true)] {
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
    fn few_of_many_keep_both_ends() {
        let items: Vec<usize> = (0..1000).collect();
        let few = spread(&items, 7);
        assert_eq!((few.len(), few[0], few[6]), (7, 0, 999));
        assert_eq!(spread(&[1, 2, 3], 1), [1, 3]);
        assert_eq!(spread(&Vec::<usize>::new(), 5), Vec::<usize>::new());
    }
}
