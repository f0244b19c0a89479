//! What the matrices of a chain are once everything that is linear beside them is folded in.

use nalgebra::{DMatrix, DVector};

use super::entry::ChainEntry;
use super::weights::Weights;
use crate::formats::FormatError;
use crate::formats::tensors::TensorFile;
use crate::network::{Activation, Affine, Dense, Layer, Residual};

/// x ↦ factor∘x + shift.
#[derive(Clone, Debug)]
pub(super) struct Scaling {
    pub factor: DVector<f64>,
    pub shift: DVector<f64>,
}

impl Scaling {
    /// The same as a layer's matrix.
    pub fn affine(self) -> Affine {
        Affine { weight: DMatrix::from_diagonal(&self.factor), bias: Some(self.shift) }
    }

    /// `affine` after this.
    pub fn before(&self, affine: Affine) -> Affine {
        let Affine { weight, bias } = affine;
        let moved = &weight * &self.shift;
        let bias = Some(bias.map_or(moved.clone(), |bias| bias + moved));
        let mut weight = weight;
        weight.column_iter_mut().zip(self.factor.iter()).for_each(|(mut column, factor)| column *= *factor);
        Affine { weight, bias }
    }

    /// This after `affine`: factor∘(W·x + b) + shift = (factor∘W)·x + (factor∘b + shift).
    pub fn after(self, affine: Affine) -> Affine {
        let Affine { mut weight, bias } = affine;
        weight.row_iter_mut().zip(self.factor.iter()).for_each(|(mut row, factor)| row *= *factor);
        let bias = bias.map_or(self.shift.clone(), |bias| bias.component_mul(&self.factor) + &self.shift);
        Affine { weight, bias: Some(bias) }
    }
}

/// W and b of an entry, with the normalisation between W and σ; `before` is what the layer's input goes through first.
pub(super) fn read(
    file: &TensorFile,
    weights: &Weights,
    entry: &ChainEntry,
    before: Option<Scaling>,
) -> Result<Affine, FormatError> {
    let stored = weights.matrix(file, &entry.weight_name)?;
    let weight = if entry.transpose { stored.transpose() } else { stored };
    let bias = entry.bias_name.as_ref().map(|name| weights.vector(file, name)).transpose()?;
    let mut affine = Affine { weight, bias };
    if let Some(scaling) = before {
        affine = scaling.before(affine);
    }
    Ok(match &entry.normalisation {
        Some(normalisation) => normalisation.read(file)?.after(affine),
        None => affine,
    })
}

/// What stands behind W·x + b: a function, or a slope for each unit below zero.
pub(super) enum Nonlinearity {
    Activation(Activation),
    Slopes(DVector<f64>),
}

impl Nonlinearity {
    /// The nonlinearity of an entry with so many outputs.
    pub fn read(file: &TensorFile, entry: &ChainEntry, outputs: usize) -> Result<Nonlinearity, FormatError> {
        let Some(slopes) = &entry.slopes else { return Ok(Nonlinearity::Activation(entry.activation)) };
        let values = file.vector(&slopes.name)?;
        let first = values.get(0).copied().unwrap_or_default();
        if values.iter().all(|slope| *slope == first) {
            return Ok(Nonlinearity::Activation(Activation::LeakyRelu { negative_slope: first }));
        }
        if values.len() != outputs {
            let problem = format!("has {} slopes, but `{}` gives {outputs} values", values.len(), entry.weight_name);
            return Err(FormatError::Tensor { path: file.path().into(), tensor: slopes.name.clone(), problem });
        }
        Ok(Nonlinearity::Slopes(values))
    }

    /// The layer of this behind an affine map. With a slope a for each unit, σ(y) = a∘y + (1 − a)∘relu(y), which is a block
    /// whose shortcut is diag(a)·W.
    pub fn layer(self, name: String, affine: Affine) -> Layer {
        let slopes = match self {
            Nonlinearity::Activation(activation) => return Layer::Dense(Dense { name, affine, activation }),
            Nonlinearity::Slopes(slopes) => slopes,
        };
        let rest = Scaling { factor: slopes.map(|slope| 1.0 - slope), shift: DVector::zeros(slopes.len()) };
        let linear = Scaling { factor: slopes.clone(), shift: DVector::zeros(slopes.len()) }.after(affine.clone());
        let outer = Affine { bias: linear.bias, ..rest.affine() };
        Layer::Residual(Residual {
            name,
            inner: affine,
            activation: Activation::Relu,
            outer,
            shortcut: Some(linear.weight),
        })
    }

    /// The block x + outer(σ(inner(x))). With a slope for each unit its linear part goes into the shortcut.
    pub fn block(self, name: String, inner: Affine, outer: Affine) -> Layer {
        let slopes = match self {
            Nonlinearity::Activation(activation) => {
                return Layer::Residual(Residual { name, inner, activation, outer, shortcut: None });
            }
            Nonlinearity::Slopes(slopes) => slopes,
        };
        let zero = || DVector::zeros(slopes.len());
        let linear = Scaling { factor: slopes.clone(), shift: zero() }.after(inner.clone());
        let moved = linear.bias.map(|bias| &outer.weight * bias);
        let shortcut = &outer.weight * linear.weight + DMatrix::identity(outer.weight.nrows(), inner.weight.ncols());
        let rest = Scaling { factor: slopes.map(|slope| 1.0 - slope), shift: zero() }.before(outer);
        let bias = match (rest.bias, moved) {
            (Some(bias), Some(moved)) => Some(bias + moved),
            (bias, moved) => bias.or(moved),
        };
        let outer = Affine { weight: rest.weight, bias };
        Layer::Residual(Residual { name, inner, activation: Activation::Relu, outer, shortcut: Some(shortcut) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn affine(rows: usize, columns: usize, seed: f64) -> Affine {
        let value = |row: usize, column: usize| ((row * 7 + column * 3) as f64 * 0.9 + seed).sin();
        Affine {
            weight: DMatrix::from_fn(rows, columns, value),
            bias: Some(DVector::from_fn(rows, |row, _| value(row, 11))),
        }
    }

    fn prelu(mut values: DMatrix<f64>, slopes: &[f64]) -> DMatrix<f64> {
        for mut column in values.column_iter_mut() {
            column.iter_mut().zip(slopes).for_each(|(value, slope)| {
                if *value < 0.0 {
                    *value *= slope;
                }
            });
        }
        values
    }

    #[test]
    fn a_slope_for_each_unit_is_a_block() {
        let points = DMatrix::from_fn(2, 9, |row, column| ((row * 5 + column) as f64).cos());
        let slopes = [0.25, -0.5, 1.5];
        let nonlinearity = || Nonlinearity::Slopes(DVector::from_row_slice(&slopes));
        let (inner, outer) = (affine(3, 2, 0.3), affine(2, 3, 1.1));
        let hidden = prelu(inner.apply(&points), &slopes);
        let layer = nonlinearity().layer("a".into(), inner.clone());
        assert!((layer.apply(&points) - &hidden).amax() < 1e-12);
        let block = nonlinearity().block("b".into(), inner, outer.clone());
        assert!((block.apply(&points) - (&points + outer.apply(&hidden))).amax() < 1e-12);
    }

    #[test]
    fn scalings_are_folded_from_both_sides() {
        let points = DMatrix::from_fn(2, 5, |row, column| (row + 2 * column) as f64 - 3.0);
        let scaling = |count| Scaling {
            factor: DVector::from_fn(count, |row, _| row as f64 + 0.5),
            shift: DVector::from_fn(count, |row, _| 2.0 - row as f64),
        };
        let moved = scaling(2).affine().apply(&points);
        let expected = scaling(3).affine().apply(&affine(3, 2, 0.0).apply(&moved));
        let folded = scaling(3).after(scaling(2).before(affine(3, 2, 0.0)));
        assert!((folded.apply(&points) - expected).amax() < 1e-12);
    }
}
