//! What pages of live pictures have in common: their heading and the clock of their pictures.

use egui::{Align, Layout, RichText, Ui};

/// The heading of a page beside its button to close it; whether that was clicked.
pub(super) fn heading(ui: &mut Ui, title: &str) -> bool {
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).heading());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.button("Close").on_hover_text("Back to the window (Esc)").clicked()
        })
        .inner
    })
    .inner
}

/// The clock of all pictures, 0 to 1 in so many seconds: it rests at both ends.
pub(super) fn clock(time: f64, seconds: f64, rest: f64) -> f64 {
    ((time % (seconds + 2.0 * rest) - rest) / seconds).clamp(0.0, 1.0)
}
