//! Tensors of safetensors files: only the header is read until a tensor is needed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::candidate::{Candidate, Content, Evidence};
use super::elements::{FloatType, IntegerType};
use super::opened::Opened;
use super::stored_values::decoded;
use super::tensor_info::TensorInfo;
use super::tensors::{TensorFile, TensorSource, ValuesError};
use super::{FormatError, json, layer_list, safetensors_header};
use crate::io::{OpenFile, companion};

/// The bytes before the header that say how long it is.
pub(super) const LENGTH_BYTES: usize = 8;
/// The longest header that is read. Three hundred thousand tensors need less; the library itself would take 100 MB, which
/// grow to a multiple in memory.
pub(super) const LONGEST_HEADER: u64 = 32 << 20;
/// The key of the list of layers in the metadata.
pub(super) const LAYER_LIST: &str = "layerflow.network";
const FORMAT: &str = "safetensors";

/// One open file.
struct Shard {
    file: OpenFile,
    tensors: Vec<StoredTensor>,
}

/// A tensor and where in the file its values are.
struct StoredTensor {
    dtype: String,
    start: u64,
    end: u64,
}

/// For each tensor, the shard that holds it and its place among the shard's tensors.
struct Shards {
    shards: Vec<Shard>,
    positions: Vec<(usize, usize)>,
}

impl TensorSource for Shards {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let (shard, position) = self.positions[index];
        self.shards[shard].values(position)
    }
}

impl Shard {
    /// The values of the tensor at `position`, in row-major order.
    fn values(&self, position: usize) -> Result<Vec<f64>, ValuesError> {
        let tensor = &self.tensors[position];
        let range = tensor.start..tensor.end;
        if let Some(float) = FloatType::of_name(&tensor.dtype) {
            return decoded(&self.file, range, float.size(), 1, |bytes| float.decode(bytes));
        }
        if let Some(integer) = IntegerType::of_name(&tensor.dtype) {
            return decoded(&self.file, range, integer.size(), 1, |bytes| integer.decode(bytes));
        }
        let dtype = &tensor.dtype;
        Err(ValuesError::Tensor(format!("is of type {dtype}, whose values are not read; save it as F32")))
    }
}

/// How surely the file is one, or an index of several.
pub(super) fn recognise(file: &Candidate) -> Option<Evidence> {
    match &file.content {
        // The header is JSON after eight bytes for its length.
        Content::Bytes => match file.beginning[..] {
            [_, _, _, _, _, _, _, _, b'{', ..] if !file.begins_as_json() => Some(Evidence::Mark),
            _ => (file.extension == "safetensors").then_some(Evidence::OwnName),
        },
        Content::Json(keys, _) => keys.weight_map.is_some().then_some(Evidence::Content),
        Content::Zip(_) => None,
    }
}

/// Opens a file, or all files of an index.
pub(super) fn open_any(file: &Candidate) -> Result<Opened, FormatError> {
    match &file.content {
        Content::Json(_, bytes) => open_index(&file.path, bytes).map(Opened::Tensors),
        Content::Bytes | Content::Zip(_) => open(&file.path),
    }
}

/// Opens the file and reads its header.
///
/// Where the file lists layerflow's own layers it gives the whole network.
fn open(path: &Path) -> Result<Opened, FormatError> {
    let (shard, tensors, layers) = open_shard(path)?;
    let positions = (0..tensors.len()).map(|position| (0, position)).collect();
    let file = TensorFile::new(path, tensors, Shards { shards: vec![shard], positions });
    match layers {
        Some(layers) => layer_list::read(path, &layers, &file).map(Opened::Network),
        None => Ok(Opened::Tensors(file)),
    }
}

#[derive(Deserialize)]
struct IndexFile {
    /// The file of each tensor.
    weight_map: BTreeMap<String, PathBuf>,
}

/// Opens all files that the index at `path` names. They must lie beside it.
fn open_index(path: &Path, bytes: &[u8]) -> Result<TensorFile, FormatError> {
    let index: IndexFile = json::parse(path, bytes)?;
    let mut names: Vec<&PathBuf> = index.weight_map.values().collect();
    names.sort();
    names.dedup();
    let (mut shards, mut positions, mut tensors) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let file = companion(path, name).map_err(|problem| FormatError::Content {
            path: path.into(),
            position: format!("weight_map, file `{}`,", name.display()),
            problem: format!("{problem}; put all parts into one folder"),
        })?;
        let (shard, found, _) = open_shard(&file)?;
        for (position, tensor) in found.into_iter().enumerate() {
            if index.weight_map.get(&tensor.name) == Some(name) {
                positions.push((shards.len(), position));
                tensors.push(tensor);
            }
        }
        shards.push(shard);
    }
    if let Some((name, file)) =
        index.weight_map.iter().find(|(name, _)| !tensors.iter().any(|tensor| tensor.name == **name))
    {
        let position = format!("weight_map, tensor `{name}`,");
        let problem = format!("is not in {}; get the parts that belong together", file.display());
        return Err(FormatError::Content { path: path.into(), position, problem });
    }
    let held = shards.iter().map(|shard| shard.file.length()).fold(0, u64::saturating_add);
    Ok(TensorFile::new(path, tensors, Shards { shards, positions }).with_companions(held))
}

/// The file with its tensors, and the list of layers in its metadata.
fn open_shard(path: &Path) -> Result<(Shard, Vec<TensorInfo>, Option<String>), FormatError> {
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    let unreadable = |source| FormatError::Read { path: path.into(), source };
    let file = OpenFile::open(path).map_err(unreadable)?;
    let rest = file.length().checked_sub(LENGTH_BYTES as u64);
    let rest = rest.ok_or_else(|| damaged("it ends within the length of its header".into()))?;
    let declared = file.read(0..LENGTH_BYTES as u64).map_err(unreadable)?;
    let declared = declared.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    if declared > rest {
        return Err(damaged(format!("its header claims {declared} bytes, but only {rest} follow")));
    }
    if declared > LONGEST_HEADER {
        return Err(damaged(format!(
            "its header claims {declared} bytes, more than the {LONGEST_HEADER} that are read"
        )));
    }
    let first = LENGTH_BYTES as u64 + declared;
    let json = file.read(LENGTH_BYTES as u64..first).map_err(unreadable)?;
    let header = safetensors_header::read(&json, (rest - declared) as usize).map_err(damaged)?;
    let (mut placed, mut tensors) = (Vec::new(), Vec::new());
    let layers = header.text(LAYER_LIST).map(str::to_owned);
    for tensor in header.tensors {
        let (start, end) = tensor.position;
        tensors.push(TensorInfo {
            shape: tensor.shape,
            dtype: tensor.dtype.clone(),
            bytes: (end - start) as u64,
            is_numeric: FloatType::of_name(&tensor.dtype).is_some(),
            in_model: true,
            name: tensor.name,
        });
        placed.push(StoredTensor { dtype: tensor.dtype, start: first + start as u64, end: first + end as u64 });
    }
    Ok((Shard { file, tensors: placed }, tensors, layers))
}
