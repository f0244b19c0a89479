//! What a weight is where its file tells more than its shape: the kernel of a transposed convolution, a window for each
//! channel, the queries of an attention. Such a weight is no layer of a chain, and its spectrum is that of a matrix of its
//! own.

use nalgebra::DMatrix;

use super::tensor_info::TensorInfo;

/// What a tensor with several axes is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeightForm {
    /// A weight of a convolution that the file's graph gives.
    Listed,
    /// No weight that multiplies: a bias with several axes.
    Addend,
    /// The kernel of a convolution, a matrix, or whatever its shape says.
    Plain(Unfolding),
    /// The weight of a layer that a chain does not have.
    Other(Unfolding),
    /// A weight whose class is known, but not which of its axes are outputs.
    Unknown(String),
}

/// A weight as a matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfolding {
    /// The class of the layer.
    pub class: String,
    /// Which axes are outputs, in their order; all others are inputs.
    pub outputs: Vec<usize>,
    /// Whether it is moved over its input as a window.
    pub is_window: bool,
}

impl WeightForm {
    /// Why a chain must not take the weight for a layer's, in words that follow its name; none where it may.
    pub(super) fn refusal(&self) -> Option<String> {
        match self {
            WeightForm::Other(Unfolding { class, .. }) | WeightForm::Unknown(class) => {
                Some(format!("is a weight of {class}, which is no layer of a chain"))
            }
            WeightForm::Addend => Some("multiplies nothing, so that it is no layer of a chain".into()),
            WeightForm::Listed | WeightForm::Plain(_) => None,
        }
    }
}

impl Unfolding {
    /// Whether every axis that is an output is one of the tensor's.
    pub fn fits(&self, tensor: &TensorInfo) -> bool {
        self.outputs.iter().all(|axis| *axis < tensor.shape.len()) && !tensor.shape.contains(&0)
    }

    /// Row-major values as outputs × inputs.
    pub(super) fn matrix(&self, shape: &[usize], values: &[f64]) -> DMatrix<f64> {
        let of = |is_output: bool| {
            (0..shape.len()).filter(move |axis| self.outputs.contains(axis) == is_output).map(|axis| shape[axis])
        };
        let (rows, columns) = (of(true).product::<usize>(), of(false).product::<usize>());
        let mut matrix = DMatrix::zeros(rows, columns);
        for (position, value) in values.iter().enumerate() {
            let (mut rest, mut row, mut column) = (position, 0, 0);
            let (mut row_step, mut column_step) = (1, 1);
            for (axis, &length) in shape.iter().enumerate().rev() {
                let at = rest % length.max(1);
                rest /= length.max(1);
                if self.outputs.contains(&axis) {
                    row += at * row_step;
                    row_step *= length;
                } else {
                    column += at * column_step;
                    column_step *= length;
                }
            }
            if let Some(entry) = matrix.get_mut((row, column)) {
                *entry = *value;
            }
        }
        matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_a_matrix_of_its_outputs() {
        let values: Vec<f64> = (0..12).map(f64::from).collect();
        let form = |outputs: &[usize]| Unfolding { class: "x".into(), outputs: outputs.to_vec(), is_window: true };
        // Height 2, outputs 3, inputs 2.
        let matrix = form(&[1]).matrix(&[2, 3, 2], &values);
        assert_eq!(matrix, DMatrix::from_row_slice(3, 4, &[0., 1., 6., 7., 2., 3., 8., 9., 4., 5., 10., 11.]));
        assert_eq!(form(&[1, 2]).matrix(&[2, 3, 2], &values), DMatrix::from_column_slice(6, 2, &values));
    }
}
