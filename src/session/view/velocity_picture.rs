//! How the velocity field is drawn.

/// How the velocity field v(x, t) is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VelocityPicture {
    /// As arrows on a grid.
    Arrows,
    /// As particles that drift with it.
    Particles,
    /// As the lines that follow the field of one moment.
    Streamlines,
}

impl VelocityPicture {
    /// Every way to draw it, in the order in which the window shows them.
    pub const ALL: [VelocityPicture; 3] =
        [VelocityPicture::Arrows, VelocityPicture::Particles, VelocityPicture::Streamlines];

    /// The word used in the window.
    pub fn label(self) -> &'static str {
        match self {
            VelocityPicture::Arrows => "arrows",
            VelocityPicture::Particles => "particles",
            VelocityPicture::Streamlines => "streamlines",
        }
    }
}
