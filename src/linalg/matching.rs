//! The linear assignment: every row gets a column of its own, so that the sum of the weights is greatest.
//!
//! Shortest augmenting paths over reduced costs (Jonker and Volgenant, A shortest augmenting path algorithm for dense and
//! sparse linear assignment problems, 1987): rows whose best column is still free take it at once, the others search.

use nalgebra::DMatrix;

/// Nothing is assigned.
const NONE: usize = usize::MAX;

/// The column of each row so that the sum of the `weights` (rows × columns, finite, no more rows than columns) is greatest.
pub fn greatest_assignment(weights: &DMatrix<f64>) -> Vec<usize> {
    let (rows, columns) = weights.shape();
    // Row after row: each row is read from one end to the other.
    let costs: Vec<f64> = weights.transpose().iter().map(|weight| -weight).collect();
    let row_costs = |row: usize| &costs[row * columns..(row + 1) * columns];
    let mut prices = vec![0.0; columns];
    let mut row_of = vec![NONE; columns];
    let mut column_of = vec![NONE; rows];
    let mut left: Vec<usize> = (0..rows).collect();
    // Each row takes its cheapest column at a price that leaves the second cheapest as good, and may drive another out.
    for _ in 0..AUCTION_ROUNDS {
        let waiting = std::mem::take(&mut left);
        for row in waiting {
            let (cheapest, cost, second) = two_cheapest(row_costs(row), &prices);
            let other = row_of[cheapest];
            if other != NONE && second <= cost {
                left.push(row);
                continue;
            }
            prices[cheapest] -= second - cost;
            (row_of[cheapest], column_of[row]) = (row, cheapest);
            if other != NONE {
                column_of[other] = NONE;
                left.push(other);
            }
        }
    }
    let mut search = Search { distances: vec![0.0; columns], before: vec![0; columns], order: (0..columns).collect() };
    for row in left {
        search.augment(row, &row_costs, &mut prices, &mut row_of, &mut column_of);
    }
    column_of
}

/// Rounds in which rows drive others out before shortest paths are searched.
const AUCTION_ROUNDS: usize = 3;

fn two_cheapest(costs: &[f64], prices: &[f64]) -> (usize, f64, f64) {
    let (mut cheapest, mut first, mut second) = (0, f64::INFINITY, f64::INFINITY);
    for (column, (cost, price)) in costs.iter().zip(prices).enumerate() {
        let reduced = cost - price;
        if reduced < second {
            if reduced < first {
                (cheapest, first, second) = (column, reduced, first);
            } else {
                second = reduced;
            }
        }
    }
    // A single column has no second.
    (cheapest, first, if second.is_finite() { second } else { first })
}

struct Search {
    /// Of each column from the row that searches.
    distances: Vec<f64>,
    /// The row before each column on the shortest path.
    before: Vec<usize>,
    /// Columns whose distance is settled, and behind them the others.
    order: Vec<usize>,
}

impl Search {
    /// Dijkstra's algorithm from a row without a column to the nearest column without a row.
    fn augment<'a>(
        &mut self,
        from: usize,
        row_costs: &impl Fn(usize) -> &'a [f64],
        prices: &mut [f64],
        row_of: &mut [usize],
        column_of: &mut [usize],
    ) {
        for (column, (cost, price)) in row_costs(from).iter().zip(prices.iter()).enumerate() {
            self.distances[column] = cost - price;
            self.before[column] = from;
        }
        let mut settled = 0;
        let (end, length) = loop {
            let mut nearest = settled;
            for position in settled + 1..self.order.len() {
                if self.distances[self.order[position]] < self.distances[self.order[nearest]] {
                    nearest = position;
                }
            }
            self.order.swap(settled, nearest);
            let column = self.order[settled];
            let length = self.distances[column];
            let row = row_of[column];
            if row == NONE {
                break (column, length);
            }
            settled += 1;
            let costs = row_costs(row);
            let shift = length - (costs[column] - prices[column]);
            for position in settled..self.order.len() {
                let other = self.order[position];
                let distance = shift + (costs[other] - prices[other]);
                if distance < self.distances[other] {
                    self.distances[other] = distance;
                    self.before[other] = row;
                }
            }
        };
        for column in &self.order[..settled] {
            prices[*column] += self.distances[*column] - length;
        }
        let mut column = end;
        loop {
            let row = self.before[column];
            row_of[column] = row;
            std::mem::swap(&mut column_of[row], &mut column);
            if row == from {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pathfinding::prelude::{Matrix, kuhn_munkres};

    use super::*;
    use crate::linalg::testing::random_matrix;

    #[test]
    fn no_assignment_weighs_more() {
        for (rows, columns) in [(1, 1), (1, 4), (2, 2), (3, 5), (8, 8), (20, 20), (10, 60), (70, 80)] {
            for seed in 0..20 {
                let weights = random_matrix(rows, columns, seed).abs();
                let found = greatest_assignment(&weights);
                let mut taken = found.clone();
                taken.sort_unstable();
                taken.dedup();
                assert_eq!(taken.len(), rows, "{rows}×{columns}");
                let whole = Matrix::from_fn(rows, columns, |(i, j)| (weights[(i, j)] * 1e9) as i64);
                let (greatest, _) = kuhn_munkres(&whole);
                let sum: f64 = found.iter().enumerate().map(|(row, column)| weights[(row, *column)]).sum();
                assert!((sum - greatest as f64 * 1e-9).abs() < 1e-6, "{rows}×{columns}: {sum} instead of {greatest}");
            }
        }
        // Ties.
        assert_eq!(greatest_assignment(&DMatrix::from_element(3, 4, 1.0)).len(), 3);
        let mut identity = greatest_assignment(&DMatrix::identity(6, 6));
        identity.dedup();
        assert_eq!(identity, [0, 1, 2, 3, 4, 5]);
    }
}
