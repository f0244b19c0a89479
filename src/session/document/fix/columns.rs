//! Columns that are left out, and labels that are numbered otherwise.

use crate::dataset::{Dataset, Labels};
use crate::network::{Layer, Network};

/// Whether columns can be left out: others remain, and the first layer is a matrix whose columns they are.
pub(super) fn can_leave_out(network: &Network, data: &Dataset, columns: &[usize]) -> bool {
    let is_matrix = matches!(network.layers().first(), Some(Layer::Dense(_))) && network.origin(0).is_none();
    let fits = data.dimension() == network.inputs() && columns.iter().all(|column| *column < data.dimension());
    is_matrix && fits && !columns.is_empty() && columns.len() < data.dimension()
}

/// The layers without the weights of these columns. The bias takes over what a column gives on average, so that nothing
/// changes where the column is constant.
pub(super) fn layers_without(network: &Network, data: &Dataset, columns: &[usize]) -> Vec<Layer> {
    let mut layers = network.layers().to_vec();
    if let Some(Layer::Dense(dense)) = layers.first_mut() {
        let affine = &mut dense.affine;
        let outputs = affine.outputs();
        let bias = affine.bias.get_or_insert_with(|| nalgebra::DVector::zeros(outputs));
        for column in columns {
            *bias += affine.weight.column(*column) * data.points.row(*column).mean();
        }
        let kept: Vec<usize> = (0..affine.weight.ncols()).filter(|column| !columns.contains(column)).collect();
        affine.weight = affine.weight.select_columns(&kept);
    }
    layers
}

/// The data with its classes numbered from 0, where they are numbered from 1 and class 0 has no sample.
pub(super) fn renumbered(data: &Dataset) -> Option<Dataset> {
    let Labels::Classes { of_sample, names } = &data.labels else { return None };
    let is_from_one = names.len() > 2 && names.first().is_some_and(|name| name == "0");
    if !is_from_one || of_sample.contains(&0) {
        return None;
    }
    let names = (0..names.len() - 1).map(|class| class.to_string()).collect();
    Some(data.with_classes(|class| class.saturating_sub(1), names))
}
