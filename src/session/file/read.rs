//! A session is opened: its network and its data, and what is to be put back around them. No window is needed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::flow_choices::flow_options;
use super::names::Names;
use super::problem::{FileProblem, SessionError, SessionPart, SessionSources};
use super::stored::{
    SessionFile, StoredAblation, StoredCheckpoints, StoredColumns, StoredComparison, StoredData, StoredLabel,
    StoredLook,
};
use crate::dataset::{DataChoice, Dataset, Generator, GeneratorOptions, LabelChoice, MissingValues, Scaling};
use crate::diagnostics::probes::Ablation;
use crate::formats::{self, FormatError, OpenedNetwork, SESSION_FORMAT};
use crate::io::{FileReference, ReferenceProblem};
use crate::network::Network;
use crate::session::document::{flowing_part, open_as_before};
use crate::session::{
    Ablated, CheckpointSeries, Data, DataSource, Document, Example, FileContents, OpenedBy, Pairing, RememberedChain,
    counted, file_name,
};

/// A session that was opened.
#[derive(Debug)]
pub struct OpenedSession {
    /// Its file.
    pub path: PathBuf,
    /// The network and the data, with the choices of the flow.
    pub document: Document,
    /// What was looked at, and how.
    pub look: StoredLook,
    /// What of the file is not as it was or not known, a sentence each.
    pub notes: Vec<String>,
    /// Whether network and data were embedded by choice.
    pub embeds: bool,
    /// Whether the network is the one in its own file.
    pub is_in_file: bool,
    /// The checkpoints of which that file is one.
    pub checkpoints: Option<CheckpointSeries>,
    /// The network that it is to be compared with.
    pub comparison: Option<OpenedComparison>,
}

/// A network to be compared with, not read yet.
#[derive(Debug)]
pub struct OpenedComparison {
    /// Its file.
    pub path: PathBuf,
    /// How the two are seen together.
    pub pairing: Option<Pairing>,
    /// How far the points are on the way to the other.
    pub morph: f64,
}

/// A network that was opened for a session.
struct Loaded {
    opened: OpenedNetwork,
    path: Option<PathBuf>,
    opened_by: Option<OpenedBy>,
    is_in_file: bool,
}

/// Opens the session at `path`; `sources` take the place of files that it names.
///
/// # Errors
/// If it is no session, a file that it names is missing or has changed, or one of them cannot be read.
pub fn open(path: &Path, sources: &SessionSources) -> Result<OpenedSession, SessionError> {
    let bytes = crate::io::read(path).map_err(|source| FormatError::Read { path: path.into(), source })?;
    let (file, unknown): (SessionFile, Vec<String>) = formats::parse_and_list_unknown(path, &bytes)?;
    let mut notes = Vec::new();
    check_version(path, &file, &mut notes)?;
    let inner = "network.embedded.";
    let (of_network, others): (Vec<String>, Vec<String>) = unknown.into_iter().partition(|key| key.starts_with(inner));
    if !others.is_empty() {
        notes.push(format!(
            "{}: this version does not know {}: {}; what they stand for is not shown.",
            file_name(path),
            counted(others.len(), "key"),
            others.iter().take(MAX_NAMED).map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "),
        ));
    }
    let SessionFile {
        network,
        chain,
        network_origin,
        checkpoints,
        comparison,
        ablated,
        data,
        flow,
        time,
        view,
        window,
        findings,
        training,
        ..
    } = file;
    let folder = path.parent().unwrap_or(Path::new(""));
    let embeds = network.embedded.is_some() && data.embedded.is_some() && data.changes.is_empty();
    let network_file = resolve(network.file.as_ref(), SessionPart::Network, folder, sources);
    let data_file = resolve(data.file.as_ref(), SessionPart::Data, folder, sources);
    let problems: Vec<FileProblem> =
        [&network_file, &data_file].into_iter().filter_map(|file| file.as_ref().err().cloned()).collect();
    let (Ok(network_file), Ok(data_file)) = (network_file, data_file) else {
        return Err(SessionError::Files { path: path.into(), problems });
    };
    let loaded = match network_file {
        Some(file) => open_network(path, file, network.input(), chain)?,
        None => {
            let keys = of_network.iter().filter_map(|key| key.strip_prefix(inner)).map(str::to_owned).collect();
            let opened = formats::allowing(|| network.open_embedded(path, keys))?;
            let origin = network_origin.map(|origin| folder.join(origin.0));
            Loaded { opened, path: origin, opened_by: None, is_in_file: false }
        }
    };
    let Loaded { opened, path: mut network_path, opened_by, is_in_file } = loaded;
    let own = network_path.as_mut().filter(|_| is_in_file);
    let checkpoints = checkpoints.zip(own).and_then(|(stored, own)| open_checkpoints(&stored, folder, own, &mut notes));
    let of = network_path.clone().unwrap_or_else(|| path.into());
    let (OpenedNetwork { network, account }, whole) =
        flowing_part(opened).map_err(|source| SessionError::Network { path: of, source })?;
    let contents = FileContents { opened_by, ..FileContents::new(account, whole) };
    let (network, ablated) = without(Arc::new(network), &ablated, path, &mut notes);
    let mut names = Names::default();
    let options = flow_options(&flow, &mut names);
    let mut data = open_data(path, folder, data, data_file, network.inputs(), &mut names)?;
    if data.draw().is_none_or(|points| points.dimension() != network.inputs()) {
        notes.push(format!(
            "{}: its data has not the {} that its network takes; other data is shown.",
            file_name(path),
            counted(network.inputs(), "column")
        ));
        data = Data::fitting(network.inputs());
        data.draw();
    }
    let comparison = comparison.and_then(|stored| other_network(stored, folder, &mut names, &mut notes));
    notes.extend(unknown_choices(path, &names.unknown));
    let document = Document { network: Some(network), network_path, file: contents, ablated, data, options };
    let look = StoredLook { flow, time, view, window, findings, training };
    Ok(OpenedSession { path: path.into(), document, look, notes, embeds, is_in_file, checkpoints, comparison })
}

/// The network that a session compares with its own; what has become of its file is noted.
fn other_network(
    stored: StoredComparison,
    folder: &Path,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Option<OpenedComparison> {
    let path = stored.file.resolve(folder);
    let pairing = names.find("comparison.pairing", stored.pairing.as_deref(), &Pairing::ALL);
    if let Err(problem) = stored.file.check(&path) {
        let is_read = matches!(problem, ReferenceProblem::Changed);
        let what = if is_read { "it is compared as it is now" } else { "there is no comparison" };
        notes.push(format!("{}: the other network of the comparison {}; {what}.", path.display(), problem.label()));
        if !is_read {
            return None;
        }
    }
    let morph = if stored.morph.is_finite() { stored.morph.clamp(0.0, 1.0) } else { 0.0 };
    Some(OpenedComparison { path, pairing, morph })
}

/// The checkpoints of which the file `own` is one, by the path that it has in their list; a word where it is none of them.
fn open_checkpoints(
    stored: &StoredCheckpoints,
    folder: &Path,
    own: &mut PathBuf,
    notes: &mut Vec<String>,
) -> Option<CheckpointSeries> {
    let source = folder.join(&stored.source.0);
    let files = formats::run_checkpoints(&source).unwrap_or_default();
    let real = own.canonicalize().ok();
    let listed = files.iter().find(|file| file.path == *own || file.path.canonicalize().ok() == real);
    let Some(path) = listed.map(|file| file.path.clone()) else {
        notes.push(format!(
            "{}: the network of the session is not among the checkpoints there; it is shown alone.",
            source.display()
        ));
        return None;
    };
    own.clone_from(&path);
    Some(CheckpointSeries::beginning_with(source, files, &path, stored.follows))
}

/// How many keys a sentence names.
const MAX_NAMED: usize = 6;

/// What is told of choices that this version does not know.
pub(in crate::session) fn unknown_choices(path: &Path, unknown: &[String]) -> Option<String> {
    let listed = unknown.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>().join(", ");
    (!unknown.is_empty())
        .then(|| format!("{}: {listed}, which this version does not know; it is as in a new window.", file_name(path)))
}

fn check_version(path: &Path, file: &SessionFile, notes: &mut Vec<String>) -> Result<(), FormatError> {
    let version = file.format.strip_prefix(SESSION_FORMAT).and_then(|version| version.parse::<u32>().ok());
    let program = file.program.as_deref().map(|program| format!(", written by {program}")).unwrap_or_default();
    match version {
        Some(1) => {}
        Some(2..) => notes.push(format!(
            "{}: is of a later version ({}{program}); what this one does not know of it is not shown.",
            file_name(path),
            file.format,
        )),
        Some(0) | None => {
            let problem = format!("is `{}`, not {SESSION_FORMAT} with a number; save the session again", file.format);
            return Err(FormatError::Content { path: path.into(), position: "format".into(), problem });
        }
    }
    Ok(())
}

/// The file that is to be read for a part; `None` where the session names none.
fn resolve(
    reference: Option<&FileReference>,
    part: SessionPart,
    folder: &Path,
    sources: &SessionSources,
) -> Result<Option<PathBuf>, FileProblem> {
    let Some(reference) = reference else { return Ok(None) };
    if let Some(chosen) = sources.of(part) {
        return Ok(Some(chosen.clone()));
    }
    let path = reference.resolve(folder);
    match reference.check(&path) {
        Ok(()) => Ok(Some(path)),
        Err(ReferenceProblem::Changed) if sources.accept_changed => Ok(Some(path)),
        Err(problem) => Err(FileProblem { part, path, problem }),
    }
}

fn open_network(
    session: &Path,
    file: PathBuf,
    input: Option<crate::network::ImageShape>,
    chain: Option<RememberedChain>,
) -> Result<Loaded, SessionError> {
    let answer = chain.map(OpenedBy::Chain).or(input.map(OpenedBy::Shape));
    match open_as_before(&file, answer.as_ref())? {
        Some((opened, opened_by)) => Ok(Loaded { opened, path: Some(file), opened_by, is_in_file: true }),
        None => {
            let problem = "gives only tensors, and the session does not say which are layers; open it by itself".into();
            Err(FormatError::Content { path: session.into(), position: file.display().to_string(), problem }.into())
        }
    }
}

/// The network without the parts that were taken out for a look.
fn without(
    network: Arc<Network>,
    parts: &[StoredAblation],
    path: &Path,
    notes: &mut Vec<String>,
) -> (Arc<Network>, Option<Arc<Ablated>>) {
    let (mut network, mut ablated) = (network, None);
    for part in parts {
        let StoredAblation { layer, index, .. } = *part;
        let ablation = match part.kind.as_str() {
            "unit" => Some(Ablation::Unit { layer, unit: index }),
            "direction" => Some(Ablation::Direction { layer, index }),
            "layer" => Some(Ablation::Layer { layer }),
            _ => None,
        };
        match ablation.map(|ablation| (ablation, ablation.apply(&network))) {
            Some((ablation, Ok(next))) => {
                let part = (ablation, part.label.clone());
                ablated = Some(Arc::new(Ablated::with(ablated.as_ref(), &network, part)));
                network = Arc::new(next);
            }
            Some((_, Err(error))) => {
                notes.push(format!("{}: {} is not taken out again: {error}.", file_name(path), part.label));
            }
            None => {
                notes.push(format!("{}: `{}` is nothing that can be taken out.", file_name(path), part.kind));
            }
        }
    }
    (network, ablated)
}

fn open_data(
    session: &Path,
    folder: &Path,
    stored: StoredData,
    file: Option<PathBuf>,
    inputs: usize,
    names: &mut Names,
) -> Result<Data, SessionError> {
    if let Some(points) = stored.embedded {
        let dataset = points.into_dataset().ok_or_else(|| FormatError::Content {
            path: session.into(),
            position: "key `data.embedded`".into(),
            problem: "does not fit together; save the session again".into(),
        })?;
        let origin = stored.origin.map(|origin| DataSource::File(folder.join(origin.0)));
        let example = names.find("data.example", stored.example.as_deref(), &Example::ALL).map(DataSource::Example);
        let generated = stored.generated.and_then(|stored| generator(&stored, names));
        let source = origin.or(example).or(generated.map(|data| data.source)).unwrap_or(DataSource::Hand);
        let changes = stored.changes.into_iter().map(Into::into).collect();
        return Ok(Data { source, dataset: Some(Arc::new(dataset)), choice: None, changes });
    }
    if let Some(file) = file {
        let choice = stored.columns.map(|columns| choice(columns, names));
        let dataset = match &choice {
            Some(choice) => Dataset::open_with(&file, Some(inputs), choice)?,
            None => Dataset::open(&file, Some(inputs))?,
        };
        return Ok(Data::read(file, Arc::new(dataset), choice));
    }
    if let Some(example) = names.find("data.example", stored.example.as_deref(), &Example::ALL) {
        return Ok(example.load()?.1);
    }
    Ok(stored.generated.and_then(|stored| generator(&stored, names)).unwrap_or_else(|| Data::fitting(inputs)))
}

fn generator(stored: &super::stored::StoredGenerator, names: &mut Names) -> Option<Data> {
    let generator = names.find("data.generated.name", Some(&stored.name), &Generator::ALL)?;
    let options = GeneratorOptions {
        samples: stored.samples.clamp(1, MAX_SAMPLES),
        noise: if stored.noise.is_finite() { stored.noise.max(0.0) } else { 0.0 },
        seed: stored.seed,
        dimension: stored.dimension.clamp(1, MAX_SAMPLES),
    };
    let numbers = options.samples.saturating_mul(generator.dimension().unwrap_or(options.dimension));
    (numbers <= MAX_NUMBERS).then(|| Data::generated(generator, options))
}

/// The most points, and the most numbers of generated data: those of the command line.
const MAX_SAMPLES: usize = 1 << 27;
const MAX_NUMBERS: usize = 1 << 27;

fn choice(stored: StoredColumns, names: &mut Names) -> DataChoice {
    let mut scaling_of = Vec::new();
    for (column, scaling) in stored.scaling_of {
        let scaling = names.find("data.columns.scaling_of", Some(&scaling), &Scaling::ALL);
        scaling_of.extend(scaling.map(|scaling| (column, scaling)));
    }
    DataChoice {
        features: stored.coordinates,
        label: match stored.label {
            StoredLabel::Automatic => LabelChoice::Automatic,
            StoredLabel::None => LabelChoice::None,
            StoredLabel::Column(name) => LabelChoice::Column(name),
        },
        scaling: names.find("data.columns.scaling", Some(&stored.scaling), &Scaling::ALL).unwrap_or_default(),
        scaling_of,
        classes: stored.classes,
        missing: names.find("data.columns.missing", Some(&stored.missing), &MissingValues::ALL).unwrap_or_default(),
    }
}
