//! Why a module could not be made a part of a network.

use super::module::Module;
use crate::formats::{FormatError, GraphProblem};

/// Why a module could not be made a part of a network.
pub(super) enum Fault {
    File(FormatError),
    Graph(GraphProblem),
}

impl From<FormatError> for Fault {
    fn from(error: FormatError) -> Fault {
        Fault::File(error)
    }
}

impl From<GraphProblem> for Fault {
    fn from(problem: GraphProblem) -> Fault {
        Fault::Graph(problem)
    }
}

/// That the lengths of a setting are not understood.
pub(super) fn unclear(module: &Module<'_>, setting: &str) -> GraphProblem {
    module.fault(setting, "is not that of a picture or a signal")
}
