//! The networks that come with the program, with data for them.

use std::sync::Arc;

use super::{Data, DataSource};
use crate::dataset::{Generator, GeneratorOptions};
use crate::formats::{FormatError, examples};
use crate::network::Network;

/// A network that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// Two arms that wind around each other.
    Spiral,
    /// A circle inside another.
    Circles,
}

impl Example {
    /// All of them; the first is shown at the first start.
    pub const ALL: [Example; 2] = [Example::Spiral, Example::Circles];

    /// What the menu calls it.
    pub fn words(self) -> &'static str {
        match self {
            Example::Spiral => "Spiral",
            Example::Circles => "Circles",
        }
    }

    /// The network, and data for it.
    ///
    /// # Errors
    /// None, unless the program was built from damaged assets.
    pub fn load(self) -> Result<(Network, Data), FormatError> {
        match self {
            Example::Spiral => {
                let (network, dataset) = examples::spiral()?;
                let source = DataSource::Example(self);
                Ok((network, Data { source, dataset: Some(Arc::new(dataset)) }))
            }
            Example::Circles => {
                Ok((examples::circles()?, Data::generated(Generator::Circles, GeneratorOptions::default())))
            }
        }
    }
}
