//! The constants of a graph: initializers, and what nodes compute from constants alone.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::element::{Element, Kind, type_name};
use super::message::{TensorProto, element};
use crate::formats::shape::size;
use crate::io::{OpenFile, companion};

/// `TensorProto.data_location`: the values are in another file.
const EXTERNAL: i32 = 1;

/// A constant that is spread may become this many times as large…
const MAX_SPREAD: usize = 64;
/// …and this large in any case.
const ALWAYS_SPREAD: usize = 1 << 16;

/// A constant with its values in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Constant {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
    pub kind: Kind,
}

/// The folder of the graph's file, whose other files may hold tensors.
pub(super) struct Folder {
    path: PathBuf,
    open: HashMap<PathBuf, OpenFile>,
}

impl Folder {
    pub fn from_path(path: &Path) -> Folder {
        Folder { path: path.into(), open: HashMap::new() }
    }

    /// The bytes that these tensors take in the graph's own file and in those beside it.
    pub fn held<'a>(&self, tensors: impl Iterator<Item = &'a TensorProto>) -> u64 {
        let mut beside = HashSet::new();
        let mut held = 0_u64;
        for tensor in tensors {
            held += (tensor.raw_data.len()
                + 4 * (tensor.float_data.len() + tensor.int32_data.len())
                + 8 * (tensor.double_data.len() + tensor.int64_data.len() + tensor.uint64_data.len()))
                as u64;
            beside
                .extend(tensor.external_data.iter().filter(|entry| entry.key == "location").map(|entry| &entry.value));
        }
        // What is not a file beside the graph is told when it is read.
        let files = beside.into_iter().filter_map(|location| companion(&self.path, Path::new(location)).ok());
        files.filter_map(|file| std::fs::metadata(file).ok()).fold(held, |sum, file| sum.saturating_add(file.len()))
    }

    /// Where the bytes of a tensor are in another file.
    fn range(&mut self, tensor: &TensorProto) -> Result<(OpenFile, std::ops::Range<u64>), String> {
        let attribute =
            |key: &str| tensor.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
        let location = Path::new(attribute("location").ok_or("does not tell the file of its values")?);
        let refused = |problem: String| format!("has its values in {}, which {problem}", location.display());
        let path = companion(&self.path, location).map_err(refused)?;
        let file = match self.open.get(&path) {
            Some(file) => file.clone(),
            None => {
                let file = OpenFile::open(&path).map_err(|error| refused(format!("cannot be read ({error})")))?;
                self.open.insert(path, file.clone());
                file
            }
        };
        let number = |key: &str, absent: u64| match attribute(key) {
            None => Ok(absent),
            Some(text) => text.parse().map_err(|_| format!("has the {key} `{text}`, which is no number")),
        };
        let available = file.length();
        let start: u64 = number("offset", 0)?;
        let length = number("length", available.saturating_sub(start))?;
        match start.checked_add(length).filter(|end| *end <= available) {
            Some(end) => Ok((file, start..end)),
            None => Err(format!("reaches beyond the {available} bytes of {}", location.display())),
        }
    }
}

/// The lengths of the axes; in words, why they make no sense.
pub(super) fn shape_of(tensor: &TensorProto) -> Result<Vec<usize>, String> {
    let lengths = tensor.dims.iter().map(|&length| usize::try_from(length).map_err(|_| length));
    lengths.collect::<Result<_, _>>().map_err(|length| format!("claims an axis of length {length}"))
}

/// The values of an initializer; in words that follow its name, why they cannot be read.
pub(super) fn decode(tensor: &TensorProto, folder: &mut Folder) -> Result<Constant, String> {
    let shape = shape_of(tensor)?;
    let element = Element::from_number(tensor.data_type);
    let element = element.ok_or_else(|| format!("is of type {}, which is not read", type_name(tensor.data_type)))?;
    let count = size(&shape).ok_or("has an absurdly large shape")?;
    let values = if tensor.data_location == EXTERNAL {
        let (file, mut range) = folder.range(tensor)?;
        // More than is needed may be kept for alignment.
        if let Some(needed) = element.bytes(count) {
            range.end = range.end.min(range.start.saturating_add(needed as u64));
        }
        let raw = file.read(range).map_err(|error| format!("cannot be read ({error})"))?;
        element.decode(&raw, count)
    } else if !tensor.raw_data.is_empty() {
        element.decode(&tensor.raw_data, count)
    } else {
        match tensor.data_type {
            element::FLOAT => tensor.float_data.iter().map(|value| f64::from(*value)).collect(),
            element::DOUBLE => tensor.double_data.clone(),
            element::INT64 => tensor.int64_data.iter().map(|value| *value as f64).collect(),
            element::UINT32 | element::UINT64 => tensor.uint64_data.iter().map(|value| *value as f64).collect(),
            element::INT32 => tensor.int32_data.iter().map(|value| f64::from(*value)).collect(),
            // All others are kept as the bits of integers.
            _ => {
                let bits = tensor.int32_data.iter();
                let raw: Vec<u8> = match element.bits() {
                    16 => bits.flat_map(|bits| (*bits as u16).to_le_bytes()).collect(),
                    _ => bits.map(|bits| *bits as u8).collect(),
                };
                element.decode(&raw, count)
            }
        }
    };
    if values.len() != count {
        let name = element.name();
        return Err(format!("claims {count} values of type {name}, but {} are stored", values.len()));
    }
    Ok(Constant { shape, values, kind: element.kind() })
}

impl Constant {
    pub fn scalar(value: f64) -> Constant {
        Constant { shape: Vec::new(), values: vec![value], kind: Kind::Float }
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

    /// Whole numbers on one axis.
    pub fn of_integers(values: impl Iterator<Item = i64>) -> Constant {
        let values: Vec<f64> = values.map(|value| value as f64).collect();
        Constant { shape: vec![values.len()], values, kind: Kind::Integer }
    }

    /// The same values under another shape of their number.
    pub fn reshaped(&self, shape: Vec<usize>) -> Option<Constant> {
        (size(&shape) == Some(self.values.len())).then(|| Constant { shape, ..self.clone() })
    }

    /// Value by value, spread as NumPy does.
    pub fn zip(&self, other: &Constant, operator: impl Fn(f64, f64) -> f64) -> Option<Constant> {
        let shape = broadcast_shape(&self.shape, &other.shape)?;
        let (own, its) = (self.spread(&shape)?, other.spread(&shape)?);
        let values = own.values.iter().zip(&its.values).map(|(own, its)| operator(*own, *its)).collect();
        Some(Constant { shape, values, kind: self.kind })
    }

    /// Repeated along axes of length 1, and along new ones in front, to this shape; not to one that is much larger.
    pub fn spread(&self, shape: &[usize]) -> Option<Constant> {
        let most = self.values.len().saturating_mul(MAX_SPREAD).saturating_add(ALWAYS_SPREAD);
        size(shape).filter(|count| *count <= most)?;
        self.spread_to(shape)
    }

    /// The same to a shape of any size, which is counted elsewhere.
    pub fn spread_to(&self, shape: &[usize]) -> Option<Constant> {
        let count = size(shape)?;
        if self.shape == shape {
            return Some(self.clone());
        }
        let added = shape.len().checked_sub(self.shape.len())?;
        let own: Vec<usize> = vec![1; added].into_iter().chain(self.shape.iter().copied()).collect();
        own.iter().zip(shape).all(|(own, target)| own == target || *own == 1).then_some(())?;
        let mut values = Vec::with_capacity(count);
        for position in 0..count {
            let (mut rest, mut at, mut stride) = (position, 0, 1);
            for (own, target) in own.iter().zip(shape).rev() {
                at += if *own == 1 { 0 } else { rest % target * stride };
                rest /= target;
                stride *= own;
            }
            values.push(*self.values.get(at)?);
        }
        Some(Constant { shape: shape.to_vec(), values, kind: self.kind })
    }

    /// The places along one axis that are picked, in this order.
    pub fn picked(&self, axis: usize, positions: &[usize]) -> Option<Constant> {
        let length = *self.shape.get(axis)?;
        positions.iter().all(|position| *position < length).then_some(())?;
        let (picked, shape) = picked_positions(&self.shape, axis, positions);
        let values: Option<Vec<f64>> = picked.into_iter().map(|position| self.values.get(position).copied()).collect();
        Some(Constant { shape, values: values?, kind: self.kind })
    }

    /// The axes in another order; none where `order` names no such order.
    pub fn transposed(&self, order: &[usize]) -> Option<Constant> {
        let shape: Option<Vec<usize>> = order.iter().map(|&axis| self.shape.get(axis).copied()).collect();
        let shape = shape.filter(|shape| shape.len() == self.shape.len() && size(shape) == size(&self.shape))?;
        let positions = permuted_places(&self.shape, order);
        Some(Constant {
            shape,
            values: positions.into_iter().map(|position| self.values[position]).collect(),
            kind: self.kind,
        })
    }
}

/// The shape to which two shapes are spread; none where they do not fit.
pub(super) fn broadcast_shape(left: &[usize], right: &[usize]) -> Option<Vec<usize>> {
    let rank = left.len().max(right.len());
    let length = |shape: &[usize], axis: usize| {
        (axis + shape.len()).checked_sub(rank).and_then(|at| shape.get(at)).copied().unwrap_or(1)
    };
    (0..rank)
        .map(|axis| match (length(left, axis), length(right, axis)) {
            (left, right) if left == right || right == 1 => Some(left),
            (1, right) => Some(right),
            _ => None,
        })
        .collect()
}

/// Where the values of some positions along an axis stand in an array of this shape, in their order, and the shape that they
/// have. The axis is one of the shape's, and the positions are on it.
pub(super) fn picked_positions(shape: &[usize], axis: usize, along: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let inner: usize = shape[axis + 1..].iter().product();
    let outer: usize = shape[..axis].iter().product();
    let mut picked = Vec::with_capacity(outer * along.len() * inner);
    for run in 0..outer {
        for position in along {
            let start = (run * shape[axis] + position) * inner;
            picked.extend(start..start + inner);
        }
    }
    let mut lengths = shape.to_vec();
    lengths[axis] = along.len();
    (picked, lengths)
}

/// For each place of the permuted array, row by row, the place in the array of this shape. `order` must be a permutation.
pub(super) fn permuted_places(shape: &[usize], order: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    let mut positions = vec![0];
    for &axis in order {
        let along = |position: usize| (0..shape[axis]).map(move |step| (position, step));
        let stride = strides[axis];
        positions = positions.into_iter().flat_map(along).map(|(position, step)| position + step * stride).collect();
    }
    positions
}
