//! The strip above the stage: what is compared, which ResNet, how far it strays; and what is drawn.

mod overlays;
mod points;
pub(super) mod projection;

use egui::{Align2, Label, Rect, Response, Sense, Ui, vec2};

use crate::explorer::panels::refinement::controls;
use crate::explorer::stage::input::StageInput;
use crate::explorer::theme::{self, GAP, Palette};
use crate::explorer::widgets::naming::{name_button, name_pane};
use crate::linalg::interpolate;
use crate::resnet::RefinementError;
use crate::session::{Compare, Pairing, Scene, ViewCommand};

/// The widths of the parts of the line, with the gaps behind them.
const COMPARE: f32 = 272.0;
const COMPARE_MENU: f32 = 122.0;
const PROJECTION: f32 = 132.0;
const COLOURS: f32 = 140.0;
const DRAG: f32 = 98.0;
const SHOW: f32 = 58.0;
const FIT: f32 = 38.0;
/// The width of the ResNet's controls and of the numbers beside them.
const CONTROLS: f32 = 850.0;

/// What of the line has room in itself; the rest moves into menus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct InLine {
    /// The ways to compare side by side, rather than in a menu.
    compare: bool,
    /// The colours, rather than in the menu of what is shown.
    colours: bool,
    /// What belongs to the projection, rather than in that menu.
    axes: bool,
}

impl InLine {
    /// What fits into a line of this width.
    fn fitting(room: f32, axes: f32, colours: f32) -> InLine {
        let always = COMPARE_MENU + PROJECTION + DRAG + SHOW + FIT;
        let wide = COMPARE - COMPARE_MENU;
        InLine {
            compare: room >= always + axes + colours + wide,
            colours: room >= always + axes + colours,
            axes: room >= always + axes,
        }
    }
}

/// Draws the strip for an open scene: one line, and one more for another network and for the ResNet.
pub fn show(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    let (axes, colours) = (projection::extra_width(input, scene), points::colours_width(input, COLOURS));
    let in_line = InLine::fitting(ui.available_width(), axes, colours);
    ui.horizontal(|ui| {
        let room = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), ui.spacing().interact_size.y));
        name_pane(ui, "Tools of the stage", room);
        match in_line.compare {
            true => compare(ui, input, commands),
            false => compare_menu(ui, input, commands),
        }
        projection::choice(ui, input, scene, commands);
        if in_line.axes {
            projection::details(ui, input, scene, commands);
        }
        if in_line.colours {
            points::colours(ui, input, scene, commands);
        }
        points::gestures(ui, input, scene, commands);
        let menu =
            egui::containers::menu::MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
        let (button, _) = egui::containers::menu::MenuButton::new("Show").config(menu).ui(ui, |ui| {
            if !in_line.axes {
                ui.horizontal(|ui| projection::details(ui, input, scene, commands));
            }
            if !in_line.colours {
                points::colours_in_a_menu(ui, input, scene, commands);
            }
            overlays::choices(ui, input, scene, commands);
            overlays::velocity(ui, input, commands);
            points::drawn(ui, input, scene, commands);
            ui.separator();
            overlays::camera(ui, input, scene, commands);
        });
        button.on_hover_text("What is drawn beside the points, and how the camera follows them.");
        points::show_all(ui, input, commands);
        overlays::fit(ui, commands);
    });
    if input.has_counterpart {
        ui.horizontal_wrapped(|ui| pairings(ui, input, commands));
    }
    if input.view.compare.needs_resnet() && pairing(input).is_none() {
        ui.horizontal(|ui| {
            // With the panel open its controls are there.
            if !input.refinement_panel && ui.available_width() >= CONTROLS {
                controls::show(ui, input.view.refinement, commands);
                ui.add_space(GAP);
            } else if !input.refinement_panel {
                let text = format!("N = {}", input.view.refinement.steps);
                let menu = egui::containers::menu::MenuConfig::new()
                    .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
                let (button, _) = egui::containers::menu::MenuButton::new(text)
                    .config(menu)
                    .ui(ui, |ui| controls::in_a_menu(ui, input.view.refinement, commands));
                name_button(&button, "Steps of the ResNet");
                button.on_hover_text("N: how many steps the ResNet takes in each phase, which phases, and how.");
            }
            deviation(ui, input);
        });
    }
}

/// The ways to compare as a menu, where there is no room for them side by side.
fn compare_menu(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    let shown = input.view.compare;
    let menu = egui::ComboBox::new("compare", "").selected_text(shown.label()).width(88.0);
    let response = menu.show_ui(ui, |ui| compare(ui, input, commands)).response;
    let name = format!("Compare: {}", shown.label());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
    response.on_hover_text("The plain net, its ResNet, or both. Key R goes from one to the other.");
}

fn compare(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    for choice in Compare::ALL {
        let tip = match choice {
            Compare::Plain => "The plain net as an exact flow. Key R goes to its ResNet and back.",
            Compare::ResNet => "The same data at the same time under N Euler steps in each phase. Key R goes back.",
            Compare::SideBySide => "The plain net and its ResNet in two views that turn and zoom together.",
            Compare::Overlay => "Both in one view; a line joins each point with its place in the ResNet: the error.",
        };
        let is_chosen = input.view.compare == choice && pairing(input).is_none();
        if ui.selectable_label(is_chosen, choice.label()).on_hover_text(tip).clicked() {
            commands.push(ViewCommand::Compare(choice));
        }
    }
}

/// How two networks are seen together, where they are.
fn pairing(input: &StageInput<'_>) -> Option<Pairing> {
    input.view.pairing.filter(|_| input.has_counterpart)
}

/// How the network is seen together with the other one.
fn pairings(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    let chosen = pairing(input);
    for choice in Pairing::ALL {
        let tip = match choice {
            Pairing::SideBySide => "The network and the other one in two views that turn and zoom together.",
            Pairing::Overlay => "Both in one view; a line joins each point with its place under the other network.",
            Pairing::Morph => "One view on the way from the network to the other one; the slider says how far.",
        };
        if ui.selectable_label(chosen == Some(choice), choice.label()).on_hover_text(tip).clicked() {
            commands.push(ViewCommand::Pair(Some(choice)));
        }
    }
    if chosen == Some(Pairing::Morph) {
        let mut share = input.view.morph;
        let slider = egui::Slider::new(&mut share, 0.0..=1.0).show_value(false).text("from A to B");
        if ui.add(slider).on_hover_text("How far each point is on its way from A to B.").changed() {
            commands.push(ViewCommand::Morph(share));
        }
    }
}

fn deviation(ui: &mut Ui, input: &StageInput<'_>) {
    let Some(refined) = input.refined else {
        ui.add(Label::new(theme::note(ui, "computing the ResNet …")).truncate());
        return;
    };
    let error = &refined.error;
    let numbers = [
        (
            "error now",
            theme::significant(error_at(error, input.t)),
            7,
            "The largest distance between a point of the plain net and the same point of the ResNet at this time.",
        ),
        ("at the end", theme::significant(error.max_error), 7, "The largest distance at the end of the flow."),
        (
            "same answer",
            format!("{} %", theme::figure(100.0 * error.prediction_agreement, 1)),
            7,
            "The share of the points for which both predict the same class.",
        ),
        ("blocks", error.blocks.to_string(), 6, "The depth of the ResNet: one block a step."),
    ];
    for (name, value, digits, tip) in numbers {
        if ui.available_width() < readout_width(ui, name, digits) {
            break;
        }
        readout(ui, name, &value, digits).on_hover_text(tip);
    }
    if refined.refinement != input.view.refinement {
        let shown = format!("still N = {}; computing …", refined.refinement.steps);
        ui.add(Label::new(theme::note(ui, shown)).truncate())
            .on_hover_text("The last ResNet stays until the one asked for is ready.");
    }
}

fn readout_width(ui: &Ui, name: &str, digits: usize) -> f32 {
    let palette = Palette::from_ui(ui);
    let name = ui.painter().layout_no_wrap(name.to_owned(), theme::small_font(), palette.faint_ink);
    let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&theme::body_font(), '0'));
    name.size().x + GAP + digit * digits as f32
}

/// A faint name and a number with room for `digits` digits, kept on one line and at a steady width.
fn readout(ui: &mut Ui, name: &str, value: &str, digits: usize) -> Response {
    let palette = Palette::from_ui(ui);
    let galley = ui.painter().layout_no_wrap(name.to_owned(), theme::small_font(), palette.faint_ink);
    let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&theme::body_font(), '0'));
    let size = vec2(galley.size().x + GAP + digit * digits as f32, ui.spacing().interact_size.y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{name}: {value}")));
    let name_at = rect.left_center() - vec2(0.0, galley.size().y / 2.0);
    let value_at = name_at + vec2(galley.size().x + GAP, galley.size().y / 2.0);
    ui.painter().galley(name_at, galley, palette.faint_ink);
    ui.painter().text(value_at, Align2::LEFT_CENTER, value, theme::body_font(), palette.ink);
    response
}

/// The largest error at time t, interpolated between the times at which it was measured.
fn error_at(error: &RefinementError, t: f64) -> f64 {
    interpolate(&error.over_time, |(time, largest, _)| (*time, *largest), t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_line_keeps_in_menus_what_it_has_no_room_for() {
        let fitting = |room| InLine::fitting(room, 104.0, COLOURS);
        assert_eq!(fitting(1000.0), InLine { compare: true, colours: true, axes: true });
        assert_eq!(fitting(740.0), InLine { compare: false, colours: true, axes: true });
        assert_eq!(fitting(600.0), InLine { compare: false, colours: false, axes: true });
        assert_eq!(fitting(480.0), InLine { compare: false, colours: false, axes: false });
    }

    #[test]
    fn the_error_is_interpolated_and_ends_with_the_last() {
        let error = RefinementError {
            over_time: vec![(0.0, 0.0, 0.0), (1.0, 2.0, 1.0), (2.0, 1.0, 0.5)],
            max_error: 1.0,
            ..RefinementError::default()
        };
        for (t, expected) in [(-1.0, 0.0), (0.0, 0.0), (0.5, 1.0), (1.0, 2.0), (1.5, 1.5), (9.0, 1.0)] {
            assert_eq!(error_at(&error, t), expected);
        }
    }
}
