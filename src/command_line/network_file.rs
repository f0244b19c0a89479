//! A network as a file: the format that its name asks for.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::formats::{self, NetworkKind, Precision};
use crate::network::Network;

use super::error::CommandError;
use super::named_values::by_name;
use super::overwriting::Overwriting;

/// Where a network is to be written.
#[derive(Args, Clone, Debug)]
pub(super) struct NetworkFileOptions {
    /// The file to write: .json keeps everything, so does .safetensors, whose tensors other programs read; .onnx is a
    /// graph that other programs run
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// The numbers' type in .safetensors and .onnx; f64 keeps every bit
    #[arg(long, value_name = "TYPE", value_parser = by_name(Precision::ALL, Precision::name))]
    precision: Option<Precision>,
    #[command(flatten)]
    overwriting: Overwriting,
}

impl NetworkFileOptions {
    /// Refuses what cannot be written, or would go over what is read, before any work is done for it.
    pub(super) fn check(&self, inputs: &[&Path]) -> Result<(), CommandError> {
        self.kind()?;
        self.overwriting.check(inputs, &self.out)?;
        Ok(formats::check_writable(&self.out)?)
    }

    /// The kind of file that the name's ending asks for.
    fn kind(&self) -> Result<NetworkKind, CommandError> {
        let Some(kind) = NetworkKind::from_path(&self.out) else {
            let problem = "give a name that ends in .json, .safetensors or .onnx";
            return Err(CommandError::Usage(format!("--out {}: {problem}", self.out.display())));
        };
        if self.precision.is_some() && kind == NetworkKind::Layerflow {
            return Err(CommandError::Usage(format!(
                "--precision: {} keeps every bit; leave it out, or give a name that ends in .safetensors or .onnx",
                self.out.display()
            )));
        }
        Ok(kind)
    }

    /// Writes the network.
    pub(super) fn write(&self, network: &Network) -> Result<(), CommandError> {
        self.kind()?;
        Ok(formats::save_as(&self.out, network, self.precision.unwrap_or_default())?)
    }
}
