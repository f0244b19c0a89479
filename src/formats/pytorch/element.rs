//! The types of numbers that a storage holds.

use crate::formats::elements::{FloatType, IntegerType};

/// The type of a storage's elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Element {
    /// As safetensors writes it.
    pub name: &'static str,
    /// Bytes of one element.
    pub size: usize,
    /// How they are read; `None` for what is no single number.
    pub number: Option<Number>,
}

/// How an element is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Float(FloatType),
    Whole(IntegerType),
}

/// Names of storage classes and of dtypes, and what they hold.
const ELEMENTS: [(&str, &str, Element); 25] = [
    ("DoubleStorage", "float64", float("F64", FloatType::F64)),
    ("FloatStorage", "float32", float("F32", FloatType::F32)),
    ("HalfStorage", "float16", float("F16", FloatType::F16)),
    ("BFloat16Storage", "bfloat16", float("BF16", FloatType::BF16)),
    ("Float8_e4m3fnStorage", "float8_e4m3fn", float("F8_E4M3", FloatType::F8E4M3)),
    ("Float8_e5m2Storage", "float8_e5m2", float("F8_E5M2", FloatType::F8E5M2)),
    ("Float8_e4m3fnuzStorage", "float8_e4m3fnuz", float("F8_E4M3FNUZ", FloatType::F8E4M3Fnuz)),
    ("Float8_e5m2fnuzStorage", "float8_e5m2fnuz", float("F8_E5M2FNUZ", FloatType::F8E5M2Fnuz)),
    ("Float8_e8m0fnuStorage", "float8_e8m0fnu", float("F8_E8M0", FloatType::F8E8M0)),
    ("LongStorage", "int64", whole("I64", IntegerType::I64)),
    ("IntStorage", "int32", whole("I32", IntegerType::I32)),
    ("ShortStorage", "int16", whole("I16", IntegerType::I16)),
    ("CharStorage", "int8", whole("I8", IntegerType::I8)),
    ("ByteStorage", "uint8", whole("U8", IntegerType::U8)),
    ("UInt16Storage", "uint16", whole("U16", IntegerType::U16)),
    ("UInt32Storage", "uint32", whole("U32", IntegerType::U32)),
    ("UInt64Storage", "uint64", whole("U64", IntegerType::U64)),
    ("BoolStorage", "bool", whole("BOOL", IntegerType::Bool)),
    ("QInt8Storage", "qint8", whole("QINT8", IntegerType::I8)),
    ("QUInt8Storage", "quint8", whole("QUINT8", IntegerType::U8)),
    ("QInt32Storage", "qint32", whole("QINT32", IntegerType::I32)),
    ("ComplexFloatStorage", "complex64", element("C64", 8, None)),
    ("ComplexDoubleStorage", "complex128", element("C128", 16, None)),
    ("ComplexHalfStorage", "complex32", element("C32", 4, None)),
    ("UntypedStorage", "", whole("U8", IntegerType::U8)),
];

const fn element(name: &'static str, size: usize, number: Option<Number>) -> Element {
    Element { name, size, number }
}

const fn float(name: &'static str, float: FloatType) -> Element {
    element(name, float.size(), Some(Number::Float(float)))
}

const fn whole(name: &'static str, whole: IntegerType) -> Element {
    element(name, whole.size(), Some(Number::Whole(whole)))
}

impl Element {
    /// What a class of storages holds.
    pub fn of_storage(class: &str) -> Option<Element> {
        let (.., element) = ELEMENTS.iter().find(|(storage, ..)| *storage == class)?;
        Some(*element)
    }

    /// What a dtype names.
    pub fn of_dtype(dtype: &str) -> Option<Element> {
        let (.., element) = ELEMENTS.iter().find(|(_, name, _)| !name.is_empty() && *name == dtype)?;
        Some(*element)
    }

    /// Whether the numbers can be weights as they are.
    pub fn is_weight(self) -> bool {
        matches!(self.number, Some(Number::Float(_)))
    }

    /// The numbers at these places of `bytes`, counted in elements; `None` for what is no single number.
    pub fn gather(self, bytes: &[u8], positions: impl Iterator<Item = usize>) -> Option<Vec<f64>> {
        Some(match self.number? {
            Number::Float(float) => float.gather(bytes, positions),
            Number::Whole(whole) => {
                let stored = whole.decode(bytes);
                positions.filter_map(|position| stored.get(position).copied()).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dtype: &str, bytes: &[u8]) -> Vec<f64> {
        let element = Element::of_dtype(dtype).unwrap();
        element.gather(bytes, 0..bytes.len() / element.size).unwrap()
    }

    #[test]
    fn one_byte_is_a_small_float() {
        assert_eq!(
            of("float8_e4m3fn", &[0x38, 0xb8, 0x7e, 0x01, 0x08]),
            [1.0, -1.0, 448.0, 2_f64.powi(-9), 2_f64.powi(-6)]
        );
        assert_eq!(of("float8_e5m2", &[0x3c, 0x7b, 0x01, 0x7c]), [1.0, 57344.0, 2_f64.powi(-16), f64::INFINITY]);
        assert_eq!(of("float8_e4m3fnuz", &[0x40, 0x7f, 0x01]), [1.0, 240.0, 2_f64.powi(-10)]);
        assert_eq!(of("float8_e5m2fnuz", &[0x40, 0x7f]), [1.0, 57344.0]);
        assert!(of("float8_e4m3fn", &[0x7f])[0].is_nan() && of("float8_e5m2fnuz", &[0x80])[0].is_nan());
    }

    #[test]
    fn whole_numbers_keep_their_sign() {
        assert_eq!(of("int8", &[0xff, 0x7f]), [-1.0, 127.0]);
        assert_eq!(of("int64", &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), [-2.0]);
        assert_eq!(of("uint16", &[0xff, 0xff, 1]), [65535.0]);
        assert!(Element::of_dtype("complex64").unwrap().gather(&[0; 8], 0..1).is_none());
        assert!(Element::of_dtype("").is_none());
    }
}
