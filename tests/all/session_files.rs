//! Sessions: saved, opened in a window that knows nothing of them, the same picture; what is missing, changed or of another
//! version is told.

use std::fs;
use std::path::{Path, PathBuf};

use egui_kittest::kittest::Queryable;
use layerflow::dataset::{Generator, GeneratorOptions, LabelChoice};
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::session::file::{self, SessionError, SessionSources};
use layerflow::session::{
    Appearance, ColumnCommand, Command, Compare, DataSource, EditCommand, Example, ImportCommand, NetworkChange,
    Overlay, PanelCommand, PlaybackCommand, Session, SessionCommand, VelocityPicture, ViewCommand, WindowCommand,
};
use serde_json::Value;
use tempfile::TempDir;

use super::pictures::harness;
use super::soak::commands::Source;
use super::support::{data, layerflow, refusal};
use super::window::{TIMEOUT, Window, click, command, write};

fn open(path: Option<&Path>) -> Window {
    let mut app = ExplorerApp::new(Startup { network: path.map(Path::to_owned), data: None, ..Startup::default() });
    app.without_dialogs();
    assert!(app.wait_for_jobs(TIMEOUT));
    let mut window = harness([1280.0, 800.0], egui::Theme::Light).build_eframe(|_| app);
    window.run_steps(1);
    window
}

fn session(window: &Window) -> &Session {
    window.state().session()
}

fn save(window: &mut Window, path: &Path) {
    command(window, Command::Session(SessionCommand::Save { path: path.to_owned(), embeds: false }));
    assert!(path.exists(), "{:?}", session(window).notices.shown());
}

/// At rest, with all that is computed beside it, and without notices of how it came to be.
fn rest(window: &mut Window) {
    window.state_mut().command(Command::Playback(PlaybackCommand::Pause));
    window.state_mut().command(Command::View(ViewCommand::PlayTour(false)));
    for _ in 0..3 {
        let notices: Vec<u64> = session(window).notices.shown().iter().map(|notice| notice.id).collect();
        notices.into_iter().for_each(|id| window.state_mut().command(Command::Dismiss(id)));
        window.run_steps(6);
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    }
    window.run_steps(2);
}

/// What a session's file holds, without what tells of its folder.
fn content(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn differing(one: &image::RgbaImage, other: &image::RgbaImage) -> Vec<(u32, u32)> {
    assert_eq!(one.dimensions(), other.dimensions());
    let pixels = one.enumerate_pixels().zip(other.pixels());
    pixels.filter(|((_, _, one), other)| one != other).map(|((x, y, _), _)| (x, y)).collect()
}

/// Whether a command changes what is shown, and nothing else.
fn is_about_the_view(command: &Command) -> bool {
    matches!(
        command,
        Command::Playback(_)
            | Command::View(_)
            | Command::Window(_)
            | Command::Generate(..)
            | Command::Edit(_)
            | Command::Flow(_)
    ) && !matches!(command, Command::View(ViewCommand::ShowVelocity(Some(VelocityPicture::Particles))))
        // How far a panel is scrolled is not kept.
        && !matches!(command, Command::View(ViewCommand::Panel(PanelCommand::Show(_))))
        // What undo leads back to is not kept, and its buttons show that.
        && !matches!(command, Command::Edit(EditCommand::Undo | EditCommand::Redo))
}

#[test]
fn ten_random_states_are_the_same_picture_when_they_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 1..=10 {
        let mut window = open(None);
        let mut source = Source::new(seed, vec![folder.path().join("none.json")]);
        // Few points, so that what is computed beside them takes no time.
        let few = GeneratorOptions { samples: 120, ..GeneratorOptions::default() };
        command(&mut window, Command::Generate(Generator::Spiral, few));
        for _ in 0..20 {
            let drawn = source.command(session(&window));
            if is_about_the_view(&drawn) {
                window.state_mut().command(drawn);
                assert!(window.state_mut().wait_for_jobs(TIMEOUT));
            }
        }
        window.state_mut().command(Command::Window(WindowCommand::Show(None)));
        window.state_mut().command(Command::Leave(layerflow::session::LeaveAnswer::Discard));
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
        rest(&mut window);
        let (first, second) = (folder.path().join(format!("{seed}.layerflow")), folder.path().join("again.layerflow"));
        save(&mut window, &first);
        assert!(!session(&window).has_unsaved_work());
        rest(&mut window);
        // From the session alone, as after the program was killed.
        let mut again = open(Some(&first));
        assert!(!session(&again).session_has_changed());
        rest(&mut again);
        let (before, after) = (window.render().unwrap(), again.render().unwrap());
        let differences = differing(&before, &after);
        if !differences.is_empty() {
            before.save(std::env::temp_dir().join("session-before.png")).unwrap();
            after.save(std::env::temp_dir().join("session-after.png")).unwrap();
        }
        assert!(differences.is_empty(), "seed {seed}: {} pixels differ, from {:?}", differences.len(), differences[0]);
        save(&mut again, &second);
        assert_eq!(content(&second), content(&first), "seed {seed}");
    }
}

#[test]
fn what_moves_is_kept_as_it_moves() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a.layerflow"), folder.path().join("b.layerflow"));
    let mut app = ExplorerApp::new(Startup::default());
    let send = |app: &mut ExplorerApp, command| {
        app.command(command);
        assert!(app.wait_for_jobs(TIMEOUT));
    };
    assert!(app.wait_for_jobs(TIMEOUT));
    send(&mut app, Command::OpenExample(Example::Digits));
    send(&mut app, Command::View(ViewCommand::Project(layerflow::session::Projection::Tour)));
    send(&mut app, Command::View(ViewCommand::TourSpeed(2.5)));
    send(&mut app, Command::Playback(PlaybackCommand::SetRange(0.25, 1.5)));
    send(&mut app, Command::Playback(PlaybackCommand::SetSpeed(0.5)));
    send(&mut app, Command::Playback(PlaybackCommand::Play));
    let mut window = harness([1280.0, 800.0], egui::Theme::Light).build_eframe(|_| app);
    window.run_steps(40);
    send(window.state_mut(), Command::Session(SessionCommand::Save { path: first.clone(), embeds: true }));
    let stored = content(&first);
    assert!(stored["view"]["tour"]["turn"]["done"].as_f64().unwrap() > 0.0 && stored["time"]["playing"] == true);
    assert!(stored["data"]["embedded"]["values"].as_array().unwrap().len() > 64 * 100);
    let mut app = ExplorerApp::new(Startup { network: Some(first), data: None, ..Startup::default() });
    assert!(app.wait_for_jobs(TIMEOUT));
    let now = app.session();
    assert!(now.playback.playing() && now.playback.speed() == 0.5 && now.playback.range() == Some((0.25, 1.5)));
    send(&mut app, Command::Session(SessionCommand::Save { path: second.clone(), embeds: true }));
    let again = content(&second);
    assert_eq!((&again["time"], &again["view"]["camera"]), (&stored["time"], &stored["view"]["camera"]));
    assert_eq!(again["view"]["tour"]["plane"], stored["view"]["tour"]["plane"]);
    assert_eq!(again["network"], stored["network"]);
}

/// A network and data in files, opened by a choice of columns, and the session's file of that.
fn with_files(folder: &TempDir) -> (Window, PathBuf, PathBuf, PathBuf) {
    let network = write(folder, "net.json", SMALL);
    fs::create_dir(folder.path().join("views")).unwrap();
    let points = write(folder, "points.csv", "a,b,c,kind\n1,2,30,x\n2,3,10,y\n3,9,20,x\n4,1,50,y\n");
    let mut window = open(Some(&network));
    command(&mut window, Command::Columns(ColumnCommand::Choose(points.clone())));
    for (column, is_taken) in [(0, true), (1, false), (2, true)] {
        command(&mut window, Command::Columns(ColumnCommand::Coordinate(column, is_taken)));
    }
    command(&mut window, Command::Columns(ColumnCommand::Scaling(layerflow::dataset::Scaling::Standard)));
    command(&mut window, Command::Columns(ColumnCommand::Open));
    let session_file = folder.path().join("views/v.layerflow");
    save(&mut window, &session_file);
    (window, network, points, session_file)
}

const SMALL: &str = r#"{"format": "layerflow.network/1", "name": "small", "output": "softmax", "layers": [
    {"type": "dense", "weight": [[1.0, -0.5], [0.25, 2.0]], "bias": [0.1, -0.2], "activation": "tanh"},
    {"type": "dense", "weight": [[1.5, 0.5], [-0.5, 0.75]], "bias": [0.0, 0.3]}]}"#;

#[test]
fn files_are_named_from_the_session_and_read_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let (window, ..) = with_files(&folder);
    let stored = content(&folder.path().join("views/v.layerflow"));
    assert_eq!(stored["network"]["file"]["path"], "../net.json");
    assert_eq!(stored["data"]["file"]["path"], "../points.csv");
    assert_eq!(stored["data"]["columns"]["coordinates"], serde_json::json!(["a", "c"]));
    // All of it at another place.
    let moved = tempfile::tempdir().unwrap();
    let new = moved.path().join("elsewhere");
    fs::rename(folder.path(), &new).unwrap();
    let opened = file::open(&new.join("views/v.layerflow"), &SessionSources::default()).unwrap();
    let before = session(&window).document().unwrap();
    assert_eq!(opened.document.data.dataset, before.data.dataset);
    assert_eq!(opened.document.network, before.network);
    assert!(matches!(&opened.document.data.choice, Some(choice) if choice.label == LabelChoice::Column("kind".into())));
    assert!(opened.notes.is_empty(), "{:?}", opened.notes);
    // A session is a file of a network for every command.
    let shown = layerflow(&["inspect", new.join("views/v.layerflow").to_str().unwrap(), "--json"]);
    assert!(shown.status.success() && String::from_utf8_lossy(&shown.stdout).contains("\"small\""));
    fs::create_dir(folder.path()).unwrap();
}

#[test]
fn a_file_that_is_missing_or_has_changed_is_told_and_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (_, network, points, session_file) = with_files(&folder);
    fs::write(&points, "a,b,c,kind\n1,2,30,x\n2,3,10,y\n3,9,20,x\n4,1,51,y\n").unwrap();
    let moved = folder.path().join("moved.json");
    fs::rename(&network, &moved).unwrap();
    let Err(SessionError::Files { problems, .. }) = file::open(&session_file, &SessionSources::default()) else {
        panic!("opened without its files")
    };
    assert_eq!(problems.len(), 2);
    let refusal = layerflow(&["inspect", session_file.to_str().unwrap()]);
    let message = String::from_utf8_lossy(&refusal.stderr).into_owned();
    assert!(refusal.status.code() == Some(1) && message.contains("is not there"), "{message}");

    let mut window = open(None);
    command(&mut window, Command::OpenFiles(vec![session_file]));
    window.get_by_label_contains("v.layerflow cannot be shown as it was saved.");
    window.get_by_label_contains("points.csv has changed since.");
    assert!(window.query_by_label("Use the changed files").is_none(), "one is missing");
    click(&mut window, "Look for the network…");
    command(&mut window, Command::EditPath(moved.display().to_string()));
    command(&mut window, Command::AcceptPath);
    assert!(window.query_by_label("Look for the network…").is_none());
    click(&mut window, "Use the changed files");
    let document = session(&window).document().unwrap();
    assert_eq!(document.network_path.as_deref(), Some(moved.as_path()));
    assert_eq!(document.data.dataset.as_ref().unwrap().samples(), 4);
    assert!(session(&window).relocation.is_none() && session(&window).session_path().is_some());
}

#[test]
fn a_session_is_drawn_without_a_window_as_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, network, ..) = with_files(&folder);
    let session_file = folder.path().join("views/v.layerflow");
    let view = |command| Command::View(command);
    for change in [
        view(ViewCommand::Compare(Compare::ResNet)),
        view(ViewCommand::Steps(3)),
        view(ViewCommand::Show(Overlay::Grid, false)),
        view(ViewCommand::Zoom { factor: 0.5, at: [0.0, 0.0] }),
        Command::Playback(PlaybackCommand::Seek(1.25)),
        Command::Window(WindowCommand::Appearance(Appearance::Dark)),
    ] {
        command(&mut window, change);
    }
    save(&mut window, &session_file);
    let draw = |name: &str, arguments: &[&str]| {
        let path = folder.path().join(name);
        let drawn = layerflow(&[&["render", "--size", "400x300", "--out", path.to_str().unwrap()], arguments].concat());
        assert!(drawn.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&drawn.stderr));
        fs::read(path).unwrap()
    };
    let file = session_file.to_str().unwrap();
    let kept = draw("kept.png", &["--session", file]);
    // The choice of columns is the session's; a file of what it chose stands for it.
    let chosen = session(&window).document().unwrap().data.dataset.clone().unwrap();
    let mut table = "a,c,kind\n".to_owned();
    for (row, kind) in ["x", "y", "x", "y"].iter().enumerate() {
        table += &format!("{:?},{:?},{kind}\n", chosen.points[(0, row)], chosen.points[(1, row)]);
    }
    let table = write(&folder, "points.csv", &table);
    // The points lie elsewhere now, and the session says so.
    let told = refusal(&["render", "--session", file, "--out", folder.path().join("a.png").to_str().unwrap()], 1);
    assert!(told.contains("points.csv has changed since"), "{told}");
    let options = ["--resnet", "3", "--hide", "grid", "--zoom", "0.5", "--at", "1.25", "--theme", "dark"];
    let files = [network.to_str().unwrap(), "--data", table.to_str().unwrap()];
    let by_hand = draw("by_hand.png", &[&files[..], &options].concat());
    assert!(kept == by_hand, "the session is drawn otherwise than its choices");
    for clash in [&["--data", "moons"][..], &["--samples", "9"], &["--input-shape", "1,2,2"], &[file]] {
        let told = refusal(&[&["render", "--session", file, "--out", "a.png"], clash].concat(), 2);
        assert!(told.contains("--session"), "{told}");
    }
}

#[test]
fn edits_are_embedded_and_count_as_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edited.layerflow");
    let mut window = open(None);
    command(&mut window, Command::Edit(EditCommand::Change(NetworkChange::Duplicate(1))));
    command(&mut window, Command::Generate(Generator::Spiral, GeneratorOptions { samples: 60, ..Default::default() }));
    assert!(session(&window).has_unsaved_work());
    assert!(!session(&window).for_pictures().has_unsaved_work(), "a picture is no place for that");
    save(&mut window, &path);
    assert!(!session(&window).has_unsaved_work());
    let opened = file::open(&path, &SessionSources::default()).unwrap();
    let before = session(&window).document().unwrap();
    assert_eq!((&opened.document.network, &opened.document.data.source), (&before.network, &before.data.source));
    assert!(matches!(opened.document.data.source, DataSource::Generated(Generator::Spiral, _)));
    // Another view is a change of the session, the time is none; Ctrl S saves it to its own file.
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.3)));
    assert!(!session(&window).session_has_changed());
    command(&mut window, Command::View(ViewCommand::Steps(3)));
    assert!(session(&window).session_has_changed());
    window.get_by_label("not saved");
    command(&mut window, Command::Quit);
    window.run_steps(2);
    window.get_by_label("The session has changes that are not saved.");
    click(&mut window, "Stay");
    command(&mut window, Command::Save);
    assert!(!session(&window).session_has_changed());
    assert_eq!(content(&path)["view"]["refinement"]["steps"], 3);
    // Another network is not that of the session.
    command(&mut window, Command::OpenExample(Example::Moons));
    assert_eq!(session(&window).session_path(), None);
}

#[test]
fn a_chain_of_tensors_is_put_together_again() {
    let folder = tempfile::tempdir().unwrap();
    let (tensors, path) = (data("moons/model.safetensors"), folder.path().join("chain.layerflow"));
    let mut window = open(Some(&tensors));
    assert!(session(&window).import.is_some(), "the file gives only tensors");
    command(&mut window, Command::Import(ImportCommand::HiddenActivation(layerflow::network::Activation::Tanh)));
    command(&mut window, Command::Import(ImportCommand::Open));
    save(&mut window, &path);
    let opened = file::open(&path, &SessionSources::default()).unwrap();
    assert_eq!(opened.document.network, session(&window).document().unwrap().network);
    assert_eq!(content(&path)["chain"]["layers"][0]["activation"], "tanh");
    assert!(content(&path)["network"]["file"]["checksum"].as_str().unwrap().starts_with("crc32:"));
}

#[test]
fn other_versions_open_and_what_is_not_known_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let older = r#"{"format": "layerflow.session/1", "network": {"embedded": NETWORK}}"#.replace("NETWORK", SMALL);
    let older = write(&folder, "older.layerflow", older);
    let opened = file::open(&older, &SessionSources::default()).unwrap();
    assert!(opened.notes.is_empty(), "{:?}", opened.notes);
    let newer = r#"{"format": "layerflow.session/2", "program": "layerflow 9.0", "sound": true, "network": {"embedded": NETWORK},
        "view": {"projection": {"kind": "hyperbolic"}, "zoomed": 3, "trail_length": 0.25}, "flow": {"time": "quantum"}}"#;
    let newer = write(&folder, "newer.layerflow", newer.replace("NETWORK", SMALL));
    let window = open(Some(&newer));
    let told: Vec<&str> = session(&window).notices.shown().iter().map(|notice| notice.sentence.as_str()).collect();
    for part in ["later version", "layerflow 9.0", "`sound`", "`view.zoomed`", "`hyperbolic`", "`quantum`"] {
        assert!(told.iter().any(|sentence| sentence.contains(part)), "{part}: {told:?}");
    }
    assert_eq!(session(&window).view.trail_length, 0.25);
    for (content, part) in [
        (r#"{"format": "layerflow.session/x", "network": {}}"#, "layerflow.session/x"),
        (r#"{"format": "layerflow.session/1", "network": {}}"#, "names no file"),
        (r#"{"format": "layerflow.session/1"}"#, "network"),
        (
            r#"{"format": "layerflow.session/1", "network": {"file": {"path": "a.layerflow", "bytes": 1, "checksum": "z"}}}"#,
            "a.layerflow",
        ),
        ("{", "whole"),
    ] {
        let path = write(&folder, "a.layerflow", content);
        let error = file::open(&path, &SessionSources::default()).unwrap_err().to_string();
        assert!(error.contains(part), "{content}: {error}");
        let refused = layerflow(&["inspect", path.to_str().unwrap()]);
        assert_eq!(refused.status.code(), Some(1), "{content}");
    }
}
