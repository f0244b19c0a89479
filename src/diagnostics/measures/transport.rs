//! How far the samples go, and how much farther than they need.

use nalgebra::{DMatrix, DVectorView};

use crate::linalg::{evenly_spaced, greatest_assignment};

/// The optimal assignment takes the cube of so many samples.
const MAX_ASSIGNED: usize = 200;
/// What is less than this share of the largest cost is rounding.
const ROUNDING: f64 = 1e-12;

/// ‖x − y‖², where the shorter of the two is padded with zeros as in the flow's space.
pub(super) fn distance_squared(one: DVectorView<'_, f64>, other: DVectorView<'_, f64>) -> f64 {
    let shared = one.len().min(other.len());
    let beyond = |point: &DVectorView<'_, f64>| point.iter().skip(shared).map(|value| value * value).sum::<f64>();
    let within: f64 = one.iter().zip(other.iter()).map(|(x, y)| (x - y) * (x - y)).sum();
    within + beyond(&one) + beyond(&other)
}

/// The mean lengths of the paths from layer to layer, straight between, and of path over chord, up to each of `ends`; the
/// first is where the samples start.
pub(super) fn paths(ends: &[&DMatrix<f64>]) -> (Vec<f64>, Vec<Option<f64>>) {
    let Some((start, _)) = ends.split_first() else { return (Vec::new(), Vec::new()) };
    let samples = start.ncols();
    let mut lengths = vec![0.0; samples];
    let (mut path_length, mut line_shape) = (vec![0.0], vec![None]);
    for pair in ends.windows(2) {
        let (mut ratios, mut count) = (0.0, 0_usize);
        for (sample, length) in lengths.iter_mut().enumerate() {
            *length += distance_squared(pair[0].column(sample), pair[1].column(sample)).sqrt();
            let chord = distance_squared(start.column(sample), pair[1].column(sample)).sqrt();
            if chord > 0.0 {
                ratios += *length / chord;
                count += 1;
            }
        }
        path_length.push(lengths.iter().sum::<f64>() / samples.max(1) as f64);
        line_shape.push((count > 0).then(|| ratios / count as f64));
    }
    (path_length, line_shape)
}

/// Σ‖y_i − x_i‖² over the least that any pairing of the same points costs: 1 where a layer carries every sample to the place
/// that suits it best. `None` where nothing moves.
pub(super) fn efficiency(from: &DMatrix<f64>, to: &DMatrix<f64>) -> Option<f64> {
    let chosen = evenly_spaced(from.ncols(), MAX_ASSIGNED);
    let cost = |one: usize, other: usize| distance_squared(from.column(chosen[one]), to.column(chosen[other]));
    let count = chosen.len();
    let costs = DMatrix::from_fn(count, count, cost);
    let largest = costs.amax();
    if count < 2 || !(largest > 0.0 && largest.is_finite()) {
        return None;
    }
    let pairs = greatest_assignment(&(&costs * (-1.0 / largest)));
    let least: f64 = pairs.iter().enumerate().map(|(row, column)| costs[(row, *column)]).sum();
    let own: f64 = (0..count).map(|position| costs[(position, position)]).sum();
    if own <= largest * count as f64 * ROUNDING {
        return None;
    }
    Some((own / least.max(f64::MIN_POSITIVE)).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detour_is_longer_than_its_chord_and_a_swap_costs_more_than_it_must() {
        let start = DMatrix::from_row_slice(2, 2, &[0.0, 5.0, 0.0, 0.0]);
        let corner = DMatrix::from_row_slice(2, 2, &[3.0, 5.0, 0.0, 0.0]);
        let end = DMatrix::from_row_slice(2, 2, &[3.0, 5.0, 4.0, 0.0]);
        let (lengths, shapes) = paths(&[&start, &corner, &end]);
        assert_eq!(lengths, [0.0, 1.5, 3.5]);
        assert_eq!(shapes, [None, Some(1.0), Some(7.0 / 5.0)]);
        let swapped = DMatrix::from_row_slice(1, 2, &[5.0, 1.0]);
        let line = DMatrix::from_row_slice(1, 2, &[0.0, 4.0]);
        // 25 + 9 against 1 + 1.
        assert!((efficiency(&line, &swapped).unwrap() - 17.0).abs() < 1e-9);
        assert_eq!(efficiency(&line, &line), None);
        // A layer of another width is padded.
        assert_eq!(
            distance_squared(DMatrix::from_element(2, 1, 1.0).column(0), DMatrix::from_element(1, 1, 1.0).column(0)),
            1.0
        );
    }
}
