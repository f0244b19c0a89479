//! The last look at what is drawn: texts that came from files are spelled out where they are put into words, and one that was
//! not is spelled out here. What a line of text would obey is never drawn as it is.

use egui::text::LayoutJob;
use egui::{Context, FullOutput, Plugin, Shape};

use crate::system::text::{is_obeyed, visible};

/// Looks at every text of a frame.
#[derive(Debug, Default)]
pub struct SpelledOut;

impl Plugin for SpelledOut {
    fn debug_name(&self) -> &'static str {
        "texts spelled out"
    }

    fn output_hook(&mut self, context: &Context, output: &mut FullOutput) {
        output.shapes.iter_mut().for_each(|clipped| spell_out(context, &mut clipped.shape));
    }
}

fn spell_out(context: &Context, shape: &mut Shape) {
    match shape {
        Shape::Text(text) if text.galley.job.text.contains(is_obeyed) => {
            let job = spelled(&text.galley.job);
            text.galley = context.fonts_mut(|fonts| fonts.layout_job(job));
        }
        Shape::Vec(shapes) => shapes.iter_mut().for_each(|shape| spell_out(context, shape)),
        _ => {}
    }
}

/// The same text spelled out, each part of it in its own look.
fn spelled(job: &LayoutJob) -> LayoutJob {
    let mut spelled = LayoutJob { text: String::new(), sections: Vec::new(), ..job.clone() };
    for section in &job.sections {
        let part = job.text.get(section.byte_range.start.0..section.byte_range.end.0).unwrap_or_default();
        spelled.append(&visible(part), section.leading_space, section.format.clone());
    }
    spelled
}

#[cfg(test)]
mod tests {
    use egui::{Color32, RichText};

    use super::*;

    #[test]
    fn no_text_is_drawn_that_a_line_of_text_would_obey() {
        let context = Context::default();
        context.add_plugin(SpelledOut);
        let mut output = context.run_ui(egui::RawInput::default(), |ui| {
            ui.label(RichText::new("a\u{1b}[31m\u{202e}b").color(Color32::RED));
            ui.label("as it is: σ ≥ 1");
        });
        output.textures_delta.clear();
        let mut texts = Vec::new();
        for clipped in &output.shapes {
            if let Shape::Text(text) = &clipped.shape {
                texts.push(text.galley.job.text.clone());
            }
        }
        assert_eq!(texts, ["a\\u{1b}[31m\\u{202e}b", "as it is: σ ≥ 1"]);
    }
}
