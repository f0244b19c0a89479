//! A matrix as a heat map: reduced to at most so many cells, each of which stands for a block of entries.

use std::ops::Range;

/// A matrix, or what is left of it when blocks of entries become one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// The matrix's rows.
    pub rows: usize,
    /// The matrix's columns.
    pub columns: usize,
    /// The side of a block, in entries; 1 where nothing is reduced.
    pub block: usize,
    /// The cells, row by row: the entry of each block whose absolute value is largest.
    cells: Vec<f32>,
    /// The largest absolute value of all entries.
    pub largest: f64,
}

impl HeatMap {
    /// The map of a matrix given by its entries, with at most `most` cells in a row or column.
    pub fn from_entries(rows: usize, columns: usize, most: usize, entry: impl Fn(usize, usize) -> f64) -> HeatMap {
        let block = rows.max(columns).div_ceil(most.max(1)).max(1);
        let across = columns.div_ceil(block);
        let mut cells = vec![0.0_f64; rows.div_ceil(block) * across];
        let mut largest: f64 = 0.0;
        // Column by column, as the matrices are stored.
        for column in 0..columns {
            for row in 0..rows {
                let value = entry(row, column);
                largest = largest.max(value.abs());
                if let Some(cell) = cells.get_mut((row / block) * across + column / block)
                    && value.abs() > cell.abs()
                {
                    *cell = value;
                }
            }
        }
        HeatMap { rows, columns, block, cells: cells.into_iter().map(|value| value as f32).collect(), largest }
    }

    /// The number of cells across and down.
    pub fn size(&self) -> [usize; 2] {
        [self.columns.div_ceil(self.block), self.rows.div_ceil(self.block)]
    }

    /// The cells, row by row.
    pub fn cells(&self) -> &[f32] {
        &self.cells
    }

    /// The rows, the columns and the value of the cell at a place given as shares of the whole map, 0 to 1.
    pub fn cell_at(&self, [across, down]: [f64; 2]) -> Option<(Range<usize>, Range<usize>, f64)> {
        let [width, height] = self.size();
        let index = |share: f64, entries: usize, cells: usize| {
            let entry = (share.clamp(0.0, 1.0) * entries as f64) as usize;
            (entry / self.block).min(cells.saturating_sub(1))
        };
        let (column, row) = (index(across, self.columns, width), index(down, self.rows, height));
        let value = *self.cells.get(row * width + column)?;
        let entries = |cell: usize, end: usize| cell * self.block..((cell + 1) * self.block).min(end);
        Some((entries(row, self.rows), entries(column, self.columns), f64::from(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_matrix_is_kept_as_it_is() {
        let map = HeatMap::from_entries(2, 3, 8, |row, column| row as f64 - column as f64);
        assert_eq!((map.block, map.size(), map.largest), (1, [3, 2], 2.0));
        assert_eq!(map.cells(), [0.0, -1.0, -2.0, 1.0, 0.0, -1.0]);
        assert_eq!(map.cell_at([0.99, 0.0]), Some((0..1, 2..3, -2.0)));
        assert_eq!(map.cell_at([1.0, 1.0]), Some((1..2, 2..3, -1.0)));
    }

    #[test]
    fn of_a_block_the_largest_entry_is_kept_with_its_sign() {
        let map = HeatMap::from_entries(5, 7, 4, |row, column| if (row, column) == (3, 2) { -9.0 } else { 1.0 });
        assert_eq!((map.block, map.size(), map.largest), (2, [4, 3], 9.0));
        assert_eq!(map.cell_at([2.5 / 7.0, 3.5 / 5.0]), Some((2..4, 2..4, -9.0)));
        // The last block is cut off where the matrix ends.
        assert_eq!(map.cell_at([1.0, 1.0]), Some((4..5, 6..7, 1.0)));
    }

    #[test]
    fn an_empty_matrix_has_no_cell() {
        assert_eq!(HeatMap::from_entries(0, 4, 8, |_, _| 1.0).cell_at([0.5, 0.5]), None);
    }
}
