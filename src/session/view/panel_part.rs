//! What of the panels is opened and closed as a whole.

/// A table, a strip or a section that is opened and closed as a whole; what it shows is computed while it is open. A new
/// one is a line here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelPart {
    /// The strip of all layers.
    AllLayers,
    /// The table of the layers' measures.
    Measures,
    /// The section about the network's errors.
    Errors,
}

impl PanelPart {
    /// All of them.
    pub const ALL: [PanelPart; 3] = [PanelPart::AllLayers, PanelPart::Measures, PanelPart::Errors];

    /// Its place in the set of those that are open.
    pub(super) const fn bit(self) -> u32 {
        1 << self as u32
    }
}
