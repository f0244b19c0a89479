//! Results as tables for people.

use super::columns::aligned;
use super::findings;
use super::report::{LayerReport, Report, StoredRankReport, TensorReport};
use super::warnings::Warning;
use crate::network::Network;

/// How what `inspect` prints without `--json` begins: all of its first line that needs no decomposition.
pub(super) fn head(network: &Network) -> String {
    let name = if network.name().is_empty() { "(no name)" } else { network.name() };
    let (inputs, outputs, parameters) = (network.inputs(), network.outputs(), network.parameters());
    let output = network.output().name();
    format!("{name}: {inputs} inputs, {outputs} outputs, {parameters} parameters, output {output}, ambient dimension ")
}

/// What `inspect` prints without `--json`, behind its head.
pub(super) fn report(report: &Report) -> String {
    let mut text = format!("{}\n", report.network.ambient_dimension);
    if let Some(data) = &report.data {
        let accuracy = match data.accuracy {
            Some(accuracy) => format!("accuracy {accuracy:.4}"),
            None if data.is_labelled && data.is_part => "no accuracy: what a part gives is no answer".into(),
            None if data.is_labelled => "no accuracy: the network's answers are not finite".into(),
            None => "no labels".into(),
        };
        text += &format!("data {}: {} samples, {accuracy}\n", data.name, data.samples);
    }
    text.push('\n');
    let header =
        ["layer", "name", "kind", "shape", "activation", "rank", "σ max", "σ min", "condition", "turn in", "turn out"];
    let mut rows = vec![header.map(String::from).to_vec()];
    rows.extend(report.layers.iter().map(layer_row));
    text += &aligned(&rows);
    text += "\nσ: singular values. Turns are the largest angles of the rotations in and out, in radians.\n";
    for layer in &report.layers {
        text.extend(layer.warnings.iter().map(|warning| warning_line(&format!("layer {}: ", layer.index), warning)));
    }
    text.extend(report.warnings.iter().map(|warning| warning_line("", warning)));
    text + &findings::table(&report.findings)
}

/// What `inspect --tensors` prints without `--json`.
pub(super) fn tensors(tensors: &[TensorReport]) -> String {
    let mut rows = vec![["tensor", "shape", "type", "bytes"].map(String::from).to_vec()];
    rows.extend(tensors.iter().map(|tensor| {
        let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
        vec![tensor.name.clone(), shape.join("×"), tensor.dtype.clone(), tensor.bytes.to_string()]
    }));
    aligned(&rows)
}

/// Four digits behind the point, or an exponent where they would say nothing or fill the line.
fn figure(value: f64) -> String {
    if value == 0.0 || (1e-3..1e6).contains(&value.abs()) { format!("{value:.4}") } else { format!("{value:.4e}") }
}

fn layer_row(layer: &LayerReport) -> Vec<String> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".into());
    let number = |value: Option<&f64>| or_dash(value.map(|value| figure(*value)));
    vec![
        layer.index.to_string(),
        if layer.name.is_empty() { "–".into() } else { layer.name.clone() },
        layer.origin.clone().unwrap_or_else(|| layer.kind.into()),
        format!("{}×{}", layer.outputs, layer.inputs),
        layer.activation.into(),
        or_dash(layer.rank.map(|rank| rank_text(rank, layer.stored_rank.as_ref()))),
        number(layer.singular_values.first()),
        number(layer.singular_values.last()),
        or_dash(layer.condition_number.map(|condition| format!("{condition:.3e}"))),
        number(layer.rotation_in.first()),
        number(layer.rotation_out.first()),
    ]
}

/// The rank, and that at the stored precision where it is another: `64 (3 at float32)`.
fn rank_text(rank: usize, stored: Option<&StoredRankReport>) -> String {
    match stored {
        Some(stored) if stored.rank != rank => format!("{rank} ({} at {})", stored.rank, stored.precision),
        _ => rank.to_string(),
    }
}

pub(super) fn warning_line(position: &str, warning: &Warning) -> String {
    format!("{} {}: {position}{}\n", warning.severity, warning.code, warning.message)
}
