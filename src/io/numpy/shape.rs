//! Shapes as headers spell them.

/// NumPy itself allows 64 dimensions.
const MAX_DIMENSIONS: usize = 64;

pub(super) fn parse_shape(text: &str) -> Option<Vec<usize>> {
    let inside = text.strip_prefix('(')?.split_once(')')?.0;
    // Python 2 wrote long integers as `3L`.
    let axes = inside.split(',').map(|axis| axis.trim().trim_end_matches('L')).filter(|axis| !axis.is_empty());
    let shape = axes.map(|axis| axis.parse().ok()).collect::<Option<Vec<usize>>>()?;
    (shape.len() <= MAX_DIMENSIONS).then_some(shape)
}
