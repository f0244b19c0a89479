//! The layers of a network and the maps they are made of.

use nalgebra::DMatrix;

use super::{Activation, Affine, Node};

/// σ(W·x + b): one layer of a plain net.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// The layer's name; may be empty.
    pub name: String,
    /// W and b.
    pub affine: Affine,
    /// σ.
    pub activation: Activation,
}

/// S·x + outer(σ(inner(x))): one block of a ResNet; S is the identity where there is no shortcut.
#[derive(Clone, Debug, PartialEq)]
pub struct Residual {
    /// The block's name; may be empty.
    pub name: String,
    /// W₁, b₁: where in space the data is.
    pub inner: Affine,
    /// σ.
    pub activation: Activation,
    /// W₂, b₂: which velocity the data gets there.
    pub outer: Affine,
    /// S, outputs × inputs, where the block's shortcut is a projection.
    pub shortcut: Option<DMatrix<f64>>,
}

/// One layer of a network.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// A layer of a plain net.
    Dense(Dense),
    /// A block of a ResNet.
    Residual(Residual),
    /// Another operator of a graph.
    Node(Box<Node>),
}

impl Residual {
    /// f(x) = W₂·σ(W₁x + b₁) + b₂ for each column: what the block adds to its shortcut.
    pub fn branch(&self, points: &DMatrix<f64>) -> DMatrix<f64> {
        let mut hidden = self.inner.apply(points);
        hidden.column_iter_mut().for_each(|mut column| self.activation.apply(column.as_mut_slice()));
        self.outer.apply(&hidden)
    }
}

impl Layer {
    /// The layer's name; may be empty.
    pub fn name(&self) -> &str {
        match self {
            Layer::Dense(dense) => &dense.name,
            Layer::Residual(residual) => &residual.name,
            Layer::Node(node) => &node.name,
        }
    }

    /// `dense`, `residual` or `node`, as files and results call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Layer::Dense(_) => "dense",
            Layer::Residual(_) => "residual",
            Layer::Node(_) => "node",
        }
    }

    /// The width of the layer's input.
    pub fn inputs(&self) -> usize {
        match self {
            Layer::Dense(dense) => dense.affine.inputs(),
            Layer::Residual(residual) => residual.inner.inputs(),
            Layer::Node(node) => node.cut.inputs(),
        }
    }

    /// The width of the layer's output.
    pub fn outputs(&self) -> usize {
        match self {
            Layer::Dense(dense) => dense.affine.outputs(),
            Layer::Residual(residual) => residual.outer.outputs(),
            Layer::Node(node) => node.cut.outputs(),
        }
    }

    /// σ; the identity of a node, whose map is its own.
    pub fn activation(&self) -> Activation {
        match self {
            Layer::Dense(dense) => dense.activation,
            Layer::Residual(residual) => residual.activation,
            Layer::Node(_) => Activation::Identity,
        }
    }

    /// The number of weights and biases.
    pub fn parameters(&self) -> usize {
        match self {
            Layer::Dense(dense) => dense.affine.parameters(),
            Layer::Residual(residual) => {
                residual.inner.parameters()
                    + residual.outer.parameters()
                    + residual.shortcut.as_ref().map_or(0, DMatrix::len)
            }
            Layer::Node(node) => node.map.parameters(),
        }
    }

    /// The layer's map applied to each column of `points` (inputs × samples).
    pub fn apply(&self, points: &DMatrix<f64>) -> DMatrix<f64> {
        match self {
            Layer::Dense(dense) => {
                let mut moved = dense.affine.apply(points);
                moved.column_iter_mut().for_each(|mut column| dense.activation.apply(column.as_mut_slice()));
                moved
            }
            Layer::Residual(residual) => {
                let branch = residual.branch(points);
                match &residual.shortcut {
                    Some(shortcut) => shortcut * points + branch,
                    None => points + branch,
                }
            }
            Layer::Node(node) => node.apply(points),
        }
    }
}
