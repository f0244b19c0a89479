//! A grid of the input space whose deformation shows what the layers do between the data.

use std::ops::Range;

use nalgebra::{DMatrix, DVector};

use crate::linalg::evenly_spaced;
use crate::linalg::principal_components;

/// Lines of the input space, as points in a row.
#[derive(Clone, Debug)]
pub struct Lattice {
    /// The points of all lines, inputs × nodes.
    pub points: DMatrix<f64>,
    /// The columns of `points` that each line joins, in order.
    pub lines: Vec<Range<usize>>,
    /// The columns of `points` around each cell of a grid in the plane, its four corners first in the order of the
    /// outline; none for a grid of lines in space or on a line.
    pub cells: Vec<Cell>,
    /// What the grid is, in words.
    pub description: String,
}

/// A cell of the grid: indices of `Lattice::points`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its corners, one after the other around it.
    pub corners: [usize; 4],
    /// All points of the lines around it in the same sense, the corners among them.
    pub outline: Vec<usize>,
}

/// An input space of so many dimensions has a grid of its own; a larger one that of a slice.
pub(super) const MAX_WHOLE: usize = 3;
/// Lines across each axis of a grid in the plane.
const LINES_2D: usize = 15;
/// Lines across each axis of a grid in space; more would hide the data.
const LINES_3D: usize = 4;
/// Steps of a line from one crossing to the next in the plane: enough for a tanh layer to bend it smoothly.
const STEPS_A_CELL: usize = 4;
/// Lines across each axis, and steps from one crossing to the next, of grids in the plane of ever fewer points: where each
/// point of a wide network takes megabytes.
const COARSER: [[usize; 2]; 4] = [[9, 4], [9, 2], [5, 2], [3, 1]];
/// As many data points as the principal components of a slice are taken from.
const SLICE_SAMPLES: usize = 2000;
/// How much wider than the data the grid is.
const MARGIN: f64 = 1.1;

/// How many lines and points a grid has.
#[derive(Clone, Copy, Debug)]
struct Density {
    /// Lines across each axis of the plane.
    lines: usize,
    /// Steps from one crossing to the next.
    steps: usize,
}

impl Density {
    const FULL: Density = Density { lines: LINES_2D, steps: STEPS_A_CELL };

    /// The densest grid in the plane of at most so many points; the coarsest where all have more.
    fn of_slice(most: usize) -> Density {
        let coarser = COARSER.map(|[lines, steps]| Density { lines, steps });
        let [.., coarsest] = coarser;
        let mut all = std::iter::once(Density::FULL).chain(coarser);
        all.find(|density| 2 * density.lines * density.nodes() <= most).unwrap_or(coarsest)
    }

    /// Points along a line, one at every crossing in the plane.
    fn nodes(self) -> usize {
        self.steps * (self.lines - 1) + 1
    }
}

impl Lattice {
    /// A grid over the space of `data` (inputs × samples): the whole of it for up to three inputs, else a plane through
    /// the data's mean along its first two principal components.
    pub fn around(data: &DMatrix<f64>) -> Lattice {
        Lattice::within(data, usize::MAX)
    }

    /// The same of at most so many points where there are more than three inputs, as far as that leaves a grid.
    pub fn within(data: &DMatrix<f64>, most: usize) -> Lattice {
        match data.nrows() {
            0 => Lattice {
                points: DMatrix::zeros(0, 0),
                lines: Vec::new(),
                cells: Vec::new(),
                description: String::new(),
            },
            inputs @ 1..=3 => {
                let (centre, half) = bounding_box(data);
                let axes = DMatrix::from_diagonal(&half);
                let description = if inputs == 1 { "line of all inputs" } else { "grid of the input space" };
                spanned(&centre, &axes, description.to_owned(), Density::FULL)
            }
            inputs => slice(data, inputs, Density::of_slice(most)),
        }
    }
}

/// The middle and half the width of the finite values of each coordinate, never of zero width.
fn bounding_box(data: &DMatrix<f64>) -> (DVector<f64>, DVector<f64>) {
    let ranges: Vec<(f64, f64)> = data
        .row_iter()
        .map(|row| {
            let finite = row.iter().copied().filter(|x| x.is_finite());
            finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
        })
        .map(|(low, high)| if low <= high { (low, high) } else { (-1.0, 1.0) })
        .collect();
    let widest = ranges.iter().fold(0.0, |widest: f64, (low, high)| widest.max(high / 2.0 - low / 2.0));
    let farthest = ranges.iter().fold(0.0, |farthest: f64, (low, high)| farthest.max(low.abs()).max(high.abs()));
    let fallback = width_of_a_point(widest, farthest);
    let centre = ranges.iter().map(|(low, high)| low / 2.0 + high / 2.0);
    let half = ranges.iter().map(|(low, high)| {
        let half = high / 2.0 - low / 2.0;
        MARGIN * if half > 0.0 { half } else { fallback }
    });
    (DVector::from_iterator(ranges.len(), centre), DVector::from_iterator(ranges.len(), half))
}

/// The width of the grid along a direction in which the data has none.
fn width_of_a_point(widest: f64, farthest: f64) -> f64 {
    if widest > 0.0 {
        widest
    } else if farthest > 0.0 {
        farthest / 2.0
    } else {
        1.0
    }
}

fn slice(data: &DMatrix<f64>, inputs: usize, density: Density) -> Lattice {
    let chosen = evenly_spaced(data.ncols(), SLICE_SAMPLES).into_iter().map(|sample| data.column(sample));
    let few: Vec<_> = chosen.filter(|x| x.iter().all(|x| x.is_finite())).collect();
    let found = (!few.is_empty()).then(|| principal_components(&DMatrix::from_columns(&few), 2).ok()).flatten();
    let Some(found) = found else {
        let axes = DMatrix::identity(inputs, 2);
        return spanned(
            &DVector::zeros(inputs),
            &axes,
            format!("slice of the {inputs}-D input space: its first two coordinates"),
            density,
        );
    };
    // Two standard deviations hold most of the data; the rest of a slice is far from all of it.
    let widths = found.variances.iter().map(|variance| 2.0 * MARGIN * variance.sqrt());
    // The variance of the largest numbers that f64 holds is beyond it.
    let widths: Vec<f64> = widths.map(|width| if width.is_finite() { width } else { 0.0 }).collect();
    let fallback = width_of_a_point(widths.iter().copied().fold(0.0, f64::max), found.mean.amax());
    let mut axes = found.directions.transpose();
    for (mut axis, width) in axes.column_iter_mut().zip(&widths) {
        axis *= if *width > 0.0 { *width } else { fallback };
    }
    let description = format!(
        "slice of the {inputs}-D input space through the data's mean, along its first two principal components"
    );
    spanned(&found.mean, &axes, description, density)
}

/// Lines through the box centre ± the columns of `axes` (inputs × k, k ≤ 3), along each of them.
fn spanned(centre: &DVector<f64>, axes: &DMatrix<f64>, description: String, density: Density) -> Lattice {
    let nodes = density.nodes();
    let dimensions = axes.ncols();
    let across = match dimensions {
        1 => 1,
        2 => density.lines,
        _ => LINES_3D,
    };
    let crossings = across.pow(dimensions.saturating_sub(1) as u32);
    let count = dimensions * crossings;
    let mut points = DMatrix::zeros(centre.len(), count * nodes);
    let position = |index: usize, of: usize| if of < 2 { 0.0 } else { 2.0 * index as f64 / (of - 1) as f64 - 1.0 };
    for (column, mut point) in points.column_iter_mut().enumerate() {
        let (line, node) = (column / nodes, column % nodes);
        let (along, mut crossing) = (line / crossings, line % crossings);
        point.copy_from(centre);
        for (index, axis) in axes.column_iter().enumerate() {
            let at = if index == along {
                position(node, nodes)
            } else {
                let here = crossing % across;
                crossing /= across;
                position(here, across)
            };
            point.axpy(at, &axis, 1.0);
        }
    }
    let lines = (0..count).map(|line| line * nodes..(line + 1) * nodes).collect();
    let cells = if dimensions == 2 { cells(density) } else { Vec::new() };
    Lattice { points, lines, cells, description }
}

/// The cells between the lines of a grid in the plane, of which the first `lines` run along the first axis.
fn cells(density: Density) -> Vec<Cell> {
    let (nodes, steps) = (density.nodes(), density.steps);
    let first = |crossing: usize, step: usize| crossing * nodes + step;
    let second = |crossing: usize, step: usize| (density.lines + crossing) * nodes + step;
    let cell = |column: usize, row: usize| {
        let (left, low) = (column * steps, row * steps);
        let (right, high) = (left + steps, low + steps);
        let corners = [first(row, left), second(column + 1, low), first(row + 1, right), second(column, high)];
        let outline = (0..steps)
            .map(|step| first(row, left + step))
            .chain((0..steps).map(|step| second(column + 1, low + step)))
            .chain((0..steps).map(|step| first(row + 1, right - step)))
            .chain((0..steps).map(|step| second(column, high - step)))
            .collect();
        Cell { corners, outline }
    };
    (0..(density.lines - 1).pow(2))
        .map(|index| cell(index % (density.lines - 1), index / (density.lines - 1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_run_from_edge_to_edge_of_the_data() {
        let data = DMatrix::from_row_slice(2, 3, &[0.0, 4.0, 2.0, -1.0, 1.0, 0.0]);
        let lattice = Lattice::around(&data);
        assert_eq!(lattice.lines.len(), 2 * LINES_2D);
        let first = &lattice.lines[0];
        let (start, end) = (lattice.points.column(first.start), lattice.points.column(first.end - 1));
        assert!((start[0] - (2.0 - 2.2)).abs() < 1e-12 && (end[0] - 4.2).abs() < 1e-12);
        assert_eq!(start[1], end[1]);
    }

    #[test]
    fn wide_networks_have_fewer_points() {
        let data = DMatrix::from_fn(6, 40, |row, column| ((row + 1) * column) as f64);
        let counts = [usize::MAX, 1710, 1709, 500, 100, 1].map(|most| Lattice::within(&data, most).points.ncols());
        assert_eq!(counts, [1710, 1710, 594, 306, 90, 18]);
        let coarse = Lattice::within(&data, 1);
        assert_eq!((coarse.lines.len(), coarse.cells.len()), (6, 4));
        assert!(coarse.cells.iter().flat_map(|cell| &cell.outline).all(|point| *point < 18));
        // Up to three inputs all of it is seen, however wide the layers are.
        assert_eq!(Lattice::within(&data.rows(0, 2).into_owned(), 1).points.ncols(), 1710);
    }

    #[test]
    fn cells_fill_the_grid_without_gaps() {
        let data = DMatrix::from_row_slice(2, 3, &[0.0, 4.0, 2.0, -1.0, 1.0, 0.0]);
        let lattice = Lattice::around(&data);
        assert_eq!(lattice.cells.len(), (LINES_2D - 1).pow(2));
        let area = |indices: &[usize]| {
            let at = |index: usize| lattice.points.column(indices[index % indices.len()]);
            let cross = |index: usize| at(index)[0] * at(index + 1)[1] - at(index)[1] * at(index + 1)[0];
            (0..indices.len()).map(cross).sum::<f64>() / 2.0
        };
        let whole = (2.0 * 2.2 * 2.0) * 1.1;
        for cell in &lattice.cells {
            assert!((area(&cell.corners) - area(&cell.outline)).abs() < 1e-12);
            assert!((area(&cell.outline) * lattice.cells.len() as f64 - whole).abs() < 1e-9);
            assert_eq!(cell.outline[STEPS_A_CELL..].first(), cell.corners.get(1));
        }
    }

    #[test]
    fn every_dimension_and_degenerate_data_give_finite_lines() {
        for inputs in 1..6 {
            for data in [
                DMatrix::zeros(inputs, 0),
                DMatrix::from_element(inputs, 1, 3.0),
                DMatrix::from_element(inputs, 7, -1e300),
                DMatrix::from_element(inputs, 2, f64::NAN),
                DMatrix::from_fn(inputs, 30, |row, column| ((row + 1) * column) as f64),
            ] {
                let lattice = Lattice::around(&data);
                assert!(!lattice.lines.is_empty());
                assert!(lattice.points.iter().all(|x| x.is_finite()), "{inputs} inputs, {} points", data.ncols());
                assert!(lattice.lines.iter().all(|line| line.end <= lattice.points.ncols()));
                let line = &lattice.lines[0];
                assert_ne!(lattice.points.column(line.start), lattice.points.column(line.end - 1));
            }
        }
    }

    #[test]
    fn many_inputs_are_cut_along_their_widest_directions() {
        let data = DMatrix::from_fn(6, 40, |row, column| match row {
            4 => column as f64,
            1 => (column % 5) as f64,
            _ => 0.5,
        });
        let lattice = Lattice::around(&data);
        assert!(lattice.description.contains("slice of the 6-D input space"));
        assert!(lattice.points.row(0).iter().all(|x| (x - 0.5).abs() < 1e-9));
        assert!(lattice.points.row(4).amax() > 30.0);
    }
}
