use std::sync::Arc;

use egui::Theme;
use egui_kittest::kittest::Queryable;
use layerflow::dataset::{Dataset, Labels};
use layerflow::explorer::panels::layer::{self, LayerInput};
use layerflow::explorer::stage::{Stage, StageInput};
use layerflow::explorer::theme;
use layerflow::flow::FlowOptions;
use layerflow::formats::examples;
use layerflow::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
use layerflow::resnet::{Integrator, Refinement, RefinementKind};
use layerflow::session::{
    Command, Compare, Field, Hovered, LayerDetail, Overlay, Refined, Scene, VelocityPicture, ViewCommand, ViewSettings,
};
use nalgebra::DMatrix;

use super::harness;

/// What a window would hold: the stage, or the panel, with the settings that its commands change.
#[derive(Default)]
struct Session {
    scene: Option<Arc<Scene>>,
    refined: Option<Arc<Refined>>,
    field: Option<Arc<Field>>,
    view: ViewSettings,
    stage: Stage,
    t: f64,
    dressed: bool,
}

impl Session {
    fn open(network: &Network, data: Dataset) -> Session {
        let scene =
            Scene::build(&Arc::new(network.clone()), &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true)
                .unwrap();
        Session { scene: Some(Arc::new(scene)), ..Session::default() }
    }

    fn spiral() -> Session {
        let (network, data) = examples::spiral().unwrap();
        Session::open(&network, data)
    }

    fn refine(&mut self, steps: usize) {
        let scene = self.scene.as_deref().unwrap();
        let refinement = Refinement { kind: RefinementKind::Full, steps, integrator: Integrator::Euler };
        self.view.apply(ViewCommand::Steps(steps));
        self.refined = Some(Arc::new(Refined::build(scene, refinement, &mut |_, _| true).unwrap()));
    }

    fn sample_field(&mut self) {
        self.view.apply(ViewCommand::Show(Overlay::Answers, true));
        self.view.apply(ViewCommand::ShowVelocity(Some(VelocityPicture::Arrows)));
        let request = self.view.wanted_field(self.t).unwrap();
        let field = Field::build(self.scene.as_deref().unwrap(), request, &mut |_, _| true);
        self.field = Some(Arc::new(field.unwrap()));
    }

    /// Fonts and colours are there from the second frame on, as in a window that sets them before its first.
    fn undressed(&mut self, ui: &egui::Ui) -> bool {
        let undressed = !std::mem::replace(&mut self.dressed, true);
        if undressed {
            theme::install(ui.ctx());
        }
        undressed
    }

    fn show_stage(&mut self, ui: &mut egui::Ui) {
        if self.undressed(ui) {
            return;
        }
        let Session { scene, refined, field, view, stage, t, .. } = self;
        let input = StageInput {
            refined: refined.as_ref(),
            field: field.as_ref(),
            ..StageInput::new(scene.as_ref(), view, *t)
        };
        for command in stage.show(ui, &input) {
            view.apply(command);
        }
    }

    fn show_panel(&mut self, ui: &mut egui::Ui) {
        if self.undressed(ui) {
            return;
        }
        let options = FlowOptions::default();
        let scene = self.scene.as_deref();
        let index = scene.map_or(0, |scene| scene.flow.moment(self.t).layer);
        let detail = scene.map(|scene| LayerDetail::build(scene, index, &mut |_, _| true).unwrap());
        let (detail, view, t) = (detail.as_ref(), &self.view, self.t);
        let findings = &layerflow::session::FindingsView::default();
        let input = LayerInput { scene, options, wanted: None, detail, given_up: false, findings, view, t };
        for command in layer::show(ui, &input) {
            if let Command::View(command) = command {
                self.view.apply(command);
            }
        }
    }
}

fn dense(rows: usize, columns: usize, weight: &[f64], activation: Activation) -> Layer {
    let affine = Affine { weight: DMatrix::from_row_slice(rows, columns, weight), bias: None };
    Layer::Dense(Dense { name: String::new(), affine, activation })
}

fn mirror() -> Session {
    let layers = vec![dense(2, 2, &[0.0, 1.2, 0.8, 0.1], Activation::Identity)];
    let network = Network::new("mirror".into(), layers, OutputFunction::Identity).unwrap();
    let points = DMatrix::from_fn(2, 40, |row, sample| {
        let angle = sample as f64 * 0.37;
        (1.0 + sample as f64 / 40.0) * if row == 0 { angle.cos() } else { angle.sin() }
    });
    Session::open(&network, Dataset { name: "ring".into(), points, labels: Labels::None, ..Dataset::default() })
}

fn picture(session: Session, size: [f32; 2], theme: Theme, name: &str) {
    let mut harness = harness(size, theme).build_ui_state(|ui, session: &mut Session| session.show_stage(ui), session);
    harness.run_steps(6);
    harness.snapshot(name);
}

fn panel_picture(session: Session, size: [f32; 2], theme: Theme, name: &str) {
    let mut harness = harness(size, theme).build_ui_state(|ui, session: &mut Session| session.show_panel(ui), session);
    harness.run_steps(3);
    harness.snapshot(name);
}

#[test]
fn the_spiral_in_play() {
    let mut session = Session::spiral();
    session.t = 1.4;
    session.view.apply(ViewCommand::Hover(Some(Hovered::SingularValue { layer: 1, index: 0 })));
    picture(session, [560.0, 420.0], Theme::Light, "stage_spiral_light");
}

#[test]
fn the_resnet_over_the_plain_net() {
    let mut session = Session::spiral();
    session.refine(2);
    session.t = 2.5;
    session.view.apply(ViewCommand::Compare(Compare::Overlay));
    picture(session, [560.0, 420.0], Theme::Dark, "stage_overlay_dark");
}

#[test]
fn a_reflection_says_what_the_third_dimension_is_for() {
    let mut session = mirror();
    session.t = 0.5;
    picture(session, [500.0, 400.0], Theme::Dark, "stage_mirror_dark");
}

#[test]
fn the_field_behind_the_points() {
    let mut session = Session::spiral();
    session.t = 0.06;
    session.sample_field();
    session.view.apply(ViewCommand::Show(Overlay::Grid, false));
    picture(session, [500.0, 400.0], Theme::Dark, "stage_field_dark");
}

/// A flow of two dimensions at time t.
fn bend(t: f64) -> Session {
    let layers = vec![
        dense(2, 2, &[1.1, -0.6, 0.5, 2.9], Activation::Tanh),
        dense(2, 2, &[1.0, -0.4, 0.3, 0.8], Activation::Identity),
    ];
    let network = Network::new("bend".into(), layers, OutputFunction::Softmax).unwrap();
    let points = DMatrix::from_fn(2, 40, |row, sample| ((sample * (2 * row + 3)) as f64 * 0.37).sin() * 1.5);
    let mut session =
        Session::open(&network, Dataset { name: "cloud".into(), points, labels: Labels::None, ..Dataset::default() });
    session.t = t;
    session.view.apply(ViewCommand::Show(Overlay::Trails, false));
    session
}

/// The decision boundary at time t: curved at first, straight before the last layer.
fn boundary(t: f64, name: &str) {
    let mut session = bend(t);
    session.sample_field();
    session.view.apply(ViewCommand::ShowVelocity(None));
    picture(session, [420.0, 330.0], Theme::Light, name);
}

#[test]
fn the_boundary_on_the_input_space() {
    boundary(0.0, "stage_boundary_start");
}

#[test]
fn the_boundary_in_the_middle_of_an_activation() {
    boundary(0.85, "stage_boundary_activation");
}

#[test]
fn the_boundary_where_the_output_is_read() {
    boundary(2.0, "stage_boundary_end");
}

#[test]
fn areas_and_streamlines_behind_the_points() {
    let mut session = bend(0.9);
    session.view.apply(ViewCommand::Show(Overlay::Areas, true));
    session.view.apply(ViewCommand::ShowVelocity(Some(VelocityPicture::Streamlines)));
    let request = session.view.wanted_field(session.t).unwrap();
    session.field = Some(Arc::new(Field::build(session.scene.as_deref().unwrap(), request, &mut |_, _| true).unwrap()));
    picture(session, [500.0, 400.0], Theme::Light, "stage_areas_light");
}

#[test]
fn the_panel_of_a_small_layer() {
    let mut session = Session::spiral();
    session.t = 1.5;
    panel_picture(session, [260.0, 640.0], Theme::Light, "panel_small_light");
}

#[test]
fn the_panel_of_a_wide_layer_that_folds() {
    let width = 30;
    let weight: Vec<f64> = (0..width * width).map(|index| ((index * index) as f64 * 0.7).sin() / 4.0).collect();
    let layers = vec![dense(width, width, &weight, Activation::Gelu)];
    let network = Network::new("wide".into(), layers, OutputFunction::Identity).unwrap();
    let points = DMatrix::from_fn(width, 20, |row, sample| ((row * sample) as f64).cos());
    let mut session =
        Session::open(&network, Dataset { name: String::new(), points, labels: Labels::None, ..Dataset::default() });
    session.t = 0.99;
    panel_picture(session, [300.0, 900.0], Theme::Dark, "panel_wide_dark");
}

#[test]
fn nothing_open_says_what_to_do() {
    let mut harness = harness([500.0, 400.0], Theme::Light)
        .build_ui_state(|ui, session: &mut Session| session.show_stage(ui), Session::default());
    harness.run_steps(2);
    harness.get_by_label("Stage: nothing is open");
    harness.get_by_label_contains("Ctrl+O");
}

#[test]
fn the_mouse_turns_and_fits() {
    let mut harness = harness([500.0, 400.0], Theme::Light)
        .build_ui_state(|ui, session: &mut Session| session.show_stage(ui), Session::spiral());
    harness.run_steps(2);
    let before = harness.state().view.camera;
    let middle = harness.get_by_label("Stage: plain net").rect().center();
    harness.drag_at(middle);
    harness.run_steps(1);
    harness.hover_at(middle + egui::vec2(40.0, 25.0));
    harness.run_steps(1);
    harness.drop_at(middle + egui::vec2(40.0, 25.0));
    harness.run_steps(2);
    assert_ne!(harness.state().view.camera.orientation, before.orientation);
    harness.get_by_label("Fit").click();
    harness.run_steps(2);
    assert_eq!(harness.state().view.camera, before);
    harness.get_by_label("Compare: Plain").click();
    harness.run_steps(3);
    harness.get_by_label("Overlay").click();
    harness.run_steps(2);
    assert_eq!(harness.state().view.compare, Compare::Overlay);
    harness.get_by_label_contains("computing the ResNet");
}

#[test]
fn windows_and_data_of_every_size_are_drawn() {
    let points = [
        DMatrix::zeros(2, 0),
        DMatrix::zeros(2, 1),
        DMatrix::from_element(2, 5, 3.0),
        DMatrix::from_fn(2, 9, |row, sample| (row + sample) as f64 * 1e30),
        DMatrix::from_fn(2, 9, |row, sample| (row + sample) as f64 * 1e200),
        DMatrix::from_fn(2, 9, |row, sample| (row + sample) as f64 * 1e-30),
    ];
    for points in points {
        let layers =
            vec![dense(2, 2, &[0.0, 0.0, 0.0, 0.0], Activation::Tanh), dense(3, 2, &[1.0; 6], Activation::Gelu)];
        let network = Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
        for size in [[1.0, 1.0], [90.0, 40.0], [500.0, 400.0]] {
            let mut session = Session::open(
                &network,
                Dataset { name: String::new(), points: points.clone(), labels: Labels::None, ..Dataset::default() },
            );
            session.t = 1.9;
            session.view.apply(ViewCommand::Compare(Compare::SideBySide));
            let show = |ui: &mut egui::Ui, session: &mut Session| {
                session.show_stage(ui);
                session.show_panel(ui);
            };
            let mut harness = harness(size, Theme::Light).build_ui_state(show, session);
            harness.run_steps(2);
        }
    }
}
