//! The panel on the left: the network's layers, the data, and how the flow is built.

use egui::{Rect, Response, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::theme::{self, Palette};
use super::super::widgets::naming::name_pane;
use super::super::widgets::severity;
use super::layer_buttons;
use super::probes::ablate;
use crate::diagnostics::probes::Ablation;
use crate::flow::LayerFlow;
use crate::network::Network;
use crate::session::{
    Command, FindingCommand, FindingScope, LayerCount, PlaybackCommand, Session, ViewCommand, counted, own_name,
};

/// The height of a layer's entry: its name, its shape, the range of its singular values.
const ENTRY: f32 = 38.0;
/// The room at the right of an entry for the number of its findings.
const FINDINGS: f32 = 44.0;
/// Singular values below this share of one are drawn at the left end of the range.
const MIN_SIGMA: f64 = 1e-3;
/// Singular values above this are drawn at the right end.
const LARGEST_SIGMA: f64 = 1e3;

/// Draws the list of layers and tells what was asked for.
pub fn layers(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    let (Some(document), Some(scene)) = (session.document(), session.scene()) else {
        ui.label(if session.opening().is_some() { "Being opened …" } else { "No network is open yet." });
        return commands;
    };
    let (Some(network), flow) = (&document.network, &scene.flow) else { return commands };
    let count = flow.layers().len();
    let shape =
        format!("{} → {} · {}", network.inputs(), network.outputs(), counted(network.parameters(), "parameter"));
    ui.label(theme::note(ui, shape)).on_hover_text(format!(
        "The network takes {} inputs and gives {} outputs, read by {}; its flow moves in {} dimensions.",
        network.inputs(),
        network.outputs(),
        network.output().name(),
        flow.ambient_dimension()
    ));
    let current = flow.moment(session.playback.t()).layer;
    let height = list_height(ui, count);
    let mut area = ScrollArea::vertical().id_salt("layers").auto_shrink([false, true]).max_height(height);
    // The list goes with the time where it is longer than its room.
    let id = ui.scope_id().with("layer of the list");
    let before = ui.data_mut(|data| data.get_temp::<usize>(id));
    if before != Some(current) {
        ui.data_mut(|data| data.insert_temp(id, current));
        let row = ENTRY + ui.spacing().item_spacing.y;
        area = area.vertical_scroll_offset((current as f32 * row - (height - row) / 2.0).max(0.0));
    }
    area.show_rows(ui, ENTRY, count, |ui, rows| {
        name_pane(ui, "Layers of the network", ui.clip_rect());
        for layer in flow.layers().get(rows).unwrap_or(&[]) {
            let count = session.findings.visible().layer(layer.index - 1);
            commands.extend(entry(ui, network, layer, layer.index == current + 1, count));
        }
    });
    commands
}

/// A few layers are all shown; of many, as many as leave room for the sections below.
fn list_height(ui: &Ui, count: usize) -> f32 {
    let all = count as f32 * (ENTRY + ui.spacing().item_spacing.y);
    all.min((0.45 * ui.available_height()).max(2.5 * ENTRY))
}

fn entry(ui: &mut Ui, network: &Network, layer: &LayerFlow, current: bool, findings: LayerCount) -> Option<Command> {
    let palette = Palette::from_ui(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ENTRY), Sense::click());
    let title = title(layer);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, current, &title));
    let visuals = ui.style().interact_selectable(&response, current);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    if current || response.hovered() {
        painter.rect_filled(rect, f32::from(theme::CORNER), visuals.weak_bg_fill);
    }
    let (left, top) = (rect.left() + theme::GAP, rect.top() + 3.0);
    let ink = if current { visuals.text_color() } else { palette.ink };
    painter.text(pos2(left, top), egui::Align2::LEFT_TOP, &title, theme::body_font(), ink);
    let does = layer.operator.clone().unwrap_or_else(|| layer.activation.name().replace('_', " "));
    let what = format!("{} → {}  {does}", layer.inputs, layer.outputs);
    let faint = if current { visuals.text_color() } else { palette.faint_ink };
    painter.text(pos2(left, top + 16.0), egui::Align2::LEFT_TOP, what, theme::small_font(), faint);
    if let Some(spectrum) = &layer.spectrum {
        let bar = Rect::from_min_size(pos2(rect.right() - 64.0, top + 20.0), vec2(58.0, 6.0));
        sigma_range(&painter, bar, &spectrum.singular_values, palette);
    }
    let asked = finding_count(ui, rect, layer, findings, ink).or(layer_menu(network, layer, &response));
    let is_in_hand = current || ui.rect_contains_pointer(rect);
    let right = rect.right() - if findings.worst.is_some() { FINDINGS } else { 2.0 };
    let changes = is_in_hand.then(|| layer_buttons::show(ui, network, layer.index - 1, (right, rect.top() + 1.0)));
    let asked = asked.or(changes.flatten());
    let clicked = response.on_hover_text(tip(layer)).clicked();
    asked.or_else(|| clicked.then_some(Command::Playback(PlaybackCommand::Seek(layer.index as f64 - 1.0))))
}

/// What a secondary click on a layer offers.
fn layer_menu(network: &Network, layer: &LayerFlow, response: &Response) -> Option<Command> {
    let mut asked = None;
    let index = layer.index - 1;
    response.context_menu(|ui| {
        asked = ablate::button(ui, network, Ablation::Layer { layer: index });
        let pin = ui.button("Keep it in the layer panel").on_hover_text("Whatever the time.");
        if pin.clicked() {
            asked = Some(Command::View(ViewCommand::PinLayer(Some(index))));
        }
        if asked.is_some() {
            ui.close();
        }
    });
    asked
}

/// The number of the layer's findings with the mark of the worst, at the right of its name.
fn finding_count(ui: &Ui, entry: Rect, layer: &LayerFlow, findings: LayerCount, ink: egui::Color32) -> Option<Command> {
    let worst = findings.worst?;
    let room = vec2(2.0 * severity::SIZE + 8.0 * findings.count.to_string().len() as f32, ENTRY / 2.0);
    let rect = Rect::from_min_size(pos2(entry.right() - room.x - 4.0, entry.top()), room);
    let response = ui.interact(rect, ui.scope_id().with(("findings", layer.index)), Sense::click());
    let name = format!("Findings of layer {}: {}", layer.index, findings.label());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let painter = ui.painter().with_clip_rect(entry.intersect(ui.clip_rect()));
    let mark = pos2(rect.left() + severity::SIZE / 2.0, rect.center().y + 1.0);
    severity::paint(&painter, mark, severity::SIZE, worst, Palette::from_ui(ui));
    let at = pos2(mark.x + severity::SIZE, rect.center().y + 1.0);
    painter.text(at, egui::Align2::LEFT_CENTER, findings.count.to_string(), theme::small_font(), ink);
    let clicked = response.on_hover_text(format!("{}. Click: list them.", findings.label())).clicked();
    clicked.then_some(Command::Findings(FindingCommand::Show(FindingScope::Layer(layer.index))))
}

fn title(layer: &LayerFlow) -> String {
    match layer.name.trim() {
        "" => format!("{}", layer.index),
        name => format!("{}  {}", layer.index, own_name(name)),
    }
}

/// From the smallest to the largest singular value on a log scale with 1 in the middle.
fn sigma_range(painter: &egui::Painter, bar: Rect, values: &[f64], palette: &Palette) {
    let (Some(largest), Some(smallest)) = (values.first(), values.last()) else { return };
    let x = |sigma: f64| {
        let share = (sigma.clamp(MIN_SIGMA, LARGEST_SIGMA) / MIN_SIGMA).log10() / (LARGEST_SIGMA / MIN_SIGMA).log10();
        bar.left() + share as f32 * bar.width()
    };
    painter.rect_filled(bar, 2.0, palette.track);
    let range = Rect::from_x_y_ranges(x(*smallest) - 1.0..=x(*largest) + 1.0, bar.y_range());
    painter.rect_filled(range, 2.0, palette.phase(crate::flow::PhaseKind::Compress));
    painter.vline(bar.center().x, bar.y_range(), palette.axis_line());
}

fn tip(layer: &LayerFlow) -> String {
    let start = layer.index - 1;
    let origin = layer.origin.as_ref().map(|origin| format!("{origin}. ")).unwrap_or_default();
    let text = match &layer.spectrum {
        Some(spectrum) => {
            let (largest, smallest) = (spectrum.singular_values.first(), spectrum.singular_values.last());
            format!(
                "Singular values from {} to {}, rank {}{}; the bar shows their range, 1 in the middle. Click: go to t = {start}; secondary click: a menu.",
                theme::significant(smallest.copied().unwrap_or(0.0)),
                theme::significant(largest.copied().unwrap_or(0.0)),
                spectrum.rank,
                spectrum.stored_rank.map(|stored| format!(", {}", stored.text())).unwrap_or_default()
            )
        }
        None => format!("A residual block: x + f(x). Click: go to t = {start}; secondary click: a menu."),
    };
    origin + &text
}

/// The heading of a section of the panel.
pub fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(theme::SECTION_GAP / 2.0);
    ui.label(RichText::new(text).strong());
}
