//! The plain net, its ResNet, or both.

/// What the stage compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// The exact flow of the plain net.
    #[default]
    Plain,
    /// The N-step ResNet alone.
    ResNet,
    /// Two views with one camera.
    SideBySide,
    /// Both in one view, joined by lines that show the error.
    Overlay,
}

impl Compare {
    /// Every way to compare, in the order in which the window shows them.
    pub const ALL: [Compare; 4] = [Compare::Plain, Compare::ResNet, Compare::SideBySide, Compare::Overlay];

    /// The words used in the window.
    pub fn label(self) -> &'static str {
        match self {
            Compare::Plain => "Plain",
            Compare::ResNet => "ResNet",
            Compare::SideBySide => "Side by side",
            Compare::Overlay => "Overlay",
        }
    }

    /// Whether the ResNet is drawn.
    pub fn needs_resnet(self) -> bool {
        self != Compare::Plain
    }
}
