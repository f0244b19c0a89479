//! What a picture of the stage says beside the data.

/// The least and the largest radius of a point, in layout points.
pub const POINT_SIZES: [f32; 2] = [0.5, 20.0];

/// What a picture of the stage says beside the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// A heading of one's own; none where it is empty.
    pub heading: String,
    /// Which flow is shown: the plain net's, its ResNet's.
    pub flow_name: bool,
    /// What happens now in a sentence, the time, the layer and the phase.
    pub caption: bool,
    /// What the colours stand for.
    pub legend: bool,
    /// How long a unit of the space is.
    pub scale_bar: bool,
    /// The axes of the projection.
    pub axes: bool,
    /// What share of the variance is seen, and what else there is to know.
    pub notes: bool,
    /// Whether there is no background.
    pub is_transparent: bool,
    /// The radius of a point, in layout points; `None` for that of the window.
    pub point_radius: Option<f32>,
}

impl Default for Figure {
    fn default() -> Figure {
        Figure {
            heading: String::new(),
            flow_name: true,
            caption: true,
            legend: true,
            scale_bar: true,
            axes: true,
            notes: true,
            is_transparent: false,
            point_radius: None,
        }
    }
}
