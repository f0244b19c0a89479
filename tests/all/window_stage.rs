//! What the mouse does on the stage, fast and slow: turning, panning, zooming, the centres of the grand tour, the legend.

use egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, Role, TouchPhase, vec2};
use egui_kittest::kittest::Queryable;
use layerflow::explorer::{StartData, Startup};
use layerflow::session::{Camera, Colouring, Command, Pick, PlaybackCommand, PointCommand, Projection, ViewCommand};
use nalgebra::{DMatrix, DVector};

use super::window::{Window, command, first_start, open, press, write};
use super::window_points::{at, choose, lattice};

fn middle(window: &Window) -> Pos2 {
    window.get_by_label("Stage: plain net").rect().center()
}

fn camera(window: &Window) -> Camera {
    window.state().session().view.camera
}

fn button(pos: Pos2, pressed: bool) -> Event {
    Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE }
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.run_steps(1);
    window.drag_at(from);
    window.run_steps(1);
    for step in 1..=4 {
        window.hover_at(from + (to - from) * step as f32 / 4.0);
        window.run_steps(1);
    }
    window.drop_at(to);
    window.run_steps(2);
}

fn project(window: &mut Window, projection: Projection) {
    command(window, Command::View(ViewCommand::Project(projection)));
    // The picture turns to it in a little more than a second.
    window.run_steps(100);
}

#[test]
fn a_drag_turns_what_has_depth_and_moves_what_has_none() {
    let mut window = first_start();
    press(&mut window, Key::Space);
    let (start, from) = (camera(&window), middle(&window));
    drag(&mut window, from, from + vec2(80.0, 30.0));
    let turned = camera(&window);
    assert!(turned.orientation != start.orientation && turned.pan == start.pan);
    window.event(Event::ModifiersChanged(Modifiers::SHIFT));
    drag(&mut window, from, from + vec2(80.0, 30.0));
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    let moved = camera(&window);
    assert!(moved.orientation == turned.orientation && moved.pan[0] > 0.0 && moved.pan[1] < 0.0);
    project(&mut window, Projection::PrincipalPlane);
    let flat = camera(&window);
    drag(&mut window, from, from + vec2(-50.0, 0.0));
    assert!(camera(&window).orientation == flat.orientation && camera(&window).pan[0] < flat.pan[0]);
}

#[test]
fn the_wheel_zooms_and_a_double_click_shows_everything_again() {
    let (mut window, _folder) = lattice();
    let index = middle(&window) + vec2(60.0, 20.0);
    window.hover_at(index);
    window.run_steps(1);
    let (unit, phase, source) = (MouseWheelUnit::Point, TouchPhase::Move, MouseWheelSource::Wheel);
    let modifiers = Modifiers::NONE;
    window.event(Event::MouseWheel { unit, delta: vec2(0.0, 120.0), phase, source, modifiers });
    window.run_steps(20);
    assert!(camera(&window).zoom > 1.1);
    for _ in 0..2 {
        window.input_mut().events.extend([button(index, true), button(index, false)]);
        window.run_steps(1);
    }
    window.run_steps(2);
    assert_eq!((camera(&window).zoom, camera(&window).pan), (1.0, [0.0, 0.0]));
}

#[test]
fn a_drag_that_is_over_before_the_next_frame_still_selects() {
    let (mut window, _folder) = lattice();
    choose(&mut window, "Box");
    let selected = |window: &Window| window.state().session().view.points.selection.samples().to_vec();
    let (from, to) = (at(&window, [-1.1, -1.1]), at(&window, [0.2, -0.2]));
    // The press in one frame, all that follows in the next.
    window.hover_at(from);
    window.run_steps(1);
    window.event(button(from, true));
    window.run_steps(1);
    window.input_mut().events.extend([Event::PointerMoved(to), button(to, false)]);
    window.run_steps(2);
    assert_eq!(selected(&window), [0, 1, 2, 5, 6, 7]);
    // Everything in one frame.
    let (from, to) = (at(&window, [1.1, 1.1]), at(&window, [0.8, 0.3]));
    window.hover_at(from);
    window.run_steps(1);
    window.input_mut().events.extend([button(from, true), Event::PointerMoved(to), button(to, false)]);
    window.run_steps(2);
    assert_eq!(selected(&window), [19, 24]);
    // A press that hardly moves is a click, wherever a box would have been.
    let index = at(&window, [0.0, 0.0]);
    window.hover_at(index);
    window.run_steps(2);
    window.event(button(index, true));
    window.run_steps(1);
    window.event(Event::PointerMoved(index + vec2(2.0, 0.0)));
    window.event(button(index + vec2(2.0, 0.0), false));
    window.run_steps(2);
    assert_eq!(selected(&window), [12]);
}

#[test]
fn a_class_centre_follows_the_mouse_through_the_tour() {
    let mut window = first_start();
    press(&mut window, Key::Space);
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.7)));
    command(&mut window, Command::View(ViewCommand::PlayTour(false)));
    project(&mut window, Projection::Tour);
    let centre = window.get_by_role_and_label(Role::Slider, "Centre of class 0").rect().center();
    let to = centre + vec2(18.0, -24.0);
    drag(&mut window, centre, to);
    let found = window.get_by_role_and_label(Role::Slider, "Centre of class 0").rect().center();
    let session = window.state().session();
    let scene = session.scene().unwrap();
    let dimension = scene.flow.ambient_dimension();
    let plane = session.view.tour.plane(dimension);
    assert!((&plane * plane.transpose() - DMatrix::<f64>::identity(2, 2)).amax() < 1e-6);
    // As near as it can be: a plane shows a vector at most at its own length.
    let position = scene.centres.position(&scene.flow, session.playback.t(), 0);
    let position = DVector::from_iterator(dimension, position.into_iter().map(f64::from));
    let seen = (&plane * &position).norm() / position.norm();
    assert!((found - to).length() < 0.5 || seen > 0.97, "{found} for {to}, seen to {seen}");
    assert!((found - centre).length() > 5.0);
}

#[test]
fn a_legend_of_many_groups_has_pages() {
    let folder = tempfile::tempdir().unwrap();
    let network = r#"{"format": "layerflow.network/1", "name": "same", "layers": [
        {"type": "dense", "name": "only", "weight": [[1.0, 0.0], [0.0, 1.0]], "activation": "tanh"}]}"#;
    let network = write(&folder, "same.json", network);
    let rows: String = (0..30)
        .map(|row| format!("{},{},kind {:02}\n", (row % 6) as f64 / 6.0, (row / 6) as f64 / 6.0, row % 15))
        .collect();
    let data = write(&folder, "kinds.csv", format!("length,width,class\n{rows}"));
    let mut window = open(Startup { network: Some(network), data: Some(StartData::File(data)), ..Startup::default() });
    press(&mut window, Key::Space);
    let shown = |window: &Window, kind: usize| window.query_by_label(&format!("Legend: kind {kind:02}")).is_some();
    assert!(shown(&window, 0) && !shown(&window, 14));
    choose(&mut window, "Legend: next groups");
    assert!(!shown(&window, 0) && shown(&window, 14));
    choose(&mut window, "Legend: kind 14");
    assert!(window.state().session().view.points.filter.hides(Colouring::Label, 14));
    choose(&mut window, "Legend: next groups");
    assert!(shown(&window, 0) && !shown(&window, 14));

    // The file's own names of its columns are used.
    command(&mut window, Command::View(ViewCommand::Points(PointCommand::Colour(Colouring::Column(1)))));
    window.get_by_label("Colour: column width");
    window.get_by_label("Colour by column: width");
    let select = PointCommand::Select(Pick::Only, vec![0, 1]);
    command(&mut window, Command::View(ViewCommand::Points(select)));
    command(&mut window, Command::View(ViewCommand::Points(PointCommand::Table(true))));
    window.get_by_label("Sort by length given");
}

#[test]
fn the_time_that_frames_take_is_told_where_it_is_asked_for() {
    let mut window = first_start();
    assert!(!window.state().session().window.frame_time);
    window.get_by_label("View").click();
    window.run_steps(2);
    window.get_by_label("Frame time").click();
    window.run_steps(3);
    assert!(window.state().session().window.frame_time);
}
