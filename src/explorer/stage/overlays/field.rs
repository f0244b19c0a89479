//! u(x, t) behind the points, and its decision boundary.

use std::sync::Arc;

use egui::epaint::Vertex;
use egui::{Color32, ColorImage, Mesh, Painter, Pos2, Stroke, TextureHandle, TextureOptions, pos2};

use crate::explorer::stage::input::StageInput;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{self, Palette, THICK};
use crate::session::{Answer, Answers, Field};

/// How strong the background is where the answer is sure; the points must stand out from it.
const STRENGTH: f32 = 0.32;
/// A field older than this, in layers, says of which time it is.
const OLD: f64 = 0.3;

/// The background as a texture, made anew for each field.
#[derive(Default)]
pub struct Background {
    made: Option<(Arc<Field>, bool, TextureHandle)>,
}

/// The field to draw: the newest, if it was made for what the stage draws.
pub fn current<'a>(input: &StageInput<'a>) -> Option<&'a Arc<Field>> {
    let wanted = input.view.wanted_field(input.t)?;
    input.field.filter(|field| field.request.projection == wanted.projection)
}

/// What the field is, or why there is none; nothing while none is wanted.
pub fn label(input: &StageInput<'_>) -> Vec<String> {
    if input.view.wanted_field(input.t).is_none() {
        return Vec::new();
    }
    let Some(field) = current(input) else { return vec!["The field is being computed …".to_owned()] };
    let mut text = field.text.clone();
    if (field.request.t - input.t).abs() > OLD {
        text.push(format!("The field is still that of t = {}; computing …", theme::figure(field.request.t, 2)));
    }
    text
}

impl Background {
    /// Draws `field`, the background first.
    pub fn draw(&mut self, painter: &Painter, dark: bool, transform: &ScreenTransform, field: &Arc<Field>) {
        let palette = Palette::for_dark(dark);
        if let Some(answers) = &field.answers {
            let fresh = |made: &(Arc<Field>, bool, TextureHandle)| Arc::ptr_eq(&made.0, field) && made.1 == dark;
            if !self.made.as_ref().is_some_and(fresh) {
                let image = image(answers, palette);
                let texture = match self.made.take() {
                    Some((_, _, mut texture)) => {
                        texture.set(image, TextureOptions::LINEAR);
                        texture
                    }
                    None => painter.ctx().load_texture("u(x, t)", image, TextureOptions::LINEAR),
                };
                self.made = Some((Arc::clone(field), dark, texture));
            }
            if let Some((_, _, texture)) = &self.made {
                plane(painter, transform, field, answers.nodes, texture);
            }
            boundary(painter, palette, transform, field, answers);
        }
    }
}

fn image(answers: &Answers, palette: &Palette) -> ColorImage {
    let colour = |answer: &Option<Answer>| match answer {
        Some(Answer::Class { class, strength, .. }) => palette.class(*class).gamma_multiply(STRENGTH * strength),
        Some(Answer::Value(share)) => palette.value(*share).gamma_multiply(STRENGTH),
        None => Color32::TRANSPARENT,
    };
    ColorImage::new(answers.nodes, answers.values.iter().map(colour).collect())
}

/// A place of the plane on the screen.
pub fn position(transform: &ScreenTransform, field: &Field, at: [f64; 2]) -> Option<Pos2> {
    transform.position(field.position(at)).map(|(at, _)| at)
}

fn plane(painter: &Painter, transform: &ScreenTransform, field: &Field, nodes: [usize; 2], texture: &TextureHandle) {
    let mut mesh = Mesh::with_texture(texture.id());
    for at in [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]] {
        let Some(pos) = position(transform, field, at) else { return };
        // A node is the middle of its texel.
        let along = |axis: usize| {
            let half = 0.5 / nodes[axis] as f32;
            if at[axis] < 0.0 { half } else { 1.0 - half }
        };
        mesh.vertices.push(Vertex { pos, uv: pos2(along(0), along(1)), color: Color32::WHITE });
    }
    mesh.indices = vec![0, 1, 2, 0, 2, 3];
    painter.add(mesh);
}

fn boundary(painter: &Painter, palette: &Palette, transform: &ScreenTransform, field: &Field, answers: &Answers) {
    let stroke = Stroke::new(THICK, palette.ink);
    for piece in &answers.boundary {
        if let [Some(from), Some(to)] = piece.map(|at| position(transform, field, at)) {
            painter.line_segment([from, to], stroke);
        }
    }
}
