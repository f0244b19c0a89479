//! A scene that was built takes the place of the one before.

use std::sync::Arc;

use super::{derive, rebuild, session_view, stop, view};
use crate::network::Network;
use crate::session::derived::Stored;
use crate::session::open_scene::OpenScene;
use crate::session::rebuild::{Rebuilt, same_shape};
use crate::session::{
    DataSource, DerivedKind, Document, Effect, KeptView, LayerDetail, Neighbours, PlaybackCommand, Refined, Scene,
    SceneError, SeparationProfile, Session, Severity, Task, file_name,
};

/// Shows a scene that takes the place of everything before.
pub fn show(session: &mut Session, document: Document, scene: Arc<Scene>, effects: &mut Vec<Effect>) {
    if let Some(sentence) = session.replaced_data.take() {
        session.notices.add(Severity::Done, sentence, "");
    }
    let shown = session.document();
    let new_data = shown.is_none_or(|shown| !same_data(shown, &document));
    let new_network = !same_network(shown.and_then(|shown| shown.network.as_ref()), document.network.as_ref());
    // A network that was drawn here learns its classes in the order in which they stand.
    let guess = scene.guessed_order.iter().filter(|_| document.network_path.is_some());
    let assumed: Vec<&str> = guess.chain(&scene.assumed).map(String::as_str).collect();
    if let (true, DataSource::File(path)) = (new_data || new_network, &document.data.source)
        && !assumed.is_empty()
    {
        let sentence = format!("{}: assumed: {}.", file_name(path), assumed.join("; "));
        session.notices.add(Severity::Warning, sentence, "");
    }
    session.wanted = document.clone();
    let first = session.shown.is_none();
    let duration = scene.flow.duration();
    let overlays = scene.first_overlays();
    session.shown = Some(OpenScene::new(document, scene));
    effects.extend(cancelled(session.derived.clear()));
    if new_data {
        session.view.points.reset_for_new_data();
    }
    session.offers_last &= first;
    if new_network {
        session.view.reset_for_new_scene();
        session.view.begin_scene(overlays);
        session.findings.reset_for_new_network();
        session.playback.restart(duration);
        if first {
            view::move_clock(session, PlaybackCommand::Play);
            look_as_before(session);
        }
    }
    if first {
        let identity = session.document().map(|document| document.identity());
        session.kept.first = Some(KeptView::new(&session.view, identity));
    }
    session_view::put_back(session);
    derive::refine(session, effects);
}

/// The network that was open last is looked at from where it was looked at.
fn look_as_before(session: &mut Session) {
    let identity = session.document().map(|document| document.identity());
    if let Some(kept) = session.kept.camera.take().filter(|kept| Some(&kept.of) == identity.as_ref()) {
        (session.view.projection, session.view.camera) = (kept.projection, kept.camera);
    }
}

/// Takes the scene that grew out of the one before, and asks for the next if it is due.
pub fn accept_rebuilt(
    session: &mut Session,
    document: Document,
    result: Result<Rebuilt, SceneError>,
    effects: &mut Vec<Effect>,
) {
    session.rebuild.finish();
    match result {
        Ok(rebuilt) => show_rebuilt(session, document, rebuilt, effects),
        Err(error) => stop::refuse(session, &document, &error, effects),
    }
    rebuild::go_on(session, effects);
}

/// Shows a scene that grew out of the one before: what is not made of it yet stays in sight as it was.
pub fn show_rebuilt(session: &mut Session, document: Document, rebuilt: Rebuilt, effects: &mut Vec<Effect>) {
    let Some(before) = session.shown.take() else { return };
    let Rebuilt { scene, refined, detail } = rebuilt;
    if !session.rebuild.due() {
        session.wanted = document.clone();
    }
    let new_data = !same_data(&before.document, &document);
    let by_hand = document.data.source == DataSource::Hand;
    let duration = scene.flow.duration();
    let same_duration = before.scene.flow.duration() == duration;
    let same_space = before.scene.flow.ambient_dimension() == scene.flow.ambient_dimension();
    let alike = same_shape(&before.scene.flow, &scene.flow);
    effects.extend(cancelled(if alike { session.derived.mark_stale() } else { session.derived.mark_changed() }));
    if let Some(refined) = refined {
        Refined::slot_mut(&mut session.derived).insert_fresh(refined.refinement, refined);
    }
    if let Some(detail) = detail {
        LayerDetail::slot_mut(&mut session.derived).insert_fresh(detail.layer, detail);
    }
    if new_data {
        // They count the points, which are others now.
        Neighbours::slot_mut(&mut session.derived).clear();
        SeparationProfile::slot_mut(&mut session.derived).clear();
    }
    session.shown = Some(OpenScene::new(document, scene));
    if new_data && !(same_duration && same_space) {
        session.view.reset_for_new_scene();
        session.playback.restart(duration);
    } else if !same_duration {
        // A layer more or less: the eye and the time stay where they are.
        session.view.forget_layers();
        session.playback.resize(duration);
    }
    if new_data {
        match by_hand {
            true => session.view.points.reset_for_changed_points(),
            false => session.view.points.reset_for_new_data(),
        }
    }
    derive::refine(session, effects);
}

fn cancelled(kinds: Vec<DerivedKind>) -> impl Iterator<Item = Effect> {
    kinds.into_iter().map(|kind| Effect::Cancel(Task::Derive(kind)))
}

fn same_data(one: &Document, other: &Document) -> bool {
    let data = |document: &Document| document.data.dataset.as_ref().map(Arc::as_ptr);
    data(one) == data(other)
}

fn same_network(one: Option<&Arc<Network>>, other: Option<&Arc<Network>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}
