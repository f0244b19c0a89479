//! Which directions of the space are drawn, chosen by label and without a display.

use egui::{Key, Role, vec2};
use egui_kittest::kittest::Queryable;
use layerflow::session::Projection;

use super::window::{Window, first_start, press};

fn choose(window: &mut Window, from: &str, to: &str) {
    window.get_by_label(&format!("Projection: {from}")).click();
    window.run_steps(3);
    window.get_by_label(to).click();
    window.run_steps(3);
}

fn projection(window: &Window) -> Projection {
    window.state().session().view.projection
}

#[test]
fn every_projection_is_chosen_by_its_name() {
    let mut window = first_start();
    press(&mut window, Key::Space);
    let mut from = "All coordinates";
    for (to, expected) in [
        ("2 coordinates", Projection::Plane([0, 1])),
        ("Following 2-D", Projection::FollowingPlane),
        ("Following 3-D", Projection::FollowingSpace),
        ("2 class directions", Projection::ClassPlane([0, 1])),
        ("Principal 2-D", Projection::PrincipalPlane),
        ("Principal 3-D", Projection::PrincipalSpace),
        ("3 coordinates", Projection::Space([0, 1, 2])),
    ] {
        choose(&mut window, from, to);
        assert_eq!(projection(&window), expected);
        from = to;
    }
}

#[test]
fn the_tour_plays_pauses_and_is_pulled_by_its_handles() {
    let mut window = first_start();
    press(&mut window, Key::Space);
    choose(&mut window, "All coordinates", "Grand tour");
    let plane = |window: &Window| window.state().session().view.tour.plane(3);
    let before = plane(&window);
    window.run_steps(5);
    assert_ne!(plane(&window), before);
    window.get_by_label("Pause tour").click();
    window.run_steps(3);
    let paused = plane(&window);
    // The picture has turned to the tour's plane, and rests.
    window.run_steps(100);
    assert_eq!(plane(&window), paused);
    let at = window.get_by_role_and_label(Role::Slider, "Axis x₂").rect().center();
    window.hover_at(at);
    window.run_steps(1);
    window.drag_at(at);
    window.run_steps(1);
    window.hover_at(at + vec2(25.0, 30.0));
    window.run_steps(1);
    window.drop_at(at + vec2(25.0, 30.0));
    window.run_steps(2);
    assert_ne!(plane(&window), paused);
    window.get_by_label("Play tour").click();
    window.run_steps(2);
    assert!(window.state().session().view.tour.playing);
}
