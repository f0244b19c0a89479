//! The choices above the stage that concern the points: what a drag does, what the colours stand for.

use egui::{ComboBox, DragValue, Role, Ui, WidgetInfo};

use crate::explorer::stage::input::StageInput;
use crate::session::{Colouring, PointCommand, Scene, Tool, ViewCommand, column_text, counted, picture_side};

/// The room for the name of a column.
const COLUMN: f32 = 90.0;

/// What a drag on the stage does.
pub fn gestures(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    if scene.dataset.samples() > 0 {
        let mut asked = Vec::new();
        tools(ui, input, &mut asked);
        commands.extend(asked.into_iter().map(ViewCommand::Points));
    }
}

/// The room that the choice of colours needs, of which `menu` is without a column.
pub fn colours_width(input: &StageInput<'_>, menu: f32) -> f32 {
    let has_column = matches!(input.view.points.colouring, Colouring::Column(_));
    menu + if has_column { COLUMN } else { 0.0 }
}

/// What the colours of the points stand for.
pub fn colours(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    if scene.dataset.samples() > 0 {
        let mut asked = Vec::new();
        colouring(ui, input, scene, &mut asked);
        commands.extend(asked.into_iter().map(ViewCommand::Points));
    }
}

/// The same inside of a menu, which another menu would close.
pub fn colours_in_a_menu(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    if scene.dataset.samples() == 0 {
        return;
    }
    let mut chosen = input.view.points.colouring;
    ui.label("Colours stand for").on_hover_text("What the colours of the points stand for.");
    ui.indent("colours", |ui| colour_choices(ui, input, scene, &mut chosen));
    ui.separator();
    if chosen != input.view.points.colouring {
        commands.push(ViewCommand::Points(PointCommand::Colour(chosen)));
    }
}

/// Which points are drawn, and how.
pub fn drawn(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    if scene.dataset.samples() > 0 {
        let mut asked = Vec::new();
        pictures(ui, input, scene, &mut asked);
        commands.extend(asked.into_iter().map(ViewCommand::Points));
    }
}

fn tools(ui: &mut Ui, input: &StageInput<'_>, asked: &mut Vec<PointCommand>) {
    let name = format!("Drag: {}", input.view.points.tool.label());
    let menu = ComboBox::new("drag", "").selected_text(&name).width(76.0);
    let response = menu.show_ui(ui, |ui| tool_choices(ui, input, asked)).response;
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    response.on_hover_text("What a drag on the stage does.");
}

fn tool_choices(ui: &mut Ui, input: &StageInput<'_>, asked: &mut Vec<PointCommand>) {
    let settings = &input.view.points;
    for tool in Tool::ALL {
        let tip = match tool {
            Tool::Pan => {
                "A drag moves the picture, or turns it in 3-D (with Shift it moves). A click selects a point; with Shift it joins or leaves the selection."
            }
            Tool::Box => {
                "A drag selects the points in a rectangle; with Shift they join the selection. Escape selects nothing."
            }
            Tool::Grab => {
                "A drag takes a point at the present time to another position: it flows on from there, and back to the input that would have led there."
            }
            Tool::Lasso => {
                "A drag selects the points inside the line that it draws; with Shift they join the selection. Escape selects nothing."
            }
        };
        if ui.selectable_label(settings.tool == tool, tool.label()).on_hover_text(tip).clicked() {
            asked.push(PointCommand::Use(tool));
        }
    }
}

fn colouring(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, asked: &mut Vec<PointCommand>) {
    let present = input.view.points.colouring;
    let dataset = &scene.dataset;
    let mut chosen = present;
    let name = present.label(dataset);
    let menu = ComboBox::new("colouring", "").selected_text(format!("Colour: {name}")).width(112.0);
    let menu = menu.show_ui(ui, |ui| colour_choices(ui, input, scene, &mut chosen));
    menu.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Colour: {name}")));
    menu.response.on_hover_text("What the colours of the points stand for.");
    if let Colouring::Column(index) = &mut chosen {
        let mut number = *index + 1;
        let name_of = |value: f64, _| column_text(dataset, (value as usize).saturating_sub(1));
        let drag = DragValue::new(&mut number).range(1..=dataset.dimension().max(1)).speed(0.05);
        let response =
            ui.add(drag.custom_formatter(name_of)).on_hover_text("Which column of the data: drag, or type its number.");
        *index = number.saturating_sub(1);
        let label = format!("Colour by column: {}", column_text(dataset, *index));
        response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, &label));
    }
    if chosen != present {
        asked.push(PointCommand::Colour(chosen));
    }
}

/// What the colours can stand for, one under the other.
fn colour_choices(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, chosen: &mut Colouring) {
    let (present, dataset) = (input.view.points.colouring, &scene.dataset);
    let column = if let Colouring::Column(index) = present { index } else { 0 };
    let all = [
        Colouring::Label,
        Colouring::Prediction,
        Colouring::Mistakes,
        Colouring::Loss(input.view.points.loss),
        Colouring::Column(column),
    ];
    for choice in all {
        let refusal = choice.refusal(scene);
        let text =
            if let Colouring::Column(_) = choice { "a column of the data".to_owned() } else { choice.label(dataset) };
        let button = egui::Button::selectable(*chosen == choice, text);
        let response = ui.add_enabled(refusal.is_none(), button).on_hover_text(tip(choice));
        if response.on_disabled_hover_text(refusal.unwrap_or_default()).clicked() {
            *chosen = choice;
        }
    }
}

fn tip(choice: Colouring) -> &'static str {
    match choice {
        Colouring::Label => "What the data says of each point.",
        Colouring::Prediction => "What the plain net answers for each point.",
        Colouring::Mistakes => "The points whose class the plain net gets wrong stand out.",
        Colouring::Loss(_) => {
            "How wrong the plain net's answer is, by the loss of the training: −ln p of the point's own class, or ½‖f(x) − y‖²."
        }
        Colouring::Column(_) => "One coordinate of the points as they were given.",
    }
}

fn pictures(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, asked: &mut Vec<PointCommand>) {
    let dimension = scene.dataset.dimension();
    let side = picture_side(dimension);
    let mut drawn = input.view.points.draws_pictures(dimension);
    let toggle = ui.add_enabled(side.is_some(), egui::Checkbox::new(&mut drawn, "Pictures"));
    let tip = format!("Draw each point as the picture of {0}×{0} pixels that its coordinates make.", side.unwrap_or(0));
    let why_not = format!("Points of {} are no square pictures.", counted(dimension, "coordinate"));
    if toggle.on_hover_text(tip).on_disabled_hover_text(why_not).changed() {
        asked.push(PointCommand::Pictures(drawn));
    }
}

/// The way back to all points, where some are hidden.
pub fn show_all(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    if input.view.points.filter.is_empty() {
        return;
    }
    if ui
        .button("Show all")
        .on_hover_text("Draw the points again that were hidden, in the legend or by a condition.")
        .clicked()
    {
        commands.push(ViewCommand::Points(PointCommand::ShowAllGroups));
    }
}
