//! The kinds of data files that are read: one table for detection, messages, dialogs and help.
//!
//! A kind is a file with a function that recognises its content and one that reads it, and a row here.

use std::io::Read;
use std::path::Path;

use super::delimited::DelimitedTable;
use super::error::DatasetError;
use super::numpy_file::Wanted;
use super::table::Table;
use super::{idx_file, image_folder, numpy_file};
use crate::io::read_expanded;

/// A kind of data file that is read.
#[derive(Clone, Copy, Debug)]
pub struct DataFormat {
    /// What it is called.
    pub name: &'static str,
    /// How the names of its files usually end, without the dot.
    pub extensions: &'static [&'static str],
    /// Whether the names of its files have no extension as often as not.
    pub may_lack_extension: bool,
    /// What a file of it gives.
    pub gives: &'static str,
    reader: Reader,
}

/// What reads a kind of file.
#[derive(Clone, Copy, Debug)]
enum Reader {
    /// Parts of the file, where it begins so.
    Parts(fn(&[u8]) -> bool, ReadParts),
    /// The whole of it, unpacked where it is packed with gzip.
    Whole(fn(&[u8]) -> bool, ReadWhole),
}

type ReadWhole = fn(&Path, Vec<u8>) -> Result<Box<dyn Table>, DatasetError>;
type ReadParts = fn(&Path, &Wanted<'_>) -> Result<Box<dyn Table>, DatasetError>;

/// The kinds of data files that are read. The first that recognises a file is taken; any text may be a table.
pub const DATA_FORMATS: &[DataFormat] = &[
    DataFormat {
        name: "NumPy",
        extensions: &["npz", "npy"],
        may_lack_extension: false,
        gives: "arrays of points and labels, or one table",
        reader: Reader::Parts(numpy_file::is_numpy, |path, wanted| Ok(Box::new(numpy_file::read(path, wanted)?))),
    },
    DataFormat {
        name: "IDX",
        // Spelled train-images-idx3-ubyte too.
        extensions: &["idx", "idx3-ubyte"],
        may_lack_extension: true,
        gives: "images, with the labels beside them",
        reader: Reader::Whole(idx_file::is_idx, |path, content| Ok(Box::new(idx_file::read(path, &content)?))),
    },
    DataFormat {
        name: "CSV and other text",
        extensions: &["csv", "tsv", "txt"],
        may_lack_extension: false,
        gives: "columns, whatever separates them",
        reader: Reader::Whole(|_| true, |path, content| Ok(Box::new(DelimitedTable::new(path, content)?))),
    },
];

/// What a file ends in that is packed; any kind that is read as a whole may be.
const PACKED_EXTENSION: &str = "gz";
/// The bytes that tell a kind of which parts are read.
const BEGINNING_BYTES: u64 = 6;

/// Opens the table in a file.
pub(super) fn open(path: &Path, wanted: &Wanted<'_>) -> Result<Box<dyn Table>, DatasetError> {
    if path.is_dir() {
        return Ok(Box::new(image_folder::read(path)?));
    }
    let mut beginning = Vec::new();
    let read = crate::io::open(path).and_then(|file| file.take(BEGINNING_BYTES).read_to_end(&mut beginning));
    read.map_err(|source| DatasetError::Read { path: path.into(), source })?;
    for format in DATA_FORMATS {
        if let Reader::Parts(recognise, read) = format.reader
            && recognise(&beginning)
        {
            return read(path, wanted);
        }
    }
    let content = read_expanded(path)?;
    if content.is_empty() {
        return Err(DatasetError::Empty { path: path.into() });
    }
    for format in DATA_FORMATS {
        if let Reader::Whole(recognise, read) = format.reader
            && recognise(&content)
        {
            return read(path, content).map_err(named);
        }
    }
    Err(unknown(path))
}

/// A reader finds that a file is none of its kind; which kinds there are is known here.
fn named(error: DatasetError) -> DatasetError {
    match error {
        DatasetError::Unknown { path, .. } => unknown(&path),
        error => error,
    }
}

fn unknown(path: &Path) -> DatasetError {
    DatasetError::Unknown { path: path.into(), known: format_text() }
}

/// The file's name without its ending, and without that of gzip.
pub(super) fn data_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let without = |name: &str, extension: &str| name.strip_suffix(extension)?.strip_suffix('.').map(str::to_owned);
    let name = without(&name, PACKED_EXTENSION).unwrap_or(name);
    let extensions = DATA_FORMATS.iter().flat_map(|format| format.extensions);
    extensions.into_iter().find_map(|extension| without(&name, extension)).unwrap_or(name)
}

/// Every extension of a data file, without the dot.
pub fn extensions() -> Vec<&'static str> {
    DATA_FORMATS.iter().flat_map(|format| format.extensions).copied().chain([PACKED_EXTENSION]).collect()
}

/// Whether a file of this name may have none of the extensions.
pub fn may_lack_extension() -> bool {
    DATA_FORMATS.iter().any(|format| format.may_lack_extension)
}

/// The kinds in words: `NumPy (.npz, .npy), IDX (.idx, or none) or …`.
fn format_text() -> String {
    let text = |format: &DataFormat| {
        let mut extensions: Vec<String> = format.extensions.iter().map(|extension| format!(".{extension}")).collect();
        extensions.extend(format.may_lack_extension.then(|| "or none".to_owned()));
        format!("{} ({})", format.name, extensions.join(", "))
    };
    let mut text: Vec<String> = DATA_FORMATS.iter().map(text).collect();
    let last = text.pop().unwrap_or_default();
    format!("{} or {last}", text.join(", "))
}

/// The table with what each kind gives, a line each, for the help of the command line.
pub fn format_table() -> String {
    let line = |format: &DataFormat| {
        let extensions: Vec<String> = format.extensions.iter().map(|extension| format!(".{extension}")).collect();
        format!("  {:<18} {:<24} {}", format.name, extensions.join(" "), format.gives)
    };
    let lines: Vec<String> = DATA_FORMATS.iter().map(line).collect();
    let folder = format!("  {:<18} {:<24} pictures, the folder of each being its class", "folder", ".png .jpg .jpeg");
    format!("Files of data (text and IDX packed with gzip or not):\n{}\n{folder}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_named_and_names_lose_their_endings() {
        assert_eq!(format_table().lines().count(), DATA_FORMATS.len() + 2, "and folders of pictures");
        let name = |path: &str| data_name(Path::new(path));
        assert_eq!(["a.csv", "a.tsv.gz", "a.idx3-ubyte", "b/a.npz", "a"].map(name), ["a"; 5]);
        assert_eq!(["train-images-idx3-ubyte.gz", "a.b"].map(name), ["train-images-idx3-ubyte", "a.b"]);
        let readme = include_str!("../../README.md");
        for format in DATA_FORMATS {
            let word = format.name.split(' ').next().unwrap();
            assert!(readme.contains(word), "{word} is not in README.md");
        }
    }

    #[test]
    fn what_is_no_data_is_told_with_what_would_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        std::fs::write(&path, [1, 2, 3, 0, 4]).unwrap();
        let wanted = Wanted { chosen: &[], everything: true, labels: true, expected: None };
        let told = open(&path, &wanted).err().unwrap().to_string();
        assert!(told.contains("give NumPy (.npz, .npy), IDX (.idx, .idx3-ubyte, or none) or CSV"), "{told}");
    }
}
