//! The stage: the data, moving.

pub mod stage;
