//! A chart as a file.

use std::sync::PoisonError;

use egui::epaint::ClippedShape;
use egui::{FullOutput, Rect};
use layerflow_offscreen::Offscreen;

use super::cut::cut;
use super::svg;
use crate::explorer::widgets::chart_menu::{ChartDrawing, ChartRequest};
use crate::media::{Frame, MediaError, png_bytes};
use crate::session::{ChartFile, ChartKind};

/// Pixels to a point in the picture of a chart: printed as small as it is on the screen it is still sharp.
const SCALE: f32 = 3.0;

/// The file that a chart was asked to save.
///
/// # Errors
/// If it is too large to be drawn.
pub fn chart_file(request: ChartRequest) -> Result<ChartFile, MediaError> {
    match request {
        ChartRequest::Numbers(text) => {
            Ok(ChartFile { kind: ChartKind::Csv, name: "chart".to_owned(), bytes: text.into_bytes().into() })
        }
        ChartRequest::Picture(kind, drawing) => {
            let bytes = match kind {
                ChartKind::Svg => vectors(&drawing)?.into_bytes(),
                ChartKind::Png | ChartKind::Csv => pixels(&drawing)?,
            };
            Ok(ChartFile { kind, name: drawing.name.clone(), bytes: bytes.into() })
        }
    }
}

/// A screen that has the textures of the chart.
fn screen(drawing: &ChartDrawing) -> Result<Offscreen, MediaError> {
    let refused = |error: layerflow_offscreen::Error| MediaError::Draw(error.to_string());
    let pixels = drawing.size.map(|side| (side as f32 * SCALE) as u32);
    let mut screen = Offscreen::new(pixels, SCALE).map_err(refused)?;
    screen.update_textures(&mut drawing.textures.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(screen)
}

fn painted(screen: &mut Offscreen, drawing: &ChartDrawing, shapes: Vec<ClippedShape>) -> layerflow_offscreen::Picture {
    screen.draw(&drawing.context, FullOutput { shapes, pixels_per_point: SCALE, ..FullOutput::default() })
}

fn pixels(drawing: &ChartDrawing) -> Result<Vec<u8>, MediaError> {
    let picture = painted(&mut screen(drawing)?, drawing, drawing.shapes.clone());
    png_bytes(&Frame { size: [picture.width(), picture.height()], rgba: picture.to_rgba() }).map_err(MediaError::Draw)
}

fn vectors(drawing: &ChartDrawing) -> Result<String, MediaError> {
    let mut screen = screen(drawing)?.with_background(egui::Color32::TRANSPARENT);
    let mut raster =
        |shape: &ClippedShape, part: Rect| cut(&painted(&mut screen, drawing, vec![shape.clone()]), part, SCALE);
    Ok(svg::document(drawing.size, drawing.size, &drawing.shapes, None, &mut raster))
}
