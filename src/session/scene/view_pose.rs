//! How the space is looked at in one frame, and the way from one look to the next: a rotation, never a jump.

use nalgebra::{DMatrix, DVector};

use super::fit::Fit;
use crate::session::subspace_rotation::{SubspaceRotation, orthonormal};
use crate::session::{Camera, Orientation};

/// The projection, the part of it that is in sight, and the camera.
#[derive(Clone, Debug)]
pub struct ViewPose {
    /// 1 to 3 rows of d entries, orthonormal.
    pub rows: DMatrix<f64>,
    /// What of the projected space fills the view.
    pub fit: Fit,
    /// Whether there is a depth.
    pub space: bool,
    /// How strongly depth is drawn, 0 to 1.
    pub depth: f64,
    /// Where it is looked at from.
    pub camera: Camera,
    /// How fast what is in sight grows with the data, in e-folds a layer; 0 while the scale rests.
    pub growth: f64,
}

impl ViewPose {
    /// A look that rests.
    pub fn still(rows: DMatrix<f64>, fit: Fit, space: bool, camera: Camera) -> ViewPose {
        ViewPose { rows, fit, space, depth: f64::from(u8::from(space)), camera, growth: 0.0 }
    }

    /// The look after the share s, 0 to 1, of the way from this one to `to`. The rows turn as they are seen on the screen,
    /// the camera's orientation included. `None` where no rotation leads there.
    pub fn toward(&self, to: &ViewPose, s: f64) -> Option<ViewPose> {
        let count = if self.space || to.space { 3 } else { 2 };
        let (from_rows, from_centre) = self.on_screen();
        let (to_rows, to_centre) = to.on_screen();
        let subspace_rotation =
            SubspaceRotation::between(&widened(&from_rows, &to_rows, count)?, &widened(&to_rows, &from_rows, count)?)?;
        let between = |from: f64, to: f64| from + s * (to - from);
        let scaled = |from: f64, to: f64| between(from.ln(), to.ln()).exp();
        let fit = Fit {
            centre: [0, 1, 2].map(|axis| between(from_centre[axis], to_centre[axis])),
            half: [0, 1].map(|axis| scaled(self.fit.half[axis], to.fit.half[axis])),
        };
        let camera = Camera {
            orientation: Orientation::FRONT,
            facing: to.camera.facing,
            pan: [0, 1].map(|axis| between(self.camera.pan[axis], to.camera.pan[axis])),
            zoom: scaled(self.camera.zoom, to.camera.zoom),
        };
        let depth = between(self.depth, to.depth);
        Some(ViewPose { rows: subspace_rotation.rows(s), fit, space: count == 3, depth, camera, growth: to.growth })
    }

    /// The rows that run right, up and toward the viewer, and the middle along them.
    fn on_screen(&self) -> (DMatrix<f64>, [f64; 3]) {
        if !self.space || self.rows.nrows() != 3 {
            return (self.rows.clone(), self.fit.centre);
        }
        let screen = self.camera.orientation.rows();
        let turned = DMatrix::from_fn(3, 3, |row, column| screen[row][column]) * &self.rows;
        let centre = screen.map(|row| row.iter().zip(self.fit.centre).map(|(a, b)| a * b).sum());
        (turned, centre)
    }
}

/// `rows` with as many rows more as it takes, out of those of `other` and the axes.
fn widened(rows: &DMatrix<f64>, other: &DMatrix<f64>, count: usize) -> Option<DMatrix<f64>> {
    let dimension = rows.ncols();
    let axes = (0..dimension).map(|axis| DVector::from_fn(dimension, |row, _| f64::from(u8::from(row == axis))));
    let given = rows.row_iter().chain(other.row_iter()).map(|row| row.transpose());
    let all = orthonormal(given.chain(axes));
    (all.ncols() >= count).then(|| all.columns(0, count).transpose())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dataset::{Generator, GeneratorOptions};
    use crate::flow::FlowOptions;
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
    use crate::session::{Projection, Scene, Tour};

    fn scene() -> Scene {
        let widths = [64, 12, 4];
        let layer = |(seed, pair): (usize, &[usize])| {
            let affine = Affine { weight: random_matrix(pair[1], pair[0], seed as u64) * 0.3, bias: None };
            Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh })
        };
        let layers = widths.windows(2).enumerate().map(layer).collect();
        let network = Arc::new(Network::new(String::new(), layers, OutputFunction::Softmax).unwrap());
        let data = Generator::Digits.generate(GeneratorOptions { samples: 60, ..GeneratorOptions::default() });
        Scene::build(&network, &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap()
    }

    #[test]
    fn every_projection_turns_into_every_other_through_orthonormal_ones() {
        let scene = scene();
        let projections = [
            Projection::Automatic,
            Projection::Plane([3, 40]),
            Projection::Space([3, 40, 7]),
            Projection::PrincipalPlane,
            Projection::FollowingPlane,
            Projection::FollowingSpace,
            Projection::ClassPlane([0, 2]),
            Projection::ClassSpace([0, 2, 3]),
            Projection::Tour,
        ];
        let mut tour = Tour::default();
        (0..30).for_each(|_| assert!(tour.advance(10, 0.05)));
        let pose = |projection: Projection, t: f64| {
            let frame = scene.extent.frame(projection);
            let camera = Camera { pan: [0.3, 0.1], zoom: 2.0, ..Camera::default() };
            ViewPose::still(frame.rows(t, &tour), frame.fit(t, true, camera.orientation), frame.space, camera)
        };
        for from in projections {
            for to in projections {
                let start = pose(from, 0.8);
                for step in 0..=12 {
                    let s = f64::from(step) / 12.0;
                    // The rows that follow the data go on while the picture turns to them.
                    let now = start.toward(&pose(to, 0.8 + 0.3 * s), s).unwrap();
                    let count = now.rows.nrows();
                    assert!((&now.rows * now.rows.transpose() - DMatrix::identity(count, count)).amax() < 1e-6);
                    assert!(now.fit.half.iter().all(|half| half.is_finite() && *half > 0.0));
                }
                let end = start.toward(&pose(to, 1.1), 1.0).unwrap();
                let expected = pose(to, 1.1);
                let (rows, _) = expected.on_screen();
                assert!((end.rows.rows(0, 2) - rows.rows(0, 2)).amax() < 1e-6, "{from:?} to {to:?}");
                assert!((end.camera.zoom - expected.camera.zoom).abs() < 1e-9);
            }
        }
    }
}
