//! What the colours of the points stand for.

use crate::dataset::{Dataset, Labels};
use crate::session::coordinate_name;
use crate::training::Loss;

/// What the colours of the points stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colouring {
    /// The class, or the value, that the data names.
    #[default]
    Label,
    /// The class, or the value, that the network answers.
    Prediction,
    /// Whether the network's class is the data's.
    Mistakes,
    /// How wrong the answer is, by the loss that training makes small.
    Loss(Loss),
    /// A column of the data, from 0.
    Column(usize),
}

impl Colouring {
    /// The word used in the window for this data.
    pub fn label(self, dataset: &Dataset) -> String {
        let values = matches!(dataset.labels, Labels::Values(_));
        match self {
            Colouring::Label if values => "value".to_owned(),
            Colouring::Label => "class".to_owned(),
            Colouring::Prediction => "prediction".to_owned(),
            Colouring::Mistakes => "right or wrong".to_owned(),
            Colouring::Loss(Loss::SquaredError) => "½ squared error".to_owned(),
            Colouring::Loss(Loss::CrossEntropy) => "loss".to_owned(),
            Colouring::Column(index) => format!("column {}", column_text(dataset, index)),
        }
    }
}

/// What a column of the data is called, by the file or by its number.
pub fn column_text(dataset: &Dataset, index: usize) -> String {
    dataset.column_name(index).map_or_else(|| coordinate_name(index), str::to_owned)
}
