//! How a flow is built, by the names that a session's file keeps.

use super::names::Names;
use super::stored::StoredFlow;
use crate::flow::{CompressionLaw, Decomposition, FlowOptions, ResidualLaw, TimeLaw};

/// How the flow is built. Names that are not known are kept in `names`.
pub(super) fn flow_options(stored: &StoredFlow, names: &mut Names) -> FlowOptions {
    let usual = FlowOptions::default();
    FlowOptions {
        decomposition: names
            .find("decomposition", stored.decomposition.as_deref(), &Decomposition::ALL)
            .unwrap_or(usual.decomposition),
        compression: names
            .find("compression", stored.compression.as_deref(), &CompressionLaw::ALL)
            .unwrap_or(usual.compression),
        time: names.find("time", stored.time.as_deref(), &TimeLaw::ALL).unwrap_or(usual.time),
        residual: names.find("residual", stored.residual.as_deref(), &ResidualLaw::ALL).unwrap_or(usual.residual),
    }
}
