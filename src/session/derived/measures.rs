//! The measures of all layers as a table: the spectra as WeightWatcher reads them, the gradients, the data's directions.

use web_time::Instant;

use super::pace::paced;
use super::{Derivation, Situation, Source};
use crate::dataset::Dataset;
use crate::diagnostics::findings::Subject;
use crate::diagnostics::measures::{SpectrumTail, participation_ratio};
use crate::diagnostics::{LayerPath, TrajectoryMetrics};
use crate::flow::{Decomposition, Flow, FlowOptions};
use crate::linalg::evenly_spaced;
use crate::session::scene::{Progress, Scene, SceneError, go_on};
use crate::session::{PanelPart, TableCell};

/// The directions of the data in wider layers cost too much.
const WIDEST: usize = 1024;
/// Layers wider than this are not decomposed a second time for the sake of one column.
const WIDEST_AGAIN: usize = 256;
/// Points whose way is measured, at most.
const MAX_FOLLOWED: usize = 200;

/// A column of the table of measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// Its name in files, as the command line has it.
    pub name: &'static str,
    /// Its heading.
    pub label: &'static str,
    /// What it says, in a sentence.
    pub tip: &'static str,
}

const fn measure(name: &'static str, label: &'static str, tip: &'static str) -> Measure {
    Measure { name, label, tip }
}

/// The columns of the table, from left to right.
pub const MEASURES: [Measure; 27] = [
    measure("layer", "layer", "The layer, from 1."),
    measure("name", "name", "The layer's name in its file."),
    measure("part", "part", "Which weight of the layer."),
    measure("outputs", "outputs", "The rows of the weight."),
    measure("inputs", "inputs", "The columns of the weight."),
    measure(
        "eigenvalues",
        "eigenvalues",
        "How many eigenvalues λ = σ² the weight has; with fewer than 50 α says little.",
    ),
    measure("alpha", "α", "The exponent of the tail of the eigenvalues: below 2 over-trained, above 6 under-trained."),
    measure("D", "D", "How far the tail is from a power law: the largest distance of the distributions."),
    measure("xi_min", "ξ min", "Where the tail begins."),
    measure("tail", "tail", "How many eigenvalues the tail has."),
    measure("alpha_hat", "α-hat", "α times the logarithm of the largest eigenvalue."),
    measure("log_norm", "log norm", "log₁₀ of the sum of the squares of the weights."),
    measure("log_spectral_norm", "log λ max", "log₁₀ of the largest eigenvalue."),
    measure("log_alpha_norm", "log α-norm", "log₁₀ of the sum of the eigenvalues to the power α."),
    measure("spectral_norm", "σ₁", "The largest singular value: how much the weight stretches a direction at most."),
    measure("stable_rank", "stable rank", "The sum of all σ² over the largest: how many directions matter."),
    measure("mp_edge", "noise edge", "Where the eigenvalues of random weights end (Marchenko and Pastur)."),
    measure("spikes", "spikes", "The eigenvalues beyond that edge: what training has written."),
    measure("verdict", "verdict", "What α says of the training."),
    measure("gradient_mean_abs", "mean gradient", "The mean size of the loss's derivative by a weight."),
    measure("gradient_norm", "gradient norm", "The root of the sum of squares of these derivatives."),
    measure(
        "update_log10",
        "update, log₁₀",
        "log₁₀ of ‖ΔW‖/‖W‖ of the layer in the last step of training: healthy between −4 and −1.",
    ),
    measure("participation_ratio", "directions", "Along how many directions the data spreads at the layer's end."),
    measure("total_rotation", "turn", "The root of the sum of the squared angles by which the layer turns."),
    measure("path_length", "path", "The mean way of the data through the layer's phases, as they are shown."),
    measure("path_polar", "path (polar)", "The same under the polar decomposition."),
    measure("straight", "straight", "The mean distance from where the data enters the layer to where it leaves it."),
];

/// The table: a row for each weight.
#[derive(Debug, Default)]
pub struct LayerMeasures {
    /// As many cells a row as there are [`MEASURES`].
    rows: Vec<Vec<TableCell>>,
    seconds: f64,
}

impl LayerMeasures {
    /// Measures all layers of `scene`, with `data` also their gradients and the data's directions.
    ///
    /// # Errors
    /// If `progress` answers false.
    pub fn build(
        scene: &Scene,
        (data, is_part): (Option<&Dataset>, bool),
        updates: &[f64],
        progress: &mut Progress<'_>,
    ) -> Result<LayerMeasures, SceneError> {
        let began = Instant::now();
        let subject = Subject::new(&scene.network).with_flow(Some(&scene.flow)).of_part(is_part).with_data(data);
        go_on(progress, 0.0, "fitting the spectra")?;
        let spectra = SpectrumTail::of_network(&subject);
        go_on(progress, 0.5, "following the gradient")?;
        let gradients = subject.backward().map_or(&[][..], |backward| &backward.layers);
        go_on(progress, 0.8, "measuring the data")?;
        let ratio = |outputs: usize, values: &crate::diagnostics::findings::LayerValues| {
            (outputs <= WIDEST).then(|| participation_ratio(values.output()))
        };
        let ratios: Vec<Option<f64>> =
            subject.layer_values().map(|(_, layer, values)| ratio(layer.outputs(), values)).collect();
        go_on(progress, 0.9, "measuring the way of the data")?;
        let paths = paths(scene, progress)?;
        let row = |found: &SpectrumTail| {
            let index = found.layer - 1;
            let number = |value: Option<f64>| {
                value.filter(|value| value.is_finite()).map_or(TableCell::Empty, TableCell::Number)
            };
            let text = |text: &str| TableCell::Text(text.to_owned());
            let tail = found.tail;
            vec![
                TableCell::Whole(found.layer),
                text(&found.name),
                text(found.part),
                TableCell::Whole(found.shape.0),
                TableCell::Whole(found.shape.1),
                TableCell::Whole(found.count),
                number(tail.map(|tail| tail.alpha)),
                number(tail.map(|tail| tail.distance)),
                number(tail.map(|tail| tail.xi_min)),
                tail.map_or(TableCell::Empty, |tail| TableCell::Whole(tail.count)),
                number(found.alpha_hat()),
                number(Some(found.log_norm)),
                number(Some(found.log_spectral_norm)),
                number(found.log_alpha_norm()),
                number(Some(found.spectral_norm)),
                number(Some(found.stable_rank)),
                number(Some(found.edge)),
                TableCell::Whole(found.spikes),
                text(found.verdict()),
                number(gradients.get(index).map(|gradient| gradient.mean_abs)),
                number(gradients.get(index).map(|gradient| gradient.norm)),
                number(updates.get(index).map(|ratio| ratio.log10())),
                number(ratios.get(index).copied().flatten()),
                number(scene.flow.layers().get(index).and_then(|layer| Some(layer.spectrum.as_ref()?.total_rotation))),
                number(paths[0].get(index).map(LayerPath::length)),
                number(paths[1].get(index).map(LayerPath::length)),
                number(paths[0].get(index).map(|path| path.straight)),
            ]
        };
        Ok(LayerMeasures { rows: spectra.iter().map(row).collect(), seconds: began.elapsed().as_secs_f64() })
    }

    /// The rows, as they follow each other in the network.
    pub fn rows(&self) -> &[Vec<TableCell>] {
        &self.rows
    }

    /// The positions of the rows whose texts hold `search`, sorted by a column; what is empty comes last.
    pub fn sorted(&self, search: &str, column: usize, descending: bool) -> Vec<usize> {
        let search = search.trim().to_lowercase();
        let holds = |cell: &TableCell| match cell {
            TableCell::Text(text) => text.to_lowercase().contains(&search),
            TableCell::Whole(number) => number.to_string() == search,
            TableCell::Number(_) | TableCell::Empty => false,
        };
        // Of the numbers only that of the layer is searched for.
        let is_found = |row: &Vec<TableCell>| {
            let texts = row.iter().filter(|cell| matches!(cell, TableCell::Text(_)));
            search.is_empty() || row.first().into_iter().chain(texts).any(holds)
        };
        let found = self.rows.iter().enumerate().filter(|(_, row)| is_found(row));
        let mut positions: Vec<usize> = found.map(|(position, _)| position).collect();
        let cell = |position: usize| self.rows.get(position).and_then(|row| row.get(column));
        positions.sort_by(|one, other| compare(cell(*one), cell(*other), descending));
        positions
    }

    /// These rows as comma-separated values under the names of the columns.
    ///
    /// # Errors
    /// If a record cannot be written, in words.
    pub fn csv(&self, positions: &[usize]) -> Result<String, String> {
        let failed = |error: csv::Error| error.to_string();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(MEASURES.map(|measure| measure.name)).map_err(failed)?;
        for row in positions.iter().filter_map(|position| self.rows.get(*position)) {
            let text = |cell: &TableCell| match cell {
                TableCell::Text(text) => text.clone(),
                TableCell::Whole(value) => value.to_string(),
                TableCell::Number(value) => value.to_string(),
                TableCell::Empty => String::new(),
            };
            writer.write_record(row.iter().map(text)).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The way of some of the data, layer by layer: as it is shown, and under the polar decomposition; empty where that is not
/// measured.
fn paths(scene: &Scene, progress: &mut Progress<'_>) -> Result<[Vec<LayerPath>; 2], SceneError> {
    let points = scene.dataset.points.select_columns(&evenly_spaced(scene.dataset.samples(), MAX_FOLLOWED));
    if points.ncols() == 0 {
        return Ok([Vec::new(), Vec::new()]);
    }
    let options = scene.flow.options();
    let mut go_on = |_: f32, _: &str| progress(0.9, "measuring the way of the data");
    let shown = TrajectoryMetrics::measure(&scene.flow, &points, &mut go_on)?.layers;
    let polar = match options.decomposition {
        Decomposition::Polar => shown.clone(),
        _ if scene.network.largest_width() > WIDEST_AGAIN => Vec::new(),
        _ => {
            let options = FlowOptions { decomposition: Decomposition::Polar, ..options };
            let polar = Flow::new(&scene.network, options, &mut go_on)?;
            TrajectoryMetrics::measure(&polar, &points, &mut go_on)?.layers
        }
    };
    Ok([shown, polar])
}

fn compare(one: Option<&TableCell>, other: Option<&TableCell>, descending: bool) -> std::cmp::Ordering {
    let number = |cell: Option<&TableCell>| match cell? {
        TableCell::Whole(value) => Some(*value as f64),
        TableCell::Number(value) => Some(*value),
        TableCell::Text(_) | TableCell::Empty => None,
    };
    let text = |cell: Option<&TableCell>| match cell? {
        TableCell::Text(text) => Some(text.to_lowercase()),
        _ => None,
    };
    let turned = |order: std::cmp::Ordering| if descending { order.reverse() } else { order };
    match (number(one), number(other), text(one), text(other)) {
        (Some(one), Some(other), ..) => turned(one.total_cmp(&other)),
        (.., Some(one), Some(other)) => turned(one.cmp(&other)),
        (one, other, ..) => other.is_some().cmp(&one.is_some()),
    }
}

impl Derivation for LayerMeasures {
    type Request = ();

    const LABEL: &'static str = "Measuring the layers";
    const WAITS_FOR_REST: bool = true;
    const RETRIED: bool = true;

    fn interval(situation: &Situation<'_>, latest: Option<&Self>) -> f64 {
        paced(situation, latest.map(|measures| measures.seconds))
    }

    fn wanted(situation: &Situation<'_>) -> Option<()> {
        situation.view.panel.shows(PanelPart::Measures).then_some(())
    }

    fn build(source: &Source, (): (), progress: &mut Progress<'_>) -> Result<Option<LayerMeasures>, SceneError> {
        LayerMeasures::build(&source.scene, (source.data.as_deref(), source.is_part), &source.updates, progress)
            .map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> LayerMeasures {
        let row = |layer, name: &str, alpha: Option<f64>| {
            let mut row = vec![TableCell::Empty; MEASURES.len()];
            (row[0], row[1]) = (TableCell::Whole(layer), TableCell::Text(name.to_owned()));
            row[6] = alpha.map_or(TableCell::Empty, TableCell::Number);
            row
        };
        LayerMeasures {
            rows: vec![row(1, "conv", Some(3.0)), row(2, "fc, wide", None), row(11, "fc", Some(2.5))],
            seconds: 0.0,
        }
    }

    #[test]
    fn rows_are_searched_and_sorted_and_what_is_empty_comes_last() {
        assert_eq!(table().sorted("", 0, false), [0, 1, 2]);
        assert_eq!(table().sorted("", 6, false), [2, 0, 1]);
        assert_eq!(table().sorted("", 6, true), [0, 2, 1]);
        assert_eq!(table().sorted(" FC", 1, true), [1, 2]);
        assert_eq!(table().sorted("1", 0, false), [0]);
        assert!(table().sorted("nothing", 0, false).is_empty());
    }

    #[test]
    fn rows_become_comma_separated_values() {
        let text = table().csv(&[1, 0]).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("layer,name,part,outputs,inputs,eigenvalues,alpha,D,"), "{text}");
        assert!(lines[1].starts_with("2,\"fc, wide\",,") && lines[2].starts_with("1,conv,,,,,3,"), "{text}");
    }
}
