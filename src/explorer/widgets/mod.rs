//! Small pictures of numbers: bars, dials, histograms, a curve, heat maps.

pub mod bars;
pub mod chart;
pub mod chart_menu;
pub mod curve;
pub mod dial;
pub mod heat_map;
pub mod naming;
pub mod number;
pub mod polar_histogram;
pub mod separation;
pub mod severity;
pub mod spread;
pub mod time_chart;
