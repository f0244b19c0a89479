//! A file whose format is looked for: its name, how it begins, and what is in it where it is an archive or JSON.

use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;
use zip::ZipArchive;

use super::{FormatError, json};

/// How much of a file is looked at: behind what another program puts before an HDF5 file there is its mark, at a power of
/// two up to this one.
pub(super) const LAST_MARK: usize = 8192;
/// The longest mark.
const LONGEST_MARK: usize = 8;
pub(super) const BEGINNING_BYTES: u64 = (LAST_MARK + LONGEST_MARK) as u64;

/// A file whose format is looked for.
pub(super) struct Candidate {
    pub path: PathBuf,
    /// What its name ends in, in small letters and without the dot; empty where there is no dot.
    pub extension: String,
    /// Its first bytes.
    pub beginning: Vec<u8>,
    pub content: Content,
}

/// What is in a file.
pub(super) enum Content {
    /// Bytes, of which those at the beginning are looked at.
    Bytes,
    /// A zip archive with files of these names.
    Zip(Vec<String>),
    /// JSON: its outermost keys, and all of it.
    Json(JsonKeys, Vec<u8>),
}

/// The outermost keys that tell kinds of JSON apart. Their values are not looked at.
#[derive(Deserialize)]
pub(super) struct JsonKeys {
    pub format: Option<String>,
    pub weight_map: Option<IgnoredAny>,
    pub layers: Option<IgnoredAny>,
    pub coefs: Option<IgnoredAny>,
    #[serde(rename = "modelTopology")]
    pub model_topology: Option<IgnoredAny>,
    pub class_name: Option<IgnoredAny>,
    pub config: Option<IgnoredAny>,
    pub peft_type: Option<IgnoredAny>,
    pub model_type: Option<IgnoredAny>,
    pub architectures: Option<IgnoredAny>,
}

/// How surely a file is of a format, from what tells it least. The surest format is taken, and of equally sure ones the
/// first of the table.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum Evidence {
    /// Its name ends so, but it lacks the mark that every file of the format, which is called so, begins with.
    Unmarked(&'static str),
    /// Its name ends so, and its content has no mark of its own.
    Name,
    /// Its content looks so.
    Content,
    /// Its name ends so, which no file of another format does.
    OwnName,
    /// It bears the mark of the format.
    Mark,
}

impl Candidate {
    /// The file at `path`, of whose content only the beginning is read.
    pub fn open(path: &Path) -> Result<Candidate, FormatError> {
        let mut beginning = Vec::new();
        let read = crate::io::open(path).and_then(|file| file.take(BEGINNING_BYTES).read_to_end(&mut beginning));
        read.map_err(|source| FormatError::Read { path: path.into(), source })?;
        Ok(Candidate::new(path, beginning))
    }

    /// The file at `path`, which begins so.
    pub fn new(path: &Path, beginning: Vec<u8>) -> Candidate {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        Candidate { path: path.into(), extension, beginning, content: Content::Bytes }
    }

    /// Whether it begins with a zip archive.
    pub fn is_zip(&self) -> bool {
        matches!(self.beginning[..], [b'P', b'K', 3 | 5, 4 | 6, ..])
    }

    /// Whether its first letter is that of a JSON object.
    pub fn begins_as_json(&self) -> bool {
        self.text_start().starts_with(b"{")
    }

    /// Its beginning without what may stand before a text: the mark of UTF-8, and space.
    fn text_start(&self) -> &[u8] {
        self.beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.beginning).trim_ascii_start()
    }

    /// Whether these bytes are among the first ones.
    pub fn holds(&self, part: &[u8]) -> bool {
        self.beginning.windows(part.len()).any(|window| window == part)
    }

    /// The same file with the names of what is in it; in words, why it is no whole archive.
    pub fn into_zip(self) -> Result<Candidate, Box<(Candidate, String)>> {
        let archive = crate::io::open(&self.path)
            .map_err(|error| error.to_string())
            .and_then(|file| ZipArchive::new(BufReader::new(file)).map_err(|error| error.to_string()));
        match archive {
            Ok(archive) => {
                let names = archive.file_names().flatten().map(|name| name.into_owned()).collect();
                Ok(Candidate { content: Content::Zip(names), ..self })
            }
            Err(reason) => Err(Box::new((self, reason))),
        }
    }

    /// The same file read as JSON.
    pub fn into_json(self) -> Result<Candidate, FormatError> {
        let bytes =
            crate::io::read(&self.path).map_err(|source| FormatError::Read { path: self.path.clone(), source })?;
        self.with_json(bytes)
    }

    /// The same file, which holds this JSON.
    pub fn with_json(self, bytes: Vec<u8>) -> Result<Candidate, FormatError> {
        let keys = json::parse(&self.path, &bytes)?;
        Ok(Candidate { content: Content::Json(keys, bytes), ..self })
    }

    /// All of it, read anew where it is no JSON.
    pub fn bytes(&self) -> Result<std::borrow::Cow<'_, [u8]>, FormatError> {
        match &self.content {
            Content::Json(_, bytes) => Ok(bytes.into()),
            Content::Bytes | Content::Zip(_) => match crate::io::read(&self.path) {
                Ok(bytes) => Ok(bytes.into()),
                Err(source) => Err(FormatError::Read { path: self.path.clone(), source }),
            },
        }
    }
}
