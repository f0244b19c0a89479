//! Asking for what the layer panel shows: the detail of the layer on show, made once a layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Effect, LayerDetail, Scene, SceneError, Session};

/// At most so many layers' details are kept; a deep network is walked through many times while it plays.
const MAX_KEPT: usize = 64;

/// The details of a scene's layers as far as they were asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    /// By index of the layer; `None` where the work was given up.
    made: BTreeMap<usize, Option<Arc<LayerDetail>>>,
    /// Those of the scenes before: they stay in sight until the same is made of the scene on show.
    before: BTreeMap<usize, Arc<LayerDetail>>,
    /// The layer whose detail is under way; there is one at a time.
    pending: Option<usize>,
}

impl Details {
    /// Those of a scene of the same shape that takes the place of the one before; `fresh` was made of it already.
    pub fn aged(self, fresh: Option<Arc<LayerDetail>>) -> Details {
        let mut before = self.before;
        before.extend(self.made.into_iter().filter_map(|(layer, made)| Some((layer, made?))));
        Details { before, ..Details::of(fresh) }
    }

    /// Those of a scene of which nothing else is known.
    pub fn of(fresh: Option<Arc<LayerDetail>>) -> Details {
        let made = fresh.into_iter().map(|detail| (detail.layer, Some(detail))).collect();
        Details { made, ..Details::default() }
    }

    fn newest(&self, index: usize) -> Option<&Arc<LayerDetail>> {
        self.made.get(&index).and_then(Option::as_ref).or_else(|| self.before.get(&index))
    }
}

impl Session {
    /// The newest detail of layer `index` that is ready.
    pub fn detail(&self, index: usize) -> Option<&Arc<LayerDetail>> {
        self.shown.as_ref()?.details.newest(index)
    }

    /// The index of the layer that the panel shows now.
    pub fn panel_layer(&self) -> Option<usize> {
        let flow = &self.shown.as_ref()?.scene.flow;
        Some(self.view.panel_layer(flow.moment(self.playback.t()).layer, flow.layers().len()))
    }

    /// Asks for the detail that the layer panel needs now, if it is neither there nor under way.
    pub fn watch_detail(&mut self) -> Option<Effect> {
        if !self.window.layer_panel || self.window.refinement_panel() {
            return None;
        }
        let wanted = self.panel_layer()?;
        let shown = self.shown.as_mut()?;
        if shown.details.pending.is_some() || shown.details.made.contains_key(&wanted) {
            return None;
        }
        shown.details.pending = Some(wanted);
        Some(Effect::Inspect(shown.scene.clone(), wanted))
    }

    pub(super) fn take_detail(&mut self, scene: &Arc<Scene>, layer: usize, made: Result<Arc<LayerDetail>, SceneError>) {
        let Some(shown) = self.shown.as_mut().filter(|shown| Arc::ptr_eq(&shown.scene, scene)) else { return };
        if shown.details.made.len() >= MAX_KEPT {
            shown.details.made.clear();
        }
        shown.details.pending = None;
        shown.details.made.insert(layer, made.ok());
    }

    /// The detail under way is not waited for any more, and not asked for again.
    pub(super) fn give_up_detail(&mut self) {
        let Some(shown) = &mut self.shown else { return };
        if let Some(layer) = shown.details.pending.take() {
            shown.details.made.insert(layer, None);
        }
    }

    /// Whether the detail of layer `index` was given up.
    pub fn detail_given_up(&self, index: usize) -> bool {
        self.shown.as_ref().is_some_and(|shown| matches!(shown.details.made.get(&index), Some(None)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Command, Document, Example, Outcome, Task};
    use super::*;
    use crate::flow::FlowOptions;

    fn session() -> Session {
        let (network, mut data) = Example::Spiral.load().unwrap();
        let network = Arc::new(network);
        let points = data.draw().unwrap();
        let scene = Scene::build(&network, &points, FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let mut session = Session::default();
        let document = Document { network: Some(network), data, ..Document::default() };
        session.receive(Outcome::Built(document, Ok(Arc::new(scene))));
        session
    }

    #[test]
    fn a_detail_is_asked_for_once_and_kept() {
        let mut session = session();
        let Some(Effect::Inspect(scene, 0)) = session.watch_detail() else { panic!("nothing was asked for") };
        assert!(session.watch_detail().is_none() && session.detail(0).is_none());
        let made = LayerDetail::build(&scene, 0, &mut |_, _| true).map(Arc::new);
        session.receive(Outcome::Inspected(scene, 0, made));
        assert!(session.detail(0).is_some() && session.watch_detail().is_none());
        // Another layer is asked for when the panel comes to it.
        session.apply(Command::Playback(super::super::PlaybackCommand::Seek(2.5)));
        assert!(matches!(session.watch_detail(), Some(Effect::Inspect(_, 2))));
    }

    #[test]
    fn what_was_stopped_is_not_begun_again() {
        let mut session = session();
        assert!(session.watch_detail().is_some());
        session.apply(Command::Cancel(Task::Inspect));
        assert!(session.detail_given_up(0) && session.watch_detail().is_none());
    }

    #[test]
    fn a_survey_is_made_while_its_strip_is_open() {
        let mut session = session();
        assert!(session.watch_overview().is_none());
        session.view.panel.all_layers = true;
        assert!(matches!(session.watch_overview(), Some(Effect::LayerOverview(_))));
        assert!(session.watch_overview().is_none());
        session.view.panel.all_layers = false;
        assert!(matches!(session.watch_overview(), Some(Effect::Cancel(Task::LayerOverview))));
        session.view.panel.all_layers = true;
        assert!(session.watch_overview().is_some());
        session.apply(Command::Cancel(Task::LayerOverview));
        assert!(session.overview_given_up() && session.watch_overview().is_none());
    }
}
