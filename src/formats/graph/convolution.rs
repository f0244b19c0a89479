//! The convolutions of a graph, each with the shape of what it is given.

use crate::formats::WeightSpectrum;
use crate::network::{Convolution, ConvolutionError, ImageShape};
use crate::progress::Progress;

/// A convolution of a graph, lowered or not.
#[derive(Clone, Debug)]
pub struct GraphConvolution {
    /// The node or layer.
    pub name: String,
    /// The convolution.
    pub convolution: Convolution,
    /// The shape of what it is given.
    pub input: ImageShape,
}

impl GraphConvolution {
    /// The spectrum of the convolution on its input, and that of its kernel. `go_on` is told the part done and asked.
    ///
    /// # Errors
    /// If a decomposition fails, or `go_on` answers false.
    pub fn spectrum(&self, go_on: &mut Progress<'_>) -> Result<WeightSpectrum, ConvolutionError> {
        Ok(WeightSpectrum {
            name: self.name.clone(),
            what: self.convolution.label(self.input),
            operator: self.convolution.operator_spectrum(self.input, go_on)?,
            kernel: Some(self.convolution.kernel_spectrum()?),
            is_assumed: false,
        })
    }
}
