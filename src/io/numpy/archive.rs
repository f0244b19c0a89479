//! `.npy` arrays and `.npz` archives: what they hold, told by their headers, and the values of an array.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use zip::ZipArchive;

use super::array::Array;
use super::element::{Element, ElementKind};
use super::error::{LARGEST_EXPANSION, MAX_ARRAYS, NumpyError};
use super::header::Header;
use super::{header, pickled, values};
use crate::io::{OpenFile, Reader};

/// Arrays up to this many bytes of 64-bit numbers are read whatever their compression.
const ALWAYS_READ_BYTES: u64 = 16 << 20;

/// One array of an archive, known by its header.
#[derive(Clone, Debug)]
pub struct ArrayInfo {
    /// The array's name, without `.npy`. A field of records is called by the array's name, a dot and its own.
    pub name: String,
    /// What its header says.
    pub header: Header,
    /// The name of the array of records, where this is one of its fields.
    pub records: Option<String>,
    entry: usize,
    stored_bytes: u64,
}

/// An `.npz` archive, or a single `.npy` file.
pub struct Archive<R> {
    container: Container<R>,
    arrays: Vec<ArrayInfo>,
    others: Vec<String>,
    file_bytes: u64,
}

enum Container<R> {
    Zip(Box<ZipArchive<R>>),
    Single(R),
}

impl Archive<BufReader<Reader>> {
    /// Opens the file and reads the headers of its arrays. A single array is called by the file's name.
    ///
    /// # Errors
    /// If the file cannot be read, or its directory or a header is damaged.
    pub fn open(path: &Path) -> Result<Self, NumpyError> {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Archive::new(BufReader::new(OpenFile::open(path)?.reader()), &name)
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
        let mut arrays = Vec::new();
        if &magic != b"PK" {
            let headers = header::read(single_name, &mut reader)?;
            arrays.extend(infos(single_name, headers, 0, file_bytes));
            return Ok(Archive { container: Container::Single(reader), arrays, others: Vec::new(), file_bytes });
        }
        let mut zip = ZipArchive::new(reader).map_err(archive_error)?;
        if zip.len() > MAX_ARRAYS {
            return Err(NumpyError::TooMany { found: zip.len() });
        }
        let mut others = Vec::new();
        for entry in 0..zip.len() {
            let mut file = zip.by_index(entry).map_err(archive_error)?;
            if file.is_dir() {
                continue;
            }
            let full_name = file.name().map_err(archive_error)?.into_owned();
            let stored = file.size();
            let headers = match full_name.strip_suffix(".npy") {
                Some(name) => header::read(name, &mut file)?,
                // An array is one without the ending too.
                None => {
                    let mut beginning = Vec::new();
                    let magic = header::MAGIC;
                    file.by_ref().take(magic.len() as u64).read_to_end(&mut beginning)?;
                    if beginning != magic {
                        others.push(full_name);
                        continue;
                    }
                    header::read(&full_name, &mut magic.chain(file))?
                }
            };
            let name = full_name.strip_suffix(".npy").unwrap_or(&full_name);
            if arrays.len() + headers.len() > MAX_ARRAYS {
                return Err(NumpyError::TooMany { found: arrays.len() + headers.len() });
            }
            arrays.extend(infos(name, headers, entry, stored));
        }
        Ok(Archive { container: Container::Zip(Box::new(zip)), arrays, others, file_bytes })
    }

    /// The arrays, in the order of the archive.
    pub fn arrays(&self) -> &[ArrayInfo] {
        &self.arrays
    }

    /// The names of what else is in the archive.
    pub fn others(&self) -> &[String] {
        &self.others
    }

    /// Where in `arrays` the array of this name is.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.arrays.iter().position(|array| array.name == name)
    }

    /// Reads the values of the array at `position` of `arrays`; `None` where there is no such array.
    ///
    /// # Errors
    /// If the array claims more than there is, is damaged, or holds what is neither number nor text.
    pub fn read(&mut self, position: usize) -> Option<Result<Array, NumpyError>> {
        let info = self.arrays.get(position)?;
        let read = |info: &ArrayInfo, element: &mut dyn Read| read_values(&info.name, &info.header, element);
        Some(with_values(&mut self.container, self.file_bytes, info, read))
    }

    /// Reads the array at `position` whose values are two bytes each as numbers of the type `bfloat16`.
    ///
    /// # Errors
    /// As [`Archive::read`].
    pub(crate) fn read_brain_floats(&mut self, position: usize) -> Option<Result<Array, NumpyError>> {
        let info = self.arrays.get(position)?;
        let element = Element { kind: ElementKind::BFloat16, ..info.header.element };
        let info = ArrayInfo { header: Header { element, ..info.header.clone() }, ..info.clone() };
        let read = |info: &ArrayInfo, element: &mut dyn Read| read_values(&info.name, &info.header, element);
        Some(with_values(&mut self.container, self.file_bytes, &info, read))
    }

    /// Reads the pickle of the array of objects at `position`, unread; `None` where there is no such array.
    ///
    /// # Errors
    /// If it expands to far more than its file.
    pub(crate) fn pickle(&mut self, position: usize) -> Option<Result<Vec<u8>, NumpyError>> {
        let info = self.arrays.get(position).filter(|info| info.header.element.kind == ElementKind::Object)?;
        let read = |info: &ArrayInfo, reader: &mut dyn Read| pickled::bytes(&info.name, reader);
        Some(with_values(&mut self.container, self.file_bytes, info, read))
    }
}

/// The values behind a header: plain ones, or objects in a pickle.
fn read_values(array: &str, header: &Header, reader: &mut dyn Read) -> Result<Array, NumpyError> {
    match header.element.kind {
        ElementKind::Object => pickled::read(array, header, reader),
        _ => values::read(array, header, reader),
    }
}

/// What is known of an array, or of each field of its records.
fn infos(
    name: &str,
    headers: Vec<(Option<String>, Header)>,
    entry: usize,
    stored: u64,
) -> impl Iterator<Item = ArrayInfo> {
    headers.into_iter().map(move |(field, header)| {
        let stored_bytes = stored.saturating_sub(header.length);
        let records = field.as_ref().map(|_| name.to_owned());
        let name = field.map_or_else(|| name.to_owned(), |field| format!("{name}.{field}"));
        ArrayInfo { name, header, records, entry, stored_bytes }
    })
}

fn archive_error(error: zip::result::ZipError) -> NumpyError {
    NumpyError::Archive { reason: error.to_string() }
}

fn check_size(info: &ArrayInfo, file_bytes: u64) -> Result<(), NumpyError> {
    let Header { element, data_bytes, .. } = info.header;
    // The bytes of pickled objects are as many as there are.
    let claimed =
        if element.kind == ElementKind::Object && info.records.is_none() { info.stored_bytes } else { data_bytes };
    if claimed != info.stored_bytes {
        return Err(NumpyError::Size { array: info.name.clone(), claimed, stored: info.stored_bytes });
    }
    let in_memory = info.header.elements().saturating_mul(8).max(claimed);
    if in_memory > ALWAYS_READ_BYTES && in_memory / LARGEST_EXPANSION > file_bytes {
        return Err(NumpyError::Expands { array: info.name.clone(), bytes: in_memory });
    }
    Ok(())
}

/// Gives a reader at the first value of the array to `read`.
fn with_values<R: Read + Seek, T>(
    container: &mut Container<R>,
    file_bytes: u64,
    info: &ArrayInfo,
    read: impl FnOnce(&ArrayInfo, &mut dyn Read) -> Result<T, NumpyError>,
) -> Result<T, NumpyError> {
    check_size(info, file_bytes)?;
    match container {
        Container::Single(reader) => {
            reader.seek(SeekFrom::Start(info.header.length))?;
            read(info, &mut reader.take(info.stored_bytes))
        }
        Container::Zip(zip) => {
            let mut file = zip.by_index(info.entry).map_err(archive_error)?;
            header::read(&info.name, &mut file)?;
            let found = read(info, &mut file.by_ref().take(info.stored_bytes))?;
            // Reading on to the end makes the archive compare its checksum.
            match std::io::copy(&mut file, &mut std::io::sink()) {
                Ok(_) => Ok(found),
                Err(error) => Err(NumpyError::Values { array: info.name.clone(), reason: error.to_string() }),
            }
        }
    }
}
