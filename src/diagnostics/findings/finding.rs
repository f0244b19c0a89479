//! What is wrong with a network, and where it shows.

use crate::flow::PhaseKind;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look.
    Note,
    /// It very probably costs quality.
    Warning,
    /// The network cannot work.
    Error,
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];

    /// The name used in results and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of this name.
    pub fn from_name(name: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

/// Something that is wrong, or worth a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// A stable name of its kind.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The layer, from 1; `None` where it concerns the data or the network as a whole.
    pub layer: Option<usize>,
    /// The units of the layer that it concerns, from 0; empty where it concerns all or none in particular.
    pub units: Vec<usize>,
    /// The columns of the data that it concerns, from 0.
    pub columns: Vec<usize>,
    /// The rows of the data's file that it concerns, from 0; the first of them where there are many.
    pub rows: Vec<usize>,
    /// The quantity that was measured.
    pub value: Option<f64>,
    /// What it was compared with.
    pub threshold: Option<f64>,
    /// What, where, how much and why it matters: one sentence. Units and columns are counted from 1 in it.
    pub message: String,
    /// What to try.
    pub try_: &'static str,
    /// The time of the flow at which it shows.
    pub t: Option<f64>,
    /// The phase in which it shows.
    pub phase: Option<PhaseKind>,
    /// Where the threshold comes from.
    pub source: &'static str,
}

impl Finding {
    /// A finding of the network or the data as a whole.
    pub fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            code,
            severity,
            layer: None,
            units: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            value: None,
            threshold: None,
            message: message.into(),
            try_: "",
            t: None,
            phase: None,
            source: "",
        }
    }

    /// The same finding in a layer, from 0.
    pub fn in_layer(mut self, index: usize) -> Finding {
        self.layer = Some(index + 1);
        self.t.get_or_insert(index as f64);
        self
    }

    /// The same finding at a time and in a phase of the flow.
    pub fn at(mut self, (t, phase): (f64, Option<PhaseKind>)) -> Finding {
        (self.t, self.phase) = (Some(t), phase);
        self
    }

    /// The same finding about these units, from 0.
    pub fn of_units(mut self, units: Vec<usize>) -> Finding {
        self.units = units;
        self
    }

    /// The same finding about these columns of the data, from 0.
    pub fn of_columns(mut self, columns: Vec<usize>) -> Finding {
        self.columns = columns;
        self.t.get_or_insert(0.0);
        self
    }

    /// The same finding about these rows of the data's file, from 0.
    pub fn of_rows(mut self, rows: Vec<usize>) -> Finding {
        self.rows = rows;
        self.t.get_or_insert(0.0);
        self
    }

    /// What was measured, and what it was compared with.
    pub fn measured(mut self, value: f64, threshold: f64) -> Finding {
        (self.value, self.threshold) = (Some(value), Some(threshold));
        self
    }

    /// What to try.
    pub fn try_this(mut self, remedy: &'static str) -> Finding {
        self.try_ = remedy;
        self
    }

    /// Where the threshold comes from.
    pub fn from_source(mut self, source: &'static str) -> Finding {
        self.source = source;
        self
    }
}

/// `1 unit`, `3 units`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The first few of some indices, counted from 1: `3, 8, 9, … (12)`.
pub(super) fn listed(indices: &[usize]) -> String {
    const SHOWN: usize = 6;
    let mut text: Vec<String> = indices.iter().take(SHOWN).map(|index| (index + 1).to_string()).collect();
    if indices.len() > SHOWN {
        text.push(format!("… ({})", indices.len()));
    }
    text.join(", ")
}
