//! The content of a text file, and what its columns are.

use std::path::PathBuf;

use super::layout::Layout;
use super::scan::TableScan;
use crate::dataset::column::ColumnOutline;

/// The content of a text file, and what its columns are.
pub(in crate::dataset) struct DelimitedTable {
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// Where the records begin, behind a line that names the separator.
    pub(super) start: usize,
    pub(super) separator: u8,
    pub(super) layout: Layout,
    pub(super) columns: Vec<ColumnOutline>,
    /// For each column its place among the fields: empty columns without a name are none.
    pub(super) positions: Vec<usize>,
    pub(super) scans: Vec<TableScan>,
    pub(super) rows: usize,
    pub(super) notes: Vec<String>,
}
