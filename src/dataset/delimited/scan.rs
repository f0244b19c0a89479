//! What the fields of a column are, from one pass over the rows.

use super::number;
use super::number::DecimalMark;
use crate::dataset::column::ColumnKind;
use crate::dataset::moments::Moments;
use crate::dataset::sequence::Sequence;

/// How much of a field an error shows.
const SHOWN_CHARACTERS: usize = 40;

/// A field that is no finite number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fault {
    pub line: u64,
    /// Which row it is in, from 0.
    pub row: usize,
    pub text: String,
}

/// What the fields of a column are.
#[derive(Clone, Debug)]
pub(super) struct TableScan {
    pub rows: usize,
    pub all_integers: bool,
    /// Whether all numbers are whole.
    pub all_whole: bool,
    /// Whether no field is a number.
    pub all_texts: bool,
    /// The first field that is neither a number nor missing.
    pub word: Option<Fault>,
    /// Whether all numbers are 0 or 1.
    pub all_zero_or_one: bool,
    /// The first field that is no finite number.
    pub fault: Option<Fault>,
    /// The first number with something between its thousands.
    pub grouped: Option<String>,
    pub faults: usize,
    pub missing: usize,
    pub infinite: usize,
    pub truths: usize,
    pub moments: Moments,
    pub sequence: Sequence,
}

impl Default for TableScan {
    fn default() -> TableScan {
        TableScan {
            rows: 0,
            all_integers: true,
            all_whole: true,
            all_texts: true,
            word: None,
            all_zero_or_one: true,
            fault: None,
            grouped: None,
            faults: 0,
            missing: 0,
            infinite: 0,
            truths: 0,
            moments: Moments::default(),
            sequence: Sequence::default(),
        }
    }
}

impl TableScan {
    pub(super) fn add(&mut self, field: &str, mark: DecimalMark, line: u64) {
        let row = self.rows;
        self.rows += 1;
        self.all_integers &= field.parse::<i64>().is_ok() || number::is_missing(field);
        let number = number::parse(field, mark);
        if let Some(number) = number.filter(|number| number.value.is_finite()) {
            self.all_texts = false;
            self.all_whole &= number.value.fract() == 0.0;
            self.all_zero_or_one &= number.value == 0.0 || number.value == 1.0;
            self.moments.add(number.value);
            self.sequence.add(number.value);
            if number.grouped && self.grouped.is_none() {
                self.grouped = Some(field.to_owned());
            }
            return;
        }
        self.sequence.stop();
        let is_missing = number::is_missing(field);
        self.all_texts &= number.is_none() || is_missing;
        self.faults += 1;
        self.missing += usize::from(is_missing);
        self.infinite += usize::from(number.is_some_and(|number| number.value.is_infinite()));
        self.truths += usize::from(number::truth(field).is_some());
        let fault = || Fault { line, row, text: field.chars().take(SHOWN_CHARACTERS).collect() };
        if self.fault.is_none() {
            self.fault = Some(fault());
        }
        if self.word.is_none() && !is_missing && number.is_none() {
            self.word = Some(fault());
        }
    }

    /// Whether every field is true or false.
    pub(super) fn is_truth(&self) -> bool {
        self.rows > 0 && self.truths == self.rows
    }

    /// Whether some fields are finite numbers, and all others are missing or infinite.
    pub(super) fn has_gaps(&self) -> bool {
        self.faults > 0 && self.faults == self.missing + self.infinite && self.faults < self.rows
    }

    /// Whether the column is one of numbers, some of which may be missing or infinite, or of true and false.
    pub(super) fn is_number(&self) -> bool {
        self.fault.is_none() || self.is_truth() || self.has_gaps()
    }

    /// Whether nothing stands in the column but what means that it is missing.
    pub(super) fn is_empty(&self) -> bool {
        self.missing == self.rows
    }

    pub(super) fn kind(&self) -> ColumnKind {
        match self {
            _ if self.is_truth() => ColumnKind::Integers,
            _ if !self.is_number() => ColumnKind::Text,
            TableScan { all_whole: true, .. } => ColumnKind::Integers,
            _ => ColumnKind::Numbers,
        }
    }
}
