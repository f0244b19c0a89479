//! What the stage draws of the space: the rows of a projection at each time, what they are called, and how far the data
//! reaches along them.

use nalgebra::DMatrix;

use super::fit::{Fit, Following};
use super::principal_rows::PrincipalRows;
use crate::session::Tour;

/// A projection of the ambient space onto the stage, fitted to the whole flow.
#[derive(Clone, Debug)]
pub struct Frame {
    pub(super) rows: Rows,
    /// What each row is called: "x₁", "x₂", … or "PC 1", …; for the tour, what each of its dimensions is called.
    pub labels: Vec<String>,
    /// Whether the picture is three-dimensional and can be turned.
    pub space: bool,
    /// What holds the data over the whole flow.
    pub whole_flow: Fit,
    /// What holds the data around each time.
    pub(super) principal_rows: Following,
    /// The share of the variance over the whole flow that is seen, 0 to 1; `None` where the rows change with time.
    pub share: Option<f64>,
}

/// How the rows of a projection depend on time.
#[derive(Clone, Debug)]
pub(super) enum Rows {
    /// Not at all; 1 to 3 rows of d entries, orthonormal.
    Fixed(DMatrix<f64>),
    /// They follow the data.
    Following(PrincipalRows, DMatrix<f64>),
    /// A plane of these directions, which the tour turns.
    Tour(DMatrix<f64>),
}

impl Frame {
    /// What is drawn at time t: 1 to 3 rows of d entries, orthonormal.
    pub fn rows(&self, t: f64, tour: &Tour) -> DMatrix<f64> {
        match &self.rows {
            Rows::Fixed(rows) => rows.clone(),
            Rows::Following(principal_rows, without_data) => {
                principal_rows.at(t).unwrap_or_else(|| without_data.clone())
            }
            Rows::Tour(directions) => tour.plane(directions.nrows()) * directions,
        }
    }

    /// The directions among which the tour turns, m × d; `None` for another projection.
    pub fn tour_directions(&self) -> Option<&DMatrix<f64>> {
        match &self.rows {
            Rows::Tour(directions) => Some(directions),
            Rows::Fixed(_) | Rows::Following(..) => None,
        }
    }

    /// What of the projected space should be in sight at time t: the same over the whole flow, or (`follows`) what the
    /// data needs around t.
    pub fn fit(&self, t: f64, follows: bool) -> Fit {
        if follows { self.principal_rows.at(t).unwrap_or(self.whole_flow) } else { self.whole_flow }
    }
}
