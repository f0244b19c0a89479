//! The same frames through the driver of a graphics interface: OpenGL without a window, by EGL. Where there is no graphics card
//! that is a software driver, as Mesa's llvmpipe.

use std::ffi::CString;
use std::num::NonZeroU32;
use std::sync::Arc;

use eframe::egui_glow::Painter;
use eframe::glow::{self, HasContext};
use egui::{Context, FullOutput};
use glutin::api::egl::{context::PossiblyCurrentContext, device::Device, display::Display, surface::Surface};
use glutin::config::{ConfigSurfaceTypes, ConfigTemplateBuilder};
use glutin::context::ContextAttributesBuilder;
use glutin::display::GlDisplay;
use glutin::prelude::{NotCurrentGlContext, PossiblyCurrentGlContext};
use glutin::surface::{PbufferSurface, SurfaceAttributesBuilder};

/// A picture without a window that the driver draws on.
pub struct Driver {
    painter: Painter,
    context: PossiblyCurrentContext,
    surface: Surface<PbufferSurface>,
    size: [u32; 2],
    /// What it calls itself.
    pub name: String,
}

impl Driver {
    /// One of this size in pixels.
    ///
    /// # Errors
    /// In words, if there is none.
    pub fn new(size: [u32; 2]) -> Result<Driver, String> {
        let said = |error: glutin::error::Error| error.to_string();
        let device = Device::query_devices().map_err(said)?.next().ok_or("EGL knows no device")?;
        // SAFETY: no display of a window is handed over that could end before.
        let display = unsafe { Display::with_device(&device, None) }.map_err(said)?;
        let template = ConfigTemplateBuilder::new().with_surface_type(ConfigSurfaceTypes::PBUFFER).build();
        let [width, height] = size.map(|side| NonZeroU32::new(side).ok_or("a picture without an area"));
        let attributes = SurfaceAttributesBuilder::<PbufferSurface>::new().build(width?, height?);
        // SAFETY: the display lives as long as what is made of it: its parts hold it.
        let (context, surface) = unsafe {
            let config = display.find_configs(template).map_err(said)?.next().ok_or("EGL draws no pictures")?;
            let context =
                display.create_context(&config, &ContextAttributesBuilder::new().build(None)).map_err(said)?;
            (context, display.create_pbuffer_surface(&config, &attributes).map_err(said)?)
        };
        let context = context.make_current(&surface).map_err(said)?;
        let find = |name: &str| CString::new(name).map_or(std::ptr::null(), |name| display.get_proc_address(&name));
        // SAFETY: the context is current, and the functions are its own.
        let (gl, name) = unsafe {
            let gl = glow::Context::from_loader_function(find);
            let name = gl.get_parameter_string(glow::RENDERER);
            (Arc::new(gl), name)
        };
        let painter = Painter::new(gl, "", None, false).map_err(|error| error.to_string())?;
        Ok(Driver { painter, context, surface, size, name })
    }

    /// Draws what `context` gave, and reads the picture back.
    pub fn draw(&mut self, context: &Context, mut output: FullOutput) -> Vec<u8> {
        let background = context.global_style().visuals.panel_fill.to_normalized_gamma_f32();
        let primitives = context.tessellate(output.shapes, output.pixels_per_point);
        self.painter.clear(self.size, background);
        let (size, scale) = (self.size, output.pixels_per_point);
        self.painter.paint_and_update_textures(size, scale, &primitives, &mut output.textures_delta);
        let picture = self.painter.read_screen_rgba(size);
        picture.as_raw().to_vec()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.context.make_current(&self.surface).is_ok() {
            self.painter.destroy();
        }
    }
}
