//! The choice of columns: which of a data file's columns are coordinates, which is the label, how they are scaled.

use std::path::{Path, PathBuf};

use super::{Effect, Session, Task, UserError, counted};
use crate::dataset::{self, ColumnKind, ColumnOutline, DataChoice, LabelChoice, LabelColumns, Scaling};

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
        ColumnImport { path, columns, inputs, coordinates, left_out, label, scaling: Scaling::None, trouble: None }
    }

    /// How many columns are coordinates.
    pub fn count(&self) -> usize {
        self.coordinates.iter().filter(|chosen| **chosen).count()
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
    fn choice(&self) -> DataChoice {
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
        }
    }

    /// Why a column was left out where nothing was chosen yet.
    pub fn reason(&self, position: usize) -> Option<&str> {
        self.left_out.iter().find(|(out, _)| *out == position).map(|(_, reason)| reason.as_str())
    }

    fn is_of(&self, path: &Path, columns: &[ColumnOutline]) -> bool {
        self.path == path && self.columns == columns
    }
}

impl Session {
    /// Begins to choose, with what was chosen last where the file is the same.
    pub(super) fn choose_columns(
        &mut self,
        path: PathBuf,
        columns: Vec<ColumnOutline>,
        trouble: Option<UserError>,
        effects: &mut Vec<Effect>,
    ) {
        let before = [self.columns.take(), self.chosen_columns.clone()].into_iter().flatten();
        let inputs = self.inputs();
        let same = before.into_iter().find(|before| before.is_of(&path, &columns));
        let mut chosen = same.unwrap_or_else(|| ColumnImport::new(path, columns, inputs));
        chosen.inputs = inputs;
        chosen.trouble = trouble.map(|trouble| trouble.sentence);
        self.columns = Some(chosen);
        if self.shown.is_none() {
            self.build(effects);
        }
    }

    pub(super) fn change_columns(&mut self, command: ColumnCommand, effects: &mut Vec<Effect>) {
        if let ColumnCommand::Choose(path) = command {
            effects.push(Effect::ListColumns(path));
            return;
        }
        let Some(columns) = &mut self.columns else { return };
        match command {
            ColumnCommand::Coordinate(position, chosen) => {
                if let Some(coordinate) = columns.coordinates.get_mut(position) {
                    *coordinate = chosen;
                }
                columns.label = columns.label.filter(|label| !chosen || *label != position);
            }
            ColumnCommand::Label(label) => {
                columns.label = label;
                if let Some(coordinate) = label.and_then(|position| columns.coordinates.get_mut(position)) {
                    *coordinate = false;
                }
            }
            ColumnCommand::Scaling(scaling) => columns.scaling = scaling,
            ColumnCommand::Open if columns.obstacle().is_some() => {}
            ColumnCommand::Open => {
                effects.push(Effect::ReadColumns(columns.path.clone(), columns.inputs, columns.choice()));
                self.chosen_columns = Some(columns.clone());
            }
            ColumnCommand::Close => {
                self.columns = None;
                effects.push(Effect::Cancel(Task::ReadData));
                self.fall_back(effects);
            }
            ColumnCommand::Choose(_) => {}
        }
    }

    /// How the data that is shown was scaled, in words; `None` where it is as its file has it.
    pub fn scaling_text(&self) -> Option<String> {
        let chosen = self.chosen_columns.as_ref().filter(|chosen| {
            self.document().is_some_and(
                |shown| matches!(&shown.data.source, super::DataSource::File(path) if *path == chosen.path),
            )
        })?;
        match chosen.scaling {
            Scaling::None => None,
            Scaling::Standard => Some(format!("{} standardised", counted(chosen.count(), "column"))),
            Scaling::Unit => Some("scaled to 0…1".to_owned()),
        }
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
