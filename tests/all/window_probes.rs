//! Probes in the window: points that are perturbed and grabbed, parts that are taken out, gradients as arrows.

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::diagnostics::probes::{Ablation, AblationEffect, Perturbation};
use layerflow::explorer::Startup;
use layerflow::flow::FlowOptions;
use layerflow::formats::NetworkKind;
use layerflow::network::{Activation, Layer, Network};
use layerflow::session::{
    AblationReport, Command, DialogAnswer, DialogPurpose, Document, EditCommand, Effect, Example, Grabbed,
    GradientArrows, LeaveAnswer, NetworkChange, NumberChange, Outcome, Overlay, PanelCommand, PerturbedPoint, Pick,
    PlaybackCommand, PointCommand, Rebuilt, Scene, Section, Session, Severity, Side, Tool, TrainCommand, ViewCommand,
    WeightPart,
};
use nalgebra::DMatrix;

use super::support;
use super::window::{Window, click, command, first_start, open, settle, t, write};
use super::window_points::{drag, lattice};

/// 2-3-3-2, with a square layer in the middle.
const NETWORK: &str = r#"{"format": "layerflow.network/1", "name": "probed", "output": "softmax", "layers": [
    {"type": "dense", "name": "in", "weight": [[1.0, -0.5], [0.25, 2.0], [-1.0, 0.5]], "bias": [0.1, -0.2, 0.3], "activation": "tanh"},
    {"type": "dense", "name": "middle", "weight": [[1.0, 0.2, 0.0], [0.0, 1.5, -0.3], [0.4, 0.0, 0.8]], "bias": [0.0, 0.1, 0.0], "activation": "tanh"},
    {"type": "dense", "name": "out", "weight": [[1.5, 0.5, -0.2], [-0.5, 0.75, 1.0]], "bias": [0.0, 0.3], "activation": "identity"}]}"#;

/// That network with two moons, at rest.
fn probed() -> (Window, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "probed.json", NETWORK);
    let mut window = open(Startup { network: Some(path), data: None, ..Startup::default() });
    command(&mut window, Command::Generate(Generator::Moons, GeneratorOptions::default()));
    command(&mut window, Command::Playback(PlaybackCommand::Seek(0.4)));
    settle(&mut window);
    (window, folder)
}

fn network(window: &Window) -> Network {
    window.state().session().document().unwrap().network.as_deref().unwrap().clone()
}

fn is_ablated(window: &Window) -> bool {
    window.state().session().document().unwrap().ablated.is_some()
}

fn warnings(window: &Window) -> Vec<String> {
    let notices = window.state().session().notices.shown();
    notices.iter().filter(|notice| notice.severity == Severity::Warning).map(|notice| notice.sentence.clone()).collect()
}

#[test]
fn a_unit_that_is_taken_out_changes_the_answers_until_the_ablation_ends() {
    let (mut window, _folder) = probed();
    let before = network(&window);
    click(&mut window, "Probes");
    assert_eq!(window.state().session().window.side, Side::Probes);
    click(&mut window, "Take out unit 1 of layer 1");
    assert!(is_ablated(&window));
    let after = network(&window);
    let Layer::Dense(first) = &after.layers()[0] else { panic!() };
    assert_eq!(first.affine.weight.row(0).amax(), 0.0);
    // The flow shown is the ablated network's.
    let scene = window.state().session().scene().unwrap().clone();
    assert_eq!(*scene.network, network(&window));
    let effect = AblationEffect::measure(&before, &network(&window), &scene.dataset).unwrap();
    assert!(!effect.changed.is_empty());
    assert_eq!(window.state().session().latest::<AblationReport>().unwrap().effect, effect);
    window.get_by_label_contains("Without unit 1 of layer 1: accuracy");
    // The buttons of that sentence are within the stage.
    let stage = window.get_by_label("Stage: plain net").rect();
    assert!(window.get_by_label("End the ablation").rect().right() <= stage.right());
    assert!(stage.right() <= window.get_by_label("Probes").rect().left());
    window.get_by_label_contains(&format!("{} of {} answers changed", effect.changed.len(), effect.samples));
    window.get_by_label_contains("Taken out: unit 1 of layer 1");
    click(&mut window, "Select the changed");
    assert_eq!(window.state().session().view.points.selection.samples(), effect.changed);
    // Another part on top, then undo, redo, and the end.
    click(&mut window, "Take out direction 1 of layer 1");
    assert_eq!(window.state().session().document().unwrap().ablated.as_ref().unwrap().parts.len(), 2);
    for (key, parts) in [(Key::Z, 1), (Key::Z, 0), (Key::Y, 1), (Key::Y, 2)] {
        window.key_press_modifiers(Modifiers::COMMAND, key);
        settle(&mut window);
        let ablated = window.state().session().document().unwrap().ablated.clone();
        assert_eq!(ablated.map_or(0, |ablated| ablated.parts.len()), parts);
        assert_eq!(network(&window) == before, parts == 0);
    }
    click(&mut window, "End the ablation");
    assert!(!is_ablated(&window) && network(&window) == before);
    assert!(window.query_by_label_contains("Without").is_none());
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut window);
    assert!(is_ablated(&window));
}

#[test]
fn an_ablated_network_says_so_when_it_is_saved_and_changed() {
    let (mut window, folder) = probed();
    let base = network(&window);
    let asked = Command::Edit(EditCommand::Ablate(Ablation::Layer { layer: 1 }));
    command(&mut window, asked.clone());
    settle(&mut window);
    let document = window.state().session().document().unwrap();
    assert_eq!(document.network_name(), "probed (ablated)");
    let path = folder.path().join("saved.json");
    command(&mut window, Command::SaveNetwork(path.clone()));
    assert!(warnings(&window).iter().any(|text| text.ends_with("the ablated network, without layer 2.")));
    let saved = support::network(&path, Activation::Identity);
    assert_eq!(saved.name(), "probed without layer 2");
    assert_eq!(saved.layers(), network(&window).layers());
    // What is taken out for a look is no unsaved work.
    assert!(!window.state().session().has_unsaved_work());
    // Its own file stays the document's.
    let document = window.state().session().document().unwrap();
    assert!(document.network_path.as_ref().unwrap().ends_with("probed.json"));
    // Any other change goes on from there, and that is said.
    let change = NumberChange::Weight { part: WeightPart::Dense, row: 0, column: 0, value: 0.5 };
    command(&mut window, Command::Edit(EditCommand::Change(NetworkChange::Number { layer: 0, change })));
    settle(&mut window);
    assert!(!is_ablated(&window) && network(&window) != base);
    assert!(warnings(&window).iter().any(|text| text.contains("without layer 2: that stays out now")));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut window);
    assert!(is_ablated(&window));
    let shown: Vec<u64> = window.state().session().notices.shown().iter().map(|notice| notice.id).collect();
    shown.into_iter().for_each(|id| command(&mut window, Command::Dismiss(id)));
    // So does training.
    command(&mut window, Command::Train(TrainCommand::Step));
    settle(&mut window);
    assert!(!is_ablated(&window));
    assert!(warnings(&window).iter().any(|text| text.contains("that stays out now")));
    // And the same training, when it goes on from where it began.
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut window);
    assert!(is_ablated(&window));
    command(&mut window, Command::Train(TrainCommand::Epoch));
    settle(&mut window);
    assert!(!is_ablated(&window));
    for _ in 0..2 {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        settle(&mut window);
    }
    assert!(!is_ablated(&window) && network(&window) == base);
}

/// What is saved because it would be lost is the work, and not what was taken out of it for a look.
#[test]
fn the_question_before_work_goes_saves_the_whole_network() {
    let (network, mut data) = Example::Spiral.load().unwrap();
    let (network, points) = (Arc::new(network), data.draw().unwrap());
    let scene = Scene::build(&network, &points, FlowOptions::default(), None, &mut |_, _| true).unwrap();
    let document = Document { network: Some(network.clone()), data, ..Document::default() };
    let mut session = Session::default();
    session.receive(Outcome::Built(document, Ok(Arc::new(scene))));
    let effects = session.apply(Command::Edit(EditCommand::Ablate(Ablation::Unit { layer: 0, unit: 0 })));
    for effect in effects {
        let Effect::Grow(mut document, known, visible) = effect else { continue };
        let rebuilt = Rebuilt::build(&mut document, known, visible, &mut |_, _| true).unwrap();
        session.receive(Outcome::Rebuilt(document, rebuilt));
    }
    assert!(session.document().unwrap().ablated.is_some() && session.has_unsaved_work());
    let saved = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| if let Effect::Save(network, _) = effect { Some(network) } else { None })
    };
    let ablated = saved(session.apply(Command::SaveNetwork("some.json".into()))).unwrap();
    assert!(ablated.layers() != network.layers() && ablated.name().ends_with("without unit 1 of layer 1"));
    session.apply(Command::Quit);
    session.apply(Command::Leave(LeaveAnswer::Save));
    let purpose = DialogPurpose::SaveNetwork(NetworkKind::Layerflow);
    let chosen = session.receive(Outcome::Answer(purpose, DialogAnswer::Chosen("other.json".into())));
    assert!(Arc::ptr_eq(&saved(chosen).unwrap(), &network));
    let effects = session.receive(Outcome::Saved("other.json".into(), Ok(())));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Quit)) && !session.has_unsaved_work());
}

#[test]
fn what_cannot_be_taken_out_says_why() {
    let (mut window, _folder) = probed();
    let before = network(&window);
    command(&mut window, Command::Edit(EditCommand::Ablate(Ablation::Layer { layer: 0 })));
    settle(&mut window);
    assert_eq!(network(&window), before);
    window.get_by_label_contains("Layer 1 cannot be skipped: it takes 2 values and gives 3.");
    click(&mut window, "Probes");
    // The button of the same does nothing.
    window.get_by_label("Skip layer 1").click();
    settle(&mut window);
    assert!(!is_ablated(&window));
}

#[test]
fn menus_of_a_layer_a_bar_and_a_row_take_their_part_out() {
    let (mut window, _folder) = probed();
    let ablate = |window: &mut Window, what: &str, entry: &str| {
        window.get_by_label(what).click_secondary();
        window.run_steps(2);
        click(window, entry);
        assert!(is_ablated(window), "{entry}");
        click(window, "End the ablation");
        assert!(!is_ablated(window));
    };
    ablate(&mut window, "2  middle", "Skip layer 2");
    ablate(&mut window, "Menu of Singular values of layer 1", "Take out direction 1 of layer 1");
    command(&mut window, Command::View(ViewCommand::Panel(PanelCommand::Show(Section::Weights))));
    settle(&mut window);
    ablate(&mut window, "Weights W of layer 1", "Take out unit 2 of layer 1");
}

#[test]
fn the_selected_point_is_perturbed_in_every_way() {
    let mut window = first_start();
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.5)));
    click(&mut window, "Probes");
    window.get_by_label_contains("Select a point on the stage");
    command(&mut window, Command::View(ViewCommand::Points(PointCommand::Select(Pick::Only, vec![7]))));
    settle(&mut window);
    for kind in Perturbation::ALL {
        click(&mut window, kind.label());
        let found = window.state().session().latest::<PerturbedPoint>().unwrap().clone();
        assert_eq!((found.request.sample, found.request.kind), (7, kind));
        let result = found.result.as_ref().unwrap();
        assert!(result.stretch.iter().zip(&result.bound).all(|(stretch, bound)| stretch <= &(bound * 1.000_001)));
        window.get_by_label("Stretch, log₁₀: measured and bound");
        window.get_by_label_contains("by the Lipschitz bound");
    }
    click(&mut window, Perturbation::Steepest.label());
    window.get_by_label_contains("σ₁ of the Jacobian matrix there is");
    window.get_by_label_contains("Smallest ε found that changes the answer");
    click(&mut window, "Set ε there");
    let session = window.state().session();
    let found = session.latest::<PerturbedPoint>().unwrap();
    let result = found.result.as_ref().unwrap();
    assert_eq!(found.request.epsilon, session.view.points.probe.epsilon);
    assert!(result.changed() > 0);
    window.get_by_label_contains("The answer changes from");
    click(&mut window, "not moved");
    assert!(window.state().session().latest::<PerturbedPoint>().is_none());
}

#[test]
fn without_labels_there_is_no_gradient_to_follow() {
    let mut window = first_start();
    let data = GeneratorOptions { dimension: 2, ..GeneratorOptions::default() };
    command(&mut window, Command::Generate(Generator::Grid, data));
    command(&mut window, Command::View(ViewCommand::Points(PointCommand::Select(Pick::Only, vec![3]))));
    click(&mut window, "Probes");
    click(&mut window, Perturbation::GradientSign.label());
    window.get_by_label_contains("It cannot be moved so: the point has no label");
    super::window::click(&mut window, "Gradient arrows −λ");
    settle(&mut window);
    assert!(!window.state().session().view.shows(Overlay::GradientArrows));
}

#[test]
fn a_point_is_grabbed_in_mid_flow_and_flows_on() {
    for time in [0.0, 0.5] {
        let (mut window, _folder) = lattice();
        command(&mut window, Command::Playback(PlaybackCommand::Seek(time)));
        command(&mut window, Command::View(ViewCommand::Show(Overlay::Trails, false)));
        click(&mut window, "Grab");
        assert_eq!(window.state().session().view.points.tool, Tool::Grab);
        drag(&mut window, &[[0.0, 0.0], [0.1, 0.1], [0.3, -0.2]], Modifiers::NONE);
        settle(&mut window);
        let session = window.state().session();
        let grab = session.view.points.probe.grab.clone().unwrap();
        assert_eq!((grab.sample, grab.t), (12, time));
        assert!(session.view.points.selection.is_empty());
        // It flows on.
        assert!(session.playback.playing());
        let found = session.latest::<Grabbed>().unwrap();
        let path = found.result.as_ref().unwrap();
        let (input, miss) = path.input.clone().unwrap();
        assert!(miss < 1e-9);
        let scene = session.scene().unwrap();
        let input = DMatrix::from_column_slice(2, 1, input.as_slice());
        let there = scene.flow.positions(&input, time).unwrap();
        assert!((there[(0, 0)] - 0.3).abs() < 5e-3 && (there[(1, 0)] + 0.2).abs() < 5e-3, "{there}");
        assert_eq!(scene.network.forward(&input).unwrap().predictions, [path.answers[1]]);
        click(&mut window, "Probes");
        window.get_by_label_contains(&format!("was moved by {}", "0.3"));
        window.get_by_label_contains("The input that leads there: x₁ = ");
        click(&mut window, "Go to that time");
        assert_eq!(t(&window), time);
        click(&mut window, "Put it back");
        assert!(window.state().session().latest::<Grabbed>().is_none());
        // A drag that begins where there is no point takes none.
        drag(&mut window, &[[0.25, 0.25], [0.3, 0.3]], Modifiers::NONE);
        assert!(window.state().session().view.points.probe.grab.is_none());
    }
}

#[test]
fn a_moved_point_that_no_input_leads_to_says_up_to_where_it_is_known() {
    let (mut window, _folder) = probed();
    command(&mut window, Command::Playback(PlaybackCommand::Seek(2.0)));
    click(&mut window, "Grab");
    let scene = window.state().session().scene().unwrap().clone();
    // Three dimensions after a layer of two inputs: the stage shows them, and most places have no input.
    let rows = DMatrix::identity(2, scene.flow.ambient_dimension());
    let grab = layerflow::session::Grab { sample: 3, t: 2.0, rows, by: [0.2, 0.1] };
    let asked = layerflow::session::ProbeCommand::Grab(grab);
    command(&mut window, Command::View(ViewCommand::Points(PointCommand::Probe(asked))));
    settle(&mut window);
    click(&mut window, "Probes");
    window.get_by_label_contains("only: the matrix of layer 1 reaches only a part of its space");
    let found = window.state().session().latest::<Grabbed>().unwrap().clone();
    let path = found.result.as_ref().unwrap();
    assert!(path.input.is_none() && path.path.from > 0.0 && path.path.from < 1.0);
    // The nearest one is nearer than the point was before.
    window.get_by_label_contains("The nearest input found passes there at a distance of");
    let (nearest, answer) = path.nearest.clone().unwrap();
    assert!(nearest.distance > 0.0 && nearest.distance < path.moved);
    let input = DMatrix::from_column_slice(2, 1, nearest.input.as_slice());
    assert_eq!(scene.network.forward(&input).unwrap().predictions, [answer]);
}

#[test]
fn gradients_are_drawn_as_arrows_with_their_scale() {
    let mut window = first_start();
    command(&mut window, Command::Playback(PlaybackCommand::Seek(0.7)));
    click(&mut window, "Gradient arrows −λ");
    assert!(window.state().session().view.shows(Overlay::GradientArrows));
    let arrows = window.state().session().latest::<GradientArrows>().unwrap().clone();
    let covectors = arrows.covectors.as_ref().unwrap();
    assert!(!covectors.samples.is_empty() && covectors.lengths().is_some());
    // They are drawn in every phase, also where a layer begins and ends.
    let duration = window.state().session().playback.duration();
    for step in 0..=8 {
        command(&mut window, Command::Playback(PlaybackCommand::Seek(duration * f64::from(step) / 8.0)));
    }
    click(&mut window, "Gradient arrows −λ");
    assert!(!window.state().session().view.shows(Overlay::GradientArrows));
}
