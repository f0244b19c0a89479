//! What the libraries lack: a checked, proper, gauge-fixed singular value decomposition, the logarithm of a rotation,
//! and principal components.

mod error;
pub mod library;
mod planes;
mod principal;
mod rotation;
#[cfg(test)]
pub(crate) mod testing;

pub use error::LinalgError;
pub use principal::{PrincipalComponents, principal_components};
pub use rotation::Rotation;
