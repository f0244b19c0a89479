//! The data of a document, and where it comes from.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use super::example::Example;
use super::file_contents::file_name;
use crate::dataset::{DataChoice, Dataset, Generator, GeneratorOptions};

/// Data and where it comes from.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Where it comes from.
    pub source: DataSource,
    /// The points; `None` for generated data that is not drawn yet.
    pub dataset: Option<Arc<Dataset>>,
    /// What was taken of the columns of its file, where that was chosen.
    pub choice: Option<DataChoice>,
    /// What was changed of its values by hand, in a few words each.
    pub changes: Vec<Cow<'static, str>>,
}

/// Where data comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum DataSource {
    /// A built-in generator.
    Generated(Generator, GeneratorOptions),
    /// A file.
    File(PathBuf),
    /// Data that comes with the program.
    Example(Example),
    /// Points that were drawn or moved by hand.
    Hand,
}

impl Default for DataSource {
    fn default() -> DataSource {
        DataSource::Generated(Generator::Spiral, GeneratorOptions::default())
    }
}

impl Data {
    /// Data of a built-in generator, not drawn yet.
    pub fn generated(generator: Generator, options: GeneratorOptions) -> Data {
        Data { source: DataSource::Generated(generator, options), ..Data::default() }
    }

    /// Data read from a file, with the choice of its columns.
    pub fn read(path: PathBuf, dataset: Arc<Dataset>, choice: Option<DataChoice>) -> Data {
        Data { source: DataSource::File(path), dataset: Some(dataset), choice, changes: Vec::new() }
    }

    /// Data that fits a network: points all over the input space; digits for the 64 pixels of a digit.
    pub fn fitting(inputs: usize) -> Data {
        let options = GeneratorOptions { noise: 0.0, dimension: inputs, ..GeneratorOptions::default() };
        let generator = if Generator::Digits.dimension() == Some(inputs) { Generator::Digits } else { Generator::Grid };
        Data::generated(generator, options)
    }

    /// Whether points of the input space stand in for data: nothing is told of a network by them.
    pub fn is_stand_in(&self) -> bool {
        matches!(self.source, DataSource::Generated(Generator::Grid, _))
    }

    /// Data whose points were moved by hand.
    pub fn moved(&self, dataset: Arc<Dataset>) -> Data {
        Data { source: DataSource::Hand, dataset: Some(dataset), choice: None, changes: self.changes.clone() }
    }

    /// The same data after a change of its values, which is told in a few words.
    pub fn changed(&self, dataset: Arc<Dataset>, change: &'static str) -> Data {
        let mut changes = self.changes.clone();
        changes.retain(|before| *before != change);
        changes.push(change.into());
        Data { dataset: Some(dataset), changes, ..self.clone() }
    }

    /// The number of coordinates of a point.
    pub fn dimension(&self) -> usize {
        match (&self.dataset, &self.source) {
            (Some(dataset), _) => dataset.dimension(),
            (None, DataSource::Generated(generator, options)) => generator.dimension().unwrap_or(options.dimension),
            (None, DataSource::File(_) | DataSource::Example(_) | DataSource::Hand) => 0,
        }
    }

    /// What the data is called in the window.
    pub fn name(&self) -> String {
        match (&self.dataset, &self.source) {
            (_, DataSource::File(path)) => file_name(path),
            (Some(dataset), DataSource::Generated(..)) => dataset.name.clone(),
            (None, DataSource::Generated(generator, options)) => generator.title(options.dimension).to_owned(),
            (_, DataSource::Example(example)) => example.label().to_lowercase(),
            (_, DataSource::Hand) => "drawn by hand".to_owned(),
        }
    }

    /// The points; generated data is drawn now.
    pub fn draw(&mut self) -> Option<Arc<Dataset>> {
        if let (None, DataSource::Generated(generator, options)) = (&self.dataset, &self.source) {
            self.dataset = Some(Arc::new(generator.generate(*options)));
        }
        self.dataset.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_for_any_network_fits_it() {
        for inputs in [1, 2, 3, 7, 64] {
            let mut data = Data::fitting(inputs);
            assert_eq!(data.dimension(), inputs);
            assert_eq!(data.draw().unwrap().dimension(), inputs);
        }
    }
}
