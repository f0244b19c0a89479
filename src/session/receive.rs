//! What comes back from outside: files that were read, scenes that were built, dialogs that were answered.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::derived::{Stored, is_cancelled};
use super::document::{FileContents, file_name};
use super::finite_layers::flowing_part;
use super::rebuild::same_shape;
use super::state::OpenScene;
use super::wording::counted;
use super::{
    Data, DataSource, DialogAnswer, Document, Effect, Import, LayerDetail, Neighbours, Outcome, PathPrompt,
    PlaybackCommand, Rebuilt, Refined, Scene, SceneError, SeparationProfile, Session, Severity, Task, UserError,
    derived, findings,
};
use crate::formats::{FormatError, GraphFile, OpenedNetwork};
use crate::network::Network;

impl Session {
    /// Takes what came back and tells what has to be done next.
    pub fn receive(&mut self, outcome: Outcome) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.accept(outcome, &mut effects);
        self.measure_points();
        findings::refresh(self);
        effects
    }

    fn accept(&mut self, outcome: Outcome, effects: &mut Vec<Effect>) {
        match outcome {
            Outcome::Network(path, network) => self.adopt(path, network, effects),
            Outcome::Tensors(path, tensors) => self.begin_import(Import::new(path, tensors)),
            Outcome::Graph(path, graph) => self.accept_graph(path, graph, effects),
            Outcome::Data(path, dataset) => {
                self.columns = None;
                if !dataset.notes.is_empty() {
                    let sentence = format!("{}: {}.", file_name(&path), dataset.notes.join("; "));
                    self.notices.add(Severity::Warning, sentence, "");
                }
                self.want_data(Data::read(path, Arc::new(dataset)), effects);
            }
            Outcome::Columns(path, columns, trouble) => self.choose_columns(path, columns, trouble, effects),
            Outcome::Files(outcomes) => self.accept_all(outcomes, effects),
            Outcome::Unreadable(path, trouble) => self.refuse_file(&path, trouble, effects),
            Outcome::Built(document, Ok(scene)) => self.show(document, scene, effects),
            Outcome::Rebuilt(document, result) => self.accept_rebuilt(document, result, effects),
            Outcome::Built(document, Err(error)) => self.refuse(&document, &error, effects),
            Outcome::Derived(output) => derived::accept(self, output),
            Outcome::Spectrum(file, result) => self.accept_spectrum(&file, result),
            Outcome::Saved(path, Ok(())) => self.saved(path),
            Outcome::Written(path, Ok(())) => {
                self.notices.add(Severity::Done, format!("Written to {}.", path.display()), "");
            }
            Outcome::SettingsKept(Ok(())) => {}
            Outcome::SettingsKept(Err(trouble))
            | Outcome::Saved(_, Err(trouble))
            | Outcome::Written(_, Err(trouble)) => {
                self.notices.add(Severity::Error, trouble.sentence, trouble.details);
            }
            Outcome::Trained(feed, result) => self.trained(&feed, result, effects),
            Outcome::Answer(purpose, DialogAnswer::Chosen(path)) => self.path_chosen(purpose, path, effects),
            Outcome::Answer(_, DialogAnswer::Cancelled) => {}
            Outcome::Answer(purpose, DialogAnswer::Unavailable) => {
                self.path_prompt = Some(PathPrompt { purpose, text: String::new() });
            }
            Outcome::Failed(task, why) => {
                let sentence =
                    format!("{} stopped because of a fault in layerflow; what was open stays.", task.label());
                self.notices.add(Severity::Error, sentence, why);
                self.give_up(task);
                self.fall_back(effects);
            }
        }
    }

    /// As much as is understood, with a word about the rest; else the tensors, to choose a chain by hand.
    fn accept_graph(&mut self, path: PathBuf, graph: GraphFile, effects: &mut Vec<Effect>) {
        let GraphFile { network, account, problem, convolutions, tensors } = graph;
        // A network too wide for a flow would only be refused later on; its weights can be looked at now.
        let network = network.filter(|_| !problem.leaves_network_whole());
        let error = FormatError::Graph { path: path.clone(), source: Box::new(problem.clone()) };
        let trouble = UserError::new(&error);
        let has_matrix = tensors.tensors().iter().any(|tensor| tensor.is_numeric && tensor.shape.len() >= 2);
        match network {
            Some(network) => {
                // The account says above the stage what is missing, and where.
                self.adopt(path, OpenedNetwork { network, account }, effects);
            }
            None if has_matrix => {
                let sentence = format!("Its tensors can be put together by hand. {}", trouble.sentence);
                self.notices.add(Severity::Warning, sentence, trouble.details);
                self.begin_import(Import::of_graph(path, tensors, convolutions, &problem));
            }
            None => self.refuse_file(&path, trouble, effects),
        }
    }

    /// Networks first, so that data dropped together with its network is measured against that one.
    fn accept_all(&mut self, outcomes: Vec<Outcome>, effects: &mut Vec<Effect>) {
        let (data, others): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|o| matches!(o, Outcome::Data(..)));
        for outcome in others.into_iter().chain(data) {
            self.accept(outcome, effects);
        }
    }

    fn adopt(&mut self, path: PathBuf, opened: OpenedNetwork, effects: &mut Vec<Effect>) {
        let (OpenedNetwork { network, account }, whole) = match flowing_part(opened) {
            Ok(flowing) => flowing,
            Err(error) => return self.refuse_file(&path, UserError::new(&error), effects),
        };
        for sentence in account.assumed() {
            self.notices.add(Severity::Warning, format!("{}: assumed: {sentence}.", file_name(&path)), "");
        }
        self.recent.add(&path);
        self.import = None;
        let inputs = network.inputs();
        self.forget_history();
        self.wanted.network = Some(Arc::new(network));
        self.wanted.network_path = Some(path);
        self.wanted.file = FileContents::new(account, whole);
        self.hint = false;
        if !self.wanted.data_fits() {
            let before = std::mem::replace(&mut self.wanted.data, Data::fitting(inputs));
            let reason = match &before.dataset {
                Some(dataset) => format!("{} has {} of values", before.name(), counted(dataset.dimension(), "column")),
                None => "no data of that width is open".to_owned(),
            };
            self.replaced_data = Some(format!(
                "The network takes {} and {reason}, so {} is shown; choose other data on the left.",
                counted(inputs, "input"),
                self.wanted.data.name(),
            ));
        }
        match self.waiting_data.take() {
            // The network is built with the data that it was started with, not with other data first.
            Some(path) => effects.push(Effect::ReadData(path, Some(inputs))),
            None => self.build(effects),
        }
    }

    fn refuse_file(&mut self, path: &Path, trouble: UserError, effects: &mut Vec<Effect>) {
        self.recent.forget(path);
        self.notices.add(Severity::Error, trouble.sentence, trouble.details);
        if self.shown.is_none() {
            self.build(effects);
        }
        self.fall_back(effects);
    }

    /// Shows a scene that takes the place of everything before.
    fn show(&mut self, document: Document, scene: Arc<Scene>, effects: &mut Vec<Effect>) {
        if let Some(sentence) = self.replaced_data.take() {
            self.notices.add(Severity::Done, sentence, "");
        }
        let data = |document: &Document| document.data.dataset.as_ref().map(Arc::as_ptr);
        let new_data = self.document().is_none_or(|shown| data(shown) != data(&document));
        let new_network = !same(self.document().and_then(|shown| shown.network.as_ref()), document.network.as_ref());
        if let (true, DataSource::File(path)) = (new_data || new_network, &document.data.source)
            && !scene.assumed.is_empty()
        {
            let sentence = format!("{}: assumed: {}.", file_name(path), scene.assumed.join("; "));
            self.notices.add(Severity::Warning, sentence, "");
        }
        self.wanted = document.clone();
        let first = self.shown.is_none();
        let duration = scene.flow.duration();
        self.shown = Some(OpenScene::new(document, scene));
        effects.extend(self.derived.clear());
        if new_data {
            self.view.points.reset_for_new_data();
        }
        if new_network {
            self.view.reset_for_new_scene();
            self.findings.reset_for_new_network();
            self.playback.restart(duration);
            if first {
                self.play(PlaybackCommand::Play);
            }
        }
        self.refine(effects);
    }

    /// Shows a scene that grew out of the one before: what is not made of it yet stays in sight as it was.
    pub(super) fn show_rebuilt(&mut self, document: Document, rebuilt: Rebuilt, effects: &mut Vec<Effect>) {
        let Some(before) = self.shown.take() else { return };
        let Rebuilt { scene, refined, detail } = rebuilt;
        if !self.rebuild.due() {
            self.wanted = document.clone();
        }
        let data = |document: &Document| document.data.dataset.as_ref().map(Arc::as_ptr);
        let new_data = data(&before.document) != data(&document);
        let by_hand = document.data.source == DataSource::Hand;
        let duration = scene.flow.duration();
        let same_duration = before.scene.flow.duration() == duration;
        let same_space = before.scene.flow.ambient_dimension() == scene.flow.ambient_dimension();
        let alike = same_shape(&before.scene.flow, &scene.flow);
        effects.extend(if alike { self.derived.mark_stale() } else { self.derived.mark_changed() });
        if let Some(refined) = refined {
            Refined::slot_mut(&mut self.derived).insert_fresh(refined.refinement, refined);
        }
        if let Some(detail) = detail {
            LayerDetail::slot_mut(&mut self.derived).insert_fresh(detail.layer, detail);
        }
        if new_data {
            // They count the points, which are others now.
            Neighbours::slot_mut(&mut self.derived).clear();
            SeparationProfile::slot_mut(&mut self.derived).clear();
        }
        self.shown = Some(OpenScene::new(document, scene));
        if new_data && !(same_duration && same_space) {
            self.view.reset_for_new_scene();
            self.playback.restart(duration);
        } else if !same_duration {
            // A layer more or less: the eye and the time stay where they are.
            self.view.forget_layers();
            self.playback.resize(duration);
        }
        if new_data {
            match by_hand {
                true => self.view.points.reset_for_changed_points(),
                false => self.view.points.reset_for_new_data(),
            }
        }
        self.refine(effects);
    }

    pub(super) fn refuse(&mut self, document: &Document, error: &SceneError, effects: &mut Vec<Effect>) {
        self.give_up(Task::Build);
        self.refine(effects);
        if !is_cancelled(error) {
            let sentence = format!("{}: {error}.", document.network_name());
            self.notices.add(Severity::Error, sentence, format!("{error:?}"));
        }
        self.fall_back(effects);
    }

    fn saved(&mut self, path: PathBuf) {
        self.notices.add(Severity::Done, format!("Saved as {}.", path.display()), "");
        self.recent.add(&path);
        let documents = [Some(&mut self.wanted), self.shown.as_mut().map(|shown| &mut shown.document)];
        documents.into_iter().flatten().for_each(|document| document.network_path = Some(path.clone()));
    }

    pub(super) fn give_up(&mut self, task: Task) {
        if task == Task::Build {
            self.replaced_data = None;
            self.end_rebuild();
        }
        match task {
            Task::Build if self.shown.is_none() => self.wanted = Document::default(),
            Task::Build => self.back_to_shown(),
            Task::Derive(kind) => self.derived.give_up(kind),
            Task::Train => self.leave_training(),
            Task::Read | Task::ReadData | Task::Spectrum | Task::Save | Task::Dialog | Task::KeepSettings => {}
        }
    }

    /// The window is never left empty: where the first file could not be opened, an example stands in for it.
    pub(super) fn fall_back(&mut self, effects: &mut Vec<Effect>) {
        if self.shown.is_none() && self.wanted.network.is_none() && self.import.is_none() {
            effects.extend(self.apply(super::Command::OpenExample(super::Example::Spiral)));
        }
    }
}

fn same(one: Option<&Arc<Network>>, other: Option<&Arc<Network>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}
