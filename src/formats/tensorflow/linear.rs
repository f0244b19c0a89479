//! Matrices and normalisations.

use nalgebra::{DMatrix, DVector};

use super::array::Array;
use super::trace::{Operand, Trace, Traced, setting, traced, unknown};
use crate::formats::graph::{GraphProblem, Scale};
use crate::formats::onnx::scalar::Binary;
use crate::network::Affine;

/// What a normalisation that is no longer trained divides by and shifts to.
pub(in crate::formats) struct Normalization<'a> {
    pub gamma: &'a Operand,
    pub beta: &'a Operand,
    pub mean: &'a Operand,
    pub variance: &'a Operand,
    pub epsilon: f64,
}

impl Trace {
    /// x·M along the last axis, M a constant of inputs × outputs, or of outputs × inputs where it is transposed.
    pub fn multiply(
        &mut self,
        node: &str,
        left: &Operand,
        right: &Operand,
        is_transposed: bool,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let matrix = match (left, right) {
            (Operand::Value(_) | Operand::Folded(_), Operand::Array(matrix)) => matrix,
            (Operand::Value(_), Operand::Value(_)) => {
                return self.multiply_values(node, [left, right], is_transposed, operator);
            }
            (other, _) => return Err(traced(node, operator, other).err().unwrap_or_else(|| unknown(node, operator))),
        };
        let weight = weight(node, matrix, is_transposed)?;
        if let Operand::Folded(of) = left {
            return Ok(Operand::Folded(Traced::new(self.graph.affine(of.id, node, Affine { weight, bias: None })?)));
        }
        let of = traced(node, operator, left)?;
        if self.graph.shape(of.id) == Some(&[]) {
            return Err(setting(node, "its input", "has the samples on its only axis, which is not understood"));
        }
        Ok(Operand::value(self.graph.affine(of.id, node, Affine { weight, bias: None })?))
    }

    /// W·x + b with W a constant of outputs × inputs. The axes of the value become one unless they are kept.
    pub fn fully_connected(
        &mut self,
        node: &str,
        of: &Operand,
        [weights, bias]: [Option<&Operand>; 2],
        keeps_axes: bool,
    ) -> Result<Operand, GraphProblem> {
        let operator = "FULLY_CONNECTED";
        let Some(Operand::Array(matrix)) = weights else { return Err(unknown(node, operator)) };
        let weight = weight(node, matrix, true)?;
        let bias = bias_of(node, bias, weight.nrows())?;
        let is_folded = matches!(of, Operand::Folded(_));
        let of = match of {
            Operand::Folded(of) => of.clone(),
            other => traced(node, operator, other)?,
        };
        let has_axes = self.graph.shape(of.id).is_some_and(|shape| shape.len() != 1);
        if !has_axes || keeps_axes || is_folded {
            let value = Traced::new(self.graph.affine(of.id, node, Affine { weight, bias })?);
            return Ok(if is_folded { Operand::Folded(value) } else { Operand::Value(value) });
        }
        // The value becomes rows of so many numbers: one for each sample, or several.
        let shape = self.shape(node, &of)?;
        if self.width(node, &of)? == weight.ncols() {
            let flat = self.graph.flatten(of.id);
            return Ok(Operand::value(self.graph.affine(flat, node, Affine { weight, bias })?));
        }
        if shape.last() != Some(&weight.ncols()) {
            let given = shape.last().copied().unwrap_or(1);
            return Err(GraphProblem::Widths { node: node.into(), takes: weight.ncols(), given });
        }
        Ok(Operand::Folded(Traced::new(self.graph.affine(of.id, node, Affine { weight, bias })?)))
    }

    /// x + b along the last axis, where one number is none for all: the runtimes refuse that.
    pub fn add_bias(
        &mut self,
        node: &str,
        of: &Operand,
        bias: &Operand,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        match bias {
            Operand::Array(array) if array.shape().len() == 1 => {
                let shape = match of {
                    Operand::Array(of) => Some(of.shape()),
                    Operand::Value(of) | Operand::Folded(of) => self.graph.shape(of.id),
                    _ => None,
                };
                match shape.and_then(<[usize]>::last) {
                    Some(&takes) if takes != array.values().len() => {
                        let value = format!("has {} numbers for {takes} outputs", array.values().len());
                        Err(setting(node, "its bias", &value))
                    }
                    _ => self.binary(node, Binary::Add, of, bias, operator),
                }
            }
            _ => Err(setting(node, "its bias", "is not a constant along the last axis")),
        }
    }

    /// γ(x − μ)/√(v + ε) + β along the last axis.
    pub fn normalize(
        &mut self,
        node: &str,
        of: &Operand,
        numbers: &Normalization<'_>,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let vector = |operand: &Operand| match operand {
            Operand::Array(array) => Ok(DVector::from_column_slice(array.values())),
            _ => Err(setting(node, "its numbers", "are not constants, which is not understood")),
        };
        let of = traced(node, operator, of)?;
        let axis = self.graph.shape(of.id).map_or(0, |shape| shape.len().saturating_sub(1));
        let (gamma, beta) = (vector(numbers.gamma)?, vector(numbers.beta)?);
        let (mean, variance) = (vector(numbers.mean)?, vector(numbers.variance)?);
        let scale = Scale::normalization(node, &mean, &variance, Some(&gamma), Some(&beta), numbers.epsilon)?;
        let spread = self.graph.width(of.id).and_then(|width| width.checked_mul(2)).or(Some(0));
        self.spend(node, spread)?;
        Ok(Operand::value(self.graph.scale(of.id, node, scale, axis)?))
    }
}

/// The bias of so many outputs; none where it is absent.
pub(super) fn bias_of(
    node: &str,
    bias: Option<&Operand>,
    outputs: usize,
) -> Result<Option<DVector<f64>>, GraphProblem> {
    match bias {
        None => Ok(None),
        Some(Operand::Array(array)) if array.values().len() == outputs => {
            Ok(Some(DVector::from_column_slice(array.values())))
        }
        Some(Operand::Array(array)) => {
            let problem = format!("{} biases for {outputs} outputs", array.values().len());
            Err(GraphProblem::Weights { node: node.into(), problem })
        }
        Some(_) => Err(setting(node, "its bias", "is not a constant, which is not understood")),
    }
}

/// The constant as outputs × inputs. Axes of length 1 before the two of a matrix count for nothing.
fn weight(node: &str, matrix: &Array, is_transposed: bool) -> Result<DMatrix<f64>, GraphProblem> {
    let shape = matrix.shape();
    match shape {
        [outer @ .., rows, columns] if outer.iter().all(|&length| length == 1) && *rows > 0 && *columns > 0 => {
            Ok(match is_transposed {
                true => DMatrix::from_row_slice(*rows, *columns, matrix.values()),
                false => DMatrix::from_column_slice(*columns, *rows, matrix.values()),
            })
        }
        _ => Err(setting(node, "its second operand", "is not a matrix, which is not understood")),
    }
}
