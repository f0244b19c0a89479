//! Names for those who cannot see the window, where the visible label is not enough: a symbol, or the same word in
//! every row of a list.

use egui::{Response, Role, WidgetInfo};

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
