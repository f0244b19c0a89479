//! What is measured of all layers, along the timeline.

/// A measure along the timeline. A new one is a line here and its picture in `explorer/panels/all_layers.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// The singular values of every layer.
    Spectra,
    /// How far every layer rotates.
    Rotation,
    /// How much the volume changes.
    Volume,
    /// How far the classes are apart.
    Classes,
    /// The kinetic energy, and the length of the paths.
    Energy,
    /// The gradient of the loss.
    Gradient,
    /// The singular values of every layer's gradient.
    GradientSpectra,
}

impl Track {
    /// All of them, from the top down.
    pub const ALL: [Track; 7] = [
        Track::Spectra,
        Track::Rotation,
        Track::Volume,
        Track::Classes,
        Track::Energy,
        Track::Gradient,
        Track::GradientSpectra,
    ];

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Track::Spectra => "Spectra",
            Track::Rotation => "Rotation",
            Track::Volume => "Volume",
            Track::Classes => "Classes apart",
            Track::Energy => "Energy",
            Track::Gradient => "Gradient",
            Track::GradientSpectra => "Gradient spectra",
        }
    }
}
