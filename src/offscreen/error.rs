use super::MAX_SIDE;
use crate::formats::FormatError;

/// Why a picture could not be made or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A side is zero or beyond [`MAX_SIDE`]. Sizes in pixels.
    #[error("a picture of {width} × {height} pixels cannot be drawn; choose sides between 1 and {MAX_SIDE}")]
    Size {
        /// Asked width, pixels.
        width: u32,
        /// Asked height, pixels.
        height: u32,
    },
    /// The scale is not a positive number that leaves at least one point a side.
    #[error("{0} pixels per point is not a usable scale; choose a number between 0.1 and 16")]
    Scale(f32),
    /// The PNG encoder refused the picture.
    #[error("the picture could not be encoded as PNG: {0}")]
    Encode(#[from] png::EncodingError),
    /// The picture could not be written; the message names the file.
    #[error(transparent)]
    Write(#[from] FormatError),
}
