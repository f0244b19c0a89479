//! Reading and writing files, whatever a path stands for and whatever they hold: pipes, links, compression, NumPy's arrays.

mod companion;
mod error;
mod file;
mod file_reference;
mod gzip;
pub mod numpy;
mod open_file;
pub mod parquet;
mod reason;
mod room;
pub(crate) mod stored_path;
mod stream;
mod untold;
mod whole;
mod write;
mod write_folder;

pub use companion::companion;
pub use error::IoError;
pub use file::{is_same, open};
pub use file_reference::{FileReference, ReferenceProblem, relative};
pub use gzip::read_expanded;
pub use open_file::{OpenFile, Reader};
pub use reason::reason;
pub use room::reserved;
pub use whole::read;
pub use write::{check_writable, remove_partials, write_beside, write_beside_by};
pub use write_folder::write_folder_beside;
