//! The keys of the window, as the list of commands has them.

use egui::{Context, Key, KeyboardShortcut};

use crate::explorer::commands::Action;
use crate::session::{Command, Session};

/// Whether Escape is pressed and nothing is open that it would close; another reader may still take the key.
pub fn escape(ctx: &Context) -> bool {
    let open = ctx.text_edit_focused() || egui::Popup::is_any_open(ctx);
    !open && ctx.input(|input| input.key_pressed(Key::Escape))
}

/// Takes the keys that are the window's, and gives what they do; the key of a command that is not available does
/// nothing. A text field keeps all of them; another widget that has the focus keeps those that it is worked with.
pub fn commands(ctx: &Context, session: &Session) -> Vec<Command> {
    if ctx.text_edit_focused() {
        return Vec::new();
    }
    let is_any_pressed =
        ctx.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Key { pressed: true, .. })));
    if !is_any_pressed {
        return Vec::new();
    }
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let mut pressed = Vec::new();
    ctx.input_mut(|input| {
        // Letters with Alt are those of other layouts and of the desktop.
        let alt = input.modifiers.alt;
        for (keys, action) in Action::bindings(session) {
            let with_alt = alt && !keys.modifiers.command;
            if !with_alt && (!focused || works_no_widget(&keys)) && input.consume_shortcut(&keys) {
                pressed.push(action);
            }
        }
    });
    pressed.into_iter().filter_map(|action| action.command(session)).collect()
}

/// Letters and combinations with Ctrl do nothing to a widget that has the focus, unlike Space, arrows and signs.
fn works_no_widget(keys: &KeyboardShortcut) -> bool {
    let is_letter = matches!(keys.logical_key.name().as_bytes(), [letter] if letter.is_ascii_alphabetic());
    is_letter || keys.modifiers.command
}

#[cfg(test)]
mod tests {
    use egui::{Event, RawInput};

    use super::*;

    /// What the window takes of one press of these keys.
    fn press(keys: KeyboardShortcut, session: &Session) -> Vec<Command> {
        let ctx = Context::default();
        let (key, modifiers) = (keys.logical_key, keys.modifiers);
        let event = Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
        let mut taken = Vec::new();
        let events = vec![Event::ModifiersChanged(modifiers), event];
        let input = RawInput { events, ..RawInput::default() };
        let mut output = ctx.run_ui(input, |ui| taken.extend(commands(ui.ctx(), session)));
        output.textures_delta.clear();
        taken
    }

    #[test]
    fn every_key_of_the_list_does_what_its_command_does() {
        let session = Session::default();
        for action in Action::all() {
            let expected: Vec<Command> = action.command(&session).into_iter().collect();
            for keys in action.describe(&session).shortcuts {
                assert_eq!(press(keys, &session), expected, "{action:?} by {keys:?}");
            }
        }
        assert_eq!(press(KeyboardShortcut::new(egui::Modifiers::COMMAND, Key::Q), &session), [Command::Quit]);
    }

    #[test]
    fn plain_keys_with_alt_are_left_to_the_desktop() {
        let keys = KeyboardShortcut::new(egui::Modifiers::ALT, Key::O);
        assert_eq!(press(keys, &Session::default()), []);
    }
}
