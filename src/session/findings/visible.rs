//! The findings that are told: counted by severity and layer, and their marks along the time.

use std::collections::HashSet;
use std::sync::Arc;

use crate::diagnostics::findings::{Finding, Severity};
use crate::session::{FindingEntry, FindingKey, Findings, counted};

/// At most so many findings are named where several are in one place.
const MAX_NAMED: usize = 6;

/// At most so many columns of the data are marked.
const MAX_COLUMNS: usize = 256;

/// The findings of the open network without those dismissed.
#[derive(Debug, Default)]
pub struct VisibleFindings {
    list: Option<Arc<Findings>>,
    revision: u64,
    open: Vec<usize>,
    dismissed: HashSet<usize>,
    counts: [usize; Severity::ALL.len()],
    layers: Vec<LayerCount>,
    whole: LayerCount,
    /// Columns with the position of the worst finding about each.
    columns: Vec<(usize, usize)>,
    marks: Vec<TimeMark>,
}

/// How many findings there are in a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerCount {
    /// How many.
    pub count: usize,
    /// The worst of them.
    pub worst: Option<Severity>,
}

/// The findings that show at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeMark {
    /// The time.
    pub t: f64,
    /// The worst of them.
    pub severity: Severity,
    /// The position of that one.
    pub first: usize,
    /// How many they are.
    pub count: usize,
    /// Their titles, a line each.
    pub text: String,
}

impl LayerCount {
    fn add(&mut self, severity: Severity) {
        self.count += 1;
        self.worst = self.worst.max(Some(severity));
    }

    /// In a few words.
    pub fn label(self) -> String {
        let worst = self.worst.map_or_else(String::new, |worst| format!(", the worst is {}", article(worst)));
        let worst = if self.count > 1 { worst } else { String::new() };
        counted(self.count, "finding") + &worst
    }
}

fn article(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "a note",
        Severity::Warning => "a warning",
        Severity::Error => "an error",
    }
}

impl VisibleFindings {
    pub(super) fn new(list: Option<Arc<Findings>>, dismissed: &HashSet<&FindingKey>, revision: u64) -> VisibleFindings {
        let mut visible = VisibleFindings { revision, ..VisibleFindings::default() };
        let entries = list.as_ref().map_or(&[][..], |list| list.entries());
        for (position, entry) in entries.iter().enumerate() {
            if dismissed.contains(&entry.key) {
                visible.dismissed.insert(position);
            } else {
                visible.add(position, entry);
            }
        }
        visible.marks = marks(entries, &visible.open);
        visible.list = list;
        visible
    }

    fn add(&mut self, position: usize, entry: &FindingEntry) {
        let severity = entry.finding.severity;
        self.open.push(position);
        self.counts[severity as usize] += 1;
        match entry.finding.layer {
            Some(layer) => {
                if self.layers.len() < layer {
                    self.layers.resize(layer, LayerCount::default());
                }
                if let Some(count) = self.layers.get_mut(layer.wrapping_sub(1)) {
                    count.add(severity);
                }
            }
            None => {
                self.whole.add(severity);
                for column in &entry.finding.columns {
                    if self.columns.iter().all(|(known, _)| known != column) && self.columns.len() < MAX_COLUMNS {
                        self.columns.push((*column, position));
                    }
                }
            }
        }
    }

    /// Whether these are made of that list, with what was dismissed at that revision.
    pub(super) fn is_of(&self, list: Option<&Arc<Findings>>, revision: u64) -> bool {
        let same = match (&self.list, list) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        same && self.revision == revision
    }

    /// All findings, those dismissed among them; `None` before the network was checked.
    pub fn list(&self) -> Option<&Arc<Findings>> {
        self.list.as_ref()
    }

    /// The positions of those that are told, the worst first.
    pub fn open(&self) -> &[usize] {
        &self.open
    }

    /// How many were dismissed.
    pub fn dismissed_count(&self) -> usize {
        self.dismissed.len()
    }

    /// Whether the one at a position was dismissed.
    pub fn is_dismissed(&self, position: usize) -> bool {
        self.dismissed.contains(&position)
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.counts[severity as usize]
    }

    /// How many there are in each layer, up to the last that has any.
    pub fn layers(&self) -> &[LayerCount] {
        &self.layers
    }

    /// How many there are in a layer, from 0.
    pub fn layer(&self, index: usize) -> LayerCount {
        self.layers.get(index).copied().unwrap_or_default()
    }

    /// How many there are of the data and of the network as a whole.
    pub fn whole(&self) -> LayerCount {
        self.whole
    }

    /// The findings of a layer, from 0, the worst first.
    pub fn of_layer(&self, index: usize) -> impl Iterator<Item = &FindingEntry> {
        let list = self.list.as_deref();
        let positions = list.map_or(&[][..], |list| list.of_layer(index)).iter();
        let open = positions.filter(|position| !self.dismissed.contains(position));
        open.filter_map(move |position| list?.entries().get(*position))
    }

    /// The columns of the data that findings are about, from 0, each with the worst of them; the worst columns first.
    pub fn columns(&self) -> impl Iterator<Item = (usize, &Finding)> {
        self.columns
            .iter()
            .filter_map(|(column, position)| Some((*column, &self.list.as_ref()?.entries().get(*position)?.finding)))
    }

    /// The times at which findings show, ascending.
    pub fn marks(&self) -> &[TimeMark] {
        &self.marks
    }

    /// How many there are of each severity, in words.
    pub fn label(&self) -> String {
        let counts = Severity::ALL.into_iter().rev().filter(|severity| self.count(*severity) > 0);
        let text: Vec<String> = counts.map(|severity| counted(self.count(severity), severity.name())).collect();
        if text.is_empty() { "no findings".to_owned() } else { text.join(", ") }
    }
}

fn marks(entries: &[FindingEntry], open: &[usize]) -> Vec<TimeMark> {
    let time = |position: &usize| entries.get(*position)?.finding.t.filter(|t| t.is_finite());
    let mut timed: Vec<(f64, usize)> = open.iter().filter_map(|position| Some((time(position)?, *position))).collect();
    // At one time the worst comes first, as in the list.
    timed.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut marks: Vec<TimeMark> = Vec::new();
    for (t, position) in timed {
        let Some(FindingEntry { finding, .. }) = entries.get(position) else { continue };
        match marks.last_mut().filter(|mark| mark.t == t) {
            Some(mark) => {
                mark.count += 1;
                if mark.count <= MAX_NAMED {
                    mark.text += &format!("\n{}", named(finding));
                } else if mark.count == MAX_NAMED + 1 {
                    mark.text += "\n…";
                }
            }
            None => {
                marks.push(TimeMark { t, severity: finding.severity, first: position, count: 1, text: named(finding) });
            }
        }
    }
    marks
}

fn named(finding: &Finding) -> String {
    let name = title(finding.code);
    finding.layer.map_or_else(|| name.clone(), |layer| format!("{name} in layer {layer}"))
}

/// The code of a finding in plain words.
pub fn title(code: &str) -> String {
    match code {
        "not_finite" => "NaN or infinite numbers".to_owned(),
        "output_mismatch" => "Outputs do not suit the labels".to_owned(),
        "data_labels" => "Labels".to_owned(),
        "data_scale" => "Scale of the columns".to_owned(),
        "leak_column" => "Column that must not be learned from".to_owned(),
        "out_of_range" => "Values out of range".to_owned(),
        "linear_layer" => "Activation that never bends".to_owned(),
        "redundant_linear" => "Redundant linear layer".to_owned(),
        "collapsed_directions" => "Data collapses".to_owned(),
        "classes_merge" => "Classes merge".to_owned(),
        "rank_deficient" => "Lost rank".to_owned(),
        "ill_conditioned" => "Badly conditioned".to_owned(),
        "not_a_flow" => "Not a flow".to_owned(),
        "unstable_steps" => "Steps too large for a ResNet".to_owned(),
        "overfit" => "Overfitting".to_owned(),
        "underfit" => "Underfitting".to_owned(),
        code => {
            let text = code.replace('_', " ");
            let mut letters = text.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(code: &'static str, severity: Severity, layer: Option<usize>, t: Option<f64>) -> FindingEntry {
        let finding = Finding { layer, t, ..Finding::new(code, severity, "") };
        FindingEntry { key: FindingKey::new(&finding), finding, fixes: Vec::new() }
    }

    fn list() -> Arc<Findings> {
        let entries = vec![
            entry("not_finite", Severity::Error, Some(2), Some(1.5)),
            entry("dead_units", Severity::Warning, Some(1), Some(0.5)),
            entry("twin_units", Severity::Warning, Some(2), Some(1.5)),
            entry("underfit", Severity::Note, None, None),
        ];
        Arc::new(Findings::from_entries(entries, 3))
    }

    #[test]
    fn findings_are_counted_by_severity_layer_and_time() {
        let visible = VisibleFindings::new(Some(list()), &HashSet::new(), 0);
        assert_eq!(visible.label(), "1 error, 2 warnings, 1 note");
        assert_eq!(visible.layer(1), LayerCount { count: 2, worst: Some(Severity::Error) });
        assert_eq!(visible.layer(1).label(), "2 findings, the worst is an error");
        assert_eq!((visible.layer(2), visible.whole().count), (LayerCount::default(), 1));
        let marks: Vec<(f64, usize, usize)> =
            visible.marks().iter().map(|mark| (mark.t, mark.first, mark.count)).collect();
        assert_eq!(marks, [(0.5, 1, 1), (1.5, 0, 2)]);
        assert_eq!(visible.marks()[1].text, "NaN or infinite numbers in layer 2\nTwin units in layer 2");
        assert_eq!(visible.of_layer(1).count(), 2);
    }

    #[test]
    fn what_was_dismissed_is_neither_counted_nor_marked() {
        let list = list();
        let key = list.entries()[0].key.clone();
        let visible = VisibleFindings::new(Some(list), &HashSet::from([&key]), 3);
        assert_eq!((visible.label(), visible.dismissed_count()), ("2 warnings, 1 note".to_owned(), 1));
        assert!(visible.is_dismissed(0) && visible.open() == [1, 2, 3]);
        assert_eq!(visible.layer(1), LayerCount { count: 1, worst: Some(Severity::Warning) });
        assert!(!visible.is_of(None, 3) && VisibleFindings::default().is_of(None, 0));
    }

    #[test]
    fn every_code_has_a_title() {
        for code in crate::diagnostics::findings::CODES {
            let title = title(code);
            assert!(!title.contains('_') && title.chars().next().is_some_and(char::is_uppercase), "{title}");
        }
    }
}
