//! A session as its file holds it.

use serde::{Deserialize, Serialize};

use super::stored_view::{StoredFindings, StoredTime, StoredTraining, StoredView, StoredWindow};
use crate::dataset::StoredPoints;
use crate::formats::StoredNetwork;
use crate::io::FileReference;
use crate::session::RememberedChain;

/// The version that is written.
pub(super) const FORMAT: &str = "layerflow.session/1";

/// A session as it is read.
#[derive(Deserialize)]
pub(super) struct SessionFile {
    pub format: String,
    /// The program that wrote the file, with its version.
    #[serde(default)]
    pub program: Option<String>,
    pub network: StoredNetwork,
    /// How the tensors of the network's file were put together.
    #[serde(default)]
    pub chain: Option<RememberedChain>,
    /// Where an embedded network came from.
    #[serde(default)]
    pub network_origin: Option<StoredOrigin>,
    /// The checkpoints of which the network's file is one.
    #[serde(default)]
    pub checkpoints: Option<StoredCheckpoints>,
    /// The network that the session's is compared with.
    #[serde(default)]
    pub comparison: Option<StoredComparison>,
    #[serde(default)]
    pub ablated: Vec<StoredAblation>,
    #[serde(default)]
    pub data: StoredData,
    #[serde(default)]
    pub flow: StoredFlow,
    #[serde(default)]
    pub time: StoredTime,
    #[serde(default)]
    pub view: StoredView,
    #[serde(default)]
    pub window: StoredWindow,
    #[serde(default)]
    pub findings: StoredFindings,
    #[serde(default)]
    pub training: Option<StoredTraining>,
}

/// All but the network and the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StoredLook {
    pub flow: StoredFlow,
    pub time: StoredTime,
    pub view: StoredView,
    pub window: StoredWindow,
    pub findings: StoredFindings,
    pub training: Option<StoredTraining>,
}

/// A path that is kept for its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoredOrigin(#[serde(with = "crate::io::stored_path::one")] pub std::path::PathBuf);

/// The checkpoints of a training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCheckpoints {
    /// The folder or the pattern of names, from the session's folder.
    pub source: StoredOrigin,
    /// Whether the newest is followed.
    #[serde(default)]
    pub follows: bool,
}

/// A comparison with another network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredComparison {
    /// The other network's file, from the session's folder.
    pub file: FileReference,
    /// How the two are seen together; alone where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairing: Option<String>,
    /// How far the points are on the way to the other.
    #[serde(default)]
    pub morph: f64,
}

/// A part that is taken out of the network, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAblation {
    /// `unit`, `direction` or `layer`.
    pub kind: String,
    pub layer: usize,
    #[serde(default)]
    pub index: usize,
    pub label: String,
}

/// Where the points come from: one of the four.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredData {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated: Option<StoredGenerator>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileReference>,
    /// What is taken of the columns of that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<StoredColumns>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedded: Option<StoredPoints>,
    /// The file that embedded points came from; drawn by hand where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<StoredOrigin>,
    /// What was changed of embedded points, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredGenerator {
    pub name: String,
    pub samples: usize,
    pub noise: f64,
    pub seed: u64,
    pub dimension: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredColumns {
    /// Those that are coordinates; all but the label where there are none.
    #[serde(default)]
    pub coordinates: Option<Vec<String>>,
    /// The label: absent as the names tell, null for none.
    #[serde(default)]
    pub label: StoredLabel,
    pub scaling: String,
    /// Those of single columns, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scaling_of: Vec<(String, String)>,
    /// The classes in the order of the outputs, where a person has given it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
    pub missing: String,
}

/// The column that is the label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredLabel {
    /// As names and kinds of the columns tell.
    #[default]
    Automatic,
    /// None.
    None,
    /// This one.
    Column(String),
}

/// The choices that the flow model leaves open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredFlow {
    pub decomposition: Option<String>,
    pub compression: Option<String>,
    pub time: Option<String>,
    pub residual: Option<String>,
}
