//! What the stage shows beside the points: u(x, t), the velocity, areas, trails; by label and without a display.

use egui::Key;
use egui_kittest::kittest::Queryable;
use layerflow::session::{Compare, Field, Overlay, ViewSettings};

use super::window::{TIMEOUT, Window, first_start, press};

fn settle(window: &mut Window) {
    window.run_steps(3);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
}

fn click(window: &mut Window, label: &str) {
    super::window::click(window, label);
}

fn view(window: &Window) -> &ViewSettings {
    &window.state().session().view
}

fn field(window: &Window) -> &Field {
    window.state().session().latest::<Field>().unwrap()
}

fn choose_velocity(window: &mut Window, to: &str) {
    click(window, &format!("Velocity: {to}"));
}

#[test]
fn the_field_is_shown_at_the_time_and_taken_away() {
    let mut window = first_start();
    press(&mut window, Key::Space);
    click(&mut window, "u(x, t)");
    choose_velocity(&mut window, "arrows");
    let session = window.state().session();
    assert!(session.view.shows(Overlay::Answers));
    let field = session.latest::<Field>().unwrap();
    assert_eq!(field.request.t, session.playback.t());
    assert!(field.answers.as_ref().is_some_and(|answers| !answers.boundary.is_empty()));
    assert!(!field.arrows.is_empty());

    // At the start nothing moves, and the stage says so.
    press(&mut window, Key::Home);
    settle(&mut window);
    let field = window.state().session().latest::<Field>().unwrap();
    assert!(field.request.t == 0.0 && field.arrows.is_empty());
    click(&mut window, "u(x, t)");
    choose_velocity(&mut window, "none");
    assert!(window.state().session().latest::<Field>().is_none());
}

#[test]
fn the_velocity_is_drawn_in_every_way() {
    let mut window = first_start();
    window.run_steps(20);
    press(&mut window, Key::Space);
    choose_velocity(&mut window, "streamlines");
    assert!(field(&window).arrows.is_empty() && field(&window).streamlines.len() > 10);
    choose_velocity(&mut window, "particles");
    assert!(field(&window).streamlines.is_empty());
    window.run_steps(10);
    choose_velocity(&mut window, "arrows");
    assert!(!field(&window).arrows.is_empty());
    // Only the plain net has a field of its own.
    press(&mut window, Key::R);
    settle(&mut window);
    assert_eq!(view(&window).compare, Compare::ResNet);
    assert!(window.state().session().latest::<Field>().is_none());
}

#[test]
fn the_cells_of_the_grid_tell_their_area() {
    let mut window = first_start();
    press(&mut window, Key::End);
    click(&mut window, "Area change");
    assert!(view(&window).shows(Overlay::Areas));
    let areas = field(&window).areas.clone().unwrap();
    assert_eq!(areas.doublings.len(), window.state().session().scene().unwrap().lattice.cells.len());
    click(&mut window, "Area change");
    assert!(window.state().session().latest::<Field>().is_none());
}

#[test]
fn trails_have_a_length() {
    let mut window = first_start();
    press(&mut window, Key::Space);
    let before = view(&window).trail_length;
    super::window::reveal(&mut window, "Length of the trails");
    let at = window.get_by_label("Length of the trails").rect().center();
    window.drag_at(at);
    window.run_steps(1);
    window.hover_at(at + egui::vec2(40.0, 0.0));
    window.run_steps(1);
    window.drop_at(at + egui::vec2(40.0, 0.0));
    window.run_steps(2);
    assert!(view(&window).trail_length > before);
    click(&mut window, "Trails");
    assert!(!view(&window).shows(Overlay::Trails));
}
