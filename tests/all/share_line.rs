//! What the window shows as a command line, and that line read back.

use layerflow::command_line;
use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::flow::{Decomposition, FlowOptions};
use layerflow::resnet::{Integrator, RefinementKind};
use layerflow::session::{
    Colouring, Command, Compare, EditCommand, Example, NetworkChange, Overlay, Pick, PlaybackCommand, PointCommand,
    Projection, Session, SessionCommand, ShareLine, Side, VelocityPicture, ViewCommand, WindowCommand,
};
use serde_json::Value;

use super::window::{TIMEOUT, write};

fn app(startup: Startup) -> ExplorerApp {
    let mut app = ExplorerApp::new(startup);
    app.without_dialogs();
    assert!(app.wait_for_jobs(TIMEOUT));
    app
}

fn send(app: &mut ExplorerApp, commands: impl IntoIterator<Item = Command>) {
    for command in commands {
        app.command(command);
        assert!(app.wait_for_jobs(TIMEOUT));
    }
}

/// The window that the line opens.
fn opened(line: &ShareLine) -> ExplorerApp {
    let words = std::iter::once("layerflow".to_owned()).chain(line.arguments.iter().cloned()).map(Into::into);
    app(command_line::startup(words).unwrap())
}

/// Everything that the window shows, as its session's file has it.
fn shown(app: &mut ExplorerApp) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.layerflow");
    send(app, [Command::Session(SessionCommand::Save { path: path.clone(), embeds: true })]);
    let mut value: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for (part, key) in [("view", "last_compared"), ("view", "hint"), ("time", "speed"), ("time", "rested")] {
        value[part].as_object_mut().unwrap().remove(key);
    }
    value.as_object_mut().unwrap().remove("network_origin");
    value["data"].as_object_mut().unwrap().remove("origin");
    value
}

fn line(session: &Session) -> ShareLine {
    ShareLine::new(session).unwrap()
}

#[test]
fn a_line_opens_what_it_was_made_of() {
    let mut window = app(Startup::default());
    let flow = FlowOptions { decomposition: Decomposition::Polar, ..FlowOptions::default() };
    let generated = GeneratorOptions { samples: 90, noise: 0.125, seed: 7, dimension: 2 };
    send(
        &mut window,
        [
            Command::OpenExample(Example::Moons),
            Command::Flow(flow),
            Command::Generate(Generator::Circles, generated),
            Command::View(ViewCommand::Project(Projection::PrincipalPlane)),
            Command::View(ViewCommand::Turn { sideways: 0.3, downward: -0.2 }),
            Command::View(ViewCommand::Pan([-0.25, 0.5])),
            Command::View(ViewCommand::Zoom { factor: 1.75, at: [0.1, 0.2] }),
            Command::View(ViewCommand::Kind(RefinementKind::Whole)),
            Command::View(ViewCommand::Steps(5)),
            Command::View(ViewCommand::Integrate(Integrator::Rk4)),
            Command::View(ViewCommand::Compare(Compare::SideBySide)),
            Command::View(ViewCommand::Show(Overlay::Grid, false)),
            Command::View(ViewCommand::Show(Overlay::GradientArrows, true)),
            Command::View(ViewCommand::ShowVelocity(Some(VelocityPicture::Streamlines))),
            Command::View(ViewCommand::TrailLength(1.25)),
            Command::View(ViewCommand::PinLayer(Some(1))),
            Command::View(ViewCommand::Points(PointCommand::Colour(Colouring::Column(1)))),
            Command::Window(WindowCommand::Side(Side::Refinement)),
            Command::Playback(PlaybackCommand::Seek(0.1 + 0.2)),
        ],
    );
    let line = line(window.session());
    assert!(line.missing.is_empty(), "{line:?}");
    let text = line.text();
    for part in ["--example moons", "--data circles", "--samples 90", "--at 0.30000000000000004", "--resnet 5"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let mut again = opened(&line);
    assert_eq!(shown(&mut again), shown(&mut window), "{text}");
    assert_eq!(ShareLine::new(again.session()), Some(line));
}

#[test]
fn files_with_any_name_are_quoted_and_read_with_their_columns() {
    let folder = tempfile::tempdir().unwrap();
    let network = r#"{"format": "layerflow.network/1", "layers": [{"type": "dense", "weight": [[1, 0.5], [0, 2]]}]}"#;
    let network = write(&folder, "it's $HOME.json", network);
    let points = write(&folder, "my points.csv", "a,b,c,kind\n1,2,30,x\n2,3,10,y\n3,9,20,x\n");
    let choice = layerflow::dataset::DataChoice {
        features: Some(vec!["a".into(), "c".into()]),
        label: layerflow::dataset::LabelChoice::Column("kind".into()),
        scaling: layerflow::dataset::Scaling::Unit,
        ..Default::default()
    };
    let mut window = app(Startup { network: Some(network), ..Startup::default() });
    send(&mut window, [Command::OpenColumns(points, choice)]);
    let line = line(window.session());
    assert!(line.text().contains(r"it'\''s $HOME.json'"), "{}", line.text());
    // As the shell reads it.
    #[cfg(unix)]
    {
        let script = line.text().replacen("layerflow", "printf '%s\\n'", 1);
        let read = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        let read: Vec<String> = String::from_utf8(read.stdout).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(read, line.arguments);
    }
    let again = opened(&line);
    let data = |app: &ExplorerApp| app.session().document().unwrap().data.dataset.clone();
    assert_eq!(data(&again), data(&window));
    assert_eq!(ShareLine::new(again.session()), Some(line));
}

#[test]
fn what_a_line_cannot_say_is_told() {
    let mut window = app(Startup::default());
    send(
        &mut window,
        [
            Command::View(ViewCommand::Points(PointCommand::Select(Pick::Only, vec![3, 5]))),
            Command::Edit(EditCommand::Change(NetworkChange::Duplicate(1))),
            Command::Share(true),
        ],
    );
    let line = window.session().share.clone().unwrap();
    assert_eq!(line.missing, ["what was changed of the network", "the selection"]);
    assert!(line.text().starts_with("layerflow --example spiral"));
    for words in [&["--at", "-1"][..], &["--show", "clouds"], &["--camera=1,2"], &["--projection", "plane:1"]] {
        let words = std::iter::once("layerflow").chain(words.iter().copied()).map(Into::into);
        assert!(command_line::startup(words).is_err());
    }
}
