//! The program that draws points on the GPU, and the GPU's memory for them.

use std::sync::Arc;

use eframe::glow::{self, Context, HasContext};
use egui::{Color32, PaintCallbackInfo};

use super::gpu_points::{Points, TABLE};
use super::shade::{DEPTH_FADE, DEPTH_SHRINK, GHOST};

use super::stamps::SHAPE_RADIUS;
use crate::explorer::theme::POINT_RADIUS;
use crate::session::ScreenPoint;

/// Points beyond the window's edge by less than this, in screen points, still reach into it; the GPU leaves out those
/// whose middle is outside of what it draws.
const MARGIN: f32 = 16.0;
/// The attributes' places.
const PLACE: u32 = 0;
const SAMPLE: u32 = 1;
/// What a context that also knows the oldest calls wants to hear; the library leaves it out, as newer ones have it always.
const POINT_SPRITE: u32 = 0x8861;

/// What was made on the GPU.
pub struct PointShader {
    program: glow::Program,
    attributes: glow::VertexArray,
    buffer: glow::Buffer,
    texture: glow::Texture,
    /// The places of what changes from frame to frame: of the window, of the points' looks, and what they fade into.
    uniforms: [Option<glow::UniformLocation>; 3],
    /// What the texture holds.
    styles: Option<Arc<Vec<[u32; 2]>>>,
    embedded: bool,
    /// Whether points must be told to have coordinates inside of them.
    compatible: bool,
}

/// Gives every pixel of the part that is being drawn this colour. A rectangle would be shaded pixel by pixel, which costs a
/// driver without a graphics processor much.
pub fn clear(gl: &Context, colour: Color32) {
    let [red, green, blue, alpha] = colour.to_normalized_gamma_f32();
    // SAFETY: the context is the window's and current; the painter that calls this has cut the part out.
    unsafe {
        gl.clear_color(red, green, blue, alpha);
        gl.clear(glow::COLOR_BUFFER_BIT);
    }
}

impl PointShader {
    /// Makes the program; `None` where the GPU or its driver is too old for it.
    pub fn new(gl: &Context) -> Option<PointShader> {
        let version = gl.version();
        let embedded = version.is_embedded;
        if (version.major, version.minor) < if embedded { (3, 0) } else { (3, 2) } {
            return None;
        }
        // SAFETY: the context is the window's and current, as the painter that calls this has it.
        unsafe {
            let core = || gl.get_parameter_i32(glow::CONTEXT_PROFILE_MASK) & glow::CONTEXT_CORE_PROFILE_BIT as i32 != 0;
            let compatible = !embedded && !core();
            let program = link(gl, embedded)?;
            let attributes = gl.create_vertex_array().ok()?;
            let buffer = gl.create_buffer().ok()?;
            gl.bind_vertex_array(Some(attributes));
            gl.bind_buffer(glow::ARRAY_BUFFER, Some(buffer));
            let size = size_of::<ScreenPoint>() as i32;
            gl.enable_vertex_attrib_array(PLACE);
            gl.vertex_attrib_pointer_f32(PLACE, 3, glow::FLOAT, false, size, 0);
            gl.enable_vertex_attrib_array(SAMPLE);
            gl.vertex_attrib_pointer_i32(
                SAMPLE,
                1,
                glow::UNSIGNED_INT,
                size,
                std::mem::offset_of!(ScreenPoint, sample) as i32,
            );
            let texture = gl.create_texture().ok()?;
            gl.bind_texture(glow::TEXTURE_2D, Some(texture));
            for (parameter, value) in [
                (glow::TEXTURE_MIN_FILTER, glow::NEAREST),
                (glow::TEXTURE_MAG_FILTER, glow::NEAREST),
                (glow::TEXTURE_WRAP_S, glow::CLAMP_TO_EDGE),
                (glow::TEXTURE_WRAP_T, glow::CLAMP_TO_EDGE),
            ] {
                gl.tex_parameter_i32(glow::TEXTURE_2D, parameter, value as i32);
            }
            let uniforms = ["u_window", "u_look", "u_background"].map(|name| gl.get_uniform_location(program, name));
            Some(PointShader { program, attributes, buffer, texture, uniforms, styles: None, embedded, compatible })
        }
    }

    /// Draws points in the window that `info` tells of.
    pub fn draw(&mut self, gl: &Context, info: &PaintCallbackInfo, points: &Points) {
        let pixels = info.pixels_per_point;
        let [width, height] = info.screen_size_px.map(|side| side as f32 / pixels);
        let margin = (MARGIN * pixels).round();
        let shade = points.shade;
        let background = shade.background.to_array().map(|channel| f32::from(channel) / 255.0);
        let strength = if shade.ghost { GHOST } else { 1.0 };
        // SAFETY: as above; the vertices that are drawn are those that were uploaded, each of the attributes' layout.
        unsafe {
            gl.use_program(Some(self.program));
            gl.active_texture(glow::TEXTURE0);
            gl.bind_texture(glow::TEXTURE_2D, Some(self.texture));
            self.upload_looks(gl, &points.styles);
            gl.bind_vertex_array(Some(self.attributes));
            gl.bind_buffer(glow::ARRAY_BUFFER, Some(self.buffer));
            gl.buffer_data_u8_slice(glow::ARRAY_BUFFER, bytemuck::cast_slice(&points.placed), glow::STREAM_DRAW);
            let [window, style, fade] = &self.uniforms;
            gl.uniform_4_f32(window.as_ref(), width, height, margin / pixels, pixels);
            gl.uniform_2_f32(style.as_ref(), shade.depth, strength);
            gl.uniform_4_f32_slice(fade.as_ref(), &background);
            let [width, height] = info.screen_size_px.map(|side| side as i32 + 2 * margin as i32);
            gl.viewport(-(margin as i32), -(margin as i32), width, height);
            if !self.embedded {
                gl.enable(glow::PROGRAM_POINT_SIZE);
            }
            if self.compatible {
                gl.enable(POINT_SPRITE);
            }
            gl.draw_arrays(glow::POINTS, 0, points.placed.len() as i32);
            gl.bind_vertex_array(None);
        }
    }

    /// # Safety
    /// The texture must be the one that is bound.
    unsafe fn upload_looks(&mut self, gl: &Context, styles: &Arc<Vec<[u32; 2]>>) {
        if self.styles.as_ref().is_some_and(|before| Arc::ptr_eq(before, styles)) {
            return;
        }
        let rows = styles.len().div_ceil(TABLE);
        // Whole rows: what is beyond the last sample is never looked up.
        let mut table = Vec::with_capacity(rows * TABLE);
        table.extend_from_slice(styles);
        table.resize(rows * TABLE, [0; 2]);
        let (width, rows) = (TABLE as i32, rows as i32);
        let pixels = glow::PixelUnpackData::Slice(Some(bytemuck::cast_slice(&table)));
        let (inside, caption, number) = (glow::RG32UI as i32, glow::RG_INTEGER, glow::UNSIGNED_INT);
        // SAFETY: as above; the slice holds width × rows texels of eight bytes.
        unsafe { gl.tex_image_2d(glow::TEXTURE_2D, 0, inside, width, rows, 0, caption, number, pixels) };
        self.styles = Some(Arc::clone(styles));
    }
}

/// The two shaders as one program.
///
/// # Safety
/// The context must be current.
unsafe fn link(gl: &Context, embedded: bool) -> Option<glow::Program> {
    // SAFETY: as the caller promises; what was made is deleted where the rest cannot be.
    unsafe {
        let program = gl.create_program().ok()?;
        let vertex = (glow::VERTEX_SHADER, include_str!("point.vert"));
        let fragment = (glow::FRAGMENT_SHADER, include_str!("point.frag"));
        for (kind, text) in [vertex, fragment] {
            let shader = gl.create_shader(kind).ok()?;
            gl.shader_source(shader, &source(text, embedded));
            gl.compile_shader(shader);
            gl.attach_shader(program, shader);
            // It goes with the program.
            gl.delete_shader(shader);
        }
        gl.bind_attrib_location(program, PLACE, "a_place");
        gl.bind_attrib_location(program, SAMPLE, "a_sample");
        gl.link_program(program);
        if !gl.get_program_link_status(program) {
            gl.delete_program(program);
            return None;
        }
        Some(program)
    }
}

/// A shader's text with what the language and this program have it begin with.
fn source(text: &str, embedded: bool) -> String {
    let language = if embedded {
        "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp usampler2D;\n"
    } else {
        "#version 150\n"
    };
    // A number of the language is a floating-point one only with a point.
    let lengths = [
        ("SHAPE_RADIUS", SHAPE_RADIUS),
        ("POINT_RADIUS", POINT_RADIUS),
        ("DEPTH_FADE", DEPTH_FADE),
        ("DEPTH_SHRINK", DEPTH_SHRINK),
    ];
    let lengths: String = lengths.iter().map(|(name, value)| format!("#define {name} {value:?}\n")).collect();
    format!("{language}#define TABLE {TABLE}\n{lengths}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shader_begins_with_its_language_and_knows_the_constants() {
        for (embedded, language) in [(true, "#version 300 es\n"), (false, "#version 150\n")] {
            let text = source(include_str!("point.vert"), embedded);
            assert!(text.starts_with(language), "{text}");
            // A constant of the language is a floating-point number only with a point.
            assert!(text.contains("#define TABLE 2048\n#define SHAPE_RADIUS 0.75\n"), "{text}");
        }
    }
}
