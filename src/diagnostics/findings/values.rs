//! The numbers of layers: weights part by part, and values before and after every activation.

use nalgebra::{DMatrix, DVector};

use crate::linalg::median;
use crate::network::{Layer, Network, NodeMap};

/// One matrix of a layer with its bias.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// `weight`, or which weight of a residual block.
    pub name: &'static str,
    /// W, outputs × inputs.
    pub weight: &'a DMatrix<f64>,
    /// b.
    pub bias: Option<&'a DVector<f64>>,
    /// Whether the rows of W are the units that the layer's activation bends.
    pub feeds_activation: bool,
}

/// The matrices of a layer, the one before the activation first.
pub fn parts(layer: &Layer) -> Vec<Part<'_>> {
    match layer {
        Layer::Dense(dense) => {
            let (weight, bias) = (&dense.affine.weight, dense.affine.bias.as_ref());
            vec![Part { name: "weight", weight, bias, feeds_activation: true }]
        }
        Layer::Residual(block) => {
            let mut parts = vec![
                Part {
                    name: "inner weight",
                    weight: &block.inner.weight,
                    bias: block.inner.bias.as_ref(),
                    feeds_activation: true,
                },
                Part {
                    name: "outer weight",
                    weight: &block.outer.weight,
                    bias: block.outer.bias.as_ref(),
                    feeds_activation: false,
                },
            ];
            if let Some(weight) = &block.shortcut {
                parts.push(Part { name: "shortcut weight", weight, bias: None, feeds_activation: false });
            }
            parts
        }
        Layer::Node(node) => match &node.map {
            NodeMap::Affine(affine) => {
                let (weight, bias) = (&affine.weight, affine.bias.as_ref());
                vec![Part { name: "weight", weight, bias, feeds_activation: false }]
            }
            _ => Vec::new(),
        },
    }
}

impl Part<'_> {
    /// Whether every weight and bias is finite.
    pub fn is_finite(&self) -> bool {
        let bias = self.bias.iter().flat_map(|bias| bias.iter());
        self.weight.iter().chain(bias).all(|value| value.is_finite())
    }
}

/// The rows of a matrix, or its columns, that training has not shrunk to nothing: weight decay does that to units that are
/// not needed, and to coordinates that never change.
pub(super) fn live(norms: &[f64], share: f64) -> Vec<bool> {
    let mut sorted = norms.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = median(&sorted);
    norms.iter().map(|norm| *norm >= share * middle && *norm > 0.0).collect()
}

/// The lengths of the rows.
pub(super) fn row_norms(weight: &DMatrix<f64>) -> Vec<f64> {
    let mut squares = vec![0.0; weight.nrows()];
    for column in weight.column_iter() {
        squares.iter_mut().zip(column.iter()).for_each(|(square, value)| *square += value * value);
    }
    squares.into_iter().map(f64::sqrt).collect()
}

/// How many directions a weight can have: as many as it has rows and columns that are not shrunk to nothing.
pub(super) fn live_rank(weight: &DMatrix<f64>) -> usize {
    const SHRUNK: f64 = 1e-2;
    let count = |norms: Vec<f64>| live(&norms, SHRUNK).into_iter().filter(|is_live| *is_live).count();
    let columns = weight.column_iter().map(|column| column.norm()).collect();
    count(row_norms(weight)).min(count(columns))
}

/// Whether every number of a layer is finite.
pub(super) fn is_finite(layer: &Layer) -> bool {
    parts(layer).iter().all(Part::is_finite)
}

/// How many numbers of some values are not finite, and the first of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NonFinite {
    /// The number of NaN.
    pub nan: usize,
    /// The number of +∞.
    pub positive: usize,
    /// The number of −∞.
    pub negative: usize,
    /// The first of them in the order of the rows: row and column from 0.
    pub first: Option<(usize, usize)>,
}

impl NonFinite {
    /// Counts what is not finite.
    pub fn counted(values: &DMatrix<f64>) -> NonFinite {
        let mut found = NonFinite::default();
        for (at, value) in values.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
            let position = (at % values.nrows(), at / values.nrows());
            match value {
                value if value.is_nan() => found.nan += 1,
                value if *value > 0.0 => found.positive += 1,
                _ => found.negative += 1,
            }
            found.first = Some(found.first.map_or(position, |first| first.min(position)));
        }
        found
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.nan + self.positive + self.negative
    }

    /// `2 NaN, 1 inf`.
    pub fn label(&self) -> String {
        let kinds = [(self.nan, "NaN"), (self.positive, "inf"), (self.negative, "−inf")];
        let text = kinds.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}"));
        text.collect::<Vec<_>>().join(", ")
    }
}

/// What a layer does to the data.
#[derive(Clone, Debug)]
pub struct LayerValues {
    /// The values that the activation gets, units × samples; of a residual block those inside its branch.
    pub before: DMatrix<f64>,
    /// The values that it gives.
    pub after: DMatrix<f64>,
    /// What a residual block gives; `None` for a dense layer, which gives `after`.
    pub sum: Option<DMatrix<f64>>,
}

impl LayerValues {
    /// What the layer makes of `input` (inputs × samples).
    pub(super) fn new(layer: &Layer, input: &DMatrix<f64>) -> LayerValues {
        let activate = |before: &DMatrix<f64>| {
            let mut after = before.clone();
            after.column_iter_mut().for_each(|mut column| layer.activation().apply(column.as_mut_slice()));
            after
        };
        match layer {
            Layer::Dense(dense) => {
                let before = dense.affine.apply(input);
                LayerValues { after: activate(&before), before, sum: None }
            }
            Layer::Residual(block) => {
                let before = block.inner.apply(input);
                let after = activate(&before);
                let branch = block.outer.apply(&after);
                let sum = match &block.shortcut {
                    Some(shortcut) => shortcut * input + branch,
                    None => input + branch,
                };
                LayerValues { before, after, sum: Some(sum) }
            }
            Layer::Node(node) => LayerValues { before: input.clone(), after: node.apply(input), sum: None },
        }
    }

    /// What the layer gives.
    pub fn output(&self) -> &DMatrix<f64> {
        self.sum.as_ref().unwrap_or(&self.after)
    }

    /// The first value that is not finite: unit and sample from 0, and the value.
    pub(super) fn first_overflow(&self) -> Option<(usize, usize, f64)> {
        [Some(&self.before), Some(&self.after), self.sum.as_ref()].into_iter().flatten().find_map(|values| {
            let at = values.iter().position(|value| !value.is_finite())?;
            Some((at % values.nrows(), at / values.nrows(), values[at]))
        })
    }
}

/// The layers' values up to the first that is not finite, and where that is: layer, unit, sample, value.
pub(in crate::diagnostics) type Values = (Vec<LayerValues>, Option<(usize, usize, usize, f64)>);

/// Runs `inputs` (inputs × samples) through the layers, to the first value that is not finite.
pub(in crate::diagnostics) fn follow(network: &Network, inputs: &DMatrix<f64>) -> Values {
    let mut layers: Vec<LayerValues> = Vec::with_capacity(network.layers().len());
    for (index, layer) in network.layers().iter().enumerate() {
        let next = LayerValues::new(layer, layers.last().map_or(inputs, LayerValues::output));
        if let Some((unit, sample, value)) = next.first_overflow() {
            return (layers, Some((index, unit, sample, value)));
        }
        layers.push(next);
    }
    (layers, None)
}

/// For each row of `values`, how many of its entries satisfy a condition.
pub(super) fn count_in_rows(values: &DMatrix<f64>, condition: impl Fn(f64) -> bool) -> Vec<usize> {
    let mut counts = vec![0; values.nrows()];
    for column in values.column_iter() {
        counts.iter_mut().zip(column.iter()).for_each(|(count, value)| *count += usize::from(condition(*value)));
    }
    counts
}

/// The mean and the variance of each row.
pub(super) fn moments_of_rows(values: &DMatrix<f64>) -> (Vec<f64>, Vec<f64>) {
    let count = values.ncols().max(1) as f64;
    let mut means = vec![0.0; values.nrows()];
    for column in values.column_iter() {
        means.iter_mut().zip(column.iter()).for_each(|(mean, value)| *mean += value / count);
    }
    let mut variances = vec![0.0; values.nrows()];
    for column in values.column_iter() {
        let rows = variances.iter_mut().zip(&means).zip(column.iter());
        rows.for_each(|((variance, mean), value)| *variance += (value - mean) * (value - mean) / count);
    }
    (means, variances)
}
