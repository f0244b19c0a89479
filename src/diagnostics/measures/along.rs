//! Every measure of the data at the ends of layers.

use nalgebra::DMatrix;

use super::separation::{ClassMeans, Separation};
use super::{lyapunov, transport};
use crate::diagnostics::findings::{LayerValues, Subject};
use crate::network::{Layer, Network};

/// Measures at t = 0, 1, … L. `None` stands where one needs labels and there are none, or where it is not defined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlongFlow {
    /// t.
    pub times: Vec<f64>,
    /// Tr(S_w S_b⁺).
    pub equi_separation: Vec<Option<f64>>,
    /// The same over the number of classes.
    pub nc1: Vec<Option<f64>>,
    /// The coefficient of variation of the norms of the centred class means.
    pub nc2: Vec<Option<f64>>,
    /// ‖W/‖W‖ − Mᵀ/‖M‖‖ of the last layer's W and the centred class means M of what it gets; at the last layer only.
    pub nc3: Vec<Option<f64>>,
    /// The share of samples whose nearest class mean is another class than the network answers.
    pub nc4: Vec<Option<f64>>,
    /// (Σλ)²/Σλ² of the data's covariance.
    pub participation_ratio: Vec<Option<f64>>,
    /// The mean length of the paths through the ends of layers.
    pub path_length: Vec<Option<f64>>,
    /// The mean of path over chord (Gai and Zhang 2021).
    pub line_shape_score: Vec<Option<f64>>,
    /// The cost of the layer's map over that of the best assignment of the same points.
    pub transport_efficiency: Vec<Option<f64>>,
    /// The mean of (1/t)·ln σ₁(J_t(x)).
    pub ftle_mean: Vec<Option<f64>>,
    /// The number of samples that were measured.
    pub samples: usize,
}

impl AlongFlow {
    /// Measures the sampled data, up to the first layer that gives a value that is not finite; `None` without data.
    pub fn measure(subject: &Subject<'_>) -> Option<AlongFlow> {
        let sample = subject.sample()?;
        let mut ends: Vec<&DMatrix<f64>> = vec![&sample.inputs];
        ends.extend(sample.layers.iter().map(LayerValues::output));
        let classes = subject.classes();
        let predictions = sample.predictions.as_deref();
        let mut measures = AlongFlow { samples: sample.rows.len(), ..AlongFlow::default() };
        let total = subject.network().layers().len() + 1;
        for (t, points) in ends.iter().enumerate() {
            let found = classes.and_then(|(labels, classes)| Separation::measure(points, labels, classes));
            measures.times.push(t as f64);
            measures.equi_separation.push(found.map(|found| found.equi_separation));
            measures.nc1.push(found.map(|found| found.nc1));
            measures.nc2.push(found.map(|found| found.nc2));
            measures.nc4.push(classes.zip(predictions).and_then(|((labels, classes), predictions)| {
                let nearest = ClassMeans::new(points, labels, classes)?.nearest(points);
                let other = nearest.iter().zip(predictions).filter(|(nearest, answer)| nearest != answer).count();
                Some(other as f64 / nearest.len().max(1) as f64)
            }));
            measures.participation_ratio.push(Some(participation_ratio(points)));
            let moved = t.checked_sub(1).and_then(|before| transport::efficiency(ends[before], points));
            measures.transport_efficiency.push(moved);
            let is_last = t + 1 == total;
            let features = t.checked_sub(1).map(|before| ends[before]).filter(|_| is_last);
            measures.nc3.push(features.zip(classes).and_then(|(features, (labels, classes))| {
                self_duality(subject.network(), &ClassMeans::new(features, labels, classes)?)
            }));
        }
        let (lengths, shapes) = transport::paths(&ends);
        measures.path_length = lengths.into_iter().map(Some).collect();
        measures.line_shape_score = shapes;
        measures.ftle_mean =
            std::iter::once(None).chain(lyapunov::exponents(subject.network(), &sample.layers)).collect();
        measures.fill(total);
        Some(measures)
    }

    /// Every list with its name.
    pub fn lists(&self) -> [(&'static str, &[Option<f64>]); 10] {
        [
            ("equi_separation", &self.equi_separation),
            ("nc1", &self.nc1),
            ("nc2", &self.nc2),
            ("nc3", &self.nc3),
            ("nc4", &self.nc4),
            ("participation_ratio", &self.participation_ratio),
            ("path_length", &self.path_length),
            ("line_shape_score", &self.line_shape_score),
            ("transport_efficiency", &self.transport_efficiency),
            ("ftle_mean", &self.ftle_mean),
        ]
    }

    /// Layers behind a value that is not finite have no measures.
    fn fill(&mut self, total: usize) {
        self.times = (0..total).map(|t| t as f64).collect();
        let lists = [
            &mut self.equi_separation,
            &mut self.nc1,
            &mut self.nc2,
            &mut self.nc3,
            &mut self.nc4,
            &mut self.participation_ratio,
            &mut self.path_length,
            &mut self.line_shape_score,
            &mut self.transport_efficiency,
            &mut self.ftle_mean,
        ];
        for list in lists {
            list.resize(total, None);
            list.iter_mut().for_each(|value| *value = value.filter(|value| value.is_finite()));
        }
    }
}

/// (Σλ)²/Σλ² of the eigenvalues λ of the covariance of the columns of `points`: between 1 and the dimension, 0 where all
/// points are the same.
pub fn participation_ratio(points: &DMatrix<f64>) -> f64 {
    let largest = points.amax();
    if points.is_empty() || !(largest > 0.0 && largest.is_finite()) {
        return 0.0;
    }
    let mut centred = points / largest;
    let mean = centred.column_mean();
    centred.column_iter_mut().for_each(|mut column| column -= &mean);
    // Tr(C²) is the squared norm of either Gram matrix.
    let gram =
        if centred.nrows() <= centred.ncols() { &centred * centred.transpose() } else { centred.tr_mul(&centred) };
    let squares = gram.norm_squared();
    if squares > 0.0 { gram.trace().powi(2) / squares } else { 0.0 }
}

/// NC3 of a last layer with an output for each class.
fn self_duality(network: &Network, means: &ClassMeans) -> Option<f64> {
    let Layer::Dense(dense) = network.layers().last()? else { return None };
    let weight = &dense.affine.weight;
    if weight.nrows() != means.means.ncols() || means.present().count() != weight.nrows() {
        return None;
    }
    let mut centred = means.means.clone();
    centred.column_iter_mut().for_each(|mut mean| mean -= &means.centre);
    let (one, other) = (weight.norm(), centred.norm());
    (one > 0.0 && other > 0.0).then(|| (weight / one - centred.transpose() / other).norm())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Generator;
    use crate::formats::examples::ExampleNetwork;
    use crate::linalg::testing::random_matrix;

    #[test]
    fn the_participation_ratio_counts_directions() {
        let line = random_matrix(3, 1, 1) * random_matrix(1, 40, 2);
        assert!((participation_ratio(&line) - 1.0).abs() < 1e-9);
        let axes = DMatrix::from_row_slice(2, 4, &[1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0]);
        assert!((participation_ratio(&axes) - 2.0).abs() < 1e-12);
        assert_eq!(participation_ratio(&DMatrix::from_element(3, 5, 7.0)), 0.0);
    }

    #[test]
    fn a_network_that_has_learned_separates_its_classes() {
        let network = ExampleNetwork::Moons.load().unwrap();
        let data = Generator::Moons.generate(Generator::Moons.training_options());
        let subject = Subject::new(&network).with_data(Some(&data));
        let found = AlongFlow::measure(&subject).unwrap();
        let layers = network.layers().len();
        assert!(found.lists().iter().all(|(_, list)| list.len() == layers + 1));
        let (first, last) = (found.equi_separation[0].unwrap(), found.equi_separation[layers].unwrap());
        assert!(last < 0.2 * first, "{first} {last}");
        assert!(found.nc3[layers].is_some() && found.nc3[..layers].iter().all(Option::is_none));
        assert!(found.nc4[layers].unwrap() < 0.05 && found.ftle_mean[0].is_none());
        assert!(found.line_shape_score.iter().flatten().all(|score| *score >= 1.0 - 1e-12));
        assert!(found.transport_efficiency.iter().flatten().all(|ratio| *ratio >= 1.0));
    }
}
