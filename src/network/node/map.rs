//! What the operators do.

use std::fmt;

use super::binary::Binary;
use super::wide::{MatrixProduct, WideConvolution};
use crate::network::{Activation, Affine, softmax};

/// The map of a node: of the values it is given, in its own order, to its results.
#[derive(Clone, PartialEq)]
pub enum NodeMap {
    /// The largest of each window; a window's members are places among the values, so that padding takes no part.
    Largest {
        /// The number of values.
        inputs: usize,
        /// The members of each window, at least one.
        windows: Vec<Vec<usize>>,
    },
    /// x − mean of x, over each run of `length` values.
    Centre {
        /// The number of values.
        inputs: usize,
        /// How many make a group.
        length: usize,
    },
    /// x/√(‖x‖²/length + ε) over each run of `length` values.
    Normalise {
        /// The number of values.
        inputs: usize,
        /// How many make a group.
        length: usize,
        /// ε.
        epsilon: f64,
    },
    /// Softmax over each run of `length` values.
    Softmax {
        /// The number of values.
        inputs: usize,
        /// How many make a group.
        length: usize,
    },
    /// σ of each value.
    Activation {
        /// The number of values.
        inputs: usize,
        /// σ.
        activation: Activation,
    },
    /// x where x ≥ 0, else slope·x, with a slope for each value.
    Slopes(Vec<f64>),
    /// W·x + b.
    Affine(Box<Affine>),
    /// A linear map of few entries: for each result the places that it is a sum of, and their factors.
    Sparse {
        /// The number of values.
        inputs: usize,
        /// The entries of each row.
        rows: Vec<Vec<(usize, f64)>>,
    },
    /// A convolution by its kernel.
    Convolution(Box<WideConvolution>),
    /// The weighted sum of values of equal width, one behind the other.
    Sum {
        /// The width.
        width: usize,
        /// A factor for each value.
        factors: Vec<f64>,
    },
    /// The values as they are: a selection, another order, copies.
    Copy(usize),
    /// factor∘x + shift.
    Scale {
        /// One factor for each value.
        factor: Vec<f64>,
        /// One shift for each value.
        shift: Vec<f64>,
    },
    /// An operator of two values of equal width, one behind the other.
    Binary {
        /// The width.
        width: usize,
        /// The operator.
        operator: Binary,
    },
    /// Products of matrices that both come from the input.
    MatrixProduct(MatrixProduct),
}

impl fmt::Debug for NodeMap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}→{}", self.word(), self.inputs(), self.outputs())
    }
}

impl NodeMap {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            NodeMap::Largest { .. } => "max pooling",
            NodeMap::Centre { .. } => "centring",
            NodeMap::Normalise { .. } => "normalisation",
            NodeMap::Softmax { .. } => "softmax",
            NodeMap::Activation { activation, .. } => activation.name(),
            NodeMap::Slopes(_) => "slopes",
            NodeMap::Affine(_) | NodeMap::Sparse { .. } => "linear map",
            NodeMap::Convolution(_) => "convolution",
            NodeMap::Sum { .. } => "sum",
            NodeMap::Copy(_) => "selection",
            NodeMap::Scale { .. } => "scale",
            NodeMap::Binary { operator: Binary::Product, .. } => "product",
            NodeMap::Binary { operator: Binary::Quotient, .. } => "quotient",
            NodeMap::Binary { operator: Binary::Larger, .. } => "maximum",
            NodeMap::Binary { operator: Binary::Smaller, .. } => "minimum",
            NodeMap::Binary { operator: Binary::Power, .. } => "power",
            NodeMap::MatrixProduct(_) => "matrix product",
        }
    }

    /// σ where it is one of each value; else the identity.
    pub fn activation(&self) -> Activation {
        if let NodeMap::Activation { activation, .. } = self { *activation } else { Activation::Identity }
    }

    /// A bound of ‖f(x) − f(y)‖/‖x − y‖; infinite where there is none, or none is known.
    pub(super) fn lipschitz(&self) -> f64 {
        let largest = |values: &[f64]| values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        match self {
            NodeMap::Largest { inputs, windows } => {
                let mut uses = vec![0_usize; *inputs];
                windows.iter().flatten().for_each(|&slot| uses[slot] += 1);
                (uses.into_iter().max().unwrap_or(0) as f64).sqrt()
            }
            NodeMap::Centre { .. } | NodeMap::Copy(_) => 1.0,
            NodeMap::Normalise { epsilon, .. } => 1.0 / epsilon.sqrt(),
            NodeMap::Softmax { .. } => 0.5,
            NodeMap::Activation { activation, .. } => activation.steepest_slope().max(activation.least_slope().abs()),
            NodeMap::Slopes(slopes) => largest(slopes).max(1.0),
            NodeMap::Affine(affine) => affine.weight.norm(),
            NodeMap::Sum { factors, .. } => factors.iter().map(|factor| factor * factor).sum::<f64>().sqrt(),
            NodeMap::Scale { factor, .. } => largest(factor),
            NodeMap::Binary { operator: Binary::Larger | Binary::Smaller, .. } => 1.0,
            NodeMap::Sparse { rows, .. } => {
                rows.iter().flatten().map(|(_, factor)| factor * factor).sum::<f64>().sqrt()
            }
            NodeMap::Convolution(_) | NodeMap::Binary { .. } | NodeMap::MatrixProduct(_) => f64::INFINITY,
        }
    }

    /// The number of values it is given.
    pub fn inputs(&self) -> usize {
        match self {
            NodeMap::Largest { inputs, .. }
            | NodeMap::Centre { inputs, .. }
            | NodeMap::Normalise { inputs, .. }
            | NodeMap::Softmax { inputs, .. }
            | NodeMap::Activation { inputs, .. }
            | NodeMap::Sparse { inputs, .. }
            | NodeMap::Copy(inputs) => *inputs,
            NodeMap::Slopes(slopes) => slopes.len(),
            NodeMap::Affine(affine) => affine.inputs(),
            NodeMap::Convolution(map) => map.input().values(),
            NodeMap::Sum { width, factors } => width * factors.len(),
            NodeMap::Scale { factor, .. } => factor.len(),
            NodeMap::Binary { width, .. } => 2 * width,
            NodeMap::MatrixProduct(product) => product.left() + product.right(),
        }
    }

    /// The number of results.
    pub fn outputs(&self) -> usize {
        match self {
            NodeMap::Largest { windows, .. } => windows.len(),
            NodeMap::Sparse { rows, .. } => rows.len(),
            NodeMap::Affine(affine) => affine.outputs(),
            NodeMap::Convolution(map) => map.output().values(),
            NodeMap::Sum { width, .. } | NodeMap::Binary { width, .. } => *width,
            NodeMap::MatrixProduct(product) => product.outputs(),
            other => other.inputs(),
        }
    }

    /// The weights and biases.
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            NodeMap::Slopes(slopes) => slopes.clone(),
            NodeMap::Affine(affine) => affine.weight.iter().chain(affine.bias.iter().flatten()).copied().collect(),
            NodeMap::Convolution(map) => {
                let bias = map.convolution().bias().into_iter().flatten();
                map.convolution().kernel().values().iter().chain(bias).copied().collect()
            }
            NodeMap::Scale { factor, shift } => factor.iter().chain(shift).copied().collect(),
            NodeMap::Sum { factors, .. } => factors.clone(),
            NodeMap::Sparse { rows, .. } => rows.iter().flatten().map(|(_, factor)| *factor).collect(),
            _ => Vec::new(),
        }
    }

    /// About how many products a pass of one sample takes.
    pub(super) fn work(&self) -> usize {
        match self {
            NodeMap::Affine(affine) => affine.weight.len(),
            NodeMap::Convolution(map) => map.products(),
            NodeMap::MatrixProduct(product) => product.outputs() * product.shared,
            other => other.inputs() + other.outputs(),
        }
    }

    /// The number of weights and biases.
    pub fn parameters(&self) -> usize {
        match self {
            NodeMap::Slopes(slopes) => slopes.len(),
            NodeMap::Affine(affine) => affine.parameters(),
            NodeMap::Convolution(map) => {
                map.convolution().kernel().values().len() + map.convolution().bias().map_or(0, |bias| bias.len())
            }
            NodeMap::Scale { factor, shift } => factor.len() + shift.len(),
            _ => 0,
        }
    }

    /// The results for the values `given`; as many as there are places in `made`.
    pub fn apply(&self, given: &[f64], made: &mut [f64]) {
        match self {
            NodeMap::Largest { windows, .. } => {
                for (value, window) in made.iter_mut().zip(windows) {
                    *value = window.iter().map(|&slot| given[slot]).fold(f64::NEG_INFINITY, larger);
                }
            }
            NodeMap::Centre { length, .. } => {
                made.copy_from_slice(given);
                made.chunks_mut((*length).max(1)).for_each(centre);
            }
            NodeMap::Normalise { length, epsilon, .. } => {
                made.copy_from_slice(given);
                for group in made.chunks_mut((*length).max(1)) {
                    let rate = rate(group, *epsilon);
                    group.iter_mut().for_each(|value| *value *= rate);
                }
            }
            NodeMap::Softmax { length, .. } => {
                made.copy_from_slice(given);
                made.chunks_mut((*length).max(1)).for_each(softmax);
            }
            NodeMap::Activation { activation, .. } => {
                made.copy_from_slice(given);
                activation.apply(made);
            }
            NodeMap::Slopes(slopes) => {
                for ((value, x), slope) in made.iter_mut().zip(given).zip(slopes) {
                    *value = if *x < 0.0 { slope * x } else { *x };
                }
            }
            NodeMap::Affine(affine) => {
                linear(affine, given, made);
                if let Some(bias) = &affine.bias {
                    made.iter_mut().zip(bias.iter()).for_each(|(value, bias)| *value += bias);
                }
            }
            NodeMap::Convolution(map) => map.apply(given, made, true),
            NodeMap::Sparse { rows, .. } => {
                for (value, row) in made.iter_mut().zip(rows) {
                    *value = row.iter().map(|(slot, factor)| factor * given[*slot]).sum();
                }
            }
            NodeMap::Sum { width, factors } => {
                made.fill(0.0);
                for (part, factor) in given.chunks(*width).zip(factors) {
                    made.iter_mut().zip(part).for_each(|(value, x)| *value += factor * x);
                }
            }
            NodeMap::Copy(_) => made.copy_from_slice(given),
            NodeMap::Scale { factor, shift } => {
                let of = given.iter().zip(factor).zip(shift);
                made.iter_mut().zip(of).for_each(|(value, ((x, factor), shift))| *value = factor * x + shift);
            }
            NodeMap::Binary { width, operator } => {
                let (left, right) = given.split_at(*width);
                let of = left.iter().zip(right);
                made.iter_mut().zip(of).for_each(|(value, (x, y))| *value = operator.value(*x, *y));
            }
            NodeMap::MatrixProduct(product) => {
                let (left, right) = given.split_at(product.left());
                made.fill(0.0);
                product.each_term(|to, of_left, of_right| made[to] += left[of_left] * right[of_right]);
            }
        }
    }
}

/// The larger of two numbers; NaN of NaN.
pub(super) fn larger(x: f64, y: f64) -> f64 {
    Binary::Larger.value(x, y)
}

pub(super) fn centre(group: &mut [f64]) {
    let mean = group.iter().sum::<f64>() / group.len() as f64;
    group.iter_mut().for_each(|value| *value -= mean);
}

/// (‖x‖²/d + ε)^(−½).
pub(super) fn rate(group: &[f64], epsilon: f64) -> f64 {
    let square = group.iter().map(|value| value * value).sum::<f64>() / group.len() as f64;
    1.0 / (square + epsilon).sqrt()
}

/// W·x, column by column, as the matrix lies in memory.
pub(super) fn linear(affine: &Affine, given: &[f64], made: &mut [f64]) {
    made.fill(0.0);
    for (column, x) in affine.weight.column_iter().zip(given).filter(|(_, x)| **x != 0.0) {
        made.iter_mut().zip(column.iter()).for_each(|(value, weight)| *value += weight * x);
    }
}
