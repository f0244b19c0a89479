//! Rows of a file in its own order: those that could not be computed keep their place among the results.

use nalgebra::DMatrix;

use super::output::print_note;
use crate::dataset::Dataset;

/// How many rows a sentence names.
const NAMED: usize = 6;

/// Which row of the file each computed point is.
pub(super) struct RowPlaces {
    /// The rows, from 0; `None` where every row was computed.
    of_point: Option<Vec<usize>>,
    rows: usize,
}

impl RowPlaces {
    /// The points of `data` that can be computed, with their places; what cannot be is told on standard error.
    pub(super) fn of(data: &Dataset) -> (DMatrix<f64>, RowPlaces) {
        let rows = data.rows();
        let (points, of_point) = data.finite_rows();
        if of_point.len() == rows {
            return (points, RowPlaces { of_point: None, rows });
        }
        let lacking: Vec<usize> = (0..rows).filter(|row| of_point.binary_search(row).is_err()).collect();
        let named: Vec<String> = lacking.iter().take(NAMED).map(|row| (row + 1).to_string()).collect();
        let more = if lacking.len() > NAMED { ", …" } else { "" };
        let (count, named) = (lacking.len(), named.join(", "));
        let (word, verb) = if count == 1 { ("row", "lacks") } else { ("rows", "lack") };
        print_note(&format!(
            "{}: {count} of {rows} rows cannot be computed, as their coordinates are not all finite numbers; their \
             results are NaN (null in JSON): {word} {named}{more} {verb} a number",
            data.name
        ));
        (points, RowPlaces { of_point: Some(of_point), rows })
    }

    /// The places of the points that flow, as they are.
    pub(super) fn of_points(data: &Dataset) -> RowPlaces {
        let of_point = data.left_out.as_ref().map(|_| (0..data.samples()).map(|sample| data.row_of(sample)).collect());
        RowPlaces { of_point, rows: data.rows() }
    }

    /// Places of which every one was computed.
    pub(super) fn all(rows: usize) -> RowPlaces {
        RowPlaces { of_point: None, rows }
    }

    /// The row of the file, from 0, that a computed point is.
    pub(super) fn row(&self, point: usize) -> usize {
        self.of_point.as_ref().and_then(|rows| rows.get(point).copied()).unwrap_or(point)
    }

    /// Results for every row of the file, its columns; NaN for those that could not be computed.
    pub(super) fn spread(&self, results: DMatrix<f64>) -> DMatrix<f64> {
        let Some(of_point) = &self.of_point else { return results };
        let mut spread = DMatrix::from_element(results.nrows(), self.rows, f64::NAN);
        for (column, row) in results.column_iter().zip(of_point) {
            spread.column_mut(*row).copy_from(&column);
        }
        spread
    }
}
