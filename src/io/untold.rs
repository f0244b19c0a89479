//! Files that do not tell their length, as those of the system's own folders: some of them wait, and some never end.
//!
//! Such a file is read once, into a file without a name, with a bound of time and of length. A reader would else wait with
//! it, or take it for an empty one.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file to be read; one that says it is empty and is not is kept first.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    #[cfg(target_os = "linux")]
    {
        let metadata = file.metadata()?;
        if metadata.is_file() && metadata.len() == 0 {
            return Ok(linux::kept(path)?.unwrap_or(file));
        }
    }
    Ok(file)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{File, OpenOptions};
    use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    /// The most bytes that are taken from such a file.
    const MAX_BYTES: u64 = 1 << 26;
    /// One that gives nothing for so long, or goes on for so long, is given up.
    const WAITING: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(10);
    const PAUSE: Duration = Duration::from_millis(5);

    /// What is in the file; `None` where it is empty indeed.
    pub(super) fn kept(path: &Path) -> io::Result<Option<File>> {
        // Where a file waits, it then says so.
        drained(&mut OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?)
    }

    pub(super) fn drained(source: &mut dyn Read) -> io::Result<Option<File>> {
        let endless = |why: &str| io::Error::other(format!("{why}; copy what is wanted of it into a file"));
        let (mut kept, mut bytes, mut buffer) = (None, 0_u64, vec![0; 1 << 16]);
        let began = Instant::now();
        let mut since = began;
        loop {
            if began.elapsed() > LONGEST {
                return Err(endless("it does not tell its length and does not come to its end"));
            }
            match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    bytes += count as u64;
                    if bytes > MAX_BYTES {
                        let most = MAX_BYTES >> 20;
                        return Err(endless(&format!("it does not tell its length, and is longer than {most} MiB")));
                    }
                    let file = match &mut kept {
                        Some(file) => file,
                        None => kept.insert(tempfile::tempfile()?),
                    };
                    file.write_all(buffer.get(..count).unwrap_or_default())?;
                    since = Instant::now();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock && since.elapsed() > WAITING => {
                    return Err(endless("it waits for something that does not come"));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(PAUSE),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(file) = &mut kept {
            file.seek(SeekFrom::Start(0))?;
        }
        Ok(kept)
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_file_of_the_system_is_read_whole_and_tells_its_length_then() {
        let file = open(Path::new("/proc/self/status")).unwrap();
        assert!(file.metadata().unwrap().len() > 100);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        std::fs::write(&path, "").unwrap();
        assert_eq!(open(&path).unwrap().metadata().unwrap().len(), 0);
        std::fs::write(&path, "later").unwrap();
        assert_eq!(crate::io::read(&path).unwrap(), b"later");
    }

    #[test]
    fn one_that_waits_and_one_without_an_end_are_given_up() {
        struct Waits(usize);
        impl Read for Waits {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 += 1;
                if self.0 > 3 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(buffer.len().min(7)) }
            }
        }
        let why = linux::drained(&mut Waits(0)).unwrap_err().to_string();
        assert!(why.contains("waits for something"), "{why}");
        let why = linux::drained(&mut io::repeat(7)).unwrap_err().to_string();
        assert!(why.contains("longer than 64 MiB"), "{why}");
        assert!(linux::drained(&mut io::empty()).unwrap().is_none());
    }
}
