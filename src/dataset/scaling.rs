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

/// What is subtracted from each of `width` coordinates that stand side by side, and what they are then divided by.
pub(super) fn factors(values: &[f64], width: usize, scaling: Scaling) -> Vec<[f64; 2]> {
    let divisor = |size: f64| if size > 0.0 { size } else { 1.0 };
    match scaling {
        Scaling::None => Vec::new(),
        Scaling::Standard => {
            let of_column = |column: usize| {
                let mut moments = Moments::default();
                values.iter().skip(column).step_by(width).for_each(|value| moments.add(*value));
                let (mean, deviation) = moments.finish();
                [mean, divisor(deviation)]
            };
            (0..width).map(of_column).collect()
        }
        Scaling::Unit => {
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            vec![[least, divisor(largest - least)]; width]
        }
    }
}

/// Scales coordinates that stand side by side by their factors; without any they stay.
pub(super) fn scale(values: &mut [f64], factors: &[[f64; 2]]) {
    for row in values.chunks_exact_mut(factors.len().max(1)) {
        row.iter_mut().zip(factors).for_each(|(value, [shift, divisor])| *value = (*value - shift) / divisor);
    }
}
