//! A convolution and the matrix that it is on inputs of a known shape.

use nalgebra::{DMatrix, DVector};

use super::{ConvolutionError, Flattening, ImageShape, Kernel, Padding, Window};
use crate::network::Affine;

/// Rows or columns of a lowered matrix at most: its full orthogonal factors take 128 MiB then.
const LARGEST_SIDE: usize = 4096;
/// Entries of a lowered matrix at most, 64 MiB.
const MAX_ENTRIES: usize = 1 << 23;

/// A convolution as neural networks have it (a cross-correlation: the kernel is not mirrored), of pictures or, with
/// height 1, of signals.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    kernel: Kernel,
    window: Window,
    groups: usize,
    bias: Option<DVector<f64>>,
}

impl Convolution {
    /// A convolution that moves by 1 without padding, dilation or bias. Its inputs and outputs are cut into `groups`
    /// that do not see each other; 1 is the ordinary convolution.
    ///
    /// # Errors
    /// If `groups` is 0 or does not divide the outputs.
    pub fn new(kernel: Kernel, groups: usize) -> Result<Convolution, ConvolutionError> {
        let outputs = kernel.outputs();
        if groups == 0 || !outputs.is_multiple_of(groups) {
            return Err(ConvolutionError::Groups { groups, outputs });
        }
        let window = Window::of_size(kernel.size());
        Ok(Convolution { kernel, window, groups, bias: None })
    }

    /// With this stride.
    pub fn with_stride(mut self, stride: [usize; 2]) -> Convolution {
        self.window.stride = stride;
        self
    }

    /// With this dilation.
    pub fn with_dilation(mut self, dilation: [usize; 2]) -> Convolution {
        self.window.dilation = dilation;
        self
    }

    /// With this padding.
    pub fn with_padding(mut self, padding: Padding) -> Convolution {
        self.window.padding = padding;
        self
    }

    /// With the padding that [`Window::padded_same`] finds for this input; stride and dilation come before it.
    pub fn padded_same(mut self, input: ImageShape, lower: bool) -> Convolution {
        self.window = self.window.padded_same(input, lower);
        self
    }

    /// With a bias for each output channel.
    ///
    /// # Errors
    /// If there is another number of biases.
    pub fn with_bias(mut self, bias: DVector<f64>) -> Result<Convolution, ConvolutionError> {
        self.bias = Some(self.of_channels(bias)?);
        Ok(self)
    }

    /// Followed by factor∘y + shift for each output channel, as a batch normalisation does with its running statistics:
    /// factor∘(K∗x + b) + shift = (factor∘K)∗x + (factor∘b + shift), exactly.
    ///
    /// # Errors
    /// If there is another number of factors or shifts than of output channels.
    pub fn then_scale(mut self, factor: DVector<f64>, shift: DVector<f64>) -> Result<Convolution, ConvolutionError> {
        let (factor, shift) = (self.of_channels(factor)?, self.of_channels(shift)?);
        self.bias = Some(self.bias.map_or_else(|| shift.clone(), |bias| bias.component_mul(&factor) + &shift));
        self.kernel = self.kernel.scaled(&factor);
        Ok(self)
    }

    fn of_channels(&self, values: DVector<f64>) -> Result<DVector<f64>, ConvolutionError> {
        let outputs = self.kernel.outputs();
        if values.len() == outputs {
            return Ok(values);
        }
        Err(ConvolutionError::Bias { outputs, found: values.len() })
    }

    /// The weights.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// Size, stride, padding and dilation.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// The bias of each output channel, where there is one.
    pub fn bias(&self) -> Option<&DVector<f64>> {
        self.bias.as_ref()
    }

    /// The number of groups.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The number of input channels of all groups.
    pub fn inputs(&self) -> usize {
        self.kernel.group_inputs().saturating_mul(self.groups)
    }

    /// The shape of what it gives for inputs of this shape.
    ///
    /// # Errors
    /// If the channels do not fit, or the window does not fit into the padded input.
    pub fn output(&self, input: ImageShape) -> Result<ImageShape, ConvolutionError> {
        if input.channels() != self.inputs() {
            return Err(ConvolutionError::Channels { expected: self.inputs(), input: input.to_string() });
        }
        let [height, width] = self.window.outputs(input)?;
        ImageShape::new(self.kernel.outputs(), height, width)
    }

    /// Refuses what no matrix is made for.
    ///
    /// # Errors
    /// If a matrix from `input` to `output` would be larger than 4096 on a side or than 2²³ entries.
    pub fn refuse_too_large(input: ImageShape, output: ImageShape) -> Result<(), ConvolutionError> {
        refuse_too_large(output.values(), input.values())
    }

    /// The matrix and bias of this convolution for inputs of this shape, both sides flattened in the same order.
    ///
    /// y(o, p) = Σ_{c, τ} K(o, c, τ)·x(c, stride·p + dilation·τ − padding) + b(o), where x is 0 in the padding: the row
    /// of (o, p) holds K(o, c, τ) in the column of the input that tap τ meets.
    ///
    /// # Errors
    /// If the input does not fit, or the matrix would be larger than 4096 on a side or than 2²³ entries.
    pub fn lower(&self, input: ImageShape, flattening: Flattening) -> Result<Affine, ConvolutionError> {
        let output = self.output(input)?;
        let mut weight = zeros(output, input)?;
        self.each_term(input, output, flattening, |to, from, value| weight[(to, from)] = value);
        let bias = self.bias.as_ref().map(|bias| {
            let mut spread = DVector::zeros(output.values());
            for channel in 0..output.channels() {
                positions(output).for_each(|(y, x)| spread[output.position(flattening, channel, y, x)] = bias[channel]);
            }
            spread
        });
        Ok(Affine { weight, bias })
    }

    /// Every entry of the matrix that is not always 0: the place of its output, that of its input, its weight. `output` is
    /// what [`Convolution::output`] gives.
    pub(in crate::network) fn each_term(
        &self,
        input: ImageShape,
        output: ImageShape,
        flattening: Flattening,
        mut visit: impl FnMut(usize, usize, f64),
    ) {
        let group_outputs = self.kernel.outputs() / self.groups;
        for channel in 0..output.channels() {
            let first = channel / group_outputs * self.kernel.group_inputs();
            for (row, column) in positions(output) {
                let to = output.position(flattening, channel, row, column);
                for (row_tap, from_row) in self.window.taps(0, row, input.height()) {
                    for (column_tap, from_column) in self.window.taps(1, column, input.width()) {
                        for within in 0..self.kernel.group_inputs() {
                            let from = input.position(flattening, first + within, from_row, from_column);
                            visit(to, from, self.kernel.at(channel, within, row_tap, column_tap));
                        }
                    }
                }
            }
        }
    }

    /// What it is, for people: `conv 3×3, 8→16, on 28×28, stride 2`.
    pub fn label(&self, input: ImageShape) -> String {
        let is_signal = input.height() == 1 && self.kernel.size()[0] == 1;
        let (size, unusual) = self.window.label(is_signal);
        let on = if is_signal { input.width().to_string() } else { format!("{}×{}", input.height(), input.width()) };
        let groups = if self.groups == 1 { String::new() } else { format!(", {} groups", self.groups) };
        format!("conv {size}, {}→{}, on {on}{unusual}{groups}", self.inputs(), self.kernel.outputs())
    }
}

/// Rows and columns of a volume.
pub(super) fn positions(volume: ImageShape) -> impl Iterator<Item = (usize, usize)> {
    (0..volume.height()).flat_map(move |row| (0..volume.width()).map(move |column| (row, column)))
}

/// An empty matrix from `input` to `output`.
pub(super) fn zeros(output: ImageShape, input: ImageShape) -> Result<DMatrix<f64>, ConvolutionError> {
    let (rows, columns) = (output.values(), input.values());
    refuse_too_large(rows, columns)?;
    Ok(DMatrix::zeros(rows, columns))
}

/// Refuses a matrix whose singular values alone take too long: of a tall or a wide one there are few.
pub(super) fn refuse_undecomposable(rows: usize, columns: usize) -> Result<(), ConvolutionError> {
    if rows.min(columns) > LARGEST_SIDE || rows.saturating_mul(columns) > MAX_ENTRIES {
        return Err(ConvolutionError::TooLarge { rows, columns, side: LARGEST_SIDE, entries: MAX_ENTRIES });
    }
    Ok(())
}

/// Refuses a matrix that is larger than what is made.
pub(super) fn refuse_too_large(rows: usize, columns: usize) -> Result<(), ConvolutionError> {
    if rows.max(columns) > LARGEST_SIDE || rows.saturating_mul(columns) > MAX_ENTRIES {
        return Err(ConvolutionError::TooLarge { rows, columns, side: LARGEST_SIDE, entries: MAX_ENTRIES });
    }
    Ok(())
}
