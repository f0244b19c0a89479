//! The weights and biases among a file's tensors: those that are stored as they are, and those that a training library
//! computes from several tensors each time they are used.
//!
//! A chain sees the computed ones under the name that the library gives them (`0.weight`), in place of their parts
//! (`0.weight_g`, `0.weight_v`).

pub(super) mod index;
mod low_rank;
mod reparametrised;
mod source;
mod stored;

use std::collections::HashMap;

use nalgebra::{DMatrix, DVector};

use crate::formats::FormatError;
use crate::formats::shape::shape_text;
use crate::formats::tensor_info::TensorInfo;
use crate::formats::tensors::TensorFile;
use index::{Index, index};
use source::{Computed, WeightSource};
use stored::fault;

/// A file's tensors as a chain sees them.
#[derive(Clone, Debug, Default)]
pub(super) struct Weights {
    tensors: Vec<TensorInfo>,
    positions: HashMap<String, usize>,
    sources: HashMap<String, WeightSource>,
    /// Which computed weight a tensor is a part of.
    owners: HashMap<String, String>,
}

impl Weights {
    /// Finds the computed weights; each takes the place of its first part.
    pub fn new(tensors: &[TensorInfo]) -> Weights {
        let stored = index(tensors);
        let mut weights = Weights::default();
        let low_rank = low_rank::find(tensors, &stored).into_iter();
        let low_rank =
            low_rank.map(|(name, shape, found)| Computed { name, shape, source: WeightSource::LowRank(found) });
        let found = reparametrised::find(tensors, &stored).into_iter().chain(low_rank);
        let mut computed: HashMap<String, Computed> = HashMap::new();
        for weight in found {
            let is_taken = |part: &&String| weights.owners.contains_key(*part);
            if !computed.contains_key(&weight.name) && !weight.source.parts().iter().any(is_taken) {
                for part in weight.source.parts() {
                    weights.owners.insert(part.clone(), weight.name.clone());
                }
                computed.insert(weight.name.clone(), weight);
            }
        }
        for tensor in tensors {
            let Some(owner) = weights.owners.get(&tensor.name) else {
                // What is stored under the name of a computed weight is another copy of it, which nothing vouches for.
                if !computed.contains_key(&tensor.name) && !weights.sources.contains_key(&tensor.name) {
                    weights.push(tensor.clone());
                }
                continue;
            };
            if let Some(Computed { name, shape, source }) = computed.remove(owner) {
                let parts: Vec<&TensorInfo> =
                    source.parts().into_iter().filter_map(|part| stored.get(part.as_str()).copied()).collect();
                weights.push(TensorInfo {
                    name: name.clone(),
                    shape,
                    dtype: tensor.dtype.clone(),
                    bytes: parts.iter().map(|part| part.bytes).fold(0, u64::saturating_add),
                    is_numeric: parts.iter().all(|part| part.is_numeric),
                    in_model: parts.iter().all(|part| part.in_model),
                });
                weights.sources.insert(name, source);
            }
        }
        weights
    }

    fn push(&mut self, tensor: TensorInfo) {
        self.positions.insert(tensor.name.clone(), self.tensors.len());
        self.tensors.push(tensor);
    }

    /// The tensors, the computed ones in place of their parts.
    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    /// The tensors by their names.
    pub fn index(&self) -> Index<'_> {
        index(&self.tensors)
    }

    /// The weight that the tensor of this name is a part of.
    pub fn owner(&self, part: &str) -> Option<&str> {
        self.owners.get(part).map(String::as_str)
    }

    /// The names in the file of everything that this weight is made of.
    pub fn parts<'a>(&'a self, name: &'a String) -> Vec<&'a String> {
        self.sources.get(name).map_or_else(|| vec![name], WeightSource::parts)
    }

    /// What was guessed to compute this weight, a sentence.
    pub fn assumption(&self, name: &str) -> Option<String> {
        match self.sources.get(name)? {
            WeightSource::LowRank(low_rank) => low_rank.assumption(name),
            WeightSource::SpectralNorm { original, left, right: None } => Some(format!(
                "`{original}` is divided by its largest singular value as `{left}` tells it, without the right vector that \
                 the file does not hold"
            )),
            _ => None,
        }
    }

    /// Which tensor of this weight is not understood, and why, in words that follow its name.
    pub fn misunderstood(&self, name: &str) -> Option<(&str, &'static str)> {
        match self.sources.get(name)? {
            WeightSource::Unknown { original } => {
                Some((original, "is reparametrised in a way that the file does not tell"))
            }
            _ => None,
        }
    }

    /// The matrix of this name.
    pub fn matrix(&self, file: &TensorFile, name: &str) -> Result<DMatrix<f64>, FormatError> {
        let Some(source) = self.sources.get(name) else { return file.matrix(name) };
        let values = self.computed(file, name, source)?;
        match self.shape(name)[..] {
            [rows, columns] if rows > 0 && columns > 0 && values.len() == rows * columns => {
                Ok(DMatrix::from_row_slice(rows, columns, &values))
            }
            ref shape => Err(fault(file, name, format!("has the shape {}, but a matrix is needed", shape_text(shape)))),
        }
    }

    /// The values of this name, in row-major order.
    pub fn vector(&self, file: &TensorFile, name: &str) -> Result<DVector<f64>, FormatError> {
        match self.sources.get(name) {
            Some(source) => self.computed(file, name, source).map(DVector::from_vec),
            None => file.vector(name),
        }
    }

    fn shape(&self, name: &str) -> &[usize] {
        self.positions.get(name).and_then(|position| self.tensors.get(*position)).map_or(&[], |tensor| &tensor.shape)
    }

    fn computed(&self, file: &TensorFile, name: &str, source: &WeightSource) -> Result<Vec<f64>, FormatError> {
        let values = match source {
            WeightSource::LowRank(low_rank) => low_rank.read(file),
            source => reparametrised::read(file, source),
        }?;
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => {
                Err(fault(file, name, format!("holds {value} once it is computed; every weight must be finite")))
            }
            None => Ok(values),
        }
    }
}
