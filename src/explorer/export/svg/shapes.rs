//! Lines, areas and points as elements.

use std::fmt::Write;

use egui::epaint::{ColorMode, PathStroke, StrokeKind};
use egui::{Color32, Pos2, Shape, Stroke};

use super::attributes::{colour, number, sides};
use crate::explorer::stage::MeshPoint;

/// Writes a shape; false where SVG has no element for it.
pub(super) fn vector(body: &mut String, shape: &Shape) -> bool {
    match shape {
        Shape::Noop | Shape::Callback(_) => {}
        Shape::LineSegment { points: [from, to], stroke } => {
            if let Some(stroke) = stroke_of(*stroke) {
                let [x1, y1, x2, y2] = [from.x, from.y, to.x, to.y].map(number);
                element(body, "line", &format!("x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" {stroke}"));
            }
        }
        Shape::Circle(circle) => {
            if let Some(paint) = paint(circle.fill, circle.stroke) {
                let [x, y, r] = [circle.center.x, circle.center.y, circle.radius].map(number);
                element(body, "circle", &format!("cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {paint}"));
            }
        }
        Shape::Ellipse(ellipse) if ellipse.angle == 0.0 => {
            if let Some(paint) = paint(ellipse.fill, ellipse.stroke) {
                let (at, radius) = (ellipse.center, ellipse.radius);
                let [x, y, rx, ry] = [at.x, at.y, radius.x, radius.y].map(number);
                element(body, "ellipse", &format!("cx=\"{x}\" cy=\"{y}\" rx=\"{rx}\" ry=\"{ry}\" {paint}"));
            }
        }
        Shape::Rect(rect) if rect.angle == 0.0 => {
            if let Some(paint) = paint(rect.fill, rect.stroke) {
                // SVG draws a line in the middle of the edge.
                let grown = match rect.stroke_kind {
                    _ if rect.stroke.is_empty() => 0.0,
                    StrokeKind::Inside => -rect.stroke.width / 2.0,
                    StrokeKind::Middle => 0.0,
                    StrokeKind::Outside => rect.stroke.width / 2.0,
                };
                let radius = f32::from(rect.corner_radius.nw);
                let corner = if radius > 0.0 { format!(" rx=\"{}\"", number(radius)) } else { String::new() };
                element(body, "rect", &format!("{}{corner} {paint}", sides(rect.rect.expand(grown))));
            }
        }
        Shape::Path(path) => {
            let Some(stroke) = path_stroke(&path.stroke) else { return false };
            if let Some(paint) = paint(path.fill, stroke) {
                let name = if path.closed { "polygon" } else { "polyline" };
                element(body, name, &format!("points=\"{}\" {paint}", positions(&path.points)));
            }
        }
        Shape::QuadraticBezier(curve) => {
            let Some(stroke) = path_stroke(&curve.stroke) else { return false };
            let [from, by, to] = curve.points.map(position);
            path(body, &format!("M{from} Q{by} {to}"), curve.fill, stroke);
        }
        Shape::CubicBezier(curve) => {
            let Some(stroke) = path_stroke(&curve.stroke) else { return false };
            let [from, first, second, to] = curve.points.map(position);
            path(body, &format!("M{from} C{first} {second} {to}"), curve.fill, stroke);
        }
        _ => return false,
    }
    true
}

/// A point of the data in its shape.
pub(super) fn point(body: &mut String, point: &MeshPoint) {
    let (fill, stroke) = match point.ring {
        Some(width) => (Color32::TRANSPARENT, Stroke::new(width, point.colour)),
        None => (point.colour, Stroke::NONE),
    };
    let Some(paint) = paint(fill, stroke) else { return };
    if point.outline.is_empty() {
        let [x, y, r] = [point.at.x, point.at.y, point.radius].map(number);
        return element(body, "circle", &format!("cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {paint}"));
    }
    let corners: Vec<Pos2> = point.outline.iter().map(|corner| point.at + *corner * point.radius).collect();
    element(body, "polygon", &format!("points=\"{}\" {paint}", positions(&corners)));
}

fn path(body: &mut String, way: &str, fill: Color32, stroke: Stroke) {
    if let Some(paint) = paint(fill, stroke) {
        element(body, "path", &format!("d=\"{way}\" {paint}"));
    }
}

fn element(body: &mut String, name: &str, attributes: &str) {
    // Writing to a text never fails.
    let _ = writeln!(body, "<{name} {attributes}/>");
}

fn position(at: Pos2) -> String {
    format!("{},{}", number(at.x), number(at.y))
}

fn positions(points: &[Pos2]) -> String {
    points.iter().map(|at| position(*at)).collect::<Vec<_>>().join(" ")
}

/// How an area and its edge are painted; nothing where neither is seen.
fn paint(fill: Color32, stroke: Stroke) -> Option<String> {
    match (colour("fill", fill), stroke_of(stroke)) {
        (None, None) => None,
        (Some(fill), None) => Some(fill),
        (None, Some(stroke)) => Some(format!("fill=\"none\" {stroke}")),
        (Some(fill), Some(stroke)) => Some(format!("{fill} {stroke}")),
    }
}

fn stroke_of(stroke: Stroke) -> Option<String> {
    let colour = colour("stroke", stroke.color).filter(|_| stroke.width > 0.0)?;
    let width = if stroke.width == 1.0 { String::new() } else { format!(" stroke-width=\"{}\"", number(stroke.width)) };
    Some(format!("{colour}{width}"))
}

/// A line of one colour; none where the colour changes along it.
fn path_stroke(stroke: &PathStroke) -> Option<Stroke> {
    match stroke.color {
        ColorMode::Solid(colour) => Some(Stroke::new(stroke.width, colour)),
        ColorMode::UV(_) => None,
    }
}
