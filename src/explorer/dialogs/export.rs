//! The dialog for pictures and films: what is drawn, how large, when, and what stands beside the data.

use egui::{Button, Checkbox, ComboBox, Context, DragValue, Grid, Key, Role, TextEdit, Ui, WidgetInfo, Window};

use crate::explorer::theme::{self, Palette};
use crate::media::MediaKind;
use crate::session::{
    Easing, ExportCommand, FilmTiming, POINT_SIZES, PictureSettings, PictureSubject, PictureTheme, PictureTimes, SCALES,
};

/// The width of the field for a heading.
const HEADING_WIDTH: f32 = 260.0;

/// Draws the window and tells what was asked for. `end` is the flow's; `keys`: whether Enter and Esc are meant for it.
pub fn show(ctx: &Context, settings: &PictureSettings, end: f64, keys: bool) -> Vec<ExportCommand> {
    let mut commands = Vec::new();
    let (mut open, mut changed) = (true, settings.clone());
    let title = if settings.film().is_some() { "Export film" } else { "Export picture" };
    let window = Window::new(title).collapsible(false).resizable(false).open(&mut open);
    window.anchor(egui::Align2::CENTER_CENTER, [0.0, -20.0]).show(ctx, |ui| {
        Grid::new("export").num_columns(2).show(ui, |ui| {
            kind(ui, &mut changed);
            size(ui, &mut changed);
            times(ui, &mut changed, end);
            beside(ui, &mut changed);
        });
        let problem = changed.check(end).err().map(|problem| problem.to_string());
        if let Some(problem) = &problem {
            let warning = Palette::from_ui(ui).warning;
            ui.label(egui::RichText::new(problem).small().color(warning));
        } else {
            let [width, height] = changed.pixels();
            let frames = changed.film().map_or(String::new(), |film| format!(", {} frames", film.frames()));
            ui.label(theme::note(ui, format!("{width} × {height} pixels{frames}")));
        }
        ui.horizontal(|ui| {
            let write = ui.add_enabled(problem.is_none(), Button::new("Export…"));
            let entered = keys && problem.is_none() && ui.input(|input| input.key_pressed(Key::Enter));
            if write.on_disabled_hover_text(problem.unwrap_or_default()).clicked() || entered {
                commands.push(ExportCommand::Choose);
            }
            let escaped = keys && !ui.ctx().text_edit_focused() && ui.input(|input| input.key_pressed(Key::Escape));
            if ui.button("Cancel").clicked() || escaped {
                commands.push(ExportCommand::Close);
            }
        });
    });
    if !open {
        commands.push(ExportCommand::Close);
    }
    if changed != *settings {
        commands.insert(0, ExportCommand::Change(Box::new(changed)));
    }
    commands
}

fn kind(ui: &mut Ui, settings: &mut PictureSettings) {
    let is_film = settings.film().is_some();
    let fits = |kind: &MediaKind| if is_film { kind.holds_film() } else { kind.holds_picture() };
    let kinds: Vec<MediaKind> = MediaKind::ALL.into_iter().filter(|kind| kind.is_written_here()).filter(fits).collect();
    choice(ui, "Format", &kinds, MediaKind::label, &mut settings.kind);
    choice(ui, "What", &PictureSubject::ALL, PictureSubject::name, &mut settings.subject);
    choice(ui, "Colours", &PictureTheme::ALL, PictureTheme::name, &mut settings.theme);
}

fn size(ui: &mut Ui, settings: &mut PictureSettings) {
    ui.label("Size");
    ui.horizontal(|ui| {
        let [width, height] = &mut settings.size;
        drag(ui, "Width", DragValue::new(width).range(16..=16_384));
        ui.label("×");
        drag(ui, "Height", DragValue::new(height).range(16..=16_384));
        ui.label("at")
            .on_hover_text("Texts and points keep their size; the picture has so many pixels to each of them.");
        let scale = DragValue::new(&mut settings.scale).range(SCALES[0]..=SCALES[1]).speed(0.05);
        drag(ui, "Pixels a point", scale.suffix("×"));
    });
    ui.end_row();
}

fn times(ui: &mut Ui, settings: &mut PictureSettings, end: f64) {
    let is_stage = settings.subject == PictureSubject::Stage;
    match &mut settings.times {
        PictureTimes::At(t) => {
            ui.label("Time");
            drag(ui, "Time t", DragValue::new(t).range(0.0..=end).speed(0.01).max_decimals(3).prefix("t = "));
            ui.end_row();
        }
        PictureTimes::Film(film) => {
            film_times(ui, film, end);
            ui.label("Camera turn");
            let mut degrees = settings.turn.to_degrees();
            let turn = DragValue::new(&mut degrees).range(-3600.0..=3600.0).speed(1.0).suffix("°").max_decimals(1);
            let response = ui.add_enabled(is_stage, turn);
            response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, is_stage, "Camera turn"));
            if response.on_hover_text("How far a picture of three dimensions turns over the film.").changed() {
                settings.turn = degrees.to_radians();
            }
            ui.end_row();
        }
    }
}

fn film_times(ui: &mut Ui, film: &mut FilmTiming, end: f64) {
    ui.label("Time");
    ui.horizontal(|ui| {
        drag(ui, "From t", DragValue::new(&mut film.from).range(0.0..=end).speed(0.01).max_decimals(3).prefix("t = "));
        ui.label("to");
        drag(ui, "To t", DragValue::new(&mut film.to).range(0.0..=end).speed(0.01).max_decimals(3));
    });
    ui.end_row();
    ui.label("Duration");
    ui.horizontal(|ui| {
        drag(ui, "Seconds", DragValue::new(&mut film.seconds).range(0.1..=600.0).speed(0.1).suffix(" s"));
        drag(ui, "Rate", DragValue::new(&mut film.rate).range(1.0..=240.0).speed(0.5).suffix(" frames/s"));
    });
    ui.end_row();
    ui.label("At the end");
    ui.horizontal(|ui| {
        drag(ui, "Rest", DragValue::new(&mut film.rest).range(0.0..=60.0).speed(0.1).prefix("rest ").suffix(" s"));
        let mut forever = film.times == 0;
        if ui.checkbox(&mut forever, "again and again").changed() {
            film.times = u16::from(!forever);
        }
    });
    ui.end_row();
    choice(ui, "Pace", &Easing::ALL, Easing::label, &mut film.easing);
}

fn beside(ui: &mut Ui, settings: &mut PictureSettings) {
    let is_stage = settings.subject == PictureSubject::Stage;
    let figure = &mut settings.figure;
    let label = ui.label("Heading");
    ui.add_enabled(is_stage, TextEdit::singleline(&mut figure.heading).desired_width(HEADING_WIDTH))
        .labelled_by(label.id);
    ui.end_row();
    ui.label("Beside the data");
    // Rows of their own: what wraps within a grid lies over the row below.
    ui.vertical(|ui| {
        for row in [
            [
                ("which flow", &mut figure.flow_name),
                ("time and phase", &mut figure.caption),
                ("legend", &mut figure.legend),
            ],
            [("scale", &mut figure.scale_bar), ("axes", &mut figure.axes), ("notes", &mut figure.notes)],
        ] {
            ui.horizontal(|ui| {
                for (name, shown) in row {
                    let response = ui.add_enabled(is_stage, Checkbox::new(shown, name));
                    response.on_disabled_hover_text("The whole window has all of it.");
                }
            });
        }
    });
    ui.end_row();
    ui.label("Points");
    let mut radius = figure.point_radius.unwrap_or(theme::POINT_RADIUS);
    let value = DragValue::new(&mut radius).range(POINT_SIZES[0]..=POINT_SIZES[1]).speed(0.05).prefix("radius ");
    let response = ui.add_enabled(is_stage, value);
    response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, is_stage, "Radius of points"));
    if response.changed() {
        figure.point_radius = Some(radius);
    }
    ui.end_row();
}

/// A number with a name of its own for those who do not see what stands before it.
fn drag(ui: &mut Ui, name: &str, value: DragValue<'_>) {
    ui.add(value).widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
}

fn choice<T: Copy + PartialEq>(ui: &mut Ui, name: &str, all: &[T], label: fn(T) -> &'static str, chosen: &mut T) {
    ui.label(name);
    let menu = ComboBox::from_id_salt(name).selected_text(label(*chosen)).show_ui(ui, |ui| {
        for one in all {
            ui.selectable_value(chosen, *one, label(*one));
        }
    });
    menu.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("{name}: {}", label(*chosen))));
    ui.end_row();
}
