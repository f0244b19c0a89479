//! Networks: dense and residual layers, the other operators of a graph (`node`), convolutions as what layers are made of, activations, output functions, and the
//! plain forward pass.
//!
//! Points are the columns of a matrix (coordinates × samples); weights are outputs × inputs.

mod activation;
mod affine;
mod convolution;
mod forward;
mod layer;
mod node;
mod objective;
mod output;
mod stored;
mod validate;

pub(crate) use activation::softmax_pull_back;
pub use activation::{
    Activation, DEFAULT_ALPHA, DEFAULT_NEGATIVE_SLOPE, Elementary, GELU_TANH_CUBIC, QUICK_GELU, SELU_ALPHA,
    SELU_LAMBDA, SlopeRange, sigmoid, softmax,
};
pub use affine::Affine;
pub use convolution::{
    AveragePooling, Convolution, ConvolutionError, ConvolutionSpectrum, Flattening, ImageShape, Kernel, Padding,
    SpectrumMethod, Window,
};
pub use forward::Forward;
pub use layer::{Dense, Layer, Residual};
pub use node::{Binary, Cut, MatrixProduct, Node, NodeMap, Stage, WideConvolution};
pub use objective::{Loss, Objective};
pub use output::OutputFunction;
pub use stored::StoredPrecision;
pub use validate::NetworkError;

use crate::linalg::Svd;

/// Rows and columns of a layer that a flow is made for at most, unless it has few directions. Twice as many take eight times as
/// long: at this size one layer's rotations take half an hour, and 512 MiB each.
pub const MAX_FLOW_DIMENSIONS: usize = 8192;

/// Rows or columns at most, whichever are fewer, of a layer that is longer than that in one direction. A 10×16384 layer turns ten
/// directions, which takes milliseconds.
pub const MAX_FLOW_DIRECTIONS: usize = 2048;

/// A chain of layers whose widths fit and whose numbers are finite, and the function that reads the last of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    name: String,
    layers: Vec<Layer>,
    output: OutputFunction,
    /// What each layer was before it became a matrix; as many as there are layers.
    origins: Vec<Option<String>>,
    /// In which type the weights of each layer are stored; as many as there are layers.
    stored: Vec<Option<StoredPrecision>>,
    /// What the network was trained for, where that is known.
    objective: Option<Objective>,
}

impl Network {
    /// Checks the layers and joins them.
    ///
    /// # Errors
    /// If there is no layer, a width is zero or does not fit its neighbour, or a number is not finite.
    pub fn new(name: String, layers: Vec<Layer>, output: OutputFunction) -> Result<Network, NetworkError> {
        validate::check(&layers)?;
        let (origins, stored) = (vec![None; layers.len()], vec![None; layers.len()]);
        Ok(Network { name, layers, output, origins, stored, objective: None })
    }

    /// The same where numbers may be NaN or infinite: a network to look at. What is made of it must expect them.
    ///
    /// # Errors
    /// If there is no layer, or a width is zero or does not fit its neighbour.
    pub fn with_non_finite(name: String, layers: Vec<Layer>, output: OutputFunction) -> Result<Network, NetworkError> {
        validate::check_shapes(&layers)?;
        let (origins, stored) = (vec![None; layers.len()], vec![None; layers.len()]);
        Ok(Network { name, layers, output, origins, stored, objective: None })
    }

    /// The index, from 0, of the first layer that holds a number that is not finite.
    pub fn first_not_finite(&self) -> Option<usize> {
        self.layers.iter().position(|layer| validate::check_numbers(layer, 0).is_err())
    }

    /// The network of the first `count` layers; `None` for no layer.
    pub fn up_to(&self, count: usize) -> Option<Network> {
        let layers: Vec<Layer> = self.layers.iter().take(count).cloned().collect();
        let origins = self.origins.iter().take(count).cloned().collect();
        let stored = self.stored.iter().take(count).copied().collect();
        let name = self.name.clone();
        (!layers.is_empty()).then_some(Network { name, layers, output: self.output, origins, stored, objective: None })
    }

    /// The same network with words for what its layers were before they became matrices, first layer to last:
    /// `conv 3×3, 8→16, on 28×28`. Changed weights are no convolution any more, so a network made of changed layers
    /// has none of these words.
    pub fn with_origins(mut self, mut origins: Vec<Option<String>>) -> Network {
        origins.resize(self.layers.len(), None);
        self.origins = origins;
        self
    }

    /// The same network with the types in which the weights of its layers are stored, first layer to last; `None` where that
    /// is 64 bits, or not known. Changed weights are not stored, so a network made of changed layers has none of these.
    pub fn with_stored(mut self, mut stored: Vec<Option<StoredPrecision>>) -> Network {
        stored.resize(self.layers.len(), None);
        self.stored = stored;
        self
    }

    /// In which type the weights of the layer of this index, from 0, are stored; `None` where that is 64 bits, or not known.
    pub fn stored(&self, index: usize) -> Option<StoredPrecision> {
        self.stored.get(index).copied().flatten()
    }

    /// The same network with what it was trained for. A network made of its layers has another end, or other weights, and
    /// keeps it only where that is said.
    pub fn with_objective(mut self, objective: Option<Objective>) -> Network {
        self.objective = objective;
        self
    }

    /// What the network was trained for, where its file tells it.
    pub fn objective(&self) -> Option<&Objective> {
        self.objective.as_ref()
    }

    /// The first layer, with its index from 0, that is too wide for a flow; an operator of a graph never is.
    pub fn too_wide_layer(&self) -> Option<(usize, &Layer)> {
        let is_wide = |layer: &Layer| {
            let (shorter, longer) = (layer.inputs().min(layer.outputs()), layer.inputs().max(layer.outputs()));
            let is_thin = Svd::is_thin_shape(layer.outputs(), layer.inputs()) && shorter <= MAX_FLOW_DIRECTIONS;
            !matches!(layer, Layer::Node(_))
                && longer > MAX_FLOW_DIMENSIONS
                && !(is_thin && matches!(layer, Layer::Dense(_)))
        };
        self.layers.iter().enumerate().find(|(_, layer)| is_wide(layer))
    }

    /// What the layer of this index, from 0, was before it became a matrix; `None` where it was one already.
    pub fn origin(&self, index: usize) -> Option<&str> {
        self.origins.get(index)?.as_deref()
    }

    /// The network's name; may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The layers, first to last; there is at least one.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The function f that reads the last layer.
    pub fn output(&self) -> OutputFunction {
        self.output
    }

    /// The same network under another name.
    pub fn with_name(mut self, name: String) -> Network {
        self.name = name;
        self
    }

    /// The same layers read by another output function.
    pub fn with_output(mut self, output: OutputFunction) -> Network {
        self.output = output;
        self
    }

    /// The width of the input.
    pub fn inputs(&self) -> usize {
        self.layers.first().map_or(0, Layer::inputs)
    }

    /// The width of the last layer.
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, Layer::outputs)
    }

    /// The largest width of any layer, the input included.
    pub fn largest_width(&self) -> usize {
        self.layers.iter().map(Layer::outputs).fold(self.inputs(), usize::max)
    }

    /// The width of the widest state on the way through the network, those within an operator included.
    pub fn widest_state(&self) -> usize {
        let within = self.layers.iter().map(|layer| if let Layer::Node(node) = layer { node.widest() } else { 0 });
        within.fold(self.largest_width(), usize::max)
    }

    /// The number of weights and biases.
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(Layer::parameters).sum()
    }
}
