//! The layer panel and the timeline's marks, driven by label.

use egui_kittest::kittest::Queryable;
use layerflow::flow::{CompressionLaw, Decomposition, EventKind, TimeLaw};
use layerflow::session::{Command, PlaybackCommand, Section};

use super::window::{PATIENCE, Window, command, first_start, open, t, write};
use layerflow::explorer::Startup;

/// A reflection of the plane (det W < 0), then a layer that folds.
const REFLECTION_AND_FOLD: &str = r#"{"format": "layerflow.network/1", "name": "events", "layers": [
    {"type": "dense", "name": "mirror", "weight": [[0.0, 1.2], [0.8, 0.1]]},
    {"type": "dense", "name": "fold", "weight": [[1.0, 0.2], [-0.3, 1.5]], "activation": "gelu"}]}"#;

fn open_text(text: &str) -> Window {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "network.json", text);
    open(Startup { network: Some(path), data: None })
}

/// Clicks what may have to be scrolled to.
fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click_accesskit();
    window.run_steps(2);
}

#[test]
fn every_section_is_folded_away_and_opened_by_its_heading() {
    let mut window = first_start();
    for section in [Section::Spectrum, Section::Rotations, Section::Activation, Section::Choices] {
        let before = window.state().session().view.panel.is_open(section);
        for expected in [!before, before] {
            click(&mut window, section.words());
            assert_eq!(window.state().session().view.panel.is_open(section), expected, "{section:?}");
        }
    }
}

#[test]
fn the_choices_of_the_model_are_made_in_the_panel() {
    let mut window = first_start();
    click(&mut window, Section::Choices.words());
    window.run_steps(20);
    for choice in ["Polar", "Straight", "Linear"] {
        click(&mut window, choice);
        assert!(window.state_mut().wait_for_jobs(PATIENCE));
        window.run_steps(2);
    }
    let options = window.state().session().document().unwrap().options;
    assert_eq!(options.decomposition, Decomposition::Polar);
    assert_eq!(options.compression, CompressionLaw::Straight);
    assert_eq!(options.time, TimeLaw::Linear);
}

#[test]
fn a_pinned_panel_stays_at_its_layer() {
    let mut window = first_start();
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.5)));
    click(&mut window, "Pin");
    command(&mut window, Command::Playback(PlaybackCommand::Seek(0.5)));
    assert_eq!(window.state().session().view.pinned_layer, Some(1));
    window.get_by_label("Singular values of layer 2");
    click(&mut window, "Pin");
    assert_eq!(window.state().session().view.pinned_layer, None);
    window.get_by_label("Singular values of layer 1");
}

#[test]
fn a_reflection_goes_through_the_third_dimension_and_is_told() {
    let mut window = open_text(REFLECTION_AND_FOLD);
    let scene = window.state().session().scene().unwrap().clone();
    assert_eq!(scene.flow.ambient_dimension(), 3);
    let event = scene.events[0];
    assert_eq!((event.layer, event.kind), (1, EventKind::Reflection { coordinate: 2 }));
    command(&mut window, Command::Playback(PlaybackCommand::Seek(event.t)));
    // In the middle of the half-turn the data stands upright in the third dimension; at the layer's ends it is flat.
    let height = |t: f64| {
        let points = (0..scene.data.samples()).map(|sample| scene.data.position(&scene.flow, t, sample)[2].abs());
        points.fold(0.0, f32::max)
    };
    assert!(height(0.0) < 1e-6 && height(1.0) < 1e-6 && height(event.t) > 0.1);
    window.get_by_label_contains("turns through an extra dimension, x₃.");

    // The mark on the timeline says the same.
    let rect = window.get_by_label("Timeline").rect();
    let x = rect.left() + 6.0 + (rect.width() - 12.0) * (event.t / scene.flow.duration()) as f32;
    window.hover_at(egui::pos2(x, rect.bottom() - 8.0));
    window.run_steps(30);
    assert!(window.query_all_by_label_contains("Reflection (det W < 0)").next().is_some());
}

#[test]
fn a_fold_is_told_at_its_layer() {
    let mut window = open_text(REFLECTION_AND_FOLD);
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.99)));
    window.get_by_label_contains("the flow folds");
    assert!(t(&window) > window.state().session().scene().unwrap().events.last().unwrap().t);
}
