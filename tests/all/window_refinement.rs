//! The refinement panel, driven by label without a display.

use std::time::Duration;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::resnet::{Integrator, RefinementKind};
use layerflow::session::{Command, Compare, Side, ViewCommand, WindowCommand};

/// Far more than any job of these tests takes; a test that waits this long hangs.
const PATIENCE: Duration = Duration::from_secs(120);

type Window = Harness<'static, ExplorerApp>;

/// The window with the refinement panel open and everything computed.
fn open() -> Window {
    let mut app = ExplorerApp::new(Startup::default());
    assert!(app.wait_for_jobs(PATIENCE));
    let mut window = Harness::builder().with_size([1280.0, 800.0]).build_eframe(|_| app);
    window.run_steps(2);
    window.get_by_label("ResNet refinement").click();
    settle(&mut window);
    window
}

/// Draws until nothing more is asked for.
fn settle(window: &mut Window) {
    for _ in 0..3 {
        window.run_steps(2);
        assert!(window.state_mut().wait_for_jobs(PATIENCE));
    }
    window.run_steps(2);
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
    let study = session.study().unwrap().clone();
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
    let first = window.state().session().study().unwrap().clone();
    command(&mut window, Command::View(ViewCommand::Steps(32)));
    assert!(std::sync::Arc::ptr_eq(&first, window.state().session().study().unwrap()));
    assert_eq!(window.state().session().refined().unwrap().refinement.steps, 32);
    command(&mut window, Command::View(ViewCommand::Integrate(Integrator::Midpoint)));
    assert_eq!(window.state().session().study().unwrap().request(), (RefinementKind::Full, Integrator::Midpoint));
    window.get_by_label_contains("slope \u{2212}2.0");
    window.get_by_label("whole").click();
    settle(&mut window);
    window.get_by_label("the same for every N");
    command(&mut window, Command::View(ViewCommand::Compare(Compare::SideBySide)));
    assert_eq!(window.query_all_by_label("whole").count(), 1);
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
    window.state_mut().command(Command::Cancel(layerflow::session::Task::Study));
    settle(&mut window);
    assert!(window.state().session().study_given_up());
    window.get_by_label_contains("still full, Euler");
    window.state_mut().command(Command::View(ViewCommand::Integrate(Integrator::Midpoint)));
    window.run_steps(1);
    window.state_mut().command(Command::Window(WindowCommand::Side(Side::Layer)));
    window.run_steps(1);
    assert!(window.state_mut().wait_for_jobs(PATIENCE));
    assert_eq!(window.state().session().study().unwrap().request(), (RefinementKind::Full, Integrator::Euler));
}
