//! The forward pass of a refined network beside its dense matrix products alone, by the matrix library and in one run; and
//! what the refinement panel's study of a trained ResNet costs, in forward passes of all its points.
//!
//! The digits network (64 → 32 → 16 → 10), refined in full with N = 64, on 10,000 rows. The products are those of every
//! block, W₁x and W₂z, into matrices that exist already; the ratio tells what biases, activations, sums and memory add.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::flow::{Flow, FlowOptions, ResidualLaw};
use layerflow::formats::{self, ChainProposal, Opened};
use layerflow::network::{Activation, Affine, Layer, Network, OutputFunction, Residual};
use layerflow::resnet::{
    Convergence, Integrator, Refinement, RefinementKind, ResNet, compare_smaller_steps, measure_blocks,
};
use nalgebra::{DMatrix, DVector};

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
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true)?;
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
    for activation in [Activation::Relu, Activation::Tanh, Activation::Elu { alpha: 1.0 }] {
        studies(activation)?;
    }
    Ok(())
}

/// 1,000 points of 64 values through 8 residual blocks: the study, and all of them along the continuous limit.
fn studies(activation: Activation) -> Result<(), Box<dyn Error>> {
    let (width, blocks, samples) = (64, 8, 1000);
    // Irrational steps fill matrices as evenly as random numbers.
    let entry = |seed: usize, row: usize, column: usize| {
        ((seed * 977 + row * 89 + column * 31 + (row * column) % 61) as f64 * 0.618_034).fract() - 0.5
    };
    let affine = |seed: usize, size: f64| Affine {
        weight: DMatrix::from_fn(width, width, |row, column| size * entry(seed, row, column)),
        bias: Some(DVector::from_fn(width, |row, _| size * entry(seed, row, 400))),
    };
    let block = |index: usize| {
        Layer::Residual(Residual {
            name: String::new(),
            inner: affine(2 * index, 0.4),
            activation,
            outer: affine(2 * index + 1, 0.2),
            shortcut: None,
        })
    };
    let network = Network::new(String::new(), (0..blocks).map(block).collect(), OutputFunction::Softmax)?;
    let points = DMatrix::from_fn(width, samples, |row, sample| 2.0 * entry(77, row, sample));
    let timed = |what: &str, work: &mut dyn FnMut() -> Result<(), Box<dyn Error>>| -> Result<(), Box<dyn Error>> {
        let start = (Instant::now(), processor_seconds());
        work()?;
        let seconds = match (start.1, processor_seconds()) {
            (Some(before), Some(after)) => after - before,
            _ => start.0.elapsed().as_secs_f64(),
        };
        println!("{blocks} blocks of {}, {samples} points, {what}: {seconds:.2} s of the processor", activation.name());
        Ok(())
    };
    timed("one forward pass", &mut || {
        std::hint::black_box(network.answers(&points)?);
        Ok(())
    })?;
    timed("measures of its blocks", &mut || {
        std::hint::black_box(measure_blocks(&network, &points)?);
        Ok(())
    })?;
    timed("smaller steps", &mut || {
        std::hint::black_box(compare_smaller_steps(&network, &points)?);
        Ok(())
    })?;
    for residual in ResidualLaw::ALL {
        let flow = Flow::new(&network, FlowOptions { residual, ..FlowOptions::default() }, &mut |_, _| true)?;
        let name = residual.name();
        timed(&format!("followed ({name})"), &mut || {
            std::hint::black_box(flow.sample_path(&points)?);
            Ok(())
        })?;
        timed(&format!("error against N ({name})"), &mut || {
            let request = (RefinementKind::Full, Integrator::Euler);
            let study = Convergence::study(&flow, request, &points, network.output(), &mut |_, _| true)?;
            println!(
                "    on {} points, slope {:?}, N for the same answers {:?} of up to {}",
                study.samples,
                study.slope.map(|slope| slope.exponent),
                study.least_agreeing,
                study.searched
            );
            Ok(())
        })?;
    }
    Ok(())
}

/// What this thread has taken of the processor, where the system tells it.
fn processor_seconds() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(told.split_whitespace().next()?.parse::<f64>().ok()? * 1e-9)
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
            // The baseline is of products with dense matrices only.
            Layer::Node(_) => {}
        }
    }
}
