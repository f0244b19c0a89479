//! The columns of the table of the selected points, and by which it is sorted.

use super::colouring::{Colouring, column_text};
use crate::dataset::Dataset;
use crate::session::coordinate_name;
use crate::training::Loss;

/// A column of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableColumn {
    /// The number of the point, from 1.
    #[default]
    Index,
    /// The class or value that the data names.
    Label,
    /// The class or value that the plain net answers.
    Prediction,
    /// How wrong that is, by the loss that training makes small.
    Loss(Loss),
    /// A coordinate of the point as it was given, from 0.
    Data(usize),
    /// A coordinate of the ambient space at the time shown, from 0.
    Now(usize),
}

/// How the rows are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sorting {
    /// By which column.
    pub column: TableColumn,
    /// The largest first.
    pub descending: bool,
}

impl Sorting {
    /// By `column`; the other way round where it is sorted by that already.
    pub fn by(self, column: TableColumn) -> Sorting {
        Sorting { column, descending: self.column == column && !self.descending }
    }
}

impl TableColumn {
    /// The head of the column.
    pub fn label(self, dataset: &Dataset) -> String {
        match self {
            TableColumn::Index => "point".to_owned(),
            TableColumn::Label => Colouring::Label.label(dataset),
            TableColumn::Prediction => "prediction".to_owned(),
            TableColumn::Loss(loss) => Colouring::Loss(loss).label(dataset),
            TableColumn::Data(index) => format!("{} given", column_text(dataset, index)),
            TableColumn::Now(index) => format!("{} now", coordinate_name(index)),
        }
    }
}
