//! The choice of which directions of the space are drawn, and the handles of the tour.

use egui::{Align2, CursorIcon, DragValue, Pos2, Rect, Sense, Ui, pos2, vec2};

use crate::explorer::stage::input::StageInput;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{self, GAP, POINT_RADIUS, Palette};
use crate::session::{Projection, Scene, TOUR_SPEEDS, ViewCommand, ViewPose, coordinate_name};

/// The length of a tour's axis on the stage, as a share of half the data's size.
const AXIS: f64 = 0.8;
/// How far around its dot a handle can be taken, in points.
const GRIP: f32 = 18.0;

/// The menu shows all of its entries at once.
const MENU_HEIGHT: f32 = 400.0;

/// The room for a number that is dragged, for a letter, and for what the tour has.
const NUMBER: f32 = 56.0;
const LETTER: f32 = 7.5;
const TOUR: f32 = 150.0;

/// The menu of projections.
pub fn choice(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    let dimension = scene.extent.dimension();
    let classes = scene.extent.classes();
    let present = input.view.projection;
    let mut chosen = present;
    let follows = scene.extent.follows();
    let name = name(present, dimension, follows);
    let menu = egui::ComboBox::new("projection", "").selected_text(name).width(110.0).height(MENU_HEIGHT);
    let menu = menu.show_ui(ui, |ui| {
        let mut offer = |projection: Projection, text: &str, tip: &str| {
            ui.selectable_value(&mut chosen, projection, text).on_hover_text(tip);
        };
        let automatic = match (dimension <= 3, follows) {
            (true, _) => "All coordinates",
            (false, true) => "Automatic: following 3-D",
            (false, false) => "Automatic: principal 3-D",
        };
        offer(Projection::Automatic, automatic, "The whole space where it has at most three dimensions.");
        if dimension >= 2 {
            offer(Projection::Plane([0, 1]), "2 coordinates", "Two coordinates of the space.");
            let tip = "The two directions along which the data spreads most over the whole flow.";
            offer(Projection::PrincipalPlane, "Principal 2-D", tip);
            let tip = "The two directions along which the data spreads most at each time; the picture turns with them.";
            offer(Projection::FollowingPlane, "Following 2-D", tip);
        }
        if dimension >= 3 {
            offer(Projection::Space([0, 1, 2]), "3 coordinates", "Three coordinates of the space.");
            let tip = "The three directions along which the data spreads most over the whole flow.";
            offer(Projection::PrincipalSpace, "Principal 3-D", tip);
            let tip =
                "The three directions along which the data spreads most at each time; the picture turns with them.";
            offer(Projection::FollowingSpace, "Following 3-D", tip);
        }
        if dimension >= 2 && classes.len() >= 2 {
            let tip = "The directions by which the last layer reads two classes: the rows of its matrix.";
            offer(Projection::ClassPlane([0, 1]), "2 class directions", tip);
        }
        if dimension >= 3 && classes.len() >= 3 {
            let tip = "The directions by which the last layer reads three classes: the rows of its matrix.";
            offer(Projection::ClassSpace([0, 1, 2]), "3 class directions", tip);
        }
        if dimension >= 3 {
            let tip = "A plane that turns through the space; take an axis by its handle to turn it by hand.";
            offer(Projection::Tour, "Grand tour", tip);
        }
    });
    menu.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, format!("Projection: {name}")));
    menu.response.on_hover_text(
        "Which two or three directions of the space are drawn, the same for every time unless they follow the data.",
    );
    if chosen != present {
        commands.push(ViewCommand::Project(chosen));
    }
}

/// The room that [`details`] need.
pub fn extra_width(input: &StageInput<'_>, scene: &Scene) -> f32 {
    let names = scene.extent.classes().iter().map(|name| name.chars().count()).max().unwrap_or(0).min(30) as f32;
    match input.view.projection {
        Projection::Plane(_) => 2.0 * NUMBER,
        Projection::Space(_) => 3.0 * NUMBER,
        Projection::ClassPlane(_) => 2.0 * (NUMBER + LETTER * names),
        Projection::ClassSpace(_) => 3.0 * (NUMBER + LETTER * names),
        Projection::Tour => TOUR,
        _ => 0.0,
    }
}

/// What belongs to the chosen projection: its axes, or the tour.
pub fn details(ui: &mut Ui, input: &StageInput<'_>, scene: &Scene, commands: &mut Vec<ViewCommand>) {
    let dimension = scene.extent.dimension();
    let classes = scene.extent.classes();
    let present = input.view.projection;
    let mut chosen = present;
    match &mut chosen {
        Projection::Plane(axes) => coordinates(ui, axes, dimension),
        Projection::Space(axes) => coordinates(ui, axes, dimension),
        Projection::ClassPlane(of) => class_choices(ui, of, classes),
        Projection::ClassSpace(of) => class_choices(ui, of, classes),
        Projection::Tour => tour(ui, input, commands),
        Projection::Automatic
        | Projection::PrincipalPlane
        | Projection::PrincipalSpace
        | Projection::FollowingPlane
        | Projection::FollowingSpace => {}
    }
    if chosen != present {
        commands.push(ViewCommand::Project(chosen));
    }
}

fn name(projection: Projection, dimension: usize, follows: bool) -> &'static str {
    match projection {
        Projection::Automatic if dimension <= 3 => "All coordinates",
        Projection::Automatic if follows => "Following 3-D",
        Projection::Automatic | Projection::PrincipalSpace => "Principal 3-D",
        Projection::PrincipalPlane => "Principal 2-D",
        Projection::FollowingPlane => "Following 2-D",
        Projection::FollowingSpace => "Following 3-D",
        Projection::Plane(_) => "2 coordinates",
        Projection::Space(_) => "3 coordinates",
        Projection::ClassPlane(_) => "2 class directions",
        Projection::ClassSpace(_) => "3 class directions",
        Projection::Tour => "Grand tour",
    }
}

fn coordinates(ui: &mut Ui, axes: &mut [usize], dimension: usize) {
    let tip = |position: usize| format!("Coordinate {} of the picture: 1 to {dimension}.", position + 1);
    for (position, axis) in axes.iter_mut().enumerate() {
        let mut number = *axis + 1;
        let drag = DragValue::new(&mut number).range(1..=dimension.max(1)).speed(0.05).prefix("x");
        let response = ui.add(drag).on_hover_text(tip(position));
        *axis = number.saturating_sub(1);
        let label = format!("Coordinate {}: {}", position + 1, coordinate_name(*axis));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, &label));
    }
    warn_of_equals(ui, axes, "choose different coordinates");
}

fn class_choices(ui: &mut Ui, of: &mut [usize], classes: &[String]) {
    for (position, class) in of.iter_mut().enumerate() {
        let drag = DragValue::new(class).range(0..=classes.len().saturating_sub(1)).speed(0.05);
        let named = classes.to_vec();
        let drag = drag.custom_formatter(move |value, _| named.get(value as usize).cloned().unwrap_or_default());
        let response = ui.add(drag).on_hover_text(format!("The class whose direction is axis {}.", position + 1));
        let label = format!("Class of axis {}: {}", position + 1, classes.get(*class).map_or("", String::as_str));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, &label));
    }
    warn_of_equals(ui, of, "choose different classes");
}

fn warn_of_equals(ui: &mut Ui, chosen: &[usize], text: &str) {
    if chosen.iter().enumerate().any(|(index, one)| chosen[..index].contains(one)) {
        ui.colored_label(Palette::from_ui(ui).warning, text);
    }
}

fn tour(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    let tour = &input.view.tour;
    let (text, tip) = if tour.playing {
        ("Pause tour", "Keep the plane as it is; its handles can still be pulled.")
    } else {
        ("Play tour", "Let the plane turn through the space.")
    };
    if ui.button(text).on_hover_text(tip).clicked() {
        commands.push(ViewCommand::PlayTour(!tour.playing));
    }
    let mut speed = tour.speed();
    let drag = DragValue::new(&mut speed).range(TOUR_SPEEDS).speed(0.02).fixed_decimals(1).suffix("×");
    let response = ui.add(drag).on_hover_text("How fast the tour's plane turns.");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "Speed of the tour"));
    if response.changed() {
        commands.push(ViewCommand::TourSpeed(speed));
    }
}

/// The tour's axes with a handle each, which can be pulled.
pub fn handles(
    ui: &Ui,
    transform: &ScreenTransform,
    pose: &ViewPose,
    (directions, labels): (&nalgebra::DMatrix<f64>, &[String]),
    commands: &mut Vec<ViewCommand>,
) {
    let painter = ui.painter_at(transform.rect);
    let palette = Palette::from_ui(ui);
    let seen = &pose.rows * directions.transpose();
    let length = AXIS * transform.unit;
    let location = |x: f64, y: f64| transform.position([x, y, 0.0]).map(|(at, _)| at);
    let Some(origin) = location(0.0, 0.0) else { return };
    for (axis, (column, label)) in seen.column_iter().zip(labels).enumerate() {
        let Some(end) = location(length * column[0], length * column[1]) else { continue };
        let grip = Rect::from_center_size(end, vec2(GRIP, GRIP));
        let response = ui.interact(grip, ui.scope_id().with(("axis", axis)), Sense::drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, format!("Axis {label}")));
        let taken = response.dragged() || response.hovered();
        let colour = if taken { palette.highlight } else { palette.faint_ink };
        painter.line_segment([origin, end], palette.axis_line());
        painter.circle_filled(end, POINT_RADIUS, colour);
        let beside = name_place(origin, end);
        painter.text(beside, Align2::CENTER_CENTER, label, theme::small_font(), colour);
        if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            let [x, y] = transform.in_the_plane(at);
            let vector = (0..labels.len()).map(|index| if index == axis { length } else { 0.0 }).collect();
            commands.push(ViewCommand::PullTour { vector, to: [x, y] });
        }
        if taken {
            ui.ctx().set_cursor_icon(CursorIcon::Grab);
        }
    }
}

fn name_place(origin: Pos2, end: Pos2) -> Pos2 {
    let outward = (end - origin).normalized();
    if outward.is_finite() { end + 3.0 * GAP * outward } else { pos2(end.x, end.y - 2.0 * GAP) }
}
