//! The card of the point under the mouse.

use egui::{Image, TextureHandle, Ui, vec2};
use nalgebra::DMatrix;

use crate::dataset::Labels;
use crate::explorer::theme::{self, Palette};
use crate::network::OutputFunction;
use crate::session::{Neighbours, Scene, shown};

/// As many coordinates as a tooltip can hold.
const SHOWN: usize = 6;

/// A network's answers: the values after the output function (outputs × samples) and the class of each sample.
pub type Answers<'a> = (&'a DMatrix<f64>, &'a [usize]);

/// The side of a point's picture in its card.
const PICTURE: f32 = 72.0;

/// One point, as its card shows it.
pub struct Card<'a> {
    /// The open scene.
    pub scene: &'a Scene,
    /// Which point.
    pub sample: usize,
    /// Where it is now in the whole space.
    pub position: &'a [f32],
    /// The time.
    pub t: f64,
    /// The answers of the network that it runs through.
    pub answers: Answers<'a>,
    /// Whether those are the answers of a part of the network.
    pub is_partial: bool,
    /// Its picture, where it is one.
    pub picture: Option<&'a TextureHandle>,
    /// The nearest points, as far as they are found.
    pub neighbours: Option<&'a Neighbours>,
}

impl Card<'_> {
    /// What the point is in the columns of its file, while it is elsewhere.
    fn columns(&self, ui: &mut Ui) {
        let data = &self.scene.dataset;
        if self.t == 0.0 || data.columns.is_empty() || self.sample >= data.samples() {
            return;
        }
        let value = |index: usize| {
            let name = data.column_name(index).map(shown)?;
            Some(format!("{name} {}", theme::significant(*data.points.get((index, self.sample))?)))
        };
        let values: Vec<String> = (0..data.dimension().min(SHOWN)).filter_map(value).collect();
        if !values.is_empty() {
            let more = if data.dimension() > SHOWN { ", …" } else { "" };
            ui.label(theme::note(ui, format!("in its file: {}{more}", values.join(", "))));
        }
    }

    /// Index, label, values now, the network's answer, and the nearest points.
    pub fn show(&self, ui: &mut Ui) {
        let (scene, sample, position) = (self.scene, self.sample, self.position);
        ui.strong(format!("Point {}", scene.number(sample)));
        if let Some(picture) = self.picture {
            ui.add(Image::new((picture.id(), vec2(PICTURE, PICTURE))).tint(Palette::from_ui(ui).ink));
        }
        if let Some(label) = label(&scene.dataset.labels, sample) {
            ui.label(label);
        }
        for (index, value) in position.iter().enumerate().take(SHOWN) {
            let name = scene.coordinate_text(index, self.t);
            ui.label(format!("{name} = {}", theme::figure(f64::from(*value), 3)));
        }
        if position.len() > SHOWN {
            ui.label(theme::note(ui, format!("and {} more coordinates", position.len() - SHOWN)));
        }
        self.columns(ui);
        if let Some(answer) = answer(scene, sample, self.answers) {
            ui.label(if self.is_partial { format!("{answer} by the part that flows") } else { answer });
        }
        if let Some(found) = self.neighbours {
            self.nearest(ui, found);
        }
    }

    /// The distances are those in the whole space at the time at which they were measured.
    fn nearest(&self, ui: &mut Ui, found: &Neighbours) {
        if found.nearest.is_empty() {
            return;
        }
        let t = theme::figure(found.request.t, 2);
        ui.label(theme::note(ui, format!("nearest in the whole space at t = {t}")));
        egui::Grid::new("nearest points").num_columns(3).min_row_height(theme::BODY).spacing([theme::GAP, 1.0]).show(
            ui,
            |ui| {
                for &(other, distance) in &found.nearest {
                    ui.label(self.scene.number(other).to_string());
                    ui.label(theme::significant(f64::from(distance)));
                    ui.label(label(&self.scene.dataset.labels, other).unwrap_or_default());
                    ui.end_row();
                }
            },
        );
    }
}

fn label(labels: &Labels, sample: usize) -> Option<String> {
    match labels {
        Labels::None => None,
        Labels::Classes { of_sample, names } => Some(format!("class {}", class_name(names, *of_sample.get(sample)?))),
        Labels::Values(values) => Some(format!("value {}", theme::significant(*values.get(sample)?))),
    }
}

fn class_name(names: &[String], class: usize) -> String {
    names.get(class).map(|name| shown(name)).unwrap_or_else(|| class.to_string())
}

fn answer(scene: &Scene, sample: usize, (output, predictions): Answers<'_>) -> Option<String> {
    let predicted = *predictions.get(sample)?;
    let values = (sample < output.ncols()).then(|| output.column(sample))?;
    if let Labels::Values(_) = scene.dataset.labels {
        return Some(format!("predicted {}", theme::significant(*values.get(0)?)));
    }
    let no_names = Vec::new();
    let names = if let Labels::Classes { names, .. } = &scene.dataset.labels { names } else { &no_names };
    let class = class_name(names, predicted);
    let sure = match scene.output {
        OutputFunction::Softmax => values.get(predicted).map(|p| format!(" ({} %)", theme::figure(100.0 * p, 1))),
        OutputFunction::LogSoftmax => {
            values.get(predicted).map(|p| format!(" ({} %)", theme::figure(100.0 * p.exp(), 1)))
        }
        OutputFunction::Identity | OutputFunction::Sigmoid | OutputFunction::Argmax => None,
    };
    Some(format!("predicted class {class}{}", sure.unwrap_or_default()))
}
