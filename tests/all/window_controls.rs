//! Every control has a name, and those of the strip, the transport and the menus change what they say.

use egui_kittest::kittest::{NodeT, Queryable};
use layerflow::session::{Appearance, Compare, Overlay, Side};

use super::window::{TIMEOUT, Window, first_start};

/// Clicks what may have to be scrolled to.
fn click(window: &mut Window, label: &str) {
    super::window::reveal(window, label);
    window.get_by_label(label).click_accesskit();
    window.run_steps(2);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
}

/// The roles of the controls without a name, or with one that another control of the same role has too.
fn unnamed(window: &Window) -> Vec<String> {
    let mut names = Vec::new();
    let mut broken = Vec::new();
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        let role = format!("{:?}", node.role());
        let control = ["Button", "CheckBox", "RadioButton", "ComboBox", "Slider", "SpinButton", "TextInput", "Link"];
        if !control.contains(&role.as_str()) {
            continue;
        }
        let name = node.label().unwrap_or_default();
        if name.trim().is_empty() {
            broken.push(format!("{role} without a name at {:?}", node.bounding_box()));
        } else if names.contains(&(role.clone(), name.clone())) {
            broken.push(format!("{role} “{name}” twice"));
        }
        names.push((role, name));
    }
    assert!(names.len() > 10, "{names:?}");
    broken
}

#[test]
fn every_control_has_a_name_of_its_own() {
    let mut window = first_start();
    let mut found = unnamed(&window);
    for label in ["Choices of the model", "Weights", "Build", "Training options", "All layers at once"] {
        click(&mut window, label);
        window.run_steps(20);
        found.extend(unnamed(&window).into_iter().map(|what| format!("with {label}: {what}")));
    }
    click(&mut window, "ResNet refinement");
    found.extend(unnamed(&window).into_iter().map(|what| format!("with the refinement: {what}")));
    for menu in ["File", "View", "Help"] {
        click(&mut window, menu);
        found.extend(unnamed(&window).into_iter().map(|what| format!("in {menu}: {what}")));
        window.key_press(egui::Key::Escape);
        window.run_steps(2);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn what_is_drawn_is_toggled_above_the_stage() {
    let mut window = first_start();
    let shown = |window: &Window| {
        let view = &window.state().session().view;
        [
            view.shows(Overlay::Grid),
            view.shows(Overlay::Areas),
            view.shows(Overlay::Trails),
            view.shows(Overlay::Answers),
            view.auto_fit,
        ]
    };
    for (index, label) in ["Grid", "Area change", "Trails", "u(x, t)", "Auto-fit"].into_iter().enumerate() {
        let before = shown(&window);
        click(&mut window, label);
        let mut expected = before;
        expected[index] = !expected[index];
        assert_eq!(shown(&window), expected, "{label}");
        click(&mut window, label);
        assert_eq!(shown(&window), before, "{label}");
    }
}

#[test]
fn what_is_compared_is_chosen_above_the_stage() {
    let mut window = first_start();
    for compare in [Compare::SideBySide, Compare::Overlay] {
        click(&mut window, compare.label());
        assert_eq!(window.state().session().view.compare, compare);
    }
}

#[test]
fn fit_brings_the_first_view_back() {
    let mut window = first_start();
    let first = window.state().session().view.camera;
    let stage = window.get_by_label("Stage: plain net").rect().center();
    window.hover_at(stage);
    let (unit, delta) = (egui::MouseWheelUnit::Line, egui::vec2(0.0, 3.0));
    let (phase, source, modifiers) = (egui::TouchPhase::Move, egui::MouseWheelSource::Wheel, egui::Modifiers::NONE);
    window.event(egui::Event::MouseWheel { unit, delta, phase, source, modifiers });
    window.run_steps(10);
    assert_ne!(window.state().session().view.camera.zoom, first.zoom);
    click(&mut window, "Fit");
    assert_eq!(window.state().session().view.camera.zoom, first.zoom);
}

#[test]
fn the_transport_steps_loops_and_changes_speed() {
    let mut window = first_start();
    let playback = |window: &Window| window.state().session().playback.clone();
    click(&mut window, "Pause");
    let boundaries = window.state().session().boundaries().to_vec();
    let before = playback(&window).t();
    click(&mut window, "Next phase");
    let next = boundaries.iter().copied().find(|boundary| *boundary > before).unwrap();
    assert_eq!(playback(&window).t(), next);
    click(&mut window, "Next phase");
    click(&mut window, "Previous phase");
    assert_eq!(playback(&window).t(), next);
    let looping = playback(&window).looping();
    click(&mut window, "Loop");
    assert_eq!(playback(&window).looping(), !looping);
    click(&mut window, "Speed");
    click(&mut window, "4×");
    assert_eq!(playback(&window).speed(), 4.0);
}

#[test]
fn the_view_menu_changes_the_appearance_and_the_tabs_the_panel() {
    let mut window = first_start();
    for appearance in Appearance::ALL {
        click(&mut window, "View");
        click(&mut window, appearance.label());
        assert_eq!(window.state().session().window.appearance, appearance);
        window.key_press(egui::Key::Escape);
        window.run_steps(2);
    }
    let before = window.state().session().window.side;
    click(&mut window, "ResNet refinement");
    assert_ne!(window.state().session().window.side, before);
    click(&mut window, "Layer");
    assert_eq!(window.state().session().window.side, Side::Layer);
}

#[test]
fn a_click_on_the_timeline_goes_there_even_within_one_frame() {
    let mut window = first_start();
    click(&mut window, "Pause");
    let rect = window.get_by_label("Timeline").rect();
    window.hover_at(rect.center());
    window.run_steps(2);
    for pressed in [true, false] {
        let (button, modifiers) = (egui::PointerButton::Primary, egui::Modifiers::NONE);
        // Queued events would come one a frame.
        let event = egui::Event::PointerButton { pos: rect.center(), button, pressed, modifiers };
        window.input_mut().events.push(event);
    }
    window.run_steps(2);
    let playback = &window.state().session().playback;
    assert!((playback.t() - playback.duration() / 2.0).abs() < 0.05, "{}", playback.t());
}
