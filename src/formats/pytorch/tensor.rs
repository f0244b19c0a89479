//! A tensor of a file: where its values are, and how they are had.

use super::StorageFile;
use super::quantised::Quantised;
use super::sparse::Sparse;
use super::stored::{View, elements};

/// A tensor of a file.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub shape: Vec<usize>,
    /// The type of its values, as safetensors writes it, or what it is instead.
    pub dtype: String,
    pub bytes: u64,
    /// Whether its values can be weights as they are.
    pub is_weight: bool,
    pub content: Content,
}

/// Where the values are.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Stored(View),
    /// In the pickle.
    Numbers(Vec<f64>),
    Quantised(Box<Quantised>),
    Sparse(Box<Sparse>),
    /// Nowhere that is read; in words that follow the tensor's name.
    Unread(String),
}

impl Tensor {
    /// The tensor that a storage holds.
    pub fn stored(view: View) -> Tensor {
        Tensor {
            shape: view.shape.clone(),
            dtype: view.element.name.to_owned(),
            bytes: elements(&view.shape).saturating_mul(view.element.size as u64),
            is_weight: view.element.is_weight(),
            content: Content::Stored(view),
        }
    }

    /// A single number of Python's.
    pub fn number(number: f64) -> Tensor {
        let (dtype, content) = ("F64".to_owned(), Content::Numbers(vec![number]));
        Tensor { shape: Vec::new(), dtype, bytes: 8, is_weight: true, content }
    }

    /// What is there but cannot be read.
    pub fn unread(what: &str, shape: Vec<usize>, why: String) -> Tensor {
        Tensor { shape, dtype: what.to_owned(), bytes: 0, is_weight: false, content: Content::Unread(why) }
    }

    /// The values in row-major order; in words, why there are none.
    pub fn values(&self, file: &impl StorageFile) -> Result<Vec<f64>, String> {
        match &self.content {
            Content::Stored(view) => file.with_bytes(&view.storage, |bytes| view.values(bytes)),
            Content::Numbers(numbers) => Ok(numbers.clone()),
            Content::Quantised(quantised) => quantised.values(file),
            Content::Sparse(sparse) => sparse.values(&self.shape, file),
            Content::Unread(why) => Err(why.clone()),
        }
    }
}
