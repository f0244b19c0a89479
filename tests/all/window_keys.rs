//! The list of keys: looked up, changed, taken from another command, and kept between starts.

use std::fs;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use layerflow::explorer::commands::{Action, text_of_keys};
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::session::{Command, Compare, KeyCommand, Modal, PlaybackCommand, WindowCommand};

use super::window::{TIMEOUT, Window, command, first_start, press};

fn open_list(window: &mut Window) {
    command(window, Command::Window(WindowCommand::Show(Some(Modal::Keys))));
}

fn click(window: &mut Window, label: &str) {
    // Rows that are scrolled out of sight as well.
    window.get_by_label(label).click_accesskit();
    window.run_steps(3);
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

fn keys(window: &Window, action: Action) -> Vec<String> {
    action.describe(window.state().session()).shortcuts.iter().map(text_of_keys).collect()
}

#[test]
fn keys_are_found_changed_and_given_back() {
    let mut window = first_start();
    command(&mut window, Command::Playback(PlaybackCommand::Pause));
    window.get_by_label("Help").click();
    window.run_steps(2);
    click(&mut window, "Keys…");
    window.get_by_label("Search keys").focus();
    window.run_steps(2);
    window.event(egui::Event::Text("resnet".to_owned()));
    window.run_steps(2);
    let name = Action::ToggleResNet.describe(window.state().session()).label;
    click(&mut window, &format!("Change the keys of {name}"));
    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Y);
    assert_eq!(keys(&window, Action::ToggleResNet), ["Ctrl+Shift+Y"]);
    click(&mut window, "Close");
    assert_eq!(window.state().session().window.modal, None);
    // The new keys work, the old ones do not.
    press(&mut window, Key::R);
    assert_eq!(window.state().session().view.compare, Compare::Plain);
    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Y);
    assert_eq!(window.state().session().view.compare, Compare::ResNet);
    open_list(&mut window);
    click(&mut window, "Usual keys for all");
    assert_eq!(keys(&window, Action::ToggleResNet), ["R"]);
}

#[test]
fn keys_of_another_command_are_taken_only_when_that_is_wanted() {
    let mut window = first_start();
    open_list(&mut window);
    let label = |window: &Window, action: Action| {
        action.describe(window.state().session()).label.trim_end_matches('…').to_owned()
    };
    let (redo, undo) = (label(&window, Action::Redo), label(&window, Action::Undo));
    let before = (keys(&window, Action::Undo), keys(&window, Action::Redo));
    click(&mut window, &format!("Change the keys of {redo}"));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    window.get_by_label_contains(&format!("is “{undo}” now"));
    click(&mut window, "Leave as they are");
    assert_eq!((keys(&window, Action::Undo), keys(&window, Action::Redo)), before);
    click(&mut window, &format!("Change the keys of {redo}"));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    click(&mut window, "Take them from it");
    assert_eq!(keys(&window, Action::Redo), ["Ctrl+Z"]);
    assert!(!keys(&window, Action::Undo).contains(&"Ctrl+Z".to_owned()));
    // Who gets usual keys back takes them from whom has them.
    click(&mut window, &format!("Usual keys for {undo}"));
    assert_eq!(keys(&window, Action::Undo), before.0);
    assert!(keys(&window, Action::Redo).is_empty());
    // Escape leaves the question first, then the list; Backspace takes keys away.
    click(&mut window, &format!("Change the keys of {undo}"));
    press(&mut window, Key::Escape);
    assert_eq!(window.state().session().window.modal, Some(Modal::Keys));
    click(&mut window, &format!("Change the keys of {undo}"));
    press(&mut window, Key::Backspace);
    assert!(keys(&window, Action::Undo).is_empty());
    press(&mut window, Key::Escape);
    assert_eq!(window.state().session().window.modal, None);
}

#[test]
fn changed_keys_are_kept_between_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.json");
    let start = || {
        let mut app = ExplorerApp::new(Startup::default());
        app.keep_settings(path.clone());
        assert!(app.wait_for_jobs(TIMEOUT));
        app
    };
    let mut app = start();
    app.command(Command::Keys(KeyCommand::Set(Action::Save.name(), vec!["F2".to_owned()])));
    assert!(app.wait_for_jobs(TIMEOUT));
    let later = start();
    let saved = Action::Save.describe(later.session()).shortcuts;
    assert_eq!(saved.iter().map(text_of_keys).collect::<Vec<_>>(), ["F2"]);
    // What is written by hand and not understood is told, and changes nothing.
    let text = fs::read_to_string(&path).unwrap().replace("F2", "F99");
    fs::write(&path, text).unwrap();
    let later = start();
    assert!(later.session().notices.shown().iter().any(|notice| notice.sentence.contains("`F99`")));
}
