//! Shapes: their size, and how they are said.

/// A shape as it is said: `32×64`; `1 value` for a single one.
pub fn shape_text(shape: &[usize]) -> String {
    match shape {
        [] => "1 value".into(),
        [length] => format!("{length} values"),
        _ => shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×"),
    }
}

/// The product of the lengths; none if it does not fit.
pub(super) fn size(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |size, &length| size.checked_mul(length))
}
