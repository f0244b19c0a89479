//! The records of a text file: which of them are rows, and which are blank, comments or the header.

use csv::{Reader, ReaderBuilder, StringRecord, Trim};

use super::content::DelimitedTable;
use super::layout::{Layout, Sampled};
use super::{layout, number};
use crate::dataset::DatasetError;
use crate::system::cancel;

/// How many records tell how a file is to be read.
const SAMPLED_RECORDS: usize = 200;
/// How many of their fields at most; two records are looked at in any case.
const SAMPLED_FIELDS: usize = 1 << 18;

/// Lines that are no rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Aside {
    /// Lines of separators only.
    pub blank: usize,
    /// Comments that would be rows without their sign.
    pub commented: usize,
}

impl DelimitedTable {
    pub(super) fn records(&self) -> Reader<&[u8]> {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).trim(Trim::All).delimiter(self.separator);
        builder.from_reader(&self.text.as_bytes()[self.start..])
    }

    /// The first records that are not blank.
    pub(super) fn sample(&self) -> Result<Vec<Sampled>, DatasetError> {
        let mut sampled = Vec::new();
        let (mut fields, mut plain) = (0, 0);
        let mut records = self.records();
        let mut record = StringRecord::new();
        while plain < SAMPLED_RECORDS && (fields < SAMPLED_FIELDS || plain < 2) {
            if !records.read_record(&mut record).map_err(|error| self.record_error(&error))? {
                break;
            }
            fields += record.len();
            if is_blank(&record) {
                continue;
            }
            let is_hash = self.is_hash(&record);
            plain += usize::from(!is_hash);
            let raw = if is_hash { self.raw(&record).to_owned() } else { String::new() };
            let fields = record.iter().map(|field| field.trim().to_owned()).collect();
            sampled.push(Sampled { is_hash, fields, raw });
            if is_hash && sampled.len() > 2 * SAMPLED_RECORDS {
                break;
            }
        }
        Ok(sampled)
    }

    /// The text from where a record begins; the ends of blank lines may come first.
    pub(super) fn rest_of(&self, record: &StringRecord) -> &str {
        let at = self.start + record.position().map_or(0, |position| position.byte() as usize);
        self.text.get(at..).unwrap_or_default()
    }

    /// The first line of a record as it is in the file.
    pub(super) fn raw(&self, record: &StringRecord) -> &str {
        self.rest_of(record).trim_start().lines().next().unwrap_or_default()
    }

    /// The number of the line in which a record begins.
    pub(super) fn line(&self, record: &StringRecord) -> u64 {
        let blank = self.rest_of(record).bytes().take_while(|byte| matches!(byte, b'\n' | b'\r'));
        let before = blank.filter(|byte| *byte == b'\n').count() as u64;
        record.position().map_or(0, csv::Position::line) + before
    }

    /// Whether a record begins with the sign of a comment, and that not within quotes.
    pub(super) fn is_hash(&self, record: &StringRecord) -> bool {
        record.get(0).is_some_and(|first| first.trim_start().starts_with('#')) && self.raw(record).starts_with('#')
    }

    /// Calls `each` with every row, and tells what is none.
    pub(super) fn each_row(
        &self,
        mut each: impl FnMut(&StringRecord) -> Result<(), DatasetError>,
    ) -> Result<Aside, DatasetError> {
        let Layout { width, hash_rows, .. } = self.layout;
        let mut aside = Aside::default();
        let mut records = self.records();
        let mut record = StringRecord::new();
        let mut is_first = self.layout.is_first_record;
        while records.read_record(&mut record).map_err(|error| self.record_error(&error))? {
            cancel::check().map_err(|source| DatasetError::Read { path: self.path.clone(), source })?;
            if is_blank(&record) {
                aside.blank += usize::from(record.len() > 1);
                continue;
            }
            if self.is_hash(&record) {
                let fields: Vec<String> = record.iter().map(str::to_owned).collect();
                if !hash_rows || fields.len() < width || !layout::is_like_row(&fields) {
                    let is_row = (width == 0 || fields.len() == width) && is_commented_row(&fields);
                    aside.commented += usize::from(is_row);
                    continue;
                }
            }
            if std::mem::take(&mut is_first) {
                continue;
            }
            if record.len() < width || record.iter().skip(width).any(|field| !field.is_empty()) {
                let filled = record
                    .iter()
                    .enumerate()
                    .filter(|(_, field)| !field.is_empty())
                    .map(|(last, _)| last + 1)
                    .last()
                    .unwrap_or(0);
                let found = if record.len() < width { record.len() } else { filled };
                if record.iter().any(|field| field.contains('\n')) {
                    return Err(DatasetError::OpenQuote { path: self.path.clone(), line: self.line(&record) });
                }
                return Err(self.ragged(self.line(&record), found));
            }
            each(&record)?;
        }
        Ok(aside)
    }
}

/// Whether nothing stands in a record.
fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|field| field.trim().is_empty())
}

/// Whether the fields are those of a row of numbers, but for a sign in front.
fn is_commented_row(fields: &[String]) -> bool {
    let bare = fields.iter().map(|field| field.trim_start_matches('#').trim());
    bare.filter(|field| number::is_any(field)).count() > 0
}
