//! Writes one kind of file of a window again and again, to be killed meanwhile: `write_again session FOLDER`, or settings,
//! unsaved, network, numbers, picture or film. `scripts/kill-writes` kills it at random moments. What the window tells of a
//! file that cannot be written is printed, and the status is 1.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a search stops at the first surprise")]

use std::path::PathBuf;
use std::time::Duration;

use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::jobs::{keep_work, own_folder};
use layerflow::media::MediaKind;
use layerflow::session::{
    Appearance, Command, Example, ExportCommand, NumberKind, PictureTimes, SessionCommand, Severity, UnsavedWork,
    WindowCommand,
};

const LONG: Duration = Duration::from_secs(300);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (kind, folder) = (arguments.next().unwrap(), PathBuf::from(arguments.next().unwrap()));
    let times: u64 = arguments.next().map_or(u64::MAX, |times| times.parse().unwrap());
    let mut app = ExplorerApp::new(Startup { example: Some(Example::Moons), ..Startup::default() });
    app.without_dialogs();
    assert!(app.wait_for_jobs(LONG));
    if kind == "settings" {
        app.keep_settings(folder.join("settings.json"));
    }
    if kind == "unsaved" {
        // As at the start of a window, which looks through what others left.
        app.keep_unsaved(folder.clone());
    }
    let media = if kind == "film" { MediaKind::Gif } else { MediaKind::Png };
    app.command(Command::Export(ExportCommand::Open(media)));
    if let Some(mut settings) = app.session().export.settings().cloned() {
        settings.size = [320, 200];
        if let PictureTimes::Film(timing) = &mut settings.times {
            (timing.seconds, timing.rate) = (0.5, 8.0);
        }
        app.command(Command::Export(ExportCommand::Change(Box::new(settings))));
    }
    app.command(Command::Export(ExportCommand::Close));
    for number in 0..times {
        match kind.as_str() {
            "session" => {
                app.command(Command::Session(SessionCommand::Save { path: folder.join("a.layerflow"), embeds: true }));
            }
            "settings" => {
                let appearance = if number % 2 == 0 { Appearance::Dark } else { Appearance::Light };
                app.command(Command::Window(WindowCommand::Appearance(appearance)));
            }
            "unsaved" => {
                let network = app.session().wanted().network.clone().unwrap();
                let points = app.session().wanted().data.dataset.clone();
                if let Err(error) = keep_work(&own_folder(&folder), &UnsavedWork { network, points }) {
                    end(&error.to_string());
                }
            }
            "network" => app.command(Command::SaveNetwork(folder.join("a.json"))),
            "numbers" => app.command(Command::WriteNumbers(NumberKind::Positions, folder.join("a.npz"))),
            "picture" => app.command(Command::WritePicture(folder.join("a.png"))),
            "film" => app.command(Command::WritePicture(folder.join("a.gif"))),
            other => panic!("{other} is no kind"),
        }
        assert!(app.wait_for_jobs(LONG));
        if let Some(notice) = app.session().notices.shown().iter().find(|notice| notice.severity == Severity::Error) {
            end(&notice.sentence);
        }
    }
}

fn end(sentence: &str) -> ! {
    eprintln!("{sentence}");
    std::process::exit(1)
}
