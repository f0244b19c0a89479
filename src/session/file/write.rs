//! A session is written: network and data by their files where these hold them, else in the session's own.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::held::Look;
use super::names::name;
use super::stored::{
    FORMAT, StoredAblation, StoredCheckpoints, StoredColumns, StoredComparison, StoredData, StoredGenerator,
    StoredLabel, StoredLook, StoredOrigin,
};
use crate::dataset::{DataChoice, LabelChoice, StoredPoints};
use crate::diagnostics::probes::Ablation;
use crate::formats::{self, FormatError, StoredPart};
use crate::io::{FileReference, relative};
use crate::network::Network;
use crate::session::{Data, DataSource, Document, OpenedBy, Pairing};

/// Everything that a session's file is to hold.
#[derive(Clone, Debug)]
pub struct SessionSnapshot {
    pub(super) document: Document,
    /// Whether the network is in its own file as it is here.
    pub(super) is_in_file: bool,
    /// Whether network and data are embedded in any case.
    pub embeds: bool,
    /// The folder or the pattern of the checkpoints of which the network is one, and whether the newest is followed.
    pub(super) checkpoints: Option<(PathBuf, bool)>,
    /// The file of the network that it is compared with, and how the two are seen.
    pub(super) comparison: Option<(PathBuf, Option<Pairing>, f64)>,
    pub(super) look: StoredLook,
    /// What the window showed, to tell later whether it has changed.
    pub shown: Look,
}

impl SessionSnapshot {
    /// The whole network, which the session's file holds or names.
    pub fn network(&self) -> Option<&Arc<Network>> {
        self.document.whole_network()
    }

    /// Writes the session beside `path` and renames it, and says what it could not hold.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<Option<String>, FormatError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let reference = |file: Option<&Path>| {
            // What cannot be read again by its path, such as a pipe, is embedded.
            let file = file.filter(|file| !self.embeds && (file.is_file() || file.is_dir()))?;
            FileReference::new(file, folder).ok()
        };
        let network = reference(self.document.network_path.as_deref().filter(|_| self.is_in_file));
        let data = stored_data(&self.document.data, self.embeds, folder, reference);
        let (comparison, left_out) = self.stored_comparison(folder);
        formats::write_beside(path, |writer| self.write(writer, folder, network.as_ref(), comparison.as_ref(), &data))?;
        Ok(left_out)
    }

    /// The comparison by the file of its other network, or why that is not in the session.
    fn stored_comparison(&self, folder: &Path) -> (Option<StoredComparison>, Option<String>) {
        let Some((file, pairing, morph)) = &self.comparison else { return (None, None) };
        match FileReference::new(file, folder) {
            Ok(file) => (Some(StoredComparison { file, pairing: pairing.map(name), morph: *morph }), None),
            Err(error) => {
                let file = file.display();
                let remedy = "compare it with a copy of that file and save again to keep it";
                (None, Some(format!("The comparison is not in it: {file} cannot be read again ({error}); {remedy}.")))
            }
        }
    }

    fn write(
        &self,
        writer: &mut BufWriter<crate::io::NewFile>,
        folder: &Path,
        network: Option<&FileReference>,
        comparison: Option<&StoredComparison>,
        data: &StoredData,
    ) -> io::Result<()> {
        let Document { network_path, file, ablated, .. } = &self.document;
        writeln!(writer, "{{\n\"format\": \"{FORMAT}\",\n\"program\": \"layerflow {}\",", env!("LAYERFLOW_VERSION"))?;
        match (network, self.document.whole_network()) {
            (Some(reference), _) => {
                writer.write_all(b"\"network\": {\"file\": ")?;
                serde_json::to_writer(&mut *writer, reference)?;
                if let Some(OpenedBy::Shape(shape)) = &file.opened_by {
                    let shape = [shape.channels(), shape.height(), shape.width()];
                    write!(writer, ", \"input_shape\": {shape:?}")?;
                }
                writer.write_all(b"},\n")?;
                if let Some(OpenedBy::Chain(chain)) = &file.opened_by {
                    entry(writer, "chain", chain)?;
                }
                if let Some((source, follows)) = &self.checkpoints {
                    let source = origin_from(source, folder);
                    entry(writer, "checkpoints", &StoredCheckpoints { source, follows: *follows })?;
                }
            }
            (None, Some(network)) => {
                writer.write_all(b"\"network\": {\"embedded\": ")?;
                formats::write(writer, network)?;
                let missing = file.account.missing();
                let missing = missing.map(|(part, why)| StoredPart { name: part.name(), why: why.to_owned() });
                let missing: Vec<StoredPart> = missing.collect();
                writer.write_all(b", \"missing\": ")?;
                serde_json::to_writer(&mut *writer, &missing)?;
                writer.write_all(b", \"assumed\": ")?;
                serde_json::to_writer(&mut *writer, file.account.assumed())?;
                writer.write_all(b", \"ends_after\": ")?;
                serde_json::to_writer(&mut *writer, &file.account.end())?;
                writer.write_all(b"},\n")?;
                if let Some(origin) = network_path {
                    entry(writer, "network_origin", &origin_from(origin, folder))?;
                }
            }
            (None, None) => return Err(io::Error::other("there is no network to save")),
        }
        if let Some(comparison) = comparison {
            entry(writer, "comparison", comparison)?;
        }
        if let Some(ablated) = ablated {
            let parts: Vec<StoredAblation> = ablated.parts.iter().map(stored_ablation).collect();
            entry(writer, "ablated", &parts)?;
        }
        entry(writer, "data", data)?;
        let StoredLook { flow, time, view, window, findings, training } = &self.look;
        entry(writer, "flow", flow)?;
        entry(writer, "time", time)?;
        entry(writer, "view", view)?;
        entry(writer, "window", window)?;
        entry(writer, "findings", findings)?;
        writer.write_all(b"\"training\": ")?;
        serde_json::to_writer_pretty(&mut *writer, training)?;
        writer.write_all(b"\n}\n")
    }
}

/// Where what is embedded came from, seen from the session's folder; its name alone where that is not known.
fn origin_from(path: &Path, folder: &Path) -> StoredOrigin {
    let name = || path.file_name().map(PathBuf::from).unwrap_or_default();
    StoredOrigin(relative(path, folder).unwrap_or_else(|_| name()))
}

fn entry(writer: &mut impl Write, key: &str, value: &impl Serialize) -> io::Result<()> {
    write!(writer, "\"{key}\": ")?;
    serde_json::to_writer(&mut *writer, value)?;
    writer.write_all(b",\n")
}

fn stored_ablation((ablation, label): &(Ablation, String)) -> StoredAblation {
    let (kind, layer, index) = match *ablation {
        Ablation::Unit { layer, unit } => ("unit", layer, unit),
        Ablation::Direction { layer, index } => ("direction", layer, index),
        Ablation::Layer { layer } => ("layer", layer, 0),
    };
    StoredAblation { kind: kind.into(), layer, index, label: label.clone() }
}

fn stored_data(
    data: &Data,
    embeds: bool,
    folder: &Path,
    reference: impl Fn(Option<&Path>) -> Option<FileReference>,
) -> StoredData {
    let mut stored = StoredData::default();
    let mut origin = None;
    match &data.source {
        DataSource::Generated(generator, options) => {
            stored.generated = Some(StoredGenerator {
                name: name(generator),
                samples: options.samples,
                noise: options.noise,
                seed: options.seed,
                dimension: options.dimension,
            });
        }
        DataSource::Example(example) => stored.example = Some(name(example)),
        DataSource::File(path) => origin = Some(path),
        DataSource::Hand => {}
    }
    let is_changed = !data.changes.is_empty() || data.source == DataSource::Hand;
    if let (false, Some(path)) = (is_changed, origin) {
        stored.file = reference(Some(path));
    }
    if stored.file.is_some() {
        stored.columns = data.choice.as_ref().map(stored_columns);
        return stored;
    }
    let is_made_again = stored.generated.is_some() || stored.example.is_some();
    if let (Some(dataset), true) = (&data.dataset, is_changed || embeds || !is_made_again) {
        stored.embedded = Some(StoredPoints::from(dataset.as_ref()));
        stored.origin = origin.map(|path| origin_from(path, folder));
        stored.changes = data.changes.iter().map(|change| change.to_string()).collect();
    }
    stored
}

fn stored_columns(choice: &DataChoice) -> StoredColumns {
    StoredColumns {
        coordinates: choice.features.clone(),
        label: match &choice.label {
            LabelChoice::Automatic => StoredLabel::Automatic,
            LabelChoice::None => StoredLabel::None,
            LabelChoice::Column(name) => StoredLabel::Column(name.clone()),
        },
        scaling: name(choice.scaling),
        scaling_of: choice.scaling_of.iter().map(|(column, scaling)| (column.clone(), name(*scaling))).collect(),
        classes: choice.classes.clone(),
        missing: name(choice.missing),
    }
}
