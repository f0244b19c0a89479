//! The plain forward pass, kept layer by layer.

use nalgebra::DMatrix;

use super::{Network, NetworkError};

/// What a forward pass gives, for every sample.
#[derive(Clone, Debug)]
pub struct Forward {
    /// The values after each layer's activation, width × samples.
    pub layer_outputs: Vec<DMatrix<f64>>,
    /// The network's answer: the last layer's values after the output function, outputs × samples.
    pub output: DMatrix<f64>,
    /// The predicted class of each sample.
    pub predictions: Vec<usize>,
}

impl Forward {
    /// The share of samples whose predicted class is their label; `None` without samples.
    pub fn accuracy(&self, labels: &[usize]) -> Option<f64> {
        let samples = self.predictions.len().min(labels.len());
        let right = self.predictions.iter().zip(labels).filter(|(predicted, label)| predicted == label).count();
        (samples > 0).then(|| right as f64 / samples as f64)
    }
}

impl Network {
    /// The last layer's values after the output function, outputs × samples, for each column of `inputs` (inputs ×
    /// samples). The values in between are not kept: samples go through all layers a batch at a time, which stays in the
    /// processor's cache.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs.
    pub fn answers(&self, inputs: &DMatrix<f64>) -> Result<DMatrix<f64>, NetworkError> {
        answers(self, inputs)
    }

    /// The plain forward pass of each column of `inputs` (inputs × samples).
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs.
    pub fn forward(&self, inputs: &DMatrix<f64>) -> Result<Forward, NetworkError> {
        run(self, inputs)
    }
}

/// Samples in a batch: 256 of 128 coordinates are 256 kB.
const BATCH: usize = 256;

fn answers(network: &Network, inputs: &DMatrix<f64>) -> Result<DMatrix<f64>, NetworkError> {
    check(network, inputs)?;
    let mut output = DMatrix::zeros(network.outputs(), inputs.ncols());
    for first in (0..inputs.ncols()).step_by(BATCH) {
        let count = BATCH.min(inputs.ncols() - first);
        let batch = inputs.columns(first, count).into_owned();
        let last = network.layers().iter().fold(batch, |points, layer| layer.apply(&points));
        output.columns_mut(first, count).copy_from(&last);
    }
    network.output().apply_columns(&mut output);
    Ok(output)
}

fn check(network: &Network, inputs: &DMatrix<f64>) -> Result<(), NetworkError> {
    if inputs.nrows() != network.inputs() {
        return Err(NetworkError::InputWidth { expected: network.inputs(), found: inputs.nrows() });
    }
    Ok(())
}

fn run(network: &Network, inputs: &DMatrix<f64>) -> Result<Forward, NetworkError> {
    check(network, inputs)?;
    let mut layer_outputs: Vec<DMatrix<f64>> = Vec::with_capacity(network.layers().len());
    for layer in network.layers() {
        let next = layer.apply(layer_outputs.last().unwrap_or(inputs));
        layer_outputs.push(next);
    }
    let mut output = layer_outputs.last().cloned().unwrap_or_else(|| inputs.clone());
    let predictions = output.column_iter().map(|column| network.output().predicted_class(column.as_slice())).collect();
    network.output().apply_columns(&mut output);
    Ok(Forward { layer_outputs, output, predictions })
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};

    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction, Residual};

    #[test]
    fn batches_give_what_the_whole_pass_gives() {
        let affine = Affine { weight: DMatrix::from_row_slice(2, 2, &[1.0, -1.0, 2.0, 0.5]), bias: None };
        let layer = Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh });
        let network = Network::new(String::new(), vec![layer.clone(), layer], OutputFunction::Softmax).unwrap();
        for samples in [0, 1, 256, 600] {
            let inputs = DMatrix::from_fn(2, samples, |row, column| (row + 3 * column) as f64 / 500.0 - 1.0);
            let (answers, forward) = (network.answers(&inputs).unwrap(), network.forward(&inputs).unwrap());
            assert!((answers - forward.output).norm() < 1e-12);
        }
        assert!(network.answers(&DMatrix::zeros(3, 1)).is_err());
    }

    #[test]
    fn a_plain_layer_and_a_block_by_hand() {
        let dense = Layer::Dense(Dense {
            name: "a".into(),
            affine: Affine {
                weight: DMatrix::from_row_slice(2, 2, &[1.0, -1.0, 2.0, 0.0]),
                bias: Some(DVector::from_row_slice(&[0.5, -5.0])),
            },
            activation: Activation::Relu,
        });
        let block = Layer::Residual(Residual {
            name: "b".into(),
            inner: Affine { weight: DMatrix::from_row_slice(1, 2, &[1.0, 1.0]), bias: None },
            activation: Activation::Relu,
            outer: Affine { weight: DMatrix::from_row_slice(2, 1, &[0.0, 2.0]), bias: None },
            shortcut: None,
        });
        let network = Network::new(String::new(), vec![dense, block], OutputFunction::Argmax).unwrap();
        let result = network.forward(&DMatrix::from_column_slice(2, 1, &[1.0, 0.25])).unwrap();
        assert_eq!(result.layer_outputs[0].as_slice(), [1.25, 0.0]);
        assert_eq!(result.layer_outputs[1].as_slice(), [1.25, 2.5]);
        assert_eq!(result.output.as_slice(), [0.0, 1.0]);
        assert_eq!(result.accuracy(&[1]), Some(1.0));
        assert!(network.forward(&DMatrix::zeros(3, 1)).is_err());
    }
}
