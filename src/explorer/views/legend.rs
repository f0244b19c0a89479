//! What the colours stand for: rows of groups that can be clicked away, or a colour bar of numbers.

use egui::{
    Align2, Color32, CursorIcon, Mesh, Painter, Rect, Role, Sense, Shape, TextureHandle, Ui, WidgetInfo, pos2, vec2,
};

use super::looks::{self, Looks};
use super::points;
use crate::explorer::theme::{self, GAP, POINT_RADIUS, Palette, SMALL};
use crate::session::{Colouring, PointCommand, PointSettings, Shades, ViewCommand};

/// More groups than this have no legend: hovering a point names its class.
const MOST_GROUPS: usize = 12;
/// Longer names are cut.
const LONGEST_NAME: usize = 18;
/// The height of a row.
const ROW: f32 = SMALL + 3.0;
/// The size of the colour bar, and the number of its colours.
const BAR: egui::Vec2 = vec2(10.0, 72.0);
const BAR_STEPS: u32 = 24;

/// Draws the legend into the upper right corner of the view, if it takes less than half of its height. Gives where it
/// ends.
pub fn show(
    ui: &Ui,
    rect: Rect,
    (looks, texture): (&Looks, &TextureHandle),
    settings: &PointSettings,
    commands: &mut Vec<ViewCommand>,
) -> f32 {
    let painter = ui.painter_at(rect);
    let palette = Palette::of(ui);
    let corner = rect.right_top() + vec2(-GAP, GAP);
    let room = rect.height() / 2.0;
    if rect.width() < 240.0 {
        return rect.top();
    }
    match &looks.painting.shades {
        Shades::Groups { names, .. } if names.len() <= MOST_GROUPS && (names.len() as f32) * ROW <= room => {
            let mut legend = Groups { ui, painter, corner, texture, settings, commands };
            legend.title(&looks.painting.title, palette);
            names.iter().enumerate().for_each(|(group, name)| legend.row(group, name, palette));
            legend.corner.y
        }
        Shades::Numbers { range, .. } if BAR.y + 2.0 * ROW <= room => {
            let title = &looks.painting.title;
            painter.text(corner, Align2::RIGHT_TOP, title, theme::small_font(), palette.faint_ink);
            bar(&painter, palette, corner + vec2(0.0, ROW + GAP), settings.colouring, *range)
        }
        Shades::Groups { .. } | Shades::Numbers { .. } | Shades::Same => rect.top(),
    }
}

struct Groups<'a> {
    ui: &'a Ui,
    painter: Painter,
    corner: egui::Pos2,
    texture: &'a TextureHandle,
    settings: &'a PointSettings,
    commands: &'a mut Vec<ViewCommand>,
}

impl Groups<'_> {
    /// The title is there only where the colours stand for something else than the data's own classes.
    fn title(&mut self, title: &str, palette: &Palette) {
        if self.settings.colouring != Colouring::Label {
            self.painter.text(self.corner, Align2::RIGHT_TOP, title, theme::small_font(), palette.faint_ink);
            self.corner.y += ROW;
        }
    }

    fn row(&mut self, group: usize, name: &str, palette: &Palette) {
        let colouring = self.settings.colouring;
        let shown = !self.settings.filter.hides(colouring, group);
        let ink = if shown { palette.faint_ink } else { palette.axis };
        let text = self.painter.layout_no_wrap(short(name), theme::small_font(), ink);
        let y = self.corner.y + ROW / 2.0;
        let text_at = pos2(self.corner.x - 2.0 * POINT_RADIUS - GAP - text.size().x, y - text.size().y / 2.0);
        let hit =
            Rect::from_min_max(pos2(text_at.x - GAP, self.corner.y), pos2(self.corner.x + GAP, self.corner.y + ROW));
        let id = self.ui.scope_id().with(("legend", self.painter.clip_rect().left() as i32, group));
        let response = self.ui.interact(hit, id, Sense::click()).on_hover_cursor(CursorIcon::PointingHand);
        let label = format!("Legend: {name}");
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, &label));
        if response.clicked() {
            self.commands.push(ViewCommand::Points(PointCommand::ToggleGroup(colouring, group)));
        }
        let underlined = response.hovered();
        let tip = if shown { "Click to hide these points." } else { "Click to draw these points again." };
        response.on_hover_text(tip);
        let end = text_at + text.size();
        self.painter.galley(text_at, text, ink);
        if underlined || !shown {
            let line = if shown { end.y } else { y };
            self.painter.hline(text_at.x..=end.x, line, egui::Stroke::new(theme::THIN, ink));
        }
        let (colour, shape) = looks::group_look(colouring, group, palette);
        let colour = if shown { colour } else { palette.track };
        self.painter.add(points::marks(self.texture, &[(pos2(self.corner.x - POINT_RADIUS, y), colour, shape)]));
        self.corner.y += ROW;
    }
}

/// A colour bar whose upper right corner is `corner`, with the largest, the middle and the least number.
fn bar(painter: &Painter, palette: &Palette, corner: egui::Pos2, colouring: Colouring, range: [f64; 2]) -> f32 {
    let rect = Rect::from_min_max(corner - vec2(BAR.x, 0.0), corner + vec2(0.0, BAR.y));
    let [low, high] = range;
    let at = |share: f32| low + f64::from(share) * (high - low);
    let mut mesh = Mesh::default();
    for step in 0..=BAR_STEPS {
        let share = step as f32 / BAR_STEPS as f32;
        let y = rect.bottom() - share * rect.height();
        let colour: Color32 = looks::number_colour(colouring, at(share), range, palette);
        mesh.colored_vertex(pos2(rect.left(), y), colour);
        mesh.colored_vertex(pos2(rect.right(), y), colour);
        if step > 0 {
            let first = 2 * (step - 1);
            mesh.add_triangle(first, first + 1, first + 2);
            mesh.add_triangle(first + 1, first + 2, first + 3);
        }
    }
    painter.add(Shape::mesh(mesh));
    let shares: &[f32] = if low < high { &[0.0, 0.5, 1.0] } else { &[0.5] };
    for &share in shares {
        let text = pos2(rect.left() - GAP, rect.bottom() - share * rect.height());
        painter.text(text, Align2::RIGHT_CENTER, theme::significant(at(share)), theme::small_font(), palette.faint_ink);
    }
    rect.bottom() + GAP
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
    fn long_names_are_cut() {
        assert_eq!(short("setosa"), "setosa");
        assert_eq!(short("a class with a long name").chars().count(), LONGEST_NAME);
    }
}
