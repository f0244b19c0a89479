//! The selected points: how many, how far apart along the flow, and which phase parts or gathers them.

use egui::{RichText, Ui};

use super::super::theme;
use super::super::widgets::separation::SeparationChart;
use super::condition;
use crate::dataset::Labels;
use crate::session::{
    Change, Command, Overlay, PlaybackCommand, PointCommand, Scene, SeparationProfile, Session, ViewCommand, counted,
};

/// More classes than this are not counted one by one.
const MAX_CLASSES: usize = 12;

/// Draws the section and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    let Some(scene) = session.scene() else { return commands };
    let settings = &session.view.points;
    commands.extend(condition::show(ui, session, scene).map(|asked| Command::View(ViewCommand::Points(asked))));
    let selected = settings.selection.len();
    if selected == 0 {
        ui.label(theme::note(
            ui,
            "Click a point, or choose Box or Lasso above the stage. Two points tell their story here.",
        ));
        return commands;
    }
    ui.label(counted(selected, "point"));
    if let Some(text) = classes(scene, settings.selection.samples()) {
        ui.label(theme::note(ui, text));
    }
    if ui.button("Clear selection").on_hover_text("Select no point (Escape).").clicked() {
        commands.push(Command::View(ViewCommand::Points(PointCommand::Clear)));
    }
    commands.extend(what_shows_them(ui, session).map(|asked| Command::View(ViewCommand::Points(asked))));
    if selected >= 2 {
        match session.separation() {
            Some(separation) => {
                let name = if selected == 2 { "distance" } else { "spread" };
                let chart = SeparationChart {
                    separation,
                    name,
                    t: session.playback.t(),
                    duration: session.playback.duration(),
                };
                let asked = chart.show(ui);
                commands.extend(asked.map(|t| Command::Playback(PlaybackCommand::Seek(t))));
                for sentence in sentences(separation) {
                    ui.label(RichText::new(sentence).small());
                }
            }
            None => {
                ui.label(theme::note(ui, "following the points …"));
            }
        }
    }
    commands
}

/// Where else the selected points are shown.
fn what_shows_them(ui: &mut Ui, session: &Session) -> Option<PointCommand> {
    let view = &session.view;
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        let mut table = view.points.table;
        let tip = "The selected points as rows that can be sorted and copied, under the stage.";
        if ui.checkbox(&mut table, "Table").on_hover_text(tip).changed() {
            asked = Some(PointCommand::Table(table));
        }
        let mut only = view.points.trails_of_selection;
        let toggle = ui.add_enabled(view.shows(Overlay::Trails), egui::Checkbox::new(&mut only, "Trails of selection"));
        let toggle = toggle.on_hover_text("Only the selected points leave trails.");
        if toggle.on_disabled_hover_text("Turn trails on first, above the stage.").changed() {
            asked = Some(PointCommand::TrailsOfSelection(only));
        }
    });
    asked
}

/// How many of the selected points are of each class.
fn classes(scene: &Scene, samples: &[usize]) -> Option<String> {
    let Labels::Classes { of_sample, names } = &scene.dataset.labels else { return None };
    if names.len() > MAX_CLASSES {
        return None;
    }
    let mut counts = vec![0usize; names.len()];
    for class in samples.iter().filter_map(|sample| of_sample.get(*sample)) {
        if let Some(count) = counts.get_mut(*class) {
            *count += 1;
        }
    }
    let present = names.iter().zip(counts).filter(|(_, count)| *count > 0);
    let text: Vec<String> = present.map(|(name, count)| format!("{count} of class {name}")).collect();
    Some(text.join(", "))
}

/// When the points part or come together most, in words.
fn sentences(separation: &SeparationProfile) -> Vec<String> {
    let two = separation.selection.len() == 2;
    let [part, gather] = if two { ["part", "come together"] } else { ["spread", "gather"] };
    let phase = |change: &Change| {
        let [from, to] = change.lengths;
        let factor = if from > 0.0 { format!(" (× {})", theme::significant(to / from)) } else { String::new() };
        let (from, to) = (theme::significant(from), theme::significant(to));
        format!("in layer {}, {}: {from} → {to}{factor}.", change.layer, change.kind.label())
    };
    let mut sentences = match (separation.parting(), separation.gathering()) {
        (None, None) => vec!["They keep their distance all along the flow.".to_owned()],
        (parting, gathering) => vec![
            parting.map_or(format!("They never {part}."), |change| format!("They {part} most {}", phase(change))),
            gathering.map_or(format!("They never {gather}."), |change| format!("They {gather} most {}", phase(change))),
        ],
    };
    if let (Some((_, start)), Some((_, end))) = (separation.lengths.first(), separation.lengths.last()) {
        let (start, end) = (theme::significant(*start), theme::significant(*end));
        let what = if two { "distance" } else { "spread" };
        sentences.push(format!("From start to end their {what} goes from {start} to {end}."));
    }
    if separation.followed < separation.selection.len() {
        sentences.push(format!("Measured on {} evenly chosen points of them.", separation.followed));
    }
    sentences
}
