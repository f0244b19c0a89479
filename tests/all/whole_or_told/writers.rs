//! The same tensors in each format that is read.

mod containers;
mod graphs;
mod pickle;

use std::path::{Path, PathBuf};

use super::model::{Healthy, Tensor, Type};

/// A format that is written here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    Safetensors,
    Npz,
    Pytorch,
    Gguf,
    Json,
    KerasHdf5,
    TensorflowJs,
    Onnx,
}

/// All of them.
pub const ALL: [Format; 8] = [
    Format::Safetensors,
    Format::Npz,
    Format::Pytorch,
    Format::Gguf,
    Format::Json,
    Format::KerasHdf5,
    Format::TensorflowJs,
    Format::Onnx,
];

impl Format {
    /// The types that a tensor can be stored in, f32 aside.
    pub fn types(self) -> &'static [Type] {
        match self {
            Format::Safetensors => &[Type::F64, Type::F16, Type::BF16, Type::I8, Type::I64, Type::F8],
            Format::Npz => &[Type::F64, Type::F16, Type::I8, Type::I64],
            Format::Pytorch | Format::Gguf => &[Type::F64, Type::F16, Type::BF16, Type::I8, Type::I64],
            Format::Json => &[Type::F64],
            Format::KerasHdf5 => &[Type::F64, Type::I8, Type::I64],
            Format::TensorflowJs => &[Type::F16],
            Format::Onnx => &[Type::F64, Type::F16, Type::BF16, Type::I8, Type::I64, Type::F8],
        }
    }

    /// The names of the weight and the bias of layer `k`.
    pub fn names(self, k: usize, scheme: usize) -> (String, String) {
        match (self, scheme) {
            (Format::KerasHdf5, _) => (format!("dense_{k}/dense_{k}/kernel:0"), format!("dense_{k}/dense_{k}/bias:0")),
            (Format::TensorflowJs, _) => (format!("dense_{k}/kernel"), format!("dense_{k}/bias")),
            (Format::Json, _) => (format!("{k}.weight"), format!("{k}.bias")),
            (_, 0) => (format!("{}.weight", 2 * k), format!("{}.bias", 2 * k)),
            (_, 1) => (format!("fc{}.weight", k + 1), format!("fc{}.bias", k + 1)),
            _ => (format!("net.layers.{k}.weight"), format!("net.layers.{k}.bias")),
        }
    }

    /// Whether matrices are inputs × outputs.
    pub fn is_transposed(self) -> bool {
        matches!(self, Format::KerasHdf5 | Format::TensorflowJs)
    }
}

/// Writes the tensors into the folder; gives the path to open. The description of the layers, where the format has one,
/// is that of the healthy network.
pub fn write(folder: &Path, format: Format, healthy: &Healthy, tensors: &[Tensor]) -> PathBuf {
    let (name, bytes) = match format {
        Format::Safetensors => ("a.safetensors", containers::safetensors(tensors)),
        Format::Npz => ("a.npz", containers::npz(tensors)),
        Format::Gguf => ("a.gguf", containers::gguf(tensors)),
        Format::Pytorch => ("a.pt", pickle::pytorch(tensors)),
        Format::Json => ("a.json", graphs::json(healthy, tensors)),
        Format::KerasHdf5 => ("a.h5", graphs::keras(healthy, tensors)),
        Format::Onnx => ("a.onnx", graphs::onnx(healthy, tensors)),
        Format::TensorflowJs => {
            let (model, weights) = graphs::tensorflow_js(healthy, tensors);
            std::fs::write(folder.join("weights.bin"), weights).unwrap();
            ("model.json", model)
        }
    };
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}
