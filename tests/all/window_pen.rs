//! Data drawn on the stage, and numbers of the network dragged in the layer panel.

use egui::{Event, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use layerflow::dataset::Labels;
use layerflow::explorer::Startup;
use layerflow::linalg::Svd;
use layerflow::network::{Layer, Network};
use layerflow::session::{
    Command, DataSource, EditCommand, Pace, PanelCommand, Pen, PenCommand, Preset, Section, TrainCommand, ViewCommand,
};
use layerflow::training::TrainingOptions;

use crate::window::{TIMEOUT, Window, click, command, settle, t};

/// The spiral of the first start, with room for the whole of both panels.
fn window() -> Window {
    let mut app = layerflow::explorer::ExplorerApp::new(Startup::default());
    assert!(app.wait_for_jobs(TIMEOUT));
    let mut window = egui_kittest::Harness::builder().with_size([1280.0, 1600.0]).build_eframe(|_| app);
    window.run_steps(2);
    settle(&mut window);
    window
}

fn button(window: &mut Window, pos: Pos2, pressed: bool) {
    window.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE });
    window.run_steps(1);
}

/// A drag through these places, one frame each.
fn drag(window: &mut Window, positions: &[Pos2]) {
    let (first, last) = (positions[0], positions[positions.len() - 1]);
    window.hover_at(first);
    window.run_steps(2);
    button(window, first, true);
    for at in positions {
        window.hover_at(*at);
        window.run_steps(2);
    }
    button(window, last, false);
    settle(window);
}

fn samples(window: &Window) -> usize {
    window.state().session().wanted().data.dataset.as_ref().unwrap().samples()
}

fn network(window: &Window) -> Network {
    window.state().session().wanted().network.as_deref().unwrap().clone()
}

fn changes(window: &mut Window) -> usize {
    let mut count = 0;
    while window.state().session().history().can_undo() {
        command(window, Command::Edit(EditCommand::Undo));
        count += 1;
    }
    count
}

#[test]
fn points_are_added_painted_dragged_and_erased_on_the_stage() {
    let mut window = window();
    let before = samples(&window);
    click(&mut window, "Add points");
    assert_eq!((t(&window), window.state().session().playback.playing()), (0.0, false));
    let stage = window.get_by_label("Stage: plain net").rect();
    let corner = stage.left_top() + vec2(60.0, 220.0);
    click(&mut window, "Draw class 1");
    window.hover_at(corner);
    window.run_steps(2);
    button(&mut window, corner, true);
    button(&mut window, corner, false);
    settle(&mut window);
    assert_eq!(samples(&window), before + 1);
    let point = |window: &Window| {
        let dataset = window.state().session().wanted().data.dataset.clone().unwrap();
        let Labels::Classes { of_sample, .. } = &dataset.labels else { panic!() };
        ([dataset.points[(0, before)], dataset.points[(1, before)]], of_sample[before])
    };
    let (at, class) = point(&window);
    assert_eq!(class, 1);
    assert!(at[0] < 0.0 && at[1] > 0.0, "{at:?}");

    click(&mut window, "Drag points");
    drag(&mut window, &[corner, corner + vec2(20.0, 0.0), corner + vec2(80.0, 0.0)]);
    let (moved, _) = point(&window);
    assert!(moved[0] > at[0] + 0.01 && (moved[1] - at[1]).abs() < 1e-3, "{at:?} {moved:?}");

    click(&mut window, "Paint");
    command(&mut window, Command::View(ViewCommand::Hand(PenCommand::Density(7))));
    drag(&mut window, &[corner, corner + vec2(0.0, 60.0), corner + vec2(0.0, 120.0)]);
    let painted = samples(&window);
    assert!(painted > before + 7 && (painted - before - 1).is_multiple_of(7));

    click(&mut window, "Erase");
    drag(&mut window, &[corner, corner + vec2(0.0, 30.0), corner + vec2(0.0, 60.0)]);
    assert!(samples(&window) < painted);
    assert_eq!(window.state().session().scene().unwrap().dataset.samples(), samples(&window));
    assert_eq!(window.state().session().document().unwrap().data.source, DataSource::Hand);
    // Each stroke is one change.
    assert_eq!(changes(&mut window), 4);
    assert_eq!(samples(&window), before);
}

#[test]
fn a_sheet_is_cleared_and_what_cannot_be_drawn_on_says_so() {
    let mut window = window();
    click(&mut window, "Clear the sheet");
    assert_eq!(samples(&window), 0);
    command(&mut window, Command::Edit(EditCommand::Undo));
    assert_eq!(samples(&window), 600);
    command(&mut window, Command::Edit(EditCommand::Preset(Preset::Digits)));
    settle(&mut window);
    assert!(window.get_by_label("Paint").accesskit_node().is_disabled());
    assert!(window.state().session().pen().is_none());
}

#[test]
fn a_run_goes_on_with_the_points_that_are_drawn() {
    let mut window = window();
    let options = TrainingOptions { epochs: 50_000, ..TrainingOptions::default() };
    command(&mut window, Command::View(ViewCommand::Hand(PenCommand::Use(Some(Pen::Add)))));
    for asked in [TrainCommand::Options(options), TrainCommand::Pace(Pace::Unlimited), TrainCommand::Play] {
        window.state_mut().command(Command::Train(asked));
    }
    window.run_steps(4);
    let add = layerflow::session::PointChange::Add { at: [0.5, 0.5], class: 0 };
    window.state_mut().command(Command::Edit(EditCommand::Points(add)));
    // The run begins again with the new data, and its network is shown with it.
    let both = |window: &Window| {
        let session = window.state().session();
        session.scene().unwrap().dataset.samples() == 601 && session.training().epoch() > 3
    };
    while !both(&window) {
        assert!(window.state().session().training().running());
        window.run_steps(1);
    }
    window.state_mut().command(Command::Train(TrainCommand::Pause));
    settle(&mut window);
    assert!(!window.state().session().training().running());
}

fn weight(network: &Network) -> nalgebra::DMatrix<f64> {
    let Layer::Dense(dense) = &network.layers()[0] else { panic!() };
    dense.affine.weight.clone()
}

#[test]
fn a_singular_value_and_an_angle_are_dragged_and_each_drag_is_one_change() {
    let mut window = window();
    click(&mut window, "Pause");
    command(&mut window, Command::View(ViewCommand::PinLayer(Some(0))));
    settle(&mut window);
    let before = weight(&network(&window));
    let sigma = |window: &Window| Svd::new(&weight(&network(window))).unwrap().singular_values().to_vec();
    let first = sigma(&window);
    let chart = window.get_by_label("Singular values of layer 1").rect();
    let second_bar = chart.left_top() + vec2(38.0 + 60.0, 60.0);
    drag(&mut window, &[second_bar, second_bar - vec2(0.0, 10.0), second_bar - vec2(0.0, 45.0)]);
    let second = sigma(&window);
    assert!(second.iter().sum::<f64>() > first.iter().sum::<f64>() + 0.1, "{first:?} {second:?}");
    // Below the foot of the chart the direction is lost.
    drag(&mut window, &[second_bar, chart.left_bottom() + vec2(98.0, 20.0)]);
    assert!(sigma(&window)[1] < 1e-9, "{:?}", sigma(&window));
    assert_eq!(changes(&mut window), 2);
    settle(&mut window);

    let dial = window.query_all_by_label_contains("Plane 1 of").next().unwrap().rect();
    let middle = dial.center_top() + vec2(0.0, 22.0);
    drag(&mut window, &[middle + vec2(15.0, 0.0), middle + vec2(10.0, -10.0), middle + vec2(0.0, -15.0)]);
    let turned = weight(&network(&window));
    assert!((turned - &before).norm() > 1e-3);
    assert_eq!(changes(&mut window), 1);
    assert_eq!(weight(&network(&window)), before);
}

#[test]
fn an_entry_is_edited_by_a_click_on_the_heat_map() {
    let mut window = window();
    click(&mut window, "Pause");
    command(&mut window, Command::View(ViewCommand::PinLayer(Some(0))));
    for section in [Section::Spectrum, Section::Rotations, Section::Glyph, Section::Weights] {
        command(&mut window, Command::View(ViewCommand::Panel(PanelCommand::Toggle(section))));
    }
    settle(&mut window);
    let map = window.get_by_label("Weights W of layer 1").rect();
    let lower_left = map.left_bottom() + vec2(5.0, -5.0);
    window.hover_at(lower_left);
    window.run_steps(2);
    button(&mut window, lower_left, true);
    button(&mut window, lower_left, false);
    settle(&mut window);
    window.get_by_label("Entry 3 of b of layer 1");
    let entry = window.get_by_label("Entry 3, 1 of W of layer 1").rect().center();
    let before = weight(&network(&window));
    drag(&mut window, &[entry, entry + vec2(20.0, 0.0), entry + vec2(60.0, 0.0)]);
    let after = weight(&network(&window));
    assert!(after[(2, 0)] > before[(2, 0)] + 0.2);
    assert_eq!(after.rows(0, 2), before.rows(0, 2));
    assert_eq!(changes(&mut window), 1);
    click(&mut window, "Done");
    assert!(window.query_by_label("Entry 3, 1 of W of layer 1").is_none());
}

#[test]
fn presets_and_maps_to_study_are_chosen_with_their_amounts() {
    let mut window = window();
    click(&mut window, "Build");
    click(&mut window, "Presets");
    click(&mut window, "Rotation 2×2");
    assert_eq!(network(&window).layers().len(), 1);
    assert!((weight(&network(&window))[(1, 0)] - 0.5_f64.sqrt()).abs() < 1e-12);
    click(&mut window, "Edit layer 1");
    window.get_by_label("Draw its weights").hover();
    window.run_steps(20);
    for label in ["Angle of the rotation", "Rank of the projection", "Amount of the shear"] {
        window.get_by_label(label);
    }
    click(&mut window, "shear");
    assert_eq!(weight(&network(&window)).as_slice(), [1.0, 0.0, 1.0, 1.0]);
    for _ in 0..2 {
        command(&mut window, Command::Edit(EditCommand::Undo));
    }
    assert_eq!(samples(&window), 600);
}
