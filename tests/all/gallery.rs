//! The gallery: every fault planted at least three times into healthy networks of several kinds is named in its layer, and
//! healthy networks have no finding above a note.

mod bases;
mod data_faults;
mod healthy;
mod keras;
mod layer_faults;
mod output_faults;
mod plant;
mod signal_faults;

use std::collections::BTreeMap;

use layerflow::dataset::Dataset;
use layerflow::diagnostics::findings::{CODES, Finding, Severity, Subject, Thresholds, find};
use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::{self, Opened, Precision};
use layerflow::network::Network;

/// The flow of wider networks is not built.
const WIDEST_FLOW: usize = 8;

/// A network with one fault.
struct Planted {
    /// What must be named.
    code: &'static str,
    /// Where, from 1.
    layer: Option<usize>,
    /// Which units or columns must be among those named, from 0.
    indices: Vec<usize>,
    network: Network,
    data: Option<Dataset>,
    test: Option<Dataset>,
}

impl Planted {
    fn new(code: &'static str, layer: Option<usize>, network: Network, data: Option<&Dataset>) -> Planted {
        Planted { code, layer, indices: Vec::new(), network, data: data.cloned(), test: None }
    }

    fn naming(mut self, indices: &[usize]) -> Planted {
        self.indices = indices.to_vec();
        self
    }

    fn is_named_by(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| {
            let named = if finding.columns.is_empty() { &finding.units } else { &finding.columns };
            finding.code == self.code
                && finding.layer == self.layer
                && self.indices.iter().all(|index| named.contains(index))
        })
    }
}

fn findings(network: &Network, data: Option<&Dataset>, test: Option<&Dataset>) -> Vec<Finding> {
    // The flow of a wide network takes long to build, and tells of reflections only.
    let is_narrow = network.largest_width() <= WIDEST_FLOW;
    let flow = is_narrow.then(|| Flow::new(network, FlowOptions::default(), &mut |_, _| true).ok()).flatten();
    let subject = Subject::new(network).with_flow(flow.as_ref()).with_data(data).with_test(test);
    find(&subject, &Thresholds::default())
}

fn label(findings: &[Finding]) -> String {
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

#[test]
fn every_planted_fault_is_named_in_its_layer() {
    let bases = bases::Bases::new();
    let mut planted = layer_faults::all(&bases);
    planted.extend(signal_faults::all(&bases));
    planted.extend(output_faults::all(&bases));
    planted.extend(data_faults::all(&bases));
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    for fault in &planted {
        let found = findings(&fault.network, fault.data.as_ref(), fault.test.as_ref());
        let (named, all) = table.entry(fault.code).or_default();
        *all += 1;
        if fault.is_named_by(&found) {
            *named += 1;
        } else {
            missed.push(format!(
                "{} {:?} {:?} in {}:\n  {}",
                fault.code,
                fault.layer,
                fault.indices,
                fault.network.name(),
                label(&found)
            ));
        }
    }
    for (code, (named, all)) in &table {
        println!("{code:22} {named:3} of {all}");
    }
    assert!(missed.is_empty(), "{} of {} missed:\n{}", missed.len(), planted.len(), missed.join("\n"));
    for code in CODES {
        let count = table.get(code).map_or(0, |(_, all)| *all);
        assert!(count >= 3, "{code} is planted {count} times");
    }
}

#[test]
fn healthy_networks_have_nothing_above_a_note() {
    let mut broken = Vec::new();
    let networks = healthy::all();
    assert!(networks.len() >= 20);
    for (network, data) in &networks {
        let mut found = findings(network, Some(data), None);
        found.retain(|finding| finding.severity > Severity::Note);
        if !found.is_empty() {
            broken.push(format!("{} on {}:\n  {}", network.name(), data.name, label(&found)));
        }
    }
    assert!(broken.is_empty(), "{} of {}:\n{}", broken.len(), networks.len(), broken.join("\n"));
}

/// Faults of weights are found again in files of 32 bits and of text.
#[test]
fn faults_survive_their_file() {
    let bases = bases::Bases::new();
    let folder = tempfile::tempdir().unwrap();
    for (position, fault) in layer_faults::all(&bases).iter().enumerate() {
        let is_single =
            position % 2 == 0 && fault.code != "ill_conditioned" && fault.network.first_not_finite().is_none();
        let (path, precision) = if is_single {
            (folder.path().join(format!("{position}.safetensors")), Precision::Single)
        } else {
            (folder.path().join(format!("{position}.json")), Precision::Double)
        };
        formats::save_as(&path, &fault.network, precision).unwrap();
        let Opened::Network(opened) = formats::open_with_non_finite(&path, None).unwrap() else { panic!("no network") };
        let found = findings(&opened.network, fault.data.as_ref(), fault.test.as_ref());
        assert!(
            fault.is_named_by(&found),
            "{} {:?} in {}:\n  {}",
            fault.code,
            fault.layer,
            path.display(),
            label(&found)
        );
    }
}
