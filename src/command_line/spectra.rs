//! `layerflow inspect --spectra`, and `inspect` of a file with convolutions that makes no network: the spectra of the
//! weights one by one.

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use super::error::CommandError;
use super::options::{ChainOptions, propose};
use super::output::{print, print_json, print_note};
use super::table::warning_line;
use super::warnings;
use super::warnings::Warning;
use crate::formats;
use crate::formats::{
    ChainProblem, ChainProposal, Fate, FormatError, GraphConvolution, GraphFile, GraphProblem, Opened, PartName,
    TensorFile, TensorInfo, WeightForm, WeightSpectrum, weight_spectrum,
};
use crate::network::{ConvolutionSpectrum, Layer, Network, NodeMap, SpectrumMethod};

/// At most so many singular values of a weight are printed, evenly picked from the largest to the smallest.
const MAX_PRINTED: usize = 256;

/// What is told of a file's weights when there is no flow.
#[derive(Debug, Serialize)]
struct SpectraReport {
    /// Always null: there is no network.
    network: Option<()>,
    weights: Vec<WeightReport>,
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct WeightReport {
    name: String,
    kind: String,
    /// Whether shape, stride and padding are assumed.
    assumed: bool,
    operator: SpectrumReport,
    kernel: Option<SpectrumReport>,
}

#[derive(Debug, Serialize)]
struct SpectrumReport {
    method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    torus: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequencies: Option<[usize; 2]>,
    /// Whether `count` leaves out frequencies of the torus.
    #[serde(rename = "sampled")]
    is_sampled: bool,
    /// How many singular values there are; `singular_values` holds some of them.
    count: usize,
    rank: usize,
    spectral_norm: Option<f64>,
    smallest: Option<f64>,
    condition_number: Option<f64>,
    singular_values: Vec<f64>,
}

impl SpectrumReport {
    fn new(spectrum: &ConvolutionSpectrum) -> SpectrumReport {
        let (torus, frequencies) = match spectrum.method {
            SpectrumMethod::Periodic { torus, frequencies } => (Some(torus), Some(frequencies)),
            SpectrumMethod::Matrix | SpectrumMethod::Kernel => (None, None),
        };
        let values = &spectrum.singular_values;
        SpectrumReport {
            method: spectrum.method.name(),
            torus,
            frequencies,
            is_sampled: spectrum.is_sampled,
            count: values.len(),
            rank: spectrum.rank,
            spectral_norm: values.first().copied(),
            smallest: values.last().copied(),
            condition_number: spectrum.condition_number(),
            singular_values: spectrum.picked(MAX_PRINTED),
        }
    }
}

/// Prints the spectra of the weights in a file of tensors.
/// `reason`: why a chain that fits has no flow.
pub(super) fn run(
    file: &Path,
    chain: &[String],
    options: &ChainOptions,
    reason: Option<String>,
    json: bool,
) -> Result<(), CommandError> {
    let tensors = match formats::open_for(file, options.input_shape)? {
        Opened::Tensors(tensors) => tensors,
        Opened::Graph(graph) if chain.is_empty() => return of_graph(file, &graph, options, json),
        Opened::Graph(graph) => graph.tensors,
        Opened::Network(opened) if opened.network.layers().iter().any(|layer| convolution_of(layer).is_some()) => {
            return of_network(file, &opened.network, json);
        }
        Opened::Network(_) => {
            return Err(CommandError::Usage(format!(
                "{}: gives a whole network, whose layers `inspect` shows with their spectra; leave --spectra out",
                file.display()
            )));
        }
    };
    let proposal = propose(&tensors, chain, options)?;
    if proposal.entries.is_empty() {
        formats::build(&tensors, &proposal)?;
    }
    let warning = |problem: &ChainProblem| {
        if problem.is_fatal() { warnings::of_no_flow(problem.to_string()) } else { warnings::of_problem(problem) }
    };
    // One reason why there is no flow is enough; a broken chain has many.
    let fatal = proposal.fatal_problem().into_iter();
    let others = proposal.problems.iter().filter(|problem| !problem.is_fatal());
    let mut warnings: Vec<Warning> = reason.map(warnings::of_no_flow).into_iter().collect();
    warnings.extend(fatal.chain(others).map(warning));
    for sentence in proposal.guesses() {
        print_note(&format!("{}: assumed: {sentence}", file.display()));
    }
    let mut proposal = proposal;
    // Who names the tensors knows what they are.
    let own = if chain.is_empty() { with_own_form(&tensors, &mut proposal) } else { Vec::new() };
    let names = names_of(&proposal).chain(own.iter().map(|(tensor, _)| tensor.name.as_str()));
    let mut listing = Listing::new(file, names, json)?;
    list(&tensors, &proposal, &mut listing, &mut warnings)?;
    list_own(&tensors, &own, &mut listing, &mut warnings)?;
    listing.finish(warnings)
}

/// A convolution that moves straight, because it is too large to be a matrix.
fn convolution_of(layer: &Layer) -> Option<GraphConvolution> {
    let Layer::Node(node) = layer else { return None };
    let NodeMap::Convolution(map) = &node.map else { return None };
    Some(GraphConvolution { name: node.name.clone(), convolution: map.convolution().clone(), input: map.input() })
}

/// The convolutions of a whole network that have no decomposition in its flow.
fn of_network(file: &Path, network: &Network, json: bool) -> Result<(), CommandError> {
    let convolutions: Vec<GraphConvolution> = network.layers().iter().filter_map(convolution_of).collect();
    let names = convolutions.iter().map(|convolution| convolution.name.as_str());
    let mut listing = Listing::new(file, names, json)?;
    for convolution in &convolutions {
        let undone = |source| {
            CommandError::Format(FormatError::Graph {
                path: file.into(),
                source: Box::new(GraphProblem::Convolution { node: convolution.name.clone(), source }),
            })
        };
        listing.add(WeightReport::new(convolution.spectrum(&mut |_, _| true).map_err(undone)?))?;
    }
    listing.finish(Vec::new())
}

/// The convolutions of a graph that is understood in part, its matrices, and what ends the network.
fn of_graph(file: &Path, graph: &GraphFile, options: &ChainOptions, json: bool) -> Result<(), CommandError> {
    let fault = |problem| CommandError::Format(FormatError::Graph { path: file.into(), source: Box::new(problem) });
    let mut proposal = propose(&graph.tensors, &[], options)?;
    if graph.tensors.weights().is_none() && !graph.convolutions.is_empty() {
        // The graph has told more of the convolutions than their kernels do.
        proposal.entries.retain(|entry| entry.convolution.is_none());
    }
    let own = with_own_form(&graph.tensors, &mut proposal);
    if graph.convolutions.is_empty() && proposal.entries.is_empty() && own.is_empty() {
        return Err(fault(graph.problem.clone()));
    }
    let cut = match graph.network {
        Some(_) if !graph.problem.leaves_network_whole() => warnings::of_cut(&graph.problem),
        _ => warnings::of_no_flow(graph.problem.to_string()),
    };
    let names = graph.convolutions.iter().map(|convolution| convolution.name.as_str());
    let names = names.chain(names_of(&proposal)).chain(own.iter().map(|(tensor, _)| tensor.name.as_str()));
    let mut listing = Listing::new(file, names, json)?;
    for convolution in &graph.convolutions {
        let undone = |source| fault(GraphProblem::Convolution { node: convolution.name.clone(), source });
        listing.add(WeightReport::new(convolution.spectrum(&mut |_, _| true).map_err(undone)?))?;
    }
    let mut warnings = vec![cut];
    list(&graph.tensors, &proposal, &mut listing, &mut warnings)?;
    list_own(&graph.tensors, &own, &mut listing, &mut warnings)?;
    warnings.extend(unlisted(graph, &proposal));
    listing.finish(warnings)
}

/// The tensors of which the file tells that they are no layer of a chain, or that a graph's convolutions do not list,
/// with what they are. They are taken out of the chain.
fn with_own_form<'t>(tensors: &'t TensorFile, proposal: &mut ChainProposal) -> Vec<(&'t TensorInfo, &'t WeightForm)> {
    let form = |name: &str| tensors.form(name);
    // A matrix has the same spectrum whatever it is for.
    proposal.entries.retain(|entry| match form(&entry.weight_name) {
        None | Some(WeightForm::Plain(_)) => true,
        Some(WeightForm::Unknown(_)) => entry.convolution.is_none(),
        Some(_) => false,
    });
    let listed: HashSet<&str> = names_of(proposal).collect();
    let rest = tensors.tensors().iter().filter(|tensor| !listed.contains(tensor.name.as_str()));
    let own = rest.filter_map(|tensor| Some((tensor, form(&tensor.name)?)));
    own.filter(|(_, form)| !matches!(form, WeightForm::Listed | WeightForm::Addend)).collect()
}

/// The spectra of weights that are no layer of a chain.
fn list_own(
    tensors: &TensorFile,
    own: &[(&TensorInfo, &WeightForm)],
    listing: &mut Listing,
    warnings: &mut Vec<Warning>,
) -> Result<(), CommandError> {
    for (tensor, form) in own {
        match form {
            WeightForm::Plain(unfolding) | WeightForm::Other(unfolding)
                if tensor.is_numeric && unfolding.fits(tensor) =>
            {
                match unfolding.spectrum(tensors, tensor) {
                    Ok(spectrum) => listing.add(WeightReport::new(spectrum))?,
                    Err(FormatError::Chain { source, .. }) => warnings.push(warnings::of_no_spectrum(&source)),
                    Err(error) => return Err(error.into()),
                }
            }
            WeightForm::Unknown(class) => {
                let why = format!("it is a weight of {class}, which is not understood");
                warnings.push(warnings::of_unlisted(tensor, &why));
            }
            _ => warnings.push(warnings::of_unlisted(tensor, &no_matrix(tensor))),
        }
    }
    Ok(())
}

fn no_matrix(tensor: &TensorInfo) -> String {
    if tensor.is_numeric {
        "the layer that it belongs to is not understood".into()
    } else {
        format!("its type {} is not read", tensor.dtype)
    }
}

/// What is told of the weights of a graph that no line shows.
fn unlisted<'g>(graph: &'g GraphFile, proposal: &'g ChainProposal) -> impl Iterator<Item = Warning> + 'g {
    let listed: HashSet<&str> = names_of(proposal).collect();
    let weights = graph.tensors.weights();
    let is_left = move |tensor: &&TensorInfo| {
        let name = tensor.name.as_str();
        let fate = graph.account.fate(&PartName::tensor(name));
        tensor.shape.len() > 1
            && tensor.needless().is_none()
            && graph.tensors.form(name).is_none()
            && !listed.contains(name)
            && !matches!(fate, Some(Fate::Used(_) | Fate::Needless(_)))
            && weights.is_none_or(|weights| weights.contains(name))
    };
    let left = graph.tensors.tensors().iter().filter(is_left);
    left.map(|tensor| warnings::of_unlisted(tensor, &no_matrix(tensor)))
}

fn names_of(proposal: &ChainProposal) -> impl Iterator<Item = &str> {
    proposal.entries.iter().map(|entry| entry.weight_name.as_str())
}

/// The spectrum of each weight of the chain. One that is too large is told among the warnings; the others have theirs.
fn list(
    tensors: &TensorFile,
    proposal: &ChainProposal,
    listing: &mut Listing,
    warnings: &mut Vec<Warning>,
) -> Result<(), CommandError> {
    for position in 0..proposal.entries.len() {
        match weight_spectrum(tensors, proposal, position, &mut |_, _| true) {
            Ok(Some(spectrum)) => listing.add(WeightReport::new(spectrum))?,
            Ok(None) => {}
            Err(FormatError::Chain { source, .. }) => warnings.push(warnings::of_no_spectrum(&source)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The spectra as they are found: lines of text at once, JSON when all are there.
struct Listing {
    /// The widths of the columns of text; none where JSON is asked for.
    widths: Option<[usize; COLUMNS.len()]>,
    weights: Vec<WeightReport>,
}

/// The columns of text and how wide their fields are as a rule.
const COLUMNS: [(&str, usize); 9] = [
    ("weight", 6),
    ("kind", 28),
    ("operator", 14),
    ("values", 6),
    ("rank", 5),
    ("σ max", 8),
    ("σ min", 8),
    ("condition", 9),
    ("kernel σ max", 12),
];
/// Names longer than this do not set the width of their column.
const WIDEST_NAME: usize = 60;

impl Listing {
    /// Prints what comes before the first spectrum, which may take its time.
    fn new<'n>(file: &Path, names: impl Iterator<Item = &'n str>, json: bool) -> Result<Listing, CommandError> {
        if json {
            return Ok(Listing { widths: None, weights: Vec::new() });
        }
        let mut widths = COLUMNS.map(|(_, width)| width);
        widths[0] = names.map(|name| name.chars().count().min(WIDEST_NAME)).max().unwrap_or(0).max(widths[0]);
        print(&format!("{}: the spectra of its weights, without a flow\n\n", file.display()))?;
        print(&line(&COLUMNS.map(|(name, _)| name.to_owned()), &widths))?;
        Ok(Listing { widths: Some(widths), weights: Vec::new() })
    }

    fn add(&mut self, weight: WeightReport) -> Result<(), CommandError> {
        match &self.widths {
            Some(widths) => print(&line(&row(&weight), widths)),
            None => {
                self.weights.push(weight);
                Ok(())
            }
        }
    }

    fn finish(self, warnings: Vec<Warning>) -> Result<(), CommandError> {
        if self.widths.is_none() {
            return print_json(&SpectraReport { network: None, weights: self.weights, warnings });
        }
        let mut text = LEGEND.to_owned();
        text.extend(warnings.iter().map(|warning| warning_line("", warning)));
        print(&text)
    }
}

const LEGEND: &str = "\nσ: singular values. matrix: those of the layer's matrix, zero padding included. periodic: those of \
    the convolution on a torus of\nthe size given, of all its frequencies or of so many. *: nothing tells the shape of the \
    input, the stride and the padding;\nassumed are the size given, 1 and none. kernel: the kernel alone as a matrix, \
    outputs × (inputs · height · width).\n";

/// The fields side by side, each as wide as its column or wider.
fn line(fields: &[String; COLUMNS.len()], widths: &[usize; COLUMNS.len()]) -> String {
    let fields: Vec<String> = fields.iter().zip(widths).map(|(field, &width)| format!("{field:<width$}")).collect();
    fields.join("  ").trim_end().to_owned() + "\n"
}

impl WeightReport {
    fn new(weight: WeightSpectrum) -> WeightReport {
        WeightReport {
            operator: SpectrumReport::new(&weight.operator),
            kernel: weight.kernel.as_ref().map(SpectrumReport::new),
            name: weight.name,
            kind: weight.what,
            assumed: weight.is_assumed,
        }
    }
}

fn row(weight: &WeightReport) -> [String; COLUMNS.len()] {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
    let operator = &weight.operator;
    let mut method = operator.method.to_owned();
    if let (Some([height, width]), Some([rows, columns])) = (operator.torus, operator.frequencies) {
        method += &format!(" {height}×{width}");
        if operator.is_sampled {
            method += &format!(", {rows}×{columns} frequencies");
        }
    }
    if weight.assumed {
        method += " *";
    }
    [
        weight.name.clone(),
        weight.kind.clone(),
        method,
        operator.count.to_string(),
        operator.rank.to_string(),
        number(operator.spectral_norm),
        number(operator.smallest),
        operator.condition_number.map_or_else(|| "–".to_owned(), |condition| format!("{condition:.3e}")),
        number(weight.kernel.as_ref().and_then(|kernel| kernel.spectral_norm)),
    ]
}
