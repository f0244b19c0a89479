use std::path::PathBuf;

/// The longest side of a picture in pixels: a gigabyte for the whole square.
pub const MAX_SIDE: u32 = 16_384;

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
    /// The picture could not be written.
    #[error("the picture could not be written to {path}: {source}")]
    Write {
        /// Where it should have gone.
        path: PathBuf,
        /// Why it did not.
        source: std::io::Error,
    },
}
