//! What the window shows of a session, in a window and in pictures of one: the bars, the panels and the stage.

use std::sync::Arc;

use egui::{CentralPanel, Panel, Rect, Ui};

use super::bars::timeline::Timeline;
use super::bars::{menu, status, transport};
use super::panels::{
    self, findings::FindingsPanel, layer::LayerInput, measures::MeasuresTable, refinement::RefinementInput,
    table::Table,
};
use super::stage::{Stage, StageInput};
use crate::session::{BlockDetail, Command, LayerDetail, PanelPart, RefinementStudy, Session, Side};

/// The width of the panel on the left, to begin with.
const LEFT_PANEL: f32 = 232.0;
/// The width of the panel on the right, to begin with.
const RIGHT_PANEL: f32 = 280.0;
/// The least width of a side panel.
const MIN_PANEL: f32 = 180.0;
/// The height of the transport bar.
const TRANSPORT: f32 = 56.0;
/// The height of the table of points, to begin with, and its bounds.
const TABLE: f32 = 170.0;
const MIN_TABLE: f32 = 90.0;
const MAX_TABLE: f32 = 400.0;

/// What the parts of the window remember from frame to frame.
#[derive(Default)]
pub(super) struct WindowContents {
    pub(super) stage: Stage,
    timeline: Timeline,
    table: Table,
    findings: FindingsPanel,
    measures: MeasuresTable,
}

impl WindowContents {
    /// Draws everything that stands beside each other; gives what was asked for, and where the stage is.
    pub(super) fn show(&mut self, ui: &mut Ui, session: &Session) -> (Vec<Command>, Rect) {
        let mut commands = self.bars(ui, session);
        commands.extend(self.side_panels(ui, session));
        let (central, stage) = self.central(ui, session);
        commands.extend(central);
        (commands, stage)
    }

    fn bars(&mut self, ui: &mut Ui, session: &Session) -> Vec<Command> {
        let mut commands = Panel::top("menu").show(ui, |ui| menu::show(ui, session)).inner;
        let timeline = &mut self.timeline;
        let bar = Panel::bottom("transport").exact_size(TRANSPORT);
        commands.extend(bar.show(ui, |ui| transport::show(ui, timeline, session)).inner);
        let area = Panel::bottom("all layers").resizable(false);
        commands.extend(area.show(ui, |ui| panels::all_layers::show(ui, session)).inner);
        commands
    }

    fn side_panels(&mut self, ui: &mut Ui, session: &Session) -> Vec<Command> {
        let findings = &mut self.findings;
        let mut commands = Vec::new();
        let most = (0.4 * ui.available_width()).max(MIN_PANEL);
        if session.window.network_panel {
            let panel = Panel::left("network").default_size(LEFT_PANEL).size_range(MIN_PANEL..=most);
            commands.extend(panel.show(ui, |ui| panels::left(ui, session)).inner);
        }
        if session.window.layer_panel {
            let panel = Panel::right("layer").default_size(RIGHT_PANEL).size_range(MIN_PANEL..=most);
            let right = |ui: &mut Ui| {
                let mut commands = panels::tabs(ui, session.window.side);
                commands.extend(match session.window.side {
                    Side::Layer => panels::layer::show(ui, &layer_input(session)),
                    Side::Refinement => panels::refinement::show(ui, &refinement_input(session)),
                    Side::Findings => findings.show(ui, session),
                    Side::Probes => panels::probes::show(ui, session),
                });
                commands
            };
            commands.extend(panel.show(ui, right).inner);
        }
        commands
    }

    fn central(&mut self, ui: &mut Ui, session: &Session) -> (Vec<Command>, Rect) {
        let stage = &mut self.stage;
        let mut commands = Vec::new();
        let points = &session.view.points;
        if points.table && !points.selection.is_empty() {
            let panel = Panel::bottom("table").resizable(true).default_size(TABLE).size_range(MIN_TABLE..=MAX_TABLE);
            commands.extend(panel.show(ui, |ui| self.table.show(ui, session)).inner);
        }
        if session.view.panel.shows(PanelPart::Measures) {
            let panel = Panel::bottom("measures").resizable(true).default_size(TABLE).size_range(MIN_TABLE..=MAX_TABLE);
            commands.extend(panel.show(ui, |ui| self.measures.show(ui, session)).inner);
        }
        let central = CentralPanel::default().show(ui, |ui| {
            let mut commands = status::notices(ui, session);
            let opening = session.opening();
            let input = stage_input(session, opening.as_deref());
            commands.extend(stage.show(ui, &input).into_iter().map(Command::View));
            commands.extend(stage.take_edits().into_iter().map(Command::Edit));
            commands
        });
        commands.extend(central.inner);
        (commands, central.response.rect)
    }
}

/// What the stage shows of a session; `opening` is the name of what is being opened.
pub(super) fn stage_input<'a>(session: &'a Session, opening: Option<&'a str>) -> StageInput<'a> {
    StageInput {
        scene: session.scene(),
        opening,
        refined: session.refined(),
        field: session.latest(),
        refinement_panel: session.window.refinement_panel(),
        neighbours: session.neighbours(),
        perturbed: session.latest(),
        grabbed: session.latest(),
        gradient_arrows: session.latest(),
        pen: session.pen(),
        is_partial: session.document().is_some_and(|document| document.file.missing.is_some()),
        frame_time: session.window.frame_time,
        figure: None,
        view: &session.view,
        t: session.playback.t(),
    }
}

fn layer_input(session: &Session) -> LayerInput<'_> {
    let layer = session.panel_layer();
    LayerInput {
        detail: layer.and_then(|layer| session.detail(layer)).map(Arc::as_ref),
        given_up: session.is_given_up::<LayerDetail>(),
        scene: session.scene().map(Arc::as_ref),
        options: session.wanted().options,
        wanted: session.wanted().network.as_deref(),
        findings: &session.findings,
        view: &session.view,
        t: session.playback.t(),
    }
}

fn refinement_input(session: &Session) -> RefinementInput<'_> {
    RefinementInput {
        scene: session.scene().map(Arc::as_ref),
        refined: session.refined().map(Arc::as_ref),
        study: session.latest::<RefinementStudy>().map(Arc::as_ref),
        given_up: session.is_given_up::<RefinementStudy>(),
        block: session.latest::<BlockDetail>().map(Arc::as_ref),
        options: session.wanted().options,
        view: &session.view,
        t: session.playback.t(),
    }
}
