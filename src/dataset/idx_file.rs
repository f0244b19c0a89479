//! IDX, the format of MNIST: unsigned bytes, integers or floats with a few axes, all numbers big-endian.
//!
//! Layout: two zero bytes, the type, the number of axes, the length of each axis in 32 bits, the values
//! (yann.lecun.com/exdb/mnist). Labels are in a file of their own beside the images.

use std::path::{Path, PathBuf};

use super::DatasetError;
use super::arrays::{ArrayTable, NamedArray};
use crate::io::numpy::Values;
use crate::io::read_expanded;

/// The most axes of an array.
const MAX_AXES: usize = 8;

/// Whether a file that begins so is one.
pub(super) fn is_idx(content: &[u8]) -> bool {
    matches!(content, [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=8, ..])
}

/// The points in `content`, which was read from `path`, and the labels beside it.
pub(super) fn read(path: &Path, content: &[u8]) -> Result<ArrayTable, DatasetError> {
    let points = array(path, "values", content)?;
    let mut arrays = vec![points];
    let mut note = None;
    if let Some(beside) = labels_beside(path).filter(|path| crate::io::is_file(path)) {
        let labels = array(&beside, "labels", &read_expanded(&beside)?)?;
        let (found, samples) = (labels.shape.iter().product::<usize>(), arrays[0].shape.first().copied().unwrap_or(0));
        if found == samples {
            arrays.push(labels);
        } else {
            let name = beside.file_name().unwrap_or_default().to_string_lossy().into_owned();
            note = Some(format!("left out the labels in {name}: there are {found} of them for {samples} samples"));
        }
    }
    let mut table = ArrayTable::new(path, arrays, &["values".to_owned()], Some("labels"))?;
    table.notes.extend(note);
    Ok(table)
}

/// `train-images-idx3-ubyte.gz` has its labels in `train-labels-idx1-ubyte.gz`.
fn labels_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let labels = name.replace("images", "labels").replace("idx3", "idx1").replace("idx2", "idx1");
    if labels == name {
        return None;
    }
    // One of the two may be compressed and the other not.
    let other = labels.strip_suffix(".gz").map_or_else(|| format!("{labels}.gz"), str::to_owned);
    [labels, other].into_iter().map(|name| path.with_file_name(name)).find(|path| crate::io::is_file(path))
}

fn array(path: &Path, name: &str, content: &[u8]) -> Result<NamedArray, DatasetError> {
    let fault = |problem: &str| DatasetError::Idx { path: path.into(), problem: problem.into() };
    let [0, 0, kind, axes, rest @ ..] = content else { return Err(fault("does not begin as one does")) };
    let axes = usize::from(*axes);
    if axes > MAX_AXES {
        return Err(fault("has too many axes"));
    }
    let (lengths, values) = rest.split_at_checked(4 * axes).ok_or_else(|| fault("ends within its header"))?;
    let shape: Vec<usize> = lengths.as_chunks().0.iter().map(|axis| u32::from_be_bytes(*axis) as usize).collect();
    let elements = shape.iter().try_fold(1_usize, |product, axis| product.checked_mul(*axis));
    let size = match kind {
        0x08 | 0x09 => 1,
        0x0b => 2,
        0x0c | 0x0d => 4,
        0x0e => 8,
        _ => return Err(fault("has values of a type that is not known")),
    };
    if elements.and_then(|elements| elements.checked_mul(size)) != Some(values.len()) {
        return Err(fault("does not have as many values as its header says"));
    }
    let values = match kind {
        0x08 => integers(values, |[byte]| i64::from(byte)),
        0x09 => integers(values, |[byte]| i64::from(byte.cast_signed())),
        0x0b => integers(values, |bytes| i64::from(i16::from_be_bytes(bytes))),
        0x0c => integers(values, |bytes| i64::from(i32::from_be_bytes(bytes))),
        0x0d => floats(values, |bytes| f64::from(f32::from_be_bytes(bytes))),
        _ => floats(values, f64::from_be_bytes),
    };
    Ok(NamedArray { name: name.to_owned(), shape, values })
}

fn integers<const SIZE: usize>(bytes: &[u8], value: impl Fn([u8; SIZE]) -> i64) -> Values {
    Values::Integers(bytes.as_chunks::<SIZE>().0.iter().map(|chunk| value(*chunk)).collect())
}

fn floats<const SIZE: usize>(bytes: &[u8], value: impl Fn([u8; SIZE]) -> f64) -> Values {
    Values::Floats(bytes.as_chunks::<SIZE>().0.iter().map(|chunk| value(*chunk)).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::dataset::labels::Labels;
    use crate::dataset::points::Dataset;

    #[test]
    fn images_find_their_labels_and_may_be_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let images = folder.path().join("t10k-images-idx3-ubyte.gz");
        let bytes = [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3][..], &[0, 128, 255, 1, 2, 3]].concat();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&bytes).unwrap();
        std::fs::write(&images, packed.finish().unwrap()).unwrap();
        std::fs::write(folder.path().join("t10k-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 2, 7, 0]).unwrap();
        let data = Dataset::open(&images, Some(3)).unwrap();
        assert_eq!(data.points.as_slice(), [0.0, 128.0, 255.0, 1.0, 2.0, 3.0]);
        assert!(matches!(&data.labels, Labels::Classes { of_sample, .. } if of_sample[..] == [7, 0]));
        assert_eq!(data.name, "t10k-images-idx3-ubyte");
    }

    #[test]
    fn other_types_and_damage() {
        let path = Path::new("a.idx");
        let floats = [&[0, 0, 0x0d, 1, 0, 0, 0, 1][..], &1.5_f32.to_be_bytes()].concat();
        assert_eq!(array(path, "a", &floats).unwrap().values, Values::Floats(vec![1.5]));
        let short = [0, 0, 0x0b, 1, 0, 0, 0, 1, 0xff, 0xfe];
        assert_eq!(array(path, "a", &short).unwrap().values, Values::Integers(vec![-2]));
        for length in 0..short.len() {
            assert!(array(path, "a", &short[..length]).is_err());
        }
        assert!(array(path, "a", &[0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255]).is_err());
    }
}
