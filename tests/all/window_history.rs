//! The steps that were made, by name: back and forth, across what was opened.

use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use layerflow::explorer::Startup;
use layerflow::network::{Activation, Layer};
use layerflow::session::{
    Command, EditCommand, Example, Insertion, LeaveAnswer, NetworkChange, NumberChange, Session, WeightPart,
};
use tempfile::TempDir;

use super::window::{self, Window};

const OTHER: &str = r#"{"format": "layerflow.network/1", "name": "other", "output": "softmax", "layers": [
    {"type": "dense", "name": "only", "weight": [[1.0, 0.0, 0.5], [0.0, 1.0, -0.5]], "bias": [0.0, 0.0]}]}"#;

fn session(window: &Window) -> &Session {
    window.state().session()
}

fn name(window: &Window) -> String {
    session(window).document().unwrap().network_name()
}

fn files() -> (TempDir, PathBuf, PathBuf) {
    let folder = TempDir::new().unwrap();
    let small = window::write(&folder, "small.json", window::SMALL_NETWORK);
    let other = window::write(&folder, "other.json", OTHER);
    (folder, small, other)
}

fn change(window: &mut Window, change: NetworkChange) {
    window::command(window, Command::Edit(EditCommand::Change(change)));
}

fn weight(value: f64) -> NetworkChange {
    let change = NumberChange::Weight { part: WeightPart::Dense, row: 0, column: 0, value };
    NetworkChange::Number { layer: 0, change }
}

#[test]
fn every_step_has_a_name_and_a_click_goes_there() {
    let (_folder, small, _) = files();
    let mut window = window::open(Startup { network: Some(small), ..Startup::default() });
    change(&mut window, weight(2.0));
    change(&mut window, NetworkChange::Activation { layer: 0, activation: Activation::Relu });
    change(&mut window, NetworkChange::Insert { at: 1, way: Insertion::Identity });
    let names: Vec<&str> = session(&window).history().names().collect();
    assert_eq!(names, ["Weight of layer 1", "Activation of layer 1: relu", "Add layer 2"]);
    window.get_by_label("Edit").click_accesskit();
    window.run_steps(3);
    window.get_by_label_contains("Undo: Add layer 2");
    window.get_by_label("Weight of layer 1").click_accesskit();
    window::settle(&mut window);
    let network = session(&window).document().unwrap().network.clone().unwrap();
    let Layer::Dense(dense) = &network.layers()[0] else { panic!() };
    assert_eq!((network.layers().len(), dense.activation), (2, Activation::Tanh));
    assert_eq!(dense.affine.weight[(0, 0)], 2.0);
    assert_eq!(session(&window).history().position(), 1);
    // What was taken back is still there.
    window::command(&mut window, Command::Edit(EditCommand::GoTo(usize::MAX)));
    assert_eq!(session(&window).document().unwrap().network.as_ref().unwrap().layers().len(), 3);
    window::command(&mut window, Command::Edit(EditCommand::GoTo(0)));
    assert!(!session(&window).has_unsaved_work(), "that is what the file holds");
}

#[test]
fn opening_another_file_can_be_undone() {
    let (_folder, small, other) = files();
    let mut window = window::open(Startup { network: Some(small.clone()), ..Startup::default() });
    window::command(&mut window, Command::OpenNetwork(other.clone()));
    assert_eq!(name(&window), "other");
    assert_eq!(session(&window).document().unwrap().data.dataset.as_ref().unwrap().dimension(), 3);
    assert!(!session(&window).has_unsaved_work());

    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window::settle(&mut window);
    assert_eq!(name(&window), "small");
    let document = session(&window).document().unwrap();
    assert_eq!(document.network_path.as_ref(), Some(&small));
    assert_eq!(document.data.dataset.as_ref().unwrap().dimension(), 2, "with the data that it had");
    assert!(!session(&window).has_unsaved_work(), "it is as its file holds it");

    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window::settle(&mut window);
    assert_eq!(name(&window), "other");
    assert_eq!(session(&window).document().unwrap().network_path.as_ref(), Some(&other));
    assert!(!session(&window).has_unsaved_work());
}

#[test]
fn work_that_was_let_go_comes_back_as_work() {
    let (_folder, small, other) = files();
    let mut window = window::open(Startup { network: Some(small), ..Startup::default() });
    change(&mut window, weight(3.0));
    assert!(session(&window).has_unsaved_work());
    window::command(&mut window, Command::OpenNetwork(other));
    assert_eq!(name(&window), "small", "it asks first");
    window::command(&mut window, Command::Leave(LeaveAnswer::Discard));
    assert_eq!(name(&window), "other");
    assert!(!session(&window).has_unsaved_work());
    window::command(&mut window, Command::Edit(EditCommand::Undo));
    assert_eq!(name(&window), "small");
    assert!(session(&window).has_unsaved_work(), "the change is in no file");
    window::command(&mut window, Command::Edit(EditCommand::Undo));
    assert!(!session(&window).has_unsaved_work(), "without it the network is that of its file");
}

#[test]
fn examples_and_new_networks_can_be_undone_too() {
    let mut window = window::first_start();
    let first = name(&window);
    window::command(&mut window, Command::OpenExample(Example::Digits));
    assert_eq!(session(&window).example(), Some(Example::Digits));
    window::command(&mut window, Command::Edit(EditCommand::Undo));
    assert_eq!((name(&window), session(&window).example()), (first.clone(), Some(Example::Spiral)));
    window.key_press_modifiers(Modifiers::COMMAND, Key::N);
    window::settle(&mut window);
    assert_eq!(session(&window).history().names().last(), Some("New network"));
    assert_eq!(session(&window).example(), None, "it is no example");
    window::command(&mut window, Command::Edit(EditCommand::Undo));
    assert_eq!((name(&window), session(&window).example()), (first, Some(Example::Spiral)));
    assert!(!session(&window).has_unsaved_work());
}

#[test]
fn a_file_that_cannot_be_shown_leaves_no_step() {
    let (folder, small, _) = files();
    let mut window = window::open(Startup { network: Some(small), ..Startup::default() });
    let broken = window::write(&folder, "broken.json", "{");
    window::command(&mut window, Command::OpenNetwork(broken));
    assert_eq!(name(&window), "small");
    assert!(!session(&window).history().can_undo());
}

#[test]
fn layers_come_and_go_by_the_signs_on_them() {
    let mut window = window::first_start();
    let layers = |window: &Window| session(window).wanted().network.as_ref().unwrap().layers().len();
    let before = layers(&window);
    let output = |window: &Window| session(window).scene().unwrap().forward.predictions.clone();
    let answers = output(&window);
    window::press(&mut window, Key::Home);
    window::click(&mut window, "Add a layer behind layer 1");
    assert_eq!(layers(&window), before + 1);
    assert_eq!(output(&window), answers, "the network answers as before");
    window::press(&mut window, Key::Home);
    window::click(&mut window, "Remove layer 1");
    assert_eq!(layers(&window), before);
}
