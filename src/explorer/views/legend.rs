//! Which colour and shape stands for which class, or which colours for the least and the largest value.

use egui::{Align2, Painter, Rect, TextureHandle, pos2};

use super::points;
use crate::dataset::Labels;
use crate::explorer::theme::{self, GAP, POINT_RADIUS, Palette, SMALL};

/// More classes than this have no legend: hovering a point names its class.
const MOST_CLASSES: usize = 12;
/// Longer names are cut.
const LONGEST_NAME: usize = 18;
/// Rows of a legend of values.
const VALUE_ROWS: usize = 5;
/// The height of a row.
const ROW: f32 = SMALL + 3.0;

/// Draws the legend into the upper right corner of the view, if it takes less than half of its height. Gives where it ends.
pub fn show(painter: &Painter, palette: &Palette, rect: Rect, texture: &TextureHandle, labels: &Labels) -> f32 {
    let rows = rows(labels, palette);
    if rows.is_empty() || rows.len() as f32 * ROW > rect.height() / 2.0 || rect.width() < 240.0 {
        return rect.top();
    }
    let end = rect.top() + GAP + ROW * rows.len() as f32;
    let mut marks = Vec::with_capacity(rows.len());
    for (index, (name, (colour, shape))) in rows.into_iter().enumerate() {
        let y = rect.top() + GAP + ROW * (index as f32 + 0.5);
        let right = rect.right() - GAP;
        marks.push((pos2(right - POINT_RADIUS, y), colour, shape));
        let text = pos2(right - 2.0 * POINT_RADIUS - GAP, y);
        painter.text(text, Align2::RIGHT_CENTER, name, theme::small_font(), palette.faint_ink);
    }
    painter.add(points::marks(texture, &marks));
    end
}

fn rows(labels: &Labels, palette: &Palette) -> Vec<(String, points::Look)> {
    match labels {
        Labels::None => Vec::new(),
        Labels::Classes { names, .. } if names.len() > MOST_CLASSES => Vec::new(),
        Labels::Classes { names, .. } => {
            let row = |(class, name): (usize, &String)| (short(name), points::class_look(class, palette));
            names.iter().enumerate().map(row).collect()
        }
        Labels::Values(values) => {
            let (low, high) = points::range(values);
            if low >= high {
                return Vec::new();
            }
            let share = |row: usize| 1.0 - row as f64 / (VALUE_ROWS - 1) as f64;
            let row = |row: usize| {
                (theme::significant(low + share(row) * (high - low)), (palette.value(share(row) as f32), 0))
            };
            (0..VALUE_ROWS).map(row).collect()
        }
    }
}

fn short(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    name.chars().take(LONGEST_NAME - 1).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_values_have_rows_and_too_many_have_none() {
        let palette = Palette::for_dark(false);
        let classes = |count: usize| Labels::Classes {
            of_sample: vec![0],
            names: (0..count).map(|class| format!("a class with the number {class}")).collect(),
        };
        assert_eq!(rows(&classes(10), palette).len(), 10);
        assert!(rows(&classes(10), palette).iter().all(|(name, _)| name.chars().count() == LONGEST_NAME));
        assert!(rows(&classes(MOST_CLASSES + 1), palette).is_empty());
        let values = rows(&Labels::Values(vec![-1.0, 3.0, f64::NAN]), palette);
        assert_eq!((values[0].0.as_str(), values[VALUE_ROWS - 1].0.as_str()), ("3.00", "\u{2212}1.00"));
        assert!(rows(&Labels::Values(vec![2.0]), palette).is_empty() && rows(&Labels::None, palette).is_empty());
    }
}
