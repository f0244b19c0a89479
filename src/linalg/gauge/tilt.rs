//! Singular directions that swing within a step of training, followed over several.
//!
//! Two singular values that come near each other turn their directions by as much as a quarter-turn while W moves by their
//! distance. Any orthogonal B between the pairs leaves W as it is,
//!
//!   W = U Σ Vᵀ = (UB)(BᵀΣB)(VB)ᵀ,
//!
//! at the price of a stretch along tilted axes, the columns of Bᵀ. So U and V need not go further than W does: the B that keeps
//! them stillest is the proper one nearest to VᵀV₀ + ½UᵀU₀ (V₀ and U₀ are the neighbour's; where a singular value passes
//! through 0 its u turns round, and ½ lets v stay). From there B goes back to the identity, at which the axes are
//! singular directions again, along B^p, as far as the step allows: no column of VB and UB may go further than
//! `PER_WEIGHT`·‖ΔW‖/‖W‖, or than it goes where they are stillest. In most steps that is all the way.

use nalgebra::DMatrix;

use super::arrangement::Arrangement;
use super::factors::ProperSvd;
use super::kabsch::nearest_completion;
use super::problem::Problem;
use crate::linalg::{LinalgError, Rotation};

/// How far a drawn direction may go in a step (as a chord), over ‖ΔW‖/‖W‖.
const PER_WEIGHT: f64 = 2.0;
/// In larger spaces there are always two singular values that are near each other, and nobody follows one axis by eye.
const MAX_DIRECTIONS: usize = 256;
/// Halvings of p.
const HALVINGS: usize = 24;
/// What u weighs against v.
const OF_OUTPUTS: f64 = 0.5;

/// The pairs turned among themselves.
pub(super) struct Tilted {
    pub arrangement: Arrangement,
    pub problem: Problem,
    /// The directions of the stretch, as columns.
    pub directions: DMatrix<f64>,
}

/// How the arranged pairs lie to the neighbour's drawn directions.
struct Step {
    /// The pairs with a factor.
    pairs: Vec<usize>,
    /// XᵀE of V, pairs × axes.
    of_v: DMatrix<f64>,
    /// The same of U.
    of_u: DMatrix<f64>,
}

/// The pairs of `arrangement` turned among themselves so that the axes follow them no faster than W moves; `None` where they
/// are as slow as they are. The layer has `inputs` inputs.
///
/// # Errors
/// If an iteration does not converge.
pub(super) fn tilted(
    arrangement: &Arrangement,
    problem: &Problem,
    neighbour: &ProperSvd,
    inputs: usize,
) -> Result<Option<Tilted>, LinalgError> {
    let pairs: Vec<usize> = (0..problem.rank()).filter(|pair| problem.factors[*pair] > 0.0).collect();
    if pairs.len() < 2 || pairs.len() > MAX_DIRECTIONS {
        return Ok(None);
    }
    let step = Step::new(pairs, arrangement, problem, neighbour);
    let size = step.pairs.len();
    let whole = DMatrix::identity(size, size);
    let at_once = step.chords(&whole);
    // Where nothing goes far there is nothing to compare with.
    let most = at_once.iter().copied().fold(0.0, f64::max);
    if most == 0.0 {
        return Ok(None);
    }
    let allowed = PER_WEIGHT * moved(problem, neighbour, inputs);
    if most <= allowed {
        return Ok(None);
    }
    let still = nearest_completion(&(&step.of_v + &step.of_u * OF_OUTPUTS).transpose(), 1.0)?;
    let bounds: Vec<f64> = step.chords(&still).into_iter().map(|chord| chord.max(allowed)).collect();
    let fits = |turn: &DMatrix<f64>| step.chords(turn).iter().zip(&bounds).all(|(chord, bound)| chord <= bound);
    if fits(&whole) {
        return Ok(None);
    }
    let logarithm = Rotation::logarithm(&still)?;
    let power = |p: f64| {
        let mut turn = whole.clone();
        logarithm.rotate(&mut turn, p);
        turn
    };
    let (mut least, mut most, mut turn) = (0.0, 1.0, still);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (least + most);
        let trial = power(middle);
        if fits(&trial) {
            (most, turn) = (middle, trial);
        } else {
            least = middle;
        }
    }
    Ok(Some(step.turned(&turn, arrangement, problem)))
}

impl Step {
    fn new(pairs: Vec<usize>, arrangement: &Arrangement, problem: &Problem, neighbour: &ProperSvd) -> Step {
        let turn_back = neighbour.rotation_out.clone().inverse();
        let seen = |rotation: &Rotation, directions: &DMatrix<f64>| {
            let drawn = turned_by(rotation, directions);
            DMatrix::from_fn(pairs.len(), pairs.len(), |j, k| {
                arrangement.signs[pairs[j]] * drawn[(arrangement.axes[pairs[k]], pairs[j])]
            })
        };
        let (of_v, of_u) = (seen(&neighbour.rotation_in, &problem.pairs_v), seen(&turn_back, &problem.pairs_u));
        Step { pairs, of_v, of_u }
    }

    /// How far the columns of V and of U go where the pairs are turned so: ‖x − e‖ = √(2 − 2x·e).
    fn chords(&self, turn: &DMatrix<f64>) -> Vec<f64> {
        let chords = |seen: &DMatrix<f64>| -> Vec<f64> {
            let columns = seen.column_iter().zip(turn.column_iter());
            columns.map(|(seen, turn)| (2.0 - 2.0 * seen.dot(&turn)).max(0.0).sqrt()).collect()
        };
        [chords(&self.of_v), chords(&self.of_u)].concat()
    }

    fn turned(&self, turn: &DMatrix<f64>, arrangement: &Arrangement, problem: &Problem) -> Tilted {
        let (mut arranged, mut turned) = (arrangement.clone(), problem.clone());
        for (from, to) in [(&problem.pairs_v, &mut turned.pairs_v), (&problem.pairs_u, &mut turned.pairs_u)] {
            let mut signed = from.select_columns(&self.pairs);
            for (mut column, pair) in signed.column_iter_mut().zip(&self.pairs) {
                column *= arrangement.signs[*pair];
            }
            let mixed = signed * turn;
            self.pairs.iter().enumerate().for_each(|(k, pair)| to.set_column(*pair, &mixed.column(k)));
        }
        let flips: f64 = self.pairs.iter().map(|pair| arrangement.signs[*pair]).product();
        (turned.sign_v, turned.sign_u) = (problem.sign_v * flips, problem.sign_u * flips);
        self.pairs.iter().for_each(|pair| arranged.signs[*pair] = 1.0);
        // BᵀΣB has the columns of Bᵀ as directions.
        let mut directions = DMatrix::identity(problem.dimension, problem.dimension);
        let axes: Vec<usize> = self.pairs.iter().map(|pair| arrangement.axes[*pair]).collect();
        for (j, along) in axes.iter().enumerate() {
            for (k, axis) in axes.iter().enumerate() {
                directions[(*axis, *along)] = turn[(j, k)];
            }
        }
        Tilted { arrangement: arranged, problem: turned, directions }
    }
}

/// Directions turned by a rotation of another space, in the larger of both spaces.
pub(super) fn turned_by(rotation: &Rotation, directions: &DMatrix<f64>) -> DMatrix<f64> {
    let dimension = rotation.dimension().max(directions.nrows());
    let mut turned = directions.clone().resize_vertically(dimension, 0.0);
    rotation.clone().embedded(dimension).rotate(&mut turned, 1.0);
    turned
}

/// ‖ΔW‖/‖W‖: what both do to the axes of the input space.
fn moved(problem: &Problem, neighbour: &ProperSvd, inputs: usize) -> f64 {
    let dimension = neighbour.rotation_in.dimension().max(problem.dimension);
    let mut before = turned_by(&neighbour.rotation_in, &DMatrix::identity(dimension, inputs));
    let tilted = neighbour.tilt.as_ref().map_or(0, DMatrix::nrows);
    if let Some(tilt) = &neighbour.tilt {
        let along = tilt.tr_mul(&before.rows(0, tilted));
        before.rows_mut(0, tilted).copy_from(&along);
    }
    for (axis, mut row) in before.row_iter_mut().enumerate() {
        row *= neighbour.factors.get(axis).copied().unwrap_or(0.0);
    }
    if let Some(tilt) = &neighbour.tilt {
        let back = tilt * before.rows(0, tilted);
        before.rows_mut(0, tilted).copy_from(&back);
    }
    let before = turned_by(&neighbour.rotation_out, &before);
    let mut stretched = problem.pairs_u.clone();
    stretched.column_iter_mut().zip(&problem.factors).for_each(|(mut column, factor)| column *= *factor);
    let after = stretched * problem.pairs_v.rows(0, inputs).transpose();
    let length = after.norm();
    if length > 0.0 { (after.resize_vertically(dimension, 0.0) - before).norm() / length } else { 0.0 }
}
