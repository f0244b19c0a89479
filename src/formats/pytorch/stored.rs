//! A tensor as PyTorch stores it: a view, with strides, of a storage.

use std::collections::HashMap;

use crate::formats::elements::FloatType;
use crate::pickle::{Pickle, Value};

/// Wrappers in wrappers end here.
const DEEPEST_WRAPPER: usize = 8;
/// More axes than any weight has.
const MOST_AXES: usize = 16;
/// A tensor with a stride of 0 repeats its values without storing them; more than this many are not spelled out.
const MOST_REPEATED: u64 = 1 << 20;

/// The type of a storage's elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Element {
    /// As safetensors writes it.
    pub name: &'static str,
    /// Bytes of one element.
    pub size: usize,
    /// `None` for what is no weight.
    pub float: Option<FloatType>,
}

/// Names of storage classes and of dtypes, and what they hold.
const ELEMENTS: [(&str, &str, Element); 13] = [
    ("DoubleStorage", "float64", element("F64", 8, Some(FloatType::F64))),
    ("FloatStorage", "float32", element("F32", 4, Some(FloatType::F32))),
    ("HalfStorage", "float16", element("F16", 2, Some(FloatType::F16))),
    ("BFloat16Storage", "bfloat16", element("BF16", 2, Some(FloatType::BF16))),
    ("LongStorage", "int64", element("I64", 8, None)),
    ("IntStorage", "int32", element("I32", 4, None)),
    ("ShortStorage", "int16", element("I16", 2, None)),
    ("CharStorage", "int8", element("I8", 1, None)),
    ("ByteStorage", "uint8", element("U8", 1, None)),
    ("BoolStorage", "bool", element("BOOL", 1, None)),
    ("ComplexFloatStorage", "complex64", element("C64", 8, None)),
    ("ComplexDoubleStorage", "complex128", element("C128", 16, None)),
    ("UntypedStorage", "uint8", element("U8", 1, None)),
];

const fn element(name: &'static str, size: usize, float: Option<FloatType>) -> Element {
    Element { name, size, float }
}

/// Where the values of a tensor are. Offset and strides count elements.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredTensor {
    pub storage: String,
    pub shape: Vec<usize>,
    strides: Vec<usize>,
    offset: usize,
    float: Option<FloatType>,
}

impl StoredTensor {
    /// The number of values; as large as can be where it is absurd.
    pub fn elements(&self) -> u64 {
        self.shape.iter().fold(1_u64, |product, axis| product.saturating_mul(*axis as u64))
    }

    /// The values in row-major order, from the bytes of the storage; in words, why there are none.
    pub fn values(&self, bytes: &[u8]) -> Result<Vec<f64>, String> {
        let float = self.float.ok_or("holds integers or complex numbers; only F64, F32, F16 and BF16 are weights")?;
        if self.shape.contains(&0) {
            return Ok(Vec::new());
        }
        let beyond = || "reaches beyond the end of its storage; save the file again".to_owned();
        let reach = self.shape.iter().zip(&self.strides).try_fold(self.offset, |reach, (axis, stride)| {
            (axis - 1).checked_mul(*stride).and_then(|step| reach.checked_add(step))
        });
        let stored = bytes.len() / float.size();
        let reach = reach.filter(|reach| *reach < stored).ok_or_else(beyond)?;
        let elements = self.elements();
        if elements > stored as u64 && elements > MOST_REPEATED {
            return Err("repeats its values without end; save a contiguous copy of it".into());
        }
        let bytes = bytes.get(self.offset * float.size()..(reach + 1) * float.size()).ok_or_else(beyond)?;
        if self.is_contiguous() {
            return Ok(float.decode(bytes));
        }
        // Every value on its own, in the order of the rows.
        let places = (0..elements as usize).map(|place| {
            let (mut rest, mut source) = (place, 0);
            for (axis, stride) in self.shape.iter().zip(&self.strides).rev() {
                source += rest % axis * stride;
                rest /= axis;
            }
            source
        });
        Ok(float.gather(bytes, places))
    }

    fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.shape.iter().zip(&self.strides).rev().all(|(axis, stride)| {
            let fits = *axis == 1 || *stride == expected;
            expected *= axis;
            fits
        })
    }
}

/// The tensor that a value is, with its element type; `None` for any other value.
pub(super) fn tensor(pickle: &Pickle<'_>, value: Value) -> Option<(StoredTensor, Element)> {
    let mut value = value;
    for _ in 0..DEEPEST_WRAPPER {
        let (module, name, arguments) = pickle.call(value)?;
        if !matches!(
            module.as_ref(),
            "torch._utils" | "torch._tensor" | "torch.nn.parameter" | "torch" | "torch.tensor"
        ) {
            return None;
        }
        match (name.as_ref(), arguments) {
            ("_rebuild_tensor" | "_rebuild_tensor_v2", [storage, offset, shape, strides, ..]) => {
                return rebuilt(pickle, *storage, *offset, *shape, *strides, None);
            }
            ("_rebuild_tensor_v3", [storage, offset, shape, strides, _, _, dtype, ..]) => {
                return rebuilt(pickle, *storage, *offset, *shape, *strides, Some(*dtype));
            }
            ("_rebuild_parameter" | "_rebuild_parameter_with_state" | "Parameter" | "Buffer", [data, ..]) => {
                value = *data
            }
            // A subclass of tensors: the function that rebuilds the plain tensor, its class, and the arguments.
            ("_rebuild_from_type_v2", [function, _, arguments, ..]) => {
                let (_, name) = pickle.global(*function)?;
                return match (name.as_ref(), pickle.sequence(*arguments)?) {
                    ("_rebuild_tensor_v2", [storage, offset, shape, strides, ..]) => {
                        rebuilt(pickle, *storage, *offset, *shape, *strides, None)
                    }
                    ("_rebuild_parameter", [data, ..]) => tensor_once(pickle, *data),
                    _ => None,
                };
            }
            _ => return None,
        }
    }
    None
}

/// A tensor without wrappers around it.
fn tensor_once(pickle: &Pickle<'_>, value: Value) -> Option<(StoredTensor, Element)> {
    match pickle.call(value)? {
        (_, name, [storage, offset, shape, strides, ..]) if name == "_rebuild_tensor_v2" => {
            rebuilt(pickle, *storage, *offset, *shape, *strides, None)
        }
        _ => None,
    }
}

fn rebuilt(
    pickle: &Pickle<'_>,
    storage: Value,
    offset: Value,
    shape: Value,
    strides: Value,
    dtype: Option<Value>,
) -> Option<(StoredTensor, Element)> {
    let storage = Storage::new(pickle, storage)?;
    let element = match dtype {
        Some(dtype) => {
            let (_, name) = pickle.global(dtype)?;
            ELEMENTS.iter().find(|(_, dtype, _)| *dtype == name)?.2
        }
        None => storage.element,
    };
    let (shape, strides) = (axes(pickle, shape)?, axes(pickle, strides)?);
    if shape.len() != strides.len() {
        return None;
    }
    let offset = storage.view_offset.checked_add(index(offset)?)?;
    Some((StoredTensor { storage: storage.key, shape, strides, offset, float: element.float }, element))
}

fn axes(pickle: &Pickle<'_>, value: Value) -> Option<Vec<usize>> {
    // `torch.Size` is a class around the tuple.
    let values = match pickle.call(value) {
        Some((_, name, [inside])) if name == "Size" => pickle.sequence(*inside)?,
        _ => pickle.sequence(value)?,
    };
    (values.len() <= MOST_AXES).then(|| values.iter().map(|axis| index(*axis)).collect())?
}

fn index(value: Value) -> Option<usize> {
    match value {
        Value::Int(value) => usize::try_from(value).ok(),
        _ => None,
    }
}

/// What a pickle says of a storage: `('storage', class, key, device, elements)`, in old files with a view behind it.
struct Storage {
    key: String,
    element: Element,
    view_offset: usize,
}

impl Storage {
    fn new(pickle: &Pickle<'_>, value: Value) -> Option<Storage> {
        let id = pickle.persistent(value)?;
        let parts = pickle.sequence(id)?;
        let [kind, class, key, _device, _elements, view @ ..] = parts else { return None };
        if pickle.text(*kind)? != "storage" {
            return None;
        }
        let (_, class) = pickle.global(*class)?;
        let element = ELEMENTS.iter().find(|(storage, ..)| *storage == class)?.2;
        let key = match key {
            Value::Int(key) => key.to_string(),
            key => pickle.text(*key)?.into_owned(),
        };
        let view = view.first().and_then(|view| pickle.sequence(*view));
        let view_offset = match view {
            Some([_, offset, ..]) => index(*offset)?,
            _ => 0,
        };
        Some(Storage { key, element, view_offset })
    }
}

/// The bytes of an element of each storage that the pickle names.
pub(super) fn element_sizes(pickle: &Pickle<'_>) -> HashMap<String, usize> {
    let storages = pickle.values().filter_map(|value| Storage::new(pickle, value));
    storages.map(|storage| (storage.key, storage.element.size)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(shape: &[usize], strides: &[usize], offset: usize) -> StoredTensor {
        let float = Some(FloatType::F32);
        StoredTensor { storage: "0".into(), shape: shape.to_vec(), strides: strides.to_vec(), offset, float }
    }

    #[test]
    fn strides_are_followed() {
        let bytes: Vec<u8> = (0..6_u8).flat_map(|value| f32::from(value).to_le_bytes()).collect();
        assert_eq!(view(&[2, 3], &[3, 1], 0).values(&bytes).unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(view(&[3, 2], &[1, 3], 0).values(&bytes).unwrap(), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(view(&[2], &[2], 1).values(&bytes).unwrap(), [1.0, 3.0]);
        assert_eq!(view(&[2, 2], &[0, 1], 4).values(&bytes).unwrap(), [4.0, 5.0, 4.0, 5.0]);
        assert_eq!(view(&[], &[], 5).values(&bytes).unwrap(), [5.0]);
        assert!(view(&[0, 9], &[1, 1], 0).values(&bytes).unwrap().is_empty());
    }

    #[test]
    fn nothing_beyond_the_storage_is_read() {
        let bytes = [0; 24];
        for (shape, strides, offset) in
            [(&[7][..], &[1][..], 0), (&[2, 3], &[3, 1], 1), (&[2], &[usize::MAX], 1), (&[], &[], 6)]
        {
            assert!(view(shape, strides, offset).values(&bytes).unwrap_err().contains("beyond"), "{shape:?}");
        }
        let endless = view(&[1 << 40, 6], &[0, 1], 0).values(&bytes).unwrap_err();
        assert!(endless.contains("without end"), "{endless}");
    }
}
