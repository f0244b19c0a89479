//! A table of named columns, and its forms as text.

use serde_json::{Map, Value, json};
use thiserror::Error;

/// The most values of a table: what its text takes has to fit in memory.
const MAX_VALUES: usize = 50_000_000;

/// Why a table was not made or written.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum NumbersProblem {
    /// Nothing is known.
    #[error("{0}")]
    Nothing(&'static str),
    /// The points cannot be followed.
    #[error("{0}")]
    Flow(#[from] crate::flow::FlowError),
    /// Too many values.
    #[error("{0} values are too many for a table; write them with `layerflow flow` or `layerflow run` instead")]
    TooLarge(usize),
    /// Text in an archive of numbers.
    #[error("the column {0} holds text, which an archive of numbers has no place for; write CSV, JSON or Parquet")]
    Text(String),
    /// The writer failed.
    #[error("the table could not be written: {0}")]
    Write(String),
}

/// A table of named columns, all of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberTable {
    /// The columns, in order.
    pub columns: Vec<NumberColumn>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberColumn {
    /// The array of an archive that it is a part of: neighbours of the same are one array.
    pub array: String,
    /// Its own name.
    pub name: String,
    /// What stands in it.
    pub values: ColumnValues,
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// Numbers; not a number where there is none.
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
}

/// An array of an archive: its name, its shape, and its values row by row.
pub type NumberArray = (String, Vec<usize>, Vec<f64>);

impl ColumnValues {
    fn len(&self) -> usize {
        match self {
            ColumnValues::Numbers(numbers) => numbers.len(),
            ColumnValues::Texts(texts) => texts.len(),
        }
    }

    fn text(&self, row: usize) -> String {
        match self {
            // As short as gives the same number back; nothing where there is none.
            ColumnValues::Numbers(numbers) => {
                numbers.get(row).filter(|number| !number.is_nan()).map_or_else(String::new, |number| number.to_string())
            }
            ColumnValues::Texts(texts) => texts.get(row).cloned().unwrap_or_default(),
        }
    }

    fn json(&self) -> Value {
        match self {
            // What is no number becomes null.
            ColumnValues::Numbers(numbers) => json!(numbers),
            ColumnValues::Texts(texts) => json!(texts),
        }
    }
}

impl NumberTable {
    /// Adds a column of numbers that is an array by itself.
    pub fn add(&mut self, name: &str, numbers: Vec<f64>) {
        self.add_to(name, name.to_owned(), numbers);
    }

    /// Adds a column of numbers to an array.
    pub fn add_to(&mut self, array: &str, name: String, numbers: Vec<f64>) {
        self.columns.push(NumberColumn { array: array.to_owned(), name, values: ColumnValues::Numbers(numbers) });
    }

    /// Adds a column of texts.
    pub fn add_texts(&mut self, name: &str, texts: Vec<String>) {
        let (array, name) = (name.to_owned(), name.to_owned());
        self.columns.push(NumberColumn { array, name, values: ColumnValues::Texts(texts) });
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.iter().map(|column| column.values.len()).max().unwrap_or(0)
    }

    /// Refuses a table that is too large.
    ///
    /// # Errors
    /// If it is.
    pub fn check(&self) -> Result<(), NumbersProblem> {
        let values = self.rows().saturating_mul(self.columns.len());
        if values > MAX_VALUES { Err(NumbersProblem::TooLarge(values)) } else { Ok(()) }
    }

    /// The table as comma-separated values with a head.
    ///
    /// # Errors
    /// If it is too large.
    pub fn csv(&self) -> Result<String, NumbersProblem> {
        self.check()?;
        let failed = |error: csv::Error| NumbersProblem::Write(error.to_string());
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|column| &column.name)).map_err(failed)?;
        for row in 0..self.rows() {
            writer.write_record(self.columns.iter().map(|column| column.values.text(row))).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| NumbersProblem::Write(error.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The table as one JSON object: a list for each column.
    ///
    /// # Errors
    /// If it is too large.
    pub fn json(&self) -> Result<String, NumbersProblem> {
        self.check()?;
        let columns: Map<String, Value> =
            self.columns.iter().map(|column| (column.name.clone(), column.values.json())).collect();
        Ok(Value::Object(columns).to_string() + "\n")
    }

    /// The arrays of an archive.
    ///
    /// # Errors
    /// If it is too large, or has a column of texts.
    pub fn arrays(&self) -> Result<Vec<NumberArray>, NumbersProblem> {
        self.check()?;
        let rows = self.rows();
        let mut arrays = Vec::new();
        for columns in self.columns.chunk_by(|one, next| one.array == next.array) {
            let mut numbers = Vec::new();
            for column in columns {
                match &column.values {
                    ColumnValues::Numbers(values) => numbers.push(values),
                    ColumnValues::Texts(_) => return Err(NumbersProblem::Text(column.name.clone())),
                }
            }
            let is_whole = columns.first().is_some_and(|column| column.array == column.name);
            let shape = if is_whole && numbers.len() == 1 { vec![rows] } else { vec![rows, numbers.len()] };
            let row = |row: usize| numbers.iter().map(move |values| values.get(row).copied().unwrap_or(f64::NAN));
            let name = columns.first().map(|column| column.array.clone()).unwrap_or_default();
            arrays.push((name, shape, (0..rows).flat_map(row).collect()));
        }
        Ok(arrays)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> NumberTable {
        let mut table = NumberTable::default();
        table.add("row", vec![1.0, 2.0]);
        table.add_to("positions", "x1".to_owned(), vec![0.1, f64::NAN]);
        table.add_to("positions", "x2".to_owned(), vec![-3.0, 1e-20]);
        table
    }

    #[test]
    fn every_form_holds_the_same_numbers() {
        assert_eq!(table().csv().unwrap(), "row,x1,x2\n1,0.1,-3\n2,,0.00000000000000000001\n");
        let read: Value = serde_json::from_str(&table().json().unwrap()).unwrap();
        assert_eq!(read, json!({"row": [1.0, 2.0], "x1": [0.1, null], "x2": [-3.0, 1e-20]}));
        let arrays = table().arrays().unwrap();
        assert_eq!((&arrays[0].0[..], &arrays[0].1[..], &arrays[0].2[..]), ("row", &[2][..], &[1.0, 2.0][..]));
        assert_eq!((&arrays[1].0[..], &arrays[1].1[..]), ("positions", &[2, 2][..]));
        assert_eq!((arrays[1].2[..2].to_vec(), arrays[1].2[2].is_nan()), (vec![0.1, -3.0], true));
    }

    #[test]
    fn text_is_no_array_and_the_table_says_so() {
        let mut table = table();
        table.add_texts("what", vec!["a, \"b\"".to_owned(), "c".to_owned()]);
        assert!(table.csv().unwrap().contains("\"a, \"\"b\"\"\""));
        assert_eq!(table.arrays(), Err(NumbersProblem::Text("what".to_owned())));
    }
}
