//! What the libraries lack: a checked, proper, gauge-fixed singular value decomposition, the logarithm of a rotation,
//! and principal components.

mod edit;
mod error;
mod gauge;
pub mod library;
mod matching;
mod planes;
mod principal;
mod rotation;
mod statistics;
mod svd;
#[cfg(test)]
pub(crate) mod testing;
mod thin;

pub use edit::{RotationFactor, with_angle, with_singular_value};
pub use error::LinalgError;
pub use gauge::{ProperPolar, ProperSvd};
pub use matching::greatest_assignment;
pub use principal::{PrincipalComponents, principal_components};
pub use rotation::Rotation;
pub use statistics::{evenly_spaced, interpolate, median, percentile};
pub use svd::Svd;
