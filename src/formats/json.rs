//! JSON that may hold NaN and infinity, and matrices as lists of rows.
//!
//! Python writes `NaN` and `Infinity`, which JSON does not know. They are let through as numbers here, so that the
//! reader of the network can refuse them by layer, row and column.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use nalgebra::DMatrix;
use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, SeqAccess, Unexpected, Visitor};

use super::FormatError;

/// Parses the bytes of the JSON file at `path`.
pub(super) fn parse<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, FormatError> {
    parse_with(path, bytes, |bytes| serde_json::from_slice(bytes))
}

/// Parses the bytes of the JSON file at `path`; gives beside the value the paths of all keys that `T` does not know.
pub(crate) fn parse_and_list_unknown<T: DeserializeOwned>(
    path: &Path,
    bytes: &[u8],
) -> Result<(T, Vec<String>), FormatError> {
    parse_with(path, bytes, |bytes| {
        let mut unknown = Vec::new();
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = serde_ignored::deserialize(&mut reader, |key| unknown.push(path_text(&key)))?;
        reader.end()?;
        Ok((value, unknown))
    })
}

/// `layers[1].dropout`: places in lists counted from 1.
fn path_text(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path::{Map, NewtypeStruct, NewtypeVariant, Root, Seq, Some};
    match path {
        Root => String::new(),
        Seq { parent, index } => format!("{}[{}]", path_text(parent), index + 1),
        Map { parent, key } => match path_text(parent) {
            before if before.is_empty() => key.clone(),
            before => format!("{before}.{key}"),
        },
        Some { parent } | NewtypeStruct { parent } | NewtypeVariant { parent } => path_text(parent),
    }
}

fn parse_with<T>(
    path: &Path,
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Result<T, serde_json::Error>,
) -> Result<T, FormatError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let error = match read(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let marked = quote_non_finite(bytes);
    if marked != bytes
        && let Ok(value) = read(&marked)
    {
        return Ok(value);
    }
    if error.is_data() {
        let position = format!("line {}, column {}", error.line(), error.column());
        return Err(FormatError::Content { path: path.into(), position, problem: without_place(&error) });
    }
    Err(FormatError::Damaged { path: path.into(), format: "JSON", reason: error.to_string() })
}

fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    format!("does not hold what belongs there ({reason}); correct it")
}

/// Puts quotes around numbers that JSON cannot hold: `NaN`, `Infinity`, and those too large for 64 bits.
fn quote_non_finite(bytes: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut in_string = false;
    while let Some((&byte, after)) = rest.split_first() {
        let is_token = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        // Within a string nothing is looked ahead for, so that each byte is met once.
        let token_length = if in_string { 0 } else { rest.iter().take_while(is_token).count() };
        if in_string || token_length == 0 {
            // An escaped quote does not end a string.
            let step = if in_string && byte == b'\\' { rest.len().min(2) } else { 1 };
            in_string ^= byte == b'"';
            quoted.extend(&rest[..step]);
            rest = if step == 1 { after } else { &rest[step..] };
            continue;
        }
        let (token, after) = rest.split_at(token_length);
        if str::from_utf8(token).is_ok_and(|text| text.parse::<f64>().is_ok_and(|number| !number.is_finite())) {
            quoted.push(b'"');
            quoted.extend(token);
            quoted.push(b'"');
        } else {
            quoted.extend(token);
        }
        rest = after;
    }
    quoted
}

/// The most layers of a network. A layer takes far more memory than the two characters `{}` that may claim one.
const MAX_LAYERS: usize = 10_000;

/// A list of layers that ends the reading when it is absurdly long.
pub(super) struct Layers<T>(pub Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Layers<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Layers<T>, D::Error> {
        deserializer.deserialize_seq(LayersVisitor(PhantomData))
    }
}

struct LayersVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for LayersVisitor<T> {
    type Value = Layers<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a list of at most {MAX_LAYERS} layers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Layers<T>, A::Error> {
        let mut layers = Vec::new();
        while let Some(layer) = list.next_element()? {
            if layers.len() == MAX_LAYERS {
                return Err(A::Error::invalid_length(MAX_LAYERS + 1, &self));
            }
            layers.push(layer);
        }
        Ok(Layers(layers))
    }
}

/// A number that may be NaN or infinite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
        Ok(Number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
        Ok(Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
        Ok(Number(value as f64))
    }

    /// `null` is what JavaScript writes for NaN.
    fn visit_unit<E: Error>(self) -> Result<Number, E> {
        Ok(Number(f64::NAN))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
        match text.parse::<f64>() {
            Ok(value) if !value.is_finite() => Ok(Number(value)),
            _ => Err(E::invalid_type(Unexpected::Str(text), &self)),
        }
    }
}

/// A matrix as a list of rows, kept in one piece. Rows of different lengths are noticed, not refused, so that the
/// layer can be named.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// The number of rows.
    pub rows: usize,
    /// The length of the first row.
    pub columns: usize,
    /// The first row (from 1) of another length, and that length.
    pub uneven: Option<(usize, usize)>,
    values: Vec<f64>,
}

impl Rows {
    /// The transposed matrix; a list of uneven rows stays as it is, to be refused.
    pub fn transposed(self) -> Rows {
        if self.uneven.is_some() {
            return self;
        }
        // The columns of a matrix, one after the other, are the rows of its transpose.
        let (rows, columns) = (self.columns, self.rows);
        let values = self.into_matrix().as_slice().to_vec();
        Rows { rows, columns, uneven: None, values }
    }

    /// The matrix; rows of the file are rows of the matrix.
    pub fn into_matrix(self) -> DMatrix<f64> {
        DMatrix::from_row_slice(self.rows, self.columns, &self.values)
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rows, D::Error> {
        deserializer.deserialize_seq(RowsVisitor)
    }
}

struct RowsVisitor;

impl<'de> Visitor<'de> for RowsVisitor {
    type Value = Rows;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of rows of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Rows, A::Error> {
        let mut matrix = Rows::default();
        while let Some(length) = rows.next_element_seed(Row(&mut matrix.values))? {
            matrix.rows += 1;
            if matrix.rows == 1 {
                matrix.columns = length;
            } else if length != matrix.columns && matrix.uneven.is_none() {
                matrix.uneven = Some((matrix.rows, length));
            }
        }
        Ok(matrix)
    }
}

/// Appends one row to the values and gives its length.
struct Row<'a>(&'a mut Vec<f64>);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<usize, A::Error> {
        let before = self.0.len();
        while let Some(Number(value)) = row.next_element()? {
            self.0.push(value);
        }
        Ok(self.0.len() - before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_json_are_quoted_outside_strings_only() {
        let text = br#"{"NaN \" Infinity": [NaN, -Infinity, 1e999, 1e9, true]}"#;
        let expected = br#"{"NaN \" Infinity": ["NaN", "-Infinity", "1e999", 1e9, true]}"#;
        assert_eq!(quote_non_finite(text), expected);
    }

    #[test]
    fn rows_are_flattened_and_uneven_ones_noticed() {
        let matrix: Rows = serde_json::from_str("[[1, 2.5], [-0.0, 4]]").unwrap();
        assert_eq!(matrix.uneven, None);
        assert_eq!(matrix.into_matrix(), DMatrix::from_row_slice(2, 2, &[1.0, 2.5, -0.0, 4.0]));
        let uneven: Rows = serde_json::from_str("[[1, 2], [3]]").unwrap();
        assert_eq!(uneven.uneven, Some((2, 1)));
        assert!(serde_json::from_str::<Rows>("[1, 2]").is_err());
        let many = format!("[{}0]", "0,".repeat(MAX_LAYERS));
        assert!(serde_json::from_str::<Layers<u8>>(&many).is_err_and(|error| error.to_string().contains("at most")));
        assert!(serde_json::from_str::<Rows>("[[\"a\"]]").is_err());
    }
}
