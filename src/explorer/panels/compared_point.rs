//! One point under both networks: what each answers, when its paths part, and how far apart they are along t.

use std::sync::Arc;

use egui::Ui;

use super::super::theme::{self, Palette};
use crate::dataset::Labels;
use crate::diagnostics::compare::path_distances;
use crate::explorer::widgets::chart::{AxisScale, Chart, Series};
use crate::session::{Command, NetworkComparison, PlaybackCommand, Scene, Session};

/// A point is followed between two frames where its layers together have at most so many entries.
const MAX_ENTRIES: usize = 20_000_000;
/// The width of the chart.
const WIDTH: f32 = 260.0;

/// The point that was followed last.
#[derive(Default)]
pub(super) struct ComparedPoint {
    followed: Option<Followed>,
}

/// A point of a comparison.
struct Followed {
    compared: Arc<NetworkComparison>,
    sample: usize,
    /// (t, distance); `None` where it would take too long.
    distances: Option<Vec<[f64; 2]>>,
}

impl ComparedPoint {
    /// Tells of the point that is selected, where it is one.
    pub fn show(&mut self, ui: &mut Ui, session: &Session, compared: &Arc<NetworkComparison>) -> Vec<Command> {
        let mut commands = Vec::new();
        let ([sample], Some(scene)) = (session.view.points.selection.samples(), session.scene()) else {
            let tip = "Select one point to see its path under both networks.";
            ui.label(theme::note(ui, tip));
            return commands;
        };
        let sample = *sample;
        let is_same = |known: &Followed| Arc::ptr_eq(&known.compared, compared) && known.sample == sample;
        if !self.followed.as_ref().is_some_and(is_same) {
            let distances = distances(scene, compared, sample);
            self.followed = Some(Followed { compared: compared.clone(), sample, distances });
        }
        let answers =
            [(scene, "A"), (&compared.scene, "B")].map(|(of, name)| format!("{name} answers {}", answer(of, sample)));
        let parting =
            compared.comparison.points.as_ref().and_then(|points| points.parting.get(sample).copied().flatten());
        let parts = match parting {
            Some(t) => format!("its paths part at t = {}", theme::significant(t)),
            None => "its paths never part by more than the spread of its class".to_owned(),
        };
        ui.vertical(|ui| {
            ui.set_width(WIDTH);
            ui.horizontal_wrapped(|ui| {
                ui.label(format!("Point {}: {}, {}; {parts}.", sample + 1, answers[0], answers[1]));
                let go = "Put the clock where the paths of this point part.";
                if parting.is_some() && ui.button("Go there").on_hover_text(go).clicked() {
                    commands.extend(parting.map(|t| Command::Playback(PlaybackCommand::Seek(t))));
                }
            });
            match self.followed.as_ref().and_then(|followed| followed.distances.as_ref()) {
                Some(points) => {
                    let colour = Palette::from_ui(ui).highlight;
                    let line = Series { name: "distance", points: points.clone(), colour, marked: true, dashed: false };
                    let chart = Chart {
                        name: "Distance of the two paths of the point",
                        x: (AxisScale::Linear, "t"),
                        y: (AxisScale::Linear, "distance"),
                        series: vec![line],
                        now: Some(session.playback.t()),
                        include_y: &[0.0],
                    };
                    chart.show(ui);
                }
                None => {
                    ui.label(theme::note(ui, "The networks are too large to follow a point between two frames."));
                }
            }
        });
        commands
    }
}

fn distances(scene: &Scene, compared: &NetworkComparison, sample: usize) -> Option<Vec<[f64; 2]>> {
    let flows = [&*scene.flow, &*compared.scene.flow];
    let entries = |flow: &crate::flow::Flow| flow.ambient_dimension().pow(2).saturating_mul(flow.layers().len());
    if flows.iter().any(|flow| entries(flow) > MAX_ENTRIES) || sample >= scene.dataset.samples() {
        return None;
    }
    path_distances(flows, &scene.dataset.points.columns(sample, 1).into_owned()).ok()
}

/// What a network answers: the class by its name, else the first number.
fn answer(scene: &Scene, sample: usize) -> String {
    let class = || {
        let class = scene.forward.predictions.get(sample)?;
        let name = match &scene.dataset.labels {
            Labels::Classes { names, .. } => names.get(*class).cloned(),
            _ => None,
        };
        Some(name.unwrap_or_else(|| class.to_string()))
    };
    let is_value = matches!(scene.dataset.labels, Labels::Values(_)) || scene.network.outputs() == 1;
    let value = || scene.forward.output.get((0, sample)).map(|value| theme::significant(*value));
    let found = if is_value { value() } else { class() };
    found.unwrap_or_else(|| "nothing".to_owned())
}
