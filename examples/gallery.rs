//! Plants every fault that the findings know into healthy networks of several kinds, and prints which are named, where they
//! were planted; then which healthy networks have a finding above a note.
//!
//! `cargo run --release --example gallery [FOLDER …]`; the networks in the folders, with the `dataset.npz` beside them, are
//! healthy ones too.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the files are the project's own")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use layerflow::dataset::Dataset;
use layerflow::diagnostics::findings::{CODES, Finding, Severity, Subject, Thresholds, find};
use layerflow::formats::{self, Opened, Precision};
use layerflow::network::Network;

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/all/gallery/faults/mod.rs"]
mod faults;

use faults::{Planted, bases::Bases, healthy, keras_files, kind_of};

/// Of each code and kind: how many are named, of how many.
type Table = BTreeMap<(&'static str, String), (usize, usize)>;

fn main() -> Result<(), Box<dyn Error>> {
    let bases = Bases::new();
    let planted = faults::all(&bases);
    let mut table = Table::new();
    let folder = tempfile::tempdir()?;
    for fault in &planted {
        count(&mut table, fault.code, kind_of(&fault.network), fault.is_named_by(&fault.findings_of(&fault.network)));
        for (ending, precision) in [("json", Precision::Double), ("safetensors", Precision::Single)] {
            if let Some(network) = written(folder.path(), fault, ending, precision) {
                count(&mut table, fault.code, ending, fault.is_named_by(&fault.findings_of(&network)));
            }
        }
    }
    for (name, points, code, layer) in keras_files::FAULTS {
        let is_named = |finding: &Finding| finding.code == code && finding.layer.unwrap_or(0) == layer;
        count(&mut table, code, "Keras", keras_files::findings(name, points).iter().any(is_named));
    }
    print_table(&table);
    let mut healthy: Vec<(String, Vec<Finding>)> = Vec::new();
    for (network, data) in healthy::all(5) {
        healthy.push((format!("{} on {}", network.name(), data.name), faults::findings(&network, Some(&data), None)));
    }
    for (name, points) in keras_files::HEALTHY {
        healthy.push((format!("{name}.keras on {points}"), keras_files::findings(name, points)));
    }
    for root in std::env::args().skip(1) {
        in_folder(Path::new(&root), None, &mut healthy);
    }
    print_healthy(&healthy);
    Ok(())
}

fn count(table: &mut Table, code: &'static str, kind: &str, is_named: bool) {
    let (named, all) = table.entry((code, kind.to_owned())).or_default();
    *named += usize::from(is_named);
    *all += 1;
}

/// The network as it comes back from a file; `None` where the kind of file cannot hold it, or not with its fault: numbers of
/// 32 bits know no finer condition.
fn written(folder: &Path, fault: &Planted, ending: &str, precision: Precision) -> Option<Network> {
    let is_single = precision == Precision::Single;
    if is_single && (fault.code == "ill_conditioned" || kind_of(&fault.network) == "convolution") {
        return None;
    }
    let path = folder.join(format!("network.{ending}"));
    formats::save_as(&path, &fault.network, precision).ok()?;
    match formats::open_with_non_finite(&path, None).ok()? {
        Opened::Network(opened) => Some(opened.network),
        Opened::Graph(_) | Opened::Tensors(_) => None,
    }
}

fn print_table(table: &Table) {
    let kinds: BTreeSet<&String> = table.keys().map(|(_, kind)| kind).collect();
    let head: Vec<String> = kinds.iter().map(|kind| format!("{kind:>11}")).collect();
    println!("{:21}{}        all", "planted", head.join(" "));
    let cell = |named: usize, all: usize| if all == 0 { "–".to_owned() } else { format!("{named}/{all}") };
    let mut sum = (0, 0);
    for code in CODES {
        let mut row = format!("{code:21}");
        let (mut named, mut all) = (0, 0);
        for kind in &kinds {
            let (of_kind, count) = table.get(&(*code, (*kind).clone())).copied().unwrap_or_default();
            row += &format!("{:>11} ", cell(of_kind, count));
            (named, all) = (named + of_kind, all + count);
        }
        println!("{row}{:>10}", cell(named, all));
        sum = (sum.0 + named, sum.1 + all);
    }
    println!("named in their layers: {} of {}\n", sum.0, sum.1);
}

/// The networks of a folder and those within it, each on the data that lies beside it or above.
fn in_folder(folder: &Path, above: Option<&Path>, healthy: &mut Vec<(String, Vec<Finding>)>) {
    let own = folder.join("dataset.npz");
    let data = if own.is_file() { Some(own) } else { above.map(Path::to_owned) };
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        // What is hostile is no healthy network.
        if path.is_dir() && !path.ends_with("hostile") {
            in_folder(&path, data.as_deref(), healthy);
        } else if let Ok(Opened::Network(opened)) = formats::open_with_non_finite(&path, None) {
            let network = &opened.network;
            let points = data.as_deref().and_then(|data| Dataset::open(data, Some(network.inputs())).ok());
            let is_part = opened.account.missing_text().is_some();
            let subject = Subject::new(network).of_part(is_part).with_data(points.as_ref());
            let with = points.as_ref().map_or("without data".to_owned(), |points| format!("on {}", points.name));
            healthy.push((format!("{} {with}", path.display()), find(&subject, &Thresholds::default())));
        }
    }
}

fn print_healthy(healthy: &[(String, Vec<Finding>)]) {
    let mut alarms = 0;
    for (name, findings) in healthy {
        let loud: Vec<String> = findings
            .iter()
            .filter(|finding| finding.severity > Severity::Note)
            .map(|finding| format!("{} {} in {:?}", finding.severity.name(), finding.code, finding.layer))
            .collect();
        alarms += usize::from(!loud.is_empty());
        let notes = findings.len() - loud.len();
        let verdict = if loud.is_empty() { "nothing".to_owned() } else { loud.join(", ") };
        println!("{verdict:10} above a note, {notes:2} notes: {name}");
    }
    println!("healthy networks: {}, with a finding above a note: {alarms}", healthy.len());
}
