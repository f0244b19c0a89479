//! What is open: a network, the data that flows through it, and the choices of the flow.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Example;
use crate::dataset::{Dataset, Generator, GeneratorOptions};
use crate::flow::FlowOptions;
use crate::formats::Account;
use crate::network::Network;

/// A network with data and the choices of its flow; what is needed to build a scene.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The open network; `None` before the first is read.
    pub network: Option<Arc<Network>>,
    /// Where it was read from or saved to; `None` for an embedded example.
    pub network_path: Option<PathBuf>,
    /// What its file holds beside it.
    pub file: FileContents,
    /// The data that flows through it.
    pub data: Data,
    /// How the flow is built.
    pub options: FlowOptions,
}

/// What the file of a network holds beside what flows; nothing for an embedded example and a network that was made here.
#[derive(Clone, Debug, Default)]
pub struct FileContents {
    /// What became of everything in the file.
    pub account: Arc<Account>,
    /// What that account says is missing, found once: the window asks for it in every frame.
    pub missing: Option<Arc<str>>,
    /// The network as the file has it, where numbers that are not finite end the one that flows before.
    pub whole: Option<Arc<Network>>,
    /// How many of its layers do not flow, counted once too.
    pub not_flowing: usize,
}

impl FileContents {
    /// The contents with this account.
    pub fn new(account: Account, whole: Option<Arc<Network>>) -> FileContents {
        let behind = |whole: &Arc<Network>| Some(whole.layers().len() - whole.first_not_finite()?);
        let not_flowing = whole.as_ref().and_then(behind).unwrap_or(0);
        FileContents { missing: account.missing_text().map(Arc::from), account: Arc::new(account), whole, not_flowing }
    }
}

/// Data and where it comes from.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Where it comes from.
    pub source: DataSource,
    /// The points; `None` for generated data that is not drawn yet.
    pub dataset: Option<Arc<Dataset>>,
    /// What was changed of its values by hand, in a few words each.
    pub changes: Vec<&'static str>,
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

impl Document {
    /// The network's name, else its file's, else a plain word.
    pub fn network_name(&self) -> String {
        let own = self.network.as_ref().map(|network| network.name()).filter(|name| !name.trim().is_empty());
        let file = || self.network_path.as_deref().map(file_name);
        own.map(str::to_owned).or_else(file).unwrap_or_else(|| "untitled network".to_owned())
    }

    /// Whether the data can flow through the network, as far as both are known.
    pub fn data_fits(&self) -> bool {
        self.network.as_ref().is_none_or(|network| network.inputs() == self.data.dimension())
    }
}

impl Data {
    /// Data of a built-in generator, not drawn yet.
    pub fn generated(generator: Generator, options: GeneratorOptions) -> Data {
        Data { source: DataSource::Generated(generator, options), ..Data::default() }
    }

    /// Data read from a file.
    pub fn read(path: PathBuf, dataset: Arc<Dataset>) -> Data {
        Data { source: DataSource::File(path), dataset: Some(dataset), changes: Vec::new() }
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
        Data { source: DataSource::Hand, dataset: Some(dataset), changes: self.changes.clone() }
    }

    /// The same data after a change of its values, which is told in a few words.
    pub fn changed(&self, dataset: Arc<Dataset>, change: &'static str) -> Data {
        let mut changes = self.changes.clone();
        changes.retain(|before| *before != change);
        changes.push(change);
        Data { source: self.source.clone(), dataset: Some(dataset), changes }
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
            (None, DataSource::Generated(generator, _)) => generator.name().to_owned(),
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

/// The last part of a path, as a person names the file.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
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

    #[test]
    fn names_fall_back_to_the_file() {
        let document = Document { network_path: Some("/some/where/net.npz".into()), ..Document::default() };
        assert_eq!(document.network_name(), "net.npz");
        assert_eq!(Document::default().network_name(), "untitled network");
    }
}
