//! What a window was like when it closed, and is again when the next one opens.

use std::path::Path;

use eframe::App;
use egui::{Event, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::session::{
    Appearance, Command, Folding, Orientation, Overlay, PanelCommand, PanelPart, Projection, Section, Side, SizedPanel,
    Track, ViewCommand, WindowCommand, WindowSettings,
};
use tempfile::TempDir;

use super::window::{self, TIMEOUT, Window};

/// A window that keeps its settings in `folder`, as the program opens one.
fn open(folder: &TempDir, network: Option<&Path>) -> Window {
    let mut app = ExplorerApp::new(Startup { network: network.map(Path::to_owned), ..Startup::default() });
    app.keep_settings(folder.path().join("settings.json"));
    app.begin_first_start();
    assert!(app.wait_for_jobs(TIMEOUT));
    let mut window = Harness::builder().with_size([1280.0, 800.0]).build_eframe(|_| app);
    window::settle(&mut window);
    window
}

fn close(mut window: Window) {
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.state_mut().on_exit(None);
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.hover_at(from);
    window.run_steps(2);
    window.event(button(from, true));
    window.run_steps(1);
    window.hover_at(to);
    window.run_steps(2);
    window.event(button(to, false));
    window.run_steps(2);
}

#[test]
fn the_arrangement_comes_back_at_the_next_start() {
    let folder = TempDir::new().unwrap();
    let mut window = open(&folder, None);
    let session = |window: &Window| {
        let session = window.state().session();
        // Which panel lies over the other follows from the room that there is.
        (session.view.clone(), WindowSettings { folding: Folding::default(), ..session.window })
    };
    let turned = ViewCommand::Turn { sideways: 0.4, downward: 0.2 };
    for command in [
        ViewCommand::Show(Overlay::Grid, false),
        ViewCommand::TrailLength(1.25),
        ViewCommand::AutoFit(false),
        ViewCommand::Project(Projection::Plane([1, 0])),
        turned,
        ViewCommand::Zoom { factor: 1.7, at: [0.2, 0.1] },
        ViewCommand::Panel(PanelCommand::Toggle(Section::Weights)),
        ViewCommand::Panel(PanelCommand::TogglePart(PanelPart::Measures)),
        ViewCommand::Panel(PanelCommand::ToggleTrack(Track::Energy)),
    ] {
        window::command(&mut window, Command::View(command));
    }
    window::command(&mut window, Command::Window(WindowCommand::Side(Side::Refinement)));
    window::command(&mut window, Command::Window(WindowCommand::Appearance(Appearance::Light)));
    let (view, arrangement) = session(&window);
    assert_ne!(view.camera.orientation, Orientation::default());
    close(window);

    let again = open(&folder, None);
    let (view_again, arrangement_again) = session(&again);
    assert_eq!(arrangement_again, arrangement);
    assert_eq!(view_again.camera, view.camera);
    assert_eq!(view_again, view);
}

#[test]
fn a_panel_keeps_the_width_that_a_person_gave_it() {
    let folder = TempDir::new().unwrap();
    let mut window = open(&folder, None);
    let width = |window: &Window, name: &str| window.get_by_label(name).rect().width();
    let (left, right) = (width(&window, "Panel on the left"), width(&window, "Panel on the right"));
    let stage = window.get_by_label("Stage: plain net").rect();
    let edge = |window: &Window| {
        let panel = window.get_by_label("Panel on the left").rect();
        (panel.right() + stage.left()) / 2.0
    };
    let at = edge(&window);
    drag(&mut window, pos2(at, 400.0), pos2(at + 61.0, 400.0));
    let wider = width(&window, "Panel on the left");
    assert!((wider - left - 61.0).abs() < 6.0, "{left} to {wider}");
    assert!(window.state().session().sizes.size(SizedPanel::Network).is_some());
    assert_eq!(window.state().session().sizes.size(SizedPanel::Layer), None, "nobody moved it");
    close(window);

    let again = open(&folder, None);
    assert!((width(&again, "Panel on the left") - wider).abs() < 1.5);
    assert_eq!(width(&again, "Panel on the right"), right);
}

#[test]
fn another_network_is_looked_at_from_where_everything_is_first_looked_at() {
    let folder = TempDir::new().unwrap();
    let mut window = open(&folder, None);
    window::command(&mut window, Command::View(ViewCommand::Zoom { factor: 3.0, at: [0.0, 0.0] }));
    window::command(&mut window, Command::View(ViewCommand::Show(Overlay::Trails, false)));
    close(window);
    let network = window::write(&folder, "small.json", window::SMALL_NETWORK);
    let other = open(&folder, Some(&network));
    assert_eq!(other.state().session().view.camera.zoom, 1.0);
    assert!(!other.state().session().view.shows(Overlay::Trails));
}

#[test]
fn the_files_that_were_open_are_offered_and_opened_again() {
    let folder = TempDir::new().unwrap();
    let network = window::write(&folder, "small.json", window::SMALL_NETWORK);
    let data = window::write(&folder, "points.csv", "a,b,label\n0.5,1,0\n-1,0.25,1\n0.75,-2,0\n");
    let mut window = open(&folder, Some(&network));
    assert!(window.query_by_label("Open again").is_none(), "there is no time before");
    window::command(&mut window, Command::OpenData(data.clone()));
    assert_eq!(window.state().session().document().unwrap().data.name(), "points.csv");
    close(window);

    // Looked at something else between: the files of last time stay the last.
    let mut again = open(&folder, None);
    again.get_by_label_contains("Last time: small.json with points.csv");
    window::click(&mut again, "Not now");
    assert!(again.query_by_label("Open again").is_none());
    close(again);

    let mut again = open(&folder, None);
    window::click(&mut again, "Open again");
    let document = again.state().session().document().unwrap();
    assert_eq!((document.network_name(), document.data.name()), ("small".to_owned(), "points.csv".into()));
    assert!(again.query_by_label("Open again").is_none());
    close(again);

    std::fs::remove_file(&data).unwrap();
    assert!(open(&folder, None).query_by_label("Open again").is_none(), "one of them is gone");
    let started = open(&folder, Some(&network));
    assert!(started.query_by_label("Open again").is_none(), "a person asked for something else");
}

#[test]
fn settings_that_nobody_changed_are_not_written_and_those_that_are_not_understood_stay() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("settings.json");
    std::fs::write(&path, "nonsense").unwrap();
    let window = open(&folder, None);
    close(window);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "nonsense");
}

#[test]
fn what_a_session_shows_is_not_kept_as_how_a_person_likes_it() {
    let folder = TempDir::new().unwrap();
    let mut window = open(&folder, None);
    window::command(&mut window, Command::View(ViewCommand::TrailLength(2.0)));
    let path = folder.path().join("a.layerflow");
    let save = layerflow::session::SessionCommand::Save { path, embeds: true };
    window::command(&mut window, Command::Session(save));
    window::command(&mut window, Command::View(ViewCommand::TrailLength(3.0)));
    close(window);
    let again = open(&folder, None);
    assert_eq!(again.state().session().view.trail_length, 2.0, "nothing of the session is kept");
}
