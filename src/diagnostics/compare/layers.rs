//! Two layers compared: how their spectra, their spaces and what they make of the data differ.

use nalgebra::DMatrix;

use super::kernel_alignment::kernel_alignment;
use super::subspaces::{intruders, principal_angles};
use crate::flow::LayerFlow;
use crate::linalg::{LinalgError, Svd};
use crate::network::{Layer, Network};

/// So many of the strongest singular vectors are compared.
pub const MAX_DIRECTIONS: usize = 10;

/// A pair of layers.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerComparison {
    /// The layer of A, from 0.
    pub a: usize,
    /// The layer of B, from 0.
    pub b: usize,
    /// Its name in A, else in B.
    pub name: String,
    /// Its matrices: one of a dense layer, those of a residual block.
    pub matrices: Vec<MatrixComparison>,
    /// The alignment of what the two give for the data; `None` without data, or where one gives always the same.
    pub alignment: Option<f64>,
    /// By how much the total rotation has changed, in radians; `None` where one of them has none.
    pub rotation_change: Option<f64>,
}

/// A pair of matrices.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixComparison {
    /// Which of a residual block: `inner`, `outer` or `shortcut`; `None` for a dense layer.
    pub part: Option<&'static str>,
    /// Rows and columns of both.
    pub shapes: [(usize, usize); 2],
    /// The singular values of A, largest first.
    pub singular_values_a: Vec<f64>,
    /// Those of B.
    pub singular_values_b: Vec<f64>,
    /// The principal angles between the spans of the strongest left singular vectors, smallest first.
    pub left_angles: Vec<f64>,
    /// Between those of the right ones.
    pub right_angles: Vec<f64>,
    /// ‖W_B − W_A‖/‖W_A‖; `None` where W_A is 0 or the shapes differ.
    pub relative_change: Option<f64>,
    /// The strongest left singular vectors of B that are near none of A's, from 0.
    pub intruders: Vec<usize>,
}

/// Two layers, with what they give for the data.
pub(super) struct Pair<'a> {
    pub layers: [usize; 2],
    pub networks: [&'a Network; 2],
    pub flows: [Option<&'a LayerFlow>; 2],
    pub activations: Option<[&'a DMatrix<f64>; 2]>,
}

impl LayerComparison {
    /// Compares a pair.
    ///
    /// # Errors
    /// If a matrix cannot be decomposed.
    pub(super) fn new(pair: &Pair<'_>) -> Result<LayerComparison, LinalgError> {
        let [a, b] = pair.layers;
        let [one, other] = [&pair.networks[0].layers()[a], &pair.networks[1].layers()[b]];
        let matrices = match (one, other) {
            (Layer::Dense(one), Layer::Dense(other)) => {
                vec![MatrixComparison::new(None, &one.affine.weight, &other.affine.weight)?]
            }
            (Layer::Residual(one), Layer::Residual(other)) => {
                let mut matrices = vec![
                    MatrixComparison::new(Some("inner"), &one.inner.weight, &other.inner.weight)?,
                    MatrixComparison::new(Some("outer"), &one.outer.weight, &other.outer.weight)?,
                ];
                if let (Some(one), Some(other)) = (&one.shortcut, &other.shortcut) {
                    matrices.push(MatrixComparison::new(Some("shortcut"), one, other)?);
                }
                matrices
            }
            // Layers of two kinds are no pair.
            _ => Vec::new(),
        };
        let name = [one, other].into_iter().map(Layer::name).find(|name| !name.trim().is_empty());
        let rotation =
            |flow: Option<&LayerFlow>| flow.and_then(|layer| layer.spectrum.as_ref()).map(|s| s.total_rotation);
        let rotations = rotation(pair.flows[0]).zip(rotation(pair.flows[1]));
        Ok(LayerComparison {
            a,
            b,
            name: name.unwrap_or_default().to_owned(),
            matrices,
            alignment: pair.activations.and_then(|[one, other]| kernel_alignment(one, other)),
            rotation_change: rotations.map(|(one, other)| other - one),
        })
    }
}

impl MatrixComparison {
    fn new(
        part: Option<&'static str>,
        one: &DMatrix<f64>,
        other: &DMatrix<f64>,
    ) -> Result<MatrixComparison, LinalgError> {
        let own = Svd::new(one)?;
        let values = |svd: &Svd| svd.singular_values().to_vec();
        let shapes = [one.shape(), other.shape()];
        if one == other {
            // The same matrix spans the same, whatever rounding would make of it.
            let zeros = vec![0.0; own.rank().min(MAX_DIRECTIONS)];
            return Ok(MatrixComparison {
                part,
                shapes,
                singular_values_a: values(&own),
                singular_values_b: values(&own),
                left_angles: zeros.clone(),
                right_angles: zeros,
                relative_change: (one.norm() > 0.0).then_some(0.0),
                intruders: Vec::new(),
            });
        }
        let new = Svd::new(other)?;
        let (rank, new_rank) = (own.rank(), new.rank());
        let strongest = rank.min(new_rank).min(MAX_DIRECTIONS);
        let top = |vectors: &DMatrix<f64>, count: usize| vectors.columns(0, count.min(vectors.ncols())).into_owned();
        let change = || (other - one).norm() / one.norm();
        Ok(MatrixComparison {
            part,
            shapes,
            left_angles: principal_angles(&top(own.u(), strongest), &top(new.u(), strongest))?,
            right_angles: principal_angles(&top(own.v(), strongest), &top(new.v(), strongest))?,
            relative_change: (one.shape() == other.shape()).then(change).filter(|change| change.is_finite()),
            // Directions of singular value 0 are any that are left over.
            intruders: intruders(&top(own.u(), rank), &top(new.u(), new_rank.min(MAX_DIRECTIONS))),
            singular_values_a: values(&own),
            singular_values_b: values(&new),
        })
    }
}
