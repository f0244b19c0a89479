//! What the window shows, as a session's file keeps it.

use nalgebra::DMatrix;

use super::names::{colouring_name, name, table_column_name};
use super::pose::{stored_camera, stored_projection};
use super::stored::{StoredFlow, StoredLook};
use super::stored_view::{
    StoredEntry, StoredFindings, StoredGrab, StoredPanel, StoredPen, StoredPointSettings, StoredRefinement, StoredTime,
    StoredTour, StoredTraining, StoredTurn, StoredView, StoredWindow,
};
use super::write::SessionSnapshot;
use crate::diagnostics::findings::Severity;
use crate::flow::FlowOptions;
use crate::session::{
    Document, FindingScope, Overlay, PanelPart, PanelSettings, PointSettings, Scene, Section, Session, Tour, Track,
    ViewSettings, WindowSettings,
};
use crate::training::{Optimiser, Schedule};

/// Everything that a session's file is to hold now; `None` before anything is shown.
pub(in crate::session) fn snapshot(session: &Session, embeds: bool) -> Option<SessionSnapshot> {
    let document = session.document()?.clone();
    let is_in_file = session.unsaved().is_in_file(document.whole_network()?);
    let (look, shown) = (look(session, &document), session.look()?);
    let checkpoints = session.checkpoints().filter(|series| series.present().is_some());
    let checkpoints = checkpoints.map(|series| (series.source().to_owned(), series.follows()));
    let comparison = session.counterpart().map(|other| (other.path.clone(), session.view.pairing, session.view.morph));
    Some(SessionSnapshot { document, is_in_file, embeds, checkpoints, comparison, look, shown })
}

/// What the window shows of the document that is open.
pub(in crate::session) fn look(session: &Session, document: &Document) -> StoredLook {
    StoredLook {
        flow: flow(document.options),
        time: time(session),
        view: view(&session.view, session.hint),
        window: window(session.window),
        findings: findings(session, document),
        training: Some(training(session)),
    }
}

/// What a window shows that has just opened with this scene.
pub(in crate::session) fn usual_look(scene: &Scene) -> StoredLook {
    let mut settings = ViewSettings::default();
    settings.begin_scene(scene.first_overlays());
    StoredLook {
        flow: flow(FlowOptions::default()),
        time: StoredTime::default(),
        view: view(&settings, false),
        window: window(WindowSettings::default()),
        findings: StoredFindings::default(),
        training: None,
    }
}

fn flow(options: FlowOptions) -> StoredFlow {
    StoredFlow {
        decomposition: Some(name(options.decomposition)),
        compression: Some(name(options.compression)),
        time: Some(name(options.time)),
        residual: Some(name(options.residual)),
    }
}

fn window(settings: WindowSettings) -> StoredWindow {
    StoredWindow {
        network_panel: Some(settings.network_panel),
        layer_panel: Some(settings.layer_panel),
        side: Some(name(settings.side)),
        frame_time: Some(settings.frame_time),
        appearance: Some(name(settings.appearance)),
    }
}

fn time(session: &Session) -> StoredTime {
    let playback = &session.playback;
    StoredTime {
        t: playback.t(),
        playing: playback.playing(),
        speed: Some(playback.speed()),
        looping: Some(playback.looping()),
        range: playback.range(),
        marks: playback.marks().to_vec(),
        rested: playback.rested(),
    }
}

fn view(view: &ViewSettings, hint: bool) -> StoredView {
    let refinement = view.refinement;
    StoredView {
        projection: Some(stored_projection(view.projection)),
        tour: Some(tour(&view.tour)),
        camera: Some(stored_camera(&view.camera)),
        auto_fit: Some(view.auto_fit),
        overlays: Some(Overlay::ALL.into_iter().filter(|overlay| view.shows(*overlay)).map(name).collect()),
        trail_length: Some(view.trail_length),
        velocity: view.velocity.map(name),
        compare: Some(name(view.compare)),
        last_compared: Some(name(view.last_refined())),
        refinement: Some(StoredRefinement {
            kind: name(refinement.kind),
            steps: refinement.steps,
            integrator: name(refinement.integrator),
        }),
        pinned_layer: view.pinned_layer.map(|layer| layer + 1),
        block: view.block.map(|block| block + 1),
        panel: panel(&view.panel),
        points: points(&view.points),
        pen: StoredPen {
            pen: view.pen.pen.map(name),
            class: view.pen.class,
            radius: Some(view.pen.radius),
            density: Some(view.pen.density),
        },
        hint,
    }
}

fn rows(matrix: &DMatrix<f64>) -> [Vec<f64>; 2] {
    [0, 1].map(|row| (0..matrix.ncols()).filter_map(|column| matrix.get((row, column)).copied()).collect())
}

fn tour(tour: &Tour) -> StoredTour {
    let state = tour.state();
    let turn = state.turn.map(|(from, to, done)| StoredTurn { from: rows(&from), to: rows(&to), done });
    StoredTour { playing: tour.playing, speed: tour.speed(), plane: rows(&state.plane), turn, begun: state.begun }
}

fn panel(panel: &PanelSettings) -> StoredPanel {
    let [left, top] = panel.weights.corner;
    StoredPanel {
        sections: Some(Section::ALL.into_iter().filter(|section| panel.is_open(*section)).map(name).collect()),
        parts: PanelPart::ALL.into_iter().filter(|part| panel.shows(*part)).map(name).collect(),
        tracks: Some(Track::ALL.into_iter().filter(|track| panel.shows_track(*track)).map(name).collect()),
        weights: Some([left, top, panel.weights.side]),
        entry: panel.entry.map(|entry| StoredEntry {
            layer: entry.layer,
            part: name(entry.part),
            row: entry.row,
            column: entry.column,
        }),
    }
}

fn points(points: &PointSettings) -> StoredPointSettings {
    let (filter, probe) = (&points.filter, &points.probe);
    StoredPointSettings {
        tool: Some(name(points.tool)),
        colours: Some(colouring_name(points.colouring)),
        hidden_by: Some(colouring_name(filter.by())),
        hidden: filter.hidden().collect(),
        only: filter.only().map(|only| only.samples().to_vec()),
        selection: points.selection.samples().to_vec(),
        trails_of_selection: points.trails_of_selection,
        pictures: points.pictures,
        table: points.table,
        sorted_by: Some(table_column_name(points.sorting.column)),
        descending: points.sorting.descending,
        perturbation: probe.perturbation.map(name),
        epsilon: Some(probe.epsilon),
        grab: probe.grab.as_ref().map(|grab| StoredGrab {
            sample: grab.sample,
            t: grab.t,
            rows: rows(&grab.rows),
            by: grab.by,
        }),
        unit: probe.unit,
        direction: probe.direction,
    }
}

fn findings(session: &Session, document: &Document) -> StoredFindings {
    let (view, network) = (&session.findings, document.identity());
    let own = view.dismissed().iter().filter(|dismissal| dismissal.network == network);
    StoredFindings {
        hidden: Severity::ALL.into_iter().filter(|severity| !view.lists(*severity)).map(name).collect(),
        scope: Some(match view.scope {
            FindingScope::All => "all".into(),
            FindingScope::Whole => "whole".into(),
            FindingScope::Layer(layer) => format!("layer:{layer}"),
        }),
        show_dismissed: view.show_dismissed,
        chosen: view.chosen.clone(),
        dismissed: own.map(|dismissal| dismissal.key.clone()).collect(),
        thresholds: session.thresholds.clone(),
    }
}

fn training(session: &Session) -> StoredTraining {
    let (options, pace) = (session.training().options(), session.training().pace());
    let (schedule, schedule_epochs, schedule_factor) = match options.schedule {
        Schedule::Constant => ("constant", None, None),
        Schedule::Cosine => ("cosine", None, None),
        Schedule::Step { epochs, factor } => ("step", Some(epochs), Some(factor)),
    };
    StoredTraining {
        loss: name(options.objective.loss),
        decay: options.objective.decay,
        transport: options.objective.transport,
        smoothness: options.objective.smoothness,
        momentum: match options.optimiser {
            Optimiser::Sgd { momentum } => Some(momentum),
            Optimiser::Adam => None,
        },
        rate: options.rate,
        schedule: schedule.into(),
        schedule_epochs,
        schedule_factor,
        batch: options.batch,
        epochs: options.epochs,
        test_share: options.test_share,
        seed: options.seed,
        pace: name(pace),
    }
}
