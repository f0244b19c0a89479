//! How large a person made the window and what can be made larger in it.

/// What a person can make larger or smaller by its edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizedPanel {
    /// The panel on the left, its width.
    Network,
    /// The panel on the right, its width.
    Layer,
    /// The table of points, its height.
    Table,
    /// The table of the layers' measures, its height.
    Measures,
    /// The table of two networks' layers, its height.
    Comparison,
}

impl SizedPanel {
    /// All of them.
    pub const ALL: [SizedPanel; 5] =
        [SizedPanel::Network, SizedPanel::Layer, SizedPanel::Table, SizedPanel::Measures, SizedPanel::Comparison];
}

/// The size of the whole window, in points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSize {
    /// The width of what is drawn in.
    pub width: u16,
    /// The height of what is drawn in.
    pub height: u16,
    /// Whether it fills the screen.
    pub maximized: bool,
}

/// The sizes that a person gave, in points; `None` where it is as large as it is at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PanelSizes {
    sizes: [Option<u16>; SizedPanel::ALL.len()],
    /// The window; `None` before it was seen.
    pub window: Option<WindowSize>,
}

impl PanelSizes {
    /// The size of a panel, where a person gave it one.
    pub fn size(&self, panel: SizedPanel) -> Option<u16> {
        self.sizes[panel as usize]
    }

    /// A person gave a panel this size.
    pub fn set(&mut self, panel: SizedPanel, size: u16) {
        self.sizes[panel as usize] = Some(size);
    }
}
