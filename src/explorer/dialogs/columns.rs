//! The choice of a data file's columns: coordinates, label, scaling.

use std::ops::Range;

use egui::{Align2, Button, ComboBox, Context, Grid, Key, RichText, Role, ScrollArea, Ui, WidgetInfo, Window};

use super::preview;
use crate::dataset::{ColumnKind, ColumnOutline, MissingValues, Scaling};
use crate::diagnostics::findings::Finding;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::naming::name_button;
use crate::session::{ColumnCommand, ColumnImport, DataSource, Session, counted, file_name, shown, title};

/// The height of the list of columns before it scrolls.
const LIST_HEIGHT: f32 = 300.0;
/// How many columns that are left out are told above the list, which tells of all.
const LISTED_REASONS: usize = 3;
/// The width of the window.
const WIDTH: f32 = 760.0;
/// So many times the smallest deviation is told as another scale.
const WIDE_SPREAD: f64 = 100.0;
/// How many values of a column stand in the list; the preview above it has more.
const LISTED_VALUES: usize = 3;

/// Draws the choice and tells what was asked for. `keys`: whether Enter and Esc are meant for it.
pub fn show(ctx: &Context, session: &Session, columns: &ColumnImport, keys: bool) -> Vec<ColumnCommand> {
    let mut commands = Vec::new();
    let mut open = true;
    let title = format!("Columns of {}", file_name(&columns.path));
    let window = Window::new(title).id(egui::Id::unique("columns")).collapsible(false).open(&mut open);
    window.default_width(WIDTH).anchor(Align2::CENTER_CENTER, [0.0, 0.0]).show(ctx, |ui| {
        if let Some(trouble) = &columns.trouble {
            ui.colored_label(Palette::from_ui(ui).warning, trouble);
        }
        let chosen = counted(columns.count(), "coordinate");
        ui.label(match columns.inputs {
            Some(inputs) => format!("{chosen} of {inputs} that the network takes."),
            None => format!("{chosen}."),
        });
        preview::show(ui, columns);
        for (position, reason) in columns.left_out.iter().take(LISTED_REASONS) {
            if let Some(column) = columns.columns.get(*position) {
                ui.label(format!("Column {} is left out: {reason}.", column.label()));
            }
        }
        commands.extend(scaling(ui, columns));
        commands.extend(tried(ui, columns));
        commands.extend(scales(ui, columns));
        commands.extend(missing(ui, columns));
        ui.separator();
        let area = ScrollArea::vertical().id_salt("columns").max_height(LIST_HEIGHT).auto_shrink([false, true]);
        let height = ui.spacing().interact_size.y;
        // The headings are a row as well. A file may have a hundred thousand columns: only those in sight are drawn.
        area.show_rows(ui, height, columns.columns.len() + 1, |ui, rows| {
            let grid = Grid::new("columns").num_columns(8).striped(true).min_row_height(height).start_row(rows.start);
            grid.show(ui, |ui| list(ui, session, columns, rows, &mut commands));
        });
        ui.separator();
        commands.extend(closing(ui, columns, keys));
    });
    if !open {
        commands.push(ColumnCommand::Close);
    }
    commands
}

/// What is done to the coordinates, in words for a person.
fn label(scaling: Scaling) -> &'static str {
    match scaling {
        Scaling::None => "as they are",
        Scaling::Standard => "standardised",
        Scaling::MinMax => "to 0…1 each",
        Scaling::Unit => "to 0…1 together",
    }
}

/// How many answers of the open network are right under each scaling; a click takes one.
fn tried(ui: &mut Ui, columns: &ColumnImport) -> Option<ColumnCommand> {
    let check = columns.check.as_ref()?;
    let better = check.better_than(columns.scaling);
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        let tip = format!(
            "The share of {} that the open network answers right under each scaling. That of its training stands out.",
            counted(check.samples, "sample"),
        );
        ui.label("Right answers").on_hover_text(&tip);
        for (scaling, share) in &check.shares {
            let text = RichText::new(format!("{} {:.1} %", label(*scaling), 100.0 * share));
            let text = if better == Some(*scaling) { text.strong() } else { text };
            if ui.selectable_label(*scaling == columns.scaling, text).on_hover_text(&tip).clicked() {
                chosen = Some(ColumnCommand::Scaling(*scaling));
            }
        }
    });
    if let Some(better) = better {
        let text = format!("The network answers far more of them right with values {}.", label(better));
        ui.colored_label(Palette::from_ui(ui).warning, text);
    }
    chosen
}

/// That the columns are of very different sizes, with what is most often done about it in training.
fn scales(ui: &mut Ui, columns: &ColumnImport) -> Option<ColumnCommand> {
    let spread = columns.spread_of_scales().filter(|spread| *spread >= WIDE_SPREAD)?;
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        let text = format!("One coordinate varies {} times as much as another.", theme::significant(spread));
        ui.colored_label(Palette::from_ui(ui).warning, text);
        let tip = "Subtract each column's mean and divide by its standard deviation σ. Right only if that was done in training.";
        if ui.button("Standardise").on_hover_text(tip).clicked() {
            chosen = Some(ColumnCommand::Scaling(Scaling::Standard));
        }
    });
    chosen
}

fn scaling(ui: &mut Ui, columns: &ColumnImport) -> Option<ColumnCommand> {
    let mut chosen = None;
    ui.horizontal(|ui| {
        let tip = "What was done to the data in training: standardised subtracts each column's mean and divides by its \
                   standard deviation σ, 0…1 is how pixels are scaled.";
        ui.label("Values").on_hover_text(tip);
        let combo = ComboBox::from_id_salt("scaling").selected_text(label(columns.scaling)).show_ui(ui, |ui| {
            for scaling in Scaling::ALL {
                if ui.selectable_label(scaling == columns.scaling, label(scaling)).clicked() {
                    chosen = Some(ColumnCommand::Scaling(scaling));
                }
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Scaling of the values"));
        combo.response.on_hover_text(tip);
    });
    chosen
}

/// What is done with what is missing; nothing where nothing is.
fn missing(ui: &mut Ui, columns: &ColumnImport) -> Option<ColumnCommand> {
    if !columns.has_gaps() {
        return None;
    }
    let label = |missing| match missing {
        MissingValues::LeaveOut => "leave their rows out",
        MissingValues::Mean => "fill in the column's mean",
    };
    let mut chosen = None;
    ui.horizontal(|ui| {
        let tip = "Values that are missing, NaN or infinite do not flow: their rows are left out and counted, or the mean \
                   of the column's finite values takes their place.";
        ui.label("Missing values").on_hover_text(tip);
        for missing in MissingValues::ALL {
            if ui.radio(missing == columns.missing, label(missing)).on_hover_text(tip).clicked() {
                chosen = Some(ColumnCommand::Missing(missing));
            }
        }
    });
    chosen
}

/// What is wrong with a column of the file, where its data is the data on show.
fn finding<'a>(session: &'a Session, columns: &ColumnImport, name: &str) -> Option<&'a Finding> {
    let document = session.document()?;
    let is_shown = matches!(&document.data.source, DataSource::File(path) if *path == columns.path);
    let dataset = document.data.dataset.as_ref().filter(|_| is_shown)?;
    let found = session.findings.visible().columns();
    found.filter(|(column, _)| dataset.column_name(*column) == Some(name)).map(|(_, finding)| finding).next()
}

/// Some rows of the list, the first of which holds the headings.
fn list(ui: &mut Ui, session: &Session, columns: &ColumnImport, rows: Range<usize>, commands: &mut Vec<ColumnCommand>) {
    if rows.start == 0 {
        headings(ui);
    }
    let (first, end) = (rows.start.saturating_sub(1), rows.end.saturating_sub(1));
    for (position, column) in columns.columns.iter().enumerate().take(end).skip(first) {
        row(ui, session, columns, (position, column), commands);
    }
}

fn headings(ui: &mut Ui) {
    for (heading, tip) in [
        ("Column", "Its name in the file"),
        ("Coordinate", "Whether it flows through the network"),
        ("Label", "The column that colours the points"),
        ("Mean", "The mean of its values"),
        ("σ", "The standard deviation of its values"),
        ("Becomes", "What is done to each value x; click to choose another way for this column"),
        ("First values", "The first values in the file"),
        ("Left out", "Why the column was not proposed as a coordinate, or how many of its values are missing"),
    ] {
        ui.label(theme::note(ui, heading)).on_hover_text(tip);
    }
    ui.end_row();
}

fn row(
    ui: &mut Ui,
    session: &Session,
    columns: &ColumnImport,
    (position, column): (usize, &ColumnOutline),
    commands: &mut Vec<ColumnCommand>,
) {
    let is_number = column.kind != ColumnKind::Text;
    let is_coordinate = columns.coordinates.get(position) == Some(&true);
    match finding(session, columns, &column.name) {
        Some(finding) => ui
            .colored_label(Palette::from_ui(ui).severity(finding.severity), shown(&column.name))
            .on_hover_text(format!("{}: {}.", title(finding.code), finding.message)),
        None => ui.label(shown(&column.name)),
    };
    let mut chosen = is_coordinate;
    let tick = ui.add_enabled(is_number, egui::Checkbox::without_text(&mut chosen));
    let tick = tick.on_disabled_hover_text("A column of text is no coordinate.");
    let label = format!("Coordinate {}", column.name);
    tick.widget_info(|| WidgetInfo::selected(Role::CheckBox, is_number, is_coordinate, label.clone()));
    if tick.changed() {
        commands.push(ColumnCommand::Coordinate(position, chosen));
    }
    let is_label = columns.label == Some(position);
    let radio = ui.radio(is_label, "").on_hover_text("Colour the points by this column; click again for none");
    let label = format!("Label {}", column.name);
    radio.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_label, label.clone()));
    if radio.clicked() {
        commands.push(ColumnCommand::Label((!is_label).then_some(position)));
    }
    if is_number {
        ui.label(theme::significant(column.mean));
        ui.label(theme::significant(column.deviation));
    } else {
        ui.label("text");
        ui.label("");
    }
    if is_coordinate {
        commands.extend(own_scaling(ui, columns, position));
    } else {
        ui.label("");
    }
    let values = &column.preview[..column.preview.len().min(LISTED_VALUES)];
    ui.label(theme::note(ui, values.join(", ")));
    match columns.reason(position).filter(|_| !is_coordinate && !is_label) {
        Some(reason) => ui.colored_label(Palette::from_ui(ui).warning, reason),
        None if column.is_constant => ui.colored_label(Palette::from_ui(ui).warning, "the same in every row"),
        None if column.missing > 0 => {
            ui.colored_label(Palette::from_ui(ui).warning, format!("{} missing", counted(column.missing, "value")))
        }
        None => ui.label(""),
    };
    ui.end_row();
}

/// What is done to the values of a column, and the choice of another way for it alone.
fn own_scaling(ui: &mut Ui, columns: &ColumnImport, position: usize) -> Option<ColumnCommand> {
    let column = columns.columns.get(position)?;
    let own = columns.scaling_of.get(position).copied().flatten();
    let scaling = columns.scaling_of(position);
    let text = becomes(scaling, column.mean, column.deviation);
    let mut chosen = None;
    let menu = ui.menu_button(&text, |ui| {
        let all = format!("as all ({})", label(columns.scaling));
        for (choice, text) in
            std::iter::once((None, all.as_str())).chain(Scaling::ALL.map(|one| (Some(one), label(one))))
        {
            if ui.selectable_label(choice == own, text).clicked() {
                chosen = Some(ColumnCommand::ScalingOf(position, choice));
                ui.close();
            }
        }
    });
    let name = format!("Scaling of {}: {text}", column.name);
    name_button(&menu.response, &name);
    chosen
}

/// What is done to each value of a column.
fn becomes(scaling: Scaling, mean: f64, deviation: f64) -> String {
    match scaling {
        Scaling::None => "x".to_owned(),
        Scaling::Standard if deviation > 0.0 => {
            let sign = if mean < 0.0 { "+" } else { "−" };
            format!("(x {sign} {})/{}", theme::significant(mean.abs()), theme::significant(deviation))
        }
        Scaling::Standard => "0, as it is constant".to_owned(),
        Scaling::MinMax if deviation > 0.0 => "(x − least)/(largest − least)".to_owned(),
        Scaling::MinMax => "0, as it is constant".to_owned(),
        Scaling::Unit => "(x − least)/(largest − least) of all".to_owned(),
    }
}

fn closing(ui: &mut Ui, columns: &ColumnImport, keys: bool) -> Vec<ColumnCommand> {
    let mut commands = Vec::new();
    let obstacle = columns.obstacle();
    if let Some(text) = &obstacle {
        ui.colored_label(Palette::from_ui(ui).warning, text);
    }
    let free = keys && ui.memory(|memory| memory.focused().is_none());
    let pressed = |key| free && ui.input(|input| input.key_pressed(key));
    let (entered, escaped) = (pressed(Key::Enter), pressed(Key::Escape));
    ui.horizontal(|ui| {
        let button = ui.add_enabled(obstacle.is_none(), Button::new("Read the columns"));
        let button = button.on_hover_text("Let these columns flow through the network (Enter)");
        if button.on_disabled_hover_text(obstacle.unwrap_or_default()).clicked() || entered {
            commands.push(ColumnCommand::Open);
        }
        let tip = "Take these columns as data, with a new network for them whose weights are random, to be trained. The \
                   network that is open can be brought back by undo.";
        let draw = ui.add_enabled(columns.count() > 0, Button::new("Draw a network for this data"));
        let draw = draw.on_hover_text(tip).on_disabled_hover_text("No column is chosen as a coordinate.");
        if draw.clicked() {
            commands.push(ColumnCommand::DrawNetwork);
        }
        let cancel = ui.button("Cancel").on_hover_text("The data that was shown stays (Esc)");
        name_button(&cancel, "Cancel the choice of columns");
        if cancel.clicked() || escaped {
            commands.push(ColumnCommand::Close);
        }
    });
    commands
}
