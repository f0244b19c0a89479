//! Films are written by the writer of their kind.

use std::path::Path;

use super::film::{Draw, Film};
use super::{MediaError, MediaKind, apng, folder, gif, mp4, webp};
use crate::progress::{Progress, step};

/// Writes a film whose frames `draw` gives, by number and in order.
///
/// # Errors
/// If a frame cannot be drawn or written, or `progress` answers false: then nothing is left.
pub fn write_film(
    path: &Path,
    kind: MediaKind,
    film: &Film,
    draw: &mut Draw<'_>,
    progress: &mut Progress<'_>,
) -> Result<(), MediaError> {
    let all = film.frames + if kind == MediaKind::Gif { gif::studied(film.frames) } else { 0 };
    let mut drawn = 0;
    let mut watched = |frame: usize| {
        if !progress(step(drawn, all), &format!("frame {} of {}", frame + 1, film.frames)) {
            return Err(MediaError::Cancelled);
        }
        drawn += 1;
        draw(frame)
    };
    match kind {
        MediaKind::Gif => gif::write(path, film, &mut watched),
        MediaKind::Webp => webp::write(path, film, &mut watched),
        MediaKind::Mp4 => mp4::write(path, film, &mut watched),
        MediaKind::Folder => folder::write(path, film, &mut watched),
        MediaKind::Apng | MediaKind::Png | MediaKind::Svg => apng::write(path, film, &mut watched),
    }
}
