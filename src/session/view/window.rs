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
    /// What follows from the window's size, and is kept nowhere.
    pub folding: Folding,
}

/// A panel beside the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SidePanel {
    /// On the left: layers, data, training.
    Network,
    /// On the right.
    Layer,
}

/// How much room there is for the panels beside the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    /// For both.
    #[default]
    Both,
    /// For one of them; the other is folded to its icons.
    One,
    /// For none: both are icons, and one at a time opens over the stage.
    Icons,
}

/// Which panels are folded because there is no room for them, and whether the stage has the window for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    /// How much room there is.
    pub room: Room,
    /// The panel that was unfolded last, where there is not room for both.
    pub unfolded: Option<SidePanel>,
    /// Whether the stage and the timeline are all that is shown, in larger type.
    pub presents: bool,
}

/// Where a panel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelPosition {
    /// Nowhere: it was put away.
    Hidden,
    /// Folded to its icons.
    Folded,
    /// Beside the stage.
    Beside,
    /// Folded, and opened over the stage.
    Over,
}

/// Windows narrower than this have room for one panel beside the stage.
const ONE_PANEL: f32 = 1100.0;
/// Windows narrower than this have room for none.
const NO_PANEL: f32 = 800.0;

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
    /// The page of examples and of ways to begin.
    Start,
    /// The screen that explains the model.
    Model,
    /// The list of all commands, to be searched.
    Palette,
    /// The list of keys.
    Keys,
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
    /// Folds the panel that is open over the stage.
    Fold,
    /// Shows the stage and the timeline alone, or all again.
    TogglePresentation,
}

impl Side {
    /// All of them, in the order of their tabs.
    pub const ALL: [Side; 4] = [Side::Layer, Side::Refinement, Side::Findings, Side::Probes];

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Side::Layer => "Layer",
            Side::Refinement => "ResNet refinement",
            Side::Findings => "Findings",
            Side::Probes => "Probes",
        }
    }

    /// The word on the tab: four of them stand side by side.
    pub fn short_label(self) -> &'static str {
        match self {
            Side::Refinement => "ResNet",
            _ => self.label(),
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
            folding: Folding::default(),
        }
    }
}

impl WindowSettings {
    /// Whether the refinement panel is in sight.
    pub fn refinement_panel(&self) -> bool {
        self.is_in_sight(SidePanel::Layer) && self.side == Side::Refinement
    }

    /// Where a panel stands.
    pub fn panel_position(&self, panel: SidePanel) -> PanelPosition {
        let is_wanted = |panel| match panel {
            SidePanel::Network => self.network_panel,
            SidePanel::Layer => self.layer_panel,
        };
        let Folding { room, unfolded, presents } = self.folding;
        if presents || !is_wanted(panel) {
            return PanelPosition::Hidden;
        }
        let is_unfolded = unfolded.filter(|unfolded| is_wanted(*unfolded)).unwrap_or(match self.layer_panel {
            true => SidePanel::Layer,
            false => SidePanel::Network,
        }) == panel;
        match room {
            Room::Both => PanelPosition::Beside,
            Room::One if is_unfolded => PanelPosition::Beside,
            Room::Icons if unfolded == Some(panel) => PanelPosition::Over,
            Room::One | Room::Icons => PanelPosition::Folded,
        }
    }

    /// Whether what a panel says can be read now.
    pub fn is_in_sight(&self, panel: SidePanel) -> bool {
        matches!(self.panel_position(panel), PanelPosition::Beside | PanelPosition::Over)
    }

    /// Folds the panels to a window of this width.
    pub fn fit(&mut self, width: f32) {
        let room = match width {
            width if width < NO_PANEL => Room::Icons,
            width if width < ONE_PANEL => Room::One,
            _ => Room::Both,
        };
        if room != self.folding.room {
            self.folding.room = room;
            // What was unfolded beside the stage would now lie over it.
            self.folding.unfolded = self.folding.unfolded.filter(|_| room != Room::Icons);
        }
    }

    /// Brings a panel into sight.
    pub fn unfold(&mut self, panel: SidePanel) {
        match panel {
            SidePanel::Network => self.network_panel = true,
            SidePanel::Layer => self.layer_panel = true,
        }
        self.folding.unfolded = Some(panel);
        self.folding.presents = false;
    }

    fn toggle(&mut self, panel: SidePanel) {
        match (self.panel_position(panel), panel) {
            (PanelPosition::Hidden | PanelPosition::Folded, _) => self.unfold(panel),
            (PanelPosition::Over, _) => self.folding.unfolded = None,
            (PanelPosition::Beside, SidePanel::Network) => self.network_panel = false,
            (PanelPosition::Beside, SidePanel::Layer) => self.layer_panel = false,
        }
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: WindowCommand) {
        match command {
            WindowCommand::ToggleNetworkPanel => self.toggle(SidePanel::Network),
            WindowCommand::ToggleLayerPanel => self.toggle(SidePanel::Layer),
            WindowCommand::ToggleFrameTime => self.frame_time = !self.frame_time,
            WindowCommand::Side(side) => {
                self.unfold(SidePanel::Layer);
                self.side = side;
            }
            WindowCommand::Show(modal) => self.modal = modal,
            WindowCommand::Appearance(appearance) => self.appearance = appearance,
            WindowCommand::Fold if self.folding.room == Room::Icons => self.folding.unfolded = None,
            WindowCommand::Fold => {}
            WindowCommand::TogglePresentation => self.folding.presents = !self.folding.presents,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [SidePanel; 2] = [SidePanel::Network, SidePanel::Layer];

    #[test]
    fn panels_fold_where_there_is_no_room_and_come_back() {
        let mut window = WindowSettings::default();
        let panel_position = |window: &WindowSettings| BOTH.map(|panel| window.panel_position(panel));
        window.fit(1280.0);
        assert_eq!(panel_position(&window), [PanelPosition::Beside, PanelPosition::Beside]);
        window.fit(1024.0);
        assert_eq!(panel_position(&window), [PanelPosition::Folded, PanelPosition::Beside]);
        window.apply(WindowCommand::ToggleNetworkPanel);
        assert_eq!(panel_position(&window), [PanelPosition::Beside, PanelPosition::Folded]);
        window.fit(640.0);
        assert_eq!(panel_position(&window), [PanelPosition::Folded, PanelPosition::Folded]);
        window.apply(WindowCommand::Side(Side::Refinement));
        assert_eq!(panel_position(&window), [PanelPosition::Folded, PanelPosition::Over]);
        assert!(window.refinement_panel());
        window.apply(WindowCommand::Fold);
        assert_eq!(panel_position(&window), [PanelPosition::Folded, PanelPosition::Folded]);
        window.fit(1280.0);
        assert_eq!(panel_position(&window), [PanelPosition::Beside, PanelPosition::Beside]);
    }

    #[test]
    fn a_panel_that_was_put_away_stays_away_and_the_key_shows_what_is_folded() {
        let mut window = WindowSettings::default();
        window.apply(WindowCommand::ToggleLayerPanel);
        for width in [1280.0, 1024.0, 640.0] {
            window.fit(width);
            assert_eq!(window.panel_position(SidePanel::Layer), PanelPosition::Hidden);
        }
        window.apply(WindowCommand::ToggleNetworkPanel);
        assert_eq!(window.panel_position(SidePanel::Network), PanelPosition::Over);
        window.apply(WindowCommand::ToggleNetworkPanel);
        assert_eq!(window.panel_position(SidePanel::Network), PanelPosition::Folded);
        window.apply(WindowCommand::TogglePresentation);
        assert!(BOTH.iter().all(|panel| window.panel_position(*panel) == PanelPosition::Hidden));
    }
}
