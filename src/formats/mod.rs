//! Weight files, each format in one file, behind one `open(path)`.
//!
//! A file gives either a whole network or only tensors, from which `ChainProposal` makes a chain of dense layers. No
//! file is ever executed, and no size that a file claims is believed before it is compared with the file's own.

pub(crate) mod account;
mod adapter;
mod blocks;
mod budget;
mod candidate;
mod chain;
mod checkpoints;
mod detect;
mod elements;
mod error;
pub mod examples;
mod folder;
mod ggml;
mod gguf;
mod graph;
mod hdf5;
mod input_lengths;
mod json;
mod json_account;
mod keras;
mod layer_list;
mod layerflow_json;
mod layerflow_write;
mod modules;
mod names;
mod network_kind;
mod non_finite;
mod npz;
mod onnx;
mod open;
mod opened;
mod parts;
mod pickled;
mod plain_json;
mod precision;
mod pytorch;
mod quantised;
mod registry;
mod run_log;
mod safetensors;
mod safetensors_header;
mod save_as;
mod save_tensors;
mod session_network;
mod shape;
mod stored_precision;
mod stored_values;
mod tensor_info;
mod tensorflow;
mod tensors;
mod tfjs;
mod tflite;
mod weight_form;
mod weight_spectrum;

pub use crate::io::{check_writable, write_beside};
pub use account::{Account, Fate, Part, PartName};
pub use blocks::{Block, Choice, blocks};
pub use chain::{
    ActivationBasis, BlockChoice, ChainEntry, ChainProblem, ChainProposal, ConvolutionSettings, Doubt, Normalisation,
    PaddingRule, PoolingRule, Slopes, build, convolution_text, is_layer_weight, parse_input_shape, weight_spectrum,
};
pub use checkpoints::{Checkpoint, checkpoint_series, checkpoints, is_pattern, run_checkpoints, run_series};
pub use error::FormatError;
pub use graph::{GraphConvolution, GraphProblem};
pub(crate) use json::parse_and_list_unknown;
pub use layerflow_json::EmbeddedNetwork;
pub use layerflow_write::{save, write};
pub use modules::{ModuleNote, ModuleRole};
pub use network_kind::NetworkKind;
pub(crate) use non_finite::allowing;
pub use onnx::save_onnx;
pub use open::{open, open_for, open_guessing, open_to_look, open_with_non_finite};
pub use opened::{GraphFile, Opened, OpenedNetwork};
pub use precision::Precision;
pub use registry::{FORMATS, KnownFormat, extensions, format_table, format_text};
pub use run_log::{LogColumn, RunLog};
pub use save_as::save_as;
pub use save_tensors::save_tensors;
pub use session_network::{SESSION_EXTENSION, SESSION_FORMAT, StoredNetwork, StoredPart, is_session};
pub use shape::shape_text;
pub use tensor_info::{TensorInfo, TensorOrder};
pub use tensors::TensorFile;
pub use weight_form::{Unfolding, WeightForm};
pub use weight_spectrum::WeightSpectrum;
