//! Writing the tensors of a plain net as safetensors, in f64.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use safetensors::tensor::{Dtype, View, serialize};

use super::FormatError;
use super::save::write_beside;
use crate::network::{Layer, Network};

/// One tensor on its way into a file, in row-major order.
struct Tensor {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensor {
    fn new(shape: Vec<usize>, values: impl Iterator<Item = f64>) -> Tensor {
        Tensor { shape, bytes: values.flat_map(f64::to_le_bytes).collect() }
    }
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        Dtype::F64
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
/// their layer, `0.weight`, `0.bias`, `1.weight`, …, with as many digits as the last one needs, so that every order of
/// names is the layers' order. Activations, the output function and names of layers are not kept.
///
/// # Errors
/// If a layer is a residual block, whose tensors would read back as a chain of other layers, or the file cannot be
/// written.
pub fn save_tensors(path: &Path, network: &Network) -> Result<(), FormatError> {
    let digits = network.layers().len().saturating_sub(1).to_string().len();
    let mut tensors: Vec<(String, Tensor)> = Vec::new();
    for (index, layer) in network.layers().iter().enumerate() {
        let Layer::Dense(dense) = layer else {
            return Err(FormatError::NoChain { path: path.into(), layer: index + 1 });
        };
        let weight = &dense.affine.weight;
        // The transpose's columns, one after the other, are the rows.
        let rows = Tensor::new(vec![weight.nrows(), weight.ncols()], weight.transpose().iter().copied());
        tensors.push((format!("{index:0digits$}.weight"), rows));
        if let Some(bias) = &dense.affine.bias {
            tensors.push((format!("{index:0digits$}.bias"), Tensor::new(vec![bias.len()], bias.iter().copied())));
        }
    }
    write_beside(path, |writer| {
        let entries = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
        writer.write_all(&serialize(entries, None).map_err(io::Error::other)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{ChainProposal, Opened, build, open};
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Affine, Dense, OutputFunction};
    use nalgebra::DVector;

    #[test]
    fn twelve_layers_come_back_in_order_with_the_same_bits() {
        let layers = (0..12_u64).map(|k| {
            let weight = random_matrix(3, 3, k);
            let bias = (k % 3 != 0).then(|| DVector::from_column_slice(random_matrix(3, 1, k + 50).as_slice()));
            let activation = if k < 11 { Activation::Tanh } else { Activation::Identity };
            let name = format!("{k:02}");
            Layer::Dense(Dense { name, affine: Affine { weight, bias }, activation })
        });
        let network = Network::new("chain".into(), layers.collect(), OutputFunction::Softmax).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain.safetensors");
        save_tensors(&path, &network).unwrap();
        let Opened::Tensors(file) = open(&path).unwrap() else { panic!("tensors were written") };
        let proposal = ChainProposal::new(&file, Activation::Tanh, OutputFunction::Softmax);
        assert_eq!(build(&file, &proposal).unwrap(), network);
    }
}
