//! The menu of a chart's right click: its numbers and its picture, on the clipboard or on their way to a file.
//!
//! A picture is not cut out of the window, where a part of the chart may be out of sight: the chart is drawn once more by
//! itself, as large as it is on the screen.

use std::sync::{Arc, Mutex, PoisonError};

use egui::epaint::ClippedShape;
use egui::{CentralPanel, Context, Frame, Id, RawInput, Rect, Response, Sense, TexturesDelta, Ui, Vec2};

use crate::explorer::theme;
use crate::session::{ChartKind, NumberTable};

/// The room around the chart in its picture.
const MARGIN: f32 = 8.0;
/// A layout rests after so many passes.
const PASSES: usize = 4;

/// The menu of one chart.
pub struct ChartMenu<'a> {
    /// What the chart is called.
    pub name: &'a str,
    /// Its size in points.
    pub size: Vec2,
    /// Its numbers, where they are more than a picture.
    pub numbers: Option<&'a dyn Fn() -> NumberTable>,
    /// Draws it.
    pub draw: &'a dyn Fn(&mut Ui),
}

/// What a chart was asked to save.
#[derive(Clone)]
pub enum ChartRequest {
    /// Its numbers, as comma-separated values.
    Numbers(String),
    /// Its picture, as a file of this kind.
    Picture(ChartKind, Arc<ChartDrawing>),
}

/// A chart that was drawn by itself.
pub struct ChartDrawing {
    /// What the chart is called.
    pub name: String,
    /// Where it was drawn.
    pub context: Context,
    /// How large it is, in points.
    pub size: [u32; 2],
    /// What was drawn.
    pub shapes: Vec<ClippedShape>,
    /// The textures of the shapes; they can be taken once.
    pub textures: Mutex<TexturesDelta>,
}

impl Drop for ChartDrawing {
    fn drop(&mut self) {
        // Textures that nobody has taken are no mistake: the picture may never be written.
        self.textures.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl ChartMenu<'_> {
    /// Adds the menu to a chart.
    pub fn attach(&self, response: &Response) {
        let clicked = if response.sense.senses_click() { response.clone() } else { response.interact(Sense::click()) };
        clicked.context_menu(|ui| self.items(ui));
    }

    /// Adds its entries to a menu.
    pub fn items(&self, ui: &mut Ui) {
        if let Some(numbers) = self.numbers {
            let text = || numbers().csv().unwrap_or_default();
            let copy = ui.button("Copy data");
            if copy.on_hover_text("Put the numbers on the clipboard as comma-separated values.").clicked() {
                ui.ctx().copy_text(text());
                ui.close();
            }
            if ui.button("Save data as CSV…").on_hover_text("Write the numbers to a file.").clicked() {
                leave(ui.ctx(), ChartRequest::Numbers(text()));
                ui.close();
            }
        }
        for (kind, label, tip) in [
            (ChartKind::Svg, "Save chart as SVG…", "Write the chart to a file, as vectors with its text as text."),
            (ChartKind::Png, "Save chart as PNG…", "Write the chart to a file, as a picture of three times its size."),
        ] {
            if ui.button(label).on_hover_text(tip).clicked() {
                leave(ui.ctx(), ChartRequest::Picture(kind, Arc::new(self.drawing(ui))));
                ui.close();
            }
        }
    }

    /// The chart drawn by itself, in the colours of the window.
    fn drawing(&self, ui: &Ui) -> ChartDrawing {
        let context = Context::default();
        theme::install(&context);
        context.set_theme(ui.theme());
        context.all_styles_mut(|style| style.animation_time = 0.0);
        let size = (self.size + Vec2::splat(2.0 * MARGIN)).ceil();
        let mut textures = TexturesDelta::default();
        let mut shapes = Vec::new();
        for pass in 0..PASSES {
            let input = RawInput {
                screen_rect: Some(Rect::from_min_size(egui::Pos2::ZERO, size)),
                time: Some(pass as f64),
                ..RawInput::default()
            };
            let output = context.run_ui(input, |ui| {
                let frame = Frame::central_panel(ui.style()).inner_margin(MARGIN);
                CentralPanel::default().frame(frame).show(ui, |ui| (self.draw)(ui));
            });
            textures.append(output.textures_delta);
            shapes = output.shapes;
        }
        let size = [size.x as u32, size.y as u32];
        ChartDrawing { name: self.name.to_owned(), context, size, shapes, textures: Mutex::new(textures) }
    }
}

/// Where a request waits.
fn waiting() -> Id {
    Id::unique("request of a chart")
}

fn leave(ctx: &Context, request: ChartRequest) {
    ctx.data_mut(|data| data.insert_temp(waiting(), request));
}

/// What a chart was asked to save since the last call.
pub fn take(ctx: &Context) -> Option<ChartRequest> {
    ctx.data_mut(|data| {
        let request = data.get_temp(waiting());
        data.remove::<ChartRequest>(waiting());
        request
    })
}

/// The numbers of lines by name: one row for each point of each, whose axes are called `x` and `y`.
pub fn line_table((x, y): (&str, &str), series: Vec<(String, Vec<[f64; 2]>)>) -> NumberTable {
    let mut table = NumberTable::default();
    let points = || series.iter().flat_map(|(name, points)| points.iter().map(move |point| (name, point)));
    table.add_texts("series", points().map(|(name, _)| name.clone()).collect());
    table.add(x, points().map(|(_, point)| point[0]).collect());
    table.add(y, points().map(|(_, point)| point[1]).collect());
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_has_a_row_with_its_line() {
        let series = vec![("a".to_owned(), vec![[1.0, 0.5], [2.0, f64::NAN]]), ("b".to_owned(), vec![[1.0, -3.0]])];
        assert_eq!(line_table(("N", "error"), series).csv().unwrap(), "series,N,error\na,1,0.5\na,2,\nb,1,-3\n");
    }
}
