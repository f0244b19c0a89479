//! The gallery: every fault planted at least three times into healthy networks of several kinds is named in its layer, and
//! healthy networks have no finding above a note.

mod faults;
mod keras;

use std::collections::BTreeMap;

use layerflow::diagnostics::findings::{CODES, Severity};
use layerflow::formats::{self, Opened, Precision};

use faults::{bases, findings, healthy, label, layer_faults};

#[test]
fn every_planted_fault_is_named_in_its_layer() {
    let bases = bases::Bases::new();
    let planted = faults::all(&bases);
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    for fault in &planted {
        let found = fault.findings_of(&fault.network);
        let (named, all) = table.entry(fault.code).or_default();
        *all += 1;
        if fault.is_named_by(&found) {
            *named += 1;
        } else {
            missed.push(format!(
                "{} {:?} {:?} in {} ({}):\n  {}",
                fault.code,
                fault.layer,
                fault.indices,
                fault.network.name(),
                faults::kind_of(&fault.network),
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
    let networks = healthy::all(2);
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
        let found = fault.findings_of(&opened.network);
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
