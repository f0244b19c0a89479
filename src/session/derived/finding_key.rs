//! What a finding is known by from one check to the next, and between starts.

use serde::{Deserialize, Serialize};

use crate::diagnostics::findings::Finding;

/// A kind of finding in one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FindingKey {
    code: String,
    /// The layer, from 1.
    layer: Option<usize>,
    #[serde(default)]
    units: Vec<usize>,
    #[serde(default)]
    columns: Vec<usize>,
}

impl FindingKey {
    /// What `finding` is known by.
    pub fn new(finding: &Finding) -> FindingKey {
        FindingKey {
            code: finding.code.to_owned(),
            layer: finding.layer,
            units: finding.units.clone(),
            columns: finding.columns.clone(),
        }
    }

    /// The layer, from 1.
    pub fn layer(&self) -> Option<usize> {
        self.layer
    }
}
