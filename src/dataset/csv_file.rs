//! Datasets in CSV files: one line a point, the header and the label column optional.
//!
//! The lines are gone through twice, first for what each column is and then for the values of those that are taken, so
//! that no more is kept than the file itself and those values.

use std::path::{Path, PathBuf};

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

use super::arrays::MOST_COLUMNS;
use super::choice::{ColumnKind, ColumnOutline, Moments, Table};
use super::{DatasetError, Labels};

/// Names of a label column, the surest first: `y` may as well be a coordinate.
const LABEL_NAMES: [&str; 4] = ["label", "class", "target", "y"];
/// What may stand between fields. Where a line has as many of two kinds, the first is meant.
const DELIMITERS: [u8; 3] = *b",;\t";
/// How much of a field an error shows.
const SHOWN_CHARACTERS: usize = 40;

/// The content of a CSV file, and what its columns are.
pub(super) struct CsvTable {
    path: PathBuf,
    content: Vec<u8>,
    delimiter: u8,
    header: Option<Vec<String>>,
    columns: Vec<ColumnOutline>,
    surveys: Vec<Survey>,
    rows: usize,
}

/// What the fields of a column are.
#[derive(Clone, Debug)]
struct Survey {
    all_integers: bool,
    /// Whether no field is a number, and none is empty.
    all_texts: bool,
    /// The first field that is no finite number, with its line.
    fault: Option<(u64, String)>,
    moments: Moments,
}

impl CsvTable {
    /// Looks through the content of the file at `path`.
    pub fn new(path: &Path, content: Vec<u8>, expected_inputs: Option<usize>) -> Result<CsvTable, DatasetError> {
        let start = if content.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let mut lines = content[start..].split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let (first_line, second_line) = (lines.next().unwrap_or_default(), lines.next());
        let count = |line: &[u8], delimiter: u8| line.iter().filter(|&&byte| byte == delimiter).count();
        // A comma within a name is not in the line below.
        let shared = |delimiter: u8| {
            let in_first = count(first_line, delimiter);
            second_line.map_or(in_first, |line| in_first.min(count(line, delimiter)))
        };
        let delimiter = DELIMITERS.into_iter().rev().max_by_key(|&delimiter| shared(delimiter)).unwrap_or(b',');
        let width = count(first_line, delimiter) + 1;
        // One column may be the label; a table that is wider still cannot fit, whatever the other lines hold.
        let is_quoted = first_line.contains(&b'"');
        let too_wide = |expected: &usize| !is_quoted && width > expected.saturating_add(1);
        if let Some(expected) = expected_inputs.filter(too_wide) {
            return Err(DatasetError::Width { path: path.into(), expected, found: width });
        }
        if width > MOST_COLUMNS {
            return Err(DatasetError::TooWide { path: path.into(), most: MOST_COLUMNS });
        }
        let mut table = CsvTable {
            path: path.into(),
            content,
            delimiter,
            header: None,
            columns: Vec::new(),
            surveys: Vec::new(),
            rows: 0,
        };
        table.survey()?;
        Ok(table)
    }

    fn lines(&self) -> Reader<&[u8]> {
        let content = self.content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.content);
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).trim(Trim::All).comment(Some(b'#')).delimiter(self.delimiter).from_reader(content)
    }

    /// Calls `each` with every record but the header.
    fn each_row(&self, mut each: impl FnMut(&ByteRecord) -> Result<(), DatasetError>) -> Result<(), DatasetError> {
        let mut lines = self.lines();
        let mut record = ByteRecord::new();
        let mut is_first = self.header.is_some();
        while lines.read_byte_record(&mut record).map_err(|error| self.record_error(&error))? {
            if !std::mem::take(&mut is_first) {
                each(&record)?;
            }
        }
        Ok(())
    }

    fn survey(&mut self) -> Result<(), DatasetError> {
        let mut first = ByteRecord::new();
        self.lines().read_byte_record(&mut first).map_err(|error| self.record_error(&error))?;
        let fields = (0..first.len()).map(|column| self.field(&first, column).map(str::to_owned));
        let fields = fields.collect::<Result<Vec<String>, _>>()?;
        self.header = is_header(&fields).then_some(fields);
        let untouched = Survey { all_integers: true, all_texts: true, fault: None, moments: Moments::default() };
        let mut surveys = vec![untouched; first.len()];
        let mut rows = 0;
        self.each_row(|record| {
            rows += 1;
            for (column, survey) in surveys.iter_mut().enumerate() {
                survey.take(self.field(record, column)?, line(record));
            }
            Ok(())
        })?;
        if rows == 0 {
            return Err(DatasetError::Empty { path: self.path.clone() });
        }
        self.rows = rows;
        self.columns = surveys.iter().enumerate().map(|(column, survey)| self.outline(column, survey)).collect();
        self.surveys = surveys;
        Ok(())
    }

    fn outline(&self, column: usize, survey: &Survey) -> ColumnOutline {
        let kind = match survey {
            Survey { all_integers: true, .. } => ColumnKind::Integers,
            Survey { fault: None, .. } => ColumnKind::Numbers,
            _ => ColumnKind::Text,
        };
        let named = self.header.as_ref().and_then(|header| header.get(column)).filter(|name| !name.is_empty());
        let name = named.cloned().unwrap_or_else(|| (column + 1).to_string());
        let (mean, deviation) = survey.moments.finish();
        ColumnOutline { group: name.clone(), name, kind, mean, deviation }
    }

    fn field<'a>(&self, record: &'a ByteRecord, column: usize) -> Result<&'a str, DatasetError> {
        str::from_utf8(record.get(column).unwrap_or_default())
            .map_err(|_| DatasetError::NotText { path: self.path.clone(), line: line(record) })
    }

    fn not_a_number(&self, column: usize) -> DatasetError {
        let name = self.columns.get(column).map(|column| column.name.as_str()).unwrap_or_default();
        let number = (column + 1).to_string();
        let shown = if name == number { number } else { format!("{number} ({name})") };
        let fault = self.surveys.get(column).and_then(|survey| survey.fault.clone());
        let (line, text) = fault.unwrap_or_default();
        DatasetError::NotANumber { path: self.path.clone(), line, column: shown, text }
    }

    fn record_error(&self, error: &csv::Error) -> DatasetError {
        let (path, line) = (self.path.clone(), error.position().map_or(0, csv::Position::line));
        match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                DatasetError::Ragged { path, line, expected: *expected_len as usize, found: *len as usize }
            }
            _ => DatasetError::NotText { path, line },
        }
    }

    fn named(&self, names: &[&str]) -> Option<usize> {
        let header = self.header.as_ref()?;
        names.iter().find_map(|name| header.iter().position(|field| field.eq_ignore_ascii_case(name)))
    }

    fn label_column(&self, expected_inputs: Option<usize>) -> Option<usize> {
        let width = self.columns.len();
        if let Some(column) = self.named(&LABEL_NAMES) {
            // A file of points with the columns x and y fits a network as it is.
            let is_coordinate = expected_inputs == Some(width) && self.columns[column].name.eq_ignore_ascii_case("y");
            return (!is_coordinate).then_some(column);
        }
        let last = width.checked_sub(1).filter(|&last| last > 0)?;
        if expected_inputs.is_some_and(|inputs| inputs != last) {
            return None;
        }
        let integers = |column: usize| self.surveys[column].all_integers;
        let alone = expected_inputs.is_some() || !(0..last).all(integers);
        (self.surveys[last].all_texts || (integers(last) && alone)).then_some(last)
    }
}

impl Table for CsvTable {
    fn columns(&self) -> &[ColumnOutline] {
        &self.columns
    }

    fn rows(&self) -> usize {
        self.rows
    }

    /// A column named `label`, `class`, `target` or `y` is the label. Without one the last column is, if all its values
    /// are integers or text and the others are as many as the network's inputs. Where no network is known, integers
    /// count as labels only beside columns that are not all integers.
    fn automatic(&self, expected_inputs: Option<usize>) -> Result<(Vec<usize>, Option<usize>), DatasetError> {
        let label = self.label_column(expected_inputs);
        Ok(((0..self.columns.len()).filter(|column| Some(*column) != label).collect(), label))
    }

    fn numbers(&self, columns: &[usize]) -> Result<Vec<f64>, DatasetError> {
        if let Some(&column) = columns.iter().find(|&&column| self.surveys[column].fault.is_some()) {
            return Err(self.not_a_number(column));
        }
        let mut numbers = Vec::with_capacity(self.rows.saturating_mul(columns.len()));
        self.each_row(|record| {
            for &column in columns {
                numbers.push(self.field(record, column)?.parse().map_err(|_| self.not_a_number(column))?);
            }
            Ok(())
        })?;
        Ok(numbers)
    }

    fn labels(&self, column: usize) -> Result<Labels, DatasetError> {
        let survey = &self.surveys[column];
        let is_missing = |text: &str| text.is_empty() || text.parse::<f64>().is_ok();
        if survey.fault.as_ref().is_some_and(|(_, text)| is_missing(text)) {
            return Err(self.not_a_number(column));
        }
        if survey.fault.is_none() && !survey.all_integers {
            return Ok(Labels::from_floats(self.numbers(&[column])?));
        }
        let mut labels = Labels::collector();
        self.each_row(|record| {
            labels.add(self.field(record, column)?);
            Ok(())
        })?;
        Ok(labels.finish())
    }
}

impl Survey {
    fn take(&mut self, field: &str, line: u64) {
        let number = field.parse::<f64>().ok();
        self.all_integers &= field.parse::<i64>().is_ok();
        self.all_texts &= number.is_none() && !field.is_empty();
        match number.filter(|number| number.is_finite()) {
            Some(number) => self.moments.add(number),
            None if self.fault.is_none() => {
                self.fault = Some((line, field.chars().take(SHOWN_CHARACTERS).collect()));
            }
            None => {}
        }
    }
}

fn line(record: &ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// A first line is a header if none of its fields is a number, or if it names a label column.
fn is_header(first: &[String]) -> bool {
    let numeric = |field: &String| field.parse::<f64>().is_ok();
    let is_label = |field: &String| LABEL_NAMES.iter().any(|name| field.eq_ignore_ascii_case(name));
    !first.is_empty() && (!first.iter().any(numeric) || first.iter().any(is_label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;

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
        assert!(message(&"1,".repeat(70_000), None).contains("more than 65536 columns"));
        assert!(message(&"1,".repeat(40), Some(2)).contains("has 41 columns of values, but the network takes 2"));
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
        assert!(message("a,b\n1,nan\n", Some(2)).starts_with("a.csv: line 2, column 2 (b) is `nan`"));
        assert!(message("1,2\n3\n", None).starts_with("a.csv: line 2 has 1 columns"));
        assert!(message("1,2.5,0.5\n", Some(2)).contains("has 3 columns of values, but the network takes 2"));
        assert!(message("", None).contains("no data rows"));
        assert!(message("x,y\n", None).contains("no data rows"));
        assert!(message("label\n1\n", None).contains("no column of coordinates"));
        let not_text = Dataset::from_csv(Path::new("a.csv"), b"1,\xff\n", None).unwrap_err().to_string();
        assert!(not_text.contains("UTF-8"), "{not_text}");
    }
}
