//! Lengths, rectangles and colours as attributes.

use egui::{Color32, Rect};

/// A length or a coordinate, to the hundredth.
pub(super) fn number(value: f32) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A rectangle as attributes.
pub(super) fn sides(rect: Rect) -> String {
    let [x, y, width, height] = [rect.left(), rect.top(), rect.width(), rect.height()].map(number);
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

/// A colour as an attribute of this name, with its opacity where that is not full; nothing where it is not seen.
pub(super) fn colour(name: &str, colour: Color32) -> Option<String> {
    let [red, green, blue, alpha] = colour.to_srgba_unmultiplied();
    match alpha {
        0 => None,
        u8::MAX => Some(format!("{name}=\"#{red:02x}{green:02x}{blue:02x}\"")),
        _ => {
            let opacity = number(f32::from(alpha) / 255.0);
            Some(format!("{name}=\"#{red:02x}{green:02x}{blue:02x}\" {name}-opacity=\"{opacity}\""))
        }
    }
}
