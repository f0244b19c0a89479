//! Opens a weight file and tells what is in it: its layers, and what became of every part of the file.
//!
//! `cargo run --release --example inspect FILE`; the spiral that comes with the program without one.

use std::error::Error;
use std::path::Path;

use layerflow::formats::{self, Account, Opened, examples};
use layerflow::linalg::Svd;
use layerflow::network::{Layer, Network};

fn main() -> Result<(), Box<dyn Error>> {
    let Some(path) = std::env::args().nth(1) else {
        return layers(&examples::spiral()?.0);
    };
    match formats::open(Path::new(&path))? {
        Opened::Network(opened) => {
            account(&opened.account);
            layers(&opened.network)
        }
        // A graph that is understood in part: the layers before the first thing that is not.
        Opened::Graph(graph) => {
            account(&graph.account);
            println!("stops at: {}", graph.problem);
            graph.network.as_ref().map_or(Ok(()), layers)
        }
        // Names and shapes only: `layerflow::formats::ChainProposal` proposes an order of layers.
        Opened::Tensors(tensors) => {
            for tensor in tensors.tensors() {
                println!("{}: {:?}", tensor.name, tensor.shape);
            }
            Ok(())
        }
    }
}

/// Nothing is passed over in silence: what the reader did not understand and what it assumed.
fn account(account: &Account) {
    for (part, why) in account.missing() {
        println!("missing: {part}: {why}");
    }
    for sentence in account.assumed() {
        println!("assumed: {sentence}");
    }
}

/// Each layer with its shape and the ends of its spectrum.
fn layers(network: &Network) -> Result<(), Box<dyn Error>> {
    println!("{} → {}, {} parameters", network.inputs(), network.outputs(), network.parameters());
    for (number, layer) in network.layers().iter().enumerate() {
        let (kind, weight) = match layer {
            Layer::Dense(dense) => ("dense", &dense.affine.weight),
            Layer::Residual(residual) => ("residual, inner", &residual.inner.weight),
            Layer::Node(node) => {
                println!("layer {}: {}", number + 1, node.operator);
                continue;
            }
        };
        let svd = Svd::new(weight)?;
        let (largest, smallest) = (svd.singular_values().first(), svd.singular_values().last());
        println!(
            "layer {}: {kind}, {}×{}, rank {}, σ from {:.3e} to {:.3e}, {}",
            number + 1,
            weight.nrows(),
            weight.ncols(),
            svd.rank(),
            smallest.copied().unwrap_or(0.0),
            largest.copied().unwrap_or(0.0),
            layer.activation().name(),
        );
    }
    Ok(())
}
