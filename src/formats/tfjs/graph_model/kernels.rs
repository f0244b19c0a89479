//! The tensors of a graph model, with the axes of kernels as their operators tell them.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::nodes::{GraphDef, NodeDef, result};
use crate::formats::graph::GraphConvolution;
use crate::formats::tensor_info::TensorInfo;
use crate::formats::tensorflow::Array;
use crate::formats::tensors::{TensorFile, TensorSource, ValuesError};
use crate::formats::tfjs::manifest::{Manifest, TfjsTensors};

/// What the axes of a kernel in the file are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Layout {
    /// Height × width × inputs × outputs.
    Plain,
    /// Height × width × inputs × outputs of each.
    Depthwise,
}

/// The tensors of the manifest.
pub(super) struct GraphTensors {
    manifest: Manifest,
    positions: HashMap<String, usize>,
    layouts: Vec<Option<Layout>>,
}

impl GraphTensors {
    pub fn new(manifest: Manifest, graph: &GraphDef) -> GraphTensors {
        let names = manifest.infos.iter().enumerate();
        let positions: HashMap<String, usize> =
            names.map(|(position, tensor)| (result(&tensor.name).0.to_owned(), position)).collect();
        let mut layouts = vec![None; manifest.infos.len()];
        for node in &graph.node {
            let layout = match node.op.as_str() {
                "Conv2D" | "_FusedConv2D" => Layout::Plain,
                "DepthwiseConv2dNative" | "FusedDepthwiseConv2dNative" | "_FusedDepthwiseConv2dNative" => {
                    Layout::Depthwise
                }
                _ => continue,
            };
            let kernel = node.operands().nth(1).and_then(|(name, _)| positions.get(name));
            if let Some(&position) = kernel.filter(|&&position| manifest.infos[position].shape.len() == 4) {
                layouts[position] = Some(layout);
            }
        }
        GraphTensors { manifest, positions, layouts }
    }

    /// The tensor of a node.
    pub fn position(&self, node: &str) -> Option<usize> {
        self.positions.get(node).copied()
    }

    pub fn info(&self, position: usize) -> Option<&TensorInfo> {
        self.manifest.infos.get(position)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.manifest.infos.iter().map(|tensor| tensor.name.as_str())
    }

    /// The bytes of all tensors, each of which was found to lie within its files.
    pub fn held(&self) -> u64 {
        self.manifest.infos.iter().fold(0, |sum, tensor| sum.saturating_add(tensor.bytes))
    }

    /// The numbers as they lie in the file, else why they cannot be read, in words behind the name.
    pub fn array(&self, position: usize) -> Result<Array, String> {
        let values = self.manifest.positions.numbers(position)?;
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(format!("holds {} at place {}; every weight must be finite", values[at], at + 1));
        }
        let shape = self.info(position).map(|tensor| tensor.shape.clone()).unwrap_or_default();
        Array::new(shape, values).ok_or_else(|| "does not fill its shape".into())
    }

    /// The constants that are matrices, and the kernels of convolutions that are not among those whose shape is known.
    pub fn weights(&self, graph: &GraphDef, convolutions: &[GraphConvolution]) -> HashSet<String> {
        let known: HashSet<&str> = convolutions.iter().map(|convolution| convolution.name.as_str()).collect();
        let weight = |node: &NodeDef| {
            let position = self.position(node.operands().nth(1)?.0)?;
            let is_matrix = node.op.contains("MatMul");
            let is_kernel =
                self.layouts.get(position).copied().flatten().is_some() && !known.contains(node.name.as_str());
            (is_matrix || is_kernel).then(|| self.info(position).map(|tensor| tensor.name.clone())).flatten()
        };
        graph.node.iter().filter_map(weight).collect()
    }

    pub fn into_file(self, path: &Path) -> TensorFile {
        let Manifest { mut infos, positions } = self.manifest;
        let stored: Vec<Vec<usize>> = infos.iter().map(|tensor| tensor.shape.clone()).collect();
        for (tensor, layout) in infos.iter_mut().zip(&self.layouts) {
            if let (Some(layout), &[height, width, inputs, outputs]) = (layout, &tensor.shape[..]) {
                tensor.shape = match layout {
                    Layout::Plain => vec![outputs, inputs, height, width],
                    Layout::Depthwise => vec![inputs.saturating_mul(outputs), 1, height, width],
                };
            }
        }
        TensorFile::new(path, infos, OrderedTensors { positions, stored, layouts: self.layouts })
    }
}

/// Kernels as outputs × inputs × height × width.
struct OrderedTensors {
    positions: TfjsTensors,
    stored: Vec<Vec<usize>>,
    layouts: Vec<Option<Layout>>,
}

impl TensorSource for OrderedTensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let values = self.positions.values(index)?;
        let axes = match self.layouts.get(index).copied().flatten() {
            Some(Layout::Plain) => [3, 2, 0, 1],
            // The outputs of one input lie beside each other, and so do the inputs behind them.
            Some(Layout::Depthwise) => [2, 3, 0, 1],
            None => return Ok(values),
        };
        let stored = self.stored.get(index).cloned().unwrap_or_default();
        let ordered = Array::new(stored, values).and_then(|array| array.permuted(&axes));
        ordered.map(Array::into_values).ok_or_else(|| ValuesError::Tensor("is no kernel of four axes".into()))
    }
}
