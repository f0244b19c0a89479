//! What a field of the stage is asked for.

use super::projection::Projection;
use super::velocity_picture::VelocityPicture;

/// What a field is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldRequest {
    /// The time.
    pub t: f64,
    /// Which directions the stage draws.
    pub projection: Projection,
    /// Whether the scale of the stage follows the data.
    pub auto_fit: bool,
    /// Whether u is wanted.
    pub answers: bool,
    /// How the velocity is wanted, if at all.
    pub velocity: Option<VelocityPicture>,
    /// Whether the change of area of the grid's cells is wanted.
    pub areas: bool,
}
