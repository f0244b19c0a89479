//! Work that is in no file: its mark, the question before it goes, and what is found of it after the window was ended.

use egui_kittest::kittest::Queryable;
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::jobs::find_work;
use layerflow::session::{Command, DialogPurpose, EditCommand, Example, NetworkChange, Session};

use super::window::{TIMEOUT, Window, command, first_start};

const QUESTION: &str = "The network has changes that are not saved.";

fn session(window: &Window) -> &Session {
    window.state().session()
}

fn layers(window: &Window) -> usize {
    session(window).wanted().network.as_ref().unwrap().layers().len()
}

fn edit(window: &mut Window) {
    command(window, Command::Edit(EditCommand::Change(NetworkChange::Duplicate(1))));
    window.run_steps(2);
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(2);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
}

fn asks(window: &Window) -> bool {
    window.query_by_label(QUESTION).is_some()
}

#[test]
fn nothing_is_asked_where_there_is_no_work() {
    let mut window = first_start();
    assert!(!session(&window).has_unsaved_work());
    command(&mut window, Command::OpenExample(Example::Moons));
    assert!(!asks(&window) && !session(&window).has_unsaved_work());
    edit(&mut window);
    assert!(session(&window).has_unsaved_work());
    command(&mut window, Command::Edit(EditCommand::Undo));
    assert!(!session(&window).has_unsaved_work(), "what was taken back is no work");
}

#[test]
fn an_example_and_the_end_ask_before_work_goes() {
    let mut window = first_start();
    edit(&mut window);
    let edited = layers(&window);
    command(&mut window, Command::OpenExample(Example::Moons));
    window.run_steps(2);
    assert!(asks(&window));
    click(&mut window, "Stay");
    assert!(!asks(&window) && layers(&window) == edited);
    command(&mut window, Command::Quit);
    window.run_steps(2);
    assert!(asks(&window));
    click(&mut window, "Stay");
    command(&mut window, Command::OpenExample(Example::Moons));
    window.run_steps(2);
    click(&mut window, "Go on without saving");
    assert!(!asks(&window) && !session(&window).has_unsaved_work());
    assert_ne!(layers(&window), edited);
}

#[test]
fn a_file_that_was_read_waits_for_the_answer_and_a_save_lets_it_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (folder.path().join("own.json"), folder.path().join("other.json"));
    let mut window = first_start();
    command(&mut window, Command::SaveNetwork(other.clone()));
    let plain = layers(&window);
    edit(&mut window);
    command(&mut window, Command::OpenNetwork(other));
    window.run_steps(2);
    assert!(asks(&window) && layers(&window) == plain + 1);
    // Saved while the question waits, as by its first button: it goes on only where that was asked for.
    command(&mut window, Command::SaveNetwork(own.clone()));
    assert!(asks(&window) && !session(&window).has_unsaved_work() && own.exists());
    click(&mut window, "Go on without saving");
    assert_eq!(layers(&window), plain);
}

#[test]
fn the_path_field_asks_before_it_writes_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("there.csv");
    std::fs::write(&path, "old").unwrap();
    let mut session = Session::default();
    session.path_prompt = Some(layerflow::session::PathPrompt::new(DialogPurpose::SaveMeasures));
    session.apply(Command::EditPath(path.display().to_string()));
    session.apply(Command::AcceptPath);
    assert!(session.path_prompt.as_ref().is_some_and(|prompt| prompt.overwrites));
    session.apply(Command::EditPath(path.with_extension("new.csv").display().to_string()));
    assert!(session.path_prompt.as_ref().is_some_and(|prompt| !prompt.overwrites));
    session.apply(Command::EditPath(path.display().to_string()));
    session.apply(Command::AcceptPath);
    session.apply(Command::AcceptPath);
    assert!(session.path_prompt.is_none());
}

#[cfg(target_os = "linux")]
#[test]
fn the_work_of_a_window_that_was_ended_is_offered_and_opens() {
    let shared = tempfile::tempdir().unwrap();
    let mut window = first_start();
    window.state_mut().keep_unsaved(shared.path().to_owned());
    edit(&mut window);
    let edited = layers(&window);
    // As the desktop ends it, without an answer.
    window.state_mut().end();
    assert_eq!(find_work(shared.path()), [], "this program still runs");
    let kept = std::fs::read_dir(shared.path()).unwrap().next().unwrap().unwrap().path();
    // No process has this number.
    std::fs::rename(&kept, shared.path().join("4194999-1")).unwrap();

    let mut window = first_start();
    window.state_mut().keep_unsaved(shared.path().to_owned());
    window.run_steps(2);
    window.get_by_label("A window was ended before its work was saved.");
    click(&mut window, "Open it");
    assert_eq!(layers(&window), edited);
    assert!(session(&window).has_unsaved_work());
    // It is kept by this window now, and offered to no other.
    for _ in 0..3 {
        window.run_steps(2);
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    }
    assert_eq!(std::fs::read_dir(shared.path()).unwrap().count(), 1);
    assert_eq!(find_work(shared.path()), []);
}

#[test]
fn a_window_that_is_closed_in_order_leaves_nothing() {
    let shared = tempfile::tempdir().unwrap();
    let mut app = ExplorerApp::new(Startup::default());
    assert!(app.wait_for_jobs(TIMEOUT));
    app.keep_unsaved(shared.path().to_owned());
    app.command(Command::Edit(EditCommand::Change(NetworkChange::Duplicate(1))));
    assert!(app.wait_for_jobs(TIMEOUT));
    app.command(Command::Quit);
    app.command(Command::Leave(layerflow::session::LeaveAnswer::Discard));
    app.end();
    assert_eq!(std::fs::read_dir(shared.path()).unwrap().count(), 0);
}
