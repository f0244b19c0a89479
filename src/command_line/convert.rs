//! `layerflow convert`: read one format, write another.

use std::path::PathBuf;

use clap::Args;

use crate::network::{Activation, Layer, Network};

use super::error::CommandError;
use super::network_file::{NetworkFileOptions, NetworkKind};
use super::options::{ChainOptions, load_network};
use super::output::tell;

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
    let kind = arguments.to.kind()?;
    let network = load_network(&arguments.file, &arguments.tensors, &arguments.chain)?.network;
    arguments.to.write(&network)?;
    if kind == NetworkKind::Safetensors {
        tell(&format!("{}: {}", arguments.to.path().display(), not_kept(&network)));
    }
    Ok(())
}

/// What a file of tensors does not keep, and how to give it when the file is opened.
fn not_kept(network: &Network) -> String {
    let activations: Vec<Activation> = network.layers().iter().map(Layer::activation).collect();
    let hidden = &activations[..activations.len().saturating_sub(1)];
    let output = network.output();
    let one = hidden.first().copied().unwrap_or_default();
    let last_is_plain = activations.last() == Some(&Activation::Identity);
    if last_is_plain && hidden.iter().all(|activation| *activation == one) && is_plain(one) {
        let hidden = if hidden.is_empty() { String::new() } else { format!(" --activation {}", one.name()) };
        return format!("keeps weights and biases only; open it with{hidden} --output {}", output.name());
    }
    let names: Vec<&str> = activations.iter().map(|activation| activation.name()).collect();
    format!(
        "keeps weights and biases only, not the activations {} with their parameters, nor the output {}; a name that \
         ends in .json keeps everything",
        names.join(", "),
        output.name()
    )
}

/// Whether the name alone tells the activation.
fn is_plain(activation: Activation) -> bool {
    Activation::from_name(activation.name()) == Some(activation)
}
