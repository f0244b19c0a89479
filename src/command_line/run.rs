//! `layerflow run`: the plain forward pass.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use super::error::CommandError;
use super::options::{ChainOptions, Files, SampleOptions, load_data, load_network};
use super::output::{Nested, OutputKind, kind_of, write_archive, write_csv, write_json};
use super::row_places::RowPlaces;
use crate::formats::FormatError;
use crate::network::{Forward, Network};
use crate::system::memory;

/// The plain forward pass: `output` (after the output function) and `layer_1` … (after each activation)
#[derive(Args, Clone, Debug)]
pub(super) struct RunArguments {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    chain: ChainOptions,
    #[command(flatten)]
    samples: SampleOptions,
}

pub(super) fn run(arguments: &RunArguments) -> Result<(), CommandError> {
    let files = &arguments.files;
    let kind = kind_of(&files.out)?;
    files.check()?;
    let network = load_network(&files.file, &files.tensors, &arguments.chain)?.network;
    let data = load_data(&files.data, &arguments.samples, &network)?;
    check_outputs(&files.file, &network, data.rows())?;
    let (points, row_places) = RowPlaces::of(&data);
    let forward =
        network.forward(&points).map_err(|source| CommandError::Network { path: files.file.clone(), source })?;
    if !arguments.chain.allow_non_finite {
        refuse_non_finite(&files.file, &forward, &row_places)?;
    }
    let forward = Forward {
        output: row_places.spread(forward.output),
        layer_outputs: forward.layer_outputs.into_iter().map(|values| row_places.spread(values)).collect(),
        ..forward
    };
    match kind {
        OutputKind::Csv => return write_csv(&files.out, &[("output", &forward.output)]),
        OutputKind::Json => {
            let layers = forward.layer_outputs.iter().enumerate();
            let mut result: BTreeMap<String, Nested<'_>> =
                layers.map(|(index, layer)| (format!("layer_{}", index + 1), Nested::of(layer))).collect();
            result.insert("output".into(), Nested::of(&forward.output));
            return write_json(&files.out, &result);
        }
        OutputKind::Archive => {}
    }
    write_archive(&files.out, |archive| {
        // A matrix keeps its columns, the samples, one after the other: in NumPy's order they are rows.
        let output = &forward.output;
        archive.add("output", &[output.ncols(), output.nrows()], output.iter().copied())?;
        for (index, layer) in forward.layer_outputs.iter().enumerate() {
            archive.add(&format!("layer_{}", index + 1), &[layer.ncols(), layer.nrows()], layer.iter().copied())?;
        }
        Ok(())
    })
}

/// Whether there is memory for what every layer gives, and for one more copy of the widest while it is activated.
fn check_outputs(path: &Path, network: &Network, samples: usize) -> Result<(), CommandError> {
    let outputs = network.layers().iter().map(|layer| layer.outputs()).fold(network.outputs(), usize::saturating_add);
    let numbers = outputs.saturating_add(2 * network.largest_width()).saturating_mul(samples);
    let bytes = (numbers as u64).saturating_mul(size_of::<f64>() as u64);
    memory::check(bytes).map_err(|source| FormatError::Memory { path: path.into(), source }.into())
}

/// The first layer that gives what is not finite, with the unit and the row, counted from 1.
pub(super) fn refuse_non_finite(path: &Path, forward: &Forward, row_places: &RowPlaces) -> Result<(), CommandError> {
    let layers = forward.layer_outputs.iter().chain([&forward.output]);
    for (index, values) in layers.enumerate() {
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let (unit, row) = (at % values.nrows() + 1, row_places.row(at / values.nrows()) + 1);
            let layer = (index + 1).min(forward.layer_outputs.len());
            return Err(CommandError::NotFinite { path: path.into(), layer, unit, row, value: values[at] });
        }
    }
    Ok(())
}
