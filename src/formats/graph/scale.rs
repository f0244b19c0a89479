//! Maps of single coordinates: factors and shifts.

use nalgebra::DVector;

use super::problem::GraphProblem;

/// x ↦ factor∘x + shift, coordinate by coordinate. A vector of length 1 stands for the same number everywhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::formats) struct Scale {
    pub factor: Option<DVector<f64>>,
    pub shift: Option<DVector<f64>>,
}

impl Scale {
    /// The same factor and the same shift for every coordinate.
    pub fn by_number(factor: Option<f64>, shift: Option<f64>) -> Scale {
        let vector = |value: f64| DVector::from_element(1, value);
        Scale { factor: factor.map(vector), shift: shift.map(vector) }
    }

    /// γ(x − μ)/√(v + ε) + β, as BatchNormalization does it once training is over.
    pub fn normalization(
        node: &str,
        mean: &DVector<f64>,
        variance: &DVector<f64>,
        gamma: Option<&DVector<f64>>,
        beta: Option<&DVector<f64>>,
        epsilon: f64,
    ) -> Result<Scale, GraphProblem> {
        let fault = |problem: String| GraphProblem::Weights { node: node.into(), problem };
        let lengths = [Some(variance), gamma, beta];
        if let Some(other) = lengths.into_iter().flatten().find(|vector| vector.len() != mean.len()) {
            return Err(fault(format!("{} means, but {} of its other numbers", mean.len(), other.len())));
        }
        let mut factor = variance.map(|variance| 1.0 / (variance + epsilon).sqrt());
        if factor.iter().any(|factor| !factor.is_finite()) {
            return Err(fault("a variance is negative or zero".into()));
        }
        if let Some(gamma) = gamma {
            factor.component_mul_assign(gamma);
        }
        let mut shift = -mean.component_mul(&factor);
        if let Some(beta) = beta {
            shift += beta;
        }
        Ok(Scale { factor: Some(factor), shift: Some(shift) })
    }

    pub(super) fn vectors(&self) -> impl Iterator<Item = &DVector<f64>> {
        self.factor.iter().chain(&self.shift)
    }

    pub(super) fn length(&self) -> usize {
        self.vectors().map(DVector::len).max().unwrap_or(0)
    }

    /// One number for each coordinate of a value of this shape.
    pub(super) fn spread(self, shape: &[usize], axis: usize) -> Scale {
        let inner: usize = shape[axis + 1..].iter().product();
        let width = shape.iter().product();
        let spread = |vector: DVector<f64>| match vector.len() {
            1 => vector,
            length => DVector::from_fn(width, |at, _| vector[at / inner % length]),
        };
        Scale { factor: self.factor.map(spread), shift: self.shift.map(spread) }
    }
}
