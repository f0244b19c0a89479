//! What of the view is kept from one start to the next: how the window is arranged for everything, and from where the
//! network that was open last was looked at.

use std::path::{Path, PathBuf};

use super::document::{DataSource, Document};
use super::view::{
    Camera, Overlay, PanelCommand, PanelPart, Projection, Section, Track, VelocityPicture, ViewCommand, ViewSettings,
};

/// What is looked at and how, whatever is open.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptView {
    /// The overlays that a person switched on or off.
    pub overlays: Vec<(Overlay, bool)>,
    /// How far trails reach back.
    pub trail_length: f64,
    /// How the velocity field is drawn, if at all.
    pub velocity: Option<VelocityPicture>,
    /// Whether the scale follows the data.
    pub auto_fit: bool,
    /// The sections of the layer panel that are open.
    pub sections: Vec<Section>,
    /// The parts that are open.
    pub parts: Vec<PanelPart>,
    /// The tracks that are unfolded.
    pub tracks: Vec<Track>,
    /// From where the network that was open last was looked at; `None` where a person chose nothing of it.
    pub seen: Option<KeptCamera>,
}

/// From where a network was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptCamera {
    /// What the network is known by: its file, or its name.
    pub of: String,
    /// Which coordinates are drawn.
    pub projection: Projection,
    /// From where.
    pub camera: Camera,
}

/// The files that were open when a window ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastFiles {
    /// The network, or the session that shows it.
    pub network: Option<PathBuf>,
    /// The data, where it came from a file and is not named by a session.
    pub data: Option<PathBuf>,
}

/// What is kept of the view and the files while a window is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct KeptState {
    /// What was kept of the view when this window began, or before it showed a session.
    pub view: Option<KeptView>,
    /// The view as the first scene was shown.
    pub first: Option<KeptView>,
    /// From where the first network is looked at, where it is the one that was open last.
    pub camera: Option<KeptCamera>,
    /// Whether the window was opened to show something in a certain way: then nothing of its view is kept.
    pub is_led: bool,
    /// The files that were open when a window ended last.
    pub last: LastFiles,
}

impl KeptState {
    /// What is to be kept where the view is `now`, if that is a person's own. What nobody changed is no wish: then what was
    /// kept stays.
    pub fn view_to_keep(&self, now: Option<KeptView>) -> Option<KeptView> {
        let changed = now.filter(|now| !self.is_led && self.first.as_ref() != Some(now));
        changed.or_else(|| self.view.clone())
    }
}

impl LastFiles {
    /// The file that stands for all that is open, or else the network of a document, and its data.
    pub(super) fn new(whole: Option<&Path>, document: Option<&Document>) -> LastFiles {
        let network = document.and_then(|document| document.network_path.as_deref());
        let data = document.and_then(|document| match &document.data.source {
            DataSource::File(path) => Some(path.clone()),
            DataSource::Generated(..) | DataSource::Example(_) | DataSource::Hand => None,
        });
        LastFiles { network: whole.or(network).map(Path::to_owned), data }
    }

    /// Those of them that there are.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.network.iter().chain(&self.data).cloned().collect()
    }
}

impl KeptView {
    /// What is kept of a view of the network that is known by `of`.
    pub fn new(view: &ViewSettings, of: Option<String>) -> KeptView {
        let panel = &view.panel;
        KeptView {
            overlays: Overlay::ALL
                .into_iter()
                .filter_map(|overlay| view.chosen(overlay).map(|is_on| (overlay, is_on)))
                .collect(),
            trail_length: view.trail_length,
            velocity: view.velocity,
            auto_fit: view.auto_fit,
            sections: Section::ALL.into_iter().filter(|section| panel.is_open(*section)).collect(),
            parts: PanelPart::ALL.into_iter().filter(|part| panel.shows(*part)).collect(),
            tracks: Track::ALL.into_iter().filter(|track| panel.shows_track(*track)).collect(),
            seen: of
                .map(|of| KeptCamera { of, projection: view.projection, camera: view.camera })
                .filter(|seen| seen.projection != Projection::Automatic || seen.camera != Camera::default()),
        }
    }

    /// Arranges a view in the same way; from where it is looked at follows when its network is shown.
    pub fn restore(&self, view: &mut ViewSettings) {
        self.overlays.iter().for_each(|(overlay, is_on)| view.apply(ViewCommand::Show(*overlay, *is_on)));
        view.apply(ViewCommand::TrailLength(self.trail_length));
        view.velocity = self.velocity;
        view.auto_fit = self.auto_fit;
        let panel = &mut view.panel;
        for section in Section::ALL {
            if panel.is_open(section) != self.sections.contains(&section) {
                panel.apply(PanelCommand::Toggle(section));
            }
        }
        for part in PanelPart::ALL {
            if panel.shows(part) != self.parts.contains(&part) {
                panel.apply(PanelCommand::TogglePart(part));
            }
        }
        for track in Track::ALL {
            if panel.shows_track(track) != self.tracks.contains(&track) {
                panel.apply(PanelCommand::ToggleTrack(track));
            }
        }
    }
}

impl Default for KeptView {
    fn default() -> KeptView {
        KeptView::new(&ViewSettings::default(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_view_comes_back_and_nothing_is_chosen_that_was_not() {
        let mut view = ViewSettings::default();
        view.apply(ViewCommand::Show(Overlay::Grid, false));
        view.apply(ViewCommand::Panel(PanelCommand::Toggle(Section::Weights)));
        view.apply(ViewCommand::Panel(PanelCommand::TogglePart(PanelPart::Measures)));
        view.apply(ViewCommand::Panel(PanelCommand::ToggleTrack(Track::Energy)));
        view.apply(ViewCommand::TrailLength(1.5));
        view.apply(ViewCommand::ShowVelocity(Some(VelocityPicture::Arrows)));
        let kept = KeptView::new(&view, None);
        let mut again = ViewSettings::default();
        kept.restore(&mut again);
        assert_eq!(KeptView::new(&again, None), kept);
        assert_eq!(again, view);
        assert_eq!(again.chosen(Overlay::Trails), None);
    }
}
