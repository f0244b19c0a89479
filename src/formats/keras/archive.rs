//! `.keras` archives: a zip of the configuration, the version and an HDF5 file of weights; by itself, in a folder of another
//! archive, or as a file within one.

use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

use serde_json::Value;
use zip::ZipArchive;

use super::super::{Account, FormatError, hdf5, json};
use super::{WEIGHTS_ENTRY, network, origin, stored};
use crate::formats::input_lengths::InputLengths;
use crate::formats::opened::Opened;

const CONFIG_ENTRY: &str = "config.json";
const VERSION_ENTRY: &str = "metadata.json";
/// The longest configuration that is read; one of a thousand layers has about 1 MB.
const LONGEST_CONFIG: u64 = 64 << 20;
/// What an entry of the archive may expand to, as a multiple of the file: weights hardly compress.
const LARGEST_EXPANSION: u64 = 4;
/// What an entry of the archive may expand to in any case.
const ALWAYS_READ_BYTES: u64 = 32 << 20;

/// A file that is open, and what its entries may expand to.
struct Archive<'a, R> {
    path: &'a Path,
    zip: ZipArchive<R>,
    most: u64,
}

/// Opens a `.keras` archive, or a zip archive that holds one.
pub(in crate::formats) fn open_archive(path: &Path, input: Option<InputLengths>) -> Result<Opened, FormatError> {
    let unreadable = |source| FormatError::Read { path: path.into(), source };
    let file = crate::io::OpenFile::open(path).map_err(unreadable)?;
    let held = file.length();
    let most = held.saturating_mul(LARGEST_EXPANSION).saturating_add(ALWAYS_READ_BYTES);
    let mut archive = Archive::open(path, BufReader::new(file.reader()), most)?;
    if archive.name_of(WEIGHTS_ENTRY).is_none()
        && let Some(name) = archive.name_of(".keras")
    {
        let inner = archive.read(&name, most)?;
        return Archive::open(path, Cursor::new(inner), most)?.network(held, input);
    }
    archive.network(held, input)
}

impl<'a, R: Read + Seek> Archive<'a, R> {
    fn open(path: &'a Path, reader: R, most: u64) -> Result<Archive<'a, R>, FormatError> {
        let zip = ZipArchive::new(reader).map_err(|error| damaged(path, error.to_string()))?;
        Ok(Archive { path, zip, most })
    }

    /// The first entry with this ending of its name.
    fn name_of(&self, extension: &str) -> Option<String> {
        let names = self.zip.file_names().flatten().map(|name| name.to_string());
        names.filter(|name| !name.starts_with("__MACOSX") && name.ends_with(extension)).min()
    }

    fn read(&mut self, name: &str, most: u64) -> Result<Vec<u8>, FormatError> {
        let path = self.path;
        let entry = self.zip.by_name(name).map_err(|error| damaged(path, format!("{name}: {error}")))?;
        let mut bytes = Vec::new();
        entry.take(most + 1).read_to_end(&mut bytes).map_err(|error| damaged(path, format!("{name}: {error}")))?;
        if bytes.len() as u64 > most {
            return Err(damaged(path, format!("{name} expands to far more than the file could hold")));
        }
        Ok(bytes)
    }

    fn network(mut self, held: u64, input: Option<InputLengths>) -> Result<Opened, FormatError> {
        let path = self.path;
        let weights = self.name_of(WEIGHTS_ENTRY).unwrap_or_else(|| WEIGHTS_ENTRY.into());
        // All entries lie in the folder of the weights.
        let folder = weights.strip_suffix(WEIGHTS_ENTRY).unwrap_or_default().to_owned();
        let most = self.most;
        let config: Value =
            json::parse(path, &self.read(&format!("{folder}{CONFIG_ENTRY}"), LONGEST_CONFIG.min(most))?)?;
        let version = self.read(&format!("{folder}{VERSION_ENTRY}"), LONGEST_CONFIG.min(most));
        let version: Option<Value> = version.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let version = version.as_ref().and_then(|version| version.get("keras_version")).and_then(Value::as_str);
        let origin = origin(&config, version);
        let file = hdf5::open(path, self.read(&weights, most)?)?;
        let compiled = super::compiled::within(&config);
        network(path, (&config, compiled), stored(file, held), origin, Account::default(), input)
    }
}

fn damaged(path: &Path, reason: String) -> FormatError {
    FormatError::Damaged { path: path.into(), format: "Keras", reason }
}
