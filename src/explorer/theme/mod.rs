//! Every colour and size of the window, light and dark.
//!
//! Two families of colour never meet: the muted phase colours (one a [`PhaseKind`], the same in the timeline, the
//! panels and the legends) and the data colours of Okabe and Ito, which colour-blind readers can tell apart.

use std::sync::Arc;

use egui::{
    Color32, Context, FontData, FontDefinitions, FontFamily, FontId, Label, Response, RichText, Stroke, Style,
    TextStyle, TextWrapMode, Theme, Ui, Visuals,
};

use crate::diagnostics::findings::Severity;
use crate::explorer::spelled_out::SpelledOut;
use crate::flow::PhaseKind;

/// The text sizes in points: axis labels and notes, everything else, headings.
pub const SMALL: f32 = 11.0;
/// See [`SMALL`].
pub const BODY: f32 = 13.0;
/// See [`SMALL`].
pub const HEADING: f32 = 16.0;
/// The sentence on a stage that is presented.
const TITLE: f32 = 24.0;

/// The gap between neighbouring things, in points.
pub const GAP: f32 = 6.0;
/// The gap between sections of a panel.
pub const SECTION_GAP: f32 = 14.0;
/// The width of thin lines: axes, frames, ticks.
pub const THIN: f32 = 1.0;
/// The width of lines that carry data: curves, hands, arcs.
pub const THICK: f32 = 2.0;
/// The radius of a data point on the stage.
pub const POINT_RADIUS: f32 = 3.2;
/// The radius of small rounded corners.
pub const CORNER: u8 = 3;

/// The data colours of Okabe and Ito (2008), the most distinct pairs first, as they are on dark ground.
const DATA_ON_DARK: [Color32; 7] = [
    Color32::from_rgb(0x00, 0x72, 0xB2), // blue
    Color32::from_rgb(0xD5, 0x5E, 0x00), // vermillion
    Color32::from_rgb(0x00, 0x9E, 0x73), // bluish green
    Color32::from_rgb(0xE6, 0x9F, 0x00), // orange
    Color32::from_rgb(0xCC, 0x79, 0xA7), // reddish purple
    Color32::from_rgb(0x56, 0xB4, 0xE9), // sky blue
    Color32::from_rgb(0xF0, 0xE4, 0x42), // yellow
];

/// The same hues on white, where orange, sky blue and yellow are darker: points stand out from their ground by 3 to 1.
const DATA_ON_LIGHT: [Color32; 7] = [
    Color32::from_rgb(0x00, 0x72, 0xB2),
    Color32::from_rgb(0xD5, 0x5E, 0x00),
    Color32::from_rgb(0x00, 0x9E, 0x73),
    Color32::from_rgb(0xC9, 0x86, 0x00),
    Color32::from_rgb(0xCC, 0x79, 0xA7),
    Color32::from_rgb(0x2F, 0x8F, 0xCB),
    Color32::from_rgb(0x8F, 0x8A, 0x00),
];

/// How many classes have a colour of their own; further classes repeat the colours with another shape.
pub const DATA_COLOURS: usize = DATA_ON_DARK.len() + 1;

/// How strong the fill of a cell is at the most; points and grid must stand out from it.
const AREA_STRENGTH: f32 = 0.6;

/// The colours of one of the two themes.
#[derive(Debug)]
pub struct Palette {
    /// Behind the stage.
    pub stage: Color32,
    /// Text and marks that must be read.
    pub ink: Color32,
    /// Text and marks that may be read.
    pub faint_ink: Color32,
    /// Axes, tracks of dials, frames.
    pub axis: Color32,
    /// The deformed grid of the input space.
    pub grid: Color32,
    /// The deformed grid carried by the ResNet.
    pub resnet_grid: Color32,
    /// Behind bars, dials and curves.
    pub track: Color32,
    /// The ring around the selected point and around what is hovered.
    pub highlight: Color32,
    /// Findings that the reader should not overlook.
    pub warning: Color32,
    /// A small error between the plain net and its ResNet.
    pub error_small: Color32,
    /// A large one.
    pub error_large: Color32,
    /// A cell of the grid that has shrunk.
    area_shrunk: Color32,
    /// A cell of the grid that has grown.
    area_grown: Color32,
    /// Data without labels.
    pub unlabelled: Color32,
    /// The data colours but the last.
    data: [Color32; 7],
    /// The eighth data colour, which stands for black.
    black: Color32,
    phases: [Color32; 8],
    /// The ends of the scale of signed values.
    signed: [Color32; 2],
}

static LIGHT: Palette = Palette {
    stage: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    ink: Color32::from_rgb(0x1E, 0x1F, 0x22),
    faint_ink: Color32::from_rgb(0x68, 0x6B, 0x72),
    axis: Color32::from_rgb(0xA9, 0xAC, 0xB3),
    grid: Color32::from_rgb(0xD3, 0xD6, 0xDC),
    resnet_grid: Color32::from_rgb(0xC9, 0xC0, 0xD6),
    track: Color32::from_rgb(0xEC, 0xED, 0xF0),
    highlight: Color32::from_rgb(0x1E, 0x1F, 0x22),
    warning: Color32::from_rgb(0xA3, 0x45, 0x00),
    error_small: Color32::from_rgb(0xB8, 0xBA, 0xC0),
    error_large: Color32::from_rgb(0xC2, 0x1E, 0x56),
    area_shrunk: Color32::from_rgb(0x8C, 0x51, 0x0A), // brown
    area_grown: Color32::from_rgb(0x01, 0x66, 0x5E),  // teal
    unlabelled: Color32::from_rgb(0x4E, 0x55, 0x62),
    data: DATA_ON_LIGHT,
    black: Color32::from_rgb(0x1E, 0x1F, 0x22),
    phases: [
        Color32::from_rgb(0x6B, 0x5B, 0xB5), // rotate in: violet
        Color32::from_rgb(0x9A, 0x50, 0x22), // compress: rust
        Color32::from_rgb(0x3C, 0x86, 0x93), // rotate out: petrol
        Color32::from_rgb(0x8C, 0x4A, 0x8C), // stretch: plum
        Color32::from_rgb(0x4A, 0x70, 0xA0), // rotate: steel
        Color32::from_rgb(0x8A, 0x8D, 0x93), // shift: grey
        Color32::from_rgb(0x78, 0x86, 0x2E), // activate: olive
        Color32::from_rgb(0x8A, 0x6A, 0x4A), // residual: brown
    ],
    signed: [Color32::from_rgb(0x8C, 0x51, 0x0A), Color32::from_rgb(0x01, 0x66, 0x5E)],
};

static DARK: Palette = Palette {
    stage: Color32::from_rgb(0x14, 0x15, 0x18),
    ink: Color32::from_rgb(0xE6, 0xE7, 0xEA),
    faint_ink: Color32::from_rgb(0x9A, 0x9D, 0xA6),
    axis: Color32::from_rgb(0x5C, 0x5F, 0x67),
    grid: Color32::from_rgb(0x34, 0x37, 0x3E),
    resnet_grid: Color32::from_rgb(0x46, 0x3E, 0x52),
    track: Color32::from_rgb(0x2A, 0x2C, 0x31),
    highlight: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    warning: Color32::from_rgb(0xF0, 0xA0, 0x60),
    error_small: Color32::from_rgb(0x55, 0x58, 0x60),
    error_large: Color32::from_rgb(0xFF, 0x5C, 0x8D),
    area_shrunk: Color32::from_rgb(0xC8, 0x8A, 0x35),
    area_grown: Color32::from_rgb(0x4F, 0xC0, 0xB2),
    unlabelled: Color32::from_rgb(0xB4, 0xBA, 0xC6),
    data: DATA_ON_DARK,
    black: Color32::from_rgb(0xE6, 0xE7, 0xEA),
    phases: [
        Color32::from_rgb(0x9A, 0x8C, 0xDE),
        Color32::from_rgb(0xD0, 0x88, 0x58),
        Color32::from_rgb(0x63, 0xB2, 0xBF),
        Color32::from_rgb(0xBE, 0x7E, 0xBE),
        Color32::from_rgb(0x7E, 0xA4, 0xD4),
        Color32::from_rgb(0x8E, 0x92, 0x99),
        Color32::from_rgb(0xA9, 0xB7, 0x5C),
        Color32::from_rgb(0xBE, 0x9C, 0x78),
    ],
    signed: [Color32::from_rgb(0xE0, 0xA8, 0x5C), Color32::from_rgb(0x62, 0xD0, 0xC2)],
};

impl Palette {
    /// The palette of the theme that `ui` is drawn in.
    pub fn from_ui(ui: &Ui) -> &'static Palette {
        Palette::for_dark(ui.visuals().dark_mode)
    }

    /// The dark or the light palette.
    pub fn for_dark(dark: bool) -> &'static Palette {
        if dark { &DARK } else { &LIGHT }
    }

    /// The colour of a phase, the same everywhere.
    pub fn phase(&self, kind: PhaseKind) -> Color32 {
        let [rotate_in, compress, rotate_out, stretch, rotate, shift, activate, residual] = self.phases;
        match kind {
            PhaseKind::RotateIn => rotate_in,
            PhaseKind::Compress => compress,
            PhaseKind::RotateOut => rotate_out,
            PhaseKind::Stretch => stretch,
            PhaseKind::Rotate => rotate,
            PhaseKind::Shift => shift,
            PhaseKind::Activate => activate,
            PhaseKind::Residual => residual,
            // Operators of a graph: linear ones as compressions, comparisons as activations, sums as residual blocks; direct ones
            // are hatched besides.
            PhaseKind::Gather | PhaseKind::Centre | PhaseKind::Normalise => compress,
            PhaseKind::Compare => activate,
            PhaseKind::Add | PhaseKind::Direct => residual,
        }
    }

    /// The colour of a phase as text on the stage: as near to [`Palette::phase`] as can be read.
    pub fn phase_ink(&self, kind: PhaseKind) -> Color32 {
        self.readable(self.phase(kind))
    }

    /// `colour` as text on the stage: mixed with the ink until it can be read.
    pub fn readable(&self, colour: Color32) -> Color32 {
        const STEPS: u8 = 20;
        let mixed = (0..=STEPS).map(|step| colour.lerp_to_gamma(self.ink, f32::from(step) / f32::from(STEPS)));
        mixed.into_iter().find(|mixed| contrast(*mixed, self.stage) >= TEXT_CONTRAST).unwrap_or(self.ink)
    }

    /// The colour of a finding's severity.
    pub fn severity(&self, severity: Severity) -> Color32 {
        match severity {
            Severity::Error => self.error_large,
            Severity::Warning => self.warning,
            Severity::Note => self.faint_ink,
        }
    }

    /// The colour of a class; from [`DATA_COLOURS`] on the colours repeat (and the shape changes).
    pub fn class(&self, class: usize) -> Color32 {
        self.data.get(class % DATA_COLOURS).copied().unwrap_or(self.black)
    }

    /// The colour of a value, `share` of the way from the least to the largest of the data.
    pub fn value(&self, share: f32) -> Color32 {
        let [low, high, ..] = self.data;
        if share < 0.5 {
            low.lerp_to_gamma(self.unlabelled, (2.0 * share).max(0.0))
        } else {
            self.unlabelled.lerp_to_gamma(high, (2.0 * share - 1.0).min(1.0))
        }
    }

    /// The colour of an error, `share` of the way from none to the largest on the screen.
    pub fn error(&self, share: f32) -> Color32 {
        self.error_small.lerp_to_gamma(self.error_large, share.clamp(0.0, 1.0))
    }

    /// The fill of a cell of the grid, from −1 (shrunk as far as the colours tell) over 0 (nothing) to 1 (grown).
    pub fn area(&self, change: f32) -> Color32 {
        let colour = if change < 0.0 { self.area_shrunk } else { self.area_grown };
        colour.gamma_multiply(AREA_STRENGTH * change.abs().min(1.0))
    }

    /// The colour of a signed value between −1 (brown) and 1 (teal), after ColorBrewer's BrBG; 0 is the background.
    pub fn diverging(&self, share: f32) -> Color32 {
        let [negative, positive] = self.signed;
        // NaN has no share: it shows as zero does.
        let share = if share.is_nan() { 0.0 } else { share.clamp(-1.0, 1.0) };
        self.stage.lerp_to_gamma(if share < 0.0 { negative } else { positive }, share.abs())
    }

    /// A thin line for axes and frames.
    pub fn axis_line(&self) -> Stroke {
        Stroke::new(THIN, self.axis)
    }
}

/// The least contrast of text with its ground (WCAG 2.2, AA).
pub const TEXT_CONTRAST: f32 = 4.5;

/// The contrast of two opaque colours as WCAG 2.2 defines it, 1 to 21.
pub fn contrast(one: Color32, other: Color32) -> f32 {
    let luminance = |colour: Color32| {
        let linear = egui::Rgba::from(colour);
        0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Gives both themes of `context` the palette, the text sizes and the spacing, and looks at all texts that it draws. Call
/// once, before the first frame.
pub fn install(context: &Context) {
    context.add_plugin(SpelledOut);
    context.set_fonts(fonts());
    context.set_style_of(Theme::Light, style(Visuals::light(), &LIGHT));
    context.set_style_of(Theme::Dark, style(Visuals::dark(), &DARK));
}

/// What the default fonts lack: ᵀ, drawn by `scripts/make-symbols-font`.
const SYMBOLS: &[u8] = include_bytes!("../../../assets/symbols.ttf");

/// The default fonts; the monospaced one, which has arrows and superscripts, stands in for what the others lack, and a
/// font of our own for what all of them lack.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let stand_in = fonts.families.get(&FontFamily::Monospace).and_then(|family| family.first()).cloned();
    fonts.families.entry(FontFamily::Proportional).or_default().extend(stand_in);
    let symbols = "layerflow symbols".to_owned();
    fonts.font_data.insert(symbols.clone(), Arc::new(FontData::from_static(SYMBOLS)));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().push(symbols.clone());
    }
    fonts
}

fn style(visuals: Visuals, palette: &Palette) -> Style {
    let mut style = Style { visuals, ..Style::default() };
    style.text_styles = [
        (TextStyle::Small, SMALL),
        (TextStyle::Body, BODY),
        (TextStyle::Monospace, BODY),
        (TextStyle::Button, BODY),
        (TextStyle::Heading, HEADING),
    ]
    .map(|(name, size)| (name, FontId::new(size, FontFamily::Proportional)))
    .into();
    style.spacing.item_spacing = egui::vec2(GAP, GAP - 1.0);
    style.visuals.override_text_color = None;
    style.visuals.extreme_bg_color = palette.stage;
    style.visuals.widgets.noninteractive.fg_stroke.color = palette.ink;
    style.visuals.warn_fg_color = palette.warning;
    style.visuals.error_fg_color = palette.error_large;
    style
}

/// Small text for axis labels and notes.
pub fn small_font() -> FontId {
    FontId::new(SMALL, FontFamily::Proportional)
}

/// The font of everything that is neither small nor a heading.
pub fn body_font() -> FontId {
    FontId::new(BODY, FontFamily::Proportional)
}

/// The font of headings.
pub fn heading_font() -> FontId {
    FontId::new(HEADING, FontFamily::Proportional)
}

/// The font of the sentence that a room reads.
pub fn title_font() -> FontId {
    FontId::new(TITLE, FontFamily::Proportional)
}

/// A note: small and faint.
pub fn note(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text).small().color(Palette::from_ui(ui).faint_ink)
}

/// A label as wide as `digits` digits with `text` at its right, so that a number that changes every frame keeps its
/// place. (The font's digits are all equally wide.)
pub fn steady(ui: &mut Ui, digits: usize, text: impl Into<RichText>) -> Response {
    let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&body_font(), '0'));
    let size = egui::vec2(digit * digits as f32, ui.text_style_height(&TextStyle::Body));
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        ui.add(Label::new(text.into()).wrap_mode(TextWrapMode::Extend))
    })
    .inner
}

/// `value` with `decimals` digits after the point and a true minus sign.
pub fn figure(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // −0.00 would flicker against 0.00.
    let zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if zero { text.trim_start_matches('-').to_owned() } else { text.replace('-', MINUS) }
}

/// `value` in three significant digits, with an exponent where it is very large or very small.
pub fn significant(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !value.is_finite() {
        if value.is_nan() { "not a number".to_owned() } else { "infinite".to_owned() }
    } else if (0.000_999_5..99_950.0).contains(&size) {
        let decimals = (2 - (size * 1.0005).log10().floor() as i32).clamp(0, 5) as usize;
        figure(value, decimals)
    } else {
        format!("{value:.1e}").replace('-', MINUS)
    }
}

const MINUS: &str = "\u{2212}";

#[cfg(test)]
mod tests;
