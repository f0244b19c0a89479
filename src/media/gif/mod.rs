//! A film as GIF: one palette for all frames, so that colours rest where the picture does, and of every frame only what
//! changed.

mod palette;

use std::io::Write;
use std::path::Path;

use gif::{DisposalMethod, Encoder, EncodingError, Repeat};

use super::change::Part;
use super::encoder::{Failure, write_encoded};
use super::film::{Draw, Film, Repeats};
use super::{Frame, MediaError};
use palette::Palette;

/// The format, as messages name it.
const FORMAT: &str = "GIF";
/// Delays are told in this part of a second.
const UNITS: f64 = 100.0;
/// So many frames, all over the film, are looked at for their colours.
const STUDIED: usize = 16;

/// How many frames of a film are drawn for their colours.
pub(super) fn studied(frames: usize) -> usize {
    frames.clamp(1, STUDIED)
}

/// Writes the film.
pub(super) fn write(path: &Path, film: &Film, draw: &mut Draw<'_>) -> Result<(), MediaError> {
    let refused = |problem: String| MediaError::Encode { path: path.into(), format: FORMAT, problem };
    let [width, height] = film.size;
    let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(refused(format!("its sides have at most {} pixels", u16::MAX)));
    };
    let palette = study(film, draw)?;
    let is_of_the_disk = |error: &EncodingError| matches!(error, EncodingError::Io(_));
    write_encoded(path, FORMAT, is_of_the_disk, |writer| encode(writer, [width, height], film, &palette, draw))
}

/// The palette of the film, from frames all over it.
fn study(film: &Film, draw: &mut Draw<'_>) -> Result<Palette, MediaError> {
    let count = studied(film.frames);
    let last = film.frames.saturating_sub(1);
    let numbers = (0..count).map(|index| index * last / (count - 1).max(1));
    let mut colours = palette::Census::default();
    for number in numbers {
        colours.add(&draw(number)?);
    }
    Ok(colours.palette())
}

fn encode(
    writer: &mut impl Write,
    [width, height]: [u16; 2],
    film: &Film,
    palette: &Palette,
    draw: &mut Draw<'_>,
) -> Result<(), Failure<EncodingError>> {
    let mut encoder = Encoder::new(writer, width, height, &palette.bytes())?;
    match film.repeats {
        Repeats::Forever => encoder.set_repeat(Repeat::Infinite)?,
        // The format counts the times after the first.
        Repeats::Times(times) if times > 1 => encoder.set_repeat(Repeat::Finite(times - 1))?,
        Repeats::Times(_) => {}
    }
    let (mut indices, transparent) = (palette.indices(), palette.transparent());
    let mut before: Option<(Frame, Vec<u8>)> = None;
    for number in 0..film.frames {
        let frame = draw(number).map_err(Failure::Draw)?;
        let mapped = indices.map(&frame);
        let shines_through = mapped.contains(&transparent);
        let kept = before.as_ref().filter(|_| !shines_through);
        let part = kept.map_or(Part::whole(film.size), |(before, _)| Part::changed(before, &frame, 1));
        let mut buffer = part.cut(&mapped, film.size[0], 1);
        if let Some((_, old)) = kept {
            // What rests is left as it is, which packs best.
            let old = part.cut(old, film.size[0], 1);
            buffer.iter_mut().zip(old).for_each(|(new, old)| {
                if *new == old {
                    *new = transparent;
                }
            });
        }
        encoder.write_frame(&gif::Frame {
            delay: film.duration(number, UNITS).min(u32::from(u16::MAX)) as u16,
            dispose: if shines_through { DisposalMethod::Background } else { DisposalMethod::Keep },
            transparent: Some(transparent),
            left: part.left as u16,
            top: part.top as u16,
            width: part.width as u16,
            height: part.height as u16,
            buffer: buffer.into(),
            ..gif::Frame::default()
        })?;
        // A frame that is taken away again leaves nothing to build on.
        before = (!shines_through).then_some((frame, mapped));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::film::testing::{dot, film};
    use super::*;

    /// The frames of a file, each as a viewer shows it, with their delays.
    fn decoded(bytes: &[u8]) -> Vec<(Vec<u8>, u16)> {
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(bytes).unwrap();
        let width = usize::from(decoder.width());
        let mut canvas = vec![0; 4 * width * usize::from(decoder.height())];
        let mut frames = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            for (index, pixel) in frame.buffer.as_chunks::<4>().0.iter().enumerate() {
                let (x, y) = (index % usize::from(frame.width), index / usize::from(frame.width));
                let to = 4 * ((usize::from(frame.top) + y) * width + usize::from(frame.left) + x);
                if pixel[3] > 0 {
                    canvas[to..to + 4].copy_from_slice(pixel);
                }
            }
            frames.push((canvas.clone(), frame.delay));
        }
        frames
    }

    #[test]
    fn few_colours_come_back_exactly() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gif");
        let film = film(6);
        write(&path, &film, &mut |number| Ok(dot(film.size, number))).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let frames = decoded(&bytes);
        assert_eq!(frames.len(), 6);
        for (number, (pixels, delay)) in frames.iter().enumerate() {
            assert!(*pixels == dot(film.size, number).rgba, "frame {number}");
            assert_eq!(*delay, if number == 5 { 54 } else { 4 });
        }
        let again = folder.path().join("b.gif");
        write(&again, &film, &mut |number| Ok(dot(film.size, number))).unwrap();
        assert_eq!(std::fs::read(&again).unwrap(), bytes);
    }
}
