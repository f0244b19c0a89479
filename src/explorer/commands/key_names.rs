//! Keys as they are written into the settings: `Ctrl+Shift+K`. Ctrl stands for Cmd on a Mac, so that one file fits both.

use egui::{Key, KeyboardShortcut, Modifiers};

const CTRL: &str = "Ctrl";
const ALT: &str = "Alt";
const SHIFT: &str = "Shift";

/// Keys as text.
pub fn text_of_keys(keys: &KeyboardShortcut) -> String {
    let modifiers = keys.modifiers;
    let held = [(modifiers.command || modifiers.ctrl, CTRL), (modifiers.alt, ALT), (modifiers.shift, SHIFT)];
    let held = held.into_iter().filter_map(|(is_held, name)| is_held.then_some(name));
    held.chain([keys.logical_key.name()]).collect::<Vec<_>>().join("+")
}

/// The keys that a text names; `None` where it names none.
pub fn keys_of_text(text: &str) -> Option<KeyboardShortcut> {
    let (held, key) = text.rsplit_once('+').unwrap_or(("", text));
    let mut modifiers = Modifiers::NONE;
    for name in held.split('+').filter(|name| !name.is_empty()) {
        modifiers = modifiers.plus(match name {
            CTRL => Modifiers::COMMAND,
            ALT => Modifiers::ALT,
            SHIFT => Modifiers::SHIFT,
            _ => return None,
        });
    }
    Some(KeyboardShortcut::new(modifiers, Key::from_name(key)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::commands::Action;
    use crate::session::Session;

    #[test]
    fn the_keys_of_every_command_are_found_by_their_text() {
        let session = Session::default();
        for keys in Action::all().into_iter().flat_map(|action| action.describe(&session).shortcuts) {
            assert_eq!(keys_of_text(&text_of_keys(&keys)), Some(keys), "{keys:?}");
        }
        let keys = KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::K);
        assert_eq!(text_of_keys(&keys), "Ctrl+Shift+K");
        assert!(keys_of_text("Ctrl+Nothing").is_none() && keys_of_text("Hyper+K").is_none());
    }
}
