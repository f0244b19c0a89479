//! How far the drawn directions of a film of checkpoints go from step to step, beside the weights.
//!
//!     cargo run --release --example film -- run/

use std::error::Error;
use std::path::PathBuf;

use layerflow::flow::{Flow, FlowOptions, Motion, PhaseKind};
use layerflow::formats::{self, Opened};
use layerflow::network::{Layer, Network};
use nalgebra::DMatrix;

/// The directions that a layer's flow turns onto its axes, where the axes go, and the factor along each.
struct Drawn {
    from: DMatrix<f64>,
    to: DMatrix<f64>,
    factors: Vec<f64>,
    is_tilted: bool,
}

fn drawn(flow: &Flow, layer: usize) -> Drawn {
    let dimension = flow.ambient_dimension();
    let still = DMatrix::identity(dimension, dimension);
    let mut drawn = Drawn { from: still.clone(), to: still, factors: vec![1.0; dimension], is_tilted: false };
    for phase in &flow.layers()[layer].phases {
        match (&phase.motion, phase.kind) {
            (Motion::Rotation(rotation), PhaseKind::RotateIn) => drawn.from = rotation.to_matrix().transpose(),
            (Motion::Rotation(rotation), _) => drawn.to = rotation.to_matrix(),
            (Motion::Compression { factors, basis, .. }, _) => {
                drawn.factors.clone_from(factors);
                drawn.is_tilted = basis.is_some();
            }
            _ => {}
        }
    }
    drawn
}

/// The largest chord between columns that carry a factor in both.
fn jump(one: &Drawn, other: &Drawn, pick: fn(&Drawn) -> &DMatrix<f64>) -> f64 {
    let [before, after] = [pick(one), pick(other)];
    let rows = before.nrows().max(after.nrows());
    let [before, after] = [before, after].map(|matrix| matrix.clone().resize_vertically(rows, 0.0));
    let axes = 0..one.factors.len().min(other.factors.len());
    let carried = axes.filter(|axis| one.factors[*axis] > 0.0 && other.factors[*axis] > 0.0);
    carried.map(|axis| (before.column(axis) - after.column(axis)).norm()).fold(0.0, f64::max)
}

fn weight(network: &Network, layer: usize) -> Option<&DMatrix<f64>> {
    match network.layers().get(layer)? {
        Layer::Dense(dense) => Some(&dense.affine.weight),
        _ => None,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give a folder of checkpoints")?);
    let mut networks = Vec::new();
    for file in formats::checkpoints(&folder)? {
        match formats::open(&file.path)? {
            Opened::Network(opened) => networks.push(opened.network),
            _ => return Err(format!("{}: gives only tensors", file.path.display()).into()),
        }
    }
    let first = networks.first().ok_or("there is no checkpoint")?;
    let mut flow = Flow::new(first, FlowOptions::default(), &mut |_, _| true)?;
    let layers = first.layers().len();
    let mut largest = vec![[0.0_f64; 4]; layers];
    let mut counts = vec![[0_usize; 2]; layers];
    for pair in networks.windows(2) {
        let next = Flow::near(&pair[1], FlowOptions::default(), &flow, &mut |_, _| true)?;
        for layer in 0..layers {
            let (Some(before), Some(after)) = (weight(&pair[0], layer), weight(&pair[1], layer)) else { continue };
            let moved = (after - before).norm() / after.norm();
            let (one, other) = (drawn(&flow, layer), drawn(&next, layer));
            let [v, u] = [jump(&one, &other, |drawn| &drawn.from), jump(&one, &other, |drawn| &drawn.to)];
            // A u that turns round is a determinant that changes its sign.
            let reflects = before.is_square() && before.determinant() * after.determinant() < 0.0;
            let jump = if reflects { v } else { v.max(u) };
            let so_far = &mut largest[layer];
            *so_far =
                [so_far[0].max(jump), so_far[1].max(moved), so_far[2].max(jump / moved), so_far[3].max(v / moved)];
            counts[layer][0] += usize::from(reflects);
            counts[layer][1] += usize::from(other.is_tilted);
        }
        flow = next;
    }
    println!("{} checkpoints", networks.len());
    for (layer, ([jump, moved, ratio, ratio_in], [reflections, tilted])) in largest.iter().zip(&counts).enumerate() {
        println!(
            "layer {}: largest jump {jump:.4}, largest ‖ΔW‖/‖W‖ {moved:.4}, {:.2} times; of one step {ratio:.2} times (V alone \
             {ratio_in:.2}); the determinant changes its sign {reflections} times, axes are tilted in {tilted} steps",
            layer + 1,
            jump / moved
        );
    }
    Ok(())
}
