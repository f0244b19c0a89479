//! Tensors of safetensors files, memory-mapped: only the header is read until a tensor is needed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::elements::{FloatType, IntegerType};
use super::mapped::MappedFile;
use super::opened::Opened;
use super::tensor_info::TensorInfo;
use super::tensors::{TensorFile, TensorSource, ValuesError};
use super::{FormatError, json, layer_list, safetensors_header};

/// The bytes before the header that say how long it is.
pub(super) const LENGTH_BYTES: usize = 8;
/// The longest header that is read. Three hundred thousand tensors need less; the library itself would take 100 MB, which
/// grow to a multiple in memory.
pub(super) const LONGEST_HEADER: u64 = 32 << 20;
/// The key of the list of layers in the metadata.
pub(super) const LAYER_LIST: &str = "layerflow.network";
const FORMAT: &str = "safetensors";

/// One mapped file.
struct Shard {
    map: MappedFile,
    tensors: Vec<StoredTensor>,
}

/// A tensor and where in the file its values are.
struct StoredTensor {
    dtype: String,
    start: usize,
    end: usize,
}

/// For each tensor, the shard that holds it and its place among the shard's tensors.
struct Shards {
    shards: Vec<Shard>,
    positions: Vec<(usize, usize)>,
}

impl TensorSource for Shards {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let (shard, position) = self.positions[index];
        self.shards[shard].values(position).map_err(ValuesError::Tensor)
    }
}

impl Shard {
    /// The values of the tensor at `position`, in row-major order; in words, why they cannot be read.
    fn values(&self, position: usize) -> Result<Vec<f64>, String> {
        let tensor = &self.tensors[position];
        let bytes = self.map.as_ref().get(tensor.start..tensor.end).ok_or("reaches beyond the end of the file")?;
        if let Some(float) = FloatType::of_name(&tensor.dtype) {
            return Ok(float.decode(bytes));
        }
        let integer = IntegerType::of_name(&tensor.dtype);
        let unread = || format!("is of type {}, whose values are not read; save it as F32", tensor.dtype);
        integer.map(|integer| integer.decode(bytes)).ok_or_else(unread)
    }
}

/// Maps the file and reads its header.
///
/// Where the file lists layerflow's own layers it gives the whole network.
pub(super) fn open(path: &Path) -> Result<Opened, FormatError> {
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
pub(super) fn open_index(path: &Path, bytes: &[u8]) -> Result<TensorFile, FormatError> {
    let index: IndexFile = json::parse(path, bytes)?;
    let mut names: Vec<&PathBuf> = index.weight_map.values().collect();
    names.sort();
    names.dedup();
    let (mut shards, mut positions, mut tensors) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        // An index from elsewhere must not reach for files outside its own folder.
        if name.components().count() != 1 || name.file_name().is_none() {
            let position = format!("weight_map, file `{}`,", name.display());
            let problem = "is not the name of a file beside the index; put all parts into one folder".into();
            return Err(FormatError::Content { path: path.into(), position, problem });
        }
        let (shard, found, _) = open_shard(&path.with_file_name(name))?;
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
    Ok(TensorFile::new(path, tensors, Shards { shards, positions }))
}

/// The file with its tensors, and the list of layers in its metadata.
fn open_shard(path: &Path) -> Result<(Shard, Vec<TensorInfo>, Option<String>), FormatError> {
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    let map = MappedFile::open(path)?;
    let bytes = map.as_ref();
    let declared = bytes.first_chunk::<LENGTH_BYTES>().map(|bytes| u64::from_le_bytes(*bytes));
    let declared = declared.ok_or_else(|| damaged("it ends within the length of its header".into()))?;
    let rest = (bytes.len() - LENGTH_BYTES) as u64;
    if declared > rest {
        return Err(damaged(format!("its header claims {declared} bytes, but only {rest} follow")));
    }
    if declared > LONGEST_HEADER {
        return Err(damaged(format!(
            "its header claims {declared} bytes, more than the {LONGEST_HEADER} that are read"
        )));
    }
    let first = LENGTH_BYTES + declared as usize;
    let (json, values) = bytes[LENGTH_BYTES..].split_at(declared as usize);
    let header = safetensors_header::read(json, values.len()).map_err(damaged)?;
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
        placed.push(StoredTensor { dtype: tensor.dtype, start: first + start, end: first + end });
    }
    Ok((Shard { map, tensors: placed }, tensors, layers))
}
