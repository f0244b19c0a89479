//! How far a point may be moved along some directions before the answer changes.

use nalgebra::{DMatrix, DVector};

use crate::network::Network;

/// Sizes that are tried: each half of the next, from the largest down.
const DOUBLINGS: i32 = 24;
/// Halvings of the interval in which the answer changes.
const HALVINGS: usize = 40;

/// The smallest displacement found that changes the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// How many times the direction: the point moved by so much is answered otherwise, by a little less it is not.
    pub epsilon: f64,
    /// Which of the directions.
    pub direction: usize,
    /// The other answer.
    pub answer: usize,
}

/// The smallest ε up to `largest` found at which `input` + ε·d is answered otherwise than `input`, d one of the columns of
/// `directions`: sizes from small to large, then bisection. Between the sizes tried the answer may change and change back,
/// so that smaller ones may exist. `None` where none was found, or a value is not finite.
pub fn smallest_change(
    network: &Network,
    input: &DVector<f64>,
    directions: &DMatrix<f64>,
    largest: f64,
) -> Option<Margin> {
    if !(largest.is_finite() && largest > 0.0) || directions.ncols() == 0 {
        return None;
    }
    let answers = |sizes: &[(usize, f64)]| -> Option<Vec<usize>> {
        let moved = DMatrix::from_fn(input.len(), sizes.len(), |row, column| {
            let (direction, size) = sizes[column];
            input[row] + size * directions[(row, direction)]
        });
        Some(network.forward(&moved).ok()?.predictions)
    };
    let own = *answers(&[(0, 0.0)])?.first()?;
    let mut low = 0.0;
    for halvings in (0..DOUBLINGS).rev() {
        let high = largest * 0.5_f64.powi(halvings);
        let sizes: Vec<(usize, f64)> = (0..directions.ncols()).map(|direction| (direction, high)).collect();
        let changed = answers(&sizes)?;
        let mut open: Vec<(usize, f64, f64, usize)> = (changed.into_iter().enumerate())
            .filter(|(_, answer)| *answer != own)
            .map(|(direction, answer)| (direction, low, high, answer))
            .collect();
        if open.is_empty() {
            low = high;
            continue;
        }
        for _ in 0..HALVINGS {
            let middles: Vec<(usize, f64)> =
                open.iter().map(|(direction, low, high, _)| (*direction, 0.5 * (low + high))).collect();
            for ((_, low, high, answer), ((_, middle), found)) in
                open.iter_mut().zip(middles.iter().zip(answers(&middles)?))
            {
                if found == own {
                    *low = *middle;
                } else {
                    (*high, *answer) = (*middle, found);
                }
            }
        }
        let nearest = open.into_iter().min_by(|one, other| one.2.total_cmp(&other.2))?;
        return Some(Margin { epsilon: nearest.2, direction: nearest.0, answer: nearest.3 });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Affine, Dense, Layer, OutputFunction};

    /// Answers class 1 where the first coordinate is above 2.
    fn network() -> Network {
        let affine = Affine {
            weight: DMatrix::from_row_slice(2, 2, &[0.0, 0.0, 1.0, 0.0]),
            bias: Some(DVector::from_row_slice(&[0.0, -2.0])),
        };
        let dense = Dense { name: String::new(), affine, activation: Activation::Identity };
        Network::new(String::new(), vec![Layer::Dense(dense)], OutputFunction::Softmax).unwrap()
    }

    #[test]
    fn the_distance_to_a_plane_is_found_along_the_nearest_direction() {
        let directions = DMatrix::from_column_slice(2, 3, &[0.0, 1.0, 0.6, 0.8, -1.0, 0.0]);
        let input = DVector::from_row_slice(&[0.5, 9.0]);
        let margin = smallest_change(&network(), &input, &directions, 10.0).unwrap();
        assert_eq!((margin.direction, margin.answer), (1, 1));
        assert!((margin.epsilon - 2.5).abs() < 1e-9, "{margin:?}");
        let at = |size: f64| {
            network().forward(&DMatrix::from_column_slice(2, 1, (&input + directions.column(1) * size).as_slice()))
        };
        assert_eq!(at(margin.epsilon).unwrap().predictions, [1]);
        assert_eq!(at(margin.epsilon * (1.0 - 1e-9)).unwrap().predictions, [0]);
    }

    #[test]
    fn beyond_the_largest_nothing_is_found() {
        let directions = DMatrix::from_column_slice(2, 1, &[1.0, 0.0]);
        let input = DVector::zeros(2);
        assert_eq!(smallest_change(&network(), &input, &directions, 1.9), None);
        assert!(smallest_change(&network(), &input, &directions, 2.1).is_some());
        assert_eq!(smallest_change(&network(), &input, &directions, f64::NAN), None);
        assert_eq!(smallest_change(&network(), &input, &DMatrix::zeros(2, 0), 1.0), None);
    }
}
