//! What is said of the choices of a command.

use crate::session::{Colouring, Compare, Tool};

pub(super) fn compare_tip(compare: Compare) -> &'static str {
    match compare {
        Compare::Plain => "The plain net as an exact flow",
        Compare::ResNet => "The same data at the same time under N Euler steps in each phase",
        Compare::SideBySide => "The plain net and its ResNet in two views that turn and zoom together",
        Compare::Overlay => "Both in one view; a line joins each point with its place in the ResNet",
    }
}

pub(super) fn tool_tip(tool: Tool) -> &'static str {
    match tool {
        Tool::Pan => "A drag moves the picture, or turns it in 3-D",
        Tool::Box => "A drag selects the points in a rectangle",
        Tool::Grab => "A drag takes a point in mid-flow to another position",
        Tool::Lasso => "A drag selects the points inside the line that it draws",
    }
}

pub(super) fn colour_label(colouring: Colouring) -> &'static str {
    match colouring {
        Colouring::Label => "label",
        Colouring::Prediction => "prediction",
        Colouring::Mistakes => "right or wrong",
        Colouring::Loss(_) => "loss",
        Colouring::Column(_) => "a column of the data",
    }
}
