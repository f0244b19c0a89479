//! What the points look like under a colouring: groups or numbers.

/// What the points look like, by groups or by numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct ColorMap {
    /// What is shown, for the legend.
    pub title: String,
    /// For each point.
    pub shades: ColorValues,
}

/// A group or a number for each point.
#[derive(Clone, Debug, PartialEq)]
pub enum ColorValues {
    /// All points are alike.
    Same,
    /// Each point belongs to a group.
    Groups {
        /// The group of each sample.
        of_sample: Vec<usize>,
        /// The groups' names.
        names: Vec<String>,
    },
    /// Each point has a number.
    Numbers {
        /// The number of each sample; not finite where there is none.
        of_sample: Vec<f64>,
        /// The least and the largest finite one.
        range: [f64; 2],
    },
}
