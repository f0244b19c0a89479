//! A file that holds the bytes of storages.

/// What the format is called.
pub(super) const FORMAT: &str = "PyTorch";

/// A file that holds the bytes of storages.
pub(super) trait StorageFile {
    /// Gives the bytes of the storage with this key to `read`; in words, why they cannot be had.
    fn with_bytes<T>(&self, key: &str, read: impl FnOnce(&[u8]) -> Result<T, String>) -> Result<T, String>;
}
