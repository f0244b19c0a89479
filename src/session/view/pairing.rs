//! How two networks are seen on the stage.

/// How the network on show (A) and another one (B) are seen together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// Two views with one camera.
    SideBySide,
    /// Both in one view, joined by lines that show the difference.
    Overlay,
    /// One view, on the way from A to B.
    Morph,
}

impl Pairing {
    /// Every way, in the order in which the window shows them.
    pub const ALL: [Pairing; 3] = [Pairing::SideBySide, Pairing::Overlay, Pairing::Morph];

    /// The words used in the window.
    pub fn label(self) -> &'static str {
        match self {
            Pairing::SideBySide => "A beside B",
            Pairing::Overlay => "A over B",
            Pairing::Morph => "A into B",
        }
    }
}
