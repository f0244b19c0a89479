//! egui frames drawn on the CPU: pictures, animations and picture tests with no display and no graphics driver.
//!
//! The result is what egui's own OpenGL painter draws (premultiplied alpha blended in gamma space, the same clip
//! rectangles, fill rule and texture filters), without its dithering, so that the same frame gives the same bytes on every
//! machine. Paint callbacks, which draw with a graphics driver, are left out; mipmaps are not made.
//!
//! ```
//! use layerflow_offscreen::Offscreen;
//!
//! let context = egui::Context::default();
//! let mut screen = Offscreen::new([320, 200], 1.0)?;
//! let picture = screen.frame(&context, 0.0, |ui| {
//!     ui.heading("No display needed");
//! });
//! assert_eq!((picture.width(), picture.height()), (320, 200));
//! # Ok::<(), layerflow_offscreen::Error>(())
//! ```

mod blend;
mod corner;
mod error;
mod guard;
mod picture;
mod raster;
mod shading;
mod texture;

pub use error::{Error, MAX_SIDE};
pub use picture::Picture;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

use egui::{ClippedPrimitive, Color32, FullOutput, Mesh, RawInput, Rect, TexturesDelta, Ui, epaint::Primitive};

use corner::Corner;
use raster::{Canvas, Clip};
use texture::Textures;

/// A screen that exists in memory only. It keeps the textures, so every frame of its egui context must pass through it.
pub struct Offscreen {
    size: [u32; 2],
    pixels_per_point: f32,
    background: Option<Color32>,
    textures: Textures,
}

impl Offscreen {
    /// A screen of `size` (width, height in pixels), with `pixels_per_point` pixels to one unit of egui's layout.
    ///
    /// # Errors
    /// [`Error::Size`] or [`Error::Scale`].
    pub fn new(size: [u32; 2], pixels_per_point: f32) -> Result<Self, Error> {
        check_size(size)?;
        if !(0.1..=16.0).contains(&pixels_per_point) {
            return Err(Error::Scale(pixels_per_point));
        }
        Ok(Self { size, pixels_per_point, background: None, textures: Textures::default() })
    }

    /// Draws over `background` in place of the panel colour of the context's theme; transparent is possible.
    #[must_use]
    pub fn with_background(mut self, background: Color32) -> Self {
        self.background = Some(background);
        self
    }

    /// Changes the size (pixels) from the next frame on.
    ///
    /// # Errors
    /// [`Error::Size`]; the size is then as it was.
    pub fn resize(&mut self, size: [u32; 2]) -> Result<(), Error> {
        check_size(size)?;
        self.size = size;
        Ok(())
    }

    /// The input of a frame at `time` (seconds) in which the user does nothing. Add events to act.
    pub fn input(&self, time: f64) -> RawInput {
        let points = egui::vec2(self.size[0] as f32, self.size[1] as f32) / self.pixels_per_point;
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(egui::Pos2::ZERO, points)),
            time: Some(time),
            focused: true,
            ..RawInput::default()
        };
        if let Some(viewport) = input.viewports.get_mut(&input.viewport_id) {
            viewport.native_pixels_per_point = Some(self.pixels_per_point);
        }
        input
    }

    /// Runs one frame of `context` at `time` (seconds) and draws it. Call it with growing times for an animation.
    pub fn frame(&mut self, context: &egui::Context, time: f64, run_ui: impl FnMut(&mut Ui)) -> Picture {
        let output = context.run_ui(self.input(time), run_ui);
        self.draw(context, output)
    }

    /// Runs one frame without drawing it: for layouts that need a frame to settle, and to let time pass.
    pub fn step(&mut self, context: &egui::Context, time: f64, run_ui: impl FnMut(&mut Ui)) {
        let mut output = context.run_ui(self.input(time), run_ui);
        self.update_textures(&mut output.textures_delta);
    }

    /// Draws a frame that `context` has just run.
    pub fn draw(&mut self, context: &egui::Context, mut output: FullOutput) -> Picture {
        self.update_textures(&mut output.textures_delta);
        let background = self.background.unwrap_or_else(|| context.global_style().visuals.panel_fill);
        let primitives = context.tessellate(output.shapes, output.pixels_per_point);
        self.paint(&primitives, output.pixels_per_point, background)
    }

    /// Applies the texture changes of a frame that is not drawn.
    pub fn update_textures(&mut self, delta: &mut TexturesDelta) {
        self.textures.update(delta);
    }

    fn paint(&self, primitives: &[ClippedPrimitive], pixels_per_point: f32, background: Color32) -> Picture {
        let mut pixels = vec![background.to_array(); self.size[0] as usize * self.size[1] as usize];
        for ClippedPrimitive { clip_rect, primitive } in primitives {
            // Callbacks draw with a graphics driver, and there is none.
            if let Primitive::Mesh(mesh) = primitive {
                let clip = clip_in_pixels(*clip_rect, pixels_per_point, self.size);
                let canvas = Canvas { pixels: &mut pixels, width: self.size[0] as usize, clip };
                self.paint_mesh(canvas, mesh, pixels_per_point);
            }
        }
        Picture::new(self.size, pixels)
    }

    fn paint_mesh(&self, mut canvas: Canvas<'_>, mesh: &Mesh, pixels_per_point: f32) {
        let Some(texture) = self.textures.get(mesh.texture_id) else { return };
        let corner = |index: u32| {
            let vertex = mesh.vertices.get(index as usize)?;
            Some(Corner {
                x: f64::from(vertex.pos.x * pixels_per_point),
                y: f64::from(vertex.pos.y * pixels_per_point),
                uv: [vertex.uv.x, vertex.uv.y],
                ink: vertex.color.to_array().map(f32::from),
            })
        };
        for triangle in mesh.indices.as_chunks::<3>().0 {
            if let [Some(a), Some(b), Some(c)] = triangle.map(corner) {
                canvas.triangle(texture, [a, b, c]);
            }
        }
    }
}

fn check_size([width, height]: [u32; 2]) -> Result<(), Error> {
    let usable = 1..=MAX_SIDE;
    if usable.contains(&width) && usable.contains(&height) { Ok(()) } else { Err(Error::Size { width, height }) }
}

/// Rounds to whole pixels, as egui's painter sets its scissors.
fn clip_in_pixels(clip_rect: Rect, pixels_per_point: f32, [width, height]: [u32; 2]) -> Clip {
    let pixels = |points: f32, limit: u32| ((points * pixels_per_point).round() as i64).clamp(0, i64::from(limit));
    Clip {
        left: pixels(clip_rect.min.x, width),
        top: pixels(clip_rect.min.y, height),
        right: pixels(clip_rect.max.x, width),
        bottom: pixels(clip_rect.max.y, height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Shape, TextureId, TextureOptions, Vec2, epaint::Vertex, pos2, vec2};

    const BLACK: [u8; 4] = [0, 0, 0, 255];

    fn screen(side: u32) -> Offscreen {
        Offscreen::new([side; 2], 1.0).unwrap().with_background(Color32::BLACK)
    }

    fn paint_once(screen: &mut Offscreen, paint: impl Fn(&Ui)) -> Picture {
        screen.frame(&egui::Context::default(), 0.0, |ui| paint(ui))
    }

    #[test]
    fn sizes_and_scales_beyond_reason_are_refused() {
        assert!(matches!(Offscreen::new([0, 5], 1.0), Err(Error::Size { width: 0, height: 5 })));
        assert!(matches!(Offscreen::new([MAX_SIDE + 1, 5], 1.0), Err(Error::Size { .. })));
        assert!(matches!(Offscreen::new([5, 5], f32::NAN), Err(Error::Scale(_))));
        assert!(matches!(Offscreen::new([5, 5], 0.0), Err(Error::Scale(_))));
        let mut screen = screen(5);
        assert!(screen.resize([5, u32::MAX]).is_err());
        assert_eq!(paint_once(&mut screen, |_| {}).width(), 5);
    }

    #[test]
    fn an_empty_frame_is_the_background() {
        let picture = paint_once(&mut screen(8), |_| {});
        assert!((0..64).all(|i| picture.pixel(i % 8, i / 8) == Some(BLACK)));
    }

    #[test]
    fn a_rectangle_is_sharp_and_stays_inside_its_clip() {
        let picture = paint_once(&mut screen(16), |ui| {
            let clip = Rect::from_min_max(pos2(0.0, 0.0), pos2(6.0, 16.0));
            let rect = Rect::from_min_max(pos2(4.0, 4.0), pos2(8.0, 8.0));
            ui.painter().with_clip_rect(clip).rect_filled(rect, 0.0, Color32::RED);
        });
        for (x, y) in (0..256).map(|i| (i % 16, i / 16)) {
            let inside = (4..6).contains(&x) && (4..8).contains(&y);
            assert_eq!(picture.pixel(x, y), Some(if inside { [255, 0, 0, 255] } else { BLACK }), "{x}, {y}");
        }
    }

    #[test]
    fn translucent_layers_blend_in_their_order() {
        let whole = Rect::from_min_size(egui::Pos2::ZERO, Vec2::splat(8.0));
        let picture = paint_once(&mut screen(8), |ui| {
            ui.painter().rect_filled(whole, 0.0, Color32::from_rgb(0, 200, 0));
            ui.painter().rect_filled(whole, 0.0, Color32::from_rgba_premultiplied(100, 0, 0, 102));
        });
        assert_eq!(picture.pixel(4, 4), Some([100, 120, 0, 255]));
    }

    #[test]
    fn more_pixels_a_point_make_the_same_layout_larger() {
        let mut screen = Offscreen::new([32, 32], 2.0).unwrap().with_background(Color32::BLACK);
        let picture = paint_once(&mut screen, |ui| {
            assert_eq!(ui.ctx().content_rect().size(), Vec2::splat(16.0));
            let rect = Rect::from_min_size(pos2(2.0, 3.0), vec2(4.0, 4.0));
            ui.painter().rect_filled(rect, 0.0, Color32::WHITE);
        });
        let white = (0..1024).filter(|i| picture.pixel(i % 32, i / 32) == Some([255; 4])).count();
        assert_eq!(white, 64);
        assert_eq!(picture.pixel(4, 6), Some([255; 4]));
    }

    #[test]
    fn text_is_drawn_from_the_font_atlas() {
        let picture = paint_once(&mut screen(40), |ui| {
            ui.painter().text(
                pos2(4.0, 4.0),
                egui::Align2::LEFT_TOP,
                "II",
                egui::FontId::monospace(24.0),
                Color32::WHITE,
            );
        });
        let bright = (0..1600).filter(|i| picture.pixel(i % 40, i / 40).unwrap()[0] > 200).count();
        assert!((40..500).contains(&bright), "{bright} bright pixels");
    }

    #[test]
    fn an_uploaded_image_appears_texel_for_texel_and_follows_partial_updates() {
        let context = egui::Context::default();
        let mut screen = screen(8);
        let image = egui::ColorImage::new([2, 1], vec![Color32::RED, Color32::BLUE]);
        let mut texture = context.load_texture("sample", image, TextureOptions::NEAREST);
        let show = |id: TextureId| {
            move |ui: &mut Ui| {
                let whole = Rect::from_min_size(egui::Pos2::ZERO, Vec2::splat(8.0));
                let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                ui.painter().image(id, whole, uv, Color32::WHITE);
            }
        };
        let before = screen.frame(&context, 0.0, show(texture.id()));
        assert_eq!(before.pixel(3, 7), Some([255, 0, 0, 255]));
        assert_eq!(before.pixel(4, 0), Some([0, 0, 255, 255]));
        texture.set_partial([1, 0], egui::ColorImage::filled([1, 1], Color32::GREEN), TextureOptions::NEAREST);
        let after = screen.frame(&context, 0.1, show(texture.id()));
        assert_eq!(after.pixel(3, 7), Some([255, 0, 0, 255]));
        assert_eq!(after.pixel(4, 0), Some([0, 255, 0, 255]));
    }

    #[test]
    fn meshes_with_unknown_textures_or_broken_indices_draw_nothing() {
        let corners = [pos2(0.0, 0.0), pos2(9.0, 0.0), pos2(0.0, 9.0)];
        let vertices = corners.map(|at| Vertex::untextured(at, Color32::WHITE)).to_vec();
        let clip_rect = Rect::EVERYTHING;
        let primitives = [(TextureId::User(9), vec![0, 1, 2]), (TextureId::default(), vec![0, 1, 7])].map(
            |(texture_id, indices)| ClippedPrimitive {
                clip_rect,
                primitive: Primitive::Mesh(Mesh { indices, vertices: vertices.clone(), texture_id }),
            },
        );
        let mut screen = screen(8);
        paint_once(&mut screen, |_| {});
        let picture = screen.paint(&primitives, 1.0, Color32::BLACK);
        assert!((0..64).all(|i| picture.pixel(i % 8, i / 8) == Some(BLACK)));
    }

    #[test]
    fn time_passes_between_the_frames_of_an_animation() {
        let context = egui::Context::default();
        let mut screen = screen(10);
        let slide = |ui: &mut Ui| {
            let x = ui.input(|input| input.time) as f32;
            ui.painter().add(Shape::rect_filled(
                Rect::from_min_size(pos2(x, 0.0), Vec2::splat(3.0)),
                0.0,
                Color32::WHITE,
            ));
        };
        screen.step(&context, 0.0, slide);
        let lit = [2.0, 5.0].map(|time| {
            let picture = screen.frame(&context, time, slide);
            (0..10).find(|&x| picture.pixel(x, 0) == Some([255; 4]))
        });
        assert_eq!(lit, [Some(2), Some(5)]);
    }

    #[test]
    fn the_same_frame_gives_the_same_bytes() {
        let draw = || {
            paint_once(&mut Offscreen::new([120, 60], 1.5).unwrap(), |ui| {
                ui.painter().circle_filled(pos2(20.0, 20.0), 13.3, Color32::LIGHT_BLUE);
            })
        };
        assert_eq!(draw(), draw());
    }
}
