//! A file that is read piece by piece, and notices when another program changes it meanwhile.
//!
//! A map of the file into memory would end this program, without a word, when another one shortens the file. Reads of
//! pieces that stay in the processor's caches cost no more, and give an error instead.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(not(target_arch = "wasm32"))]
use super::file as disk;
#[cfg(target_arch = "wasm32")]
use super::page as disk;
use crate::system::cancel;
use disk::{File, Stamp, open};

/// The length of a piece that is read at once: it stays in the processor's caches until it is decoded.
const PIECE: usize = 1 << 18;

/// An open file, shared between those who read in it.
#[derive(Clone)]
pub struct OpenFile(Arc<Shared>);

struct Shared {
    /// Reading moves the place in the file, so one reads at a time.
    file: Mutex<File>,
    first: Stamp,
}

impl OpenFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// As [`super::open`].
    pub fn open(path: &Path) -> io::Result<OpenFile> {
        let file = open(path)?;
        let first = Stamp::of(&file)?;
        Ok(OpenFile(Arc::new(Shared { file: Mutex::new(file), first })))
    }

    /// The bytes of the file.
    pub fn length(&self) -> u64 {
        self.0.first.length
    }

    /// The bytes at this place of the file.
    ///
    /// # Errors
    /// If the place is not in the file, there is no memory for it, it cannot be read, or the file has changed since it was
    /// opened.
    pub fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let length = range.end.checked_sub(range.start).filter(|_| range.end <= self.length());
        let length = length.ok_or_else(|| io::Error::from(ErrorKind::UnexpectedEof))?;
        let mut bytes = super::room::reserved(usize::try_from(length).map_err(|_| ErrorKind::OutOfMemory)?)?;
        bytes.resize(length as usize, 0);
        self.fill(range.start, &mut bytes)?;
        Ok(bytes)
    }

    /// The whole content.
    ///
    /// # Errors
    /// As [`OpenFile::read`].
    pub fn whole(&self) -> io::Result<Vec<u8>> {
        self.read(0..self.length())
    }

    /// Gives the bytes at this place to `each`, in pieces of whole units of so many bytes; only the last piece may end
    /// within a unit.
    ///
    /// # Errors
    /// As [`OpenFile::read`].
    pub fn pieces(&self, range: Range<u64>, unit: usize, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let unit = unit.max(1);
        let piece = (PIECE / unit * unit).max(unit) as u64;
        let mut bytes = vec![0; piece.min(range.end.saturating_sub(range.start)) as usize];
        let mut start = range.start;
        while start < range.end {
            let length = piece.min(range.end - start) as usize;
            let Some(bytes) = bytes.get_mut(..length) else { break };
            self.fill(start, bytes)?;
            each(bytes);
            start += length as u64;
        }
        Ok(())
    }

    /// Reads in the file as in a stream, from its beginning on.
    pub fn reader(&self) -> Reader {
        Reader { file: self.clone(), position: 0 }
    }

    fn fill(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        cancel::check()?;
        // What a panic may leave behind is the place in the file, which is set anew.
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        let read = file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(bytes));
        // Looked at behind the read: what changes while it is read is noticed as well.
        if Stamp::of(&file)? != self.0.first {
            return Err(io::Error::other("another program has changed it since it was opened; open it again"));
        }
        read
    }
}

/// Reads in an open file from a place of its own.
pub struct Reader {
    file: OpenFile,
    position: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.file.length().saturating_sub(self.position);
        let length = buffer.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
        if length > 0 {
            self.file.fill(self.position, &mut buffer[..length])?;
            self.position += length as u64;
        }
        Ok(length)
    }
}

impl Seek for Reader {
    fn seek(&mut self, target: SeekFrom) -> io::Result<u64> {
        let position = match target {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.file.length().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn file(content: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        std::fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn pieces_are_whole_units_and_make_the_whole() {
        let content: Vec<u8> = (0..PIECE * 2 + 5).map(|byte| byte as u8).collect();
        let (_folder, path) = file(&content);
        let opened = OpenFile::open(&path).unwrap();
        let (mut read, mut lengths) = (Vec::new(), Vec::new());
        let mut each = |piece: &[u8]| {
            read.extend_from_slice(piece);
            lengths.push(piece.len());
        };
        opened.pieces(3..opened.length(), 34, &mut each).unwrap();
        assert_eq!(read, content[3..]);
        assert!(lengths[..lengths.len() - 1].iter().all(|length| length % 34 == 0), "{lengths:?}");
        assert_eq!(opened.read(7..9).unwrap(), content[7..9]);
        let mut reader = opened.reader();
        reader.seek(SeekFrom::End(-2)).unwrap();
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, content[content.len() - 2..]);
        assert_eq!(opened.read(0..opened.length() + 1).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_reader_ends_when_its_result_is_not_wanted_any_more() {
        let (_folder, path) = file(&vec![0; PIECE * 3]);
        let opened = OpenFile::open(&path).unwrap();
        let cancelled = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let mut pieces = 0;
        let read = cancel::while_wanted(cancelled.clone(), || {
            opened.pieces(0..opened.length(), 1, &mut |_| {
                pieces += 1;
                cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
            })
        });
        assert!(read.unwrap_err().to_string().contains("cancelled"));
        assert_eq!(pieces, 1);
    }

    #[test]
    fn a_file_that_another_program_shortens_or_writes_to_is_told() {
        for change in [&b""[..], b"longer than it was", b"xyz"] {
            let (_folder, path) = file(b"abc");
            let opened = OpenFile::open(&path).unwrap();
            assert_eq!(opened.whole().unwrap(), b"abc");
            std::fs::write(&path, change).unwrap();
            let later = SystemTime::now() + std::time::Duration::from_secs(5);
            File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
            let why = opened.read(0..3).unwrap_err().to_string();
            assert!(why.contains("has changed it"), "{why}");
        }
    }
}
