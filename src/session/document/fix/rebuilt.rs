//! The network of other layers.

use crate::network::{Layer, Network, NetworkError};

/// The network of other layers. Layers that stay keep the words for what they were; numbers that are not finite stay too.
pub(super) fn rebuilt(network: &Network, layers: Vec<Layer>) -> Result<Network, NetworkError> {
    let origin = |layer: &Layer| {
        let same = network.layers().iter().position(|before| before == layer);
        same.and_then(|index| network.origin(index)).map(str::to_owned)
    };
    let has_origins = (0..network.layers().len()).any(|index| network.origin(index).is_some());
    let origins = if has_origins { layers.iter().map(origin).collect() } else { Vec::new() };
    let made = Network::with_non_finite(network.name().to_owned(), layers, network.output())?;
    Ok(made.with_origins(origins).with_objective(network.objective().cloned()))
}
