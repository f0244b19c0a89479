//! How the classes gather and part: equi-separation and neural collapse.

use nalgebra::{DMatrix, DVector, SVD};

/// How far the classes have gathered around their means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Separation {
    /// Tr(S_w S_b⁺), S_w and S_b the covariances within and between the classes, both over the number of samples
    /// (He and Su, PNAS 2023).
    pub equi_separation: f64,
    /// NC1: the same over the number of classes (Papyan, Han and Donoho 2020).
    pub nc1: f64,
    /// NC2: the standard deviation of the norms of the centred class means over their mean.
    pub nc2: f64,
}

/// The means of the classes that have samples.
pub(super) struct ClassMeans {
    /// The mean of each class, d × classes; NaN for a class without samples.
    pub means: DMatrix<f64>,
    /// The number of samples of each class.
    pub counts: Vec<usize>,
    /// The mean of all samples.
    pub centre: DVector<f64>,
}

impl ClassMeans {
    /// `None` where fewer than two classes have samples, or labels do not fit.
    pub(super) fn new(points: &DMatrix<f64>, labels: &[usize], classes: usize) -> Option<ClassMeans> {
        if points.ncols() != labels.len() || labels.iter().any(|label| *label >= classes) || points.is_empty() {
            return None;
        }
        let mut means = DMatrix::zeros(points.nrows(), classes);
        let mut counts = vec![0_usize; classes];
        for (point, label) in points.column_iter().zip(labels) {
            let mut mean = means.column_mut(*label);
            mean += point;
            counts[*label] += 1;
        }
        means.column_iter_mut().zip(&counts).for_each(|(mut mean, count)| mean /= *count as f64);
        let present = counts.iter().filter(|count| **count > 0).count();
        (present > 1).then(|| ClassMeans { centre: points.column_mean(), means, counts })
    }

    /// The classes that have samples.
    pub(super) fn present(&self) -> impl Iterator<Item = usize> {
        self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(class, _)| class)
    }

    /// The nearest class mean of each point.
    pub(super) fn nearest(&self, points: &DMatrix<f64>) -> Vec<usize> {
        let present: Vec<usize> = self.present().collect();
        let nearest = |point: nalgebra::DVectorView<'_, f64>| {
            let distance = |class: &usize| (point - self.means.column(*class)).norm_squared();
            present.iter().copied().min_by(|one, other| distance(one).total_cmp(&distance(other))).unwrap_or(0)
        };
        points.column_iter().map(nearest).collect()
    }
}

impl Separation {
    /// Measures `points` (d × samples) with their classes, numbered below `classes`. `None` where fewer than two classes
    /// have samples, or all their means are the same.
    pub fn measure(points: &DMatrix<f64>, labels: &[usize], classes: usize) -> Option<Separation> {
        let found = ClassMeans::new(points, labels, classes)?;
        let samples = points.ncols() as f64;
        let present: Vec<usize> = found.present().collect();
        // S_b = B Bᵀ with the columns √(n_c/N)·(μ_c − μ), so that S_b⁺ comes of the few singular values of B.
        let mut between = DMatrix::zeros(points.nrows(), present.len());
        let mut norms = Vec::with_capacity(present.len());
        for (position, class) in present.iter().enumerate() {
            let centred = found.means.column(*class) - &found.centre;
            norms.push(centred.norm());
            between.set_column(position, &(centred * (found.counts[*class] as f64 / samples).sqrt()));
        }
        let svd = SVD::new(between, true, false);
        let (directions, values) = (svd.u?, svd.singular_values);
        let largest = values.iter().copied().fold(0.0, f64::max);
        // On S_b's own scale, the squares: what is rounding there has no inverse.
        let least = largest * (points.nrows().max(present.len()) as f64 * f64::EPSILON).sqrt();
        let mut trace = 0.0;
        let mut along = vec![0.0; values.len()];
        for (point, label) in points.column_iter().zip(labels) {
            let off = point - found.means.column(*label);
            for (direction, along) in along.iter_mut().enumerate() {
                *along += directions.column(direction).dot(&off).powi(2) / samples;
            }
        }
        for (value, along) in values.iter().zip(&along).filter(|(value, _)| **value > least) {
            trace += along / (value * value);
        }
        let mean = norms.iter().sum::<f64>() / norms.len() as f64;
        let deviation = (norms.iter().map(|norm| (norm - mean).powi(2)).sum::<f64>() / norms.len() as f64).sqrt();
        (largest > 0.0).then(|| Separation {
            equi_separation: trace,
            nc1: trace / present.len() as f64,
            nc2: deviation / mean,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::testing::random_matrix;

    /// The formula as it stands, with the pseudo-inverse of the whole matrix.
    #[test]
    fn it_is_the_trace_of_the_authors() {
        let labels: Vec<usize> = (0..90).map(|sample| sample % 3).collect();
        let mut points = random_matrix(5, 90, 3);
        for (mut point, label) in points.column_iter_mut().zip(&labels) {
            point[*label] += 3.0;
        }
        let found = Separation::measure(&points, &labels, 3).unwrap();
        let centre = points.column_mean();
        let (mut within, mut between) = (DMatrix::zeros(5, 5), DMatrix::zeros(5, 5));
        let mut norms = Vec::new();
        for class in 0..3 {
            let own: Vec<usize> = (0..90).filter(|sample| labels[*sample] == class).collect();
            let own = points.select_columns(&own);
            let mean = own.column_mean();
            own.column_iter().for_each(|point| within += (point - &mean) * (point - &mean).transpose() / 90.0);
            between += (&mean - &centre) * (&mean - &centre).transpose() * (own.ncols() as f64 / 90.0);
            norms.push((mean - &centre).norm());
        }
        let expected = (within * between.pseudo_inverse(1e-12).unwrap()).trace();
        assert!((found.equi_separation - expected).abs() < 1e-10 * expected, "{found:?} {expected}");
        assert!((found.nc1 - expected / 3.0).abs() < 1e-10 * expected);
        let mean = norms.iter().sum::<f64>() / 3.0;
        let deviation = (norms.iter().map(|norm| (norm - mean).powi(2)).sum::<f64>() / 3.0).sqrt();
        assert!((found.nc2 - deviation / mean).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_classes_has_no_separation() {
        assert!(Separation::measure(&DMatrix::zeros(2, 4), &[0, 0, 0, 0], 1).is_none());
        assert!(Separation::measure(&DMatrix::zeros(2, 4), &[0, 1, 0, 1], 2).is_none());
        assert!(Separation::measure(&random_matrix(2, 4, 1), &[0, 1, 0, 5], 2).is_none());
    }
}
