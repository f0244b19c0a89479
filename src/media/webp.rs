//! One picture, or a film, as WebP without loss.
//!
//! The encoder writes single pictures. A film is a container around them (the WebP Container Specification): `VP8X` with the
//! size of the canvas, `ANIM` with the number of repetitions, and for each frame an `ANMF` chunk with its corner, its size,
//! its time and the picture's own `VP8L` chunk.

use std::io::{self, Write};
use std::path::Path;

use image_webp::{ColorType, WebPEncoder};

use super::change::Part;
use super::film::{Draw, Film, Repeats};
use super::{Frame, MediaError};
use crate::io::write_beside;

/// Times are told in this part of a second.
const UNITS: f64 = 1000.0;
/// The container's flags: it holds a film, it has alpha.
const ANIMATION: u8 = 0x02;
const ALPHA: u8 = 0x10;
/// A frame's flag: its pixels take the place of those below rather than cover them.
const NO_BLENDING: u8 = 0x02;
/// The corner of a frame is told in steps of so many pixels.
const CORNER: u32 = 2;

/// Writes one picture.
///
/// # Errors
/// If the encoder refuses the picture, or it cannot be written.
pub fn write_webp(path: &Path, frame: &Frame) -> Result<(), MediaError> {
    let bytes = encoded(&frame.rgba, frame.size).map_err(|problem| refused(path, problem))?;
    Ok(write_beside(path, |writer| writer.write_all(&bytes))?)
}

/// Writes the film.
pub(super) fn write(path: &Path, film: &Film, draw: &mut Draw<'_>) -> Result<(), MediaError> {
    let mut failed = None;
    let written = write_beside(path, |writer| {
        // The length stands at the beginning; what comes together without loss of a figure is small.
        let body = body(film, draw).map_err(|error| {
            let message = "a frame failed";
            failed = Some(error);
            io::Error::other(message)
        })?;
        let length = u32::try_from(body.len() + 4).map_err(|_| io::Error::other("it would be larger than 4 GB"))?;
        writer.write_all(b"RIFF")?;
        writer.write_all(&length.to_le_bytes())?;
        writer.write_all(b"WEBP")?;
        writer.write_all(&body)
    });
    match failed {
        Some(Failure::Draw(error)) => Err(error),
        Some(Failure::Encode(problem)) => Err(refused(path, problem)),
        None => Ok(written?),
    }
}

enum Failure {
    Draw(MediaError),
    Encode(String),
}

fn refused(path: &Path, problem: String) -> MediaError {
    MediaError::Encode { path: path.into(), format: "WebP", problem }
}

fn body(film: &Film, draw: &mut Draw<'_>) -> Result<Vec<u8>, Failure> {
    let [width, height] = film.size;
    let first = draw(0).map_err(Failure::Draw)?;
    let mut header = vec![ANIMATION | if first.is_opaque() { 0 } else { ALPHA }, 0, 0, 0];
    header.extend(three_bytes(width.saturating_sub(1)));
    header.extend(three_bytes(height.saturating_sub(1)));
    let repeats = match film.repeats {
        Repeats::Forever => 0,
        Repeats::Times(times) => times.max(1),
    };
    let mut control = vec![0; 4];
    control.extend(repeats.to_le_bytes());
    let mut body = Vec::new();
    chunk(&mut body, b"VP8X", &header);
    chunk(&mut body, b"ANIM", &control);
    let mut before = first;
    for number in 0..film.frames {
        let now = if number == 0 { before.clone() } else { draw(number).map_err(Failure::Draw)? };
        let part = if number == 0 { Part::whole(film.size) } else { Part::changed(&before, &now, CORNER) };
        let picture = encoded(&part.cut(&now.rgba, width, 4), [part.width, part.height]).map_err(Failure::Encode)?;
        let mut frame = Vec::new();
        frame.extend(three_bytes(part.left / CORNER));
        frame.extend(three_bytes(part.top / CORNER));
        frame.extend(three_bytes(part.width - 1));
        frame.extend(three_bytes(part.height - 1));
        frame.extend(three_bytes(film.duration(number, UNITS)));
        frame.push(NO_BLENDING);
        let picture = lossless_chunk(&picture).ok_or_else(|| Failure::Encode("it has no VP8L chunk".to_owned()))?;
        chunk(&mut frame, b"VP8L", picture);
        chunk(&mut body, b"ANMF", &frame);
        before = now;
    }
    Ok(body)
}

/// One picture as a file by itself.
fn encoded(rgba: &[u8], [width, height]: [u32; 2]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let encoder = WebPEncoder::new(&mut bytes);
    encoder.encode(rgba, width, height, ColorType::Rgba8).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// The picture's data in the file of a single one.
fn lossless_chunk(file: &[u8]) -> Option<&[u8]> {
    let mut rest = file.get(12..)?;
    loop {
        let (name, length) = (rest.get(..4)?, rest.get(4..8)?);
        let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
        if name == b"VP8L" {
            return rest.get(8..8 + length);
        }
        rest = rest.get(8 + length + length % 2..)?;
    }
}

/// A chunk: its name, its length, its data, and a byte where that is odd.
fn chunk(body: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    body.extend(name);
    body.extend((data.len() as u32).to_le_bytes());
    body.extend(data);
    body.extend(vec![0; data.len() % 2]);
}

/// A number of 24 bits.
fn three_bytes(number: u32) -> [u8; 3] {
    let [first, second, third, _] = number.min((1 << 24) - 1).to_le_bytes();
    [first, second, third]
}

#[cfg(test)]
mod tests {
    use super::super::film::testing::{dot, film};
    use super::*;

    #[test]
    fn a_film_comes_back_frame_by_frame() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.webp");
        let film = film(5);
        write(&path, &film, &mut |number| Ok(dot(film.size, number))).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let mut decoder = image_webp::WebPDecoder::new(io::Cursor::new(bytes)).unwrap();
        assert_eq!((decoder.num_frames(), decoder.dimensions(), decoder.has_alpha()), (5, (20, 12), false));
        assert_eq!(decoder.loop_duration(), 700);
        for number in 0..5 {
            let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
            decoder.read_frame(&mut pixels).unwrap();
            assert!(pixels == dot(film.size, number).rgb(), "frame {number}");
        }
    }

    #[test]
    fn a_picture_keeps_what_shines_through() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.webp");
        let frame = Frame { size: [2, 1], rgba: vec![1, 2, 3, 255, 40, 50, 60, 128] };
        write_webp(&path, &frame).unwrap();
        let mut decoder = image_webp::WebPDecoder::new(io::Cursor::new(std::fs::read(&path).unwrap())).unwrap();
        let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut pixels).unwrap();
        assert_eq!(pixels, frame.rgba);
    }
}
