//! How well the classes are apart at one moment: a linear probe's accuracy and the purity of nearest neighbours.
//!
//! Both need the points only through their scalar products, so that a wide layer costs little more than a narrow one.

use nalgebra::{Cholesky, DMatrix};

/// Neighbours that are asked for their class.
const NEIGHBOURS: usize = 5;
/// The ridge of the probe, as a share of the mean squared length of the centred points: enough to keep the system
/// definite and too little to matter where the classes are apart.
const RIDGE: f64 = 1e-3;

/// How well classes are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Separability {
    /// The share of points that a linear classifier fitted to the others gets right, 0 to 1.
    pub probe_accuracy: f64,
    /// The share of the five nearest neighbours that are of the point's own class, 0 to 1.
    pub neighbour_purity: f64,
}

impl Separability {
    /// Measures `points` (d × samples) with their classes, numbered below `classes`. The probe is fitted to the samples
    /// with an even index and tested on the others, so the samples should be in random order. `None` for fewer than
    /// four samples or fewer than two classes, and where a coordinate is not finite.
    pub fn measure(points: &DMatrix<f64>, of_sample: &[usize], classes: usize) -> Option<Separability> {
        let samples = points.ncols();
        if samples < 4 || classes < 2 || of_sample.len() != samples || points.iter().any(|x| !x.is_finite()) {
            return None;
        }
        // Labels that are names of rows make as many classes as rows; only those that have samples here can be learned.
        let mut present = of_sample.to_vec();
        present.sort_unstable();
        present.dedup();
        let renumbered: Option<Vec<usize>> = of_sample.iter().map(|class| present.binary_search(class).ok()).collect();
        let products = points.transpose() * points;
        Some(Separability {
            probe_accuracy: probe(&products, &renumbered?, present.len())?,
            neighbour_purity: purity(&products, of_sample),
        })
    }
}

/// Ridge regression of the classes' indicators with an intercept, in its dual form: with K = X̃ᵀX̃ of the centred
/// points that it is fitted to, the answers at x are k(x)ᵀ (K + λI)⁻¹ (Y − mean Y) + mean Y.
fn probe(products: &DMatrix<f64>, of_sample: &[usize], classes: usize) -> Option<f64> {
    let samples = of_sample.len();
    let fitted: Vec<usize> = (0..samples).step_by(2).collect();
    let tested: Vec<usize> = (1..samples).step_by(2).collect();
    let count = fitted.len() as f64;
    let mean_product = |sample: usize| fitted.iter().map(|other| products[(sample, *other)]).sum::<f64>() / count;
    let means: Vec<f64> = (0..samples).map(mean_product).collect();
    let mean_of_means = fitted.iter().map(|sample| means[*sample]).sum::<f64>() / count;
    // (x − m)·(y − m) from x·y alone.
    let centred = |one: usize, other: usize| products[(one, other)] - means[one] - means[other] + mean_of_means;
    let mut kernel = DMatrix::from_fn(fitted.len(), fitted.len(), |row, column| centred(fitted[row], fitted[column]));
    let ridge = (RIDGE * kernel.trace() / count).max(f64::MIN_POSITIVE.sqrt());
    (0..fitted.len()).for_each(|index| kernel[(index, index)] += ridge);
    let mut shares = vec![0.0; classes];
    fitted.iter().filter_map(|sample| of_sample.get(*sample)).for_each(|class| {
        if let Some(share) = shares.get_mut(*class) {
            *share += 1.0 / count;
        }
    });
    let indicators = DMatrix::from_fn(fitted.len(), classes, |row, class| {
        f64::from(u8::from(of_sample[fitted[row]] == class)) - shares[class]
    });
    let weights = Cholesky::new(kernel)?.solve(&indicators);
    let right = tested.iter().filter(|sample| {
        let answer = |class: usize| {
            let along = fitted.iter().enumerate().map(|(row, other)| weights[(row, class)] * centred(**sample, *other));
            shares[class] + along.sum::<f64>()
        };
        let answers: Vec<f64> = (0..classes).map(answer).collect();
        let best = answers.iter().enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other));
        best.is_some_and(|(class, _)| class == of_sample[**sample])
    });
    Some(right.count() as f64 / tested.len() as f64)
}

fn purity(products: &DMatrix<f64>, of_sample: &[usize]) -> f64 {
    let samples = of_sample.len();
    let neighbours = NEIGHBOURS.min(samples - 1);
    let mut same = 0_usize;
    for sample in 0..samples {
        // |x − y|² = x·x − 2 x·y + y·y; x·x is the same for all y.
        let distance = |other: usize| products[(other, other)] - 2.0 * products[(sample, other)];
        let mut others: Vec<(f64, usize)> =
            (0..samples).filter(|other| *other != sample).map(|other| (distance(other), other)).collect();
        others.select_nth_unstable_by(neighbours - 1, |one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        same += others[..neighbours].iter().filter(|(_, other)| of_sample[*other] == of_sample[sample]).count();
    }
    same as f64 / (samples * neighbours) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::testing::random_matrix;

    #[test]
    fn classes_on_two_sides_are_apart() {
        let mut points = random_matrix(3, 80, 1);
        let classes: Vec<usize> = (0..80).map(|sample| (sample / 2) % 2).collect();
        for (sample, class) in classes.iter().enumerate() {
            points[(0, sample)] += 20.0 * *class as f64 + 100.0;
        }
        let found = Separability::measure(&points, &classes, 2).unwrap();
        assert_eq!((found.probe_accuracy, found.neighbour_purity), (1.0, 1.0));
    }

    #[test]
    fn a_ring_around_a_disc_is_pure_but_not_linear() {
        let classes: Vec<usize> = (0..400).map(|sample| (sample / 2) % 2).collect();
        let points = DMatrix::from_fn(2, 400, |row, sample| {
            let angle = sample as f64 * 2.399_963;
            let radius = if classes[sample] == 1 { 10.0 } else { 1.0 };
            radius * if row == 0 { angle.cos() } else { angle.sin() }
        });
        let found = Separability::measure(&points, &classes, 2).unwrap();
        assert_eq!(found.neighbour_purity, 1.0);
        assert!((0.3..0.8).contains(&found.probe_accuracy), "{found:?}");
    }

    #[test]
    fn classes_by_chance_are_not_apart() {
        let classes: Vec<usize> = random_matrix(1, 400, 2).iter().map(|x| usize::from(*x > 0.0)).collect();
        let found = Separability::measure(&random_matrix(2, 400, 3), &classes, 2).unwrap();
        assert!((0.35..0.65).contains(&found.probe_accuracy), "{found:?}");
        assert!((0.4..0.6).contains(&found.neighbour_purity), "{found:?}");
    }

    #[test]
    fn a_turn_changes_nothing() {
        let points = random_matrix(3, 60, 4);
        let classes: Vec<usize> = (0..60).map(|sample| usize::from(points[(0, sample)] > 0.2)).collect();
        let turned = crate::linalg::testing::random_rotation(3, 5) * &points;
        let (one, other) = (Separability::measure(&points, &classes, 2), Separability::measure(&turned, &classes, 2));
        assert_eq!(one, other);
    }

    #[test]
    fn what_cannot_be_measured_is_none() {
        assert_eq!(Separability::measure(&DMatrix::zeros(2, 3), &[0, 1, 0], 2), None);
        assert_eq!(Separability::measure(&DMatrix::zeros(2, 8), &[0; 8], 1), None);
        assert_eq!(Separability::measure(&DMatrix::from_element(2, 8, f64::NAN), &[0; 8], 2), None);
        // Points that are all in one place cannot be told apart, but they can be measured.
        assert!(Separability::measure(&DMatrix::zeros(2, 8), &[0, 0, 1, 1, 0, 0, 1, 1], 2).is_some());
    }
}
