//! What a file is: by its content first, by its name where the content does not tell.

mod foreign;

use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use zip::ZipArchive;

use super::keras::WEIGHTS_ENTRY;
use super::layerflow_json::FORMAT;
use super::{FormatError, json, pytorch, registry, tflite};

/// How much of a file is looked at: behind what another program puts before an HDF5 file there is its mark, at a power of
/// two.
pub(super) const BEGINNING_BYTES: u64 = 8192 + HDF5_MARK.len() as u64;
const HDF5_MARK: [u8; 8] = *b"\x89HDF\r\n\x1a\n";

/// How many files of an archive are named before the others are only counted.
const NAMED_ENTRIES: usize = 3;

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Format {
    Gguf,
    Hdf5,
    Json,
    Keras,
    Numpy,
    Onnx,
    Pickle,
    PytorchLegacy,
    PytorchZip,
    Safetensors,
    Tflite,
}

/// A kind of JSON that is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum JsonKind {
    KerasArchitecture,
    Layerflow,
    Plain,
    SafetensorsIndex,
    TensorflowJs,
}

/// The format of the file at `path`, whose first bytes are given.
pub(super) fn format_of(path: &Path, beginning: &[u8]) -> Result<Format, FormatError> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let extension = extension.as_deref().unwrap_or_default();
    let text_start = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
    match beginning {
        [] => Err(FormatError::Empty { path: path.into() }),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => zip_format(path, extension),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Ok(Format::Numpy),
        _ if has_hdf5_mark(beginning) => Ok(Format::Hdf5),
        [b'G', b'G', b'U', b'F', ..] => Ok(Format::Gguf),
        [_, _, _, _, identifier @ ..] if identifier.starts_with(tflite::IDENTIFIER) => Ok(Format::Tflite),
        // A safetensors header is JSON after eight bytes for its length.
        [_, _, _, _, _, _, _, _, b'{', ..] if !text_start.starts_with(b"{") => Ok(Format::Safetensors),
        _ if let Some(known) = foreign::of_content(beginning) => Err(unsupported(path, known)),
        _ if extension == "safetensors" => Ok(Format::Safetensors),
        _ if pytorch::is_legacy(beginning) => Ok(Format::PytorchLegacy),
        // What joblib writes is a pickle with its arrays in between.
        [0x80, 2..=5, ..] if extension == "joblib" || holds(beginning, b"joblib.numpy_pickle") => {
            Err(FormatError::Pickle { path: path.into() })
        }
        [0x80, 2..=5, ..] => Ok(Format::Pickle),
        _ if text_start.starts_with(b"{") => Ok(Format::Json),
        _ => match extension {
            "json" => Ok(Format::Json),
            // The only one of them whose content has no mark of its own.
            "onnx" => Ok(Format::Onnx),
            "npz" | "npy" => mislabelled(path, "NumPy"),
            "pt" | "pth" | "ckpt" | "th" => mislabelled(path, "PyTorch"),
            "h5" | "hdf5" => mislabelled(path, "HDF5"),
            "keras" => mislabelled(path, "Keras"),
            "gguf" => mislabelled(path, "GGUF"),
            "pkl" | "pickle" => Ok(Format::Pickle),
            "joblib" => Err(FormatError::Pickle { path: path.into() }),
            "tflite" | "lite" => mislabelled(path, "TensorFlow Lite"),
            _ => match foreign::of_name(path, extension, beginning) {
                Some(known) => Err(unsupported(path, known)),
                None => Err(FormatError::Unknown { path: path.into() }),
            },
        },
    }
}

fn unsupported(path: &Path, (what, remedy): foreign::Foreign) -> FormatError {
    FormatError::Unsupported { path: path.into(), what: what.into(), remedy: remedy.into() }
}

/// Why a folder with entries of these names is not read, where it is a model of a kind that is not.
pub(super) fn foreign_folder(path: &Path, names: &[String]) -> Option<FormatError> {
    foreign::of_folder(path, names).map(|known| unsupported(path, known))
}

fn has_hdf5_mark(beginning: &[u8]) -> bool {
    let mut positions = std::iter::once(0).chain((9..14).map(|power| 1_usize << power));
    positions.any(|position| beginning.get(position..).is_some_and(|rest| rest.starts_with(&HDF5_MARK)))
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn mislabelled(path: &Path, format: &'static str) -> Result<Format, FormatError> {
    Err(FormatError::Damaged { path: path.into(), format, reason: "it does not begin as one does".into() })
}

/// NumPy, PyTorch and Keras all write zip archives; the names inside tell them apart.
fn zip_format(path: &Path, extension: &str) -> Result<Format, FormatError> {
    let file = crate::io::open(path).map_err(|source| FormatError::Read { path: path.into(), source })?;
    let archive = match ZipArchive::new(BufReader::new(file)) {
        Ok(archive) => archive,
        Err(error) => {
            let format = match extension {
                "pt" | "pth" | "ckpt" | "th" => "PyTorch",
                "keras" => "Keras",
                "npz" => "NumPy",
                _ => "zip",
            };
            return Err(FormatError::Damaged { path: path.into(), format, reason: error.to_string() });
        }
    };
    let has = |matches: fn(&str) -> bool| archive.file_names().flatten().any(|name| matches(&name));
    if has(|name| name.ends_with(".npy")) {
        Ok(Format::Numpy)
    } else if has(|name| name.ends_with("data.pkl")) {
        Ok(Format::PytorchZip)
    } else if has(|name| name.ends_with(WEIGHTS_ENTRY) || name.ends_with(".keras")) {
        Ok(Format::Keras)
    } else if extension == "npz" {
        Ok(Format::Numpy)
    } else {
        Err(other_archive(path, archive.file_names().flatten().map(|name| name.into_owned())))
    }
}

/// What an archive is that holds these files, and no network at a place that is known.
fn other_archive(path: &Path, names: impl Iterator<Item = String>) -> FormatError {
    let names: Vec<String> = names.filter(|name| !name.ends_with(['/', '\\'])).collect();
    let is_network = |name: &&String| {
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

/// The keys that tell kinds of JSON apart. Their values are not looked at.
#[derive(Deserialize)]
struct Keys {
    format: Option<String>,
    weight_map: Option<IgnoredAny>,
    layers: Option<IgnoredAny>,
    coefs: Option<IgnoredAny>,
    #[serde(rename = "modelTopology")]
    model_topology: Option<IgnoredAny>,
    class_name: Option<IgnoredAny>,
    config: Option<IgnoredAny>,
    peft_type: Option<IgnoredAny>,
    model_type: Option<IgnoredAny>,
    architectures: Option<IgnoredAny>,
}

/// What the JSON in `bytes`, the content of the file at `path`, describes.
pub(super) fn json_kind(path: &Path, bytes: &[u8]) -> Result<JsonKind, FormatError> {
    let keys: Keys = json::parse(path, bytes)?;
    let format = keys.format.as_deref();
    match format {
        Some(FORMAT) => Ok(JsonKind::Layerflow),
        Some(newer) if newer.starts_with("layerflow.") => {
            let problem = format!("is `{newer}`, which this version does not know; save the network as {FORMAT}");
            Err(FormatError::Content { path: path.into(), position: "format".into(), problem })
        }
        _ if keys.weight_map.is_some() => Ok(JsonKind::SafetensorsIndex),
        _ if keys.model_topology.is_some() => Ok(JsonKind::TensorflowJs),
        _ if keys.class_name.is_some() && keys.config.is_some() => Ok(JsonKind::KerasArchitecture),
        _ if keys.layers.is_some() || keys.coefs.is_some() => Ok(JsonKind::Plain),
        _ if keys.peft_type.is_some() => Err(unsupported(path, foreign::ADAPTER_SETTINGS)),
        _ if keys.model_type.is_some() || keys.architectures.is_some() => {
            Err(unsupported(path, foreign::MODEL_SETTINGS))
        }
        _ => {
            let problem = format!("is missing; a network of layerflow begins with \"format\": \"{FORMAT}\"");
            Err(FormatError::Content { path: path.into(), position: "key `format`".into(), problem })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(name: &str, beginning: &[u8]) -> String {
        format_of(Path::new(name), beginning).unwrap_err().to_string()
    }

    #[test]
    fn content_counts_before_the_name() {
        assert_eq!(format_of(Path::new("a.pt"), b"\x93NUMPY\x01\x00").unwrap(), Format::Numpy);
        assert_eq!(format_of(Path::new("a.bin"), b"\x10\0\0\0\0\0\0\0{\"a\"").unwrap(), Format::Safetensors);
        assert_eq!(format_of(Path::new("a.txt"), b"  {\"format\"").unwrap(), Format::Json);
        assert_eq!(format_of(Path::new("a.safetensors"), b"\x89HDF\r\n\x1a\n").unwrap(), Format::Hdf5);
    }

    #[test]
    fn every_other_file_is_named_in_one_sentence() {
        assert!(sentence("a.onnx", b"").contains("is empty"));
        assert!(sentence("a.pt", b"hello, not a pickle\n").contains("is not a whole PyTorch file"));
        assert!(sentence("a.joblib", b"\x80\x04\x95").contains("is a pickle of Python objects"));
        assert!(sentence("a.npz", b"hello").contains("not a whole NumPy file"));
        assert!(sentence("a.xyz", b"hello").contains("is a file of text"));
        assert!(sentence("a.xyz", &[1, 2, 3]).contains("no network file that is known"));
        let newer = json_kind(Path::new("a.json"), br#"{"format": "layerflow.network/2"}"#).unwrap_err().to_string();
        assert!(newer.contains("this version does not know"));
        let settings = |bytes| json_kind(Path::new("config.json"), bytes).unwrap_err().to_string();
        assert!(settings(br#"{"peft_type": "LORA", "r": 8}"#).contains("settings of an adapter"));
        assert!(settings(br#"{"architectures": ["BertModel"], "hidden_size": 8}"#).contains("settings of a model"));
        assert!(json_kind(Path::new("a.json"), b"{}").unwrap_err().to_string().contains("`format` is missing"));
    }
}
