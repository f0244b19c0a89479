//! The constants of a graph: initializers, and what nodes compute from constants alone.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use super::message::{TensorProto, element};
use super::scalar::Binary;
use crate::formats::FormatError;
use crate::formats::elements::FloatType;
use crate::formats::graph::size;
use crate::formats::mapped::MappedFile;

/// `TensorProto.data_location`: the values are in another file.
const EXTERNAL: i32 = 1;

/// A constant with its values in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Constant {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// The folder of the graph's file, whose other files may hold tensors.
pub(super) struct Folder {
    path: PathBuf,
    open: HashMap<PathBuf, MappedFile>,
}

impl Folder {
    pub fn of(path: &Path) -> Folder {
        Folder { path: path.into(), open: HashMap::new() }
    }

    /// The bytes that these tensors take in the graph's own file and in those beside it.
    pub fn held<'a>(&self, tensors: impl Iterator<Item = &'a TensorProto>) -> u64 {
        let mut beside = HashSet::new();
        let mut held = 0_u64;
        for tensor in tensors {
            held += (tensor.raw_data.len() + 4 * tensor.float_data.len() + 8 * tensor.double_data.len()) as u64;
            beside
                .extend(tensor.external_data.iter().filter(|entry| entry.key == "location").map(|entry| &entry.value));
        }
        // What is not a file beside the graph is told when it is read.
        let files = beside.into_iter().map(|location| self.path.with_file_name("").join(location));
        files.filter_map(|file| std::fs::metadata(file).ok()).fold(held, |sum, file| sum.saturating_add(file.len()))
    }

    /// The bytes of a tensor in another file.
    fn bytes(&mut self, tensor: &TensorProto) -> Result<(MappedFile, std::ops::Range<usize>), String> {
        let told =
            |key: &str| tensor.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
        let location = Path::new(told("location").ok_or("does not tell the file of its values")?);
        // A graph from elsewhere must not reach for files outside its own folder.
        if !location.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(format!("has its values in {}, which is not in the folder of the file", location.display()));
        }
        let file = self.path.with_file_name("").join(location);
        let map = match self.open.get(&file) {
            Some(map) => map.clone(),
            None => {
                let map = MappedFile::open(&file).map_err(|error| match error {
                    FormatError::Read { source, .. } => {
                        format!("has its values in {}, which cannot be read ({source})", location.display())
                    }
                    other => other.to_string(),
                })?;
                self.open.insert(file, map.clone());
                map
            }
        };
        let number = |key: &str, absent: usize| match told(key) {
            None => Ok(absent),
            Some(text) => text.parse().map_err(|_| format!("has the {key} `{text}`, which is no number")),
        };
        let available = map.as_ref().len();
        let start: usize = number("offset", 0)?;
        let length = number("length", available.saturating_sub(start))?;
        match start.checked_add(length).filter(|end| *end <= available) {
            Some(end) => Ok((map, start..end)),
            None => Err(format!("reaches beyond the {available} bytes of {}", location.display())),
        }
    }
}

/// The lengths of the axes; in words, why they make no sense.
pub(super) fn shape_of(tensor: &TensorProto) -> Result<Vec<usize>, String> {
    let lengths = tensor.dims.iter().map(|&length| usize::try_from(length).map_err(|_| length));
    lengths.collect::<Result<_, _>>().map_err(|length| format!("claims an axis of length {length}"))
}

/// The name of a tensor's type, and the bytes of an element; none for what is no number.
pub(super) fn element_of(tensor: &TensorProto) -> (&'static str, Option<usize>) {
    match tensor.data_type {
        element::FLOAT => ("F32", Some(4)),
        element::DOUBLE => ("F64", Some(8)),
        element::FLOAT16 => ("F16", Some(2)),
        element::BFLOAT16 => ("BF16", Some(2)),
        element::INT64 => ("I64", Some(8)),
        element::INT32 => ("I32", Some(4)),
        element::INT8 => ("I8", Some(1)),
        element::UINT8 => ("U8", Some(1)),
        element::BOOL => ("BOOL", Some(1)),
        _ => ("OTHER", None),
    }
}

/// The values of an initializer; in words that follow its name, why they cannot be read.
pub(super) fn decode(tensor: &TensorProto, folder: &mut Folder) -> Result<Constant, String> {
    let shape = shape_of(tensor)?;
    let (name, bytes) = element_of(tensor);
    let bytes = bytes.ok_or_else(|| format!("is of a type (number {}) that is not read", tensor.data_type))?;
    let count = size(&shape).ok_or("has an absurdly large shape")?;
    let values = if tensor.data_location == EXTERNAL {
        let (map, range) = folder.bytes(tensor)?;
        let raw = map.as_ref().get(range).unwrap_or_default();
        // More than is needed may be kept for alignment.
        let needed = count.checked_mul(bytes).filter(|&needed| needed <= raw.len());
        decode_raw(tensor.data_type, needed.and_then(|needed| raw.get(..needed)).unwrap_or(raw))
    } else if !tensor.raw_data.is_empty() {
        decode_raw(tensor.data_type, &tensor.raw_data)
    } else {
        match tensor.data_type {
            element::FLOAT => tensor.float_data.iter().map(|value| f64::from(*value)).collect(),
            element::DOUBLE => tensor.double_data.clone(),
            element::INT64 => tensor.int64_data.iter().map(|value| *value as f64).collect(),
            // Sixteen-bit floats are kept as the bits of integers.
            element::FLOAT16 => {
                tensor.int32_data.iter().map(|bits| half::f16::from_bits(*bits as u16).to_f64()).collect()
            }
            element::BFLOAT16 => {
                tensor.int32_data.iter().map(|bits| half::bf16::from_bits(*bits as u16).to_f64()).collect()
            }
            _ => tensor.int32_data.iter().map(|value| f64::from(*value)).collect(),
        }
    };
    if values.len() != count {
        return Err(format!("claims {count} values of type {name}, but {} are stored", values.len()));
    }
    Ok(Constant { shape, values })
}

fn decode_raw(data_type: i32, raw: &[u8]) -> Vec<f64> {
    match data_type {
        element::FLOAT => FloatType::F32.decode(raw),
        element::DOUBLE => FloatType::F64.decode(raw),
        element::FLOAT16 => FloatType::F16.decode(raw),
        element::BFLOAT16 => FloatType::BF16.decode(raw),
        element::INT64 => raw.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes) as f64).collect(),
        element::INT32 => raw.as_chunks::<4>().0.iter().map(|bytes| f64::from(i32::from_le_bytes(*bytes))).collect(),
        element::INT8 => raw.iter().map(|byte| f64::from(byte.cast_signed())).collect(),
        _ => raw.iter().map(|byte| f64::from(*byte)).collect(),
    }
}

impl Constant {
    pub fn scalar(value: f64) -> Constant {
        Constant { shape: Vec::new(), values: vec![value] }
    }

    /// The value, where there is only one.
    pub fn only(&self) -> Option<f64> {
        match self.values[..] {
            [value] => Some(value),
            _ => None,
        }
    }

    pub fn integers(&self) -> Vec<i64> {
        self.values.iter().map(|value| *value as i64).collect()
    }

    /// Every value changed by itself.
    pub fn map(mut self, change: impl Fn(f64) -> f64) -> Constant {
        self.values.iter_mut().for_each(|value| *value = change(*value));
        self
    }

    /// Value by value, where one is a single value or the shapes are alike but for leading ones.
    pub fn zip(&self, operator: Binary, other: &Constant) -> Option<Constant> {
        let core =
            |shape: &[usize]| -> Vec<usize> { shape.iter().copied().skip_while(|&length| length == 1).collect() };
        if let Some(value) = other.only() {
            return Some(self.clone().map(|own| operator.value(own, value)));
        }
        if let Some(value) = self.only() {
            return Some(other.clone().map(|its| operator.value(value, its)));
        }
        let shape = if self.shape.len() >= other.shape.len() { &self.shape } else { &other.shape };
        (core(&self.shape) == core(&other.shape)).then(|| {
            let values = self.values.iter().zip(&other.values).map(|(own, its)| operator.value(*own, *its)).collect();
            Constant { shape: shape.clone(), values }
        })
    }

    /// The axes in another order; none where `order` names no such order.
    pub fn transposed(&self, order: &[usize]) -> Option<Constant> {
        let shape: Option<Vec<usize>> = order.iter().map(|&axis| self.shape.get(axis).copied()).collect();
        let shape = shape.filter(|shape| shape.len() == self.shape.len() && size(shape) == size(&self.shape))?;
        let places = permuted_places(&self.shape, order);
        Some(Constant { shape, values: places.into_iter().map(|place| self.values[place]).collect() })
    }
}

/// For each place of the permuted array, row by row, the place in the array of this shape. `order` must be a permutation.
pub(super) fn permuted_places(shape: &[usize], order: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    let mut places = vec![0];
    for &axis in order {
        let along = |place: usize| (0..shape[axis]).map(move |step| (place, step));
        let stride = strides[axis];
        places = places.into_iter().flat_map(along).map(|(place, step)| place + step * stride).collect();
    }
    places
}
