//! The network of a folder: of the files in it the one that holds a model.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{FormatError, detect, registry};

/// The most entries of a folder that are looked at.
const MAX_ENTRIES: usize = 10_000;
/// How many files are named before the others are only counted.
const NAMED: usize = 6;
/// How much of a JSON file tells whether it is a network's.
const JSON_BEGINNING: u64 = 4096;

/// The only file of the folder that holds a model.
pub(super) fn model_in(folder: &Path) -> Result<PathBuf, FormatError> {
    let unreadable = |source| FormatError::Read { path: folder.into(), source };
    let entries = std::fs::read_dir(folder).map_err(unreadable)?.take(MAX_ENTRIES);
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<String>, _>>()
        .map_err(unreadable)?;
    names.sort_by(|left, right| super::names::natural_order(left, right));
    if let Some(error) = detect::foreign_folder(folder, &names) {
        return Err(error);
    }
    let indices: Vec<&String> = names.iter().filter(|name| name.ends_with(".index.json")).collect();
    let is_model = |name: &&String| match name.rsplit_once('.') {
        _ if is_part(name) || !folder.join(name).is_file() => false,
        Some((_, "json")) => name.ends_with(".index.json") || is_json_network(&folder.join(name)),
        // The names of other things end so as well.
        Some((_, "bin")) => is_named_as_model(name),
        Some((_, extension)) => registry::extensions().contains(&extension.to_lowercase().as_str()),
        None => false,
    };
    let models: Vec<&String> = names.iter().filter(is_model).collect();
    // Architecture and weights of Keras that were unpacked or saved apart belong together.
    let belongs =
        |weights: &str| weights.ends_with(".h5") && models.iter().any(|name| is_architecture_of(name, weights));
    let alone: Vec<&&String> = models.iter().filter(|name| !belongs(name)).collect();
    match (&indices[..], &alone[..]) {
        ([only], _) if alone.len() == 1 => Ok(folder.join(only)),
        (_, [only]) => Ok(folder.join(only)),
        (_, []) => Err(FormatError::Folder {
            path: folder.into(),
            problem: format!("holds no network; give the file of one: {}", registry::format_text()),
        }),
        (_, several) => {
            let mut named: Vec<String> = several.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
            named.extend((several.len() > NAMED).then(|| format!("and {} more", several.len() - NAMED)));
            let problem = format!("holds {} networks; give one of {}", several.len(), named.join(", "));
            Err(FormatError::Folder { path: folder.into(), problem })
        }
    }
}

/// Whether a name is one of the parts of a network in several files.
pub(super) fn is_part(name: &str) -> bool {
    name.contains("-of-") || name.contains("-shard")
}

/// Whether a name that ends in `.bin` is that of a model.
pub(super) fn is_named_as_model(name: &str) -> bool {
    ["pytorch_model", "adapter_model", "model"].iter().any(|begin| name.starts_with(begin))
}

/// Whether a JSON file's name or its beginning is one of a network.
pub(super) fn is_json_network(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    if name == "model.json" {
        return true;
    }
    let mut beginning = Vec::new();
    let read = crate::io::open(path).and_then(|file| file.take(JSON_BEGINNING).read_to_end(&mut beginning));
    let text = String::from_utf8_lossy(&beginning);
    let is_keras = text.contains("\"class_name\"") && text.contains("\"config\"");
    read.is_ok() && (text.contains("\"layerflow.network/") || text.contains("\"modelTopology\"") || is_keras)
}

fn is_architecture_of(name: &str, weights: &str) -> bool {
    let stem = |text: &str| text.split('.').next().unwrap_or_default().trim_end_matches("_weights").to_owned();
    name.strip_suffix(".json").is_some_and(|architecture| stem(architecture) == stem(weights))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        model_in(folder.path()).map(name).map_err(|error| error.to_string())
    }

    #[test]
    fn the_only_model_is_found() {
        let config = ("config.json", "{\"hidden_size\": 3}");
        assert_eq!(found(&[config, ("model.safetensors", "")]).unwrap(), "model.safetensors");
        let shards = [("model-00001-of-00002.safetensors", ""), ("model.safetensors.index.json", "{}"), config];
        assert_eq!(found(&shards).unwrap(), "model.safetensors.index.json");
        assert_eq!(found(&[("model.json", "{}"), ("group1-shard1of1.bin", "")]).unwrap(), "model.json");
        assert_eq!(found(&[("net.json", "{\"format\": \"layerflow.network/1\"}")]).unwrap(), "net.json");
        assert!(found(&[config, ("vocab.txt", "")]).unwrap_err().contains("holds no network"));
        let two = found(&[("a.onnx", ""), ("b.onnx", "")]).unwrap_err();
        assert!(two.contains("holds 2 networks; give one of `a.onnx`, `b.onnx`"), "{two}");
        assert!(found(&[("saved_model.pb", "")]).unwrap_err().contains("SavedModel"));
    }
}
