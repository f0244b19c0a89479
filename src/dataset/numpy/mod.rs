//! NumPy's `.npy` arrays and `.npz` archives, read without trusting what they claim.
//!
//! Only headers are read when a file is opened; the values of an array are read when they are asked for.

mod header;
mod values;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use thiserror::Error;
use zip::ZipArchive;

pub use header::{Element, ElementKind, Header};

/// The most arrays of an archive.
const MOST_ARRAYS: usize = 65_536;
/// Arrays up to this many bytes of 64-bit numbers are read whatever their compression.
const ALWAYS_READ_BYTES: u64 = 16 << 20;
/// Larger arrays may be at most this many times as large as the whole file. Trained weights hardly compress; a file
/// beyond this is made to fill the memory.
const LARGEST_EXPANSION: u64 = 64;

/// Why an array or an archive could not be read. The caller adds the file.
#[derive(Debug, Error)]
pub enum NumpyError {
    /// The file could not be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The archive's directory is missing or damaged.
    #[error("it is not a whole NumPy archive ({reason}); copy or save it again")]
    Archive { reason: String },
    /// Too many arrays.
    #[error("it holds {found} arrays, more than the {MOST_ARRAYS} that are read")]
    TooMany { found: usize },
    /// A header that makes no sense.
    #[error("array `{array}` is damaged: {problem}; save it again with numpy")]
    Header { array: String, problem: &'static str },
    /// The header claims another size than the file has.
    #[error("array `{array}` claims {claimed} bytes of values, but {stored} are stored; save it again with numpy")]
    Size { array: String, claimed: u64, stored: u64 },
    /// An array that is far larger than its file.
    #[error(
        "array `{array}` expands to {bytes} bytes, more than {LARGEST_EXPANSION} times the file; save it uncompressed \
         with numpy.savez if that is meant"
    )]
    Expands { array: String, bytes: u64 },
    /// Pickled objects.
    #[error("array `{array}` holds Python objects, which are never loaded; save it as numbers")]
    Objects { array: String },
    /// An element type that is not read.
    #[error("array `{array}` has elements of type {element}, which are not read; save it as numbers up to 64 bits")]
    Element { array: String, element: String },
    /// The values are damaged.
    #[error("the values of array `{array}` could not be read ({reason}); copy or save the file again")]
    Values { array: String, reason: String },
}

/// An array in memory, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The length of each axis; empty for a single value.
    pub shape: Vec<usize>,
    /// The values, last axis fastest.
    pub values: Values,
}

/// The values of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Floating point numbers of any width.
    Floats(Vec<f64>),
    /// Integers and truth values.
    Integers(Vec<i64>),
    /// Text.
    Texts(Vec<String>),
}

impl Values {
    /// The values as numbers; `None` for text.
    pub fn into_floats(self) -> Option<Vec<f64>> {
        match self {
            Values::Floats(values) => Some(values),
            Values::Integers(values) => Some(values.into_iter().map(|value| value as f64).collect()),
            Values::Texts(_) => None,
        }
    }
}

/// One array of an archive, known by its header.
#[derive(Clone, Debug)]
pub struct ArrayInfo {
    /// The array's name, without `.npy`.
    pub name: String,
    /// What its header says.
    pub header: Header,
    entry: usize,
    stored_bytes: u64,
}

/// An `.npz` archive, or a single `.npy` file.
pub struct Archive<R> {
    container: Container<R>,
    arrays: Vec<ArrayInfo>,
    file_bytes: u64,
}

enum Container<R> {
    Zip(Box<ZipArchive<R>>),
    Single(R),
}

impl Archive<BufReader<File>> {
    /// Opens the file and reads the headers of its arrays. A single array is called by the file's name.
    ///
    /// # Errors
    /// If the file cannot be read, or its directory or a header is damaged.
    pub fn open(path: &Path) -> Result<Self, NumpyError> {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Archive::new(BufReader::new(File::open(path)?), &name)
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the headers of the arrays in `reader`. `single_name` is the name of a single `.npy` array.
    ///
    /// # Errors
    /// If the directory or a header is damaged.
    pub fn new(mut reader: R, single_name: &str) -> Result<Archive<R>, NumpyError> {
        let file_bytes = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        let mut magic = [0; 2];
        reader.read_exact(&mut magic)?;
        reader.rewind()?;
        if &magic != b"PK" {
            let header = header::read(single_name, &mut reader)?;
            let stored_bytes = file_bytes.saturating_sub(header.length);
            let arrays = vec![ArrayInfo { name: single_name.into(), header, entry: 0, stored_bytes }];
            return Ok(Archive { container: Container::Single(reader), arrays, file_bytes });
        }
        let mut zip = ZipArchive::new(reader).map_err(archive_error)?;
        if zip.len() > MOST_ARRAYS {
            return Err(NumpyError::TooMany { found: zip.len() });
        }
        let mut arrays = Vec::new();
        for entry in 0..zip.len() {
            let mut file = zip.by_index(entry).map_err(archive_error)?;
            let name = file.name().map_err(archive_error)?.into_owned();
            let Some(name) = name.strip_suffix(".npy") else { continue };
            let header = header::read(name, &mut file)?;
            let stored_bytes = file.size().saturating_sub(header.length);
            arrays.push(ArrayInfo { name: name.into(), header, entry, stored_bytes });
        }
        Ok(Archive { container: Container::Zip(Box::new(zip)), arrays, file_bytes })
    }

    /// The arrays, in the order of the archive.
    pub fn arrays(&self) -> &[ArrayInfo] {
        &self.arrays
    }

    /// Where in `arrays` the array of this name is.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.arrays.iter().position(|array| array.name == name)
    }

    /// Reads the values of the array at `position` of `arrays`; `None` where there is no such array.
    ///
    /// # Errors
    /// If the array holds objects, claims more than there is, or is damaged.
    pub fn read(&mut self, position: usize) -> Option<Result<Array, NumpyError>> {
        let info = self.arrays.get(position)?;
        Some(check_size(info, self.file_bytes).and_then(|()| read_values(&mut self.container, info)))
    }
}

fn archive_error(error: zip::result::ZipError) -> NumpyError {
    NumpyError::Archive { reason: error.to_string() }
}

fn check_size(info: &ArrayInfo, file_bytes: u64) -> Result<(), NumpyError> {
    let Header { element, data_bytes: claimed, .. } = info.header;
    if element.kind == ElementKind::Object {
        return Err(NumpyError::Objects { array: info.name.clone() });
    }
    if claimed != info.stored_bytes {
        return Err(NumpyError::Size { array: info.name.clone(), claimed, stored: info.stored_bytes });
    }
    let in_memory = (claimed / (element.size.max(1) as u64)).saturating_mul(8).max(claimed);
    if in_memory > ALWAYS_READ_BYTES && in_memory / LARGEST_EXPANSION > file_bytes {
        return Err(NumpyError::Expands { array: info.name.clone(), bytes: in_memory });
    }
    Ok(())
}

fn read_values<R: Read + Seek>(container: &mut Container<R>, info: &ArrayInfo) -> Result<Array, NumpyError> {
    match container {
        Container::Single(reader) => {
            reader.seek(SeekFrom::Start(info.header.length))?;
            values::read(&info.name, &info.header, reader)
        }
        Container::Zip(zip) => {
            let mut file = zip.by_index(info.entry).map_err(archive_error)?;
            header::read(&info.name, &mut file)?;
            let array = values::read(&info.name, &info.header, &mut file)?;
            // Reading on to the end makes the archive compare its checksum.
            match std::io::copy(&mut file, &mut std::io::sink()) {
                Ok(_) => Ok(array),
                Err(error) => Err(NumpyError::Values { array: info.name.clone(), reason: error.to_string() }),
            }
        }
    }
}
