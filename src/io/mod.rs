//! Reading files, whatever a path stands for.

mod companion;
mod open;
mod open_file;
mod read;
mod reason;
mod reserved;
mod same;
mod stream;

pub use companion::companion;
pub use open::open;
pub use open_file::{OpenFile, Reader};
pub use read::read;
pub use reason::reason;
pub use reserved::reserved;
pub use same::is_same;
