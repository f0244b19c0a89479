//! Gauss's quadrature on [0, 1], for integrals that a file spells out as a weighted sum.

use std::f64::consts::PI;

/// Newton's method starts within its basin and doubles the digits each time; six would do.
const ITERATIONS: usize = 20;

/// The nodes and weights of the Gauss–Legendre rule with `count` nodes on [0, 1]: exact for polynomials of a degree
/// below 2·`count`.
///
/// The nodes on [−1, 1] are the roots of the Legendre polynomial P, near cos(π(i + ¾)/(n + ½)); the weights are
/// 2/((1 − x²) P'(x)²) (Abramowitz & Stegun 25.4.29).
pub(super) fn gauss_legendre(count: usize) -> (Vec<f64>, Vec<f64>) {
    let node = |i: usize| {
        let mut x = (PI * (i as f64 + 0.75) / (count as f64 + 0.5)).cos();
        for _ in 0..ITERATIONS {
            let (value, slope) = legendre(count, x);
            x -= value / slope;
        }
        let (_, slope) = legendre(count, x);
        (0.5 + 0.5 * x, 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..count).map(node).unzip()
}

/// P_n(x) and its derivative for |x| < 1, by (k+1) P_{k+1} = (2k+1) x P_k − k P_{k−1}.
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (0.0, 1.0);
    for k in 0..degree {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k + 1.0) * x * value - k * before) / (k + 1.0));
    }
    (value, degree as f64 * (before - x * value) / (1.0 - x * x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_up_to_the_degree_are_integrated_exactly() {
        for count in [1, 2, 7, 40] {
            let (nodes, weights) = gauss_legendre(count);
            for degree in [0, 1, 2 * count - 1] {
                let sum: f64 = nodes.iter().zip(&weights).map(|(x, w)| w * x.powi(degree as i32)).sum();
                assert!((sum * (degree + 1) as f64 - 1.0).abs() < 1e-13, "{count} nodes, degree {degree}: {sum}");
            }
        }
    }
}
