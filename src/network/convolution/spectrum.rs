//! Singular values, and how they were found.

use nalgebra::DMatrix;

use crate::linalg::{LinalgError, library};

/// Singular values at most, 32 MB.
pub(super) const MAX_VALUES: usize = 1 << 22;

/// How singular values were found, which decides what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpectrumMethod {
    /// Those of the map's matrix, with its zero padding if it is a convolution: what the layer does.
    Matrix,
    /// Those of the convolution on a torus, where what leaves on one side enters on the other.
    Periodic {
        /// Rows and columns of the torus.
        torus: [usize; 2],
        /// The frequencies at which the values were found, along rows and columns.
        frequencies: [usize; 2],
    },
    /// Those of the kernel as a matrix, outputs × (inputs · height · width). They bound the convolution's norm:
    /// σ₁(kernel) ≤ σ₁(convolution) ≤ √(height · width)·σ₁(kernel) on a torus no smaller than the kernel, at stride 1 and
    /// without groups.
    Kernel,
}

/// The singular values of a convolution, largest first.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvolutionSpectrum {
    /// How they were found.
    pub method: SpectrumMethod,
    /// The values, largest first.
    pub singular_values: Vec<f64>,
    /// Whether they are only those of some frequencies of a torus.
    pub is_sampled: bool,
    /// How many of them are above σ₁·max(m, n)·ε, the usual rank.
    pub rank: usize,
}

impl ConvolutionSpectrum {
    pub(super) fn new(method: SpectrumMethod, mut values: Vec<f64>, largest_side: usize) -> ConvolutionSpectrum {
        values.sort_by(|left, right| right.total_cmp(left));
        let threshold = values.first().copied().unwrap_or(0.0) * largest_side as f64 * f64::EPSILON;
        let rank = values.iter().filter(|sigma| **sigma > threshold).count();
        ConvolutionSpectrum { method, singular_values: values, is_sampled: false, rank }
    }

    /// The singular values of a matrix.
    ///
    /// # Errors
    /// If the decomposition fails.
    pub fn of_matrix(matrix: &DMatrix<f64>) -> Result<ConvolutionSpectrum, LinalgError> {
        let values = library::singular_values(matrix)?;
        Ok(ConvolutionSpectrum::new(SpectrumMethod::Matrix, values, matrix.nrows().max(matrix.ncols())))
    }

    /// σ₁/σ_min; `None` where the smallest is zero to rounding.
    pub fn condition_number(&self) -> Option<f64> {
        let (largest, smallest) = (self.singular_values.first()?, self.singular_values.last()?);
        (self.rank == self.singular_values.len()).then(|| largest / smallest)
    }

    /// At most `most` of the values, evenly picked from the largest to the smallest, both included.
    pub fn picked(&self, most: usize) -> Vec<f64> {
        let (count, last) = (self.singular_values.len(), self.singular_values.len().saturating_sub(1));
        if count <= most || most < 2 {
            return self.singular_values.iter().take(most).copied().collect();
        }
        (0..most).map(|position| self.singular_values[position * last / (most - 1)]).collect()
    }
}

impl SpectrumMethod {
    /// `matrix`, `periodic` or `kernel`, as results call it.
    pub fn name(&self) -> &'static str {
        match self {
            SpectrumMethod::Matrix => "matrix",
            SpectrumMethod::Periodic { .. } => "periodic",
            SpectrumMethod::Kernel => "kernel",
        }
    }
}
