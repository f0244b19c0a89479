//! Follows points through the flow of a network into a NumPy archive: `numpy.load("paths.npz")` gives `t` and `x`.
//!
//! `cargo run --release --example follow [OUTPUT]`; `paths.npz` in the folder for temporary files without one.

use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

use layerflow::dataset::numpy::ArchiveWriter;
use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::examples;

/// Times in each layer.
const TIMES_PER_LAYER: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).map_or_else(|| std::env::temp_dir().join("paths.npz"), PathBuf::from);
    let (network, data) = examples::spiral()?;
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true)?;

    // Layer k fills the time from k − 1 to k.
    let count = flow.layers().len() * TIMES_PER_LAYER;
    let times: Vec<f64> = (0..=count).map(|index| index as f64 / TIMES_PER_LAYER as f64).collect();

    // Position by position in time, so that not all of them are held at once.
    let mut positions = Vec::new();
    flow.visit(&data.points, &times, &mut |_, points| {
        positions.extend(points.iter().copied());
        true
    })?;

    let mut archive = ArchiveWriter::new(File::create(&path)?);
    let shape = [times.len(), data.samples(), flow.ambient_dimension()];
    archive.add("t", &shape[..1], times.into_iter())?;
    // A matrix of columns that are points is in row-major order already: its values come column by column.
    archive.add("x", &shape, positions.into_iter())?;
    archive.finish()?;
    println!("{}: {shape:?}", path.display());
    Ok(())
}
