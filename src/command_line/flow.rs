//! `layerflow flow`: positions of the data along the flow, their velocity and what u reads there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::error::CommandError;
use super::options::{ChainOptions, FlowArguments, SampleOptions, build_flow, load_data, load_network};
use super::output::{Nested, OutputKind, kind_of, print_note, write_archive, write_csv, write_json};
use super::overwriting::Overwriting;
use super::row_places::RowPlaces;
use crate::flow::{Flow, FlowError};
use crate::formats;
use crate::network::Network;
use crate::system::memory;

/// Positions of the data along the flow, in the ambient space; with `--velocity` and `--answers` also v(x, t) and u(x, t)
/// there, or at places of their own (`--at`)
#[derive(Args, Clone, Debug)]
pub(super) struct FlowCommand {
    /// The network's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A data file, or one of moons, circles, spiral, xor, blobs, swiss-roll, grid, digits
    #[arg(long, value_name = "DATA", required_unless_present = "at")]
    data: Option<String>,
    /// Places x of the ambient space, a data file with one column for each of its dimensions, that do not move: v(x, t) and
    /// u(x, t) are told there, in place of the data's path
    #[arg(long, value_name = "PLACES", conflicts_with = "data")]
    at: Option<PathBuf>,
    /// The file to write, .npz, .json or .csv (one time)
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    overwriting: Overwriting,
    /// The chain chosen by hand: names of weights, first layer to last
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    tensors: Vec<String>,
    /// Times t of the whole flow; layer k ends at t = k
    #[arg(long, value_name = "TIMES", value_delimiter = ',', required = true, allow_negative_numbers = true)]
    times: Vec<f64>,
    /// Also the velocity v(x, t) per unit of t; NaN (null in JSON) where there is none, with the reason on standard error
    #[arg(long)]
    velocity: bool,
    /// Also u(x, t), what the network answers of x carried from t to the end; NaN (null) where no path leads through x
    #[arg(long)]
    answers: bool,
    #[command(flatten)]
    chain: ChainOptions,
    #[command(flatten)]
    flow: FlowArguments,
    #[command(flatten)]
    samples: SampleOptions,
}

/// What is written: one matrix for each time, its columns the points.
struct FlowResult {
    times: Vec<f64>,
    positions: Vec<DMatrix<f64>>,
    velocity: Option<Vec<DMatrix<f64>>>,
    answers: Option<Vec<DMatrix<f64>>>,
}

/// The same as one JSON object.
#[derive(Serialize)]
struct JsonResult<'a> {
    times: &'a [f64],
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<Nested<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    positions: Option<Vec<Nested<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    velocity: Option<Vec<Nested<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Vec<Nested<'a>>>,
}

pub(super) fn run(arguments: &FlowCommand) -> Result<(), CommandError> {
    let (file, out, times) = (&arguments.file, &arguments.out, &arguments.times);
    let kind = kind_of(out)?;
    let inputs = [Some(file.as_path()), arguments.data.as_deref().map(Path::new), arguments.at.as_deref()];
    arguments.overwriting.check(&inputs.into_iter().flatten().collect::<Vec<&Path>>(), out)?;
    formats::check_writable(out)?;
    if kind == OutputKind::Csv && times.len() != 1 {
        let count = times.len();
        return Err(CommandError::Usage(format!(
            "--out {}: positions at {count} times are not one table; give one time or a name that ends in .npz or .json",
            out.display()
        )));
    }
    if arguments.at.is_some() && !arguments.velocity && !arguments.answers {
        return Err(CommandError::Usage("--at tells v(x, t) and u(x, t): add --velocity, --answers or both".into()));
    }
    let network = load_network(file, &arguments.tensors, &arguments.chain)?.network;
    let end = network.layers().len() as f64;
    if let Some(time) = times.iter().find(|&time| !(0.0..=end).contains(time)) {
        return Err(CommandError::Usage(format!("--times: {time} is outside the flow, which lasts from 0 to {end}")));
    }
    let failed = |source: FlowError| CommandError::Flow { path: file.clone(), source };
    // Those at all times, what one of them is computed from, and what is asked for beside them.
    let lists = times.len().saturating_mul(1 + usize::from(arguments.velocity)).saturating_add(2);
    let room = |flow: &Flow, points: usize| {
        let numbers = points.saturating_mul(flow.ambient_dimension()).saturating_mul(lists);
        memory::check((numbers as u64).saturating_mul(size_of::<f64>() as u64)).map_err(|error| failed(error.into()))
    };
    let (flow, positions, rows) = match (&arguments.data, &arguments.at) {
        (_, Some(file)) => {
            arguments.flow.refuse_without_data()?;
            let flow = build_flow(file, &network, arguments.flow, &DMatrix::zeros(network.inputs(), 0))?;
            let points = arguments.samples.columns.read(file, Some(flow.ambient_dimension()))?.points;
            room(&flow, points.ncols())?;
            let rows = RowPlaces::all(points.ncols());
            (flow, vec![points; times.len()], rows)
        }
        (data, None) => {
            let data = load_data(data.as_deref().unwrap_or_default(), &arguments.samples, &network)?;
            let flow = build_flow(file, &network, arguments.flow, &data.points)?;
            room(&flow, data.rows())?;
            let (points, rows) = RowPlaces::of(&data);
            let positions = times.iter().map(|time| flow.positions(&points, *time)).collect::<Result<_, _>>();
            (flow, positions.map_err(failed)?, rows)
        }
    };
    if !arguments.chain.allow_non_finite && arguments.at.is_none() {
        refuse_non_finite(file, times, &positions, &rows)?;
    }
    let spread = |list: Vec<DMatrix<f64>>| list.into_iter().map(|values| rows.spread(values)).collect();
    let velocity = arguments.velocity.then(|| each_time(times, &positions, |points, t| velocities(&flow, points, t)));
    let answers =
        arguments.answers.then(|| each_time(times, &positions, |points, t| answers(&flow, &network, points, t)));
    let result = FlowResult {
        velocity: velocity.map(&spread),
        answers: answers.map(&spread),
        times: times.clone(),
        positions: spread(positions),
    };
    result.write(arguments, kind)
}

/// The first time at which a point is where there is no number, with its coordinate and row, counted from 1.
fn refuse_non_finite(
    path: &Path,
    times: &[f64],
    positions: &[DMatrix<f64>],
    rows: &RowPlaces,
) -> Result<(), CommandError> {
    for (t, points) in times.iter().zip(positions) {
        if let Some(at) = points.iter().position(|value| !value.is_finite()) {
            let (coordinate, row) = (at % points.nrows() + 1, rows.row(at / points.nrows()) + 1);
            return Err(CommandError::NotFiniteAt { path: path.into(), t: *t, coordinate, row, value: points[at] });
        }
    }
    Ok(())
}

fn each_time(
    times: &[f64],
    positions: &[DMatrix<f64>],
    of: impl Fn(&DMatrix<f64>, f64) -> DMatrix<f64>,
) -> Vec<DMatrix<f64>> {
    times.iter().zip(positions).map(|(time, points)| of(points, *time)).collect()
}

fn velocities(flow: &Flow, points: &DMatrix<f64>, t: f64) -> DMatrix<f64> {
    collected("no velocity", points.nrows(), flow.velocities(points, t), t)
}

fn answers(flow: &Flow, network: &Network, points: &DMatrix<f64>, t: f64) -> DMatrix<f64> {
    let read = points.column_iter().map(|point| flow.pull_back(network, &point.into_owned(), t)).collect();
    collected("no u(x, t)", network.outputs(), read, t)
}

/// The values as columns, NaN where there are none; how many these are, and why, goes to standard error.
fn collected(
    missing: &str,
    rows: usize,
    values: Vec<Result<DVector<f64>, impl std::fmt::Display>>,
    t: f64,
) -> DMatrix<f64> {
    let count = values.len();
    let mut matrix = DMatrix::from_element(rows, count, f64::NAN);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (mut column, value) in matrix.column_iter_mut().zip(values) {
        match value {
            Ok(value) => column.copy_from(&value),
            Err(why) => *reasons.entry(why.to_string()).or_default() += 1,
        }
    }
    for (why, found) in reasons {
        print_note(&format!("{missing} at t = {t} for {found} of {count} points: {why}"));
    }
    matrix
}

fn nested(list: &[DMatrix<f64>]) -> Vec<Nested<'_>> {
    list.iter().map(Nested::of).collect()
}

impl FlowResult {
    fn write(&self, arguments: &FlowCommand, kind: OutputKind) -> Result<(), CommandError> {
        let out = &arguments.out;
        let is_given = arguments.at.is_some();
        let mut lists = vec![("positions", &self.positions)];
        lists.retain(|_| !is_given);
        lists.extend(self.velocity.iter().map(|list| ("velocity", list)));
        lists.extend(self.answers.iter().map(|list| ("answers", list)));
        let first = self.positions.first();
        let (dimension, samples) = first.map_or((0, 0), |points| points.shape());
        match kind {
            OutputKind::Csv => {
                let mut tables: Vec<(&str, &DMatrix<f64>)> = first.map(|points| ("x", points)).into_iter().collect();
                for (name, list) in lists.iter().filter(|(name, _)| *name != "positions") {
                    tables.extend(list.first().map(|values| (if *name == "velocity" { "v" } else { "u" }, values)));
                }
                write_csv(out, &tables)
            }
            // A matrix keeps its columns, the points, one after the other, which is NumPy's order of N × d.
            OutputKind::Archive => write_archive(out, |archive| {
                archive.add("times", &[self.times.len()], self.times.iter().copied())?;
                if let Some(points) = first.filter(|_| is_given) {
                    archive.add("points", &[samples, dimension], points.iter().copied())?;
                }
                for (name, list) in &lists {
                    let rows = list.first().map_or(0, DMatrix::nrows);
                    let values = list.iter().flat_map(|values| values.iter().copied());
                    archive.add(name, &[self.times.len(), samples, rows], values)?;
                }
                Ok(())
            }),
            OutputKind::Json => write_json(
                out,
                &JsonResult {
                    times: &self.times,
                    points: first.filter(|_| is_given).map(Nested::of),
                    positions: (!is_given).then(|| nested(&self.positions)),
                    velocity: self.velocity.as_deref().map(nested),
                    answers: self.answers.as_deref().map(nested),
                },
            ),
        }
    }
}
