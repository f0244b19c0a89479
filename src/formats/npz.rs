//! Tensors of NumPy's `.npz` archives and `.npy` arrays.

use std::io::BufReader;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::candidate::{Candidate, Content, Evidence};
use super::pickled::Stored;
use super::tensor_info::TensorInfo;
use super::tensors::{TensorFile, TensorSource, ValuesError};
use super::{FormatError, pickled};
use crate::io::Reader;
use crate::io::numpy::{Archive, ArrayInfo, Element, ElementKind, NumpyError};
use crate::pickle;

/// Where the values of a tensor are.
enum Source {
    /// The array at this place of the archive.
    Array(usize),
    /// One whose values of two bytes are taken for numbers.
    BrainFloats(usize),
    /// An array of objects holds them.
    Pickled(Stored),
    Nothing,
}

struct NumpyTensors {
    archive: Mutex<Archive<BufReader<Reader>>>,
    tensors: Vec<(String, Source)>,
}

impl TensorSource for NumpyTensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let Some((name, source)) = self.tensors.get(index) else { return Ok(Vec::new()) };
        // A panic while reading leaves the archive readable: every read seeks first.
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let array = match source {
            Source::Array(position) => archive.read(*position),
            Source::BrainFloats(position) => archive.read_brain_floats(*position),
            Source::Pickled(stored) => return stored.values(name).map_err(ValuesError::Numpy),
            Source::Nothing => return Err(ValuesError::Tensor("is no array of numbers; save it as one".into())),
        };
        let Some(array) = array else { return Ok(Vec::new()) };
        let values = array.map_err(ValuesError::Numpy)?.values.into_floats();
        values.ok_or_else(|| ValuesError::Numpy(NumpyError::Element { array: name.clone(), element: "TEXT".into() }))
    }
}

/// How surely the file is an array or an archive of arrays.
pub(super) fn recognise(file: &Candidate) -> Option<Evidence> {
    match &file.content {
        Content::Bytes => file.beginning.starts_with(b"\x93NUMPY").then_some(Evidence::Mark),
        Content::Zip(names) if names.iter().any(|name| name.ends_with(".npy")) => Some(Evidence::Mark),
        Content::Zip(_) => (file.extension == "npz").then_some(Evidence::Name),
        Content::Json(..) => None,
    }
}

/// Reads the headers of the arrays.
pub(super) fn open(path: &Path) -> Result<TensorFile, FormatError> {
    let numpy = |source| match source {
        NumpyError::Io(source) => FormatError::Read { path: path.into(), source },
        source => FormatError::Numpy { path: path.into(), source },
    };
    let mut archive = Archive::open(path).map_err(numpy)?;
    let (mut infos, mut sources) = (Vec::new(), Vec::new());
    let arrays = archive.arrays().to_vec();
    for (position, array) in arrays.iter().enumerate() {
        match archive.pickle(position) {
            Some(pickle) => {
                let found = of_objects(path, array, &pickle.map_err(numpy)?)?;
                for (info, stored) in found {
                    infos.push(info);
                    sources.push(stored.map_or(Source::Nothing, Source::Pickled));
                }
            }
            None => {
                let (element, source) = match array.header.element {
                    element @ Element { kind: ElementKind::Void, size: 2, .. } => {
                        (Element { kind: ElementKind::BFloat16, ..element }, Source::BrainFloats(position))
                    }
                    element => (element, Source::Array(position)),
                };
                infos.push(info(array, element));
                sources.push(source);
            }
        }
    }
    for other in archive.others() {
        infos.push(TensorInfo {
            name: other.clone(),
            shape: Vec::new(),
            dtype: "no array".into(),
            bytes: 0,
            is_numeric: false,
            in_model: true,
        });
        sources.push(Source::Nothing);
    }
    let brain = infos.iter().zip(&sources).find(|(_, source)| matches!(source, Source::BrainFloats(_)));
    let assumed = brain.map(|(info, _)| {
        format!("the values of two bytes in `{}` and others like it are bfloat16, which NumPy cannot name", info.name)
    });
    let tensors = infos.iter().map(|info| info.name.clone()).zip(sources).collect();
    let file = TensorFile::new(path, infos, NumpyTensors { archive: Mutex::new(archive), tensors });
    Ok(match assumed {
        Some(sentence) => file.assuming(sentence),
        None => file,
    })
}

fn info(array: &ArrayInfo, element: Element) -> TensorInfo {
    TensorInfo {
        name: array.name.clone(),
        shape: array.header.shape.clone(),
        dtype: element.name(),
        bytes: array.header.elements().saturating_mul(element.size as u64),
        is_numeric: element.is_number() && element.kind != ElementKind::Bool,
        in_model: true,
    }
}

/// The tensors in an array of objects; where they are not understood, the array itself.
fn of_objects(path: &Path, array: &ArrayInfo, bytes: &[u8]) -> Result<Vec<(TensorInfo, Option<Stored>)>, FormatError> {
    let found = match pickle::read(bytes) {
        Err(pickle::PickleError::Dangerous(function)) => {
            return Err(FormatError::Dangerous { path: path.into(), function });
        }
        Ok(pickle) => pickled::tensors(&pickle, &array.name).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    Ok(if found.is_empty() { vec![(info(array, array.header.element), None)] } else { found })
}
