//! The shape of a picture or a signal with channels, and the order in which its values lie in a vector.

use std::fmt;

use super::ConvolutionError;

/// More values than any layer here can use; below it no product of three axes overflows.
const MAX_VALUES: usize = 1 << 31;

/// Channels × height × width, each at least 1. A signal of one dimension has height 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageShape {
    channels: usize,
    height: usize,
    width: usize,
}

/// The order in which the values of a volume lie in a vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flattening {
    /// Channel after channel, each row after row: C, H, W, as PyTorch and ONNX have it.
    #[default]
    ChannelsFirst,
    /// Row after row, all channels of a place together: H, W, C, as Keras and TensorFlow have it.
    ChannelsLast,
}

impl ImageShape {
    /// A shape.
    ///
    /// # Errors
    /// If an axis has no length, or there are more than 2³¹ values.
    pub fn new(channels: usize, height: usize, width: usize) -> Result<ImageShape, ConvolutionError> {
        let values = channels.checked_mul(height).and_then(|area| area.checked_mul(width));
        match values {
            Some(1..=MAX_VALUES) => Ok(ImageShape { channels, height, width }),
            _ => Err(ConvolutionError::ImageShape { channels, height, width, most: MAX_VALUES }),
        }
    }

    /// The number of channels C.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The number of rows H; 1 for a signal.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The number of columns W.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows and columns.
    pub fn sides(&self) -> [usize; 2] {
        [self.height, self.width]
    }

    /// The number of values C·H·W.
    pub fn values(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// The place in a vector of the value of `channel` at `row`, `column`, all counted from 0 and within the volume.
    pub fn position(&self, flattening: Flattening, channel: usize, row: usize, column: usize) -> usize {
        match flattening {
            Flattening::ChannelsFirst => (channel * self.height + row) * self.width + column,
            Flattening::ChannelsLast => (row * self.width + column) * self.channels + channel,
        }
    }
}

impl fmt::Display for ImageShape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}×{}×{}", self.channels, self.height, self.width)
    }
}
