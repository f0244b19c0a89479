//! Text as text: one element for each row and colour, as long as the row is in the window's font.

use std::fmt::Write;

use egui::Color32;
use egui::epaint::TextShape;
use egui::epaint::text::{Glyph, PlacedRow};

use super::attributes::{colour, number};

/// The window's font, and what stands in for it.
pub(super) const FONTS: &str = "Ubuntu Light, Ubuntu, Open Sans, DejaVu Sans, sans-serif";

/// Writes a text.
pub(super) fn text(body: &mut String, text: &TextShape) {
    let size = text.galley.job.sections.first().map_or(0.0, |section| section.format.font_id.size);
    for row in &text.galley.rows {
        let mut rest = &row.row.glyphs[..];
        while let Some(first) = rest.first() {
            let colour = glyph_colour(text, row, first);
            let same = rest.iter().take_while(|glyph| glyph_colour(text, row, glyph) == colour).count().max(1);
            let (run, others) = rest.split_at(same);
            self::run(body, text, row, run, (size, colour));
            rest = others;
        }
    }
}

fn run(body: &mut String, text: &TextShape, row: &PlacedRow, glyphs: &[Glyph], (size, ink): (f32, Color32)) {
    let (Some(first), Some(last), Some(fill)) = (glyphs.first(), glyphs.last(), colour("fill", ink)) else { return };
    let letters: String = glyphs.iter().map(|glyph| glyph.chr).collect();
    if letters.trim().is_empty() {
        return;
    }
    let [x, y] = [text.pos.x + row.pos.x + first.pos.x, text.pos.y + row.pos.y + first.pos.y].map(number);
    let length = last.pos.x + last.advance_width - first.pos.x;
    // A single letter has no room between letters to be stretched.
    let fitted = if glyphs.len() > 1 { format!(" textLength=\"{}\"", number(length)) } else { String::new() };
    let turned = if text.angle == 0.0 {
        String::new()
    } else {
        let [angle, x, y] = [text.angle.to_degrees(), text.pos.x, text.pos.y].map(number);
        format!(" transform=\"rotate({angle} {x} {y})\"")
    };
    // Writing to a text never fails.
    let _ = writeln!(
        body,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"{fitted} {fill}{turned} xml:space=\"preserve\">{}</text>",
        number(size),
        escaped(&letters)
    );
}

/// The colour of a letter: that of its corners in the row's mesh, where it has any.
fn glyph_colour(text: &TextShape, row: &PlacedRow, glyph: &Glyph) -> Color32 {
    let own = row.row.visuals.mesh.vertices.get(glyph.first_vertex as usize).map(|vertex| vertex.color);
    let own = text.override_text_color.or(own.filter(|_| !glyph.chr.is_whitespace()));
    let ink = own.filter(|colour| *colour != Color32::PLACEHOLDER).unwrap_or(text.fallback_color);
    ink.gamma_multiply(text.opacity_factor)
}

/// Text with what means something to XML written otherwise; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            _ if letter.is_control() => {}
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_of_users_break_no_document() {
        assert_eq!(escaped("a<b & \"c\"\u{1}>"), "a&lt;b &amp; \"c\"&gt;");
    }
}
