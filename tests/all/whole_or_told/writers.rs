//! The same tensors in each format that is read.

mod containers;
mod flat;
mod graphs;
mod pickle;
pub mod tflite;

pub use flat::Field;

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
    Tflite,
    KerasArchive,
    TensorflowJsGraph,
    Shards,
}

/// All of them.
pub const ALL: [Format; 12] = [
    Format::Safetensors,
    Format::Npz,
    Format::Pytorch,
    Format::Gguf,
    Format::Json,
    Format::KerasHdf5,
    Format::TensorflowJs,
    Format::Onnx,
    Format::Tflite,
    Format::KerasArchive,
    Format::TensorflowJsGraph,
    Format::Shards,
];

impl Format {
    /// The types that a tensor can be stored in, f32 aside.
    pub fn types(self) -> &'static [Type] {
        match self {
            Format::Safetensors | Format::Shards => &[Type::F64, Type::F16, Type::BF16, Type::I8, Type::I64, Type::F8],
            Format::Npz => &[Type::F64, Type::F16, Type::I8, Type::I64],
            Format::Pytorch | Format::Gguf | Format::Tflite => &[Type::F64, Type::F16, Type::BF16, Type::I8, Type::I64],
            Format::Json => &[Type::F64],
            Format::KerasHdf5 | Format::KerasArchive => &[Type::F64, Type::I8, Type::I64],
            Format::TensorflowJs | Format::TensorflowJsGraph => &[Type::F16, Type::I64],
            Format::Onnx => &[Type::F64, Type::F16, Type::BF16, Type::I8, Type::I64, Type::F8],
        }
    }

    /// The names of the weight and the bias of layer `k`.
    pub fn names(self, k: usize, scheme: usize) -> (String, String) {
        match (self, scheme) {
            (Format::KerasHdf5, _) => (format!("dense_{k}/dense_{k}/kernel:0"), format!("dense_{k}/dense_{k}/bias:0")),
            (Format::TensorflowJs, _) => (format!("dense_{k}/kernel"), format!("dense_{k}/bias")),
            (Format::KerasArchive, _) => {
                let layer = if k == 0 { "dense".to_owned() } else { format!("dense_{k}") };
                (format!("layers/{layer}/vars/0"), format!("layers/{layer}/vars/1"))
            }
            (Format::TensorflowJsGraph, _) => {
                (format!("m/dense_{k}/MatMul/ReadVariableOp"), format!("m/dense_{k}/BiasAdd/ReadVariableOp"))
            }
            (Format::Json, _) => (format!("{k}.weight"), format!("{k}.bias")),
            (_, 0) => (format!("{}.weight", 2 * k), format!("{}.bias", 2 * k)),
            (_, 1) => (format!("fc{}.weight", k + 1), format!("fc{}.bias", k + 1)),
            _ => (format!("net.layers.{k}.weight"), format!("net.layers.{k}.bias")),
        }
    }

    /// Whether matrices are inputs × outputs.
    pub fn is_transposed(self) -> bool {
        matches!(self, Format::KerasHdf5 | Format::TensorflowJs | Format::KerasArchive | Format::TensorflowJsGraph)
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
        Format::TensorflowJsGraph => {
            let (model, weights) = graphs::tensorflow_js_graph(healthy, tensors);
            std::fs::write(folder.join("group1-shard1of1.bin"), weights).unwrap();
            ("model.json", model)
        }
        Format::Tflite => ("a.tflite", tflite::file(&tflite::graph(healthy, tensors, healthy.layers.len() > 2))),
        Format::KerasArchive => ("a.keras", graphs::keras_archive(healthy, tensors)),
        Format::Shards => {
            let (index, shards) = containers::shards(healthy, tensors);
            for (name, bytes) in shards {
                std::fs::write(folder.join(name), bytes).unwrap();
            }
            ("model.safetensors.index.json", index)
        }
    };
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}
