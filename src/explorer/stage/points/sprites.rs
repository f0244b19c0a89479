//! Points drawn by the GPU: it is given sixteen bytes a point a frame, and looks up what each one looks like.
//!
//! Where there is no card to ask, as in pictures and tests, or one older than OpenGL 3.2, [`crate::explorer::stage::points::triangles`] does it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui_glow::CallbackFn;
use eframe::glow::Context;
use egui::{Color32, PaintCallback, PaintCallbackInfo, Rect, Shape};

use super::gpu_points::{Points, TABLE};
use super::point_shader::{PointShader, clear};

/// The GPU's side of the points; its program is made when the first are drawn.
pub struct Sprites {
    context: egui::Context,
    program: Mutex<Option<PointShader>>,
    /// Whether the GPU could not take the program.
    refused: AtomicBool,
}

impl Sprites {
    /// For the window of `context`.
    pub fn new(context: egui::Context) -> Sprites {
        Sprites { context, program: Mutex::default(), refused: AtomicBool::new(false) }
    }

    /// Whether the GPU draws this many samples.
    pub fn take(&self, samples: usize) -> bool {
        samples <= TABLE * TABLE && !self.refused.load(Ordering::Relaxed)
    }

    /// What has the GPU draw `points` in the part `rect` of the window.
    pub fn shape(self: &Arc<Sprites>, rect: Rect, points: Points) -> Shape {
        let sprites = Arc::clone(self);
        let draw = move |info: PaintCallbackInfo, painter: &eframe::egui_glow::Painter| {
            sprites.draw(painter.gl(), &info, &points);
        };
        Shape::Callback(PaintCallback { rect, callback: Arc::new(CallbackFn::new(draw)) })
    }

    /// What has the GPU give the part `rect` of the window this colour.
    pub fn ground(rect: Rect, colour: Color32) -> Shape {
        let draw = move |_: PaintCallbackInfo, painter: &eframe::egui_glow::Painter| clear(painter.gl(), colour);
        Shape::Callback(PaintCallback { rect, callback: Arc::new(CallbackFn::new(draw)) })
    }

    fn draw(&self, gl: &Context, info: &PaintCallbackInfo, points: &Points) {
        let mut program = self.program.lock().unwrap_or_else(PoisonError::into_inner);
        if program.is_none() && !self.refused.load(Ordering::Relaxed) {
            *program = PointShader::new(gl);
            if program.is_none() {
                self.refuse();
            }
        }
        if let Some(program) = program.as_mut() {
            program.draw(gl, info, points);
        }
    }

    /// From the next frame on the points are triangles.
    fn refuse(&self) {
        self.refused.store(true, Ordering::Relaxed);
        self.context.request_repaint();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_card_cannot_take_is_left_to_triangles() {
        let sprites = Sprites::new(egui::Context::default());
        assert!(sprites.take(0) && sprites.take(TABLE * TABLE) && !sprites.take(TABLE * TABLE + 1));
        sprites.refuse();
        assert!(!sprites.take(1) && sprites.context.has_requested_repaint());
    }
}
