//! What a file is: by its content first, by its name where the content does not tell.

mod foreign;

use std::path::Path;

use super::candidate::{Candidate, Content, Evidence, JsonKeys};
use super::layerflow_json::FORMAT;
use super::registry::KnownFormat;
use super::{FormatError, registry};

/// How many files of an archive are named before the others are only counted.
const NAMED_ENTRIES: usize = 3;

/// The format of the file, and the file with what was found in it.
pub(super) fn format_of(file: Candidate) -> Result<(&'static KnownFormat, Candidate), FormatError> {
    if file.beginning.is_empty() {
        return Err(FormatError::Empty { path: file.path });
    }
    if file.is_zip() {
        return zip_format(file);
    }
    let surest = registry::surest(&file);
    if let Some((format, Evidence::Mark)) = surest {
        return Ok((format, file));
    }
    if let Some(known) = foreign::of_content(&file.beginning) {
        return Err(unsupported(&file.path, known));
    }
    match surest {
        Some((format, Evidence::OwnName | Evidence::Content)) => return Ok((format, file)),
        _ if file.begins_as_json() || file.extension == "json" => return json_format(file.into_json()?),
        Some((format, Evidence::Name)) => return Ok((format, file)),
        Some((_, Evidence::Unmarked(format))) => {
            let reason = "it does not begin as one does".into();
            return Err(FormatError::Damaged { path: file.path, format, reason });
        }
        _ => {}
    }
    match foreign::of_name(&file.path, &file.extension, &file.beginning) {
        Some(known) => Err(unsupported(&file.path, known)),
        None => Err(FormatError::Unknown { path: file.path, known: registry::format_text() }),
    }
}

fn unsupported(path: &Path, (what, remedy): foreign::Foreign) -> FormatError {
    FormatError::Unsupported { path: path.into(), what: what.into(), remedy: remedy.into() }
}

/// Why a folder with entries of these names is not read, where it is a model of a kind that is not.
pub(super) fn foreign_folder(path: &Path, names: &[String]) -> Option<FormatError> {
    foreign::of_folder(path, names).map(|known| unsupported(path, known))
}

/// Several formats are zip archives; the names inside tell them apart.
fn zip_format(file: Candidate) -> Result<(&'static KnownFormat, Candidate), FormatError> {
    let file = match file.into_zip() {
        Ok(file) => file,
        Err(refused) => {
            let (file, reason) = *refused;
            let format = registry::archive_name(&file.extension);
            return Err(FormatError::Damaged { path: file.path, format, reason });
        }
    };
    match (registry::surest(&file), &file.content) {
        (Some((format, _)), _) => Ok((format, file)),
        (None, Content::Zip(names)) => Err(other_archive(&file.path, names)),
        (None, Content::Bytes | Content::Json(..)) => Err(other_archive(&file.path, &[])),
    }
}

/// What an archive is that holds these files, and no network at a place that is known.
fn other_archive(path: &Path, names: &[String]) -> FormatError {
    let names: Vec<&String> = names.iter().filter(|name| !name.ends_with(['/', '\\'])).collect();
    let is_network = |name: &&&String| {
        let suffix = name.rsplit_once('.').map(|(_, suffix)| suffix.to_lowercase()).unwrap_or_default();
        suffix != "json" && registry::extensions().contains(&suffix.as_str())
    };
    let network = names.iter().find(is_network);
    let listed = names.iter().take(NAMED_ENTRIES).map(|name| format!("`{name}`")).collect::<Vec<String>>().join(", ");
    let more = names.len().saturating_sub(NAMED_ENTRIES);
    let what = match (names.is_empty(), names.iter().any(|name| name.ends_with("saved_model.pb"))) {
        (true, _) => "an empty zip archive".to_owned(),
        (_, true) => "a zip archive of a SavedModel of TensorFlow".to_owned(),
        _ if more > 0 => format!("a zip archive of {listed} and {more} more"),
        _ => format!("a zip archive of {listed}"),
    };
    let remedy = match network {
        Some(name) => format!("unpack it and open {name}"),
        None => format!("open {}", registry::format_text()),
    };
    FormatError::Unsupported { path: path.into(), what, remedy }
}

/// The keys of JSON tell its kinds apart.
fn json_format(file: Candidate) -> Result<(&'static KnownFormat, Candidate), FormatError> {
    match (registry::surest(&file), &file.content) {
        (Some((format, _)), _) => Ok((format, file)),
        (None, Content::Json(keys, _)) => Err(other_json(&file.path, keys)),
        (None, Content::Bytes | Content::Zip(_)) => {
            Err(FormatError::Unknown { path: file.path, known: registry::format_text() })
        }
    }
}

/// What JSON with these keys is, which no format has.
fn other_json(path: &Path, keys: &JsonKeys) -> FormatError {
    if keys.peft_type.is_some() {
        return unsupported(path, foreign::ADAPTER_SETTINGS);
    }
    if keys.model_type.is_some() || keys.architectures.is_some() {
        return unsupported(path, foreign::MODEL_SETTINGS);
    }
    let problem = format!("is missing; a network of layerflow begins with \"format\": \"{FORMAT}\"");
    FormatError::Content { path: path.into(), position: "key `format`".into(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, beginning: &[u8]) -> Result<&'static str, String> {
        let file = Candidate::new(Path::new(name), beginning.to_vec());
        format_of(file).map(|(format, _)| format.name).map_err(|error| error.to_string())
    }

    fn sentence(name: &str, beginning: &[u8]) -> String {
        found(name, beginning).unwrap_err()
    }

    fn of_json(name: &str, bytes: &[u8]) -> Result<&'static str, String> {
        let file = Candidate::new(Path::new(name), Vec::new()).with_json(bytes.to_vec()).unwrap();
        json_format(file).map(|(format, _)| format.name).map_err(|error| error.to_string())
    }

    #[test]
    fn content_counts_before_the_name() {
        assert_eq!(found("a.pt", b"\x93NUMPY\x01\x00").unwrap(), "NumPy");
        assert_eq!(found("a.bin", b"\x10\0\0\0\0\0\0\0{\"a\"").unwrap(), "safetensors");
        assert_eq!(found("a.safetensors", b"\x89HDF\r\n\x1a\n").unwrap(), "Keras");
        assert_eq!(found("a.h5", b"\0\0\0\0TFL3").unwrap(), "TensorFlow Lite");
        assert_eq!(found("a", b"GGUF").unwrap(), "GGUF");
        // Where it has no mark the name tells.
        assert_eq!(found("a.safetensors", &[1, 2, 3]).unwrap(), "safetensors");
        assert_eq!(found("a.onnx", &[1, 2, 3]).unwrap(), "ONNX");
        assert_eq!(found("a.txt", b"\x80\x04\x95").unwrap(), "pickled NumPy");
    }

    #[test]
    fn every_other_file_is_named_in_one_sentence() {
        assert!(sentence("a.onnx", b"").contains("is empty"));
        assert!(sentence("a.pt", b"hello, not a pickle\n").contains("is not a whole PyTorch file"));
        assert!(sentence("a.h5", b"hello").contains("not a whole HDF5 file"));
        assert!(sentence("a.npz", b"hello").contains("not a whole NumPy file"));
        assert!(sentence("a.xyz", b"hello").contains("is a file of text"));
        assert!(sentence("a.xyz", &[1, 2, 3]).contains("no network file that is known"));
        assert!(sentence("a.bin", &[1, 2, 3]).contains("no network file that is known"));
    }

    #[test]
    fn the_keys_of_json_tell_its_kind() {
        assert_eq!(of_json("a.txt", br#"{"format": "layerflow.network/1", "weight_map": {}}"#).unwrap(), "layerflow");
        assert_eq!(of_json("a.json", br#"{"weight_map": {"a": "b.safetensors"}}"#).unwrap(), "safetensors");
        assert_eq!(of_json("a.json", br#"{"weight_map": {"a": "b.bin"}}"#).unwrap(), "PyTorch");
        assert_eq!(
            of_json("a.json", br#"{"modelTopology": {}, "class_name": "", "config": 1}"#).unwrap(),
            "TensorFlow.js"
        );
        assert_eq!(of_json("a.json", br#"{"class_name": "", "config": 1}"#).unwrap(), "Keras");
        assert_eq!(of_json("a.json", br#"{"coefs": []}"#).unwrap(), "plain JSON");
        let settings = |bytes| of_json("config.json", bytes).unwrap_err();
        assert!(settings(br#"{"peft_type": "LORA", "r": 8}"#).contains("settings of an adapter"));
        assert!(settings(br#"{"architectures": ["BertModel"], "hidden_size": 8}"#).contains("settings of a model"));
        assert!(settings(b"{}").contains("`format` is missing"));
    }
}
