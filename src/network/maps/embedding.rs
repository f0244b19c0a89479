//! Rows of a table, chosen by whole numbers: the first layer of a network of tokens.

use nalgebra::DMatrix;

use super::{ForwardMap, MapError, check_width, shapes};

/// Each of `positions` inputs is the index of a row, which takes its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    table: DMatrix<f64>,
    positions: usize,
    /// Whether −1 is the last row.
    counts_from_end: bool,
}

impl Embedding {
    /// The rows of `table` (rows × dimensions) for vectors of so many indices. Where `counts_from_end`, −1 is the last row, as
    /// ONNX's `Gather` has it.
    ///
    /// # Errors
    /// If the table is empty, or there is no position or there are too many.
    pub fn new(table: DMatrix<f64>, positions: usize, counts_from_end: bool) -> Result<Embedding, MapError> {
        shapes::values(&[table.nrows(), table.ncols()])?;
        shapes::values(&[positions, table.ncols()])?;
        Ok(Embedding { table, positions, counts_from_end })
    }

    /// The table, rows × dimensions.
    pub fn table(&self) -> &DMatrix<f64> {
        &self.table
    }

    /// The index of the row that a value names.
    fn row(&self, value: f64) -> Result<usize, MapError> {
        let rows = self.table.nrows();
        let from_start = if self.counts_from_end && value < 0.0 { value + rows as f64 } else { value };
        let is_row = from_start.fract() == 0.0 && from_start >= 0.0 && from_start < rows as f64;
        if is_row { Ok(from_start as usize) } else { Err(MapError::Row { value, rows }) }
    }
}

impl ForwardMap for Embedding {
    fn inputs(&self) -> usize {
        self.positions
    }

    fn outputs(&self) -> usize {
        self.positions * self.table.ncols()
    }

    fn parameters(&self) -> usize {
        self.table.len()
    }

    fn apply(&self, points: &DMatrix<f64>) -> Result<DMatrix<f64>, MapError> {
        check_width(self, points)?;
        let width = self.table.ncols();
        let mut found = DMatrix::zeros(self.outputs(), points.ncols());
        for (sample, column) in points.column_iter().enumerate() {
            for (position, value) in column.iter().enumerate() {
                let row = self.row(*value)?;
                let mut own = found.view_mut((position * width, sample), (width, 1));
                own.copy_from(&self.table.row(row).transpose());
            }
        }
        Ok(found)
    }
}
