//! The choice of columns: which of a data file's columns are coordinates, which is the label, how they are scaled.

use std::path::{Path, PathBuf};

use super::data::DataSource;
use super::scaling_check::ScalingCheck;
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
    /// What is done to single columns instead; as many as there are columns.
    pub scaling_of: Vec<Option<Scaling>>,
    /// The classes in the order of the outputs, where a person has given it.
    pub classes: Option<Vec<String>>,
    /// What is done with coordinates that are missing.
    pub missing: MissingValues,
    /// How many answers of the open network are right under each scaling, once that is known.
    pub check: Option<ScalingCheck>,
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
    /// What is done to a single column instead.
    ScalingOf(usize, Option<Scaling>),
    /// What is done with coordinates that are missing.
    Missing(MissingValues),
    /// Read the columns.
    Open,
    /// Read the columns and draw a network with random weights for them.
    DrawNetwork,
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
        let scaling_of = vec![None; columns.len()];
        ColumnImport {
            path,
            columns,
            inputs,
            coordinates,
            left_out,
            label,
            scaling: Scaling::None,
            scaling_of,
            classes: None,
            missing: MissingValues::LeaveOut,
            check: None,
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
            scaling_of: self.own_scaling().map(|(position, scaling)| (named(position), scaling)).collect(),
            classes: self.classes.clone().filter(|_| label.is_some()),
            missing: self.missing,
        }
    }

    /// What is done to a column, if it is a coordinate.
    pub fn scaling_of(&self, position: usize) -> Scaling {
        self.scaling_of.get(position).copied().flatten().unwrap_or(self.scaling)
    }

    /// The coordinates that are scaled in their own way.
    fn own_scaling(&self) -> impl Iterator<Item = (usize, Scaling)> {
        let own = self.scaling_of.iter().zip(&self.coordinates).enumerate().filter(|(_, (_, chosen))| **chosen);
        own.filter_map(|(position, (scaling, _))| scaling.map(|scaling| (position, scaling)))
    }

    /// The same for each of the coordinates, in their order.
    pub(in crate::session) fn own_scaling_of_coordinates(&self) -> Vec<Option<Scaling>> {
        let coordinates = self.scaling_of.iter().zip(&self.coordinates).filter(|(_, chosen)| **chosen);
        coordinates.map(|(own, _)| *own).collect()
    }

    /// How often the smallest standard deviation of the coordinates goes into the largest, as they are read; `None` with
    /// fewer than two that vary.
    pub fn spread_of_scales(&self) -> Option<f64> {
        let raw = |position: &usize| self.scaling_of(*position) == Scaling::None;
        let chosen = (0..self.columns.len()).filter(|position| self.coordinates.get(*position) == Some(&true));
        let scales: Vec<f64> = chosen.filter(raw).map(|position| self.columns[position].deviation).collect();
        let varying = || scales.iter().copied().filter(|deviation| *deviation > 0.0);
        (varying().count() > 1).then(|| varying().fold(0.0, f64::max) / varying().fold(f64::INFINITY, f64::min))
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
                if self.label != label {
                    self.classes = None;
                }
                self.label = label;
                if let Some(coordinate) = label.and_then(|position| self.coordinates.get_mut(position)) {
                    *coordinate = false;
                }
            }
            ColumnCommand::Scaling(scaling) => self.scaling = scaling,
            ColumnCommand::ScalingOf(position, scaling) => {
                if let Some(own) = self.scaling_of.get_mut(position) {
                    *own = scaling;
                }
            }
            ColumnCommand::Missing(missing) => self.missing = missing,
            ColumnCommand::Choose(_) | ColumnCommand::Open | ColumnCommand::DrawNetwork | ColumnCommand::Close => {}
        }
    }

    /// How data from `source` was scaled, in words; `None` where it is as its file has it.
    pub fn scaling_text(&self, source: &DataSource) -> Option<String> {
        if !matches!(source, DataSource::File(path) if *path == self.path) {
            return None;
        }
        let own = self.own_scaling().count();
        let columns = counted(self.count() - own, "column");
        let all = match self.scaling {
            _ if own == self.count() => None,
            Scaling::None => None,
            Scaling::Standard => Some(format!("{columns} standardised")),
            Scaling::MinMax => Some(format!("{columns} scaled to 0…1 each")),
            Scaling::Unit => Some("scaled to 0…1".to_owned()),
        };
        let own = (own > 0).then(|| format!("{} in its own way", counted(own, "column")));
        let parts: Vec<String> = [all, own].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
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
    fn a_column_has_its_own_scaling_as_long_as_it_is_a_coordinate() {
        let list = columns(&[("a", ColumnKind::Numbers), ("b", ColumnKind::Numbers), ("c", ColumnKind::Text)]);
        let mut chosen = ColumnImport::new("a.csv".into(), list, Some(2));
        chosen.columns[1].deviation = 1000.0;
        assert_eq!(chosen.spread_of_scales(), Some(1000.0));
        chosen.apply(ColumnCommand::Scaling(Scaling::Standard));
        chosen.apply(ColumnCommand::ScalingOf(1, Some(Scaling::MinMax)));
        assert_eq!(chosen.choice().scaling_of, [("b".to_owned(), Scaling::MinMax)]);
        let text = chosen.scaling_text(&DataSource::File("a.csv".into())).unwrap();
        assert_eq!(text, "1 column standardised, 1 column in its own way");
        assert_eq!(chosen.spread_of_scales(), None);
        chosen.apply(ColumnCommand::Coordinate(1, false));
        assert!(chosen.choice().scaling_of.is_empty());
    }

    #[test]
    fn columns_of_one_name_go_by_their_numbers() {
        let list = columns(&[("x", ColumnKind::Numbers), ("x", ColumnKind::Numbers)]);
        let choice = ColumnImport::new("a.csv".into(), list, None).choice();
        assert_eq!(choice.features, Some(vec!["1".into(), "2".into()]));
    }
}
