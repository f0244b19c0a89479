//! Tensors of NumPy's `.npz` archives and `.npy` arrays.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Mutex;

use crate::dataset::numpy::{Archive, ElementKind, NumpyError};

use super::FormatError;
use super::tensors::{Source, TensorFile, TensorInfo};

/// An open archive; the place of an array in it is the place of its tensor.
pub(super) struct NumpyTensors(Archive<BufReader<File>>);

impl NumpyTensors {
    /// The values in row-major order.
    pub fn values(&mut self, index: usize) -> Result<Vec<f64>, NumpyError> {
        let array = match self.0.read(index) {
            Some(array) => array?,
            None => return Ok(Vec::new()),
        };
        let name = self.0.arrays().get(index).map(|info| info.name.clone()).unwrap_or_default();
        array.values.into_floats().ok_or(NumpyError::Element { array: name, element: "TEXT".into() })
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
    });
    let tensors = tensors.collect();
    Ok(TensorFile::new(path, tensors, Source::Numpy(Mutex::new(NumpyTensors(archive)))))
}
