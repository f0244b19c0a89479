//! The gradient of the loss along t, as a chart beside those of the data.

use egui::Ui;

use crate::diagnostics::LayerGradient;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::chart_menu::ChartMenu;
use crate::explorer::widgets::time_chart::{self, Series, TimeAxis, TimeChart, TrackLayout};
use crate::flow::PhaseKind;
use crate::session::{Gradients, Session};

/// What the picture of the spectra is called.
const SPECTRA: &str = "Gradient spectra: log₁₀ σ";
/// Cells of a column at most: of more singular values some stand for the others.
const MAX_VALUES: usize = 48;
/// Singular values so many times smaller than the largest of all have no colour, in powers of ten.
const DECADES: f64 = 8.0;

/// Draws the singular values of each layer's gradient, the largest on top, and gives the time that was clicked.
pub fn spectra(ui: &mut Ui, session: &Session, layout: TrackLayout) -> Option<f64> {
    let (_, rect, response) = time_chart::track(ui, SPECTRA, layout);
    let backward = session.latest::<Gradients>().and_then(|gradients| gradients.backward.as_ref().ok());
    let layers = backward.map_or(&[][..], |backward| &backward.layers);
    let largest = layers.iter().filter_map(|layer| layer.singular_values.first()).fold(0.0_f64, |a, b| a.max(*b));
    let axis = TimeAxis { rect, span: layout.span };
    let paint = |ui: &Ui, axis: TimeAxis| paint_spectra(ui, axis, (layers, largest), session.playback.t());
    paint(ui, axis);
    let draw = |ui: &mut Ui| {
        let (rect, _) = time_chart::frame(ui, SPECTRA, ui.available_size());
        paint(ui, TimeAxis { rect, span: layout.span });
    };
    let numbers = || time_chart::spectra_table("singular_value", layers, |layer| layer.singular_values.clone());
    ChartMenu { name: SPECTRA, size: time_chart::FIGURE, numbers: Some(&numbers), draw: &draw }.attach(&response);
    let asked = time_chart::sought(&response, axis);
    if let Some(at) = response.hover_pos() {
        let index = (axis.t(at.x) as usize).min(layers.len().saturating_sub(1));
        let text = layers.get(index).map_or_else(
            || "There is no gradient.".to_owned(),
            |layer| match (layer.singular_values.first(), layer.singular_values.last()) {
                (Some(first), Some(last)) => {
                    let (first, last) = (theme::significant(*first), theme::significant(*last));
                    format!("Layer {}: the gradient by its weights has σ from {first} to {last}", index + 1)
                }
                _ => format!("Layer {}: its singular values would take too long", index + 1),
            },
        );
        response.on_hover_ui_at_pointer(|ui| {
            ui.label(text);
            let tip = "Full colour is the largest σ of all layers; eight powers of ten below it the colour ends. A layer that \
                       pales altogether gets no gradient; one whose first σ alone has colour learns in one direction.";
            ui.label(theme::note(ui, tip));
        });
    }
    asked
}

/// Paints a column for each layer in the range of `largest`, the largest of all singular values.
fn paint_spectra(ui: &Ui, axis: TimeAxis, (layers, largest): (&[LayerGradient], f64), t: f64) {
    let palette = Palette::from_ui(ui);
    let cells = layers.iter().map(|layer| layer.singular_values.len().min(MAX_VALUES)).sum();
    axis.spectra(&ui.painter_at(axis.rect), (palette, t), (layers, cells), |layer| {
        let values = &layer.singular_values;
        let count = values.len().min(MAX_VALUES);
        // The value in the middle of those that a cell stands for.
        let middle = (0..count).filter_map(|row| values.get((2 * row + 1) * values.len() / (2 * count)));
        let colour = |value: &f64| {
            let share = 1.0 + (value / largest).log10() / DECADES;
            let shade = if share.is_finite() { share.clamp(0.0, 1.0) as f32 } else { 0.0 };
            palette.track.lerp_to_gamma(palette.phase(PhaseKind::Compress), shade)
        };
        middle.map(colour).collect()
    });
}

/// Draws the chart and gives the time that was clicked.
pub fn chart(ui: &mut Ui, session: &Session, layout: TrackLayout) -> Option<f64> {
    let gradients = session.latest::<Gradients>();
    let backward = gradients.and_then(|gradients| gradients.backward.as_ref().ok());
    let log = |values: &[f64]| -> Vec<f64> {
        // A gradient of 0 has no logarithm, and is a gap in the line.
        values.iter().map(|value| if *value > 0.0 { value.log10() } else { f64::NAN }).collect()
    };
    let empty = Vec::new();
    let times = backward.map_or(&empty, |backward| &backward.times);
    let lists =
        |list: fn(&crate::diagnostics::Backward) -> &Vec<f64>| backward.map_or(Vec::new(), |found| log(list(found)));
    let (low, median, high) = (lists(|found| &found.low), lists(|found| &found.median), lists(|found| &found.high));
    let layers = backward.map_or(&[][..], |backward| &backward.layers);
    let layer_times: Vec<f64> = (0..layers.len()).flat_map(|layer| [layer as f64, layer as f64 + 1.0]).collect();
    let norms = log(&layers.iter().flat_map(|gradient| [gradient.norm; 2]).collect::<Vec<f64>>());
    let palette = Palette::from_ui(ui);
    let line = |name, colour, values| Series { name, colour, times, values };
    let series = [
        line("5 % of the points, log₁₀", palette.axis, &low),
        line("95 % of the points, log₁₀", palette.axis, &high),
        line("median of the points, log₁₀", palette.ink, &median),
        Series {
            name: "weights of the layer, log₁₀",
            colour: palette.phase(PhaseKind::Compress),
            times: &layer_times,
            values: &norms,
        },
    ];
    let reason = gradients.and_then(|gradients| gradients.backward.as_ref().err());
    let title = match (gradients, reason) {
        (None, _) => "Gradient: being followed …",
        (Some(_), Some(_)) => "Gradient: there is none",
        (Some(_), None) => "Gradient, log₁₀: points and weights",
    };
    let tip = match reason {
        Some(reason) => format!("There is no gradient: {reason}."),
        None => {
            "Uncoloured: the median size of the loss's gradient by the point at t, between its 5th and 95th percentiles. \
                 Coloured: the size of the gradient by the layer's weights. Where a line falls by many powers of ten \
                 the gradient vanishes, where it rises it explodes."
                .to_owned()
        }
    };
    let chart =
        TimeChart { title, tip: &tip, series: &series, range: None, span: layout.span, t: session.playback.t() };
    chart.show_track(ui, layout)
}
