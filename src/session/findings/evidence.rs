//! Where a finding shows: the time, the part of the layer panel, the points and their colours, the coordinates.

use std::sync::Arc;

use super::FindingKey;
use crate::dataset::Labels;
use crate::diagnostics::findings::Finding;
use crate::session::{
    Colouring, Command, FindingEntry, PanelCommand, Pick, PlaybackCommand, PointCommand, Projection, Scene, Section,
    Session, Side, ViewCommand,
};
use crate::session::{Effect, Findings};

/// What shows a finding.
#[derive(Debug, Default)]
struct Evidence {
    /// The part of the layer panel.
    section: Option<Section>,
    /// What the points' colours stand for.
    colouring: Option<Colouring>,
    /// The coordinates that are drawn.
    projection: Option<Projection>,
    /// The points concerned.
    points: Vec<usize>,
    /// Whether the panel of all layers shows it.
    all_layers: bool,
}

/// Goes to where a finding shows, and marks it as the chosen one.
pub(super) fn go_to(session: &mut Session, key: &FindingKey, effects: &mut Vec<Effect>) {
    let (Some(list), Some(scene)) = (session.latest::<Findings>().cloned(), session.scene().cloned()) else { return };
    let Some(FindingEntry { finding, .. }) = list.entries().iter().find(|entry| entry.key == *key) else { return };
    let evidence = evidence(finding, &scene);
    let mut commands: Vec<Command> = Vec::new();
    commands.extend(finding.t.map(|t| Command::Playback(PlaybackCommand::Seek(t))));
    let mut view = |command| commands.push(Command::View(command));
    if let Some(layer) = finding.layer {
        view(ViewCommand::PinLayer(Some(layer.saturating_sub(1))));
        view(ViewCommand::Panel(PanelCommand::FitWeights));
    }
    if let Some(section) = evidence.section {
        view(ViewCommand::Panel(PanelCommand::Show(section)));
    }
    if let Some(colouring) = evidence.colouring.filter(|colouring| colouring.refusal(&scene).is_none()) {
        view(ViewCommand::Points(PointCommand::Colour(colouring)));
    }
    if let Some(projection) = evidence.projection {
        view(ViewCommand::Project(projection));
    }
    if !evidence.points.is_empty() {
        view(ViewCommand::Points(PointCommand::Select(Pick::Only, evidence.points)));
    }
    if evidence.all_layers && !session.view.panel.all_layers {
        view(ViewCommand::Panel(PanelCommand::ToggleAllLayers));
    }
    for command in commands {
        effects.extend(session.apply(command));
    }
    if evidence.section.is_some() {
        session.window.layer_panel = true;
        session.window.side = Side::Layer;
    }
    session.findings.chosen = Some(key.clone());
}

fn evidence(finding: &Finding, scene: &Arc<Scene>) -> Evidence {
    let of_layer = |section| Evidence { section: Some(section), ..Evidence::default() };
    let coloured = |colouring| Evidence { colouring: Some(colouring), ..Evidence::default() };
    match finding.code {
        "dead_units" | "saturated_units" | "linear_layer" | "fold" => of_layer(Section::Activation),
        "twin_units" | "unbroken_symmetry" | "dead_weights" | "large_weights" | "untrained_layer" | "not_finite" => {
            of_layer(Section::Weights)
        }
        "rank_deficient"
        | "ill_conditioned"
        | "redundant_linear"
        | "idle_layer"
        | "collapsed_directions"
        | "unstable_steps" => of_layer(Section::Spectrum),
        "reflection" => of_layer(Section::Rotations),
        "vanishing_signal" | "exploding_signal" => of_layer(Section::Activation),
        "vanishing_gradient" | "exploding_gradient" | "idle_depth" => {
            Evidence { all_layers: true, section: Some(Section::Spectrum), ..Evidence::default() }
        }
        "underfit" | "overfit" => Evidence { points: mistakes(scene), ..coloured(Colouring::Mistakes) },
        "output_mismatch" => coloured(Colouring::Prediction),
        "data_labels" => Evidence { points: beyond(scene), ..coloured(Colouring::Label) },
        "classes_merge" => coloured(Colouring::Label),
        _ => match finding.columns.first() {
            Some(column) => Evidence { projection: on_an_axis(*column, scene), ..coloured(Colouring::Column(*column)) },
            None => Evidence::default(),
        },
    }
}

/// The points that the network is wrong about.
fn mistakes(scene: &Scene) -> Vec<usize> {
    let Labels::Classes { of_sample, .. } = &scene.dataset.labels else { return Vec::new() };
    let pairs = of_sample.iter().zip(&scene.forward.predictions).enumerate();
    pairs.filter(|(_, (label, answer))| label != answer).map(|(sample, _)| sample).collect()
}

/// The points whose label no output stands for.
fn beyond(scene: &Scene) -> Vec<usize> {
    let Labels::Classes { of_sample, .. } = &scene.dataset.labels else { return Vec::new() };
    let outputs = scene.network.outputs().max(2);
    of_sample.iter().enumerate().filter(|(_, class)| **class >= outputs).map(|(sample, _)| sample).collect()
}

/// A column across, another one upward.
fn on_an_axis(column: usize, scene: &Scene) -> Option<Projection> {
    let dimension = scene.dataset.dimension();
    let other = (0..dimension).find(|other| *other != column)?;
    (column < dimension).then_some(Projection::Plane([column, other]))
}
