//! Findings as `inspect` prints them, the thresholds that it reads, and the severity at which it fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::columns::{aligned, short};
use super::error::CommandError;
use super::named_values::by_name;
use crate::diagnostics::findings::{Finding, Severity, Thresholds};

/// What counts as a finding, and what a finding does.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct FindingOptions {
    /// A JSON file with other thresholds: {"dead_active_share": 0.02, …}
    #[arg(long, value_name = "FILE.json")]
    thresholds: Option<PathBuf>,
    /// End with status 3 if there is a finding of this severity or above: note, warning or error
    #[arg(long, value_name = "SEVERITY", value_parser = by_name(Severity::ALL, Severity::name))]
    fail_on: Option<Severity>,
}

impl FindingOptions {
    /// The thresholds, those of the file in place of the usual ones.
    pub(super) fn thresholds(&self) -> Result<Thresholds, CommandError> {
        let mut thresholds = Thresholds::default();
        let Some(path) = &self.thresholds else { return Ok(thresholds) };
        let fault = |problem: String| CommandError::Thresholds { path: path.clone(), problem };
        let text = crate::io::read(path).map_err(|source| fault(format!("cannot be read ({source})")))?;
        let given: BTreeMap<String, f64> = serde_json::from_slice(&text)
            .map_err(|source| fault(format!("is no object of names and numbers ({source}); correct it")))?;
        for (name, value) in given {
            if !thresholds.set(&name, value) {
                let known = Thresholds::NAMES.join(", ");
                return Err(fault(format!("`{name}` is no threshold that is known; give some of {known}")));
            }
        }
        Ok(thresholds)
    }

    /// Refuses findings of the severity that was named, or above.
    pub(super) fn check_severity(&self, file: &Path, findings: &[Finding]) -> Result<(), CommandError> {
        let Some(severity) = self.fail_on else { return Ok(()) };
        let count = findings.iter().filter(|finding| finding.severity >= severity).count();
        if count == 0 {
            return Ok(());
        }
        Err(CommandError::Findings { path: file.into(), count, severity: severity.name() })
    }
}

/// One finding. Units, columns and rows are counted from 0, layers from 1.
#[derive(Debug, Serialize)]
pub(super) struct FindingReport {
    pub code: &'static str,
    pub severity: &'static str,
    pub layer: Option<usize>,
    pub units: Option<Vec<usize>>,
    pub columns: Option<Vec<usize>>,
    pub rows: Option<Vec<usize>>,
    /// Null where it is not finite.
    pub value: Option<f64>,
    pub threshold: Option<f64>,
    pub message: String,
    #[serde(rename = "try")]
    pub remedy: &'static str,
    pub t: Option<f64>,
    pub phase: Option<&'static str>,
    pub source: &'static str,
}

impl FindingReport {
    pub(super) fn new(finding: &Finding) -> FindingReport {
        let indices = |list: &Vec<usize>| (!list.is_empty()).then(|| list.clone());
        FindingReport {
            code: finding.code,
            severity: finding.severity.name(),
            layer: finding.layer,
            units: indices(&finding.units),
            columns: indices(&finding.columns),
            rows: indices(&finding.rows),
            value: finding.value,
            threshold: finding.threshold,
            message: finding.message.clone(),
            remedy: finding.try_,
            t: finding.t,
            phase: finding.phase.map(|phase| phase.name()),
            source: finding.source,
        }
    }
}

/// The findings as a table, each with a sentence and what to try below it; empty without any.
pub(super) fn table(findings: &[FindingReport]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let header = ["finding", "severity", "layer", "units", "columns", "value", "threshold"];
    let mut rows = vec![header.map(String::from).to_vec()];
    rows.extend(findings.iter().map(|finding| {
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), short);
        let list = |indices: &Option<Vec<usize>>| indices.as_deref().map_or_else(|| "–".to_owned(), from_one);
        vec![
            finding.code.into(),
            finding.severity.into(),
            finding.layer.map_or_else(|| "–".into(), |layer| layer.to_string()),
            list(&finding.units),
            list(&finding.columns),
            number(finding.value),
            number(finding.threshold),
        ]
    }));
    let table = aligned(&rows);
    let mut lines = table.lines();
    let mut text = lines.next().map(|line| format!("\n{line}\n")).unwrap_or_default();
    for (line, finding) in lines.zip(findings) {
        text += &format!("{line}\n    {}\n    try: {}\n", finding.message, finding.remedy);
    }
    text + "Layers, units and columns are counted from 1.\n"
}

/// The first few of some indices, counted from 1.
fn from_one(indices: &[usize]) -> String {
    let mut caption: Vec<String> = indices.iter().take(4).map(|index| (index + 1).to_string()).collect();
    if indices.len() > 4 {
        caption.push("…".into());
    }
    caption.join(",")
}
