//! What is taken of a data file: its columns, its label, its scaling.

use std::path::Path;

use clap::Args;

use super::error::CommandError;
use super::named_values::by_name;
use super::output::print_note;
use crate::dataset::{DataChoice, Dataset, LabelChoice, MissingValues, Scaling};

/// What is taken of a data file.
#[derive(Args, Clone, Debug)]
pub(super) struct ColumnOptions {
    /// The columns of a data file that are coordinates, by name or number; all but the label if not given
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// The column of a data file that is the label, by name or number, or none
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
    /// What is done to the coordinates of a data file: standard subtracts each column's mean and divides by its
    /// standard deviation, min-max brings each column to 0…1, unit all together
    #[arg(long, value_name = "KIND", default_value = "none", value_parser = by_name(Scaling::ALL, Scaling::name))]
    scale: Scaling,
    /// The same for single columns: NAME=KIND, several between commas: age=none,salary=min-max
    #[arg(long, value_name = "NAME=KIND", value_delimiter = ',', value_parser = column_scaling)]
    scale_column: Vec<(String, Scaling)>,
    /// The classes of a data file's label in the order of the network's outputs: virginica,setosa,versicolor; nothing between
    /// two commas is an output without a class
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    classes: Option<Vec<String>>,
    /// What is done with rows of a data file whose coordinates are missing, NaN or infinite: leave-out leaves them out of
    /// what flows, mean fills in the mean of the column's finite values
    #[arg(long, value_name = "WHAT", default_value = "leave-out", value_parser = by_name(MissingValues::ALL, MissingValues::name))]
    missing: MissingValues,
}

impl ColumnOptions {
    /// Reads the data in a file for a network of `expected` inputs, where that is known. What was assumed and what was
    /// left out is told on standard error.
    pub(super) fn read(&self, file: &Path, expected: Option<usize>) -> Result<Dataset, CommandError> {
        let data = Dataset::open_with(file, expected, &self.choice())?;
        for note in &data.notes {
            print_note(&format!("{}: {note}", file.display()));
        }
        Ok(data)
    }

    /// The choice, where one was made.
    pub(super) fn choice_if_made(&self) -> Option<DataChoice> {
        Some(self.choice()).filter(|choice| *choice != DataChoice::default())
    }

    fn choice(&self) -> DataChoice {
        let label = match self.label.as_deref() {
            None => LabelChoice::Automatic,
            Some("none") => LabelChoice::None,
            Some(name) => LabelChoice::Column(name.to_owned()),
        };
        DataChoice {
            features: self.columns.clone(),
            label,
            scaling: self.scale,
            scaling_of: self.scale_column.clone(),
            classes: self.classes.clone(),
            missing: self.missing,
        }
    }
}

/// The name of a column and what is done to it.
fn column_scaling(text: &str) -> Result<(String, Scaling), String> {
    let names = Scaling::ALL.map(Scaling::name).join(", ");
    let form = || format!("write the column, = and one of {names}");
    let (column, kind) = text.rsplit_once('=').filter(|(column, _)| !column.is_empty()).ok_or_else(form)?;
    let scaling = Scaling::ALL.into_iter().find(|scaling| scaling.name() == kind).ok_or_else(form)?;
    Ok((column.to_owned(), scaling))
}
