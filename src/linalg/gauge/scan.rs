//! All changes of an arrangement that gain, found at a few operations each.
//!
//! The factors of a change and of its opposite are A ± B with A = vᵥ·vᵤ + eᵥ·eᵤ and B = vᵥ·eᵤ + eᵥ·vᵤ, where v ± e are
//! those of V and of U. As ln x ≤ x − 1, no logarithm is needed for a pair of changes whose bound
//! c + Σ w(A − 1) + |Σ wB + t| (c and t what the linear terms make of both and of one) is not positive: almost all.

use pulp::Arch;

use super::estimate::Estimate;
use super::moves::Move;

const SIGNS: [f64; 2] = [1.0, -1.0];
/// Nodes that a law has at most.
const NODES: usize = 2;

/// Scratch memory of the scan.
#[derive(Clone, Default)]
pub(super) struct Scan {
    /// Columns of matrices as rows: of Z, and of M of V and of U by node.
    placed: Vec<f64>,
    inverses: [[Vec<f64>; 2]; NODES],
    /// Their diagonals.
    diagonal: Vec<f64>,
    diagonals: [[Vec<f64>; 2]; NODES],
    /// The bound of each partner.
    bounds: Vec<f64>,
    /// Shifts that may gain.
    hopeful: Vec<Move>,
    found: Vec<(f64, Move)>,
}

impl Scan {
    /// The changes that gain more than `least`, the largest gain first, among those that keep V and U proper: without
    /// free axes quarter-turns and half-turns of two pairs; with them, all changes of one or two pairs.
    pub fn gaining(&mut self, of: &Estimate<'_>, least: f64) -> &[(f64, Move)] {
        let rank = of.rank;
        self.found.clear();
        transpose(&of.placed, rank, &mut self.placed, &mut self.diagonal);
        for ((inverses, diagonals), nodes) in self.inverses.iter_mut().zip(&mut self.diagonals).zip(&of.nodes) {
            for ((inverse, diagonal), node) in inverses.iter_mut().zip(diagonals).zip(nodes) {
                transpose(&node.inverse, rank, inverse, diagonal);
            }
        }
        self.bounds.resize(rank, 0.0);
        let arch = Arch::new();
        for j in 0..rank {
            arch.dispatch(|| self.bound_partners(of, j));
            for k in j + 1..rank {
                if self.bounds[k] > least {
                    self.consider_pair(of, j, k, least);
                }
            }
        }
        if !of.free.is_empty() {
            self.singles(of, least);
        }
        self.found.sort_by(|one, other| other.0.total_cmp(&one.0));
        &self.found
    }

    fn consider(&mut self, of: &Estimate<'_>, change: Move, least: f64) {
        let gain = of.gain(change);
        if gain > least {
            self.found.push((gain, change));
        }
    }

    fn consider_pair(&mut self, of: &Estimate<'_>, j: usize, k: usize, least: f64) {
        for first in SIGNS {
            self.consider(of, Move::Exchange { j, k, first, second: -first }, least);
            if !of.free.is_empty() {
                self.consider(of, Move::Exchange { j, k, first, second: first }, least);
            }
        }
        if of.free.is_empty() {
            self.consider(of, Move::Flips(j, k), least);
        }
    }

    /// Bounds on what changes of pair j with each later one gain.
    #[inline(always)]
    fn bound_partners(&mut self, of: &Estimate<'_>, j: usize) {
        let rank = of.rank;
        let later = j + 1..rank;
        let row = j * rank + j + 1..(j + 1) * rank;
        let bounds = &mut self.bounds[later.clone()];
        let z = Lines {
            diagonal: &self.diagonal[later.clone()],
            row: &of.placed[row.clone()],
            column: &self.placed[row.clone()],
            own: self.diagonal[j],
        };
        let lines = |node: usize, side: usize| Lines {
            diagonal: &self.diagonals[node][side][later.clone()],
            row: &of.nodes[node][side].inverse[row.clone()],
            column: &self.inverses[node][side][row.clone()],
            own: self.diagonals[node][side][j],
        };
        let trace = of.law.trace;
        match (of.law.nodes, of.free.is_empty()) {
            ([(_, weight)], true) => bound_turns(bounds, trace, *weight, z, lines(0, 0), lines(0, 1)),
            ([(_, weight)], false) => bound_all(bounds, trace, z, [(*weight, [lines(0, 0), lines(0, 1)])]),
            ([(_, one), (_, other)], _) => {
                let (first, second) = ([lines(0, 0), lines(0, 1)], [lines(1, 0), lines(1, 1)]);
                bound_all(bounds, trace, z, [(*one, first), (*other, second)]);
            }
            _ => bounds.fill(f64::INFINITY),
        }
    }

    /// Changes of one pair.
    fn singles(&mut self, of: &Estimate<'_>, least: f64) {
        for j in 0..of.rank {
            self.consider(of, Move::Flip(j), least);
        }
        self.hopeful.clear();
        Arch::new().dispatch(|| match of.law.nodes.len() {
            1 => self.bound_shifts::<1>(of, least),
            _ => self.bound_shifts::<NODES>(of, least),
        });
        let hopeful = std::mem::take(&mut self.hopeful);
        hopeful.iter().for_each(|shift| self.consider(of, *shift, least));
        self.hopeful = hopeful;
    }

    /// The shifts of a pair to a free axis that may gain more than `least`.
    #[inline(always)]
    fn bound_shifts<const N: usize>(&mut self, of: &Estimate<'_>, least: f64) {
        let (trace, outside, rank) = (of.law.trace, of.law.outside, of.rank);
        let weights: [f64; N] = std::array::from_fn(|node| of.law.nodes[node].1);
        // What staying has, which is lost.
        let lost: f64 = weights.iter().sum();
        let own = self.bounds.iter_mut().zip(&of.arrangement.axes).zip(&self.diagonal);
        own.for_each(|((bound, axis), z)| *bound = -outside * of.weights[*axis] - trace * z - lost);
        let kept = &self.bounds[..rank];
        let diagonals: [[&[f64]; 2]; N] =
            std::array::from_fn(|node| [0, 1].map(|side: usize| &self.diagonals[node][side][..rank]));
        for (free, axis) in of.free.iter().enumerate() {
            let row = free * rank..(free + 1) * rank;
            let there = outside * of.weights[*axis] - least;
            let unplaced = &of.unplaced[row.clone()];
            let beside: [[&[f64]; 2]; N] =
                std::array::from_fn(|node| [0, 1].map(|side: usize| &of.nodes[node][side].beside[row.clone()]));
            for j in 0..rank {
                let (mut both, mut each) = (kept[j] + there, trace * unplaced[j]);
                for node in 0..N {
                    let ([v, u], [v_beside, u_beside]) = (diagonals[node], beside[node]);
                    both += weights[node] * (v[j] * u[j] + v_beside[j] * u_beside[j]);
                    each += weights[node] * (v[j] * u_beside[j] + v_beside[j] * u[j]);
                }
                if both + each.abs() > 0.0 {
                    // That sign of the two which gains more.
                    self.hopeful.push(Move::Shift { j, free, sign: 1.0_f64.copysign(each) });
                }
            }
        }
    }
}

/// What lies on and beside the diagonal of a matrix behind one index.
#[derive(Clone, Copy)]
struct Lines<'a> {
    diagonal: &'a [f64],
    row: &'a [f64],
    column: &'a [f64],
    own: f64,
}

impl Lines<'_> {
    /// v, e of the quarter-turns; 2v − 1 is the half-turn's.
    #[inline(always)]
    fn turn(&self, k: usize) -> (f64, f64) {
        let (row, column) = (self.row[k], self.column[k]);
        ((2.0 * self.own - 1.0) * self.diagonal[k] + (1.0 - self.own) - 2.0 * row * column, row - column)
    }

    /// v, e of the exchanges that reflect.
    #[inline(always)]
    fn exchange(&self, k: usize) -> (f64, f64) {
        (self.own + self.diagonal[k] - 1.0, -(self.row[k] + self.column[k]))
    }
}

/// Quarter-turns and half-turns, for a law of one node.
#[inline(always)]
fn bound_turns(bounds: &mut [f64], trace: f64, weight: f64, z: Lines<'_>, v: Lines<'_>, u: Lines<'_>) {
    let length = bounds.len();
    let (z, v, u) = (z.cut(length), v.cut(length), u.cut(length));
    for (k, bound) in bounds.iter_mut().enumerate() {
        let kept = trace * (z.own + z.diagonal[k]);
        let turned = trace * (z.column[k] - z.row[k]);
        let ((v, v_e), (u, u_e)) = (v.turn(k), u.turn(k));
        let quarter = weight * (v * u + v_e * u_e - 1.0) - kept + (weight * (v * u_e + v_e * u) + turned).abs();
        let half = weight * ((2.0 * v - 1.0) * (2.0 * u - 1.0) - 1.0) - 2.0 * kept;
        *bound = quarter.max(half);
    }
}

/// Quarter-turns and exchanges that reflect, for a law of some nodes.
#[inline(always)]
fn bound_all<const N: usize>(bounds: &mut [f64], trace: f64, z: Lines<'_>, nodes: [(f64, [Lines<'_>; 2]); N]) {
    let length = bounds.len();
    let z = z.cut(length);
    let nodes = nodes.map(|(weight, [v, u])| (weight, v.cut(length), u.cut(length)));
    for (k, bound) in bounds.iter_mut().enumerate() {
        let kept = trace * (z.own + z.diagonal[k]);
        let (mut turn, mut turned) = (-kept, trace * (z.column[k] - z.row[k]));
        let (mut exchange, mut exchanged) = (-kept, trace * (z.column[k] + z.row[k]));
        for (weight, v, u) in &nodes {
            let ((v_t, v_e), (u_t, u_e)) = (v.turn(k), u.turn(k));
            turn += weight * (v_t * u_t + v_e * u_e - 1.0);
            turned += weight * (v_t * u_e + v_e * u_t);
            let ((v_t, v_e), (u_t, u_e)) = (v.exchange(k), u.exchange(k));
            exchange += weight * (v_t * u_t + v_e * u_e - 1.0);
            exchanged += weight * (v_t * u_e + v_e * u_t);
        }
        *bound = (turn + turned.abs()).max(exchange + exchanged.abs());
    }
}

impl<'a> Lines<'a> {
    /// All of the same length, so that no index needs a check.
    #[inline(always)]
    fn cut(self, length: usize) -> Lines<'a> {
        Lines {
            diagonal: &self.diagonal[..length],
            row: &self.row[..length],
            column: &self.column[..length],
            own: self.own,
        }
    }
}

/// The transpose and the diagonal of a square matrix.
fn transpose(matrix: &[f64], size: usize, to: &mut Vec<f64>, diagonal: &mut Vec<f64>) {
    /// Rows and columns that are moved at once, so that both stay in the cache.
    const BLOCK: usize = 16;
    to.resize(size * size, 0.0);
    for rows in (0..size).step_by(BLOCK) {
        for columns in (0..size).step_by(BLOCK) {
            for i in rows..(rows + BLOCK).min(size) {
                for j in columns..(columns + BLOCK).min(size) {
                    to[j * size + i] = matrix[i * size + j];
                }
            }
        }
    }
    diagonal.clear();
    diagonal.extend(matrix.iter().step_by(size + 1));
}
