//! Tables as Parquet files: plain, uncompressed columns of numbers and texts.
//!
//! A file is `PAR1`, the pages of its columns, a footer that says where each begins, the footer's length and `PAR1` again. Written
//! here in few lines rather than by a crate: what is needed of the format is small, and its libraries bring schemas, codecs and
//! a query engine's types.

mod thrift;

use std::io::{self, Write};

use thrift::Fields;

const MAGIC: &[u8; 4] = b"PAR1";
/// Rows that are written together: readers take in as many at once.
const GROUP: usize = 1 << 20;

// The numbers by which the format calls types, encodings and the like.
const DOUBLE: i64 = 5;
const BYTE_ARRAY: i64 = 6;
const REQUIRED: i64 = 0;
const OPTIONAL: i64 = 1;
const UTF8: i64 = 0;
const PLAIN: i64 = 0;
const RUN_LENGTHS: i64 = 3;
const UNCOMPRESSED: i64 = 0;
const DATA_PAGE: i64 = 0;

/// A column of a table.
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// What stands in it.
    pub values: Values<'a>,
}

/// What stands in a column.
pub enum Values<'a> {
    /// Numbers; what is not a number has no value in the file.
    Numbers(&'a [f64]),
    /// Texts.
    Texts(&'a [String]),
}

/// Where the page of a column stands in the file.
struct Chunk {
    offset: u64,
    bytes: u64,
    values: usize,
}

/// Writes a table whose columns all have so many rows.
///
/// # Errors
/// If it cannot be written, or a column is too large for the format.
pub fn write(writer: &mut impl Write, columns: &[Column<'_>], rows: usize) -> io::Result<()> {
    writer.write_all(MAGIC)?;
    let mut offset = MAGIC.len() as u64;
    let mut groups = Vec::new();
    for first in (0..rows).step_by(GROUP) {
        let group = first..rows.min(first + GROUP);
        let mut chunks = Vec::new();
        for column in columns {
            let page = page(&column.values, group.clone());
            let header = page_header(page.len(), group.len())?;
            writer.write_all(&header)?;
            writer.write_all(&page)?;
            let bytes = (header.len() + page.len()) as u64;
            chunks.push(Chunk { offset, bytes, values: group.len() });
            offset += bytes;
        }
        groups.push(chunks);
    }
    let footer = footer(columns, rows, &groups);
    writer.write_all(&footer)?;
    writer.write_all(&length(footer.len())?.to_le_bytes())?;
    writer.write_all(MAGIC)
}

/// The values of some rows as the format lays them out.
fn page(values: &Values<'_>, rows: std::ops::Range<usize>) -> Vec<u8> {
    let mut page = Vec::new();
    match values {
        Values::Numbers(numbers) => {
            let numbers = numbers.get(rows).unwrap_or_default();
            // Which rows have a value, as runs of rows: twice the length of the run, then whether they have one.
            let mut runs = Vec::new();
            for run in numbers.chunk_by(|one, next| one.is_nan() == next.is_nan()) {
                thrift::variable(&mut runs, 2 * run.len() as u64);
                runs.push(u8::from(run.first().is_some_and(|number| !number.is_nan())));
            }
            page.extend_from_slice(&(runs.len() as u32).to_le_bytes());
            page.extend(runs);
            page.extend(numbers.iter().filter(|number| !number.is_nan()).flat_map(|number| number.to_le_bytes()));
        }
        Values::Texts(texts) => {
            for text in texts.get(rows).unwrap_or_default() {
                page.extend_from_slice(&(text.len() as u32).to_le_bytes());
                page.extend_from_slice(text.as_bytes());
            }
        }
    }
    page
}

fn page_header(bytes: usize, values: usize) -> io::Result<Vec<u8>> {
    let bytes = i64::from(length(bytes)?);
    let mut header = Fields::default();
    header.int(1, DATA_PAGE);
    header.int(2, bytes);
    header.int(3, bytes);
    let mut data = Fields::default();
    data.int(1, values as i64);
    data.int(2, PLAIN);
    data.int(3, RUN_LENGTHS);
    data.int(4, RUN_LENGTHS);
    header.fields(5, data);
    Ok(header.end())
}

fn length(bytes: usize) -> io::Result<i32> {
    i32::try_from(bytes).map_err(|_| io::Error::other("a column is too large for Parquet; write CSV or NPZ"))
}

fn footer(columns: &[Column<'_>], rows: usize, groups: &[Vec<Chunk>]) -> Vec<u8> {
    let mut root = Fields::default();
    root.text(4, "table");
    root.int(5, columns.len() as i64);
    let schema = std::iter::once(root).chain(columns.iter().map(schema)).collect();
    let groups = groups.iter().map(|chunks| {
        let mut group = Fields::default();
        group.list(1, columns.iter().zip(chunks).map(|(column, chunk)| column_chunk(column, chunk)).collect());
        group.long(2, chunks.iter().map(|chunk| chunk.bytes as i64).sum());
        group.long(3, chunks.first().map_or(0, |chunk| chunk.values as i64));
        group
    });
    let mut footer = Fields::default();
    footer.int(1, 1);
    footer.list(2, schema);
    footer.long(3, rows as i64);
    footer.list(4, groups.collect());
    footer.text(6, concat!("layerflow ", env!("CARGO_PKG_VERSION")));
    footer.end()
}

fn schema(column: &Column<'_>) -> Fields {
    let mut element = Fields::default();
    match column.values {
        Values::Numbers(_) => {
            element.int(1, DOUBLE);
            element.int(3, OPTIONAL);
            element.text(4, column.name);
        }
        Values::Texts(_) => {
            element.int(1, BYTE_ARRAY);
            element.int(3, REQUIRED);
            element.text(4, column.name);
            element.int(6, UTF8);
        }
    }
    element
}

fn column_chunk(column: &Column<'_>, chunk: &Chunk) -> Fields {
    let mut about = Fields::default();
    about.int(1, if matches!(column.values, Values::Numbers(_)) { DOUBLE } else { BYTE_ARRAY });
    about.ints(2, &[PLAIN, RUN_LENGTHS]);
    about.texts(3, &[column.name]);
    about.int(4, UNCOMPRESSED);
    about.long(5, chunk.values as i64);
    about.long(6, chunk.bytes as i64);
    about.long(7, chunk.bytes as i64);
    about.long(9, chunk.offset as i64);
    let mut whole = Fields::default();
    whole.long(2, chunk.offset as i64);
    whole.fields(3, about);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What pyarrow reads as `{"x": [1.5, None, -2.0], "name": ["a", "", "ß"]}`.
    #[test]
    fn the_bytes_are_those_that_other_programs_read() {
        let texts = ["a", "", "ß"].map(str::to_owned);
        let columns = [
            Column { name: "x", values: Values::Numbers(&[1.5, f64::NAN, -2.0]) },
            Column { name: "name", values: Values::Texts(&texts) },
        ];
        let mut file = Vec::new();
        write(&mut file, &columns, 3).unwrap();
        assert!(file.starts_with(MAGIC) && file.ends_with(MAGIC));
        // Two values, in one run of one row each but for the empty one between them.
        let runs = [6, 0, 0, 0, 2, 1, 2, 0, 2, 1];
        let numbers: Vec<u8> = runs.into_iter().chain(1.5_f64.to_le_bytes()).chain((-2.0_f64).to_le_bytes()).collect();
        let strings = [1, 0, 0, 0, b'a', 0, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0x9f];
        let holds = |part: &[u8]| file.windows(part.len()).any(|window| window == part);
        assert!(holds(&numbers) && holds(&strings));
        // All but the version of the program at the end, as pyarrow has read it.
        let end = file.windows(10).position(|window| window == b"layerflow ").unwrap();
        assert_eq!(crc32fast::hash(&file[..end]), 450466290);
    }

    #[test]
    fn a_table_without_rows_has_its_columns() {
        let mut file = Vec::new();
        write(&mut file, &[Column { name: "x", values: Values::Numbers(&[]) }], 0).unwrap();
        assert!(file.windows(1).any(|window| window == b"x"));
    }
}
