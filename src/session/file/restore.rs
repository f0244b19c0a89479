//! What a session's file keeps, put back into a window that shows its document.

use nalgebra::DMatrix;

use super::names::Names;
use super::pose::{restored_camera, restored_projection};
use super::stored::StoredLook;
use super::stored_view::{
    StoredFindings, StoredPanel, StoredPointSettings, StoredTime, StoredTour, StoredTraining, StoredView, StoredWindow,
};
use crate::diagnostics::findings::{Severity, Thresholds};
use crate::diagnostics::probes::Perturbation;
use crate::resnet::{Integrator, Refinement, RefinementKind};
use crate::session::view::TourState;
use crate::session::{
    Appearance, Compare, FindingScope, Grab, HeatWindow, KeptTime, MatrixEntry, Overlay, Pace, PanelCommand, PanelPart,
    PanelSettings, Pen, PenCommand, Pick, PointCommand, ProbeCommand, Scene, Section, Selection, Session, Side,
    Sorting, Tool, Tour, Track, VelocityPicture, ViewCommand, ViewSettings, WeightPart, WindowSettings,
};
use crate::training::{Loss, Objective, Optimiser, Schedule, TrainingOptions};

/// Puts everything back, or only what is said of the view where `is_whole` is false; answers what is not known, a part of a
/// sentence each.
pub(in crate::session) fn restore(session: &mut Session, look: &StoredLook, is_whole: bool) -> Vec<String> {
    let Some(scene) = session.scene().cloned() else { return Vec::new() };
    let mut names = Names::default();
    // How it is seen with another network was put back with that network.
    let kept = (session.view.pairing, session.view.morph);
    session.view = view(&look.view, &scene, &mut names);
    (session.view.pairing, session.view.morph) = kept;
    session.window = window(&look.window, session.window, &mut names);
    session.hint = look.view.hint && !session.knows_hint;
    if let Some(stored) = &look.training {
        let (options, pace) = training(stored, &mut names);
        session.training.set_options(options);
        session.training.set_pace(pace);
    }
    session.playback.restore(time(&look.time));
    if is_whole {
        findings(session, &look.findings, &mut names);
    }
    names.unknown
}

fn time(stored: &StoredTime) -> KeptTime {
    KeptTime {
        t: stored.t,
        playing: stored.playing,
        speed: stored.speed.unwrap_or(1.0),
        looping: stored.looping.unwrap_or(true),
        range: stored.range,
        marks: stored.marks.clone(),
        rested: stored.rested,
    }
}

fn view(stored: &StoredView, scene: &Scene, names: &mut Names) -> ViewSettings {
    let mut view = ViewSettings::default();
    view.begin_scene(scene.first_overlays());
    let projection = stored.projection.as_ref().and_then(|stored| restored_projection(stored, names));
    view.projection = projection.unwrap_or_default();
    if let Some(stored) = &stored.tour {
        view.tour = tour(stored);
    }
    if let Some(stored) = &stored.camera {
        view.camera = restored_camera(stored, names);
    }
    view.auto_fit = stored.auto_fit.unwrap_or(view.auto_fit);
    if let Some(shown) = &stored.overlays {
        let shown: Vec<Overlay> =
            shown.iter().filter_map(|text| names.find("overlays", Some(text), &Overlay::ALL)).collect();
        Overlay::ALL.into_iter().for_each(|overlay| view.apply(ViewCommand::Show(overlay, shown.contains(&overlay))));
    }
    if let Some(length) = stored.trail_length {
        view.apply(ViewCommand::TrailLength(length));
    }
    view.velocity = names.find("velocity", stored.velocity.as_deref(), &VelocityPicture::ALL);
    for (key, text) in [("last_compared", &stored.last_compared), ("compare", &stored.compare)] {
        if let Some(compare) = names.find(key, text.as_deref(), &Compare::ALL) {
            view.apply(ViewCommand::Compare(compare));
        }
    }
    if let Some(refinement) = &stored.refinement {
        let Refinement { kind, integrator, .. } = view.refinement;
        let kind = names.find("refinement.kind", Some(&refinement.kind), &RefinementKind::ALL).unwrap_or(kind);
        let integrator =
            names.find("refinement.integrator", Some(&refinement.integrator), &Integrator::ALL).unwrap_or(integrator);
        view.apply(ViewCommand::Kind(kind));
        view.apply(ViewCommand::Integrate(integrator));
        view.apply(ViewCommand::Steps(refinement.steps));
    }
    view.pinned_layer = stored.pinned_layer.and_then(|layer| layer.checked_sub(1));
    view.block = stored.block.and_then(|block| block.checked_sub(1));
    view.panel = panel(&stored.panel, names);
    points(&mut view, &stored.points, scene, names);
    view.pen.apply(PenCommand::Class(stored.pen.class));
    view.pen.apply(PenCommand::Radius(stored.pen.radius.unwrap_or(view.pen.radius)));
    view.pen.apply(PenCommand::Density(stored.pen.density.unwrap_or(view.pen.density)));
    view.pen.pen = names.find("pen", stored.pen.pen.as_deref(), &Pen::ALL);
    view
}

fn matrix([one, other]: &[Vec<f64>; 2]) -> DMatrix<f64> {
    // Rows of different lengths are no matrix; one without columns is none that is used.
    let columns = if one.len() == other.len() { one.len() } else { 0 };
    DMatrix::from_row_iterator(2, columns, one.iter().take(columns).chain(other.iter().take(columns)).copied())
}

fn tour(stored: &StoredTour) -> Tour {
    let mut tour = Tour::default();
    tour.playing = stored.playing;
    tour.set_speed(stored.speed);
    let turn = stored.turn.as_ref().map(|turn| (matrix(&turn.from), matrix(&turn.to), turn.done));
    tour.restore(TourState { plane: matrix(&stored.plane), turn, begun: stored.begun });
    tour
}

fn panel(stored: &StoredPanel, names: &mut Names) -> PanelSettings {
    let mut panel = PanelSettings::default();
    if let Some(open) = &stored.sections {
        let open: Vec<Section> =
            open.iter().filter_map(|text| names.find("panel.sections", Some(text), &Section::ALL)).collect();
        for section in Section::ALL {
            if panel.is_open(section) != open.contains(&section) {
                panel.apply(PanelCommand::Toggle(section));
            }
        }
    }
    if let Some(shown) = &stored.tracks {
        let shown: Vec<Track> =
            shown.iter().filter_map(|text| names.find("panel.tracks", Some(text), &Track::ALL)).collect();
        for track in Track::ALL {
            if panel.shows_track(track) != shown.contains(&track) {
                panel.apply(PanelCommand::ToggleTrack(track));
            }
        }
    }
    for part in stored.parts.iter().filter_map(|text| names.find("panel.parts", Some(text), &PanelPart::ALL)) {
        if !panel.shows(part) {
            panel.apply(PanelCommand::TogglePart(part));
        }
    }
    if let Some([left, top, side]) = stored.weights
        && [left, top, side].iter().all(|share| (0.0..=1.0).contains(share))
    {
        panel.weights = HeatWindow { corner: [left, top], side };
        // Kept within the map.
        panel.apply(PanelCommand::PanWeights([0.0, 0.0]));
    }
    panel.entry = stored.entry.as_ref().and_then(|entry| {
        let part = names.find("panel.entry.part", Some(&entry.part), &WeightPart::ALL)?;
        Some(MatrixEntry { layer: entry.layer, part, row: entry.row, column: entry.column })
    });
    panel
}

fn points(view: &mut ViewSettings, stored: &StoredPointSettings, scene: &Scene, names: &mut Names) {
    let samples = scene.data.samples();
    let known =
        |chosen: &[usize]| -> Vec<usize> { chosen.iter().copied().filter(|sample| *sample < samples).collect() };
    let points = &mut view.points;
    points.tool = names.find("tool", stored.tool.as_deref(), &Tool::ALL).unwrap_or_default();
    if let Some(colouring) = stored.colours.as_deref().and_then(|text| names.colouring("colours", text)) {
        points.apply(PointCommand::Colour(colouring));
    }
    if let Some(by) = stored.hidden_by.as_deref().and_then(|text| names.colouring("hidden_by", text)) {
        stored.hidden.iter().for_each(|group| points.apply(PointCommand::ToggleGroup(by, *group)));
    }
    if let Some(only) = &stored.only {
        points.apply(PointCommand::Isolate(Some(known(only))));
    }
    let mut selection = Selection::default();
    selection.change(Pick::Only, known(&stored.selection));
    points.selection = selection;
    points.trails_of_selection = stored.trails_of_selection;
    points.pictures = stored.pictures;
    points.table = stored.table;
    if let Some(column) = stored.sorted_by.as_deref().and_then(|text| names.table_column(text)) {
        points.sorting = Sorting { column, descending: stored.descending };
    }
    let probe = &mut points.probe;
    probe.perturbation = names.find("perturbation", stored.perturbation.as_deref(), &Perturbation::ALL);
    if let Some(epsilon) = stored.epsilon {
        probe.apply(ProbeCommand::Epsilon(epsilon));
    }
    let dimension = scene.flow.ambient_dimension();
    if let Some(grab) = &stored.grab {
        let rows = matrix(&grab.rows);
        if grab.sample < samples && rows.ncols() == dimension && grab.t.is_finite() {
            let t = grab.t.clamp(0.0, scene.flow.duration());
            probe.apply(ProbeCommand::Grab(Grab { sample: grab.sample, t, rows, by: grab.by }));
        }
    }
    (probe.unit, probe.direction) = (stored.unit, stored.direction);
}

fn window(stored: &StoredWindow, usual: WindowSettings, names: &mut Names) -> WindowSettings {
    WindowSettings {
        network_panel: stored.network_panel.unwrap_or(usual.network_panel),
        layer_panel: stored.layer_panel.unwrap_or(usual.layer_panel),
        side: names.find("side", stored.side.as_deref(), &Side::ALL).unwrap_or(usual.side),
        frame_time: stored.frame_time.unwrap_or(usual.frame_time),
        appearance: names
            .find("appearance", stored.appearance.as_deref(), &Appearance::ALL)
            .unwrap_or(usual.appearance),
        modal: None,
        folding: usual.folding,
    }
}

fn findings(session: &mut Session, stored: &StoredFindings, names: &mut Names) {
    let hidden = stored.hidden.iter().filter_map(|text| names.find("findings.hidden", Some(text), &Severity::ALL));
    let hidden: Vec<Severity> = hidden.collect();
    let scope = match stored.scope.as_deref() {
        Some("whole") => FindingScope::Whole,
        Some(text) => text
            .strip_prefix("layer:")
            .and_then(|layer| layer.parse().ok())
            .map_or(FindingScope::All, FindingScope::Layer),
        None => FindingScope::All,
    };
    let network = session.document().map(|document| document.identity()).unwrap_or_default();
    let dismissed = (network, stored.dismissed.clone());
    session.findings.restore_view(&hidden, scope, stored.show_dismissed, stored.chosen.clone(), dismissed);
    for (name, value) in &stored.thresholds {
        if !value.is_finite() || !is_threshold(name) {
            names.unknown.push(format!("`thresholds` names `{name}`"));
        }
    }
    let thresholds = stored.thresholds.iter().filter(|(name, value)| value.is_finite() && is_threshold(name));
    let thresholds = thresholds.map(|(name, value)| (name.clone(), *value)).collect();
    session.thresholds = thresholds;
}

fn is_threshold(name: &str) -> bool {
    Thresholds::default().get(name).is_some()
}

fn training(stored: &StoredTraining, names: &mut Names) -> (TrainingOptions, Pace) {
    let usual = TrainingOptions::default();
    let objective = Objective {
        loss: names.find("training.loss", Some(&stored.loss), &Loss::ALL).unwrap_or_default(),
        decay: stored.decay,
        transport: stored.transport,
        smoothness: stored.smoothness,
    };
    let schedule = match (stored.schedule.as_str(), stored.schedule_epochs, stored.schedule_factor) {
        ("constant", ..) => Schedule::Constant,
        ("step", Some(epochs), Some(factor)) => Schedule::Step { epochs, factor },
        _ => Schedule::Cosine,
    };
    let options = TrainingOptions {
        objective,
        optimiser: stored.momentum.map_or(Optimiser::Adam, |momentum| Optimiser::Sgd { momentum }),
        rate: stored.rate,
        schedule,
        batch: stored.batch,
        epochs: stored.epochs,
        test_share: stored.test_share,
        seed: stored.seed,
    };
    let pace = names.find("training.pace", Some(&stored.pace), &Pace::ALL).unwrap_or_default();
    // What no run could begin with is left as it is at first.
    (if options.check().is_ok() { options } else { usual }, pace)
}
