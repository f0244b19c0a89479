//! The formats that are read: one list for messages, dialogs and help.

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownFormat {
    /// What it is called.
    pub name: &'static str,
    /// How the names of its files usually end, without the dot.
    pub extensions: &'static [&'static str],
    /// What a file of it gives.
    pub gives: &'static str,
}

/// The formats that are read.
pub const FORMATS: [KnownFormat; 11] = [
    known("PyTorch", &["pt", "pth", "ckpt", "th", "bin"], "the tensors of a module, a state dict or a checkpoint"),
    known("safetensors", &["safetensors"], "tensors, or a network that layerflow wrote"),
    known("ONNX", &["onnx"], "the graph"),
    known("Keras", &["keras", "h5", "hdf5"], "the network, or the tensors of a file of weights"),
    known("TensorFlow.js", &["json"], "the network of a model.json with its parts beside it"),
    known("TensorFlow Lite", &["tflite", "lite"], "the network"),
    known("NumPy", &["npz", "npy"], "arrays"),
    known("pickled NumPy", &["pkl", "pickle"], "arrays in lists and dictionaries"),
    known("GGUF", &["gguf"], "tensors"),
    known("layerflow", &["json"], "the network"),
    known("plain JSON", &["json"], "layers as lists of rows"),
];

const fn known(name: &'static str, extensions: &'static [&'static str], gives: &'static str) -> KnownFormat {
    KnownFormat { name, extensions, gives }
}

/// Every ending once, in the order of the list.
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

/// The list with what each gives, a line each, for the help of the command line.
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
    fn every_ending_is_named_once() {
        let extensions = extensions();
        assert!(
            extensions.contains(&"onnx") && extensions.iter().filter(|extension| **extension == "json").count() == 1
        );
        assert!(format_text().ends_with("or plain JSON (.json)"), "{}", format_text());
        assert_eq!(format_table().lines().count(), FORMATS.len() + 1);
    }
}
