//! The header of safetensors files: names, types, shapes and places, as JSON.
//!
//! The library of that name refuses more than would do harm: metadata that is not text, two names for the same bytes,
//! bytes between the tensors. What keeps a file from claiming what it does not hold is checked here as well.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

/// The types with the bits of a value.
const TYPES: [(&str, u64); 22] = [
    ("F64", 64),
    ("F32", 32),
    ("F16", 16),
    ("BF16", 16),
    ("F8_E4M3", 8),
    ("F8_E5M2", 8),
    ("F8_E4M3FNUZ", 8),
    ("F8_E5M2FNUZ", 8),
    ("F8_E8M0", 8),
    ("F6_E2M3", 6),
    ("F6_E3M2", 6),
    ("F4", 4),
    ("C64", 64),
    ("I64", 64),
    ("I32", 32),
    ("I16", 16),
    ("I8", 8),
    ("U64", 64),
    ("U32", 32),
    ("U16", 16),
    ("U8", 8),
    ("BOOL", 8),
];
/// The key of what is no tensor.
const METADATA: &str = "__metadata__";

/// A tensor of the header. Its place counts bytes from the end of the header.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    #[serde(skip)]
    pub name: String,
    pub dtype: String,
    pub shape: Vec<usize>,
    #[serde(rename = "data_offsets")]
    pub position: (usize, usize),
}

/// What a header says.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// The tensors, in the order of their places.
    pub tensors: Vec<Entry>,
    metadata: Value,
}

impl Header {
    /// The text in the metadata under this key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.metadata.get(key)?.as_str()
    }
}

/// Reads the header in `json`, behind which `held` bytes of values follow. In words, what is wrong with it.
pub(super) fn read(json: &[u8], held: usize) -> Result<Header, String> {
    let mut header: Header =
        serde_json::from_slice(json).map_err(|error| format!("its header is not understood ({error})"))?;
    header.tensors.sort_by_key(|tensor| tensor.position);
    let mut covered = 0;
    let mut before: Option<&Entry> = None;
    for tensor in &header.tensors {
        let (start, end) = tensor.position;
        let name = &tensor.name;
        if start > end || end > held {
            return Err(format!("tensor `{name}` reaches beyond the end of the file"));
        }
        let elements = tensor.shape.iter().try_fold(1_u64, |product, axis| product.checked_mul(*axis as u64));
        let elements = elements.ok_or_else(|| format!("the shape of tensor `{name}` is absurdly large"))?;
        if let Some((_, bits)) = TYPES.iter().find(|(known, _)| *known == tensor.dtype) {
            let needed = elements.checked_mul(*bits).filter(|bits| bits.is_multiple_of(8)).map(|bits| bits / 8);
            if needed != Some((end - start) as u64) {
                return Err(format!("tensor `{name}` takes {} bytes, which is not what its shape needs", end - start));
            }
        }
        // Two names may share one tensor; parts of it they may not.
        if let Some(other) = before.filter(|other| start < covered && other.position != tensor.position) {
            return Err(format!("tensor `{name}` reaches into the values of `{}`", other.name));
        }
        covered = covered.max(end);
        before = Some(tensor);
    }
    if covered != held {
        return Err(format!("its tensors take {covered} bytes, but it holds {held}"));
    }
    Ok(header)
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Header, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("tensors by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut header = Header::default();
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == METADATA {
                header.metadata = map.next_value()?;
                continue;
            }
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("it has two tensors called `{name}`")));
            }
            let entry: Entry = map.next_value()?;
            header.tensors.push(Entry { name, ..entry });
        }
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str, held: usize) -> String {
        read(json.as_bytes(), held).unwrap_err()
    }

    #[test]
    fn what_does_no_harm_is_read() {
        let json = r#"{"__metadata__": {"format": null, "n": 3}, "b": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]},
                       "tied": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]},
                       "new": {"dtype": "U4", "shape": [3], "data_offsets": [2, 4]}}   "#;
        let header = read(json.as_bytes(), 16).unwrap();
        let names: Vec<&str> = header.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
        assert_eq!(names, ["new", "b", "tied"]);
        assert!(header.text("format").is_none());
        assert!(read(br#"{"__metadata__": null}"#, 0).unwrap().tensors.is_empty());
    }

    #[test]
    fn what_a_file_does_not_hold_is_refused() {
        let tensor = |position: &str, shape: &str| {
            format!(r#"{{"a": {{"dtype": "F32", "shape": {shape}, "data_offsets": {position}}}}}"#)
        };
        assert!(refusal(&tensor("[0, 8]", "[2]"), 4).contains("beyond the end"));
        assert!(refusal(&tensor("[8, 0]", "[2]"), 8).contains("beyond the end"));
        assert!(refusal(&tensor("[0, 8]", "[3]"), 8).contains("not what its shape needs"));
        assert!(refusal(&tensor("[0, 8]", "[4294967296, 4294967296]"), 8).contains("absurdly large"));
        assert!(refusal(&tensor("[0, 8]", "[2]"), 12).contains("take 8 bytes, but it holds 12"));
        let twice = r#"{"a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
                        "a": {"dtype": "F32", "shape": [], "data_offsets": [4, 8]}}"#;
        assert!(refusal(twice, 8).contains("two tensors called `a`"));
        let overlapping = r#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                              "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}"#;
        assert!(refusal(overlapping, 12).contains("reaches into the values of `a`"));
    }
}
