//! The curves of a run against its steps, over the bar of checkpoints: what the training's log tells, and what was measured of
//! the steps that were read.

use egui::{Label, ScrollArea, Ui, vec2};

use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::chart::{AxisScale, Chart, Series};
use crate::formats::RunLog;
use crate::session::{CheckpointSeries, CheckpointStep, Command, Session, StepMeasure, file_name};

/// The width of a chart.
const WIDTH: f32 = 250.0;
/// Charts of the log at most.
const MAX_CHARTS: usize = 24;
/// Lines of a chart at most.
const MAX_LINES: usize = 12;
/// Points of a line at most: of more some stand for the others.
const MAX_POINTS: usize = 2_000;
/// Parts of a column's name that say on which data a quantity was measured.
const SPLITS: [&str; 8] = ["train", "training", "val", "valid", "validation", "test", "eval", "dev"];

/// Lines of one quantity.
struct Quantity {
    title: String,
    lines: Vec<(String, Vec<[f64; 2]>)>,
    y: AxisScale,
    note: Option<String>,
}

/// Draws the curves.
pub fn show(ui: &mut Ui, session: &Session, series: &CheckpointSeries) -> Vec<Command> {
    let numbers = numbers(series);
    let now = series.present().and_then(|index| numbers.get(index).copied());
    ScrollArea::horizontal().id_salt("curves of the run").show(ui, |ui| {
        ui.horizontal_top(|ui| {
            if let Some(log) = series.log() {
                of_log(ui, log, now);
            } else {
                column(ui, |ui| {
                    ui.label("No log");
                    let text = "A CSV file or one of JSON lines beside the checkpoints, with a column of steps, is drawn here: \
                                loss, accuracy and whatever it has.";
                    ui.label(theme::note(ui, text));
                });
            }
            let read = series.steps().iter().filter(|step| step.detail.is_some()).count();
            let of_steps = format!("{read} of {} steps, those that were read", series.steps().len());
            for quantity in measured(session, series, &numbers) {
                draw(ui, &quantity, ("step", now), &of_steps);
            }
        });
    });
    Vec::new()
}

fn column(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.allocate_ui(vec2(WIDTH, ui.available_height()), |ui| {
        ui.vertical(|ui| {
            ui.set_width(WIDTH);
            content(ui);
        });
    });
}

/// The numbers of the steps: of their names where every name has one, else in the list, from 1.
fn numbers(series: &CheckpointSeries) -> Vec<f64> {
    let named: Option<Vec<f64>> = series.steps().iter().map(|step| Some(step.file.step? as f64)).collect();
    named.unwrap_or_else(|| (1..=series.steps().len()).map(|index| index as f64).collect())
}

fn of_log(ui: &mut Ui, log: &RunLog, now: Option<f64>) {
    let by = log.step_column.as_deref().unwrap_or("record");
    // The steps of the files are those of a log that counts steps.
    let now = now.filter(|_| by.to_ascii_lowercase().contains("step"));
    let quantities = quantities(log);
    for quantity in quantities.iter().take(MAX_CHARTS) {
        draw(ui, quantity, (by, now), &format!("of {}", file_name(&log.path)));
    }
    let mut notes = log.notes.clone();
    if let Some(others) = quantities.len().checked_sub(MAX_CHARTS).filter(|others| *others > 0) {
        notes.push(format!("{others} further quantities are not drawn."));
    }
    if now.is_none() {
        notes.push(format!("The log counts by {by}: where the step on show stands in it is not known."));
    }
    if notes.is_empty() {
        return;
    }
    column(ui, |ui| {
        ui.label(file_name(&log.path));
        ScrollArea::vertical().id_salt("notes of the log").show(ui, |ui| {
            notes.iter().for_each(|note| {
                ui.label(theme::note(ui, note));
            });
        });
    });
}

/// The log's columns, those of one quantity on different data together.
fn quantities(log: &RunLog) -> Vec<Quantity> {
    let mut found: Vec<Quantity> = Vec::new();
    for column in &log.columns {
        let title = quantity_of(&column.name);
        let every = column.points.len().div_ceil(MAX_POINTS).max(1);
        let mut points: Vec<[f64; 2]> = column.points.iter().step_by(every).copied().collect();
        points.extend(column.points.last().filter(|_| every > 1));
        let line = (column.name.clone(), points);
        match found.iter_mut().find(|quantity| quantity.title == title && quantity.lines.len() < MAX_LINES) {
            Some(quantity) => quantity.lines.push(line),
            None => found.push(Quantity { title, lines: vec![line], y: AxisScale::Linear, note: None }),
        }
        if let Some(quantity) = found.last_mut().filter(|_| every > 1) {
            quantity.note = Some(format!("one point of {every} is drawn"));
        }
    }
    found
}

/// The name of a column without what says on which data it was measured.
fn quantity_of(name: &str) -> String {
    let parts: Vec<&str> = name.split(['_', '/', '.', '-', ' ']).filter(|part| !part.is_empty()).collect();
    let is_split = |part: &&&str| SPLITS.contains(&part.to_ascii_lowercase().as_str());
    let left: Vec<&str> = parts.iter().filter(|part| !is_split(part)).copied().collect();
    if left.is_empty() { name.to_owned() } else { left.join(" ") }
}

/// What was measured of the steps that were read.
fn measured(session: &Session, series: &CheckpointSeries, numbers: &[f64]) -> Vec<Quantity> {
    let points = |pick: &dyn Fn(&CheckpointStep) -> Option<f64>| -> Vec<[f64; 2]> {
        let point = |(step, number): (_, &f64)| Some([*number, pick(step)?]);
        series.steps().iter().zip(numbers).filter_map(point).filter(|point| point[1].is_finite()).collect()
    };
    let of_measure = |pick: fn(&StepMeasure) -> Option<f64>| points(&|step| step.measure.as_ref().and_then(pick));
    let all = series.steps().len();
    let one = |title: &str, name: &str, points: Vec<[f64; 2]>, y| Quantity {
        title: title.to_owned(),
        note: Some(format!("{} of {all} steps, those that were on show", points.len())),
        lines: vec![(name.to_owned(), points)],
        y,
    };
    let loss = match series.loss() {
        Some(loss) => format!("loss on the data shown: {}", loss.name()),
        None => "loss on the data shown".to_owned(),
    };
    let mut found = vec![
        one(&loss, "mean loss", of_measure(|measure| measure.loss), AxisScale::Linear),
        one("accuracy on the data shown", "accuracy", of_measure(|measure| measure.accuracy), AxisScale::Linear),
        one("findings", "findings", points(&|step| step.findings.map(|count| count as f64)), AxisScale::Linear),
        gradients(series, &points),
    ];
    found.extend(spectra(session, series, &points));
    found.retain(|quantity| quantity.lines.iter().any(|(_, points)| !points.is_empty()));
    found
}

type Points<'a> = dyn Fn(&dyn Fn(&CheckpointStep) -> Option<f64>) -> Vec<[f64; 2]> + 'a;

fn gradients(series: &CheckpointSeries, points: &Points<'_>) -> Quantity {
    let of_step = |step: &CheckpointStep| step.detail.as_ref()?.gradients.as_ref().map(Vec::len);
    let layers = series.steps().iter().find_map(of_step).unwrap_or(0);
    let every = layers.div_ceil(MAX_LINES).max(1);
    let line = |layer: usize| {
        let norm = |step: &CheckpointStep| step.detail.as_ref()?.gradients.as_ref()?.get(layer).copied();
        (format!("layer {}", layer + 1), points(&norm))
    };
    let lines = (0..layers).step_by(every).map(line).collect();
    let carried = series.steps().iter().filter_map(|step| step.detail.as_ref()).map(|detail| detail.points).max();
    let known =
        series.steps().iter().filter(|step| step.detail.as_ref().is_some_and(|detail| detail.gradients.is_some()));
    let (known, all, points) = (known.count(), series.steps().len(), carried.unwrap_or(0));
    let note = format!("{known} of {all} steps, those that were read; ‖∂loss/∂W‖ on up to {points} points");
    let note = if every > 1 { format!("{note}; one layer of {every}") } else { note };
    Quantity { title: "gradients of the weights".to_owned(), lines, y: AxisScale::Decades, note: Some(note) }
}

/// The singular values of the layer that the panel shows.
fn spectra(session: &Session, series: &CheckpointSeries, points: &Points<'_>) -> Option<Quantity> {
    let of_layer = |step: &CheckpointStep, number: usize| {
        step.detail.as_ref()?.spectra.iter().find(|(of, _)| *of == number).map(|(_, values)| values.clone())
    };
    let known = series.steps().iter().find_map(|step| step.detail.as_ref())?;
    let wanted = session.panel_layer().map(|index| index + 1);
    let of_wanted = wanted.filter(|number| known.spectra.iter().any(|(of, _)| of == number));
    let number = of_wanted.or_else(|| known.spectra.first().map(|(number, _)| *number))?;
    let count = series.steps().iter().filter_map(|step| of_layer(step, number)).map(|values| values.len()).max()?;
    let line = |index: usize| {
        let name = match index {
            0 => "the largest".to_owned(),
            last if last + 1 == count => "the smallest".to_owned(),
            between => format!("{} of {count}", between + 1),
        };
        (name, points(&|step| of_layer(step, number)?.get(index).copied()))
    };
    Some(Quantity {
        title: format!("singular values of layer {number}"),
        lines: (0..count.min(MAX_LINES)).map(line).collect(),
        y: AxisScale::Linear,
        note: None,
    })
}

fn draw(ui: &mut Ui, quantity: &Quantity, (by, now): (&str, Option<f64>), of: &str) {
    let palette = Palette::from_ui(ui);
    column(ui, |ui| {
        ui.label(&quantity.title);
        let series: Vec<Series<'_>> = (quantity.lines.iter().enumerate())
            .map(|(index, (name, points))| Series {
                name,
                points: points.clone(),
                colour: palette.class(index),
                marked: points.len() < 60,
                dashed: false,
            })
            .collect();
        let names: Vec<&str> = quantity.lines.iter().map(|(name, _)| name.as_str()).collect();
        let name = format!("Curve of the run: {}", quantity.title);
        let chart = Chart {
            name: &name,
            x: (AxisScale::Linear, by),
            y: (quantity.y, &quantity.title),
            series,
            now,
            include_y: &[],
        };
        chart.show(ui);
        let about = quantity.note.as_deref().unwrap_or(of);
        let text = format!("{}: {about}", names.join(", "));
        ui.add(Label::new(theme::note(ui, &text)).truncate()).on_hover_text(format!("{text}\n{of}"));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_quantity_stand_in_one_chart() {
        for (name, expected) in [
            ("val_loss", "loss"),
            ("train/loss", "loss"),
            ("loss", "loss"),
            ("eval_accuracy", "accuracy"),
            ("lr-Adam", "lr Adam"),
            ("test", "test"),
        ] {
            assert_eq!(quantity_of(name), expected);
        }
    }
}
