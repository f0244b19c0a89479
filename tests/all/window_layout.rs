//! What stands where: nothing outside of its panel, no words over words, and nothing that moves by itself, in windows of
//! every size.

use std::collections::HashSet;

use egui::{Key, Rect, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::session::{Command, Compare, Example, Room, Side, ViewCommand, WindowCommand};

use super::window::{self, TIMEOUT, Window};

/// Widgets with words on them, and those that are worked with.
const ROLES: [Role; 9] = [
    Role::Label,
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::ComboBox,
    Role::SpinButton,
    Role::Slider,
    Role::Link,
    Role::TextInput,
];
const PANES: [&str; 4] = ["Panel on the left", "Panel on the right", "Tools of the stage", "Transport"];

/// A window of `size` in layout points, at `scale` pixels for each.
fn open(size: [f32; 2], scale: f32, example: Example) -> Window {
    let mut app = ExplorerApp::new(Startup { example: Some(example), ..Startup::default() });
    assert!(app.wait_for_jobs(TIMEOUT));
    let mut window = Harness::builder().with_size(size).with_pixels_per_point(scale).build_eframe(|_| app);
    window::settle(&mut window);
    window
}

/// What lies in a pane by its words: those that are scrolled out of sight are not.
fn widgets(window: &Window, pane: &str) -> Option<(Rect, Vec<(String, Rect)>)> {
    let pane = window.query_by_label(pane)?;
    let room = pane.rect();
    // A list within the pane has a window of its own, and what is scrolled out of that is not drawn.
    let lists = pane.children_recursive().filter(|node| node.accesskit_node().role() == Role::Pane);
    let out_of_lists: HashSet<_> = lists
        .flat_map(|list| list.children_recursive().filter(move |node| !list.rect().contains_rect(node.rect())))
        .map(|node| node.accesskit_node().id())
        .collect();
    let inside = pane.children_recursive().filter(|node| {
        ROLES.contains(&node.accesskit_node().role()) && !out_of_lists.contains(&node.accesskit_node().id())
    });
    let named = inside.map(|node| {
        let words = node.accesskit_node().label().or(node.value()).unwrap_or_default();
        (words, node.rect())
    });
    let in_sight = named.filter(|(words, rect)| {
        !words.is_empty()
            && rect.is_positive()
            && rect.top() >= room.top() - 1.0
            && rect.bottom() <= room.bottom() + 1.0
    });
    Some((room, in_sight.collect()))
}

/// What stands outside of its pane or over another's words, in sentences.
fn untidy(window: &Window, size: [f32; 2], what: &str) -> Vec<String> {
    let screen = Rect::from_min_size(egui::Pos2::ZERO, size.into()).expand(1.0);
    let (mut seen, mut found) = (0, Vec::new());
    for name in PANES {
        let Some((room, widgets)) = widgets(window, name) else { continue };
        assert!(screen.contains_rect(room), "{what}: {name} is {room:?}");
        assert!(!widgets.is_empty(), "{what}: nothing in {name}");
        seen += 1;
        for (index, (words, rect)) in widgets.iter().enumerate() {
            if rect.left() < room.left() - 1.5 || rect.right() > room.right() + 1.5 {
                found.push(format!("{what}: `{words}` at {rect:?} is outside of {name}, {room:?}"));
            }
            for (others, other) in &widgets[index + 1..] {
                // What belongs together stands within each other: a slider and its number.
                let common = rect.intersect(*other);
                let nested = rect.expand(1.5).contains_rect(*other) || other.expand(1.5).contains_rect(*rect);
                if common.is_positive() && common.width() > 1.5 && common.height() > 1.5 && !nested {
                    found.push(format!("{what}: `{words}` at {rect:?} and `{others}` at {other:?} in {name}"));
                }
            }
        }
    }
    assert!(seen >= 2, "{what}: {seen} parts of the window");
    found
}

#[test]
fn nothing_lies_outside_of_its_panel_or_over_other_words() {
    let sizes = [
        ([640.0, 480.0], 1.0),
        ([800.0, 560.0], 1.0),
        ([1024.0, 700.0], 1.0),
        ([1280.0, 800.0], 1.0),
        ([2560.0, 1440.0], 1.0),
        ([1920.0, 1080.0], 2.0),
    ];
    let mut found = Vec::new();
    let parts = [Some(Side::Refinement), Some(Side::Layer), Some(Side::Findings), Some(Side::Probes), None];
    for (size, scale) in sizes {
        let mut window = open(size, scale, Example::ResidualSpiral);
        window::command(&mut window, Command::View(ViewCommand::Compare(Compare::Overlay)));
        for part in parts {
            let asked = part.map_or(WindowCommand::ToggleNetworkPanel, WindowCommand::Side);
            window::command(&mut window, Command::Window(asked));
            window.run_steps(3);
            found.extend(untidy(&window, size, &format!("{size:?}, {part:?}")));
        }
        window::command(&mut window, Command::Window(WindowCommand::Fold));
        found.extend(untidy(&window, size, &format!("{size:?}, folded")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_narrow_window_has_icons_that_open_panels_over_the_stage() {
    let size = [640.0, 480.0];
    let mut window = open(size, 1.0, Example::Spiral);
    assert_eq!(window.state().session().window.folding.room, Room::Icons);
    let stage = window.get_by_label("Stage: plain net").rect();
    assert!(stage.width() > 500.0 && stage.height() > 250.0, "{stage:?}");
    assert!(window.query_by_label("Panel on the right").is_none());
    window::click(&mut window, "ResNet refinement");
    let panel = window.get_by_label("Panel on the right").rect();
    assert!(panel.intersects(stage));
    assert_eq!(window.get_by_label("Stage: plain net").rect(), stage, "the stage moves");
    window::press(&mut window, Key::Escape);
    assert!(window.query_by_label("Panel on the right").is_none());
    window::click(&mut window, "Network panel");
    assert!(window.get_by_label("Panel on the left").rect().intersects(stage));
}

#[test]
fn a_notice_and_the_first_hint_move_nothing() {
    let mut window = window::first_start();
    window.get_by_label("Got it");
    let before = window.get_by_label("Stage: plain net").rect();
    window.get_by_label("Got it").click_accesskit();
    window.run_steps(2);
    assert_eq!(window.get_by_label("Stage: plain net").rect(), before);
    window.state_mut().command(Command::OpenNetwork("there is no such file".into()));
    window::settle(&mut window);
    let dismiss = window.get_by_label("Dismiss").rect();
    assert!(before.contains_rect(dismiss), "{dismiss:?}");
    assert_eq!(window.get_by_label("Stage: plain net").rect(), before);
}

#[test]
fn the_hint_does_not_come_back_once_it_was_read() {
    let mut window = window::first_start();
    window.get_by_label("Got it").click_accesskit();
    window.run_steps(2);
    let kept = window.state().session().settings();
    let mut again = ExplorerApp::new(Startup::default());
    assert!(again.session().hint);
    again.restore(kept);
    assert!(!again.session().hint);
}

#[test]
fn a_side_panel_keeps_its_width_on_every_tab() {
    let mut window = open([1280.0, 800.0], 1.0, Example::Spiral);
    let width = |window: &Window| window.get_by_label("Panel on the right").rect().width();
    let first = width(&window);
    for side in [Side::Refinement, Side::Findings, Side::Probes, Side::Layer] {
        window::command(&mut window, Command::Window(WindowCommand::Side(side)));
        window::settle(&mut window);
        assert_eq!(width(&window), first, "{side:?}");
        let tabs = Side::ALL.map(|side| window.get_all_by_label(side.label()).next().unwrap().rect());
        assert!(tabs.iter().all(|tab| tab.top() == tabs[0].top()), "{tabs:?}");
    }
}

#[test]
fn a_presentation_shows_the_stage_and_the_timeline_alone() {
    let mut window = window::first_start();
    let small = window.get_by_label("Stage: plain net").rect();
    window::press(&mut window, Key::F11);
    window::settle(&mut window);
    assert!(window.query_by_label("Panel on the right").is_none());
    assert!(window.query_by_label("Tools of the stage").is_none());
    window.get_by_label("Timeline");
    assert!(window.query_all_by_label_contains("Now: ").next().is_some());
    assert!(window.get_by_label("Stage: plain net").rect().width() > small.width());
    window::press(&mut window, Key::Escape);
    window::settle(&mut window);
    window.get_by_label("Panel on the right");
}
