//! The points that stray farthest; a click selects one on the stage.

use egui::{Button, Ui};

use super::heading::section;
use super::input::RefinementInput;
use crate::explorer::theme;
use crate::session::{Pick, PointCommand, ViewCommand};

pub(super) fn show(ui: &mut Ui, input: &RefinementInput<'_>, commands: &mut Vec<ViewCommand>) {
    let Some(refined) = input.refined.filter(|refined| !refined.error.worst.is_empty()) else { return };
    section(ui, "Worst points", "The points with the largest error at the end. A click selects one on the stage.");
    for worst in &refined.error.worst {
        let chosen = input.view.points.selection.contains(worst.sample);
        let answer = if worst.agrees { "" } else { ", another answer" };
        let text = format!("Point {}: {}{answer}", worst.sample + 1, theme::significant(worst.error));
        let button = Button::selectable(chosen, text);
        if ui.add(button).on_hover_text("Select this point on the stage; once more lets it go.").clicked() {
            let select = PointCommand::Select(if chosen { Pick::Toggle } else { Pick::Only }, vec![worst.sample]);
            commands.push(ViewCommand::Points(select));
        }
    }
}
