//! What the stage draws of the space: the rows of a projection at each time, what they are called, and how far the data
//! reaches along them.

use nalgebra::DMatrix;

use super::facing::Facings;
use super::fit::{DataBounds, Fit};
use super::principal_rows::PrincipalRows;
use super::view_pose::ViewPose;
use crate::session::{Camera, Facing, Orientation, Tour, ViewSettings};

/// A projection of the ambient space onto the stage, fitted to the whole flow.
#[derive(Clone, Debug)]
pub struct Frame {
    pub(super) rows: Rows,
    /// What each row is called: "x₁", "x₂", … or "PC 1", …; for the tour, what each of its dimensions is called.
    pub labels: Vec<String>,
    /// The coordinates that the rows are, where they are coordinates.
    pub coordinates: Vec<usize>,
    /// Whether the picture is three-dimensional and can be turned.
    pub space: bool,
    /// How far the data reaches at each time.
    pub(super) bounds: DataBounds,
    /// How a picture in space is turned in each layer.
    pub(super) facings: Facings,
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

    /// What of the projected space should be in sight at time t, looked at with `orientation`: the same over the whole flow,
    /// or (`follows`) what the data needs at t.
    pub fn fit(&self, t: f64, follows: bool, orientation: Orientation) -> Fit {
        let orientation = if self.space { orientation } else { Orientation::FRONT };
        if follows { self.bounds.at(t, orientation) } else { self.bounds.whole(orientation) }
    }

    /// The camera at time t, turned so that the data is not seen edge-on where it is to be.
    pub fn camera(&self, t: f64, camera: Camera) -> Camera {
        let turn = match camera.facing {
            Facing::Data => self.facings.at(t),
            Facing::Axes => Orientation::FRONT,
        };
        Camera { orientation: camera.orientation.after(if self.space { turn } else { Orientation::FRONT }), ..camera }
    }

    /// How `view` looks at the space at time t.
    pub fn pose(&self, t: f64, view: &ViewSettings) -> ViewPose {
        let camera = self.camera(t, view.camera);
        let fit = self.fit(t, view.auto_fit, camera.orientation);
        let orientation = if self.space { camera.orientation } else { Orientation::FRONT };
        let growth = if view.auto_fit { self.bounds.growth(t, orientation) } else { 0.0 };
        ViewPose { growth, ..ViewPose::still(self.rows(t, &view.tour), fit, self.space, camera) }
    }
}
