//! The continuous limit of a block whose activation is straight between its kinks, by Taylor's series.
//!
//! With the hidden values z = W₁x + b₁ the block is dx/ds = W₂σ(z) + b₂, so that
//!
//! dz/ds = Gσ(z) + W₁b₂ with G = W₁W₂, and x(s) = x(0) + W₂·∫σ(z) + s·b₂:
//!
//! x need not be followed at all. While no hidden value passes a kink σ(z) = σ(z₀) + m∘(z − z₀) with slopes m that do not
//! change, and the coefficients of z(s) = Σ c_k s^k follow from each other: c₁ = Gσ(c₀) + W₁b₂, c_{k+1} = G(m∘c_k)/(k+1).
//! A step of a point goes as far as so many terms reach, or to where the first of its hidden values meets a kink, which
//! its polynomial tells ([`kink_step`]). There the velocity is continuous, and the next step begins with other slopes.

use nalgebra::DMatrix;

use super::bound::{MAX_STEPS, NoLimit};
use super::kink_step::{TERMS, until_a_kink};
use super::under_way::{chosen, under_way};
use crate::network::{Activation, Residual};

/// The last terms of a series may be this share of the error that is allowed, over the hidden values.
const SHARE: f64 = 0.1;
/// Terms at least.
const FEWEST: usize = 4;
/// Points that go through the products together: their coefficients stay in the processor's cache.
const TOGETHER: usize = 128;
/// Products that a point takes, about: what it may cost to form G for them.
const PRODUCTS: usize = 40;

/// What all points share.
struct Field<'a> {
    block: &'a Residual,
    /// G, where products with it cost less than those with both of its factors.
    joint: Option<DMatrix<f64>>,
    /// W₁b₂; zeros without b₂.
    drift: DMatrix<f64>,
    /// Where σ bends, ascending.
    kinks: Vec<f64>,
    /// Its slope before the first kink, between each two, and behind the last.
    slopes: Vec<f64>,
    /// What the last terms of a series may be.
    tolerance: f64,
}

/// Points on their way.
struct ActiveTrajectories {
    /// Which column each is.
    number: Vec<usize>,
    /// What is left of its way.
    left: Vec<f64>,
    /// z, hidden values × points.
    hidden: DMatrix<f64>,
    /// ∫σ(z) so far.
    gathered: DMatrix<f64>,
}

/// As [`super::integrate`], for a block whose activation is piecewise linear.
pub(super) fn integrate(
    block: &Residual,
    points: &mut DMatrix<f64>,
    duration: f64,
    tolerance: f64,
) -> Result<(), NoLimit> {
    let (width, samples) = (block.inner.inputs(), points.ncols());
    let field = Field::new(block, samples, SHARE * tolerance);
    let mut moved = points.rows(0, width).into_owned();
    for first in (0..samples).step_by(TOGETHER) {
        let count = TOGETHER.min(samples - first);
        let start = moved.columns(first, count).into_owned();
        let gathered = field.follow(&start, duration)?;
        let mut there = start + &block.outer.weight * gathered;
        if let Some(bias) = &block.outer.bias {
            there.column_iter_mut().for_each(|mut column| column.axpy(duration, bias, 1.0));
        }
        moved.columns_mut(first, count).copy_from(&there);
    }
    points.rows_mut(0, width).copy_from(&moved);
    Ok(())
}

impl<'a> Field<'a> {
    fn new(block: &'a Residual, samples: usize, tolerance: f64) -> Field<'a> {
        let (width, hidden) = (block.inner.inputs(), block.inner.outputs());
        let products = PRODUCTS.saturating_mul(samples);
        let apart = products.saturating_mul(2 * hidden * width);
        let jointly = (hidden * hidden).saturating_mul(width.saturating_add(products));
        let drift = match &block.outer.bias {
            Some(bias) => &block.inner.weight * DMatrix::from_column_slice(bias.len(), 1, bias.as_slice()),
            None => DMatrix::zeros(hidden, 1),
        };
        let mut kinks = block.activation.kinks();
        kinks.sort_by(f64::total_cmp);
        let slopes = slopes_between(block.activation, &kinks);
        let joint = (jointly < apart).then(|| &block.inner.weight * &block.outer.weight);
        Field { block, joint, drift, kinks, slopes, tolerance }
    }

    /// ∫σ(z) over the whole way of each column of `start`.
    fn follow(&self, start: &DMatrix<f64>, duration: f64) -> Result<DMatrix<f64>, NoLimit> {
        let hidden = self.block.inner.apply(start);
        let mut arrived = DMatrix::zeros(hidden.nrows(), hidden.ncols());
        let mut travellers = ActiveTrajectories {
            number: (0..start.ncols()).collect(),
            left: vec![duration; start.ncols()],
            gathered: arrived.clone(),
            hidden,
        };
        for step in 1..=MAX_STEPS {
            let terms = self.terms(&travellers);
            if !travellers.go(self, &terms, duration) {
                return Err(NoLimit { steps: step });
            }
            travellers.arrive(&mut arrived);
            if travellers.number.is_empty() {
                return Ok(arrived);
            }
        }
        Err(NoLimit { steps: MAX_STEPS })
    }

    /// G·`values`.
    fn turned(&self, values: &DMatrix<f64>) -> DMatrix<f64> {
        match &self.joint {
            Some(joint) => joint * values,
            None => &self.block.inner.weight * (&self.block.outer.weight * values),
        }
    }

    /// The series of all points, as long as the farthest of them needs.
    fn terms(&self, travellers: &ActiveTrajectories) -> Terms {
        let hidden = &travellers.hidden;
        let value = |z: f64| self.block.activation.value(z);
        let values = hidden.map(value);
        let mut first = self.turned(&values);
        first.column_iter_mut().for_each(|mut column| column += self.drift.column(0));
        let slope_of = |z: f64, towards: f64| {
            // On a kink itself the way tells which side counts.
            let before = self.kinks.partition_point(|kink| if towards < 0.0 { *kink < z } else { *kink <= z });
            self.slopes[before]
        };
        let slopes = hidden.zip_map(&first, slope_of);
        let sloped = first.component_mul(&slopes);
        let mut terms = Terms { coefficients: vec![hidden.clone(), first], integrated: vec![values, sloped] };
        for order in 2..=TERMS {
            let next = self.turned(&terms.integrated[order - 1]) / order as f64;
            terms.integrated.push(next.component_mul(&slopes));
            terms.coefficients.push(next);
            let suffices = |(column, left): (usize, &f64)| terms.reach(column, self.tolerance) >= *left;
            if order >= FEWEST && travellers.left.iter().enumerate().all(suffices) {
                break;
            }
        }
        terms
    }
}

/// The series of all points at one step.
struct Terms {
    /// c₀ … of z, each hidden values × points.
    coefficients: Vec<DMatrix<f64>>,
    /// Those of σ(z).
    integrated: Vec<DMatrix<f64>>,
}

impl Terms {
    /// So far the series of a column holds.
    fn reach(&self, column: usize, tolerance: f64) -> f64 {
        let size = |order: usize| self.coefficients[order].column(column).amax();
        let allowed = tolerance * size(0).max(size(1));
        let of = |order: usize| {
            let size = size(order);
            if size == 0.0 { f64::INFINITY } else { (allowed / size).powf(1.0 / order as f64) }
        };
        of(self.order()).min(of(self.order() - 1))
    }

    /// Of the last terms.
    fn order(&self) -> usize {
        self.coefficients.len() - 1
    }
}

impl ActiveTrajectories {
    /// One step of every point; false where a number is not finite or nothing moves on.
    fn go(&mut self, field: &Field<'_>, terms: &Terms, duration: f64) -> bool {
        let (units, last) = (self.hidden.nrows(), terms.order());
        for column in 0..self.number.len() {
            let reach = terms.reach(column, field.tolerance).min(self.left[column]);
            if reach.is_nan() || reach <= 0.0 {
                return false;
            }
            let coefficient =
                |unit: usize, order: usize| terms.coefficients.get(order).map_or(0.0, |c| c[(unit, column)]);
            let (step, meeting) = until_a_kink(units, &coefficient, &field.kinks, reach, duration);
            let (mut next, mut area) = (self.hidden.column_mut(column), self.gathered.column_mut(column));
            // Horner's scheme, the highest order first; that of the integral is h·Σ s_k h^k/(k+1).
            next.copy_from(&terms.coefficients[last].column(column));
            let mut part = terms.integrated[last].column(column) / (last + 1) as f64;
            for order in (0..last).rev() {
                next *= step;
                next += terms.coefficients[order].column(column);
                part *= step;
                part.axpy(1.0 / (order + 1) as f64, &terms.integrated[order].column(column), 1.0);
            }
            area.axpy(step, &part, 1.0);
            if let Some((unit, kink)) = meeting {
                next[unit] = kink;
            }
            if !next.iter().chain(area.iter()).all(|value| value.is_finite()) {
                return false;
            }
            self.left[column] = if step == self.left[column] { 0.0 } else { self.left[column] - step };
        }
        true
    }

    /// Puts what those that are there have gathered into `arrived` and leaves them behind.
    fn arrive(&mut self, arrived: &mut DMatrix<f64>) {
        for (column, number) in self.number.iter().enumerate().filter(|(column, _)| self.left[*column] == 0.0) {
            arrived.set_column(*number, &self.gathered.column(column));
        }
        let Some(columns) = under_way(&self.left) else { return };
        self.hidden = self.hidden.select_columns(&columns);
        self.gathered = self.gathered.select_columns(&columns);
        self.left = chosen(&self.left, &columns);
        self.number = chosen(&self.number, &columns);
    }
}

/// The slope of σ before the first of its ascending `kinks`, between each two, and behind the last.
fn slopes_between(activation: Activation, kinks: &[f64]) -> Vec<f64> {
    let (Some(first), Some(last)) = (kinks.first(), kinks.last()) else { return vec![activation.slope(0.0)] };
    let beyond = 1.0 + first.abs().max(last.abs());
    let mut positions = vec![first - beyond];
    positions.extend(kinks.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])));
    positions.push(last + beyond);
    positions.into_iter().map(|position| activation.slope(position)).collect()
}
