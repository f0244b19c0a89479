//! The header of a NumPy array: its shape, its element type and the order of its values.
//!
//! The header is a Python dictionary in a fixed form, `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`.
//! It is taken apart as text and nothing of it is evaluated.

use std::io::Read;

use super::element::{Element, ElementKind};
use super::error::NumpyError;
use super::record;
use super::shape::parse_shape;

/// What every array begins with.
pub(super) const MAGIC: [u8; 6] = *b"\x93NUMPY";

/// The longest header that is read. NumPy writes 118 bytes for a matrix; structured types need more.
const LONGEST_HEADER: usize = 64 * 1024;

/// Where in a record an array's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Bytes of a record.
    pub record: usize,
    /// Bytes before the first of its values.
    pub offset: usize,
    /// Values of a record.
    pub values: usize,
}

/// What the header of an array says.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The length of each axis; empty for a single value.
    pub shape: Vec<usize>,
    /// The type of the elements.
    pub element: Element,
    /// Whether the first axis runs fastest.
    pub fortran_order: bool,
    /// The bytes of the array's values; where it is a field of records, those of all fields.
    pub data_bytes: u64,
    /// The bytes before the values.
    pub length: u64,
    /// The axes that count records; the others lie within each.
    pub(super) outer_axes: usize,
    /// Where the values of a field are in each record; `None` where the array has no fields.
    pub(super) position: Option<Place>,
}

impl Header {
    /// The number of values.
    pub fn elements(&self) -> u64 {
        self.shape.iter().fold(1_u64, |product, axis| product.saturating_mul(*axis as u64))
    }
}

/// Reads a header and leaves `reader` at the first value. An array of records gives one header for each field, with the
/// field's name; any other array one, without a name.
pub(super) fn read(array: &str, reader: &mut impl Read) -> Result<Vec<(Option<String>, Header)>, NumpyError> {
    let damaged = |problem| NumpyError::Header { array: array.into(), problem };
    let (text, length) = read_text(reader).map_err(damaged)?;
    let descr = field(&text, "descr").ok_or(damaged("its header names no type"))?;
    let shape = field(&text, "shape").and_then(parse_shape).ok_or(damaged("its header gives no shape"))?;
    let fortran_order = field(&text, "fortran_order").ok_or(damaged("its header gives no order"))?.starts_with("True");
    let size_of = |size: usize| {
        let bytes = shape.iter().try_fold(size as u64, |bytes, &axis| bytes.checked_mul(axis as u64));
        bytes.ok_or(damaged("its shape is absurdly large"))
    };
    let outer_axes = shape.len();
    if !descr.starts_with('[') {
        let element = parse_element(descr);
        let data_bytes = size_of(element.size)?;
        let header = Header { shape, element, fortran_order, data_bytes, length, outer_axes, position: None };
        return Ok(vec![(None, header)]);
    }
    let record = record::parse(descr).map_err(damaged)?;
    let data_bytes = size_of(record.size)?;
    let headers = record.fields.into_iter().map(|field| {
        let values = field.shape.iter().fold(1_usize, |product, axis| product.saturating_mul(*axis));
        let position = Some(Place { record: record.size, offset: field.offset, values });
        let shape = [shape.clone(), field.shape].concat();
        let header = Header { shape, element: field.element, fortran_order, data_bytes, length, outer_axes, position };
        (Some(field.name), header)
    });
    Ok(headers.collect())
}

/// The text of a header, and the bytes that it takes with what comes before it; in words, what is wrong with it.
fn read_text(reader: &mut impl Read) -> Result<(String, u64), &'static str> {
    let mut take = |buffer: &mut [u8]| reader.read_exact(buffer).map_err(|_| "it ends before its values");
    let mut preamble = [0_u8; 8];
    take(&mut preamble)?;
    if preamble[..MAGIC.len()] != MAGIC {
        return Err("it does not begin as a NumPy array does");
    }
    let (length, width) = if preamble[MAGIC.len()] == 1 {
        let mut bytes = [0; 2];
        take(&mut bytes)?;
        (usize::from(u16::from_le_bytes(bytes)), 2)
    } else {
        let mut bytes = [0; 4];
        take(&mut bytes)?;
        (u32::from_le_bytes(bytes) as usize, 4)
    };
    if length > LONGEST_HEADER {
        return Err("its header claims an absurd length");
    }
    let mut text = vec![0; length];
    take(&mut text)?;
    let text = String::from_utf8(text).map_err(|_| "its header is not text")?;
    Ok((text, (preamble.len() + width + length) as u64))
}

/// The text after `'name':`, to the end of the header.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let quoted = [format!("'{name}'"), format!("\"{name}\"")];
    let after = quoted.iter().find_map(|key| text.find(key.as_str()).map(|at| &text[at + key.len()..]))?;
    Some(after.trim_start().strip_prefix(':')?.trim_start())
}

fn parse_element(text: &str) -> Element {
    let mut quotes = text.splitn(3, ['\'', '"']);
    match (quotes.next(), quotes.next()) {
        (Some(""), Some(descr)) => Element::of_descr(descr),
        _ => Element { kind: ElementKind::Other, size: 0, big_endian: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(text: &str) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes
    }

    fn headers_of(text: &str) -> Result<Vec<(Option<String>, Header)>, NumpyError> {
        read("a", &mut bytes_of(text).as_slice())
    }

    fn header_of(text: &str) -> Result<Header, NumpyError> {
        headers_of(text).map(|headers| headers[0].1.clone())
    }

    #[test]
    fn what_numpy_writes_is_understood() {
        let header = header_of("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }\n").unwrap();
        assert_eq!(header.shape, [3, 2]);
        assert!(header.fortran_order && header.data_bytes == 24);
        assert_eq!(header.element.name(), "F32");
        let text = header_of("{'descr': '<U4', 'fortran_order': False, 'shape': (), }").unwrap();
        assert_eq!((text.shape.len(), text.data_bytes), (0, 16));
        let object = header_of("{'descr': '|O', 'fortran_order': False, 'shape': (5,), }").unwrap();
        assert_eq!(object.element.kind, ElementKind::Object);
        for (descr, kind, size) in [
            ("<V2", ElementKind::Void, 2),
            ("<c16", ElementKind::Complex, 16),
            ("<M8[ns]", ElementKind::Datetime, 8),
            (">m8[D]", ElementKind::Timedelta, 8),
            ("|b1", ElementKind::Bool, 1),
            ("<q", ElementKind::Other, 0),
        ] {
            let Element { kind: found, size: bytes, .. } = Element::of_descr(descr);
            assert_eq!((found, bytes), (kind, size), "{descr}");
        }
    }

    #[test]
    fn fields_of_records_are_arrays_of_their_own() {
        let text = "{'descr': [('a', '<f4'), ('', '|V4'), (('title', 'b'), '>i4', (2, 3)), ('c', [('d', '|S3')])], \
                    'fortran_order': False, 'shape': (5,), }";
        let headers = headers_of(text).unwrap();
        let caption: Vec<_> =
            headers.iter().map(|(name, header)| (name.as_deref().unwrap(), &header.shape[..])).collect();
        assert_eq!(caption, [("a", &[5][..]), ("b", &[5, 2, 3]), ("c.d", &[5])]);
        assert_eq!(headers[1].1.position, Some(Place { record: 35, offset: 8, values: 6 }));
        assert_eq!((headers[2].1.element.name(), headers[2].1.data_bytes), ("BYTES".into(), 175));
    }

    #[test]
    fn damaged_and_absurd_headers_are_refused() {
        let absurd = "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }";
        assert!(header_of(absurd).unwrap_err().to_string().contains("absurdly large"));
        for text in ["", "{}", "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"] {
            assert!(header_of(text).is_err(), "{text}");
        }
        let mut long = b"\x93NUMPY\x02\x00".to_vec();
        long.extend(u32::MAX.to_le_bytes());
        assert!(read("a", &mut long.as_slice()).is_err());
        assert!(read("a", &mut &b"\x93NUM"[..]).is_err());
    }
}
