//! Drawing data by hand: the pens, the class, the brush.

use egui::{Button, Color32, DragValue, RichText, Role, Ui, WidgetInfo};

use super::super::theme::{self, Palette};
use crate::dataset::Labels;
use crate::session::{
    Command, DENSITIES, EditCommand, Pen, PenCommand, PlaybackCommand, PointChange, RADII, Session, ViewCommand, shown,
};

/// Draws the section and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    let settings = session.view.pen;
    let refusal = session.pen_refusal();
    ui.add_enabled_ui(refusal.is_none(), |ui| {
        ui.horizontal_wrapped(|ui| {
            for pen in Pen::ALL {
                let held = settings.pen == Some(pen);
                let response = ui.add(Button::selectable(held, pen.label())).on_hover_text(tip(pen));
                if response.on_disabled_hover_text(refusal.unwrap_or_default()).clicked() {
                    commands.push(command(PenCommand::Use((!held).then_some(pen))));
                }
            }
            let tip = "Take all points away and begin with an empty sheet; undo brings them back";
            let clear = ui.button("Clear the sheet").on_hover_text(tip);
            if clear.on_disabled_hover_text(refusal.unwrap_or_default()).clicked() {
                commands.push(Command::Edit(EditCommand::Points(PointChange::Clear)));
            }
        });
    });
    let Some(pen) = settings.pen.filter(|_| refusal.is_none()) else { return commands };
    if session.playback.t() != 0.0 {
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::note(ui, "Points are drawn where the data begins."));
            let tip = "Stop at the start of the flow, where the stage is the sheet";
            if ui.button("Go to t = 0").on_hover_text(tip).clicked() {
                commands.push(Command::Playback(PlaybackCommand::Home));
            }
        });
    }
    if matches!(pen, Pen::Add | Pen::Paint) {
        classes(ui, session, &mut commands);
    }
    if matches!(pen, Pen::Paint | Pen::Erase) {
        brush(ui, session, pen, &mut commands);
    }
    commands
}

fn command(command: PenCommand) -> Command {
    Command::View(ViewCommand::Hand(command))
}

fn tip(pen: Pen) -> &'static str {
    match pen {
        Pen::Add => "A click on the stage adds a point of the class chosen below",
        Pen::Drag => "A drag on the stage takes a point to another place",
        Pen::Paint => "A drag on the stage leaves points of the class chosen below",
        Pen::Erase => "A drag on the stage takes points away",
    }
}

fn classes(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let palette = Palette::from_ui(ui);
    let dataset = session.wanted().data.dataset.as_ref();
    let names: &[String] = match dataset.map(|dataset| &dataset.labels) {
        Some(Labels::Classes { names, .. }) => names,
        _ => &[],
    };
    ui.horizontal_wrapped(|ui| {
        ui.label("Class").on_hover_text("The class of the points that are drawn");
        for class in 0..session.drawn_classes() {
            let name = names.get(class).map(|name| shown(name)).unwrap_or_else(|| class.to_string());
            let chosen = session.view.pen.class == class;
            let text = RichText::new(&name).color(if chosen {
                ui.visuals().strong_text_color()
            } else {
                palette.class(class)
            });
            let fill = if chosen { palette.class(class).gamma_multiply(0.35) } else { Color32::TRANSPARENT };
            let response = ui.add(Button::new(text).fill(fill));
            response
                .widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, format!("Draw class {name}")));
            let known = class < names.len();
            let tip = if known {
                "Draw points of this class"
            } else {
                "Draw points of a new class; the network must have an output for it"
            };
            if response.on_hover_text(tip).clicked() {
                commands.push(command(PenCommand::Class(class)));
            }
        }
    });
}

fn brush(ui: &mut Ui, session: &Session, pen: Pen, commands: &mut Vec<Command>) {
    let settings = session.view.pen;
    let (mut radius, mut density) = (settings.radius, settings.density);
    ui.horizontal_wrapped(|ui| {
        ui.label("Radius");
        let drag = DragValue::new(&mut radius).range(RADII[0]..=RADII[1]).speed(0.005).max_decimals(2);
        let response = ui.add(drag);
        response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Brush radius"));
        response.on_hover_text("The radius of the brush and of the eraser, in units of the data");
        if pen == Pen::Paint {
            ui.label("Density");
            let drag = DragValue::new(&mut density).range(DENSITIES[0]..=DENSITIES[1]).speed(0.1);
            let response = ui.add(drag);
            response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Brush density"));
            response.on_hover_text("How many points each dab of the brush leaves");
        }
    });
    if radius != settings.radius {
        commands.push(command(PenCommand::Radius(radius)));
    }
    if density != settings.density {
        commands.push(command(PenCommand::Density(density)));
    }
}
