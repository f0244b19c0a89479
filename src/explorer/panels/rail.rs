//! The icons of a panel that is folded because the window is narrow; a click unfolds it.

use egui::Ui;

use super::side_tip;
use crate::explorer::icons::{self, BUTTON, Icon};
use crate::explorer::theme::GAP;
use crate::session::{Command, Session, Side, SidePanel, WindowCommand};

/// The width of a folded panel.
pub const WIDTH: f32 = BUTTON + 2.0 * GAP;

/// The icon of the panel on the left.
pub fn left(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let is_open = session.window.is_in_sight(SidePanel::Network);
    let tip = "The panel on the left: layers, data, training. There is no room for it beside the stage.";
    let clicked = icons::button(ui, Icon::List, "Network panel", tip, is_open).clicked();
    if clicked { vec![Command::Window(WindowCommand::ToggleNetworkPanel)] } else { Vec::new() }
}

/// The icons of what the panel on the right can be about.
pub fn right(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    let is_open = session.window.is_in_sight(SidePanel::Layer);
    for side in Side::ALL {
        let icon = match side {
            Side::Layer => Icon::Bars,
            Side::Refinement => Icon::Steps,
            Side::Findings => Icon::Warning,
            Side::Probes => Icon::Target,
        };
        let is_shown = is_open && session.window.side == side;
        if icons::button(ui, icon, side.label(), side_tip(side), is_shown).clicked() {
            let command = if is_shown { WindowCommand::ToggleLayerPanel } else { WindowCommand::Side(side) };
            commands.push(Command::Window(command));
        }
    }
    commands
}
