//! How far and how fast the data goes along t, and what becomes of its volume.
//!
//! In every phase but the compression the speed |dx/ds| of a point does not depend on s: a rotation turns it at a steady
//! rate, a shift, an activation and a residual branch move it on a straight line. So lengths are exact there, and a rule is
//! needed for the compression and for the continuous limit of a residual block only.

use nalgebra::{DMatrix, DVector};

use super::layer_path::{LayerPath, PhasePath};
use super::speeds::{MOMENTS, Speeds, along_limit, mean_distance};
use crate::flow::{CompressionLaw, ExactScheme, Flow, FlowCursor, FlowError, Motion};
use crate::network::{Activation, Residual};
use crate::progress::{Progress, step};

/// Of more phases than this only the ends are measured.
const MANY_PHASES: usize = 600;
/// A slope of the activation below this loses the direction.
const LOST_SLOPE: f64 = 1e-6;
/// Multiplications for the determinants of all residual blocks and hidden softmax layers, at most.
const MAX_WORK: f64 = 2e9;

/// Measures along t. All vectors are as long as `times`; a NaN stands where there is nothing to measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrajectoryMetrics {
    /// The times t, ascending; a phase's end and the next one's start are two of them.
    pub times: Vec<f64>,
    /// The mean of ½|dx/dt|² over the data: the kinetic energy of a point of unit mass.
    pub kinetic_energy: Vec<f64>,
    /// The mean length of the paths from t = 0.
    pub path_length: Vec<f64>,
    /// The mean of ln|det| of the map from t = 0, over the directions that are not lost on the way: zero singular
    /// values and slopes of the activation that end at zero are left out.
    pub log_volume: Vec<f64>,
    /// How far the data goes in each layer.
    pub layers: Vec<LayerPath>,
    /// The number of points that were followed.
    pub samples: usize,
}

impl TrajectoryMetrics {
    /// Follows `inputs` (inputs × samples) through the flow. `go_on` is told the part of the layers that is
    /// done and answers whether to go on.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs, or `go_on` answers false.
    pub fn measure(
        flow: &Flow,
        inputs: &DMatrix<f64>,
        go_on: &mut Progress<'_>,
    ) -> Result<TrajectoryMetrics, FlowError> {
        let phases: usize = flow.layers().iter().map(|layer| layer.phases.len()).sum();
        let moments = if phases > MANY_PHASES { 2 } else { MOMENTS };
        let mut metrics = TrajectoryMetrics { samples: inputs.ncols(), ..TrajectoryMetrics::default() };
        let mut cursor = FlowCursor::new(flow, inputs, &ExactScheme, &ExactScheme)?;
        let (mut length, mut volume) = (0.0, 0.0);
        for (index, layer) in flow.layers().iter().enumerate() {
            if !go_on(step(index, flow.layers().len()), "") {
                return Err(FlowError::Cancelled);
            }
            if layer.phases.is_empty() {
                let start = index as f64;
                [start, start + 1.0].into_iter().for_each(|t| metrics.push(t, 0.0, length, volume));
            }
            let entered = cursor.layer_start().clone();
            let mut path = LayerPath { layer: index + 1, phases: Vec::new(), straight: 0.0 };
            for phase in &layer.phases {
                let start = cursor.phase_start().clone();
                let (speeds, change) = match &phase.motion {
                    Motion::Limit(block) => {
                        let clock = |moment: usize| moment as f64 / (moments - 1) as f64;
                        let times: Vec<f64> =
                            (0..moments).map(|moment| flow.options().time.phase_time(clock(moment))).collect();
                        let (speeds, volumes) = along_limit(block, &mut cursor, &times)?;
                        let is_known = block.activation.is_coordinatewise();
                        (speeds, if is_known { VolumeChange::Followed(volumes) } else { VolumeChange::Unknown })
                    }
                    motion => {
                        let speeds = Speeds::new(motion, &start, &cursor.at(1.0)?);
                        (speeds, VolumeChange::new(motion, cursor.layer_start(), &start, moments * phases.max(1)))
                    }
                };
                let duration = phase.end - phase.start;
                let begun = length;
                let mut before: Option<f64> = None;
                for moment in 0..moments {
                    let clock = moment as f64 / (moments - 1) as f64;
                    let s = flow.options().time.phase_time(clock);
                    let (_, square) = speeds.at(s);
                    if let Some(earlier) = before.replace(s) {
                        length += speeds.length_between(earlier, s);
                    }
                    let rate = flow.options().time.rate(clock) / duration;
                    let t = phase.start + clock * duration;
                    metrics.push(t, 0.5 * square * rate * rate, length, volume + change.at(s));
                }
                volume += change.at(1.0);
                path.phases.push(PhasePath { kind: phase.kind, length: length - begun });
                cursor.next_phase()?;
            }
            cursor.next_layer()?;
            path.straight = mean_distance(&entered, cursor.layer_start());
            metrics.layers.push(path);
        }
        Ok(metrics)
    }

    fn push(&mut self, t: f64, kinetic_energy: f64, path_length: f64, log_volume: f64) {
        self.times.push(t);
        self.kinetic_energy.push(kinetic_energy);
        self.path_length.push(path_length);
        self.log_volume.push(log_volume);
    }
}

/// What a phase does to the logarithm of the volume.
enum VolumeChange {
    /// Nothing.
    Kept,
    /// Σ ln of the factors that are not zero.
    Compressed(Vec<f64>, CompressionLaw),
    /// The mean over the points of Σ ln|1 − s + sσ'|: the slopes that are not lost, and the number of points.
    Activated(Vec<f64>, usize),
    /// The mean over the points of ln|det((1 − s)I + sJ)|.
    Mixed(Vec<DMatrix<f64>>),
    /// (s, ln of the volume) at the moments.
    Followed(Vec<(f64, f64)>),
    /// It cannot be told.
    Unknown,
}

impl VolumeChange {
    fn new(motion: &Motion, layer_start: &DMatrix<f64>, start: &DMatrix<f64>, moments: usize) -> VolumeChange {
        match motion {
            Motion::Rotation(_) | Motion::Shift(_) => VolumeChange::Kept,
            Motion::Compression { law, factors, .. } => {
                VolumeChange::Compressed(factors.iter().copied().filter(|sigma| *sigma > 0.0).collect(), *law)
            }
            Motion::Activation { activation: Activation::Softmax, width } => {
                let jacobian = |point: DVector<f64>| {
                    let mut p = point.rows(0, *width).into_owned();
                    Activation::Softmax.apply(p.as_mut_slice());
                    // diag p − p pᵀ loses the direction (1, …, 1); with 1/n there it keeps its length instead.
                    DMatrix::from_diagonal(&p) - &p * p.transpose()
                        + DMatrix::from_element(*width, *width, 1.0 / *width as f64)
                };
                mixed(start, *width, moments, jacobian)
            }
            Motion::Activation { activation, width } => {
                let gradients = start.rows(0, *width).iter().map(|y| activation.slope(*y)).collect::<Vec<f64>>();
                let kept = gradients.into_iter().filter(|slope| slope.abs() > LOST_SLOPE).collect();
                VolumeChange::Activated(kept, start.ncols())
            }
            Motion::Residual(block) if block.shortcut.is_none() => {
                let width = block.inner.inputs();
                mixed(layer_start, width, moments, |point| one_step(block, &point.rows(0, width).into_owned()))
            }
            // The map from the projection's image is none of the position alone.
            // An operator's volume is not worked out.
            Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_) => VolumeChange::Unknown,
        }
    }

    fn at(&self, s: f64) -> f64 {
        match self {
            VolumeChange::Kept => 0.0,
            VolumeChange::Compressed(factors, law) => factors.iter().map(|sigma| law.factor(*sigma, s).ln()).sum(),
            VolumeChange::Activated(gradients, points) => {
                let sum: f64 = gradients.iter().map(|slope| log_size(1.0 - s + s * slope)).sum();
                sum / (*points).max(1) as f64
            }
            VolumeChange::Mixed(jacobians) => {
                let log_determinant = |jacobian: &DMatrix<f64>| -> f64 {
                    let mut map = jacobian * s;
                    (0..map.nrows()).for_each(|index| map[(index, index)] += 1.0 - s);
                    map.lu().u().diagonal().iter().map(|pivot| log_size(*pivot)).sum()
                };
                jacobians.iter().map(log_determinant).sum::<f64>() / jacobians.len().max(1) as f64
            }
            VolumeChange::Followed(moments) => {
                let at = moments.partition_point(|(moment, _)| *moment < s).min(moments.len() - 1);
                moments[at].1
            }
            VolumeChange::Unknown => f64::NAN,
        }
    }
}

/// ln|x|, bounded below: in passing through zero a fold has no logarithm.
fn log_size(x: f64) -> f64 {
    x.abs().max(LOST_SLOPE).ln()
}

/// The Jacobians at as many of the points as the work allows; unknown if that is none.
fn mixed(
    points: &DMatrix<f64>,
    width: usize,
    moments: usize,
    jacobian: impl Fn(DVector<f64>) -> DMatrix<f64>,
) -> VolumeChange {
    let affordable = (MAX_WORK / ((width as f64).powi(3) * moments as f64)) as usize;
    if affordable == 0 || points.ncols() == 0 {
        return VolumeChange::Unknown;
    }
    let step = points.ncols().div_ceil(affordable.min(64)).max(1);
    VolumeChange::Mixed(points.column_iter().step_by(step).map(|point| jacobian(point.into_owned())).collect())
}

/// I + W₂ diag(σ'(W₁x + b₁)) W₁: the Jacobian of x + f(x).
fn one_step(block: &Residual, point: &DVector<f64>) -> DMatrix<f64> {
    let hidden = block.inner.apply(&DMatrix::from_columns(std::slice::from_ref(point)));
    let mut gradients = block.inner.weight.clone();
    for (mut row, y) in gradients.row_iter_mut().zip(hidden.iter()) {
        row *= block.activation.slope(*y);
    }
    let mut jacobian = &block.outer.weight * gradients;
    (0..jacobian.nrows().min(jacobian.ncols())).for_each(|index| jacobian[(index, index)] += 1.0);
    jacobian
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_2, LN_2};

    use super::*;
    use crate::flow::{Decomposition, FlowOptions, ResidualLaw, TimeLaw};
    use crate::network::{Affine, Dense, Layer, Network, OutputFunction};

    fn metrics(layer: Layer, time: TimeLaw, points: &DMatrix<f64>) -> TrajectoryMetrics {
        let network = Network::new(String::new(), vec![layer], OutputFunction::Identity).unwrap();
        // Its one rotation is not shared between Vᵀ and U.
        let options = FlowOptions { time, decomposition: Decomposition::Polar, ..FlowOptions::default() };
        let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
        TrajectoryMetrics::measure(&flow, points, &mut |_, _| true).unwrap()
    }

    fn dense(weight: DMatrix<f64>, bias: Option<[f64; 2]>, activation: Activation) -> Layer {
        let affine = Affine { weight, bias: bias.map(|bias| DVector::from_column_slice(&bias)) };
        Layer::Dense(Dense { name: String::new(), affine, activation })
    }

    /// Two points, at the distances 1 and 3 from the origin.
    fn points() -> DMatrix<f64> {
        DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.0, 3.0])
    }

    #[test]
    fn the_way_in_one_layer_is_that_along_the_whole_flow() {
        let weight = DMatrix::from_row_slice(2, 2, &[0.6, -1.1, 1.3, 0.4]);
        let layers =
            vec![dense(weight.clone(), Some([0.3, -0.1]), Activation::Tanh), dense(weight, None, Activation::Identity)];
        let network = Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
        for time in TimeLaw::ALL {
            let options = FlowOptions { time, ..FlowOptions::default() };
            let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
            let whole = TrajectoryMetrics::measure(&flow, &points(), &mut |_, _| true).unwrap();
            for (index, expected) in whole.layers.iter().enumerate() {
                let start = flow.positions(&points(), index as f64).unwrap();
                let found = LayerPath::of_layer(&flow, index, &start).unwrap().unwrap();
                // Simpson's rule takes other moments of the compression.
                assert!((found.length() - expected.length()).abs() < 1e-5 * expected.length());
                assert!((found.straight - expected.straight).abs() < 1e-12 && found.length() >= found.straight);
                assert_eq!(found.phases.len(), flow.layers()[index].phases.len());
            }
            let total: f64 = whole.layers.iter().map(LayerPath::length).sum();
            assert!((total - whole.path_length.last().unwrap()).abs() < 1e-12 * total);
            assert!(LayerPath::of_layer(&flow, 2, &points()).unwrap().is_none());
        }
    }

    #[test]
    fn a_quarter_turn_goes_a_quarter_of_the_circle_at_a_steady_speed() {
        let turn = DMatrix::from_row_slice(2, 2, &[0.0, -1.0, 1.0, 0.0]);
        let found = metrics(dense(turn, None, Activation::Identity), TimeLaw::Linear, &points());
        assert_eq!(found.times.len(), MOMENTS);
        assert!((found.path_length.last().unwrap() - 2.0 * FRAC_PI_2).abs() < 1e-9);
        assert!(found.log_volume.iter().all(|volume| volume.abs() < 1e-12));
        // ½θ²·mean r², with mean r² = 5.
        let expected = 0.5 * FRAC_PI_2 * FRAC_PI_2 * 5.0;
        assert!(found.kinetic_energy.iter().all(|energy| (energy - expected).abs() < 1e-9));
    }

    #[test]
    fn a_shift_goes_straight_and_keeps_the_volume() {
        let layer = dense(DMatrix::identity(2, 2), Some([3.0, 4.0]), Activation::Identity);
        let found = metrics(layer, TimeLaw::Smooth, &points());
        assert!((found.path_length.last().unwrap() - 5.0).abs() < 1e-12);
        // At the middle λ' = 3/2, at the ends 0.
        assert!((found.kinetic_energy[MOMENTS / 2] - 0.5 * (5.0_f64 * 1.5).powi(2)).abs() < 1e-9);
        assert_eq!((found.kinetic_energy[0], found.kinetic_energy[MOMENTS - 1]), (0.0, 0.0));
        assert_eq!(found.log_volume, vec![0.0; MOMENTS]);
    }

    #[test]
    fn a_compression_changes_the_volume_by_its_kept_singular_values() {
        let layer =
            dense(DMatrix::from_diagonal(&DVector::from_column_slice(&[0.5, 0.25])), None, Activation::Identity);
        let found = metrics(layer, TimeLaw::Linear, &points());
        for (t, volume) in found.times.iter().zip(&found.log_volume) {
            assert!((volume + 3.0 * LN_2 * t).abs() < 1e-12);
        }
        // The points go straight to the origin: from 1 to 1/2 and from 3 to 3/4; trapezoids of the exponential.
        assert!((found.path_length.last().unwrap() - (0.5 + 2.25) / 2.0).abs() < 5e-3);
        let lost = dense(DMatrix::from_diagonal(&DVector::from_column_slice(&[0.5, 0.0])), None, Activation::Identity);
        let found = metrics(lost, TimeLaw::Linear, &points());
        assert!((found.log_volume.last().unwrap() + LN_2).abs() < 1e-12);
        assert!((found.path_length.last().unwrap() - (0.5 + 3.0) / 2.0).abs() < 5e-3);
    }

    #[test]
    fn an_activation_changes_the_volume_by_its_slopes_and_relu_by_none() {
        let tanh = metrics(dense(DMatrix::identity(2, 2), None, Activation::Tanh), TimeLaw::Linear, &points());
        let expected: f64 = points().iter().map(|y| Activation::Tanh.slope(*y).ln()).sum::<f64>() / 2.0;
        assert!((tanh.log_volume.last().unwrap() - expected).abs() < 1e-12);
        let points = DMatrix::from_row_slice(2, 2, &[1.0, -2.0, 3.0, -4.0]);
        let relu = metrics(dense(DMatrix::identity(2, 2), None, Activation::Relu), TimeLaw::Linear, &points);
        assert_eq!(relu.log_volume.last(), Some(&0.0));
        // One point stays, the other goes to the origin.
        assert!((relu.path_length.last().unwrap() - 20.0_f64.sqrt() / 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_limit_of_a_linear_block_changes_the_volume_by_its_trace() {
        let inner = Affine { weight: DMatrix::identity(2, 2), bias: None };
        let outer = Affine { weight: DMatrix::from_diagonal(&DVector::from_column_slice(&[1.0, -0.5])), bias: None };
        let block = Residual { name: String::new(), inner, activation: Activation::Identity, outer, shortcut: None };
        let network = Network::new(String::new(), vec![Layer::Residual(block)], OutputFunction::Identity).unwrap();
        let options = FlowOptions { time: TimeLaw::Linear, residual: ResidualLaw::Limit, ..FlowOptions::default() };
        let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
        let found = TrajectoryMetrics::measure(&flow, &points(), &mut |_, _| true).unwrap();
        for (t, volume) in found.times.iter().zip(&found.log_volume) {
            assert!((volume - 0.5 * t).abs() < 1e-12);
        }
        // From 1 to e and from 3 to 3/√e; trapezoids of the exponential.
        let lengths = [1.0_f64.exp() - 1.0, 3.0 * (1.0 - (-0.5_f64).exp())];
        assert!((found.path_length.last().unwrap() - (lengths[0] + lengths[1]) / 2.0).abs() < 5e-3);
        assert!((found.kinetic_energy[0] - 0.5 * (1.0 + 2.25) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_linear_block_changes_the_volume_by_its_determinant() {
        let inner = Affine { weight: DMatrix::identity(2, 2), bias: None };
        let outer = Affine { weight: DMatrix::from_diagonal(&DVector::from_column_slice(&[1.0, -0.5])), bias: None };
        let block = Residual { name: String::new(), inner, activation: Activation::Identity, outer, shortcut: None };
        let found = metrics(Layer::Residual(block), TimeLaw::Linear, &points());
        // det(I + s·diag(1, −½)) = (1 + s)(1 − s/2): at the end 2·½ = 1, in the middle 1.5·0.75.
        assert!(found.log_volume.last().unwrap().abs() < 1e-12);
        assert!((found.log_volume[MOMENTS / 2] - (1.5_f64 * 0.75).ln()).abs() < 1e-12);
        assert!((found.path_length.last().unwrap() - (1.0 + 1.5) / 2.0).abs() < 1e-12);
    }
}
