//! What the window shows of a session, in a window and in pictures of one: the bars, the panels and the stage.

use std::sync::Arc;

use egui::{Area, CentralPanel, Color32, Frame, Id, IdSalt, Order, Panel, Rect, Ui, UiBuilder, pos2, vec2};

use super::bars::timeline::Timeline;
use super::bars::{checkpoints, menu, run_curves, status, transport};
use super::panels::{
    self, comparison::ComparisonTable, findings::FindingsPanel, layer::LayerInput, measures::MeasuresTable, rail,
    refinement::RefinementInput, table::Table,
};
use super::stage::{Stage, StageInput};
use super::widgets::naming::name_pane;
use crate::jobs::Status;
use crate::session::{
    BlockDetail, Command, LayerDetail, PanelPart, PanelPosition, RefinementStudy, Session, Side, SidePanel, SizedPanel,
    Task, WindowCommand,
};

/// What the panels are called by those who cannot see them.
const LEFT: &str = "Panel on the left";
const RIGHT: &str = "Panel on the right";
/// The width of the panel on the left, to begin with.
const LEFT_PANEL: f32 = 232.0;
/// The width of the panel on the right, to begin with.
const RIGHT_PANEL: f32 = 280.0;
/// The least width of the panel on the left.
const MIN_LEFT: f32 = 200.0;
/// The least width of the panel on the right, whose tabs stand in one line.
const MIN_RIGHT: f32 = 270.0;
/// The height of the transport bar.
const TRANSPORT: f32 = 56.0;
/// The height of the bar of checkpoints.
const CHECKPOINTS: f32 = 44.0;
/// The height of the curves of a run.
const CURVES: f32 = 196.0;
/// The height of the table of points, to begin with, and its bounds.
const TABLE: f32 = 170.0;
const MIN_TABLE: f32 = 90.0;
/// The height of the table of two networks' layers, to begin with.
const COMPARISON: f32 = 210.0;
const MAX_TABLE: f32 = 400.0;

/// What the parts of the window remember from frame to frame.
#[derive(Default)]
pub(super) struct WindowContents {
    pub(super) stage: Stage,
    timeline: Timeline,
    table: Table,
    findings: FindingsPanel,
    measures: MeasuresTable,
    comparison: ComparisonTable,
}

impl WindowContents {
    /// Draws everything that stands beside each other, and what lies over the stage; gives what was asked for.
    pub(super) fn show(&mut self, ui: &mut Ui, session: &Session, jobs: &[Status<Task>]) -> Vec<Command> {
        // The window is cleared in their colour (`ExplorerApp::clear_color`): panels that fill themselves once more would
        // double the work of a driver without a graphics processor.
        ui.visuals_mut().panel_fill = Color32::TRANSPARENT;
        let mut commands = self.bars(ui, session);
        commands.extend(self.side_panels(ui, session));
        let (central, stage) = self.central(ui, session);
        commands.extend(central);
        commands.extend(self.panel_over(ui, session, stage));
        commands.extend(status::over_stage(ui.ctx(), stage, session, jobs));
        commands
    }

    fn bars(&mut self, ui: &mut Ui, session: &Session) -> Vec<Command> {
        let mut commands = Vec::new();
        let presents = session.window.folding.presents;
        if !presents {
            commands.extend(Panel::top("menu").show(ui, |ui| menu::show(ui, session)).inner);
        }
        if let Some(series) = session.checkpoints().filter(|series| series.present().is_some() || series.waits()) {
            let bar = Panel::bottom("checkpoints").exact_size(CHECKPOINTS);
            commands.extend(bar.show(ui, |ui| checkpoints::show(ui, session, series)).inner);
            if series.shows_curves() && !presents {
                let curves = Panel::bottom("curves of the run").exact_size(CURVES);
                commands.extend(curves.show(ui, |ui| run_curves::show(ui, session, series)).inner);
            }
        }
        let timeline = &mut self.timeline;
        let bar = Panel::bottom("transport").exact_size(TRANSPORT);
        commands.extend(bar.show(ui, |ui| transport::show(ui, timeline, session)).inner);
        let x_range = self.timeline.x_range();
        if !presents {
            let area = Panel::bottom("all layers").resizable(false);
            commands.extend(area.show(ui, |ui| panels::all_layers::show(ui, session, x_range)).inner);
        }
        commands
    }

    /// The panels beside the stage, and the icons of those that are folded.
    fn side_panels(&mut self, ui: &mut Ui, session: &Session) -> Vec<Command> {
        let mut commands = Vec::new();
        let most = 0.4 * ui.available_width();
        match session.window.panel_position(SidePanel::Network) {
            PanelPosition::Hidden => {}
            PanelPosition::Beside => {
                let range = MIN_LEFT..=most.max(MIN_LEFT);
                let panel = sized(Panel::left("network"), session, SizedPanel::Network, LEFT_PANEL).size_range(range);
                let shown = panel.show(ui, |ui| within(ui, LEFT, |ui| panels::left(ui, session)));
                commands.extend(shown.inner);
                commands.extend(resized(ui, "network", SizedPanel::Network, shown.response.rect.width()));
            }
            PanelPosition::Folded | PanelPosition::Over => {
                let panel = Panel::left("network icons").exact_size(rail::WIDTH).resizable(false);
                commands.extend(panel.show(ui, |ui| rail::left(ui, session)).inner);
            }
        }
        match session.window.panel_position(SidePanel::Layer) {
            PanelPosition::Hidden => {}
            PanelPosition::Beside => {
                let range = MIN_RIGHT..=most.max(MIN_RIGHT);
                let panel = sized(Panel::right("layer"), session, SizedPanel::Layer, RIGHT_PANEL).size_range(range);
                let shown = panel.show(ui, |ui| within(ui, RIGHT, |ui| self.right(ui, session)));
                commands.extend(shown.inner);
                commands.extend(resized(ui, "layer", SizedPanel::Layer, shown.response.rect.width()));
            }
            PanelPosition::Folded | PanelPosition::Over => {
                let panel = Panel::right("layer icons").exact_size(rail::WIDTH).resizable(false);
                commands.extend(panel.show(ui, |ui| rail::right(ui, session)).inner);
            }
        }
        commands
    }

    fn right(&mut self, ui: &mut Ui, session: &Session) -> Vec<Command> {
        let mut commands = panels::tabs(ui, session.window.side);
        commands.extend(match session.window.side {
            Side::Layer => panels::layer::show(ui, &layer_input(session)),
            Side::Refinement => panels::refinement::show(ui, &refinement_input(session)),
            Side::Findings => self.findings.show(ui, session),
            Side::Probes => panels::probes::show(ui, session),
        });
        commands
    }

    /// The panel that is opened over the stage, where there is no room beside it; a click elsewhere folds it.
    fn panel_over(&mut self, ui: &Ui, session: &Session, stage: Rect) -> Vec<Command> {
        let over = |panel: &SidePanel| session.window.panel_position(*panel) == PanelPosition::Over;
        let Some(panel) = [SidePanel::Network, SidePanel::Layer].into_iter().find(over) else { return Vec::new() };
        let (id, name, width) = match panel {
            SidePanel::Network => (Id::unique("network over the stage"), LEFT, LEFT_PANEL),
            SidePanel::Layer => (Id::unique("layer over the stage"), RIGHT, RIGHT_PANEL),
        };
        let width = width.min(stage.width());
        let left = match panel {
            SidePanel::Network => stage.left(),
            SidePanel::Layer => stage.right() - width,
        };
        let room = Rect::from_min_size(pos2(left, stage.top()), vec2(width, stage.height()));
        let area = Area::new(id).order(Order::Middle).fixed_pos(room.min).constrain(false);
        let shown = area.show(ui.ctx(), |ui| {
            let frame = Frame::side_top_panel(ui.style()).shadow(ui.visuals().popup_shadow);
            let margins = frame.total_margin().sum();
            frame.show(ui, |ui| {
                ui.set_min_size(room.size() - margins);
                ui.set_max_size(room.size() - margins);
                within(ui, name, |ui| match panel {
                    SidePanel::Network => panels::left(ui, session),
                    SidePanel::Layer => self.right(ui, session),
                })
            })
        });
        let mut commands = shown.inner.inner;
        let is_elsewhere = ui.input(|input| {
            let at = input.pointer.press_origin().filter(|_| input.pointer.any_pressed());
            at.is_some_and(|at| stage.contains(at) && !room.contains(at))
        });
        if is_elsewhere && !egui::Popup::is_any_open(ui.ctx()) {
            commands.push(Command::Window(WindowCommand::Fold));
        }
        commands
    }

    fn central(&mut self, ui: &mut Ui, session: &Session) -> (Vec<Command>, Rect) {
        let stage = &mut self.stage;
        let mut commands = Vec::new();
        let points = &session.view.points;
        let presents = session.window.folding.presents;
        let table = |name, which, usual| {
            sized(Panel::bottom(name), session, which, usual).resizable(true).size_range(MIN_TABLE..=MAX_TABLE)
        };
        if points.table && !points.selection.is_empty() && !presents {
            let shown = table("table", SizedPanel::Table, TABLE).show(ui, |ui| self.table.show(ui, session));
            commands.extend(shown.inner);
            commands.extend(resized(ui, "table", SizedPanel::Table, shown.response.rect.height()));
        }
        if session.view.panel.shows(PanelPart::Measures) && !presents {
            let shown = table("measures", SizedPanel::Measures, TABLE).show(ui, |ui| self.measures.show(ui, session));
            commands.extend(shown.inner);
            commands.extend(resized(ui, "measures", SizedPanel::Measures, shown.response.rect.height()));
        }
        if let Some(counterpart) = session.counterpart() {
            let panel = table("comparison", SizedPanel::Comparison, COMPARISON);
            let shown = panel.show(ui, |ui| self.comparison.show(ui, session, counterpart));
            commands.extend(shown.inner);
            commands.extend(resized(ui, "comparison", SizedPanel::Comparison, shown.response.rect.height()));
        }
        let central = CentralPanel::default().show(ui, |ui| {
            let mut commands = Vec::new();
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

/// A panel as large as a person made it; `usual` at first.
fn sized(panel: Panel, session: &Session, which: SizedPanel, usual: f32) -> Panel {
    panel.default_size(session.sizes.size(which).map_or(usual, f32::from))
}

/// The size that a person gives the panel `name`, which was just drawn in `ui`, by its edge.
fn resized(ui: &Ui, name: &'static str, which: SizedPanel, size: f32) -> Option<Command> {
    let edge = ui.ctx().read_response(ui.scope_id().with_salt(IdSalt::new(name)).with("__resize"))?;
    (edge.dragged() || edge.drag_stopped()).then(|| Command::Resize(which, size.round() as u16))
}

/// Draws into all the room of `ui` and no more: what is too wide is cut off rather than widen the panel, whose width is
/// the user's.
fn within<R>(ui: &mut Ui, name: &'static str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let room = ui.available_rect_before_wrap();
    let mut inner = ui.new_child(UiBuilder::new().max_rect(room));
    name_pane(&inner, name, room);
    let clip = ui.clip_rect().intersect(room.expand(ui.spacing().item_spacing.x));
    inner.set_clip_rect(clip);
    let result = add(&mut inner);
    ui.advance_cursor_after_rect(room);
    result
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
        compared: session.comparison(),
        has_counterpart: session.counterpart().is_some(),
        pen: session.pen(),
        is_partial: session.document().is_some_and(|document| document.file.missing.is_some()),
        frame_time: session.window.frame_time,
        presents: session.window.folding.presents,
        figure: None,
        scrubs_checkpoints: session.scrubs_checkpoints(),
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
