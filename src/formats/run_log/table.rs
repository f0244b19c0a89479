//! The records of a log, and the quantities that they make.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::log::{LOG_NAMES, LogColumn, RunLog, extension};

/// Columns at most.
const MAX_COLUMNS: usize = 200;
/// Values in all columns at most; of longer logs every second, third, … record stands for the others.
const MAX_VALUES: usize = 2_000_000;
/// Columns that count steps, the finest first.
const STEP_COLUMNS: [&str; 12] = [
    "step",
    "steps",
    "global_step",
    "_step",
    "iteration",
    "iter",
    "iterations",
    "it",
    "update",
    "batch",
    "epoch",
    "epochs",
];
/// Columns that are no quantity of the training.
const CLOCKS: [&str; 8] =
    ["time", "wall_time", "timestamp", "_timestamp", "created_at", "datetime", "date", "_runtime"];

/// Records as they are read.
#[derive(Default)]
pub(super) struct Table {
    names: Vec<String>,
    index: HashMap<String, usize>,
    /// Of each record the columns that it has with their numbers.
    records: Vec<Vec<(usize, f64)>>,
    /// Lines that are no record.
    broken: usize,
    /// Values that are text.
    texts: HashMap<usize, usize>,
    /// Columns beyond the most.
    left_out: usize,
}

impl Table {
    fn column(&mut self, name: &str) -> Option<usize> {
        if let Some(index) = self.index.get(name) {
            return Some(*index);
        }
        if self.names.len() == MAX_COLUMNS {
            self.left_out += 1;
            return None;
        }
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), self.names.len() - 1);
        Some(self.names.len() - 1)
    }

    pub(super) fn read_json(&mut self, text: &str) {
        for line in whole_lines(text).filter(|line| !line.trim().is_empty()) {
            match serde_json::from_str::<Value>(line) {
                Ok(Value::Object(fields)) => {
                    let mut record = Vec::with_capacity(fields.len());
                    for (name, value) in fields {
                        let number = match &value {
                            Value::Number(number) => number.as_f64(),
                            Value::Null => continue,
                            // What JSON has no number for is written as a word.
                            Value::String(text) => text.trim().parse().ok(),
                            _ => None,
                        };
                        let Some(column) = self.column(&name) else { continue };
                        match number {
                            Some(number) => record.push((column, number)),
                            None => *self.texts.entry(column).or_default() += 1,
                        }
                    }
                    self.records.push(record);
                }
                _ => self.broken += 1,
            }
        }
    }

    /// `None` where the first row is none of names.
    pub(super) fn read_delimited(&mut self, text: &str, path: &Path) -> Option<()> {
        let mut lines = whole_lines(text);
        let head = lines.by_ref().find(|line| !line.trim().is_empty())?.trim_start_matches('\u{feff}');
        let separator = match extension(path).as_str() {
            "tsv" => b'\t',
            _ => [b',', b';', b'\t'].into_iter().max_by_key(|mark| {
                // The last of equals is taken, so that a head of one name is one with commas.
                let count = head.bytes().filter(|byte| byte == mark).count();
                (count, *mark == b',')
            })?,
        };
        let rest: String = std::iter::once(head).chain(lines).fold(String::new(), |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        });
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(rest.as_bytes());
        let names = reader.headers().ok()?.clone();
        if names.iter().any(|name| name.parse::<f64>().is_ok()) {
            return None;
        }
        let columns: Vec<Option<usize>> = names.iter().map(|name| self.column(name)).collect();
        for record in reader.records() {
            let Ok(record) = record else {
                self.broken += 1;
                continue;
            };
            if record.len() != columns.len() {
                self.broken += 1;
                continue;
            }
            let mut numbers = Vec::with_capacity(columns.len());
            for (field, column) in record.iter().zip(&columns) {
                let Some(column) = column.filter(|_| !field.is_empty()) else { continue };
                match field.parse() {
                    Ok(number) => numbers.push((column, number)),
                    Err(_) => *self.texts.entry(column).or_default() += 1,
                }
            }
            self.records.push(numbers);
        }
        Some(())
    }

    /// The quantities against steps; `None` where there is none.
    pub(super) fn into_log(self, path: &Path) -> Option<RunLog> {
        let Table { names, records, broken, texts, left_out, .. } = self;
        let lower: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let has_numbers = |column: usize| records.iter().flatten().any(|(of, _)| *of == column);
        let counts = |wanted: &&str| lower.iter().position(|name| name == wanted).filter(|column| has_numbers(*column));
        let by = STEP_COLUMNS.iter().find_map(counts);
        // Without steps it may be any table.
        let is_named = path
            .file_stem()
            .is_some_and(|stem| LOG_NAMES.contains(&stem.to_string_lossy().to_ascii_lowercase().as_str()));
        if by.is_none() && !is_named {
            return None;
        }
        let total: usize = records.iter().map(Vec::len).sum();
        let every = total.div_ceil(MAX_VALUES).max(1);
        let mut points: Vec<Vec<[f64; 2]>> = vec![Vec::new(); names.len()];
        let (mut without_step, mut not_finite) = (0, 0);
        for (index, record) in records.iter().enumerate().step_by(every) {
            let step = match by {
                Some(by) => record.iter().find(|(column, _)| *column == by).map(|(_, step)| *step),
                None => Some(index as f64),
            };
            let Some(step) = step.filter(|step| step.is_finite()) else {
                without_step += 1;
                continue;
            };
            for (column, value) in record.iter().filter(|(column, _)| Some(*column) != by) {
                if value.is_finite() {
                    points[*column].push([step, *value]);
                } else {
                    not_finite += 1;
                }
            }
        }
        let mut notes = Vec::new();
        let other_counts: Vec<&str> = (0..names.len())
            .filter(|column| Some(*column) != by && is_no_quantity(&lower[*column]) && !points[*column].is_empty())
            .map(|column| names[column].as_str())
            .collect();
        if !other_counts.is_empty() {
            notes.push(format!("Counts and clocks, not drawn: {}.", other_counts.join(", ")));
        }
        let without_numbers: Vec<&str> = (0..names.len())
            .filter(|column| points[*column].is_empty() && texts.contains_key(column))
            .map(|column| names[column].as_str())
            .collect();
        if !without_numbers.is_empty() {
            notes.push(format!("No numbers, not drawn: {}.", without_numbers.join(", ")));
        }
        let mixed: usize =
            texts.iter().filter(|(column, _)| !points[**column].is_empty()).map(|(_, count)| count).sum();
        let mut report = |count: usize, what: &str| {
            if count > 0 {
                notes.push(format!("{count} {what}."));
            }
        };
        report(mixed, "values are words among numbers, and left out");
        report(broken, "lines are no record, and left out");
        report(without_step, "records have no step, and are left out");
        report(not_finite, "values are not finite, and gaps");
        report(left_out, "values belong to further columns, and are left out");
        if every > 1 {
            notes.push(format!("One record of {every} is drawn."));
        }
        if by.is_none() {
            notes.push("The log names no steps: its records are counted.".to_owned());
        }
        let step_column = by.map(|by| names[by].clone());
        let is_drawn = |column: &usize| Some(*column) != by && !is_no_quantity(&lower[*column]);
        let kept: Vec<bool> = (0..names.len()).map(|column| is_drawn(&column) && !points[column].is_empty()).collect();
        let named = names.into_iter().zip(points).zip(kept);
        let columns: Vec<LogColumn> =
            named.filter(|(_, kept)| *kept).map(|((name, points), _)| LogColumn { name, points }).collect();
        (!columns.is_empty()).then(|| RunLog {
            path: path.into(),
            step_column,
            columns,
            notes,
            others: None,
            bytes: 0,
            modified: None,
        })
    }
}

fn is_no_quantity(name: &str) -> bool {
    STEP_COLUMNS.contains(&name) || CLOCKS.contains(&name)
}

/// The lines that are ended.
fn whole_lines(text: &str) -> impl Iterator<Item = &str> {
    let end = text.rfind('\n').map_or(0, |end| end + 1);
    text[..end].lines()
}
