//! Numbers of what is shown, as tables that other programs read.

mod kind;
mod table;

pub use kind::{NumberKind, NumberRequest};
pub use table::{ColumnValues, NumberColumn, NumberTable, NumbersProblem};
