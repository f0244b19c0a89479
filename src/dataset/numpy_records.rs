//! NumPy arrays whose elements are no plain numbers: records are taken apart into their fields, the others are named.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use zip::ZipArchive;

use super::DatasetError;
use super::arrays::NamedArray;
use super::numpy::{Archive, ElementKind, NumpyError};

/// The longest header that is read.
const LONGEST_HEADER: usize = 64 * 1024;
/// The most fields of a record.
const MOST_FIELDS: usize = 4096;
/// Records that are larger than this many times their file are not read.
const LARGEST_EXPANSION: u64 = 64;
/// Records up to this size are always read.
const ALWAYS_READ: u64 = 16 << 20;

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
struct Field {
    name: String,
    /// The type of its elements, as NumPy writes it.
    kind: String,
    /// The lengths of its axes.
    shape: Vec<usize>,
}

/// The array at `points` of the archive, or one for each field of its records, and what was left out.
pub(super) fn read_points(
    path: &Path,
    archive: &mut Archive<BufReader<File>>,
    points: usize,
) -> Result<(Vec<NamedArray>, Vec<String>), DatasetError> {
    let info = &archive.arrays()[points];
    let name = info.name.clone();
    let numpy = |source| DatasetError::Numpy { path: path.into(), source };
    if info.header.element.kind != ElementKind::Other {
        return match archive.read(points) {
            Some(Ok(array)) => Ok((vec![NamedArray { name, shape: array.shape, values: array.values }], Vec::new())),
            Some(Err(source)) => Err(numpy(source)),
            None => Err(DatasetError::Empty { path: path.into() }),
        };
    }
    let shape = info.header.shape.clone();
    let fault = |problem: String| DatasetError::Array { path: path.into(), array: name.clone(), problem };
    let unreadable = |source| DatasetError::Read { path: path.into(), source };
    let (kind, mut values) = stored(path, &name).map_err(unreadable)?;
    let Some(fields) = fields(&kind) else { return Err(fault(refusal(&kind, &name))) };
    let size = fields.iter().try_fold(0_usize, |size, field| size.checked_add(field.bytes()?));
    let rows = shape.iter().try_fold(1_usize, |rows, axis| rows.checked_mul(*axis));
    let (Some(size), Some(rows)) = (size.filter(|size| *size > 0), rows) else {
        return Err(fault("holds records with fields that are not read; save the fields as arrays of numbers".into()));
    };
    if rows.checked_mul(size) != Some(values.len()) {
        return Err(fault("does not have as many values as its header says; save it again with numpy".into()));
    }
    let (mut arrays, mut notes) = (Vec::new(), Vec::new());
    let mut begin = 0;
    for field in fields.iter().filter(|field| !field.name.is_empty() || field.bytes().is_some()) {
        let bytes = field.bytes().unwrap_or(0);
        let column: Vec<u8> = values.chunks_exact(size).flat_map(|row| row[begin..begin + bytes].to_vec()).collect();
        begin += bytes;
        // Fields without a name only fill the space between the others.
        if field.name.is_empty() {
            continue;
        }
        match field.read(rows, &column) {
            Ok(array) => arrays.push(array),
            Err(_) => {
                let words = refusal(&field.kind, &field.name);
                notes.push(format!("left out the field {}: it {words}", field.name));
            }
        }
    }
    values.clear();
    if arrays.is_empty() {
        return Err(fault("holds records without fields of numbers".into()));
    }
    Ok((arrays, notes))
}

/// Why an array of this type is refused, and what helps.
fn refusal(kind: &str, name: &str) -> String {
    let letter = kind.trim_start_matches(['<', '>', '|', '=', '\'']).chars().next();
    match letter {
        Some('c') => format!("holds complex numbers; save {name}.real, or both parts as columns"),
        Some('M') => format!(
            "holds dates (datetime64); save them as numbers, such as {name}.astype('datetime64[s]').astype(float)"
        ),
        Some('m') => {
            format!("holds time spans (timedelta64); save them as numbers, such as {name} / numpy.timedelta64(1, 's')")
        }
        Some('[') => "holds records whose fields are not understood; save the fields as arrays of numbers".to_owned(),
        _ => format!("has elements of the type {kind}; save it as numbers up to 64 bits"),
    }
}

/// The type of the array's elements and the bytes of its values.
fn stored(path: &Path, name: &str) -> std::io::Result<(String, Vec<u8>)> {
    let mut file = BufReader::new(File::open(path)?);
    let size = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut magic = [0; 2];
    file.read_exact(&mut magic)?;
    file.rewind()?;
    let most = size.saturating_mul(LARGEST_EXPANSION).max(ALWAYS_READ);
    if &magic != b"PK" {
        return parts(&mut file, most);
    }
    let mut zip = ZipArchive::new(file)?;
    let mut entry = zip.by_name(&format!("{name}.npy"))?;
    parts(&mut entry, most)
}

fn parts(reader: &mut impl Read, most: u64) -> std::io::Result<(String, Vec<u8>)> {
    let mut preamble = [0; 8];
    reader.read_exact(&mut preamble)?;
    let length = if preamble[6] == 1 {
        let mut bytes = [0; 2];
        reader.read_exact(&mut bytes)?;
        usize::from(u16::from_le_bytes(bytes))
    } else {
        let mut bytes = [0; 4];
        reader.read_exact(&mut bytes)?;
        u32::from_le_bytes(bytes) as usize
    };
    let mut header = vec![0; length.min(LONGEST_HEADER)];
    reader.read_exact(&mut header)?;
    let header = String::from_utf8_lossy(&header).into_owned();
    let kind = header.split_once("'descr':").map_or("", |(_, rest)| rest.trim_start());
    let kind = match kind.strip_prefix('\'') {
        Some(quoted) => quoted.split('\'').next().unwrap_or_default(),
        None => kind.split("'fortran_order'").next().unwrap_or_default(),
    };
    let mut values = Vec::new();
    reader.take(most).read_to_end(&mut values)?;
    Ok((kind.to_owned(), values))
}

/// The fields of a record type such as `[('x', '<f8'), ('y', '<f4', (2,))]`; `None` for anything else.
fn fields(kind: &str) -> Option<Vec<Field>> {
    let mut rest = kind.trim().strip_prefix('[')?;
    let mut fields = Vec::new();
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if rest.starts_with(']') || fields.len() > MOST_FIELDS {
            return (!fields.is_empty() && rest.starts_with(']')).then_some(fields);
        }
        let (name, behind) = quoted(rest.strip_prefix('(')?)?;
        let (kind, behind) = quoted(behind.trim_start_matches([',', ' ']))?;
        let behind = behind.trim_start_matches([',', ' ']);
        let (shape, behind) = match behind.strip_prefix('(') {
            Some(inside) => inside.split_once(')')?,
            None => ("", behind),
        };
        let axes = shape.split(',').map(str::trim).filter(|axis| !axis.is_empty());
        let shape = axes.map(|axis| axis.parse().ok()).collect::<Option<Vec<usize>>>()?;
        fields.push(Field { name, kind, shape });
        rest = behind.trim_start_matches([',', ' ']).strip_prefix(')')?;
    }
}

/// The text in quotes at the beginning, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let (inside, behind) = text[1..].split_once(quote)?;
    Some((inside.to_owned(), behind))
}

impl Field {
    /// The bytes of the field in one record; `None` where its type has no size.
    fn bytes(&self) -> Option<usize> {
        let kind = self.kind.trim_start_matches(['<', '>', '|', '=']);
        let mut characters = kind.chars();
        let letter = characters.next().filter(|letter| *letter != 'O')?;
        let digits: String = characters.take_while(char::is_ascii_digit).collect();
        let size: usize = digits.parse().ok()?;
        let size = if letter == 'U' { size.checked_mul(4)? } else { size };
        self.shape.iter().try_fold(size, |size, axis| size.checked_mul(*axis))
    }

    /// The field of every record as an array of its own.
    fn read(&self, rows: usize, values: &[u8]) -> Result<NamedArray, NumpyError> {
        let mut axes = format!("{rows},");
        self.shape.iter().for_each(|axis| axes += &format!("{axis},"));
        let header = format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({axes}), }}\n", self.kind);
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.as_bytes());
        file.extend(values);
        match Archive::new(Cursor::new(file), &self.name)?.read(0) {
            Some(array) => {
                let array = array?;
                Ok(NamedArray { name: self.name.clone(), shape: array.shape, values: array.values })
            }
            None => Err(NumpyError::Objects { array: self.name.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_types_are_taken_apart() {
        let found = fields("[('x', '<f8'), ('', '|V4'), ('name', '<U3', (2,))], ").unwrap();
        let sizes: Vec<usize> = found.iter().map(|field| field.bytes().unwrap()).collect();
        assert_eq!(sizes, [8, 4, 24]);
        assert_eq!((found[2].name.as_str(), &found[2].shape[..]), ("name", &[2][..]));
        for kind in [
            "<c16",
            "",
            "[",
            "[]",
            "[('x', [('y', '<f8')])]",
            "[('x', '<f8'",
            "[(('t', 'x'), '<f8')]",
            "[('x', '<f8', (a,))]",
        ] {
            assert!(fields(kind).is_none(), "{kind}");
        }
    }

    #[test]
    fn what_is_refused_is_named() {
        for (kind, word) in [
            ("<c16", "complex"),
            ("<M8[ns]", "datetime64"),
            ("<m8[s]", "timedelta64"),
            ("[(]", "records"),
            ("<f16", "<f16"),
        ] {
            assert!(refusal(kind, "x").contains(word));
        }
    }
}
