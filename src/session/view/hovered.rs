//! What the mouse rests on in the layer panel.

/// A part of a layer's decomposition that the mouse rests on. Indices from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hovered {
    /// A singular value, counted from the largest.
    SingularValue {
        /// Index of the layer.
        layer: usize,
        /// Index among the singular values.
        index: usize,
    },
    /// A plane of a rotation phase.
    Plane {
        /// Index of the layer.
        layer: usize,
        /// Index of the phase in the layer.
        phase: usize,
        /// Index of the plane in the rotation, the largest angle first.
        index: usize,
    },
}
