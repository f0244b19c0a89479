//! The one pass over the data that a frame costs: each point's stored values times the rows of this moment, in f32.
//!
//! It is bound by how fast memory gives the values. The innermost loops run over whole vectors of the processor, with the
//! largest that [`Arch`] finds; nothing is fused, so that every processor gives the same bits.

use nalgebra::{DMatrix, DVector};
use pulp::{Arch, Simd, WithSimd};

use super::checkpoint::{Checkpoint, LANES};

/// One moment's projection of all points, ready to be taken part by part.
#[derive(Clone, Debug)]
pub struct Projector<'a> {
    arch: Arch,
    samples: usize,
    offset: [f64; 3],
    /// The stations whose products are added up: one, or those between which the points move.
    terms: Vec<Term<'a>>,
    /// Whether the third row has any weights.
    space: bool,
}

#[derive(Clone, Debug)]
struct Term<'a> {
    checkpoint: &'a Checkpoint,
    /// Each coordinate's weights in the three rows.
    weights: Vec<[f32; 3]>,
}

impl<'a> Projector<'a> {
    /// The sum of rowsᵀ·x over `terms` and `offset`; the rows are d × k with k ≤ 3, and missing ones are 0.
    pub(super) fn new(
        samples: usize,
        terms: &[(&'a Checkpoint, DMatrix<f64>)],
        offset: &DVector<f64>,
    ) -> Projector<'a> {
        let space = offset.len() > 2;
        let offset = std::array::from_fn(|axis| offset.get(axis).copied().unwrap_or(0.0));
        let terms = terms.iter().map(|(checkpoint, rows)| Term::new(checkpoint, rows)).collect();
        Projector { arch: Arch::new(), samples, offset, terms, space }
    }

    /// The same, moved by `offset`.
    pub fn moved_by(mut self, offset: [f64; 3]) -> Projector<'a> {
        self.offset.iter_mut().zip(offset).for_each(|(position, by)| *position += by);
        self
    }

    /// On the way from these places to those of `other` for the same points: the share of the way is 0 to 1.
    pub fn toward(mut self, other: Projector<'a>, share: f64) -> Projector<'a> {
        let (here, there) = (1.0 - share, share);
        let scaled = |mut term: Term<'a>, by: f64| {
            term.weights.iter_mut().flatten().for_each(|weight| *weight *= by as f32);
            term
        };
        let terms = std::mem::take(&mut self.terms).into_iter().map(|term| scaled(term, here));
        self.terms = terms.chain(other.terms.into_iter().map(|term| scaled(term, there))).collect();
        self.offset.iter_mut().zip(other.offset).for_each(|(own, to)| *own = here * *own + there * to);
        self.samples = self.samples.min(other.samples);
        self.space |= other.space;
        self
    }

    /// The number of points.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Writes the places of the points from `first` on into `out`, as many as it holds; what is beyond the last point is
    /// left as it was.
    pub fn project(&self, first: usize, out: &mut [[f32; 3]]) {
        let count = out.len().min(self.samples.saturating_sub(first));
        self.arch.dispatch(Pass { projector: self, first, out: &mut out[..count] });
    }
}

/// [`Projector::project`] for [`Arch`].
struct Pass<'a> {
    projector: &'a Projector<'a>,
    first: usize,
    out: &'a mut [[f32; 3]],
}

impl WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.projector.space { self.positions::<3, S>(simd) } else { self.positions::<2, S>(simd) }
    }
}

impl Pass<'_> {
    /// Finds the first K coordinates of each place.
    #[inline(always)]
    fn positions<const K: usize, S: Simd>(self, simd: S) {
        let Pass { projector, first, mut out } = self;
        let offset = projector.offset.map(|offset| offset as f32);
        // The first block may begin before the first point.
        let (mut block, mut skipped) = (first / LANES, first % LANES);
        while !out.is_empty() {
            let sums = projector.sums::<K, S>(simd, offset, block);
            let (positions, beyond) = out.split_at_mut((LANES - skipped).min(out.len()));
            for (position, lane) in positions.iter_mut().zip(skipped..) {
                *position = std::array::from_fn(|axis| if axis < K { sums[axis][lane] } else { offset[axis] });
            }
            (out, block, skipped) = (beyond, block + 1, 0);
        }
    }
}

impl Projector<'_> {
    /// The first K coordinates of all places of a block.
    #[inline(always)]
    fn sums<const K: usize, S: Simd>(&self, simd: S, offset: [f32; 3], block: usize) -> [[f32; LANES]; K] {
        let mut positions = [[0.0; LANES]; K];
        let vectors = LANES / S::F32_LANES;
        // Two at a time, so that a sum need not wait for the one before.
        for first in (0..vectors).step_by(2) {
            let pair = [first, (first + 1).min(vectors - 1)];
            let mut sums = [std::array::from_fn::<_, K, _>(|axis| simd.splat_f32s(offset[axis])); 2];
            for term in &self.terms {
                for (values, weights) in term.checkpoint.block(block).iter().zip(&term.weights) {
                    let (values, _) = S::as_simd_f32s(&values.0);
                    for (sums, vector) in sums.iter_mut().zip(pair) {
                        for (sum, weight) in sums.iter_mut().zip(weights) {
                            *sum = simd.add_f32s(*sum, simd.mul_f32s(values[vector], simd.splat_f32s(*weight)));
                        }
                    }
                }
            }
            for (sums, vector) in sums.into_iter().zip(pair) {
                for (positions, sum) in positions.iter_mut().zip(sums) {
                    S::as_mut_simd_f32s(positions).0[vector] = sum;
                }
            }
        }
        positions
    }
}

impl<'a> Term<'a> {
    fn new(checkpoint: &'a Checkpoint, rows: &DMatrix<f64>) -> Term<'a> {
        let weight = |coordinate: usize, axis: usize| rows.get((coordinate, axis)).map_or(0.0, |weight| *weight as f32);
        let weights = (0..checkpoint.width()).map(|at| std::array::from_fn(|axis| weight(at, axis))).collect();
        Term { checkpoint, weights }
    }
}
