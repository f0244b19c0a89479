//! Reading and writing files, whatever a path stands for and whatever they hold: pipes, links, compression, NumPy's arrays.

mod companion;
mod error;
#[cfg(not(target_arch = "wasm32"))]
mod file;
mod file_reference;
mod gzip;
pub mod numpy;
mod open_file;
#[cfg(any(test, target_arch = "wasm32"))]
pub mod page;
pub mod parquet;
mod reason;
mod room;
pub(crate) mod stored_path;
#[cfg(not(target_arch = "wasm32"))]
mod stream;
#[cfg(not(target_arch = "wasm32"))]
mod untold;
mod whole;
#[cfg(not(target_arch = "wasm32"))]
mod write;
#[cfg(not(target_arch = "wasm32"))]
mod write_folder;

pub use companion::companion;
pub use error::IoError;
#[cfg(not(target_arch = "wasm32"))]
pub use file::{NewFile, is_file, is_same, open};
pub use file_reference::{FileReference, ReferenceProblem, relative};
pub use gzip::read_expanded;
pub use open_file::{OpenFile, Reader};
#[cfg(target_arch = "wasm32")]
pub use page::{
    NewFile, check_writable, is_file, open, remove_partials, write_beside, write_beside_by, write_folder_beside,
};
pub use reason::reason;
pub use room::reserved;
pub use whole::read;
#[cfg(not(target_arch = "wasm32"))]
pub use write::{check_writable, remove_partials, write_beside, write_beside_by};
#[cfg(not(target_arch = "wasm32"))]
pub use write_folder::write_folder_beside;
