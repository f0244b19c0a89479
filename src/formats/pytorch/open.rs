//! Opening a file of PyTorch's: a network where its pickle tells how its modules act, else its tensors.

use std::path::Path;

use super::legacy::is_legacy;
use super::modules::Sequence;
use super::sharded::{is_index, open_index};
use super::storage_file::StorageFile;
use super::tensors::{finish, with_legacy, with_zip};
use super::{embedded, modules};
use crate::formats::FormatError;
use crate::formats::candidate::{Candidate, Content, Evidence};
use crate::formats::input_lengths::InputLengths;
use crate::formats::opened::Opened;
use crate::pickle::{Pickle, read};

/// How surely the file is one of PyTorch's, or an index of several.
pub(in crate::formats) fn recognise(file: &Candidate) -> Option<Evidence> {
    match &file.content {
        Content::Bytes => is_legacy(&file.beginning).then_some(Evidence::Content),
        Content::Zip(names) => names.iter().any(|name| name.ends_with("data.pkl")).then_some(Evidence::Content),
        Content::Json(keys, bytes) => {
            let is_index = keys.weight_map.is_some() && is_index(&file.path, bytes).unwrap_or(false);
            is_index.then_some(Evidence::Content)
        }
    }
}

/// Opens a file of PyTorch's, or all files of an index.
pub(in crate::formats) fn open(file: &Candidate, input: Option<InputLengths>) -> Result<Opened, FormatError> {
    match &file.content {
        Content::Bytes => open_legacy(&file.path, input),
        Content::Zip(_) => open_zip(&file.path, input),
        Content::Json(_, bytes) => open_index(&file.path, bytes).map(Opened::Tensors),
    }
}

/// Opens a zip archive that holds a `data.pkl`.
fn open_zip(path: &Path, input: Option<InputLengths>) -> Result<Opened, FormatError> {
    with_zip(path, |held, pickle, file| network_or_tensors(path, held, pickle, file, input))
}

/// Opens a file from before version 1.6.
fn open_legacy(path: &Path, input: Option<InputLengths>) -> Result<Opened, FormatError> {
    with_legacy(path, |held, pickle, file| network_or_tensors(path, held, pickle, file, input))
}

/// A network where the pickle tells how its modules act, else its tensors.
fn network_or_tensors<S>(
    path: &Path,
    held: u64,
    pickle: &Pickle<'_>,
    file: S,
    input: Option<InputLengths>,
) -> Result<Opened, FormatError>
where
    S: StorageFile + Send + Sync + 'static,
{
    let (file, modules, mut known) = finish(path, pickle, file)?;
    if let [(name, value)] = &modules[..]
        && let Some(Sequence { module, assumed }) = modules::sequence(pickle, *value, name)
    {
        assumed.into_iter().for_each(|sentence| known.assume(sentence));
        return modules::open(path, held, module, file.with_account(known), input);
    }
    let mut notes = Vec::new();
    for (name, value) in modules {
        let (found, sentence) = modules::notes(pickle, value, &name).unwrap_or_default();
        notes.extend(found);
        known.assume(sentence);
    }
    Ok(Opened::Tensors(file.with_account(known).with_modules(notes)))
}

/// Opens a pickle that holds tensors of PyTorch's; gives nothing where it holds none.
pub(in crate::formats) fn open_pickle(path: &Path, input: Option<InputLengths>) -> Result<Option<Opened>, FormatError> {
    let bytes = crate::io::read(path).map_err(|source| FormatError::Read { path: path.into(), source })?;
    let Ok(pickle) = read(&bytes) else { return Ok(None) };
    let Some(storages) = embedded::storages(path, bytes.len(), &pickle)? else { return Ok(None) };
    network_or_tensors(path, bytes.len() as u64, &pickle, storages, input).map(Some)
}
