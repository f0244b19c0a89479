//! What there is to choose from: singular pairs and null spaces, padded to the moving dimension.

use nalgebra::DMatrix;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::kabsch::orthogonal_factor;
use crate::linalg::library::determinant_sign;
use crate::linalg::{LinalgError, Svd};

/// Singular values this close, relative to the largest, are equal: turning their common basis changes W by less than
/// the 1e-12 that the decomposition promises.
pub(super) const EQUAL_SINGULAR_VALUES: f64 = 1e-13;
/// Rows of V + U with singular values below this have no preferred direction to turn a basis to.
const NO_DIRECTION: f64 = 1e-6;

/// The singular pairs (columns of `pairs_v` and `pairs_u`) and the null spaces of one matrix in d dimensions.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// d.
    pub dimension: usize,
    /// v_j of the r singular values that are not zero, and of a single one that is; d×r.
    pub pairs_v: DMatrix<f64>,
    /// u_j, d×r.
    pub pairs_u: DMatrix<f64>,
    /// σ_j, largest first.
    pub factors: Vec<f64>,
    /// Whether the null spaces are known only as what the pairs leave, so that there are no bases of them.
    pub is_thin: bool,
    /// A basis of what V lacks, d×(d−r): no direction, or two and more; without columns where the problem is thin.
    pub null_v: DMatrix<f64>,
    /// A basis of what U lacks, d×(d−r).
    pub null_u: DMatrix<f64>,
    /// Ranges of equal singular values, of two or more.
    pub clusters: Vec<(usize, usize)>,
    /// det of [pairs_v null_v], ±1; known where no null directions are free or singular values are equal.
    pub sign_v: f64,
    /// det of [pairs_u null_u], ±1.
    pub sign_u: f64,
}

impl Problem {
    pub fn new(svd: &Svd) -> Result<Problem, LinalgError> {
        let (dimension, rank) = (svd.moving_dimension(), svd.rank());
        let factors: Vec<f64> = svd.singular_values()[..rank].to_vec();
        let is_thin = svd.is_thin();
        let split = |basis: &DMatrix<f64>| match is_thin {
            true => (basis.clone().resize_vertically(dimension, 0.0), DMatrix::zeros(dimension, 0)),
            false => padded(basis, dimension, rank),
        };
        let ((mut pairs_v, null_v), (mut pairs_u, null_u)) = (split(svd.v()), split(svd.u()));
        // Both bases are changed by the same column operations, so both determinants change sign together.
        let mut changed = make_signs_canonical(&mut pairs_v, &mut pairs_u);
        let clusters = clusters(&factors);
        for (start, end) in &clusters {
            if let Some(turn) = turn_to_axes(&pairs_v, &pairs_u, *start, *end)? {
                turn_columns([&mut pairs_v, &mut pairs_u], *start, &turn);
                changed *= determinant_sign(&turn);
            }
        }
        // Elsewhere null directions take whatever sign is needed.
        let needs_signs = dimension - rank < 2 || !clusters.is_empty();
        let (sign_u, sign_v) = if needs_signs { svd.signs() } else { (1.0, 1.0) };
        let (sign_v, sign_u) = (changed * sign_v, changed * sign_u);
        let problem =
            Problem { dimension, pairs_v, pairs_u, factors, is_thin, null_v, null_u, clusters, sign_v, sign_u };
        Ok(if dimension - rank == 1 { problem.with_the_null_pair() } else { problem })
    }

    /// A single null direction has only its sign to choose, and the determinants choose it: it makes a pair of factor 0.
    fn with_the_null_pair(self) -> Problem {
        let Problem { dimension, mut factors, clusters, .. } = self;
        let pairs_v = joined(&self.pairs_v, &(self.null_v * self.sign_v));
        let pairs_u = joined(&self.pairs_u, &(self.null_u * self.sign_u));
        factors.push(0.0);
        let none = || DMatrix::zeros(dimension, 0);
        let (null_v, null_u) = (none(), none());
        let is_thin = false;
        Problem { dimension, pairs_v, pairs_u, factors, is_thin, null_v, null_u, clusters, sign_v: 1.0, sign_u: 1.0 }
    }

    /// Whether an arrangement gives V and U, as no null directions are free.
    pub fn is_given(&self) -> bool {
        self.rank() == self.dimension
    }

    /// The same choice in the bases V and U, whose pairs lie on `axes` and whose null directions on the `free` ones.
    pub fn in_bases(&self, [v, u]: [&DMatrix<f64>; 2], axes: &[usize], free: &[usize]) -> Problem {
        let pairs = |basis: &DMatrix<f64>| basis.select_columns(axes);
        let null = |basis: &DMatrix<f64>| basis.select_columns(free);
        // Both factors are proper, so the sign is that of the reordering alone.
        let reordered = |basis: &DMatrix<f64>| determinant_sign(&joined(&pairs(basis), &null(basis)));
        Problem {
            pairs_v: pairs(v),
            pairs_u: pairs(u),
            null_v: null(v),
            null_u: null(u),
            sign_v: reordered(v),
            sign_u: reordered(u),
            ..self.clone()
        }
    }

    /// The same choice, with the common basis of equal singular values turned at random (the same for every call).
    pub fn with_turned_clusters(&self, seed: u64) -> Result<Problem, LinalgError> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut turned = self.clone();
        for (start, end) in &self.clusters {
            let size = end - start;
            let (turn, _) = orthogonal_factor(&DMatrix::from_fn(size, size, |_, _| random.random::<f64>() - 0.5))?;
            turn_columns([&mut turned.pairs_v, &mut turned.pairs_u], *start, &turn);
        }
        turned.sign_v = determinant_sign(&joined(&turned.pairs_v, &turned.null_v));
        turned.sign_u = determinant_sign(&joined(&turned.pairs_u, &turned.null_u));
        Ok(turned)
    }

    /// Turns the common bases of equal singular values toward the axes as these are seen here, and those of `other`, which are
    /// the same pairs in another space, with them.
    pub fn turn_clusters_with(&mut self, other: &mut Problem) -> Result<(), LinalgError> {
        for (start, end) in self.clusters.clone() {
            let Some(turn) = turn_to_axes(&self.pairs_v, &self.pairs_u, start, end)? else { continue };
            for problem in [&mut *self, &mut *other] {
                turn_columns([&mut problem.pairs_v, &mut problem.pairs_u], start, &turn);
                let sign = determinant_sign(&turn);
                (problem.sign_v, problem.sign_u) = (problem.sign_v * sign, problem.sign_u * sign);
            }
        }
        Ok(())
    }

    /// r.
    pub fn rank(&self) -> usize {
        self.factors.len()
    }

    /// d − r.
    pub fn nullity(&self) -> usize {
        self.dimension - self.factors.len()
    }
}

/// Splits an orthogonal matrix into its first `rank` columns and the rest, both padded to `dimension`; the padding's
/// own axes join the rest.
fn padded(basis: &DMatrix<f64>, dimension: usize, rank: usize) -> (DMatrix<f64>, DMatrix<f64>) {
    let side = basis.nrows();
    let mut pairs = DMatrix::zeros(dimension, rank);
    pairs.rows_mut(0, side).copy_from(&basis.columns(0, rank));
    let mut null = DMatrix::zeros(dimension, dimension - rank);
    null.view_mut((0, 0), (side, side - rank)).copy_from(&basis.columns(rank, side - rank));
    for axis in side..dimension {
        null[(axis, axis - rank)] = 1.0;
    }
    (pairs, null)
}

fn joined(pairs: &DMatrix<f64>, null: &DMatrix<f64>) -> DMatrix<f64> {
    let mut whole = DMatrix::zeros(pairs.nrows(), pairs.nrows());
    whole.columns_mut(0, pairs.ncols()).copy_from(pairs);
    whole.columns_mut(pairs.ncols(), null.ncols()).copy_from(null);
    whole
}

/// The library's signs may differ from machine to machine: each v_j gets its largest entry positive. Answers by what
/// the determinants were multiplied.
fn make_signs_canonical(pairs_v: &mut DMatrix<f64>, pairs_u: &mut DMatrix<f64>) -> f64 {
    let mut changed = 1.0;
    for j in 0..pairs_v.ncols() {
        let column = pairs_v.column(j);
        // Entries that agree to rounding count as equal, and the first of them decides.
        let nearly_largest = column.amax() * (1.0 - 1e-9);
        let decisive = column.iter().find(|entry| entry.abs() >= nearly_largest);
        if decisive.is_some_and(|entry| *entry < 0.0) {
            pairs_v.column_mut(j).neg_mut();
            pairs_u.column_mut(j).neg_mut();
            changed = -changed;
        }
    }
    changed
}

fn clusters(factors: &[f64]) -> Vec<(usize, usize)> {
    let tolerance = factors.first().copied().unwrap_or(0.0) * EQUAL_SINGULAR_VALUES;
    let mut ranges = Vec::new();
    let mut start = 0;
    for end in 1..=factors.len() {
        // Compared with the first of the range, so that a slow drift is not taken for equality.
        if end == factors.len() || factors[start] - factors[end] > tolerance {
            if end - start > 1 {
                ranges.push((start, end));
            }
            start = end;
        }
    }
    ranges
}

/// The orthogonal G by which the common basis of equal singular values, the columns from `start` to before `end`, comes
/// nearest to the axes on which that eigenspace weighs most: the maximiser of tr((V + U)_axes·G). `None` where no direction
/// is preferred.
fn turn_to_axes(
    pairs_v: &DMatrix<f64>,
    pairs_u: &DMatrix<f64>,
    start: usize,
    end: usize,
) -> Result<Option<DMatrix<f64>>, LinalgError> {
    let (v, u) = (pairs_v.columns(start, end - start), pairs_u.columns(start, end - start));
    let mut axes: Vec<usize> = (0..v.nrows()).collect();
    let weights: Vec<f64> = axes.iter().map(|axis| v.row(*axis).norm_squared() + u.row(*axis).norm_squared()).collect();
    axes.sort_by(|one, other| weights[*other].total_cmp(&weights[*one]));
    axes.truncate(v.ncols());
    axes.sort_unstable();
    let (mut turn, smallest) = orthogonal_factor(&(v + u).select_rows(&axes))?;
    if smallest < NO_DIRECTION {
        // V and U point opposite ways (W = −c·I): V alone is laid on the axes.
        let (v_turn, v_smallest) = orthogonal_factor(&v.select_rows(&axes))?;
        if v_smallest < NO_DIRECTION {
            return Ok(None);
        }
        turn = v_turn;
    }
    Ok(Some(turn.transpose()))
}

/// Multiplies the columns of V and U from `start` on by an orthogonal matrix.
fn turn_columns(bases: [&mut DMatrix<f64>; 2], start: usize, turn: &DMatrix<f64>) {
    for pairs in bases {
        let turned = pairs.columns(start, turn.nrows()) * turn;
        pairs.columns_mut(start, turn.nrows()).copy_from(&turned);
    }
}
