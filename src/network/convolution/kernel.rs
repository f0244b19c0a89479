//! The kernel of a convolution: its weights and their axes.

use nalgebra::{DMatrix, DVector};

use super::ConvolutionError;

/// The weights of a convolution: outputs × inputs of one group × height × width, in row-major order, as PyTorch and
/// ONNX have them. A convolution of signals has height 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    outputs: usize,
    group_inputs: usize,
    size: [usize; 2],
    values: Vec<f64>,
}

impl Kernel {
    /// A kernel of these axes and values.
    ///
    /// # Errors
    /// If an axis is 0 or the values do not fill the axes.
    pub fn new(
        outputs: usize,
        group_inputs: usize,
        size: [usize; 2],
        values: Vec<f64>,
    ) -> Result<Kernel, ConvolutionError> {
        let axes = [outputs, group_inputs, size[0], size[1]];
        let expected = axes.iter().try_fold(1_usize, |product, axis| product.checked_mul(*axis));
        if values.is_empty() || expected != Some(values.len()) {
            let shape = axes.map(|axis| axis.to_string()).join("×");
            return Err(ConvolutionError::Kernel { shape, found: values.len() });
        }
        Ok(Kernel { outputs, group_inputs, size, values })
    }

    /// A kernel whose values lie as height × width × inputs of one group × outputs, as Keras and TensorFlow have them.
    ///
    /// # Errors
    /// If an axis is 0 or the values do not fill the axes.
    pub fn of_channels_last(
        size: [usize; 2],
        group_inputs: usize,
        outputs: usize,
        values: &[f64],
    ) -> Result<Kernel, ConvolutionError> {
        let mut ordered = Vec::with_capacity(values.len());
        if size.iter().chain([&group_inputs, &outputs]).product::<usize>() == values.len() {
            for output in 0..outputs {
                for input in 0..group_inputs {
                    let positions = 0..size[0] * size[1];
                    ordered
                        .extend(positions.map(|position| values[(position * group_inputs + input) * outputs + output]));
                }
            }
        }
        Kernel::new(outputs, group_inputs, size, ordered)
    }

    /// The number of output channels.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The number of input channels that one output channel sees.
    pub fn group_inputs(&self) -> usize {
        self.group_inputs
    }

    /// Height and width.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// All weights, outputs first.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The weight from `input` (of the output's group) to `output` at a tap, all within the axes.
    pub(super) fn at(&self, output: usize, input: usize, row: usize, column: usize) -> f64 {
        self.values[((output * self.group_inputs + input) * self.size[0] + row) * self.size[1] + column]
    }

    /// The kernel as a matrix, outputs × (inputs of one group · height · width).
    pub fn reshaped(&self) -> DMatrix<f64> {
        DMatrix::from_row_slice(self.outputs, self.values.len() / self.outputs, &self.values)
    }

    /// Each output channel times its factor; `factors` has one for each output.
    pub(super) fn scaled(mut self, factors: &DVector<f64>) -> Kernel {
        let channel = self.values.len() / self.outputs;
        for (values, factor) in self.values.chunks_mut(channel).zip(factors.iter()) {
            values.iter_mut().for_each(|value| *value *= factor);
        }
        self
    }
}
