//! The window: panels and views read the session and answer with commands, which are applied after drawing.

pub mod panels;
pub mod theme;
pub mod views;
