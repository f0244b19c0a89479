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
    pub fn new(convolution: Convolution, input: ImageShape, order: Flattening) -> Result<WideConvolution, ConvolutionError> {
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
        self.convolution.each_term(self.input, self.output, self.order, |to, from, weight| made[to] += weight * given[from]);
        if let Some(bias) = self.convolution.bias().filter(|_| with_bias) {
            self.add_bias(bias, made);
        }
    }

    pub(super) fn pull(&self, covector: &[f64]) -> Vec<f64> {
        let mut moved = vec![0.0; self.input.values()];
        self.convolution
            .each_term(self.input, self.output, self.order, |to, from, weight| moved[from] += weight * covector[to]);
        moved
    }

    fn add_bias(&self, bias: &DVector<f64>, made: &mut [f64]) {
        let area = self.output.height() * self.output.width();
        for (place, value) in made.iter_mut().enumerate() {
            let channel = match self.order {
                Flattening::ChannelsFirst => place / area,
                Flattening::ChannelsLast => place % self.output.channels(),
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
