//! A film as MP4, written by ffmpeg, which is given the pixels through a pipe.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::MediaError;
use super::film::{Draw, Film};
use crate::io::write_beside_by;

/// How much of what ffmpeg says of a failure is told.
const LONGEST_REASON: usize = 200;
/// How much of what it says is read, in bytes.
const LONGEST_MESSAGES: u64 = 1 << 20;

/// Writes the film. It is shown once, as players decide how often a file is shown.
pub(super) fn write(path: &Path, film: &Film, draw: &mut Draw<'_>) -> Result<(), MediaError> {
    // ffmpeg goes back to the beginning of what it writes, so that it needs a file of its own.
    write_beside_by(path, |partial| fill(partial, path, film, draw))
}

/// Lets ffmpeg fill the file `partial`, which is to be `path`.
fn fill(partial: &Path, path: &Path, film: &Film, draw: &mut Draw<'_>) -> Result<(), MediaError> {
    let refused = |problem: String| MediaError::Ffmpeg { path: path.into(), problem };
    // A file without a name goes with the program, however it ends.
    let mut messages = tempfile::tempfile().map_err(|error| refused(error.to_string()))?;
    let log = messages.try_clone().map_err(|error| refused(error.to_string()))?;
    let mut child = match command(film, partial).stderr(log).spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(MediaError::NoFfmpeg { path: path.into() });
        }
        Err(error) => return Err(refused(error.to_string())),
    };
    let fed = feed(&mut child, film, draw);
    if let Err(Failure::Draw(error)) = fed {
        // It is not waited for what is not wanted.
        let _ = child.kill();
        let _ = child.wait();
        return Err(error);
    }
    drop(child.stdin.take());
    let status = child.wait().map_err(|error| refused(error.to_string()))?;
    if status.success() && fed.is_ok() {
        return Ok(());
    }
    let mut text = Vec::new();
    // Without its words it gave no reason.
    let _ = messages.seek(SeekFrom::Start(0)).and_then(|_| messages.take(LONGEST_MESSAGES).read_to_end(&mut text));
    let text = String::from_utf8_lossy(&text);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    Err(refused(last.trim().chars().take(LONGEST_REASON).collect()))
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
    // The name of what is not whole yet does not tell the kind.
    command.args([
        "-f",
        "mp4",
        "-movflags",
        "+faststart",
        "-fflags",
        "+bitexact",
        "-flags:v",
        "+bitexact",
        "-map_metadata",
        "-1",
    ]);
    command.arg(file);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command
}
