//! The keys of the window.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use crate::formats::NetworkKind;
use crate::session::{Command, DialogPurpose, EditCommand, PlaybackCommand, ViewCommand};

/// A key with what it does, in the words of the help.
pub struct Binding {
    /// The keys, as the help shows them.
    pub keys: &'static str,
    /// What they do.
    pub text: &'static str,
}

/// Every key, for the help.
pub const BINDINGS: [Binding; 15] = [
    Binding { keys: "Space", text: "play or pause" },
    Binding { keys: "← →", text: "a phase back or on" },
    Binding { keys: "Shift ← →", text: "a layer back or on" },
    Binding { keys: "Home, End", text: "the start or the end of the flow" },
    Binding { keys: "+ −", text: "faster or slower" },
    Binding { keys: "L", text: "loop, or stop at the end" },
    Binding { keys: "R", text: "plain net or ResNet" },
    Binding { keys: "Ctrl O", text: "open a network" },
    Binding { keys: "Ctrl S", text: "save the network" },
    Binding { keys: "Ctrl Z", text: "take the last change of the network back" },
    Binding { keys: "Ctrl Y", text: "make it again" },
    Binding { keys: "Shift drag", text: "on the timeline: loop a part of it" },
    Binding { keys: "Shift click", text: "on a point: it joins or leaves the selection" },
    Binding { keys: "Shift drag", text: "a box or a lasso: its points join the selection" },
    Binding { keys: "Esc", text: "leave a text field, close a menu, select no point" },
];

/// The plain keys; with a longer match first, because a shortcut also matches with more modifiers held down.
fn plain() -> [(Modifiers, Key, Command); 13] {
    let play = Command::Playback;
    [
        (Modifiers::NONE, Key::Space, play(PlaybackCommand::Toggle)),
        (Modifiers::SHIFT, Key::ArrowLeft, play(PlaybackCommand::PreviousLayer)),
        (Modifiers::SHIFT, Key::ArrowRight, play(PlaybackCommand::NextLayer)),
        (Modifiers::NONE, Key::ArrowLeft, play(PlaybackCommand::PreviousPhase)),
        (Modifiers::NONE, Key::ArrowRight, play(PlaybackCommand::NextPhase)),
        (Modifiers::NONE, Key::Home, play(PlaybackCommand::Home)),
        (Modifiers::NONE, Key::End, play(PlaybackCommand::End)),
        (Modifiers::SHIFT, Key::Plus, play(PlaybackCommand::Faster)),
        (Modifiers::NONE, Key::Plus, play(PlaybackCommand::Faster)),
        (Modifiers::NONE, Key::Equals, play(PlaybackCommand::Faster)),
        (Modifiers::NONE, Key::Minus, play(PlaybackCommand::Slower)),
        (Modifiers::NONE, Key::L, play(PlaybackCommand::ToggleLoop)),
        (Modifiers::NONE, Key::R, Command::View(ViewCommand::ToggleResNet)),
    ]
}

/// Ctrl (Cmd) with O.
pub const OPEN: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::O);
/// Ctrl (Cmd) with S.
pub const SAVE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
/// Ctrl (Cmd) with Q.
pub const QUIT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Q);

/// Ctrl (Cmd) with Z.
const UNDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Z);
/// Ctrl (Cmd) with Y.
const REDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Y);

/// Whether Escape is pressed and nothing is open that it would close; another reader may still take the key.
pub fn escape(ctx: &Context) -> bool {
    let open = ctx.text_edit_focused() || egui::Popup::is_any_open(ctx);
    !open && ctx.input(|input| input.key_pressed(Key::Escape))
}

/// Takes the keys that are the window's. A text field keeps all of them; another widget that has the focus keeps those
/// that it is worked with.
pub fn commands(ctx: &Context) -> Vec<Command> {
    if ctx.text_edit_focused() {
        return Vec::new();
    }
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let mut commands = Vec::new();
    ctx.input_mut(|input| {
        for (shortcut, command) in [
            (OPEN, Command::Ask(DialogPurpose::OpenNetwork)),
            (SAVE, Command::Ask(DialogPurpose::SaveNetwork(NetworkKind::Layerflow))),
            (QUIT, Command::Quit),
            (UNDO, Command::Edit(EditCommand::Undo)),
            (REDO, Command::Edit(EditCommand::Redo)),
        ] {
            if input.consume_shortcut(&shortcut) {
                commands.push(command);
            }
        }
        if input.modifiers.command || input.modifiers.alt {
            return;
        }
        for (modifiers, key, command) in plain() {
            let letter = matches!(key, Key::L | Key::R);
            if (letter || !focused) && input.consume_key(modifiers, key) {
                commands.push(command);
            }
        }
    });
    commands
}
