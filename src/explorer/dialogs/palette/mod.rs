//! The command palette: a text field that finds every command, example, recent file, layer and column of the data.

mod entries;
mod fuzzy;

use egui::{Button, Context, Id, Key, Modal, Modifiers, Response, RichText, ScrollArea, TextEdit, Ui};

use self::entries::Entry;
use crate::explorer::commands::Action;
use crate::explorer::theme::{self, GAP};
use crate::explorer::widgets::naming::name_toggle;
use crate::session::{Command, Session, WindowCommand};

/// The width of the palette.
const WIDTH: f32 = 640.0;
/// The height of a row.
const ROW: f32 = 22.0;
/// How many rows are in sight.
const ROWS: usize = 14;

/// The state of the palette while it is open.
#[derive(Debug, Default)]
pub struct CommandPalette {
    query: String,
    /// The position of the row that Enter carries out.
    selected: usize,
    /// How far the list is scrolled, in points.
    offset: f32,
}

impl CommandPalette {
    /// Draws the palette over the window and tells what was asked for.
    pub fn show(&mut self, ctx: &Context, session: &Session) -> Vec<Command> {
        // The keys are taken before the text field sees them.
        let taken = |modifiers, key| ctx.input_mut(|input| input.consume_key(modifiers, key));
        let (up, down) = (taken(Modifiers::NONE, Key::ArrowUp), taken(Modifiers::NONE, Key::ArrowDown));
        let entered = taken(Modifiers::NONE, Key::Enter);
        let own_keys = Action::Palette.describe(session).shortcuts;
        let pressed_again = own_keys.iter().any(|keys| ctx.input_mut(|input| input.consume_shortcut(keys)));

        let mut chosen = None;
        let modal = Modal::new(Id::unique("command palette")).show(ctx, |ui| {
            ui.set_width(WIDTH.min(ctx.content_rect().width() - 60.0));
            self.query_field(ui);
            let found = entries::matching(ctx, session, &self.query);
            self.selected = self.selected.min(found.len().saturating_sub(1));
            if up || down {
                self.step(down, found.len());
            }
            chosen = self.list(ui, &found).or(entered.then_some(self.selected));
            ui.separator();
            ui.label(theme::note(ui, foot(&found, self.selected)));
            chosen.and_then(|position| found.into_iter().nth(position)).filter(|entry| entry.refusal.is_none())
        });
        if let Some(entry) = modal.inner {
            return vec![Command::Window(WindowCommand::Show(None)), entry.command];
        }
        if modal.should_close() || pressed_again {
            return vec![Command::Window(WindowCommand::Show(None))];
        }
        Vec::new()
    }

    fn query_field(&mut self, ui: &mut Ui) {
        let field = TextEdit::singleline(&mut self.query)
            .hint_text("A command, an example, a file, a layer or a column")
            .desired_width(f32::INFINITY);
        let response = ui.add(field);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search all commands"));
        if response.changed() {
            (self.selected, self.offset) = (0, 0.0);
        }
        if !response.has_focus() {
            response.request_focus();
        }
    }

    /// One row up or down, from the end to the other, and as far as needed the list with it.
    fn step(&mut self, down: bool, count: usize) {
        let by = if down { 1 } else { count.saturating_sub(1) };
        self.selected = (self.selected + by) % count.max(1);
        let top = self.selected as f32 * ROW;
        self.offset = self.offset.clamp((top - (ROWS - 1) as f32 * ROW).max(0.0), top);
    }

    /// The rows in sight; gives the one that was clicked.
    fn list(&mut self, ui: &mut Ui, found: &[Entry]) -> Option<usize> {
        let mut clicked = None;
        ui.add_space(GAP);
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().id_salt("palette").auto_shrink([false, false]);
        let area = area.max_height(ROWS as f32 * ROW).vertical_scroll_offset(self.offset);
        let shown = area.show_rows(ui, ROW, found.len(), |ui, rows| {
            for (position, entry) in found.iter().enumerate().take(rows.end).skip(rows.start) {
                if row(ui, entry, position == self.selected).clicked() {
                    clicked = Some(position);
                }
            }
        });
        self.offset = shown.state.clamped_offset().y;
        clicked
    }
}

fn row(ui: &mut Ui, entry: &Entry, selected: bool) -> Response {
    let is_available = entry.refusal.is_none();
    let detail = RichText::new(entry.refusal.unwrap_or(&entry.detail)).size(theme::SMALL);
    let size = egui::vec2(ui.available_width(), ROW);
    let button = Button::selectable(selected, entry.label.as_str()).shortcut_text(detail).min_size(size).truncate();
    let response = ui.add_enabled(is_available, button);
    name_toggle(&response, selected, &entry.label);
    response.on_hover_text(entry.tip.as_str()).on_disabled_hover_text(entry.refusal.unwrap_or_default())
}

/// What is told below the list: the sentence of the selected row.
fn foot(found: &[Entry], selected: usize) -> String {
    match found.get(selected) {
        Some(Entry { refusal: Some(reason), .. }) => format!("Not available: {reason}"),
        Some(entry) => format!("{} · {} found", entry.tip, found.len()),
        None => "Nothing is called so.".to_owned(),
    }
}
