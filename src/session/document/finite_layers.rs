//! A network that training has broken: the layers in front of the first NaN or infinity flow, the others are told.

use std::sync::Arc;

use nalgebra::DMatrix;

use crate::diagnostics::findings::{NonFinite, Part, parts};
use crate::formats::{Account, OpenedNetwork, PartName};
use crate::network::{Activation, Affine, Dense, Layer, Network, NetworkError, OutputFunction};

/// The part of an opened network that flows, with the network as its file has it where that is more.
///
/// Where the first layer already holds what is not finite nothing flows: one layer that is the identity stands for the
/// data as it enters, and the account says so.
///
/// # Errors
/// If the layers in front make no network.
pub(in crate::session) fn flowing_part(
    opened: OpenedNetwork,
) -> Result<(OpenedNetwork, Option<Arc<Network>>), NetworkError> {
    let OpenedNetwork { network, mut account } = opened;
    let Some(first) = network.first_not_finite() else { return Ok((OpenedNetwork { network, account }, None)) };
    let (layers, origins) = match first {
        0 => (vec![at_rest(network.inputs())], Vec::new()),
        _ => {
            let origins = (0..first).map(|layer| network.origin(layer).map(str::to_owned));
            (network.layers()[..first].to_vec(), origins.collect())
        }
    };
    // The output function belongs to the last layer, which does not flow.
    let front = Network::new(network.name().to_owned(), layers, OutputFunction::Identity)?.with_origins(origins);
    account_for(&network, first, &mut account);
    Ok((OpenedNetwork { network: front, account }, Some(Arc::new(network))))
}

/// A layer that moves nothing.
fn at_rest(width: usize) -> Layer {
    Layer::Dense(Dense {
        name: "the data at rest".into(),
        affine: Affine { weight: DMatrix::identity(width, width), bias: None },
        activation: Activation::Identity,
    })
}

/// Every layer from `first` on with what ends it: its own numbers, or those of a layer in front.
fn account_for(network: &Network, first: usize, account: &mut Account) {
    for (index, layer) in network.layers().iter().enumerate().skip(first) {
        let found: Vec<String> = parts(layer).iter().filter_map(|part| counted(part.name, part.weight)).collect();
        let why = match found.is_empty() {
            false => format!("holds {}", found.join(" and ")),
            true if parts(layer).iter().all(Part::is_finite) => {
                format!("lies behind layer {}, whose numbers are not finite", first + 1)
            }
            true => "holds a bias that is not finite".to_owned(),
        };
        account.misses(PartName::node(layer_name(layer, index)), why);
    }
    match first.checked_sub(1) {
        Some(last) => account.ends_after(layer_name(&network.layers()[last], last)),
        None => account.ends_after("the input, which is shown at rest"),
    }
}

fn counted(name: &str, weight: &DMatrix<f64>) -> Option<String> {
    let found = NonFinite::counted(weight);
    let (row, column) = found.first?;
    Some(format!("{} in its {name}, the first at row {}, column {}", found.label(), row + 1, column + 1))
}

fn layer_name(layer: &Layer, index: usize) -> String {
    match layer.name().trim() {
        "" => format!("layer {}", index + 1),
        name => format!("layer {} ({name})", index + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(broken: usize) -> OpenedNetwork {
        let layer = |index: usize| {
            let mut weight = DMatrix::from_element(2, 2, 0.5);
            if index == broken {
                weight[(1, 0)] = f64::NAN;
            }
            let affine = Affine { weight, bias: None };
            Layer::Dense(Dense { name: format!("fc{index}"), affine, activation: Activation::Tanh })
        };
        let network = Network::with_non_finite("n".into(), (0..3).map(layer).collect(), OutputFunction::Softmax);
        OpenedNetwork { network: network.unwrap(), account: Account::default() }
    }

    #[test]
    fn the_layers_in_front_of_the_first_nan_flow_and_the_others_are_told() {
        let (front, whole) = flowing_part(opened(1)).unwrap();
        assert_eq!((front.network.layers().len(), whole.unwrap().layers().len()), (1, 3));
        assert_eq!(front.network.output(), OutputFunction::Identity);
        assert_eq!(
            front.account.missing_text().unwrap(),
            "`layer 2 (fc1)` holds 1 NaN in its weight, the first at row 2, column 1; `layer 3 (fc2)` lies behind layer \
             2, whose numbers are not finite; the network ends after `layer 1 (fc0)`"
        );
        let (front, whole) = flowing_part(opened(0)).unwrap();
        assert_eq!((front.network.layers().len(), front.network.inputs(), whole.is_some()), (1, 2, true));
        assert!(front.account.missing_text().unwrap().contains("the input, which is shown at rest"));
        let (healthy, whole) = flowing_part(opened(7)).unwrap();
        assert!(healthy.network.layers().len() == 3 && whole.is_none() && healthy.account.missing_text().is_none());
    }
}
