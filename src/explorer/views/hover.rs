//! What the tooltip of a point says.

use egui::Ui;
use nalgebra::DMatrix;

use crate::dataset::Labels;
use crate::explorer::theme;
use crate::network::OutputFunction;
use crate::session::{Scene, coordinate_name};

/// As many coordinates as a tooltip can hold.
const SHOWN: usize = 6;

/// A network's answers: the values after the output function (outputs × samples) and the class of each sample.
pub type Answers<'a> = (&'a DMatrix<f64>, &'a [usize]);

/// Index, label, values now, and the answer of the network that the point runs through.
pub fn point(ui: &mut Ui, scene: &Scene, sample: usize, position: &[f32], answers: Answers<'_>) {
    ui.strong(format!("Point {}", sample + 1));
    if let Some(label) = label(&scene.dataset.labels, sample) {
        ui.label(label);
    }
    let shown = position.iter().enumerate().take(SHOWN);
    for (index, value) in shown {
        ui.label(format!("{} = {}", coordinate_name(index), theme::figure(f64::from(*value), 3)));
    }
    if position.len() > SHOWN {
        ui.label(theme::note(ui, format!("and {} more coordinates", position.len() - SHOWN)));
    }
    if let Some(answer) = answer(scene, sample, answers) {
        ui.label(answer);
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
    names.get(class).cloned().unwrap_or_else(|| class.to_string())
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
