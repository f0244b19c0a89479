//! The singular values of a convolution: of its matrix, of its periodic twin, or of its kernel alone.

use super::{Convolution, ConvolutionError, Flattening, Volume, frequencies};
use crate::linalg::library;

/// The matrix is decomposed while min(m, n)²·max(m, n) is at most this: about two seconds. Beyond it the periodic
/// convolution is taken.
const MOST_WORK: usize = 1 << 30;

/// How singular values were found, which decides what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpectrumMethod {
    /// Those of the convolution's matrix, with its zero padding: what the layer does.
    Padded,
    /// Those of the convolution on a torus, where what leaves on one side enters on the other. All those of the torus
    /// where `frequencies` × its stride is the torus, else those at that many evenly spaced frequencies.
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
    /// How many of them are above σ₁·max(m, n)·ε, the usual rank.
    pub rank: usize,
}

impl ConvolutionSpectrum {
    pub(super) fn new(method: SpectrumMethod, mut values: Vec<f64>, largest_side: usize) -> ConvolutionSpectrum {
        values.sort_by(|left, right| right.total_cmp(left));
        let threshold = values.first().copied().unwrap_or(0.0) * largest_side as f64 * f64::EPSILON;
        let rank = values.iter().filter(|sigma| **sigma > threshold).count();
        ConvolutionSpectrum { method, singular_values: values, rank }
    }

    /// σ₁/σ_min; `None` where the smallest is zero to rounding.
    pub fn condition_number(&self) -> Option<f64> {
        let (largest, smallest) = (self.singular_values.first()?, self.singular_values.last()?);
        (self.rank == self.singular_values.len()).then(|| largest / smallest)
    }

    /// Σσ²/σ₁² as a share of the number of values, 0 to 1: for maps of any size, how evenly directions are treated.
    pub fn evenness(&self) -> f64 {
        match self.singular_values.first() {
            Some(largest) if *largest > 0.0 => {
                let squares: f64 = self.singular_values.iter().map(|sigma| (sigma / largest).powi(2)).sum();
                squares / self.singular_values.len() as f64
            }
            _ => 0.0,
        }
    }
}

impl SpectrumMethod {
    /// `padded`, `periodic` or `kernel`, as results call it.
    pub fn name(&self) -> &'static str {
        match self {
            SpectrumMethod::Padded => "padded",
            SpectrumMethod::Periodic { .. } => "periodic",
            SpectrumMethod::Kernel => "kernel",
        }
    }
}

impl Convolution {
    /// The singular values of the convolution on inputs of this shape: of its matrix where that is affordable, else of
    /// the periodic convolution. `go_on` is asked in between.
    ///
    /// # Errors
    /// If the input does not fit, a decomposition fails, or `go_on` answers false.
    pub fn operator_spectrum(
        &self,
        input: Volume,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<ConvolutionSpectrum, ConvolutionError> {
        let (outputs, inputs) = (self.output(input)?.values(), input.values());
        let (less, more) = (outputs.min(inputs), outputs.max(inputs));
        if less.saturating_mul(less).saturating_mul(more) > MOST_WORK {
            return self.periodic_spectrum(input.sides(), go_on);
        }
        match self.lower(input, Flattening::ChannelsFirst) {
            Ok(affine) => {
                let values = library::singular_values(&affine.weight)?;
                Ok(ConvolutionSpectrum::new(SpectrumMethod::Padded, values, more))
            }
            Err(ConvolutionError::TooLarge { .. }) => self.periodic_spectrum(input.sides(), go_on),
            Err(error) => Err(error),
        }
    }

    /// The singular values of the convolution on a torus of this size, or of the next larger one that its stride
    /// divides; at fewer frequencies where all would take too long. Padding has no meaning there.
    ///
    /// # Errors
    /// If a decomposition fails, the stride is 0, or `go_on` answers false.
    pub fn periodic_spectrum(
        &self,
        torus: [usize; 2],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<ConvolutionSpectrum, ConvolutionError> {
        frequencies::periodic(self, torus, go_on)
    }

    /// The singular values of the kernel as a matrix, outputs × (inputs of one group · height · width).
    ///
    /// # Errors
    /// If the decomposition fails.
    pub fn kernel_spectrum(&self) -> Result<ConvolutionSpectrum, ConvolutionError> {
        let matrix = self.kernel().reshaped();
        let values = library::singular_values(&matrix)?;
        Ok(ConvolutionSpectrum::new(SpectrumMethod::Kernel, values, matrix.nrows().max(matrix.ncols())))
    }
}
