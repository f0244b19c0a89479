//! Arrays and archives of arrays, written as NumPy writes them.

use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::header::MAGIC;

/// Archives need a longer form for entries from this size on; it is told a little before.
const LARGE_ENTRY_BYTES: u64 = 1 << 31;
/// NumPy wants the values to begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// An `.npz` archive under construction, uncompressed as numpy.savez writes it.
pub struct ArchiveWriter<W: Write + Seek>(ZipWriter<W>);

impl<W: Write + Seek> ArchiveWriter<W> {
    /// An archive without arrays.
    pub fn new(writer: W) -> ArchiveWriter<W> {
        ArchiveWriter(ZipWriter::new(writer))
    }

    /// Adds an array of this shape; `values` are in row-major order.
    ///
    /// # Errors
    /// If it cannot be written, or the values are not as many as the shape has places.
    pub fn add(&mut self, name: &str, shape: &[usize], values: impl Iterator<Item = f64>) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(elements(shape).saturating_mul(8) >= LARGE_ENTRY_BYTES);
        self.0.start_file(format!("{name}.npy"), options)?;
        write_array(&mut self.0, shape, values)
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// If its directory cannot be written.
    pub fn finish(self) -> io::Result<()> {
        self.0.finish()?;
        Ok(())
    }

    /// Leaves the archive unfinished: its library would print a message of its own where it is dropped.
    pub fn abandon(self) {
        std::mem::forget(self);
    }
}

fn elements(shape: &[usize]) -> u64 {
    shape.iter().fold(1_u64, |elements, &axis| elements.saturating_mul(axis as u64))
}

/// Writes one array of 64-bit numbers, the header and the values in row-major order.
fn write_array(writer: &mut impl Write, shape: &[usize], values: impl Iterator<Item = f64>) -> io::Result<()> {
    let axes: String = shape.iter().map(|axis| format!("{axis}, ")).collect();
    let dictionary = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({axes}), }}");
    // The mark, two bytes of version and two of length, the dictionary, and the end of its line.
    let before = MAGIC.len() + 4;
    let length = (before + dictionary.len() + 1).next_multiple_of(ALIGNMENT) - before;
    let stored = u16::try_from(length).map_err(|_| io::Error::other("an array has too many axes"))?;
    writer.write_all(&MAGIC)?;
    writer.write_all(&[1, 0])?;
    writer.write_all(&stored.to_le_bytes())?;
    writeln!(writer, "{dictionary:<width$}", width = length - 1)?;
    let mut count = 0_u64;
    for value in values {
        writer.write_all(&value.to_le_bytes())?;
        count += 1;
    }
    if count == elements(shape) {
        return Ok(());
    }
    Err(io::Error::other(format!("an array of {} values was given {count}", elements(shape))))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::{Archive, Values};
    use super::*;

    #[test]
    fn the_header_is_numpys_own_and_is_read_back() {
        let mut bytes = Vec::new();
        write_array(&mut bytes, &[2, 3], (0..6).map(f64::from)).unwrap();
        assert_eq!(bytes.len(), 128 + 48);
        assert!(
            bytes.starts_with(b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3, ), } ")
        );
        assert_eq!(bytes[127], b'\n');
        let mut archive = Archive::new(Cursor::new(bytes), "a").unwrap();
        let array = archive.read(0).unwrap().unwrap();
        assert_eq!((array.shape, array.values), (vec![2, 3], Values::Floats(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0])));
        // A single value, none, and too few.
        assert!(write_array(&mut Vec::new(), &[], [1.0].into_iter()).is_ok());
        assert!(write_array(&mut Vec::new(), &[0, 7], std::iter::empty()).is_ok());
        assert!(write_array(&mut Vec::new(), &[2], [1.0].into_iter()).is_err());
    }

    #[test]
    fn an_archive_is_read_back() {
        let mut bytes = Cursor::new(Vec::new());
        let mut archive = ArchiveWriter::new(&mut bytes);
        archive.add("t", &[1], [0.5].into_iter()).unwrap();
        archive.add("x", &[1, 1, 2], [1.0, f64::NAN].into_iter()).unwrap();
        archive.finish().unwrap();
        let mut archive = Archive::new(bytes, "").unwrap();
        assert_eq!(archive.arrays().iter().map(|array| array.name.as_str()).collect::<Vec<_>>(), ["t", "x"]);
        assert_eq!(archive.read(1).unwrap().unwrap().shape, [1, 1, 2]);
    }
}
