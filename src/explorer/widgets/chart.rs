//! Charts: lines and points over an axis that may be logarithmic, with the values on hover.

use std::ops::RangeInclusive;

use egui::{Color32, Rangef, Response, Ui, WidgetInfo};
use egui_plot::{
    AxisHints, GridInput, GridMark, HoverPosition, Legend, Line, LineStyle, Plot, PlotPoints, Points, VLine,
};

use crate::explorer::theme::{self, Palette, THICK, THIN};
use crate::explorer::widgets::chart_menu::{ChartMenu, line_table};

const HEIGHT: f32 = 132.0;
/// The size of a chart as a picture by itself, in points.
const FIGURE: [f32; 2] = [480.0, 300.0];
/// The radius of a marked point.
const MARK: f32 = 2.5;
/// Labels nearer to each other than the first are hidden, and whole from the second on; in points.
const X_LABELS: Rangef = Rangef { min: 16.0, max: 24.0 };
const Y_LABELS: Rangef = Rangef { min: 10.0, max: 16.0 };
/// At most about so many ticks fit an axis, and so many evenly spaced ones.
const TICKS: f64 = 8.0;
const EVEN_TICKS: f64 = 5.0;
/// Over fewer decades than this 2 and 5 are ticks too.
const FEW_DECADES: f64 = 2.0;

/// How an axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisScale {
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
    pub x: (AxisScale, &'a str),
    /// How y counts, and what a value of it is called.
    pub y: (AxisScale, &'a str),
    /// The lines.
    pub series: Vec<Series<'a>>,
    /// Where a vertical line stands.
    pub now: Option<f64>,
    /// Ranges of y that must be in sight.
    pub include_y: &'a [f64],
}

impl AxisScale {
    /// The place of a value on the axis; `None` where it has none.
    fn position(self, value: f64) -> Option<f64> {
        let index = match self {
            AxisScale::Linear => value,
            AxisScale::Doubling => value.log2(),
            AxisScale::Decades => value.log10(),
        };
        index.is_finite().then_some(index)
    }

    fn value(self, index: f64) -> f64 {
        match self {
            AxisScale::Linear => index,
            AxisScale::Doubling => index.exp2(),
            AxisScale::Decades => 10.0_f64.powf(index),
        }
    }

    fn label(self, index: f64) -> String {
        match self {
            AxisScale::Linear => theme::significant(index),
            AxisScale::Doubling => format!("{}", self.value(index).round()),
            AxisScale::Decades => theme::significant(self.value(index)),
        }
    }

    /// Ticks within the bounds: at round values, on a logarithmic axis at whole places.
    fn ticks(self, bounds: (f64, f64)) -> Vec<GridMark> {
        let span = bounds.1 - bounds.0;
        match self {
            // 1, 2 or 5 times a power of ten.
            AxisScale::Linear if span > 0.0 => {
                let decade = 10.0_f64.powf((span / EVEN_TICKS).log10().floor());
                let step =
                    [1.0, 2.0, 5.0].map(|times| times * decade).into_iter().find(|step| span / step <= EVEN_TICKS);
                every(step.unwrap_or(10.0 * decade), bounds)
            }
            AxisScale::Decades if span < FEW_DECADES => {
                let between = [1.0_f64, 2.0, 5.0].map(f64::log10);
                let decades = bounds.0.floor() as i64..=bounds.1.floor() as i64;
                let positions = decades.flat_map(|decade| between.map(|part| decade as f64 + part));
                let seen = positions.filter(|index| (bounds.0..=bounds.1).contains(index));
                seen.map(|value| GridMark { value, step_size: between[1] }).collect()
            }
            _ => every((span / TICKS).ceil().max(1.0), bounds),
        }
    }
}

/// Multiples of `step` within the bounds.
fn every(step: f64, bounds: (f64, f64)) -> Vec<GridMark> {
    let first = (bounds.0 / step).ceil();
    let count = ((bounds.1 / step).floor() - first).clamp(-1.0, 2.0 * TICKS) + 1.0;
    (0..count as usize).map(|tick| GridMark { value: (first + tick as f64) * step, step_size: step }).collect()
}

/// A plot that stays as it is, however the mouse is used: nothing is dragged, zoomed or followed by lines.
pub fn still_plot(name: &str, height: f32) -> Plot<'_> {
    Plot::new(name)
        .height(height)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_zoom(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_crosshair(false)
        .show_background(false)
}

impl Chart<'_> {
    /// Draws the chart over the whole width.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let response = self.plot(ui, HEIGHT, false);
        let points = |series: &Series<'_>| (series.name.to_owned(), series.points.clone());
        ChartMenu {
            name: self.name,
            size: FIGURE.into(),
            numbers: Some(&|| line_table((self.x.1, self.y.1), self.series.iter().map(points).collect())),
            draw: &|ui| {
                self.plot(ui, ui.available_height(), true);
            },
        }
        .attach(&response);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, self.name));
        response
    }

    /// Draws the lines; `alone` with what the window says beside the chart: the names of its axes and lines.
    fn plot(&self, ui: &mut Ui, height: f32, alone: bool) -> Response {
        let palette = Palette::from_ui(ui);
        let (x, y) = (self.x.0, self.y.0);
        let (x_name, y_name) = (self.x.1.to_owned(), self.y.1.to_owned());
        let label = move |at: &HoverPosition<'_>| match at {
            HoverPosition::NearDataPoint { plot_name, position, .. } => {
                Some(format!("{plot_name}\n{x_name} = {}\n{y_name} = {}", x.label(position.x), y.label(position.y)))
            }
            HoverPosition::Elsewhere { .. } => None,
        };
        let axis = |scale: AxisScale| move |mark: GridMark, _: &RangeInclusive<f64>| scale.label(mark.value);
        let title = |name: &str| if alone { name.to_owned() } else { String::new() };
        let mut plot = still_plot(self.name, height)
            .grid_color(palette.axis)
            .custom_x_axes(vec![AxisHints::new_x().label(title(self.x.1)).formatter(axis(x)).label_spacing(X_LABELS)])
            .custom_y_axes(vec![AxisHints::new_y().label(title(self.y.1)).formatter(axis(y)).label_spacing(Y_LABELS)])
            .label_formatter(label);
        if alone && self.series.len() > 1 {
            plot = plot.legend(Legend::default());
        }
        plot = plot.x_grid_spacer(move |input: GridInput| x.ticks(input.bounds));
        plot = plot.y_grid_spacer(move |input: GridInput| y.ticks(input.bounds));
        for index in self.include_y.iter().filter_map(|value| y.position(*value)) {
            plot = plot.include_y(index);
        }
        let shown = plot.show(ui, |chart| {
            for series in &self.series {
                let index = |point: &[f64; 2]| Some([x.position(point[0])?, y.position(point[1])?]);
                let positions: Vec<[f64; 2]> = series.points.iter().filter_map(index).collect();
                let width = if series.marked { THIN } else { THICK };
                let style = if series.dashed { LineStyle::dashed_dense() } else { LineStyle::Solid };
                let line = Line::new(series.name, PlotPoints::from(positions.clone()));
                chart.line(line.color(series.colour).width(width).style(style).allow_hover(!series.marked));
                if series.marked {
                    chart.points(
                        Points::new(series.name, PlotPoints::from(positions)).color(series.colour).radius(MARK),
                    );
                }
            }
            if let Some(now) = self.now.and_then(|now| x.position(now)) {
                chart.vline(VLine::new("now", now).color(palette.faint_ink).width(THIN).allow_hover(false));
            }
        });
        shown.response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_axes_say_the_values_themselves() {
        assert_eq!(AxisScale::Doubling.label(AxisScale::Doubling.position(64.0).unwrap()), "64");
        assert_eq!(AxisScale::Decades.label(AxisScale::Decades.position(0.01).unwrap()), "0.0100");
        assert_eq!(AxisScale::Decades.position(0.0), None);
        assert_eq!(AxisScale::Linear.position(-2.0), Some(-2.0));
    }

    #[test]
    fn ticks_are_few_and_within_the_bounds() {
        for scale in [AxisScale::Linear, AxisScale::Doubling, AxisScale::Decades] {
            for bounds in [(-0.3, 10.2), (-12.7, 3.1), (2.2, 2.4), (0.0, 1e9), (1.0, 1.0)] {
                let ticks = scale.ticks(bounds);
                assert!(ticks.len() <= 2 * TICKS as usize + 1, "{bounds:?}: {}", ticks.len());
                assert!(ticks.iter().all(|tick| tick.value >= bounds.0 && tick.value <= bounds.1));
            }
        }
        let values = |scale: AxisScale, bounds| {
            scale.ticks(bounds).iter().map(|tick| scale.label(tick.value)).collect::<Vec<_>>()
        };
        assert_eq!(values(AxisScale::Linear, (-3.0, 104.0)).len(), 3);
        assert_eq!(values(AxisScale::Linear, (31.0, 104.0)), ["40.0", "60.0", "80.0", "100"]);
        assert_eq!(values(AxisScale::Decades, (0.2, 1.2)), ["2.00", "5.00", "10.0"]);
    }
}
