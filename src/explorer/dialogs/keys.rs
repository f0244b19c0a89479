//! The list of all commands with their keys, where keys are looked up and changed.

use egui::{Context, Event, Grid, Id, Key, KeyboardShortcut, Modal, Modifiers, RichText, ScrollArea, TextEdit, Ui};

use crate::explorer::commands::{Action, Description, GESTURES, keys_text, text_of_keys};
use crate::explorer::theme::{self, GAP};
use crate::explorer::widgets::naming::name_button;
use crate::session::{Command, KeyCommand, Session, WindowCommand};

/// The size of the list.
const SIZE: [f32; 2] = [560.0, 380.0];
/// The width of the column of keys.
const KEYS: f32 = 120.0;

/// The state of the list while it is open.
#[derive(Debug, Default)]
pub struct KeyList {
    query: String,
    change: Option<Change>,
}

/// Keys that are being changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    /// Whose keys.
    action: Action,
    /// The keys that were pressed, where they are another command's.
    taken: Option<(KeyboardShortcut, Action)>,
}

impl KeyList {
    /// Draws the list over the window and tells what was asked for.
    pub fn show(&mut self, ctx: &Context, session: &Session) -> Vec<Command> {
        let mut commands = Vec::new();
        let was_changing = self.change.is_some();
        if let Some(Change { action, taken: None }) = self.change {
            commands.extend(self.press(ctx, session, action));
        }
        let modal = Modal::new(Id::unique("keys")).show(ctx, |ui| {
            ui.set_width(SIZE[0].min(ctx.content_rect().width() - 60.0));
            ui.heading("Keys");
            match self.change {
                Some(change) => commands.extend(self.question(ui, session, change)),
                None => self.search(ui),
            }
            ui.add_space(GAP);
            ScrollArea::vertical().auto_shrink(false).max_height(SIZE[1]).show(ui, |ui| {
                ui.add_enabled_ui(self.change.is_none(), |ui| commands.extend(self.list(ui, session)));
            });
            ui.separator();
            ui.horizontal(|ui| {
                let is_changed = !session.keys.all().is_empty();
                let all = ui.add_enabled(is_changed, egui::Button::new("Usual keys for all"));
                if all.on_hover_text("Give all commands the keys back that they had at first.").clicked() {
                    commands.push(Command::Keys(KeyCommand::ResetAll));
                }
                ui.button("Close").clicked()
            })
            .inner
        });
        // Escape while keys are being changed leaves them, not the list.
        if modal.inner || (modal.should_close() && !was_changing) {
            *self = KeyList::default();
            commands.push(Command::Window(WindowCommand::Show(None)));
        }
        commands
    }

    fn search(&mut self, ui: &mut Ui) {
        let hint = "A command, or keys such as Ctrl+O";
        let response = ui.add(TextEdit::singleline(&mut self.query).hint_text(hint).desired_width(f32::INFINITY));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search keys"));
    }

    /// Takes the keys that are pressed for a command.
    fn press(&mut self, ctx: &Context, session: &Session, action: Action) -> Vec<Command> {
        let Some(keys) = ctx.input_mut(|input| take_pressed(&mut input.events)) else { return Vec::new() };
        self.change = None;
        if keys.modifiers.is_none() && keys.logical_key == Key::Escape {
            return Vec::new();
        }
        if keys.modifiers.is_none() && matches!(keys.logical_key, Key::Backspace | Key::Delete) {
            return vec![set(action, &[])];
        }
        match owner(session, &keys).filter(|owner| *owner != action) {
            Some(owner) => {
                self.change = Some(Change { action, taken: Some((keys, owner)) });
                Vec::new()
            }
            None => vec![set(action, &[keys])],
        }
    }

    /// What is asked while keys are being changed.
    fn question(&mut self, ui: &mut Ui, session: &Session, change: Change) -> Vec<Command> {
        let name = name(&change.action.describe(session));
        let Some((keys, owner)) = change.taken else {
            ui.label(RichText::new(format!("Press the keys for “{name}”.")).strong());
            ui.label(theme::note(ui, "Esc leaves them as they are, Backspace takes them away."));
            return Vec::new();
        };
        let other = owner.describe(session);
        let color = theme::Palette::from_ui(ui).warning;
        let text = format!("{} is “{}” now.", keys_text(ui.ctx(), &keys), self::name(&other));
        ui.label(RichText::new(text).color(color));
        let mut commands = Vec::new();
        ui.horizontal(|ui| {
            if ui.button("Take them from it").on_hover_text("The other command loses these keys.").clicked() {
                let left: Vec<KeyboardShortcut> = other.shortcuts.iter().copied().filter(|own| *own != keys).collect();
                commands = vec![set(owner, &left), set(change.action, &[keys])];
                self.change = None;
            }
            if ui.button("Press others").clicked() {
                self.change = Some(Change { taken: None, ..change });
            }
            if ui.button("Leave as they are").clicked() {
                self.change = None;
            }
        });
        commands
    }

    fn list(&mut self, ui: &mut Ui, session: &Session) -> Vec<Command> {
        let mut commands = Vec::new();
        Grid::new("list of keys").num_columns(3).striped(true).min_col_width(KEYS).show(ui, |ui| {
            for action in Action::all() {
                let description = action.describe(session);
                let all: Vec<String> = description.shortcuts.iter().map(|keys| keys_text(ui.ctx(), keys)).collect();
                let keys = all.join(", ");
                if !self.finds(&description, &keys) {
                    continue;
                }
                let is_changed = session.keys.of(&action.name()).is_some();
                ui.label(if is_changed { RichText::new(keys).strong() } else { RichText::new(keys) });
                ui.label(name(&description)).on_hover_text(description.tip);
                ui.horizontal(|ui| {
                    let response = ui.small_button("Change");
                    name_button(&response, format!("Change the keys of {}", name(&description)));
                    if response.clicked() {
                        self.change = Some(Change { action, taken: None });
                    }
                    if is_changed {
                        let response = ui.small_button("Usual");
                        name_button(&response, format!("Usual keys for {}", name(&description)));
                        if response.on_hover_text("The keys that it had at first.").clicked() {
                            commands.extend(usual(session, action));
                        }
                    }
                });
                ui.end_row();
            }
            for [keys, text] in GESTURES.iter().filter(|row| self.is_in(row.as_slice())) {
                ui.label(*keys);
                ui.label(*text);
                ui.end_row();
            }
        });
        commands
    }

    /// Whether the search is about this command.
    fn finds(&self, description: &Description, keys: &str) -> bool {
        let written: Vec<String> = description.shortcuts.iter().map(text_of_keys).collect();
        self.is_in(&[description.label.as_str(), keys, &written.join(" ")])
    }

    /// Whether what is searched for is in one of these texts.
    fn is_in(&self, texts: &[&str]) -> bool {
        let query = self.query.trim().to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&query))
    }
}

fn name(description: &Description) -> String {
    description.label.trim_end_matches('…').to_owned()
}

fn set(action: Action, keys: &[KeyboardShortcut]) -> Command {
    Command::Keys(KeyCommand::Set(action.name(), keys.iter().map(text_of_keys).collect()))
}

/// Gives a command its usual keys back; commands that have them now lose them.
fn usual(session: &Session, action: Action) -> Vec<Command> {
    let usual = action.usual(session).shortcuts;
    let mut commands = vec![Command::Keys(KeyCommand::Reset(action.name()))];
    for other in Action::all().into_iter().filter(|other| *other != action) {
        let own = other.describe(session).shortcuts;
        let left: Vec<KeyboardShortcut> = own.iter().copied().filter(|keys| !usual.contains(keys)).collect();
        if left.len() < own.len() {
            commands.push(set(other, &left));
        }
    }
    commands
}

/// The command that has these keys.
fn owner(session: &Session, keys: &KeyboardShortcut) -> Option<Action> {
    Action::all().into_iter().find(|action| action.describe(session).shortcuts.contains(keys))
}

/// Takes the first press of a key, with what is held down. Copying and pasting come as events of their own.
fn take_pressed(events: &mut Vec<Event>) -> Option<KeyboardShortcut> {
    let pressed = |event: &Event| match event {
        Event::Key { key, pressed: true, modifiers, .. } => Some(shortcut(*key, *modifiers)),
        Event::Copy => Some(KeyboardShortcut::new(Modifiers::COMMAND, Key::C)),
        Event::Cut => Some(KeyboardShortcut::new(Modifiers::COMMAND, Key::X)),
        Event::Paste(_) => Some(KeyboardShortcut::new(Modifiers::COMMAND, Key::V)),
        _ => None,
    };
    let found = events.iter().find_map(pressed)?;
    events.retain(|event| pressed(event).is_none() && !matches!(event, Event::Text(_)));
    Some(found)
}

/// A key with those that are held down, as commands write them: Ctrl, or Cmd on a Mac, is one.
fn shortcut(key: Key, held: Modifiers) -> KeyboardShortcut {
    let mut modifiers = Modifiers::NONE;
    for (is_held, modifier) in
        [(held.command || held.ctrl, Modifiers::COMMAND), (held.alt, Modifiers::ALT), (held.shift, Modifiers::SHIFT)]
    {
        if is_held {
            modifiers = modifiers.plus(modifier);
        }
    }
    KeyboardShortcut::new(modifiers, key)
}
