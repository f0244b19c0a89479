//! Arrays as pickles hold them, and arrays of Python objects. All of it is read as data: nothing is ever called.

use std::borrow::Cow;
use std::io::Read;

use super::array::{Array, Values};
use super::element::{Element, ElementKind};
use super::error::NumpyError;
use super::header::Header;
use super::values;
use crate::pickle;
use crate::pickle::{Pickle, Value};

/// More axes than any array has.
const MAX_AXES: usize = 64;

/// An array in a pickle.
pub(crate) struct Ndarray<'a> {
    /// The length of each axis; empty for a single value.
    pub shape: Vec<usize>,
    /// The type of the elements.
    pub element: Element,
    fortran_order: bool,
    /// What it holds.
    pub content: Content<'a>,
}

/// What an array in a pickle holds.
pub(crate) enum Content<'a> {
    /// The bytes of its values.
    Bytes(Cow<'a, [u8]>),
    /// Python objects.
    Objects(Vec<Value>),
}

impl Ndarray<'_> {
    /// The same array apart from its pickle. Objects cannot be parted from theirs.
    pub fn into_owned(self) -> Option<Ndarray<'static>> {
        let content = match self.content {
            Content::Bytes(bytes) => Content::Bytes(Cow::Owned(bytes.into_owned())),
            Content::Objects(_) => return None,
        };
        let Ndarray { shape, element, fortran_order, .. } = self;
        Some(Ndarray { shape, element, fortran_order, content })
    }

    /// Its values, in row-major order.
    pub fn values(&self, name: &str) -> Result<Values, NumpyError> {
        let Content::Bytes(bytes) = &self.content else { return Err(NumpyError::Objects { array: name.into() }) };
        let claimed = self.shape.iter().try_fold(self.element.size, |bytes, axis| bytes.checked_mul(*axis));
        let stored = bytes.len() as u64;
        let Some(claimed) = claimed.filter(|claimed| *claimed == bytes.len()) else {
            return Err(NumpyError::Size {
                array: name.into(),
                claimed: claimed.map_or(u64::MAX, |n| n as u64),
                stored,
            });
        };
        let header = Header {
            outer_axes: self.shape.len(),
            shape: self.shape.clone(),
            element: self.element,
            fortran_order: self.fortran_order,
            data_bytes: claimed as u64,
            length: 0,
            position: None,
        };
        values::read(name, &header, &mut bytes.as_ref()).map(|array| array.values)
    }
}

/// The array, or the single number of NumPy's, that a value of a pickle is; `None` for any other.
pub(crate) fn ndarray<'a>(pickle: &'a Pickle<'_>, value: Value) -> Option<Ndarray<'a>> {
    let (module, name, arguments) = pickle.call(value)?;
    let package = module.split('.').next()?;
    match (package, name.as_ref(), arguments) {
        ("numpy", "_reconstruct", _) => restored(pickle, pickle.sequence(pickle.state(value)?)?),
        // Arrays of JAX hold one of NumPy's, taken apart.
        ("jax" | "jaxlib", "_reconstruct_array", [_, _, state, ..]) => restored(pickle, pickle.sequence(*state)?),
        ("numpy", "scalar", [dtype, bytes]) => {
            let content = Content::Bytes(pickle.bytes(*bytes)?);
            Some(Ndarray { shape: Vec::new(), element: element(pickle, *dtype)?, fortran_order: false, content })
        }
        ("numpy", "_frombuffer", [bytes, dtype, shape, order]) => {
            let content = Content::Bytes(pickle.bytes(*bytes)?);
            let fortran_order = pickle.text(*order)? == "F";
            Some(Ndarray { shape: axes(pickle, *shape)?, element: element(pickle, *dtype)?, fortran_order, content })
        }
        _ => None,
    }
}

/// An array by what it restores itself from: a version, its shape, type, order and content.
fn restored<'a>(pickle: &'a Pickle<'_>, state: &[Value]) -> Option<Ndarray<'a>> {
    let [_, shape, dtype, order, content] = state else { return None };
    let element = element(pickle, *dtype)?;
    let fortran_order = matches!(order, Value::Bool(true) | Value::Int(1));
    let content = match pickle.sequence(*content) {
        Some(objects) => Content::Objects(objects.to_vec()),
        None => Content::Bytes(pickle.bytes(*content)?),
    };
    Some(Ndarray { shape: axes(pickle, *shape)?, element, fortran_order, content })
}

/// The type of elements: `numpy.dtype('f4')`, which restores the order of its bytes.
fn element(pickle: &Pickle<'_>, dtype: Value) -> Option<Element> {
    let other = Element { kind: ElementKind::Other, size: 0, big_endian: false };
    let (_, name, [what, ..]) = pickle.call(dtype)? else { return None };
    if name != "dtype" {
        return None;
    }
    let state = pickle.state(dtype).and_then(|state| pickle.sequence(state)).unwrap_or_default();
    let Some(descr) = pickle.text(*what) else {
        // The types of other packages are classes.
        let (_, class) = pickle.global(*what)?;
        return Some(match class.as_ref() {
            "bfloat16" => Element { kind: ElementKind::BFloat16, size: 2, big_endian: false },
            _ => other,
        });
    };
    let element = Element::of_descr(&descr);
    match state {
        // Records name their fields.
        [_, _, _, names, ..] if *names != Value::None => Some(other),
        [_, order, ..] => Some(Element { big_endian: pickle.text(*order)? == ">", ..element }),
        _ => Some(element),
    }
}

fn axes(pickle: &Pickle<'_>, shape: Value) -> Option<Vec<usize>> {
    let axes = pickle.sequence(shape)?;
    let axis = |axis: &Value| match axis {
        Value::Int(length) => usize::try_from(*length).ok(),
        _ => None,
    };
    (axes.len() <= MAX_AXES).then(|| axes.iter().map(axis).collect())?
}

/// The pickle of an array of objects.
pub(super) fn bytes(array: &str, reader: &mut (impl Read + ?Sized)) -> Result<Vec<u8>, NumpyError> {
    let mut bytes = Vec::new();
    let read = reader.read_to_end(&mut bytes);
    read.map_err(|source| NumpyError::Values { array: array.into(), reason: source.to_string() })?;
    Ok(bytes)
}

/// An array of objects that are all numbers or all text.
pub(super) fn read(array: &str, header: &Header, reader: &mut (impl Read + ?Sized)) -> Result<Array, NumpyError> {
    let unread = || NumpyError::Objects { array: array.into() };
    let bytes = bytes(array, reader)?;
    let broken = |reason: String| NumpyError::Values { array: array.into(), reason };
    let pickle = pickle::read(&bytes).map_err(|error| broken(error.to_string()))?;
    let whole = ndarray(&pickle, pickle.root).ok_or_else(unread)?;
    let Content::Objects(objects) = &whole.content else { return Err(unread()) };
    if whole.shape != header.shape || objects.len() as u64 != header.elements() {
        let stored = objects.len() as u64;
        return Err(NumpyError::Size { array: array.into(), claimed: header.elements(), stored });
    }
    let values = texts(&pickle, objects).map(Values::Texts).or_else(|| numbers(&pickle, objects)).ok_or_else(unread)?;
    Ok(Array { shape: whole.shape, values })
}

fn texts(pickle: &Pickle<'_>, objects: &[Value]) -> Option<Vec<String>> {
    objects.iter().map(|object| pickle.text(*object).map(Cow::into_owned)).collect()
}

fn numbers(pickle: &Pickle<'_>, objects: &[Value]) -> Option<Values> {
    let integer = |object: &Value| match object {
        Value::Int(number) => Some(*number),
        Value::Bool(truth) => Some(i64::from(*truth)),
        _ => None,
    };
    if let Some(integers) = objects.iter().map(integer).collect::<Option<Vec<i64>>>() {
        return Some(Values::Integers(integers));
    }
    let float = |object: &Value| match object {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        // Where a value is missing, pandas puts nothing.
        Value::None => Some(f64::NAN),
        object => {
            let single =
                ndarray(pickle, *object).filter(|array| array.shape.is_empty() && array.element.is_number())?;
            single.values("").ok()?.into_floats()?.first().copied()
        }
    };
    objects.iter().map(float).collect::<Option<Vec<f64>>>().map(Values::Floats)
}
