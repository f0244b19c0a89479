//! Tables of numbers as files.

use std::io::Write;
use std::path::Path;

use crate::formats::write_beside;
use crate::io::numpy::ArchiveWriter;
use crate::io::parquet;
use crate::session::{ColumnValues, NumberColumn, NumberTable, NumbersProblem, UserError};

/// Writes a table to a file of the kind that its name asks for: NPZ, Parquet, JSON, or else CSV.
pub(super) fn write(table: Result<NumberTable, NumbersProblem>, path: &Path) -> Result<(), UserError> {
    let refused = |problem: NumbersProblem| {
        let mut trouble = UserError::new(&problem);
        trouble.sentence = format!("{}: {}.", path.display(), trouble.sentence);
        trouble
    };
    let table = table.map_err(refused)?;
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let written = match extension.as_str() {
        "npz" => {
            let arrays = table.arrays().map_err(refused)?;
            write_beside(path, |writer| {
                let mut archive = ArchiveWriter::new(writer);
                for (name, shape, values) in &arrays {
                    if let Err(error) = archive.add(name, shape, values.iter().copied()) {
                        archive.abandon();
                        return Err(error);
                    }
                }
                archive.finish()
            })
        }
        "parquet" => {
            table.check().map_err(refused)?;
            let columns: Vec<parquet::Column<'_>> = table.columns.iter().map(parquet_column).collect();
            write_beside(path, |writer| parquet::write(writer, &columns, table.rows()))
        }
        kind => {
            let text = if kind == "json" { table.json() } else { table.csv() }.map_err(refused)?;
            write_beside(path, |writer| writer.write_all(text.as_bytes()))
        }
    };
    written.map_err(|error| UserError::new(&error))
}

fn parquet_column(column: &NumberColumn) -> parquet::Column<'_> {
    let values = match &column.values {
        ColumnValues::Numbers(numbers) => parquet::Values::Numbers(numbers),
        ColumnValues::Texts(texts) => parquet::Values::Texts(texts),
    };
    parquet::Column { name: &column.name, values }
}
