//! The header of a NumPy array: its shape, its element type and the order of its values.
//!
//! The header is a Python dictionary in a fixed form, `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`.
//! It is taken apart as text and nothing of it is evaluated.

use std::io::Read;

use super::NumpyError;

/// The longest header that is read. NumPy writes 118 bytes for a matrix; structured types need more.
const LONGEST_HEADER: usize = 64 * 1024;
/// NumPy itself allows 64 dimensions.
const MOST_DIMENSIONS: usize = 64;

/// What an element of an array is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementKind {
    /// Truth values, one byte each.
    Bool,
    /// Signed integers.
    Integer,
    /// Unsigned integers.
    Unsigned,
    /// IEEE floating point numbers.
    Float,
    /// Text in UTF-32, padded with zeros.
    Text,
    /// Bytes, padded with zeros.
    Bytes,
    /// Pickled Python objects, which are never read.
    Object,
    /// Complex numbers, dates, records.
    Other,
}

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// What an element is.
    pub kind: ElementKind,
    /// Bytes of one element; 0 where it has no fixed size.
    pub size: usize,
    /// Whether the most significant byte comes first.
    pub big_endian: bool,
}

impl Element {
    /// The name of the type, such as `F32`, `I64`, `BOOL`, in the manner of safetensors.
    pub fn name(self) -> String {
        let bits = 8 * self.size;
        match self.kind {
            ElementKind::Bool => "BOOL".into(),
            ElementKind::Integer => format!("I{bits}"),
            ElementKind::Unsigned => format!("U{bits}"),
            ElementKind::Float => format!("F{bits}"),
            ElementKind::Text => "TEXT".into(),
            ElementKind::Bytes => "BYTES".into(),
            ElementKind::Object => "OBJECT".into(),
            ElementKind::Other => "OTHER".into(),
        }
    }
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
    /// The bytes of the array's values.
    pub data_bytes: u64,
    /// The bytes before the values.
    pub length: u64,
}

/// Reads a header and leaves `reader` at the first value.
pub(super) fn read(array: &str, reader: &mut impl Read) -> Result<Header, NumpyError> {
    let damaged = |problem| NumpyError::Header { array: array.into(), problem };
    let mut take = |buffer: &mut [u8]| reader.read_exact(buffer).map_err(|_| damaged("it ends before its values"));
    let mut preamble = [0_u8; 8];
    take(&mut preamble)?;
    if &preamble[..6] != b"\x93NUMPY" {
        return Err(damaged("it does not begin as a NumPy array does"));
    }
    let (length, width) = if preamble[6] == 1 {
        let mut bytes = [0; 2];
        take(&mut bytes)?;
        (usize::from(u16::from_le_bytes(bytes)), 2)
    } else {
        let mut bytes = [0; 4];
        take(&mut bytes)?;
        (u32::from_le_bytes(bytes) as usize, 4)
    };
    if length > LONGEST_HEADER {
        return Err(damaged("its header claims an absurd length"));
    }
    let mut text = vec![0; length];
    take(&mut text)?;
    let text = str::from_utf8(&text).map_err(|_| damaged("its header is not text"))?;
    let element = parse_element(field(text, "descr").ok_or(damaged("its header names no type"))?);
    let shape = field(text, "shape").and_then(parse_shape).ok_or(damaged("its header gives no shape"))?;
    let fortran_order = field(text, "fortran_order").ok_or(damaged("its header gives no order"))?.starts_with("True");
    let data_bytes = shape
        .iter()
        .try_fold(element.size as u64, |bytes, &axis| bytes.checked_mul(axis as u64))
        .ok_or(damaged("its shape is absurdly large"))?;
    Ok(Header { shape, element, fortran_order, data_bytes, length: (preamble.len() + width + length) as u64 })
}

/// The text after `'name':`, to the end of the header.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let quoted = [format!("'{name}'"), format!("\"{name}\"")];
    let after = quoted.iter().find_map(|key| text.find(key.as_str()).map(|at| &text[at + key.len()..]))?;
    Some(after.trim_start().strip_prefix(':')?.trim_start())
}

fn parse_shape(text: &str) -> Option<Vec<usize>> {
    let inside = text.strip_prefix('(')?.split_once(')')?.0;
    // Python 2 wrote long integers as `3L`.
    let axes = inside.split(',').map(|axis| axis.trim().trim_end_matches('L')).filter(|axis| !axis.is_empty());
    let shape = axes.map(|axis| axis.parse().ok()).collect::<Option<Vec<usize>>>()?;
    (shape.len() <= MOST_DIMENSIONS).then_some(shape)
}

fn parse_element(text: &str) -> Element {
    let other = Element { kind: ElementKind::Other, size: 0, big_endian: false };
    let mut quotes = text.splitn(3, ['\'', '"']);
    let (Some(""), Some(descr)) = (quotes.next(), quotes.next()) else {
        return other;
    };
    let big_endian = descr.starts_with('>');
    let descr = descr.trim_start_matches(['<', '>', '|', '=']);
    let mut characters = descr.chars();
    let letter = characters.next();
    let Ok(size) = characters.as_str().parse::<usize>() else {
        let kind = if letter == Some('O') { ElementKind::Object } else { ElementKind::Other };
        return Element { kind, ..other };
    };
    let (kind, size) = match letter {
        Some('b') => (ElementKind::Bool, size),
        Some('i') => (ElementKind::Integer, size),
        Some('u') => (ElementKind::Unsigned, size),
        Some('f') => (ElementKind::Float, size),
        // The size of text counts characters of four bytes.
        Some('U') => (ElementKind::Text, size.saturating_mul(4)),
        Some('S') => (ElementKind::Bytes, size),
        Some('O') => (ElementKind::Object, 0),
        _ => return other,
    };
    Element { kind, size, big_endian }
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

    fn header_of(text: &str) -> Result<Header, NumpyError> {
        read("a", &mut bytes_of(text).as_slice())
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
        let record = header_of("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (5,), }").unwrap();
        assert_eq!(record.element.kind, ElementKind::Other);
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
