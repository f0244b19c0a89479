//! The types of elements in ONNX files.

use super::message::element;
use crate::formats::elements::FloatType;

/// A type of numbers that can be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Element {
    number: i32,
}

/// A float of few bits.
struct Small {
    exponent_bits: u32,
    fraction_bits: u32,
    bias: i32,
    specials: Specials,
}

/// Which of its patterns of bits are no numbers.
enum Specials {
    /// The largest exponent, as in IEEE 754.
    Exponent,
    /// All bits but the sign.
    AllOnes,
    /// The negative zero.
    NegativeZero,
    None,
}

impl Element {
    /// The type of this number in `TensorProto.DataType`, if it is one of numbers that are read.
    pub fn from_number(number: i32) -> Option<Element> {
        let is_read = !matches!(number, element::STRING | element::COMPLEX64 | element::COMPLEX128);
        (is_read && type_name(number) != UNKNOWN).then_some(Element { number })
    }

    pub fn number(self) -> i32 {
        self.number
    }

    pub fn name(self) -> &'static str {
        type_name(self.number)
    }

    /// The bits of a value.
    pub fn bits(self) -> usize {
        match self.number {
            element::DOUBLE | element::INT64 | element::UINT64 => 64,
            element::FLOAT | element::INT32 | element::UINT32 => 32,
            element::FLOAT16 | element::BFLOAT16 | element::INT16 | element::UINT16 => 16,
            element::INT4 | element::UINT4 | element::FLOAT4E2M1 => 4,
            _ => 8,
        }
    }

    /// The bytes of so many values.
    pub fn bytes(self, count: usize) -> Option<usize> {
        count.checked_mul(self.bits()).map(|bits| bits.div_ceil(8))
    }

    pub fn kind(self) -> Kind {
        match self.number {
            element::BOOL => Kind::Truth,
            element::FLOAT | element::DOUBLE | element::FLOAT16 | element::BFLOAT16 => Kind::Float,
            element::FLOAT8E4M3FN..=element::FLOAT8E5M2FNUZ | element::FLOAT4E2M1 => Kind::Float,
            _ => Kind::Integer,
        }
    }

    /// The least and the largest value of an integer type of up to 16 bits.
    pub fn range(self) -> Option<(f64, f64)> {
        match self.number {
            element::INT4 => Some((-8.0, 7.0)),
            element::UINT4 => Some((0.0, 15.0)),
            element::INT8 => Some((-128.0, 127.0)),
            element::UINT8 => Some((0.0, 255.0)),
            element::INT16 => Some((-32768.0, 32767.0)),
            element::UINT16 => Some((0.0, 65535.0)),
            _ => None,
        }
    }

    /// The least and the largest value of an integer type whose values 64 bits of float tell apart.
    pub fn whole_range(self) -> Option<(f64, f64)> {
        match self.number {
            element::INT32 => Some((f64::from(i32::MIN), f64::from(i32::MAX))),
            element::UINT32 => Some((0.0, f64::from(u32::MAX))),
            _ => self.range(),
        }
    }

    /// The nearest of the values of a float of at most 8 bits, of two as near the one whose last bit is 0; none beyond
    /// the largest.
    pub fn nearest(self, value: f64) -> Option<f64> {
        let codes = 0..=(u8::MAX >> (8 - self.bits()));
        let values = codes.filter_map(|code| Some((code, *self.decode(&[code], 1).first()?)));
        let finite: Vec<(u8, f64)> = values.filter(|(_, value)| value.is_finite()).collect();
        let largest = finite.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        let distance = |found: f64| (found - value).abs();
        let nearest = finite.into_iter().min_by(|(code, left), (other, right)| {
            distance(*left).total_cmp(&distance(*right)).then((code & 1).cmp(&(other & 1)))
        });
        nearest.map(|(_, value)| value).filter(|_| value.abs() <= largest)
    }

    /// The first `count` values in `raw`, least significant byte first.
    pub fn decode(self, raw: &[u8], count: usize) -> Vec<f64> {
        match self.number {
            element::FLOAT => FloatType::F32.decode(raw),
            element::DOUBLE => FloatType::F64.decode(raw),
            element::FLOAT16 => FloatType::F16.decode(raw),
            element::BFLOAT16 => FloatType::BF16.decode(raw),
            element::INT64 => raw.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes) as f64).collect(),
            element::UINT64 => raw.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes) as f64).collect(),
            element::INT32 => {
                raw.as_chunks::<4>().0.iter().map(|bytes| f64::from(i32::from_le_bytes(*bytes))).collect()
            }
            element::UINT32 => {
                raw.as_chunks::<4>().0.iter().map(|bytes| f64::from(u32::from_le_bytes(*bytes))).collect()
            }
            element::INT16 => {
                raw.as_chunks::<2>().0.iter().map(|bytes| f64::from(i16::from_le_bytes(*bytes))).collect()
            }
            element::UINT16 => {
                raw.as_chunks::<2>().0.iter().map(|bytes| f64::from(u16::from_le_bytes(*bytes))).collect()
            }
            element::INT8 => raw.iter().map(|byte| f64::from(byte.cast_signed())).collect(),
            element::INT4 => {
                halves(raw, count).map(|half| f64::from(if half > 7 { half as i8 - 16 } else { half as i8 })).collect()
            }
            element::UINT4 => halves(raw, count).map(f64::from).collect(),
            element::FLOAT4E2M1 => halves(raw, count).map(|bits| small(4).value(bits)).collect(),
            number @ element::FLOAT8E4M3FN..=element::FLOAT8E5M2FNUZ => {
                let small = small(number);
                raw.iter().map(|bits| small.value(*bits)).collect()
            }
            _ => raw.iter().map(|byte| f64::from(*byte)).collect(),
        }
    }
}

/// Two values a byte, the first in the lower half.
fn halves(raw: &[u8], count: usize) -> impl Iterator<Item = u8> + '_ {
    raw.iter().flat_map(|byte| [byte & 15, byte >> 4]).take(count)
}

fn small(number: i32) -> Small {
    let (exponent_bits, fraction_bits, bias, specials) = match number {
        element::FLOAT8E4M3FN => (4, 3, 7, Specials::AllOnes),
        element::FLOAT8E4M3FNUZ => (4, 3, 8, Specials::NegativeZero),
        element::FLOAT8E5M2 => (5, 2, 15, Specials::Exponent),
        element::FLOAT8E5M2FNUZ => (5, 2, 16, Specials::NegativeZero),
        _ => (2, 1, 1, Specials::None),
    };
    Small { exponent_bits, fraction_bits, bias, specials }
}

impl Small {
    fn value(&self, bits: u8) -> f64 {
        let bits = u32::from(bits);
        let fraction = bits & ((1 << self.fraction_bits) - 1);
        let exponent = bits >> self.fraction_bits & ((1 << self.exponent_bits) - 1);
        let is_negative = bits >> (self.fraction_bits + self.exponent_bits) & 1 == 1;
        let sign = if is_negative { -1.0 } else { 1.0 };
        let largest = (1 << self.exponent_bits) - 1;
        let is_largest_fraction = fraction + 1 == 1 << self.fraction_bits;
        match self.specials {
            Specials::Exponent if exponent == largest => {
                return if fraction == 0 { sign * f64::INFINITY } else { f64::NAN };
            }
            Specials::AllOnes if exponent == largest && is_largest_fraction => return f64::NAN,
            Specials::NegativeZero if is_negative && exponent == 0 && fraction == 0 => return f64::NAN,
            _ => {}
        }
        let part = f64::from(fraction) / f64::from(1_u32 << self.fraction_bits);
        let power = |exponent: i32| 2.0_f64.powi(exponent - self.bias);
        match exponent {
            0 => sign * part * power(1),
            exponent => sign * (1.0 + part) * power(exponent as i32),
        }
    }
}

const UNKNOWN: &str = "unknown";

/// What a type is called.
pub(super) fn type_name(number: i32) -> &'static str {
    match number {
        element::FLOAT => "F32",
        element::UINT8 => "U8",
        element::INT8 => "I8",
        element::UINT16 => "U16",
        element::INT16 => "I16",
        element::INT32 => "I32",
        element::INT64 => "I64",
        element::STRING => "STRING",
        element::BOOL => "BOOL",
        element::FLOAT16 => "F16",
        element::DOUBLE => "F64",
        element::UINT32 => "U32",
        element::UINT64 => "U64",
        element::COMPLEX64 => "C64",
        element::COMPLEX128 => "C128",
        element::BFLOAT16 => "BF16",
        element::FLOAT8E4M3FN => "F8_E4M3",
        element::FLOAT8E4M3FNUZ => "F8_E4M3FNUZ",
        element::FLOAT8E5M2 => "F8_E5M2",
        element::FLOAT8E5M2FNUZ => "F8_E5M2FNUZ",
        element::UINT4 => "U4",
        element::INT4 => "I4",
        element::FLOAT4E2M1 => "F4_E2M1",
        _ => UNKNOWN,
    }
}

/// What numbers a value is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Kind {
    #[default]
    Float,
    Integer,
    /// 0 and 1.
    Truth,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(number: i32, raw: &[u8]) -> Vec<f64> {
        Element::from_number(number).unwrap().decode(raw, 2)
    }

    #[test]
    fn floats_of_few_bits() {
        assert_eq!(one(element::FLOAT8E4M3FN, &[0x38, 0x7e]), [1.0, 448.0]);
        assert_eq!(one(element::FLOAT8E4M3FN, &[0x01, 0x88]), [2.0_f64.powi(-9), -(2.0_f64.powi(-6))]);
        assert_eq!(one(element::FLOAT8E5M2, &[0x3c, 0x7b]), [1.0, 57344.0]);
        assert_eq!(one(element::FLOAT8E4M3FNUZ, &[0x40, 0x7f]), [1.0, 240.0]);
        assert_eq!(one(element::FLOAT8E5M2FNUZ, &[0x40, 0xc0]), [1.0, -1.0]);
        assert_eq!(one(element::FLOAT4E2M1, &[0x7a]), [-1.0, 6.0]);
        assert!(one(element::FLOAT8E4M3FN, &[0x7f])[0].is_nan() && one(element::FLOAT8E5M2, &[0x7c])[0].is_infinite());
    }

    #[test]
    fn integers_of_few_bits() {
        assert_eq!(one(element::INT4, &[0x8f]), [-1.0, -8.0]);
        assert_eq!(one(element::UINT4, &[0x8f]), [15.0, 8.0]);
        assert_eq!(one(element::INT16, &[0xff, 0xff, 1, 0]), [-1.0, 1.0]);
        assert!(Element::from_number(element::STRING).is_none() && Element::from_number(99).is_none());
    }
}
