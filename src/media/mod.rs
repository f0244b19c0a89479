//! Files of pictures and films: what their names ask for, and how frames become their bytes.
//!
//! Every writer gives the same bytes for the same frames: none knows the time of day, and none shares its work between
//! threads. A file is filled beside its place and then given its name.

mod apng;
mod change;
mod encoder;
mod error;
mod film;
mod folder;
mod frame;
mod gif;
mod kind;
mod mp4;
mod png;
mod webp;
mod write;

pub use error::MediaError;
pub use film::{Film, Repeats};
pub use frame::Frame;
pub use kind::MediaKind;
pub use png::{png_bytes, write_png};
pub use webp::write_webp;
pub use write::write_film;
