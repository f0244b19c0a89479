//! The types of numbers that a storage holds.

use crate::formats::elements::FloatType;

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
    /// One byte: a sign, an exponent and these many bits of mantissa.
    Small(SmallFloat),
    Signed,
    Unsigned,
}

/// A floating point number of one byte.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SmallFloat {
    mantissa_bits: u32,
    bias: i32,
    special: Special,
}

/// What the patterns stand for that are no plain number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Special {
    /// The largest exponent holds infinity and NaN.
    Ieee,
    /// Only the pattern of all ones is NaN.
    Finite,
    /// Only minus zero is NaN.
    Unsigned,
}

/// Names of storage classes and of dtypes, and what they hold.
const ELEMENTS: [(&str, &str, Element); 24] = [
    ("DoubleStorage", "float64", float("F64", FloatType::F64)),
    ("FloatStorage", "float32", float("F32", FloatType::F32)),
    ("HalfStorage", "float16", float("F16", FloatType::F16)),
    ("BFloat16Storage", "bfloat16", float("BF16", FloatType::BF16)),
    ("Float8_e4m3fnStorage", "float8_e4m3fn", small("F8_E4M3", 3, 7, Special::Finite)),
    ("Float8_e5m2Storage", "float8_e5m2", small("F8_E5M2", 2, 15, Special::Ieee)),
    ("Float8_e4m3fnuzStorage", "float8_e4m3fnuz", small("F8_E4M3FNUZ", 3, 8, Special::Unsigned)),
    ("Float8_e5m2fnuzStorage", "float8_e5m2fnuz", small("F8_E5M2FNUZ", 2, 16, Special::Unsigned)),
    ("LongStorage", "int64", element("I64", 8, Some(Number::Signed))),
    ("IntStorage", "int32", element("I32", 4, Some(Number::Signed))),
    ("ShortStorage", "int16", element("I16", 2, Some(Number::Signed))),
    ("CharStorage", "int8", element("I8", 1, Some(Number::Signed))),
    ("ByteStorage", "uint8", element("U8", 1, Some(Number::Unsigned))),
    ("UInt16Storage", "uint16", element("U16", 2, Some(Number::Unsigned))),
    ("UInt32Storage", "uint32", element("U32", 4, Some(Number::Unsigned))),
    ("UInt64Storage", "uint64", element("U64", 8, Some(Number::Unsigned))),
    ("BoolStorage", "bool", element("BOOL", 1, Some(Number::Unsigned))),
    ("QInt8Storage", "qint8", element("QINT8", 1, Some(Number::Signed))),
    ("QUInt8Storage", "quint8", element("QUINT8", 1, Some(Number::Unsigned))),
    ("QInt32Storage", "qint32", element("QINT32", 4, Some(Number::Signed))),
    ("ComplexFloatStorage", "complex64", element("C64", 8, None)),
    ("ComplexDoubleStorage", "complex128", element("C128", 16, None)),
    ("ComplexHalfStorage", "complex32", element("C32", 4, None)),
    ("UntypedStorage", "", element("U8", 1, Some(Number::Unsigned))),
];

const fn element(name: &'static str, size: usize, number: Option<Number>) -> Element {
    Element { name, size, number }
}

const fn float(name: &'static str, float: FloatType) -> Element {
    let size = match float {
        FloatType::F64 => 8,
        FloatType::F32 => 4,
        FloatType::F16 | FloatType::BF16 => 2,
    };
    element(name, size, Some(Number::Float(float)))
}

const fn small(name: &'static str, mantissa_bits: u32, bias: i32, special: Special) -> Element {
    element(name, 1, Some(Number::Small(SmallFloat { mantissa_bits, bias, special })))
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
        matches!(self.number, Some(Number::Float(_) | Number::Small(_)))
    }

    /// The numbers at these places of `bytes`, counted in elements; `None` for what is no single number.
    pub fn gather(self, bytes: &[u8], places: impl Iterator<Item = usize>) -> Option<Vec<f64>> {
        let size = self.size;
        let stored = move |place: usize| bytes.get(place.checked_mul(size)?..)?.get(..size);
        let unsigned = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        Some(match self.number? {
            Number::Float(float) => float.gather(bytes, places),
            Number::Small(small) => places.filter_map(stored).map(|bytes| small.value(unsigned(bytes) as u8)).collect(),
            Number::Unsigned => places.filter_map(stored).map(|bytes| unsigned(bytes) as f64).collect(),
            Number::Signed => {
                let unused = 64 - 8 * size as u32;
                let signed = |bytes| ((unsigned(bytes) << unused) as i64 >> unused) as f64;
                places.filter_map(stored).map(signed).collect()
            }
        })
    }
}

impl SmallFloat {
    fn value(self, byte: u8) -> f64 {
        let mantissa_range = 1_u32 << self.mantissa_bits;
        let (magnitude, sign) = (u32::from(byte & 0x7f), if byte & 0x80 == 0 { 1.0 } else { -1.0 });
        let (exponent, mantissa) = (magnitude >> self.mantissa_bits, magnitude % mantissa_range);
        let largest = 0x7f >> self.mantissa_bits;
        match self.special {
            Special::Ieee if exponent == largest && mantissa == 0 => return sign * f64::INFINITY,
            Special::Ieee if exponent == largest => return f64::NAN,
            Special::Finite if magnitude == 0x7f => return f64::NAN,
            Special::Unsigned if byte == 0x80 => return f64::NAN,
            _ => {}
        }
        let leading = if exponent == 0 { 0 } else { mantissa_range };
        let power = exponent.max(1) as i32 - self.bias - self.mantissa_bits as i32;
        sign * f64::from(leading + mantissa) * 2.0_f64.powi(power)
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
