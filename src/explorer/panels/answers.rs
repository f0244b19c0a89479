//! How well the network answers the labels of the data, and which output stands for which class.

use egui::{CollapsingHeader, ComboBox, Grid, Role, Ui, WidgetInfo};

use super::super::theme::{self, Palette};
use crate::dataset::{Labels, OrderCheck};
use crate::network::OutputFunction;
use crate::session::{Command, EditCommand, NetworkChange, Scene, Score, Session, shown};
use crate::training::Loss;

/// The most outputs whose classes are chosen one by one.
const MAX_OUTPUTS: usize = 40;
/// The width of a choice.
const CHOICE: f32 = 120.0;

/// Draws the answers and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let Some(scene) = session.scene() else { return Vec::new() };
    let mut edits = Vec::new();
    if let Some(score) = &scene.score {
        measures(ui, score);
        edits.extend(best_order(ui, scene).map(EditCommand::Classes));
        let has_classes = scene.order.is_some();
        let title = if has_classes { "Classes and outputs" } else { "Loss and output" };
        let head = CollapsingHeader::new(title).id_salt("classes and outputs");
        let head = head.show_unindented(ui, |ui| {
            loss(ui, score);
            edits.extend(output_function(ui, session, scene).map(EditCommand::Change));
            edits.extend(table(ui, scene).map(EditCommand::Classes));
        });
        head.header_response
            .on_hover_text("The loss, what reads the last layer, and which output stands for which class.");
    }
    edits.into_iter().map(Command::Edit).collect()
}

fn percent(share: f64) -> String {
    format!("{} %", theme::figure(100.0 * share, 1))
}

/// How many answers are right.
fn measures(ui: &mut Ui, score: &Score) {
    if let (Some(right), Some(accuracy)) = (score.right, score.accuracy()) {
        let text = format!("Accuracy {} ({right} of {})", percent(accuracy), score.samples);
        ui.label(text).on_hover_text("The share of the points whose largest output is that of their class.");
    }
    if let Some(explained) = score.explained {
        let text = format!("R² {}", theme::significant(explained));
        ui.label(text).on_hover_text("The share of the values' variance that the first output explains.");
    }
    if score.without > 0 {
        let text = format!("{} of {} have a class without an output", score.without, score.samples);
        ui.colored_label(Palette::from_ui(ui).warning, text).on_hover_text("They count as wrong, and have no loss.");
    }
}

fn loss(ui: &mut Ui, score: &Score) {
    let Some(loss) = score.loss else { return };
    let name = match score.measure {
        Loss::CrossEntropy => "cross-entropy",
        Loss::SquaredError => "½ squared error",
    };
    let text = theme::note(ui, format!("Loss {} ({name})", theme::significant(loss)));
    ui.label(text).on_hover_text(format!("The mean over the points, {}.", score.measure.rule()));
}

/// The choice of what reads the last layer.
fn output_function(ui: &mut Ui, session: &Session, scene: &Scene) -> Option<NetworkChange> {
    let now = session.wanted().network.as_ref().map_or(scene.output, |network| network.output());
    let mut chosen = None;
    ui.horizontal(|ui| {
        let tip =
            "What reads the last layer: it decides which loss the answers have, and hardly ever the answered class.";
        ui.label("Output").on_hover_text(tip);
        let combo = ComboBox::from_id_salt("output function").width(CHOICE).selected_text(now.name());
        let combo = combo.show_ui(ui, |ui| {
            for output in OutputFunction::ALL {
                if ui.selectable_label(output == now, output.name()).clicked() {
                    chosen = Some(NetworkChange::Output(output));
                }
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Output function of the network"));
        combo.response.on_hover_text(tip);
    });
    chosen
}

/// How right the order of the classes is beside the best one, where it is a guess or far worse.
fn best_order(ui: &mut Ui, scene: &Scene) -> Option<Vec<String>> {
    let check = scene.order.as_ref()?;
    let [right, best] = check.shares().map(percent);
    let guess = match scene.guessed_order {
        Some(_) => "The order of the classes is a guess: it",
        None if check.is_far_better() => "This order",
        None => return None,
    };
    let text = format!("{guess} is right for {right}, the best order for {best}.");
    ui.colored_label(Palette::from_ui(ui).warning, text)
        .on_hover_text("Which output stands for which class is not in the files. The best of all orders is the one by which most answers are right.");
    let button = ui.button("Use the best order").on_hover_text(in_words(check));
    button.clicked().then(|| check.order.clone())
}

fn in_words(check: &OrderCheck) -> String {
    let named = check.order.iter().enumerate().filter(|(_, name)| !name.is_empty());
    let text: Vec<String> = named.map(|(output, name)| format!("output {output} = {}", shown(name))).collect();
    text.join(", ")
}

/// Which output stands for which class, a choice for each; a class that is chosen changes places with the one that was there.
fn table(ui: &mut Ui, scene: &Scene) -> Option<Vec<String>> {
    let (check, Labels::Classes { names, .. }) = (scene.order.as_ref()?, &scene.dataset.labels) else { return None };
    let outputs = scene.network.outputs().max(2);
    let [right, best] = check.shares().map(percent);
    ui.label(theme::note(ui, format!("right for {right}; the best order is for {best}")));
    if outputs > MAX_OUTPUTS {
        ui.label(theme::note(ui, "too many outputs to choose their classes one by one"));
        return None;
    }
    let mut order = names.to_vec();
    order.resize(order.len().max(outputs), String::new());
    let mut swap = None;
    Grid::new("classes and outputs").num_columns(2).show(ui, |ui| {
        for output in 0..outputs {
            ui.colored_label(Palette::from_ui(ui).class(output), format!("output {output}"));
            let caption = |name: &String| if name.is_empty() { "no class".to_owned() } else { shown(name) };
            let combo = ComboBox::from_id_salt(("class of output", output)).width(CHOICE).truncate();
            let combo = combo.selected_text(caption(&order[output])).show_ui(ui, |ui| {
                for (other, name) in order.iter().enumerate() {
                    if ui.selectable_label(other == output, caption(name)).clicked() && other != output {
                        swap = Some((output, other));
                    }
                }
            });
            let label = format!("Class of output {output}");
            combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &label));
            ui.end_row();
        }
    });
    let (one, other) = swap?;
    order.swap(one, other);
    Some(order)
}
