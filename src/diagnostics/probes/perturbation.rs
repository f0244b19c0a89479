//! A point moved a little in several ways, and what the flow makes of it.

use nalgebra::{DMatrix, DVector};
use thiserror::Error;

use super::{Jacobian, Margin, TopDirection, lipschitz_bounds, smallest_change};
use crate::dataset::{Labels, Random};
use crate::diagnostics::loss_gradient::Start;
use crate::flow::{Flow, FlowError, SampledPath};
use crate::network::{Network, NetworkError};
use crate::progress::Progress;

/// Points of a cloud at most, and at least where the network is large.
const CLOUD: (usize, usize) = (96, 8);
/// Multiplications that following a cloud may cost; a larger network has a smaller cloud.
const CLOUD_WORK: usize = 2_000_000_000;
/// Multiplications that the search for the smallest change may cost.
const SEARCH_WORK: u64 = 10_000_000_000;
/// Forward passes of that search, about.
const SEARCH_PASSES: usize = 65;
/// Times in each phase at which the stretch is measured at most.
const TIMES: usize = 6;
/// The search goes up to so many times the size of the data's box.
const FARTHEST: f64 = 4.0;

/// How a point is moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Perturbation {
    /// By points on a sphere of radius ε and inside of it.
    #[default]
    Ball,
    /// By normal random numbers of standard deviation ε in each coordinate.
    Gaussian,
    /// By ε to both sides along the direction that the network stretches most there.
    Steepest,
    /// By ε in each coordinate, in the sense in which the loss grows.
    GradientSign,
}

/// Why a point cannot be moved in this way.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum PerturbationError {
    /// The network answers the same all around the point.
    #[error("the network's Jacobian matrix is 0 at this point: it stretches no direction more than another")]
    Flat,
    /// Without a label there is no loss.
    #[error("the point has no label that the network could be wrong about, so that there is no gradient of a loss")]
    NoLabel,
    /// The loss does not change with the point.
    #[error("the gradient of the loss is 0 at this point")]
    NoGradient,
    /// A value on the way is not finite.
    #[error("the forward pass of the point is not finite")]
    NotFinite,
    /// No such column of inputs.
    #[error("the point has {found} coordinates, but the network takes {expected}")]
    Inputs { expected: usize, found: usize },
    /// The path cannot be followed.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// The answers cannot be found.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// A moved point and what became of it.
#[derive(Clone, Debug)]
pub struct Perturbed {
    /// The path of the point itself, and of the points that it was moved to.
    pub path: SampledPath,
    /// How many of the first of those make a closed line around the point.
    pub outline: usize,
    /// The class that the network answers for the point.
    pub answer: usize,
    /// The class that it answers for each of the points that it was moved to.
    pub answers: Vec<usize>,
    /// The largest distance of their outputs from the point's own.
    pub output_change: f64,
    /// Times, ascending.
    pub times: Vec<f64>,
    /// The largest ‖δ(t)‖/‖δ(0)‖ at these times.
    pub stretch: Vec<f64>,
    /// What it can be at most, by the Lipschitz constants of all phases.
    pub bound: Vec<f64>,
    /// The smallest ε found at which the answer changes.
    pub margin: Option<Margin>,
    /// Along how many directions it was searched.
    pub searched: usize,
    /// Up to which ε.
    pub farthest: f64,
    /// The direction that the network stretches most, where it was asked for.
    pub top: Option<TopDirection>,
}

impl Perturbation {
    /// Every way, in the order in which the window shows them.
    pub const ALL: [Perturbation; 4] =
        [Perturbation::Ball, Perturbation::Gaussian, Perturbation::Steepest, Perturbation::GradientSign];

    /// The words used in the window.
    pub fn label(self) -> &'static str {
        match self {
            Perturbation::Ball => "ball",
            Perturbation::Gaussian => "Gaussian noise",
            Perturbation::Steepest => "steepest direction",
            Perturbation::GradientSign => "gradient sign",
        }
    }

    /// What ε = 1 adds to the point, a column each; how many of the first make a closed line; and the direction that is
    /// stretched most, where that was asked for.
    fn directions(
        self,
        network: &Network,
        input: &DMatrix<f64>,
        labels: &Labels,
        count: usize,
    ) -> Result<(DMatrix<f64>, usize, Option<TopDirection>), PerturbationError> {
        let dimension = network.inputs();
        let mut random = Random::new(7);
        match self {
            Perturbation::Ball => {
                let (directions, outline) = ball(dimension, count, &mut random);
                Ok((directions, outline, None))
            }
            Perturbation::Gaussian => Ok((DMatrix::from_fn(dimension, count, |_, _| random.normal()), 0, None)),
            Perturbation::Steepest => {
                let jacobian = Jacobian::new(network, input.as_view()).ok_or(PerturbationError::NotFinite)?;
                let top = jacobian.top_direction().ok_or(PerturbationError::Flat)?;
                let both =
                    DMatrix::from_fn(
                        dimension,
                        2,
                        |row, column| {
                            if column == 0 { top.direction[row] } else { -top.direction[row] }
                        },
                    );
                Ok((both, 0, Some(top)))
            }
            Perturbation::GradientSign => {
                let jacobian = Jacobian::new(network, input.as_view()).ok_or(PerturbationError::NotFinite)?;
                let start = Start::new(network, jacobian.values(), labels).map_err(|_| PerturbationError::NoLabel)?;
                let gradient = jacobian.pull(&start.lambda);
                let sign = gradient.map(|slope| if slope == 0.0 { 0.0 } else { slope.signum() });
                if sign.amax() == 0.0 { Err(PerturbationError::NoGradient) } else { Ok((sign, 0, None)) }
            }
        }
    }
}

/// Points on the unit sphere and inside of it; in the plane those on it go around, and are that many.
fn ball(dimension: usize, count: usize, random: &mut Random) -> (DMatrix<f64>, usize) {
    let on_it = count.div_ceil(2);
    let outline = if dimension == 2 { on_it } else { 0 };
    let mut points = DMatrix::from_fn(dimension, count, |_, _| random.normal());
    for (position, mut point) in points.column_iter_mut().enumerate() {
        if position < outline {
            let (sine, cosine) = (std::f64::consts::TAU * position as f64 / outline as f64).sin_cos();
            (point[0], point[1]) = (cosine, sine);
            continue;
        }
        let length = point.norm();
        if length > 0.0 {
            point /= length;
        }
        if position >= on_it {
            // Uniform in the ball: a share rⁿ of its volume is within the radius r.
            point *= random.unit().powf(1.0 / dimension as f64);
        }
    }
    (points, outline)
}

impl Perturbed {
    /// Moves `input` (a single column) by ε in the given way and follows it. `labels` is the label of this point alone;
    /// `size` is how large the data is, for the search of the smallest change. `go_on` is asked now and then.
    ///
    /// # Errors
    /// If the point cannot be moved so, or `go_on` answers false.
    pub fn measure(
        (network, flow): (&Network, &Flow),
        (input, labels, size): (&DMatrix<f64>, &Labels, f64),
        (kind, epsilon): (Perturbation, f64),
        go_on: &mut Progress<'_>,
    ) -> Result<Perturbed, PerturbationError> {
        if input.nrows() != network.inputs() || input.ncols() != 1 {
            return Err(PerturbationError::Inputs { expected: network.inputs(), found: input.nrows() });
        }
        let phases: usize = flow.layers().iter().map(|layer| layer.phases.len() + 1).sum();
        let cost = 2 * flow.ambient_dimension().pow(2) * phases;
        let count = (CLOUD_WORK / (4 * cost).max(1)).clamp(CLOUD.1, CLOUD.0);
        let (directions, outline, top) = kind.directions(network, input, labels, count)?;
        let count = directions.ncols();
        let mut points = DMatrix::zeros(input.nrows(), count + 1);
        for (column, mut point) in points.column_iter_mut().enumerate() {
            point.copy_from(&input.column(0));
            if let Some(direction) = column.checked_sub(1) {
                point.axpy(epsilon, &directions.column(direction), 1.0);
            }
        }
        let forward = network.forward(&points)?;
        let (answer, answers) = forward.predictions.split_first().ok_or(PerturbationError::NotFinite)?;
        let changes = forward.output.column_iter().map(|output| (output - forward.output.column(0)).norm());
        let output_change = changes.fold(0.0, f64::max);
        let path = flow.sample_path(&points)?;
        let times = times(flow, (CLOUD_WORK / (cost * (count + 1)).max(1)).clamp(1, TIMES));
        let mut stretch = Vec::with_capacity(times.len());
        flow.visit(&points, &times, &mut |position, now| {
            stretch.push(largest_stretch(&directions, epsilon, now));
            go_on(0.6 * position as f32 / times.len() as f32, "")
        })?;
        let is_classifier = !matches!(labels, Labels::Values(_));
        let affordable = SEARCH_WORK / (SEARCH_PASSES as u64 * network.parameters() as u64).max(1);
        let searched = usize::try_from(affordable).unwrap_or(count).clamp(1, count);
        let farthest = FARTHEST * size;
        let search = is_classifier && go_on(0.7, "");
        let margin = search
            .then(|| {
                let along = directions.columns(0, searched).into_owned();
                smallest_change(network, &DVector::from_column_slice(input.as_slice()), &along, farthest)
            })
            .flatten();
        Ok(Perturbed {
            path,
            outline,
            answer: *answer,
            answers: answers.to_vec(),
            output_change,
            bound: lipschitz_bounds(flow, &times),
            times,
            stretch,
            margin,
            searched: if is_classifier { searched } else { 0 },
            farthest,
            top,
        })
    }

    /// How many of the points are answered otherwise than the point itself.
    pub fn changed(&self) -> usize {
        self.answers.iter().filter(|answer| **answer != self.answer).count()
    }
}

/// The largest ‖δ(t)‖/‖δ(0)‖; the first column of `now` is the point itself.
fn largest_stretch(directions: &DMatrix<f64>, epsilon: f64, now: &DMatrix<f64>) -> f64 {
    let own = now.column(0);
    let stretch = |(direction, moved): (usize, nalgebra::DVectorView<'_, f64>)| {
        (moved - own).norm() / (epsilon * directions.column(direction).norm())
    };
    now.column_iter().skip(1).enumerate().map(stretch).filter(|stretch| stretch.is_finite()).fold(0.0, f64::max)
}

/// 0, and so many times in each phase, of which the last is its end.
fn times(flow: &Flow, in_each: usize) -> Vec<f64> {
    let mut times = vec![0.0];
    for phase in flow.layers().iter().flat_map(|layer| &layer.phases) {
        let step = (phase.end - phase.start) / in_each as f64;
        times.extend((1..in_each).map(|index| phase.start + step * index as f64).chain([phase.end]));
    }
    if times.last().is_some_and(|last| *last < flow.duration()) {
        times.push(flow.duration());
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::probes::testing::mixed_network;
    use crate::flow::FlowOptions;
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, OutputFunction};

    fn label(class: usize) -> Labels {
        Labels::Classes { of_sample: vec![class], names: ["a", "b", "c"].map(String::from).to_vec() }
    }

    fn measured(kind: Perturbation, epsilon: f64) -> Perturbed {
        let network = mixed_network(Activation::Tanh, OutputFunction::Softmax);
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let input = random_matrix(3, 1, 5);
        Perturbed::measure((&network, &flow), (&input, &label(1), 2.0), (kind, epsilon), &mut |_, _| true).unwrap()
    }

    #[test]
    fn the_stretch_begins_with_one_and_stays_below_the_bound() {
        for kind in Perturbation::ALL {
            let found = measured(kind, 0.05);
            assert_eq!((found.stretch.len(), found.bound.len()), (found.times.len(), found.times.len()));
            assert!((found.stretch[0] - 1.0).abs() < 1e-9, "{kind:?}");
            assert!(found.stretch.iter().zip(&found.bound).all(|(stretch, bound)| *stretch <= bound * (1.0 + 1e-9)));
            assert_eq!(found.path.samples(), found.answers.len() + 1);
            assert!(found.output_change > 0.0);
        }
    }

    /// Along the first singular direction a small ε is stretched by σ₁ at the end, and no other direction by more.
    #[test]
    fn the_steepest_direction_is_stretched_most() {
        let steepest = measured(Perturbation::Steepest, 1e-6);
        let end = *steepest.stretch.last().unwrap();
        let top = steepest.top.clone().unwrap();
        assert!((end - top.stretch).abs() < 1e-4 * end, "{end} {}", top.stretch);
        let others = *measured(Perturbation::Ball, 1e-6).stretch.last().unwrap();
        assert!(others <= end * 1.0001 && others > 0.5 * end, "{others} {end}");
    }

    #[test]
    fn the_gradient_sign_raises_the_loss_by_more_than_noise_of_that_size() {
        let network = mixed_network(Activation::Tanh, OutputFunction::Softmax);
        let input = random_matrix(3, 1, 5);
        let (directions, _, _) = Perturbation::GradientSign.directions(&network, &input, &label(1), 1).unwrap();
        assert!(directions.iter().all(|sign| sign.abs() == 1.0));
        let loss = |moved: DMatrix<f64>| -network.answers(&moved).unwrap()[(1, 0)].ln();
        let raised = loss(&input + &directions * 1e-4) - loss(input.clone());
        for corner in 0..8 {
            let sign = DMatrix::from_fn(3, 1, |row, _| if corner >> row & 1 == 0 { 1.0 } else { -1.0 });
            assert!(loss(&input + sign * 1e-4) - loss(input.clone()) <= raised * (1.0 + 1e-3));
        }
        assert!(raised > 0.0);
        let none = Perturbation::GradientSign.directions(&network, &input, &Labels::None, 1);
        assert_eq!(none.unwrap_err(), PerturbationError::NoLabel);
    }

    #[test]
    fn the_smallest_change_is_one() {
        let network = mixed_network(Activation::Tanh, OutputFunction::Softmax);
        let found = measured(Perturbation::Ball, 0.05);
        let margin = found.margin.unwrap();
        assert!(margin.answer != found.answer && margin.epsilon <= found.farthest);
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let input = random_matrix(3, 1, 5);
        let at = |epsilon: f64| {
            let measured = (Perturbation::Ball, epsilon);
            Perturbed::measure((&network, &flow), (&input, &label(1), 2.0), measured, &mut |_, _| true)
                .unwrap()
                .changed()
        };
        assert!(at(margin.epsilon * 1.000_001) > 0 && at(margin.epsilon * 0.999) == 0);
    }

    #[test]
    fn in_the_plane_the_ball_has_an_outline_and_nothing_lies_outside() {
        for dimension in [1, 2, 3, 40] {
            let (points, outline) = ball(dimension, 96, &mut Random::new(3));
            assert_eq!(outline, if dimension == 2 { 48 } else { 0 });
            assert!(points.column_iter().all(|point| point.norm() <= 1.0 + 1e-12));
            assert!(points.columns(0, 48).column_iter().all(|point| (point.norm() - 1.0).abs() < 1e-12));
        }
    }
}
