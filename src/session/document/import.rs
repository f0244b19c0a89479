//! The import assistant: a file gave only tensors, and the chain of layers is put together from them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::formats::{
    Block, BlockChoice, ChainEntry, ChainProblem, ChainProposal, ConvolutionSettings, GraphConvolution, GraphProblem,
    TensorFile, TensorInfo, WeightSpectrum, blocks, parse_input_shape,
};
use crate::network::{Activation, ImageShape, OutputFunction};

/// What plain nets have most often, so that one click opens most files.
const USUAL_ACTIVATION: Activation = Activation::Relu;

/// The state of the assistant.
#[derive(Clone, Debug)]
pub struct Import {
    /// The file.
    pub path: PathBuf,
    /// Its tensors, whose values are not read yet.
    pub file: Arc<TensorFile>,
    /// The chain as it is now.
    pub chain: ChainProposal,
    /// The blocks of a transformer among its tensors.
    pub blocks: Arc<Vec<Block>>,
    /// The convolutions of the graph that the file holds beside its tensors, whose inputs' shapes are known.
    pub convolutions_of_graph: Arc<Vec<GraphConvolution>>,
    /// Whether the file holds a graph that waits for the shape of its input.
    pub graph_needs_shape: bool,
    /// Where in the file's list each tensor is.
    positions: Arc<HashMap<String, usize>>,
    /// What is searched for among the tensors.
    pub search: String,
    /// The input shape as it is typed.
    pub input_shape: String,
    /// How the convolutions move, as it is typed; empty: as the shapes decide.
    pub convolutions: String,
    /// Why one of the two is not understood.
    pub misunderstood: Option<String>,
    /// The spectrum of the weight that was last asked for.
    pub spectrum: Option<WeightSpectrum>,
}

/// A change of the chain. Places count from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportCommand {
    /// The tensor at this place is Wᵀ, or is not.
    Transpose(usize),
    /// Take a layer out.
    Remove(usize),
    /// Move a layer one place towards the input.
    MoveUp(usize),
    /// Append a tensor, by its name.
    Append(String),
    /// Take these weights, first layer to last, in place of the chain.
    Choose(Vec<String>),
    /// σ of all layers but the last.
    HiddenActivation(Activation),
    /// σ of one layer.
    Activation(usize, Activation),
    /// Whether the repeated pattern of layers is that of residual blocks.
    ResidualBlocks(bool),
    /// The activation behind each residual block.
    BlockActivation(Activation),
    /// The function that reads the last layer.
    Output(OutputFunction),
    /// The shape of the input as C,H,W, for convolutions.
    InputShape(String),
    /// How the convolutions move, one for all or one for each between semicolons.
    Convolutions(String),
    /// Find the singular values of the weight at this place.
    Spectrum(usize),
    /// Find the singular values of the graph's convolution at this place.
    GraphSpectrum(usize),
    /// Ask for the shape of the input where the file that is shown leaves its lengths open.
    AskInputShape,
    /// Read the file's graph again, for an input of the shape that is typed.
    ReadGraph,
    /// Search the tensors.
    Search(String),
    /// Read the values and show the network.
    Open,
    /// Leave everything as it was.
    Close,
}

impl Import {
    /// The assistant with the chain that names and shapes propose.
    pub fn new(path: PathBuf, file: TensorFile) -> Import {
        let chain = ChainProposal::new(&file, USUAL_ACTIVATION, OutputFunction::Identity);
        let tensors = file.tensors().iter().enumerate();
        let positions = Arc::new(tensors.map(|(position, tensor)| (tensor.name.clone(), position)).collect());
        let blocks = Arc::new(blocks(file.tensors()));
        let empty = String::new;
        let (search, input_shape, convolutions) = (empty(), empty(), empty());
        let file = Arc::new(file);
        let mut import = Import {
            path,
            file,
            chain,
            blocks,
            convolutions_of_graph: Arc::default(),
            graph_needs_shape: false,
            positions,
            search,
            input_shape,
            convolutions,
            misunderstood: None,
            spectrum: None,
        };
        // A repeated pattern that keeps a width is that of residual blocks most often.
        if import.chain.block_pattern.is_some() {
            import.apply(ImportCommand::ResidualBlocks(true));
        }
        // The matrices of a transformer make no chain; its first block does.
        let first = import.blocks.first().and_then(|block| block.choices.first()).cloned();
        if let (Some(ChainProblem::Break { .. } | ChainProblem::Attention { .. }), Some((_, names))) =
            (import.chain.fatal_problem(), first)
        {
            import.apply(ImportCommand::Choose(names));
        }
        import
    }

    /// The assistant for a graph that is no network as a whole.
    pub fn of_graph(
        path: PathBuf,
        file: TensorFile,
        convolutions: Vec<GraphConvolution>,
        problem: &GraphProblem,
    ) -> Import {
        let graph_needs_shape = problem.needs_input_shape();
        let convolutions_of_graph = Arc::new(convolutions);
        Import { convolutions_of_graph, graph_needs_shape, ..Import::new(path, file) }
    }

    /// The shape of the input as it is typed, where it is one.
    pub fn typed_shape(&self) -> Option<ImageShape> {
        parse_input_shape(&self.input_shape).ok()
    }

    /// The tensor of this name.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.positions.get(name).and_then(|position| self.file.tensors().get(*position))
    }

    /// Whether the first thing that does not fit is at this layer.
    pub fn is_broken_at(&self, entry: &ChainEntry) -> bool {
        self.chain.fatal_problem().and_then(ChainProblem::weight) == Some(entry.weight_name.as_str())
    }

    /// The activation of all hidden layers for which the file tells none; `None` where they differ or there are none.
    pub fn hidden_activation(&self) -> Option<Activation> {
        self.chain.hidden_activation()
    }

    /// The pattern of the layers that are residual blocks; none in a plain chain.
    pub fn residual_blocks(&self) -> Option<&str> {
        match self.chain.blocks() {
            BlockChoice::Residual(pattern) => Some(pattern),
            BlockChoice::Ask | BlockChoice::Plain => None,
        }
    }

    /// Takes a chain over, with what was typed about its convolutions.
    pub(super) fn put_back(&mut self, chain: ChainProposal, input_shape: &str, convolutions: &str) {
        self.chain = chain;
        self.input_shape = input_shape.to_owned();
        self.convolutions = convolutions.to_owned();
        self.read_shapes();
    }

    /// Carries out a command, as far as it concerns the chain and the search.
    pub fn apply(&mut self, command: ImportCommand) {
        let entries = &mut self.chain.entries;
        match command {
            ImportCommand::Transpose(position) => {
                if let Some(entry) = entries.get_mut(position) {
                    entry.transpose = !entry.transpose;
                    self.chain.axes_are_chosen();
                }
            }
            ImportCommand::Remove(position) if position < entries.len() => {
                entries.remove(position);
            }
            ImportCommand::MoveUp(position) if (1..entries.len()).contains(&position) => {
                entries.swap(position - 1, position);
                self.chain.order_is_chosen();
            }
            ImportCommand::Append(name) => {
                let alone = ChainProposal::of_names(&self.file, &[name], USUAL_ACTIVATION, self.chain.output);
                entries.extend(alone.entries);
            }
            ImportCommand::Choose(names) => {
                let hidden = self.hidden_activation().unwrap_or(USUAL_ACTIVATION);
                self.chain = ChainProposal::of_names(&self.file, &names, hidden, self.chain.output);
                self.chain.set_blocks(BlockChoice::Plain, Activation::Identity);
            }
            ImportCommand::HiddenActivation(activation) => self.chain.set_hidden(activation),
            ImportCommand::Activation(position, activation) => self.chain.set_activation(position, activation),
            ImportCommand::ResidualBlocks(is_residual) => {
                let pattern = self.chain.block_pattern.clone().filter(|_| is_residual);
                let choice = pattern.map_or(BlockChoice::Plain, BlockChoice::Residual);
                self.chain.set_blocks(choice, self.chain.block_activation());
            }
            ImportCommand::BlockActivation(activation) => {
                self.chain.set_blocks(self.chain.blocks().clone(), activation);
            }
            ImportCommand::Output(output) => self.chain.output = output,
            ImportCommand::Search(text) => self.search = text,
            ImportCommand::InputShape(text) => self.input_shape = text,
            ImportCommand::Convolutions(text) => self.convolutions = text,
            ImportCommand::Remove(_)
            | ImportCommand::MoveUp(_)
            | ImportCommand::Spectrum(_)
            | ImportCommand::GraphSpectrum(_)
            | ImportCommand::ReadGraph
            | ImportCommand::AskInputShape
            | ImportCommand::Open
            | ImportCommand::Close => {}
        }
        self.read_shapes();
    }

    /// Takes what is typed about convolutions over into the chain and finds again what does not fit.
    fn read_shapes(&mut self) {
        let given = |text: &String| !text.trim().is_empty();
        let shape = given(&self.input_shape).then(|| parse_input_shape(&self.input_shape)).transpose();
        let settings =
            given(&self.convolutions).then(|| ConvolutionSettings::parse_list(&self.convolutions)).transpose();
        self.misunderstood = shape.as_ref().err().or(settings.as_ref().err()).cloned();
        let tensors = self.file.tensors();
        self.chain.set_input_shape(shape.unwrap_or_default());
        self.chain.set_convolutions(&settings.ok().flatten().unwrap_or_default());
        self.chain.check(tensors);
    }
}
