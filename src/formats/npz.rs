//! Tensors of NumPy's `.npz` archives and `.npy` arrays.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::dataset::numpy::{Archive, ElementKind, NumpyError};

use super::FormatError;
use super::tensors::{TensorFile, TensorInfo, TensorSource, ValuesError};

/// An open archive; the place of an array in it is the place of its tensor.
struct NumpyTensors(Mutex<Archive<BufReader<File>>>);

impl TensorSource for NumpyTensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        // A panic while reading leaves the archive readable: every read seeks first.
        let mut archive = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(array) = archive.read(index) else { return Ok(Vec::new()) };
        let values = array.map_err(ValuesError::Numpy)?.values.into_floats();
        let name = || archive.arrays().get(index).map(|info| info.name.clone()).unwrap_or_default();
        values.ok_or_else(|| ValuesError::Numpy(NumpyError::Element { array: name(), element: "TEXT".into() }))
    }
}

/// Reads the headers of the arrays.
pub(super) fn open(path: &Path) -> Result<TensorFile, FormatError> {
    let archive = Archive::open(path).map_err(|source| match source {
        NumpyError::Io(source) => FormatError::Read { path: path.into(), source },
        source => FormatError::Numpy { path: path.into(), source },
    })?;
    let arrays = archive.arrays().iter();
    let tensors = arrays.map(|array| TensorInfo {
        name: array.name.clone(),
        shape: array.header.shape.clone(),
        dtype: array.header.element.name(),
        bytes: array.header.data_bytes,
        is_numeric: matches!(
            array.header.element.kind,
            ElementKind::Float | ElementKind::Integer | ElementKind::Unsigned
        ),
        in_model: true,
    });
    let tensors = tensors.collect();
    Ok(TensorFile::new(path, tensors, NumpyTensors(Mutex::new(archive))))
}
