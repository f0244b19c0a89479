//! Writing a network as safetensors: its tensors, and the list of its layers beside them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::io::Write;
use std::path::Path;

use nalgebra::DMatrix;
use safetensors::tensor::{Dtype, View, serialize};

use super::safetensors::{LAYER_LIST, LENGTH_BYTES, LONGEST_HEADER};
use super::{FormatError, Precision, layer_list};
use crate::io::IoError;
use crate::io::write_beside;
use crate::network::{Affine, Layer, Network};

/// One tensor on its way into a file, in row-major order.
struct Tensor {
    precision: Precision,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        match self.precision {
            Precision::Single => Dtype::F32,
            Precision::Double => Dtype::F64,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Writes weights and biases to the file at `path`, which is never left half-written. They are named by the place of
/// their layer from 0, `0.weight`, `0.bias`, `1.inner.weight`, `1.outer.weight`, …, with as many digits as the last one
/// needs, so that every order of names is the layers' order. What tensors do not tell, the kinds of layers, their
/// activations and names and the output function, stands in the file's metadata, so that [`super::open`] gives the whole
/// network back.
///
/// # Errors
/// If a number is too large for the precision, there are more tensors than the header holds, or the file cannot be
/// written.
pub fn save_tensors(path: &Path, network: &Network, precision: Precision) -> Result<(), FormatError> {
    FormatError::refuse_operators(path, network)?;
    precision.check(path, network)?;
    let mut tensors: Vec<(String, Tensor)> = Vec::new();
    for (index, layer) in network.layers().iter().enumerate() {
        let name = layer_list::tensor_prefix(index, network.layers().len());
        match layer {
            // Refused above.
            Layer::Node(_) => {}
            Layer::Dense(dense) => push_affine(&mut tensors, &name, &dense.affine, precision),
            Layer::Residual(residual) => {
                push_affine(&mut tensors, &format!("{name}.inner"), &residual.inner, precision);
                push_affine(&mut tensors, &format!("{name}.outer"), &residual.outer, precision);
                if let Some(shortcut) = &residual.shortcut {
                    tensors.push((format!("{name}.shortcut.weight"), matrix(shortcut, precision)));
                }
            }
        }
    }
    let metadata = HashMap::from([(LAYER_LIST.to_owned(), layer_list::text(network))]);
    let entries = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let bytes = serialize(entries, Some(metadata))
        .map_err(|error| IoError::Write { path: path.into(), source: io::Error::other(error) })?;
    let header = bytes.first_chunk::<LENGTH_BYTES>().map_or(0, |length| u64::from_le_bytes(*length));
    if header > LONGEST_HEADER {
        return Err(FormatError::TooManyTensors { path: path.into(), tensors: tensors.len() });
    }
    Ok(write_beside(path, |writer| writer.write_all(&bytes))?)
}

fn push_affine(tensors: &mut Vec<(String, Tensor)>, name: &str, affine: &Affine, precision: Precision) {
    tensors.push((format!("{name}.weight"), matrix(&affine.weight, precision)));
    if let Some(bias) = &affine.bias {
        let bytes = precision.encode(bias.iter().copied());
        tensors.push((format!("{name}.bias"), Tensor { precision, shape: vec![bias.len()], bytes }));
    }
}

fn matrix(weight: &DMatrix<f64>, precision: Precision) -> Tensor {
    // The transpose's columns, one after the other, are the rows.
    let bytes = precision.encode(weight.transpose().iter().copied());
    Tensor { precision, shape: vec![weight.nrows(), weight.ncols()], bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::open::open;
    use crate::formats::opened::Opened;
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Dense, OutputFunction, Residual};
    use nalgebra::DVector;

    fn affine(rows: usize, columns: usize, seed: u64) -> Affine {
        let bias =
            (!seed.is_multiple_of(3)).then(|| DVector::from_column_slice(random_matrix(rows, 1, seed + 50).as_slice()));
        Affine { weight: random_matrix(rows, columns, seed), bias }
    }

    fn network() -> Network {
        let mut layers: Vec<Layer> = Vec::new();
        for k in 0..12_u64 {
            let activation = Activation::ALL[k as usize % Activation::ALL.len()];
            let name = format!("layer {k} \"quoted\"");
            layers.push(if k % 2 == 0 {
                Layer::Dense(Dense { name, affine: affine(3, 3, k), activation })
            } else {
                let activation = Activation::LeakyRelu { negative_slope: 0.3 };
                let (inner, outer) = (affine(2, 3, k), affine(3, 2, k + 1));
                let shortcut = (k == 5).then(|| random_matrix(3, 3, k));
                Layer::Residual(Residual { name, inner, activation, outer, shortcut })
            });
        }
        Network::new("mixed".into(), layers, OutputFunction::Softmax).unwrap()
    }

    fn opened(path: &Path) -> Network {
        match open(path).unwrap() {
            Opened::Network(opened) => opened.network,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn blocks_and_layers_come_back_with_the_same_bits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mixed.safetensors");
        save_tensors(&path, &network(), Precision::Double).unwrap();
        assert_eq!(opened(&path), network());
        save_tensors(&path, &network(), Precision::Single).unwrap();
        let single = opened(&path);
        for (one, other) in single.layers().iter().zip(network().layers()) {
            let points = random_matrix(3, 4, 9);
            assert!(
                (one.apply(&points) - other.apply(&points)).norm() < 1e-4 && one.apply(&points) != other.apply(&points)
            );
        }
    }

    #[test]
    fn a_list_that_does_not_fit_the_tensors_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mixed.safetensors");
        save_tensors(&path, &network(), Precision::Double).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let at = text.find("03.outer.weight").unwrap();
        let mut damaged = bytes.clone();
        damaged[at..at + 2].copy_from_slice(b"93");
        std::fs::write(&path, damaged).unwrap();
        assert!(open(&path).unwrap_err().to_string().contains("`03.outer.weight` is not in the file"));
    }
}
