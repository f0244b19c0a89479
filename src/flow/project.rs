//! The one pass over the data that a frame costs: each point's stored values times the rows of this moment, in f32.
//!
//! It is bound by how fast memory gives the values. The innermost loops run over whole vectors of the processor, with the
//! largest that [`Arch`] finds; nothing is fused, so that every processor gives the same bits.

use nalgebra::{DMatrix, DVector};
use pulp::Arch;

use super::path::Station;

/// Coordinates that are multiplied side by side: as many sums run at once, so that none waits for another.
const LANES: usize = 8;

/// One moment's projection of all points, ready to be taken part by part.
#[derive(Clone, Debug)]
pub struct Projector<'a> {
    arch: Arch,
    samples: usize,
    offset: [f64; 3],
    /// The stations whose products are added up: one, or two between which the points move straight.
    terms: Vec<Term<'a>>,
}

#[derive(Clone, Debug)]
struct Term<'a> {
    /// width × samples, column by column.
    values: &'a [f32],
    width: usize,
    /// The rows' weights of [`LANES`] coordinates at a time, row by row.
    whole: Vec<[[f32; LANES]; 3]>,
    /// The weights of the coordinates that are left.
    rest: Vec<[f32; 3]>,
    /// Whether the third row has any.
    space: bool,
}

impl<'a> Projector<'a> {
    /// The sum of rowsᵀ·x over `terms` and `offset`; the rows are d × k with k ≤ 3, and missing ones are 0.
    pub(super) fn new(samples: usize, terms: &[(&'a Station, DMatrix<f64>)], offset: &DVector<f64>) -> Projector<'a> {
        let offset = std::array::from_fn(|axis| offset.get(axis).copied().unwrap_or(0.0));
        let terms = terms.iter().map(|(station, rows)| Term::new(station, rows)).collect();
        Projector { arch: Arch::new(), samples, offset, terms }
    }

    /// The same, moved by `offset`.
    pub fn moved_by(mut self, offset: [f64; 3]) -> Projector<'a> {
        self.offset.iter_mut().zip(offset).for_each(|(place, by)| *place += by);
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
        let out = &mut out[..count];
        out.fill(self.offset.map(|value| value as f32));
        for term in &self.terms {
            let values = &term.values[first * term.width..(first + count) * term.width];
            self.arch.dispatch(
                #[inline(always)]
                || if term.space { term.add::<3>(values, out) } else { term.add::<2>(values, out) },
            );
        }
    }
}

impl<'a> Term<'a> {
    fn new(station: &'a Station, rows: &DMatrix<f64>) -> Term<'a> {
        let width = station.nrows();
        let weight = |coordinate: usize, axis: usize| rows.get((coordinate, axis)).map_or(0.0, |weight| *weight as f32);
        let lanes = |chunk: usize, axis: usize| std::array::from_fn(|lane| weight(chunk * LANES + lane, axis));
        Term {
            values: station.as_slice(),
            width,
            whole: (0..width / LANES).map(|chunk| std::array::from_fn(|axis| lanes(chunk, axis))).collect(),
            rest: (width / LANES * LANES..width).map(|at| std::array::from_fn(|axis| weight(at, axis))).collect(),
            space: rows.ncols() > 2,
        }
    }

    /// Adds the first K coordinates of each point's place.
    #[inline(always)]
    fn add<const K: usize>(&self, values: &[f32], out: &mut [[f32; 3]]) {
        let Term { width, whole, rest, .. } = self;
        if whole.is_empty() {
            add_few::<K>(*width, rest, values, out);
            return;
        }
        for (place, point) in out.iter_mut().zip(values.chunks_exact(*width)) {
            let (chunks, last) = point.split_at(whole.len() * LANES);
            let mut sums = [[0.0_f32; LANES]; K];
            for (values, weights) in chunks.as_chunks::<LANES>().0.iter().zip(whole) {
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    for lane in 0..LANES {
                        sum[lane] += values[lane] * weights[lane];
                    }
                }
            }
            for axis in 0..K {
                let beyond: f32 = last.iter().zip(rest).map(|(value, weights)| value * weights[axis]).sum();
                place[axis] += total(&sums[axis]) + beyond;
            }
        }
    }
}

/// [`Term::add`] for points of fewer coordinates than a vector holds.
#[inline(always)]
fn add_few<const K: usize>(width: usize, weights: &[[f32; 3]], values: &[f32], out: &mut [[f32; 3]]) {
    if width == 0 {
        return;
    }
    for (place, point) in out.iter_mut().zip(values.chunks_exact(width)) {
        for (value, weights) in point.iter().zip(weights) {
            for axis in 0..K {
                place[axis] += value * weights[axis];
            }
        }
    }
}

/// The sum of the lanes, by halves: three steps that do not wait for each other's lanes.
#[inline(always)]
fn total(lanes: &[f32; LANES]) -> f32 {
    let [a, b, c, d, e, f, g, h] = *lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
