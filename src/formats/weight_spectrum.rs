//! The spectrum of one weight of a file.

use super::shape::shape_text;
use super::tensor_info::TensorInfo;
use super::tensors::TensorFile;
use super::weight_form::Unfolding;
use super::{ChainProblem, FormatError};
use crate::network::{ConvolutionError, ConvolutionSpectrum, SpectrumMethod};

/// The spectrum of one weight of a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightSpectrum {
    /// The weight's tensor.
    pub name: String,
    /// What it is: `conv 3×3, 8→16, on 28×28`, or `dense`.
    pub what: String,
    /// What the layer does to its input, the activation left out; its bias changes nothing here.
    pub operator: ConvolutionSpectrum,
    /// The kernel alone as a matrix; `None` for a matrix.
    pub kernel: Option<ConvolutionSpectrum>,
    /// Whether the shape of the input, the stride and the padding are assumed, because nothing tells them.
    pub is_assumed: bool,
}

impl Unfolding {
    /// The spectrum of the weight as a matrix, outputs × all its other axes.
    ///
    /// # Errors
    /// If the weight cannot be read, or its decomposition fails.
    pub fn spectrum(&self, file: &TensorFile, tensor: &TensorInfo) -> Result<WeightSpectrum, FormatError> {
        let values = file.vector(&tensor.name)?;
        let matrix = self.matrix(&tensor.shape, values.as_slice());
        let spectrum = ConvolutionSpectrum::of_matrix(&matrix).map_err(|error| {
            let (name, shape) = (tensor.name.clone(), shape_text(&tensor.shape));
            let source = ChainProblem::Convolution { name, shape, source: ConvolutionError::from(error) };
            FormatError::Chain { path: file.path().into(), source: Box::new(source) }
        })?;
        let method = if self.is_window { SpectrumMethod::Kernel } else { SpectrumMethod::Matrix };
        let operator = ConvolutionSpectrum { method, ..spectrum };
        Ok(WeightSpectrum {
            name: tensor.name.clone(),
            what: format!("{} {}", self.class, shape_text(&tensor.shape)),
            kernel: self.is_window.then(|| operator.clone()),
            operator,
            is_assumed: false,
        })
    }
}
