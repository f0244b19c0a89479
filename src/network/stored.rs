//! The type in which a layer's weights are stored, and what it cannot tell from 0.

/// How the weights of a layer are stored, where that is less than 64 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StoredPrecision {
    /// 32 bits.
    Single,
    /// 16 bits, ten of them for the fraction.
    Half,
    /// 16 bits, seven of them for the fraction.
    BrainHalf,
    /// 8 bits, with so many for the fraction (two or three).
    Eighth {
        /// The bits of the fraction.
        fraction_bits: u8,
    },
    /// Whole multiples of steps.
    Quantised {
        /// The largest step of the layer.
        step: f64,
    },
}

/// Beyond this max(m, n)·ε the usual tolerance is a large part of σ₁, for wide layers of 16 bits even more than σ₁.
const COARSE: f64 = 1.0 / 16.0;

impl StoredPrecision {
    /// What it is called: `float32`.
    pub fn name(self) -> &'static str {
        match self {
            StoredPrecision::Single => "float32",
            StoredPrecision::Half => "float16",
            StoredPrecision::BrainHalf => "bfloat16",
            StoredPrecision::Eighth { .. } => "float8",
            StoredPrecision::Quantised { .. } => "quantised",
        }
    }

    /// ε: the distance from 1 to the next number of the type; `None` where steps do not grow with the numbers.
    pub fn epsilon(self) -> Option<f64> {
        match self {
            StoredPrecision::Single => Some(2.0_f64.powi(-23)),
            StoredPrecision::Half => Some(2.0_f64.powi(-10)),
            StoredPrecision::BrainHalf => Some(2.0_f64.powi(-7)),
            StoredPrecision::Eighth { fraction_bits } => Some(2.0_f64.powi(-i32::from(fraction_bits))),
            StoredPrecision::Quantised { .. } => None,
        }
    }

    /// Singular values of a `rows`×`columns` weight up to this one may be what rounding to the stored type left of 0.
    ///
    /// The usual tolerance is max(m, n)·ε·σ₁; the step of a quantised weight takes the place of ε·σ₁. It bounds all errors that
    /// rounding can make, and says nothing where it comes near σ₁. There the norm of independent errors is taken: errors of root
    /// mean square e have the spectral norm e·(√m + √n) (Bai and Yin). Rounding to a type makes at most ε/2·|w|, rounding to
    /// steps at most half a step; ε·rms(w) and half a step leave room for what was computed in that type before.
    pub fn tolerance(self, singular_values: &[f64], rows: usize, columns: usize) -> f64 {
        let largest = singular_values.first().copied().unwrap_or(0.0);
        let sides = rows.max(columns) as f64;
        let usual = match self {
            StoredPrecision::Quantised { step } => sides * step,
            _ => sides * self.epsilon().unwrap_or(f64::EPSILON) * largest,
        };
        if usual <= COARSE * largest {
            return usual;
        }
        let error = match self {
            StoredPrecision::Quantised { step } => 0.5 * step,
            _ => {
                let square: f64 = singular_values.iter().map(|sigma| sigma * sigma).sum();
                self.epsilon().unwrap_or(f64::EPSILON) * (square / (rows * columns).max(1) as f64).sqrt()
            }
        };
        usual.min(error * ((rows as f64).sqrt() + (columns as f64).sqrt()))
    }

    /// How many of the singular values of a `rows`×`columns` weight are above the tolerance.
    pub fn rank(self, singular_values: &[f64], rows: usize, columns: usize) -> usize {
        let tolerance = self.tolerance(singular_values, rows, columns);
        singular_values.iter().filter(|sigma| **sigma > tolerance).count()
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::linalg::testing::random_matrix;

    fn singular_values(matrix: &DMatrix<f64>) -> Vec<f64> {
        let mut values: Vec<f64> = matrix.singular_values().iter().copied().collect();
        values.sort_by(|a, b| b.total_cmp(a));
        values
    }

    #[test]
    fn a_planted_rank_is_found_in_every_type() {
        for (side, rank) in [(64, 3), (64, 20), (200, 3), (12, 1)] {
            let planted = random_matrix(side, rank, 1) * random_matrix(rank, side, 2);
            let full = random_matrix(side, side, 3);
            let quantise = |matrix: &DMatrix<f64>| {
                let step = matrix.amax() / 127.0;
                (matrix.map(|value| (value / step).round() * step), StoredPrecision::Quantised { step })
            };
            let round = |matrix: &DMatrix<f64>, to: fn(f64) -> f64, precision| (matrix.map(to), precision);
            let stored = |matrix: &DMatrix<f64>| {
                [
                    round(matrix, |value| f64::from(value as f32), StoredPrecision::Single),
                    round(matrix, |value| half::f16::from_f64(value).to_f64(), StoredPrecision::Half),
                    round(matrix, |value| half::bf16::from_f64(value).to_f64(), StoredPrecision::BrainHalf),
                    quantise(matrix),
                ]
            };
            for (matrix, precision) in stored(&planted) {
                let values = singular_values(&matrix);
                assert_eq!(precision.rank(&values, side, side), rank, "{precision:?}, {side}×{side}: {values:?}");
            }
            // A healthy layer keeps nearly all of its rank, whatever it is stored in.
            for (matrix, precision) in stored(&full) {
                let found = precision.rank(&singular_values(&matrix), side, side);
                assert!(found * 10 >= side * 8, "{precision:?}: {found} of {side}");
            }
        }
    }

    #[test]
    fn the_usual_tolerance_where_it_says_something() {
        let values = [2.0, 1.0];
        assert_eq!(StoredPrecision::Single.tolerance(&values, 10, 30), 30.0 * 2.0_f64.powi(-23) * 2.0);
        assert_eq!(StoredPrecision::Half.tolerance(&values, 2, 64), 64.0 * 2.0_f64.powi(-10) * 2.0);
        assert!(StoredPrecision::BrainHalf.tolerance(&values, 1000, 1000) < 0.1);
        assert_eq!(StoredPrecision::Single.rank(&[], 1, 1), 0);
        assert_eq!(StoredPrecision::Quantised { step: 0.0 }.rank(&[0.0], 1, 1), 0);
    }
}
