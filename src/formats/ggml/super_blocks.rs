//! Blocks of 256 values, whose parts have scales of few bits within the scale of the whole.

use half::f16;

use super::blocks::{NON_LINEAR, chosen};
use super::bytes::{half, nibbles, piece};

/// The values of a block.
const VALUES: usize = 256;

/// The byte at this place; 0 beyond the end.
fn at(bytes: &[u8], position: usize) -> u8 {
    bytes.get(position).copied().unwrap_or_default()
}

/// Two bits of each value: in the bytes of each half of a block the first 32 values are the lowest bits, and so on.
fn two_bits(bytes: &[u8], position: usize) -> u8 {
    at(bytes, position / 128 * 32 + position % 32) >> (2 * (position % 128 / 32)) & 3
}

/// Four bits of each value: 32 bytes hold 64 values, the lower halves first.
fn four_bits(bytes: &[u8], position: usize) -> u8 {
    at(bytes, position / 64 * 32 + position % 32) >> (4 * (position % 64 / 32)) & 15
}

/// One bit of each value: 32 bytes, the lowest bits first.
fn one_bit(bytes: &[u8], position: usize) -> u8 {
    at(bytes, position % 32) >> (position / 32) & 1
}

pub(super) fn q2_k(block: &[u8], values: &mut Vec<f64>) {
    let (scales, quants) = (piece(block, 0, 16), piece(block, 16, 64));
    let (scale, least) = (half(block, 80), half(block, 82));
    values.extend((0..VALUES).map(|position| {
        let own = at(scales, position / 16);
        scale * f64::from(own & 15) * f64::from(two_bits(quants, position)) - least * f64::from(own >> 4)
    }));
}

pub(super) fn q3_k(block: &[u8], values: &mut Vec<f64>) {
    let (mask, quants, packed) = (piece(block, 0, 32), piece(block, 32, 64), piece(block, 96, 12));
    let scale = half(block, 108);
    let own: [f64; 16] = std::array::from_fn(|part| {
        let low = at(packed, part % 8) >> (4 * (part / 8)) & 15;
        let high = at(packed, 8 + part % 4) >> (2 * (part / 4)) & 3;
        f64::from(low | high << 4) - 32.0
    });
    values.extend((0..VALUES).map(|position| {
        // The third bit says that nothing is taken off.
        let quant = f64::from(two_bits(quants, position)) - 4.0 * f64::from(1 - one_bit(mask, position));
        scale * own[position / 16] * quant
    }));
}

/// Eight scales and eight offsets of six bits each, in twelve bytes.
fn six_bits(packed: &[u8], part: usize) -> (f64, f64) {
    let (scale, least) = if part < 4 {
        (at(packed, part) & 63, at(packed, part + 4) & 63)
    } else {
        let (first, second, both) = (at(packed, part - 4), at(packed, part), at(packed, part + 4));
        (both & 15 | first >> 2 & 0x30, both >> 4 | second >> 2 & 0x30)
    };
    (f64::from(scale), f64::from(least))
}

pub(super) fn q4_k(block: &[u8], values: &mut Vec<f64>) {
    let (scale, least) = (half(block, 0), half(block, 2));
    let (packed, quants) = (piece(block, 4, 12), piece(block, 16, 128));
    let own: [(f64, f64); 8] = std::array::from_fn(|part| six_bits(packed, part));
    values.extend((0..VALUES).map(|position| {
        let (own_scale, own_least) = own[position / 32];
        scale * own_scale * f64::from(four_bits(quants, position)) - least * own_least
    }));
}

pub(super) fn q5_k(block: &[u8], values: &mut Vec<f64>) {
    let (scale, least) = (half(block, 0), half(block, 2));
    let (packed, high, quants) = (piece(block, 4, 12), piece(block, 16, 32), piece(block, 48, 128));
    let own: [(f64, f64); 8] = std::array::from_fn(|part| six_bits(packed, part));
    values.extend((0..VALUES).map(|position| {
        let (own_scale, own_least) = own[position / 32];
        let quant = four_bits(quants, position) | one_bit(high, position) << 4;
        scale * own_scale * f64::from(quant) - least * own_least
    }));
}

pub(super) fn q6_k(block: &[u8], values: &mut Vec<f64>) {
    let (low, high, scales) = (piece(block, 0, 128), piece(block, 128, 64), piece(block, 192, 16));
    let scale = half(block, 208);
    values.extend((0..VALUES).map(|position| {
        let nibble = at(low, position / 128 * 64 + position % 64) >> (4 * (position % 128 / 64)) & 15;
        let quant = f64::from(nibble | two_bits(high, position) << 4) - 32.0;
        scale * f64::from(at(scales, position / 16).cast_signed()) * quant
    }));
}

/// A scale of 32 bits, and the sums of the values behind them.
pub(super) fn q8_k(block: &[u8], values: &mut Vec<f64>) {
    let scale = block.first_chunk().map_or(0.0, |bytes| f64::from(f32::from_le_bytes(*bytes)));
    values.extend(piece(block, 4, VALUES).iter().map(|quant| scale * f64::from(quant.cast_signed())));
}

pub(super) fn iq4_xs(block: &[u8], values: &mut Vec<f64>) {
    let scale = half(block, 0);
    let high = u16::from_le_bytes([at(block, 2), at(block, 3)]);
    let (low, quants) = (piece(block, 4, 4), piece(block, 8, 128));
    for (part, quants) in quants.chunks_exact(16).enumerate() {
        let nibble = u16::from(at(low, part / 2) >> (4 * (part % 2)) & 15);
        let own = f64::from(nibble | (high >> (2 * part) & 3) << 4) - 32.0;
        values.extend(nibbles(quants).map(|quant| scale * own * chosen(&NON_LINEAR, quant)));
    }
}

/// Values of −1, 0 and 1: five of them, or the last ones four, are the digits of a byte in base three.
pub(super) fn tq1_0(block: &[u8], values: &mut Vec<f64>) {
    let scale = f16::from_le_bytes([at(block, 52), at(block, 53)]).to_f64();
    for (start, length, digits) in [(0, 32, 5), (32, 16, 5), (48, 4, 4)] {
        for digit in 0..digits {
            let power = 3_u8.wrapping_pow(digit);
            values.extend(piece(block, start, length).iter().map(|byte| {
                let leading = (u16::from(byte.wrapping_mul(power)) * 3) >> 8;
                scale * (f64::from(leading) - 1.0)
            }));
        }
    }
}

/// Values of −1, 0, 1 and 2.
pub(super) fn tq2_0(block: &[u8], values: &mut Vec<f64>) {
    let (quants, scale) = (piece(block, 0, 64), half(block, 64));
    values.extend((0..VALUES).map(|position| scale * (f64::from(two_bits(quants, position)) - 1.0)));
}
