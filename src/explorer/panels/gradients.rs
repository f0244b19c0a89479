//! The gradient of the loss along t, as a chart beside those of the data.

use egui::{Ui, Vec2};

use crate::explorer::theme::Palette;
use crate::explorer::widgets::time_chart::{Series, TimeChart};
use crate::flow::PhaseKind;
use crate::session::{Gradients, Session};

/// Draws the chart and gives the time that was clicked.
pub fn chart(ui: &mut Ui, session: &Session, size: Vec2) -> Option<f64> {
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
            "Dark: the median size of the loss's gradient by the point at t, between its 5th and 95th percentiles. \
                 Coloured: the size of the gradient by the layer's weights. Where a line falls by many powers of ten \
                 the gradient vanishes, where it rises it explodes."
                .to_owned()
        }
    };
    let chart = TimeChart {
        title,
        tip: &tip,
        series: &series,
        range: None,
        duration: session.playback.duration(),
        t: session.playback.t(),
    };
    chart.show(ui, size)
}
