//! The continuous limit of any block by steps whose error is known.

use nalgebra::DMatrix;

use super::bound::{MAX_STEPS, NoLimit};
use super::under_way::{chosen, under_way};
use crate::network::{Activation, Residual};

/// The first step in s.
const FIRST: f64 = 0.25;
/// With such a tolerance, a piece so short of the way takes the method with fewer stages.
const ROUGH: f64 = 1e-8;
const SHORT: f64 = 0.25;
/// A step is so much shorter than the error asks for, and changes by these factors at most.
const SAFETY: f64 = 0.9;
const SHORTER: f64 = 0.2;
const LONGER: f64 = 5.0;
/// How much the error of order 3 counts beside that of order 5.
const SHARE_OF_THIRD: f64 = 0.1;

/// A method with an estimate of its own error.
struct Pair {
    /// Where each stage stands: x + h·Σ a_j k_j. The last row is the step itself, so that the last stage is the next first.
    stages: &'static [&'static [f64]],
    /// The step less one of lower order: h·Σ e_j k_j.
    fifth: &'static [f64],
    /// The same against one of still lower order, which keeps the first from vanishing by chance.
    third: Option<&'static [f64]>,
    /// The error of a step goes with h to this power.
    power: f64,
}

/// Orders 5 and 4, for activations whose slope jumps: Dormand and Prince, J. Comput. Appl. Math. 6, 1980, 19–26.
const LOW: Pair = Pair {
    stages: &[
        &[1.0 / 5.0],
        &[3.0 / 40.0, 9.0 / 40.0],
        &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
        &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
        &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
        &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
    ],
    fifth: &[71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0],
    third: None,
    power: 5.0,
};

/// Order 8, with errors of orders 5 and 3, for smooth ones: Hairer, Nørsett and Wanner, Solving Ordinary Differential
/// Equations I, 1993, II.10 (DOP853).
const HIGH: Pair = Pair {
    stages: &[
        &[0.05260015195876773],
        &[0.0197250569845379, 0.0591751709536137],
        &[0.02958758547680685, 0.0, 0.08876275643042054],
        &[0.2413651341592667, 0.0, -0.8845494793282861, 0.924834003261792],
        &[0.037037037037037035, 0.0, 0.0, 0.17082860872947386, 0.12546768756682242],
        &[0.037109375, 0.0, 0.0, 0.17025221101954405, 0.06021653898045596, -0.017578125],
        &[
            0.03709200011850479,
            0.0,
            0.0,
            0.17038392571223998,
            0.10726203044637328,
            -0.015319437748624402,
            0.008273789163814023,
        ],
        &[
            0.6241109587160757,
            0.0,
            0.0,
            -3.3608926294469414,
            -0.868219346841726,
            27.59209969944671,
            20.154067550477894,
            -43.48988418106996,
        ],
        &[
            0.47766253643826434,
            0.0,
            0.0,
            -2.4881146199716677,
            -0.590290826836843,
            21.230051448181193,
            15.279233632882423,
            -33.28821096898486,
            -0.020331201708508627,
        ],
        &[
            -0.9371424300859873,
            0.0,
            0.0,
            5.186372428844064,
            1.0914373489967295,
            -8.149787010746927,
            -18.52006565999696,
            22.739487099350505,
            2.4936055526796523,
            -3.0467644718982196,
        ],
        &[
            2.273310147516538,
            0.0,
            0.0,
            -10.53449546673725,
            -2.0008720582248625,
            -17.9589318631188,
            27.94888452941996,
            -2.8589982771350235,
            -8.87285693353063,
            12.360567175794303,
            0.6433927460157636,
        ],
        &[
            0.054293734116568765,
            0.0,
            0.0,
            0.0,
            0.0,
            4.450312892752409,
            1.8915178993145003,
            -5.801203960010585,
            0.3111643669578199,
            -0.1521609496625161,
            0.20136540080403034,
            0.04471061572777259,
        ],
    ],
    fifth: &[
        0.01312004499419488,
        0.0,
        0.0,
        0.0,
        0.0,
        -1.2251564463762044,
        -0.4957589496572502,
        1.6643771824549864,
        -0.35032884874997366,
        0.3341791187130175,
        0.08192320648511571,
        -0.022355307863886294,
        0.0,
    ],
    third: Some(&[
        -0.18980075407240762,
        0.0,
        0.0,
        0.0,
        0.0,
        4.450312892752409,
        1.8915178993145003,
        -5.801203960010585,
        -0.4226823213237919,
        -0.1521609496625161,
        0.20136540080403034,
        0.02265179219836082,
        0.0,
    ]),
    power: 8.0,
};

/// The points that are on their way, column by column.
struct ActiveTrajectories {
    /// Which of all points each is.
    number: Vec<usize>,
    /// What is left of its way.
    left: Vec<f64>,
    /// Its next step.
    step: Vec<f64>,
    /// Where it is.
    at: DMatrix<f64>,
    /// f there.
    velocity: DMatrix<f64>,
}

/// As [`super::integrate`], for any block.
pub(super) fn integrate(
    block: &Residual,
    points: &mut DMatrix<f64>,
    duration: f64,
    tolerance: f64,
) -> Result<(), NoLimit> {
    let (width, samples) = (block.inner.inputs(), points.ncols());
    let activation = block.activation;
    // An ELU of α = 1 bends without a jump of its slope.
    let has_slopes = activation.kinks().is_empty() || activation == Activation::Elu { alpha: 1.0 };
    let is_smooth = has_slopes && !matches!(activation, Activation::Elementary(_));
    // A short piece for few digits is one step of either.
    let pair = if is_smooth && (tolerance < ROUGH || duration > SHORT) { &HIGH } else { &LOW };
    let at = points.rows(0, width).into_owned();
    let mut travellers = ActiveTrajectories {
        number: (0..samples).collect(),
        left: vec![duration; samples],
        step: vec![FIRST.min(duration); samples],
        velocity: block.branch(&at),
        at,
    };
    for _ in 0..MAX_STEPS {
        travellers.go(block, pair, tolerance);
        travellers.arrive(points);
        if travellers.number.is_empty() {
            return Ok(());
        }
    }
    Err(NoLimit { steps: MAX_STEPS })
}

impl ActiveTrajectories {
    /// One step of every point, taken back where its error is too large.
    fn go(&mut self, block: &Residual, pair: &Pair, tolerance: f64) {
        let steps: Vec<f64> = self.step.iter().zip(&self.left).map(|(step, left)| step.min(*left)).collect();
        let mut stages = vec![std::mem::replace(&mut self.velocity, DMatrix::zeros(0, 0))];
        let mut reached = DMatrix::zeros(0, 0);
        for weights in pair.stages {
            reached = self.at.clone();
            add(&mut reached, &stages, weights, &steps);
            stages.push(block.branch(&reached));
        }
        let misses = |weights: &[f64]| {
            let mut error = DMatrix::zeros(self.at.nrows(), self.at.ncols());
            add(&mut error, &stages, weights, &steps);
            error.column_iter().map(|column| column.amax()).collect::<Vec<f64>>()
        };
        let mut missed = misses(pair.fifth);
        for (miss, third) in missed.iter_mut().zip(pair.third.map(misses).unwrap_or_default()) {
            // Of the order of the step itself: the error of order 5 by its share in the larger one.
            *miss = if *miss == 0.0 { 0.0 } else { *miss * (*miss / miss.hypot(SHARE_OF_THIRD * third)) };
        }
        let last = stages.pop();
        let (mut velocity, last) = (stages.swap_remove(0), last.unwrap_or_else(|| block.branch(&reached)));
        for (column, h) in steps.into_iter().enumerate() {
            let size = self.at.column(column).amax().max(reached.column(column).amax());
            let miss = missed[column];
            // A sum that is no number counts as a miss.
            let ratio = if miss == 0.0 { 0.0 } else { miss / (tolerance * size) };
            let taken = ratio <= 1.0 && last.column(column).iter().all(|value| value.is_finite());
            if taken {
                self.left[column] = if h == self.left[column] { 0.0 } else { self.left[column] - h };
                self.at.set_column(column, &reached.column(column));
                velocity.set_column(column, &last.column(column));
            }
            let wanted = if ratio.is_finite() { SAFETY * ratio.powf(-1.0 / pair.power) } else { SHORTER };
            self.step[column] = h * wanted.clamp(SHORTER, if taken { LONGER } else { 1.0 });
        }
        self.velocity = velocity;
    }

    /// Puts those that are there into `points` and leaves them behind.
    fn arrive(&mut self, points: &mut DMatrix<f64>) {
        let width = self.at.nrows();
        for (column, number) in self.number.iter().enumerate().filter(|(column, _)| self.left[*column] == 0.0) {
            points.view_mut((0, *number), (width, 1)).copy_from(&self.at.column(column));
        }
        let Some(columns) = under_way(&self.left) else { return };
        self.at = self.at.select_columns(&columns);
        self.velocity = self.velocity.select_columns(&columns);
        self.left = chosen(&self.left, &columns);
        self.step = chosen(&self.step, &columns);
        self.number = chosen(&self.number, &columns);
    }
}

/// Adds h·Σ weight·stage to each column, h the column's own step.
fn add(points: &mut DMatrix<f64>, stages: &[DMatrix<f64>], weights: &[f64], steps: &[f64]) {
    for (stage, weight) in stages.iter().zip(weights).filter(|(_, weight)| **weight != 0.0) {
        for ((mut column, velocity), h) in points.column_iter_mut().zip(stage.column_iter()).zip(steps) {
            column.axpy(h * weight, &velocity, 1.0);
        }
    }
}
