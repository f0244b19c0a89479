//! The formats that are read: one list for messages, dialogs and help.

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownFormat {
    /// What it is called.
    pub name: &'static str,
    /// How the names of its files usually end, without the dot.
    pub endings: &'static [&'static str],
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

const fn known(name: &'static str, endings: &'static [&'static str], gives: &'static str) -> KnownFormat {
    KnownFormat { name, endings, gives }
}

/// Every ending once, in the order of the list.
pub fn endings() -> Vec<&'static str> {
    let mut endings: Vec<&str> = Vec::new();
    for ending in FORMATS.iter().flat_map(|format| format.endings) {
        if !endings.contains(ending) {
            endings.push(ending);
        }
    }
    endings
}

/// The formats in words: `PyTorch (.pt, .pth), safetensors (.safetensors) or …`.
pub fn format_words() -> String {
    let words = |format: &KnownFormat| {
        let endings: Vec<String> = format.endings.iter().map(|ending| format!(".{ending}")).collect();
        format!("{} ({})", format.name, endings.join(", "))
    };
    let mut words: Vec<String> = FORMATS.iter().map(words).collect();
    let last = words.pop().unwrap_or_default();
    format!("{} or {last}", words.join(", "))
}

/// The list with what each gives, a line each, for the help of the command line.
pub fn format_table() -> String {
    let line = |format: &KnownFormat| {
        let endings: Vec<String> = format.endings.iter().map(|ending| format!(".{ending}")).collect();
        format!("  {:<16} {:<26} {}", format.name, endings.join(" "), format.gives)
    };
    let lines: Vec<String> = FORMATS.iter().map(line).collect();
    format!("Files of networks:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_is_named_once() {
        let endings = endings();
        assert!(endings.contains(&"onnx") && endings.iter().filter(|ending| **ending == "json").count() == 1);
        assert!(format_words().ends_with("or plain JSON (.json)"), "{}", format_words());
        assert_eq!(format_table().lines().count(), FORMATS.len() + 1);
    }
}
