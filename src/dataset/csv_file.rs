//! Datasets in CSV files: one line a point, the header and the label column optional.

use std::io::Read;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use nalgebra::DMatrix;

use super::{Dataset, DatasetError, Labels};

/// Names of a label column, the surest first: `y` may as well be a coordinate.
const LABEL_NAMES: [&str; 4] = ["label", "class", "target", "y"];

/// Reads points and labels.
///
/// A column named `label`, `class`, `target` or `y` is the label. Without one the last column is, if all its values
/// are integers or text and the others are as many as the network's inputs (`expected_inputs`). Where no network is
/// known, integers count as labels only beside columns that are not all integers.
pub(super) fn read(
    path: &Path,
    reader: impl Read,
    name: String,
    expected_inputs: Option<usize>,
) -> Result<Dataset, DatasetError> {
    let table = Table::read(path, reader, expected_inputs)?;
    let label_column = table.label_column(expected_inputs);
    let coordinates: Vec<usize> = (0..table.width()).filter(|column| Some(*column) != label_column).collect();
    if coordinates.is_empty() {
        return Err(DatasetError::NoCoordinates { path: path.into() });
    }
    if let Some(expected) = expected_inputs.filter(|&expected| expected != coordinates.len()) {
        return Err(DatasetError::Width { path: path.into(), expected, found: coordinates.len() });
    }
    let mut points = Vec::new();
    for row in &table.rows {
        for &column in &coordinates {
            points.push(table.number(path, row, column)?);
        }
    }
    let points = DMatrix::from_vec(coordinates.len(), table.rows.len(), points);
    let labels = match label_column {
        Some(column) => table.labels(path, column)?,
        None => Labels::None,
    };
    Ok(Dataset { name, points, labels })
}

/// All fields of the file, and the header if it has one.
struct Table {
    header: Option<StringRecord>,
    rows: Vec<StringRecord>,
}

impl Table {
    fn read(path: &Path, mut reader: impl Read, expected_inputs: Option<usize>) -> Result<Table, DatasetError> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|source| DatasetError::Read { path: path.into(), source })?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let mut lines = ReaderBuilder::new()
            .has_headers(false)
            .trim(Trim::All)
            .comment(Some(b'#'))
            .delimiter(delimiter(bytes))
            .from_reader(bytes);
        let mut rows = Vec::new();
        for record in lines.records() {
            let record = record.map_err(|error| record_error(path, &error))?;
            // One column may be the label; a table that is wider still cannot fit, whatever the other lines hold.
            if let Some(expected) = expected_inputs.filter(|&expected| record.len() > expected.saturating_add(1)) {
                return Err(DatasetError::Width { path: path.into(), expected, found: record.len() });
            }
            rows.push(record);
        }
        let header = match rows.first() {
            Some(first) if is_header(first) => Some(rows.remove(0)),
            _ => None,
        };
        if rows.is_empty() { Err(DatasetError::Empty { path: path.into() }) } else { Ok(Table { header, rows }) }
    }

    fn width(&self) -> usize {
        self.rows.first().map_or(0, StringRecord::len)
    }

    fn column_name(&self, column: usize) -> String {
        let named = self.header.as_ref().and_then(|header| header.get(column)).filter(|name| !name.is_empty());
        named.map_or_else(|| (column + 1).to_string(), |name| format!("{} ({name})", column + 1))
    }

    fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().map(move |row| row.get(column).unwrap_or_default())
    }

    fn label_column(&self, expected_inputs: Option<usize>) -> Option<usize> {
        let width = self.width();
        let named = LABEL_NAMES.iter().find_map(|name| {
            let header = self.header.as_ref()?;
            header.iter().position(|field| field.eq_ignore_ascii_case(name))
        });
        if let Some(column) = named {
            // A file of points with the columns x and y fits a network as it is.
            let is_coordinate = expected_inputs == Some(width) && self.header_is(column, "y");
            return (!is_coordinate).then_some(column);
        }
        let last = width.checked_sub(1).filter(|&last| last > 0)?;
        if expected_inputs.is_some_and(|inputs| inputs != last) {
            return None;
        }
        let integers = |column: usize| self.column(column).all(|text| text.parse::<i64>().is_ok());
        let texts = self.column(last).all(|text| text.parse::<f64>().is_err() && !text.is_empty());
        let alone = expected_inputs.is_some() || !(0..last).all(integers);
        (texts || (integers(last) && alone)).then_some(last)
    }

    fn header_is(&self, column: usize, name: &str) -> bool {
        self.header.as_ref().and_then(|header| header.get(column)).is_some_and(|field| field.eq_ignore_ascii_case(name))
    }

    fn number(&self, path: &Path, row: &StringRecord, column: usize) -> Result<f64, DatasetError> {
        let text = row.get(column).unwrap_or_default();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.not_a_number(path, row, column)),
        }
    }

    fn not_a_number(&self, path: &Path, row: &StringRecord, column: usize) -> DatasetError {
        let text = row.get(column).unwrap_or_default().chars().take(40).collect();
        let line = row.position().map_or(0, csv::Position::line);
        DatasetError::NotANumber { path: path.into(), line, column: self.column_name(column), text }
    }

    fn labels(&self, path: &Path, column: usize) -> Result<Labels, DatasetError> {
        let numbers: Vec<f64> = self.column(column).filter_map(|text| text.parse().ok()).collect();
        let texts: Vec<String> = self.column(column).map(str::to_owned).collect();
        let bad = |text: &str| text.is_empty() || text.parse::<f64>().is_ok_and(|number| !number.is_finite());
        if let Some(row) = self.rows.iter().find(|row| bad(row.get(column).unwrap_or_default())) {
            return Err(self.not_a_number(path, row, column));
        }
        let is_integer = texts.iter().all(|text| text.parse::<i64>().is_ok());
        Ok(if numbers.len() == texts.len() && !is_integer {
            Labels::from_floats(numbers)
        } else {
            Labels::from_texts(&texts)
        })
    }
}

/// A first line is a header if none of its fields is a number, or if it names a label column.
fn is_header(first: &StringRecord) -> bool {
    let numeric = |field: &str| field.parse::<f64>().is_ok();
    !first.iter().any(numeric) || first.iter().any(|field| LABEL_NAMES.contains(&field.to_ascii_lowercase().as_str()))
}

/// A comma, or what the first line has in its place: a semicolon or a tab.
fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|delimiter| line.contains(delimiter)).unwrap_or(b',')
}

fn record_error(path: &Path, error: &csv::Error) -> DatasetError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            DatasetError::Ragged { path: path.into(), line, expected: *expected_len as usize, found: *len as usize }
        }
        _ => DatasetError::NotText { path: path.into(), line },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str, inputs: Option<usize>) -> Result<Dataset, DatasetError> {
        read(Path::new("a.csv"), text.as_bytes(), "a".into(), inputs)
    }

    fn message(text: &str, inputs: Option<usize>) -> String {
        read_text(text, inputs).unwrap_err().to_string()
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
        assert!(
            read(Path::new("a.csv"), &b"1,\xff\n"[..], "a".into(), None).unwrap_err().to_string().contains("UTF-8")
        );
    }
}
