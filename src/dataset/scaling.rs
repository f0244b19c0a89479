//! What is done to coordinates before they flow through a network.

use super::moments::Moments;

/// What is done to the coordinates before they flow through a network: what was done in training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scaling {
    /// Nothing.
    #[default]
    None,
    /// (x − mean) / standard deviation of each column. A constant column is only shifted.
    Standard,
    /// (x − least) / (largest − least) over all columns together, as pixels are scaled to 0…1.
    Unit,
}

impl Scaling {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Scaling; 3] = [Scaling::None, Scaling::Standard, Scaling::Unit];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Scaling::None => "none",
            Scaling::Standard => "standard",
            Scaling::Unit => "unit",
        }
    }
}

/// Scales coordinates that stand side by side, `width` of them a sample.
pub(super) fn scale(values: &mut [f64], width: usize, scaling: Scaling) {
    match scaling {
        Scaling::None => {}
        Scaling::Standard => {
            for column in 0..width {
                let mut moments = Moments::default();
                values.iter().skip(column).step_by(width).for_each(|value| moments.add(*value));
                let (mean, deviation) = moments.finish();
                let divisor = if deviation > 0.0 { deviation } else { 1.0 };
                values.iter_mut().skip(column).step_by(width).for_each(|value| *value = (*value - mean) / divisor);
            }
        }
        Scaling::Unit => {
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let range = if largest > least { largest - least } else { 1.0 };
            values.iter_mut().for_each(|value| *value = (*value - least) / range);
        }
    }
}
