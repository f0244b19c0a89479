//! The networks and data that are part of the program.

use std::path::Path;

use crate::dataset::Dataset;
use crate::network::Network;

use super::{FormatError, layerflow_json};

/// A trained network on the two-arm spiral with 600 points of it; the whole flow fits in three dimensions.
///
/// # Errors
/// None, unless the program was built from damaged assets.
pub fn spiral() -> Result<(Network, Dataset), FormatError> {
    let network = network("spiral-3d.json", include_bytes!("../../assets/examples/spiral-3d.json"))?;
    let points = include_bytes!("../../assets/examples/spiral.csv");
    let data = Dataset::from_csv(Path::new("spiral.csv"), points, Some(network.inputs()));
    let data = data.map_err(|error| FormatError::Damaged {
        path: "spiral.csv".into(),
        format: "CSV",
        reason: error.to_string(),
    })?;
    Ok((network, data))
}

/// A trained network on two circles; its whole flow fits in three dimensions. `Generator::Circles` gives data for it.
///
/// # Errors
/// None, unless the program was built from damaged assets.
pub fn circles() -> Result<Network, FormatError> {
    network("circles-3d.json", include_bytes!("../../assets/examples/circles-3d.json"))
}

fn network(name: &str, bytes: &[u8]) -> Result<Network, FormatError> {
    layerflow_json::read(Path::new(name), bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Generator, GeneratorOptions, Labels};

    fn accuracy(network: &Network, data: &Dataset) -> f64 {
        match &data.labels {
            Labels::Classes { of_sample, .. } => network.forward(&data.points).unwrap().accuracy(of_sample).unwrap(),
            other => panic!("{other:?} are not classes"),
        }
    }

    #[test]
    fn the_examples_are_right_about_their_data() {
        let (network, data) = spiral().unwrap();
        assert_eq!((data.samples(), data.dimension()), (600, 2));
        assert!(accuracy(&network, &data) > 0.99);
        let generated = |generator: Generator| generator.generate(GeneratorOptions::default());
        assert!(accuracy(&network, &generated(Generator::Spiral)) > 0.97);
        assert!(accuracy(&circles().unwrap(), &generated(Generator::Circles)) > 0.99);
    }
}
