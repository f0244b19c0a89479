//! A file that holds the bytes of storages.

use std::borrow::Cow;
use std::ops::Range;

/// What the format is called.
pub(super) const FORMAT: &str = "PyTorch";

/// A file that holds the bytes of storages.
pub(super) trait StorageFile {
    /// How many bytes the storage with this key has; in words, why they cannot be had.
    fn length(&self, key: &str) -> Result<usize, String>;

    /// Those at this place of the storage: views of one storage read no more than what they show.
    fn piece(&self, key: &str, range: Range<usize>) -> Result<Cow<'_, [u8]>, String>;
}
