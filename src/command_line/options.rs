//! Options that several subcommands share, and what they load.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::TypedValueParser;
use nalgebra::DMatrix;

use super::column_options::ColumnOptions;
use super::error::CommandError;
use super::named_values::by_name;
use super::output::{print_note, told_of_long_work};
use super::overwriting::Overwriting;
use crate::dataset::{Dataset, Generator, GeneratorOptions};
use crate::flow::{CompressionLaw, Decomposition, Flow, FlowOptions, ResidualLaw, TimeLaw};
use crate::formats;
use crate::formats::{
    Account, BlockChoice, ChainProblem, ChainProposal, ConvolutionSettings, FormatError, GraphFile, Opened,
    OpenedNetwork, TensorFile,
};
use crate::network::{Activation, ImageShape, Network, OutputFunction};

/// The most numbers of a built-in dataset, 1 GB.
pub(super) const MAX_NUMBERS: usize = 1 << 27;

/// How to make a network of a file that gives only tensors.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ChainOptions {
    /// Activation of the hidden layers, for files that give only tensors; or one for each hidden layer in order, a residual
    /// block counting as one: identity,relu,relu
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = activation_parser())]
    pub activation: Vec<Activation>,
    /// Output function, for files that give only tensors
    #[arg(long, value_name = "NAME", value_parser = output_parser())]
    pub output: Option<OutputFunction>,
    /// Shape of the input for files with convolutions that do not tell it: C,H,W, or C,W for a signal
    #[arg(long, value_name = "SHAPE", value_parser = formats::parse_input_shape)]
    pub input_shape: Option<ImageShape>,
    /// How their convolutions move: stride=1,padding=0|same,dilation=1,pool=none|N|global; one for all, or one for each
    /// between semicolons. Needed where the shapes fit in several ways
    #[arg(long, value_name = "MOVES", value_parser = ConvolutionGeometry::parse)]
    pub convolutions: Option<ConvolutionGeometry>,
    /// The layers that form residual blocks, by the beginning of their names as blocks.*, where * stands for anything:
    /// neighbours with the same beginning are the inner and the outer layer of one block, the activation between them
    #[arg(long, value_name = "PATTERN", conflicts_with = "plain")]
    pub residual_blocks: Option<String>,
    /// Activation behind each residual block
    #[arg(long, value_name = "NAME", requires = "residual_blocks", value_parser = activation_parser())]
    pub block_activation: Option<Activation>,
    /// Layers that repeat a pattern follow each other and are no residual blocks
    #[arg(long)]
    pub plain: bool,
    /// Go on with a network of which something in the file is not understood; what is missing is told on standard error
    #[arg(long)]
    pub partial: bool,
    /// Go on with a network whose weights hold NaN or infinity; `inspect` does so always
    #[arg(long)]
    pub allow_non_finite: bool,
}

/// How the convolutions of a chain move, one for all or one for each.
#[derive(Clone, Debug)]
pub(super) struct ConvolutionGeometry(Vec<ConvolutionSettings>);

impl ConvolutionGeometry {
    fn parse(text: &str) -> Result<ConvolutionGeometry, String> {
        ConvolutionSettings::parse_list(text).map(ConvolutionGeometry)
    }
}

/// The choices that the flow model leaves open.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct FlowArguments {
    /// How a layer's matrix is split into motions: `svd` turns least, `least-motion` moves the data least, `polar` turns once
    #[arg(long, value_name = "KIND", default_value = "svd", value_parser = by_name(Decomposition::ALL, Decomposition::name))]
    decomposition: Decomposition,
    /// How a singular value acts over time
    #[arg(long, value_name = "LAW", default_value = "geometric", value_parser = by_name(CompressionLaw::ALL, CompressionLaw::name))]
    compression: CompressionLaw,
    /// How a phase follows its clock
    #[arg(long, value_name = "LAW", default_value = "smooth", value_parser = by_name(TimeLaw::ALL, TimeLaw::name))]
    time: TimeLaw,
    /// How residual blocks move the data: each as one Euler step, or along its continuous limit dx/ds = f(x)
    #[arg(long, value_name = "LAW", default_value = "euler", value_parser = by_name(ResidualLaw::ALL, ResidualLaw::name))]
    residual: ResidualLaw,
}

impl FlowArguments {
    /// Refuses what is chosen by data that there is not.
    pub(super) fn refuse_without_data(self) -> Result<(), CommandError> {
        if self.decomposition != Decomposition::LeastMotion {
            return Ok(());
        }
        let problem = "is the decomposition by which given data goes least far; give the data with --data";
        Err(CommandError::Usage(format!("--decomposition least-motion {problem}")))
    }

    /// The choices.
    pub(super) fn options(self) -> FlowOptions {
        self.with_decomposition(self.decomposition)
    }

    /// The same choices with another decomposition.
    pub(super) fn with_decomposition(self, decomposition: Decomposition) -> FlowOptions {
        let FlowArguments { compression, time, residual, .. } = self;
        FlowOptions { decomposition, compression, time, residual }
    }
}

/// How built-in data is drawn, and what is taken of a data file.
#[derive(Args, Clone, Debug)]
pub(super) struct SampleOptions {
    /// Number of points of a built-in dataset
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    samples: u32,
    /// Standard deviation of the noise of a built-in dataset
    #[arg(long, value_name = "S", default_value_t = 0.05, value_parser = noise)]
    noise: f64,
    /// Seed of a built-in dataset
    #[arg(long, value_name = "K", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    pub columns: ColumnOptions,
}

impl SampleOptions {
    /// How built-in data of so many coordinates is drawn.
    pub(super) fn generator_options(&self, dimension: usize) -> GeneratorOptions {
        GeneratorOptions { samples: self.samples as usize, noise: self.noise, seed: self.seed, dimension }
    }
}

/// A network, and what its file holds beside it.
pub(super) struct LoadedNetwork {
    pub network: Network,
    /// What became of everything in the file.
    pub account: Account,
    /// What is worth a word of the chain that was made of the file's tensors.
    pub left_out: Vec<ChainProblem>,
    /// Whether its file gives tensors, which have spectra without a flow.
    pub has_tensors: bool,
}

/// Opens the network in `file` for a result that stands for the whole of it. What was guessed is told on standard error.
///
/// A network of which something is not understood is refused, unless the options allow it: then what is missing is told.
pub(super) fn load_network(
    file: &Path,
    chain: &[String],
    options: &ChainOptions,
) -> Result<LoadedNetwork, CommandError> {
    let loaded = read_network(file, chain, options)?;
    match loaded.account.missing_text() {
        Some(missing) if !options.partial => Err(CommandError::Partial { path: file.into(), missing }),
        _ => {
            loaded.print_notes(file);
            Ok(loaded)
        }
    }
}

impl LoadedNetwork {
    /// Tells on standard error what is missing and what was guessed.
    pub(super) fn print_notes(&self, file: &Path) {
        if let Some(missing) = self.account.missing_text() {
            print_note(&format!("{}: the network is partial: {missing}", file.display()));
        }
        for sentence in self.account.assumed() {
            print_note(&format!("{}: assumed: {sentence}", file.display()));
        }
    }
}

/// Opens the network in `file`, partial or not. `chain` names the tensors of the chain where it is chosen by hand.
pub(super) fn read_network(
    file: &Path,
    chain: &[String],
    options: &ChainOptions,
) -> Result<LoadedNetwork, CommandError> {
    let opened = match (options.allow_non_finite, options.input_shape) {
        (true, None) if chain.is_empty() => formats::open_to_look(file, None),
        (true, shape) => formats::open_with_non_finite(file, shape),
        (false, None) if chain.is_empty() => formats::open_guessing(file),
        (false, shape) => formats::open_for(file, shape),
    };
    let tensors = match opened? {
        Opened::Network(_) if !chain.is_empty() => {
            return Err(CommandError::Usage(format!(
                "{}: gives a whole network, so --tensors has nothing to choose; leave it out",
                file.display()
            )));
        }
        Opened::Network(OpenedNetwork { network, account }) => {
            return Ok(LoadedNetwork { network, account, left_out: Vec::new(), has_tensors: false });
        }
        Opened::Tensors(tensors) => tensors,
        Opened::Graph(GraphFile { tensors, .. }) if !chain.is_empty() => tensors,
        Opened::Graph(GraphFile { network: Some(network), account, .. }) => {
            return Ok(LoadedNetwork { network, account, left_out: Vec::new(), has_tensors: true });
        }
        Opened::Graph(GraphFile { network: None, problem, .. }) => {
            return Err(FormatError::Graph { path: file.into(), source: Box::new(problem) }.into());
        }
    };
    let proposal = propose(&tensors, chain, options)?;
    // A file that gives no network at all is told before the option that it would need.
    let OpenedNetwork { network, account } = formats::build(&tensors, &proposal)?;
    if options.activation.is_empty() && proposal.needs_activation() {
        let names = Activation::ALL.map(Activation::name).join(", ");
        return Err(CommandError::Usage(format!(
            "{}: gives only tensors, so the activation of its hidden layers is not known; add --activation with one of \
             {names}",
            file.display()
        )));
    }
    Ok(LoadedNetwork { network, account, left_out: proposal.problems, has_tensors: true })
}

/// The chain of a file that gives only tensors. `chain` names them where it is chosen by hand.
pub(super) fn propose(
    tensors: &TensorFile,
    chain: &[String],
    options: &ChainOptions,
) -> Result<ChainProposal, CommandError> {
    let (hidden, output) = (Activation::default(), options.output.unwrap_or_default());
    let mut proposal = if chain.is_empty() {
        ChainProposal::new(tensors, hidden, output)
    } else {
        ChainProposal::of_names(tensors, chain, hidden, output)
    };
    let blocks = match &options.residual_blocks {
        Some(pattern) => BlockChoice::Residual(pattern.clone()),
        None if options.plain => BlockChoice::Plain,
        None => BlockChoice::Ask,
    };
    proposal.set_blocks(blocks, options.block_activation.unwrap_or_default());
    proposal.set_input_shape(options.input_shape);
    if let Some(ConvolutionGeometry(settings)) = &options.convolutions {
        proposal.set_convolutions(settings);
    }
    proposal.check(tensors.tensors());
    match &options.activation[..] {
        [] => {}
        [activation] => proposal.set_hidden(*activation),
        // A chain that does not fit is told first.
        activations if proposal.fatal_problem().is_none() => proposal.set_each(activations).map_err(|needed| {
            let (given, path) = (activations.len(), tensors.path().display());
            CommandError::Usage(format!(
                "{path}: --activation gives {given} activations, but the chain has {}; give one for \
                 all or one for each",
                if needed == 1 { "1 hidden layer".to_owned() } else { format!("{needed} hidden layers") }
            ))
        })?,
        _ => {}
    }
    Ok(proposal)
}

/// Reads the data for a network: a built-in dataset by its name, else a file.
pub(super) fn load_data(data: &str, samples: &SampleOptions, network: &Network) -> Result<Dataset, CommandError> {
    let expected = network.inputs();
    let Some(generator) = Generator::from_name(data) else {
        let mut read = samples.columns.read(Path::new(data), Some(expected))?;
        let is_single = network.outputs() == 1 && network.output() == OutputFunction::Identity;
        if let Some(values) = read.labels.as_values().filter(|_| is_single) {
            read.labels = values;
            read.notes.push("the labels are whole numbers, and the network has one output: taken as values".into());
        }
        return Ok(read);
    };
    if let Some(found) = generator.dimension().filter(|&found| found != expected) {
        return Err(CommandError::Width { name: generator.name(), expected, found });
    }
    let count = samples.samples as usize;
    if count.checked_mul(expected).is_none_or(|numbers| numbers > MAX_NUMBERS) {
        return Err(CommandError::Usage(format!(
            "--samples {count} of {expected} coordinates are more than {MAX_NUMBERS} numbers; ask for fewer"
        )));
    }
    Ok(generated(generator, samples.generator_options(expected)))
}

/// Makes built-in data. Where that is another number of points than was asked for, it is told on standard error.
pub(super) fn generated(generator: Generator, options: GeneratorOptions) -> Dataset {
    let mut data = generator.generate(options);
    if data.samples() != options.samples {
        let (name, made, asked) = (generator.name(), data.samples(), options.samples);
        let why = match generator {
            Generator::Grid => " (as many along every direction)",
            _ => "",
        };
        let note = format!("{made} points are made where {asked} were asked for{why}");
        print_note(&format!("{name}: {note}"));
        data.notes.push(note);
    }
    data
}

/// What is told of the flow of the network that came from `file` where nothing is followed.
pub(super) fn outline_flow(file: &Path, network: &Network, arguments: FlowArguments) -> Result<Flow, CommandError> {
    arguments.refuse_without_data()?;
    let options = arguments.with_decomposition(arguments.decomposition);
    Flow::outline(network, options, &mut told_of_long_work(file))
        .map_err(|source| CommandError::Flow { path: file.into(), source })
}

/// Builds the flow of the network that came from `file`, to be followed by `points` (inputs × samples).
pub(super) fn build_flow(
    file: &Path,
    network: &Network,
    arguments: FlowArguments,
    points: &DMatrix<f64>,
) -> Result<Flow, CommandError> {
    let options = arguments.with_decomposition(arguments.decomposition);
    Flow::for_data(network, options, points, &mut told_of_long_work(file))
        .map_err(|source| CommandError::Flow { path: file.into(), source })
}

/// The file that the network comes from and the one that the result goes to.
#[derive(Args, Clone, Debug)]
pub(super) struct Files {
    /// The network's file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A data file, or one of moons, circles, spiral, xor, blobs, swiss-roll, grid, digits
    #[arg(long, value_name = "DATA")]
    pub data: String,
    /// The file to write, .npz, .json or .csv
    #[arg(long, value_name = "OUT")]
    pub out: PathBuf,
    /// The chain chosen by hand: names of weights, first layer to last
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub tensors: Vec<String>,
    #[command(flatten)]
    pub overwriting: Overwriting,
}

impl Files {
    /// Refuses a result that cannot be written, or would go over what is read, before any work is done for it.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        self.overwriting.check(&[&self.file, Path::new(&self.data)], &self.out)?;
        Ok(formats::check_writable(&self.out)?)
    }
}

pub(super) fn noise(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value),
        _ => Err("it must be a finite number, 0 or larger".into()),
    }
}

pub(super) fn activation_parser() -> impl TypedValueParser<Value = Activation> {
    by_name(Activation::ALL, Activation::name)
}

pub(super) fn output_parser() -> impl TypedValueParser<Value = OutputFunction> {
    by_name(OutputFunction::ALL, OutputFunction::name)
}
