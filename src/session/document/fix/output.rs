//! Another last activation or output function, where one goes with the labels.

use crate::dataset::Dataset;
use crate::diagnostics::findings::{Finding, Severity, Subject, Thresholds, check_output};
use crate::network::{Activation, Layer, Loss, Network, NetworkError, OutputFunction};

/// How a network could end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkEnd {
    /// Whether the last layer's activation goes.
    pub without_activation: Option<Activation>,
    /// What reads the last layer.
    pub output: OutputFunction,
}

impl NetworkEnd {
    /// What brings it about, as the text of a button.
    pub(super) fn label(&self) -> String {
        let output = self.output.name();
        match self.without_activation {
            None => format!("Read the outputs by {output}"),
            Some(activation) => format!("Take {} off the last layer, read it by {output}", activation.name()),
        }
    }
}

/// The first end, of those that change least, with which nothing above a note speaks against the last layer.
pub(super) fn fitting(network: &Network, data: Option<&Dataset>, thresholds: &Thresholds) -> Option<NetworkEnd> {
    let Some(Layer::Dense(last)) = network.layers().last() else { return None };
    let own = network.output();
    // Softmax is right for classes; a loss of values was wrong, and only another training mends that.
    let is_of_values = network.objective().and_then(|objective| objective.loss).is_some_and(Loss::is_of_values);
    if is_of_values && own == OutputFunction::Softmax && last.activation == Activation::Identity {
        return None;
    }
    let bare = (last.activation != Activation::Identity).then_some(last.activation);
    let outputs = [OutputFunction::Softmax, OutputFunction::Sigmoid, OutputFunction::Identity];
    let kept = outputs.into_iter().filter(|output| *output != own);
    let kept = kept.map(|output| NetworkEnd { without_activation: None, output });
    let dropped = bare.into_iter().flat_map(|activation| {
        let outputs = std::iter::once(own).chain(outputs.into_iter().filter(move |output| *output != own));
        outputs.map(move |output| NetworkEnd { without_activation: Some(activation), output })
    });
    // An activation that is taken off changes the network more than what reads it; doubled ones are the exception.
    let doubled = bare.map(|activation| NetworkEnd { without_activation: Some(activation), output: own });
    let fits = |end: &NetworkEnd| {
        let Ok(ended) = ended(network, *end) else { return false };
        let subject = Subject::new(&ended).with_data(data);
        let of_end = |finding: &&Finding| finding.layer == Some(ended.layers().len());
        let found = check_output(&subject, thresholds);
        found.iter().filter(of_end).all(|finding| finding.severity == Severity::Note)
    };
    doubled.into_iter().chain(kept).chain(dropped).find(fits)
}

/// The network with another end.
pub(super) fn ended(network: &Network, end: NetworkEnd) -> Result<Network, NetworkError> {
    let mut layers = network.layers().to_vec();
    if end.without_activation.is_some()
        && let Some(Layer::Dense(last)) = layers.last_mut()
    {
        last.activation = Activation::Identity;
    }
    let origins = (0..layers.len()).map(|layer| network.origin(layer).map(str::to_owned)).collect::<Vec<_>>();
    let made = Network::with_non_finite(network.name().to_owned(), layers, end.output)?;
    let made = made.with_objective(network.objective().cloned());
    Ok(if origins.iter().any(Option::is_some) { made.with_origins(origins) } else { made })
}
