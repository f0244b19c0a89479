//! The points of a scene as they are shown: their colours, pictures and table, and which of them the mouse finds.

mod condition;
mod painting;
mod picture;
mod region;
mod screen_point;
mod table;
mod table_cell;

pub use condition::{Condition, ConditionProblem};
pub use picture::{picture_side, pictured, pixel_range, pixels};
pub use region::Region;
pub use screen_point::{ScreenPoint, nearest};
pub use table::{TableError, point_table, table_columns, table_csv, table_fits, table_rows};
pub use table_cell::TableCell;
