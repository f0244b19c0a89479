//! The plane on which a field is drawn.

use nalgebra::{DMatrix, DVector};

use crate::linalg::evenly_spaced;
use crate::linalg::principal_components;
use crate::session::{FieldRequest, Frame, Orientation, Scene};

/// The plane is drawn so much farther than the data reaches.
const MARGIN: f64 = 1.15;
/// The shape of a usual view: a plane that fills it is so much wider than high.
const ASPECT: f64 = 1.6;
/// As many points as the plane is laid through, at most.
const MAX_POINTS: usize = 300;
/// About as many multiplications as following these points costs.
const MAX_WORK: usize = 200_000_000;
/// A plane that misses less than this share of the data's variance is the one in which the data lies.
const LIES_IN_PLANE: f64 = 1e-9;

/// A rectangle of a plane in the ambient space.
#[derive(Clone, Debug)]
pub(super) struct SlicePlane {
    /// Its middle, d coordinates.
    pub origin: DVector<f64>,
    /// Its directions, orthonormal.
    pub axes: [DVector<f64>; 2],
    /// How far it is drawn along each, from the middle.
    pub half: [f64; 2],
    /// What it is, as a sentence.
    pub text: String,
}

impl SlicePlane {
    /// The plane of the picture where that is flat, else the one in which the data spreads most at that time; `None` where
    /// there is no plane.
    pub(super) fn through(
        scene: &Scene,
        (frame, rows): (&Frame, &DMatrix<f64>),
        request: FieldRequest,
    ) -> Option<SlicePlane> {
        let points = points(scene, request.t);
        let found = principal_components(&points, 2).ok()?;
        match rows.nrows() {
            2 => {
                let axes = [0, 1].map(|row| rows.row(row).transpose());
                let fit = frame.fit(request.t, request.auto_fit, Orientation::FRONT);
                // Through the data's mean in the directions that are not seen, around the picture's middle in the others.
                let mut origin = found.mean.clone();
                for (axis, centre) in axes.iter().zip(fit.centre) {
                    origin.axpy(centre - axis.dot(&found.mean), axis, 1.0);
                }
                let [width, height] = fit.half;
                let half = [width.max(ASPECT * height) * MARGIN, height.max(width / ASPECT) * MARGIN];
                let text = if scene.flow.ambient_dimension() == 2 {
                    "The field is exact: the plane is the whole space.".to_owned()
                } else {
                    "The field is that of a slice: the picture's plane, through the data's mean.".to_owned()
                };
                Some(SlicePlane { origin, axes, half, text })
            }
            3 if found.directions.nrows() == 2 => {
                let axes = [0, 1].map(|row| found.directions.row(row).transpose());
                let reach = |axis: &DVector<f64>| {
                    let along = points.column_iter().map(|point| (point - &found.mean).dot(axis).abs());
                    MARGIN * along.fold(0.0, f64::max)
                };
                let half = [reach(&axes[0]), reach(&axes[1])];
                let widest = half[0].max(half[1]);
                let widest = if widest > 0.0 && widest.is_finite() { widest } else { 1.0 };
                // Data on a line still has a plane that can be seen.
                let half = half.map(|half| if half > 0.05 * widest { half } else { 0.3 * widest });
                let missed = found.total_variance - found.variances.iter().sum::<f64>();
                let text = if missed <= LIES_IN_PLANE * found.total_variance {
                    "The field is that of the plane in which the data lies.".to_owned()
                } else {
                    let share = 100.0 * (1.0 - missed / found.total_variance);
                    format!(
                        "The field is that of a slice: the plane along which the data spreads most now ({share:.0} % of its variance)."
                    )
                };
                Some(SlicePlane { origin: found.mean, axes, half, text })
            }
            _ => None,
        }
    }

    /// The point of the space at a place of the plane, from −1 to 1 in both directions.
    pub(super) fn point(&self, at: [f64; 2]) -> DVector<f64> {
        let mut point = self.origin.clone();
        for (axis, (index, half)) in self.axes.iter().zip(at.into_iter().zip(self.half)) {
            point.axpy(index * half, axis, 1.0);
        }
        point
    }
}

/// Some of the data (or of the grid, without data) at time t, d × points; only finite ones.
fn points(scene: &Scene, t: f64) -> DMatrix<f64> {
    let dimension = scene.flow.ambient_dimension();
    let path = if scene.data.samples() > 0 { &scene.data } else { &scene.grid };
    let most = (MAX_WORK / (dimension * dimension).max(1)).clamp(24, MAX_POINTS);
    let points = path.positions(&scene.flow, t, &evenly_spaced(path.samples(), most));
    let is_finite = |column: &usize| points.column(*column).iter().all(|x| x.is_finite());
    let finite: Vec<usize> = (0..points.ncols()).filter(is_finite).collect();
    points.select_columns(&finite)
}
