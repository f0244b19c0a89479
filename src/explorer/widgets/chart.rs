//! Charts: lines and points over an axis that may be logarithmic, with the values on hover.

use std::ops::RangeInclusive;

use egui::{Color32, Rangef, Response, Ui, WidgetInfo};
use egui_plot::{AxisHints, GridInput, GridMark, HoverPosition, Line, LineStyle, Plot, PlotPoints, Points, VLine};

use crate::explorer::theme::{self, Palette, THICK, THIN};

const HEIGHT: f32 = 132.0;
/// The radius of a marked point.
const MARK: f32 = 2.5;
/// Labels nearer to each other than the first are hidden, and whole from the second on; in points.
const X_LABELS: Rangef = Rangef { min: 16.0, max: 24.0 };
const Y_LABELS: Rangef = Rangef { min: 10.0, max: 16.0 };
/// At most about so many ticks fit an axis.
const TICKS: f64 = 8.0;

/// How an axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// Each tick is twice the one before.
    Doubling,
    /// Each tick is ten times the one before.
    Decades,
}

/// A line of a chart.
pub struct Series<'a> {
    /// What it is called on hover.
    pub name: &'a str,
    /// Its points; on a logarithmic axis those that are not positive are left out.
    pub points: Vec<[f64; 2]>,
    /// Its colour.
    pub colour: Color32,
    /// Whether its points are marked, and the line between them thin.
    pub marked: bool,
    /// Whether it is dashed.
    pub dashed: bool,
}

/// A chart.
pub struct Chart<'a> {
    /// Its name for those who cannot see it, with what it shows.
    pub name: &'a str,
    /// How x counts, and what a value of it is called.
    pub x: (Scale, &'a str),
    /// How y counts, and what a value of it is called.
    pub y: (Scale, &'a str),
    /// The lines.
    pub series: Vec<Series<'a>>,
    /// Where a vertical line stands.
    pub now: Option<f64>,
    /// Ranges of y that must be in sight.
    pub include_y: &'a [f64],
}

impl Scale {
    /// The place of a value on the axis; `None` where it has none.
    fn place(self, value: f64) -> Option<f64> {
        let place = match self {
            Scale::Linear => value,
            Scale::Doubling => value.log2(),
            Scale::Decades => value.log10(),
        };
        place.is_finite().then_some(place)
    }

    fn value(self, place: f64) -> f64 {
        match self {
            Scale::Linear => place,
            Scale::Doubling => place.exp2(),
            Scale::Decades => 10.0_f64.powf(place),
        }
    }

    fn words(self, place: f64) -> String {
        match self {
            Scale::Linear => theme::significant(place),
            Scale::Doubling => format!("{}", self.value(place).round()),
            Scale::Decades => theme::significant(self.value(place)),
        }
    }

    /// Ticks at whole places.
    fn ticks(bounds: (f64, f64)) -> Vec<GridMark> {
        let step = ((bounds.1 - bounds.0) / TICKS).ceil().max(1.0);
        let first = (bounds.0 / step).ceil();
        let count = ((bounds.1 / step).floor() - first).clamp(-1.0, 2.0 * TICKS) + 1.0;
        (0..count as usize).map(|tick| GridMark { value: (first + tick as f64) * step, step_size: step }).collect()
    }
}

impl Chart<'_> {
    /// Draws the chart over the whole width.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let palette = Palette::of(ui);
        let (x, y) = (self.x.0, self.y.0);
        let (x_name, y_name) = (self.x.1.to_owned(), self.y.1.to_owned());
        let label = move |at: &HoverPosition<'_>| match at {
            HoverPosition::NearDataPoint { plot_name, position, .. } => {
                Some(format!("{plot_name}\n{x_name} = {}\n{y_name} = {}", x.words(position.x), y.words(position.y)))
            }
            HoverPosition::Elsewhere { .. } => None,
        };
        let axis = |scale: Scale| move |mark: GridMark, _: &RangeInclusive<f64>| scale.words(mark.value);
        let mut plot = Plot::new(self.name)
            .height(HEIGHT)
            .allow_drag(false)
            .allow_scroll(false)
            .allow_zoom(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .show_crosshair(false)
            .show_background(false)
            .grid_color(palette.axis)
            .custom_x_axes(vec![AxisHints::new_x().formatter(axis(x)).label_spacing(X_LABELS)])
            .custom_y_axes(vec![AxisHints::new_y().formatter(axis(y)).label_spacing(Y_LABELS)])
            .label_formatter(label);
        if x != Scale::Linear {
            plot = plot.x_grid_spacer(|input: GridInput| Scale::ticks(input.bounds));
        }
        if y != Scale::Linear {
            plot = plot.y_grid_spacer(|input: GridInput| Scale::ticks(input.bounds));
        }
        for place in self.include_y.iter().filter_map(|value| y.place(*value)) {
            plot = plot.include_y(place);
        }
        let shown = plot.show(ui, |chart| {
            for series in &self.series {
                let place = |point: &[f64; 2]| Some([x.place(point[0])?, y.place(point[1])?]);
                let places: Vec<[f64; 2]> = series.points.iter().filter_map(place).collect();
                let width = if series.marked { THIN } else { THICK };
                let style = if series.dashed { LineStyle::dashed_dense() } else { LineStyle::Solid };
                let line = Line::new(series.name, PlotPoints::from(places.clone()));
                chart.line(line.color(series.colour).width(width).style(style).allow_hover(!series.marked));
                if series.marked {
                    chart.points(Points::new(series.name, PlotPoints::from(places)).color(series.colour).radius(MARK));
                }
            }
            if let Some(now) = self.now.and_then(|now| x.place(now)) {
                chart.vline(VLine::new("now", now).color(palette.faint_ink).width(THIN).allow_hover(false));
            }
        });
        shown.response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, self.name));
        shown.response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_axes_say_the_values_themselves() {
        assert_eq!(Scale::Doubling.words(Scale::Doubling.place(64.0).unwrap()), "64");
        assert_eq!(Scale::Decades.words(Scale::Decades.place(0.01).unwrap()), "0.0100");
        assert_eq!(Scale::Decades.place(0.0), None);
        assert_eq!(Scale::Linear.place(-2.0), Some(-2.0));
    }

    #[test]
    fn ticks_are_few_and_within_the_bounds() {
        for bounds in [(-0.3, 10.2), (-12.7, 3.1), (2.2, 2.4), (0.0, 1e9)] {
            let ticks = Scale::ticks(bounds);
            assert!(ticks.len() <= 2 * TICKS as usize + 1, "{bounds:?}: {}", ticks.len());
            assert!(ticks.iter().all(|tick| tick.value >= bounds.0 && tick.value <= bounds.1));
        }
    }
}
