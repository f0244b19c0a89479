//! The values of a NumPy array, turned to numbers or text in row-major order.

use std::io::Read;

use half::{bf16, f16};

use super::array::{Array, Values};
use super::element::{Element, ElementKind};
use super::error::NumpyError;
use super::header::{Header, Place};

/// Values are read in pieces, so that memory follows what a file holds and not what it claims.
const CHUNK_BYTES: usize = 64 * 1024;
/// The longest text element that is read, in bytes.
const LONGEST_TEXT: usize = 16 * 1024;

/// Reads the values that follow `header`. Memory grows with the bytes that really come.
pub(super) fn read(array: &str, header: &Header, reader: &mut (impl Read + ?Sized)) -> Result<Array, NumpyError> {
    let element = header.element;
    let unsupported = || NumpyError::Element { array: array.into(), element: element.name() };
    let values = match (element.kind, element.size) {
        (ElementKind::Complex, 8 | 16) => {
            let mut parts = Vec::new();
            let half = Element { size: element.size / 2, ..element };
            decode(array, header, reader, |bytes| {
                parts.extend(bytes.chunks_exact(half.size).map(|part| float(part, half)));
            })?;
            let (pairs, _) = parts.as_chunks::<2>();
            if pairs.iter().any(|[_, imaginary]| *imaginary != 0.0) {
                return Err(NumpyError::Complex { array: array.into() });
            }
            Values::Floats(pairs.iter().map(|[real, _]| *real).collect())
        }
        (ElementKind::Float, 2 | 4 | 8) | (ElementKind::BFloat16, 2) => {
            let mut numbers = Vec::new();
            decode(array, header, reader, |bytes| numbers.push(float(bytes, element)))?;
            Values::Floats(numbers)
        }
        (ElementKind::Bool, 1) | (ElementKind::Integer | ElementKind::Unsigned, 1 | 2 | 4 | 8) => {
            let mut numbers = Vec::new();
            let mut all_fit = true;
            decode(array, header, reader, |bytes| match integer(bytes, element) {
                Some(number) => numbers.push(number),
                None => all_fit = false,
            })?;
            Values::Integers(if all_fit { numbers } else { return Err(unsupported()) })
        }
        (ElementKind::Text | ElementKind::Bytes, 1..=LONGEST_TEXT) => {
            let mut texts = Vec::new();
            decode(array, header, reader, |bytes| texts.push(text(bytes, element)))?;
            Values::Texts(texts)
        }
        _ => return Err(unsupported()),
    };
    let array = Array { shape: header.shape.clone(), values };
    Ok(if header.fortran_order { array.last_axis_fastest(header.outer_axes) } else { array })
}

fn decode(
    array: &str,
    header: &Header,
    reader: &mut (impl Read + ?Sized),
    mut each: impl FnMut(&[u8]),
) -> Result<(), NumpyError> {
    let element_size = header.element.size;
    let whole = Place { record: element_size, offset: 0, values: 1 };
    let Place { record: size, offset, values } = header.position.unwrap_or(whole);
    if header.data_bytes == 0 || size == 0 {
        return Ok(());
    }
    let of_record = offset..offset + values * element_size;
    let mut buffer = vec![0; CHUNK_BYTES / size.min(CHUNK_BYTES) * size];
    let mut left = header.data_bytes;
    while left > 0 {
        let length = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let piece = &mut buffer[..length];
        reader
            .read_exact(piece)
            .map_err(|source| NumpyError::Values { array: array.into(), reason: source.to_string() })?;
        let fields = piece.chunks_exact(size).filter_map(|record| record.get(of_record.clone()));
        fields.for_each(|field| field.chunks_exact(element_size).for_each(&mut each));
        left -= length as u64;
    }
    Ok(())
}

/// The bytes of one element with the least significant first, in the low end of a fixed array.
fn little_endian(bytes: &[u8], element: Element) -> [u8; 8] {
    let mut ordered = [0; 8];
    for (i, byte) in bytes.iter().enumerate().take(8) {
        let position = if element.big_endian { bytes.len() - 1 - i } else { i };
        ordered[position] = *byte;
    }
    ordered
}

fn float(bytes: &[u8], element: Element) -> f64 {
    let [a, b, c, d, e, f, g, h] = little_endian(bytes, element);
    match bytes.len() {
        2 if element.kind == ElementKind::BFloat16 => bf16::from_le_bytes([a, b]).to_f64(),
        2 => f16::from_le_bytes([a, b]).to_f64(),
        4 => f64::from(f32::from_le_bytes([a, b, c, d])),
        _ => f64::from_le_bytes([a, b, c, d, e, f, g, h]),
    }
}

/// `None` for an unsigned number beyond the range of signed ones.
fn integer(bytes: &[u8], element: Element) -> Option<i64> {
    let raw = u64::from_le_bytes(little_endian(bytes, element));
    // The sign of a short integer is its own highest bit.
    let unused = 64 - 8 * bytes.len();
    match element.kind {
        ElementKind::Integer => Some(((raw << unused) as i64) >> unused),
        _ => i64::try_from(raw).ok(),
    }
}

fn text(bytes: &[u8], element: Element) -> String {
    let padded: String = match element.kind {
        ElementKind::Text => bytes
            .chunks_exact(4)
            .map(|character| {
                let ordered = little_endian(character, element);
                let code = u32::from_le_bytes([ordered[0], ordered[1], ordered[2], ordered[3]]);
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            })
            .collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    padded.trim_end_matches('\0').to_owned()
}

impl Array {
    /// The same array with its first axes, as many as are said, moved from first-fastest to last-fastest order. What
    /// the other axes count stays together.
    fn last_axis_fastest(self, outer_axes: usize) -> Array {
        let Array { shape, values } = self;
        let (outer, inner) = shape.split_at(outer_axes.min(shape.len()));
        let together = inner.iter().product();
        let values = match values {
            Values::Floats(values) => Values::Floats(reorder(outer, together, &values)),
            Values::Integers(values) => Values::Integers(reorder(outer, together, &values)),
            Values::Texts(values) => Values::Texts(reorder(outer, together, &values)),
        };
        Array { shape, values }
    }
}

fn reorder<T: Clone>(shape: &[usize], together: usize, values: &[T]) -> Vec<T> {
    // The stride of each axis where the first runs fastest.
    let strides: Vec<usize> = shape
        .iter()
        .scan(1, |stride, axis| {
            let own = *stride;
            *stride *= axis;
            Some(own)
        })
        .collect();
    let source = |position: usize| {
        let mut rest = position;
        let mut source = 0;
        for (axis, stride) in shape.iter().zip(&strides).rev() {
            source += rest % axis * stride;
            rest /= axis;
        }
        source * together
    };
    let positions = 0..values.len() / together.max(1);
    positions.flat_map(|position| &values[source(position)..source(position) + together]).cloned().collect()
}
