//! A line for a condition on the points: those that satisfy it are selected, or drawn alone.

use egui::{Id, Key, TextEdit, Ui};

use super::super::theme::{self, Palette};
use crate::session::{Condition, Pick, PointCommand, Scene, Session, counted};

/// What the line shows while it is empty.
const HINT: &str = "x1 > 0.5 and label != predicted";

/// Draws the line and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session, scene: &Scene) -> Option<PointCommand> {
    let id = Id::unique("condition on the points");
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_default();
    let label = ui.label("Points where").on_hover_text(
        "A condition on the data's columns (x1 for the first), label, predicted, loss and row, with <, <=, =, !=, >=, >, \
         and, or, not and brackets. A column whose name has spaces stands in double quotes, a class in single ones.",
    );
    let field = TextEdit::singleline(&mut text).hint_text(HINT).desired_width(f32::INFINITY);
    let response = ui.add(field).labelled_by(label.id);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, text.clone()));
    }
    let mut asked = None;
    if !text.trim().is_empty() {
        match Condition::new(&text, scene, session.view.points.loss) {
            Ok(condition) => asked = buttons(ui, scene, &condition, entered),
            Err(problem) => {
                ui.label(theme::note(ui, format!("{problem}.")).color(Palette::from_ui(ui).warning));
            }
        }
    }
    if let Some(only) = session.view.points.filter.only() {
        let shown = format!("Only {} drawn.", counted(only.len(), "point"));
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::note(ui, shown));
            if ui.button("Draw all again").on_hover_text("Draw the other points, too.").clicked() {
                asked = Some(PointCommand::Isolate(None));
            }
        });
    }
    asked
}

fn buttons(ui: &mut Ui, scene: &Scene, condition: &Condition, entered: bool) -> Option<PointCommand> {
    ui.horizontal_wrapped(|ui| {
        let select = ui.button("Select them").on_hover_text("Select the points that satisfy the condition (Enter).");
        let only = ui.button("Draw only them").on_hover_text("Draw no other points until all are drawn again.");
        if select.clicked() || entered {
            return Some(PointCommand::Select(Pick::Only, condition.samples(scene)));
        }
        only.clicked().then(|| PointCommand::Isolate(Some(condition.samples(scene))))
    })
    .inner
}
