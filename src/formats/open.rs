//! Opening a file of weights: its format is found, and its reader called.

use std::io::Read;
use std::path::Path;

use super::detect::Format;
use super::error::FormatError;
use super::opened::Opened;
use super::{
    adapter, detect, folder, gguf, keras, layerflow_json, non_finite, npz, onnx, parts, pickled, plain_json, pytorch,
    quantised, safetensors, tfjs, tflite,
};
use crate::network::ImageShape;

/// Opens a weight file. Its content tells its format; its name only helps to say what a file is that is not read.
///
/// ```
/// use layerflow::formats::{self, Opened};
///
/// # let folder = std::env::temp_dir().join(format!("layerflow-open-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("turn.json");
/// std::fs::write(&path, r#"{"format": "layerflow.network/1", "layers": [{"type": "dense", "weight": [[0, -1], [1, 0]]}]}"#)?;
/// match formats::open(&path)? {
///     // Its account says what became of every part of the file; whole: nothing was left out.
///     Opened::Network(opened) => {
///         assert!(opened.account.is_whole());
///         assert_eq!((opened.network.inputs(), opened.network.outputs()), (2, 2));
///     }
///     // Only tensors: `ChainProposal` and `build` make a network of them.
///     Opened::Tensors(_) => unreachable!("the layers are known"),
///     Opened::Graph(graph) => unreachable!("{}", graph.problem),
/// }
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file cannot be read, is damaged, or is of a format that is not read.
pub fn open(path: &Path) -> Result<Opened, FormatError> {
    open_for(path, None)
}

/// Opens a weight file as [`open_for`] does, and lets NaN and infinity through: the network is one to look at, not to run.
///
/// # Errors
/// As [`open`], except for numbers that are not finite.
pub fn open_with_non_finite(path: &Path, input: Option<ImageShape>) -> Result<Opened, FormatError> {
    non_finite::allowing(|| open_for(path, input))
}

/// Opens a weight file as [`open`] does. Where it holds a graph that leaves the shape of its input open, `input` tells it.
///
/// # Errors
/// As [`open`].
pub fn open_for(path: &Path, input: Option<ImageShape>) -> Result<Opened, FormatError> {
    match open_as_stored(path, input)? {
        Opened::Tensors(tensors) => {
            let part = parts::account_by_name(tensors.path());
            Ok(Opened::Tensors(adapter::join(quantised::join(tensors.with_account(part)))?))
        }
        opened => Ok(opened),
    }
}

fn open_as_stored(path: &Path, input: Option<ImageShape>) -> Result<Opened, FormatError> {
    let unreadable = |source| FormatError::Read { path: path.into(), source };
    if path.is_dir() {
        return open_as_stored(&folder::model_in(path)?, input);
    }
    let mut beginning = Vec::new();
    let file = crate::io::open(path).map_err(unreadable)?;
    file.take(detect::BEGINNING_BYTES).read_to_end(&mut beginning).map_err(unreadable)?;
    match detect::format_of(path, &beginning)? {
        Format::Gguf => gguf::open(path).map(Opened::Tensors),
        Format::Numpy => npz::open(path).map(Opened::Tensors),
        Format::Pickle => match pytorch::open_pickle(path, input)? {
            Some(opened) => Ok(opened),
            None => pickled::open(path).map(Opened::Tensors),
        },
        Format::PytorchLegacy => pytorch::open_legacy(path, input),
        Format::PytorchZip => pytorch::open_zip(path, input),
        Format::Safetensors => safetensors::open(path),
        Format::Hdf5 => keras::open_hdf5(path, input),
        Format::Keras => keras::open_archive(path, input),
        Format::Onnx => onnx::open(path, input),
        Format::Tflite => tflite::open(path, input),
        Format::Json => open_json(path, &crate::io::read(path).map_err(unreadable)?, input),
    }
}

fn open_json(path: &Path, bytes: &[u8], input: Option<ImageShape>) -> Result<Opened, FormatError> {
    match detect::json_kind(path, bytes)? {
        detect::JsonKind::Layerflow => layerflow_json::read(path, bytes).map(Opened::Network),
        detect::JsonKind::Plain => plain_json::read(path, bytes).map(Opened::Network),
        detect::JsonKind::KerasArchitecture => keras::open_architecture(path, bytes, input),
        detect::JsonKind::TensorflowJs => tfjs::open(path, bytes, input),
        detect::JsonKind::SafetensorsIndex if pytorch::is_index(path, bytes)? => {
            pytorch::open_index(path, bytes).map(Opened::Tensors)
        }
        detect::JsonKind::SafetensorsIndex => safetensors::open_index(path, bytes).map(Opened::Tensors),
    }
}
