//! The singular values of a convolution on a torus, one small decomposition for each frequency.
//!
//! On a torus the Fourier transform takes a convolution apart (Sedghi, Gupta and Long, *The Singular Values of
//! Convolutional Layers*, ICLR 2019): with the symbol K̂(ω) = Σ_τ K(τ)·exp(i ω·τ), c_out × c_in, the singular values of
//! the whole map are those of K̂(2πk/n) for all frequencies k, together. Kernels are small, so the sum is taken as it
//! stands.
//!
//! A stride s keeps every s-th place. In unitary Fourier coordinates that adds the s frequencies k, k + n/s, …, which
//! become one, and divides by √s: so for each of the n/s frequencies that are left the matrix is
//! [K̂(k), K̂(k + n/s), …]/√s, c_out × (c_in·s), along each axis. That is exact where s divides n.
//!
//! The kernel is real, so −k has the conjugate matrix and the same singular values: half of the frequencies are enough.

use std::f64::consts::TAU;

use nalgebra::DMatrix;

use super::map::refuse_undecomposable;
use super::spectrum::MAX_VALUES;
use super::{Convolution, ConvolutionError, ConvolutionSpectrum, SpectrumMethod};
use crate::linalg::library;
use crate::progress::Progress;

/// Frequencies × min(m, n)²·max(m, n) at most: one or two seconds, as a network has many convolutions. Beyond it fewer
/// frequencies are taken.
const MAX_WORK: usize = 1 << 30;

pub(super) fn periodic(
    convolution: &Convolution,
    torus: [usize; 2],
    go_on: &mut Progress<'_>,
) -> Result<ConvolutionSpectrum, ConvolutionError> {
    let stride = convolution.window().stride;
    if stride.contains(&0) {
        return Err(ConvolutionError::Zero { part: "stride" });
    }
    let left = |axis: usize| torus[axis].max(1).div_ceil(stride[axis]);
    let all = [left(0), left(1)];
    let torus = [all[0].saturating_mul(stride[0]), all[1].saturating_mul(stride[1])];
    let (rows, columns) = block_shape(convolution);
    let (less, more) = (rows.min(columns), rows.max(columns));
    refuse_undecomposable(rows, columns)?;
    let work = less.saturating_mul(less).saturating_mul(more).saturating_mul(convolution.groups());
    let values = less.saturating_mul(convolution.groups());
    let frequencies =
        affordable(all, |count| count.saturating_mul(work) <= MAX_WORK && count.saturating_mul(values) <= MAX_VALUES);
    let mut singular_values = Vec::new();
    let count = frequencies[0] * frequencies[1];
    for (row, column, multiplicity) in half(frequencies) {
        for group in 0..convolution.groups() {
            if !go_on(singular_values.len() as f32 / values.saturating_mul(count) as f32, "") {
                return Err(ConvolutionError::Cancelled);
            }
            let turns = [turn(row, frequencies[0], all[0]), turn(column, frequencies[1], all[1])];
            let (real, imaginary) = block(convolution, group, turns);
            // A matrix of one row or column has its length, which needs no decomposition.
            let found = match less {
                1 => vec![real.norm().hypot(imaginary.norm())],
                _ => library::complex_singular_values(&real, &imaginary)?,
            };
            for _ in 0..multiplicity {
                singular_values.extend_from_slice(&found);
            }
        }
    }
    let largest_side = more.saturating_mul(all[0]).saturating_mul(all[1]);
    let method = SpectrumMethod::Periodic { torus, frequencies };
    let spectrum = ConvolutionSpectrum::new(method, singular_values, largest_side);
    Ok(ConvolutionSpectrum { is_sampled: frequencies != all, ..spectrum })
}

/// Rows and columns of one group's matrix at one frequency.
fn block_shape(convolution: &Convolution) -> (usize, usize) {
    let [down, across] = convolution.window().stride;
    let columns = convolution.kernel().group_inputs().saturating_mul(down).saturating_mul(across);
    (convolution.kernel().outputs() / convolution.groups(), columns)
}

/// As many frequencies along the two axes as fit.
fn affordable(mut frequencies: [usize; 2], fits: impl Fn(usize) -> bool) -> [usize; 2] {
    while frequencies != [1, 1] && !fits(frequencies[0].saturating_mul(frequencies[1])) {
        let longer = usize::from(frequencies[1] > frequencies[0]);
        frequencies[longer] -= 1;
    }
    frequencies
}

/// The frequency at this place among `some` evenly picked ones of `all` along an axis, as a part of a full turn. With
/// each frequency its opposite is picked, or the two have the same values.
fn turn(position: usize, some: usize, all: usize) -> f64 {
    let picked = |position: usize| (2 * position * all + some) / (2 * some);
    let frequency = if 2 * position <= some { picked(position) } else { all - picked(some - position) };
    frequency as f64 / all as f64
}

/// One of each pair k and −k of frequencies, and how many they are: 2, or 1 where they are the same.
fn half([rows, columns]: [usize; 2]) -> impl Iterator<Item = (usize, usize, usize)> {
    let all = (0..rows).flat_map(move |row| (0..columns).map(move |column| (row, column)));
    all.filter_map(move |(row, column)| {
        let opposite = ((rows - row) % rows, (columns - column) % columns);
        match (row, column).cmp(&opposite) {
            std::cmp::Ordering::Less => Some((row, column, 2)),
            std::cmp::Ordering::Equal => Some((row, column, 1)),
            std::cmp::Ordering::Greater => None,
        }
    })
}

/// [K̂(k), K̂(k + n/s), …]/√s of one group, as real and imaginary part. `turns` is k·s/n along both axes: the frequency
/// among those that are left, as a part of a full turn.
fn block(convolution: &Convolution, group: usize, turns: [f64; 2]) -> (DMatrix<f64>, DMatrix<f64>) {
    let (rows, columns) = block_shape(convolution);
    let (kernel, window) = (convolution.kernel(), convolution.window());
    let ([height, width], [down, across]) = (kernel.size(), window.stride);
    let scale = 1.0 / ((down * across) as f64).sqrt();
    let (mut real, mut imaginary) = (DMatrix::zeros(rows, columns), DMatrix::zeros(rows, columns));
    for alias in 0..down * across {
        let rowwise = (turns[0] + (alias / across) as f64) / down as f64;
        let columnwise = (turns[1] + (alias % across) as f64) / across as f64;
        for (row_tap, column_tap) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
            let reach = |tap: usize, axis: usize| tap as f64 * window.dilation[axis] as f64;
            let angle = TAU * (rowwise * reach(row_tap, 0) + columnwise * reach(column_tap, 1));
            let (sin, cos) = angle.sin_cos();
            for input in 0..kernel.group_inputs() {
                let to = alias * kernel.group_inputs() + input;
                for output in 0..rows {
                    let weight = scale * kernel.at(group * rows + output, input, row_tap, column_tap);
                    real[(output, to)] += weight * cos;
                    imaginary[(output, to)] += weight * sin;
                }
            }
        }
    }
    (real, imaginary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_frequencies_are_those_of_the_torus_with_their_opposites() {
        for (some, all) in [(7, 7), (2, 7), (3, 7), (4, 8), (5, 8), (1, 9), (6, 9)] {
            let picked: Vec<f64> = (0..some).map(|position| turn(position, some, all) * all as f64).collect();
            assert!(picked.windows(2).all(|pair| pair[0] < pair[1]), "{picked:?}");
            for (position, frequency) in picked.iter().enumerate() {
                assert!((frequency - frequency.round()).abs() < 1e-9 && *frequency < all as f64);
                if 2 * position != some {
                    let opposite = picked[(some - position) % some];
                    assert!(((frequency + opposite).round() as usize).is_multiple_of(all), "{picked:?}");
                }
            }
        }
        assert_eq!(affordable([7, 9], |count| count <= 20), [4, 5]);
        assert_eq!(affordable([7, 9], |_| false), [1, 1]);
    }
}
