//! Writing a network to a file of the kind that its name asks for.

use std::path::Path;

use super::network_kind::NetworkKind;
use super::{FormatError, Precision, save, save_onnx, save_tensors};
use crate::network::Network;

/// Writes a network to a file of the kind that its name asks for. JSON keeps every bit whatever `precision` is.
///
/// # Errors
/// If the name's ending is of no such kind, or the file cannot be written.
pub fn save_as(path: &Path, network: &Network, precision: Precision) -> Result<(), FormatError> {
    match NetworkKind::from_path(path) {
        Some(NetworkKind::Layerflow) => save(path, network),
        Some(NetworkKind::Safetensors) => save_tensors(path, network, precision),
        Some(NetworkKind::Onnx) => save_onnx(path, network, precision),
        None => Err(FormatError::Ending { path: path.into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::examples;
    use crate::formats::open::open;
    use crate::formats::opened::Opened;

    #[test]
    fn the_ending_decides_and_each_kind_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let (network, _) = examples::spiral().unwrap();
        for kind in NetworkKind::ALL {
            let path = folder.path().join(format!("net.{}", kind.extension().to_uppercase()));
            assert_eq!(NetworkKind::from_path(&path), Some(kind));
            save_as(&path, &network, Precision::Double).unwrap();
            match open(&path).unwrap() {
                Opened::Network(read) => assert_eq!(read.network.layers().len(), network.layers().len()),
                other => panic!("{other:?}"),
            }
        }
        let nameless = folder.path().join("net");
        let refusal = save_as(&nameless, &network, Precision::Double).unwrap_err().to_string();
        assert!(refusal.contains(".safetensors") && !nameless.exists(), "{refusal}");
    }
}
