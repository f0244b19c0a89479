//! Values of a file, decoded as they are read: beside them no more than a piece of the file is in memory.

use std::ops::Range;

use super::tensors::ValuesError;
use crate::io::{OpenFile, reserved};

/// The values at this place of the file, where units of so many bytes hold so many values each.
pub(super) fn decoded(
    file: &OpenFile,
    range: Range<u64>,
    unit_bytes: usize,
    unit_values: usize,
    decode: impl Fn(&[u8]) -> Vec<f64>,
) -> Result<Vec<f64>, ValuesError> {
    let units = range.end.saturating_sub(range.start) / unit_bytes.max(1) as u64;
    let count = usize::try_from(units).unwrap_or(usize::MAX).saturating_mul(unit_values);
    let mut values = reserved(count).map_err(ValuesError::Read)?;
    file.pieces(range, unit_bytes, &mut |bytes| values.extend(decode(bytes))).map_err(ValuesError::Read)?;
    Ok(values)
}
