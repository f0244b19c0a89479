//! What the colours stand for: rows of groups that can be clicked away, or a colour bar of numbers.

use std::ops::Range;

use egui::{
    Align2, Color32, CursorIcon, Mesh, Painter, Rect, Role, Sense, Shape, TextureHandle, Ui, WidgetInfo, pos2, vec2,
};

use crate::explorer::stage::points::stamps;
use crate::explorer::stage::points::styles::{self, PointStyles};
use crate::explorer::theme::{self, GAP, POINT_RADIUS, Palette, SMALL};
use crate::explorer::widgets::naming::name_button;
use crate::session::{ColorValues, Colouring, PointCommand, PointSettings, ViewCommand};

/// More groups than this are shown in pages.
const MAX_GROUPS: usize = 12;
/// Longer names are cut.
const LONGEST_NAME: usize = 18;
/// The height of a row.
const ROW: f32 = SMALL + 3.0;
/// The size of the colour bar, and the number of its colours.
const BAR: egui::Vec2 = vec2(10.0, 72.0);
const BAR_STEPS: u32 = 24;

/// Draws the legend into the upper right corner of the view, in no more than half of its height: of many groups those from
/// `first` on, with a row that goes to the next. Gives where it ends.
pub fn show(
    ui: &Ui,
    rect: Rect,
    (styles, texture): (&PointStyles, &TextureHandle),
    (settings, first): (&PointSettings, &mut usize),
    commands: &mut Vec<ViewCommand>,
) -> f32 {
    let painter = ui.painter_at(rect);
    let palette = Palette::from_ui(ui);
    let corner = rect.right_top() + vec2(-GAP, GAP);
    let room = rect.height() / 2.0;
    if rect.width() < 240.0 {
        return rect.top();
    }
    match &styles.painting.shades {
        ColorValues::Groups { names, .. } if 3.0 * ROW <= room => {
            let mut legend = Groups { ui, painter, corner, texture, settings, commands };
            legend.title(&styles.painting.title, palette);
            let page = page(names.len(), (room / ROW) as usize, first);
            names.iter().enumerate().take(page.end).skip(page.start).for_each(|(group, name)| {
                legend.row(group, name, palette);
            });
            if page.len() < names.len() && legend.next(&page, names.len(), palette) {
                *first = page.end;
            }
            legend.corner.y
        }
        ColorValues::Numbers { range, .. } if BAR.y + 2.0 * ROW <= room => {
            let title = &styles.painting.title;
            painter.text(corner, Align2::RIGHT_TOP, title, theme::small_font(), palette.faint_ink);
            bar(&painter, palette, corner + vec2(0.0, ROW + GAP), settings.colouring, *range)
        }
        ColorValues::Groups { .. } | ColorValues::Numbers { .. } | ColorValues::Same => rect.top(),
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

    /// The row under a page of `all` groups; true where it is clicked.
    fn next(&mut self, page: &Range<usize>, all: usize, palette: &Palette) -> bool {
        let caption = format!("{}–{} of {all} »", page.start + 1, page.end);
        let text = self.painter.layout_no_wrap(caption, theme::small_font(), palette.faint_ink);
        let at = pos2(self.corner.x - text.size().x, self.corner.y + (ROW - text.size().y) / 2.0);
        let id = self.ui.scope_id().with(("legend", self.painter.clip_rect().left() as i32, "next"));
        let hit = Rect::from_min_size(at, text.size());
        let response = self.ui.interact(hit, id, Sense::click()).on_hover_cursor(CursorIcon::PointingHand);
        name_button(&response, "Legend: next groups");
        self.painter.galley(at, text, palette.faint_ink);
        self.corner.y += ROW;
        let clicked = response.clicked();
        response.on_hover_text("The legend's next groups; after the last the first again.");
        clicked
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
        let (colour, shape) = styles::group_look(colouring, group, palette);
        let colour = if shown { colour } else { palette.track };
        self.painter.add(stamps::marks(self.texture, &[(pos2(self.corner.x - POINT_RADIUS, y), colour, shape)]));
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
        let colour: Color32 = styles::number_colour(colouring, at(share), range, palette);
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

/// The groups that are shown of `all` in at most `rows` rows, from `first` on; one row is left for the way to the others.
fn page(all: usize, rows: usize, first: &mut usize) -> Range<usize> {
    let most = rows.min(MAX_GROUPS);
    if all <= most {
        return 0..all;
    }
    if *first >= all {
        *first = 0;
    }
    *first..all.min(*first + most.saturating_sub(1).max(1))
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
    fn the_pages_of_a_legend_show_every_group_once() {
        assert_eq!(page(10, 20, &mut 3), 0..10);
        let (mut first, mut shown) = (0, Vec::new());
        while shown.len() < 26 {
            let page = page(26, 9, &mut first);
            assert!(!page.is_empty() && page.len() <= 8);
            first = page.end;
            shown.extend(page);
        }
        assert_eq!(shown, (0..26).collect::<Vec<_>>());
        assert_eq!(page(26, 9, &mut first), 0..8);
        assert_eq!(page(5, 0, &mut 4), 4..5);
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(short("setosa"), "setosa");
        assert_eq!(short("a class with a long name").chars().count(), LONGEST_NAME);
    }
}
