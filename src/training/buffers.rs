//! The memory of a step, taken once: the batch, every layer's values, and the gradients on their way back.

use super::kernels::padded;
use super::layout::{LayerAt, Layout};

/// A layer's values for the batch, coordinate by coordinate.
#[derive(Clone, Debug)]
pub(super) struct LayerValues {
    /// z = W·x + b; of a residual block, its inner one.
    pub before: Vec<f64>,
    /// σ(z).
    pub after: Vec<f64>,
    /// What a residual block adds, f(x); empty for a dense layer.
    pub branch: Vec<f64>,
    /// What a residual block gives, S·x + f(x); empty for a dense layer.
    pub sum: Vec<f64>,
}

/// All memory of a step.
#[derive(Clone, Debug)]
pub(super) struct Buffers {
    /// The samples that fit, a multiple of the vector length.
    pub width: usize,
    pub inputs: Vec<f64>,
    pub layers: Vec<LayerValues>,
    /// The gradient with respect to a layer's output, and to its input.
    pub back: [Vec<f64>; 2],
    /// The gradient with respect to what a residual block adds.
    pub branch_back: Vec<f64>,
    /// The gradient inside a residual block.
    pub hidden_back: Vec<f64>,
    /// Room for one sample.
    pub vector: Vec<f64>,
}

impl LayerValues {
    /// What the layer gives.
    pub fn output(&self) -> &[f64] {
        if self.sum.is_empty() { &self.after } else { &self.sum }
    }
}

/// The coordinates of a layer's σ.
fn hidden(layer: &LayerAt) -> usize {
    match layer {
        LayerAt::Dense { affine, .. } => affine.rows,
        LayerAt::Residual { inner, .. } => inner.rows,
    }
}

impl Buffers {
    /// The numbers that a batch takes, to be compared with a bound before they are asked for.
    pub fn numbers(layout: &Layout, inputs: usize, batch: usize) -> usize {
        let layers = layout.layers.iter().fold(inputs, |sum, layer| {
            sum.saturating_add(hidden(layer).saturating_mul(3)).saturating_add(layer.outputs().saturating_mul(3))
        });
        layers.saturating_mul(padded(batch))
    }

    pub fn new(layout: &Layout, inputs: usize, batch: usize) -> Buffers {
        let width = padded(batch);
        let room = |coordinates: usize| vec![0.0; coordinates * width];
        let layers = layout.layers.iter().map(|layer| {
            let added = if matches!(layer, LayerAt::Residual { .. }) { layer.outputs() } else { 0 };
            LayerValues {
                before: room(hidden(layer)),
                after: room(hidden(layer)),
                branch: room(added),
                sum: room(added),
            }
        });
        let widest = layout.layers.iter().map(LayerAt::outputs).fold(inputs, usize::max);
        let widest_hidden = layout.layers.iter().map(hidden).max().unwrap_or(0);
        Buffers {
            width,
            inputs: room(inputs),
            layers: layers.collect(),
            back: [room(widest), room(widest)],
            branch_back: room(widest),
            hidden_back: room(widest_hidden),
            vector: vec![0.0; widest.max(widest_hidden)],
        }
    }

    /// What goes into a layer.
    pub fn input_of(&self, layer: usize) -> &[f64] {
        match layer.checked_sub(1) {
            Some(before) => self.layers[before].output(),
            None => &self.inputs,
        }
    }
}
