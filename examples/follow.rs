//! Follows points through the flow of a network into a NumPy archive: `numpy.load("paths.npz")` gives `t` and `x`.
//!
//! `cargo run --release --example follow [OUTPUT]`; `paths.npz` in the folder for temporary files without one.

use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::examples;
use npyz::WriterBuilder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Times in each layer.
const TIMES_PER_LAYER: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).map_or_else(|| std::env::temp_dir().join("paths.npz"), PathBuf::from);
    let (network, data) = examples::spiral()?;
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_finished_layers| true)?;

    // Layer k fills the time from k − 1 to k.
    let count = flow.layers().len() * TIMES_PER_LAYER;
    let times: Vec<f64> = (0..=count).map(|index| index as f64 / TIMES_PER_LAYER as f64).collect();

    // Position by position in time, so that not all of them are held at once.
    let mut positions = Vec::new();
    flow.visit(&data.points, &times, &mut |_, points| {
        positions.extend(points.iter().copied());
        true
    })?;

    let mut archive = ZipWriter::new(File::create(&path)?);
    let shape = [times.len(), data.samples(), flow.ambient_dimension()];
    write(&mut archive, "t", &shape[..1], &times)?;
    write(&mut archive, "x", &shape, &positions)?;
    archive.finish()?;
    println!("{}: {shape:?}", path.display());
    Ok(())
}

/// An array in row-major order. A matrix of columns that are points is one already: its values come column by column.
fn write(archive: &mut ZipWriter<File>, name: &str, shape: &[usize], values: &[f64]) -> Result<(), Box<dyn Error>> {
    archive.start_file(npyz::npz::file_name_from_array_name(name), SimpleFileOptions::default())?;
    let shape: Vec<u64> = shape.iter().map(|axis| *axis as u64).collect();
    let mut array = npyz::WriteOptions::<f64>::new().default_dtype().shape(&shape).writer(archive).begin_nd()?;
    array.extend(values.iter().copied())?;
    array.finish()?;
    Ok(())
}
