//! Files dropped on the window.

use egui::{Align2, Context, Id, LayerId, Order};

use super::unsaved;
use crate::explorer::theme::{self, Palette};
use crate::session::{Command, DropAnswer, DroppedNetwork, file_name};

/// What the dropped files ask for. Those of a page are read first.
pub fn commands(ctx: &Context) -> Option<Command> {
    if cfg!(target_arch = "wasm32") {
        return None;
    }
    let paths: Vec<_> = ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
    (!paths.is_empty()).then_some(Command::OpenFiles(paths))
}

/// Says what a drop will do, while files hover over the window.
pub fn hint(ctx: &Context) {
    let hovering = ctx.input(|input| input.raw.hovered_files.len());
    if hovering == 0 {
        return;
    }
    let palette = Palette::for_dark(ctx.global_style().visuals.dark_mode);
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("drop")));
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, palette.stage.gamma_multiply(0.85));
    let text = if hovering == 1 { "Drop the file to open it" } else { "Drop the files to open them" };
    let font = egui::FontId::new(theme::HEADING, egui::FontFamily::Proportional);
    painter.text(rect.center(), Align2::CENTER_CENTER, text, font, palette.ink);
}

/// Asks what becomes of a network that was dropped on another.
pub fn ask(ctx: &Context, dropped: &DroppedNetwork, keys: bool) -> Option<Command> {
    let offered = [
        ("Show it instead", DropAnswer::Replace, "It takes the place of the network on show"),
        ("Compare the two", DropAnswer::Compare, "Both under the same data, layer by layer and point by point"),
        ("Cancel", DropAnswer::Cancel, "The network on show stays alone"),
    ];
    let answer = unsaved::ask(ctx, "dropped network", keys, offered, |ui| {
        ui.heading(format!("{} is a network as well.", file_name(&dropped.path)));
        ui.label("It takes the data on show. Show it instead of the network that is open, or compare the two?");
    });
    answer.map(Command::Dropped)
}
