//! A model in several files, and the index that says which tensor is in which: `pytorch_model.bin.index.json`.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::tensors::{TensorFile, TensorSource, ValuesError};
use super::super::{FormatError, json};
use super::legacy::is_legacy;
use crate::formats::candidate::BEGINNING_BYTES;
use crate::formats::tensor_info::{TensorInfo, TensorOrder};
use crate::io::companion;

#[derive(Deserialize)]
struct Index {
    /// The file of each tensor.
    weight_map: BTreeMap<String, PathBuf>,
}

/// For each tensor the part that holds it and its place there.
struct Parts {
    parts: Vec<Box<dyn TensorSource>>,
    positions: Vec<(usize, usize)>,
}

impl TensorSource for Parts {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let position = self.positions.get(index).and_then(|(part, position)| Some((self.parts.get(*part)?, *position)));
        position.map_or_else(|| Ok(Vec::new()), |(part, position)| part.values(position))
    }
}

/// Whether the parts that the index names are PyTorch's.
pub(super) fn is_index(path: &Path, bytes: &[u8]) -> Result<bool, FormatError> {
    let index: Index = json::parse(path, bytes)?;
    let is_torch = |name: &PathBuf| name.extension().is_some_and(|end| end == "bin" || end == "pt" || end == "pth");
    Ok(index.weight_map.values().any(is_torch))
}

/// Opens all files that the index at `path` names. They must lie beside it.
pub(super) fn open_index(path: &Path, bytes: &[u8]) -> Result<TensorFile, FormatError> {
    let index: Index = json::parse(path, bytes)?;
    let mut names: Vec<&PathBuf> = index.weight_map.values().collect();
    names.sort();
    names.dedup();
    let (mut parts, mut positions, mut tensors) = (Vec::new(), Vec::new(), Vec::<TensorInfo>::new());
    let mut held = 0_u64;
    for name in names {
        let file = companion(path, name).map_err(|problem| FormatError::Content {
            path: path.into(),
            position: format!("weight_map, file `{}`,", name.display()),
            problem: format!("{problem}; put all parts into one folder"),
        })?;
        held = held.saturating_add(std::fs::metadata(&file).map_or(0, |metadata| metadata.len()));
        let (found, source) = open_part(&file)?.into_source();
        for (position, tensor) in found.into_iter().enumerate() {
            // Where two parts have a tensor of this name, the index says which of them counts.
            if index.weight_map.get(&tensor.name).is_none_or(|file| file == name) {
                positions.push((parts.len(), position));
                tensors.push(tensor);
            }
        }
        parts.push(source);
    }
    let is_absent = |name: &String| !tensors.iter().any(|tensor| tensor.name == *name);
    if let Some((name, file)) = index.weight_map.iter().find(|(name, _)| is_absent(name)) {
        let position = format!("weight_map, tensor `{name}`,");
        let problem = format!("is not in {}; get the parts that belong together", file.display());
        return Err(FormatError::Content { path: path.into(), position, problem });
    }
    Ok(TensorFile::new(path, tensors, Parts { parts, positions }).ordered(TensorOrder::Own).with_companions(held))
}

fn open_part(path: &Path) -> Result<TensorFile, FormatError> {
    let unreadable = |source| FormatError::Read { path: path.into(), source };
    let mut beginning = Vec::new();
    let file = crate::io::open(path).map_err(unreadable)?;
    file.take(BEGINNING_BYTES).read_to_end(&mut beginning).map_err(unreadable)?;
    if is_legacy(&beginning) { super::tensors::legacy_tensors(path) } else { super::tensors::zip_tensors(path) }
}
