//! Linear maps of pictures too large for a matrix, and products of matrices that both come from the input.

use nalgebra::DVector;

use crate::network::{Convolution, ConvolutionError, Flattening, ImageShape};

/// A convolution of pictures of one shape, by its kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct WideConvolution {
    convolution: Convolution,
    input: ImageShape,
    output: ImageShape,
    order: Flattening,
}

impl WideConvolution {
    /// The convolution for pictures of this shape, whose values lie in this order before and after.
    ///
    /// # Errors
    /// If they do not fit each other.
    pub fn new(
        convolution: Convolution,
        input: ImageShape,
        order: Flattening,
    ) -> Result<WideConvolution, ConvolutionError> {
        let output = convolution.output(input)?;
        Ok(WideConvolution { convolution, input, output, order })
    }

    /// The convolution.
    pub fn convolution(&self) -> &Convolution {
        &self.convolution
    }

    /// The shape of what it is given.
    pub fn input(&self) -> ImageShape {
        self.input
    }

    /// The shape of what it gives.
    pub fn output(&self) -> ImageShape {
        self.output
    }

    /// The order of the values.
    pub fn order(&self) -> Flattening {
        self.order
    }

    pub(super) fn apply(&self, given: &[f64], made: &mut [f64], with_bias: bool) {
        made.fill(0.0);
        match self.order {
            Flattening::ChannelsFirst => self.apply_planes(given, made),
            Flattening::ChannelsLast => {
                let add = |to: usize, from: usize, weight: f64| made[to] += weight * given[from];
                self.convolution.each_term(self.input, self.output, self.order, add);
            }
        }
        if let Some(bias) = self.convolution.bias().filter(|_| with_bias) {
            self.add_bias(bias, made);
        }
    }

    /// Tap by tap, along rows that lie side by side.
    fn apply_planes(&self, given: &[f64], made: &mut [f64]) {
        let (kernel, window) = (self.convolution.kernel(), self.convolution.window());
        let ([height, width], [rows, columns]) = (self.input.sides(), self.output.sides());
        let ([row_taps, column_taps], group_inputs) = (kernel.size(), kernel.group_inputs());
        let group_outputs = kernel.outputs() / self.convolution.groups();
        let (above, left) = (window.padding.rows[0], window.padding.columns[0]);
        let [row_stride, stride] = window.stride;
        for (channel, plane) in made.chunks_mut(rows * columns).enumerate() {
            let first = channel / group_outputs * group_inputs;
            for within in 0..group_inputs {
                let source = &given[(first + within) * height * width..][..height * width];
                for tap in 0..row_taps * column_taps {
                    let weight = kernel.values()[(channel * group_inputs + within) * row_taps * column_taps + tap];
                    let (down, across) =
                        (tap / column_taps * window.dilation[0], tap % column_taps * window.dilation[1]);
                    // The outputs whose tap meets the input: 0 ≤ stride·x + across − left < width.
                    let begin = left.saturating_sub(across).div_ceil(stride);
                    let end = (width + left).saturating_sub(across).div_ceil(stride).min(columns);
                    for (row, line) in plane.chunks_mut(columns).enumerate() {
                        let Some(y) = (row * row_stride + down).checked_sub(above).filter(|y| *y < height) else {
                            continue;
                        };
                        if begin >= end {
                            continue;
                        }
                        let from = &source[y * width + begin * stride + across - left..(y + 1) * width];
                        let line = &mut line[begin..end];
                        if stride == 1 {
                            line.iter_mut().zip(from).for_each(|(value, x)| *value += weight * x);
                        } else {
                            line.iter_mut()
                                .zip(from.iter().step_by(stride))
                                .for_each(|(value, x)| *value += weight * x);
                        }
                    }
                }
            }
        }
    }

    /// The number of products that a pass takes.
    pub(super) fn products(&self) -> usize {
        let [height, width] = self.convolution.kernel().size();
        self.output.values() * self.convolution.kernel().group_inputs() * height * width
    }

    pub(super) fn pull(&self, covector: &[f64]) -> Vec<f64> {
        let mut moved = vec![0.0; self.input.values()];
        self.convolution
            .each_term(self.input, self.output, self.order, |to, from, weight| moved[from] += weight * covector[to]);
        moved
    }

    fn add_bias(&self, bias: &DVector<f64>, made: &mut [f64]) {
        let area = self.output.height() * self.output.width();
        for (slot, value) in made.iter_mut().enumerate() {
            let channel = match self.order {
                Flattening::ChannelsFirst => slot / area,
                Flattening::ChannelsLast => slot % self.output.channels(),
            };
            *value += bias[channel];
        }
    }
}

/// A·B for `batch` pairs of matrices, A of rows × shared beside B of shared × columns, both row after row: all A come
/// first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatrixProduct {
    /// How many pairs.
    pub batch: usize,
    /// The rows of A.
    pub rows: usize,
    /// The columns of A, which are the rows of B.
    pub shared: usize,
    /// The columns of B.
    pub columns: usize,
}

impl MatrixProduct {
    /// The number of values of all A.
    pub fn left(&self) -> usize {
        self.batch * self.rows * self.shared
    }

    /// The number of values of all B.
    pub fn right(&self) -> usize {
        self.batch * self.shared * self.columns
    }

    /// The number of values of all products.
    pub fn outputs(&self) -> usize {
        self.batch * self.rows * self.columns
    }

    /// The places of every product a·b with that of its sum.
    pub(super) fn each_term(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let MatrixProduct { batch, rows, shared, columns } = *self;
        for pair in 0..batch {
            for row in 0..rows {
                for inner in 0..shared {
                    let left = (pair * rows + row) * shared + inner;
                    for column in 0..columns {
                        visit((pair * rows + row) * columns + column, left, (pair * shared + inner) * columns + column);
                    }
                }
            }
        }
    }
}
