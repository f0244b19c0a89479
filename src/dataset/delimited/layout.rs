//! Which lines of a text file are rows, which one is the header, and how numbers are written.

use super::dialect::most_frequent;
use super::number;
use super::number::DecimalMark;
use crate::dataset::names;

/// From this many columns on, a first line 0, 1, 2, … is a header whatever stands below.
const SURE_NUMBERED: usize = 4;

/// One of the first records of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Sampled {
    /// Whether it begins with `#`, without quotes.
    pub is_hash: bool,
    pub fields: Vec<String>,
    /// The line as it is.
    pub raw: String,
}

/// How the records of a file are to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// How many fields of a row are columns; behind them stand only empty ones.
    pub width: usize,
    pub mark: DecimalMark,
    /// The names of the columns.
    pub header: Option<Vec<String>>,
    /// Whether they stand in the first record, and not in a comment.
    pub is_first_record: bool,
    /// Whether what begins with `#` is a row.
    pub hash_rows: bool,
    /// What was guessed.
    pub notes: Vec<String>,
}

impl Layout {
    /// What the first records of a file tell of all.
    pub(super) fn detect(records: &[Sampled], is_comma_separated: bool) -> Layout {
        let hash_rows = hash_rows(records);
        let rows: Vec<&Sampled> = records.iter().filter(|record| hash_rows || !record.is_hash).collect();
        let Some((first, rest)) = rows.split_first() else { return Layout::default() };
        let width = width(first, rest);
        let mut layout = Layout { width, hash_rows, ..Layout::default() };
        layout.mark = layout.decimal_mark(&rows, is_comma_separated);
        layout.header = layout.first_record(first, rest);
        layout.is_first_record = layout.header.is_some();
        if layout.header.is_none() && !hash_rows {
            layout.header = commented_header(records, width, layout.mark);
        }
        layout
    }

    /// Whether numbers are written with a decimal point or with a comma: what most columns of numbers speak for.
    fn decimal_mark(&mut self, rows: &[&Sampled], is_comma_separated: bool) -> DecimalMark {
        let (mut point, mut comma) = (0, 0);
        let mut unclear = None;
        for column in 0..self.width {
            let fields = || rows.iter().skip(1).chain(rows.first()).filter_map(|row| row.fields.get(column));
            let votes = |mark| fields().filter(|field| number::vote(field) == Some(mark)).count();
            let (of_point, of_comma) = (votes(DecimalMark::Point), votes(DecimalMark::Comma));
            point += of_point;
            comma += of_comma;
            let has_comma = |field: &&String| field.contains(',') && number::is_any(field);
            unclear = unclear.or_else(|| fields().find(has_comma).filter(|_| of_point + of_comma == 0).cloned());
        }
        match unclear {
            Some(field) if point + comma == 0 => {
                let (mark, caption) = if is_comma_separated {
                    (DecimalMark::Point, "a separator of thousands")
                } else {
                    (DecimalMark::Comma, "a decimal comma")
                };
                self.notes.push(format!("the comma of numbers such as `{field}` is taken as {caption}"));
                mark
            }
            _ if comma > point => DecimalMark::Comma,
            _ => DecimalMark::Point,
        }
    }

    /// The names in the first record, if it is a header.
    fn first_record(&mut self, first: &Sampled, rest: &[&Sampled]) -> Option<Vec<String>> {
        let mut names = first.fields.clone();
        while names.len() > self.width && names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        let column = |position: usize| rest.iter().filter_map(move |row| row.fields.get(position)).map(String::as_str);
        if names.len() + 1 == self.width && self.width > 1 && !rest.is_empty() {
            // R leaves the name of the row names away.
            let is_text = |name: &String| !number::is_any(name) && !number::is_missing(name);
            let firsts: std::collections::BTreeSet<&str> = column(0).collect();
            if names.iter().all(is_text) && firsts.len() == rest.len() && column(0).all(is_row_name) {
                names.insert(0, String::new());
                return Some(names);
            }
        }
        (names.len() == self.width && self.is_header(&names, rest)).then_some(names)
    }

    fn is_header(&mut self, names: &[String], rest: &[&Sampled]) -> bool {
        let mark = self.mark;
        let is_number = |field: &str| number::parse(field, mark).is_some() || number::truth(field).is_some();
        let column = |position: usize| rest.iter().filter_map(move |row| row.fields.get(position)).map(String::as_str);
        let filled = |position: usize| column(position).filter(|field| !number::is_missing(field));
        let all_numbers = |position: usize| filled(position).count() > 0 && filled(position).all(is_number);
        let texts: Vec<usize> =
            (0..names.len()).filter(|&position| !is_number(&names[position]) && !names[position].is_empty()).collect();
        let is_missing = |position: &usize| number::is_missing(&names[*position]);
        // Text above numbers is a name.
        if texts.iter().any(|position| !is_missing(position) && all_numbers(*position)) {
            return true;
        }
        let recurs = |position: usize| column(position).any(|field| field == names[position]);
        let is_new_label = |position: &usize| names::is_sure_label(&names[*position]) && !recurs(*position);
        if texts.iter().any(is_new_label) {
            return true;
        }
        let numbers: Vec<f64> =
            names.iter().filter_map(|name| number::parse(name, mark)).map(|number| number.value).collect();
        if numbers.is_empty() && names.iter().all(|name| number::truth(name).is_none()) {
            return !texts.is_empty() && !texts.iter().any(is_missing);
        }
        // What pandas writes where columns have no names: 0, 1, 2, …, behind an empty field for the index.
        let consecutive = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1.0);
        let blank = names.iter().take_while(|name| name.is_empty()).count();
        let counts =
            numbers.len() + blank > 1 && consecutive && numbers.first().is_some_and(|first| first.fract() == 0.0);
        let others_are_new = texts.iter().all(|position| !recurs(*position));
        if !counts || rest.is_empty() || !others_are_new || blank + texts.len() + numbers.len() != names.len() {
            return false;
        }
        let has_fraction = |position: usize| {
            column(position).filter_map(|field| number::parse(field, mark)).any(|number| number.value.fract() != 0.0)
        };
        let numbered = || (0..names.len()).filter(|position| is_number(&names[*position]));
        let fractions = numbered().filter(|position| has_fraction(*position)).count();
        let (begins_at_zero, begins_at_one) = (numbers[0] == 0.0, numbers[0] == 1.0);
        let shown = names.iter().take(SURE_NUMBERED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let shown = if names.len() > SURE_NUMBERED { format!("{shown}, …") } else { shown };
        let is_header = match begins_at_zero {
            true => blank > 0 || !texts.is_empty() || fractions > 0 || numbers.len() >= SURE_NUMBERED,
            false if begins_at_one && numbers.len() > 2 => fractions + 1 >= numbers.len(),
            false => fractions == numbers.len(),
        };
        if is_header {
            self.notes
                .push(format!("the first line ({shown}) is taken as a header that numbers the columns, not as a row"));
        } else if begins_at_zero || begins_at_one {
            self.notes.push(format!(
                "the first line ({shown}) is taken as a row; it may be a header that numbers the columns"
            ));
        }
        is_header
    }
}

/// What names a row where the header has no name for it: text or a natural number.
fn is_row_name(field: &str) -> bool {
    !number::is_any(field) || field.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many fields of a row are columns: a separator at the end of every line makes no column.
fn width(first: &Sampled, rest: &[&Sampled]) -> usize {
    let mut widths: Vec<usize> = rest.iter().map(|row| row.fields.len()).collect();
    // The names of a header may be fewer or more.
    if rest.is_empty() || first.fields.iter().any(|field| number::is_any(field)) {
        widths.push(first.fields.len());
    }
    let mut width = most_frequent(&widths);
    let is_empty = |record: &Sampled, position: usize| record.fields.get(position).is_none_or(String::is_empty);
    while width > 1 && is_empty(first, width - 1) && rest.iter().all(|row| is_empty(row, width - 1)) {
        width -= 1;
    }
    width
}

/// Whether records that begin with `#` are rows: where that is a text like the others in the column, or where the file
/// has no other rows, and numbers follow.
fn hash_rows(records: &[Sampled]) -> bool {
    let (hashes, plain): (Vec<&Sampled>, Vec<&Sampled>) = records.iter().partition(|record| record.is_hash);
    let below = plain.get(1..).unwrap_or_default();
    let widths = |records: &[&Sampled]| most_frequent(&records.iter().map(|row| row.fields.len()).collect::<Vec<_>>());
    let width = if below.is_empty() { widths(&hashes) } else { widths(below) };
    let like_rows = hashes.iter().any(|record| record.fields.len() == width && is_like_row(&record.fields));
    let texts = below.iter().filter_map(|row| row.fields.first()).filter(|field| !number::is_any(field)).count();
    like_rows && plain.first().is_none_or(|first| first.fields.len() == width) && 2 * texts >= below.len()
}

/// Whether the fields of a record that begins with `#` are those of a row with such a text in front.
pub(super) fn is_like_row(fields: &[String]) -> bool {
    let Some((first, others)) = fields.split_first() else { return false };
    let text = first.trim_start_matches('#');
    let is_word = !text.is_empty() && !text.starts_with(char::is_whitespace);
    // The digits of a colour are no number that was put behind the sign.
    let is_number =
        number::is_any(text) && !(first.starts_with('#') && matches!(text.len(), 3 | 6 | 8) && is_hex(text));
    is_word && !is_number && others.iter().any(|field| number::is_any(field))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The names in the last comment before the first row, as `numpy.savetxt` writes them.
fn commented_header(records: &[Sampled], width: usize, mark: DecimalMark) -> Option<Vec<String>> {
    let before = records.iter().take_while(|record| record.is_hash).last()?;
    let is_header = |names: &Vec<String>| {
        let named = |name: &String| number::parse(name, mark).is_none() && !name.is_empty();
        names.len() == width && names.iter().all(named)
    };
    let without_sign = |fields: Vec<String>| -> Vec<String> {
        let mut fields = fields;
        if let Some(first) = fields.first_mut() {
            *first = first.trim_start_matches('#').trim().to_owned();
        }
        if fields.first().is_some_and(String::is_empty) {
            fields.remove(0);
        }
        fields
    };
    let raw = before.raw.trim_start_matches('#').trim();
    let split = |separator: char| raw.split(separator).map(|name| name.trim().to_owned()).collect::<Vec<String>>();
    let spaced = || raw.split_whitespace().map(str::to_owned).collect();
    // The sign alone may be a name: that of the numbers of the rows.
    if before.fields.first().is_some_and(|first| first == "#") && is_header(&before.fields) {
        return Some(before.fields.clone());
    }
    let candidates = [without_sign(before.fields.clone()), split(','), split(';'), split('\t'), spaced()];
    candidates.into_iter().find(is_header)
}
