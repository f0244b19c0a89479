//! Average pooling: a linear map, and so a matrix.

use super::map::{positions, zeros};
use super::{ConvolutionError, Flattening, ImageShape, Window};
use crate::network::Affine;

/// The mean over a window, channel by channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AveragePooling {
    window: Window,
    counts_padding: bool,
}

impl AveragePooling {
    /// The mean over this window; `counts_padding` says whether the zeros of the padding count among the values.
    pub fn new(window: Window, counts_padding: bool) -> AveragePooling {
        AveragePooling { window, counts_padding }
    }

    /// The mean over all places of an input of this shape.
    pub fn global(input: ImageShape) -> AveragePooling {
        AveragePooling::new(Window::of_size(input.sides()), false)
    }

    /// The shape of what it gives for inputs of this shape.
    ///
    /// # Errors
    /// If the window does not fit into the padded input.
    pub fn output(&self, input: ImageShape) -> Result<ImageShape, ConvolutionError> {
        let [height, width] = self.window.outputs(input)?;
        ImageShape::new(input.channels(), height, width)
    }

    /// The matrix of this pooling for inputs of this shape: 1/(number of values) where the window meets the input.
    /// A window that meets nothing but padding gives 0.
    ///
    /// # Errors
    /// If the window does not fit, or the matrix would be larger than 4096 on a side or than 2²³ entries.
    pub fn lower(&self, input: ImageShape, flattening: Flattening) -> Result<Affine, ConvolutionError> {
        let output = self.output(input)?;
        let mut weight = zeros(output, input)?;
        for (row, column) in positions(output) {
            let met = |axis, at, length| self.window.taps(axis, at, length).map(|(_, position)| position);
            let rows: Vec<usize> = met(0, row, input.height()).collect();
            let columns: Vec<usize> = met(1, column, input.width()).collect();
            let count = if self.counts_padding {
                self.window.size.iter().map(|size| *size as f64).product()
            } else {
                (rows.len() * columns.len()) as f64
            };
            for channel in 0..input.channels() {
                let to = output.position(flattening, channel, row, column);
                for &y in &rows {
                    for &x in &columns {
                        weight[(to, input.position(flattening, channel, y, x))] = 1.0 / count;
                    }
                }
            }
        }
        Ok(Affine { weight, bias: None })
    }

    /// For each value of `output`, what [`AveragePooling::output`] gives, the places that it is the mean of and their share.
    pub fn rows(&self, input: ImageShape, output: ImageShape, order: Flattening) -> Vec<Vec<(usize, f64)>> {
        let all: f64 = self.window.size.iter().map(|size| *size as f64).product();
        let share = |members: Vec<usize>| {
            let count = if self.counts_padding { all } else { members.len() as f64 };
            members.into_iter().map(|slot| (slot, 1.0 / count)).collect()
        };
        self.window.members(input, output, order).into_iter().map(share).collect()
    }

    /// What it is, for people: `average pooling 2×2, 8 channels, on 28×28`.
    pub fn label(&self, input: ImageShape) -> String {
        let is_signal = input.height() == 1;
        let on = if is_signal { input.width().to_string() } else { format!("{}×{}", input.height(), input.width()) };
        let channels = input.channels();
        if *self == AveragePooling::global(input) {
            return format!("global average pooling, {channels} channels, on {on}");
        }
        let (size, unusual) = self.window.label(is_signal);
        format!("average pooling {size}, {channels} channels, on {on}{unusual}")
    }
}
