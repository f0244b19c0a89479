//! The singular values of a convolution: of its matrix, of its periodic twin, or of its kernel alone.

use nalgebra::DMatrix;

use super::map::refuse_undecomposable;
use super::{Convolution, ConvolutionError, Flattening, ImageShape, Padding, frequencies};
use crate::linalg::{LinalgError, library};

/// The matrix is decomposed while min(m, n)²·max(m, n) is at most this: about two seconds. Beyond it the periodic
/// convolution is taken.
const MAX_WORK: usize = 1 << 30;
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

impl Convolution {
    /// The singular values of the convolution on inputs of this shape: of its matrix where that is affordable, else of
    /// the periodic convolution. `go_on` is told the part done, 0 to 1, and asked.
    ///
    /// # Errors
    /// If the input does not fit, a decomposition fails, or `go_on` answers false.
    pub fn operator_spectrum(
        &self,
        input: ImageShape,
        go_on: &mut dyn FnMut(f32) -> bool,
    ) -> Result<ConvolutionSpectrum, ConvolutionError> {
        let (outputs, inputs) = (self.output(input)?.values(), input.values());
        if let Some(spectrum) = self.pointwise_spectrum(input)? {
            return Ok(spectrum);
        }
        let (less, more) = (outputs.min(inputs), outputs.max(inputs));
        if less.saturating_mul(less).saturating_mul(more) > MAX_WORK {
            return self.periodic_spectrum(input.sides(), go_on);
        }
        match self.lower(input, Flattening::ChannelsFirst) {
            Ok(affine) => Ok(ConvolutionSpectrum::of_matrix(&affine.weight)?),
            Err(ConvolutionError::TooLarge { .. }) => self.periodic_spectrum(input.sides(), go_on),
            Err(error) => Err(error),
        }
    }

    /// The singular values of a convolution whose kernel is one tap without padding: each place that the stride meets has
    /// the kernel's own, and what it passes over has none. None for other convolutions, and where they are too many.
    fn pointwise_spectrum(&self, input: ImageShape) -> Result<Option<ConvolutionSpectrum>, ConvolutionError> {
        let (window, output) = (self.window(), self.output(input)?);
        let (rows, columns) = (self.kernel().outputs() / self.groups(), self.kernel().group_inputs());
        let all = output.values().min(input.values());
        if window.size != [1, 1] || window.padding != Padding::default() || all > MAX_VALUES {
            return Ok(None);
        }
        let positions = output.height() * output.width();
        refuse_undecomposable(rows, columns)?;
        let kernel = self.kernel().reshaped();
        let mut values = Vec::with_capacity(all);
        for group in 0..self.groups() {
            for sigma in library::singular_values(&kernel.rows(group * rows, rows).into_owned())? {
                values.extend(std::iter::repeat_n(sigma, positions));
            }
        }
        values.resize(all, 0.0);
        let largest_side = output.values().max(input.values());
        Ok(Some(ConvolutionSpectrum::new(SpectrumMethod::Matrix, values, largest_side)))
    }

    /// The singular values of the convolution on a torus of this size, or of the next larger one that its stride
    /// divides; at fewer frequencies where all would take too long. Padding has no meaning there.
    ///
    /// # Errors
    /// If a decomposition fails, the stride is 0, or `go_on` answers false.
    pub fn periodic_spectrum(
        &self,
        torus: [usize; 2],
        go_on: &mut dyn FnMut(f32) -> bool,
    ) -> Result<ConvolutionSpectrum, ConvolutionError> {
        frequencies::periodic(self, torus, go_on)
    }

    /// The singular values of the kernel as a matrix, outputs × (inputs of one group · height · width).
    ///
    /// # Errors
    /// If the decomposition fails.
    pub fn kernel_spectrum(&self) -> Result<ConvolutionSpectrum, ConvolutionError> {
        let matrix = self.kernel().reshaped();
        Ok(ConvolutionSpectrum { method: SpectrumMethod::Kernel, ..ConvolutionSpectrum::of_matrix(&matrix)? })
    }
}
