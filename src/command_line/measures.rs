//! Measures and gradients as `inspect` prints them.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::columns::{aligned, short};
use crate::diagnostics::Backward;
use crate::diagnostics::measures::{AlongFlow, BlockAlignment, SpectrumTail};

use super::survey::SurveyReport;

/// The norms of λ(t) over the samples, and the gradients of the layers' weights.
#[derive(Debug, Serialize)]
pub(super) struct GradientsReport {
    t: Vec<f64>,
    norm_median: Vec<f64>,
    norm_5: Vec<f64>,
    norm_95: Vec<f64>,
    loss: f64,
    layers: Vec<LayerGradientReport>,
}

#[derive(Debug, Serialize)]
struct LayerGradientReport {
    index: usize,
    mean_abs: f64,
    norm: f64,
    singular_values: Vec<f64>,
}

impl GradientsReport {
    pub(super) fn new(backward: &Backward) -> GradientsReport {
        let layers = backward.layers.iter().enumerate().map(|(index, gradient)| LayerGradientReport {
            index: index + 1,
            mean_abs: gradient.mean_abs,
            norm: gradient.norm,
            singular_values: gradient.singular_values.clone(),
        });
        GradientsReport {
            t: backward.times.clone(),
            norm_median: backward.median.clone(),
            norm_5: backward.low.clone(),
            norm_95: backward.high.clone(),
            loss: backward.loss,
            layers: layers.collect(),
        }
    }
}

/// The measures of the data at the ends of layers.
#[derive(Debug)]
pub(super) struct MeasuresReport(pub AlongFlow);

impl Serialize for MeasuresReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lists = self.0.lists();
        let mut map = serializer.serialize_map(Some(lists.len() + 2))?;
        map.serialize_entry("t", &self.0.times)?;
        map.serialize_entry("samples", &self.0.samples)?;
        for (name, list) in lists {
            map.serialize_entry(name, list)?;
        }
        map.end()
    }
}

/// The measures of one weight.
#[derive(Debug, Serialize)]
pub(super) struct SpectrumReport {
    layer: usize,
    name: String,
    part: &'static str,
    outputs: usize,
    inputs: usize,
    eigenvalues: usize,
    alpha: Option<f64>,
    #[serde(rename = "D")]
    distance: Option<f64>,
    xi_min: Option<f64>,
    tail: Option<usize>,
    alpha_hat: Option<f64>,
    log_norm: f64,
    log_spectral_norm: f64,
    log_alpha_norm: Option<f64>,
    spectral_norm: f64,
    stable_rank: f64,
    mp_edge: f64,
    spikes: usize,
    verdict: &'static str,
}

impl SpectrumReport {
    pub(super) fn new(found: &SpectrumTail) -> SpectrumReport {
        SpectrumReport {
            layer: found.layer,
            name: found.name.clone(),
            part: found.part,
            outputs: found.shape.0,
            inputs: found.shape.1,
            eigenvalues: found.count,
            alpha: found.tail.map(|tail| tail.alpha),
            distance: found.tail.map(|tail| tail.distance),
            xi_min: found.tail.map(|tail| tail.xi_min),
            tail: found.tail.map(|tail| tail.count),
            alpha_hat: found.alpha_hat(),
            log_norm: found.log_norm,
            log_spectral_norm: found.log_spectral_norm,
            log_alpha_norm: found.log_alpha_norm(),
            spectral_norm: found.spectral_norm,
            stable_rank: found.stable_rank,
            mp_edge: found.edge,
            spikes: found.spikes,
            verdict: found.verdict(),
        }
    }

    /// The row of the table, one text a column.
    fn row(&self, number: impl Fn(Option<f64>) -> String) -> Vec<String> {
        let mut row = vec![
            self.layer.to_string(),
            self.name.clone(),
            self.part.into(),
            self.outputs.to_string(),
            self.inputs.to_string(),
            self.eigenvalues.to_string(),
        ];
        let numbers = [
            self.alpha,
            self.distance,
            self.xi_min,
            self.tail.map(|tail| tail as f64),
            self.alpha_hat,
            Some(self.log_norm),
            Some(self.log_spectral_norm),
            self.log_alpha_norm,
            Some(self.spectral_norm),
            Some(self.stable_rank),
            Some(self.mp_edge),
            Some(self.spikes as f64),
        ];
        row.extend(numbers.map(number));
        row.push(self.verdict.into());
        row
    }
}

const COLUMNS: [&str; 19] = [
    "layer",
    "name",
    "part",
    "outputs",
    "inputs",
    "eigenvalues",
    "alpha",
    "D",
    "xi_min",
    "tail",
    "alpha_hat",
    "log_norm",
    "log_spectral_norm",
    "log_alpha_norm",
    "spectral_norm",
    "stable_rank",
    "mp_edge",
    "spikes",
    "verdict",
];

/// What `inspect --measures --json` prints.
#[derive(Debug, Serialize)]
pub(super) struct AllMeasures {
    pub layers: Vec<SpectrumReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<MeasuresReport>,
    /// Whether residual blocks push alike; empty without two of them or without data.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub residual_alignment: Vec<AlignmentReport>,
    #[serde(flatten)]
    pub survey: Option<SurveyReport>,
}

/// How a residual block stands to the others.
#[derive(Debug, Serialize)]
pub(super) struct AlignmentReport {
    layer: usize,
    left: f64,
    right: f64,
    own: f64,
    rank: f64,
    spectral_norm: f64,
    spectral_norm_times_blocks: f64,
}

impl AlignmentReport {
    pub(super) fn new(found: &BlockAlignment) -> AlignmentReport {
        let BlockAlignment { layer, left, right, own, rank, spectral_norm, spectral_norm_times_blocks } = *found;
        AlignmentReport { layer, left, right, own, rank, spectral_norm, spectral_norm_times_blocks }
    }

    fn row(&self) -> Vec<String> {
        let numbers = [self.left, self.right, self.own, self.rank, self.spectral_norm, self.spectral_norm_times_blocks];
        std::iter::once(self.layer.to_string()).chain(numbers.map(short)).collect()
    }
}

impl AllMeasures {
    /// The table of the layers as CSV.
    pub(super) fn csv(&self) -> String {
        let quoted = |field: String| {
            if field.contains([',', '"', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
        };
        let number = |value: Option<f64>| {
            value.filter(|value| value.is_finite()).map(|value| value.to_string()).unwrap_or_default()
        };
        let mut text = COLUMNS.join(",") + "\n";
        for layer in &self.layers {
            let row: Vec<String> = layer.row(number).into_iter().map(quoted).collect();
            text += &(row.join(",") + "\n");
        }
        text
    }

    /// The tables for people.
    pub(super) fn text(&self) -> String {
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), short);
        let mut rows = vec![COLUMNS.map(String::from).to_vec()];
        rows.extend(self.layers.iter().map(|layer| layer.row(number)));
        let mut text = aligned(&rows);
        text += "\nα, D, ξ_min: the power law of the eigenvalues' tail; below 2 a layer is over-trained, above 6 under-trained, and with \
                 fewer than 50 eigenvalues it says little. mp_edge: where the eigenvalues of noise end; spikes: those beyond.\n";
        if !self.residual_alignment.is_empty() {
            let header = ["layer", "left", "right", "own", "rank", "spectral_norm", "spectral_norm_times_blocks"];
            let mut rows = vec![header.map(String::from).to_vec()];
            rows.extend(self.residual_alignment.iter().map(AlignmentReport::row));
            text += "\nResidual alignment: |cos| of the blocks' leading directions with those of the other blocks (left, right) and \
                     of left with right (own); rank: singular values above 1 % of the largest.\n";
            text += &aligned(&rows);
        }
        if let Some(MeasuresReport(along)) = &self.measures {
            let mut rows =
                vec![std::iter::once("t".to_owned()).chain(along.lists().map(|(name, _)| name.to_owned())).collect()];
            for (position, t) in along.times.iter().enumerate() {
                let values = along.lists().map(|(_, list)| number(list.get(position).copied().flatten()));
                rows.push(std::iter::once(short(*t)).chain(values).collect::<Vec<String>>());
            }
            text += "\n";
            text += &aligned(&rows);
        }
        if let Some(survey) = &self.survey {
            text += &survey.text();
        }
        text
    }
}
