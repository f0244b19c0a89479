//! The forward pass of a refined network beside its dense matrix products alone, by the matrix library and in one run.
//!
//! The digits network (64 → 32 → 16 → 10), refined in full with N = 64, on 10,000 rows. The products are those of every
//! block, W₁x and W₂z, into matrices that exist already; the ratio tells what biases, activations, sums and memory add.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::{self, ChainProposal, Opened};
use layerflow::network::{Activation, Affine, Layer, Network, OutputFunction};
use layerflow::resnet::{Integrator, Refinement, RefinementKind, ResNet};
use nalgebra::DMatrix;

const ROWS: usize = 10_000;
const STEPS: usize = 64;
const ROUNDS: usize = 3;
/// The batch of the products alone; larger and smaller ones are not faster.
const BATCH: usize = 256;

fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/digits/model.safetensors");
    let network = match formats::open(&path)? {
        Opened::Network(opened) => opened.network,
        Opened::Tensors(tensors) => {
            let chain = ChainProposal::new(&tensors, Activation::Relu, OutputFunction::Softmax);
            formats::build(&tensors, &chain)?.network
        }
        Opened::Graph(_) => return Err("the digits network gives tensors".into()),
    };
    let digits = Generator::Digits.generate(GeneratorOptions::default()).points;
    let columns: Vec<usize> = (0..ROWS).map(|row| row % digits.ncols()).collect();
    let rows = digits.select_columns(&columns);
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_| true)?;
    let refinement = Refinement { kind: RefinementKind::Full, steps: STEPS, integrator: Integrator::Euler };
    let resnet = ResNet::new(&flow, refinement, &digits)?;
    let explicit = resnet.network(String::new(), network.output())?;
    println!("{} layers in {} dimensions, {ROWS} rows", explicit.layers().len(), flow.ambient_dimension());
    let mut best = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        let start = Instant::now();
        std::hint::black_box(explicit.answers(&rows)?);
        best[0] = best[0].min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        products(&explicit);
        best[1] = best[1].min(start.elapsed().as_secs_f64());
    }
    let [pass, products] = best;
    println!("forward pass {pass:.2} s, products alone {products:.2} s, ratio {:.2}", pass / products);
    Ok(())
}

/// The dense products of every layer for all rows, and nothing else.
fn products(network: &Network) {
    let multiply = |affine: &Affine, count: usize| {
        let points = DMatrix::from_element(affine.inputs(), count, 0.5);
        let mut moved = DMatrix::zeros(affine.outputs(), count);
        for _ in 0..ROWS / count {
            moved.gemm(1.0, &affine.weight, std::hint::black_box(&points), 0.0);
        }
        std::hint::black_box(moved);
    };
    for layer in network.layers() {
        match layer {
            Layer::Dense(dense) => multiply(&dense.affine, BATCH),
            Layer::Residual(block) => {
                multiply(&block.inner, BATCH);
                multiply(&block.outer, BATCH);
            }
        }
    }
}
