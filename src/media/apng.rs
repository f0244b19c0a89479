//! A film as animated PNG: the first frame is a picture that every reader of PNG shows.

use std::io::Write;
use std::path::Path;

use png::{BitDepth, BlendOp, ColorType, Compression, DisposeOp, Encoder, EncodingError};

use super::change::Part;
use super::encoder::{Failure, write_encoded};
use super::film::{Draw, Film, Repeats};
use super::{Frame, MediaError};

/// Delays are told in this part of a second.
const UNITS: f64 = 1000.0;

/// Writes the film.
pub(super) fn write(path: &Path, film: &Film, draw: &mut Draw<'_>) -> Result<(), MediaError> {
    let is_of_the_disk = |error: &EncodingError| matches!(error, EncodingError::IoError(_));
    write_encoded(path, "APNG", is_of_the_disk, |writer| encode(writer, film, draw))
}

fn encode(writer: &mut impl Write, film: &Film, draw: &mut Draw<'_>) -> Result<(), Failure<EncodingError>> {
    let [width, height] = film.size;
    let first = draw(0).map_err(Failure::Draw)?;
    let is_opaque = first.is_opaque();
    let mut encoder = Encoder::new(writer, width, height);
    encoder.set_color(if is_opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    let plays = match film.repeats {
        Repeats::Forever => 0,
        Repeats::Times(times) => u32::from(times.max(1)),
    };
    encoder.set_animated(film.frames as u32, plays)?;
    encoder.set_dispose_op(DisposeOp::None)?;
    encoder.set_blend_op(BlendOp::Source)?;
    let mut writer = encoder.write_header()?;
    let bytes = |frame: &Frame| if is_opaque { frame.rgb() } else { frame.rgba.clone() };
    let channels = if is_opaque { 3 } else { 4 };
    let mut before = first;
    for number in 0..film.frames {
        let (part, now) = match number {
            0 => (Part::whole(film.size), None),
            _ => {
                let now = draw(number).map_err(Failure::Draw)?;
                (Part::changed(&before, &now, 1), Some(now))
            }
        };
        let now = now.unwrap_or_else(|| before.clone());
        let delay = film.duration(number, UNITS).min(u32::from(u16::MAX)) as u16;
        writer.set_frame_delay(delay, UNITS as u16)?;
        if number > 0 {
            // The part before may reach beyond this one's corner: size and corner are set so that neither leaves the picture.
            writer.set_frame_position(0, 0)?;
            writer.set_frame_dimension(part.width, part.height)?;
            writer.set_frame_position(part.left, part.top)?;
        }
        writer.write_image_data(&part.cut(&bytes(&now), width, channels))?;
        before = now;
    }
    writer.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::film::testing::{dot, film};
    use super::*;

    #[test]
    fn every_frame_comes_back_pixel_by_pixel() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.apng");
        let film = film(5);
        write(&path, &film, &mut |number| Ok(dot(film.size, number))).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        assert_eq!(reader.info().animation_control().unwrap().num_frames, 5);
        let mut canvas = vec![0; 3 * 20 * 12];
        for number in 0..5 {
            let mut part = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut part).unwrap();
            let control = *reader.info().frame_control().unwrap();
            for y in 0..control.height as usize {
                let to = 3 * ((control.y_offset as usize + y) * 20 + control.x_offset as usize);
                let row = 3 * control.width as usize;
                canvas[to..to + row].copy_from_slice(&part[y * row..(y + 1) * row]);
            }
            assert!(canvas == dot(film.size, number).rgb(), "frame {number}");
        }
    }

    #[test]
    fn what_cannot_be_drawn_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.apng");
        let stopped = |number| if number < 2 { Ok(dot([20, 12], number)) } else { Err(MediaError::Cancelled) };
        assert!(matches!(write(&path, &film(5), &mut { stopped }), Err(MediaError::Cancelled)));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
