//! A film as MP4, written by ffmpeg, which is given the pixels through a pipe.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::MediaError;
use super::film::{Draw, Film};
use crate::io::write_beside;

/// How much of what ffmpeg says of a failure is told.
const LONGEST_REASON: usize = 200;

/// Writes the film. It is shown once, as players decide how often a file is shown.
pub(super) fn write(path: &Path, film: &Film, draw: &mut Draw<'_>) -> Result<(), MediaError> {
    // ffmpeg goes back to the beginning of what it writes, so that it needs a file of its own.
    let failed = |source| MediaError::Folder { path: std::env::temp_dir(), source };
    let folder = tempfile::tempdir().map_err(failed)?;
    let (film_file, messages) = (folder.path().join("film.mp4"), folder.path().join("messages"));
    let log = fs::File::create(&messages).map_err(failed)?;
    let mut child = match command(film, &film_file).stderr(log).spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(MediaError::NoFfmpeg { path: path.into() });
        }
        Err(error) => return Err(MediaError::Ffmpeg { path: path.into(), problem: error.to_string() }),
    };
    let fed = feed(&mut child, film, draw);
    if let Err(Failure::Draw(error)) = fed {
        // It is not waited for what is not wanted.
        let _ = child.kill();
        let _ = child.wait();
        return Err(error);
    }
    drop(child.stdin.take());
    let status = child.wait().map_err(|error| MediaError::Ffmpeg { path: path.into(), problem: error.to_string() })?;
    if !status.success() || fed.is_err() {
        let text = fs::read_to_string(&messages).unwrap_or_default();
        let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
        let problem = last.trim().chars().take(LONGEST_REASON).collect();
        return Err(MediaError::Ffmpeg { path: path.into(), problem });
    }
    Ok(write_beside(path, |writer| io::copy(&mut fs::File::open(&film_file)?, writer).map(drop))?)
}

enum Failure {
    Draw(MediaError),
    /// ffmpeg takes no more: why, it says itself.
    Pipe,
}

fn feed(child: &mut Child, film: &Film, draw: &mut Draw<'_>) -> Result<(), Failure> {
    let Some(pipe) = &mut child.stdin else { return Err(Failure::Pipe) };
    for number in 0..film.frames {
        let bytes = draw(number).map_err(Failure::Draw)?.rgb();
        let times = if number + 1 == film.frames { film.last_repeated() } else { 1 };
        for _ in 0..times {
            pipe.write_all(&bytes).map_err(|_| Failure::Pipe)?;
        }
    }
    Ok(())
}

/// ffmpeg for frames of this film; one thread and no words of its own in the file, so that the same frames give the same
/// bytes.
fn command(film: &Film, file: &Path) -> Command {
    let [width, height] = film.size;
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]);
    command.args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", &format!("{width}x{height}")]);
    command.args(["-r", &film.rate.to_string(), "-i", "-"]);
    // Half the colours of H.264 stand for two pixels: an odd side is made even by a row of the background.
    command.args(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white", "-an", "-threads", "1"]);
    command.args(["-c:v", "libx264", "-preset", "medium", "-crf", "18", "-pix_fmt", "yuv420p"]);
    command.args(["-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]);
    command.arg(file);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command
}
