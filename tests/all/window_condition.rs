//! A condition on the points, typed in the selection's panel: it selects them or draws them alone; and points that are lost.

use egui::{Key, Role};
use egui_kittest::kittest::Queryable;
use layerflow::explorer::{StartData, Startup};
use layerflow::session::{Command, Overlay, PlaybackCommand, VelocityPicture, ViewCommand};

use super::window::{Window, click, command, first_start, open, press, settle, write};

fn typed(window: &mut Window, text: &str) {
    window.get_by_role_and_label(Role::TextInput, "Points where").click();
    window.run_steps(2);
    // A click puts the cursor where it falls.
    press(window, Key::End);
    window.get_by_role_and_label(Role::TextInput, "Points where").type_text(text);
    settle(window);
}

#[test]
fn a_condition_selects_points_or_draws_them_alone_and_an_error_is_a_sentence() {
    let mut window = first_start();
    settle(&mut window);
    typed(&mut window, "x1 > 0.5 and label = 1");
    click(&mut window, "Select them");
    let scene = window.state().session().scene().unwrap().clone();
    let selected = window.state().session().view.points.selection.samples().to_vec();
    assert!(!selected.is_empty() && selected.iter().all(|sample| scene.dataset.points[(0, *sample)] > 0.5));
    click(&mut window, "Draw only them");
    let only = window.state().session().view.points.filter.only().unwrap().samples().to_vec();
    assert_eq!(only, selected);
    click(&mut window, "Draw all again");
    assert!(window.state().session().view.points.filter.is_empty());
    typed(&mut window, " and x9 < 2");
    window.get_by_label("there is no column x9; the data has 2.");
    assert!(window.query_by_label("Select them").is_none());
}

/// 2-2-2-2 of ReLU whose second layer multiplies by 10³⁰⁰: large points overflow, small ones do not.
const STEEP: &str = r#"{"format": "layerflow.network/1", "name": "steep", "output": "softmax", "layers": [
  {"type": "dense", "weight": [[1, 0], [0, 1]], "bias": [0, 0], "activation": "relu"},
  {"type": "dense", "weight": [[1e300, 0], [0, 1]], "bias": [0, 0], "activation": "relu"},
  {"type": "dense", "weight": [[1e9, 0], [0, 1]], "bias": [0, 0], "activation": "identity"},
  {"type": "dense", "weight": [[1, 2], [-1, 1]], "bias": [0, 0]}]}"#;

#[test]
fn an_overflow_is_marked_told_and_leads_to_its_point_and_nothing_breaks_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let network = write(&folder, "steep.json", STEEP);
    let data = write(&folder, "d.csv", "a,b,label\n-1,2,0\nNA,1,0\n-2,1,1\n3,1,1\n-1,0.5,0\n0.5,2,1\n");
    let mut window =
        open(Startup { network: Some(network), data: Some(StartData::of_argument(data)), ..Startup::default() });
    settle(&mut window);
    let scene = window.state().session().scene().unwrap().clone();
    let overflow = scene.overflow.unwrap();
    assert_eq!((overflow.layer, overflow.unit, overflow.sample, overflow.lost), (1, 0, 2, 2));
    let text = scene.overflow_text().unwrap();
    assert!(text.contains("Layer 2 overflows: its unit 1 gives 3e300 for point 4"), "{text}");
    // Scales, extents and colours hold: every panel, the whole way, every picture.
    click(&mut window, "All layers at once");
    click(&mut window, "Measures");
    for t in [0.5, 1.5, 2.5, 3.9, 4.0] {
        command(&mut window, Command::Playback(PlaybackCommand::Seek(t)));
        settle(&mut window);
    }
    for view in [
        ViewCommand::Show(Overlay::Answers, true),
        ViewCommand::ShowVelocity(VelocityPicture::ALL.first().copied()),
        ViewCommand::ToggleResNet,
    ] {
        command(&mut window, Command::View(view));
        settle(&mut window);
    }
    let scene = window.state().session().scene().unwrap();
    assert!(scene.extent.principal().is_some());
    click(&mut window, "Findings");
    click(&mut window, "Error: NaN or infinite numbers, layer 3");
    let view = &window.state().session().view;
    assert_eq!((view.points.selection.samples(), view.pinned_layer), (&[2][..], Some(2)));
}
