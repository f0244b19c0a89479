//! The points that have not arrived yet: they alone are followed on.

/// The columns with some time `left`; `None` where all have.
pub(super) fn under_way(left: &[f64]) -> Option<Vec<usize>> {
    let columns: Vec<usize> = (0..left.len()).filter(|column| left[*column] > 0.0).collect();
    (columns.len() < left.len()).then_some(columns)
}

/// What a list has for these columns.
pub(super) fn chosen<T: Copy>(list: &[T], columns: &[usize]) -> Vec<T> {
    columns.iter().map(|column| list[*column]).collect()
}
