//! `layerflow inspect`: layers, singular values, rotations, warnings; or the tensors of a file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Serialize, Serializer};

use super::error::CommandError;
use super::findings::{FindingOptions, FindingReport};
use super::measures::{AlignmentReport, AllMeasures, GradientsReport, MeasuresReport, SpectrumReport};
use super::options::{ChainOptions, FlowArguments, SampleOptions, build_flow, load_data, outline_flow, read_network};
use super::output::{print, print_json, print_note};
use super::report::{DataReport, Report, TensorReport};
use super::spectra::SpectraReport;
use super::survey::SurveyReport;
use super::{spectra, table, warnings};
use crate::diagnostics::findings::{Finding, Subject, find};
use crate::diagnostics::measures::{AlongFlow, SpectrumTail, block_alignment};
use crate::flow::FlowError;
use crate::formats;
use crate::formats::{FormatError, Opened};
use crate::network::Network;
use crate::resnet::measure_blocks;

/// The first line is printed before the decompositions of networks at least as wide…
const WIDE: usize = 256;
/// …or of so many layers.
const MANY_LAYERS: usize = 1000;

/// Layers, singular values, rotations, warnings
#[derive(Args, Clone, Debug)]
pub(super) struct InspectArguments {
    /// The network's file; or a folder or several files of checkpoints, or a pattern such as 'run/*.pt': with --json one
    /// object a line for each, without a list of the steps
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
    /// List the tensors of the file; with NAMES, the weights of the chain chosen by hand
    #[arg(long, value_name = "NAMES", num_args = 0..=1)]
    pub(super) tensors: Option<Option<String>>,
    /// A data file or the name of a built-in dataset, to tell the accuracy on it
    #[arg(long, value_name = "DATA")]
    data: Option<String>,
    /// The spectra of the weights one by one, of convolutions also that of the kernel, for files that give only tensors
    #[arg(long)]
    spectra: bool,
    /// Data that was held back from training, beside --data, to tell whether the network knows its data by heart
    #[arg(long, value_name = "DATA", requires = "data")]
    test_data: Option<String>,
    /// The measures of every layer's weights, and with --data those of the data at the ends of layers
    #[arg(long, conflicts_with = "spectra")]
    measures: bool,
    /// With --measures: the table of the layers as CSV
    #[arg(long, requires = "measures", conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    findings: FindingOptions,
    #[command(flatten)]
    chain: ChainOptions,
    #[command(flatten)]
    flow: FlowArguments,
    #[command(flatten)]
    samples: SampleOptions,
}

/// The names of tensors between commas.
pub(super) fn chain_of(names: &str) -> Vec<String> {
    names.split(',').map(|name| name.trim().to_owned()).collect()
}

/// Tells of one file.
pub(super) fn run_one(arguments: &InspectArguments) -> Result<(), CommandError> {
    let file = arguments.files.first();
    match (file, &arguments.tensors) {
        (Some(file), Some(None)) => list_tensors(file, arguments.json),
        // `inspect --tensors FILE`: the file's name came right after the option.
        (None, Some(Some(file))) => list_tensors(Path::new(file), arguments.json),
        (Some(file), Some(Some(names))) => inspect(file, &chain_of(names), arguments)?.finish(file, arguments),
        (Some(file), None) => inspect(file, &[], arguments)?.finish(file, arguments),
        (None, _) => Err(CommandError::Usage("inspect needs a FILE; `layerflow inspect --help` tells more".into())),
    }
}

/// What is told of one file.
pub(super) enum Inspected {
    /// A network, to be JSON, and its findings.
    Network(Box<Report>, Vec<Finding>),
    /// Its measures, to be JSON.
    Measures(Box<AllMeasures>),
    /// Its spectra, to be JSON.
    Spectra(SpectraReport),
    /// It was printed as a table.
    Printed(Vec<Finding>),
}

impl Serialize for Inspected {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Inspected::Network(report, _) => report.serialize(serializer),
            Inspected::Measures(measures) => measures.serialize(serializer),
            Inspected::Spectra(spectra) => spectra.serialize(serializer),
            Inspected::Printed(_) => serializer.serialize_unit(),
        }
    }
}

impl Inspected {
    /// Prints what is not printed yet, and refuses findings that are not accepted.
    fn finish(&self, file: &Path, arguments: &InspectArguments) -> Result<(), CommandError> {
        if !matches!(self, Inspected::Printed(_)) {
            print_json(self)?;
        }
        self.check(file, arguments)
    }

    /// Refuses findings of the severity that was named, or above.
    pub(super) fn check(&self, file: &Path, arguments: &InspectArguments) -> Result<(), CommandError> {
        match self {
            Inspected::Network(_, findings) | Inspected::Printed(findings) => {
                arguments.findings.check_severity(file, findings)
            }
            Inspected::Measures(_) | Inspected::Spectra(_) => Ok(()),
        }
    }

    fn spectra(report: Option<SpectraReport>) -> Inspected {
        report.map_or_else(|| Inspected::Printed(Vec::new()), Inspected::Spectra)
    }
}

/// What is told of one file; printed at once unless it is to be JSON.
pub(super) fn inspect(file: &Path, chain: &[String], arguments: &InspectArguments) -> Result<Inspected, CommandError> {
    // Without a flow, for the reason given or for that which the file itself gives.
    let list_spectra =
        |reason| spectra::run(file, chain, &arguments.chain, reason, arguments.json).map(Inspected::spectra);
    if arguments.spectra {
        return list_spectra(None);
    }
    let thresholds = arguments.findings.thresholds()?;
    // A network that training has broken is what people look at.
    let options = ChainOptions { allow_non_finite: true, ..arguments.chain.clone() };
    let loaded = match read_network(file, chain, &options) {
        // What makes no network may still have spectra, unless the network itself was asked for something.
        Err(CommandError::Format(FormatError::Chain { source, .. }))
            if source.leaves_spectra() && arguments.data.is_none() =>
        {
            return list_spectra(None);
        }
        Err(CommandError::Format(FormatError::Graph { .. })) if arguments.data.is_none() => return list_spectra(None),
        loaded => loaded?,
    };
    loaded.print_notes(file);
    let network = &loaded.network;
    let load =
        |data: &Option<String>| data.as_ref().map(|data| load_data(data, &arguments.samples, network)).transpose();
    let (data, test) = (load(&arguments.data)?, load(&arguments.test_data)?);
    if arguments.measures {
        let is_part = loaded.account.missing_text().is_some();
        let subject = Subject::new(network).of_part(is_part).with_data(data.as_ref());
        return print_measures(file, &subject, arguments);
    }
    // The flow ends where the numbers end.
    let broken = network.first_not_finite();
    let cut = broken.and_then(|count| network.up_to(count));
    let sound = if broken.is_none() { Some(network) } else { cut.as_ref() };
    // The decompositions of wide layers take their time, as do those of very many.
    let takes_long = network.largest_width() >= WIDE || network.layers().len() >= MANY_LAYERS;
    let is_early = !arguments.json && takes_long && network.too_wide_layer().is_none();
    if is_early {
        print(&table::head(network))?;
    }
    // Without data nothing is followed, and what would move it takes several times the memory of the weights.
    let build = |network: &Network| match &data {
        Some(data) => build_flow(file, network, arguments.flow, &data.points),
        None => outline_flow(file, network, arguments.flow),
    };
    let flow = match sound.map(build) {
        Some(Err(CommandError::Flow { source: source @ FlowError::TooWide { .. }, .. }))
            if loaded.has_tensors && arguments.data.is_none() =>
        {
            return list_spectra(Some(source.to_string()));
        }
        Some(Err(error)) => {
            if is_early {
                print("–\n")?;
            }
            return Err(error);
        }
        flow => flow.transpose()?,
    };
    let mut report = Report::new(&loaded, flow.as_ref());
    let is_part = loaded.account.missing_text().is_some();
    let subject = Subject::new(network).with_flow(flow.as_ref()).of_part(is_part);
    let subject = subject.with_data(data.as_ref()).with_test(test.as_ref());
    let findings = find(&subject, &thresholds);
    report.findings = findings.iter().map(FindingReport::new).collect();
    if let Some(data) = &data {
        let measured = DataReport::new(network, data, is_part);
        let measured = measured.map_err(|source| CommandError::Network { path: file.into(), source })?;
        // What was assumed to read the data was told with it.
        for sentence in &measured.assumed[data.notes.len()..] {
            print_note(&format!("{}: assumed: {sentence}", data.name));
        }
        report.data = Some(measured);
        let blocks = if broken.is_some() { Ok(Vec::new()) } else { measure_blocks(network, &data.points) };
        for block in blocks.map_err(|source| CommandError::Flow { path: file.into(), source })? {
            report.layers[block.layer - 1].warnings.extend(warnings::of_block(&block));
        }
        if arguments.json {
            report.gradients = subject.backward().map(GradientsReport::new);
            report.measures = AlongFlow::measure(&subject).map(MeasuresReport);
        }
    }
    if arguments.json {
        return Ok(Inspected::Network(Box::new(report), findings));
    }
    let head = if is_early { String::new() } else { table::head(network) };
    print(&(head + &table::report(&report)))?;
    Ok(Inspected::Printed(findings))
}

/// The measures of the layers' weights, and of the data where there is any.
fn print_measures(file: &Path, subject: &Subject<'_>, arguments: &InspectArguments) -> Result<Inspected, CommandError> {
    let layers = SpectrumTail::of_network(subject).iter().map(SpectrumReport::new).collect();
    let along = if arguments.csv { None } else { AlongFlow::measure(subject).map(MeasuresReport) };
    let survey = if arguments.csv { None } else { survey(file, subject, arguments)? };
    let blocks = if arguments.csv { Vec::new() } else { block_alignment(subject) };
    let residual_alignment = blocks.iter().map(AlignmentReport::new).collect();
    let all = AllMeasures { layers, measures: along, residual_alignment, survey };
    if arguments.json {
        return Ok(Inspected::Measures(Box::new(all)));
    }
    print(&if arguments.csv { all.csv() } else { all.text() })?;
    Ok(Inspected::Printed(Vec::new()))
}

/// The way of the data, where there is data and a flow.
fn survey(
    file: &Path,
    subject: &Subject<'_>,
    arguments: &InspectArguments,
) -> Result<Option<SurveyReport>, CommandError> {
    let (Some(data), network) = (subject.data(), subject.network()) else { return Ok(None) };
    if network.first_not_finite().is_some() {
        print_note(&format!(
            "{}: its weights are not all finite, so the way of the data is not measured",
            file.display()
        ));
        return Ok(None);
    }
    let surveyed = build_flow(file, network, arguments.flow, &data.points).and_then(|flow| {
        let surveyed = SurveyReport::new(network, data, &flow, arguments.flow);
        surveyed.map_err(|source| CommandError::Flow { path: file.into(), source })
    });
    match surveyed {
        // What needs no flow is told all the same.
        Err(error @ CommandError::Flow { source: FlowError::TooWide { .. } | FlowError::Limit { .. }, .. }) => {
            print_note(&format!("the way of the data is not measured: {error}"));
            Ok(None)
        }
        surveyed => surveyed.map(Some),
    }
}

/// The tensors by name, shape and type; no value is read from a file of tensors.
fn list_tensors(file: &Path, json: bool) -> Result<(), CommandError> {
    #[derive(Serialize)]
    struct Tensors {
        tensors: Vec<TensorReport>,
    }
    let tensors = match formats::open_with_non_finite(file, None)? {
        Opened::Tensors(tensors) => {
            let joined = tensors.joined().iter().map(|(tensor, _)| tensor);
            tensors.tensors().iter().chain(joined).map(TensorReport::of_info).collect()
        }
        Opened::Graph(graph) => graph.tensors.tensors().iter().map(TensorReport::of_info).collect(),
        Opened::Network(opened) => TensorReport::of_network(&opened.network),
    };
    if json { print_json(&Tensors { tensors }) } else { print(&table::tensors(&tensors)) }
}
