//! The choices of the strip that say what is drawn beside the points.

use egui::{DragValue, TextWrapMode, Ui};

use crate::dataset::Labels;
use crate::explorer::stage::input::StageInput;
use crate::explorer::theme::GAP;
use crate::session::{Compare, MAX_TRAIL, Scene, VelocityPicture, ViewCommand, ViewSettings};

/// The width of the velocity's menu when closed, and the room that it needs with its margins.
const VELOCITY_WIDTH: f32 = 84.0;
const VELOCITY_ROOM: f32 = VELOCITY_WIDTH + 2.0 * GAP;

/// What is drawn beside the points, in a row.
pub fn choices(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    let view = input.view;
    let mut grid = view.grid;
    if ui.checkbox(&mut grid, "Grid").on_hover_text("A grid of the input space, carried along by the flow.").changed() {
        commands.push(ViewCommand::ShowGrid(grid));
    }
    areas(ui, input, scene, commands);
    let mut trails = view.trails;
    if ui.checkbox(&mut trails, "Trails").on_hover_text("Where some of the points came from, evenly chosen.").changed()
    {
        commands.push(ViewCommand::ShowTrails(trails));
    }
    let mut length = view.trail_length;
    let drag = DragValue::new(&mut length).range(0.05..=MAX_TRAIL).speed(0.01).fixed_decimals(2).suffix(" layers");
    let tip = "How far trails reach back; a layer lasts one unit of time.";
    let response = ui.add_enabled(view.trails, drag).on_hover_text(tip);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, view.trails, "Length of the trails"));
    if response.on_disabled_hover_text("Turn trails on to choose how far they reach back.").changed() {
        commands.push(ViewCommand::TrailLength(length));
    }
    answers(ui, input, commands);
    gradients(ui, input, scene, commands);
}

/// Whether the scale follows the data, and the way back to all of it.
pub fn fit(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    let view = input.view;
    let mut auto_fit = view.auto_fit;
    let tip = "Let the scale follow the data slowly. Off: one scale for the whole flow, that stays put.";
    if ui.checkbox(&mut auto_fit, "Auto-fit").on_hover_text(tip).changed() {
        commands.push(ViewCommand::AutoFit(auto_fit));
    }
    let tip = "Show everything again, from the first direction. A double click on the stage fits too.";
    if ui.button("Fit").on_hover_text(tip).clicked() {
        commands.push(ViewCommand::ResetCamera);
    }
}

fn answers(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    let mut answers = input.view.answers;
    let tip = "u(x, t): what the network will answer for a point that is here now, as a background; the line is the decision boundary.";
    let enabled = input.view.has_field();
    let toggle = ui.add_enabled(enabled, egui::Checkbox::new(&mut answers, "u(x, t)"));
    if toggle.on_hover_text(tip).on_disabled_hover_text(input.view.field_refusal().unwrap_or_default()).changed() {
        commands.push(ViewCommand::ShowAnswers(answers));
    }
}

fn gradients(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    let mut shown = input.view.gradient_arrows;
    let refusal = gradient_refusal(input.view, scene);
    let toggle = ui.add_enabled(refusal.is_none(), egui::Checkbox::new(&mut shown, "−λ"));
    toggle.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::CheckBox, refusal.is_none(), shown, "Gradient arrows −λ")
    });
    let tip =
        "−λ: where each point would have to go for its own loss to fall, as an arrow; its length is on a log scale.";
    if toggle.on_hover_text(tip).on_disabled_hover_text(refusal.unwrap_or_default()).changed() {
        commands.push(ViewCommand::ShowGradientArrows(shown));
    }
}

/// Why there are no gradients of points, in a sentence; `None` where there are.
pub fn gradient_refusal(view: &ViewSettings, scene: &Scene) -> Option<&'static str> {
    if view.compare == Compare::ResNet {
        return Some("The gradients are those of the plain net: choose another view than ResNet.");
    }
    matches!(scene.dataset.labels, Labels::None).then_some("Without labels there is no loss, and no gradient of it.")
}

fn areas(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    let mut areas = input.view.areas;
    let tip = "The grid's cells, coloured by how much their area has changed since the start: log |det| of the flow along the grid.";
    let has_cells = !scene.lattice.cells.is_empty();
    let why_not = if has_cells {
        input.view.field_refusal().unwrap_or_default()
    } else {
        "The grid of this input space has no cells of area."
    };
    let enabled = has_cells && input.view.has_field();
    let toggle = ui.add_enabled(enabled, egui::Checkbox::new(&mut areas, "Areas"));
    if toggle.on_hover_text(tip).on_disabled_hover_text(why_not).changed() {
        commands.push(ViewCommand::ShowAreas(areas));
    }
}

/// The picture of the velocity field.
pub fn velocity(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    let present = input.view.velocity;
    let enabled = input.view.has_field();
    let mut chosen = present;
    let name = present.map_or("no velocity", VelocityPicture::label);
    // A menu does not wrap into the next row by itself; its words would.
    if ui.available_size_before_wrap().x < VELOCITY_ROOM {
        ui.end_row();
    }
    let menu = ui.add_enabled_ui(enabled, |ui| {
        egui::ComboBox::new("velocity", "")
            .selected_text(name)
            .width(VELOCITY_WIDTH)
            .wrap_mode(TextWrapMode::Extend)
            .show_ui(ui, |ui| {
                ui.selectable_value(&mut chosen, None, "no velocity").on_hover_text("Draw no velocity field.");
                for picture in VelocityPicture::ALL {
                    let tip = match picture {
                        VelocityPicture::Arrows => {
                            "v at places of a grid: where and how fast the flow carries each of them."
                        }
                        VelocityPicture::Particles => {
                            "Particles that drift with v; while time rests they drift along the field as it stands."
                        }
                        VelocityPicture::Streamlines => "The lines that follow v as it stands at this moment.",
                    };
                    ui.selectable_value(&mut chosen, Some(picture), picture.label()).on_hover_text(tip);
                }
            })
    });
    let response = menu.inner.response;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, enabled, format!("Velocity: {name}")));
    response
        .on_hover_text("v(x, t): where and how fast the flow carries each place at this moment.")
        .on_disabled_hover_text(input.view.field_refusal().unwrap_or_default());
    if chosen != present {
        commands.push(ViewCommand::ShowVelocity(chosen));
    }
}
