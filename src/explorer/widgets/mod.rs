//! Small pictures of numbers: bars, dials, histograms, a curve, heat maps.

pub mod bars;
pub mod chart;
pub mod curve;
pub mod dial;
pub mod heat;
pub mod histogram;
pub mod number;
pub mod spread;
pub mod story;
pub mod time_chart;
