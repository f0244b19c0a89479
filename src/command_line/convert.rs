//! `layerflow convert`: read one format, write another.

use std::path::PathBuf;

use clap::Args;

use super::error::CommandError;
use super::network_file::NetworkFileOptions;
use super::options::{ChainOptions, load_network};

/// Read one format, write another
#[derive(Args, Clone, Debug)]
pub(super) struct ConvertArguments {
    /// The network's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    to: NetworkFileOptions,
    /// The chain chosen by hand: names of weights, first layer to last
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    tensors: Vec<String>,
    #[command(flatten)]
    chain: ChainOptions,
}

pub(super) fn run(arguments: &ConvertArguments) -> Result<(), CommandError> {
    arguments.to.check(&[&arguments.file])?;
    let network = load_network(&arguments.file, &arguments.tensors, &arguments.chain)?.network;
    arguments.to.write(&network)
}
