//! Pipes: what comes through one can be read only once, so it is kept in a file without a name.
//!
//! A reader looks at the first bytes of a file to find its format and then reads it anew. Of a pipe those bytes would be
//! gone: the numbers behind them would be read as if they were the first.

use std::path::{Path, PathBuf};

use std::io;

/// More bytes than this are not taken from a pipe, 4 GiB.
#[cfg(target_os = "linux")]
const MAX_BYTES: u64 = 1 << 32;

/// The file that holds what came through the pipe at `path`; `None` where `path` is no pipe.
///
/// # Errors
/// If it is a device or a socket, or the pipe gives nothing or too much.
pub(super) fn kept(path: &Path) -> io::Result<Option<PathBuf>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = match std::fs::metadata(path) {
            Ok(metadata) => metadata.file_type(),
            // Opening it says what is wrong.
            Err(_) => return Ok(None),
        };
        if kind.is_char_device() || kind.is_block_device() || kind.is_socket() {
            return Err(io::Error::other("it is a device or a socket, not a file; give a file or a pipe"));
        }
        if kind.is_fifo() {
            return pipe::kept(path).map(Some);
        }
    }
    Ok(None)
}

#[cfg(all(unix, not(target_os = "linux")))]
mod pipe {
    use super::{Path, PathBuf, io};

    pub(super) fn kept(_: &Path) -> io::Result<PathBuf> {
        Err(io::Error::other("it is a pipe, which can be read only once; write it to a file first"))
    }
}

#[cfg(target_os = "linux")]
mod pipe {
    use std::fs::{File, OpenOptions};
    use std::io::{ErrorKind, Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    use std::sync::{Mutex, PoisonError};
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use super::{MAX_BYTES, Path, PathBuf, io};
    use crate::system::{cancel, memory};

    /// `O_NONBLOCK`: opening a pipe without a writer does not wait for one.
    const NONBLOCK: i32 = 0o4000;
    /// A pipe into which nobody has written for so long is given up.
    const WRITER_TIMEOUT: Duration = Duration::from_secs(2);
    /// A writer that gives nothing for so long is given up.
    const DATA_TIMEOUT: Duration = Duration::from_secs(60);
    /// One that goes on for so long is given up, however little comes.
    const LONGEST: Duration = Duration::from_secs(1800);
    /// After so many bytes it is asked whether there is memory for what came.
    const ASKED: u64 = 1 << 26;
    const PAUSE: Duration = Duration::from_millis(5);

    /// What came through pipes, each known by its device and number. The files have no name and go with the program.
    static KEPT: Mutex<Vec<((u64, u64), File)>> = Mutex::new(Vec::new());

    pub(super) fn kept(path: &Path) -> io::Result<PathBuf> {
        let metadata = std::fs::metadata(path)?;
        let identity = (metadata.dev(), metadata.ino());
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match kept.iter().position(|(other, _)| *other == identity) {
            Some(position) => &kept[position].1,
            None => {
                let file = drained(path)?;
                kept.push((identity, file));
                // The list has at least the file that was just put into it.
                &kept[kept.len() - 1].1
            }
        };
        Ok(PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd())))
    }

    /// Everything that comes through the pipe.
    fn drained(path: &Path) -> io::Result<File> {
        let mut pipe = OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path)?;
        let mut file = tempfile::tempfile()?;
        let (mut buffer, mut bytes, mut since) = (vec![0; 1 << 16], 0_u64, Instant::now());
        let (began, mut asked) = (since, ASKED);
        loop {
            cancel::check()?;
            if began.elapsed() > LONGEST {
                return Err(io::Error::other("this pipe does not come to its end; give a file"));
            }
            match pipe.read(&mut buffer) {
                Ok(0) if bytes > 0 => return Ok(file),
                // Nobody has opened it to write yet.
                Ok(0) if since.elapsed() > WRITER_TIMEOUT => {
                    return Err(io::Error::other("it is a pipe into which nobody writes"));
                }
                Ok(0) => sleep(PAUSE),
                Ok(count) => {
                    bytes += count as u64;
                    if bytes > MAX_BYTES {
                        let most = MAX_BYTES >> 30;
                        return Err(io::Error::other(format!(
                            "more than {most} GiB come through this pipe; give a file"
                        )));
                    }
                    if bytes > asked {
                        // What is read of it takes as much at the least.
                        memory::check(bytes)?;
                        asked += ASKED;
                    }
                    file.write_all(&buffer[..count])?;
                    since = Instant::now();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock && since.elapsed() > DATA_TIMEOUT => {
                    return Err(io::Error::other("nothing has come through this pipe for a minute"));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(PAUSE),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn what_comes_through_a_pipe_is_read_whole_and_as_often_as_it_is_asked_for() {
        let (reader, mut writer) = io::pipe().unwrap();
        let path = PathBuf::from(format!("/proc/self/fd/{}", reader.as_raw_fd()));
        let content = "1.2345678,2.5,0\n".repeat(20_000);
        let sent = content.clone();
        let sending = std::thread::spawn(move || writer.write_all(sent.as_bytes()));
        assert_eq!(crate::io::read(&path).unwrap(), content.as_bytes());
        sending.join().unwrap().unwrap();
        assert_eq!(crate::io::read(&path).unwrap().len(), content.len());
    }

    #[test]
    fn a_device_and_a_pipe_without_a_writer_are_refused() {
        let refused = |path: &Path| crate::io::file::open(path).unwrap_err().to_string();
        assert!(refused(Path::new("/dev/zero")).contains("device"));
        let (reader, writer) = io::pipe().unwrap();
        drop(writer);
        let path = PathBuf::from(format!("/proc/self/fd/{}", reader.as_raw_fd()));
        assert!(refused(&path).contains("nobody writes"));
    }
}
