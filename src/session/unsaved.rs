//! Work that is in no file yet, and what would take it away.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::{DataSource, Document, Example};
use super::effect::Outcome;
use super::unsaved_work::{FoundWork, UnsavedWork, same_points};
use crate::dataset::Dataset;
use crate::formats::NetworkKind;
use crate::network::Network;

/// What is known of unsaved work.
#[derive(Debug, Default)]
pub struct Unsaved {
    /// What is in a file, or comes with the program, of what is open.
    kept: Option<Kept>,
    /// What was in a file before the rest was let go, so that something else can open.
    let_go: Option<Option<Kept>>,
    /// The network that is being written.
    writing: Option<Arc<Network>>,
    /// The network as the document's own file holds it.
    in_file: Option<Arc<Network>>,
    /// The file that was written last.
    written: Option<PathBuf>,
    /// What would take the work away, and waits for an answer.
    leaving: Option<Leaving>,
    /// Whether it goes on as soon as the work is saved.
    goes_on_when_saved: bool,
    /// Work that a window left that was ended, newest first.
    pub(super) found: Vec<FoundWork>,
    /// Where work comes from that was taken up again: it is removed when it is kept anew.
    pub(super) taken_up: Option<PathBuf>,
}

#[derive(Clone, Debug)]
struct Kept {
    network: Arc<Network>,
    /// Points that were made by hand, where they are no loss.
    points: Option<Arc<Dataset>>,
}

/// What of an open network is in a file, while another is open.
#[derive(Clone, Debug, Default)]
pub(super) struct Keeping {
    kept: Option<Kept>,
    in_file: Option<Arc<Network>>,
    written: Option<PathBuf>,
}

/// What takes the place of the work.
#[derive(Debug)]
pub(super) enum Leaving {
    /// The window closes.
    Quit,
    /// An example opens.
    Example(Example),
    /// What was read opens.
    Outcome(Box<Outcome>),
}

/// The points of a document that no file holds.
fn points(document: &Document) -> Option<&Arc<Dataset>> {
    let by_hand = document.data.source == DataSource::Hand || !document.data.changes.is_empty();
    document.data.dataset.as_ref().filter(|_| by_hand)
}

impl Unsaved {
    /// The work in this document that no file holds.
    pub fn work(&self, document: &Document) -> Option<UnsavedWork> {
        // What is taken out for a look is no work.
        let network = document.whole_network()?.clone();
        let points = points(document).cloned();
        let is_kept = self.kept.as_ref().is_some_and(|kept| {
            let no_points = points.is_none() || same_points(points.as_ref(), kept.points.as_ref());
            Arc::ptr_eq(&kept.network, &network) && no_points
        });
        (!is_kept).then_some(UnsavedWork { network, points })
    }

    /// Whether the document's own file holds this network.
    pub fn is_in_file(&self, network: &Arc<Network>) -> bool {
        self.in_file.as_ref().is_some_and(|held| Arc::ptr_eq(held, network))
    }

    /// The kind of file that the network was written to last, if that was this file.
    pub(super) fn saved_as(&self, path: &Path) -> Option<NetworkKind> {
        self.written.as_deref().filter(|written| *written == path).and_then(NetworkKind::from_path)
    }

    /// What of the network that is open is in a file; what was let go a moment ago is not.
    pub(super) fn keeping(&mut self) -> Keeping {
        let kept = self.let_go.take().unwrap_or_else(|| self.kept.clone());
        Keeping { kept, in_file: self.in_file.clone(), written: self.written.clone() }
    }

    /// Another network is open again, of which this is in a file.
    pub(super) fn come_back(&mut self, keeping: Keeping) {
        (self.kept, self.in_file, self.written) = (keeping.kept, keeping.in_file, keeping.written);
        self.let_go = None;
    }

    /// What is open is let go, so that something else can open.
    pub(super) fn let_go(&mut self, document: &Document) {
        let kept = self.kept.take();
        self.keep(document);
        self.let_go = Some(kept);
    }

    /// The document's own file holds its network.
    pub(super) fn mark_in_file(&mut self, document: &Document) {
        self.in_file = document.whole_network().cloned();
    }

    /// The network that is being written is in the document's own file now, which is this one.
    pub(super) fn mark_written(&mut self, path: &Path) {
        if let Some(network) = &self.writing {
            (self.in_file, self.written) = (Some(network.clone()), Some(path.to_owned()));
        }
    }

    /// Whether a question is to be answered.
    pub fn asks(&self) -> bool {
        self.leaving.is_some() && !self.goes_on_when_saved
    }

    /// What would take the work away, in words.
    pub fn reason(&self) -> &'static str {
        match self.leaving {
            Some(Leaving::Quit) => "closes the window",
            Some(Leaving::Example(_)) => "opens an example",
            Some(Leaving::Outcome(_)) | None => "opens another network",
        }
    }

    /// Work that a window left that was ended, newest first.
    pub fn found(&self) -> &[FoundWork] {
        &self.found
    }

    /// What is open now is no work: it comes from a file or with the program, or was let go.
    pub(super) fn keep(&mut self, document: &Document) {
        self.let_go = None;
        let points = points(document).cloned();
        self.kept = document.whole_network().cloned().map(|network| Kept { network, points });
    }

    /// The network that is open now is no work; the points are as much as they were.
    pub(super) fn keep_network(&mut self, document: &Document) {
        let points = self.kept.take().and_then(|kept| kept.points);
        self.kept = document.whole_network().cloned().map(|network| Kept { network, points });
    }

    /// All that is open is work.
    pub(super) fn keep_nothing(&mut self) {
        self.kept = None;
    }

    /// Asks before `leaving`.
    pub(super) fn ask(&mut self, leaving: Leaving) {
        (self.leaving, self.goes_on_when_saved) = (Some(leaving), false);
    }

    /// Goes on as soon as the work is saved.
    pub(super) fn go_on_when_saved(&mut self) {
        self.goes_on_when_saved = self.leaving.is_some();
    }

    /// Stays with the work.
    pub(super) fn stay(&mut self) {
        (self.leaving, self.goes_on_when_saved) = (None, false);
    }

    /// What waited for an answer, which was given.
    pub(super) fn go(&mut self) -> Option<Leaving> {
        self.goes_on_when_saved = false;
        self.leaving.take()
    }

    /// This network is being written.
    pub(super) fn begin_writing(&mut self, network: Arc<Network>) {
        self.writing = Some(network);
    }

    /// Whether the whole network is being written.
    pub(super) fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    /// Whether something waits for the work to be saved.
    pub(super) fn saves_to_leave(&self) -> bool {
        self.goes_on_when_saved
    }

    /// Nothing is saved: the question is asked again.
    pub(super) fn ask_again(&mut self) {
        self.goes_on_when_saved = false;
    }

    /// Writing has ended; answers whether what waited for it goes on.
    pub(super) fn end_writing(&mut self, is_written: bool, document: &Document) -> bool {
        let written = self.writing.take().filter(|_| is_written);
        // A network without some of its parts is not the whole that is to be saved.
        let goes_on = self.goes_on_when_saved && written.is_some();
        if let Some(network) = written {
            self.kept = Some(Kept { network, points: points(document).cloned() });
        }
        self.goes_on_when_saved = false;
        goes_on
    }
}
