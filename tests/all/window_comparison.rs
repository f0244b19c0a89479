//! Another network is compared with the one on show: on the stage, in the table, in words.

use egui_kittest::kittest::Queryable;
use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::diagnostics::compare::{Comparison, path_distances};
use layerflow::explorer::{StartData, Startup};
use layerflow::flow::FlowOptions;
use layerflow::session::{
    Command, Compare, Pairing, Pick, PlaybackCommand, PointCommand, SessionCommand, Severity, ViewCommand,
};

use super::window::{Window, click, command, open, settle, write};

/// 2-3-2.
const A: &str = r#"{"format": "layerflow.network/1", "name": "a", "output": "softmax", "layers": [
    {"type": "dense", "name": "in", "weight": [[1.0, -0.5], [0.25, 2.0], [-1.0, 0.5]], "bias": [0.1, -0.2, 0.3], "activation": "tanh"},
    {"type": "dense", "name": "out", "weight": [[1.5, 0.5, -0.2], [-0.5, 0.75, 1.0]], "bias": [0.0, 0.3]}]}"#;
/// The same with other numbers in the last layer.
const B: &str = r#"{"format": "layerflow.network/1", "name": "b", "output": "softmax", "layers": [
    {"type": "dense", "name": "in", "weight": [[1.0, -0.5], [0.25, 2.0], [-1.0, 0.5]], "bias": [0.1, -0.2, 0.3], "activation": "tanh"},
    {"type": "dense", "name": "out", "weight": [[-1.5, 0.5, -0.2], [-0.5, 0.75, 1.0]], "bias": [0.0, 0.3]}]}"#;

fn compared() -> (Window, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (write(&folder, "a.json", A), write(&folder, "b.json", B));
    let options = GeneratorOptions { samples: 60, ..GeneratorOptions::default() };
    let mut window = open(Startup {
        network: Some(a),
        counterpart: Some(b),
        data: Some(StartData::Generator(Generator::Moons, options)),
        ..Startup::default()
    });
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.5)));
    settle(&mut window);
    (window, folder)
}

#[test]
fn the_same_data_stands_side_by_side_over_each_other_and_on_the_way() {
    let (mut window, _folder) = compared();
    let session = window.state().session();
    assert_eq!(session.view.pairing, Some(Pairing::SideBySide));
    let (scene, compared) = (session.scene().unwrap().clone(), session.comparison().unwrap().clone());
    assert_eq!(compared.scene.data.samples(), 60);
    // The first layers are the same, so that the points are where they were.
    assert_eq!(compared.scene.data.position(&compared.scene.flow, 1.0, 7), scene.data.position(&scene.flow, 1.0, 7));
    let [left, right] = ["Stage: plain net", "Stage: other network"].map(|name| window.get_by_label(name).rect());
    assert!(left.right() <= right.left() && (left.width() - right.width()).abs() < 2.0);
    let panel = window.get_by_label("Panel on the right").rect();
    assert!(right.right() <= panel.left(), "{right:?} lies under {panel:?}");
    click(&mut window, "A over B");
    window.get_by_label("Stage: both networks");
    click(&mut window, "A into B");
    window.get_by_label("Stage: on the way to the other network");
    command(&mut window, Command::View(ViewCommand::Morph(7.0)));
    assert_eq!(window.state().session().view.morph, 1.0);
    command(&mut window, Command::View(ViewCommand::Compare(Compare::Plain)));
    assert_eq!(window.state().session().view.pairing, None);
    window.get_by_label("Stage: plain net");
}

#[test]
fn the_table_tells_the_layers_and_selects_what_is_answered_otherwise() {
    let (mut window, _folder) = compared();
    let session = window.state().session();
    let (scene, compared) = (session.scene().unwrap().clone(), session.comparison().unwrap().clone());
    let other = &compared.counterpart.network;
    let alone = Comparison::new(&scene.network, other, Some(&scene.dataset), FlowOptions::default(), &mut |_, _| true);
    assert_eq!(alone.unwrap(), compared.comparison);
    let layers = &compared.comparison.layers;
    assert_eq!(layers[0].matrices[0].relative_change, Some(0.0));
    assert!(layers[1].matrices[0].relative_change.unwrap() > 0.5);
    let changed = compared.comparison.points.as_ref().unwrap().changed.clone();
    assert!(!changed.is_empty() && changed.len() < 60);
    window.get_by_label(&format!("{} of 60 points answered differently.", changed.len()));
    click(&mut window, "Select changed points");
    assert_eq!(window.state().session().view.points.selection.samples(), changed);
    // Twice: the layer that has changed most comes first.
    click(&mut window, "Sort the comparison by ‖ΔW‖/‖W‖");
    click(&mut window, "Sort the comparison by ‖ΔW‖/‖W‖");
    let [first, second] =
        ["in", "out"].map(|name| window.get_all_by_label(name).map(|node| node.rect().top()).fold(0.0, f32::max));
    assert!(second < first, "{second} is not above {first}");
    click(&mut window, "End comparison");
    let session = window.state().session();
    assert!(session.counterpart().is_none() && session.comparison().is_none() && session.view.pairing.is_none());
}

#[test]
fn what_cannot_be_compared_is_told() {
    let (mut window, folder) = compared();
    let wide = write(
        &folder,
        "wide.json",
        B.replace("[1.0, -0.5], [0.25, 2.0], [-1.0, 0.5]", "[1, 2, 3], [1, 2, 3], [1, 2, 3]"),
    );
    command(&mut window, Command::CompareWith(wide));
    settle(&mut window);
    window.get_by_label_contains("wide.json takes 3 inputs, the network on show 2");
    assert!(window.state().session().comparison().is_none());
    let broken = write(&folder, "broken.json", "{");
    command(&mut window, Command::CompareWith(broken));
    settle(&mut window);
    let notices = window.state().session().notices.shown();
    assert!(notices.iter().any(|notice| notice.severity == Severity::Error && notice.sentence.contains("broken.json")));
    // What was open stays.
    assert_eq!(window.state().session().counterpart().unwrap().name(), "wide.json");
}

#[test]
fn the_difference_of_the_weights_and_one_point_are_shown() {
    let (mut window, _folder) = compared();
    // The layer that has changed.
    window.get_by_label("W_B − W_A of layer 2");
    let session = window.state().session();
    let compared = session.comparison().unwrap().clone();
    let map = &compared.differences[1].map;
    assert_eq!((map.rows, map.columns, map.largest), (2, 3, 3.0));
    assert_eq!(compared.differences[0].map.largest, 0.0);
    let changed = compared.comparison.points.as_ref().unwrap().changed[0];
    let select = PointCommand::Select(Pick::Only, vec![changed]);
    command(&mut window, Command::View(ViewCommand::Points(select)));
    settle(&mut window);
    window.get_by_label_contains(&format!("Point {}: A answers ", changed + 1));
    window.get_by_label("Distance of the two paths of the point");
    let scene = window.state().session().scene().unwrap().clone();
    let point = scene.dataset.points.columns(changed, 1).into_owned();
    let distances = path_distances([&scene.flow, &compared.scene.flow], &point).unwrap();
    // Side by side until the first layer ends, and apart at the end.
    assert!(distances.iter().filter(|[t, _]| *t <= 1.0).all(|[_, distance]| *distance < 1e-9));
    let end = [&scene.flow, &compared.scene.flow].map(|flow| flow.positions(&point, 2.0).unwrap());
    let rows = end[0].nrows().max(end[1].nrows());
    let [one, other] = end.map(|end| end.resize_vertically(rows, 0.0));
    let last = distances.last().unwrap();
    assert!(last[0] == 2.0 && (last[1] - (one - other).norm()).abs() < 1e-9 && last[1] > 0.1);
}

#[test]
fn a_network_that_is_dropped_on_another_asks_what_it_is_for() {
    let (mut window, folder) = compared();
    click(&mut window, "End comparison");
    let other = folder.path().join("b.json");
    command(&mut window, Command::OpenFiles(vec![other.clone()]));
    settle(&mut window);
    assert!(window.state().session().dropped.is_some());
    click(&mut window, "Compare the two");
    settle(&mut window);
    assert_eq!(window.state().session().counterpart().unwrap().name(), "b.json");
    assert_eq!(window.state().session().scene().unwrap().network.name(), "a");
    command(&mut window, Command::EndComparison);
    command(&mut window, Command::OpenFiles(vec![other.clone()]));
    settle(&mut window);
    click(&mut window, "Cancel");
    settle(&mut window);
    assert_eq!(window.state().session().scene().unwrap().network.name(), "a");
    command(&mut window, Command::OpenFiles(vec![other]));
    settle(&mut window);
    click(&mut window, "Show it instead");
    settle(&mut window);
    assert_eq!(window.state().session().scene().unwrap().network.name(), "b");
    assert!(window.state().session().dropped.is_none() && window.state().session().counterpart().is_none());
}

#[test]
fn a_session_keeps_the_comparison() {
    let (mut window, folder) = compared();
    command(&mut window, Command::View(ViewCommand::Pair(Some(Pairing::Overlay))));
    let saved = folder.path().join("view.layerflow");
    command(&mut window, Command::Session(SessionCommand::Save { path: saved.clone(), embeds: false }));
    settle(&mut window);
    let mut again = open(Startup { network: Some(saved.clone()), ..Startup::default() });
    settle(&mut again);
    let session = again.state().session();
    assert_eq!(session.counterpart().unwrap().name(), "b.json");
    assert_eq!(session.view.pairing, Some(Pairing::Overlay));
    assert!(session.comparison().is_some());
    // Where the other is gone, that is told: when it is saved once more, and when it is opened.
    std::fs::remove_file(folder.path().join("b.json")).unwrap();
    let path = folder.path().join("later.layerflow");
    command(&mut window, Command::Session(SessionCommand::Save { path, embeds: false }));
    settle(&mut window);
    let notices = window.state().session().notices.shown();
    assert!(notices.iter().any(|notice| notice.sentence.contains("The comparison is not in it")));
    let again = open(Startup { network: Some(saved), ..Startup::default() });
    let session = again.state().session();
    assert!(session.counterpart().is_none());
    assert!(session.notices.shown().iter().any(|notice| notice.sentence.contains("there is no comparison")));
}

#[test]
fn a_network_whose_input_is_open_is_compared_at_the_length_that_is_guessed() {
    let network = super::support::data("onnx/open_signal.onnx");
    let mut window = open(Startup { network: Some(network.clone()), ..Startup::default() });
    command(&mut window, Command::CompareWith(network));
    settle(&mut window);
    let session = window.state().session();
    assert_eq!(session.counterpart().unwrap().network.inputs(), 32);
    assert!(
        session.notices.shown().iter().filter(|notice| notice.sentence.contains("32 is taken for each")).count() > 0
    );
}
