//! The floating point types that weight files hold, decoded to f64.

use half::{bf16, f16};

/// A floating point type whose values serve as weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FloatType {
    F64,
    F32,
    F16,
    BF16,
}

impl FloatType {
    /// Bytes of one value.
    pub fn size(self) -> usize {
        match self {
            FloatType::F64 => 8,
            FloatType::F32 => 4,
            FloatType::F16 | FloatType::BF16 => 2,
        }
    }

    /// The values in `bytes`, least significant byte first; a rest that is shorter than a value is left out.
    pub fn decode(self, bytes: &[u8]) -> Vec<f64> {
        self.gather(bytes, 0..bytes.len() / self.size())
    }

    /// The values at these places of `bytes`, counted in values; places beyond its end give nothing.
    pub fn gather(self, bytes: &[u8], places: impl Iterator<Item = usize>) -> Vec<f64> {
        match self {
            FloatType::F64 => gather(bytes, places, f64::from_le_bytes),
            FloatType::F32 => gather(bytes, places, |value| f64::from(f32::from_le_bytes(value))),
            FloatType::F16 => gather(bytes, places, |value| f16::from_le_bytes(value).to_f64()),
            FloatType::BF16 => gather(bytes, places, |value| bf16::from_le_bytes(value).to_f64()),
        }
    }
}

fn gather<const SIZE: usize>(
    bytes: &[u8],
    places: impl Iterator<Item = usize>,
    value: impl Fn([u8; SIZE]) -> f64,
) -> Vec<f64> {
    let stored = bytes.as_chunks::<SIZE>().0;
    // The size hint of a filter is 0: without a capacity large matrices would be copied again and again.
    let mut values = Vec::with_capacity(places.size_hint().1.unwrap_or(0).min(stored.len()));
    values.extend(places.filter_map(|place| stored.get(place)).map(|bytes| value(*bytes)));
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
}
