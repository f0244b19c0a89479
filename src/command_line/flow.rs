//! `layerflow flow`: positions of the data along the flow.

use clap::Args;

use super::error::CommandError;
use crate::system::memory;

use super::options::{ChainOptions, Files, FlowArguments, SampleOptions, build_flow, load_data, load_network};
use super::output::{OutputKind, kind_of, write_archive, write_csv};

/// Positions of the data along the flow, in the ambient space
#[derive(Args, Clone, Debug)]
pub(super) struct FlowCommand {
    #[command(flatten)]
    files: Files,
    /// Times t of the whole flow; layer k ends at t = k
    #[arg(long, value_name = "TIMES", value_delimiter = ',', required = true, allow_negative_numbers = true)]
    times: Vec<f64>,
    #[command(flatten)]
    chain: ChainOptions,
    #[command(flatten)]
    flow: FlowArguments,
    #[command(flatten)]
    samples: SampleOptions,
}

pub(super) fn run(arguments: &FlowCommand) -> Result<(), CommandError> {
    let files = &arguments.files;
    let times = &arguments.times;
    let kind = kind_of(&files.out)?;
    files.check()?;
    if kind == OutputKind::Csv && times.len() != 1 {
        let count = times.len();
        return Err(CommandError::Usage(format!(
            "--out {}: positions at {count} times are not one table; give one time or a name that ends in .npz",
            files.out.display()
        )));
    }
    let network = load_network(&files.file, &files.tensors, &arguments.chain)?.network;
    let end = network.layers().len() as f64;
    if let Some(time) = times.iter().find(|&time| !(0.0..=end).contains(time)) {
        return Err(CommandError::Usage(format!("--times: {time} is outside the flow, which lasts from 0 to {end}")));
    }
    let data = load_data(&files.data, &arguments.samples, &network)?;
    let flow = build_flow(&files.file, &network, arguments.flow)?;
    // Those at all times, and what one of them is computed from.
    let numbers = data.samples().saturating_mul(flow.ambient_dimension()).saturating_mul(times.len() + 2);
    let needed = (numbers as u64).saturating_mul(size_of::<f64>() as u64);
    memory::check(needed).map_err(|source| CommandError::Flow { path: files.file.clone(), source: source.into() })?;
    let mut positions = Vec::with_capacity(times.len());
    for &time in times {
        let points = flow.positions(&data.points, time);
        positions.push(points.map_err(|source| CommandError::Flow { path: files.file.clone(), source })?);
    }
    match (kind, positions.first()) {
        (OutputKind::Csv, Some(points)) => write_csv(&files.out, "x", points),
        _ => write_archive(&files.out, |archive| {
            archive.add("times", &[times.len()], times.iter().copied())?;
            let shape = [times.len(), data.samples(), flow.ambient_dimension()];
            // A matrix keeps its columns, the samples, one after the other, which is NumPy's order of N × d.
            archive.add("positions", &shape, positions.iter().flat_map(|points| points.iter().copied()))
        }),
    }
}
