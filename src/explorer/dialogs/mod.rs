//! What is asked or explained in a window of its own, and files that are dropped.

pub(super) mod columns;
pub(super) mod drop;
pub(super) mod import;
pub(super) mod import_spectra;
pub(super) mod import_tensors;
pub(super) mod model_help;
pub(super) mod path_field;
