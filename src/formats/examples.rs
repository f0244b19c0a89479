//! The networks and data that are part of the program. `scripts/train-examples` makes all but the first and the circles.

use std::path::Path;

use crate::dataset::Dataset;
use crate::network::Network;

use super::{FormatError, layerflow_json};

/// A trained network that is part of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleNetwork {
    /// 2-3-3-3-3-3-2 on the spiral: its whole flow is seen in space.
    SpiralInSpace,
    /// Twelve layers of width 2 on the spiral: its whole flow is seen in the plane.
    SpiralInThePlane,
    /// Residual blocks of width 2 on the spiral.
    ResidualSpiral,
    /// 2-3-3-2 on the generator's circles.
    Circles,
    /// 2-3-3-2 on the generator's moons.
    Moons,
    /// 2-3-3-2 on the generator's quadrants.
    Xor,
    /// 64-32-10 on the digits.
    Digits,
}

impl ExampleNetwork {
    /// All of them.
    pub const ALL: [ExampleNetwork; 7] = [
        ExampleNetwork::SpiralInSpace,
        ExampleNetwork::SpiralInThePlane,
        ExampleNetwork::ResidualSpiral,
        ExampleNetwork::Circles,
        ExampleNetwork::Moons,
        ExampleNetwork::Xor,
        ExampleNetwork::Digits,
    ];

    /// The network.
    ///
    /// # Errors
    /// None, unless the program was built from damaged assets.
    pub fn load(self) -> Result<Network, FormatError> {
        let (name, bytes): (&str, &[u8]) = match self {
            ExampleNetwork::SpiralInSpace => ("spiral-3d.json", include_bytes!("../../assets/examples/spiral-3d.json")),
            ExampleNetwork::SpiralInThePlane => {
                ("spiral-2d.json", include_bytes!("../../assets/examples/spiral-2d.json"))
            }
            ExampleNetwork::ResidualSpiral => {
                ("spiral-residual.json", include_bytes!("../../assets/examples/spiral-residual.json"))
            }
            ExampleNetwork::Circles => ("circles-3d.json", include_bytes!("../../assets/examples/circles-3d.json")),
            ExampleNetwork::Moons => ("moons.json", include_bytes!("../../assets/examples/moons.json")),
            ExampleNetwork::Xor => ("xor.json", include_bytes!("../../assets/examples/xor.json")),
            ExampleNetwork::Digits => ("digits.json", include_bytes!("../../assets/examples/digits.json")),
        };
        layerflow_json::read(Path::new(name), bytes).map(|opened| opened.network)
    }
}

/// 600 points of a two-arm spiral.
///
/// # Errors
/// None, unless the program was built from damaged assets.
pub fn spiral_points() -> Result<Dataset, FormatError> {
    let points = include_bytes!("../../assets/examples/spiral.csv");
    Dataset::from_csv(Path::new("spiral.csv"), points, Some(2)).map_err(|error| FormatError::Damaged {
        path: "spiral.csv".into(),
        format: "CSV",
        reason: error.to_string(),
    })
}

/// The network of the first start with its points.
///
/// # Errors
/// None, unless the program was built from damaged assets.
pub fn spiral() -> Result<(Network, Dataset), FormatError> {
    Ok((ExampleNetwork::SpiralInSpace.load()?, spiral_points()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Generator;
    use crate::dataset::Labels;
    use crate::flow::{Flow, FlowOptions};

    fn accuracy(network: &Network, data: &Dataset) -> f64 {
        match &data.labels {
            Labels::Classes { of_sample, .. } => network.forward(&data.points).unwrap().accuracy(of_sample).unwrap(),
            other => panic!("{other:?} are not classes"),
        }
    }

    #[test]
    fn the_examples_are_right_about_their_data_and_as_narrow_as_they_say() {
        let spiral = spiral_points().unwrap();
        assert_eq!((spiral.samples(), spiral.dimension()), (600, 2));
        let generated = |generator: Generator| generator.generate(generator.training_options());
        for example in ExampleNetwork::ALL {
            let (data, ambient, asked) = match example {
                ExampleNetwork::SpiralInSpace => (spiral.clone(), 3, 0.99),
                ExampleNetwork::SpiralInThePlane | ExampleNetwork::ResidualSpiral => (spiral.clone(), 2, 0.99),
                ExampleNetwork::Circles => (generated(Generator::Circles), 3, 0.99),
                ExampleNetwork::Moons => (generated(Generator::Moons), 3, 0.99),
                ExampleNetwork::Xor => (generated(Generator::Xor), 3, 0.99),
                ExampleNetwork::Digits => (generated(Generator::Digits), 64, 0.97),
            };
            let network = example.load().unwrap();
            let reached = accuracy(&network, &data);
            assert!(reached >= asked, "{example:?}: {reached}");
            let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
            assert_eq!(flow.ambient_dimension(), ambient, "{example:?}");
        }
    }
}
