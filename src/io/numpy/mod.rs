//! NumPy's `.npy` arrays and `.npz` archives, read without trusting what they claim.
//!
//! Only headers are read when a file is opened; the values of an array are read when they are asked for.

mod archive;
mod array;
mod element;
mod error;
mod header;
mod pickled;
mod record;
mod shape;
mod values;
mod write;

pub use archive::{Archive, ArrayInfo};
pub use array::{Array, Values};
pub use element::{Element, ElementKind};
pub use error::NumpyError;
pub use header::Header;
pub(crate) use pickled::{Content, Ndarray, ndarray};
pub use write::ArchiveWriter;
