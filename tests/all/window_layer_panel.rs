//! The layer panel and the timeline's marks, driven by label.

use egui::Key;
use egui_kittest::kittest::Queryable;
use layerflow::flow::{CompressionLaw, Decomposition, EventKind, TimeLaw};
use layerflow::formats::{self, Precision};
use layerflow::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
use layerflow::session::{Command, Hovered, LayerOverview, Modal, PanelPart, PlaybackCommand, Section};

use nalgebra::DMatrix;

use super::window::{TIMEOUT, Window, command, first_start, open, press, t, write};
use layerflow::explorer::Startup;

/// A reflection of the plane (det W < 0), then a layer that folds.
const REFLECTION_AND_FOLD: &str = r#"{"format": "layerflow.network/1", "name": "events", "layers": [
    {"type": "dense", "name": "mirror", "weight": [[0.0, 1.2], [0.8, 0.1]]},
    {"type": "dense", "name": "fold", "weight": [[1.0, 0.2], [-0.3, 1.5]], "activation": "gelu"}]}"#;

fn open_text(text: &str) -> Window {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "network.json", text);
    open(Startup { network: Some(path), data: None, ..Startup::default() })
}

/// Clicks what may have to be scrolled to.
fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click_accesskit();
    window.run_steps(2);
}

#[test]
fn every_section_is_folded_away_and_opened_by_its_heading() {
    let mut window = first_start();
    for section in Section::ALL {
        let before = window.state().session().view.panel.is_open(section);
        for expected in [!before, before] {
            click(&mut window, section.label());
            assert_eq!(window.state().session().view.panel.is_open(section), expected, "{section:?}");
        }
    }
}

#[test]
fn the_rank_at_the_precision_of_the_file_stands_in_the_panel() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("planted.safetensors");
    let weight = DMatrix::from_fn(8, 8, |i, j| (i as f64 + 0.3).sin() * (j as f64 + 0.7).cos());
    let affine = Affine { weight, bias: None };
    let layer = Layer::Dense(Dense { name: "fc".into(), affine, activation: Activation::Identity });
    let network = Network::new("planted".into(), vec![layer], OutputFunction::Identity).unwrap();
    formats::save_as(&path, &network, Precision::Single).unwrap();
    let window = open(Startup { network: Some(path), ..Startup::default() });
    window.get_by_label("rank 1 at float32 precision");
}

#[test]
fn the_choices_of_the_model_are_made_in_the_panel() {
    let mut window = first_start();
    click(&mut window, Section::Choices.label());
    window.run_steps(20);
    for choice in ["Polar", "Straight", "Linear"] {
        click(&mut window, choice);
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
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

/// Stops in the first layer and waits for what the panel needs of it.
fn prepared(window: &mut Window) {
    command(window, Command::Playback(PlaybackCommand::Seek(0.5)));
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
}

#[test]
fn weights_are_zoomed_by_button_and_wheel_and_moved_by_drag() {
    let mut window = first_start();
    prepared(&mut window);
    for section in [Section::Spectrum, Section::Rotations, Section::Glyph, Section::Weights] {
        click(&mut window, section.label());
    }
    window.run_steps(20);
    let side = |window: &Window| window.state().session().view.panel.weights.side;
    assert!(window.query_by_label("Factor U of layer 1").is_some());
    click(&mut window, "Zoom in");
    assert_eq!(side(&window), 0.5);
    click(&mut window, "Zoom out");
    assert_eq!(side(&window), 1.0);

    let middle = window.get_by_label("Weights W of layer 1").rect().center();
    window.hover_at(middle);
    window.run_steps(2);
    let delta = egui::vec2(0.0, 100.0);
    let (unit, phase) = (egui::MouseWheelUnit::Point, egui::TouchPhase::Move);
    let (source, modifiers) = (egui::MouseWheelSource::Wheel, egui::Modifiers::NONE);
    window.event(egui::Event::MouseWheel { unit, delta, phase, source, modifiers });
    window.run_steps(10);
    assert!(side(&window) < 0.9);
    let corner = window.state().session().view.panel.weights.corner;
    window.drag_at(middle);
    window.run_steps(1);
    window.hover_at(middle + egui::vec2(15.0, 5.0));
    window.run_steps(2);
    window.drop_at(middle + egui::vec2(15.0, 5.0));
    window.run_steps(1);
    assert!(window.state().session().view.panel.weights.corner[0] < corner[0]);
    click(&mut window, "All weights");
    assert_eq!(side(&window), 1.0);
}

#[test]
fn the_unit_ball_turns_with_the_stage() {
    let mut window = first_start();
    prepared(&mut window);
    for section in [Section::Spectrum, Section::Rotations] {
        click(&mut window, section.label());
    }
    window.run_steps(20);
    let before = window.state().session().view.camera.orientation;
    let middle = window.get_by_label("Unit ball of layer 1").rect().center();
    window.drag_at(middle);
    window.run_steps(1);
    window.hover_at(middle + egui::vec2(30.0, 10.0));
    window.run_steps(2);
    window.drop_at(middle + egui::vec2(30.0, 10.0));
    window.run_steps(1);
    assert_ne!(window.state().session().view.camera.orientation, before);
}

#[test]
fn what_is_under_the_mouse_in_the_panel_is_shown_on_the_stage() {
    let mut window = first_start();
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.5)));
    let bars = window.get_by_label("Singular values of layer 2").rect();
    window.hover_at(egui::pos2(bars.left() + 60.0, bars.center().y));
    window.run_steps(2);
    assert_eq!(window.state().session().view.hovered, Some(Hovered::SingularValue { layer: 1, index: 0 }));
    let dial = window.get_by_label_contains("Plane 1 of U in layer 2").rect();
    window.hover_at(dial.center());
    window.run_steps(2);
    let hovered = window.state().session().view.hovered;
    assert!(matches!(hovered, Some(Hovered::Plane { layer: 1, index: 0, .. })), "{hovered:?}");
}

#[test]
fn all_layers_are_surveyed_while_their_strip_is_open_and_a_click_goes_to_a_time() {
    let mut window = first_start();
    click(&mut window, "All layers at once");
    prepared(&mut window);
    assert!(window.state().session().view.panel.shows(PanelPart::AllLayers));
    assert!(window.state().session().latest::<LayerOverview>().is_some());
    // A track that is folded at first unfolds by its name.
    assert!(window.query_by_label("Total rotation, °").is_none());
    click(&mut window, "Track: Rotation");
    let charts = [
        "Spectra: ln σ, largest on top",
        "Total rotation, °",
        "Volume change, ln",
        "Classes apart, %: probe and neighbours",
        "Energy and path length, %",
    ];
    let duration = window.state().session().playback.duration();
    for (index, chart) in charts.into_iter().enumerate() {
        let rect = window.get_by_label(chart).rect();
        let share = 0.2 + 0.15 * index as f32;
        // The tracks are aligned to the timeline, which has room for the playhead's handle at both ends.
        let timeline = window.get_by_label("Timeline").rect().shrink2(egui::vec2(6.0, 0.0));
        let at = egui::pos2(timeline.left() + share * timeline.width(), rect.center().y);
        window.drag_at(at);
        window.run_steps(1);
        window.drop_at(at);
        window.run_steps(2);
        assert!((t(&window) - f64::from(share) * duration).abs() < 0.02 * duration, "{chart}: {}", t(&window));
    }
    click(&mut window, "All layers at once");
    assert!(window.query_by_label(charts[0]).is_none());
}

#[test]
fn the_model_is_explained_on_one_screen_that_esc_closes() {
    let mut window = first_start();
    for close in ["Esc", "Close"] {
        click(&mut window, "Help");
        click(&mut window, "The model");
        window.run_steps(3);
        assert_eq!(window.state().session().window.modal, Some(Modal::Model));
        for phase in ["rotate in", "compress", "rotate out", "shift", "activate", "Euler steps: a ResNet"] {
            let rect = window.get_by_label(&format!("Picture: {phase}")).rect();
            assert!(rect.left() > 0.0 && rect.right() < 1280.0 && rect.top() > 0.0 && rect.bottom() < 800.0);
        }
        if close == "Esc" {
            press(&mut window, Key::Escape)
        } else {
            click(&mut window, close)
        }
        assert_eq!(window.state().session().window.modal, None);
    }
}
