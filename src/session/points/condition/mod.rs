//! A condition on points, typed by a person: `petal_length > 4.5 and predicted = 2`.
//!
//! ```text
//! any        := all ("or" all)*
//! all        := not ("and" not)*
//! not        := "not" not | "(" any ")" | comparison
//! comparison := operand ("<" | "<=" | "=" | "!=" | ">=" | ">") operand
//! operand    := number | name | 'text' | "column" | `column`
//! ```
//!
//! A name is a column of the data, `x1` for its first one, `label`, `predicted`, `loss`, or `row`; else the name of a class.

mod evaluate;
mod parse;
mod problem;

pub use evaluate::Condition;
pub use problem::ConditionProblem;
