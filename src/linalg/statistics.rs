//! Choices and middles of many values, the same wherever they are needed.

/// At most `most` (but at least one) of the indices 0 … `count` − 1, in steps of one size from 0 on.
pub fn evenly_spaced(count: usize, most: usize) -> Vec<usize> {
    (0..count).step_by(count.div_ceil(most.max(1)).max(1)).collect()
}

/// The median of ascending values: the mean of the two in the middle where their number is even; NaN without any.
pub fn median(sorted: &[f64]) -> f64 {
    match sorted.len().checked_sub(1) {
        Some(last) => 0.5 * (sorted[last / 2] + sorted[sorted.len() / 2]),
        None => f64::NAN,
    }
}

/// The value below which a share of the ascending values lies, between neighbours in proportion, as NumPy finds it; NaN
/// without any.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = share * last as f64;
    let (below, part) = (position.floor() as usize, position.fract());
    sorted[below] + part * (sorted[(below + 1).min(last)] - sorted[below])
}

/// The value at time t of a curve through points (time, value) with ascending times, straight between them and held beyond
/// its ends; where it jumps, the value before. 0 without points.
pub fn interpolate<T>(curve: &[T], point: impl Fn(&T) -> (f64, f64), t: f64) -> f64 {
    let after = curve.partition_point(|at| point(at).0 < t);
    let Some((t1, value1)) = curve.get(after).map(&point) else { return curve.last().map_or(0.0, |at| point(at).1) };
    match after.checked_sub(1).and_then(|before| curve.get(before)).map(&point) {
        Some((t0, value0)) if t1 > t0 => value0 + (value1 - value0) * (t - t0) / (t1 - t0),
        _ => value1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_straight_between_their_points_and_held_beyond() {
        let curve = [(0.0, 0.0), (1.0, 2.0), (1.0, 6.0), (2.0, 4.0)];
        let at = |t| interpolate(&curve, |point| *point, t);
        assert_eq!([-1.0, 0.0, 0.25, 1.0, 1.5, 2.0, 9.0].map(at), [0.0, 0.0, 0.5, 2.0, 5.0, 4.0, 4.0]);
        assert_eq!(interpolate(&[], |point| *point, 1.0), 0.0);
    }

    #[test]
    fn evenly_spaced_indices_are_bounded_and_reach_far() {
        assert_eq!(evenly_spaced(3, 60), [0, 1, 2]);
        assert_eq!(evenly_spaced(10, 4), [0, 3, 6, 9]);
        assert_eq!(evenly_spaced(5, 0), [0]);
        assert!(evenly_spaced(0, 60).is_empty());
        let many = evenly_spaced(100_000, 60);
        assert!(many.len() <= 60 && many.len() > 30 && many.last() > Some(&97_000));
    }

    #[test]
    fn medians_and_percentiles_are_those_of_numpy() {
        assert_eq!(median(&[1.0, 2.0, 4.0]), 2.0);
        assert_eq!(median(&[1.0, 2.0, 4.0, 9.0]), 3.0);
        assert!(median(&[]).is_nan() && percentile(&[], 0.5).is_nan());
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0], 0.5), 2.5);
        assert!((percentile(&[1.0, 2.0, 3.0, 4.0], 0.05) - 1.15).abs() < 1e-12);
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0], 1.0), 4.0);
    }
}
