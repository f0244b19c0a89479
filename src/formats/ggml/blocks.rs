//! Blocks of 32 values with one scale, and of 64 values with four.

use super::bytes::{half, nibbles, piece};
use crate::formats::elements::power;

/// The values that four bits choose from.
pub(super) const NON_LINEAR: [i8; 16] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
/// Twice the floating point numbers that four bits can be.
const DOUBLED_E2M1: [i8; 16] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

pub(super) fn chosen(table: &[i8; 16], position: u8) -> f64 {
    f64::from(table.get(usize::from(position)).copied().unwrap_or_default())
}

pub(super) fn q4_0(block: &[u8], values: &mut Vec<f64>) {
    let scale = half(block, 0);
    values.extend(nibbles(piece(block, 2, 16)).map(|quant| scale * (f64::from(quant) - 8.0)));
}

pub(super) fn q4_1(block: &[u8], values: &mut Vec<f64>) {
    let (scale, least) = (half(block, 0), half(block, 2));
    values.extend(nibbles(piece(block, 4, 16)).map(|quant| scale * f64::from(quant) + least));
}

/// Four bits of each value, and the fifth bits of all together.
fn five_bits<'a>(high: &'a [u8], low: &'a [u8]) -> impl Iterator<Item = f64> {
    let high = high.iter().rev().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
    nibbles(low).enumerate().map(move |(position, quant)| f64::from(u32::from(quant) | (high >> position & 1) << 4))
}

pub(super) fn q5_0(block: &[u8], values: &mut Vec<f64>) {
    let scale = half(block, 0);
    values.extend(five_bits(piece(block, 2, 4), piece(block, 6, 16)).map(|quant| scale * (quant - 16.0)));
}

pub(super) fn q5_1(block: &[u8], values: &mut Vec<f64>) {
    let (scale, least) = (half(block, 0), half(block, 2));
    values.extend(five_bits(piece(block, 4, 4), piece(block, 8, 16)).map(|quant| scale * quant + least));
}

pub(super) fn q8_0(block: &[u8], values: &mut Vec<f64>) {
    let scale = half(block, 0);
    values.extend(piece(block, 2, 32).iter().map(|quant| scale * f64::from(quant.cast_signed())));
}

/// As Q8_0, with the sum of its values behind the scale.
pub(super) fn q8_1(block: &[u8], values: &mut Vec<f64>) {
    let scale = half(block, 0);
    values.extend(piece(block, 4, 32).iter().map(|quant| scale * f64::from(quant.cast_signed())));
}

pub(super) fn iq4_nl(block: &[u8], values: &mut Vec<f64>) {
    let scale = half(block, 0);
    values.extend(nibbles(piece(block, 2, 16)).map(|quant| scale * chosen(&NON_LINEAR, quant)));
}

/// The scale is a power of two.
pub(super) fn mxfp4(block: &[u8], values: &mut Vec<f64>) {
    let exponent = block.first().copied().unwrap_or_default();
    // One less, because the values of the table are doubled.
    let scale = power(i32::from(exponent) - 128);
    values.extend(nibbles(piece(block, 1, 16)).map(|quant| scale * chosen(&DOUBLED_E2M1, quant)));
}

/// Four scales of eight bits, for 16 values each.
pub(super) fn nvfp4(block: &[u8], values: &mut Vec<f64>) {
    for (scale, quants) in piece(block, 0, 4).iter().zip(piece(block, 4, 32).chunks_exact(8)) {
        let (exponent, fraction) = (i32::from(scale >> 3 & 15), f64::from(scale & 7));
        let scale = match (*scale, exponent) {
            (0 | 0x7f, _) => 0.0,
            (_, 0) => fraction * power(-10),
            // One less, because the values of the table are doubled.
            (_, exponent) => (1.0 + fraction / 8.0) * power(exponent - 8),
        };
        values.extend(nibbles(quants).map(|quant| scale * chosen(&DOUBLED_E2M1, quant)));
    }
}
