//! From projected coordinates to points on the screen.

use egui::{Pos2, Rect, pos2};
use nalgebra::DMatrix;

use crate::session::{Camera, Fit, Orientation, ViewPose};

/// The share of the view that the fitted data fills; the rest holds labels and the scale bar.
const FILL: f32 = 0.86;

/// Where a view draws what.
#[derive(Clone, Debug)]
pub struct ScreenTransform {
    /// The view on the screen.
    pub rect: Rect,
    /// Screen points a unit of the projected space.
    pub scale: f64,
    /// Whether depth means something.
    pub space: bool,
    /// How strongly it is drawn, 0 to 1.
    pub depth: f32,
    /// How fast what is in sight grows with the data, in e-folds a layer; 0 while the scale rests.
    pub growth: f64,
    /// The length that pans and zooms are measured in: half the size of the data.
    pub unit: f64,
    centre: [f64; 3],
    pan: [f64; 2],
    rows: [[f64; 3]; 3],
}

impl ScreenTransform {
    /// What `pose` shows in `rect`.
    pub fn for_pose(pose: &ViewPose, rect: Rect) -> ScreenTransform {
        let (depth, growth) = (pose.depth as f32, pose.growth);
        ScreenTransform { depth, growth, ..ScreenTransform::new(pose.fit, pose.space, &pose.camera, rect) }
    }

    /// Fits `fit` into `rect` and looks at it through `camera`; `space` says whether it can be turned.
    pub fn new(fit: Fit, space: bool, camera: &Camera, rect: Rect) -> ScreenTransform {
        let [half_width, half_height] = fit.half;
        let (width, height) = (f64::from(rect.width().max(1.0) * FILL), f64::from(rect.height().max(1.0) * FILL));
        // Both axes have one scale, so that a rotation looks like one.
        let fitted = (width / (2.0 * half_width)).min(height / (2.0 * half_height));
        let unit = half_width.max(half_height);
        let orientation = if space { camera.orientation } else { Orientation::FRONT };
        ScreenTransform {
            rect,
            scale: fitted * camera.zoom,
            space,
            depth: f32::from(u8::from(space)),
            growth: 0.0,
            unit,
            centre: fit.centre,
            pan: camera.pan.map(|pan| pan * unit),
            rows: orientation.rows(),
        }
    }

    /// The screen position and the depth (toward the viewer, 1 at the front of the data and −1 at its back) of a
    /// projected point; `None` where it is not finite or far outside the view.
    pub fn position(&self, point: [f64; 3]) -> Option<(Pos2, f32)> {
        let [x, y, z] = [point[0] - self.centre[0], point[1] - self.centre[1], point[2] - self.centre[2]];
        let along = |row: &[f64; 3]| row[0] * x + row[1] * y + row[2] * z;
        let [right, up, toward] = &self.rows;
        let across = (along(right) + self.pan[0]) * self.scale;
        let down = -(along(up) + self.pan[1]) * self.scale;
        // Beyond this egui's tessellator loses precision, and nothing there is seen anyway.
        let limit = f64::from(FAR_OUTSIDE);
        if !(across.abs() < limit && down.abs() < limit) {
            return None;
        }
        let middle = self.rect.center();
        Some((pos2(middle.x + across as f32, middle.y + down as f32), (along(toward) / self.unit) as f32))
    }

    /// [`ScreenTransform::position`] of a point as the evaluator gives it.
    pub fn place_f32(&self, point: [f32; 3]) -> Option<(Pos2, f32)> {
        self.position(point.map(f64::from))
    }

    /// What [`ScreenTransform::position`] does to what `rows` (k × d, k ≤ 3) show of the space: rows that give the place on the screen
    /// (2 × d; 3 × d with the depth), and what is added to it.
    pub fn on_screen(&self, rows: &DMatrix<f64>) -> (DMatrix<f64>, [f64; 3]) {
        let middle = self.rect.center();
        let [right, up, toward] = self.rows;
        let across = (right, self.scale, f64::from(middle.x) + self.pan[0] * self.scale);
        let down = (up, -self.scale, f64::from(middle.y) - self.pan[1] * self.scale);
        let axes = [across, down, (toward, 1.0 / self.unit, 0.0)];
        let axes = if self.space { &axes[..] } else { &axes[..2] };
        let onto = DMatrix::from_fn(axes.len(), rows.nrows().min(3), |axis, row| axes[axis].1 * axes[axis].0[row]);
        let offset = std::array::from_fn(|axis| {
            let along = |(row, factor, origin): &([f64; 3], f64, f64)| {
                origin - factor * row.iter().zip(self.centre).map(|(row, centre)| row * centre).sum::<f64>()
            };
            axes.get(axis).map_or(0.0, along)
        });
        (&onto * rows.rows(0, onto.ncols()), offset)
    }

    /// What of a flat picture the view shows: from and to along its two directions, in units of the space.
    pub fn seen(&self) -> [[f64; 2]; 2] {
        let (low, high) = (self.in_the_plane(self.rect.left_bottom()), self.in_the_plane(self.rect.right_top()));
        [[low[0], high[0]], [low[1], high[1]]]
    }

    /// The place of a flat picture that is drawn at `at`, in units of the space.
    pub fn in_the_plane(&self, at: Pos2) -> [f64; 2] {
        let offset = at - self.rect.center();
        let across = [f64::from(offset.x), -f64::from(offset.y)];
        [0, 1].map(|axis| across[axis] / self.scale - self.pan[axis] + self.centre[axis])
    }

    /// A screen position as a camera command wants it: from the middle of the view, right and up, in units of the data
    /// as drawn at zoom 1.
    pub fn place_from_middle(&self, at: Pos2, zoom: f64) -> [f64; 2] {
        let offset = at - self.rect.center();
        let pixels = self.pixels_per_unit(zoom);
        [f64::from(offset.x) / pixels, -f64::from(offset.y) / pixels]
    }

    /// Screen points that half the size of the data takes at zoom 1.
    fn pixels_per_unit(&self, zoom: f64) -> f64 {
        self.scale / zoom * self.unit
    }

    /// A drag on the screen as a pan of the camera.
    pub fn pan_of(&self, drag: egui::Vec2) -> [f64; 2] {
        let pixels = self.scale * self.unit;
        [f64::from(drag.x) / pixels, -f64::from(drag.y) / pixels]
    }
}

const FAR_OUTSIDE: f32 = 30_000.0;

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::*;
    use crate::flow::FlowOptions;
    use crate::session::{Scene, ViewSettings};

    const FIT: Fit = Fit { centre: [10.0, -4.0, 0.0], half: [2.0, 1.0] };

    #[test]
    fn the_data_fills_the_view_and_keeps_its_shape() {
        let rect = Rect::from_min_size(pos2(100.0, 50.0), vec2(400.0, 400.0));
        let transform = ScreenTransform::new(FIT, false, &Camera::default(), rect);
        let (middle, _) = transform.position([10.0, -4.0, 0.0]).unwrap();
        let (right, _) = transform.position([12.0, -4.0, 0.0]).unwrap();
        let (top, _) = transform.position([10.0, -3.0, 0.0]).unwrap();
        assert_eq!(middle, rect.center());
        assert!((right.x - middle.x - 200.0 * FILL).abs() < 1e-3);
        assert!((middle.y - top.y - 100.0 * FILL).abs() < 1e-3);
    }

    #[test]
    fn the_data_fills_most_of_the_shorter_side_at_every_time_and_stays_in_sight() {
        let (network, data) = crate::formats::examples::spiral().unwrap();
        let (network, data) = (std::sync::Arc::new(network), std::sync::Arc::new(data));
        let scene = Scene::build(&network, &data, FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let view = ViewSettings::default();
        let frame = scene.extent.frame(view.projection);
        for rect in [vec2(752.0, 652.0), vec2(552.0, 300.0), vec2(500.0, 900.0)] {
            let rect = Rect::from_min_size(pos2(240.0, 58.0), rect);
            for step in 0..=24 * scene.flow.layers().len() {
                let t = step as f64 / 24.0;
                let pose = frame.pose(t, &view);
                let transform = ScreenTransform::for_pose(&pose, rect);
                let mut drawn = Vec::new();
                scene.data.project(&scene.flow, t, &pose.rows, &mut drawn);
                let mut taken = Rect::NOTHING;
                drawn.iter().filter_map(|at| transform.place_f32(*at)).for_each(|(at, _)| taken.extend_with(at));
                assert!(rect.contains_rect(taken), "t = {t}: {taken:?} in {rect:?}");
                let share = taken.size().max_elem() / rect.size().min_elem();
                assert!(share >= 0.7, "at t = {t} the data fills {share} of {rect:?}");
            }
        }
    }

    #[test]
    fn the_rows_of_the_screen_place_points_as_the_mapping_does() {
        let rect = Rect::from_min_size(pos2(30.0, 20.0), vec2(600.0, 300.0));
        let mut camera = Camera { pan: [0.2, -0.1], zoom: 3.0, ..Camera::default() };
        camera.turn(0.4, 0.3);
        let rows = DMatrix::from_fn(3, 5, |row, column| ((row * 5 + column) as f64 * 0.618_034).fract() - 0.5);
        let point = nalgebra::DVector::from_fn(5, |row, _| 2.0 - row as f64);
        for space in [false, true] {
            let transform = ScreenTransform::new(FIT, space, &camera, rect);
            let seen = if space { rows.clone() } else { rows.rows(0, 2).into_owned() };
            let shown = &seen * &point;
            let (at, depth) = transform.position([0, 1, 2].map(|row| shown.get(row).copied().unwrap_or(0.0))).unwrap();
            let (onto, offset) = transform.on_screen(&seen);
            let position = onto * &point;
            let position = [0, 1, 2].map(|axis| position.get(axis).copied().unwrap_or(0.0) + offset[axis]);
            assert!((position[0] - f64::from(at.x)).abs() < 1e-3 && (position[1] - f64::from(at.y)).abs() < 1e-3);
            assert!(!space || (position[2] - f64::from(depth)).abs() < 1e-5);
        }
    }

    #[test]
    fn a_zoom_by_the_wheel_keeps_the_point_under_the_pointer() {
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(600.0, 300.0));
        let mut camera = Camera::default();
        let point = [11.3, -4.4, 0.0];
        for _ in 0..5 {
            let transform = ScreenTransform::new(FIT, true, &camera, rect);
            let (at, _) = transform.position(point).unwrap();
            camera.zoom(1.3, transform.place_from_middle(at, camera.zoom));
            camera.pan([0.01, 0.0]);
            let (moved, _) = ScreenTransform::new(FIT, true, &camera, rect).position(point).unwrap();
            let pan = 0.01 * transform.unit * transform.scale * 1.3;
            assert!((moved - at).length() < pan as f32 + 0.1, "{at} {moved}");
        }
    }

    #[test]
    fn what_is_seen_reaches_to_the_edges() {
        let rect = Rect::from_min_size(pos2(30.0, 20.0), vec2(600.0, 300.0));
        let camera = Camera { pan: [0.2, -0.1], zoom: 3.0, ..Camera::default() };
        let transform = ScreenTransform::new(FIT, false, &camera, rect);
        let [across, up] = transform.seen();
        let (low, _) = transform.position([across[0], up[0], 0.0]).unwrap();
        let (high, _) = transform.position([across[1], up[1], 0.0]).unwrap();
        assert!((low - rect.left_bottom()).length() < 1e-2 && (high - rect.right_top()).length() < 1e-2);
    }

    #[test]
    fn tiny_views_and_wild_points_do_no_harm() {
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(0.0, -3.0));
        let transform = ScreenTransform::new(FIT, true, &Camera::default(), rect);
        assert!(transform.scale > 0.0 && transform.scale.is_finite());
        for wild in [f32::NAN, f32::INFINITY, f32::MAX] {
            assert_eq!(transform.place_f32([wild, 0.0, wild]), None);
        }
    }
}
