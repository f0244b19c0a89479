//! The tensors of a file of PyTorch's, and what else its pickle tells.

use std::collections::HashMap;
use std::path::Path;

use super::model::Contents;
use super::storage_file::{FORMAT, StorageFile};
use super::tensor::Tensor;
use super::{legacy, model, rounding, storage, zipped};
use crate::formats::tensor_info::{TensorInfo, TensorOrder};
use crate::formats::tensors::{TensorFile, TensorSource, ValuesError};
use crate::formats::{Account, Fate, FormatError, PartName};
use crate::io::OpenFile;
use crate::pickle::{Pickle, PickleError, Value};

/// Where the values of tensors are.
struct Storages<S> {
    file: S,
    tensors: Vec<Tensor>,
}

impl<S: StorageFile + Send + Sync> TensorSource for Storages<S> {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let Some(tensor) = self.tensors.get(index) else { return Ok(Vec::new()) };
        tensor.values(&self.file).map_err(ValuesError::Tensor)
    }
}

/// The tensors of a zip archive, whatever else its pickle tells.
pub(super) fn zip_tensors(path: &Path) -> Result<TensorFile, FormatError> {
    with_zip(path, |_, pickle, file| finish(path, pickle, file).map(|(file, _, known)| file.with_account(known)))
}

/// The tensors of a file from before version 1.6, whatever else its pickle tells.
pub(super) fn legacy_tensors(path: &Path) -> Result<TensorFile, FormatError> {
    with_legacy(path, |_, pickle, file| finish(path, pickle, file).map(|(file, _, known)| file.with_account(known)))
}

/// Gives the length of an archive, its pickle and its storages to `read`.
pub(super) fn with_zip<T>(
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
pub(super) fn with_legacy<T>(
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

/// The modules of a model, with their names.
pub(super) type Modules = Vec<(String, Value)>;

/// The tensors, the modules of the model, and what is known of them.
pub(super) fn finish<S>(
    path: &Path,
    pickle: &Pickle<'_>,
    file: S,
) -> Result<(TensorFile, Modules, Account), FormatError>
where
    S: StorageFile + Send + Sync + 'static,
{
    let damaged = |reason| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    let Contents { mut found, keys, mut assumed, modules } = model::contents(pickle).map_err(damaged)?;
    rounding::mark_steps(&mut found, &file, &mut assumed);
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
