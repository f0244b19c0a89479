//! How the window is arranged: which panels are shown, and whether it is light or dark.

/// The arrangement of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSettings {
    /// The panel on the left: layers, data, flow.
    pub network_panel: bool,
    /// The panel on the right.
    pub layer_panel: bool,
    /// What the panel on the right is about.
    pub side: Side,
    /// What is shown over everything else and has all keys.
    pub modal: Option<Modal>,
    /// Whether the stage tells how long frames take.
    pub frame_time: bool,
    /// Light or dark.
    pub appearance: Appearance,
}

/// What the panel on the right is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// What the layer does.
    #[default]
    Layer,
    /// The refinement into a ResNet.
    Refinement,
    /// What is wrong with the network.
    Findings,
    /// What the network does to a point that is moved, and without one of its parts.
    Probes,
}

/// What is shown over everything else and has all keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modal {
    /// The screen that explains the model.
    Model,
    /// The list of all commands, to be searched.
    Palette,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Appearance {
    /// As the desktop has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A change of the arrangement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowCommand {
    /// Shows or hides the panel on the left.
    ToggleNetworkPanel,
    /// Shows or hides the panel on the right.
    ToggleLayerPanel,
    /// Lets the stage tell how long frames take, or no longer.
    ToggleFrameTime,
    /// What the panel on the right is about; it is shown if it was not.
    Side(Side),
    /// Shows something over everything else, or closes it.
    Show(Option<Modal>),
    /// Light or dark.
    Appearance(Appearance),
}

impl Side {
    /// All of them, in the order of their tabs.
    pub const ALL: [Side; 4] = [Side::Layer, Side::Refinement, Side::Findings, Side::Probes];

    /// The words on the tab.
    pub fn label(self) -> &'static str {
        match self {
            Side::Layer => "Layer",
            Side::Refinement => "ResNet refinement",
            Side::Findings => "Findings",
            Side::Probes => "Probes",
        }
    }
}

impl Appearance {
    /// All three, in the order in which the menu shows them.
    pub const ALL: [Appearance; 3] = [Appearance::System, Appearance::Light, Appearance::Dark];

    /// The words used in the menu.
    pub fn label(self) -> &'static str {
        match self {
            Appearance::System => "As the system",
            Appearance::Light => "Light",
            Appearance::Dark => "Dark",
        }
    }
}

impl Default for WindowSettings {
    fn default() -> WindowSettings {
        WindowSettings {
            network_panel: true,
            layer_panel: true,
            side: Side::Layer,
            modal: None,
            frame_time: false,
            appearance: Appearance::System,
        }
    }
}

impl WindowSettings {
    /// Whether the refinement panel is in sight.
    pub fn refinement_panel(&self) -> bool {
        self.layer_panel && self.side == Side::Refinement
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: WindowCommand) {
        match command {
            WindowCommand::ToggleNetworkPanel => self.network_panel = !self.network_panel,
            WindowCommand::ToggleLayerPanel => self.layer_panel = !self.layer_panel,
            WindowCommand::ToggleFrameTime => self.frame_time = !self.frame_time,
            WindowCommand::Side(side) => {
                self.layer_panel = true;
                self.side = side;
            }
            WindowCommand::Show(modal) => self.modal = modal,
            WindowCommand::Appearance(appearance) => self.appearance = appearance,
        }
    }
}
