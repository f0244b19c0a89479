//! A view, with strides, of a storage: how PyTorch keeps the values of a tensor.

use std::ops::Range;

use super::element::Element;
use super::storage_file::StorageFile;

/// A tensor with a stride of 0 repeats its values without storing them; more than this many are not spelled out.
const MAX_REPEATED: u64 = 1 << 20;

/// Where the values of a tensor are. Offset and strides count elements.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct View {
    pub storage: String,
    pub shape: Vec<usize>,
    pub strides: Vec<usize>,
    pub offset: usize,
    pub element: Element,
}

impl View {
    /// The values in row-major order; in words, why there are none.
    pub fn values(&self, file: &impl StorageFile) -> Result<Vec<f64>, String> {
        if self.shape.contains(&0) {
            return Ok(Vec::new());
        }
        let range = self.range(file.length(&self.storage)?)?;
        self.gathered(&file.piece(&self.storage, range)?)
    }

    /// The place in a storage of so many bytes that holds all values; in words, why there is none.
    fn range(&self, length: usize) -> Result<Range<usize>, String> {
        let size = self.element.size;
        let beyond = || "reaches beyond the end of its storage; save the file again".to_owned();
        let reach = self.shape.iter().zip(&self.strides).try_fold(self.offset, |reach, (axis, stride)| {
            (axis - 1).checked_mul(*stride).and_then(|step| reach.checked_add(step))
        });
        let stored = length / size;
        let reach = reach.filter(|reach| *reach < stored).ok_or_else(beyond)?;
        let elements = elements(&self.shape);
        if elements > stored as u64 && elements > MAX_REPEATED {
            return Err("repeats its values without end; save a contiguous copy of it".into());
        }
        Ok(self.offset * size..(reach + 1) * size)
    }

    /// The values in the bytes of this view's place.
    fn gathered(&self, bytes: &[u8]) -> Result<Vec<f64>, String> {
        let size = self.element.size;
        let unread = || format!("is of type {}, which is not read", self.element.name);
        let elements = elements(&self.shape);
        if self.is_contiguous() {
            return self.element.gather(bytes, 0..bytes.len() / size).ok_or_else(unread);
        }
        // Every value on its own, in the order of the rows.
        let positions = (0..elements as usize).map(|position| {
            let (mut rest, mut source) = (position, 0);
            for (axis, stride) in self.shape.iter().zip(&self.strides).rev() {
                source += rest % axis * stride;
                rest /= axis;
            }
            source
        });
        self.element.gather(bytes, positions).ok_or_else(unread)
    }

    fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.shape.iter().zip(&self.strides).rev().all(|(axis, stride)| {
            let fits = *axis == 1 || *stride == expected;
            expected *= axis;
            fits
        })
    }
}

/// The number of values of a shape; as large as can be where it is absurd.
pub(super) fn elements(shape: &[usize]) -> u64 {
    shape.iter().fold(1_u64, |product, axis| product.saturating_mul(*axis as u64))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn view(shape: &[usize], strides: &[usize], offset: usize) -> View {
        let element = Element::of_dtype("float32").unwrap();
        View { storage: "0".into(), shape: shape.to_vec(), strides: strides.to_vec(), offset, element }
    }

    /// One storage.
    struct Bytes<'a>(&'a [u8]);

    impl StorageFile for Bytes<'_> {
        fn length(&self, _: &str) -> Result<usize, String> {
            Ok(self.0.len())
        }

        fn piece(&self, _: &str, range: Range<usize>) -> Result<Cow<'_, [u8]>, String> {
            Ok(Cow::Borrowed(&self.0[range]))
        }
    }

    #[test]
    fn strides_are_followed() {
        let bytes: Vec<u8> = (0..6_u8).flat_map(|value| f32::from(value).to_le_bytes()).collect();
        assert_eq!(view(&[2, 3], &[3, 1], 0).values(&Bytes(&bytes)).unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(view(&[3, 2], &[1, 3], 0).values(&Bytes(&bytes)).unwrap(), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(view(&[2], &[2], 1).values(&Bytes(&bytes)).unwrap(), [1.0, 3.0]);
        assert_eq!(view(&[2, 2], &[0, 1], 4).values(&Bytes(&bytes)).unwrap(), [4.0, 5.0, 4.0, 5.0]);
        assert_eq!(view(&[], &[], 5).values(&Bytes(&bytes)).unwrap(), [5.0]);
        assert!(view(&[0, 9], &[1, 1], 0).values(&Bytes(&bytes)).unwrap().is_empty());
    }

    #[test]
    fn nothing_beyond_the_storage_is_read() {
        let bytes = [0; 24];
        for (shape, strides, offset) in
            [(&[7][..], &[1][..], 0), (&[2, 3], &[3, 1], 1), (&[2], &[usize::MAX], 1), (&[], &[], 6)]
        {
            assert!(view(shape, strides, offset).values(&Bytes(&bytes)).unwrap_err().contains("beyond"), "{shape:?}");
        }
        let endless = view(&[1 << 40, 6], &[0, 1], 0).values(&Bytes(&bytes)).unwrap_err();
        assert!(endless.contains("without end"), "{endless}");
    }
}
