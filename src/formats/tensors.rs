//! A file that gives only tensors: names and shapes now, values when they are asked for.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use nalgebra::{DMatrix, DVector};

use crate::dataset::numpy::NumpyError;

use super::FormatError;
use super::npz::NumpyTensors;
use super::safetensors::Shard;

/// One tensor, known by name, shape and type.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorInfo {
    /// The tensor's name in the file.
    pub name: String,
    /// The length of each axis; empty for a single value.
    pub shape: Vec<usize>,
    /// The type of its elements: `F64`, `F32`, `F16`, `BF16`, `I64`, …
    pub dtype: String,
    /// The bytes of its values in the file.
    pub bytes: u64,
    /// Whether its values can be read as weights.
    pub is_numeric: bool,
}

/// An open file of tensors.
pub struct TensorFile {
    path: PathBuf,
    tensors: Vec<TensorInfo>,
    source: Source,
}

/// Where the values are.
pub(super) enum Source {
    /// For each tensor, the shard that holds it and its place among the shard's tensors.
    Safetensors {
        shards: Vec<Shard>,
        places: Vec<(usize, usize)>,
    },
    Numpy(Mutex<NumpyTensors>),
}

impl TensorFile {
    pub(super) fn new(path: &Path, tensors: Vec<TensorInfo>, source: Source) -> TensorFile {
        TensorFile { path: path.into(), tensors, source }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every tensor, in the order of the file.
    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    /// The matrix of this name.
    ///
    /// # Errors
    /// If there is no such tensor, it has not two axes, or its values cannot be read or are not finite.
    pub fn matrix(&self, name: &str) -> Result<DMatrix<f64>, FormatError> {
        let (info, values) = self.values(name)?;
        match info.shape[..] {
            [rows, columns] if rows > 0 && columns > 0 => Ok(DMatrix::from_row_slice(rows, columns, &values)),
            _ => Err(self.fault(name, format!("has the shape {}, but a matrix is needed", shape_words(&info.shape)))),
        }
    }

    /// The values of this tensor, whatever its shape, as one vector.
    ///
    /// # Errors
    /// If there is no such tensor, or its values cannot be read or are not finite.
    pub fn vector(&self, name: &str) -> Result<DVector<f64>, FormatError> {
        self.values(name).map(|(_, values)| DVector::from_vec(values))
    }

    fn values(&self, name: &str) -> Result<(&TensorInfo, Vec<f64>), FormatError> {
        let Some(index) = self.tensors.iter().position(|tensor| tensor.name == name) else {
            return Err(self.fault(name, "is not in the file; `inspect --tensors` lists what is".into()));
        };
        let info = &self.tensors[index];
        let values = match &self.source {
            Source::Safetensors { shards, places } => {
                let (shard, place) = places[index];
                shards[shard].values(place).map_err(|problem| self.fault(name, problem))?
            }
            Source::Numpy(tensors) => {
                // A panic while reading leaves the archive readable: every read seeks first.
                let mut tensors = tensors.lock().unwrap_or_else(PoisonError::into_inner);
                tensors.values(index).map_err(|source| match source {
                    NumpyError::Io(source) => FormatError::Read { path: self.path.clone(), source },
                    source => FormatError::Numpy { path: self.path.clone(), source },
                })?
            }
        };
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let value = values[at];
            return Err(self.fault(name, format!("holds {value} at {}; every weight must be finite", spot(info, at))));
        }
        Ok((info, values))
    }

    fn fault(&self, tensor: &str, problem: String) -> FormatError {
        FormatError::Tensor { path: self.path.clone(), tensor: tensor.into(), problem }
    }
}

impl fmt::Debug for TensorFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TensorFile").field("path", &self.path).field("tensors", &self.tensors).finish()
    }
}

/// A shape as it is said: `32×64`; `1 value` for a single one.
pub fn shape_words(shape: &[usize]) -> String {
    match shape {
        [] => "1 value".into(),
        [length] => format!("{length} values"),
        _ => shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×"),
    }
}

/// The place of a value, counted from 1.
fn spot(info: &TensorInfo, at: usize) -> String {
    match info.shape[..] {
        [_, columns] if columns > 0 => format!("row {}, column {}", at / columns + 1, at % columns + 1),
        _ => format!("place {}", at + 1),
    }
}
