//! u(x, t) behind the points, its decision boundary, and the velocity as arrows.

use std::sync::Arc;

use egui::epaint::Vertex;
use egui::{Color32, ColorImage, Mesh, Painter, Pos2, Shape, Stroke, TextureHandle, TextureOptions, Ui, pos2};

use super::mapping::Mapping;
use super::stage::StageInput;
use crate::explorer::theme::{self, Palette, THICK, THIN};
use crate::session::{Answer, Answers, Compare, Field, ViewCommand};

/// The longest arrow, as a share of the shorter side of the plane.
const LONGEST: f64 = 0.09;
/// The head of an arrow, in points.
const HEAD: f32 = 5.0;
/// How strong the background is where the answer is sure; the points must stand out from it.
const STRENGTH: f32 = 0.32;
/// A field older than this, in layers, says of which time it is.
const OLD: f64 = 0.3;

/// The background as a texture, made anew for each field.
#[derive(Default)]
pub struct Background {
    made: Option<(Arc<Field>, bool, TextureHandle)>,
}

/// The two choices of the strip.
pub fn toggles(ui: &mut Ui, input: &StageInput<'_>, commands: &mut Vec<ViewCommand>) {
    let enabled = input.view.compare != Compare::ResNet;
    let why_not = "The field is that of the plain net: choose another view than ResNet.";
    let mut answers = input.view.answers;
    let tip = "u(x, t): what the network will answer for a point that is here now, as a background; the line is the decision boundary.";
    let toggle = ui.add_enabled(enabled, egui::Checkbox::new(&mut answers, "u(x, t)"));
    if toggle.on_hover_text(tip).on_disabled_hover_text(why_not).changed() {
        commands.push(ViewCommand::ShowAnswers(answers));
    }
    let mut velocity = input.view.velocity;
    let tip = "v(x, t): where and how fast the flow carries each place at this moment, as arrows.";
    let toggle = ui.add_enabled(enabled, egui::Checkbox::new(&mut velocity, "Velocity"));
    if toggle.on_hover_text(tip).on_disabled_hover_text(why_not).changed() {
        commands.push(ViewCommand::ShowVelocity(velocity));
    }
}

/// The field to draw: the newest, if it was made for what the stage draws.
pub fn current<'a>(input: &StageInput<'a>) -> Option<&'a Arc<Field>> {
    let wanted = input.view.wanted_field(input.t)?;
    input.field.filter(|field| field.request.projection == wanted.projection)
}

/// What the field is, or why there is none; nothing while none is wanted.
pub fn words(input: &StageInput<'_>) -> Vec<String> {
    if input.view.wanted_field(input.t).is_none() {
        return Vec::new();
    }
    let Some(field) = current(input) else { return vec!["The field is being computed …".to_owned()] };
    let mut words = field.words.clone();
    if (field.request.t - input.t).abs() > OLD {
        words.push(format!("The field is still that of t = {}; computing …", theme::figure(field.request.t, 2)));
    }
    words
}

impl Background {
    /// Draws `field`, the background first.
    pub fn draw(&mut self, painter: &Painter, dark: bool, mapping: &Mapping, field: &Arc<Field>) {
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
                plane(painter, mapping, field, answers.nodes, texture);
            }
            boundary(painter, palette, mapping, field, answers);
        }
        arrows(painter, palette, mapping, field);
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

fn place(mapping: &Mapping, field: &Field, at: [f64; 2]) -> Option<Pos2> {
    mapping.place(field.place(at)).map(|(at, _)| at)
}

fn plane(painter: &Painter, mapping: &Mapping, field: &Field, nodes: [usize; 2], texture: &TextureHandle) {
    let mut mesh = Mesh::with_texture(texture.id());
    for at in [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]] {
        let Some(pos) = place(mapping, field, at) else { return };
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

fn boundary(painter: &Painter, palette: &Palette, mapping: &Mapping, field: &Field, answers: &Answers) {
    let stroke = Stroke::new(THICK, palette.ink);
    for piece in &answers.boundary {
        if let [Some(from), Some(to)] = piece.map(|at| place(mapping, field, at)) {
            painter.line_segment([from, to], stroke);
        }
    }
}

/// The longest arrow has one length on the plane, whatever the speed; the others are in proportion.
fn arrows(painter: &Painter, palette: &Palette, mapping: &Mapping, field: &Field) {
    let fastest = field.arrows.iter().fold(0.0, |fastest: f64, arrow| fastest.max(arrow.speed));
    let size = field.reach.map(|reach| reach.iter().map(|x| x * x).sum::<f64>().sqrt());
    let scale = 2.0 * LONGEST * size[0].min(size[1]) / fastest;
    if !scale.is_finite() {
        return;
    }
    let stroke = Stroke::new(THIN, palette.faint_ink);
    for arrow in &field.arrows {
        let from = field.place(arrow.at);
        let to = [0, 1, 2].map(|row| from[row] + scale * arrow.velocity[row]);
        if let (Some((from, _)), Some((to, _))) = (mapping.place(from), mapping.place(to)) {
            let along = to - from;
            let head = HEAD.min(0.5 * along.length());
            let back = along.normalized() * head;
            painter.line_segment([from, to], stroke);
            let wings = [to - back + 0.5 * back.rot90(), to, to - back - 0.5 * back.rot90()];
            if head > 1.0 {
                painter.add(Shape::convex_polygon(wings.to_vec(), palette.faint_ink, Stroke::NONE));
            }
        }
    }
}
