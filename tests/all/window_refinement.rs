//! The refinement panel, driven by label without a display.

use super::window::{TIMEOUT, settle};
use egui::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use layerflow::explorer::{ExplorerApp, StartData, Startup};
use layerflow::flow::ResidualLaw;
use layerflow::resnet::{Integrator, RefinementKind};
use layerflow::session::{
    Command, Compare, DerivedKind, PlaybackCommand, RefinementStudy, Section, Side, Task, ViewCommand, WindowCommand,
};

use crate::support;

type Window = Harness<'static, ExplorerApp>;

/// The window with the refinement panel open and everything computed.
fn open() -> Window {
    open_with(Startup::default())
}

/// The same with the network of residual blocks.
fn open_residual() -> Window {
    let folder = support::data("cases").join("residual");
    open_with(Startup {
        network: Some(folder.join("network.json")),
        data: Some(StartData::File(folder.join("inputs.csv"))),
        ..Startup::default()
    })
}

fn open_with(startup: Startup) -> Window {
    let mut app = ExplorerApp::new(startup);
    assert!(app.wait_for_jobs(TIMEOUT));
    let mut window = Harness::builder().with_size([1280.0, 800.0]).build_eframe(|_| app);
    window.run_steps(2);
    window.get_by_label("ResNet refinement").click();
    settle(&mut window);
    window
}

fn command(window: &mut Window, command: Command) {
    window.state_mut().command(command);
    settle(window);
}

#[test]
fn the_panel_tells_depth_slope_and_the_n_that_suffices() {
    let mut window = open();
    let session = window.state().session();
    assert_eq!(session.window.side, Side::Refinement);
    let blocks = session.refined().unwrap().error.blocks;
    let layers = session.scene().unwrap().flow.layers().len();
    let study = session.latest::<RefinementStudy>().unwrap().clone();
    window.get_by_label(&format!("{layers} layers become {blocks} blocks"));
    window.get_by_label_contains("slope \u{2212}1.0");
    window.get_by_label(&format!("N = {}", study.convergence.least_agreeing.unwrap()));
    for chart in ["Chart of the error against N", "Chart of equal answers against N", "Chart of the error along t"] {
        window.get_by_label(chart);
    }
    window.get_by_label("Layer").click();
    window.run_steps(2);
    assert!(window.query_by_label("Chart of the error against N").is_none());
}

#[test]
fn another_part_or_method_starts_another_study_and_another_n_does_not() {
    let mut window = open();
    let first = window.state().session().latest::<RefinementStudy>().unwrap().clone();
    command(&mut window, Command::View(ViewCommand::Steps(32)));
    assert!(std::sync::Arc::ptr_eq(&first, window.state().session().latest::<RefinementStudy>().unwrap()));
    assert_eq!(window.state().session().refined().unwrap().refinement.steps, 32);
    command(&mut window, Command::View(ViewCommand::Integrate(Integrator::Midpoint)));
    assert_eq!(
        window.state().session().latest::<RefinementStudy>().unwrap().request(),
        (RefinementKind::Full, Integrator::Midpoint)
    );
    window.get_by_label_contains("slope \u{2212}2.0");
    window.get_by_label("activation only").click();
    settle(&mut window);
    window.get_by_label("the same for every N");
    command(&mut window, Command::View(ViewCommand::Compare(Compare::SideBySide)));
    assert_eq!(window.query_all_by_label("activation only").count(), 1);
}

#[test]
fn a_worst_point_is_selected_by_a_click() {
    let mut window = open();
    let worst = window.state().session().refined().unwrap().error.worst[0];
    let label = format!("Point {}:", worst.sample + 1);
    window.get_by_label_contains(&label).scroll_to_me();
    window.run_steps(4);
    window.get_by_label_contains(&label).click();
    window.run_steps(2);
    assert_eq!(window.state().session().view.points.selection.samples(), [worst.sample]);
    window.get_by_label_contains(&label).click();
    window.run_steps(2);
    assert!(window.state().session().view.points.selection.is_empty());
}

#[test]
fn a_cancelled_study_says_so_and_closing_the_panel_stops_it() {
    let mut window = open();
    window.state_mut().command(Command::View(ViewCommand::Integrate(Integrator::Rk4)));
    window.run_steps(1);
    window.state_mut().command(Command::Cancel(Task::Derive(DerivedKind::RefinementStudy)));
    settle(&mut window);
    assert!(window.state().session().is_given_up::<RefinementStudy>());
    window.get_by_label_contains("still full, Euler");
    window.state_mut().command(Command::View(ViewCommand::Integrate(Integrator::Midpoint)));
    window.run_steps(1);
    window.state_mut().command(Command::Window(WindowCommand::Side(Side::Layer)));
    window.run_steps(1);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    assert_eq!(
        window.state().session().latest::<RefinementStudy>().unwrap().request(),
        (RefinementKind::Full, Integrator::Euler)
    );
}

#[test]
fn n_is_dragged_from_1_to_256_and_the_depth_stretches() {
    let mut window = open();
    for (asked, steps) in [(1.0, 1), (64.0, 64), (256.0, 256), (3.0, 3)] {
        window.get_by_role_and_label(Role::Slider, "Steps N").set_value_accesskit(asked);
        settle(&mut window);
        let session = window.state().session();
        assert_eq!(session.view.refinement.steps, steps);
        let refined = session.refined().unwrap();
        assert_eq!(refined.refinement.steps, steps);
        let blocks: usize = refined.runs.iter().map(|run| run.blocks).sum();
        assert!(refined.runs.iter().all(|run| run.blocks == steps));
        window.get_by_label(&format!("6 layers become {blocks} blocks"));
    }
}

#[test]
fn the_picture_stays_until_the_next_n_is_ready() {
    let mut window = open();
    command(&mut window, Command::View(ViewCommand::Compare(Compare::SideBySide)));
    command(&mut window, Command::Playback(PlaybackCommand::Play));
    for steps in (1..=64).rev().step_by(7) {
        window.state_mut().command(Command::View(ViewCommand::Steps(steps)));
        window.run_steps(1);
        // Whether this one is ready or not, there is one to draw.
        assert!(window.state().session().refined().is_some(), "N = {steps}");
        assert!(window.query_by_label_contains("being computed").is_none());
    }
    settle(&mut window);
    assert_eq!(window.state().session().refined().unwrap().refinement.steps, 1);
}

#[test]
fn kind_and_integrator_are_chosen_by_label() {
    let mut window = open();
    window.get_by_label("activation only").click();
    settle(&mut window);
    assert_eq!(window.state().session().view.refinement.kind, RefinementKind::Whole);
    assert!(window.get_by_role_and_label(Role::ComboBox, "Integrator: Euler").accesskit_node().is_disabled());
    window.get_by_label("every phase").click();
    settle(&mut window);
    for (now, next, method) in [("Euler", "RK4", Integrator::Rk4), ("RK4", "midpoint", Integrator::Midpoint)] {
        window.get_by_role_and_label(Role::ComboBox, &format!("Integrator: {now}")).click();
        window.run_steps(3);
        window.get_by_label(next).click();
        settle(&mut window);
        assert_eq!(window.state().session().view.refinement.integrator, method);
        assert_eq!(window.state().session().refined().unwrap().refinement.integrator, method);
    }
    window.get_by_label_contains("A step of midpoint has two blocks");
}

#[test]
fn a_block_shows_its_weights_and_hides_them_again() {
    let mut window = open();
    let label = "1 · layer 1 rotate in 1/8";
    for expected in [Some(0), None] {
        window.get_by_label_contains(label).click_accesskit();
        settle(&mut window);
        assert_eq!(window.state().session().view.block, expected);
        assert_eq!(window.query_by_label("W₁ of the block").is_some(), expected.is_some());
        assert_eq!(window.query_by_label("W₂, 3×6").is_some(), expected.is_some());
    }
}

#[test]
fn trained_blocks_are_steps_or_their_continuous_limit() {
    let mut window = open_residual();
    let steps = window.state().session().view.refinement.steps;
    let at_the_end = |window: &Window| {
        let scene = window.state().session().scene().unwrap().clone();
        scene.data.position(&scene.flow, scene.flow.duration(), 0)
    };
    let blocks = |window: &Window| window.state().session().refined().unwrap().error.blocks;
    let own_blocks = blocks(&window);
    window.get_by_label("Are its blocks a flow?");
    window.get_by_label("With smaller steps");
    assert_eq!(window.query_all_by_label("repeated").count(), 5);
    assert_eq!(window.query_all_by_label("interpolated").count(), 4);
    window.get_by_label("limit");
    let network_end = at_the_end(&window);
    window.get_by_label("Continuous limit").click_accesskit();
    settle(&mut window);
    let session = window.state().session();
    assert_eq!(session.scene().unwrap().flow.options().residual, ResidualLaw::Limit);
    assert_eq!(blocks(&window), own_blocks + 4 * (steps - 1));
    window.get_by_label_contains("The flow is the continuous limit of the blocks");
    let apart = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart(&at_the_end(&window), &network_end) > 0.01);
    // In the layer panel it is one of the choices of the model.
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.5)));
    window.get_by_label("Layer").click();
    window.run_steps(2);
    window.get_by_label_contains("The continuous limit of a residual block");
    if !window.state().session().view.panel.is_open(Section::Choices) {
        window.get_by_label(Section::Choices.label()).click_accesskit();
        window.run_steps(20);
    }
    window.get_by_label("Euler step").click_accesskit();
    settle(&mut window);
    assert_eq!(window.state().session().scene().unwrap().flow.options().residual, ResidualLaw::Euler);
    assert!(apart(&at_the_end(&window), &network_end) < 1e-6);
}

#[test]
fn a_plain_net_has_no_limit_to_choose() {
    let mut window = open();
    window.get_by_label("Layer").click();
    window.run_steps(2);
    window.get_by_label(Section::Choices.label()).click_accesskit();
    window.run_steps(20);
    assert!(window.get_by_label("Continuous limit").accesskit_node().is_disabled());
}

#[test]
fn a_limit_that_cannot_be_followed_is_told_and_what_was_open_stays() {
    const STEEP: &str = r#"{"format": "layerflow.network/1", "name": "steep", "layers": [
        {"type": "residual", "inner": {"weight": [[1.0]]}, "activation": "relu", "outer": {"weight": [[1e9]]}}]}"#;
    let folder = tempfile::tempdir().unwrap();
    let (network, data) = (folder.path().join("steep.json"), folder.path().join("points.csv"));
    std::fs::write(&network, STEEP).unwrap();
    std::fs::write(&data, "0.5\n-1.0\n2.0\n").unwrap();
    let mut window =
        open_with(Startup { network: Some(network), data: Some(StartData::File(data)), ..Startup::default() });
    window.get_by_label_contains("changes too fast for its continuous limit");
    window.get_by_label("Continuous limit").click_accesskit();
    settle(&mut window);
    window.get_by_label_contains("layer 1 has no continuous limit to show");
    let session = window.state().session();
    assert_eq!(session.wanted().options.residual, ResidualLaw::Euler);
    assert_eq!(session.scene().unwrap().flow.options().residual, ResidualLaw::Euler);
}
