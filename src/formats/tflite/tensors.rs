//! The tensors of a file: where their bytes lie and what numbers they are.

use std::ops::Range;
use std::sync::Arc;

use half::{bf16, f16};

use crate::formats::shape::size;
use crate::formats::tensor_info::TensorInfo;
use crate::formats::tensorflow::Array;
use crate::formats::tensors::{TensorSource, ValuesError};

/// A value of the graph, which is a constant where it has bytes.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    /// Which axes are open until the graph is run.
    pub open: Vec<bool>,
    pub element: ElementType,
    pub position: Option<Range<usize>>,
    pub quantization: Option<Quantization>,
    /// Why it cannot be read, in words behind its name.
    pub unread: Option<String>,
    /// Whether it keeps its numbers from one run to the next.
    pub is_variable: bool,
}

/// What whole numbers stand for: scale·(number − zero), along an axis where there are several.
#[derive(Clone, Debug)]
pub(super) struct Quantization {
    pub scales: Vec<f64>,
    pub zeros: Vec<i64>,
    pub axis: usize,
    /// Whether its numbers stand for something else.
    pub is_special: bool,
}

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ElementType {
    F32,
    F16,
    BF16,
    F64,
    I4,
    U4,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    Bool,
    Other(i8),
}

impl ElementType {
    pub fn of_code(code: i8) -> ElementType {
        match code {
            0 => ElementType::F32,
            1 => ElementType::F16,
            2 => ElementType::I32,
            3 => ElementType::U8,
            4 => ElementType::I64,
            6 => ElementType::Bool,
            7 => ElementType::I16,
            9 => ElementType::I8,
            10 => ElementType::F64,
            12 => ElementType::U64,
            15 => ElementType::U32,
            16 => ElementType::U16,
            17 => ElementType::I4,
            18 => ElementType::BF16,
            20 => ElementType::U4,
            other => ElementType::Other(other),
        }
    }

    pub fn name(self) -> String {
        match self {
            ElementType::Bool => "BOOL".into(),
            ElementType::Other(5) => "STRING".into(),
            ElementType::Other(8) => "COMPLEX64".into(),
            ElementType::Other(11) => "COMPLEX128".into(),
            ElementType::Other(13) => "RESOURCE".into(),
            ElementType::Other(14) => "VARIANT".into(),
            ElementType::Other(19) => "I2".into(),
            ElementType::Other(code) => format!("number {code} of the schema"),
            known => format!("{known:?}"),
        }
    }

    pub fn is_float(self) -> bool {
        matches!(self, ElementType::F32 | ElementType::F16 | ElementType::BF16 | ElementType::F64)
    }

    /// The bytes of so many elements; none where the type is not read.
    fn bytes(self, elements: usize) -> Option<usize> {
        let each = match self {
            ElementType::I4 | ElementType::U4 => return Some(elements.div_ceil(2)),
            ElementType::I8 | ElementType::U8 | ElementType::Bool => 1,
            ElementType::F16 | ElementType::BF16 | ElementType::I16 | ElementType::U16 => 2,
            ElementType::F32 | ElementType::I32 | ElementType::U32 => 4,
            ElementType::F64 | ElementType::I64 | ElementType::U64 => 8,
            ElementType::Other(_) => return None,
        };
        elements.checked_mul(each)
    }

    fn decode(self, bytes: &[u8], elements: usize) -> Vec<f64> {
        let halves = || bytes.iter().flat_map(|byte| [byte & 15, byte >> 4]).take(elements);
        match self {
            // The first of two numbers lies in the lower half of their byte.
            ElementType::I4 => halves().map(|half| f64::from((half << 4).cast_signed() >> 4)).collect(),
            ElementType::U4 => halves().map(f64::from).collect(),
            ElementType::I8 => bytes.iter().map(|byte| f64::from(byte.cast_signed())).collect(),
            ElementType::U8 | ElementType::Bool => bytes.iter().map(|byte| f64::from(*byte)).collect(),
            ElementType::F16 => chunks(bytes, |chunk| f16::from_le_bytes(chunk).to_f64()),
            ElementType::BF16 => chunks(bytes, |chunk| bf16::from_le_bytes(chunk).to_f64()),
            ElementType::I16 => chunks(bytes, |chunk| f64::from(i16::from_le_bytes(chunk))),
            ElementType::U16 => chunks(bytes, |chunk| f64::from(u16::from_le_bytes(chunk))),
            ElementType::F32 => chunks(bytes, |chunk| f64::from(f32::from_le_bytes(chunk))),
            ElementType::I32 => chunks(bytes, |chunk| f64::from(i32::from_le_bytes(chunk))),
            ElementType::U32 => chunks(bytes, |chunk| f64::from(u32::from_le_bytes(chunk))),
            ElementType::F64 => chunks(bytes, f64::from_le_bytes),
            ElementType::I64 => chunks(bytes, |chunk| i64::from_le_bytes(chunk) as f64),
            ElementType::U64 => chunks(bytes, |chunk| u64::from_le_bytes(chunk) as f64),
            ElementType::Other(_) => Vec::new(),
        }
    }
}

fn chunks<const SIZE: usize>(bytes: &[u8], value: impl Fn([u8; SIZE]) -> f64) -> Vec<f64> {
    bytes.as_chunks::<SIZE>().0.iter().map(|chunk| value(*chunk)).collect()
}

impl Tensor {
    /// Whether its numbers stand for real ones: floats, or whole numbers with a scale.
    pub fn is_real(&self) -> bool {
        self.element.is_float() || self.quantization.is_some()
    }

    /// Whether its whole numbers stand for real ones.
    pub fn is_quantised(&self) -> bool {
        !self.element.is_float() && self.quantization.is_some()
    }

    /// The shape without the samples; none where another axis is open, or there is no axis behind that of the samples.
    pub fn sample_shape(&self) -> Option<Vec<usize>> {
        self.shape.first()?;
        self.sample_axes().into_iter().collect()
    }

    /// The length of each axis without that of the samples; none for those that are open.
    pub fn sample_axes(&self) -> Vec<Option<usize>> {
        let lengths = self.shape.iter().enumerate().skip(1);
        lengths.map(|(axis, length)| (self.open.get(axis) != Some(&true)).then_some(*length)).collect()
    }

    /// The numbers, in real numbers where they are quantised; else why not, in words behind its name.
    pub fn values(&self, file: &[u8]) -> Result<Vec<f64>, String> {
        if let Some(why) = &self.unread {
            return Err(why.clone());
        }
        let elements = size(&self.shape).unwrap_or(usize::MAX);
        let expected = self.element.bytes(elements);
        let expected = expected.ok_or_else(|| format!("is of type {}, which is not read", self.element.name()))?;
        let bytes = self.position.clone().and_then(|position| file.get(position)).unwrap_or_default();
        if bytes.len() != expected {
            return Err(format!("has {} bytes where its shape needs {expected}; save the file again", bytes.len()));
        }
        let values = self.element.decode(bytes, elements);
        match &self.quantization {
            Some(quantization) if !self.element.is_float() => quantization.real(values, &self.shape),
            _ => Ok(values),
        }
    }
}

impl Quantization {
    fn real(&self, mut values: Vec<f64>, shape: &[usize]) -> Result<Vec<f64>, String> {
        let zeros = match self.zeros.len() {
            0 => vec![0.0; self.scales.len()],
            _ => self.zeros.iter().map(|zero| *zero as f64).collect(),
        };
        let length = self.scales.len();
        let unfitting = || format!("has {length} scales and {} zero points that do not fit its shape", zeros.len());
        if zeros.len() != length {
            return Err(unfitting());
        }
        let (axis, inner) = match length {
            1 => (1, usize::MAX),
            _ if shape.get(self.axis) == Some(&length) => (length, shape[self.axis + 1..].iter().product()),
            _ => return Err(unfitting()),
        };
        for (position, value) in values.iter_mut().enumerate() {
            let at = position / inner.max(1) % axis;
            *value = self.scales[at] * (*value - zeros[at]);
        }
        Ok(values)
    }
}

/// How a constant is shown: kernels with their axes as outputs × inputs × height × width, as the operator tells them.
pub(super) struct Shown {
    pub tensor: Tensor,
    pub axes: Option<[usize; 4]>,
}

impl Shown {
    pub fn info(&self) -> TensorInfo {
        let Tensor { name, shape, position, .. } = &self.tensor;
        let shape = match self.axes {
            Some(axes) => axes.iter().filter_map(|&axis| shape.get(axis).copied()).collect(),
            None => shape.clone(),
        };
        TensorInfo {
            name: name.clone(),
            shape,
            dtype: self.tensor.element.name(),
            bytes: position.as_ref().map_or(0, |position| position.len() as u64),
            // Whole numbers without a scale are shapes, axes and paddings.
            is_numeric: self.tensor.is_real() && self.tensor.unread.is_none(),
            in_model: true,
        }
    }
}

/// The constants of a file.
pub(super) struct TfliteTensors {
    pub file: Arc<[u8]>,
    pub shown: Vec<Shown>,
}

impl TensorSource for TfliteTensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let Some(Shown { tensor, axes }) = self.shown.get(index) else {
            return Err(ValuesError::Tensor("is not in the file".into()));
        };
        let values = tensor.values(self.file.as_ref()).map_err(ValuesError::Tensor)?;
        let Some(axes) = axes else { return Ok(values) };
        let ordered = Array::new(tensor.shape.clone(), values).and_then(|array| array.permuted(axes));
        ordered.map(Array::into_values).ok_or_else(|| ValuesError::Tensor("is no kernel of four axes".into()))
    }
}
