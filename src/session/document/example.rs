//! The networks that come with the program, with data for them.

/// A network that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// Two arms that wind around each other, parted in space.
    Spiral,
    /// The same, parted without leaving the plane.
    SpiralInThePlane,
    /// The same, parted by residual blocks.
    ResidualSpiral,
    /// A circle inside another.
    Circles,
    /// Two interleaved half circles.
    Moons,
    /// Four quadrants, opposite ones of the same class.
    Xor,
    /// Handwritten digits.
    Digits,
}

impl Example {
    /// All of them; the first is shown at the first start.
    pub const ALL: [Example; 7] = [
        Example::Spiral,
        Example::SpiralInThePlane,
        Example::ResidualSpiral,
        Example::Circles,
        Example::Moons,
        Example::Xor,
        Example::Digits,
    ];

    /// What the menu calls it.
    pub fn label(self) -> &'static str {
        match self {
            Example::Spiral => "Spiral",
            Example::SpiralInThePlane => "Spiral in the plane",
            Example::ResidualSpiral => "Residual spiral",
            Example::Circles => "Circles",
            Example::Moons => "Moons",
            Example::Xor => "Xor",
            Example::Digits => "Digits",
        }
    }
}
