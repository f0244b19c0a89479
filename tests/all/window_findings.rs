//! What is wrong with a network, in the window: counted, listed, marked, gone to, dismissed and put right.

use std::path::PathBuf;

use egui::{Modifiers, Role};
use egui_kittest::kittest::{NodeT, Queryable};
use layerflow::dataset::Random;
use layerflow::diagnostics::findings::Severity;
use layerflow::explorer::{StartData, Startup};
use layerflow::formats::{Precision, save_as};
use layerflow::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
use layerflow::session::{Colouring, Command, Findings, Projection, Section, Settings, Side};
use layerflow::training::NetworkPlan;
use nalgebra::{DMatrix, DVector};
use tempfile::TempDir;

use super::window::{Window, click, open, settle, t, write};

/// 2-8-8-2 of ReLU whose second layer has two dead units and two that are twins.
fn faulty() -> Network {
    let widths = [2, 8, 8, 2];
    let network =
        NetworkPlan::plain("faulty".into(), &widths, Activation::Relu, OutputFunction::Softmax).draw(4).unwrap();
    let mut layers = network.layers().to_vec();
    let [Layer::Dense(first), Layer::Dense(second), ..] = &mut layers[..] else { panic!() };
    // Eight directions all around: of random ones in the plane two are close by chance.
    let angle = |unit: usize| unit as f64 * std::f64::consts::FRAC_PI_4;
    first.affine.weight =
        DMatrix::from_fn(8, 2, |unit, axis| if axis == 0 { angle(unit).cos() } else { angle(unit).sin() });
    first.affine.bias = Some(DVector::from_fn(8, |unit, _| 0.2 * unit as f64 - 0.6));
    let twin = second.affine.weight.row(3).into_owned();
    second.affine.weight.set_row(5, &twin);
    let bias = second.affine.bias.get_or_insert_with(|| DVector::zeros(8));
    bias.fill(0.05);
    (bias[0], bias[1]) = (-50.0, -60.0);
    Network::new("faulty".into(), layers, OutputFunction::Softmax).unwrap()
}

/// Points of two classes in two columns that the given function makes of a row's number.
fn table(column: impl Fn(usize, &mut Random) -> [f64; 2]) -> String {
    let mut random = Random::new(9);
    let mut text = "a,b,label\n".to_owned();
    for row in 0..60 {
        let [a, b] = column(row, &mut random);
        text += &format!("{a},{b},{}\n", usize::from(random.normal() > 0.0));
    }
    text
}

fn round(_: usize, random: &mut Random) -> [f64; 2] {
    [random.normal(), random.normal()]
}

struct Opened {
    folder: TempDir,
    network: PathBuf,
    window: Window,
}

fn opened(network: &Network, table: &str) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.json");
    save_as(&path, network, Precision::Double).unwrap();
    let data = write(&folder, "data.csv", table);
    let startup =
        Startup { network: Some(path.clone()), data: Some(StartData::of_argument(data)), ..Startup::default() };
    let mut window = open(startup);
    settle(&mut window);
    Opened { folder, network: path, window }
}

/// The codes found, with their layers.
fn found(window: &Window) -> Vec<(&'static str, Option<usize>)> {
    let visible = window.state().session().findings.visible();
    let entries = visible.list().unwrap().entries();
    visible.open().iter().map(|at| (entries[*at].finding.code, entries[*at].finding.layer)).collect()
}

fn has(window: &Window, code: &str) -> bool {
    found(window).iter().any(|(found, _)| *found == code)
}

#[test]
fn findings_are_counted_in_the_menu_bar_and_listed_in_their_panel() {
    let Opened { mut window, .. } = opened(&faulty(), &table(round));
    assert!(found(&window).contains(&("dead_units", Some(2))) && found(&window).contains(&("twin_units", Some(2))));
    let label = format!("Findings: {}", window.state().session().findings.visible().label());
    assert!(label.contains("warning"), "{label}");
    click(&mut window, &label);
    assert_eq!(window.state().session().window.side, Side::Findings);
    window.get_by_label("Warning: Dead units, layer 2");
    window.get_by_label("Warning: Twin units, layer 2");
    window.get_by_label_contains("Checked with 60 points of data.csv.");
}

#[test]
fn a_click_goes_to_where_a_finding_shows_and_the_layer_leads_back() {
    let Opened { mut window, .. } = opened(&faulty(), &table(round));
    click(&mut window, "Findings");
    click(&mut window, "Warning: Dead units, layer 2");
    let session = window.state().session();
    assert!(t(&window) > 1.0 && t(&window) < 2.0);
    assert_eq!((session.view.pinned_layer, session.window.side), (Some(1), Side::Layer));
    assert!(session.view.panel.is_open(Section::Activation) && session.view.panel.focus.is_none());
    assert!(session.findings.chosen.is_some());
    // The layer's panel says what was chosen and leads back to the list of the layer.
    window.get_by_label_contains("Dead units: 2 of 8 units");
    let count = window.state().session().findings.visible().layer(1).count;
    click(&mut window, &format!("{count} findings in layer 2"));
    assert_eq!(window.state().session().window.side, Side::Findings);
    assert_eq!(window.query_all_by_role(Role::ListBoxOption).filter(|row| is_row(row)).count(), count);
    click(&mut window, "All findings");
    assert!(window.query_by_label("All findings").is_none());
}

fn is_row(node: &egui_kittest::Node<'_>) -> bool {
    let label = node.accesskit_node().label().unwrap_or_default();
    ["Note: ", "Warning: ", "Error: "].iter().any(|severity| label.starts_with(severity))
}

#[test]
fn the_timeline_and_the_list_of_layers_are_marked() {
    let Opened { mut window, .. } = opened(&faulty(), &table(round));
    let visible = window.state().session().findings.visible();
    let (first, label) = (visible.marks()[0].clone(), visible.layer(1).label());
    click(&mut window, &format!("Findings of layer 2: {label}"));
    assert_eq!(window.state().session().window.side, Side::Findings);
    window.get_by_label("of layer 2");
    click(&mut window, "Layer");
    assert_eq!(window.state().session().window.side, Side::Layer);
    click(&mut window, &format!("Findings at t = {:.2}", first.t));
    let session = window.state().session();
    assert!(session.window.side == Side::Findings || session.findings.chosen.is_some());
}

#[test]
fn severities_are_left_out_of_the_list() {
    let Opened { mut window, .. } = opened(&faulty(), &table(round));
    click(&mut window, "Findings");
    let warnings = window.state().session().findings.visible().count(Severity::Warning);
    let name = if warnings == 1 { "1 warning".to_owned() } else { format!("{warnings} warnings") };
    click(&mut window, &name);
    assert!(window.query_by_label("Warning: Dead units, layer 2").is_none());
    click(&mut window, &name);
    window.get_by_label("Warning: Dead units, layer 2");
}

#[test]
fn a_dismissed_finding_is_not_told_again_and_can_be() {
    let Opened { folder, network, mut window } = opened(&faulty(), &table(round));
    let settings = folder.path().join("settings.json");
    window.state_mut().keep_settings(settings.clone());
    click(&mut window, "Findings");
    let count = found(&window).len();
    click(&mut window, "Dismiss Warning: Twin units, layer 2");
    assert_eq!(found(&window).len(), count - 1);
    assert!(window.query_by_label("Warning: Twin units, layer 2").is_none());
    let kept = std::fs::read_to_string(&settings).unwrap();
    assert!(Settings::parse(&kept).unwrap().dismissed[0].network.contains("network.json"), "{kept}");

    // Another start: the same file is told of without it, another file with it.
    let data = Some(StartData::File(folder.path().join("data.csv")));
    let mut again = open(Startup { network: Some(network), data, ..Startup::default() });
    again.state_mut().keep_settings(settings);
    settle(&mut again);
    assert_eq!(found(&again).len(), count - 1);
    assert!(again.query_by_label("Warning: Twin units, layer 2").is_none());
    click(&mut again, "Findings");
    click(&mut again, "Show dismissed (1)");
    click(&mut again, "Tell again Warning: Twin units, layer 2");
    assert!(found(&again).len() == count && again.query_by_label_contains("Show dismissed").is_none());
}

#[test]
fn dead_and_twin_units_are_initialised_anew_and_the_finding_is_gone_until_that_is_undone() {
    let Opened { mut window, .. } = opened(&faulty(), &table(round));
    let before = window.state().session().document().unwrap().network.clone().unwrap();
    click(&mut window, "Findings");
    click(&mut window, "Initialise 2 units anew");
    assert!(!has(&window, "dead_units") && has(&window, "twin_units"), "{:?}", found(&window));
    click(&mut window, "Initialise 1 unit anew");
    assert!(!has(&window, "twin_units"), "{:?}", found(&window));
    let after = window.state().session().document().unwrap().network.clone().unwrap();
    assert_eq!((&before.layers()[0], &before.layers()[2]), (&after.layers()[0], &after.layers()[2]));
    for _ in 0..2 {
        window.key_press_modifiers(Modifiers::COMMAND, egui::Key::Z);
        settle(&mut window);
    }
    assert!(has(&window, "dead_units") && has(&window, "twin_units"));
}

#[test]
fn columns_of_other_scales_are_standardised() {
    let far = |_: usize, random: &mut Random| [random.normal(), 1e6 * random.normal()];
    let Opened { mut window, .. } = opened(&faulty(), &table(far));
    assert!(has(&window, "data_scale"), "{:?}", found(&window));
    click(&mut window, "Findings of the data and the whole");
    window.get_by_label("of the data and the whole");
    click(&mut window, "Standardise the columns");
    assert!(!has(&window, "data_scale"), "{:?}", found(&window));
    window.get_by_label("columns standardised");
    let dataset = window.state().session().document().unwrap().data.dataset.clone().unwrap();
    assert!(dataset.points.column_mean().amax() < 1e-9);
    window.key_press_modifiers(Modifiers::COMMAND, egui::Key::Z);
    settle(&mut window);
    assert!(has(&window, "data_scale") && window.query_by_label("columns standardised").is_none());
}

#[test]
fn a_column_of_row_numbers_is_shown_on_an_axis_and_left_out() {
    let counted = |row: usize, random: &mut Random| [random.normal(), row as f64 * 0.1];
    let Opened { mut window, .. } = opened(&faulty(), &table(counted));
    assert!(has(&window, "leak_column"), "{:?}", found(&window));
    click(&mut window, "Finding about column b");
    let view = &window.state().session().view;
    assert_eq!((view.projection, view.points.colouring), (Projection::Plane([1, 0]), Colouring::Column(1)));
    click(&mut window, "Findings");
    click(&mut window, "Leave the column out");
    let document = window.state().session().document().unwrap();
    assert_eq!((document.network.as_ref().unwrap().inputs(), document.data.dimension()), (1, 1));
    assert!(!has(&window, "leak_column"), "{:?}", found(&window));
}

#[test]
fn a_network_that_ends_wrong_is_read_otherwise_until_that_is_undone() {
    let layers = vec![
        dense(3, 2, &[1.0, -2.0, 1.5, 0.5, -0.5, 1.0], Activation::Tanh),
        dense(1, 3, &[0.5, -1.0, 1.5], Activation::Identity),
    ];
    let network = Network::new("one".into(), layers, OutputFunction::Softmax).unwrap();
    let Opened { mut window, .. } = opened(&network, &table(round));
    assert!(has(&window, "output_mismatch"), "{:?}", found(&window));
    click(&mut window, "Findings");
    click(&mut window, "Read the outputs by sigmoid");
    assert!(!has(&window, "output_mismatch"), "{:?}", found(&window));
    let output = |window: &Window| window.state().session().document().unwrap().network.as_ref().unwrap().output();
    assert_eq!(output(&window), OutputFunction::Sigmoid);
    window.key_press_modifiers(Modifiers::COMMAND, egui::Key::Z);
    settle(&mut window);
    assert!(has(&window, "output_mismatch") && output(&window) == OutputFunction::Softmax);
}

/// A layer of these rows.
fn dense(rows: usize, columns: usize, values: &[f64], activation: Activation) -> Layer {
    let affine = Affine {
        weight: DMatrix::from_row_slice(rows, columns, values),
        bias: Some(DVector::from_fn(rows, |row, _| 0.1 * row as f64)),
    };
    Layer::Dense(Dense { name: String::new(), affine, activation })
}

#[test]
fn a_redundant_layer_is_merged_and_large_weights_are_rescaled() {
    let layers = vec![
        dense(3, 2, &[300.0, -200.0, 150.0, 400.0, -250.0, 100.0], Activation::Relu),
        dense(2, 3, &[0.01, -0.02, 0.015, 0.03, 0.01, -0.01], Activation::Identity),
        dense(2, 2, &[1.0, -2.0, 0.5, 1.5], Activation::Identity),
    ];
    let network = Network::new("linear".into(), layers, OutputFunction::Softmax).unwrap();
    let Opened { mut window, .. } = opened(&network, &table(round));
    assert!(has(&window, "redundant_linear") && has(&window, "large_weights"), "{:?}", found(&window));
    click(&mut window, "Findings");
    click(&mut window, "Rescale the layers");
    assert!(!has(&window, "large_weights"), "{:?}", found(&window));
    click(&mut window, "Merge layers 2 and 3");
    assert!(!has(&window, "redundant_linear"), "{:?}", found(&window));
    let document = window.state().session().document().unwrap();
    let (changed, data) = (document.network.clone().unwrap(), document.data.dataset.clone().unwrap());
    assert_eq!(changed.layers().len(), 2);
    let difference = network.answers(&data.points).unwrap() - changed.answers(&data.points).unwrap();
    assert!(difference.amax() < 1e-9);
}

#[test]
fn of_many_findings_only_those_in_sight_are_drawn() {
    let layers = (0..200).map(|_| dense(2, 2, &[20.0, 0.0, 0.0, 0.04], Activation::Identity));
    let network = Network::new("deep".into(), layers.collect(), OutputFunction::Identity).unwrap();
    let Opened { mut window, .. } = opened(&network, &table(round));
    assert!(found(&window).len() > 300, "{}", found(&window).len());
    click(&mut window, "Findings");
    window.run_steps(20);
    let rows = window.query_all_by_role(Role::ListBoxOption).filter(is_row).count();
    assert!((3..30).contains(&rows), "{rows}");
}

#[test]
fn a_network_in_training_keeps_its_findings_in_sight() {
    let Opened { mut window, .. } = opened(&faulty(), &table(round));
    let before = window.state().session().latest::<Findings>().cloned().unwrap();
    let shown = |window: &Window| window.state().session().findings.visible().list().cloned();
    window.state_mut().command(Command::Train(layerflow::session::TrainCommand::Play));
    for _ in 0..5 {
        window.run_steps(2);
        assert!(shown(&window).is_some());
    }
    window.state_mut().command(Command::Train(layerflow::session::TrainCommand::Pause));
    settle(&mut window);
    let after = window.state().session().latest::<Findings>().cloned().unwrap();
    assert!(!std::sync::Arc::ptr_eq(&before, &after));
}
