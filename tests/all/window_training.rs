//! Building and training in the window: edits and their way back, runs and their snapshots, each control by its label.

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::explorer::Startup;
use layerflow::linalg::RotationFactor;
use layerflow::network::{Activation, Layer, Network, OutputFunction};
use layerflow::session::{
    Command, Compare, EditCommand, Example, LeaveAnswer, NetworkChange, NumberChange, Pace, PlaybackCommand,
    PointChange, Preset, Projection, Session, TrainCommand, ViewCommand, WeightPart,
};
use layerflow::training::{Initialisation, LayerPlan, PlanKind, TrainingOptions};
use proptest::prelude::*;

use crate::window::{TIMEOUT, Window, command, open};

/// The spiral of the first start, at rest, with room for the whole panel.
fn window() -> Window {
    let mut app = layerflow::explorer::ExplorerApp::new(Startup::default());
    assert!(app.wait_for_jobs(TIMEOUT));
    let mut window = egui_kittest::Harness::builder().with_size([1280.0, 1600.0]).build_eframe(|_| app);
    window.run_steps(2);
    window.key_press(Key::Space);
    window.run_steps(2);
    window
}

fn network(window: &Window) -> Network {
    window.state().session().document().unwrap().network.as_deref().unwrap().clone()
}

fn widths(window: &Window) -> Vec<usize> {
    network(window).layers().iter().map(Layer::outputs).collect()
}

/// Clicks what has this label and waits until its jobs are done.
fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(2);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(3);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
}

const DENSE: WeightPart = WeightPart::Dense;

fn number(layer: usize, change: NumberChange) -> NetworkChange {
    NetworkChange::Number { layer, change }
}

fn epoch(window: &Window) -> usize {
    window.state().session().training().epoch()
}

fn train(window: &mut Window, asked: TrainCommand) {
    command(window, Command::Train(asked));
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(3);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
}

#[test]
fn one_epoch_one_step_and_a_whole_run_change_the_flow_and_keep_the_view() {
    let mut window = window();
    let before = network(&window);
    let t = window.state().session().playback.t();
    click(&mut window, "Epoch");
    assert_eq!(epoch(&window), 1);
    let after = network(&window);
    assert_ne!(after, before);
    assert_eq!(window.state().session().playback.t(), t);
    click(&mut window, "Step");
    assert_eq!(epoch(&window), 1);
    assert_ne!(network(&window), after);
    let options = TrainingOptions { epochs: 6, ..TrainingOptions::default() };
    train(&mut window, TrainCommand::Options(options));
    train(&mut window, TrainCommand::Pace(Pace::Unlimited));
    click(&mut window, "Train");
    assert_eq!(epoch(&window), 6);
    window.get_by_label("Loss and accuracy over the epochs");
    let session = window.state().session();
    assert_eq!(session.training().history().iter().map(|r| r.epoch).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert!(!session.training().running());
    // At the last epoch there is nothing left to train.
    click(&mut window, "Train");
    assert_eq!(epoch(&window), 6);
}

#[test]
fn an_earlier_epoch_comes_back_bit_by_bit_and_training_goes_on_the_same_way() {
    let mut window = window();
    let options = TrainingOptions { epochs: 5, ..TrainingOptions::default() };
    train(&mut window, TrainCommand::Options(options));
    let first = network(&window);
    train(&mut window, TrainCommand::Play);
    let last = network(&window);
    train(&mut window, TrainCommand::Return(0));
    assert_eq!((epoch(&window), network(&window)), (0, first.clone()));
    train(&mut window, TrainCommand::Play);
    assert_eq!((epoch(&window), network(&window)), (5, last));
    // What training did is taken back like any other change.
    command(&mut window, Command::Edit(EditCommand::Undo));
    assert_eq!(network(&window), first);
}

#[test]
fn there_is_nothing_to_go_back_to_while_another_network_is_open() {
    let mut window = window();
    train(&mut window, TrainCommand::Options(TrainingOptions { epochs: 3, ..TrainingOptions::default() }));
    train(&mut window, TrainCommand::Play);
    let trained = network(&window);
    // A change of the network: the run is one of the network before, until that comes back.
    command(
        &mut window,
        Command::Edit(EditCommand::Ablate(layerflow::diagnostics::probes::Ablation::Unit { layer: 0, unit: 0 })),
    );
    let ablated = network(&window);
    assert_ne!(ablated, trained);
    assert!(epoch(&window) == 0 && window.state().session().training().snapshots().is_empty());
    train(&mut window, TrainCommand::Return(1));
    assert_eq!(network(&window), ablated);
    command(&mut window, Command::Edit(EditCommand::Undo));
    assert_eq!((epoch(&window), network(&window)), (3, trained.clone()));
    train(&mut window, TrainCommand::Return(0));
    assert_ne!(network(&window), trained);
    // Another one is opened: that run is over.
    command(&mut window, Command::OpenExample(Example::Moons));
    command(&mut window, Command::Leave(LeaveAnswer::Discard));
    let moons = network(&window);
    assert_ne!(moons, trained);
    assert!(epoch(&window) == 0 && window.state().session().training().history().is_empty());
    train(&mut window, TrainCommand::Return(1));
    assert_eq!(network(&window), moons);
    train(&mut window, TrainCommand::Epoch);
    assert_eq!(epoch(&window), 1);
}

#[test]
fn a_run_is_paused_by_its_button_and_data_without_labels_is_not_trained_on() {
    let mut window = window();
    let options = TrainingOptions { epochs: 50_000, ..TrainingOptions::default() };
    window.state_mut().command(Command::Train(TrainCommand::Options(options)));
    window.state_mut().command(Command::Train(TrainCommand::Play));
    window.run_steps(2);
    assert!(window.state().session().training().running());
    click(&mut window, "Pause training");
    assert!(!window.state().session().training().running() && epoch(&window) < 50_000);
    let grid = GeneratorOptions { samples: 50, ..GeneratorOptions::default() };
    command(&mut window, Command::Generate(Generator::Grid, grid));
    let reached = epoch(&window);
    click(&mut window, "Epoch");
    assert_eq!(epoch(&window), reached);
}

#[test]
fn diverging_is_told_in_a_sentence_and_the_network_stays() {
    let mut window = window();
    let now = TrainingOptions::default();
    let optimiser = layerflow::training::Optimiser::Sgd { momentum: 0.0 };
    let objective = layerflow::training::Objective { decay: 1.0, ..now.objective };
    train(&mut window, TrainCommand::Options(TrainingOptions { rate: 1e200, optimiser, objective, ..now }));
    let before = network(&window);
    train(&mut window, TrainCommand::Play);
    let notices = &window.state().session().notices;
    assert!(notices.shown().iter().any(|notice| notice.sentence.contains("training diverged in epoch 1")));
    assert_eq!(network(&window), before);
}

#[test]
fn layers_are_built_by_label_and_taken_back_by_key() {
    let mut window = window();
    let before = network(&window);
    click(&mut window, "Build");
    click(&mut window, "Add layer");
    assert_eq!(widths(&window), [3, 3, 3, 3, 3, 3, 2]);
    click(&mut window, "Add block");
    assert_eq!(widths(&window), [3, 3, 3, 3, 3, 3, 3, 2]);
    click(&mut window, "Draw weights");
    click(&mut window, "Edit layer 1");
    click(&mut window, "Duplicate");
    assert_eq!(widths(&window).len(), 9);
    for _ in 0..4 {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        window.run_steps(2);
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    }
    window.run_steps(2);
    assert_eq!(network(&window), before);
    click(&mut window, "Redo");
    assert_eq!(widths(&window), [3, 3, 3, 3, 3, 3, 2]);
    click(&mut window, "Undo");
    click(&mut window, "New");
    assert_eq!(widths(&window), [32, 32, 2]);
    for label in ["Width of layer 1", "Activation of layer 1", "Epoch to go back to"] {
        window.get_by_label(label);
    }
    window.get_by_role_and_label(egui::Role::ComboBox, "Training speed");
}

#[test]
fn single_numbers_are_edited_and_dragging_one_is_one_change() {
    let mut window = open(Startup::default());
    let before = network(&window);
    for value in [0.25, 0.5, 0.75] {
        let change = number(0, NumberChange::Weight { part: DENSE, row: 1, column: 0, value });
        command(&mut window, Command::Edit(EditCommand::Change(change)));
    }
    let after = network(&window);
    let Layer::Dense(dense) = &after.layers()[0] else { panic!() };
    assert_eq!(dense.affine.weight[(1, 0)], 0.75);
    command(&mut window, Command::Edit(EditCommand::Undo));
    assert_eq!(network(&window), before);
}

#[test]
fn a_layer_more_or_less_leaves_the_view_and_the_time_where_they_are() {
    let mut window = window();
    for asked in [
        Command::Playback(PlaybackCommand::Seek(3.4)),
        Command::View(ViewCommand::Turn { sideways: 0.7, downward: 0.2 }),
        Command::View(ViewCommand::Project(Projection::PrincipalSpace)),
    ] {
        command(&mut window, asked);
    }
    let seen = |window: &Window| {
        let session = window.state().session();
        (session.playback.t(), session.view.camera, session.view.projection)
    };
    let before = seen(&window);
    let edit = |window: &mut Window, asked| {
        command(window, Command::Edit(asked));
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
        window.run_steps(2);
        window.state().session().playback.duration()
    };
    assert_eq!(edit(&mut window, EditCommand::Change(NetworkChange::Duplicate(1))), 7.0);
    assert_eq!(seen(&window), before);
    assert_eq!(edit(&mut window, EditCommand::Undo), 6.0);
    assert_eq!(seen(&window), before);
    for layers in (3..6).rev() {
        assert_eq!(edit(&mut window, EditCommand::Change(NetworkChange::Remove(1))), f64::from(layers));
    }
    assert_eq!(seen(&window), (3.0, before.1, before.2));
    // Another space is looked at anew.
    edit(&mut window, EditCommand::Preset(Preset::Digits));
    assert_eq!(seen(&window).0, 0.0);
}

fn number_change() -> impl Strategy<Value = NumberChange> {
    let part =
        prop::sample::select(vec![WeightPart::Dense, WeightPart::Inner, WeightPart::Outer, WeightPart::Shortcut]);
    let factor = prop::sample::select(vec![RotationFactor::In, RotationFactor::Out, RotationFactor::Polar]);
    prop_oneof![
        (part.clone(), 0..4_usize, 0..4_usize, -2.0..2.0).prop_map(|(part, row, column, value)| NumberChange::Weight {
            part,
            row,
            column,
            value
        }),
        (part, 0..4_usize, -2.0..2.0).prop_map(|(part, row, value)| NumberChange::Bias { part, row, value }),
        (0..4_usize, 0.0..3.0).prop_map(|(index, value)| NumberChange::SingularValue { index, value }),
        (factor, 0..2_usize, -3.0..3.0).prop_map(|(factor, plane, angle)| NumberChange::Angle { factor, plane, angle }),
    ]
}

fn change() -> impl Strategy<Value = NetworkChange> {
    let layer = 0..7_usize;
    let initialisation = prop::sample::select(Initialisation::ALL.to_vec());
    let activation = prop::sample::select(Activation::ALL.to_vec());
    let kind = prop_oneof![Just(PlanKind::Dense), (1..4_usize).prop_map(|hidden| PlanKind::Residual { hidden })];
    let plan = (kind.clone(), 1..5_usize, activation.clone(), initialisation.clone())
        .prop_map(|(kind, width, activation, initialisation)| LayerPlan { kind, width, activation, initialisation });
    prop_oneof![
        (layer.clone(), plan).prop_map(|(at, plan)| NetworkChange::Add { at, plan }),
        layer.clone().prop_map(NetworkChange::Remove),
        layer.clone().prop_map(NetworkChange::Duplicate),
        layer.clone().prop_map(NetworkChange::MoveUp),
        (layer.clone(), 1..6_usize).prop_map(|(layer, width)| NetworkChange::Width { layer, width }),
        (layer.clone(), activation).prop_map(|(layer, activation)| NetworkChange::Activation { layer, activation }),
        (layer.clone(), kind).prop_map(|(layer, kind)| NetworkChange::Kind { layer, kind }),
        (layer.clone(), initialisation)
            .prop_map(|(layer, initialisation)| NetworkChange::Draw { layer, initialisation }),
        Just(NetworkChange::DrawAll),
        (layer, number_change()).prop_map(|(layer, change)| number(layer, change)),
        prop::sample::select(OutputFunction::ALL.to_vec()).prop_map(NetworkChange::Output),
    ]
}

fn point_change() -> impl Strategy<Value = PointChange> {
    let at = [-1.5..1.5_f64, -1.5..1.5_f64];
    prop_oneof![
        (at.clone(), 0..3_usize).prop_map(|(at, class)| PointChange::Add { at, class }),
        (at.clone(), 0.05..0.5_f64, 1..6_usize, 0..3_usize).prop_map(|(at, radius, count, class)| PointChange::Paint {
            at,
            radius,
            count,
            class
        }),
        (0..700_usize, at.clone()).prop_map(|(sample, to)| PointChange::Move { sample, to }),
        (at, 0.05..0.5_f64).prop_map(|(at, radius)| PointChange::Erase { at, radius }),
        Just(PointChange::Clear),
    ]
}

fn edit() -> impl Strategy<Value = Command> {
    prop_oneof![
        8 => change().prop_map(EditCommand::Change).prop_map(Command::Edit),
        3 => point_change().prop_map(EditCommand::Points).prop_map(Command::Edit),
        1 => prop::sample::select(Preset::ALL.to_vec()).prop_map(EditCommand::Preset).prop_map(Command::Edit),
        1 => Just(Command::Edit(EditCommand::New)),
        3 => Just(Command::Edit(EditCommand::Release)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_hundred_changes_are_taken_back_to_the_first_bits_and_made_again(
        edits in prop::collection::vec(edit(), 100)
    ) {
        let mut session = Session::default();
        session.apply(Command::OpenExample(Example::Spiral));
        let now = |session: &Session| {
            let wanted = session.wanted();
            (wanted.network.clone().unwrap(), wanted.data.dataset.clone(), wanted.data.source.clone())
        };
        let first = now(&session);
        for edit in edits {
            session.apply(edit);
            let wanted = session.wanted();
            prop_assert_eq!(wanted.network.as_ref().unwrap().inputs(), wanted.data.dimension());
        }
        let last = now(&session);
        while session.history().can_undo() {
            session.apply(Command::Edit(EditCommand::Undo));
        }
        prop_assert_eq!(now(&session), first);
        while session.history().can_redo() {
            session.apply(Command::Edit(EditCommand::Redo));
        }
        prop_assert_eq!(now(&session), last);
    }
}

#[test]
fn training_and_building_leave_the_panels_as_wide_as_they_are() {
    let mut window = open(Startup::default());
    command(&mut window, Command::DismissHint);
    let stage = |window: &Window| window.get_by_label("Stage: plain net").rect();
    let before = stage(&window);
    let options = TrainingOptions { epochs: 30, ..TrainingOptions::default() };
    train(&mut window, TrainCommand::Options(options));
    train(&mut window, TrainCommand::Pace(Pace::Unlimited));
    click(&mut window, "Epoch");
    assert_eq!(stage(&window), before, "after an epoch");
    click(&mut window, "Train");
    assert_eq!(stage(&window), before, "after training");
    command(&mut window, Command::Train(TrainCommand::Pace(Pace::Slow)));
    window.state_mut().command(Command::Train(TrainCommand::Return(0)));
    window.state_mut().command(Command::Train(TrainCommand::Play));
    window.run_steps(4);
    assert_eq!(stage(&window), before, "while training");
    window.state_mut().command(Command::Train(TrainCommand::Pause));
    for section in ["Training options", "Build"] {
        // By its name, because it may be below what is in sight.
        window.get_by_label(section).click_accesskit();
        window.run_steps(20);
        assert_eq!(stage(&window), before, "with {section} open");
    }
}

#[test]
fn what_is_in_sight_stays_in_sight_while_the_network_learns() {
    let mut window = open(Startup::default());
    window.key_press(Key::Space);
    window.run_steps(2);
    command(&mut window, Command::View(ViewCommand::Compare(Compare::Overlay)));
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    let session = |window: &Window| {
        let session = window.state().session();
        assert!(session.refined().is_some(), "the ResNet is drawn");
        let layer = session.panel_layer().unwrap();
        assert!(session.detail(layer).is_some(), "the layer's panel is whole");
        assert_eq!(window.query_all_by_label("Being prepared …").count(), 0);
        Arc::as_ptr(session.scene().unwrap())
    };
    let first = session(&window);
    let options = TrainingOptions { epochs: 200, ..TrainingOptions::default() };
    window.state_mut().command(Command::Train(TrainCommand::Options(options)));
    window.state_mut().command(Command::Train(TrainCommand::Pace(Pace::Unlimited)));
    window.state_mut().command(Command::Train(TrainCommand::Play));
    let mut scenes = vec![first];
    while window.state().session().training().running() || scenes.len() < 2 {
        window.run_steps(1);
        let scene = session(&window);
        if scenes.last() != Some(&scene) {
            scenes.push(scene);
        }
    }
    // Edits that come faster than flows are not lost: the last one is shown in the end.
    for step in 0..50 {
        let change = number(0, NumberChange::Weight { part: DENSE, row: 0, column: 0, value: f64::from(step) });
        window.state_mut().command(Command::Edit(EditCommand::Change(change)));
    }
    for _ in 0..3 {
        window.run_steps(2);
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
        session(&window);
    }
    let Layer::Dense(dense) = network(&window).layers()[0].clone() else { panic!() };
    assert_eq!(dense.affine.weight[(0, 0)], 49.0);
}
