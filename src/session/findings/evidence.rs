//! Where a finding shows: the time, the part of the layer panel, the points and their colours, the coordinates.

use crate::dataset::Labels;
use crate::diagnostics::findings::Finding;
use crate::session::{
    Colouring, PanelCommand, PanelPart, PanelSettings, Pick, PointCommand, Projection, Scene, Section, ViewCommand,
};

/// Where a finding shows.
#[derive(Debug)]
pub(in crate::session) struct Evidence {
    /// The time.
    pub t: Option<f64>,
    /// What changes in the view.
    pub view: Vec<ViewCommand>,
    /// Whether the layer panel shows it.
    pub in_layer_panel: bool,
}

/// What shows a finding.
#[derive(Debug, Default)]
struct Traces {
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

impl Evidence {
    /// Where a finding about `scene` shows, while the panels are arranged like this.
    pub fn new(finding: &Finding, scene: &Scene, panel: &PanelSettings) -> Evidence {
        let traces = traces(finding, scene);
        let mut view = Vec::new();
        if let Some(layer) = finding.layer {
            view.push(ViewCommand::PinLayer(Some(layer.saturating_sub(1))));
            view.push(ViewCommand::Panel(PanelCommand::FitWeights));
        }
        view.extend(traces.section.map(|section| ViewCommand::Panel(PanelCommand::Show(section))));
        if let Some(colouring) = traces.colouring.filter(|colouring| colouring.refusal(scene).is_none()) {
            view.push(ViewCommand::Points(PointCommand::Colour(colouring)));
        }
        view.extend(traces.projection.map(ViewCommand::Project));
        if !traces.points.is_empty() {
            view.push(ViewCommand::Points(PointCommand::Select(Pick::Only, traces.points)));
        }
        if traces.all_layers && !panel.shows(PanelPart::AllLayers) {
            view.push(ViewCommand::Panel(PanelCommand::TogglePart(PanelPart::AllLayers)));
        }
        Evidence { t: finding.t, view, in_layer_panel: traces.section.is_some() }
    }
}

fn traces(finding: &Finding, scene: &Scene) -> Traces {
    let of_layer = |section| Traces { section: Some(section), ..Traces::default() };
    let coloured = |colouring| Traces { colouring: Some(colouring), ..Traces::default() };
    match finding.code {
        "dead_units" | "saturated_units" | "linear_layer" | "fold" => of_layer(Section::Activation),
        "not_finite" if finding.layer.is_none() => Traces::default(),
        "not_finite" if !finding.rows.is_empty() => {
            let points = finding.rows.iter().filter_map(|row| scene.sample_of_row(*row)).collect();
            Traces { points, ..of_layer(Section::Activation) }
        }
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
            Traces { all_layers: true, section: Some(Section::Spectrum), ..Traces::default() }
        }
        "underfit" | "overfit" => Traces { points: mistakes(scene), ..coloured(Colouring::Mistakes) },
        "output_mismatch" => coloured(Colouring::Prediction),
        "data_labels" => Traces { points: beyond(scene), ..coloured(Colouring::Label) },
        "classes_merge" => coloured(Colouring::Label),
        _ => match finding.columns.first() {
            Some(column) => Traces { projection: on_an_axis(*column, scene), ..coloured(Colouring::Column(*column)) },
            None => Traces::default(),
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
