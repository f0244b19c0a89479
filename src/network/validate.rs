//! What makes a list of layers a network: widths that fit and finite numbers, told by layer and place.

use nalgebra::{DMatrix, DVector};
use thiserror::Error;

use super::{Affine, Layer};

/// Why a list of layers is not a network, or data does not fit it. Layers are counted from 1.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum NetworkError {
    /// No layer at all.
    #[error("the network has no layers; it needs at least one")]
    NoLayers,
    /// A matrix without rows or columns.
    #[error("layer {layer} ({part}) is {rows}×{columns}; both must be at least 1")]
    EmptyMatrix { layer: usize, part: &'static str, rows: usize, columns: usize },
    /// A bias that does not fit its matrix.
    #[error("layer {layer} ({part}) has {found} biases for {expected} outputs; give one bias for each output")]
    BiasLength { layer: usize, part: &'static str, expected: usize, found: usize },
    /// A layer that does not take what the layer before it gives.
    #[error("layer {layer} takes {found} inputs, but layer {} gives {expected}; neighbouring widths must be equal", layer - 1)]
    Width { layer: usize, expected: usize, found: usize },
    /// A residual block whose parts do not fit each other.
    #[error(
        "residual layer {layer}: {part} is {rows}×{columns}, but {expected_rows}×{expected_columns} is needed here"
    )]
    BlockShape {
        layer: usize,
        part: &'static str,
        rows: usize,
        columns: usize,
        expected_rows: usize,
        expected_columns: usize,
    },
    /// An operator whose map does not fit the coordinates it has.
    #[error(
        "layer {layer} ({operator}) takes {takes} values and gives {gives}, but {given} are read and {written} written"
    )]
    NodeShape { layer: usize, operator: String, takes: usize, gives: usize, given: usize, written: usize },
    /// An operator with a number that is not finite.
    #[error("layer {layer} ({operator}) holds {value}; every number must be finite")]
    NodeNotFinite { layer: usize, operator: String, value: f64 },
    /// NaN or infinity.
    #[error("layer {layer} ({part}) holds {value} at row {row}, column {column}; every number must be finite")]
    NotFinite { layer: usize, part: &'static str, row: usize, column: usize, value: f64 },
    /// Data of another width than the network's input.
    #[error("the data has {found} columns of values, but the network takes {expected} inputs")]
    InputWidth { expected: usize, found: usize },
}

pub(super) fn check(layers: &[Layer]) -> Result<(), NetworkError> {
    check_layers(layers, |layer, index| check_layer(layer, index).and_then(|()| check_numbers(layer, index)))
}

/// The same for numbers that may be NaN or infinite.
pub(super) fn check_shapes(layers: &[Layer]) -> Result<(), NetworkError> {
    check_layers(layers, check_layer)
}

fn check_layers(
    layers: &[Layer],
    check_layer: impl Fn(&Layer, usize) -> Result<(), NetworkError>,
) -> Result<(), NetworkError> {
    if layers.is_empty() {
        return Err(NetworkError::NoLayers);
    }
    for (index, layer) in layers.iter().enumerate() {
        check_layer(layer, index + 1)?;
    }
    for (index, pair) in layers.windows(2).enumerate() {
        let (expected, found) = (pair[0].outputs(), pair[1].inputs());
        if expected != found {
            return Err(NetworkError::Width { layer: index + 2, expected, found });
        }
    }
    Ok(())
}

fn check_layer(layer: &Layer, index: usize) -> Result<(), NetworkError> {
    match layer {
        Layer::Dense(dense) => check_affine(&dense.affine, index, ["weight", "bias"]),
        Layer::Residual(residual) => {
            check_affine(&residual.inner, index, ["inner weight", "inner bias"])?;
            check_affine(&residual.outer, index, ["outer weight", "outer bias"])?;
            let (inputs, outputs) = (residual.inner.inputs(), residual.outer.outputs());
            check_shape(&residual.outer.weight, index, "outer weight", (outputs, residual.inner.outputs()))?;
            match &residual.shortcut {
                Some(shortcut) => check_shape(shortcut, index, "shortcut", (outputs, inputs)),
                None => check_shape(
                    &residual.outer.weight,
                    index,
                    "outer weight (without a shortcut)",
                    (inputs, residual.inner.outputs()),
                ),
            }
        }
        Layer::Node(node) => {
            let (takes, gives) = (node.map.inputs(), node.map.outputs());
            let (given, written) = (node.cut.reads().len(), node.cut.writes().len());
            if (takes, gives) == (given, written) && takes > 0 && gives > 0 {
                return Ok(());
            }
            Err(NetworkError::NodeShape { layer: index, operator: node.operator.clone(), takes, gives, given, written })
        }
    }
}

/// Refuses NaN and infinity.
pub(super) fn check_numbers(layer: &Layer, index: usize) -> Result<(), NetworkError> {
    let of_affine = |affine: &Affine, parts: [&'static str; 2]| {
        check_finite(&affine.weight, index, parts[0])?;
        affine.bias.as_ref().map_or(Ok(()), |bias| check_finite_bias(bias, index, parts[1]))
    };
    match layer {
        Layer::Dense(dense) => of_affine(&dense.affine, ["weight", "bias"]),
        Layer::Residual(residual) => {
            of_affine(&residual.inner, ["inner weight", "inner bias"])?;
            of_affine(&residual.outer, ["outer weight", "outer bias"])?;
            residual.shortcut.as_ref().map_or(Ok(()), |shortcut| check_finite(shortcut, index, "shortcut"))
        }
        Layer::Node(node) => match node.map.numbers().into_iter().find(|value| !value.is_finite()) {
            Some(value) => Err(NetworkError::NodeNotFinite { layer: index, operator: node.operator.clone(), value }),
            None => Ok(()),
        },
    }
}

fn check_affine(affine: &Affine, layer: usize, parts: [&'static str; 2]) -> Result<(), NetworkError> {
    let (rows, columns) = affine.weight.shape();
    if rows == 0 || columns == 0 {
        return Err(NetworkError::EmptyMatrix { layer, part: parts[0], rows, columns });
    }
    match &affine.bias {
        Some(bias) if bias.len() != rows => {
            Err(NetworkError::BiasLength { layer, part: parts[1], expected: rows, found: bias.len() })
        }
        _ => Ok(()),
    }
}

fn check_shape(
    matrix: &DMatrix<f64>,
    layer: usize,
    part: &'static str,
    expected: (usize, usize),
) -> Result<(), NetworkError> {
    if matrix.shape() == expected {
        return Ok(());
    }
    let (rows, columns) = matrix.shape();
    let (expected_rows, expected_columns) = expected;
    Err(NetworkError::BlockShape { layer, part, rows, columns, expected_rows, expected_columns })
}

fn check_finite(matrix: &DMatrix<f64>, layer: usize, part: &'static str) -> Result<(), NetworkError> {
    for column in 0..matrix.ncols() {
        for row in 0..matrix.nrows() {
            let value = matrix[(row, column)];
            if !value.is_finite() {
                return Err(NetworkError::NotFinite { layer, part, row: row + 1, column: column + 1, value });
            }
        }
    }
    Ok(())
}

fn check_finite_bias(bias: &DVector<f64>, layer: usize, part: &'static str) -> Result<(), NetworkError> {
    match bias.iter().position(|value| !value.is_finite()) {
        Some(row) => Err(NetworkError::NotFinite { layer, part, row: row + 1, column: 1, value: bias[row] }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Dense, Network, OutputFunction};

    fn dense(rows: usize, columns: usize) -> Layer {
        let affine = Affine { weight: DMatrix::from_element(rows, columns, 1.0), bias: None };
        Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh })
    }

    fn error_of(layers: Vec<Layer>) -> NetworkError {
        Network::new(String::new(), layers, OutputFunction::Identity).unwrap_err()
    }

    #[test]
    fn the_place_of_each_fault_is_named() {
        assert_eq!(error_of(vec![]), NetworkError::NoLayers);
        assert_eq!(error_of(vec![dense(3, 2), dense(2, 4)]), NetworkError::Width { layer: 2, expected: 3, found: 4 });
        let mut broken = dense(2, 3);
        if let Layer::Dense(layer) = &mut broken {
            layer.affine.weight[(1, 2)] = f64::INFINITY;
        }
        let message = error_of(vec![broken]).to_string();
        assert_eq!(message, "layer 1 (weight) holds inf at row 2, column 3; every number must be finite");
    }
}
