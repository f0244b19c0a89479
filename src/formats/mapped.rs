//! A file mapped into memory: only the parts that are looked at are read from the disk.

use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use super::FormatError;

/// The bytes of a whole file, shared between those who read in it.
#[derive(Clone)]
pub(super) struct MappedFile(Arc<Mmap>);

impl MappedFile {
    /// Maps the file at `path`.
    pub fn open(path: &Path) -> Result<MappedFile, FormatError> {
        let unreadable = |source| FormatError::Read { path: path.into(), source };
        let file = crate::io::open(path).map_err(unreadable)?;
        // SAFETY: the map is only read, and every access is bounded by its length. Another program that shortens the
        // file meanwhile can end this one; that is the price of opening large files without reading them.
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(&file) }.map_err(unreadable)?;
        Ok(MappedFile(Arc::new(map)))
    }
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
