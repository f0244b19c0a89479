//! A number of a network that is dragged or typed.

use egui::{DragValue, Role, Ui, WidgetInfo};

use crate::session::{Command, EditCommand, NetworkChange, NumberChange};

/// What a drag of one screen point changes.
const SPEED: f64 = 0.02;

/// Draws the number `now`, called `name`, of the layer with index `layer`; `change` makes another value of it. Gives what
/// was asked for: the whole of a drag is one change.
pub fn edit(ui: &mut Ui, name: &str, now: f64, layer: usize, change: impl FnOnce(f64) -> NumberChange) -> Vec<Command> {
    let mut value = now;
    let response = ui.add(DragValue::new(&mut value).speed(SPEED).max_decimals(3));
    response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
    let changed = response.changed() && value != now;
    let released = response.drag_stopped() || response.lost_focus();
    response.on_hover_text(format!("{name}: drag or type; the flow follows"));
    let change = changed.then(|| EditCommand::Change(NetworkChange::Number { layer, change: change(value) }));
    let release = released.then_some(EditCommand::Release);
    change.into_iter().chain(release).map(Command::Edit).collect()
}
