//! Pictures, films and numbers from the window: the dialog, the job beside it, and what stands in the files.

use std::fs;
use std::io::Cursor;

use egui_kittest::kittest::Queryable;
use layerflow::media::MediaKind;
use layerflow::session::{
    ChartFile, ChartKind, Command, DialogPurpose, ExportCommand, NumberKind, Pick, PictureSettings, PlaybackCommand,
    PointCommand, Session, Task, ViewCommand,
};

use super::window::{TIMEOUT, Window, command, first_start};
use crate::support::{array, printed};

fn session(window: &Window) -> &Session {
    window.state().session()
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(2);
}

fn notices(window: &Window) -> Vec<String> {
    session(window).notices.shown().iter().map(|notice| notice.sentence.clone()).collect()
}

/// The dialog for a kind of file, with a small picture.
fn open_small(window: &mut Window, kind: MediaKind) {
    command(window, Command::Playback(PlaybackCommand::Seek(1.5)));
    command(window, Command::Export(ExportCommand::Open(kind)));
    let settings = session(window).export.shown().unwrap().clone();
    let small = PictureSettings { size: [160, 120], scale: 1.0, ..settings };
    command(window, Command::Export(ExportCommand::Change(Box::new(small))));
}

#[test]
fn the_dialog_asks_for_a_name_and_the_picture_is_the_one_of_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    let mut window = first_start();
    window.state_mut().without_dialogs();
    open_small(&mut window, MediaKind::Png);
    window.get_by_label_contains("160 × 120 pixels");
    click(&mut window, "Export…");
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    assert_eq!(session(&window).path_prompt.as_ref().unwrap().purpose, DialogPurpose::SavePicture(MediaKind::Png));
    command(&mut window, Command::EditPath(path.display().to_string()));
    command(&mut window, Command::AcceptPath);
    assert!(notices(&window).iter().any(|sentence| sentence.contains("a.png")), "{:?}", notices(&window));
    let of_window = fs::read(&path).unwrap();
    let reader = png::Decoder::new(Cursor::new(&of_window)).read_info().unwrap();
    assert_eq!((reader.info().width, reader.info().height), (160, 120));
    // The same as the command line draws.
    let other = folder.path().join("b.png").display().to_string();
    printed(&["render", "--example", "spiral", "--at", "1.5", "--size", "160x120", "--out", &other]);
    assert!(of_window == fs::read(other).unwrap());
    // What it would not draw it refuses, with the reason in sight.
    open_small(&mut window, MediaKind::Png);
    let settings = session(&window).export.shown().unwrap().clone();
    let wide = PictureSettings { size: [16_000, 16_000], scale: 8.0, ..settings };
    command(&mut window, Command::Export(ExportCommand::Change(Box::new(wide))));
    window.get_by_label_contains("choose sides");
    click(&mut window, "Cancel");
    assert_eq!(session(&window).export.shown(), None);
}

#[test]
fn a_film_is_drawn_beside_the_window_and_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gif");
    let mut window = first_start();
    open_small(&mut window, MediaKind::Gif);
    window.get_by_label("Export film");
    command(&mut window, Command::WritePicture(path.clone()));
    let bytes = fs::read(&path).unwrap();
    let frames = session(&window).export.settings().unwrap().film().unwrap().frames();
    let mut decoder = gif::DecodeOptions::new().read_info(&bytes[..]).unwrap();
    let mut found = 0;
    while decoder.read_next_frame().unwrap().is_some() {
        found += 1;
    }
    assert_eq!(found, frames);
    fs::remove_file(&path).unwrap();
    window.state_mut().command(Command::WritePicture(path.clone()));
    window.run_steps(3);
    window.state_mut().command(Command::Cancel(Task::Export));
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    // The worker ends with the frame that it is at.
    let mut left = usize::MAX;
    for _ in 0..2000 {
        left = fs::read_dir(folder.path()).unwrap().count();
        if left == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(left, 0);
    assert!(session(&window).scene().is_some());
}

#[test]
fn the_picture_is_copied_from_the_menu() {
    let mut window = first_start();
    open_small(&mut window, MediaKind::Png);
    command(&mut window, Command::Export(ExportCommand::Close));
    click(&mut window, "File");
    click(&mut window, "Export");
    // Its keys stand behind its name.
    window.get_by_label_contains("Copy picture of the stage").click();
    window.run_steps(2);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    assert!(notices(&window).iter().any(|sentence| sentence.contains("copied")), "{:?}", notices(&window));
}

#[test]
fn numbers_are_written_as_their_names_say() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = first_start();
    command(&mut window, Command::Playback(PlaybackCommand::Seek(2.25)));
    let scene = session(&window).scene().unwrap().clone();
    let samples = scene.dataset.samples();
    for kind in NumberKind::ALL {
        let path = folder.path().join(format!("{}.csv", kind.file_stem()));
        command(&mut window, Command::WriteNumbers(kind, path.clone()));
        let nothing_found = matches!(kind, NumberKind::Findings | NumberKind::SelectedPoints) && !path.exists();
        assert!(nothing_found || fs::read_to_string(&path).unwrap().lines().count() > 1, "{kind:?}");
    }
    let path = folder.path().join("positions.npz");
    command(&mut window, Command::WriteNumbers(NumberKind::Positions, path.clone()));
    let (shape, values) = array(&path, "positions");
    assert_eq!(shape, [samples, scene.flow.ambient_dimension()]);
    assert_eq!(values, scene.flow.positions(&scene.dataset.points, 2.25).unwrap().as_slice());
    let path = folder.path().join("singular-values.json");
    command(&mut window, Command::WriteNumbers(NumberKind::SingularValues, path.clone()));
    let read: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(read["layer"][0], 1.0);
    let path = folder.path().join("angles.npz");
    command(&mut window, Command::WriteNumbers(NumberKind::Angles, path.clone()));
    assert!(!path.exists() && notices(&window).iter().any(|sentence| sentence.contains("holds text")));
}

#[test]
fn the_numbers_of_a_chart_go_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chart.csv");
    let mut window = first_start();
    window.state_mut().without_dialogs();
    let bytes = b"series,N,error\na,1,2\n"[..].into();
    command(&mut window, Command::SaveChart(ChartFile { kind: ChartKind::Csv, name: "Loss".to_owned(), bytes }));
    let purpose = session(&window).path_prompt.as_ref().unwrap().purpose;
    assert_eq!(purpose, DialogPurpose::SaveChart(ChartKind::Csv));
    command(&mut window, Command::EditPath(path.display().to_string()));
    command(&mut window, Command::AcceptPath);
    assert_eq!(fs::read_to_string(path).unwrap(), "series,N,error\na,1,2\n");
}

/// Opens the menu of a chart and chooses an entry; gives the path that it was written to.
fn save_chart(window: &mut Window, chart: &str, entry: &str, path: &std::path::Path) {
    window.get_by_label(chart).click_secondary();
    window.run_steps(3);
    click(window, entry);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    command(window, Command::EditPath(path.display().to_string()));
    command(window, Command::AcceptPath);
}

#[test]
fn a_chart_is_saved_as_vectors_and_as_a_picture_from_its_menu() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = first_start();
    window.state_mut().without_dialogs();
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.5)));
    let chart = "Unit ball of layer 2";
    let path = folder.path().join("ball.svg");
    save_chart(&mut window, chart, "Save chart as SVG…", &path);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("<svg") && text.contains("<polygon") && text.contains(">v₁</text>"), "{text}");
    let path = folder.path().join("ball.png");
    save_chart(&mut window, chart, "Save chart as PNG…", &path);
    let reader = png::Decoder::new(Cursor::new(fs::read(path).unwrap())).read_info().unwrap();
    assert!(reader.info().width > 300 && reader.info().height > 300);
}

#[test]
fn the_table_of_the_points_is_written_as_a_whole_and_of_the_selection() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = first_start();
    command(&mut window, Command::Playback(PlaybackCommand::Seek(2.25)));
    let select = PointCommand::Select(Pick::Only, vec![4, 1]);
    command(&mut window, Command::View(ViewCommand::Points(select)));
    let path = folder.path().join("all.csv");
    command(&mut window, Command::WriteNumbers(NumberKind::Points, path.clone()));
    let samples = session(&window).scene().unwrap().dataset.samples();
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(text.lines().count(), samples + 1);
    assert!(text.starts_with("point,class,prediction,loss,") && text.contains("x1 at t=2.2500"), "{}", &text[..200]);
    let path = folder.path().join("some.parquet");
    command(&mut window, Command::WriteNumbers(NumberKind::SelectedPoints, path.clone()));
    let bytes = fs::read(path).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    // The table offers both.
    command(&mut window, Command::View(ViewCommand::Points(PointCommand::Table(true))));
    window.state_mut().without_dialogs();
    click(&mut window, "Save…");
    click(&mut window, "Save selected points…");
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    let purpose = session(&window).path_prompt.as_ref().unwrap().purpose;
    assert_eq!(purpose, DialogPurpose::SaveNumbers(NumberKind::SelectedPoints));
}
