//! The stage: one or two views of the data at the time t, and the strip that chooses what is compared.

use std::sync::Arc;

use egui::Ui;

use crate::explorer::theme::Palette;
use crate::session::{Refined, Scene, ViewCommand, ViewSettings};

/// What the stage shows.
#[derive(Debug)]
pub struct StageInput<'a> {
    /// The open network and data; `None` before anything is open.
    pub scene: Option<&'a Arc<Scene>>,
    /// The newest ResNet that is ready; it may be one for settings before the present ones.
    pub refined: Option<&'a Arc<Refined>>,
    /// The view's settings.
    pub view: &'a ViewSettings,
    /// The time of the flow, 0 to L.
    pub t: f64,
}

/// The stage's memory from frame to frame: buffers and the point texture.
#[derive(Default)]
pub struct Stage {
    positions: Vec<[f32; 3]>,
}

impl Stage {
    /// Draws the stage into all the room that `ui` has, and tells what the user asked for.
    pub fn show(&mut self, ui: &mut Ui, input: &StageInput<'_>) -> Vec<ViewCommand> {
        let Some(scene) = input.scene else {
            ui.centered_and_justified(|ui| ui.label("Open a network to watch it flow."));
            return Vec::new();
        };
        let frame = scene.extent.frame(input.view.projection);
        scene.data.project(&scene.flow, input.t, &frame.rows, &mut self.positions);
        let (response, painter) = ui.allocate_painter(ui.available_size(), egui::Sense::click_and_drag());
        painter.rect_filled(response.rect, 0.0, Palette::of(ui).stage);
        Vec::new()
    }
}
