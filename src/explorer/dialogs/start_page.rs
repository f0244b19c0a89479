//! Help ▸ Start page: the examples as live pictures, and the ways to begin with what is one's own.

use egui::{Align, Button, Context, Id, Layout, Modal, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind};
use egui::{Ui, WidgetInfo, vec2};

use super::page;
use crate::explorer::theme::{self, CORNER, GAP, POINT_RADIUS, Palette, SECTION_GAP, THICK, THIN};
use crate::flow::TimeLaw;
use crate::session::{Command, DialogPurpose, EditCommand, Example, PREVIEW_ASPECT, Preview, Session, WindowCommand};

/// The width that the pictures share.
const WIDTH: f32 = 930.0;
/// The least width of a picture.
const LEAST: f32 = 240.0;
/// The height of a picture.
const PICTURE: f32 = 120.0;
/// The height of a cell: the picture, its title and two lines.
const CELL: f32 = PICTURE + 64.0;
/// Seconds in which a picture goes through its flow, and for which it rests at each end.
const SECONDS: f64 = 6.0;
const REST: f64 = 1.0;
/// The share of a picture that the data fills.
const FILLED: f32 = 0.86;

/// Draws the page over the window and tells what was asked for.
pub fn show(ctx: &Context, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    let screen = ctx.content_rect();
    let modal = Modal::new(Id::unique("start page")).show(ctx, |ui| {
        ui.set_width(WIDTH.min(screen.width() - 60.0));
        let closes = page::heading(ui, "Begin");
        ui.label("A network moves its data, layer by layer. A click on a picture opens it.");
        ui.add_space(GAP);
        ScrollArea::vertical().max_height(screen.height() - 220.0).auto_shrink([false, true]).show(ui, |ui| {
            commands.extend(examples(ui, session).map(Command::OpenExample));
        });
        ui.add_space(GAP);
        ui.horizontal_wrapped(|ui| commands.extend(own(ui, session)));
        closes
    });
    // The pictures move.
    ctx.request_repaint();
    if modal.inner || modal.should_close() || !commands.is_empty() {
        commands.insert(0, Command::Window(WindowCommand::Show(None)));
    }
    commands
}

/// The ways to begin with what is one's own.
fn own(ui: &mut Ui, session: &Session) -> Option<Command> {
    ui.label("Your own:");
    let ways = [
        ("Open network…", "Weights from a file: PyTorch, Keras, ONNX, safetensors and others", true),
        ("Open data…", "Points from a table, arrays or pictures", true),
        ("Draw a network", "With random weights, for the data that is open", session.document().is_some()),
    ];
    let mut command = None;
    for (index, (label, tip, can)) in ways.into_iter().enumerate() {
        let response = ui.add_enabled(can, Button::new(label)).on_hover_text(tip);
        if response.on_disabled_hover_text("No data is open yet.").clicked() {
            command = Some(match index {
                0 => Command::Ask(DialogPurpose::OpenNetwork),
                1 => Command::Ask(DialogPurpose::OpenData),
                _ => Command::Edit(EditCommand::New),
            });
        }
    }
    command
}

/// The pictures of all examples; the one that was clicked.
fn examples(ui: &mut Ui, session: &Session) -> Option<Example> {
    let columns = (((ui.available_width() + SECTION_GAP) / (LEAST + SECTION_GAP)).floor() as usize).max(1);
    let width = (ui.available_width() - SECTION_GAP * (columns - 1) as f32) / columns as f32;
    let share = TimeLaw::Smooth.phase_time(page::clock(ui.input(|input| input.time), SECONDS, REST));
    let mut chosen = None;
    egui::Grid::new("examples").num_columns(columns).spacing([SECTION_GAP, SECTION_GAP]).show(ui, |ui| {
        for (position, (example, caption)) in captions().into_iter().enumerate() {
            if cell(ui, width, (example, caption), session.previews.of(example).map(AsRef::as_ref), share) {
                chosen = Some(example);
            }
            if (position + 1) % columns == 0 {
                ui.end_row();
            }
        }
    });
    chosen
}

/// The examples in the order of the page, with what there is to see.
fn captions() -> [(Example, &'static str); 7] {
    [
        (Example::SpiralInThePlane, "Two arms that wind around each other, parted without leaving the plane."),
        (Example::Spiral, "The same arms, lifted into space, where a plane parts them."),
        (Example::ResidualSpiral, "Residual blocks: each is an Euler step of a flow."),
        (Example::Digits, "Handwritten digits: ten classes come apart in 64 dimensions."),
        (Example::Moons, "Two half circles that reach into each other."),
        (Example::Circles, "A circle inside another."),
        (Example::Xor, "Opposite quadrants belong together."),
    ]
}

/// A picture over its title and caption; whether it was clicked.
fn cell(ui: &mut Ui, width: f32, (example, caption): (Example, &str), preview: Option<&Preview>, share: f64) -> bool {
    let palette = Palette::from_ui(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, CELL), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Open example {}", example.label())));
    let picture = Rect::from_min_size(rect.min, vec2(width, PICTURE));
    let painter = ui.painter_at(rect);
    painter.rect_filled(picture, CORNER, palette.stage);
    match preview {
        Some(preview) => {
            let scale = FILLED * 0.5 * picture.height().min(picture.width() / PREVIEW_ASPECT as f32);
            for ([x, y], class) in preview.at(share).zip(&preview.classes) {
                let at = picture.center() + scale * vec2(x, -y);
                painter.circle_filled(at, POINT_RADIUS * 0.7, palette.class(*class));
            }
        }
        None => {
            painter.text(
                picture.center(),
                egui::Align2::CENTER_CENTER,
                "…",
                theme::small_font(),
                ui.visuals().weak_text_color(),
            );
        }
    }
    let visuals = ui.style().interact(&response);
    let stroke = if response.hovered() || response.has_focus() {
        Stroke::new(THICK, ui.visuals().selection.stroke.color)
    } else {
        Stroke::new(THIN, visuals.bg_stroke.color)
    };
    painter.rect_stroke(picture, CORNER, stroke, StrokeKind::Inside);
    let text = Rect::from_min_max(picture.left_bottom() + vec2(0.0, GAP), rect.max);
    let mut lines = ui.new_child(egui::UiBuilder::new().max_rect(text).layout(Layout::top_down(Align::Min)));
    lines.add(egui::Label::new(RichText::new(example.label()).strong()).selectable(false));
    lines.add(egui::Label::new(theme::note(&lines, caption)).selectable(false).wrap());
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}
