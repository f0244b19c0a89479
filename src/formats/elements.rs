//! The number types that weight files hold, decoded to f64.

use half::{bf16, f16};

/// A floating point type whose values serve as weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FloatType {
    F64,
    F32,
    F16,
    BF16,
    /// Eight bits with four for the exponent. It has no infinity, and NaN only where all other bits are 1.
    F8E4M3,
    /// Eight bits with five for the exponent: the first half of an `F16`.
    F8E5M2,
    /// As `F8E4M3` with the exponents one lower, one zero, and NaN in the place of the other.
    F8E4M3Fnuz,
    /// As `F8E5M2` with the exponents one lower, one zero, and NaN in the place of the other.
    F8E5M2Fnuz,
    /// A power of two.
    F8E8M0,
}

impl FloatType {
    /// The type that safetensors calls so.
    pub fn of_name(name: &str) -> Option<FloatType> {
        Some(match name {
            "F64" => FloatType::F64,
            "F32" => FloatType::F32,
            "F16" => FloatType::F16,
            "BF16" => FloatType::BF16,
            "F8_E4M3" => FloatType::F8E4M3,
            "F8_E5M2" => FloatType::F8E5M2,
            "F8_E4M3FNUZ" => FloatType::F8E4M3Fnuz,
            "F8_E5M2FNUZ" => FloatType::F8E5M2Fnuz,
            "F8_E8M0" => FloatType::F8E8M0,
            _ => return None,
        })
    }

    /// Bytes of one value.
    pub const fn size(self) -> usize {
        match self {
            FloatType::F64 => 8,
            FloatType::F32 => 4,
            FloatType::F16 | FloatType::BF16 => 2,
            _ => 1,
        }
    }

    /// The values in `bytes`, least significant byte first; a rest that is shorter than a value is left out.
    pub fn decode(self, bytes: &[u8]) -> Vec<f64> {
        self.gather(bytes, 0..bytes.len() / self.size())
    }

    /// The values at these places of `bytes`, counted in values; places beyond its end give nothing.
    pub fn gather(self, bytes: &[u8], positions: impl Iterator<Item = usize>) -> Vec<f64> {
        match self {
            FloatType::F64 => gather(bytes, positions, f64::from_le_bytes),
            FloatType::F32 => gather(bytes, positions, |value| f64::from(f32::from_le_bytes(value))),
            FloatType::F16 => gather(bytes, positions, |value| f16::from_le_bytes(value).to_f64()),
            FloatType::BF16 => gather(bytes, positions, |value| bf16::from_le_bytes(value).to_f64()),
            FloatType::F8E4M3 => gather(bytes, positions, |[byte]| e4m3(byte)),
            FloatType::F8E5M2 => gather(bytes, positions, |[byte]| f16::from_le_bytes([0, byte]).to_f64()),
            FloatType::F8E4M3Fnuz => gather(bytes, positions, |[byte]| fnuz(byte, 3, 8)),
            FloatType::F8E5M2Fnuz => gather(bytes, positions, |[byte]| fnuz(byte, 2, 16)),
            FloatType::F8E8M0 => {
                gather(bytes, positions, |[byte]| if byte == 0xff { f64::NAN } else { power(i32::from(byte) - 127) })
            }
        }
    }
}

/// An integer type. Its values are weights where a scale belongs to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntegerType {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
}

impl IntegerType {
    /// The type that safetensors calls so.
    pub fn of_name(name: &str) -> Option<IntegerType> {
        Some(match name {
            "BOOL" => IntegerType::Bool,
            "U8" => IntegerType::U8,
            "I8" => IntegerType::I8,
            "U16" => IntegerType::U16,
            "I16" => IntegerType::I16,
            "U32" => IntegerType::U32,
            "I32" => IntegerType::I32,
            "U64" => IntegerType::U64,
            "I64" => IntegerType::I64,
            _ => return None,
        })
    }

    /// Bytes of one value.
    pub const fn size(self) -> usize {
        match self {
            IntegerType::Bool | IntegerType::U8 | IntegerType::I8 => 1,
            IntegerType::U16 | IntegerType::I16 => 2,
            IntegerType::U32 | IntegerType::I32 => 4,
            IntegerType::U64 | IntegerType::I64 => 8,
        }
    }

    /// The values in `bytes`, least significant byte first. Those beyond 2⁵³ are rounded.
    pub fn decode(self, bytes: &[u8]) -> Vec<f64> {
        let positions = 0..bytes.len() / self.size();
        match self {
            IntegerType::Bool => gather(bytes, positions, |[byte]| f64::from(u8::from(byte != 0))),
            IntegerType::U8 => gather(bytes, positions, |[byte]| f64::from(byte)),
            IntegerType::I8 => gather(bytes, positions, |[byte]| f64::from(byte.cast_signed())),
            IntegerType::U16 => gather(bytes, positions, |value| f64::from(u16::from_le_bytes(value))),
            IntegerType::I16 => gather(bytes, positions, |value| f64::from(i16::from_le_bytes(value))),
            IntegerType::U32 => gather(bytes, positions, |value| f64::from(u32::from_le_bytes(value))),
            IntegerType::I32 => gather(bytes, positions, |value| f64::from(i32::from_le_bytes(value))),
            IntegerType::U64 => gather(bytes, positions, |value| u64::from_le_bytes(value) as f64),
            IntegerType::I64 => gather(bytes, positions, |value| i64::from_le_bytes(value) as f64),
        }
    }
}

/// 2 to this power, exactly.
pub(super) fn power(exponent: i32) -> f64 {
    2.0_f64.powi(exponent)
}

fn e4m3(byte: u8) -> f64 {
    let (exponent, fraction) = (i32::from(byte >> 3 & 0xf), f64::from(byte & 7));
    let value = match (exponent, fraction) {
        (15, 7.0) => f64::NAN,
        (0, fraction) => fraction * power(-9),
        (exponent, fraction) => (1.0 + fraction / 8.0) * power(exponent - 7),
    };
    if byte & 0x80 == 0 { value } else { -value }
}

/// A type with so many bits of fraction and such a bias, and without negative zero and infinity.
fn fnuz(byte: u8, fraction_bits: u32, bias: i32) -> f64 {
    if byte == 0x80 {
        return f64::NAN;
    }
    let (exponent, fraction) = (i32::from((byte & 0x7f) >> fraction_bits), byte & ((1 << fraction_bits) - 1));
    let fraction = f64::from(fraction) / f64::from(1_u32 << fraction_bits);
    let value = if exponent == 0 { fraction * power(1 - bias) } else { (1.0 + fraction) * power(exponent - bias) };
    if byte & 0x80 == 0 { value } else { -value }
}

fn gather<const SIZE: usize>(
    bytes: &[u8],
    positions: impl Iterator<Item = usize>,
    value: impl Fn([u8; SIZE]) -> f64,
) -> Vec<f64> {
    let stored = bytes.as_chunks::<SIZE>().0;
    // The size hint of a filter is 0: without a capacity large matrices would be copied again and again.
    let mut values = Vec::with_capacity(positions.size_hint().1.unwrap_or(0).min(stored.len()));
    values.extend(positions.filter_map(|position| stored.get(position)).map(|bytes| value(*bytes)));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_gives_its_values() {
        assert_eq!(FloatType::F64.decode(&(-0.1_f64).to_le_bytes()), [-0.1]);
        assert_eq!(FloatType::F32.decode(&[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]), [1.0, -2.0]);
        assert_eq!(FloatType::F16.decode(&[0, 0x3c, 1, 0]), [1.0, 2.0_f64.powi(-24)]);
        assert_eq!(FloatType::BF16.decode(&[0x80, 0x3f, 0xff]), [1.0]);
        assert_eq!(FloatType::BF16.gather(&[0x80, 0x3f, 0, 0x40], [1, 2, 0].into_iter()), [2.0, 1.0]);
    }

    /// The values of these bytes by the package ml_dtypes.
    #[test]
    fn each_type_of_eight_bits_gives_its_values() {
        let bytes = [0x00, 0x01, 0x07, 0x08, 0x38, 0x7e, 0x81, 0xc5];
        let of = |float: FloatType| float.decode(&bytes);
        assert_eq!(of(FloatType::F8E4M3), [0.0, 0.001953125, 0.013671875, 0.015625, 1.0, 448.0, -0.001953125, -3.25]);
        assert_eq!(of(FloatType::F8E5M2)[..5], [0.0, 1.52587890625e-05, 0.0001068115234375, 0.0001220703125, 0.5]);
        assert_eq!(
            of(FloatType::F8E4M3Fnuz),
            [0.0, 0.0009765625, 0.0068359375, 0.0078125, 0.5, 224.0, -0.0009765625, -1.625]
        );
        assert_eq!(
            of(FloatType::F8E5M2Fnuz),
            [0.0, 7.62939453125e-06, 5.340576171875e-05, 6.103515625e-05, 0.25, 49152.0, -7.62939453125e-06, -2.5]
        );
        assert_eq!(FloatType::F8E8M0.decode(&[0, 127, 130]), [2.0_f64.powi(-127), 1.0, 8.0]);
        for (float, byte) in [
            (FloatType::F8E4M3, 0x7f),
            (FloatType::F8E5M2, 0x7f),
            (FloatType::F8E4M3Fnuz, 0x80),
            (FloatType::F8E5M2Fnuz, 0x80),
            (FloatType::F8E8M0, 0xff),
        ] {
            assert!(float.decode(&[byte])[0].is_nan(), "{float:?}");
        }
    }

    #[test]
    fn integers_have_their_sign() {
        assert_eq!(IntegerType::I8.decode(&[0x80, 0x7f]), [-128.0, 127.0]);
        assert_eq!(IntegerType::U8.decode(&[0x80]), [128.0]);
        assert_eq!(IntegerType::I32.decode(&(-5_i32).to_le_bytes()), [-5.0]);
        assert_eq!(IntegerType::Bool.decode(&[0, 2]), [0.0, 1.0]);
    }
}
