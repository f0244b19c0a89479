//! The parts of a block.

use half::f16;

/// The 16-bit number at this place of a block; 0 beyond its end.
pub(super) fn half(block: &[u8], at: usize) -> f64 {
    match block.get(at..at + 2) {
        Some([low, high]) => f16::from_le_bytes([*low, *high]).to_f64(),
        _ => 0.0,
    }
}

/// The bytes of a block from `start` on, `length` of them.
pub(super) fn piece(block: &[u8], start: usize, length: usize) -> &[u8] {
    block.get(start..start + length).unwrap_or_default()
}

/// The lower halves of all bytes, then the upper ones.
pub(super) fn nibbles(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().map(|byte| byte & 15).chain(bytes.iter().map(|byte| byte >> 4))
}
