//! Which ResNet: its number of steps, what is refined, and how a step is taken.

use egui::{Slider, Ui};

use crate::resnet::{Integrator, Refinement, RefinementKind};
use crate::session::{MAX_STEPS, ViewCommand};

/// Why the integrator cannot be chosen.
const NOTHING_TO_INTEGRATE: &str = "While each W stays whole there is nothing to integrate; choose every phase.";

/// Draws the controls into rows of a panel.
pub fn in_rows(ui: &mut Ui, present: Refinement, commands: &mut Vec<ViewCommand>) {
    ui.horizontal(|ui| steps(ui, present, commands));
    ui.horizontal(|ui| kinds(ui, present, commands));
    ui.horizontal(|ui| {
        ui.label("Steps by").on_hover_text("How each step is taken.");
        integrator(ui, present, commands);
    });
}

/// Draws the controls into one row.
pub fn show(ui: &mut Ui, present: Refinement, commands: &mut Vec<ViewCommand>) {
    steps(ui, present, commands);
    kinds(ui, present, commands);
    integrator(ui, present, commands);
}

/// Draws the controls into a menu, in which a list of its own would close the menu.
pub fn in_a_menu(ui: &mut Ui, present: Refinement, commands: &mut Vec<ViewCommand>) {
    ui.horizontal(|ui| steps(ui, present, commands));
    ui.horizontal(|ui| kinds(ui, present, commands));
    let in_steps = present.kind == RefinementKind::Full;
    ui.add_enabled_ui(in_steps, |ui| {
        ui.horizontal(|ui| {
            ui.label("Steps by").on_hover_text("How each step is taken.").on_disabled_hover_text(NOTHING_TO_INTEGRATE);
            integrators(ui, present, commands);
        });
    });
}

fn steps(ui: &mut Ui, present: Refinement, commands: &mut Vec<ViewCommand>) {
    let mut steps = present.steps;
    let name = ui
        .label("Steps N")
        .on_hover_text("N: the number of Euler steps in each phase; each step is one block of the ResNet.");
    let slider = Slider::new(&mut steps, 1..=MAX_STEPS).logarithmic(true);
    if ui.add(slider).labelled_by(name.id).on_hover_text("More steps follow the flow more closely.").changed() {
        commands.push(ViewCommand::Steps(steps));
    }
}

fn kinds(ui: &mut Ui, present: Refinement, commands: &mut Vec<ViewCommand>) {
    for kind in RefinementKind::ALL {
        let tip = match kind {
            RefinementKind::Full => "Every phase becomes N Euler steps: rotations, compression, shift and activation.",
            RefinementKind::Whole => "Each W stays one linear map; only the activation becomes N Euler steps.",
        };
        if ui.selectable_label(present.kind == kind, kind_label(kind)).on_hover_text(tip).clicked() {
            commands.push(ViewCommand::Kind(kind));
        }
    }
}

/// What is refined, in words.
pub fn kind_label(kind: RefinementKind) -> &'static str {
    match kind {
        RefinementKind::Full => "every phase",
        RefinementKind::Whole => "activation only",
    }
}

fn integrator(ui: &mut Ui, present: Refinement, commands: &mut Vec<ViewCommand>) {
    let name = present.integrator.name();
    let in_steps = present.kind == RefinementKind::Full;
    let menu = ui.add_enabled_ui(in_steps, |ui| {
        egui::ComboBox::new("integrator", "").selected_text(name).width(70.0).show_ui(ui, |ui| {
            integrators(ui, present, commands);
        })
    });
    let response = menu.inner.response;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, in_steps, format!("Integrator: {name}")));
    response
        .on_hover_text("How each step is taken. Only Euler's steps are a ResNet; the others are there to compare.")
        .on_disabled_hover_text(NOTHING_TO_INTEGRATE);
}

fn integrators(ui: &mut Ui, present: Refinement, commands: &mut Vec<ViewCommand>) {
    for integrator in Integrator::ALL {
        let tip = match integrator {
            Integrator::Euler => "First order: the error falls as 1/N. Its steps are the blocks of a ResNet.",
            Integrator::Midpoint => "Second order: the error falls as 1/N². A step looks at two velocities.",
            Integrator::Rk4 => "Fourth order: the error falls as 1/N⁴. A step looks at four velocities.",
        };
        let is_chosen = integrator == present.integrator;
        if ui.selectable_label(is_chosen, integrator.name()).on_hover_text(tip).clicked() && !is_chosen {
            commands.push(ViewCommand::Integrate(integrator));
        }
    }
}
