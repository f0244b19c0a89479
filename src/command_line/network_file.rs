//! A network as a file: the format that its name asks for.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::formats::{self, Precision};
use crate::network::Network;

use super::error::CommandError;
use super::options::precision_parser;

/// Where a network is to be written.
#[derive(Args, Clone, Debug)]
pub(super) struct NetworkFileOptions {
    /// The file to write: .json keeps everything, .safetensors the weights and biases of dense layers, .onnx is a graph
    /// that other programs run
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// The numbers' type in .onnx; f64 keeps every bit
    #[arg(long, value_name = "TYPE", value_parser = precision_parser())]
    precision: Option<Precision>,
}

/// The kind of file for a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum NetworkKind {
    /// layerflow's own JSON.
    Layerflow,
    /// Tensors.
    Safetensors,
    /// A graph for other programs.
    Onnx,
}

impl NetworkFileOptions {
    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.out
    }

    /// The kind of file that the name's ending asks for.
    pub(super) fn kind(&self) -> Result<NetworkKind, CommandError> {
        let extension = self.out.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        let kind = match extension.as_deref() {
            Some("json") => NetworkKind::Layerflow,
            Some("safetensors") => NetworkKind::Safetensors,
            Some("onnx") => NetworkKind::Onnx,
            _ => {
                let problem = "give a name that ends in .json, .safetensors or .onnx";
                return Err(CommandError::Usage(format!("--out {}: {problem}", self.out.display())));
            }
        };
        if self.precision.is_some() && kind != NetworkKind::Onnx {
            return Err(CommandError::Usage(format!(
                "--precision: {} keeps every bit; leave it out, or give a name that ends in .onnx",
                self.out.display()
            )));
        }
        Ok(kind)
    }

    /// Writes the network.
    pub(super) fn write(&self, network: &Network) -> Result<(), CommandError> {
        match self.kind()? {
            NetworkKind::Layerflow => formats::save(&self.out, network)?,
            NetworkKind::Safetensors => formats::save_tensors(&self.out, network)?,
            NetworkKind::Onnx => formats::save_onnx(&self.out, network, self.precision.unwrap_or_default())?,
        }
        Ok(())
    }
}
