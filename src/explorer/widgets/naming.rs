//! Names for those who cannot see the window, where the visible label is not enough: a symbol, or the same word in
//! every row of a list.

use egui::{Rect, Response, Role, Ui, WidgetInfo};

/// Names a button.
pub fn name_button(response: &Response, name: impl Into<String>) {
    let name = name.into();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, response.enabled(), &name));
}

/// Names a button that is on or off.
pub fn name_toggle(response: &Response, on: bool, name: impl Into<String>) {
    let name = name.into();
    response.widget_info(|| WidgetInfo::selected(Role::Button, response.enabled(), on, &name));
}

/// Names a part of the window that holds widgets: `ui`, which fills `rect`.
pub fn name_pane(ui: &Ui, name: &str, rect: Rect) {
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(Role::Pane);
        node.set_label(name);
        let [x0, y0, x1, y1] = [rect.left(), rect.top(), rect.right(), rect.bottom()].map(f64::from);
        node.set_bounds(egui::accesskit::Rect { x0, y0, x1, y1 });
    });
}
