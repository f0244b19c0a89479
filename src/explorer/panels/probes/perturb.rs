//! The selected point, moved a little: how the flow stretches that, and whether the answer changes.

use std::sync::Arc;

use egui::{RichText, Role, Slider, Ui, WidgetInfo, vec2};

use super::answer::{class_name, gives_values};
use crate::diagnostics::probes::{Perturbation, Perturbed};
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::time_chart::{Series, TimeChart};
use crate::flow::PhaseKind;
use crate::linalg::interpolate;
use crate::session::{
    Command, PerturbedPoint, PlaybackCommand, PointCommand, ProbeCommand, Scene, Session, ViewCommand, counted,
};

/// The sizes of the slider; others can be typed.
const SIZES: std::ops::RangeInclusive<f64> = 1e-4..=10.0;
/// The height of the chart.
const CHART: f32 = 96.0;
/// A direction that is further from a singular one is named with that distance.
const EXACT: f64 = 1e-6;

pub(super) fn show(ui: &mut Ui, session: &Session, scene: &Scene, commands: &mut Vec<Command>) {
    let points = &session.view.points;
    let mut asked = Vec::new();
    let Some(sample) = points.selection.samples().first().copied() else {
        ui.label(theme::note(
            ui,
            "Select a point on the stage: it is moved a little, and you see what becomes of that.",
        ));
        return;
    };
    let number = scene.number(sample);
    ui.label(match points.selection.len() {
        1 => format!("Point {number}"),
        count => format!("Point {number}, the first of {count} selected"),
    });
    ui.horizontal_wrapped(|ui| {
        let choices = std::iter::once(None).chain(Perturbation::ALL.map(Some));
        for choice in choices {
            let label = choice.map_or("not moved", Perturbation::label);
            let is_chosen = points.probe.perturbation == choice;
            if ui.selectable_label(is_chosen, label).on_hover_text(tip(choice)).clicked() {
                asked.push(ProbeCommand::Perturb(choice));
            }
        }
    });
    let mut epsilon = points.probe.epsilon;
    let slider = Slider::new(&mut epsilon, SIZES).logarithmic(true).clamping(egui::SliderClamping::Never).text("ε");
    let response = ui.add(slider).on_hover_text("How far the point is moved, in units of the data.");
    response.widget_info(|| WidgetInfo::slider(true, points.probe.epsilon, "Size of the perturbation"));
    if epsilon != points.probe.epsilon {
        asked.push(ProbeCommand::Epsilon(epsilon));
    }
    if points.probe.perturbation.is_some() {
        match session.latest::<PerturbedPoint>().filter(|found| found.request.sample == sample).map(Arc::as_ref) {
            None => {
                ui.label(theme::note(ui, "The moved points are being followed …"));
            }
            Some(PerturbedPoint { result: Err(reason), .. }) => {
                ui.colored_label(Palette::from_ui(ui).warning, format!("It cannot be moved so: {reason}."));
            }
            Some(PerturbedPoint { result: Ok(found), .. }) => {
                commands.extend(chart(ui, session, found).map(|t| Command::Playback(PlaybackCommand::Seek(t))));
                for sentence in sentences(session, scene, found) {
                    ui.label(RichText::new(sentence).small());
                }
                asked.extend(margin(ui, scene, found, points.probe.epsilon));
            }
        }
    }
    let command = |asked| Command::View(ViewCommand::Points(PointCommand::Probe(asked)));
    commands.extend(asked.into_iter().map(command));
}

fn tip(choice: Option<Perturbation>) -> &'static str {
    match choice {
        None => "Leave the point alone.",
        Some(Perturbation::Ball) => "To points on a sphere of radius ε around it, and inside of it.",
        Some(Perturbation::Gaussian) => "By normal random numbers of standard deviation ε in each coordinate.",
        Some(Perturbation::Steepest) => {
            "By ε to both sides along the direction that the network stretches most there: the first right singular \
             direction of its Jacobian matrix."
        }
        Some(Perturbation::GradientSign) => {
            "By ε in each coordinate, in the sense in which the loss of its label grows (the fast gradient sign method)."
        }
    }
}

fn chart(ui: &mut Ui, session: &Session, found: &Perturbed) -> Option<f64> {
    let log = |values: &[f64]| -> Vec<f64> {
        let log = |value: &f64| if *value > 0.0 && value.is_finite() { value.log10() } else { f64::NAN };
        values.iter().map(log).collect()
    };
    let (stretch, bound) = (log(&found.stretch), log(&found.bound));
    let palette = Palette::from_ui(ui);
    let times = &found.times[..];
    let series = [
        Series { name: "at most, log₁₀", colour: palette.axis, times, values: &bound },
        Series { name: "measured, log₁₀", colour: palette.phase(PhaseKind::Compress), times, values: &stretch },
    ];
    let chart = TimeChart {
        title: "Stretch, log₁₀: measured and bound",
        tip: "Coloured: how many times farther the moved points are from the point than at the start, the farthest of \
              them. Grey: what it can be at most, the product of the largest singular values and slopes so far.",
        series: &series,
        range: None,
        span: (0.0, session.playback.duration()),
        t: session.playback.t(),
    };
    chart.show(ui, vec2(ui.available_width(), CHART))
}

fn sentences(session: &Session, scene: &Scene, found: &Perturbed) -> Vec<String> {
    let t = session.playback.t();
    let at = |values: &[f64]| {
        let pairs: Vec<(f64, f64)> = found.times.iter().copied().zip(values.iter().copied()).collect();
        theme::significant(interpolate(&pairs, |pair| *pair, t))
    };
    let mut sentences = vec![format!(
        "At t = {} stretched × {}, at most × {} by the Lipschitz bound.",
        theme::figure(t, 2),
        at(&found.stretch),
        at(&found.bound)
    )];
    if let Some(top) = &found.top {
        let about = if top.residual > EXACT {
            format!(" (the direction is right to about {})", theme::significant(top.residual))
        } else {
            String::new()
        };
        sentences.push(format!("σ₁ of the Jacobian matrix there is {}{about}.", theme::significant(top.stretch)));
    }
    let moved = counted(found.answers.len(), "moved point");
    sentences.push(if gives_values(scene) {
        format!("The output of {moved} changes by up to {}.", theme::significant(found.output_change))
    } else {
        let own = class_name(scene, found.answer);
        match found.changed() {
            0 => format!("The answer stays {own} for {moved}."),
            count => format!("The answer changes from {own} for {count} of {moved}."),
        }
    });
    sentences
}

/// The smallest change found, with a button that shows it.
fn margin(ui: &mut Ui, scene: &Scene, found: &Perturbed, epsilon: f64) -> Option<ProbeCommand> {
    if gives_values(scene) {
        return None;
    }
    let along = counted(found.searched, "direction");
    let Some(margin) = found.margin else {
        let farthest = theme::significant(found.farthest);
        ui.label(RichText::new(format!("Along {along} no ε up to {farthest} changes the answer.")).small());
        return None;
    };
    let size = theme::significant(margin.epsilon);
    let text = format!(
        "Smallest ε found that changes the answer: {size}, to {}; searched along {along} up to {}.",
        class_name(scene, margin.answer),
        theme::significant(found.farthest)
    );
    ui.label(RichText::new(text).small()).on_hover_text(
        "Sizes from small to large are tried, each twice the one before, then the first that changes the answer is \
         halved down. Other directions may need less.",
    );
    // A little more, so that the answer has changed for sure.
    let past = margin.epsilon * 1.001;
    let button = ui.add_enabled((epsilon - past).abs() > 1e-9 * past, egui::Button::new("Set ε there"));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Set ε there"));
    let button = button.on_hover_text("Move the point by just so much that the answer changes.");
    button.on_disabled_hover_text("ε is there.").clicked().then_some(ProbeCommand::Epsilon(past))
}
