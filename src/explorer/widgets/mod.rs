//! Small pictures of numbers: bars, dials, a histogram of angles, a curve.

pub mod bars;
pub mod chart;
pub mod curve;
pub mod dial;
pub mod histogram;
pub mod story;
