//! The kinds of files that hold a Keras model.

use super::archive::open_archive;
use super::{WEIGHTS_ENTRY, open_architecture, open_hdf5};
use crate::formats::candidate::{Candidate, Content, Evidence};
use crate::formats::input_lengths::InputLengths;
use crate::formats::opened::Opened;
use crate::formats::{FormatError, hdf5};

/// How surely the file is one: an archive, HDF5, or an architecture whose weights lie beside it.
pub(in crate::formats) fn recognise(file: &Candidate) -> Option<Evidence> {
    match &file.content {
        Content::Bytes if hdf5::is_marked(&file.beginning) => Some(Evidence::Mark),
        // Other programs write files of this name too.
        Content::Bytes => matches!(&*file.extension, "h5" | "hdf5").then_some(Evidence::Unmarked(hdf5::FORMAT)),
        Content::Zip(names) => {
            let is_inside = |name: &String| name.ends_with(WEIGHTS_ENTRY) || name.ends_with(".keras");
            names.iter().any(is_inside).then_some(Evidence::Content)
        }
        Content::Json(keys, _) => {
            let is_model = keys.class_name.is_some() && keys.config.is_some() && keys.model_topology.is_none();
            is_model.then_some(Evidence::Content)
        }
    }
}

/// Opens a file of any of these kinds.
pub(in crate::formats) fn open_any(file: &Candidate, input: Option<InputLengths>) -> Result<Opened, FormatError> {
    match &file.content {
        Content::Bytes => open_hdf5(&file.path, input),
        Content::Zip(_) => open_archive(&file.path, input),
        Content::Json(_, bytes) => open_architecture(&file.path, bytes, input),
    }
}
