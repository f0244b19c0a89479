//! GGUF, the weight format of llama.cpp: a header with names, shapes and places, then the values.
//!
//! Layout: ggml/docs/gguf.md, versions 2 and 3. Shapes are written with the fastest axis first. Tensors of types that
//! are not read are listed by name.

use std::path::Path;

use super::ggml::{BlockType, Coding};
use super::mapped::MappedFile;
use super::tensor_info::{TensorInfo, TensorOrder};
use super::tensors::{TensorFile, TensorSource, ValuesError};
use super::{Account, FormatError, PartName, ggml, parts};

const FORMAT: &str = "GGUF";
/// The place of values is a multiple of this, unless the file says otherwise.
const USUAL_ALIGNMENT: u64 = 32;
/// The most tensors of a file.
const MAX_TENSORS: u64 = 1 << 16;
/// The most axes of a tensor.
const MAX_AXES: u32 = 8;
/// The longest name of a tensor, in bytes; ggml allows 64.
const LONGEST_NAME: usize = 512;
/// The key of α of a low-rank adapter.
const ADAPTER_SCALE: &str = "adapter.lora.alpha";
/// Lists in lists end here.
const DEEPEST_LIST: usize = 4;

/// Where the values of a tensor are.
struct StoredTensor {
    /// `None` for a type of an unknown number.
    kind: Option<BlockType>,
    start: usize,
    end: usize,
}

struct Values {
    map: MappedFile,
    tensors: Vec<StoredTensor>,
    big_endian: bool,
}

impl TensorSource for Values {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let Some(tensor) = self.tensors.get(index) else { return Ok(Vec::new()) };
        let bytes = self.map.as_ref().get(tensor.start..tensor.end).unwrap_or_default();
        let values = tensor.kind.filter(|kind| is_read(*kind, self.big_endian)).and_then(|kind| {
            if !self.big_endian {
                return kind.decode(bytes);
            }
            let ordered: Vec<u8> =
                bytes.chunks_exact(kind.bytes as usize).flat_map(|number| number.iter().rev()).copied().collect();
            kind.decode(&ordered)
        });
        values.ok_or_else(|| {
            let problem = "is of a type that is not read; convert it to F32, F16, BF16 or Q8_0, as with llama-quantize";
            ValuesError::Tensor(problem.into())
        })
    }
}

/// Whether a tensor's values are read. Blocks hold numbers of several widths, whose order is not turned around.
fn is_read(kind: BlockType, big_endian: bool) -> bool {
    kind.is_read() && !(big_endian && matches!(kind.coding, Coding::Blocks(_)))
}

/// Maps the file and reads its header.
pub(super) fn open(path: &Path) -> Result<TensorFile, FormatError> {
    let map = MappedFile::open(path)?;
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    // The version is a small number in one order of its bytes, and a very large one in the other.
    let big_endian = matches!(map.as_ref().get(4..8), Some([0, 0, 0, version]) if *version > 0);
    let Contents { infos, tensors, part, has_scale } =
        Header { bytes: map.as_ref(), position: 4, big_endian }.read().map_err(damaged)?;
    let mut account = part.map_or_else(Account::default, |(part, count)| parts::account(path, part, count));
    if has_scale && infos.iter().any(|info| info.name.ends_with(".lora_a")) {
        account.misses(PartName::key(ADAPTER_SCALE), "scales the products of the adapter, and is not read");
    }
    let file = TensorFile::new(path, infos, Values { map, tensors, big_endian });
    Ok(file.ordered(TensorOrder::ByName).with_account(account))
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
struct Header<'a> {
    bytes: &'a [u8],
    position: usize,
    big_endian: bool,
}

impl<'a> Header<'a> {
    /// The tensors; in words, why the header is not understood.
    fn read(mut self) -> Result<Contents, String> {
        let version = self.number(4)?;
        if !matches!(version, 2 | 3) {
            return Err(format!("its version is {version}, and 2 and 3 are read"));
        }
        let (tensors, pairs) = (self.number(8)?, self.number(8)?);
        if tensors > MAX_TENSORS {
            return Err(format!("it holds {tensors} tensors, more than the {MAX_TENSORS} that are read"));
        }
        let mut alignment = USUAL_ALIGNMENT;
        let (mut number, mut count, mut has_scale) = (0, None, false);
        for _ in 0..pairs {
            let key = self.text()?;
            let kind = self.number(4)?;
            if key == b"general.alignment" && kind == 4 {
                alignment = self.number(4)?;
            } else if let (b"split.no" | b"split.count", Some(width @ (1 | 2 | 4 | 8))) = (key, width(kind)) {
                let value = self.number(width)?;
                match key {
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
        let first =
            (self.position as u64).checked_next_multiple_of(alignment).ok_or("its alignment is absurdly large")?;
        let placed = infos.iter().zip(positions).map(|(info, (kind, offset))| {
            let start = first.checked_add(offset);
            let end = start.and_then(|start| start.checked_add(info.bytes));
            match (start, end) {
                (Some(start), Some(end)) if end <= self.bytes.len() as u64 => {
                    Ok(StoredTensor { kind, start: start as usize, end: end as usize })
                }
                _ => Err(format!("tensor `{}` reaches beyond the end of the file", info.name)),
            }
        });
        let placed = placed.collect::<Result<Vec<_>, _>>()?;
        let part = count.map(|count| (number.saturating_add(1), count));
        Ok(Contents { infos, tensors: placed, part, has_scale })
    }

    fn tensor(&mut self) -> Result<(TensorInfo, Option<BlockType>, u64), String> {
        let name = self.text()?;
        if name.len() > LONGEST_NAME {
            return Err(format!(
                "the name of a tensor has {} bytes, more than the {LONGEST_NAME} that are read",
                name.len()
            ));
        }
        let name = String::from_utf8_lossy(name).into_owned();
        let axes = self.number(4)?;
        if axes > u64::from(MAX_AXES) {
            return Err(format!("tensor `{name}` has {axes} axes, more than the {MAX_AXES} that are read"));
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

    fn take(&mut self, length: u64) -> Result<&'a [u8], String> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let piece = usize::try_from(length).ok().and_then(|length| rest.get(..length));
        let piece = piece.ok_or("it ends within its header")?;
        self.position += piece.len();
        Ok(piece)
    }

    fn number(&mut self, width: u64) -> Result<u64, String> {
        let bytes = self.take(width)?.iter();
        let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Ok(if self.big_endian { bytes.fold(0, add) } else { bytes.rev().fold(0, add) })
    }

    fn text(&mut self) -> Result<&'a [u8], String> {
        let length = self.number(8)?;
        self.take(length)
    }

    fn skip_value(&mut self, kind: u64, depth: usize) -> Result<(), String> {
        match kind {
            8 => self.text().map(|_| ()),
            9 => {
                let (kind, count) = (self.number(4)?, self.number(8)?);
                match width(kind) {
                    Some(width) => {
                        let length = count.checked_mul(width).ok_or("a list is absurdly long")?;
                        self.take(length).map(|_| ())
                    }
                    None if depth < DEEPEST_LIST => (0..count).try_for_each(|_| self.skip_value(kind, depth + 1)),
                    None => Err("its lists contain each other too deep".into()),
                }
            }
            kind => match width(kind) {
                Some(width) => self.take(width).map(|_| ()),
                None => Err(format!("a value is of type {kind}, which is not known")),
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
