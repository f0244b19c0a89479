//! The networks that come with the program, with data for them.

use std::sync::Arc;

use super::{Data, DataSource};
use crate::dataset::Generator;
use crate::formats::FormatError;
use crate::formats::examples::{ExampleNetwork, spiral_points};
use crate::network::Network;

/// A network that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// Two arms that wind around each other, parted in space.
    Spiral,
    /// The same, parted without leaving the plane.
    SpiralInThePlane,
    /// The same, parted by residual blocks.
    ResidualSpiral,
    /// A circle inside another.
    Circles,
    /// Two interleaved half circles.
    Moons,
    /// Four quadrants, opposite ones of the same class.
    Xor,
    /// Handwritten digits.
    Digits,
}

impl Example {
    /// All of them; the first is shown at the first start.
    pub const ALL: [Example; 7] = [
        Example::Spiral,
        Example::SpiralInThePlane,
        Example::ResidualSpiral,
        Example::Circles,
        Example::Moons,
        Example::Xor,
        Example::Digits,
    ];

    /// What the menu calls it.
    pub fn label(self) -> &'static str {
        match self {
            Example::Spiral => "Spiral",
            Example::SpiralInThePlane => "Spiral in the plane",
            Example::ResidualSpiral => "Residual spiral",
            Example::Circles => "Circles",
            Example::Moons => "Moons",
            Example::Xor => "Xor",
            Example::Digits => "Digits",
        }
    }

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
        Ok(Data { source: DataSource::Example(self), dataset: Some(Arc::new(spiral_points()?)), changes: Vec::new() })
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
