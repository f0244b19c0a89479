//! The spectrum of a weight as WeightWatcher reads it: norms, the power law of its tail, and what stands out of noise.
//!
//! The eigenvalues are λ = σ² of the weight's singular values. In a trained layer their density falls as λ^−α above some
//! ξ_min; α and ξ_min are those of Clauset, Shalizi and Newman (2009): for every candidate ξ_min the maximum likelihood
//! α = 1 + n/Σ ln(λ/ξ_min), and the candidate whose distance D of the two distribution functions (Kolmogorov and Smirnov)
//! is least. Weights of independent entries have the spectrum of Marchenko and Pastur, which ends at an edge; eigenvalues
//! beyond it are spikes, what training has written.

use nalgebra::DMatrix;

use crate::diagnostics::findings::{Subject, parts};
use crate::linalg::library::singular_values;
use crate::linalg::median;

/// Eigenvalues below this are zeros.
const MIN_EIGENVALUE: f64 = 1e-5;
/// Fewer eigenvalues have no tail to fit.
const MIN_FITTED: usize = 20;
/// Below so many eigenvalues α is not to be relied on.
const MIN_RELIABLE: usize = 50;
/// Below this α a layer is over-trained.
const OVER_TRAINED: f64 = 2.0;
/// Above this α a layer is under-trained.
const UNDER_TRAINED: f64 = 6.0;
/// Above this α the fit says nothing.
const NO_TAIL: f64 = 8.0;
/// A weight whose shorter side is longer is left out.
const LONGEST_SIDE: usize = 4096;
/// So many fluctuations beyond the edge noise reaches once in a hundred weights (Tracy and Widom).
const SURELY_BEYOND: f64 = 2.02;
/// Rounds in which the noise is told from what stands out of it; it takes one or two, and in a heavy tail some more.
const MAX_ROUNDS: usize = 30;
/// Parts into which the density of Marchenko and Pastur is cut for its median.
const PARTS: usize = 4000;

/// The power law of a tail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tail {
    /// The exponent α.
    pub alpha: f64,
    /// The distance of the distribution functions, D.
    pub distance: f64,
    /// Where the tail begins.
    pub xi_min: f64,
    /// The eigenvalues in the tail.
    pub count: usize,
}

/// The measures of one weight.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectrumTail {
    /// The layer, from 1.
    pub layer: usize,
    /// The layer's name.
    pub name: String,
    /// `weight`, or which weight of a residual block.
    pub part: &'static str,
    /// Outputs and inputs.
    pub shape: (usize, usize),
    /// The number of singular values.
    pub count: usize,
    /// λ_max, the largest eigenvalue: the square of the spectral norm.
    pub largest_eigenvalue: f64,
    /// σ₁.
    pub spectral_norm: f64,
    /// log₁₀ ‖W‖_F².
    pub log_norm: f64,
    /// log₁₀ λ_max.
    pub log_spectral_norm: f64,
    /// ‖W‖_F²/λ_max.
    pub stable_rank: f64,
    /// The power law; `None` with too few eigenvalues.
    pub tail: Option<Tail>,
    /// The edge λ₊ of the noise in the weight, on the scale of its eigenvalues.
    pub edge: f64,
    /// The eigenvalues that are surely beyond the edge.
    pub spikes: usize,
    /// Σ λ^α, of which log₁₀ is taken.
    log_alpha_norm: Option<f64>,
}

impl SpectrumTail {
    /// The measures of every weight of the subject's network whose numbers are finite.
    pub fn of_network(subject: &Subject<'_>) -> Vec<SpectrumTail> {
        let mut found = Vec::new();
        for (index, layer) in subject.finite_layers() {
            for part in parts(layer) {
                let known =
                    (part.name == "weight").then(|| subject.singular_values(index)).flatten().map(<[f64]>::to_vec);
                let (rows, columns) = part.weight.shape();
                let values = match known {
                    Some(values) => values,
                    None if rows.min(columns) > LONGEST_SIDE => continue,
                    None => match singular_values(part.weight) {
                        Ok(values) => values,
                        Err(_) => continue,
                    },
                };
                let mut measures = SpectrumTail::new(part.weight, &values);
                (measures.layer, measures.part) = (index + 1, part.name);
                measures.name = layer.name().to_owned();
                found.push(measures);
            }
        }
        found
    }

    fn new(weight: &DMatrix<f64>, singular_values: &[f64]) -> SpectrumTail {
        let mut eigenvalues: Vec<f64> = singular_values.iter().map(|sigma| sigma * sigma).collect();
        eigenvalues.sort_by(f64::total_cmp);
        let largest = eigenvalues.last().copied().unwrap_or(0.0);
        let squares: f64 = eigenvalues.iter().sum();
        let tail = fit(&eigenvalues);
        let (edge, fluctuation) = noise_edge(&eigenvalues, weight.shape());
        let beyond = edge + SURELY_BEYOND * fluctuation;
        SpectrumTail {
            layer: 0,
            name: String::new(),
            part: "weight",
            shape: weight.shape(),
            count: eigenvalues.len(),
            largest_eigenvalue: largest,
            spectral_norm: singular_values.first().copied().unwrap_or(0.0),
            log_norm: squares.log10(),
            log_spectral_norm: largest.log10(),
            stable_rank: if largest > 0.0 { squares / largest } else { 0.0 },
            log_alpha_norm: tail
                .map(|tail| eigenvalues.iter().map(|value| value.powf(tail.alpha)).sum::<f64>().log10()),
            tail,
            edge,
            spikes: eigenvalues.iter().filter(|value| **value > beyond).count(),
        }
    }

    /// α-hat: α·log₁₀ λ_max.
    pub fn alpha_hat(&self) -> Option<f64> {
        self.tail.map(|tail| tail.alpha * self.log_spectral_norm)
    }

    /// log₁₀ Σ λ^α.
    pub fn log_alpha_norm(&self) -> Option<f64> {
        self.log_alpha_norm
    }

    /// What α says: `over-trained`, `under-trained`, `well trained`, or `–` where it says nothing.
    pub fn verdict(&self) -> &'static str {
        match self.tail {
            Some(Tail { alpha, .. }) if self.count >= MIN_RELIABLE && alpha <= NO_TAIL => match alpha {
                alpha if alpha < OVER_TRAINED => "over-trained",
                alpha if alpha > UNDER_TRAINED => "under-trained",
                _ => "well trained",
            },
            _ => "–",
        }
    }
}

/// The power law of ascending eigenvalues.
fn fit(eigenvalues: &[f64]) -> Option<Tail> {
    let values: Vec<f64> = eigenvalues.iter().copied().filter(|value| *value > MIN_EIGENVALUE).collect();
    if values.len() < MIN_FITTED {
        return None;
    }
    let logarithms: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let mut sum: f64 = logarithms.iter().sum();
    let mut best: Option<Tail> = None;
    for (start, xi_min) in values.iter().enumerate().take(values.len() - 1) {
        let count = values.len() - start;
        let n = count as f64;
        let above = sum - n * logarithms[start];
        sum -= logarithms[start];
        let alpha = 1.0 + n / above;
        if !(above > 0.0 && alpha.is_finite()) {
            continue;
        }
        // 1 − (λ/ξ_min)^(1−α) against the share of values below.
        let mut distance = 0.0_f64;
        for (position, logarithm) in logarithms[start..].iter().enumerate() {
            let theory = 1.0 - ((1.0 - alpha) * (logarithm - logarithms[start])).exp();
            distance = distance.max((theory - position as f64 / n).abs());
        }
        if best.is_none_or(|best| distance < best.distance) {
            best = Some(Tail { alpha, distance, xi_min: *xi_min, count });
        }
    }
    best
}

/// λ₊ = s²(√m + √n)² of the noise in an m×n weight, and the size s²(√m + √n)(1/√m + 1/√n)^⅓ of the fluctuations of its
/// largest eigenvalue (Johnstone 2001).
///
/// The variance s² is at first read off the median eigenvalue, which few spikes do not move (Gavish and Donoho 2014). With
/// k eigenvalues beyond the edge that follows, the others are those of noise of m − k by n − k, and have the sum
/// s²(m − k)(n − k); this tells s² better, and is repeated until the same ones are beyond (Kritchman and Nadler 2009).
fn noise_edge(eigenvalues: &[f64], (rows, columns): (usize, usize)) -> (f64, f64) {
    let (long, short) = (rows.max(columns) as f64, rows.min(columns) as f64);
    if eigenvalues.is_empty() {
        return (0.0, 0.0);
    }
    let (one, other) = (long.sqrt(), short.sqrt());
    let edge_and_fluctuation = |variance: f64| {
        let fluctuation = variance * (one + other) * (one.recip() + other.recip()).cbrt();
        (variance * (one + other).powi(2), fluctuation)
    };
    let mut found = edge_and_fluctuation(median(eigenvalues) / marchenko_pastur_median(short / long) / long);
    let mut before = None;
    for _ in 0..MAX_ROUNDS {
        let noise = eigenvalues.partition_point(|value| *value <= found.0 + SURELY_BEYOND * found.1);
        if noise == 0 || before == Some(noise) {
            break;
        }
        before = Some(noise);
        let spikes = (eigenvalues.len() - noise) as f64;
        let sum: f64 = eigenvalues[..noise].iter().sum();
        found = edge_and_fluctuation(sum / ((long - spikes) * (short - spikes)));
    }
    found
}

/// The median of the law of Marchenko and Pastur with unit variance and the shape `ratio` ≤ 1.
fn marchenko_pastur_median(ratio: f64) -> f64 {
    let (low, high) = ((1.0 - ratio.sqrt()).powi(2), (1.0 + ratio.sqrt()).powi(2));
    // With λ = low + (high − low)·sin²φ the density has no root and no pole at the ends.
    let density = |phi: f64| {
        let (sin, cos) = phi.sin_cos();
        let value = low + (high - low) * sin * sin;
        // At λ = 0, which only a square weight reaches, sin²φ/λ is 1/(high − low).
        let per_value = if value > 0.0 { sin * sin / value } else { 1.0 / (high - low) };
        (high - low).powi(2) * per_value * cos * cos
    };
    let step = std::f64::consts::FRAC_PI_2 / PARTS as f64;
    let middles = (0..PARTS).map(|part| density((part as f64 + 0.5) * step));
    let total: f64 = middles.clone().sum();
    let mut passed = 0.0;
    for (part, mass) in middles.enumerate() {
        if passed + mass >= 0.5 * total {
            let within = (0.5 * total - passed) / mass;
            let phi = (part as f64 + within) * step;
            return low + (high - low) * phi.sin().powi(2);
        }
        passed += mass;
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::testing::random_matrix;

    #[test]
    fn a_power_law_is_found_again() {
        // The quantiles of a power law with α = 3 above 1.
        let values: Vec<f64> =
            (0..400).map(|position| (1.0 - (f64::from(position) + 0.5) / 400.0).powf(-0.5)).collect();
        let tail = fit(&values).unwrap();
        assert!((tail.alpha - 3.0).abs() < 0.1 && tail.distance < 0.02, "{tail:?}");
        assert_eq!(fit(&values[..10]), None);
        assert_eq!(fit(&[1.0; 30]), None);
    }

    /// The medians that Gavish and Donoho's polynomial gives to two digits, and noise with one spike.
    #[test]
    fn noise_ends_at_its_edge_and_a_spike_stands_out() {
        assert!((marchenko_pastur_median(1.0) - 0.6528).abs() < 1e-3, "{}", marchenko_pastur_median(1.0));
        let mut weight = random_matrix(120, 60, 1);
        let noise = SpectrumTail::new(&weight, &singular_values(&weight).unwrap());
        assert_eq!(noise.spikes, 0, "{noise:?}");
        let expected = (120.0_f64.sqrt() + 60.0_f64.sqrt()).powi(2);
        assert!((noise.edge / expected - 1.0).abs() < 0.03, "{} {expected}", noise.edge);
        weight += random_matrix(120, 1, 2) * random_matrix(1, 60, 3) * 2.0;
        let spiked = SpectrumTail::new(&weight, &singular_values(&weight).unwrap());
        assert_eq!(spiked.spikes, 1);
        assert!((spiked.edge / expected - 1.0).abs() < 0.03, "{} {expected}", spiked.edge);
        // Of a square weight the median alone tells the edge to some 5 % only.
        for seed in 4..8 {
            let square = random_matrix(120, 120, seed);
            let noise = SpectrumTail::new(&square, &singular_values(&square).unwrap());
            assert!((noise.edge / 480.0 - 1.0).abs() < 0.03 && noise.spikes == 0, "{noise:?}");
        }
        assert!((spiked.stable_rank - weight.norm_squared() / spiked.spectral_norm.powi(2)).abs() < 1e-9);
    }
}
