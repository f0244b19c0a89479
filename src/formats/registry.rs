//! The formats that are read: one table for detection, messages, dialogs and help.
//!
//! A format is a file with a function that recognises its files and one that opens them, and a row here.

use super::candidate::{Candidate, Content, Evidence};
use super::network_kind::NetworkKind;
use super::opened::Opened;
use super::session_network::SESSION_EXTENSION;
use super::{
    FormatError, gguf, keras, layerflow_json, npz, onnx, pickled, plain_json, pytorch, safetensors, session_network,
    tfjs, tflite,
};
use crate::formats::input_lengths::InputLengths;

/// A format that is read.
#[derive(Clone, Copy, Debug)]
pub struct KnownFormat {
    /// What it is called.
    pub name: &'static str,
    /// How the names of its files usually end, without the dot.
    pub extensions: &'static [&'static str],
    /// What a file of it gives.
    pub gives: &'static str,
    /// The kind of file that networks are written to in this format, where they are.
    pub written: Option<NetworkKind>,
    /// Whether its files are zip archives.
    is_zip: bool,
    /// How surely a file is of the format, where its name alone does not tell.
    recognise: fn(&Candidate) -> Option<Evidence>,
    open: fn(&Candidate, Option<InputLengths>) -> Result<Opened, FormatError>,
}

/// Extensions that files of other kinds have too, so that a name alone tells nothing.
pub(super) const COMMON_EXTENSIONS: [&str; 2] = ["bin", "json"];

/// The formats that are read. Of equally sure ones the first is taken.
pub const FORMATS: &[KnownFormat] = &[
    row("PyTorch", &["pt", "pth", "ckpt", "th", "bin"], pytorch::recognise, pytorch::open)
        .gives("the tensors of a module, a state dict or a checkpoint")
        .zipped(),
    row("safetensors", &["safetensors"], safetensors::recognise, |file, _| safetensors::open_any(file))
        .gives("tensors, or a network that layerflow wrote")
        .written(NetworkKind::Safetensors),
    row("ONNX", &["onnx"], onnx::recognise_file, |file, input| onnx::open(&file.path, input))
        .gives("the graph")
        .written(NetworkKind::Onnx),
    row("Keras", &["keras", "h5", "hdf5"], keras::recognise, keras::open_any)
        .gives("the network, or the tensors of a file of weights")
        .zipped(),
    row("TensorFlow.js", &["json"], tfjs::recognise, |file, input| tfjs::open(&file.path, &file.bytes()?, input))
        .gives("the network of a model.json with its parts beside it"),
    row("TensorFlow Lite", &["tflite", "lite"], tflite::recognise, |file, input| tflite::open(&file.path, input))
        .gives("the network"),
    row("NumPy", &["npz", "npy"], npz::recognise, |file, _| npz::open(&file.path).map(Opened::Tensors))
        .gives("arrays")
        .zipped(),
    row("pickled NumPy", &["pkl", "pickle"], pickled::recognise, pickled::open)
        .gives("arrays in lists and dictionaries"),
    row("GGUF", &["gguf"], gguf::recognise, |file, _| gguf::open(&file.path).map(Opened::Tensors)).gives("tensors"),
    row("layerflow session", &[SESSION_EXTENSION], session_network::recognise, |file, _| session_network::open(file))
        .gives("the network of a saved view"),
    row("layerflow", &["json"], layerflow_json::recognise, |file, _| layerflow_json::open(file))
        .gives("the network")
        .written(NetworkKind::Layerflow),
    row("plain JSON", &["json"], plain_json::recognise, |file, _| {
        plain_json::read(&file.path, &file.bytes()?).map(Opened::Network)
    })
    .gives("layers as lists of rows"),
];

const fn row(
    name: &'static str,
    extensions: &'static [&'static str],
    recognise: fn(&Candidate) -> Option<Evidence>,
    open: fn(&Candidate, Option<InputLengths>) -> Result<Opened, FormatError>,
) -> KnownFormat {
    KnownFormat { name, extensions, gives: "", written: None, is_zip: false, recognise, open }
}

impl KnownFormat {
    const fn gives(self, gives: &'static str) -> KnownFormat {
        KnownFormat { gives, ..self }
    }

    const fn written(self, kind: NetworkKind) -> KnownFormat {
        KnownFormat { written: Some(kind), ..self }
    }

    const fn zipped(self) -> KnownFormat {
        KnownFormat { is_zip: true, ..self }
    }

    /// How surely the file is of this format.
    fn evidence(&self, file: &Candidate) -> Option<Evidence> {
        (self.recognise)(file).or_else(|| {
            let is_named = matches!(file.content, Content::Bytes) && self.owns(&file.extension);
            is_named.then_some(Evidence::Unmarked(self.name))
        })
    }

    /// Whether names that end so are those of its files alone.
    fn owns(&self, extension: &str) -> bool {
        self.extensions.contains(&extension) && !COMMON_EXTENSIONS.contains(&extension)
    }

    /// Opens a file that was found to be of this format.
    pub(super) fn open(&self, file: &Candidate, input: Option<InputLengths>) -> Result<Opened, FormatError> {
        (self.open)(file, input)
    }
}

/// The format that the file is most surely of, and how surely.
pub(super) fn surest(file: &Candidate) -> Option<(&'static KnownFormat, Evidence)> {
    let mut surest: Option<(&KnownFormat, Evidence)> = None;
    for format in FORMATS {
        let Some(evidence) = format.evidence(file) else { continue };
        if surest.is_none_or(|(_, before)| evidence > before) {
            surest = Some((format, evidence));
        }
    }
    surest
}

/// What a zip archive whose name ends so should be: the name of a format of archives.
pub(super) fn archive_name(extension: &str) -> &'static str {
    FORMATS.iter().find(|format| format.is_zip && format.owns(extension)).map_or("zip", |format| format.name)
}

/// Every extension once, in the order of the table.
pub fn extensions() -> Vec<&'static str> {
    let mut extensions: Vec<&str> = Vec::new();
    for extension in FORMATS.iter().flat_map(|format| format.extensions) {
        if !extensions.contains(extension) {
            extensions.push(extension);
        }
    }
    extensions
}

/// The formats in words: `PyTorch (.pt, .pth), safetensors (.safetensors) or …`.
pub fn format_text() -> String {
    let text = |format: &KnownFormat| {
        let extensions: Vec<String> = format.extensions.iter().map(|extension| format!(".{extension}")).collect();
        format!("{} ({})", format.name, extensions.join(", "))
    };
    let mut text: Vec<String> = FORMATS.iter().map(text).collect();
    let last = text.pop().unwrap_or_default();
    format!("{} or {last}", text.join(", "))
}

/// The table with what each format gives, a line each, for the help of the command line.
pub fn format_table() -> String {
    let line = |format: &KnownFormat| {
        let extensions: Vec<String> = format.extensions.iter().map(|extension| format!(".{extension}")).collect();
        format!("  {:<16} {:<26} {}", format.name, extensions.join(" "), format.gives)
    };
    let lines: Vec<String> = FORMATS.iter().map(line).collect();
    format!("Files of networks:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_extension_is_named_once_and_every_format_is_complete() {
        let extensions = extensions();
        assert!(
            extensions.contains(&"onnx") && extensions.iter().filter(|extension| **extension == "json").count() == 1
        );
        assert!(format_text().ends_with("or plain JSON (.json)"), "{}", format_text());
        assert_eq!(format_table().lines().count(), FORMATS.len() + 1);
        let readme = include_str!("../../README.md");
        for format in FORMATS {
            assert!(!format.gives.is_empty(), "{}", format.name);
            // Plain JSON and pickled arrays are told of under the names of what they hold.
            let is_told = readme.contains(format.name) || ["plain JSON", "pickled NumPy"].contains(&format.name);
            assert!(is_told, "{} is not in README.md", format.name);
        }
    }

    #[test]
    fn every_kind_that_is_written_is_read() {
        for kind in NetworkKind::ALL {
            let format = FORMATS.iter().find(|format| format.written == Some(kind)).unwrap();
            assert!(format.extensions.contains(&kind.extension()), "{}", format.name);
        }
    }
}
