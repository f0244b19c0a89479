//! The values of all samples at one place of the path, stored as frames read them: a vector of the processor holds one
//! coordinate of as many samples, so that sums over coordinates run side by side and nothing is added across a vector.

use nalgebra::DMatrix;

/// Samples that lie side by side: a line of the processor's cache.
pub(super) const LANES: usize = 16;

/// One coordinate of [`LANES`] samples.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Lanes(pub [f32; LANES]);

/// The first coordinates of all samples; those beyond the width are 0.
#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    width: usize,
    samples: usize,
    /// [`LANES`] samples after the other, for each its coordinates. What is beyond the last sample is 0.
    values: Vec<Lanes>,
}

impl Checkpoint {
    /// Room for `samples` points of `width` values.
    pub fn zeros(width: usize, samples: usize) -> Checkpoint {
        Checkpoint { width, samples, values: vec![Lanes([0.0; LANES]); samples.div_ceil(LANES) * width] }
    }

    /// The points (width × samples) of a matrix.
    pub fn new(points: &DMatrix<f64>) -> Checkpoint {
        let mut checkpoint = Checkpoint::zeros(points.nrows(), points.ncols());
        checkpoint.keep(points, 0);
        checkpoint
    }

    /// The number of coordinates that are stored.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of points.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Stores the first coordinates of `points` as the samples from `first` on, as far as there is room.
    pub fn keep(&mut self, points: &DMatrix<f64>, first: usize) {
        for (point, sample) in points.column_iter().zip(first..self.samples) {
            let block = sample / LANES * self.width;
            for (value, kept) in point.iter().zip(&mut self.values[block..block + self.width]) {
                kept.0[sample % LANES] = *value as f32;
            }
        }
    }

    /// The values of a sample that exists.
    pub fn point(&self, sample: usize) -> impl Iterator<Item = f32> {
        self.block(sample / LANES).iter().map(move |lanes| lanes.0[sample % LANES])
    }

    /// The samples from `first` on as a matrix, width × count.
    pub fn matrix(&self, first: usize, count: usize) -> DMatrix<f32> {
        let count = count.min(self.samples.saturating_sub(first));
        DMatrix::from_iterator(self.width, count, (first..first + count).flat_map(|sample| self.point(sample)))
    }

    /// The coordinates of the samples from [`LANES`] · `block` on.
    #[inline(always)]
    pub fn block(&self, block: usize) -> &[Lanes] {
        &self.values[block * self.width..(block + 1) * self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again() {
        for (width, samples) in [(3, 37), (1, 16), (5, 1), (0, 20), (4, 0)] {
            let points = DMatrix::from_fn(width, samples, |row, sample| (100 * row + sample) as f64);
            let whole = Checkpoint::new(&points);
            let mut parts = Checkpoint::zeros(width, samples);
            // The last part reaches beyond the end, and its points have more coordinates than are kept.
            for first in (0..samples).step_by(7) {
                let part = DMatrix::from_fn(width + 2, 7, |row, sample| (100 * row + first + sample) as f64);
                parts.keep(&part, first);
            }
            for checkpoint in [&whole, &parts] {
                assert_eq!((checkpoint.width(), checkpoint.samples()), (width, samples));
                assert_eq!(checkpoint.matrix(0, samples + 9), points.map(|value| value as f32));
                let last = samples.saturating_sub(1);
                assert_eq!(checkpoint.matrix(last, 9), points.columns(last, samples - last).map(|value| value as f32));
            }
        }
    }
}
