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
    /// (x − least) / (largest − least) of each column on its own. A constant column is only shifted.
    MinMax,
}

impl Scaling {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Scaling; 4] = [Scaling::None, Scaling::Standard, Scaling::MinMax, Scaling::Unit];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Scaling::None => "none",
            Scaling::Standard => "standard",
            Scaling::Unit => "unit",
            Scaling::MinMax => "min-max",
        }
    }
}

/// What is subtracted from each of the coordinates that stand side by side, as many as `scaling` tells of, and what they
/// are then divided by.
pub(super) fn factors(values: &[f64], scaling: &[Scaling]) -> Vec<[f64; 2]> {
    if scaling.iter().all(|scaling| *scaling == Scaling::None) {
        return Vec::new();
    }
    let divisor = |size: f64| if size > 0.0 { size } else { 1.0 };
    let column = |column: usize| values.iter().skip(column).step_by(scaling.len()).copied();
    let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
    let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, f64::max);
    let range = |low: f64, high: f64| if low <= high { [low, divisor(high - low)] } else { [0.0, 1.0] };
    let together: Vec<usize> = (0..scaling.len()).filter(|column| scaling[*column] == Scaling::Unit).collect();
    let lows = least(&mut together.iter().map(|at| least(&mut column(*at))));
    let highs = largest(&mut together.iter().map(|at| largest(&mut column(*at))));
    let of_column = |(at, scaling): (usize, &Scaling)| match scaling {
        Scaling::None => [0.0, 1.0],
        Scaling::Standard => {
            let mut moments = Moments::default();
            column(at).for_each(|value| moments.add(value));
            let (mean, deviation) = moments.finish();
            [mean, divisor(deviation)]
        }
        Scaling::Unit => range(lows, highs),
        Scaling::MinMax => range(least(&mut column(at)), largest(&mut column(at))),
    };
    scaling.iter().enumerate().map(of_column).collect()
}

/// Scales coordinates that stand side by side by their factors; without any they stay.
pub(super) fn scale(values: &mut [f64], factors: &[[f64; 2]]) {
    for row in values.chunks_exact_mut(factors.len().max(1)) {
        row.iter_mut().zip(factors).for_each(|(value, [shift, divisor])| *value = (*value - shift) / divisor);
    }
}
