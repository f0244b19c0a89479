//! The point that was taken in mid-flow: its new answer, and the input that would have led there.

use std::sync::Arc;

use egui::{RichText, Ui};
use nalgebra::DVector;

use super::answer::{class_name, gives_values};
use crate::explorer::theme::{self, Palette};
use crate::session::{
    Command, Grabbed, GrabbedPath, PlaybackCommand, PointCommand, ProbeCommand, Scene, Session, Tool, ViewCommand,
    coordinate_name,
};

/// As many coordinates of the input are listed.
const SHOWN: usize = 6;
/// An input that leads past the place by more than this share of its distance from 0 is told with that distance.
const EXACT: f64 = 1e-9;

pub(super) fn show(ui: &mut Ui, session: &Session, scene: &Scene, commands: &mut Vec<Command>) {
    let points = &session.view.points;
    let point = |command: PointCommand| Command::View(ViewCommand::Points(command));
    let Some(grab) = &points.probe.grab else {
        ui.label(theme::note(
            ui,
            "With the tool Grab drag a point on the stage at any time: it flows on from where you let it go, and back to \
             the input that would have led there.",
        ));
        let takes = ui.add_enabled(points.tool != Tool::Grab, egui::Button::new("Take the tool Grab"));
        if takes.on_disabled_hover_text("The tool is in use: drag a point on the stage.").clicked() {
            commands.push(point(PointCommand::Use(Tool::Grab)));
        }
        return;
    };
    match session.latest::<Grabbed>().map(Arc::as_ref) {
        None => {
            ui.label(theme::note(ui, "The moved point is being followed …"));
        }
        Some(Grabbed { result: Err(reason), .. }) => {
            ui.colored_label(Palette::from_ui(ui).warning, format!("{reason}."));
        }
        Some(Grabbed { request, result: Ok(found) }) => {
            let (number, t) = (scene.number(request.sample), theme::figure(request.t, 2));
            let moved = theme::significant(found.moved);
            ui.label(format!("Point {number} was moved by {moved} at t = {t}."));
            for sentence in sentences(scene, found) {
                ui.label(RichText::new(sentence).small());
            }
        }
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button("Put it back").on_hover_text("Let the point be where it was.").clicked() {
            commands.push(point(PointCommand::Probe(ProbeCommand::PutBack)));
        }
        let tip = "To the time at which the point was moved.";
        if ui.button("Go to that time").on_hover_text(tip).clicked() {
            commands.push(Command::Playback(PlaybackCommand::Seek(grab.t)));
        }
    });
}

fn sentences(scene: &Scene, found: &GrabbedPath) -> Vec<String> {
    let change = theme::significant(found.output_change);
    let [before, after] = found.answers;
    let answer = match (gives_values(scene), before == after) {
        (true, _) => format!("Its output changes by {change}."),
        (false, true) => format!("Its answer stays {}; the output changes by {change}.", class_name(scene, before)),
        (false, false) => {
            format!("Its answer changes from {} to {}.", class_name(scene, before), class_name(scene, after))
        }
    };
    let back = match (&found.input, &found.path.obstacle) {
        (Some((input, miss)), _) => {
            let exact = *miss <= EXACT * (1.0 + input.norm());
            let miss = if exact { String::new() } else { format!(", to about {}", theme::significant(*miss)) };
            format!("The input that leads there{miss}: {}.", listed(input))
        }
        (None, obstacle) => {
            let reason = obstacle.as_ref().map(|obstacle| format!(": {obstacle}")).unwrap_or_default();
            format!("It can be followed back to t = {} only{reason}.", theme::figure(found.path.from, 2))
        }
    };
    let mut sentences = vec![answer, back];
    if let Some((nearest, answer)) = &found.nearest {
        let passes = theme::significant(nearest.distance);
        let answer = if gives_values(scene) {
            String::new()
        } else {
            format!(" It is answered {}.", class_name(scene, *answer))
        };
        let input = listed(&nearest.input);
        sentences.push(format!("The nearest input found passes there at a distance of {passes}: {input}.{answer}"));
    }
    sentences
}

/// The first coordinates of an input.
fn listed(input: &DVector<f64>) -> String {
    let coordinate =
        |(index, value): (usize, &f64)| format!("{} = {}", coordinate_name(index), theme::significant(*value));
    let mut text: Vec<String> = input.iter().take(SHOWN).enumerate().map(coordinate).collect();
    if input.len() > SHOWN {
        text.push(format!("and {} more", input.len() - SHOWN));
    }
    text.join(", ")
}
