//! The choices of the strip that say what is drawn beside the points.

use egui::{DragValue, Ui};

use crate::explorer::stage::input::StageInput;
use crate::explorer::stage::overlays::refusal::overlay_refusal;
use crate::explorer::widgets::naming::name_toggle;
use crate::session::{Facing, MAX_TRAIL, Overlay, Scene, VelocityPicture, ViewCommand};

/// What is drawn beside the points, one under the other.
pub fn choices(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    for overlay in Overlay::ALL {
        choice(ui, input, scene, overlay, commands);
        if overlay == Overlay::Trails {
            trail_length(ui, input, commands);
        }
    }
}

fn choice(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, overlay: Overlay, commands: &mut Vec<ViewCommand>) {
    let mut is_on = input.view.shows(overlay);
    let refusal = overlay_refusal(overlay, input.view, scene);
    let toggle = ui.add_enabled(refusal.is_none(), egui::Checkbox::new(&mut is_on, overlay.label()));
    toggle.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, refusal.is_none(), is_on, overlay.label()));
    let toggle = toggle.on_hover_text(overlay.explanation());
    if toggle.on_disabled_hover_text(refusal.unwrap_or_default()).changed() {
        commands.push(ViewCommand::Show(overlay, is_on));
    }
}

fn trail_length(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    let has_trails = input.view.shows(Overlay::Trails);
    let mut length = input.view.trail_length;
    let drag = DragValue::new(&mut length).range(0.05..=MAX_TRAIL).speed(0.01).fixed_decimals(2).suffix(" layers");
    let tip = "How far trails reach back; a layer lasts one unit of time.";
    let response = ui.add_enabled(has_trails, drag).on_hover_text(tip);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, has_trails, "Length of the trails"));
    if response.on_disabled_hover_text("Turn trails on to choose how far they reach back.").changed() {
        commands.push(ViewCommand::TrailLength(length));
    }
}

/// Whether scale and direction follow the data.
pub fn camera(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    let view = input.view;
    let mut auto_fit = view.auto_fit;
    let tip = "One scale for each layer, which changes at the layers' ends. Off: one scale for the whole flow.";
    if ui.checkbox(&mut auto_fit, "Auto-fit").on_hover_text(tip).changed() {
        commands.push(ViewCommand::AutoFit(auto_fit));
    }
    let mut turns = view.camera.facing == Facing::Data;
    let is_space = scene.extent.dimension() >= 3;
    let toggle = ui.add_enabled(is_space, egui::Checkbox::new(&mut turns, "Turn to the data"));
    let tip = "A picture in space turns around the layers' ends so that the data is not seen edge-on. Off: it stays.";
    let toggle =
        toggle.on_hover_text(tip).on_disabled_hover_text("The picture is a plane, which is seen from the front.");
    if toggle.changed() {
        commands.push(ViewCommand::Face(if turns { Facing::Data } else { Facing::Axes }));
    }
}

/// The way back to all of the data.
pub fn fit(ui: &mut Ui, commands: &mut Vec<ViewCommand>) {
    let tip = "Show everything again, from the first direction. A double click on the stage fits too.";
    if ui.button("Fit").on_hover_text(tip).clicked() {
        commands.push(ViewCommand::ResetCamera);
    }
}

/// The picture of the velocity field, one of several in a row.
pub fn velocity(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    let present = input.view.velocity;
    let is_available = input.view.has_field();
    ui.horizontal(|ui| {
        let tip = "v(x, t): where and how fast the flow carries each place at this moment.";
        ui.label("Velocity:").on_hover_text(tip);
        let all = std::iter::once(None).chain(VelocityPicture::ALL.map(Some));
        for picture in all {
            let (name, label, tip) = match picture {
                None => ("none", "Velocity: none", "Draw no velocity field."),
                Some(VelocityPicture::Arrows) => (
                    "arrows",
                    "Velocity: arrows",
                    "v at places of a grid: where and how fast the flow carries each of them.",
                ),
                Some(VelocityPicture::Particles) => (
                    "particles",
                    "Velocity: particles",
                    "Particles that drift with v; while time rests they drift along the field as it stands.",
                ),
                Some(VelocityPicture::Streamlines) => {
                    ("streamlines", "Velocity: streamlines", "The lines that follow v as it stands at this moment.")
                }
            };
            let button = ui.add_enabled(is_available, egui::Button::selectable(present == picture, name));
            name_toggle(&button, present == picture, label);
            let button = button.on_hover_text(tip);
            if button.on_disabled_hover_text(input.view.field_refusal().unwrap_or_default()).clicked() {
                commands.push(ViewCommand::ShowVelocity(picture));
            }
        }
    });
}
