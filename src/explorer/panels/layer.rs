//! The layer panel: what the layer does at this moment, or the layer that it is pinned to.

use egui::Ui;

use crate::session::{Scene, ViewCommand, ViewSettings};

/// What the layer panel shows.
#[derive(Debug)]
pub struct LayerInput<'a> {
    /// The open network and data; `None` before anything is open.
    pub scene: Option<&'a Scene>,
    /// The view's settings.
    pub view: &'a ViewSettings,
    /// The time of the flow, 0 to L.
    pub t: f64,
}

/// Draws the panel into `ui` and tells what the user asked for.
pub fn show(ui: &mut Ui, input: &LayerInput<'_>) -> Vec<ViewCommand> {
    let Some(scene) = input.scene else {
        ui.label("Open a network to see its layers.");
        return Vec::new();
    };
    let moment = scene.flow.moment(input.t);
    let index = input.view.panel_layer(moment.layer, scene.flow.layers().len());
    if let Some(layer) = scene.flow.layers().get(index) {
        ui.heading(format!("Layer {}", layer.index));
    }
    Vec::new()
}
