//! Names of choices as they stand in a session's file: the choice in small letters, such as `side_by_side`.

use std::fmt::Debug;

use crate::session::Colouring;
use crate::session::TableColumn;
use crate::training::Loss;

/// The name of a choice.
pub(in crate::session) fn name(choice: impl Debug) -> String {
    let mut name = String::new();
    for letter in format!("{choice:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// The name of a choice as it is written on a command line: `side-by-side`.
pub fn option_name(choice: impl Debug) -> String {
    name(choice).replace('_', "-")
}

/// Reads names, and keeps those that this version does not know.
#[derive(Debug, Default)]
pub(in crate::session) struct Names {
    /// What is not known, a part of a sentence each.
    pub unknown: Vec<String>,
}

impl Names {
    /// The choice of this name among `all`; `None` where the file names none, or one that is not known.
    pub fn find<T: Copy + Debug>(&mut self, key: &str, text: Option<&str>, all: &[T]) -> Option<T> {
        let text = text?;
        let found = all.iter().copied().find(|choice| name(choice) == text);
        if found.is_none() {
            self.unknown.push(format!("`{key}` is `{text}`"));
        }
        found
    }

    /// What the colours of the points stand for.
    pub fn colouring(&mut self, key: &str, text: &str) -> Option<Colouring> {
        let found = match text.split_once(':') {
            Some(("column", index)) => index.parse().ok().map(Colouring::Column),
            _ => [Colouring::Label, Colouring::Prediction, Colouring::Mistakes, Colouring::Loss(Loss::default())]
                .into_iter()
                .find(|colouring| colouring_name(*colouring) == text),
        };
        if found.is_none() {
            self.unknown.push(format!("`{key}` is `{text}`"));
        }
        found
    }

    /// A column of the table of points.
    pub fn table_column(&mut self, text: &str) -> Option<TableColumn> {
        let found = match text.split_once(':') {
            Some(("data", index)) => index.parse().ok().map(TableColumn::Data),
            Some(("now", index)) => index.parse().ok().map(TableColumn::Now),
            _ => [TableColumn::Index, TableColumn::Label, TableColumn::Prediction, TableColumn::Loss(Loss::default())]
                .into_iter()
                .find(|column| table_column_name(*column) == text),
        };
        if found.is_none() {
            self.unknown.push(format!("`sorted_by` is `{text}`"));
        }
        found
    }
}

/// What the colours of the points stand for. Which loss is meant follows from how the network is trained.
pub(super) fn colouring_name(colouring: Colouring) -> String {
    match colouring {
        Colouring::Label | Colouring::Prediction | Colouring::Mistakes => name(colouring),
        Colouring::Loss(_) => "loss".into(),
        Colouring::Column(index) => format!("column:{index}"),
    }
}

/// A column of the table of points.
pub(super) fn table_column_name(column: TableColumn) -> String {
    match column {
        TableColumn::Index | TableColumn::Label | TableColumn::Prediction => name(column),
        TableColumn::Loss(_) => "loss".into(),
        TableColumn::Data(index) => format!("data:{index}"),
        TableColumn::Now(index) => format!("now:{index}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Compare, Overlay, VelocityPicture};

    #[test]
    fn names_come_back_and_unknown_ones_are_kept() {
        assert_eq!(name(Compare::SideBySide), "side_by_side");
        let mut names = Names::default();
        for overlay in Overlay::ALL {
            assert_eq!(names.find("overlays", Some(&name(overlay)), &Overlay::ALL), Some(overlay));
        }
        for colouring in [Colouring::Label, Colouring::Mistakes, Colouring::Loss(Loss::default()), Colouring::Column(7)]
        {
            assert_eq!(names.colouring("colours", &colouring_name(colouring)), Some(colouring));
        }
        for column in
            [TableColumn::Index, TableColumn::Data(2), TableColumn::Now(0), TableColumn::Loss(Loss::default())]
        {
            assert_eq!(names.table_column(&table_column_name(column)), Some(column));
        }
        assert!(names.unknown.is_empty());
        assert_eq!(names.find("velocity", Some("smoke"), &VelocityPicture::ALL), None);
        assert_eq!(names.colouring("colours", "column:x"), None);
        assert_eq!(names.unknown, ["`velocity` is `smoke`", "`colours` is `column:x`"]);
    }
}
