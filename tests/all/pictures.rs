//! Picture tests: frames drawn by `layerflow_offscreen` against the pictures in `pictures/snapshots`.
//!
//! After a wanted change run `UPDATE_SNAPSHOTS=1 cargo test --test all pictures`, and look at the new pictures before
//! they are committed.

mod renderer;
mod stage;
mod widgets;

use egui_kittest::{HarnessBuilder, SnapshotOptions};

/// A harness of `size` (points) whose pictures are the same on every machine: one theme, one system, our own renderer.
pub fn harness<State>(size: [f32; 2], theme: egui::Theme) -> HarnessBuilder<State> {
    HarnessBuilder::default()
        .with_size(size)
        .with_theme(theme)
        .with_os(egui::os::OperatingSystem::Nix)
        // Glyph coverage may differ in its last bit between processors; a moved line or another colour must not pass.
        .with_options(SnapshotOptions::new().threshold(0.6).output_path("tests/all/pictures/snapshots"))
        .renderer(renderer::OffscreenRenderer::new())
}
