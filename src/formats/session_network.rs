//! The network of a session's file, which holds a saved view of the window: in the file itself, or in one that it names.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::account::{Account, PartName};
use super::candidate::{Candidate, Content, Evidence};
use super::layerflow_json::EmbeddedNetwork;
use super::opened::Opened;
use super::{FormatError, OpenedNetwork, json};
use crate::io::{FileReference, ReferenceProblem};
use crate::network::ImageShape;

/// How the value of `format` begins in every file of a session; its version follows.
pub const SESSION_FORMAT: &str = "layerflow.session/";

/// How the names of sessions' files end, without the dot.
pub const SESSION_EXTENSION: &str = "layerflow";

/// Where the network of a session is.
#[derive(Deserialize)]
pub struct StoredNetwork {
    /// The file that it is read from.
    pub file: Option<FileReference>,
    /// The shape of the input, where its file leaves that open: channels, height, width.
    pub input_shape: Option<[usize; 3]>,
    /// The network itself.
    pub embedded: Option<EmbeddedNetwork>,
    /// What is not in the network of the file that it was read from.
    #[serde(default)]
    pub missing: Vec<StoredPart>,
    /// What was guessed when it was read.
    #[serde(default)]
    pub assumed: Vec<String>,
    /// The layer behind which it ends before its file does.
    pub ends_after: Option<String>,
}

/// A part of a network's file that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPart {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
}

#[derive(Deserialize)]
struct SessionFile {
    network: Option<StoredNetwork>,
}

impl StoredNetwork {
    /// The shape of the input that its file needs.
    pub fn input(&self) -> Option<ImageShape> {
        let [channels, height, width] = self.input_shape?;
        ImageShape::new(channels, height, width).ok()
    }

    /// The embedded network, in the file at `path`, with what its own file held beside it.
    ///
    /// # Errors
    /// If there is none, or it is not understood.
    pub fn open_embedded(self, path: &Path, unknown: Vec<String>) -> Result<OpenedNetwork, FormatError> {
        let missing = || FormatError::Content {
            path: path.into(),
            position: "key `network`".into(),
            problem: "names no file and holds no network; save the session again".into(),
        };
        let mut opened = self.embedded.ok_or_else(missing)?.open(path, unknown)?;
        let mut account = Account::default();
        for part in self.missing {
            account.misses(PartName::node(part.name), part.why);
        }
        self.assumed.into_iter().for_each(|sentence| account.assume(sentence));
        if let Some(layer) = self.ends_after {
            account.ends_after(layer);
        }
        opened.account.join(account);
        Ok(opened)
    }
}

/// Whether the file is a session, of any version.
pub(super) fn recognise(file: &Candidate) -> Option<Evidence> {
    let Content::Json(keys, _) = &file.content else { return None };
    keys.format.as_deref().is_some_and(|format| format.starts_with(SESSION_FORMAT)).then_some(Evidence::Mark)
}

/// Whether the file at `path` is a session. One that cannot be read is none.
pub fn is_session(path: &Path) -> bool {
    let opened = Candidate::open(path).ok().filter(Candidate::begins_as_json);
    // A longer text than the beginning is read for its keys only where the name or the beginning says so.
    let looks_so = |file: &Candidate| file.extension == SESSION_EXTENSION || file.holds(SESSION_FORMAT.as_bytes());
    let read = opened.filter(looks_so).and_then(|file| file.read_as_json().ok());
    read.is_some_and(|file| recognise(&file).is_some())
}

/// The network that a session embeds.
pub(super) fn open(file: &Candidate) -> Result<Opened, FormatError> {
    let (session, unknown) = read(file)?;
    let inner = "network.embedded.";
    let of_network = unknown.iter().filter_map(|key| key.strip_prefix(inner)).map(str::to_owned).collect();
    let missing = || FormatError::Content {
        path: file.path.clone(),
        position: "key `network`".into(),
        problem: "is missing; save the session again".into(),
    };
    let mut opened = session.network.ok_or_else(missing)?.open_embedded(&file.path, of_network)?;
    for key in unknown.into_iter().filter(|key| !key.starts_with(inner)) {
        opened.account.leaves(PartName::key(key), "is about the view of the window");
    }
    Ok(Opened::Network(opened))
}

/// The file that a session names for its network, and the shape of its input; `None` where the network is embedded, or the
/// file is no session.
pub(super) fn file_of(file: &Candidate) -> Result<Option<(PathBuf, Option<ImageShape>)>, FormatError> {
    if recognise(file).is_none() {
        return Ok(None);
    }
    let Some(network) = read(file)?.0.network else { return Ok(None) };
    let (Some(reference), None) = (&network.file, &network.embedded) else { return Ok(None) };
    let path = reference.resolve(file.path.parent().unwrap_or(Path::new("")));
    match reference.check(&path) {
        Ok(()) => Ok(Some((path, network.input()))),
        Err(problem) => Err(reference_error(&file.path, &path, &problem)),
    }
}

/// Why a file that a session names cannot be taken.
fn reference_error(session: &Path, named: &Path, problem: &ReferenceProblem) -> FormatError {
    FormatError::Content {
        path: session.into(),
        position: format!("{}, which it names,", named.display()),
        problem: format!("{}; open the session in the window to say what takes its place", problem.label()),
    }
}

/// Why a session is not opened that names another one as its network.
pub(super) fn names_a_session(path: &Path) -> FormatError {
    let problem = "names a session in place of a network; save the session again".into();
    FormatError::Content { path: path.into(), position: "key `network`".into(), problem }
}

fn read(file: &Candidate) -> Result<(SessionFile, Vec<String>), FormatError> {
    json::parse_and_list_unknown(&file.path, &file.bytes()?)
}
