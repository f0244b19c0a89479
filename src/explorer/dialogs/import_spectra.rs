//! What the import assistant asks and shows of convolutions: the input's shape, how they move, the spectrum of a weight.

use egui::{Button, ComboBox, Grid, Role, TextEdit, Ui, WidgetInfo};

use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::bars::{Bar, Bars};
use crate::explorer::widgets::naming::name_button;
use crate::flow::PhaseKind;
use crate::formats::{WeightSpectrum, convolution_text};
use crate::network::{ConvolutionSpectrum, SpectrumMethod};
use crate::session::{Import, ImportCommand};

/// The width of the field for the input's shape.
const SHAPE_WIDTH: f32 = 90.0;
/// The width of the field for how convolutions move.
const MOVES_WIDTH: f32 = 240.0;
/// As many singular values are drawn, evenly picked.
const MAX_BARS: usize = 512;

/// The questions that only convolutions need.
pub(super) fn questions(ui: &mut Ui, import: &Import) -> Vec<ImportCommand> {
    let mut commands = Vec::new();
    if !import.chain.has_convolutions() && !import.graph_needs_shape {
        return commands;
    }
    ui.horizontal(|ui| {
        let tip = "The shape of one input: channels, height and width, as 1,28,28; channels and length for a signal. \
                   Convolutions are matrices only on inputs of a known shape.";
        let mut shape = import.input_shape.clone();
        let label = ui.label("Input shape").on_hover_text(tip);
        let field = TextEdit::singleline(&mut shape).hint_text("C,H,W").desired_width(SHAPE_WIDTH);
        if ui.add(field).labelled_by(label.id).on_hover_text(tip).changed() {
            commands.push(ImportCommand::InputShape(shape));
        }
        let tip = "How the convolutions move and what pools behind them, as stride=1,padding=same,pool=2; padding same or a \
                   number, pool none, a number or global (means, never maxima). One for all, or one for each between \
                   semicolons.";
        let mut geometry = import.convolutions.clone();
        let label = ui.label("Convolutions").on_hover_text(tip);
        let field = TextEdit::singleline(&mut geometry).hint_text("as the shapes decide").desired_width(MOVES_WIDTH);
        if ui.add(field).labelled_by(label.id).on_hover_text(tip).changed() {
            commands.push(ImportCommand::Convolutions(geometry));
        }
        commands.extend(candidates(ui, import));
    });
    if import.graph_needs_shape {
        let known = import.typed_shape().is_some();
        let button = ui.add_enabled(known, Button::new("Read the graph for this input shape"));
        let button = button.on_hover_text("The file holds the whole graph, but leaves the shape of its input open.");
        if button.on_disabled_hover_text("Type the shape of one input first, as 1,28,28.").clicked() {
            commands.push(ImportCommand::ReadGraph);
        }
    }
    if let Some(text) = &import.misunderstood {
        ui.colored_label(Palette::from_ui(ui).warning, text);
    }
    commands
}

/// The ways that fit, to choose from.
fn candidates(ui: &mut Ui, import: &Import) -> Option<ImportCommand> {
    let mut chosen = None;
    let candidates = &import.chain.candidates;
    let tip = "The usual ways in which every shape of this file fits, once the input's shape is given.";
    let response = ui.add_enabled_ui(!candidates.is_empty(), |ui| {
        let combo =
            ComboBox::from_id_salt("ways").selected_text(format!("{} fit", candidates.len())).show_ui(ui, |ui| {
                for candidate in candidates {
                    let text = convolution_text(candidate);
                    if ui.selectable_label(text == import.convolutions, &text).clicked() {
                        chosen = Some(ImportCommand::Convolutions(text));
                    }
                }
            });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Ways that fit"));
        combo.response
    });
    response
        .inner
        .on_hover_text(tip)
        .on_disabled_hover_text("Give the input's shape; none of the usual ways fits yet.");
    chosen
}

/// The button that asks for the spectrum of a layer's weight.
pub(super) fn button(ui: &mut Ui, position: usize) -> Option<ImportCommand> {
    let layer = position + 1;
    let tip = "The singular values of this weight, whether or not the chain can be opened";
    let response = ui.add(Button::new("Spectrum").small()).on_hover_text(tip);
    name_button(&response, format!("Spectrum of layer {layer}"));
    response.clicked().then_some(ImportCommand::Spectrum(position))
}

/// The spectrum that was last asked for.
pub(super) fn spectrum(ui: &mut Ui, spectrum: &WeightSpectrum) {
    ui.separator();
    ui.label(format!("{} · {}", spectrum.name, spectrum.what));
    let palette = Palette::from_ui(ui);
    let drawn = spectrum.operator.picked(MAX_BARS);
    let rank = drawn.len() * spectrum.operator.rank / spectrum.operator.singular_values.len().max(1);
    let bars: Vec<Bar> = drawn.iter().map(|sigma| Bar { target: *sigma, now: *sigma }).collect();
    let name = format!("Singular values of {}", spectrum.name);
    let widget = Bars { name: &name, bars: &bars, rank, colour: palette.phase(PhaseKind::Compress) };
    widget.show(ui, |ui, index| {
        ui.label(bars.get(index).map_or_else(String::new, |bar| format!("σ = {}", theme::significant(bar.target))));
    });
    let method = method(spectrum);
    let rows = [Some((method, &spectrum.operator)), spectrum.kernel.as_ref().map(|kernel| (KERNEL, kernel))];
    Grid::new("spectra").num_columns(5).show(ui, |ui| {
        for ((text, tip), found) in rows.into_iter().flatten() {
            ui.label(text).on_hover_text(tip);
            numbers(ui, found);
            ui.end_row();
        }
    });
}

/// A name for singular values, and what they are in a sentence.
type Words = (&'static str, &'static str);

const KERNEL: Words = ("kernel", "The kernel alone as a matrix, outputs × (inputs · height · width).");

fn method(spectrum: &WeightSpectrum) -> Words {
    match spectrum.operator.method {
        SpectrumMethod::Periodic { .. } if spectrum.is_assumed => (
            "periodic, size assumed",
            "The convolution on a small torus, at stride 1 where nothing else is told: the shape of its input is not known.",
        ),
        SpectrumMethod::Periodic { .. } if spectrum.operator.is_sampled => (
            "periodic, some frequencies",
            "The convolution on a torus of its input's size, without padding, at evenly spaced frequencies: all would take too long.",
        ),
        SpectrumMethod::Periodic { .. } => (
            "periodic",
            "The convolution on a torus of its input's size, without padding: its own matrix would be too large.",
        ),
        SpectrumMethod::Matrix => ("matrix", "The layer's own matrix, zero padding included: what the layer does."),
        SpectrumMethod::Kernel => KERNEL,
    }
}

fn numbers(ui: &mut Ui, spectrum: &ConvolutionSpectrum) {
    let values = &spectrum.singular_values;
    let sigma = |value: Option<&f64>| value.map_or_else(|| "none".to_owned(), |value| theme::significant(*value));
    ui.label(format!("{} values", values.len()));
    ui.label(format!("rank {}", spectrum.rank)).on_hover_text("How many of them are not zero.");
    ui.label(format!("largest {}", sigma(values.first()))).on_hover_text("The most that any input is stretched.");
    ui.label(format!("smallest {}", sigma(values.last()))).on_hover_text("The least; 0 where a direction is lost.");
}
