//! The start page: examples as live pictures, and the ways to begin with what is one's own.

use egui::{Key, Role};
use egui_kittest::kittest::Queryable;
use layerflow::session::{Command, Example, Modal, PlaybackCommand, WindowCommand};

use super::window::{TIMEOUT, Window, command, first_start, press};

fn open_page(window: &mut Window) {
    command(window, Command::Window(WindowCommand::Show(Some(Modal::Start))));
}

#[test]
fn every_example_gets_its_picture_and_a_click_opens_it() {
    let mut window = first_start();
    command(&mut window, Command::Playback(PlaybackCommand::Pause));
    window.get_by_label("Help").click();
    window.run_steps(2);
    window.get_by_label("Start page").click_accesskit();
    window.run_steps(2);
    assert_eq!(window.state().session().window.modal, Some(Modal::Start));
    for example in Example::ALL {
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
        window.run_steps(2);
        window.get_by_role_and_label(Role::Button, &format!("Open example {}", example.label()));
    }
    assert!(Example::ALL.into_iter().all(|example| window.state().session().previews.of(example).is_some()));
    window.get_by_label("Open example Xor").click_accesskit();
    window.run_steps(2);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
    assert_eq!(window.state().session().window.modal, None);
    assert_eq!(window.state().session().document().unwrap().data.name(), "xor");
}

#[test]
fn esc_leaves_the_page_and_nothing_is_drawn_while_it_is_closed() {
    let mut window = first_start();
    let before = window.state().session().document().unwrap().network_name();
    assert!(window.state().session().previews.of(Example::Spiral).is_none());
    open_page(&mut window);
    press(&mut window, Key::Escape);
    assert_eq!(window.state().session().window.modal, None);
    assert_eq!(window.state().session().document().unwrap().network_name(), before);
}
