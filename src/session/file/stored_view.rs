//! How the window looked at what is open, as it stands in a session's file. Every key may be missing: then it is as in a
//! window that has just opened.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::session::FindingKey;

/// Everything that is looked at and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredView {
    pub projection: Option<StoredProjection>,
    pub tour: Option<StoredTour>,
    pub camera: Option<StoredCamera>,
    pub auto_fit: Option<bool>,
    pub overlays: Option<Vec<String>>,
    pub trail_length: Option<f64>,
    pub velocity: Option<String>,
    pub compare: Option<String>,
    /// What the key R comes back to.
    pub last_compared: Option<String>,
    pub refinement: Option<StoredRefinement>,
    /// From 1.
    pub pinned_layer: Option<usize>,
    /// From 1.
    pub block: Option<usize>,
    pub panel: StoredPanel,
    pub points: StoredPointSettings,
    pub pen: StoredPen,
    pub hint: bool,
}

/// Which coordinates are drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredProjection {
    pub kind: String,
    /// Coordinates or classes, from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<usize>,
}

/// The plane of the grand tour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredTour {
    pub playing: bool,
    pub speed: f64,
    /// Its rows.
    pub plane: [Vec<f64>; 2],
    /// The turn under way.
    pub turn: Option<StoredTurn>,
    pub begun: u64,
}

/// A turn from one plane to the next, and its share that is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredTurn {
    pub from: [Vec<f64>; 2],
    pub to: [Vec<f64>; 2],
    pub done: f64,
}

/// Where the stage is looked at from, in the plane and in space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredCamera {
    /// The turn in space, a unit quaternion (w, x, y, z).
    pub orientation: [f64; 4],
    pub pan: [f64; 2],
    pub zoom: f64,
    /// Whether the picture in space turns so that the data is not seen edge-on, `data`, or not, `axes`. Where it is not said,
    /// a camera that was turned looks at the axes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facing: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRefinement {
    pub kind: String,
    pub steps: usize,
    pub integrator: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredPanel {
    /// The sections of the layer panel that are open.
    pub sections: Option<Vec<String>>,
    /// The tables and strips that are open.
    pub parts: Vec<String>,
    /// The tracks of the strip of all layers that are unfolded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracks: Option<Vec<String>>,
    /// What of the weights is in sight: the upper left corner and the side, as shares.
    pub weights: Option<[f64; 3]>,
    pub entry: Option<StoredEntry>,
}

/// The entry of a matrix that is edited, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEntry {
    pub layer: usize,
    pub part: String,
    pub row: usize,
    pub column: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredPointSettings {
    pub tool: Option<String>,
    pub colours: Option<String>,
    /// The colouring whose groups are hidden, and which of them, from 0.
    pub hidden_by: Option<String>,
    pub hidden: Vec<usize>,
    /// The only points that are drawn, from 0.
    pub only: Option<Vec<usize>>,
    /// From 0.
    pub selection: Vec<usize>,
    pub trails_of_selection: bool,
    pub pictures: Option<bool>,
    pub table: bool,
    pub sorted_by: Option<String>,
    pub descending: bool,
    pub perturbation: Option<String>,
    pub epsilon: Option<f64>,
    pub grab: Option<StoredGrab>,
    /// From 0.
    pub unit: usize,
    /// From 0.
    pub direction: usize,
}

/// A point that was taken in mid-flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredGrab {
    pub sample: usize,
    pub t: f64,
    pub rows: [Vec<f64>; 2],
    pub by: [f64; 2],
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredPen {
    pub pen: Option<String>,
    pub class: usize,
    pub radius: Option<f64>,
    pub density: Option<usize>,
}

/// The clock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredTime {
    pub t: f64,
    pub playing: bool,
    pub speed: Option<f64>,
    pub looping: Option<bool>,
    pub range: Option<(f64, f64)>,
    /// The times that are marked on the timeline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<f64>,
    /// Seconds spent at the end of the loop.
    pub rested: f64,
}

/// How the window is arranged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredWindow {
    pub network_panel: Option<bool>,
    pub layer_panel: Option<bool>,
    pub side: Option<String>,
    pub frame_time: Option<bool>,
    pub appearance: Option<String>,
}

/// The list of findings, and what counts as one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredFindings {
    /// The severities that are not listed.
    pub hidden: Vec<String>,
    /// `all`, `whole`, or `layer:` and its number from 1.
    pub scope: Option<String>,
    pub show_dismissed: bool,
    pub chosen: Option<FindingKey>,
    /// Those of this network that are not told any more.
    pub dismissed: Vec<FindingKey>,
    /// The thresholds that are others than usual.
    pub thresholds: BTreeMap<String, f64>,
}

/// How the network is trained from here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredTraining {
    pub loss: String,
    pub decay: f64,
    pub transport: f64,
    pub smoothness: f64,
    /// `None` for Adam.
    pub momentum: Option<f64>,
    pub rate: f64,
    /// `constant`, `cosine` or `step`.
    pub schedule: String,
    pub schedule_epochs: Option<usize>,
    pub schedule_factor: Option<f64>,
    pub batch: usize,
    pub epochs: usize,
    pub test_share: f64,
    pub seed: u64,
    pub pace: String,
}
