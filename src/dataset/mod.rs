//! Data: points with labels or values, read from files or drawn from seeded generators.

mod arrays;
mod choice;
mod column;
mod delimited;
mod digits;
mod error;
mod gaps;
mod generator;
mod idx_file;
mod labels;
mod matching;
mod moments;
mod names;
pub mod numpy;
mod numpy_file;
mod open;
mod packed;
mod points;
mod random;
mod roles;
mod scaling;
mod sequence;
mod table;

pub use choice::{DataChoice, LabelChoice};
pub use column::{ColumnKind, ColumnOutline};
pub use error::DatasetError;
pub use gaps::{ColumnGaps, LeftOut, MissingValues};
pub use generator::{Generator, GeneratorOptions};
pub use labels::Labels;
pub use matching::{Matched, match_classes};
pub use open::{outline, propose};
pub use points::Dataset;
pub use random::Random;
pub use roles::{LabelColumns, Roles};
pub use scaling::Scaling;
pub use sequence::RowNumbers;
