//! The error against N, the share of equal answers against N, and the error along t.

use egui::{RichText, Ui};

use super::heading::section;
use super::input::RefinementInput;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::chart::{AxisScale, Chart, Series};
use crate::resnet::{Convergence, Slope, StepsError};
use crate::session::counted;

pub(super) fn show(ui: &mut Ui, input: &RefinementInput<'_>) {
    section(
        ui,
        "Error against N",
        "Both axes are logarithmic: an error that falls as a power of 1/N is a straight line, and its slope is the power.",
    );
    let refinement = input.view.refinement;
    let present = (refinement.kind, refinement.integrator);
    match input.study {
        Some(study) => {
            if study.request() != present {
                let (kind, integrator) = study.request();
                let shown = format!("still {}, {}; computing …", kind.name(), integrator.name());
                ui.label(theme::note(ui, shown));
            }
            against_n(ui, &study.convergence, refinement.steps);
        }
        None if input.given_up => {
            ui.label(theme::note(ui, "The study was stopped; choose another part or method to start it again."));
        }
        None => {
            ui.label(theme::note(ui, "Refining with N = 1 to 1024 …"));
        }
    }
    along_t(ui, input);
}

fn against_n(ui: &mut Ui, study: &Convergence, steps: usize) {
    let palette = Palette::from_ui(ui);
    let points = |value: fn(&StepsError) -> f64| -> Vec<[f64; 2]> {
        study.errors.iter().map(|at| [at.steps as f64, value(at)]).collect()
    };
    let mut series = vec![Series {
        name: "error at the end",
        points: points(|at| at.max_error),
        colour: palette.error_large,
        marked: true,
        dashed: false,
    }];
    if let Some((slope, last)) = study.slope.zip(study.errors.last()) {
        series.push(Series {
            name: "fitted line",
            points: fitted(slope, study, last.steps),
            colour: palette.faint_ink,
            marked: false,
            dashed: true,
        });
    }
    let now = Some(steps as f64);
    Chart {
        name: "Chart of the error against N",
        x: (AxisScale::Doubling, "N"),
        y: (AxisScale::Decades, "error"),
        series,
        now,
        include_y: &[],
    }
    .show(ui);
    ui.label(RichText::new(slope_text(study)).strong()).on_hover_text(
        "The slope of ln error against ln N, fitted by least squares where the error is smooth: −1 for Euler, −2 for \
         midpoint, −4 for RK4.",
    );
    let equal = Series {
        name: "same answer",
        points: points(|at| 100.0 * at.agreement),
        colour: palette.ink,
        marked: true,
        dashed: false,
    };
    ui.label(theme::note(ui, format!("Same answer in % of {}", counted(study.samples, "point"))))
        .on_hover_text("The share of the points for which both networks predict the same class, against N.");
    Chart {
        name: "Chart of equal answers against N",
        x: (AxisScale::Doubling, "N"),
        y: (AxisScale::Linear, "%"),
        series: vec![equal],
        now,
        include_y: &[100.0],
    }
    .show(ui);
}

/// The fitted line between the first and the last N of the fit.
fn fitted(slope: Slope, study: &Convergence, last: usize) -> Vec<[f64; 2]> {
    let inside = study.errors.iter().filter(|at| (slope.from..=slope.to).contains(&at.steps));
    let logarithms: Vec<(f64, f64)> = inside.map(|at| ((at.steps as f64).ln(), at.max_error.ln())).collect();
    let count = logarithms.len().max(1) as f64;
    let (x, y) = logarithms.iter().fold((0.0, 0.0), |sum, at| (sum.0 + at.0 / count, sum.1 + at.1 / count));
    let at = |steps: usize| [steps as f64, (y + slope.exponent * ((steps as f64).ln() - x)).exp()];
    vec![at(slope.from), at(slope.to.min(last))]
}

fn slope_text(study: &Convergence) -> String {
    match study.slope {
        Some(Slope { exponent, from, to }) => {
            format!("slope {} (N = {from} to {to})", theme::figure(exponent, 2))
        }
        None if study.kind == crate::resnet::RefinementKind::Whole => "the same for every N".to_owned(),
        None => "no slope: the error is at rounding or not smooth".to_owned(),
    }
}

fn along_t(ui: &mut Ui, input: &RefinementInput<'_>) {
    section(ui, "Error along t", "The distance between a point of the plain net and the same point of the ResNet.");
    let Some(refined) = input.refined else {
        ui.label(theme::note(ui, "The ResNet is being computed …"));
        return;
    };
    let palette = Palette::from_ui(ui);
    let over_time = &refined.error.over_time;
    let line = |name, value: fn(&(f64, f64, f64)) -> f64, colour| Series {
        name,
        points: over_time.iter().map(|at| [at.0, value(at)]).collect(),
        colour,
        marked: false,
        dashed: false,
    };
    Chart {
        name: "Chart of the error along t",
        x: (AxisScale::Linear, "t"),
        y: (AxisScale::Linear, "error"),
        series: vec![line("largest", |at| at.1, palette.error_large), line("mean", |at| at.2, palette.axis)],
        now: Some(input.t),
        include_y: &[0.0],
    }
    .show(ui);
    ui.horizontal(|ui| {
        ui.colored_label(palette.error_large, "largest");
        ui.label(theme::note(ui, "mean (grey)"));
    });
}
