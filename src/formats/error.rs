//! Why a file could not be opened or saved.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::io::IoError;
use crate::io::numpy::NumpyError;
use crate::network::{Layer, Network, NetworkError};
use crate::system::memory::NotEnough;

use super::network_kind::extensions_text;
use super::{ChainProblem, GraphProblem};

/// Why a network's file could not be opened or saved: the file, the place in it, and what to do.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum FormatError {
    /// The file could not be read.
    #[error("{}: cannot be read {}", path.display(), crate::io::reason(source, "the name"))]
    Read { path: PathBuf, source: std::io::Error },
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] IoError),
    /// A name that does not tell what to write.
    #[error("{}: its name does not tell the format; give one that ends in {}", path.display(), extensions_text())]
    Ending { path: PathBuf },
    /// A file of length 0.
    #[error("{}: is empty; copy or save it again", path.display())]
    Empty { path: PathBuf },
    /// A known kind of file that is not read.
    #[error("{}: is {what}, which is not read; {remedy}", path.display())]
    Unsupported { path: PathBuf, what: String, remedy: String },
    /// A folder in which no one network is found.
    #[error("{}: is a folder that {problem}", path.display())]
    Folder { path: PathBuf, problem: String },
    /// Python objects of a library whose code would have to run.
    #[error(
        "{}: is a pickle of Python objects (joblib, scikit-learn), whose code is never run; in Python save the numbers \
         instead, as with numpy.savez(\"model.npz\", **{{f\"coefs_{{i}}\": w for i, w in enumerate(model.coefs_)}}, \
         **{{f\"intercepts_{{i}}\": b for i, b in enumerate(model.intercepts_)}})",
        path.display()
    )]
    Pickle { path: PathBuf },
    /// A program of PyTorch's own language.
    #[error(
        "{}: is a TorchScript program, which is never run; in Python save its weights instead: \
         torch.save(torch.jit.load(\"{}\").state_dict(), \"weights.pt\")",
        path.display(),
        path.file_name().unwrap_or_default().display()
    )]
    TorchScript { path: PathBuf },
    /// A pickle that is made to do harm.
    #[error(
        "{}: wants to call `{function}`, which has power over this computer; nothing of it was run, do not load it \
         elsewhere either",
        path.display()
    )]
    Dangerous { path: PathBuf, function: String },
    /// More tensors than the header of a safetensors file lists.
    #[error(
        "{}: would hold {tensors} tensors, more than its header can list; take fewer steps, or a name that ends in .json",
        path.display()
    )]
    TooManyTensors { path: PathBuf, tensors: usize },
    /// More weights than the format holds.
    #[error(
        "{}: would hold {bytes} bytes of weights, but an ONNX file holds at most {most}; take fewer steps, or a name that ends in .safetensors",
        path.display()
    )]
    TooLarge { path: PathBuf, bytes: usize, most: usize },
    /// An operator of a graph, which the format has no word for.
    #[error(
        "{}: layer {layer} is the operator {operator}, for which this format has no word; take a name that ends in .onnx",
        path.display()
    )]
    Operator { path: PathBuf, layer: usize, operator: String },
    /// A number that 32 bits cannot hold.
    #[error("{}: layer {layer} holds {value:e}, which is too large for 32 bits; write f64", path.display())]
    TooLargeNumber { path: PathBuf, layer: usize, value: f64 },
    /// Nothing that is known.
    #[error("{}: is no network file that is known; open {known}", path.display())]
    Unknown { path: PathBuf, known: String },
    /// A file that does not keep to its format.
    #[error("{}: is not a whole {format} file: {reason}; copy or save it again", path.display())]
    Damaged { path: PathBuf, format: &'static str, reason: String },
    /// JSON whose content is not a network.
    #[error("{}: {position} {problem}", path.display())]
    Content { path: PathBuf, position: String, problem: String },
    /// Layers that do not make a network.
    #[error("{}: {source}", path.display())]
    Network { path: PathBuf, source: NetworkError },
    /// A tensor that cannot serve as weight or bias.
    #[error("{}: tensor `{tensor}` {problem}", path.display())]
    Tensor { path: PathBuf, tensor: String, problem: String },
    /// A NumPy array that is damaged or refused.
    #[error("{}: {source}", path.display())]
    Numpy { path: PathBuf, source: NumpyError },
    /// More than there is memory for.
    #[error("{}: {source}", path.display())]
    Memory { path: PathBuf, source: NotEnough },
    /// A graph of operators that is no network of dense layers and residual blocks.
    #[error("{}: {source}", path.display())]
    Graph { path: PathBuf, source: Box<GraphProblem> },
    /// Tensors that do not make a chain of layers.
    #[error("{}: {source}", path.display())]
    Chain { path: PathBuf, source: Box<ChainProblem> },
}

impl FormatError {
    /// The file.
    pub fn path(&self) -> &Path {
        use FormatError::{
            Chain, Content, Damaged, Dangerous, Empty, Ending, Folder, Graph, Memory, Network, Numpy, Operator, Pickle,
            Read, Tensor, TooLarge, TooLargeNumber, TooManyTensors, TorchScript, Unknown, Unsupported,
        };
        match self {
            FormatError::File(error) => error.path(),
            Read { path, .. }
            | Ending { path }
            | Empty { path }
            | Unsupported { path, .. }
            | Folder { path, .. }
            | Pickle { path }
            | TorchScript { path }
            | Dangerous { path, .. }
            | TooManyTensors { path, .. }
            | TooLarge { path, .. }
            | TooLargeNumber { path, .. }
            | Operator { path, .. }
            | Unknown { path, .. }
            | Damaged { path, .. }
            | Content { path, .. }
            | Network { path, .. }
            | Tensor { path, .. }
            | Numpy { path, .. }
            | Memory { path, .. }
            | Graph { path, .. }
            | Chain { path, .. } => path,
        }
    }

    /// The place in the file: a tensor, a node, a key.
    pub fn position(&self) -> Option<String> {
        match self {
            FormatError::Content { position, .. } => Some(position.trim_end_matches(',').to_owned()),
            FormatError::Tensor { tensor, .. } => Some(tensor.clone()),
            FormatError::TooLargeNumber { layer, .. } | FormatError::Operator { layer, .. } => {
                Some(format!("layer {layer}"))
            }
            FormatError::Chain { source, .. } => source.weight().map(str::to_owned),
            FormatError::Graph { source, .. } => Some(source.part().0.name()),
            _ => None,
        }
    }
}

impl FormatError {
    /// Refuses a network with operators that only graphs have.
    pub(in crate::formats) fn refuse_operators(path: &Path, network: &Network) -> Result<(), FormatError> {
        let operator = |(index, layer): (usize, &Layer)| match layer {
            Layer::Node(node) => Some((index + 1, node.operator.clone())),
            Layer::Dense(_) | Layer::Residual(_) => None,
        };
        match network.layers().iter().enumerate().find_map(operator) {
            Some((layer, operator)) => Err(FormatError::Operator { path: path.into(), layer, operator }),
            None => Ok(()),
        }
    }
}
