//! The layer on show.

use crate::flow::{Flow, LayerFlow};
use crate::network::Layer;
use crate::session::{FindingsView, LayerDetail, Scene, ViewSettings};

/// The layer on show, for the sections of the panel.
pub(super) struct Shown<'a> {
    pub scene: &'a Scene,
    pub flow: &'a Flow,
    pub layer: &'a LayerFlow,
    pub findings: &'a FindingsView,
    pub view: &'a ViewSettings,
    /// The layer with the numbers that were asked for last.
    pub wanted: Option<&'a Layer>,
    pub detail: Option<&'a LayerDetail>,
    pub given_up: bool,
    /// Its index from 0.
    pub index: usize,
    /// The phase that the time is in, an index into the layer's phases; `None` while the time is in another layer.
    pub phase: Option<usize>,
    pub t: f64,
}
