//! GGUF, the weight format of llama.cpp: a header with names, shapes and places, then the values.
//!
//! Layout: ggml/docs/gguf.md, versions 2 and 3. Shapes are written with the fastest axis first. Of the block formats only
//! Q8_0 is read (32 values share one scale); the others are listed by name.

use std::path::Path;

use half::f16;

use super::FormatError;
use super::elements::FloatType;
use super::mapped::MappedFile;
use super::tensors::{TensorFile, TensorInfo, TensorOrder, TensorSource, ValuesError};

const FORMAT: &str = "GGUF";
/// The place of values is a multiple of this, unless the file says otherwise.
const USUAL_ALIGNMENT: u64 = 32;
/// The most tensors of a file.
const MOST_TENSORS: u64 = 1 << 16;
/// The most axes of a tensor.
const MOST_AXES: u32 = 8;
/// The longest name of a tensor, in bytes; ggml allows 64.
const LONGEST_NAME: usize = 512;
/// Lists in lists end here.
const DEEPEST_LIST: usize = 4;
/// Values of a block of Q8_0, and its bytes: a scale of 16 bits before them.
const Q8_VALUES: usize = 32;
const Q8_BYTES: usize = 34;

/// How a type keeps its values.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Coding {
    Float(FloatType),
    Q8,
    /// Blocks of values that are not read, and nothing of whose size is needed.
    Unread,
}

/// The types by their numbers, with the values and the bytes of a block.
const TYPES: [(u32, &str, u64, u64, Coding); 29] = [
    (0, "F32", 1, 4, Coding::Float(FloatType::F32)),
    (1, "F16", 1, 2, Coding::Float(FloatType::F16)),
    (2, "Q4_0", 32, 18, Coding::Unread),
    (3, "Q4_1", 32, 20, Coding::Unread),
    (6, "Q5_0", 32, 22, Coding::Unread),
    (7, "Q5_1", 32, 24, Coding::Unread),
    (8, "Q8_0", Q8_VALUES as u64, Q8_BYTES as u64, Coding::Q8),
    (9, "Q8_1", 32, 36, Coding::Unread),
    (10, "Q2_K", 256, 84, Coding::Unread),
    (11, "Q3_K", 256, 110, Coding::Unread),
    (12, "Q4_K", 256, 144, Coding::Unread),
    (13, "Q5_K", 256, 176, Coding::Unread),
    (14, "Q6_K", 256, 210, Coding::Unread),
    (15, "Q8_K", 256, 292, Coding::Unread),
    (16, "IQ2_XXS", 256, 66, Coding::Unread),
    (17, "IQ2_XS", 256, 74, Coding::Unread),
    (18, "IQ3_XXS", 256, 98, Coding::Unread),
    (19, "IQ1_S", 256, 50, Coding::Unread),
    (20, "IQ4_NL", 32, 18, Coding::Unread),
    (21, "IQ3_S", 256, 110, Coding::Unread),
    (22, "IQ2_S", 256, 82, Coding::Unread),
    (23, "IQ4_XS", 256, 136, Coding::Unread),
    (24, "I8", 1, 1, Coding::Unread),
    (25, "I16", 1, 2, Coding::Unread),
    (26, "I32", 1, 4, Coding::Unread),
    (27, "I64", 1, 8, Coding::Unread),
    (28, "F64", 1, 8, Coding::Float(FloatType::F64)),
    (29, "IQ1_M", 256, 56, Coding::Unread),
    (30, "BF16", 1, 2, Coding::Float(FloatType::BF16)),
];

/// Where the values of a tensor are.
struct Placed {
    coding: Coding,
    start: usize,
    end: usize,
}

struct Values {
    map: MappedFile,
    tensors: Vec<Placed>,
}

impl TensorSource for Values {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let Some(tensor) = self.tensors.get(index) else { return Ok(Vec::new()) };
        let bytes = self.map.as_ref().get(tensor.start..tensor.end).unwrap_or_default();
        match tensor.coding {
            Coding::Float(float) => Ok(float.decode(bytes)),
            Coding::Q8 => Ok(decode_q8(bytes)),
            Coding::Unread => {
                let problem = "is of a type that is not read; convert it to F32, F16, BF16 or Q8_0";
                Err(ValuesError::Tensor(problem.into()))
            }
        }
    }
}

/// Each block is a scale and 32 signed bytes; a value is their product.
fn decode_q8(bytes: &[u8]) -> Vec<f64> {
    let blocks = bytes.as_chunks::<Q8_BYTES>().0.iter();
    let values = blocks.flat_map(|[low, high, quants @ ..]| {
        let scale = f16::from_le_bytes([*low, *high]).to_f64();
        quants.iter().map(move |quant| scale * f64::from(quant.cast_signed()))
    });
    values.collect()
}

/// Maps the file and reads its header.
pub(super) fn open(path: &Path) -> Result<TensorFile, FormatError> {
    let map = MappedFile::open(path)?;
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    let (infos, tensors) = Header { bytes: map.as_ref(), place: 4 }.read().map_err(damaged)?;
    Ok(TensorFile::new(path, infos, Values { map, tensors }).ordered(TensorOrder::ByName))
}

/// Reads the header from front to back.
struct Header<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> Header<'a> {
    /// The tensors; in words, why the header is not understood.
    fn read(mut self) -> Result<(Vec<TensorInfo>, Vec<Placed>), String> {
        let version = self.number(4)?;
        if !matches!(version, 2 | 3) {
            return Err(format!("its version is {version}, and 2 and 3 are read"));
        }
        let (tensors, pairs) = (self.number(8)?, self.number(8)?);
        if tensors > MOST_TENSORS {
            return Err(format!("it claims {tensors} tensors, more than the {MOST_TENSORS} that are read"));
        }
        let mut alignment = USUAL_ALIGNMENT;
        for _ in 0..pairs {
            let key = self.text()?;
            let kind = self.number(4)?;
            if key == b"general.alignment" && kind == 4 {
                alignment = self.number(4)?;
            } else {
                self.skip_value(kind, 0)?;
            }
        }
        if alignment == 0 {
            return Err("its alignment is 0".into());
        }
        let mut infos = Vec::new();
        let mut places = Vec::new();
        for _ in 0..tensors {
            let (info, coding, offset) = self.tensor()?;
            infos.push(info);
            places.push((coding, offset));
        }
        let first = (self.place as u64).checked_next_multiple_of(alignment).ok_or("its alignment is absurdly large")?;
        let placed = infos.iter().zip(places).map(|(info, (coding, offset))| {
            let start = first.checked_add(offset);
            let end = start.and_then(|start| start.checked_add(info.bytes));
            match (start, end) {
                (Some(start), Some(end)) if end <= self.bytes.len() as u64 => {
                    Ok(Placed { coding, start: start as usize, end: end as usize })
                }
                _ => Err(format!("tensor `{}` reaches beyond the end of the file", info.name)),
            }
        });
        let placed = placed.collect::<Result<Vec<_>, _>>()?;
        Ok((infos, placed))
    }

    fn tensor(&mut self) -> Result<(TensorInfo, Coding, u64), String> {
        let name = self.text()?;
        if name.len() > LONGEST_NAME {
            return Err("the name of a tensor is absurdly long".into());
        }
        let name = String::from_utf8_lossy(name).into_owned();
        let axes = self.number(4)?;
        if axes > u64::from(MOST_AXES) {
            return Err(format!("tensor `{name}` has {axes} axes"));
        }
        let mut shape = (0..axes).map(|_| self.number(8)).collect::<Result<Vec<u64>, _>>()?;
        let kind = self.number(4)?;
        let offset = self.number(8)?;
        let known = TYPES.iter().find(|(number, ..)| u64::from(*number) == kind);
        let (_, dtype, block, block_bytes, coding) =
            known.ok_or_else(|| format!("tensor `{name}` is of type {kind}, which is not known"))?;
        let elements = shape.iter().try_fold(1_u64, |product, axis| product.checked_mul(*axis));
        let elements = elements.filter(|elements| usize::try_from(elements.saturating_mul(8)).is_ok());
        let elements = elements.ok_or_else(|| format!("the shape of tensor `{name}` is absurdly large"))?;
        // Blocks run along the fastest axis, which comes first.
        if !shape.first().copied().unwrap_or(1).is_multiple_of(*block) {
            return Err(format!("the rows of tensor `{name}` are no whole blocks of {block} values"));
        }
        let bytes = (elements / block).checked_mul(*block_bytes);
        let bytes = bytes.ok_or_else(|| format!("the shape of tensor `{name}` is absurdly large"))?;
        shape.reverse();
        let shape = shape.into_iter().map(|axis| axis as usize).collect();
        let is_numeric = *coding != Coding::Unread;
        let dtype = (*dtype).to_owned();
        Ok((TensorInfo { name, shape, dtype, bytes, is_numeric, in_model: true }, *coding, offset))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], String> {
        let rest = self.bytes.get(self.place..).unwrap_or_default();
        let piece = usize::try_from(length).ok().and_then(|length| rest.get(..length));
        let piece = piece.ok_or("it ends within its header")?;
        self.place += piece.len();
        Ok(piece)
    }

    fn number(&mut self, width: u64) -> Result<u64, String> {
        Ok(self.take(width)?.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
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
        assert!(opened(&file(99, 1, &[])).unwrap_err().to_string().contains("type 99"));
        assert!(opened(&file(8, 33, &[])).unwrap_err().to_string().contains("no whole blocks"));
        assert!(opened(&file(0, u64::MAX, &[])).unwrap_err().to_string().contains("absurdly large"));
        let listed = opened(&file(14, 256, &[0; 420])).unwrap();
        assert!(listed.vector("w").unwrap_err().to_string().contains("convert it"));
    }
}
