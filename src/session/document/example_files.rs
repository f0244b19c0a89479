//! The networks that come with the program are opened with the data that they were trained on.

use std::sync::Arc;

use super::data::{Data, DataSource};
use super::example::Example;
use crate::dataset::Generator;
use crate::formats::FormatError;
use crate::formats::examples::{ExampleNetwork, spiral_points};
use crate::network::Network;

impl Example {
    /// The network, and the data that it was trained on.
    ///
    /// # Errors
    /// None, unless the program was built from damaged assets.
    pub fn load(self) -> Result<(Network, Data), FormatError> {
        let generated = |generator: Generator| Data::generated(generator, generator.training_options());
        let (network, data) = match self {
            Example::Spiral => (ExampleNetwork::SpiralInSpace, self.spiral()?),
            Example::SpiralInThePlane => (ExampleNetwork::SpiralInThePlane, self.spiral()?),
            Example::ResidualSpiral => (ExampleNetwork::ResidualSpiral, self.spiral()?),
            Example::Circles => (ExampleNetwork::Circles, generated(Generator::Circles)),
            Example::Moons => (ExampleNetwork::Moons, generated(Generator::Moons)),
            Example::Xor => (ExampleNetwork::Xor, generated(Generator::Xor)),
            Example::Digits => (ExampleNetwork::Digits, generated(Generator::Digits)),
        };
        Ok((network.load()?, data))
    }

    fn spiral(self) -> Result<Data, FormatError> {
        let dataset = Some(Arc::new(spiral_points()?));
        Ok(Data { source: DataSource::Example(self), dataset, ..Data::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_opens_with_data_that_fits() {
        for example in Example::ALL {
            let (network, mut data) = example.load().unwrap();
            assert_eq!(data.draw().unwrap().dimension(), network.inputs(), "{example:?}");
        }
    }
}
