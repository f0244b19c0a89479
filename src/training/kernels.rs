//! The three products of a training step, for matrices from 2×2 to some hundred rows.
//!
//! A batch is kept coordinate by coordinate: the samples of one coordinate lie one after the other, [`padded`] to whole
//! vectors of the processor. So the innermost loop always runs over samples and is as fast for a layer of width 2 as for
//! one of width 200. Rust never reorders sums and nothing is fused, so a result does not depend on the processor
//! that [`Arch`] finds: the same bits with vectors of two, four or eight numbers.
//!
//! Each closure takes its `result` over: one that could be called a second time would be called through a function of its
//! own, which the compiler makes for any processor.

use pulp::{Arch, Simd, WithSimd};

/// The samples that one pass of the innermost loop takes.
const LANES: usize = 8;
/// The rows of a result that are summed at the same time, so that each sample is read once for all of them.
const ROWS: usize = 4;
/// The partial sums of a scalar product.
const PARTS: usize = 4;

/// The room for `samples` samples of one coordinate: the next multiple of the vector length.
pub(super) fn padded(samples: usize) -> usize {
    samples.next_multiple_of(LANES)
}

/// A matrix in memory, read by rows and columns of any stride.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub values: &'a [f64],
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<'a> View<'a> {
    /// A matrix whose columns lie one after the other.
    pub fn columns_of(values: &'a [f64], rows: usize, columns: usize) -> View<'a> {
        View { values, rows, columns, row_stride: 1, column_stride: rows }
    }

    /// The transposed matrix, in place.
    pub fn transposed(self) -> View<'a> {
        let View { values, rows, columns, row_stride, column_stride } = self;
        View { values, rows: columns, columns: rows, row_stride: column_stride, column_stride: row_stride }
    }
}

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start<'a> {
    /// Nothing.
    Zero,
    /// One number for each row: a bias.
    Rows(&'a [f64]),
    /// What is in the result already.
    Result,
}

/// `result` = `start` + `matrix`·`batch`. `batch` has `matrix.columns` coordinates of `width` samples each, `result`
/// `matrix.rows`; `width` is a multiple of the vector length.
pub(super) fn multiply(
    arch: Arch,
    matrix: View<'_>,
    batch: &[f64],
    start: Start<'_>,
    result: &mut [f64],
    width: usize,
) {
    arch.dispatch(
        #[inline(always)]
        || {
            let result = result;
            let whole = matrix.rows - matrix.rows % ROWS;
            for row in (0..whole).step_by(ROWS) {
                multiply_rows::<ROWS>(matrix, batch, start, result, width, row);
            }
            for row in whole..matrix.rows {
                multiply_rows::<1>(matrix, batch, start, result, width, row);
            }
        },
    );
}

#[inline(always)]
fn multiply_rows<const R: usize>(
    matrix: View<'_>,
    batch: &[f64],
    start: Start<'_>,
    result: &mut [f64],
    width: usize,
    row: usize,
) {
    for at in (0..width).step_by(LANES) {
        let mut sums = [[0.0; LANES]; R];
        for (r, sum) in sums.iter_mut().enumerate() {
            match start {
                Start::Zero => {}
                Start::Rows(bias) => *sum = [bias[row + r]; LANES],
                Start::Result => {
                    let position = (row + r) * width + at;
                    sum.copy_from_slice(&result[position..position + LANES]);
                }
            }
        }
        for (k, coordinate) in batch.chunks_exact(width).take(matrix.columns).enumerate() {
            let samples = &coordinate[at..at + LANES];
            let column = k * matrix.column_stride;
            for (r, sum) in sums.iter_mut().enumerate() {
                let weight = matrix.values[(row + r) * matrix.row_stride + column];
                for lane in 0..LANES {
                    sum[lane] += weight * samples[lane];
                }
            }
        }
        for (r, sum) in sums.iter().enumerate() {
            let position = (row + r) * width + at;
            result[position..position + LANES].copy_from_slice(sum);
        }
    }
}

/// `result` = `left`·`right`ᵀ over the samples: the gradient of a weight. `left` has `rows` coordinates, `right`
/// `columns`; the columns of `result` lie one after the other.
pub(super) fn outer(
    arch: Arch,
    left: &[f64],
    right: &[f64],
    result: &mut [f64],
    (rows, columns): (usize, usize),
    width: usize,
) {
    arch.dispatch(Outer { left, right, result, rows, columns, width });
}

/// [`outer`] for [`Arch`], with the processor's vectors by name: of the plain sums the compiler makes none.
struct Outer<'a> {
    left: &'a [f64],
    right: &'a [f64],
    result: &'a mut [f64],
    rows: usize,
    columns: usize,
    width: usize,
}

impl WithSimd for Outer<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let whole = (self.rows - self.rows % ROWS, self.columns - self.columns % 2);
        for column in (0..whole.1).step_by(2) {
            for row in (0..whole.0).step_by(ROWS) {
                self.tile::<ROWS, 2, S>(simd, row, column);
            }
            for row in whole.0..self.rows {
                self.tile::<1, 2, S>(simd, row, column);
            }
        }
        for column in whole.1..self.columns {
            for row in 0..self.rows {
                self.tile::<1, 1, S>(simd, row, column);
            }
        }
    }
}

impl Outer<'_> {
    /// The entries of R rows and C columns. Each is the sum of [`PARTS`] partial sums, however many of them a vector holds.
    #[inline(always)]
    fn tile<const R: usize, const C: usize, S: Simd>(&mut self, simd: S, row: usize, column: usize) {
        const { assert!(PARTS.is_multiple_of(S::F64_LANES), "a vector holds no more than the partial sums") };
        let vectors = PARTS / S::F64_LANES;
        let lefts: [&[S::f64s]; R] = std::array::from_fn(|r| vectors_of::<S>(self.left, row + r, self.width));
        let rights: [&[S::f64s]; C] = std::array::from_fn(|c| vectors_of::<S>(self.right, column + c, self.width));
        let mut sums = [[[simd.splat_f64s(0.0); R]; C]; PARTS];
        for at in (0..self.width / S::F64_LANES).step_by(vectors) {
            for part in 0..vectors {
                for (sums, right) in sums[part].iter_mut().zip(&rights) {
                    for (sum, left) in sums.iter_mut().zip(&lefts) {
                        *sum = simd.add_f64s(*sum, simd.mul_f64s(right[at + part], left[at + part]));
                    }
                }
            }
        }
        for c in 0..C {
            for r in 0..R {
                let mut parts = [0.0; PARTS];
                for (position, sums) in S::as_mut_simd_f64s(&mut parts).0.iter_mut().zip(&sums) {
                    *position = sums[c][r];
                }
                self.result[(column + c) * self.rows + row + r] = (parts[0] + parts[1]) + (parts[2] + parts[3]);
            }
        }
    }
}

/// The samples of one coordinate.
#[inline(always)]
fn vectors_of<S: Simd>(batch: &[f64], coordinate: usize, width: usize) -> &[S::f64s] {
    S::as_simd_f64s(&batch[coordinate * width..(coordinate + 1) * width]).0
}

/// `result` = the sum over the samples of each coordinate of `batch`: the gradient of a bias.
pub(super) fn row_sums(arch: Arch, batch: &[f64], result: &mut [f64], width: usize) {
    arch.dispatch(
        #[inline(always)]
        || {
            let result = result;
            for (sum, coordinate) in result.iter_mut().zip(batch.chunks_exact(width)) {
                let mut parts = [0.0; LANES];
                for samples in coordinate.chunks_exact(LANES) {
                    for lane in 0..LANES {
                        parts[lane] += samples[lane];
                    }
                }
                *sum =
                    ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;

    /// A matrix of small whole numbers, whose products are exact in any order.
    fn whole(rows: usize, columns: usize, seed: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |i, k| ((i * 7 + k * 13 + seed * 5) % 11) as f64 - 5.0)
    }

    #[test]
    fn the_products_are_those_of_the_matrix_library() {
        let arch = Arch::new();
        for (rows, columns, samples) in [(1, 1, 8), (2, 3, 8), (4, 2, 16), (5, 7, 24), (16, 9, 32)] {
            let weight = whole(rows, columns, 1);
            let bias: Vec<f64> = (0..rows).map(|i| i as f64).collect();
            // A batch in memory is the transposed matrix of its points.
            let (points, gradients) = (whole(samples, columns, 2), whole(samples, rows, 3));
            let view = View::columns_of(weight.as_slice(), rows, columns);
            let mut result = DMatrix::from_element(samples, rows, 1.0);
            multiply(arch, view, points.as_slice(), Start::Result, result.as_mut_slice(), samples);
            assert_eq!(result, (&points * weight.transpose()).add_scalar(1.0));
            multiply(arch, view, points.as_slice(), Start::Rows(&bias), result.as_mut_slice(), samples);
            assert_eq!(result.row(1), (&points * weight.transpose()).row(1) + DMatrix::from_row_slice(1, rows, &bias));
            let mut back = DMatrix::zeros(samples, columns);
            multiply(arch, view.transposed(), gradients.as_slice(), Start::Zero, back.as_mut_slice(), samples);
            assert_eq!(back, &gradients * &weight);
            let mut gradient = DMatrix::zeros(rows, columns);
            outer(arch, gradients.as_slice(), points.as_slice(), gradient.as_mut_slice(), (rows, columns), samples);
            assert_eq!(gradient, gradients.transpose() * &points);
            let mut sums = vec![0.0; rows];
            row_sums(arch, gradients.as_slice(), &mut sums, samples);
            assert_eq!(sums, gradients.row_sum().iter().copied().collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_processor_gives_the_same_bits() {
        let weight = whole(6, 5, 1).map(|x| (x * 0.37).sin());
        let batch = whole(16, 5, 2).map(|x| (x * 0.71).cos());
        let product = |arch: Arch| {
            let mut result = vec![0.0; 6 * 16];
            let view = View::columns_of(weight.as_slice(), 6, 5);
            multiply(arch, view, batch.as_slice(), Start::Zero, &mut result, 16);
            let mut gradient = vec![0.0; 6 * 5];
            outer(arch, &result, batch.as_slice(), &mut gradient, (6, 5), 16);
            (result, gradient)
        };
        assert_eq!(product(Arch::Scalar), product(Arch::new()));
    }
}
