//! The choice of columns: which of a data file's columns are coordinates, which is the label, how they are scaled.

use std::path::{Path, PathBuf};

use super::data::DataSource;
use crate::dataset::{self, ColumnKind, ColumnOutline, DataChoice, LabelChoice, LabelColumns, MissingValues, Scaling};
use crate::session::counted;

/// The state of the choice.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnImport {
    /// The file.
    pub path: PathBuf,
    /// Its columns.
    pub columns: Vec<ColumnOutline>,
    /// The number of coordinates that the network takes, where one is open.
    pub inputs: Option<usize>,
    /// Which columns are coordinates; as many as there are columns.
    pub coordinates: Vec<bool>,
    /// The columns that were proposed as neither coordinate nor label, with the reason.
    pub left_out: Vec<(usize, String)>,
    /// Which column is the label, from 0.
    pub label: Option<usize>,
    /// What is done to the coordinates.
    pub scaling: Scaling,
    /// What is done with coordinates that are missing.
    pub missing: MissingValues,
    /// Why the file was not taken as it is.
    pub trouble: Option<String>,
}

/// A change of the choice. Columns count from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnCommand {
    /// Choose the columns of this file.
    Choose(PathBuf),
    /// A column is a coordinate, or is not.
    Coordinate(usize, bool),
    /// The column that is the label.
    Label(Option<usize>),
    /// What is done to the coordinates.
    Scaling(Scaling),
    /// What is done with coordinates that are missing.
    Missing(MissingValues),
    /// Read the columns.
    Open,
    /// Leave everything as it was.
    Close,
}

impl ColumnImport {
    /// What names and kinds propose, as readers do: the label by its name, as coordinates the columns of numbers but
    /// those that only count the rows, as many as are taken.
    pub fn new(path: PathBuf, columns: Vec<ColumnOutline>, inputs: Option<usize>) -> ColumnImport {
        let roles = dataset::propose(&columns, inputs);
        let text = || columns.iter().rposition(|column| column.kind == ColumnKind::Text);
        let label = match roles.label {
            LabelColumns::One(label) => Some(label),
            LabelColumns::None | LabelColumns::OneHot(_) => text(),
        };
        let mut left = inputs.unwrap_or(usize::MAX);
        let mut take = |(position, column): (usize, &ColumnOutline)| {
            let is_out = Some(position) == label || roles.left_out.iter().any(|(out, _)| *out == position);
            let taken = left > 0 && !is_out && column.kind != ColumnKind::Text;
            left -= usize::from(taken);
            taken
        };
        let coordinates = columns.iter().enumerate().map(&mut take).collect();
        let left_out = roles.left_out;
        ColumnImport {
            path,
            columns,
            inputs,
            coordinates,
            left_out,
            label,
            scaling: Scaling::None,
            missing: MissingValues::LeaveOut,
            trouble: None,
        }
    }

    /// How many columns are coordinates.
    pub fn count(&self) -> usize {
        self.coordinates.iter().filter(|chosen| **chosen).count()
    }

    /// Whether a coordinate lacks values.
    pub fn has_gaps(&self) -> bool {
        let chosen = self.columns.iter().zip(&self.coordinates).filter(|(_, chosen)| **chosen);
        chosen.into_iter().any(|(column, _)| column.missing > 0)
    }

    /// Why the columns cannot be read as they are chosen.
    pub fn obstacle(&self) -> Option<String> {
        let count = self.count();
        match self.inputs {
            Some(inputs) if inputs != count => Some(format!(
                "{} chosen as coordinates, but the network takes {inputs}; choose as many",
                if count == 1 { "1 column is".to_owned() } else { format!("{count} columns are") },
            )),
            None if count == 0 => Some("No column is chosen as a coordinate; choose one at least".to_owned()),
            _ => None,
        }
    }

    /// The choice as readers take it. A column of a name that others have too goes by its number.
    pub(in crate::session) fn choice(&self) -> DataChoice {
        let named = |position: usize| {
            let name = &self.columns[position].name;
            let others = |column: &&ColumnOutline| column.name == *name || column.group == *name;
            let is_only = self.columns.iter().filter(others).count() == 1;
            if is_only { name.clone() } else { self.columns[position].number.to_string() }
        };
        let chosen = (0..self.columns.len()).filter(|&position| self.coordinates.get(position) == Some(&true));
        let label = self.label.filter(|position| *position < self.columns.len());
        DataChoice {
            features: Some(chosen.map(named).collect()),
            label: label.map_or(LabelChoice::None, |position| LabelChoice::Column(named(position))),
            scaling: self.scaling,
            missing: self.missing,
        }
    }

    /// Why a column was left out where nothing was chosen yet.
    pub fn reason(&self, position: usize) -> Option<&str> {
        self.left_out.iter().find(|(out, _)| *out == position).map(|(_, reason)| reason.as_str())
    }

    /// Carries out a command, as far as it concerns the choice.
    pub fn apply(&mut self, command: ColumnCommand) {
        match command {
            ColumnCommand::Coordinate(position, chosen) => {
                if let Some(coordinate) = self.coordinates.get_mut(position) {
                    *coordinate = chosen;
                }
                self.label = self.label.filter(|label| !chosen || *label != position);
            }
            ColumnCommand::Label(label) => {
                self.label = label;
                if let Some(coordinate) = label.and_then(|position| self.coordinates.get_mut(position)) {
                    *coordinate = false;
                }
            }
            ColumnCommand::Scaling(scaling) => self.scaling = scaling,
            ColumnCommand::Missing(missing) => self.missing = missing,
            ColumnCommand::Choose(_) | ColumnCommand::Open | ColumnCommand::Close => {}
        }
    }

    /// How data from `source` was scaled, in words; `None` where it is as its file has it.
    pub fn scaling_text(&self, source: &DataSource) -> Option<String> {
        if !matches!(source, DataSource::File(path) if *path == self.path) {
            return None;
        }
        match self.scaling {
            Scaling::None => None,
            Scaling::Standard => Some(format!("{} standardised", counted(self.count(), "column"))),
            Scaling::Unit => Some("scaled to 0…1".to_owned()),
        }
    }

    /// Whether this is a choice of these columns of that file.
    pub(in crate::session) fn is_of(&self, path: &Path, columns: &[ColumnOutline]) -> bool {
        self.path == path && self.columns == columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(list: &[(&str, ColumnKind)]) -> Vec<ColumnOutline> {
        let outline = |(position, (name, kind)): (usize, &(&str, ColumnKind))| ColumnOutline {
            number: position + 1,
            deviation: 1.0,
            ..ColumnOutline::new(name, *kind)
        };
        list.iter().enumerate().map(outline).collect()
    }

    #[test]
    fn the_label_is_proposed_by_name_and_the_coordinates_by_number() {
        use ColumnKind::{Integers, Numbers, Text};
        let list = columns(&[("id", Text), ("a", Numbers), ("b", Numbers), ("c", Numbers), ("Class", Integers)]);
        let two = ColumnImport::new("a.csv".into(), list.clone(), Some(2));
        assert_eq!((two.label, &two.coordinates[..]), (Some(4), &[false, true, true, false, false][..]));
        assert_eq!(two.obstacle(), None);
        let choice = two.choice();
        assert_eq!(
            (choice.features, choice.label),
            (Some(vec!["a".into(), "b".into()]), LabelChoice::Column("Class".into()))
        );
        let five = ColumnImport::new("a.csv".into(), list, Some(5));
        assert!(five.obstacle().unwrap().contains("3 columns are chosen"));
    }

    #[test]
    fn columns_of_one_name_go_by_their_numbers() {
        let list = columns(&[("x", ColumnKind::Numbers), ("x", ColumnKind::Numbers)]);
        let choice = ColumnImport::new("a.csv".into(), list, None).choice();
        assert_eq!(choice.features, Some(vec!["1".into(), "2".into()]));
    }
}
