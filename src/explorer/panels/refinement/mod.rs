//! The refinement panel: which ResNet the plain net becomes, how far it strays, what that depends on, and its blocks.

mod blocks;
mod charts;
pub mod controls;
mod heading;
mod input;
mod layers;
mod trained;
mod verdict;
mod worst;

use egui::{RichText, ScrollArea, Ui};

use crate::explorer::theme::{self};
use crate::resnet::Integrator;
use crate::session::{Command, Scene, ViewCommand, counted};
pub use input::RefinementInput;

/// Draws the panel into `ui` and tells what the user asked for.
pub fn show(ui: &mut Ui, input: &RefinementInput<'_>) -> Vec<Command> {
    let mut commands: Vec<ViewCommand> = Vec::new();
    let mut asked = None;
    let Some(scene) = input.scene else {
        ui.take_available_width();
        ui.label(theme::note(ui, "Open a network to see the ResNet that it becomes."));
        return Vec::new();
    };
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        verdict::show(ui, input);
        controls::in_rows(ui, input.view.refinement, &mut commands);
        depth(ui, scene, input);
        as_network(ui, input.view.refinement.integrator);
        asked = trained::law(ui, scene, input.options);
        numbers(ui, input);
        charts::show(ui, input);
        layers::show(ui, input);
        worst::show(ui, input, &mut commands);
        blocks::show(ui, input, &mut commands);
        trained::show(ui, scene, input);
    });
    commands.into_iter().map(Command::View).chain(asked.map(Command::Flow)).collect()
}

/// The stretch of depth.
fn depth(ui: &mut Ui, scene: &Scene, input: &RefinementInput<'_>) {
    let layers = counted(scene.flow.layers().len(), "layer");
    let Some(refined) = input.refined else {
        ui.label(theme::note(ui, format!("{layers}; the ResNet is being computed …")));
        return;
    };
    let verb = if scene.flow.layers().len() == 1 { "becomes" } else { "become" };
    let text = format!("{layers} {verb} {}", counted(refined.error.blocks, "block"));
    ui.label(RichText::new(text).strong()).on_hover_text(
        "Each step of each phase is one block x + W₂·ReLU(W₁x + b₁) + b₂; what is kept whole counts as one.",
    );
}

/// What a step of the method is as a network.
fn as_network(ui: &mut Ui, integrator: Integrator) {
    let text = match integrator {
        Integrator::Euler => "A step of Euler is a block of a ResNet: x + h·v(x).",
        Integrator::Midpoint => {
            "A step of midpoint has two blocks, one inside the other: x + h·v(x + ½h·v(x)). Its shortcut skips both."
        }
        Integrator::Rk4 => {
            "A step of RK4 has four blocks, each fed by the one before, and adds their weighted mean: x + h/6·(k₁ + 2k₂ + 2k₃ + k₄)."
        }
    };
    ui.label(theme::note(ui, text));
}

fn numbers(ui: &mut Ui, input: &RefinementInput<'_>) {
    let mut rows: Vec<(&str, String, &str)> = Vec::new();
    if let Some(refined) = input.refined {
        let error = &refined.error;
        rows.push((
            "largest error",
            theme::significant(error.max_error),
            "The largest distance between the outputs of both networks, before the output function.",
        ));
        rows.push((
            "relative",
            theme::significant(error.relative_error),
            "The largest error over the largest norm of the plain net's outputs.",
        ));
        rows.push((
            "same answer",
            format!("{} %", theme::figure(100.0 * error.prediction_agreement, 2)),
            "The share of the points for which both predict the same class.",
        ));
    }
    if let Some(study) = input.study {
        let study = &study.convergence;
        rows.push((
            "all answers equal at",
            match study.least_agreeing {
                Some(steps) => format!("N = {steps}"),
                None => format!("none up to {}", study.searched),
            },
            "The smallest N with which both networks predict the same class for every point. A larger N may miss a point \
             that lies at the boundary again.",
        ));
        if let Some(stable) = study.least_stable() {
            rows.push((
                "stable from",
                format!(
                    "N = {} (layer {}, σ = {})",
                    stable.least_steps,
                    stable.layer,
                    theme::significant(stable.sigma)
                ),
                "With fewer steps the compression of that layer comes out wrong: Euler needs N > |ln σ|, or the \
                 direction changes sign.",
            ));
        }
        rows.push((
            "error of linear pieces",
            theme::significant(study.interpolation_error),
            "What replacing the activations by piecewise linear ones costs, whatever N is. It is apart from Euler's error.",
        ));
    }
    egui::Grid::new("refinement numbers").num_columns(2).show(ui, |ui| {
        for (name, value, tip) in rows {
            ui.label(theme::note(ui, name)).on_hover_text(tip);
            ui.add(egui::Label::new(value).wrap()).on_hover_text(tip);
            ui.end_row();
        }
    });
}
