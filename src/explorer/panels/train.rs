//! Training: play, pause, single steps, the way back, and the choices.

use egui::{Button, CollapsingHeader, ComboBox, DragValue, Role, Slider, Ui, WidgetInfo};

use super::super::theme::{self, Palette};
use super::super::widgets::chart::{AxisScale, Chart, Series};
use crate::session::{Command, Pace, Session, TrainCommand, Training};
use crate::training::{
    DEFAULT_MOMENTUM, EpochReport, Evaluation, Loss, Objective, Optimiser, Schedule, TrainingOptions,
};

/// The most epochs that the window offers.
const MAX_EPOCHS: usize = 100_000;
/// The room for the epochs finished and all epochs beside the scrubber, in points.
const SCRUBBER_NUMBERS: f32 = 96.0;
/// The least width of the scrubber.
const MIN_SCRUBBER: f32 = 48.0;
/// At most this many points of a line are drawn.
const MAX_POINTS: usize = 400;
/// log₁₀ of the share of the weights that a healthy step changes.
const HEALTHY_UPDATES: std::ops::Range<f64> = -4.0..-1.0;
/// The layers whose updates are told one by one.
const MAX_LAYERS: usize = 24;
/// The largest factor of a regulariser that the window offers.
const MAX_COST: f64 = 10.0;

/// Draws the section and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    ui.add_space(theme::SECTION_GAP / 2.0);
    CollapsingHeader::new("Training").default_open(true).show_unindented(ui, |ui| {
        commands.extend(controls(ui, session).into_iter().map(Command::Train));
        let training = session.training();
        commands.extend(scrubber(ui, training).map(Command::Train));
        chart(ui, training.history());
        figures(ui, training);
        updates(ui, training);
        commands.extend(pace(ui, training).map(Command::Train));
        CollapsingHeader::new("Training options").show_unindented(ui, |ui| {
            let changed = options(ui, *training.options());
            if changed != *training.options() {
                commands.push(Command::Train(TrainCommand::Options(changed)));
            }
        });
    });
    commands
}

fn controls(ui: &mut Ui, session: &Session) -> Vec<TrainCommand> {
    let training = session.training();
    let mut commands = Vec::new();
    let obstacle = session.training_refusal();
    ui.horizontal(|ui| {
        if training.running() {
            if ui.button("Pause training").on_hover_text("Stop after the step under way").clicked() {
                commands.push(TrainCommand::Pause);
            }
        } else {
            let mut button = |text: &str, tip: &str, command: TrainCommand| {
                let response = ui.add_enabled(obstacle.is_none(), Button::new(text)).on_hover_text(tip);
                if response.on_disabled_hover_text(obstacle.unwrap_or_default()).clicked() {
                    commands.push(command);
                }
            };
            button("Train", "Train the network on the data to the last epoch; the flow follows", TrainCommand::Play);
            button("Step", "One step down the gradient of one batch", TrainCommand::Step);
            button("Epoch", "To the end of this epoch: every sample is used once", TrainCommand::Epoch);
        }
    });
    commands
}

fn scrubber(ui: &mut Ui, training: &Training) -> Option<TrainCommand> {
    let snapshots = training.snapshots();
    let last = snapshots.len().saturating_sub(1);
    let here = snapshots.iter().rposition(|snapshot| snapshot.epoch <= training.epoch()).unwrap_or(0);
    let mut position = here;
    let epochs: Vec<usize> = snapshots.iter().map(|snapshot| snapshot.epoch).collect();
    let response = ui
        .horizontal(|ui| {
            // What is left beside the numbers.
            ui.spacing_mut().slider_width = (ui.available_width() - SCRUBBER_NUMBERS).max(MIN_SCRUBBER);
            let slider = Slider::new(&mut position, 0..=last.max(1)).show_value(false);
            let response = ui.add_enabled(last > 0, slider);
            response.widget_info(|| WidgetInfo::slider(last > 0, here as f64, "Epoch to go back to"));
            theme::steady(ui, 11, format!("{} / {}", training.epoch(), training.options().epochs))
                .on_hover_text("The epochs finished, of all");
            response
        })
        .inner
        .on_hover_text("Drag to go back to an earlier epoch, and train on from there")
        .on_disabled_hover_text("There is no earlier epoch to go back to yet; train first.");
    let reached = epochs.get(position).is_some_and(|epoch| *epoch == training.epoch());
    (response.changed() && !reached).then_some(TrainCommand::Return(position))
}

/// Loss and accuracies over the epochs.
fn chart(ui: &mut Ui, history: &[EpochReport]) {
    if history.is_empty() {
        return;
    }
    let palette = Palette::from_ui(ui);
    let step = history.len().div_ceil(MAX_POINTS).max(1);
    let last = history.len() - 1;
    let points = |value: &dyn Fn(&EpochReport) -> Option<f64>| {
        let chosen = history.iter().enumerate().filter(|(index, _)| index % step == 0 || *index == last);
        chosen.filter_map(|(_, report)| value(report).map(|value| [report.epoch as f64, value])).collect()
    };
    let line = |name, colour, points| Series { name, points, colour, marked: false, dashed: false };
    let accuracy = line("accuracy, train", palette.class(0), points(&|report| report.train.accuracy));
    let test = line("accuracy, test", palette.class(1), points(&|report| report.test?.accuracy));
    let series = vec![line("loss", palette.ink, points(&|report| Some(report.train.loss))), accuracy, test];
    let name = "Loss and accuracy over the epochs";
    Chart {
        name,
        x: (AxisScale::Linear, "epoch"),
        y: (AxisScale::Linear, "value"),
        series,
        now: None,
        include_y: &[0.0, 1.0],
    }
    .show(ui)
    .on_hover_text(
        "Uncoloured: the loss. Coloured: the accuracy on the samples to train on and on those held back, 0 to 1.",
    );
}

/// How much the last step of each epoch changed the weights, as a share of them, and the layers in words.
fn updates(ui: &mut Ui, training: &Training) {
    let history = training.history();
    let last = history.len().saturating_sub(1);
    let step = history.len().div_ceil(MAX_POINTS).max(1);
    let chosen = history.iter().enumerate().filter(|(index, _)| index % step == 0 || *index == last);
    let log = |report: &EpochReport| Some(report.update.log10()).filter(|update| update.is_finite());
    let points: Vec<[f64; 2]> =
        chosen.filter_map(|(_, report)| log(report).map(|update| [report.epoch as f64, update])).collect();
    let logs: Vec<f64> = training.updates().iter().map(|ratio| ratio.log10()).filter(|log| log.is_finite()).collect();
    if points.is_empty() || logs.is_empty() {
        return;
    }
    let ink = Palette::from_ui(ui).ink;
    let tip = "log₁₀ of ‖ΔW‖/‖W‖ in the last step of each epoch: healthy between −4 and −1. Below, training hardly moves; \
               above, a step throws away what the ones before it learned.";
    Chart {
        name: "Updates over the epochs: log₁₀ of their share of the weights",
        x: (AxisScale::Linear, "epoch"),
        y: (AxisScale::Linear, "log₁₀ of update/weight"),
        series: vec![Series { name: "all layers", points, colour: ink, marked: false, dashed: false }],
        now: None,
        include_y: &[HEALTHY_UPDATES.start, HEALTHY_UPDATES.end],
    }
    .show(ui)
    .on_hover_text(tip);
    let (low, high) =
        logs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(*x), high.max(*x)));
    let is_healthy = HEALTHY_UPDATES.contains(&low) && HEALTHY_UPDATES.contains(&high);
    let text = format!("update/weight of the layers, log₁₀: {low:.1} … {high:.1}");
    let layers: Vec<String> = logs.iter().take(MAX_LAYERS).map(|log| format!("{log:.1}")).collect();
    let more = if logs.len() > MAX_LAYERS { ", …" } else { "" };
    let text =
        if is_healthy { theme::note(ui, text) } else { theme::note(ui, text).color(Palette::from_ui(ui).warning) };
    ui.label(text).on_hover_text(format!("{tip} Layer after layer: {}{more}.", layers.join(", ")));
}

/// Loss and accuracy in words of a steady width.
fn measured(name: &str, evaluation: &Evaluation) -> String {
    let accuracy = evaluation.accuracy.map_or_else(String::new, |share| format!("  {:>5.1} %", 100.0 * share));
    format!("{name:<5} loss {:<8.4}{accuracy}", evaluation.loss)
}

fn figures(ui: &mut Ui, training: &Training) {
    let Some(report) = training.history().iter().rev().find(|report| report.epoch <= training.epoch()) else { return };
    ui.label(theme::note(ui, measured("train", &report.train)))
        .on_hover_text("The mean over the samples to train on, each at the step that used it");
    if let Some(test) = &report.test {
        ui.label(theme::note(ui, measured("test", test))).on_hover_text("The mean over the samples held back");
    }
}

/// A row of the grid: words and a number.
fn number(ui: &mut Ui, text: &str, tip: &str, value: DragValue<'_>) {
    let label = ui.label(text).on_hover_text(tip);
    ui.add(value).labelled_by(label.id).on_hover_text(tip);
    ui.end_row();
}

/// A row of the grid: words and a choice.
fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    text: &str,
    tip: &str,
    value: &mut T,
    all: &[T],
    name: fn(T) -> &'static str,
) {
    ui.label(text).on_hover_text(tip);
    let combo = ComboBox::from_id_salt(text).selected_text(name(*value)).width(96.0).show_ui(ui, |ui| {
        for one in all {
            ui.selectable_value(value, *one, name(*one));
        }
    });
    combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, text));
    combo.response.on_hover_text(tip);
    ui.end_row();
}

fn options(ui: &mut Ui, now: TrainingOptions) -> TrainingOptions {
    let mut options = now;
    egui::Grid::new("training options").num_columns(2).show(ui, |ui| {
        let mut optimiser = options.optimiser;
        choice(
            ui,
            "Optimiser",
            "How a gradient becomes a step",
            &mut optimiser,
            &all_optimisers(now.optimiser),
            Optimiser::name,
        );
        if optimiser != options.optimiser {
            options = TrainingOptions { optimiser, rate: optimiser.default_rate(), ..options };
        }
        if let Optimiser::Sgd { momentum } = &mut options.optimiser {
            let tip = "How much of the last step is in the next, from 0 to below 1";
            number(ui, "Momentum", tip, DragValue::new(momentum).range(0.0..=0.999).speed(0.005).max_decimals(3));
        }
        let tip = "The size of a step at the start";
        number(ui, "Rate", tip, DragValue::new(&mut options.rate).range(1e-5..=10.0).speed(0.0005).max_decimals(5));
        let tip = format!("How the learning rate changes from epoch to epoch: {}", options.schedule.rule());
        choice(ui, "Schedule", &tip, &mut options.schedule, &Schedule::ALL, Schedule::name);
        number(ui, "Batch", "The samples of one step", DragValue::new(&mut options.batch).range(1..=4096));
        let epochs = DragValue::new(&mut options.epochs).range(1..=MAX_EPOCHS);
        number(ui, "Epochs", "How often every sample is used", epochs);
        let Objective { loss, decay, transport, smoothness } = &mut options.objective;
        let tip = format!(
            "{}. Cross-entropy needs softmax or sigmoid outputs; elsewhere the squared error is taken",
            loss.rule()
        );
        choice(ui, "Loss", &tip, loss, &Loss::ALL, Loss::name);
        let cost = |value| DragValue::new(value).range(0.0..=MAX_COST).speed(0.0005).max_decimals(5);
        let tip = "Keeps weights small: gentler compressions. Half of it times the sum of the squared weights is added";
        number(ui, "Weight decay", tip, cost(decay));
        let tip = "Cost of what residual blocks move the data: the paths of the flow become straight and slow. Times the mean \
                   of ‖f(x)‖², summed over the blocks";
        number(ui, "Transport", tip, cost(transport));
        let tip =
            "Cost of parameters that change from one residual block to the next: the velocity changes slowly in time. Times \
             the sum of the squared differences of weights and biases, between neighbouring blocks of the same shape";
        number(ui, "Smoothness", tip, cost(smoothness));
        let share = DragValue::new(&mut options.test_share).range(0.0..=0.9).speed(0.005).max_decimals(2);
        number(ui, "Test share", "The share of the samples that is held back to test on", share);
        let tip = "Decides random weights, the samples held back and the order of the others";
        number(ui, "Training seed", tip, DragValue::new(&mut options.seed).speed(0.1));
    });
    options
}

/// The optimiser as it is set, beside the other one.
fn all_optimisers(now: Optimiser) -> [Optimiser; 2] {
    match now {
        Optimiser::Sgd { .. } => [Optimiser::Adam, now],
        Optimiser::Adam => [now, Optimiser::Sgd { momentum: DEFAULT_MOMENTUM }],
    }
}

/// The choice of how fast training goes.
fn pace(ui: &mut Ui, training: &Training) -> Option<TrainCommand> {
    let mut pace = training.pace();
    egui::Grid::new("pace").num_columns(2).show(ui, |ui| {
        choice(
            ui,
            "Training speed",
            "How fast training goes, so that the flow can be watched",
            &mut pace,
            &Pace::ALL,
            Pace::label,
        );
    });
    (pace != training.pace()).then_some(TrainCommand::Pace(pace))
}
