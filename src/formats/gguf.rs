//! GGUF, the weight format of llama.cpp: a header with names, shapes and places, then the values.
//!
//! Layout: ggml/docs/gguf.md, versions 2 and 3. Shapes are written with the fastest axis first. Tensors of types that
//! are not read are listed by name.

use std::io::{self, BufReader, Read};
use std::path::Path;

use super::candidate::{Candidate, Content, Evidence};
use super::ggml::{BlockType, Coding};
use super::stored_values::decoded;
use super::tensor_info::{TensorInfo, TensorOrder};
use super::tensors::{TensorFile, TensorSource, ValuesError};
use super::{Account, FormatError, PartName, ggml, parts};
use crate::io::{OpenFile, Reader};

const FORMAT: &str = "GGUF";
/// The place of values is a multiple of this, unless the file says otherwise.
const USUAL_ALIGNMENT: u64 = 32;
/// The most tensors of a file.
const MAX_TENSORS: u64 = 1 << 16;
/// The most axes of a tensor.
const MAX_AXES: u32 = 8;
/// The longest name of a tensor, in bytes; ggml allows 64.
const LONGEST_NAME: usize = 512;
/// The longest key, in bytes; the format allows as many.
const LONGEST_TEXT: u64 = 65_535;
/// The key of α of a low-rank adapter.
const ADAPTER_SCALE: &str = "adapter.lora.alpha";
/// Lists in lists end here.
const DEEPEST_LIST: usize = 4;

/// Where the values of a tensor are.
struct StoredTensor {
    /// `None` for a type of an unknown number.
    kind: Option<BlockType>,
    start: u64,
    end: u64,
}

struct Values {
    file: OpenFile,
    tensors: Vec<StoredTensor>,
    big_endian: bool,
}

impl TensorSource for Values {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let Some(tensor) = self.tensors.get(index) else { return Ok(Vec::new()) };
        let Some(kind) = tensor.kind.filter(|kind| is_read(*kind, self.big_endian)) else {
            let problem = "is of a type that is not read; convert it to F32, F16, BF16 or Q8_0, as with llama-quantize";
            return Err(ValuesError::Tensor(problem.into()));
        };
        let (unit, values) = (kind.bytes as usize, kind.values as usize);
        decoded(&self.file, tensor.start..tensor.end, unit, values, |bytes| {
            if !self.big_endian {
                return kind.decode(bytes).unwrap_or_default();
            }
            let ordered: Vec<u8> = bytes.chunks_exact(unit).flat_map(|number| number.iter().rev()).copied().collect();
            kind.decode(&ordered).unwrap_or_default()
        })
    }
}

/// Whether a tensor's values are read. Blocks hold numbers of several widths, whose order is not turned around.
fn is_read(kind: BlockType, big_endian: bool) -> bool {
    kind.is_read() && !(big_endian && matches!(kind.coding, Coding::Blocks(_)))
}

/// How surely the file is one.
pub(super) fn recognise(file: &Candidate) -> Option<Evidence> {
    (matches!(file.content, Content::Bytes) && file.beginning.starts_with(b"GGUF")).then_some(Evidence::Mark)
}

/// Opens the file and reads its header.
pub(super) fn open(path: &Path) -> Result<TensorFile, FormatError> {
    let unreadable = |source| FormatError::Read { path: path.into(), source };
    let file = OpenFile::open(path).map_err(unreadable)?;
    // The version is a small number in one order of its bytes, and a very large one in the other.
    let version = file.read(4.min(file.length())..8.min(file.length())).map_err(unreadable)?;
    let big_endian = matches!(version[..], [0, 0, 0, version] if version > 0);
    let mut header = Header { reader: BufReader::new(file.reader()), position: 0, length: file.length(), big_endian };
    let read = header.skip(4).and_then(|()| header.read());
    let Contents { infos, tensors, part, has_scale } = read.map_err(|problem| match problem {
        Problem::Content(reason) => FormatError::Damaged { path: path.into(), format: FORMAT, reason },
        Problem::Read(source) => unreadable(source),
    })?;
    let mut account = part.map_or_else(Account::default, |(part, count)| parts::account(path, part, count));
    if has_scale && infos.iter().any(|info| info.name.ends_with(".lora_a")) {
        account.misses(PartName::key(ADAPTER_SCALE), "scales the products of the adapter, and is not read");
    }
    let tensors = TensorFile::new(path, infos, Values { file, tensors, big_endian });
    Ok(tensors.ordered(TensorOrder::ByName).with_account(account))
}

/// What a header tells.
struct Contents {
    infos: Vec<TensorInfo>,
    tensors: Vec<StoredTensor>,
    /// Which part, from 1, of how many the file is.
    part: Option<(u64, u64)>,
    /// Whether it has the scale of an adapter.
    has_scale: bool,
}

/// Reads the header from front to back.
struct Header {
    reader: BufReader<Reader>,
    position: u64,
    length: u64,
    big_endian: bool,
}

/// Why a header was not read.
enum Problem {
    /// In words, what is wrong with it.
    Content(String),
    Read(io::Error),
}

impl From<&str> for Problem {
    fn from(reason: &str) -> Problem {
        Problem::Content(reason.into())
    }
}

impl From<String> for Problem {
    fn from(reason: String) -> Problem {
        Problem::Content(reason)
    }
}

impl Header {
    fn read(&mut self) -> Result<Contents, Problem> {
        let version = self.number(4)?;
        if !matches!(version, 2 | 3) {
            return Err(format!("its version is {version}, and 2 and 3 are read").into());
        }
        let (tensors, pairs) = (self.number(8)?, self.number(8)?);
        if tensors > MAX_TENSORS {
            return Err(format!("it holds {tensors} tensors, more than the {MAX_TENSORS} that are read").into());
        }
        let mut alignment = USUAL_ALIGNMENT;
        let (mut number, mut count, mut has_scale) = (0, None, false);
        for _ in 0..pairs {
            let key = self.text()?;
            let kind = self.number(4)?;
            if key == b"general.alignment" && kind == 4 {
                alignment = self.number(4)?;
            } else if let (b"split.no" | b"split.count", Some(width @ (1 | 2 | 4 | 8))) = (&key[..], width(kind)) {
                let value = self.number(width)?;
                match &key[..] {
                    b"split.no" => number = value,
                    _ => count = Some(value),
                }
            } else {
                has_scale |= key == ADAPTER_SCALE.as_bytes();
                self.skip_value(kind, 0)?;
            }
        }
        if alignment == 0 {
            return Err("its alignment is 0".into());
        }
        let mut infos = Vec::new();
        let mut positions = Vec::new();
        for _ in 0..tensors {
            let (info, kind, offset) = self.tensor()?;
            infos.push(info);
            positions.push((kind, offset));
        }
        let first = self.position.checked_next_multiple_of(alignment).ok_or("its alignment is absurdly large")?;
        let placed = infos.iter().zip(positions).map(|(info, (kind, offset))| {
            let start = first.checked_add(offset);
            let end = start.and_then(|start| start.checked_add(info.bytes));
            match (start, end) {
                (Some(start), Some(end)) if end <= self.length => Ok(StoredTensor { kind, start, end }),
                _ => Err(format!("tensor `{}` reaches beyond the end of the file", info.name)),
            }
        });
        let placed = placed.collect::<Result<Vec<_>, _>>()?;
        let part = count.map(|count| (number.saturating_add(1), count));
        Ok(Contents { infos, tensors: placed, part, has_scale })
    }

    fn tensor(&mut self) -> Result<(TensorInfo, Option<BlockType>, u64), Problem> {
        let name = self.text()?;
        if name.len() > LONGEST_NAME {
            let length = name.len();
            return Err(
                format!("the name of a tensor has {length} bytes, more than the {LONGEST_NAME} that are read").into()
            );
        }
        let name = String::from_utf8_lossy(&name).into_owned();
        let axes = self.number(4)?;
        if axes > u64::from(MAX_AXES) {
            return Err(format!("tensor `{name}` has {axes} axes, more than the {MAX_AXES} that are read").into());
        }
        let mut shape = (0..axes).map(|_| self.number(8)).collect::<Result<Vec<u64>, _>>()?;
        let number = self.number(4)?;
        let offset = self.number(8)?;
        let elements = shape.iter().try_fold(1_u64, |product, axis| product.checked_mul(*axis));
        let elements = elements.filter(|elements| usize::try_from(elements.saturating_mul(8)).is_ok());
        let elements = elements.ok_or_else(|| format!("the shape of tensor `{name}` is absurdly large"))?;
        let known = ggml::of_number(number);
        // Blocks run along the fastest axis, which comes first.
        let row = shape.first().copied().unwrap_or(1);
        let kind = known.filter(|kind| row.is_multiple_of(kind.values));
        let bytes = kind.map(|kind| (elements / kind.values).checked_mul(kind.bytes));
        let bytes =
            bytes.unwrap_or(Some(0)).ok_or_else(|| format!("the shape of tensor `{name}` is absurdly large"))?;
        shape.reverse();
        let shape = shape.into_iter().map(|axis| axis as usize).collect();
        let is_numeric = kind.is_some_and(|kind| is_read(kind, self.big_endian));
        let order = if self.big_endian && !is_numeric { " with the most significant byte first" } else { "" };
        let dtype = match (kind, known) {
            (Some(kind), _) => kind.name.to_owned() + order,
            (None, Some(kind)) => format!("{} in rows that are no whole blocks of {}", kind.name, kind.values),
            (None, None) => format!("number {number}"),
        };
        Ok((TensorInfo { name, shape, dtype, bytes, is_numeric, in_model: true }, kind, offset))
    }

    /// The place behind a piece of this length.
    fn end_of(&self, length: u64) -> Result<u64, Problem> {
        let end = self.position.checked_add(length).filter(|end| *end <= self.length);
        end.ok_or_else(|| "it ends within its header".into())
    }

    fn number(&mut self, width: u64) -> Result<u64, Problem> {
        let end = self.end_of(width)?;
        let mut bytes = [0; 8];
        let bytes = bytes.get_mut(..width as usize).ok_or("a number is absurdly long")?;
        self.reader.read_exact(bytes).map_err(Problem::Read)?;
        self.position = end;
        let bytes = bytes.iter();
        let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Ok(if self.big_endian { bytes.fold(0, add) } else { bytes.rev().fold(0, add) })
    }

    fn text(&mut self) -> Result<Vec<u8>, Problem> {
        let length = self.number(8)?;
        let end = self.end_of(length)?;
        if length > LONGEST_TEXT {
            return Err(format!("a name has {length} bytes, more than the {LONGEST_TEXT} that are read").into());
        }
        let mut text = vec![0; length as usize];
        self.reader.read_exact(&mut text).map_err(Problem::Read)?;
        self.position = end;
        Ok(text)
    }

    fn skip(&mut self, length: u64) -> Result<(), Problem> {
        let end = self.end_of(length)?;
        // What is skipped is less than the file, whose length is that of a file.
        self.reader.seek_relative(length as i64).map_err(Problem::Read)?;
        self.position = end;
        Ok(())
    }

    fn skip_value(&mut self, kind: u64, depth: usize) -> Result<(), Problem> {
        match kind {
            8 => {
                let length = self.number(8)?;
                self.skip(length)
            }
            9 => {
                let (kind, count) = (self.number(4)?, self.number(8)?);
                match width(kind) {
                    Some(width) => {
                        let length = count.checked_mul(width).ok_or("a list is absurdly long")?;
                        self.skip(length)
                    }
                    None if depth < DEEPEST_LIST => (0..count).try_for_each(|_| self.skip_value(kind, depth + 1)),
                    None => Err("its lists contain each other too deep".into()),
                }
            }
            kind => match width(kind) {
                Some(width) => self.skip(width),
                None => Err(format!("a value is of type {kind}, which is not known").into()),
            },
        }
    }
}

/// The bytes of a plain value.
fn width(kind: u64) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of one tensor of 2 rows.
    fn file(kind: u32, columns: u64, values: &[u8]) -> Vec<u8> {
        let mut bytes = b"GGUF\x03\0\0\0".to_vec();
        let text = |text: &[u8]| [&(text.len() as u64).to_le_bytes()[..], text].concat();
        bytes.extend([1_u64.to_le_bytes(), 2_u64.to_le_bytes()].concat());
        bytes.extend(text(b"general.alignment"));
        bytes.extend([4_u32.to_le_bytes(), 64_u32.to_le_bytes()].concat());
        bytes.extend(text(b"tokens"));
        bytes.extend([9_u32.to_le_bytes(), 8_u32.to_le_bytes()].concat());
        bytes.extend([&1_u64.to_le_bytes()[..], &text(b"a")].concat());
        bytes.extend(text(b"w"));
        bytes.extend(2_u32.to_le_bytes());
        bytes.extend([columns.to_le_bytes(), 2_u64.to_le_bytes()].concat());
        bytes.extend([&kind.to_le_bytes()[..], &0_u64.to_le_bytes()].concat());
        bytes.resize(bytes.len().next_multiple_of(64), 0);
        bytes.extend(values);
        bytes
    }

    fn opened(bytes: &[u8]) -> Result<TensorFile, FormatError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gguf");
        std::fs::write(&path, bytes).unwrap();
        open(&path)
    }

    #[test]
    fn blocks_of_bytes_share_a_scale() {
        let block = |scale: f32, quant: i8| {
            let mut block = half::f16::from_f32(scale).to_le_bytes().to_vec();
            block.extend([quant.cast_unsigned(); 32]);
            block
        };
        let opened = opened(&file(8, 32, &[block(0.5, -3), block(2.0, 127)].concat())).unwrap();
        assert_eq!((&opened.tensors()[0].shape[..], opened.tensors()[0].bytes), (&[2, 32][..], 68));
        let matrix = opened.matrix("w").unwrap();
        assert_eq!((matrix[(0, 0)], matrix[(1, 31)]), (-1.5, 254.0));
    }

    #[test]
    fn damaged_headers_are_refused() {
        let whole = file(0, 1, &[0; 8]);
        assert!(opened(&whole).is_ok());
        for length in 4..whole.len() {
            assert!(opened(&whole[..length]).is_err(), "{length}");
        }
        let unknown = opened(&file(99, 1, &[])).unwrap();
        assert_eq!((unknown.tensors()[0].dtype.as_str(), unknown.tensors()[0].is_numeric), ("number 99", false));
        let uneven = opened(&file(8, 33, &[])).unwrap();
        assert!(uneven.tensors()[0].dtype.contains("no whole blocks of 32") && !uneven.tensors()[0].is_numeric);
        assert!(opened(&file(0, u64::MAX, &[])).unwrap_err().to_string().contains("absurdly large"));
        let listed = opened(&file(16, 256, &[0; 132])).unwrap();
        assert!(listed.vector("w").unwrap_err().to_string().contains("convert it"));
    }
}
