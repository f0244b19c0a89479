//! Draws a picture or a film and writes it.

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;

use super::frames::FrameSource;
use crate::formats::write_beside;
use crate::media::{Film, Frame, MediaError, MediaKind, Repeats, write_film, write_png, write_webp};
use crate::progress::Progress;
use crate::session::{FilmTiming, PictureSettings, PictureTimes, Session};

/// Draws one picture of `session`, a copy for pictures, to be copied.
///
/// # Errors
/// If the settings make no picture, or `progress` answers false.
pub fn picture(session: Session, settings: PictureSettings, progress: &mut Progress<'_>) -> Result<Frame, MediaError> {
    settings.check(session.playback.duration()).map_err(|problem| MediaError::Draw(problem.to_string()))?;
    FrameSource::new(session, settings)?.draw(0, progress)
}

/// Draws what `settings` ask for of `session`, a copy for pictures, and writes it to `path`.
///
/// # Errors
/// If the settings make no picture, it cannot be written, or `progress` answers false: then nothing is left.
pub fn run(
    session: Session,
    settings: PictureSettings,
    path: &Path,
    progress: &mut Progress<'_>,
) -> Result<(), MediaError> {
    let end = session.playback.duration();
    settings.check(end).map_err(|problem| MediaError::Draw(format!("{}: {problem}", path.display())))?;
    let (kind, times, size) = (settings.kind, settings.times, settings.pixels());
    let mut frames = FrameSource::new(session, settings)?;
    match times {
        PictureTimes::At(_) => {
            if kind == MediaKind::Svg {
                let document = frames.vectors(progress)?;
                return Ok(write_beside(path, |writer| writer.write_all(document.as_bytes()))?);
            }
            let frame = frames.draw(0, progress)?;
            if !progress(1.0, "writing the picture") {
                return Err(MediaError::Cancelled);
            }
            match kind {
                MediaKind::Webp => write_webp(path, &frame),
                _ => write_png(path, &frame),
            }
        }
        PictureTimes::Film(timing) => {
            // Frames and what is computed for them are heard by the same ear.
            let ear = RefCell::new((progress, 0.0));
            let mut of_film = |share: f32, text: &str| {
                let (progress, before) = &mut *ear.borrow_mut();
                *before = share;
                progress(share, text)
            };
            let mut draw = |number: usize| {
                frames.draw(number, &mut |_, text| {
                    let (progress, share) = &mut *ear.borrow_mut();
                    progress(*share, text)
                })
            };
            write_film(path, kind, &film(&timing, size), &mut draw, &mut of_film)
        }
    }
}

fn film(timing: &FilmTiming, size: [u32; 2]) -> Film {
    let repeats = if timing.times == 0 { Repeats::Forever } else { Repeats::Times(timing.times) };
    Film { size, frames: timing.frames(), rate: timing.rate, rest: timing.rest, repeats }
}
