//! The view, the sizes and the files that were open last, as they stand in the file of the settings. Names that this version
//! does not know are passed over: they are those of another version.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::io::stored_path;
use crate::session::file::{
    Names, StoredCamera, StoredProjection, name, restored_camera, restored_projection, stored_camera, stored_projection,
};
use crate::session::kept_view::{KeptCamera, KeptView, LastFiles};
use crate::session::{Overlay, PanelPart, PanelSizes, Section, SizedPanel, Track, VelocityPicture, WindowSize};

/// A window narrower or lower than this would hide what it is made larger by.
const MIN_WINDOW: u16 = 200;

/// [`KeptView`] in the file.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredKeptView {
    overlays: Vec<(String, bool)>,
    trail_length: f64,
    #[serde(default)]
    velocity: Option<String>,
    auto_fit: bool,
    sections: Vec<String>,
    parts: Vec<String>,
    tracks: Vec<String>,
    #[serde(default)]
    seen: Option<StoredKeptCamera>,
}

#[derive(Serialize, Deserialize)]
struct StoredKeptCamera {
    of: String,
    projection: StoredProjection,
    camera: StoredCamera,
}

impl StoredKeptView {
    pub(super) fn new(kept: &KeptView) -> StoredKeptView {
        StoredKeptView {
            overlays: kept.overlays.iter().map(|(overlay, is_on)| (name(overlay), *is_on)).collect(),
            trail_length: kept.trail_length,
            velocity: kept.velocity.map(name),
            auto_fit: kept.auto_fit,
            sections: kept.sections.iter().map(name).collect(),
            parts: kept.parts.iter().map(name).collect(),
            tracks: kept.tracks.iter().map(name).collect(),
            seen: kept.seen.as_ref().map(|seen| StoredKeptCamera {
                of: seen.of.clone(),
                projection: stored_projection(seen.projection),
                camera: stored_camera(&seen.camera),
            }),
        }
    }

    pub(super) fn into_kept(self) -> KeptView {
        let mut names = Names::default();
        let seen = self.seen.and_then(|seen| {
            let projection = restored_projection(&seen.projection, &mut names)?;
            Some(KeptCamera { of: seen.of, projection, camera: restored_camera(&seen.camera, &mut names) })
        });
        let overlays = self.overlays.iter();
        let overlays = overlays.filter_map(|(text, is_on)| Some((names.find("", Some(text), &Overlay::ALL)?, *is_on)));
        KeptView {
            overlays: overlays.collect(),
            trail_length: self.trail_length,
            velocity: names.find("", self.velocity.as_deref(), &VelocityPicture::ALL),
            auto_fit: self.auto_fit,
            sections: self.sections.iter().filter_map(|text| names.find("", Some(text), &Section::ALL)).collect(),
            parts: self.parts.iter().filter_map(|text| names.find("", Some(text), &PanelPart::ALL)).collect(),
            tracks: self.tracks.iter().filter_map(|text| names.find("", Some(text), &Track::ALL)).collect(),
            seen,
        }
    }
}

/// [`PanelSizes`] in the file.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredSizes {
    panels: Vec<(String, u16)>,
    window: Option<[u16; 2]>,
    maximized: bool,
}

impl StoredSizes {
    pub(super) fn new(sizes: &PanelSizes) -> StoredSizes {
        let panels = SizedPanel::ALL.into_iter().filter_map(|panel| Some((name(panel), sizes.size(panel)?)));
        StoredSizes {
            panels: panels.collect(),
            window: sizes.window.map(|window| [window.width, window.height]),
            maximized: sizes.window.is_some_and(|window| window.maximized),
        }
    }

    pub(super) fn sizes(&self) -> PanelSizes {
        let (mut sizes, mut names) = (PanelSizes::default(), Names::default());
        for (text, size) in &self.panels {
            if let Some(panel) = names.find("", Some(text), &SizedPanel::ALL) {
                sizes.set(panel, *size);
            }
        }
        let is_usable = |side: &[u16; 2]| side.iter().all(|side| *side >= MIN_WINDOW);
        sizes.window = self.window.filter(is_usable).map(|[width, height]| WindowSize {
            width,
            height,
            maximized: self.maximized,
        });
        sizes
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == StoredSizes::default()
    }
}

/// [`LastFiles`] in the file.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredLast {
    #[serde(with = "stored_path::list")]
    network: Vec<PathBuf>,
    #[serde(with = "stored_path::list")]
    data: Vec<PathBuf>,
}

impl StoredLast {
    pub(super) fn new(last: &LastFiles) -> StoredLast {
        let list = |path: &Option<PathBuf>| path.iter().cloned().collect();
        StoredLast { network: list(&last.network), data: list(&last.data) }
    }

    pub(super) fn into_files(self) -> LastFiles {
        LastFiles { network: self.network.into_iter().next(), data: self.data.into_iter().next() }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == StoredLast::default()
    }
}
