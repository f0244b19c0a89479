//! Datasets in text files: one line a point, whatever stands between its fields; header and label are optional.
//!
//! The lines are gone through twice, first for what each column is and then for the values of those that are taken, so
//! that no more is kept than the file itself and those values.

mod content;
mod dialect;
mod encoding;
mod faults;
mod layout;
mod number;
mod records;
mod scan;

use std::collections::HashSet;
use std::path::Path;

use csv::StringRecord;

use super::column::{ColumnKind, ColumnOutline};
use super::labels::Labels;
use super::sequence::RowNumbers;
use super::table::{MAX_COLUMNS, Table, TableLabels};
use super::{DatasetError, names};
pub(super) use content::DelimitedTable;
use dialect::Separator;
use layout::{Layout, Sampled};
use number::NumberFault;
use records::Aside;
use scan::TableScan;

/// How many values of a column are shown where it is chosen, and how much of each.
const PREVIEWED: usize = 5;
const PREVIEWED_CHARACTERS: usize = 12;
/// What a last line is called that sums the others up.
const TOTALS: [&str; 8] = ["total", "totals", "grand total", "sum", "mean", "average", "summe", "gesamt"];

impl DelimitedTable {
    /// Looks through the content of the file at `path`.
    pub fn new(path: &Path, content: Vec<u8>) -> Result<DelimitedTable, DatasetError> {
        let decoded = encoding::decode(path, content)?;
        let mut text = with_line_feeds(decoded.text);
        let named = dialect::named_separator(&text);
        let start = named.map_or(0, |(_, bytes)| bytes);
        let separator = match named {
            Some((separator, _)) => Separator::Character(separator),
            None => dialect::find_separator(&text),
        };
        let first = text[start..].split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
        if separator.split(first).take(MAX_COLUMNS + 2).count() > MAX_COLUMNS + 1 {
            return Err(DatasetError::TooWide { path: path.into(), most: MAX_COLUMNS });
        }
        let separator = match separator {
            Separator::Character(character) => character,
            Separator::Spaces => {
                text = dialect::with_tabs(&text);
                b'\t'
            }
        };
        let mut table = DelimitedTable {
            path: path.into(),
            text,
            start,
            separator,
            layout: Layout::default(),
            columns: Vec::new(),
            positions: Vec::new(),
            scans: Vec::new(),
            rows: 0,
            notes: decoded.note.into_iter().collect(),
        };
        let sampled = table.sample()?;
        table.layout = Layout::detect(&sampled, separator == b',');
        table.notes.append(&mut table.layout.notes);
        if table.layout.width > MAX_COLUMNS {
            return Err(DatasetError::TooWide { path: path.into(), most: MAX_COLUMNS });
        }
        table.scan()?;
        table.preview(&sampled);
        Ok(table)
    }

    /// Gives each column its first values.
    fn preview(&mut self, sampled: &[Sampled]) {
        let is_row = |record: &&Sampled| self.layout.hash_rows || !record.is_hash;
        let rows = sampled.iter().filter(is_row).skip(usize::from(self.layout.is_first_record)).take(PREVIEWED);
        for record in rows {
            for (column, position) in self.columns.iter_mut().zip(&self.positions) {
                let field = record.fields.get(*position).map(String::as_str).unwrap_or_default();
                column.preview.push(field.chars().take(PREVIEWED_CHARACTERS).collect());
            }
        }
    }

    fn scan(&mut self) -> Result<(), DatasetError> {
        let width = self.layout.width;
        let mark = self.layout.mark;
        let mut scans = vec![TableScan::default(); width];
        let mut rows = 0;
        let mut total = None;
        let mut long = None;
        let mut hashes = 0;
        let mut last = 0;
        let aside = self.each_row(|record| {
            rows += 1;
            total = None;
            hashes += usize::from(self.layout.hash_rows && self.is_hash(record));
            let line = self.line(record);
            last = line;
            for (scan, field) in scans.iter_mut().zip(record) {
                let field = field.trim();
                scan.add(field, mark, line);
                if TOTALS.iter().any(|word| field.eq_ignore_ascii_case(word)) {
                    total = Some((line, field.to_owned()));
                }
                if long.is_none() && field.contains('\n') {
                    long = Some((line, field.lines().count()));
                }
            }
            Ok(())
        })?;
        if rows == 0 {
            return Err(self.no_rows(aside.commented));
        }
        if let Some((line, lines)) = long
            && line + lines as u64 > last
            && !self.text.trim_end().ends_with('"')
        {
            return Err(DatasetError::OpenQuote { path: self.path.clone(), line });
        }
        self.rows = rows;
        let is_named = |position: usize| self.header_name(position).is_some();
        self.positions = (0..width).filter(|&position| is_named(position) || !scans[position].is_empty()).collect();
        if self.positions.len() < width && width > 1 {
            let empty = (0..width)
                .filter(|position| !self.positions.contains(position))
                .map(|position| (position + 1).to_string());
            let empty: Vec<String> = empty.take(8).collect();
            self.notes.push(format!("left out column {}: it is empty", empty.join(", ")));
        }
        self.tell_aside(aside, hashes, total, long);
        if let Some(field) = scans.iter().find_map(|scan| scan.grouped.as_ref()) {
            let value = number::parse(field, mark).map_or(f64::NAN, |number| number.value);
            self.notes.push(format!("signs between thousands are left out: `{field}` is {value}"));
        }
        self.scans = self.positions.iter().map(|&position| scans[position].clone()).collect();
        self.columns = (0..self.positions.len()).map(|column| self.outline(column)).collect();
        self.find_identifiers()
    }

    /// Tells of lines that are no rows, or that may be none.
    fn tell_aside(&mut self, aside: Aside, hashes: usize, total: Option<(u64, String)>, long: Option<(u64, usize)>) {
        if aside.commented > 0 {
            let lines = lines(aside.commented);
            self.notes.push(format!("left out {lines} that would be rows without the # in front"));
        }
        if aside.blank > 0 {
            self.notes.push(format!("left out {} without values", lines(aside.blank)));
        }
        if hashes > 0 {
            self.notes.push(format!("{} that begin with # are taken as rows, not as comments", lines(hashes)));
        }
        if let Some((line, word)) = total {
            let problem = "it is taken as a row; remove it if it sums up the others";
            self.notes.push(format!("the last line ({line}) holds `{word}`: {problem}"));
        }
        if let Some((line, count)) = long {
            self.notes.push(format!("a text within quotes goes from line {line} on over {count} lines"));
        }
    }

    /// The name of a field in the header, where there is one.
    fn header_name(&self, position: usize) -> Option<&String> {
        self.layout.header.as_ref()?.get(position).filter(|name| !name.is_empty())
    }

    fn outline(&self, column: usize) -> ColumnOutline {
        let position = self.positions[column];
        let scan = &self.scans[column];
        let name = self.header_name(position).cloned().unwrap_or_else(|| (position + 1).to_string());
        let (mean, deviation) = scan.moments.finish();
        let truths = scan.is_truth();
        ColumnOutline {
            group: name.clone(),
            number: position + 1,
            name,
            kind: scan.kind(),
            mean,
            deviation,
            row_numbers: scan.sequence.finish(self.is_named_rows(column)),
            missing: if scan.has_gaps() { scan.faults } else { 0 },
            is_empty: scan.is_empty(),
            is_constant: self.rows > 1 && !scan.is_empty() && scan.kind() != ColumnKind::Text && deviation == 0.0,
            is_all_text: scan.all_texts
                && !truths
                && scan.word.as_ref().is_some_and(|word| NumberFault::from_field(&word.text).is_word()),
            is_zero_or_one: truths || (scan.fault.is_none() && scan.all_zero_or_one),
            ..ColumnOutline::default()
        }
    }

    /// Whether a header calls a column as row numbers are called, or leaves its name away.
    fn is_named_rows(&self, column: usize) -> bool {
        let position = self.positions[column];
        self.layout.header.as_ref().and_then(|header| header.get(position)).is_some_and(|name| names::is_of_rows(name))
    }

    /// Finds the columns whose name and values tell the rows apart, and counts the values of those that may be labels.
    fn find_identifiers(&mut self) -> Result<(), DatasetError> {
        let last = self.columns.len().saturating_sub(1);
        let may_be_label =
            |column: usize| column == 0 || column == last || names::label_rank(&self.columns[column].name).is_some();
        let counted: Vec<usize> = (0..self.columns.len())
            .filter(|&column| !self.columns[column].is_empty && (self.is_named_rows(column) || may_be_label(column)))
            .collect();
        let mut fields = vec![HashSet::new(); counted.len()];
        self.each_row(|record| {
            for (fields, column) in fields.iter_mut().zip(&counted) {
                let field = record.get(self.positions[*column]).unwrap_or_default().trim();
                if !fields.contains(field) {
                    fields.insert(field.to_owned());
                }
            }
            Ok(())
        })?;
        for (fields, column) in fields.into_iter().zip(counted) {
            let scan = &self.scans[column];
            let is_identifier = fields.len() == self.rows
                && self.is_named_rows(column)
                && ((scan.fault.is_none() && scan.all_whole) || scan.all_texts);
            let outline = &mut self.columns[column];
            if is_identifier && outline.row_numbers.is_none() {
                outline.row_numbers = Some(RowNumbers::Identifier);
            }
            outline.distinct = Some(fields.len());
        }
        Ok(())
    }

    fn number(&self, record: &StringRecord, column: usize) -> Option<f64> {
        let field = record.get(self.positions[column]).unwrap_or_default().trim();
        let truth = || number::truth(field).filter(|_| self.scans[column].is_truth());
        match number::parse(field, self.layout.mark) {
            Some(number) => Some(number.value),
            None if number::is_missing(field) => Some(f64::NAN),
            None => truth().map(|truth| f64::from(u8::from(truth))),
        }
    }
}

impl Table for DelimitedTable {
    fn columns(&self) -> &[ColumnOutline] {
        &self.columns
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    fn numbers(&self, columns: &[usize]) -> Result<Vec<f64>, DatasetError> {
        if let Some(&column) = columns.iter().find(|&&column| !self.scans[column].is_number()) {
            return Err(self.not_a_number(column));
        }
        let mut numbers = Vec::with_capacity(self.rows.saturating_mul(columns.len()));
        self.each_row(|record| {
            for &column in columns {
                numbers.push(self.number(record, column).ok_or_else(|| self.not_a_number(column))?);
            }
            Ok(())
        })?;
        Ok(numbers)
    }

    fn labels(&self, column: usize) -> Result<TableLabels, DatasetError> {
        let scan = &self.scans[column];
        if (scan.fault.is_none() || scan.has_gaps()) && !scan.all_integers {
            return Ok(TableLabels::from_floats(self.numbers(&[column])?));
        }
        // Between numbers every word for a missing value is none; between words some of them may be a class.
        let among_numbers = scan.has_gaps() || scan.is_empty();
        let is_missing =
            |field: &str| if among_numbers { number::is_missing(field) } else { Labels::is_missing(field) };
        let mut labels = TableLabels::collector(is_missing);
        let position = self.positions[column];
        self.each_row(|record| {
            labels.add(record.get(position).unwrap_or_default().trim());
            Ok(())
        })?;
        Ok(labels.finish())
    }
}

/// The text with one line feed at the end of each line; old programs end them with a carriage return alone.
fn with_line_feeds(text: String) -> String {
    let bytes = text.as_bytes();
    let is_alone = |at: usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    if (0..bytes.len()).any(is_alone) { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::points::Dataset;

    fn read_text(text: &str, inputs: Option<usize>) -> Result<Dataset, DatasetError> {
        Dataset::from_csv(Path::new("a.csv"), text.as_bytes(), inputs)
    }

    fn message(text: &str, inputs: Option<usize>) -> String {
        read_text(text, inputs).unwrap_err().to_string()
    }

    #[test]
    fn tabs_separate_and_a_line_without_end_is_refused_before_it_is_taken_apart() {
        let tabs = read_text("a, b\tlabel\n1\t0\n2\t1\n", Some(1)).unwrap();
        assert_eq!((tabs.points.as_slice(), class_names(&tabs).len()), (&[1.0, 2.0][..], 2));
        assert!(message(&"1,".repeat(270_000), None).contains("more than 262144 columns"));
        assert!(message(&"1,".repeat(40), Some(2)).contains("has 40 columns of values, but the network takes 2"));
    }

    fn class_names(dataset: &Dataset) -> Vec<String> {
        match &dataset.labels {
            Labels::Classes { names, .. } => names.clone(),
            _ => vec![],
        }
    }

    #[test]
    fn named_labels_and_a_header() {
        let data = read_text("x,y,label\n0.5,1,1\n2,3e-1,0\n", Some(2)).unwrap();
        assert_eq!(data.points.as_slice(), [0.5, 1.0, 2.0, 0.3]);
        assert_eq!(class_names(&data), ["0", "1"]);
        let points = read_text("x,y\n1,2\n3,4\n", Some(2)).unwrap();
        assert_eq!((points.samples(), points.dimension(), &points.labels), (2, 2, &Labels::None));
        let regression = read_text("x,y\n1,2.5\n3,4\n", Some(1)).unwrap();
        assert_eq!(regression.labels, Labels::Values(vec![2.5, 4.0]));
        let first = read_text("Class;a;b\ncat;1;2\ndog;3;4\n", None).unwrap();
        assert_eq!((class_names(&first), first.dimension()), (vec!["cat".to_owned(), "dog".to_owned()], 2));
    }

    #[test]
    fn the_last_column_is_a_label_where_the_rest_fits() {
        assert_eq!(read_text("1,2,3\n4,5,6", Some(3)).unwrap().dimension(), 3);
        assert_eq!(read_text("1,2,3\n4,5,6", Some(2)).unwrap().dimension(), 2);
        assert_eq!(class_names(&read_text("0.1,0.2,a\n0.3,0.4,b", Some(2)).unwrap()), ["a", "b"]);
        assert_eq!(read_text("0.1,0.2,1\n0.3,0.4,0", None).unwrap().dimension(), 2);
        assert_eq!(read_text("1,0\n0,1", None).unwrap().dimension(), 2);
        assert_eq!(read_text("7\n8", Some(1)).unwrap().samples(), 2);
    }

    #[test]
    fn each_fault_is_told_with_its_place() {
        assert!(message("1,2\n3,x\n", Some(2)).starts_with("a.csv: line 2, column 2 is `x`"));
        assert!(message("a,b\n1,nan\n2,x\n", Some(2)).starts_with("a.csv: line 3, column 2 (b) is `x`"));
        assert!(message("1,2\n3\n", None).starts_with("a.csv: line 2 has 1 column where"));
        assert!(message("1,2.5,0.5\n", Some(2)).contains("has 3 columns of values, but the network takes 2"));
        assert!(message("", None).contains("no data rows"));
        assert!(message("x,y\n", None).contains("no data rows"));
        assert!(message("label\n1\n", None).contains("no column of coordinates"));
        let not_text = Dataset::from_csv(Path::new("a.csv"), b"1,\xff\x01\n", None).unwrap_err().to_string();
        assert!(not_text.contains("not text"), "{not_text}");
    }
}
