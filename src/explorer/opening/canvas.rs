//! The pixels of a window that the processor draws.

use std::num::NonZeroU32;
use std::sync::Arc;

use egui::{Context, FullOutput};
use egui_winit::winit::event_loop::OwnedDisplayHandle;
use egui_winit::winit::window::Window;
use layerflow_offscreen::Offscreen;
use softbuffer::Surface;

/// The pixels of a window, and what draws them.
pub(super) struct Canvas {
    surface: Surface<OwnedDisplayHandle, Arc<Window>>,
    screen: Offscreen,
}

impl Canvas {
    /// That of this window.
    ///
    /// # Errors
    /// If the display takes no pixels from programs, in words.
    pub(super) fn new(display: OwnedDisplayHandle, window: Arc<Window>) -> Result<Canvas, String> {
        let failed = |error: softbuffer::SoftBufferError| format!("the display takes no picture: {error}");
        let screen = Offscreen::new([1, 1], 1.0).map_err(|error| error.to_string())?;
        let connection = softbuffer::Context::new(display).map_err(failed)?;
        Ok(Canvas { surface: Surface::new(&connection, window).map_err(failed)?, screen })
    }

    /// Draws a frame that `context` has just run. A window without area keeps the textures for the next.
    ///
    /// # Errors
    /// If the display does not take it, in words.
    pub(super) fn draw(&mut self, context: &Context, mut output: FullOutput) -> Result<(), String> {
        let window = self.surface.window().clone();
        let size = window.inner_size();
        let (Some(width), Some(height)) = (NonZeroU32::new(size.width), NonZeroU32::new(size.height)) else {
            self.screen.update_textures(&mut output.textures_delta);
            return Ok(());
        };
        self.screen.resize([size.width, size.height]).map_err(|error| error.to_string())?;
        let picture = self.screen.draw(context, output);
        let failed = |error: softbuffer::SoftBufferError| format!("the display took no more pictures: {error}");
        self.surface.resize(width, height).map_err(failed)?;
        let mut buffer = self.surface.buffer_mut().map_err(failed)?;
        for (shown, &[red, green, blue, _]) in buffer.iter_mut().zip(picture.pixels()) {
            *shown = u32::from_be_bytes([0, red, green, blue]);
        }
        window.pre_present_notify();
        buffer.present().map_err(failed)
    }
}
