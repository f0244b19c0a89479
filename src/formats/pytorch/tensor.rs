//! A tensor of a file: where its values are, and how they are had.

use std::sync::Arc;

use super::quantised::Quantised;
use super::sparse::{Part, Sparse, refuse_too_large};
use super::storage_file::StorageFile;
use super::stored::{View, elements};
use crate::io::numpy::{ElementKind, Ndarray};

/// A tensor of a file.
#[derive(Clone)]
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
#[derive(Clone)]
pub(super) enum Content {
    Stored(View),
    /// In the pickle.
    Numbers(Vec<f64>),
    Array(Arc<Ndarray<'static>>),
    Quantised(Box<Quantised<Tensor>>),
    Sparse(Box<Sparse<Tensor>>),
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
        Tensor::numbers(Vec::new(), vec![number])
    }

    /// Numbers of Python's.
    pub fn numbers(shape: Vec<usize>, numbers: Vec<f64>) -> Tensor {
        let bytes = numbers.len() as u64 * 8;
        Tensor { shape, dtype: "F64".to_owned(), bytes, is_weight: true, content: Content::Numbers(numbers) }
    }

    /// An array of NumPy's.
    pub fn array(array: Ndarray<'_>) -> Tensor {
        let (shape, element) = (array.shape.clone(), array.element);
        // As with tensors, whole numbers are no weights by themselves.
        let is_weight = matches!(element.kind, ElementKind::Float | ElementKind::BFloat16);
        let dtype = element.name();
        let bytes = elements(&shape).saturating_mul(element.size as u64);
        let is_number = element.is_number();
        match array.into_owned().filter(|_| is_number) {
            Some(array) => Tensor { shape, dtype, bytes, is_weight, content: Content::Array(Arc::new(array)) },
            None => {
                let why = format!("is an array of type {dtype}, which is not read");
                Tensor::unread(&dtype, shape, why)
            }
        }
    }

    /// What is there but cannot be read.
    pub fn unread(what: &str, shape: Vec<usize>, why: String) -> Tensor {
        Tensor { shape, dtype: what.to_owned(), bytes: 0, is_weight: false, content: Content::Unread(why) }
    }

    /// The values in row-major order; in words, why there are none.
    pub fn values(&self, file: &impl StorageFile) -> Result<Vec<f64>, String> {
        match &self.content {
            Content::Stored(view) => view.values(file),
            Content::Numbers(numbers) => Ok(numbers.clone()),
            Content::Array(array) => {
                let values = array.values("").map_err(|error| format!("cannot be read ({error})"))?;
                values.into_floats().ok_or_else(|| "is text".into())
            }
            Content::Quantised(quantised) => {
                let numbers = &quantised.numbers;
                let mut values = numbers.values(file)?;
                let steps = quantised.steps.read(|part| part.values(file))?;
                steps.apply(&numbers.shape, &mut values).map(|()| values)
            }
            Content::Sparse(sparse) => {
                refuse_too_large(&self.shape, &sparse.kept().shape)?;
                let part = |part: &Tensor| Ok(Part { shape: part.shape.clone(), values: part.values(file)? });
                sparse.read(part)?.values(&self.shape)
            }
            Content::Unread(why) => Err(why.clone()),
        }
    }
}
