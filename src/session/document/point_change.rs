//! Changes of the data by hand, on a sheet of two coordinates: points are added, dragged, painted and erased.

use nalgebra::DMatrix;
use thiserror::Error;

use crate::dataset::{Dataset, Labels, Random};

/// The most points that can be drawn by hand.
const MAX_POINTS: usize = 100_000;
/// The most classes that can be drawn by hand.
pub const MAX_CLASSES: usize = 10;

/// A change of the points. Samples and classes are counted from 0; lengths and places are in units of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PointChange {
    /// One point.
    Add { at: [f64; 2], class: usize },
    /// So many points, evenly over a disc.
    Paint { at: [f64; 2], radius: f64, count: usize, class: usize },
    /// Another place for a point.
    Move { sample: usize, to: [f64; 2] },
    /// Takes the points in a disc away.
    Erase { at: [f64; 2], radius: f64 },
    /// Takes all points away.
    Clear,
}

/// Why the data cannot be changed by hand.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PointError {
    /// Not on a sheet.
    #[error("points of {dimension} coordinates cannot be drawn by hand; choose data of two coordinates")]
    Dimension { dimension: usize },
    /// Points without classes.
    #[error("these points have no classes to draw with; clear the sheet first, or choose data with classes")]
    NoClasses,
    /// More points than can be drawn.
    #[error("more than {MAX_POINTS} points cannot be drawn by hand; erase some first")]
    TooMany,
}

impl PointChange {
    /// What it is called in the list of changes.
    pub fn label(self) -> String {
        match self {
            PointChange::Add { .. } => "Add a point".to_owned(),
            PointChange::Paint { .. } => "Paint points".to_owned(),
            PointChange::Move { sample, .. } => format!("Move point {}", sample + 1),
            PointChange::Erase { .. } => "Erase points".to_owned(),
            PointChange::Clear => "Clear the points".to_owned(),
        }
    }

    /// Whether `next` belongs to the same stroke.
    pub(in crate::session) fn goes_on_as(&self, next: &PointChange) -> bool {
        match (self, next) {
            (PointChange::Paint { class, .. }, PointChange::Paint { class: next, .. }) => class == next,
            (PointChange::Move { sample, .. }, PointChange::Move { sample: next, .. }) => sample == next,
            (PointChange::Erase { .. }, PointChange::Erase { .. }) => true,
            _ => false,
        }
    }

    /// The data after the change; `None` where nothing changes. `random` places what is painted.
    ///
    /// # Errors
    /// If the data is none that can be drawn by hand.
    pub(in crate::session) fn apply(self, data: &Dataset, random: &mut Random) -> Result<Option<Dataset>, PointError> {
        if data.dimension() != 2 {
            return Err(PointError::Dimension { dimension: data.dimension() });
        }
        match self {
            PointChange::Add { at, class } => added(data, &[at], class),
            PointChange::Paint { at, radius, count, class } => {
                let positions: Vec<[f64; 2]> = (0..count).map(|_| in_disc(at, radius, random)).collect();
                added(data, &positions, class)
            }
            PointChange::Move { sample, to } => {
                if sample >= data.samples() || !to.iter().all(|x| x.is_finite()) {
                    return Ok(None);
                }
                let mut points = data.points.clone();
                points.column_mut(sample).copy_from_slice(&to);
                Ok(Some(drawn(data, points, data.labels.clone())))
            }
            PointChange::Erase { at, radius } => {
                let far = |sample: &usize| {
                    let point = data.points.column(*sample);
                    (point[0] - at[0]).hypot(point[1] - at[1]) > radius
                };
                let kept: Vec<usize> = (0..data.samples()).filter(far).collect();
                Ok((kept.len() < data.samples()).then(|| chosen(data, &kept)))
            }
            PointChange::Clear => {
                let names = match &data.labels {
                    Labels::Classes { names, .. } => names.clone(),
                    Labels::None | Labels::Values(_) => numbered(2),
                };
                let empty = Labels::Classes { of_sample: Vec::new(), names };
                let changes = data.samples() > 0 || !matches!(data.labels, Labels::Classes { .. });
                Ok(changes.then(|| drawn(data, DMatrix::zeros(2, 0), empty)))
            }
        }
    }
}

fn added(data: &Dataset, positions: &[[f64; 2]], class: usize) -> Result<Option<Dataset>, PointError> {
    let Labels::Classes { of_sample, names } = &data.labels else { return Err(PointError::NoClasses) };
    let positions: Vec<[f64; 2]> = positions.iter().copied().filter(|at| at.iter().all(|x| x.is_finite())).collect();
    if positions.is_empty() || class >= MAX_CLASSES.max(names.len()) {
        return Ok(None);
    }
    let samples = data.samples();
    if samples + positions.len() > MAX_POINTS {
        return Err(PointError::TooMany);
    }
    let mut points = data.points.clone().resize_horizontally(samples + positions.len(), 0.0);
    for (position, at) in positions.iter().enumerate() {
        points.column_mut(samples + position).copy_from_slice(at);
    }
    let mut of_sample = of_sample.clone();
    of_sample.resize(points.ncols(), class);
    let mut names = names.clone();
    let known = names.len();
    names.extend(numbered(class + 1).into_iter().skip(known));
    Ok(Some(drawn(data, points, Labels::Classes { of_sample, names })))
}

fn chosen(data: &Dataset, kept: &[usize]) -> Dataset {
    let labels = match &data.labels {
        Labels::None => Labels::None,
        Labels::Classes { of_sample, names } => {
            let of_sample = kept.iter().filter_map(|sample| of_sample.get(*sample).copied()).collect();
            Labels::Classes { of_sample, names: names.clone() }
        }
        Labels::Values(values) => {
            Labels::Values(kept.iter().filter_map(|sample| values.get(*sample).copied()).collect())
        }
    };
    drawn(data, data.points.select_columns(kept), labels)
}

/// The data with other points, whose columns keep their names.
fn drawn(data: &Dataset, points: DMatrix<f64>, labels: Labels) -> Dataset {
    Dataset { name: "drawn by hand".to_owned(), points, labels, columns: data.columns.clone(), ..Dataset::default() }
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|class| class.to_string()).collect()
}

/// A point of the disc, all places alike: of the square around it the first that lies inside, or the middle.
fn in_disc(at: [f64; 2], radius: f64, random: &mut Random) -> [f64; 2] {
    /// Each try misses with probability 1 − π/4; all together about never.
    const TRIES: usize = 32;
    let tries = (0..TRIES).map(|_| [0, 1].map(|_| random.between(-1.0, 1.0)));
    let inside = tries.into_iter().find(|[x, y]| x.hypot(*y) <= 1.0).unwrap_or([0.0, 0.0]);
    [at[0] + radius * inside[0], at[1] + radius * inside[1]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Generator, GeneratorOptions};

    fn moons() -> Dataset {
        Generator::Moons.generate(GeneratorOptions { samples: 20, ..GeneratorOptions::default() })
    }

    fn after(data: &Dataset, change: PointChange) -> Option<Dataset> {
        change.apply(data, &mut Random::new(1)).unwrap()
    }

    fn classes(data: &Dataset) -> (&[usize], usize) {
        match &data.labels {
            Labels::Classes { of_sample, names } => (of_sample, names.len()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn points_come_move_and_go_with_their_classes() {
        let data = moons();
        let more = after(&data, PointChange::Add { at: [3.0, -2.0], class: 1 }).unwrap();
        assert_eq!((more.samples(), more.points.column(20).as_slice()), (21, &[3.0, -2.0][..]));
        assert_eq!((classes(&more).0[20], classes(&more).1), (1, 2));
        let third = after(&data, PointChange::Add { at: [0.0, 0.0], class: 2 }).unwrap();
        assert_eq!((classes(&third).0[20], classes(&third).1), (2, 3));
        let moved = after(&more, PointChange::Move { sample: 20, to: [4.0, 4.0] }).unwrap();
        assert_eq!(moved.points.column(20).as_slice(), [4.0, 4.0]);
        let erased = after(&moved, PointChange::Erase { at: [4.1, 4.0], radius: 0.2 }).unwrap();
        assert_eq!((erased.points, erased.labels), (data.points.clone(), data.labels.clone()));
        let empty = after(&data, PointChange::Clear).unwrap();
        assert_eq!((empty.samples(), classes(&empty).1), (0, 2));
        assert_eq!(after(&empty, PointChange::Clear), None);
    }

    #[test]
    fn paint_fills_its_disc_and_no_more() {
        let paint = PointChange::Paint { at: [1.0, 2.0], radius: 0.5, count: 200, class: 0 };
        let painted = after(&moons(), paint).unwrap();
        assert_eq!(painted.samples(), 220);
        let distances: Vec<f64> =
            painted.points.columns(20, 200).column_iter().map(|p| (p[0] - 1.0).hypot(p[1] - 2.0)).collect();
        assert!(distances.iter().all(|distance| *distance <= 0.5));
        // Half of the disc's points lie outside radius/√2.
        let outer = distances.iter().filter(|distance| **distance > 0.5 / 2.0_f64.sqrt()).count();
        assert!((70..130).contains(&outer), "{outer}");
    }

    #[test]
    fn what_cannot_be_drawn_is_told_or_changes_nothing() {
        let data = moons();
        for nothing in [
            PointChange::Add { at: [f64::NAN, 0.0], class: 0 },
            PointChange::Add { at: [0.0, 0.0], class: MAX_CLASSES },
            PointChange::Move { sample: 20, to: [0.0, 0.0] },
            PointChange::Move { sample: 0, to: [f64::INFINITY, 0.0] },
            PointChange::Erase { at: [50.0, 50.0], radius: 1.0 },
            PointChange::Paint { at: [0.0, 0.0], radius: 1.0, count: 0, class: 0 },
        ] {
            assert_eq!(after(&data, nothing), None, "{nothing:?}");
        }
        let mut random = Random::new(1);
        let add = PointChange::Add { at: [0.0, 0.0], class: 0 };
        let digits = Generator::Digits.generate(GeneratorOptions { samples: 5, ..GeneratorOptions::default() });
        assert_eq!(add.apply(&digits, &mut random), Err(PointError::Dimension { dimension: 64 }));
        let plain = Dataset { labels: Labels::None, ..data };
        assert_eq!(add.apply(&plain, &mut random), Err(PointError::NoClasses));
        assert_eq!(classes(&after(&plain, PointChange::Clear).unwrap()).1, 2);
        let many = PointChange::Paint { at: [0.0; 2], radius: 1.0, count: MAX_POINTS + 1, class: 0 };
        assert_eq!(many.apply(&moons(), &mut random), Err(PointError::TooMany));
    }
}
