//! The kinds of files that a network is written to, told by the ending of their name.

use std::path::Path;

/// A kind of file for a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkKind {
    /// layerflow's own JSON: everything, in text.
    #[default]
    Layerflow,
    /// Tensors that other programs read, with the list of layers in the file's metadata.
    Safetensors,
    /// A graph that other programs run.
    Onnx,
}

impl NetworkKind {
    /// Every kind, in the order in which menus show them.
    pub const ALL: [NetworkKind; 3] = [NetworkKind::Layerflow, NetworkKind::Safetensors, NetworkKind::Onnx];

    /// The kind that a name's ending asks for.
    pub fn from_path(path: &Path) -> Option<NetworkKind> {
        let extension = path.extension()?.to_string_lossy().to_ascii_lowercase();
        NetworkKind::ALL.into_iter().find(|kind| kind.extension() == extension)
    }

    /// The ending of its names, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            NetworkKind::Layerflow => "json",
            NetworkKind::Safetensors => "safetensors",
            NetworkKind::Onnx => "onnx",
        }
    }

    /// What menus call it.
    pub fn label(self) -> &'static str {
        match self {
            NetworkKind::Layerflow => "layerflow JSON",
            NetworkKind::Safetensors => "safetensors",
            NetworkKind::Onnx => "ONNX",
        }
    }
}

/// The endings of all kinds: `.json, .safetensors or .onnx`.
pub(super) fn extensions_text() -> String {
    let mut extensions: Vec<String> = NetworkKind::ALL.iter().map(|kind| format!(".{}", kind.extension())).collect();
    let last = extensions.pop().unwrap_or_default();
    format!("{} or {last}", extensions.join(", "))
}
