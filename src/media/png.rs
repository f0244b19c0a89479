//! One picture as PNG.

use std::io::Write;
use std::path::Path;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

use super::{Frame, MediaError};
use crate::io::write_beside;

/// The bytes of a PNG file; without alpha where nothing shines through.
///
/// # Errors
/// If the encoder refuses the picture, in words.
pub fn png_bytes(frame: &Frame) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    encode(&mut bytes, frame).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn encode(writer: &mut impl Write, frame: &Frame) -> Result<(), EncodingError> {
    let [width, height] = frame.size;
    let is_opaque = frame.is_opaque();
    let mut encoder = Encoder::new(writer, width, height);
    encoder.set_color(if is_opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::High);
    let mut writer = encoder.write_header()?;
    if is_opaque {
        writer.write_image_data(&frame.rgb())?
    } else {
        writer.write_image_data(&frame.rgba)?
    }
    writer.finish()
}

/// Writes one picture.
///
/// # Errors
/// If the encoder refuses the picture, or it cannot be written.
pub fn write_png(path: &Path, frame: &Frame) -> Result<(), MediaError> {
    let refused = |problem| MediaError::Encode { path: path.into(), format: "PNG", problem };
    let bytes = png_bytes(frame).map_err(refused)?;
    Ok(write_beside(path, |writer| writer.write_all(&bytes))?)
}
