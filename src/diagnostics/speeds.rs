//! How fast the points go in a phase.

use nalgebra::{DMatrix, DVector, DVectorView};

use crate::flow::{CompressionLaw, FlowCursor, FlowError, Motion};
use crate::network::Residual;

/// Moments in a phase, its ends among them.
pub(super) const MOMENTS: usize = 9;

/// |dx/ds| of each point in a phase.
pub(super) enum Speeds {
    /// The mean of |dx/ds| and of |dx/ds|², the same for every s.
    Steady(f64, f64),
    /// The coordinates along the compressed directions at the phase's start, with the factors.
    Compressed(DMatrix<f64>, Vec<f64>, CompressionLaw),
    /// (s, mean, square) at the moments.
    Followed(Vec<(f64, f64, f64)>),
}

impl Speeds {
    pub fn new(motion: &Motion, start: &DMatrix<f64>, end: &DMatrix<f64>) -> Speeds {
        match motion {
            Motion::Rotation(rotation) => steady(&rotation.velocity(start)),
            Motion::Compression { law, factors, basis } => {
                let mut coordinates = start.clone();
                if let Some(basis) = basis {
                    let tilted = basis.tr_mul(&start.rows(0, basis.nrows()));
                    coordinates.rows_mut(0, basis.nrows()).copy_from(&tilted);
                }
                Speeds::Compressed(coordinates, factors.clone(), *law)
            }
            Motion::Shift(_) | Motion::Activation { .. } | Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_) => {
                steady(&(end - start))
            }
        }
    }

    /// The mean way between two moments of phase time: exactly where the speed is steady, by Simpson's rule where it is known
    /// between them, by the trapezoidal rule along a continuous limit.
    pub fn length_between(&self, from: f64, to: f64) -> f64 {
        let (first, last) = (self.at(from).0, self.at(to).0);
        let mean = match self {
            Speeds::Followed(_) => (first + last) / 2.0,
            _ => (first + 4.0 * self.at(0.5 * (from + to)).0 + last) / 6.0,
        };
        (to - from) * mean
    }

    pub fn at(&self, s: f64) -> (f64, f64) {
        match self {
            Speeds::Steady(mean, square) => (*mean, *square),
            Speeds::Compressed(coordinates, factors, law) => {
                let rates = DVector::from_iterator(factors.len(), factors.iter().map(|sigma| law.rate(*sigma, s)));
                let squares = coordinates.column_iter().map(|column| column.component_mul(&rates).norm_squared());
                means(squares, coordinates.ncols())
            }
            Speeds::Followed(moments) => {
                let at = moments.partition_point(|(moment, ..)| *moment < s).min(moments.len() - 1);
                (moments[at].1, moments[at].2)
            }
        }
    }
}

/// The mean distance between the columns of two matrices.
pub(super) fn mean_distance(one: &DMatrix<f64>, other: &DMatrix<f64>) -> f64 {
    let sum: f64 = one.column_iter().zip(other.column_iter()).map(|(one, other)| (one - other).norm()).sum();
    sum / one.ncols().max(1) as f64
}

fn steady(velocities: &DMatrix<f64>) -> Speeds {
    let (mean, square) = means(velocities.column_iter().map(|column| column.norm_squared()), velocities.ncols());
    Speeds::Steady(mean, square)
}

/// The means of √q and of q.
fn means(squares: impl Iterator<Item = f64>, count: usize) -> (f64, f64) {
    let (sum, sum_of_squares) = squares.fold((0.0, 0.0), |(sum, all), square| (sum + square.sqrt(), all + square));
    let count = count.max(1) as f64;
    (sum / count, sum_of_squares / count)
}

/// Speeds and volume along the continuous limit of a block, dx/ds = f(x), at the ascending `times`. The volume grows by
/// the divergence: d ln det/ds = tr(W₂ diag(σ'(W₁x + b₁)) W₁) = Σ_h σ'_h (W₁W₂)_hh (Liouville).
pub(super) fn along_limit(
    block: &Residual,
    cursor: &mut FlowCursor<'_>,
    times: &[f64],
) -> Result<(Speeds, Vec<(f64, f64)>), FlowError> {
    let hidden = block.inner.outputs();
    let loops: Vec<f64> =
        (0..hidden).map(|h| block.inner.weight.row(h).transpose().dot(&block.outer.weight.column(h))).collect();
    let mut speeds = Vec::with_capacity(times.len());
    let mut volumes: Vec<(f64, f64)> = Vec::with_capacity(times.len());
    let mut before: Option<(f64, f64)> = None;
    for s in times {
        let points = cursor.at(*s)?.rows(0, block.inner.inputs()).into_owned();
        let squares = block.branch(&points).column_iter().map(|column| column.norm_squared()).collect::<Vec<f64>>();
        let (mean, square) = means(squares.into_iter(), points.ncols());
        speeds.push((*s, mean, square));
        let inner = block.inner.apply(&points);
        let of_point = |z: DVectorView<'_, f64>| -> f64 {
            z.iter().zip(&loops).map(|(z, weight)| block.activation.slope(*z) * weight).sum()
        };
        let divergence = inner.column_iter().map(of_point).sum::<f64>() / points.ncols().max(1) as f64;
        let volume = match before.replace((*s, divergence)) {
            Some((earlier, rate)) => {
                volumes.last().map_or(0.0, |last| last.1) + (s - earlier) * (rate + divergence) / 2.0
            }
            None => 0.0,
        };
        volumes.push((*s, volume));
    }
    Ok((Speeds::Followed(speeds), volumes))
}
