//! PyTorch's files: a pickle that names the tensors, and their values beside it. No code of a file is ever run.
//!
//! Since version 1.6 a file is a zip archive (`data.pkl`, and one entry a storage); before that it is a row of pickles
//! followed by the storages. Both give the same tensors: those of a state dict, of a whole module, or of a checkpoint, in
//! the order in which the module has its layers.
//! Layout: torch/serialization.py and torch/_utils.py of PyTorch 1.0 to 2.9.

mod beside;
mod element;
mod embedded;
mod legacy;
mod model;
mod modules;
mod quantised;
mod rebuilt;
mod search;
mod sharded;
mod sparse;
mod storage;
mod stored;
mod tensor;
mod zipped;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use super::tensors::{TensorFile, TensorInfo, TensorOrder, TensorSource, ValuesError};
use super::{Account, Fate, FormatError, Opened, PartName};

use crate::io::OpenFile;
use crate::network::ImageShape;
use crate::pickle::{Pickle, PickleError, Value};
use model::Contents;
use modules::Sequence;
use tensor::Tensor;

pub(super) use embedded::open_pickle;
pub(super) use legacy::is_legacy;
pub(super) use sharded::{is_index, open_index};

const FORMAT: &str = "PyTorch";

/// Where the values of tensors are.
struct Storages<S> {
    file: S,
    tensors: Vec<Tensor>,
}

/// A file that holds the bytes of storages.
trait StorageFile {
    /// The bytes of the storage with this key; in words, why they cannot be had.
    fn length(&self, key: &str) -> Result<usize, String>;

    /// Those at this place of the storage: views of one storage read no more than what they show.
    fn piece(&self, key: &str, range: Range<usize>) -> Result<Cow<'_, [u8]>, String>;
}

impl<S: StorageFile + Send + Sync> TensorSource for Storages<S> {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let Some(tensor) = self.tensors.get(index) else { return Ok(Vec::new()) };
        tensor.values(&self.file).map_err(ValuesError::Tensor)
    }
}

/// Opens a zip archive that holds a `data.pkl`.
pub(super) fn open_zip(path: &Path, input: Option<ImageShape>) -> Result<Opened, FormatError> {
    with_zip(path, |held, pickle, file| network_or_tensors(path, held, pickle, file, input))
}

/// Opens a file from before version 1.6.
pub(super) fn open_legacy(path: &Path, input: Option<ImageShape>) -> Result<Opened, FormatError> {
    with_legacy(path, |held, pickle, file| network_or_tensors(path, held, pickle, file, input))
}

/// The tensors of a zip archive, whatever else its pickle tells.
fn zip_tensors(path: &Path) -> Result<TensorFile, FormatError> {
    with_zip(path, |_, pickle, file| finish(path, pickle, file).map(|(file, _, known)| file.with_account(known)))
}

/// The tensors of a file from before version 1.6, whatever else its pickle tells.
fn legacy_tensors(path: &Path) -> Result<TensorFile, FormatError> {
    with_legacy(path, |_, pickle, file| finish(path, pickle, file).map(|(file, _, known)| file.with_account(known)))
}

/// Gives the length of an archive, its pickle and its storages to `read`.
fn with_zip<T>(
    path: &Path,
    read: impl FnOnce(u64, &Pickle<'_>, zipped::ZipStorages) -> Result<T, FormatError>,
) -> Result<T, FormatError> {
    let file = open_file(path)?;
    let held = file.length();
    let (file, pickle) = zipped::open(path, file)?;
    let pickle = crate::pickle::read(&pickle).map_err(|error| refusal(path, error))?;
    read(held, &pickle, file)
}

/// Gives the length of an old file, its pickle and its storages to `read`.
fn with_legacy<T>(
    path: &Path,
    read: impl FnOnce(u64, &Pickle<'_>, legacy::Places) -> Result<T, FormatError>,
) -> Result<T, FormatError> {
    let file = open_file(path)?;
    let beginning = legacy::beginning(&file).map_err(|source| FormatError::Read { path: path.into(), source })?;
    let (pickle, rest) = legacy::pickle(&beginning).map_err(|error| refusal(path, error))?;
    let sizes = storage::element_sizes(&pickle);
    let ranges = legacy::Places::new(file.clone(), &beginning, rest, &sizes);
    let ranges = ranges.map_err(|reason| FormatError::Damaged { path: path.into(), format: FORMAT, reason })?;
    read(file.length(), &pickle, ranges)
}

fn open_file(path: &Path) -> Result<OpenFile, FormatError> {
    OpenFile::open(path).map_err(|source| FormatError::Read { path: path.into(), source })
}

/// A network where the pickle tells how its modules act, else its tensors.
fn network_or_tensors<S>(
    path: &Path,
    held: u64,
    pickle: &Pickle<'_>,
    file: S,
    input: Option<ImageShape>,
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

/// The modules of a model, with their names.
type Modules = Vec<(String, Value)>;

/// The tensors, the modules of the model, and what is known of them.
fn finish<S>(path: &Path, pickle: &Pickle<'_>, file: S) -> Result<(TensorFile, Modules, Account), FormatError>
where
    S: StorageFile + Send + Sync + 'static,
{
    let damaged = |reason| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    let Contents { mut found, keys, mut assumed, modules } = model::contents(pickle).map_err(damaged)?;
    quantised::mark_steps(&mut found, &file, &mut assumed);
    let (mut infos, mut tensors) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
    let mut names = HashMap::new();
    let mut known = Account::default();
    for found in found {
        let tensor = found.tensor;
        // Two entries of the same name, one of the model and one beside it: the first is the model's.
        let count = names.entry(found.name.clone()).or_insert(0_usize);
        *count += 1;
        let name = if *count == 1 { found.name } else { format!("{} ({count})", found.name) };
        match found.fate {
            Some(Fate::Needless(why)) => known.leaves(PartName::tensor(&name), why),
            Some(Fate::Missing(why)) => known.misses(PartName::tensor(&name), why),
            Some(Fate::Used(_)) | None => {}
        }
        infos.push(TensorInfo {
            name,
            shape: tensor.shape.clone(),
            dtype: tensor.dtype.clone(),
            bytes: tensor.bytes,
            is_numeric: tensor.is_weight,
            in_model: found.in_model,
        });
        tensors.push(tensor);
    }
    if infos.is_empty() {
        let problem = "holds no tensors; save the model's state_dict() with torch.save".to_owned();
        return Err(FormatError::Content { path: path.into(), position: "the pickle".into(), problem });
    }
    for (part, fate) in keys {
        if let Fate::Missing(why) = fate {
            known.misses(part, why);
        }
    }
    assumed.into_iter().for_each(|sentence| known.assume(sentence));
    let file = TensorFile::new(path, infos, Storages { file, tensors });
    Ok((file.ordered(TensorOrder::Own), modules, known))
}

fn refusal(path: &Path, error: PickleError) -> FormatError {
    match error {
        PickleError::Dangerous(function) => FormatError::Dangerous { path: path.into(), function },
        error => FormatError::Damaged { path: path.into(), format: FORMAT, reason: error.to_string() },
    }
}
