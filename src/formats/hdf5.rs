//! Tensors of HDF5 files, which Keras writes.
//!
//! An HDF5 file is a tree of groups with datasets as leaves, but nothing in the format keeps a group from holding
//! itself; the walk is bounded in depth and in the number of objects.

use std::collections::HashMap;
use std::path::Path;

use hdf5_pure::{AttrValue, DType, Dataset, Datatype, DatatypeByteOrder, File, Group};

use super::FormatError;
use super::elements::FloatType;
use super::tensors::{TensorFile, TensorInfo, TensorSource, ValuesError};

/// How deep groups may lie within each other. Keras nests three or four deep for each model within a model.
const DEEPEST: usize = 48;
/// The most groups and datasets that are looked at.
const MOST_OBJECTS: usize = 50_000;
/// A dataset may take this many times its file's size in memory, as 16-bit numbers do when they are read in 64 bits…
const LARGEST_EXPANSION: u64 = 4;
/// …and this much in any case.
const ALWAYS_READ_BYTES: u64 = 32 << 20;
const FORMAT: &str = "HDF5";

/// The datasets of a file that is open, each with the type of its values where HDF5 itself does not have it.
struct Hdf5Tensors {
    datasets: Vec<(Dataset, Option<SmallFloat>)>,
    file_bytes: u64,
}

/// What a walk through the groups finds.
pub(super) struct Hdf5File {
    pub tensors: TensorFile,
    /// The text attributes of the root.
    pub attributes: HashMap<String, String>,
    /// The groups with a `name` attribute: that name, and the group's path.
    pub named_groups: Vec<(String, String)>,
    /// For each group with a list `weight_names`, that list by the group's path.
    pub weight_names: HashMap<String, Vec<String>>,
}

/// A float of eight or sixteen bits.
#[derive(Clone, Copy)]
struct SmallFloat {
    float: FloatType,
    is_reversed: bool,
}

impl TensorSource for Hdf5Tensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        self.numbers(index).map_err(ValuesError::Tensor)
    }
}

impl Hdf5Tensors {
    fn numbers(&self, index: usize) -> Result<Vec<f64>, String> {
        let (dataset, small) = self.datasets.get(index).ok_or("is not in the file")?;
        let count = elements(dataset)?.checked_mul(8);
        let most = self.file_bytes.saturating_mul(LARGEST_EXPANSION).saturating_add(ALWAYS_READ_BYTES);
        if count.is_none_or(|bytes| bytes > most) {
            return Err("claims far more values than its file can hold; save the file again".into());
        }
        let unreadable = |error: hdf5_pure::Error| format!("cannot be read ({error}); save the file again");
        let values = match small {
            Some(small) => small.decode(dataset.read_raw().map_err(unreadable)?),
            None => dataset.read_f64().map_err(unreadable)?,
        };
        let expected = elements(dataset)?;
        // A changed type may keep several numbers, or parts of one, where the shape counts one.
        if values.len() as u64 != expected {
            return Err(format!("claims {expected} values, but {} are stored; save the file again", values.len()));
        }
        Ok(values)
    }
}

/// Walks through the groups of the file whose bytes are given. `path` is the file they are from.
pub(super) fn open(path: &Path, bytes: Vec<u8>) -> Result<Hdf5File, FormatError> {
    let file_bytes = bytes.len() as u64;
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    let file = File::from_bytes(bytes).map_err(|error| damaged(error.to_string()))?;
    let mut walk = Walk::default();
    walk.group(&file.root(), "", 0).map_err(damaged)?;
    let attributes = file.root().attrs().map_err(|error| damaged(error.to_string()))?;
    let text = |(name, value): (String, hdf5_pure::AttrValue)| Some((name, value.as_str()?.to_owned()));
    let attributes = attributes.into_iter().filter_map(text).collect();
    let source = Hdf5Tensors { datasets: walk.datasets, file_bytes };
    let tensors = TensorFile::new(path, walk.tensors, source);
    Ok(Hdf5File { tensors, attributes, named_groups: walk.named_groups, weight_names: walk.weight_names })
}

#[derive(Default)]
struct Walk {
    objects: usize,
    tensors: Vec<TensorInfo>,
    datasets: Vec<(Dataset, Option<SmallFloat>)>,
    named_groups: Vec<(String, String)>,
    weight_names: HashMap<String, Vec<String>>,
}

impl Walk {
    fn group(&mut self, group: &Group, prefix: &str, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err(format!("its groups lie more than {DEEPEST} deep within each other"));
        }
        let words = |error: hdf5_pure::Error| error.to_string();
        if depth > 0 {
            let attributes = group.attrs().map_err(words)?;
            let path = prefix.trim_end_matches('/');
            if let Some(name) = attributes.get("name").and_then(|value| value.as_str()) {
                self.named_groups.push((name.to_owned(), path.to_owned()));
            }
            if let Some(names) = listed(&attributes, "weight_names") {
                self.weight_names.insert(path.to_owned(), names);
            }
        }
        let mut datasets: Vec<(String, Dataset)> = group.iter_datasets().map_err(words)?.collect();
        datasets.sort_by(|(left, _), (right, _)| super::names::natural_order(left, right));
        for (name, dataset) in datasets {
            self.count()?;
            let (info, small) = info(format!("{prefix}{name}"), &dataset)?;
            self.tensors.push(info);
            self.datasets.push((dataset, small));
        }
        let mut groups: Vec<(String, Group)> = group.iter_groups().map_err(words)?.collect();
        groups.sort_by(|(left, _), (right, _)| super::names::natural_order(left, right));
        for (name, child) in groups {
            self.count()?;
            self.group(&child, &format!("{prefix}{name}/"), depth + 1)?;
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), String> {
        self.objects += 1;
        if self.objects > MOST_OBJECTS {
            return Err(format!("it holds more than {MOST_OBJECTS} groups and datasets"));
        }
        Ok(())
    }
}

/// A list of texts, which is spread over several attributes where it is long.
fn listed(attributes: &HashMap<String, AttrValue>, name: &str) -> Option<Vec<String>> {
    let texts = |value: &AttrValue| match value.as_strings() {
        Some(texts) => texts.to_vec(),
        // An empty list is kept as one of numbers.
        None => value.as_str().map(str::to_owned).into_iter().collect(),
    };
    if let Some(value) = attributes.get(name) {
        return Some(texts(value));
    }
    let parts = (0..).map_while(|part| attributes.get(&format!("{name}{part}")));
    let list: Vec<String> = parts.flat_map(texts).collect();
    (!list.is_empty()).then_some(list)
}

impl SmallFloat {
    /// A type of HDF5's own, or one that a framework keeps as bytes and names beside them.
    fn of(datatype: &Datatype, named: Option<&str>) -> Option<SmallFloat> {
        match datatype {
            Datatype::FloatingPoint { size: 2, byte_order, layout } => {
                let float = match (layout.exponent_size, layout.mantissa_size) {
                    (5, 10) => FloatType::F16,
                    (8, 7) => FloatType::BF16,
                    _ => return None,
                };
                Some(SmallFloat { float, is_reversed: matches!(byte_order, DatatypeByteOrder::BigEndian) })
            }
            Datatype::Opaque { size, .. } => {
                let float = match (named?, size) {
                    ("bfloat16", 2) => FloatType::BF16,
                    ("float8_e4m3fn", 1) => FloatType::F8E4M3,
                    ("float8_e5m2", 1) => FloatType::F8E5M2,
                    _ => return None,
                };
                Some(SmallFloat { float, is_reversed: false })
            }
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self.float {
            FloatType::F16 => "F16",
            FloatType::BF16 => "BF16",
            FloatType::F8E4M3 => "F8_E4M3",
            _ => "F8_E5M2",
        }
    }

    fn decode(self, mut bytes: Vec<u8>) -> Vec<f64> {
        if self.is_reversed {
            bytes.chunks_exact_mut(self.float.size()).for_each(<[u8]>::reverse);
        }
        self.float.decode(&bytes)
    }
}

fn info(name: String, dataset: &Dataset) -> Result<(TensorInfo, Option<SmallFloat>), String> {
    let words = |error: hdf5_pure::Error| format!("dataset `{name}`: {error}");
    let axes = dataset.shape().map_err(words)?;
    let dtype = dataset.dtype().map_err(words)?;
    let attributes = dataset.attrs().unwrap_or_default();
    let named = attributes.get("dtype").and_then(|value| value.as_str());
    let small = match &dtype {
        DType::Other(datatype) => SmallFloat::of(datatype, named),
        _ => None,
    };
    let (dtype, is_numeric) = match dtype {
        DType::Other(_) if small.is_some() => (small.map_or("", SmallFloat::name).to_owned(), true),
        DType::String | DType::VariableLengthString => ("TEXT".to_owned(), false),
        DType::Other(_) | DType::Compound(_) | DType::Enum(_) | DType::Array(..) | DType::ObjectReference => {
            (named.unwrap_or("OTHER").to_uppercase(), false)
        }
        number => (number.to_string().to_uppercase(), true),
    };
    let bytes = elements(dataset).ok().zip(dataset.element_size().ok());
    let bytes = bytes.and_then(|(count, size)| count.checked_mul(size)).unwrap_or(u64::MAX);
    let shape = axes.into_iter().map(|length| usize::try_from(length).unwrap_or(usize::MAX)).collect();
    // The optimizer's own numbers are no part of the network.
    let in_model = !name.starts_with("optimizer");
    Ok((TensorInfo { name, shape, dtype, bytes, is_numeric, in_model }, small))
}

fn elements(dataset: &Dataset) -> Result<u64, String> {
    let shape = dataset.shape().map_err(|error| error.to_string())?;
    let product = shape.iter().try_fold(1_u64, |product, &length| product.checked_mul(length));
    product.ok_or_else(|| "has an absurdly large shape; save the file again".into())
}
