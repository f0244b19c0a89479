//! The objective of a batch and its gradient, by the chain rule from the last layer to the first.

use nalgebra::DMatrix;
use pulp::Arch;

use crate::network::{Network, NetworkError, OutputFunction};

use super::activate::{activate, backward, put_sample, take_sample};
use super::buffers::Buffers;
use super::data::Targets;
use super::kernels::{Start, multiply, outer, row_sums};
use super::layout::{AffineAt, LayerAt, Layout};
use super::{Objective, TrainingError};

/// The objective at one place and its gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradient {
    /// The objective: loss and regularisers.
    pub value: f64,
    /// The mean loss alone.
    pub loss: f64,
    /// The gradient with respect to each parameter: layer after layer, each W column by column and then its bias; of a
    /// residual block the inner map, the outer map, the shortcut.
    pub gradients: Vec<f64>,
}

/// The objective of `network` over all columns of `points`, and its gradient.
///
/// # Errors
/// If the points or targets do not fit the network, or the loss has no gradient behind its output function.
pub fn gradient(
    network: &Network,
    points: &DMatrix<f64>,
    targets: &Targets,
    objective: &Objective,
) -> Result<Gradient, TrainingError> {
    let (expected, found) = (network.inputs(), points.nrows());
    if expected != found {
        return Err(NetworkError::InputWidth { expected, found }.into());
    }
    objective.check()?;
    objective.loss.check(network.output())?;
    let layout = Layout::new(network)?;
    let parameters = layout.gather(network);
    let mut buffers = Buffers::new(&layout, points.nrows(), points.ncols());
    let mut gradients = vec![0.0; layout.length];
    let samples: Vec<usize> = (0..points.ncols()).collect();
    let pass = Pass { arch: Arch::new(), layout: &layout, output: network.output(), objective, points, targets };
    let batch = pass.gradient(&parameters, &samples, &mut buffers, &mut gradients);
    Ok(Gradient { value: batch.value, loss: batch.loss / samples.len().max(1) as f64, gradients })
}

/// What a pass through the network needs beside parameters and memory.
pub(super) struct Pass<'a> {
    pub arch: Arch,
    pub layout: &'a Layout,
    pub output: OutputFunction,
    pub objective: &'a Objective,
    /// The points, coordinates × samples.
    pub points: &'a DMatrix<f64>,
    pub targets: &'a Targets,
}

/// What a pass of a batch found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Batch {
    /// The objective.
    pub value: f64,
    /// The sum of the samples' losses.
    pub loss: f64,
    /// The samples whose predicted class is their label.
    pub right: usize,
}

impl Pass<'_> {
    /// Objective and gradient over `samples`, which fit the buffers.
    pub fn gradient(
        &self,
        parameters: &[f64],
        samples: &[usize],
        buffers: &mut Buffers,
        gradients: &mut [f64],
    ) -> Batch {
        self.forward(parameters, samples, buffers);
        let mut batch = self.evaluate_loss(samples, buffers);
        let share = 1.0 / samples.len().max(1) as f64;
        buffers.back[0].iter_mut().for_each(|slope| *slope *= share);
        let transport = self.backward(parameters, samples.len(), buffers, gradients);
        let bent = self.objective.add_of_parameters(self.layout, parameters, gradients);
        batch.value = batch.loss * share + transport + bent;
        batch
    }

    /// The losses of `samples`, which fit the buffers.
    pub fn evaluate(&self, parameters: &[f64], samples: &[usize], buffers: &mut Buffers) -> Batch {
        self.forward(parameters, samples, buffers);
        self.evaluate_loss(samples, buffers)
    }

    fn forward(&self, parameters: &[f64], samples: &[usize], buffers: &mut Buffers) {
        let width = buffers.width;
        for (position, &sample) in samples.iter().enumerate() {
            let column = self.points.column(sample);
            put_sample(&mut buffers.inputs, width, position, column.as_slice());
        }
        let Buffers { inputs, layers, vector, .. } = buffers;
        for (index, at) in self.layout.layers.iter().enumerate() {
            let (done, rest) = layers.split_at_mut(index);
            let input: &[f64] = done.last().map_or(inputs, |values| values.output());
            let Some(values) = rest.first_mut() else { continue };
            match *at {
                LayerAt::Dense { affine, activation } => {
                    self.affine(affine, parameters, input, &mut values.before, width);
                    activate(activation, &values.before, &mut values.after, width, vector);
                }
                LayerAt::Residual { inner, activation, outer, shortcut } => {
                    self.affine(inner, parameters, input, &mut values.before, width);
                    activate(activation, &values.before, &mut values.after, width, vector);
                    self.affine(outer, parameters, &values.after, &mut values.branch, width);
                    match shortcut {
                        Some(shortcut) => self.affine(shortcut, parameters, input, &mut values.sum, width),
                        None => values.sum.copy_from_slice(input),
                    }
                    values.sum.iter_mut().zip(&values.branch).for_each(|(sum, added)| *sum += added);
                }
            }
        }
    }

    fn affine(&self, at: AffineAt, parameters: &[f64], input: &[f64], result: &mut [f64], width: usize) {
        let start = at.bias(parameters).map_or(Start::Zero, Start::Rows);
        multiply(self.arch, at.matrix(parameters), input, start, result, width);
    }

    /// Losses and predictions; the gradient with respect to the last layer is left in `back[0]`, 0 where there is no sample.
    fn evaluate_loss(&self, samples: &[usize], buffers: &mut Buffers) -> Batch {
        let width = buffers.width;
        let Buffers { layers, back: [back, _], vector, .. } = buffers;
        let Some(last) = layers.last() else { return Batch::default() };
        let vector = &mut vector[..last.output().len() / width];
        back.fill(0.0);
        let mut batch = Batch::default();
        for (position, &sample) in samples.iter().enumerate() {
            take_sample(last.output(), width, position, vector);
            if let Targets::Classes(classes) = self.targets {
                batch.right += usize::from(self.output.predicted_class(vector) == classes[sample]);
            }
            batch.loss += self.objective.loss.backward(self.output, self.targets, sample, vector);
            put_sample(back, width, position, vector);
        }
        batch
    }

    /// From the gradient with respect to the last layer to that of all parameters. Gives the cost of transport.
    fn backward(&self, parameters: &[f64], samples: usize, buffers: &mut Buffers, gradients: &mut [f64]) -> f64 {
        let width = buffers.width;
        let mut cost = 0.0;
        for (index, at) in self.layout.layers.iter().enumerate().rev() {
            // The first layer's input is the data, which does not move.
            let is_first = index == 0;
            let [mut back, mut next] = std::mem::take(&mut buffers.back);
            let (mut branch_back, mut hidden_back) =
                (std::mem::take(&mut buffers.branch_back), std::mem::take(&mut buffers.hidden_back));
            let (input, values) = (buffers.input_of(index), &buffers.layers[index]);
            match *at {
                LayerAt::Dense { affine, activation } => {
                    let back = &mut back[..affine.rows * width];
                    backward(activation, &values.before, &values.after, back, width);
                    self.affine_slopes(affine, back, input, gradients, width);
                    if !is_first {
                        self.pull_through(affine, parameters, back, Start::Zero, &mut next);
                    }
                }
                LayerAt::Residual { inner, activation, outer, shortcut } => {
                    let back = &back[..outer.rows * width];
                    let branch_back = &mut branch_back[..back.len()];
                    branch_back.copy_from_slice(back);
                    cost += self.add_transport(samples, &values.branch, branch_back, width);
                    self.affine_slopes(outer, branch_back, &values.after, gradients, width);
                    let hidden_back = &mut hidden_back[..inner.rows * width];
                    self.pull_through(outer, parameters, branch_back, Start::Zero, hidden_back);
                    backward(activation, &values.before, &values.after, hidden_back, width);
                    self.affine_slopes(inner, hidden_back, input, gradients, width);
                    if let Some(shortcut) = shortcut {
                        self.affine_slopes(shortcut, back, input, gradients, width);
                    }
                    if !is_first {
                        match shortcut {
                            Some(at) => self.pull_through(at, parameters, back, Start::Zero, &mut next),
                            None => next[..back.len()].copy_from_slice(back),
                        }
                        self.pull_through(inner, parameters, hidden_back, Start::Result, &mut next);
                    }
                }
            }
            buffers.back = [next, back];
            (buffers.branch_back, buffers.hidden_back) = (branch_back, hidden_back);
        }
        cost
    }

    /// The gradients of W and b from that of W·x + b.
    fn affine_slopes(&self, at: AffineAt, back: &[f64], input: &[f64], gradients: &mut [f64], width: usize) {
        outer(self.arch, back, input, &mut gradients[at.weights()], (at.rows, at.columns), width);
        if let Some(bias) = at.bias {
            row_sums(self.arch, back, &mut gradients[bias..bias + at.rows], width);
        }
    }

    /// The gradient with respect to x from that of W·x + b.
    fn pull_through(&self, at: AffineAt, parameters: &[f64], back: &[f64], start: Start<'_>, next: &mut [f64]) {
        let width = back.len() / at.rows;
        multiply(self.arch, at.matrix(parameters).transposed(), back, start, next, width);
    }

    /// Adds the gradient of transport·mean‖f‖² with respect to f, and gives its value.
    fn add_transport(&self, samples: usize, branch: &[f64], back: &mut [f64], width: usize) -> f64 {
        let factor = self.objective.transport / samples.max(1) as f64;
        if factor == 0.0 {
            return 0.0;
        }
        let mut squares = 0.0;
        for (moved, gradients) in branch.chunks_exact(width).zip(back.chunks_exact_mut(width)) {
            for (f, slope) in moved.iter().zip(gradients).take(samples) {
                squares += f * f;
                *slope += 2.0 * factor * f;
            }
        }
        factor * squares
    }
}
