//! Whole files that are made here, of the kinds that the program writes itself: sessions, settings, pictures.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use image::{ImageFormat, Rgb, RgbImage};
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::session::{Command, Example, SessionCommand, Settings};

/// Each by its name in a folder of its own, with its bytes.
pub fn files() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let mut made = sessions(folder.path());
    let mut settings = Settings { recent: vec!["/a/b.pt".into(), "/c.onnx".into()], ..Settings::default() };
    settings.thresholds.insert("large_weight".to_owned(), 25.0);
    settings.memory = Some("4GB".to_owned());
    made.push(("settings.json".into(), settings.to_json().into_bytes()));
    for (number, class) in ["cat", "dog"].into_iter().enumerate() {
        for (name, format) in [("1.png", ImageFormat::Png), ("2.jpg", ImageFormat::Jpeg)] {
            let picture = RgbImage::from_fn(8, 6, |x, y| Rgb([x as u8 * 30, y as u8 * 40, number as u8 * 99]));
            let mut bytes = Cursor::new(Vec::new());
            picture.write_to(&mut bytes, format).unwrap();
            made.push((Path::new("pictures").join(class).join(name), bytes.into_inner()));
        }
    }
    made
}

/// One with everything embedded, and one that names the file of its network.
fn sessions(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut app = ExplorerApp::new(Startup { example: Some(Example::Moons), ..Startup::default() });
    app.without_dialogs();
    assert!(app.wait_for_jobs(Duration::from_secs(300)));
    let mut send = |command| {
        app.command(command);
        assert!(app.wait_for_jobs(Duration::from_secs(300)));
    };
    let path = |name: &str| folder.join(name);
    send(Command::Session(SessionCommand::Save { path: path("whole.layerflow"), embeds: true }));
    send(Command::SaveNetwork(path("network.json")));
    send(Command::Session(SessionCommand::Save { path: path("named.layerflow"), embeds: false }));
    let read =
        |name: &str| (PathBuf::from(name), fs::read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}")));
    ["whole.layerflow", "named.layerflow", "network.json"].map(read).to_vec()
}
