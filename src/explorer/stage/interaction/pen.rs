//! Drawing points by hand on the stage at t = 0, where a place on the screen is a place of the input space.

use egui::{CursorIcon, Painter, PointerButton, Pos2, Response, Shape, Stroke, Ui, Vec2};
use nalgebra::{DMatrix, Matrix2, Vector2};

use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{Palette, THIN};
use crate::session::{EditCommand, Pen, PenSettings, PointChange, ScreenPoint, nearest};

/// How near the mouse must be to a point to take it.
const REACH: f32 = 12.0;
/// A brush leaves the next dab after this share of its radius.
const SPACING: f32 = 0.5;
/// A brush that is finer than this leaves its dabs this far apart, in screen points.
const MIN_SPACING: f32 = 4.0;
/// The corners of the outline of a brush.
const CORNERS: usize = 48;
/// Below this share of its size the input plane is seen too much from its edge to draw on it.
const EDGE: f32 = 0.05;

/// The plane of the two inputs as it lies on the screen: an affine map.
#[derive(Clone, Copy, Debug)]
pub struct PenPlane {
    origin: Pos2,
    /// Screen points along each input, in columns.
    screen_from_input: Matrix2<f32>,
    input_from_screen: Matrix2<f32>,
}

impl PenPlane {
    /// Where `transform` draws the first two coordinates of the space, of which `rows` are seen. `None` where the plane is
    /// seen from its edge.
    pub fn new(transform: &ScreenTransform, rows: &DMatrix<f64>) -> Option<PenPlane> {
        let position = |input: Option<usize>| {
            let along = |row: usize| input.and_then(|input| rows.get((row, input))).copied().unwrap_or(0.0);
            transform.position([along(0), along(1), along(2)]).map(|(at, _)| at)
        };
        let (origin, first, second) = (position(None)?, position(Some(0))?, position(Some(1))?);
        let (across, up) = (first - origin, second - origin);
        let screen_from_input = Matrix2::new(across.x, up.x, across.y, up.y);
        let size = across.length().max(up.length());
        let seen = screen_from_input.determinant().abs() > EDGE * size * size;
        Some(PenPlane {
            origin,
            screen_from_input,
            input_from_screen: screen_from_input.try_inverse().filter(|_| seen)?,
        })
    }

    /// The input that is drawn at a place of the screen.
    fn input(&self, at: Pos2) -> [f64; 2] {
        let offset = at - self.origin;
        let input = self.input_from_screen * Vector2::new(offset.x, offset.y);
        [f64::from(input.x), f64::from(input.y)]
    }

    /// The outline of a brush of this radius, in units of the data, around a place of the screen.
    fn outline(&self, at: Pos2, radius: f64) -> Vec<Pos2> {
        let corner = |corner: usize| {
            let (sine, cosine) = (std::f32::consts::TAU * corner as f32 / CORNERS as f32).sin_cos();
            let offset = self.screen_from_input * Vector2::new(cosine, sine) * radius as f32;
            at + Vec2::new(offset.x, offset.y)
        };
        (0..CORNERS).map(corner).collect()
    }

    /// About how many screen points a length of the data takes.
    fn length(&self, length: f64) -> f32 {
        length as f32 * self.screen_from_input.determinant().abs().sqrt()
    }
}

/// What a pen is doing.
#[derive(Debug, Default)]
pub struct PenTool {
    /// The point that is dragged.
    taken: Option<usize>,
    /// Where the brush left its last dab.
    last: Option<Pos2>,
    edits: Vec<EditCommand>,
}

impl PenTool {
    /// Follows the mouse with the pen in hand; `order` are the points as they are drawn.
    pub fn follow(
        &mut self,
        ui: &Ui,
        response: &Response,
        (pen, settings): (Pen, &PenSettings),
        plane: &PenPlane,
        order: &[ScreenPoint],
    ) {
        let (held, origin, at) = ui.input(|input| {
            let pointer = &input.pointer;
            (pointer.button_down(PointerButton::Primary), pointer.press_origin(), pointer.latest_pos())
        });
        let held = held && response.is_pointer_button_down_on();
        let Some(at) = response.interact_pointer_pos().or(at) else { return };
        let clicked = response.clicked_by(PointerButton::Primary);
        let class = settings.class;
        match pen {
            Pen::Add if clicked => {
                self.edits.push(EditCommand::Points(PointChange::Add { at: plane.input(at), class }))
            }
            Pen::Add => {}
            Pen::Drag if held => {
                if self.taken.is_none() && self.last.is_none() {
                    self.taken =
                        nearest(order, origin.unwrap_or(at).into(), REACH).map(|placed| placed.sample as usize);
                }
                let moved = self.last.replace(at) != Some(at);
                if let Some(sample) = self.taken.filter(|_| moved) {
                    self.edits.push(EditCommand::Points(PointChange::Move { sample, to: plane.input(at) }));
                }
            }
            Pen::Drag => {}
            Pen::Paint | Pen::Erase => {
                let spacing = (SPACING * plane.length(settings.radius)).max(MIN_SPACING);
                let dab = self.last.map_or(held || clicked, |last| held && last.distance(at) >= spacing);
                if dab {
                    self.last = Some(at);
                    let (at, radius, count) = (plane.input(at), settings.radius, settings.density);
                    self.edits.push(EditCommand::Points(match pen {
                        Pen::Paint => PointChange::Paint { at, radius, count, class },
                        _ => PointChange::Erase { at, radius },
                    }));
                }
            }
        }
        if !held && (clicked || self.last.is_some()) {
            (self.taken, self.last) = (None, None);
            self.edits.push(EditCommand::Release);
        }
    }

    /// Draws the pen where the mouse is.
    pub fn draw(
        &self,
        ui: &Ui,
        painter: &Painter,
        response: &Response,
        (pen, settings): (Pen, &PenSettings),
        plane: &PenPlane,
    ) {
        let Some(at) = response.hover_pos() else { return };
        let palette = Palette::from_ui(ui);
        let colour = if pen == Pen::Erase { palette.highlight } else { palette.class(settings.class) };
        match pen {
            Pen::Add => ui.ctx().set_cursor_icon(CursorIcon::Crosshair),
            Pen::Drag => {
                ui.ctx().set_cursor_icon(if self.taken.is_some() { CursorIcon::Grabbing } else { CursorIcon::Grab })
            }
            Pen::Paint | Pen::Erase => {
                painter.add(Shape::closed_line(plane.outline(at, settings.radius), Stroke::new(THIN, colour)));
            }
        }
    }

    /// What was drawn since the last call.
    pub fn take(&mut self) -> Vec<EditCommand> {
        std::mem::take(&mut self.edits)
    }
}
