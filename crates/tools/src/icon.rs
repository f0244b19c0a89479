//! Draws the program's icon, `assets/icon.png`, `assets/icon.svg` and the sizes in `assets/icons`: a spiral unwinding in the colours of the phases.
//!
//! `cargo xtask icon`

use std::{error::Error, f32::consts::TAU, fmt::Write as _, fs};

use egui::{Color32, Pos2, Rect, Vec2, pos2};
use layerflow::{explorer::theme::Palette, flow::PhaseKind};
use layerflow_offscreen::Offscreen;

/// Both pictures are this many pixels (units, in the SVG) wide and high.
const SIDE: f32 = 256.0;
const CORNER: f32 = 56.0;

/// The sizes that desktops ask for.
const SIZES: [u32; 7] = [16, 22, 24, 32, 48, 64, 128];

const ARMS: [PhaseKind; 5] =
    [PhaseKind::RotateIn, PhaseKind::Compress, PhaseKind::RotateOut, PhaseKind::Shift, PhaseKind::Activate];

/// Points along an arm; enough that neighbouring circles overlap to a smooth ribbon.
const POINTS: usize = 160;
const TURNS: f32 = 0.72;

/// Centre and half width of arm `arm` at `s`, 0 in the middle of the icon, 1 at the arm's round head.
fn ribbon(arm: usize, s: f32) -> (Pos2, f32) {
    let angle = TAU * (arm as f32 / ARMS.len() as f32 + TURNS * s.sqrt());
    let radius = SIDE * (0.035 + 0.355 * s);
    let centre = pos2(SIDE / 2.0, SIDE / 2.0) + radius * Vec2::angled(angle);
    (centre, SIDE * (0.008 + 0.047 * s))
}

fn along(arm: usize) -> impl DoubleEndedIterator<Item = (Pos2, f32)> {
    (0..=POINTS).map(move |i| ribbon(arm, i as f32 / POINTS as f32))
}

fn draw(ui: &egui::Ui, palette: &Palette) {
    let painter = ui.painter();
    painter.rect_filled(Rect::from_min_size(Pos2::ZERO, Vec2::splat(SIDE)), CORNER, palette.stage);
    for (arm, phase) in ARMS.into_iter().enumerate() {
        for (centre, half_width) in along(arm) {
            painter.circle_filled(centre, half_width, palette.phase(phase));
        }
    }
}

/// The same ribbons as outlines: up along one side, around the head, down along the other.
fn svg(palette: &Palette) -> Result<String, std::fmt::Error> {
    let hex = |color: Color32| format!("#{:02x}{:02x}{:02x}", color.r(), color.g(), color.b());
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIDE} {SIDE}\">\n\
         <rect width=\"{SIDE}\" height=\"{SIDE}\" rx=\"{CORNER}\" fill=\"{}\"/>\n",
        hex(palette.stage)
    );
    for (arm, phase) in ARMS.into_iter().enumerate() {
        // Every eighth point is enough for an outline.
        let spine: Vec<_> = along(arm).step_by(8).collect();
        let side = |sign: f32| {
            let ahead = spine.iter().skip(1).chain(spine.last());
            let behind = spine.first().into_iter().chain(&spine);
            let sides = spine.iter().zip(ahead.zip(behind)).map(move |((centre, half_width), (next, last))| {
                *centre + (next.0 - last.0).normalized().rot90() * *half_width * sign
            });
            sides.collect::<Vec<Pos2>>()
        };
        let (left, mut right) = (side(1.0), side(-1.0));
        right.reverse();
        let (_, head) = ribbon(arm, 1.0);
        write!(text, "<path fill=\"{}\" d=\"", hex(palette.phase(phase)))?;
        for (i, at) in left.iter().enumerate() {
            write!(text, "{}{:.1} {:.1}", if i == 0 { "M" } else { "L" }, at.x, at.y)?;
        }
        for (i, at) in right.iter().enumerate() {
            let round = format!("A{head:.1} {head:.1} 0 0 1 ");
            write!(text, "{}{:.1} {:.1}", if i == 0 { &round } else { "L" }, at.x, at.y)?;
        }
        text.push_str("Z\"/>\n");
    }
    text.push_str("</svg>\n");
    Ok(text)
}

/// The same picture, so many pixels wide and high.
fn write(side: u32, palette: &Palette, path: &str) -> Result<(), Box<dyn Error>> {
    let mut screen = Offscreen::new([side; 2], side as f32 / SIDE)?.with_background(Color32::TRANSPARENT);
    Ok(screen.frame(&egui::Context::default(), 0.0, |ui| draw(ui, palette)).write_png(path)?)
}

pub fn run() -> Result<(), Box<dyn Error>> {
    let palette = Palette::for_dark(true);
    write(SIDE as u32, palette, "assets/icon.png")?;
    fs::create_dir_all("assets/icons")?;
    for side in SIZES {
        write(side, palette, &format!("assets/icons/{side}.png"))?;
    }
    fs::write("assets/icon.svg", svg(palette)?)?;
    Ok(())
}
