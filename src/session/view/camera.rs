//! Where the stage is looked at from: a turn, a pan and a zoom, free of any window system.

/// A rotation of three-dimensional space as a unit quaternion (w, x, y, z).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orientation([f64; 4]);

/// Whether the picture in space is turned so that the data is not seen edge-on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Facing {
    /// Around the layers' ends, where it has to be.
    #[default]
    Data,
    /// Not at all: the camera looks at the coordinates, in the direction that a person chose.
    Axes,
}

/// An orthographic camera. The projected data fills a ball (or a rectangle in 2-D) of radius 1 around the middle of the
/// view at zoom 1; `pan` is in the same unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// How the projected space is turned before it is drawn; only in 3-D.
    pub orientation: Orientation,
    /// Whether the picture in space is turned before.
    pub facing: Facing,
    /// The shift of the picture, right and up.
    pub pan: [f64; 2],
    /// The magnification over the fitted picture.
    pub zoom: f64,
}

/// The zoom stays between these, so that no amount of wheel loses the data for good.
const ZOOM_RANGE: (f64, f64) = (0.05, 2000.0);
/// How far the picture may be pushed from the middle, in radii of the data.
const PAN_LIMIT: f64 = 50.0;

impl Default for Camera {
    fn default() -> Self {
        Camera { orientation: Orientation::default(), facing: Facing::Data, pan: [0.0, 0.0], zoom: 1.0 }
    }
}

impl Default for Orientation {
    /// Seen from the front, a little from the right and from above, so that three axes can be told apart.
    fn default() -> Self {
        Orientation::about([1.0, 0.0, 0.0], 0.35).after(Orientation::about([0.0, 1.0, 0.0], -0.55))
    }
}

impl Orientation {
    /// Looking straight along the third axis.
    pub const FRONT: Orientation = Orientation([1.0, 0.0, 0.0, 0.0]);

    /// The turn by `angle` radians about a unit `axis`.
    pub fn about(axis: [f64; 3], angle: f64) -> Orientation {
        let (sin, cos) = (angle / 2.0).sin_cos();
        Orientation([cos, sin * axis[0], sin * axis[1], sin * axis[2]])
    }

    /// The turn back.
    pub fn inverse(self) -> Orientation {
        let [w, x, y, z] = self.0;
        Orientation([w, -x, -y, -z])
    }

    /// The turn after the share `s`, 0 to 1, of the shortest way from this one to `to`.
    pub fn toward(self, to: Orientation, s: f64) -> Orientation {
        let way = to.after(self.inverse()).0;
        // q and −q are the same turn; the one with w ≥ 0 is the shorter way.
        let [w, x, y, z] = if way[0] < 0.0 { way.map(|x| -x) } else { way };
        let length = (x * x + y * y + z * z).sqrt();
        if length < 1e-12 {
            return self;
        }
        let angle = 2.0 * length.atan2(w);
        Orientation::about([x / length, y / length, z / length], s * angle).after(self)
    }

    /// Its quaternion (w, x, y, z).
    pub fn quaternion(self) -> [f64; 4] {
        self.0
    }

    /// The rotation of a quaternion that was kept, bit by bit where it is one of length 1.
    pub fn from_quaternion(quaternion: [f64; 4]) -> Orientation {
        let square: f64 = quaternion.iter().map(|x| x * x).sum();
        if (square - 1.0).abs() < 1e-9 { Orientation(quaternion) } else { Orientation(quaternion).normalised() }
    }

    /// This turn after `first`.
    pub fn after(self, first: Orientation) -> Orientation {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, first.0);
        Orientation([
            a * e - b * f - c * g - d * h,
            a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f,
            a * h + b * g - c * f + d * e,
        ])
        .normalised()
    }

    /// Rows of the 3×3 rotation matrix: right, up, and toward the viewer.
    pub fn rows(self) -> [[f64; 3]; 3] {
        let [w, x, y, z] = self.0;
        [
            [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
            [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
            [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
        ]
    }

    /// Rounding must not let a long series of turns drift from a rotation.
    fn normalised(self) -> Orientation {
        let norm = self.0.iter().map(|x| x * x).sum::<f64>().sqrt();
        if norm > 0.0 && norm.is_finite() { Orientation(self.0.map(|x| x / norm)) } else { Orientation::FRONT }
    }
}

impl Camera {
    /// Turns by angles in radians: about the screen's vertical axis, then about its horizontal one.
    pub fn turn(&mut self, sideways: f64, downward: f64) {
        if sideways.is_finite() && downward.is_finite() {
            let turn =
                Orientation::about([1.0, 0.0, 0.0], downward).after(Orientation::about([0.0, 1.0, 0.0], sideways));
            self.orientation = turn.after(self.orientation);
        }
    }

    /// Moves the picture by `by`, in radii of the data.
    pub fn pan(&mut self, by: [f64; 2]) {
        for (pan, by) in self.pan.iter_mut().zip(by) {
            if by.is_finite() {
                *pan = (*pan + by).clamp(-PAN_LIMIT, PAN_LIMIT);
            }
        }
    }

    /// Magnifies by `factor` and keeps in place what is at `at`, measured from the middle of the view in radii of the
    /// data as they are drawn at zoom 1.
    pub fn zoom(&mut self, factor: f64, at: [f64; 2]) {
        if !(factor.is_finite() && factor > 0.0) {
            return;
        }
        let zoomed = (self.zoom * factor).clamp(ZOOM_RANGE.0, ZOOM_RANGE.1);
        let pan = at.map(|at| at / zoomed - at / self.zoom);
        self.zoom = zoomed;
        self.pan(pan);
    }

    /// Shows everything again; the turn stays.
    pub fn fit(&mut self) {
        *self = Camera { orientation: self.orientation, facing: self.facing, ..Camera::default() };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_turn_leads_from_one_orientation_to_another() {
        let from = Orientation::default();
        let to = Orientation::about([0.6, 0.0, 0.8], 2.9).after(Orientation::about([0.0, 1.0, 0.0], -2.0));
        let distance = |a: Orientation, b: Orientation| {
            a.rows().iter().flatten().zip(b.rows().iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
        };
        assert!(distance(from.toward(to, 0.0), from) < 1e-12);
        assert!(distance(from.toward(to, 1.0), to) < 1e-12);
        assert!(distance(from.toward(from, 0.4), from) < 1e-12);
        assert!(distance(to.inverse().after(to), Orientation::FRONT) < 1e-12);
    }

    proptest! {
        #[test]
        fn turns_stay_rotations(turns in prop::collection::vec((-9.0..9.0f64, -9.0..9.0f64), 1..60)) {
            let mut camera = Camera::default();
            for (sideways, downward) in turns {
                camera.turn(sideways, downward);
            }
            let rows = camera.orientation.rows();
            for i in 0..3 {
                for j in 0..3 {
                    let product: f64 = (0..3).map(|k| rows[i][k] * rows[j][k]).sum();
                    prop_assert!((product - f64::from(u8::from(i == j))).abs() < 1e-12);
                }
            }
        }

        #[test]
        fn zoom_keeps_the_point_under_the_pointer(
            zoom in 0.1..50.0f64, factor in 0.5..2.0f64, at in prop::array::uniform2(-1.0..1.0f64), pan in prop::array::uniform2(-1.0..1.0f64)
        ) {
            let mut camera = Camera { pan, zoom, ..Camera::default() };
            // In radii of the data, a world point w appears at zoom·(w + pan).
            let world = [at[0] / zoom - pan[0], at[1] / zoom - pan[1]];
            camera.zoom(factor, at);
            for axis in 0..2 {
                prop_assert!((camera.zoom * (world[axis] + camera.pan[axis]) - at[axis]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_drag_to_the_right_brings_the_left_side_to_the_front() {
        let mut camera = Camera { orientation: Orientation::FRONT, ..Camera::default() };
        camera.turn(0.1, 0.0);
        let [right, _, toward] = camera.orientation.rows();
        assert!(right[2] > 0.0, "what is in front moves right");
        assert!(toward[0] < 0.0, "what is at the left comes to the front");
    }

    #[test]
    fn nonsense_changes_nothing() {
        let mut camera = Camera::default();
        camera.turn(f64::NAN, 0.0);
        camera.zoom(f64::INFINITY, [0.0, 0.0]);
        camera.zoom(0.0, [0.0, 0.0]);
        camera.pan([f64::NAN, f64::INFINITY]);
        assert_eq!(camera, Camera::default());
    }
}
