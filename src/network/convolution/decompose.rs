//! The singular values of a convolution: of its matrix, of its periodic twin, or of its kernel alone.

use super::map::refuse_undecomposable;
use super::spectrum::MAX_VALUES;
use super::{
    Convolution, ConvolutionError, ConvolutionSpectrum, Flattening, ImageShape, Padding, SpectrumMethod, frequencies,
};
use crate::linalg::library;
use crate::progress::Progress;

/// The matrix is decomposed while min(m, n)²·max(m, n) is at most this: about two seconds. Beyond it the periodic
/// convolution is taken.
const MAX_WORK: usize = 1 << 30;

impl Convolution {
    /// The singular values of the convolution on inputs of this shape: of its matrix where that is affordable, else of
    /// the periodic convolution. `go_on` is told the part done, 0 to 1, and asked.
    ///
    /// # Errors
    /// If the input does not fit, a decomposition fails, or `go_on` answers false.
    pub fn operator_spectrum(
        &self,
        input: ImageShape,
        go_on: &mut Progress<'_>,
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
        go_on: &mut Progress<'_>,
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
