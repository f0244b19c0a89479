//! Linear forms: what a value is of several others.

use nalgebra::{DMatrix, DVector};

use super::compose::{add, at_width};
use super::scale::Scale;
use crate::network::Affine;

/// A linear map of one value. A diagonal of length 1 stands for the same number everywhere.
#[derive(Clone, Debug)]
pub(super) enum Linear {
    Diagonal(DVector<f64>),
    Matrix(DMatrix<f64>),
}

/// The sum of linear maps of several values, each counted by its number, and a shift.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    pub terms: Vec<(usize, Linear)>,
    pub shift: Option<DVector<f64>>,
}

impl Linear {
    pub fn matrix(&self, width: usize) -> DMatrix<f64> {
        match self {
            Linear::Diagonal(diagonal) => DMatrix::from_diagonal(&at_width(diagonal, width)),
            Linear::Matrix(matrix) => matrix.clone(),
        }
    }

    /// diag(factor)·L.
    fn scaled(&self, factor: &DVector<f64>) -> Linear {
        match self {
            Linear::Diagonal(diagonal) => {
                let width = diagonal.len().max(factor.len());
                Linear::Diagonal(at_width(diagonal, width).component_mul(&at_width(factor, width)))
            }
            Linear::Matrix(matrix) => {
                let mut matrix = matrix.clone();
                let factor = at_width(factor, matrix.nrows());
                matrix.row_iter_mut().zip(factor.iter()).for_each(|(mut row, factor)| row *= *factor);
                Linear::Matrix(matrix)
            }
        }
    }

    /// W·L.
    fn mapped(&self, weight: &DMatrix<f64>) -> DMatrix<f64> {
        match self {
            Linear::Diagonal(diagonal) => {
                let mut product = weight.clone();
                let diagonal = at_width(diagonal, weight.ncols());
                product.column_iter_mut().zip(diagonal.iter()).for_each(|(mut column, factor)| column *= *factor);
                product
            }
            Linear::Matrix(matrix) => weight * matrix,
        }
    }

    fn plus(&self, other: &Linear, width: usize) -> Linear {
        match (self, other) {
            (Linear::Diagonal(left), Linear::Diagonal(right)) => {
                let length = left.len().max(right.len());
                Linear::Diagonal(at_width(left, length) + at_width(right, length))
            }
            _ => Linear::Matrix(self.matrix(width) + other.matrix(width)),
        }
    }
}

impl Form {
    /// The value of this number itself.
    pub fn from_number(number: usize) -> Form {
        Form { terms: vec![(number, Linear::Diagonal(DVector::from_element(1, 1.0)))], shift: None }
    }

    /// W·form + b.
    pub fn mapped(&self, affine: &Affine) -> Form {
        let weight = &affine.weight;
        let moved = self.shift.as_ref().map(|shift| weight * at_width(shift, weight.ncols()));
        Form {
            terms: self.terms.iter().map(|(of, linear)| (*of, Linear::Matrix(linear.mapped(weight)))).collect(),
            shift: add(moved, affine.bias.as_ref()),
        }
    }

    /// factor∘form + shift.
    pub fn scaled(&self, scale: &Scale) -> Form {
        let mut form = match &scale.factor {
            Some(factor) => Form {
                terms: self.terms.iter().map(|(of, linear)| (*of, linear.scaled(factor))).collect(),
                shift: self.shift.as_ref().map(|shift| {
                    let width = shift.len().max(factor.len());
                    at_width(shift, width).component_mul(&at_width(factor, width))
                }),
            },
            None => self.clone(),
        };
        form.shift = add(form.shift, scale.shift.as_ref());
        form
    }

    /// Adds another form, both of this width.
    pub fn plus(mut self, other: Form, width: usize) -> Form {
        for (of, linear) in other.terms {
            match self.terms.iter_mut().find(|(known, _)| *known == of) {
                Some((_, sum)) => *sum = sum.plus(&linear, width),
                None => self.terms.push((of, linear)),
            }
        }
        self.shift = add(self.shift, other.shift.as_ref());
        self
    }

    /// The form's coordinates at these places of a longer vector, 0 elsewhere.
    pub fn placed(&self, positions: &[usize], width: usize) -> Form {
        let terms = self.terms.iter().map(|(of, linear)| {
            let matrix = linear.matrix(positions.len());
            let mut wide = DMatrix::zeros(width, matrix.ncols());
            positions
                .iter()
                .enumerate()
                .for_each(|(row, &position)| wide.row_mut(position).copy_from(&matrix.row(row)));
            (*of, Linear::Matrix(wide))
        });
        let shift = self.shift.as_ref().map(|shift| {
            let shift = at_width(shift, positions.len());
            let mut wide = DVector::zeros(width);
            positions.iter().zip(shift.iter()).for_each(|(&position, value)| wide[position] = *value);
            wide
        });
        Form { terms: terms.collect(), shift }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_added_scaled_and_placed() {
        let half = Scale { factor: Some(DVector::from_element(1, 0.5)), shift: Some(DVector::from_element(1, 1.0)) };
        let form = Form::from_number(0).plus(Form::from_number(1).scaled(&half), 2).plus(Form::from_number(0), 2);
        assert_eq!(form.terms.len(), 2);
        assert_eq!(form.terms[0].1.matrix(2), DMatrix::identity(2, 2) * 2.0);
        let placed = form.placed(&[2, 0], 3);
        assert_eq!(placed.terms[1].1.matrix(3), DMatrix::from_row_slice(3, 2, &[0.0, 0.5, 0.0, 0.0, 0.5, 0.0]));
        assert_eq!(placed.shift, Some(DVector::from_row_slice(&[1.0, 0.0, 1.0])));
    }
}
