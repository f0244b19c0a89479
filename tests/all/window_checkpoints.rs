//! A folder of checkpoints in the window: a film of steps that is played, and a run that is followed.

use std::path::Path;
use std::time::{Duration, SystemTime};

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::explorer::{ExplorerApp, StartData, Startup};
use layerflow::network::Layer;
use layerflow::session::{
    CheckpointCommand, CheckpointSeries, Command, DialogPurpose, EditCommand, NetworkChange, NumberChange,
    PlayDirection, PlaybackCommand, SessionCommand, Severity, WeightPart,
};
use tempfile::TempDir;

use super::window::{TIMEOUT, Window, click, command, press, settle, t};

/// 2-2-2, a little further with every step.
fn network(step: u32) -> String {
    let weight = 1.0 + 0.01 * f64::from(step);
    format!(
        r#"{{"format": "layerflow.network/1", "name": "run", "output": "softmax", "layers": [
        {{"type": "dense", "name": "hidden", "weight": [[{weight}, -0.5], [0.25, 2.0]], "bias": [0.1, -0.2], "activation": "tanh"}},
        {{"type": "dense", "name": "logits", "weight": [[1.5, 0.5], [-0.5, 0.75]], "bias": [0.0, 0.3]}}]}}"#
    )
}

/// Writes a file that was complete long ago.
fn write_old(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
}

fn run_of(steps: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for step in 0..steps {
        write_old(&folder, &format!("step_{}.json", 10 * step), network(step));
    }
    folder
}

fn open(path: &Path) -> Window {
    let options = GeneratorOptions { samples: 60, ..GeneratorOptions::default() };
    let data = Some(StartData::Generator(Generator::Moons, options));
    start(Startup { network: Some(path.to_owned()), data, ..Startup::default() })
}

fn open_alone(path: &Path) -> Window {
    start(Startup { network: Some(path.to_owned()), ..Startup::default() })
}

/// A window whose frames are a quarter of a second long.
fn start(startup: Startup) -> Window {
    let mut app = ExplorerApp::new(startup);
    assert!(app.wait_for_jobs(TIMEOUT));
    let mut window = Harness::builder().with_size([1280.0, 800.0]).with_step_dt(0.25).build_eframe(|_| app);
    settle(&mut window);
    command(&mut window, Command::Playback(PlaybackCommand::Pause));
    window
}

#[track_caller]
fn series(window: &Window) -> &CheckpointSeries {
    window.state().session().checkpoints().unwrap()
}

/// The first weight of the network on show.
fn weight(window: &Window) -> f64 {
    let scene = window.state().session().scene().unwrap();
    let Layer::Dense(dense) = &scene.network.layers()[0] else { unreachable!() };
    dense.affine.weight[(0, 0)]
}

/// Lets seconds pass in which the folder is listed again, and waits for what comes of it.
fn let_pass(window: &mut Window) {
    for _ in 0..3 {
        window.run_steps(5);
        settle(window);
    }
}

#[test]
fn a_folder_is_a_film_that_is_stepped_through() {
    let folder = run_of(4);
    let mut window = open(folder.path());
    // It begins with the newest, and knows of each file by its name only, but for those around.
    assert_eq!((series(&window).present(), series(&window).steps().len()), (Some(3), 4));
    assert!(series(&window).follows());
    window.get_by_label("step 30 · 4 of 4");
    window.get_by_label("Checkpoint");
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.3)));
    press(&mut window, Key::PageUp);
    settle(&mut window);
    assert_eq!((series(&window).present(), weight(&window)), (Some(2), 1.02));
    assert_eq!(t(&window), 1.3, "the time stays");
    assert!(!series(&window).follows());
    click(&mut window, "Previous checkpoint");
    window.get_by_label("step 10 · 2 of 4");
    command(&mut window, Command::Checkpoints(CheckpointCommand::Seek(0)));
    assert_eq!((series(&window).present(), weight(&window)), (Some(0), 1.0));
    assert!(!window.state().session().has_unsaved_work());
    // Each that was on show was measured on the data.
    assert!(series(&window).steps().iter().all(|step| step.measure.is_some_and(|measure| measure.loss.is_some())));
    press(&mut window, Key::PageDown);
    settle(&mut window);
    assert_eq!(weight(&window), 1.01);
    click(&mut window, "Follow the newest checkpoint");
    assert_eq!((series(&window).present(), weight(&window)), (Some(3), 1.03));
    press(&mut window, Key::PageUp);
    settle(&mut window);
    assert_eq!(weight(&window), 1.02);
    window.key_press_modifiers(egui::Modifiers::SHIFT, Key::PageDown);
    settle(&mut window);
    assert_eq!((series(&window).present(), series(&window).follows()), (Some(3), true));
    assert!(window.state().session().notices.shown().is_empty());
}

#[test]
fn it_plays_both_ways_and_stops_at_the_ends() {
    let folder = run_of(5);
    let mut window = open(&folder.path().join("step_*.json"));
    click(&mut window, "Play checkpoints backwards");
    let mut seen = vec![series(&window).present().unwrap()];
    for _ in 0..20 {
        window.run_steps(1);
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
        seen.push(series(&window).present().unwrap());
    }
    seen.dedup();
    assert_eq!(seen.last(), Some(&0));
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1] + 1), "{seen:?}: every step is shown");
    assert_eq!(series(&window).playing(), None);
    command(&mut window, Command::Checkpoints(CheckpointCommand::TogglePlay(PlayDirection::On)));
    settle(&mut window);
    settle(&mut window);
    assert_eq!(series(&window).present(), Some(4));
}

#[test]
fn what_cannot_be_read_is_told_and_the_others_go_on() {
    let folder = run_of(3);
    write_old(&folder, "step_15.json", &network(1)[..150]);
    write_old(&folder, "step_40.safetensors", "");
    let mut window = open(folder.path());
    // The newest is empty: the one before is shown.
    assert_eq!((series(&window).present(), weight(&window)), (Some(3), 1.02));
    let told = |window: &Window, name: &str| {
        let notices = window.state().session().notices.shown();
        notices.iter().any(|notice| notice.severity == Severity::Warning && notice.sentence.contains(name))
    };
    assert!(told(&window, "step_40.safetensors"));
    assert!(!told(&window, "step_15.json"));
    command(&mut window, Command::Checkpoints(CheckpointCommand::Seek(2)));
    assert!(told(&window, "step_15.json"));
    assert_eq!((series(&window).present(), weight(&window)), (Some(3), 1.02));
    assert!(series(&window).steps()[2].problem.is_some() && series(&window).steps()[4].problem.is_some());
    // Films go past what is broken.
    command(&mut window, Command::Checkpoints(CheckpointCommand::Seek(1)));
    command(&mut window, Command::Checkpoints(CheckpointCommand::TogglePlay(PlayDirection::On)));
    settle(&mut window);
    settle(&mut window);
    assert_eq!(series(&window).present(), Some(3));
}

#[test]
fn a_run_is_followed_unless_one_has_gone_back() {
    let folder = run_of(2);
    let mut window = open(folder.path());
    write_old(&folder, "step_20.json", network(2));
    let_pass(&mut window);
    assert_eq!((series(&window).present(), weight(&window)), (Some(2), 1.02));
    // What is written beside has another name until it is complete.
    write_old(&folder, ".step_30.json.part", &network(3)[..100]);
    let_pass(&mut window);
    assert_eq!(series(&window).steps().len(), 3);
    command(&mut window, Command::Checkpoints(CheckpointCommand::Seek(0)));
    std::fs::rename(folder.path().join(".step_30.json.part"), folder.path().join("broken")).unwrap();
    write_old(&folder, "step_30.json", network(3));
    let_pass(&mut window);
    assert_eq!((series(&window).steps().len(), series(&window).present()), (4, Some(0)));
    window.get_by_label("step 0 · 1 of 4");
    click(&mut window, "Follow the newest checkpoint");
    assert_eq!(weight(&window), 1.03);
    // A file that is written over is read again where it is on show; one that is gone leaves the list.
    write_old(&folder, "step_30.json", network(300));
    std::fs::remove_file(folder.path().join("step_0.json")).unwrap();
    let_pass(&mut window);
    assert_eq!((series(&window).steps().len(), weight(&window)), (3, 4.0));
}

#[test]
fn a_change_by_hand_is_not_lost_to_another_step() {
    let folder = run_of(3);
    let mut window = open(folder.path());
    let change = NumberChange::Weight { part: WeightPart::Dense, row: 0, column: 0, value: 7.0 };
    command(&mut window, Command::Edit(EditCommand::Change(NetworkChange::Number { layer: 0, change })));
    assert_eq!(weight(&window), 7.0);
    command(&mut window, Command::Checkpoints(CheckpointCommand::Seek(0)));
    assert_eq!(weight(&window), 7.0);
    write_old(&folder, "step_50.json", network(5));
    let_pass(&mut window);
    assert_eq!(weight(&window), 7.0);
    assert!(window.state().session().checkpoint_refusal().is_some());
    command(&mut window, Command::Edit(EditCommand::Undo));
    let_pass(&mut window);
    command(&mut window, Command::Checkpoints(CheckpointCommand::Newest));
    assert_eq!(weight(&window), 1.05);
}

#[test]
fn a_folder_with_one_network_is_that_network_and_a_dialog_asks_for_folders() {
    let folder = tempfile::tempdir().unwrap();
    write_old(&folder, "net.json", network(1));
    let mut window = open(&folder.path().join("net.json"));
    assert!(window.state().session().checkpoints().is_none());
    assert!(window.query_by_label("Checkpoint").is_none());
    let run = run_of(2);
    command(&mut window, Command::OpenFiles(vec![run.path().to_owned()]));
    settle(&mut window);
    assert_eq!(series(&window).present(), Some(1));
    // Another network ends the film.
    command(&mut window, Command::OpenNetwork(folder.path().join("net.json")));
    assert!(window.state().session().checkpoints().is_none());
    window.state_mut().without_dialogs();
    command(&mut window, Command::Ask(DialogPurpose::OpenCheckpoints));
    window.get_by_label("Open folder of checkpoints");
    command(&mut window, Command::EditPath(run.path().display().to_string()));
    command(&mut window, Command::AcceptPath);
    settle(&mut window);
    assert_eq!(series(&window).present(), Some(1));
}

#[test]
fn a_session_keeps_the_run_and_where_one_is_in_it() {
    let folder = run_of(4);
    let saved = folder.path().join("view.layerflow");
    let mut window = open(folder.path());
    command(&mut window, Command::Checkpoints(CheckpointCommand::Seek(1)));
    command(&mut window, Command::Session(SessionCommand::Save { path: saved.clone(), embeds: false }));
    settle(&mut window);
    let mut again = open_alone(&saved);
    assert_eq!((series(&again).present(), series(&again).steps().len()), (Some(1), 4));
    assert!(!series(&again).follows());
    assert_eq!(weight(&again), 1.01);
    command(&mut again, Command::Checkpoints(CheckpointCommand::Next));
    assert_eq!(weight(&again), 1.02);
    // One that follows goes on with what has come since.
    command(&mut window, Command::Checkpoints(CheckpointCommand::Newest));
    command(&mut window, Command::Session(SessionCommand::Save { path: saved.clone(), embeds: false }));
    settle(&mut window);
    write_old(&folder, "step_40.json", network(4));
    let again = open_alone(&saved);
    assert_eq!((series(&again).present(), weight(&again)), (Some(4), 1.04));
    // Where the others are gone it is shown alone, and that is told.
    let text = std::fs::read_to_string(&saved).unwrap().replace("\"source\":\"", "\"source\":\"no/");
    let moved = folder.path().join("moved.layerflow");
    std::fs::write(&moved, text).unwrap();
    let again = open_alone(&moved);
    assert!(again.state().session().checkpoints().is_none());
    let notices = again.state().session().notices.shown();
    assert!(notices.iter().any(|notice| notice.sentence.contains("is not among the checkpoints")));
}

#[test]
fn a_run_that_has_not_begun_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("log.jsonl"), "").unwrap();
    let mut window = open(folder.path());
    // An example stands in, and the data waits with it.
    assert!(series(&window).waits() && series(&window).present().is_none());
    window.get_by_label_contains("Waiting for the first checkpoint in");
    assert!(window.state().session().scene().is_some());
    write_old(&folder, ".step_0.json.part", &network(0)[..100]);
    write_old(&folder, "step_0.safetensors", "");
    let_pass(&mut window);
    // What is empty is told, and the next one is waited for.
    assert!(series(&window).waits());
    let notices = window.state().session().notices.shown();
    assert!(notices.iter().any(|notice| notice.sentence.contains("step_0.safetensors")));
    write_old(&folder, "step_1.json", network(1));
    let_pass(&mut window);
    assert_eq!((series(&window).present(), weight(&window)), (Some(1), 1.01));
    assert!(!series(&window).waits());
    // On the data that it was started with.
    assert_eq!(window.state().session().scene().unwrap().dataset.samples(), 60);
    write_old(&folder, "step_2.json", network(2));
    let_pass(&mut window);
    assert_eq!(weight(&window), 1.02);
    // And given up.
    let empty = tempfile::tempdir().unwrap();
    command(&mut window, Command::OpenNetwork(empty.path().to_owned()));
    settle(&mut window);
    assert!(series(&window).waits() && weight(&window) == 1.02);
    click(&mut window, "Stop waiting");
    assert!(window.state().session().checkpoints().is_none());
    assert_eq!(weight(&window), 1.02);
}

#[test]
fn the_curves_tell_the_log_and_the_steps_that_were_read() {
    let folder = run_of(4);
    let log = "{\"step\": 0, \"loss\": 0.9, \"val_loss\": 1.0}\n{\"step\": 30, \"loss\": 0.4, \"val_loss\": 0.6}\n";
    std::fs::write(folder.path().join("log.jsonl"), log).unwrap();
    let mut window = open(folder.path());
    click(&mut window, "Curves of the run");
    let_pass(&mut window);
    window.get_by_label("Curve of the run: loss");
    window.get_by_label("Curve of the run: accuracy on the data shown");
    window.get_by_label("Curve of the run: gradients of the weights");
    window.get_by_label_contains("Curve of the run: singular values of layer");
    let read = series(&window).steps().iter().filter(|step| step.detail.is_some()).count();
    assert!(read > 0, "those around the one on show were read");
    let step = &series(&window).steps()[3];
    let detail = step.detail.as_ref().unwrap();
    let scene = window.state().session().scene().unwrap();
    let spectrum = scene.flow.layers()[0].spectrum.as_ref().unwrap();
    assert_eq!(detail.spectra[0], (1, spectrum.singular_values.clone()));
    assert!(detail.gradients.as_ref().unwrap().iter().all(|norm| *norm > 0.0));
    assert!(step.findings.is_some());
    // The log goes on while the run does.
    let more = log.to_owned() + "{\"step\": 40, \"loss\": 0.3, \"acc\": 0.9}\n";
    std::fs::write(folder.path().join("log.jsonl"), more).unwrap();
    let_pass(&mut window);
    window.get_by_label("Curve of the run: acc");
    click(&mut window, "Curves of the run");
    assert!(window.query_by_label("Curve of the run: loss").is_none());
}
