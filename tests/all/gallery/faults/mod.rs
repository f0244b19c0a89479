//! Faults, each planted into a healthy network, and healthy networks; for the tests, and for `examples/gallery.rs`, which
//! prints the table.

pub mod bases;
mod convolution_faults;
mod data_faults;
pub mod healthy;
pub mod keras_files;
pub mod layer_faults;
mod output_faults;
mod plant;
mod signal_faults;

use layerflow::dataset::Dataset;
use layerflow::diagnostics::findings::{Finding, Subject, Thresholds, find};
use layerflow::flow::{Flow, FlowOptions};
use layerflow::network::{Activation, Layer, Network};

use bases::Bases;

/// The flow of wider networks is not built.
const WIDEST_FLOW: usize = 8;

/// A network with one fault.
pub struct Planted {
    /// What must be named.
    pub code: &'static str,
    /// Where, from 1.
    pub layer: Option<usize>,
    /// Which units or columns must be among those named, from 0.
    pub indices: Vec<usize>,
    pub network: Network,
    pub data: Option<Dataset>,
    pub test: Option<Dataset>,
}

impl Planted {
    fn new(code: &'static str, layer: Option<usize>, network: Network, data: Option<&Dataset>) -> Planted {
        Planted { code, layer, indices: Vec::new(), network, data: data.cloned(), test: None }
    }

    fn naming(mut self, indices: &[usize]) -> Planted {
        self.indices = indices.to_vec();
        self
    }

    /// Whether the fault is named in its layer, with its units or columns.
    pub fn is_named_by(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| {
            let named = if finding.columns.is_empty() { &finding.units } else { &finding.columns };
            finding.code == self.code
                && finding.layer == self.layer
                && self.indices.iter().all(|index| named.contains(index))
        })
    }

    /// What is found in a network that was read again from its file.
    pub fn findings_of(&self, network: &Network) -> Vec<Finding> {
        findings(network, self.data.as_ref(), self.test.as_ref())
    }
}

/// Every fault.
pub fn all(bases: &Bases) -> Vec<Planted> {
    let mut planted = layer_faults::all(bases);
    planted.extend(signal_faults::all(bases));
    planted.extend(output_faults::all(bases));
    planted.extend(data_faults::all(bases));
    planted.extend(convolution_faults::all(bases));
    planted
}

/// The kind of a network: `convolution`, `residual`, or its hidden layers' activation.
pub fn kind_of(network: &Network) -> &'static str {
    let layers = network.layers();
    if (0..layers.len()).any(|index| network.origin(index).is_some_and(|origin| origin.starts_with("conv"))) {
        return "convolution";
    }
    if layers.iter().any(|layer| matches!(layer, Layer::Residual(_))) {
        return "residual";
    }
    let hidden = layers.iter().map(Layer::activation);
    hidden
        .filter(|activation| *activation != Activation::Identity)
        .map(|activation| activation.name())
        .next()
        .unwrap_or("linear")
}

/// All that is found.
pub fn findings(network: &Network, data: Option<&Dataset>, test: Option<&Dataset>) -> Vec<Finding> {
    // The flow of a wide network takes long to build, and tells of reflections only.
    let is_narrow = network.largest_width() <= WIDEST_FLOW;
    let flow = is_narrow.then(|| Flow::new(network, FlowOptions::default(), &mut |_, _| true).ok()).flatten();
    let subject = Subject::new(network).with_flow(flow.as_ref()).with_data(data).with_test(test);
    find(&subject, &Thresholds::default())
}

/// Findings as text.
pub fn label(findings: &[Finding]) -> String {
    let word = |finding: &Finding| {
        format!(
            "{} {} {:?} {:?}: {}",
            finding.severity.name(),
            finding.code,
            finding.layer,
            finding.value,
            finding.message
        )
    };
    findings.iter().map(word).collect::<Vec<_>>().join("\n  ")
}
