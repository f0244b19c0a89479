//! Results as files: NumPy archives and CSV tables.

use std::io::{self, Write};
use std::path::Path;

use nalgebra::DMatrix;
use serde::{Serialize, Serializer};

use super::error::CommandError;
use crate::formats::write_beside;
use crate::io::numpy::ArchiveWriter;
use crate::system::text::visible;

/// The kind of result file that a name asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum OutputKind {
    /// A NumPy archive.
    Archive,
    /// One table.
    Csv,
    /// Lists in lists.
    Json,
}

/// The kind of file that the name's ending asks for.
pub(super) fn kind_of(path: &Path) -> Result<OutputKind, CommandError> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("npz") => Ok(OutputKind::Archive),
        Some("csv") => Ok(OutputKind::Csv),
        Some("json") => Ok(OutputKind::Json),
        _ => {
            Err(CommandError::Usage(format!("--out {}: give a name that ends in .json, .npz or .csv", path.display())))
        }
    }
}

/// Writes an archive; `fill` adds its arrays. Nothing is left at `path` if that fails.
pub(super) fn write_archive(
    path: &Path,
    fill: impl FnOnce(&mut ArchiveWriter<&mut io::BufWriter<std::fs::File>>) -> io::Result<()>,
) -> Result<(), CommandError> {
    let written = write_beside(path, |writer| {
        let mut archive = ArchiveWriter::new(writer);
        if let Err(error) = fill(&mut archive) {
            archive.abandon();
            return Err(error);
        }
        archive.finish()
    });
    Ok(written?)
}

/// Writes a table with one line for each sample: the columns of the matrices (values × samples) side by side, with names such
/// as `x_1`.
pub(super) fn write_csv(path: &Path, parts: &[(&str, &DMatrix<f64>)]) -> Result<(), CommandError> {
    let written = write_beside(path, |writer| {
        let names = |(name, values): &(&str, &DMatrix<f64>)| -> Vec<String> {
            (1..=values.nrows()).map(|index| format!("{name}_{index}")).collect()
        };
        writeln!(writer, "{}", parts.iter().flat_map(names).collect::<Vec<_>>().join(","))?;
        let samples = parts.iter().map(|(_, values)| values.ncols()).min().unwrap_or(0);
        for sample in 0..samples {
            let values =
                parts.iter().flat_map(|(_, values)| values.column(sample).iter().copied().collect::<Vec<f64>>());
            for (index, value) in values.enumerate() {
                let comma = if index == 0 { "" } else { "," };
                write!(writer, "{comma}{value:?}")?;
            }
            writeln!(writer)?;
        }
        Ok(())
    });
    Ok(written?)
}

/// One row of numbers for each column of a matrix: a sample.
pub(super) struct Nested<'a>(&'a DMatrix<f64>);

impl<'a> Nested<'a> {
    pub(super) fn of(values: &'a DMatrix<f64>) -> Nested<'a> {
        Nested(values)
    }
}

impl Serialize for Nested<'_> {
    // What is no number becomes null.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.column_iter().map(|column| column.iter().copied().collect::<Vec<f64>>()))
    }
}

/// Writes one JSON object.
pub(super) fn write_json(path: &Path, result: &impl Serialize) -> Result<(), CommandError> {
    let written = write_beside(path, |writer| {
        serde_json::to_writer(&mut *writer, result)?;
        writeln!(writer)
    });
    Ok(written?)
}

/// Prints one JSON object to standard output.
pub(super) fn print_json(report: &impl Serialize) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(report).map_err(|error| CommandError::Output(error.into()))?;
    print(&(text + "\n"))
}

/// One sentence on standard error.
pub(super) fn print_note(sentence: &str) {
    // With standard error closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "{}", visible(&sentence.replace('\n', " ")));
}

/// Tells once how long work takes, where the work tells it itself, as decompositions of large layers do; it goes on.
pub(super) fn told_of_long_work(file: &Path) -> impl FnMut(f32, &str) -> bool {
    let mut is_told = false;
    move |_, what| {
        if !is_told && what.contains("takes about") {
            is_told = true;
            print_note(&format!("{}: {what}", file.display()));
        }
        true
    }
}

/// Prints to standard output. A reader that has seen enough and closed the pipe is no failure.
pub(super) fn print(text: &str) -> Result<(), CommandError> {
    let mut output = io::stdout().lock();
    match output.write_all(visible(text).as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CommandError::Output(error)),
        _ => Ok(()),
    }
}
