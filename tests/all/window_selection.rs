//! What the window tells of selected points: their table, their story, their neighbours, their pictures.

use egui::{Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable;
use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::explorer::Startup;
use layerflow::flow::PhaseKind;
use layerflow::session::{Command, Pick, PlaybackCommand, PointCommand, TableColumn, ViewCommand};

use super::window::{Window, command, open, write};
use super::window_points::{at, choose, click, lattice};

fn select(window: &mut Window, samples: Vec<usize>) {
    command(window, Command::View(ViewCommand::Points(PointCommand::Select(Pick::Only, samples))));
    assert!(window.state_mut().wait_for_jobs(std::time::Duration::from_secs(60)));
    window.run_steps(2);
}

#[test]
fn two_points_tell_their_story_and_the_chart_goes_to_a_time() {
    let (mut window, _folder) = lattice();
    assert!(window.query_by_label("Chart: distance over time").is_none());
    // The corners (−1, −1) and (1, 1): the only phase is the activation, which takes each coordinate to tanh 1.
    select(&mut window, vec![0, 24]);
    let separation = window.state().session().separation().unwrap().clone();
    let gathering = *separation.gathering().unwrap();
    assert_eq!((gathering.layer, gathering.kind), (1, PhaseKind::Activate));
    assert!((gathering.lengths[0] - 8f64.sqrt()).abs() < 1e-12);
    assert!((gathering.lengths[1] - 8f64.sqrt() * 1f64.tanh()).abs() < 1e-12);
    window.get_by_label_contains("They come together most in layer 1, activate: 2.83");
    let chart = window.get_by_label("Chart: distance over time").rect();
    let middle = chart.center();
    window.hover_at(middle);
    window.run_steps(1);
    window.drag_at(middle);
    window.run_steps(1);
    window.drop_at(middle);
    window.run_steps(2);
    assert!((window.state().session().playback.t() - 0.5).abs() < 0.02);
    select(&mut window, vec![0, 4, 24]);
    window.get_by_label("Chart: spread over time");
    choose(&mut window, "Clear selection");
    assert!(window.state().session().view.points.selection.is_empty());
}

#[test]
fn the_table_is_sorted_copied_and_points_to_the_stage() {
    let (mut window, _folder) = lattice();
    select(&mut window, vec![3, 9, 1]);
    choose(&mut window, "Table");
    window.get_by_label("3 points selected");
    let top = |window: &Window, sample: usize| window.get_by_label(&format!("Row: point {}", sample + 1)).rect().top();
    assert!(top(&window, 1) < top(&window, 3) && top(&window, 3) < top(&window, 9));
    choose(&mut window, "Sort by a given");
    choose(&mut window, "Sort by a given");
    assert!(top(&window, 9) < top(&window, 3) && top(&window, 3) < top(&window, 1));
    assert_eq!(window.state().session().view.points.sorting.column, TableColumn::Data(0));

    let row = window.get_by_label("Row: point 10").rect().left_center() + egui::vec2(20.0, 0.0);
    window.hover_at(row);
    window.run_steps(3);
    assert_eq!(window.state().session().view.points.row, Some(9));

    window.get_by_label("Copy as CSV").click();
    window.step();
    let mut copied = None;
    for _ in 0..3 {
        let commands = &window.output().platform_output.commands;
        copied = copied.or(commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        }));
        window.step();
    }
    let text = copied.unwrap();
    let points: Vec<&str> = text.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(points, ["point", "10", "4", "2"]);
    choose(&mut window, "Close table");
    assert!(window.query_by_label("Copy as CSV").is_none());
}

#[test]
fn the_point_under_the_mouse_tells_its_neighbours() {
    let (mut window, _folder) = lattice();
    let position = at(&window, [0.0, 0.0]);
    window.hover_at(position);
    window.run_steps(2);
    assert_eq!(window.state().session().view.points.resting, Some(12));
    assert!(window.state_mut().wait_for_jobs(std::time::Duration::from_secs(60)));
    window.run_steps(2);
    let found = window.state().session().neighbours().unwrap().clone();
    let mut nearest: Vec<usize> = found.nearest.iter().take(4).map(|(sample, _)| *sample).collect();
    nearest.sort_unstable();
    assert_eq!(nearest, [7, 11, 13, 17]);
    assert!(found.nearest.iter().take(4).all(|(_, distance)| (distance - 0.5).abs() < 1e-6));
    window.hover_at(at(&window, [0.25, 0.25]));
    window.run_steps(3);
    assert!(window.state().session().neighbours().is_none());
}

#[test]
fn trails_can_be_those_of_the_selection() {
    let (mut window, _folder) = lattice();
    click(&mut window, [0.0, 0.0], Modifiers::NONE);
    let session = window.state().session();
    assert!(session.scene().unwrap().trail_samples(&session.view.points).len() > 1);
    choose(&mut window, "Trails of selection");
    let session = window.state().session();
    assert_eq!(*session.scene().unwrap().trail_samples(&session.view.points), [12]);
    command(&mut window, Command::Playback(PlaybackCommand::Seek(0.5)));
    window.run_steps(3);
}

#[test]
fn digits_are_drawn_as_pictures_unless_dots_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let row = |seed: usize| {
        let weights: Vec<String> = (0..64).map(|i| format!("{:.3}", ((i * seed) % 17) as f64 / 17.0 - 0.5)).collect();
        format!("[{}]", weights.join(","))
    };
    let network = format!(
        r#"{{"format": "layerflow.network/1", "name": "digits", "output": "softmax", "layers": [
        {{"type": "dense", "name": "only", "weight": [{},{}], "activation": "tanh"}}]}}"#,
        row(5),
        row(7)
    );
    let mut window =
        open(Startup { network: Some(write(&folder, "digits.json", network)), data: None, ..Startup::default() });
    let options = GeneratorOptions { samples: 40, dimension: 64, ..GeneratorOptions::default() };
    command(&mut window, Command::Generate(Generator::Digits, options));
    window.run_steps(2);
    let draws = |window: &Window| window.state().session().view.points.draws_pictures(64);
    assert!(draws(&window));
    choose(&mut window, "Pictures");
    assert!(!draws(&window));
    choose(&mut window, "Pictures");
    assert!(draws(&window));
}
