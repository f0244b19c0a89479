//! Why a map of a graph's node is none, or does not fit its input.

use thiserror::Error;

/// Why a map of a graph's node is none, or does not fit its input.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum MapError {
    /// Points of another width.
    #[error("the points have {found} coordinates, but this map takes {expected}; give points of that width")]
    Width { expected: usize, found: usize },
    /// A shape with an axis of no length, or with more values than can be counted on.
    #[error(
        "the shape {shape} is empty or too large; each axis must be at least 1 and all values together at most {most}"
    )]
    Shape { shape: String, most: usize },
    /// An axis that a shape does not have, or that is named twice.
    #[error("axis {axis} is not one of the {axes} axes of the shape, or is named twice; name each axis once, from 0")]
    Axis { axis: usize, axes: usize },
    /// Lists that must have an entry for each axis.
    #[error("the {what} has {found} entries for {axes} axes; give one each")]
    PerAxis { what: &'static str, axes: usize, found: usize },
    /// Parameters that do not fit.
    #[error("there are {found} values of {what}, where {expected} are needed; give one each")]
    Parameters { what: &'static str, expected: usize, found: usize },
    /// Groups of channels that do not divide them.
    #[error("{groups} groups do not divide {channels} channels; give another number of groups")]
    Groups { groups: usize, channels: usize },
    /// A number that must be finite, or not negative.
    #[error("{what} is {value}; it must be {must}")]
    Number { what: &'static str, value: f64, must: &'static str },
    /// A size, stride, dilation, step or factor of 0.
    #[error("the {what} is 0; it must be at least 1")]
    Zero { what: &'static str },
    /// A window that does not fit.
    #[error(
        "a window of {span} does not fit into the {available} of its input with padding along axis {axis}; give a larger \
         input or more padding"
    )]
    Window { axis: usize, span: usize, available: usize },
    /// A window that meets nothing.
    #[error("a window meets nothing but padding, and has no maximum; give less padding")]
    OnlyPadding,
    /// A coordinate or place beyond its range.
    #[error("the {what} {index} is beyond the {length} there are")]
    Index { what: &'static str, index: usize, length: usize },
    /// Padding by reflection that is as long as what it reflects.
    #[error("padding of {padding} cannot be filled from the {length} values along axis {axis}; give less padding")]
    Padding { axis: usize, padding: usize, length: usize },
    /// Shapes that must be equal but for one axis.
    #[error("the shapes {one} and {other} do not fit each other; they must be equal but for the axis of the operation")]
    Unequal { one: String, other: String },
    /// A gate whose activation acts on whole vectors.
    #[error("{activation} acts on whole vectors and gates no single value; apply it before the product")]
    WholeVector { activation: &'static str },
    /// A value that names no row of an embedding.
    #[error("{value} names no row of an embedding of {rows} rows; give whole numbers from 0 to {}", rows - 1)]
    Row { value: f64, rows: usize },
}

/// A shape as people write it.
pub(super) fn written(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}
