//! What the libraries lack: a checked, proper, gauge-fixed singular value decomposition and the logarithm of a rotation.

mod error;
mod principal;
mod rotation;

pub use error::LinalgError;
pub use principal::{PrincipalComponents, principal_components};
pub use rotation::Rotation;
