//! How far a point goes before one of its hidden values meets a kink of the activation.
//!
//! Every hidden value is a polynomial p of the way h. It cannot meet a kink k within h where Σ_{j≥1} |p_j| h^j < |p_0 − k|;
//! it meets k once at most where it is monotone, as |p_1| > Σ_{j≥2} j|p_j| h^{j−1}. Where neither is sure, half the way is
//! taken: a value that turns back close to a kink makes steps short, but none is passed unseen.

/// The order of the series.
pub(super) const TERMS: usize = 12;

/// The step is not halved below this share of the whole way: a value that turns back so close to a kink may pass it by
/// the square of that, far below rounding.
const SHORTEST: f64 = 1e-7;
/// Steps of the search for a root at most; bisection alone takes 60.
const ROOT_STEPS: usize = 80;

/// p_0 … of one hidden value.
type Polynomial = [f64; TERMS + 1];

/// Where a point's step ends: at most `reach`, or where the first hidden value (and which of the `kinks`) meets a kink.
/// `coefficient` gives p_j of a unit; `whole` is the whole way.
pub(super) fn until_a_kink(
    units: usize,
    coefficient: &impl Fn(usize, usize) -> f64,
    kinks: &[f64],
    reach: f64,
    whole: f64,
) -> (f64, Option<(usize, f64)>) {
    let (mut step, mut meeting) = (reach, None);
    for unit in 0..units {
        let polynomial: Polynomial = std::array::from_fn(|order| coefficient(unit, order));
        let z = polynomial[0];
        let range = variation(&polynomial, step);
        // Only the kinks beside the value can be the first.
        let right = kinks.partition_point(|kink| *kink <= z);
        for kink in kinks[right.saturating_sub(2)..(right + 1).min(kinks.len())].iter().copied() {
            if (z - kink).abs() > range {
                continue;
            }
            let (allowed, meets) = until(&polynomial, kink, step, SHORTEST * whole);
            if meets {
                meeting = Some((unit, kink));
            } else if allowed < step {
                // What was to be met lies beyond the shorter step.
                meeting = None;
            }
            step = allowed;
        }
    }
    (step, meeting)
}

/// Σ_{j≥1} |p_j| h^j.
fn variation(polynomial: &Polynomial, step: f64) -> f64 {
    polynomial[1..].iter().rev().fold(0.0, |sum, p| (sum + p.abs()) * step)
}

/// How far, at most `step`, a hidden value may go before it meets `kink`, and whether it meets it there.
fn until(polynomial: &Polynomial, kink: f64, step: f64, shortest: f64) -> (f64, bool) {
    let mut relative = *polynomial;
    relative[0] -= kink;
    if relative[0] == 0.0 {
        // It stands on the kink and leaves it: p/h tells when it is back.
        relative.rotate_left(1);
        relative[TERMS] = 0.0;
        if relative[0] == 0.0 {
            // So slowly that only the next step tells to which side.
            let rests = relative.iter().all(|p| *p == 0.0);
            return (if rests { step } else { step.min(shortest) }, false);
        }
    }
    let mut step = step;
    loop {
        if variation(&relative, step) < relative[0].abs() {
            return (step, false);
        }
        let bends = relative[2..]
            .iter()
            .enumerate()
            .rev()
            .fold(0.0, |sum, (index, p)| (sum + (index + 2) as f64 * p.abs()) * step);
        if relative[1].abs() > bends {
            let leaves = (relative[1] > 0.0) == (relative[0] > 0.0);
            let crosses = (value(&relative, step) > 0.0) != (relative[0] > 0.0);
            return if leaves || !crosses { (step, false) } else { (root(&relative, step), true) };
        }
        if step <= shortest {
            return (step, false);
        }
        step *= 0.5;
    }
}

fn value(polynomial: &Polynomial, at: f64) -> f64 {
    polynomial.iter().rev().fold(0.0, |sum, p| sum * at + p)
}

fn derivative(polynomial: &Polynomial, at: f64) -> f64 {
    polynomial[1..].iter().enumerate().rev().fold(0.0, |sum, (index, p)| sum * at + (index + 1) as f64 * p)
}

/// The root of a polynomial that is monotone from 0 to `end` and changes its sign there: Newton's method, by halves where
/// that leaves the bracket.
fn root(polynomial: &Polynomial, end: f64) -> f64 {
    let begins_positive = polynomial[0] > 0.0;
    let (mut low, mut high) = (0.0, end);
    let mut at = (-polynomial[0] / polynomial[1]).clamp(low, high);
    for _ in 0..ROOT_STEPS {
        let now = value(polynomial, at);
        if now == 0.0 {
            return at;
        }
        if (now > 0.0) == begins_positive {
            low = at;
        } else {
            high = at;
        }
        let newton = at - now / derivative(polynomial, at);
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - at).abs() <= 2.0 * f64::EPSILON * at.abs() {
            return next;
        }
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(coefficients: &[&[f64]], kinks: &[f64], reach: f64) -> (f64, Option<(usize, f64)>) {
        let coefficient = |unit: usize, order: usize| coefficients[unit].get(order).copied().unwrap_or(0.0);
        until_a_kink(coefficients.len(), &coefficient, kinks, reach, 1.0)
    }

    #[test]
    fn the_first_kink_on_the_way_ends_the_step() {
        // −1 + 4h meets 0 at ¼, 2 − 4h at ½; 3 + h never, −1 − h goes away.
        let units: [&[f64]; 4] = [&[2.0, -4.0], &[-1.0, 4.0], &[3.0, 1.0], &[-1.0, -1.0]];
        assert_eq!(step(&units, &[0.0], 1.0), (0.25, Some((1, 0.0))));
        assert_eq!(step(&units[2..], &[0.0], 1.0), (1.0, None));
        assert_eq!(step(&units, &[0.0], 0.2), (0.2, None));
        // Between two kinks either may be the first.
        assert_eq!(step(&[&[0.5, -1.0]], &[-1.0, 1.0], 2.0), (1.5, Some((0, -1.0))));
        assert_eq!(step(&[&[0.5, 1.0]], &[-1.0, 1.0], 2.0), (0.5, Some((0, 1.0))));
    }

    #[test]
    fn what_stands_on_a_kink_leaves_it_and_is_met_again() {
        // h − 2h²: back on 0 at ½.
        let (found, meeting) = step(&[&[0.0, 1.0, -2.0]], &[0.0], 1.0);
        assert!((found - 0.5).abs() < 1e-15 && meeting == Some((0, 0.0)), "{found}");
        assert_eq!(step(&[&[0.0, 1.0]], &[0.0], 1.0), (1.0, None));
        // At rest it is met by nobody; on its way by a square the step is short.
        assert_eq!(step(&[&[0.0]], &[0.0], 1.0), (1.0, None));
        assert_eq!(step(&[&[0.0, 0.0, 1.0]], &[0.0], 1.0), (SHORTEST, None));
    }

    #[test]
    fn a_value_that_turns_back_at_a_kink_passes_none_unseen() {
        // (h − ½)² − δ passes 0 at ½ ∓ √δ: the step ends at the first or before it.
        for delta in [1e-2_f64, 1e-4, 1e-8] {
            let (found, meeting) = step(&[&[0.25 - delta, -1.0, 1.0]], &[0.0], 1.0);
            let first = 0.5 - delta.sqrt();
            assert!(found <= first + 1e-12 && found > 0.1, "{delta}: {found}");
            assert!(meeting.is_none() || (found - first).abs() < 1e-12);
        }
    }
}
