//! All layers at once: spectra, rotations, volume, classes, energy and gradients along t, as tracks over the timeline and
//! aligned to it.

use egui::{Align2, Color32, Painter, Rangef, RichText, ScrollArea, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::gradients;
use crate::diagnostics::ClassesApart;
use crate::explorer::theme::{self, CORNER, Palette, THIN};
use crate::explorer::widgets::chart_menu::ChartMenu;
use crate::explorer::widgets::naming::name_toggle;
use crate::explorer::widgets::time_chart::{self, Series, TimeAxis, TimeChart, TrackLayout};
use crate::flow::PhaseKind;
use crate::session::{
    Command, LayerOverview, PanelCommand, PanelPart, PlaybackCommand, Session, Track, ViewCommand, counted,
};

/// The height of a track.
const TRACK: f32 = 34.0;
/// The tracks take at most so much height before they scroll.
const MAX_HEIGHT: f32 = 240.0;
/// The heading has the tracks' names beside each other where there is so much room.
const NAMES: f32 = 1000.0;
/// ln 10: a factor of ten has the full colour, so that one tiny singular value does not leave the others pale.
const FULL_COLOUR: f32 = std::f32::consts::LN_10;
/// What the picture of the spectra is called.
const SPECTRA: &str = "Spectra: ln σ, largest on top";

/// Draws the strip: its heading, and the tracks while it is open, from `x_range` on the screen. Tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session, x_range: Rangef) -> Vec<Command> {
    let mut commands = Vec::new();
    let open = session.view.panel.shows(PanelPart::AllLayers);
    let asked = heading(ui, open, session);
    commands.extend(asked.map(|command| Command::View(ViewCommand::Panel(command))));
    if !open {
        return commands;
    }
    let Some(overview) = session.latest::<LayerOverview>() else {
        let text = match session.scene() {
            None => "Open a network to see its layers side by side.",
            Some(_) if session.is_given_up::<LayerOverview>() => {
                "This was stopped; close and open this panel to make it again."
            }
            Some(_) => "The layers are being surveyed …",
        };
        // As high as the tracks will be: nothing moves when they come.
        let shown = Track::ALL.iter().filter(|track| session.view.panel.shows_track(**track)).count().max(1) as f32;
        let height = (shown * (TRACK + ui.spacing().item_spacing.y)).min(MAX_HEIGHT);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let palette = Palette::from_ui(ui);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::body_font(), palette.faint_ink);
        return commands;
    };
    let charts = Charts {
        overview,
        layout: TrackLayout { x_range, height: TRACK, span: session.times_in_sight() },
        t: session.playback.t(),
        palette: Palette::from_ui(ui),
    };
    let scroll = ScrollArea::vertical().id_salt("tracks").max_height(MAX_HEIGHT).auto_shrink([false, true]);
    scroll.show(ui, |ui| {
        for track in Track::ALL.into_iter().filter(|track| session.view.panel.shows_track(*track)) {
            let asked = match track {
                Track::Spectra => charts.spectra(ui),
                Track::Rotation => charts.rotations(ui),
                Track::Volume => charts.volume(ui),
                Track::Classes => charts.classes(ui),
                Track::Energy => charts.energy(ui),
                Track::Gradient => gradients::chart(ui, session, charts.layout),
                Track::GradientSpectra => gradients::spectra(ui, session, charts.layout),
            };
            commands.extend(asked.map(|t| Command::Playback(PlaybackCommand::Seek(t))));
        }
    });
    commands
}

/// The names of the tracks: a click folds one, or unfolds it.
fn track_names(ui: &mut Ui, session: &Session) -> Option<PanelCommand> {
    let mut asked = None;
    for track in Track::ALL {
        let is_shown = session.view.panel.shows_track(track);
        let name = ui.selectable_label(is_shown, RichText::new(track.label()).small());
        name_toggle(&name, is_shown, format!("Track: {}", track.label()));
        if name.on_hover_text("Fold this track, or unfold it.").clicked() {
            asked = Some(PanelCommand::ToggleTrack(track));
        }
    }
    asked
}

/// The heading, with a button for the table of measures.
fn heading(ui: &mut Ui, open: bool, session: &Session) -> Option<PanelCommand> {
    let palette = Palette::from_ui(ui);
    let tip = "Every layer's spectrum and rotation, the volume, the classes and the energy along t; a click on a chart \
               goes to that time.";
    let text = "All layers at once";
    ui.horizontal(|ui| {
        let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::body_font(), palette.ink);
        let size = vec2(galley.size().x + 16.0, galley.size().y);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        name_toggle(&response, open, text);
        let middle = pos2(rect.left() + 5.0, rect.center().y);
        let corners = if open {
            [vec2(-4.0, -2.5), vec2(4.0, -2.5), vec2(0.0, 3.5)]
        } else {
            [vec2(-2.5, -4.0), vec2(3.5, 0.0), vec2(-2.5, 4.0)]
        };
        let triangle = corners.map(|corner| middle + corner).to_vec();
        ui.painter().add(Shape::convex_polygon(triangle, palette.ink, Stroke::NONE));
        ui.painter().galley(rect.min + vec2(16.0, 0.0), galley, palette.ink);
        if response.has_focus() {
            ui.painter().rect_stroke(rect, CORNER, Stroke::new(THIN, palette.ink), egui::StrokeKind::Outside);
        }
        let tip_of_table = "A table of every layer's spectrum, gradients and data: sorted, searched, written as CSV.";
        let table =
            ui.selectable_label(session.view.panel.shows(PanelPart::Measures), "Measures").on_hover_text(tip_of_table);
        let mut track = None;
        if open && ui.available_width() >= NAMES {
            ui.separator();
            track = track_names(ui, session);
        } else if open {
            ui.menu_button("Tracks", |ui| track = track_names(ui, session));
        }
        let counted = session.latest::<LayerOverview>().map(|overview| measured(overview)).unwrap_or_default();
        let response = response.on_hover_text(format!("{tip} {counted}"));
        let clicked = response.clicked().then_some(PanelCommand::TogglePart(PanelPart::AllLayers));
        clicked.or(track).or_else(|| table.clicked().then_some(PanelCommand::TogglePart(PanelPart::Measures)))
    })
    .inner
}

/// On how many points the measures rest.
fn measured(overview: &LayerOverview) -> String {
    let followed = counted(overview.trajectory.samples, "point");
    match &overview.classes {
        Some(classes) => format!("Measured on {followed}, the classes on {} chosen at random.", classes.samples),
        None => format!("Measured on {followed} chosen at random."),
    }
}

struct Charts<'a> {
    overview: &'a LayerOverview,
    layout: TrackLayout,
    t: f64,
    palette: &'a Palette,
}

impl Charts<'_> {
    fn chart<'a>(&self, title: &'a str, tip: &'a str, series: &'a [Series<'a>]) -> TimeChart<'a> {
        TimeChart { title, tip, series, range: None, span: self.layout.span, t: self.t }
    }

    /// A column for each layer, the largest singular value on top.
    fn spectra(&self, ui: &mut Ui) -> Option<f64> {
        let (_, rect, response) = time_chart::track(ui, SPECTRA, self.layout);
        let spectra = &self.overview.spectra;
        let axis = TimeAxis { rect, span: self.layout.span };
        self.paint_spectra(&ui.painter_at(rect), axis);
        let draw = |ui: &mut Ui| {
            let (rect, _) = time_chart::frame(ui, SPECTRA, ui.available_size());
            self.paint_spectra(ui.painter(), TimeAxis { rect, span: self.layout.span });
        };
        let number = |log: &Option<f32>| log.map_or(f64::NAN, f64::from);
        let numbers = || {
            time_chart::spectra_table("ln_singular_value", spectra, |spectrum| spectrum.iter().map(number).collect())
        };
        ChartMenu { name: SPECTRA, size: time_chart::FIGURE, numbers: Some(&numbers), draw: &draw }.attach(&response);
        let asked = time_chart::sought(&response, axis);
        if let Some(at) = response.hover_pos() {
            let layer = (axis.t(at.x) as usize).min(spectra.len().saturating_sub(1));
            let text = spectra.get(layer).map(|spectrum| spectrum_text(layer + 1, spectrum));
            response.on_hover_ui_at_pointer(|ui| {
                ui.label(text.unwrap_or_default());
                ui.label(theme::note(
                    ui,
                    "Teal stretches, brown compresses (full colour from a factor of ten on), the background keeps; grey is lost.",
                ));
            });
        }
        asked
    }

    fn paint_spectra(&self, painter: &Painter, axis: TimeAxis) {
        let spectra = &self.overview.spectra;
        let cells = spectra.iter().map(Vec::len).sum();
        axis.spectra(painter, (self.palette, self.t), (spectra, cells), |spectrum| {
            spectrum.iter().map(|log| self.colour(*log)).collect()
        });
    }

    fn colour(&self, log: Option<f32>) -> Color32 {
        match log {
            Some(log) => self.palette.diverging(log / FULL_COLOUR),
            None => self.palette.axis,
        }
    }

    fn rotations(&self, ui: &mut Ui) -> Option<f64> {
        let steps = |layer: usize| [layer as f64, layer as f64 + 1.0];
        let times: Vec<f64> = (0..self.overview.rotations.len()).flat_map(steps).collect();
        let values: Vec<f64> = self.overview.rotations.iter().flat_map(|angle| [angle.to_degrees(); 2]).collect();
        let colour = self.palette.phase(PhaseKind::RotateIn);
        let series = [Series { name: "degrees", colour, times: &times, values: &values }];
        let largest = values.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
        let tip = "√(Σθ²) over all planes of the layer's rotations, in degrees.";
        let chart = self.chart("Total rotation, °", tip, &series);
        TimeChart { range: Some(0.0..=largest.max(1.0)), ..chart }.show_track(ui, self.layout)
    }

    fn volume(&self, ui: &mut Ui) -> Option<f64> {
        let trajectory = &self.overview.trajectory;
        let colour = self.palette.phase(PhaseKind::Compress);
        let series =
            [Series { name: "ln of the volume", colour, times: &trajectory.times, values: &trajectory.log_volume }];
        let tip = "The mean of ln|det| of the map from t = 0, over the directions that are not lost on the way.";
        self.chart("Volume change, ln", tip, &series).show_track(ui, self.layout)
    }

    fn classes(&self, ui: &mut Ui) -> Option<f64> {
        let none = ClassesApart::default();
        let found = self.overview.classes.as_ref().unwrap_or(&none);
        let percent = |values: &[f64]| values.iter().map(|value| 100.0 * value).collect::<Vec<f64>>();
        let (probe, purity) = (percent(&found.probe_accuracy), percent(&found.neighbour_purity));
        let series = [
            Series { name: "linear probe, %", colour: self.palette.ink, times: &found.times, values: &probe },
            Series {
                name: "neighbours, %",
                colour: self.palette.phase(PhaseKind::Activate),
                times: &found.times,
                values: &purity,
            },
        ];
        let (title, range) = match self.overview.classes {
            Some(_) => ("Classes apart, %: probe and neighbours", Some(0.0..=100.0)),
            None => ("Classes apart: the data has none", None),
        };
        let tip = "Uncoloured: what a linear classifier fitted to half of the points gets right on the other half. Coloured: how many \
                   of the five nearest neighbours are of the same class.";
        TimeChart { range, ..self.chart(title, tip, &series) }.show_track(ui, self.layout)
    }

    /// Two measures of different size, each on its own scale.
    fn energy(&self, ui: &mut Ui) -> Option<f64> {
        let trajectory = &self.overview.trajectory;
        let tops = [&trajectory.kinetic_energy, &trajectory.path_length].map(|values| {
            values.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max).max(f64::MIN_POSITIVE)
        });
        let scaled = |values: &[f64], top: f64| values.iter().map(|value| 100.0 * value / top).collect::<Vec<f64>>();
        let (energy, length) = (scaled(&trajectory.kinetic_energy, tops[0]), scaled(&trajectory.path_length, tops[1]));
        let names = [
            format!("kinetic energy, % of {}", theme::significant(tops[0])),
            format!("path length, % of {}", theme::significant(tops[1])),
        ];
        let series = [
            Series {
                name: &names[0],
                colour: self.palette.phase(PhaseKind::RotateOut),
                times: &trajectory.times,
                values: &energy,
            },
            Series { name: &names[1], colour: self.palette.ink, times: &trajectory.times, values: &length },
        ];
        let tip = "Coloured: the mean of ½|dx/dt|². Uncoloured: the mean length of the paths so far. Each in percent of its largest.";
        let chart = self.chart("Energy and path length, %", tip, &series);
        TimeChart { range: Some(0.0..=100.0), ..chart }.show_track(ui, self.layout)
    }
}

/// The range of a layer's singular values.
fn spectrum_text(layer: usize, spectrum: &[Option<f32>]) -> String {
    let sigma = |log: &f32| theme::significant(f64::from(log.exp()));
    let kept: Vec<&f32> = spectrum.iter().flatten().collect();
    match (kept.first(), kept.last()) {
        (Some(first), Some(last)) if kept.len() < spectrum.len() => {
            format!("Layer {layer}: σ from {} to {}, others lost", sigma(first), sigma(last))
        }
        (Some(first), Some(last)) => format!("Layer {layer}: σ from {} to {}", sigma(first), sigma(last)),
        _ if spectrum.is_empty() => format!("Layer {layer}: a residual block, without singular values of its own"),
        _ => format!("Layer {layer}: every direction is lost"),
    }
}
