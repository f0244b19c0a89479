use egui_kittest::TestRenderer;
use layerflow_offscreen::Offscreen;

/// Lets egui_kittest take its pictures with the project's own painter.
pub struct OffscreenRenderer {
    screen: Offscreen,
}

impl OffscreenRenderer {
    pub fn new() -> Self {
        // The size comes with each picture.
        Self { screen: Offscreen::new([1, 1], 1.0).unwrap() }
    }
}

impl TestRenderer for OffscreenRenderer {
    fn handle_delta(&mut self, delta: &mut egui::TexturesDelta) {
        self.screen.update_textures(delta);
    }

    fn render(&mut self, context: &egui::Context, output: &egui::FullOutput) -> Result<image::RgbaImage, String> {
        let size = context.content_rect().size() * output.pixels_per_point;
        self.screen.resize([size.x.round() as u32, size.y.round() as u32]).map_err(|error| error.to_string())?;
        let picture = self.screen.draw(context, output.clone());
        image::RgbaImage::from_raw(picture.width(), picture.height(), picture.to_rgba())
            .ok_or_else(|| "the picture does not fill its size".to_owned())
    }
}
