//! The axes, the scale bar and the words that say what part of the space is seen.

use egui::{Align2, Color32, Painter, Pos2, Rect, pos2, vec2};

use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{self, GAP, Palette};

/// The scale bar is at most this long on the screen.
pub const SCALE_BAR: f32 = 110.0;

/// A scale that changes by more e-folds a layer than this is said to follow the data.
const FOLLOWS: f64 = 0.05;

/// The length of an axis, as a share of half the data's size.
const AXIS: f64 = 0.6;

/// Draws the axes of the projection from the origin of the ambient space, named at their ends.
pub fn axes(painter: &Painter, palette: &Palette, transform: &ScreenTransform, labels: &[String]) {
    for (index, label) in labels.iter().enumerate().take(3) {
        let at = |length: f64| {
            let mut point = [0.0; 3];
            point[index] = length;
            transform.position(point).map(|(at, _)| at)
        };
        let (Some(origin), Some(end)) = (at(0.0), at(AXIS * transform.unit)) else { continue };
        painter.line_segment([origin, end], palette.axis_line());
        let direction = (end - origin).normalized();
        let direction = if direction.is_finite() { direction } else { vec2(0.0, 0.0) };
        painter.text(end + 10.0 * direction, Align2::CENTER_CENTER, label, theme::small_font(), palette.faint_ink);
    }
}

/// A bar of a round length in the lower left corner, with its length in units of the space, and whether the scale changes now.
pub fn scale_bar(painter: &Painter, palette: &Palette, transform: &ScreenTransform) {
    let length = round_length(f64::from(SCALE_BAR) / transform.scale);
    let width = (length * transform.scale) as f32;
    let fits = transform.rect.width() > 2.0 * SCALE_BAR && transform.rect.height() > 60.0;
    if !(width.is_finite() && fits) {
        return;
    }
    let left = transform.rect.left_bottom() + vec2(2.0 * GAP, -2.0 * GAP);
    let right = left + vec2(width, 0.0);
    painter.line_segment([left, right], palette.axis_line());
    for end in [left, right] {
        painter.line_segment([end - vec2(0.0, 3.0), end + vec2(0.0, 3.0)], palette.axis_line());
    }
    let text = match transform.growth {
        growth if growth > FOLLOWS => format!("{} · zooms out", theme::significant(length)),
        growth if growth < -FOLLOWS => format!("{} · zooms in", theme::significant(length)),
        _ => theme::significant(length),
    };
    painter.text(pos2(left.x, left.y - 3.0), Align2::LEFT_BOTTOM, text, theme::small_font(), palette.faint_ink);
}

/// The largest of 1, 2, 5 times a power of ten that is not larger than `length`.
fn round_length(length: f64) -> f64 {
    if !(length.is_finite() && length > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(length.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|factor| factor * power).find(|round| *round <= length * 1.000_001).unwrap_or(power)
}

/// What of the space is seen, in words: the share of the variance at this time, and over the whole flow where the picture
/// shows the same directions throughout.
pub fn truth(labels: &[String], now: f64, whole: Option<f64>, dimension: usize) -> String {
    if labels.len() == dimension && whole.is_some() {
        return match dimension {
            1 => "The flow has one dimension: the picture is the whole truth.".to_owned(),
            2 => "The flow has two dimensions: the picture is the whole truth.".to_owned(),
            _ => "The flow has three dimensions: the picture is the whole truth.".to_owned(),
        };
    }
    let percent = |share: f64| theme::figure(100.0 * share, if share > 0.9995 { 2 } else { 1 });
    let whole = whole.map_or_else(String::new, |whole| format!(", {} % over the whole flow", percent(whole)));
    let what = labels.join(", ");
    format!("{what} of {dimension} dimensions: {} % of the variance is seen now{whole}.", percent(now))
}

/// Writes lines of small text into a lower corner of the view, wrapped to a width, the last line lowest, over a ground where
/// there is one; gives the
/// rectangle that they take.
pub fn lower_right(
    painter: &Painter,
    palette: &Palette,
    (rect, width, ground): (Rect, f32, Option<Color32>),
    text: String,
) -> Rect {
    let galley = painter.layout(text, theme::small_font(), palette.faint_ink, width);
    let at: Pos2 = rect.right_bottom() - galley.size() - vec2(GAP, GAP);
    let taken = Rect::from_min_size(at, galley.size());
    if let Some(ground) = ground {
        painter.rect_filled(taken.expand(2.0), f32::from(theme::CORNER), ground);
    }
    painter.galley(at, galley, palette.faint_ink);
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_bars_have_round_lengths() {
        for (length, round) in [(0.37, 0.2), (1.0, 1.0), (4.99, 2.0), (73.0, 50.0), (1e-12, 1e-12)] {
            assert!((round_length(length) / round - 1.0).abs() < 1e-9, "{length}");
        }
        for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(round_length(nonsense), 1.0);
        }
    }

    #[test]
    fn the_share_of_the_variance_is_said_unless_all_is_seen() {
        let labels = ["PC 1".to_owned(), "PC 2".to_owned()];
        let caption = truth(&labels, 0.8126, Some(0.5), 8);
        assert_eq!(
            caption,
            "PC 1, PC 2 of 8 dimensions: 81.3 % of the variance is seen now, 50.0 % over the whole flow."
        );
        assert!(truth(&labels, 1.0, Some(1.0), 2).contains("whole truth"));
        assert_eq!(
            truth(&["A plane".to_owned()], 1.0, None, 8),
            "A plane of 8 dimensions: 100.00 % of the variance is seen now."
        );
    }
}
