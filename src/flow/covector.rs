//! Covectors on their way back through a phase: λ(s) = M(s→1)ᵀ λ(1).

use nalgebra::{DMatrix, DVector};

use super::Motion;
use super::motion::scale;
use super::velocity::remaining_factor;

impl Motion {
    /// The covectors (d × samples) at phase time s of a phase that begins with `start` and ends with `end`; `shares` are the
    /// values that a softmax gives.
    ///
    /// A rotation turns the end's back by what is left of it, a compression stretches them by the factors that are left.
    /// An activation cuts coordinate j by its slope: λ(0) = σ'λ(1), and the part from s on has the slope
    /// σ'/((1−s) + sσ'), so that λ(s) = λ(0)λ(1)/((1−s)λ(1) + sλ(0)) without asking for σ' again. The matrix of a softmax is
    /// J = diag p − ppᵀ, and λ(s) = ((1−s)I + sJ)⁻¹ λ(0), a diagonal and one dyad (Sherman–Morrison). A residual block,
    /// within which the place does not tell where the layer began, and an operator of a graph keep the end's.
    pub(crate) fn covectors(
        &self,
        s: f64,
        (start, end): (&DMatrix<f64>, &DMatrix<f64>),
        shares: Option<&DMatrix<f64>>,
    ) -> DMatrix<f64> {
        if s <= 0.0 {
            return start.clone();
        }
        if s >= 1.0 {
            return end.clone();
        }
        let mut now = end.clone();
        match self {
            Motion::Shift(_) | Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_) => {}
            Motion::Rotation(rotation) => rotation.rotate(&mut now, s - 1.0),
            Motion::Compression { law, factors, basis } => {
                let left: Vec<f64> = factors.iter().map(|sigma| remaining_factor(*law, *sigma, s)).collect();
                scale(&mut now, &left, basis.as_ref());
            }
            Motion::Activation { .. } => match shares {
                Some(shares) => through_softmax(&mut now, start, shares, s),
                None => now.zip_apply(start, |end, start| {
                    let divisor = (1.0 - s) * *end + s * start;
                    *end = if divisor == 0.0 { 0.0 } else { start * *end / divisor };
                }),
            },
        }
        now
    }
}

/// ((1−s)I + s(diag p − ppᵀ))⁻¹ b for the columns b of `start` and p of `shares`, of which the first rows are meant.
fn through_softmax(now: &mut DMatrix<f64>, start: &DMatrix<f64>, shares: &DMatrix<f64>, s: f64) {
    let width = shares.nrows().min(now.nrows());
    for ((mut now, start), p) in now.column_iter_mut().zip(start.column_iter()).zip(shares.column_iter()) {
        let diagonal = |row: usize| 1.0 - s + s * p[row];
        let solved = DVector::from_fn(width, |row, _| start[row] / diagonal(row));
        let dyad = DVector::from_fn(width, |row, _| p[row] / diagonal(row));
        let p = p.rows(0, width);
        let along = s * p.dot(&solved) / (1.0 - s * p.dot(&dyad));
        now.rows_mut(0, width).copy_from(&(solved + dyad * along));
    }
}
