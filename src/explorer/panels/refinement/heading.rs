//! Headings of the panel, and what it calls a layer.

use egui::{RichText, Ui};

use crate::explorer::theme::{Palette, SECTION_GAP};
use crate::flow::Flow;

/// A heading of the panel with a sentence on hover.
pub(super) fn section(ui: &mut Ui, title: &str, tip: &str) {
    ui.add_space(SECTION_GAP);
    ui.label(RichText::new(title).color(Palette::from_ui(ui).ink).strong()).on_hover_text(tip);
}

/// The names of phases by layer, as the block list writes them.
pub(super) fn layer_text(flow: &Flow, layer: usize) -> String {
    let name = flow.layers().get(layer - 1).map_or("", |layer| layer.name.as_str());
    if name.is_empty() { format!("layer {layer}") } else { format!("layer {layer} · {name}") }
}
