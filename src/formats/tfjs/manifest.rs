//! The list of a model's tensors, and where in the files beside it their values are.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use half::f16;
use serde::Deserialize;
use serde_json::Value;

use crate::formats::FormatError;
use crate::formats::keras::AGAIN;
use crate::formats::shape::size;
use crate::formats::tensor_info::TensorInfo;
use crate::formats::tensors::{TensorFile, TensorSource, ValuesError};
use crate::io::{OpenFile, companion};

/// Weights that lie one after the other in the bytes of all the group's files.
#[derive(Deserialize)]
pub(super) struct Group {
    paths: Vec<PathBuf>,
    pub(super) weights: Vec<Weight>,
}

#[derive(Deserialize)]
pub(super) struct Weight {
    pub(super) name: String,
    shape: Vec<usize>,
    dtype: String,
    quantization: Option<Quantization>,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, Deserialize)]
struct Quantization {
    dtype: String,
    min: Option<f64>,
    scale: Option<f64>,
}

/// Where the values of each tensor are.
pub(super) struct TfjsTensors {
    /// For each group, its files and their lengths.
    groups: Vec<Vec<Part>>,
    tensors: Vec<StoredTensor>,
}

struct StoredTensor {
    group: usize,
    start: u64,
    bytes: usize,
    element: Element,
}

#[derive(Clone, Copy)]
enum Element {
    F32,
    F16,
    I32,
    U8 {
        min: f64,
        scale: f64,
    },
    U16 {
        min: f64,
        scale: f64,
    },
    /// Numbers of so many bytes that no weight is: pairs of floats.
    Unread(usize),
    /// Texts, each behind its length in four bytes.
    Text,
}

impl Element {
    /// None where not even the length of a value is known.
    fn from_number(weight: &Weight) -> Option<Element> {
        let stored = weight.quantization.as_ref().map_or(weight.dtype.as_str(), |quantization| &quantization.dtype);
        let attribute = |stored: &Quantization| Some((stored.min?, stored.scale?));
        let (min, scale) = match &weight.quantization {
            // Halves are kept without a scale.
            Some(stored) if stored.dtype != "float16" => attribute(stored)?,
            _ => (0.0, 1.0),
        };
        match stored {
            "string" => Some(Element::Text),
            "complex64" | "int64" | "uint64" | "float64" => Some(Element::Unread(8)),
            "uint32" => Some(Element::Unread(4)),
            "int16" | "bfloat16" => Some(Element::Unread(2)),
            "int8" => Some(Element::Unread(1)),
            "complex128" => Some(Element::Unread(16)),
            "float32" => Some(Element::F32),
            "float16" => Some(Element::F16),
            "int32" => Some(Element::I32),
            "uint8" | "bool" => Some(Element::U8 { min, scale }),
            "uint16" => Some(Element::U16 { min, scale }),
            _ => None,
        }
    }

    /// The bytes of one value; of a text those that say its length.
    fn bytes(self) -> usize {
        match self {
            Element::F32 | Element::I32 | Element::Text => 4,
            Element::F16 | Element::U16 { .. } => 2,
            Element::U8 { .. } => 1,
            Element::Unread(bytes) => bytes,
        }
    }

    fn decode(self, bytes: &[u8]) -> Vec<f64> {
        let pairs = || bytes.as_chunks::<2>().0.iter();
        let fours = || bytes.as_chunks::<4>().0.iter();
        match self {
            Element::F32 => fours().map(|chunk| f64::from(f32::from_le_bytes(*chunk))).collect(),
            Element::I32 => fours().map(|chunk| f64::from(i32::from_le_bytes(*chunk))).collect(),
            Element::F16 => pairs().map(|chunk| f16::from_le_bytes(*chunk).to_f64()).collect(),
            Element::Unread(_) | Element::Text => Vec::new(),
            Element::U8 { min, scale } => bytes.iter().map(|byte| f64::from(*byte) * scale + min).collect(),
            Element::U16 { min, scale } => {
                pairs().map(|chunk| f64::from(u16::from_le_bytes(*chunk)) * scale + min).collect()
            }
        }
    }
}

/// A file of a group.
#[derive(Clone)]
pub(super) struct Part {
    path: PathBuf,
    file: OpenFile,
}

impl TensorSource for TfjsTensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        self.numbers(index).map_err(ValuesError::Tensor)
    }
}

impl TfjsTensors {
    pub(super) fn numbers(&self, index: usize) -> Result<Vec<f64>, String> {
        let tensor = self.tensors.get(index).ok_or("is not in the file")?;
        let files = self.groups.get(tensor.group).map_or(&[][..], Vec::as_slice);
        Ok(tensor.element.decode(&read(files, tensor.start, tensor.bytes)?))
    }
}

/// The tensors of a manifest and where they are.
pub(super) struct Manifest {
    pub(super) infos: Vec<TensorInfo>,
    pub(super) positions: TfjsTensors,
}

impl Manifest {
    pub(super) fn into_file(self, path: &Path) -> TensorFile {
        let files = self.positions.groups.iter().flatten().map(|part| part.file.length());
        let held = files.fold(0, u64::saturating_add);
        TensorFile::new(path, self.infos, self.positions).with_companions(held)
    }
}

pub(super) fn placed(path: &Path, manifest: &[Group]) -> Result<Manifest, FormatError> {
    let content = |position: String, problem: String| FormatError::Content { path: path.into(), position, problem };
    let (mut groups, mut placed, mut infos) = (Vec::new(), Vec::new(), Vec::new());
    let mut counts: HashMap<&str, usize> = HashMap::new();
    // A file that is named again is not opened again.
    let mut open: HashMap<PathBuf, Part> = HashMap::new();
    for (group, Group { paths, weights }) in manifest.iter().enumerate() {
        let mut files = Vec::with_capacity(paths.len());
        for name in paths {
            let file = companion(path, name).map_err(|problem| {
                let position = format!("weightsManifest, file `{}`,", name.display());
                content(position, format!("{problem}; put all parts into one folder"))
            })?;
            let part = match open.get(&file) {
                Some(known) => Part::clone(known),
                None => {
                    let opened = OpenFile::open(&file);
                    let opened = opened.map_err(|source| FormatError::Read { path: file.clone(), source })?;
                    let part = Part { path: file.clone(), file: opened };
                    open.insert(file, part.clone());
                    part
                }
            };
            files.push(part);
        }
        let available = files.iter().fold(0_u64, |sum, part| sum.saturating_add(part.file.length()));
        let mut start = 0_u64;
        for weight in weights {
            let position = || format!("weightsManifest, weight `{}`,", weight.name);
            let element = Element::from_number(weight).ok_or_else(|| {
                content(
                    position(),
                    format!("is of type `{}`, which is not read; convert the model to float32", weight.dtype),
                )
            })?;
            let length = size(&weight.shape).and_then(|count| match element {
                Element::Text => length_of_texts(&files, start, count, available),
                _ => count.checked_mul(element.bytes()),
            });
            let length = length.filter(|&length| start.checked_add(length as u64).is_some_and(|end| end <= available));
            let Some(length) = length else {
                let problem =
                    format!("reaches beyond the {available} bytes of its files; get the parts that belong together");
                return Err(content(position(), problem));
            };
            placed.push(StoredTensor { group, start, bytes: length, element });
            // Layers of models within the model may have equal names; each tensor needs its own.
            let count = counts.entry(&weight.name).or_insert(0);
            *count += 1;
            let name = if *count == 1 { weight.name.clone() } else { format!("{}{AGAIN}{count}", weight.name) };
            infos.push(TensorInfo {
                name,
                shape: weight.shape.clone(),
                dtype: weight.dtype.to_uppercase().replace("FLOAT", "F"),
                bytes: length as u64,
                is_numeric: !matches!(element, Element::Unread(_) | Element::Text),
                in_model: true,
            });
            start += length as u64;
        }
        groups.push(files);
    }
    Ok(Manifest { infos, positions: TfjsTensors { groups, tensors: placed } })
}

/// So many bytes of a group's files.
fn read(files: &[Part], start: u64, count: usize) -> Result<Vec<u8>, String> {
    let mut bytes = crate::io::reserved(count).map_err(|error| format!("cannot be read ({error})"))?;
    let mut file_start = 0;
    for Part { path, file } in files {
        let length = file.length();
        let wanted = start + bytes.len() as u64;
        let left = (count - bytes.len()) as u64;
        if left > 0 && wanted >= file_start && wanted < file_start + length {
            let start = wanted - file_start;
            let read = file.read(start..start + left.min(length - start));
            bytes.extend(read.map_err(|error| format!("cannot be read from {} ({error})", path.display()))?);
        }
        file_start += length;
    }
    if bytes.len() < count {
        return Err("reaches beyond the end of its files; get the parts that belong together".into());
    }
    Ok(bytes)
}

/// The bytes that so many texts take, each behind its length; none where they do not end within the files.
fn length_of_texts(files: &[Part], start: u64, count: usize, available: u64) -> Option<usize> {
    let mut end = start;
    for _ in 0..count {
        let ahead = end.checked_add(4).filter(|ahead| *ahead <= available)?;
        let attribute = read(files, end, 4).ok()?.first_chunk().map(|four| u32::from_le_bytes(*four))?;
        end = ahead.checked_add(u64::from(attribute)).filter(|end| *end <= available)?;
    }
    usize::try_from(end - start).ok()
}
