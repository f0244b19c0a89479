//! Points that are pictures: whose coordinates are the pixels of a square, row by row.

use crate::linalg::evenly_spaced;
use crate::session::{PointSettings, Scene};

/// Numbers of pixels that are taken to be pictures without being asked: 8×8 and 28×28.
const USUAL: [usize; 2] = [64, 784];
/// The smallest side of a picture.
const MIN_SIDE: usize = 2;
/// At most this many points are drawn as pictures.
const MAX: usize = 10_000;

/// The side of the square picture that `dimension` pixels make, if they make one.
pub fn picture_side(dimension: usize) -> Option<usize> {
    let side = dimension.isqrt();
    (side >= MIN_SIDE && side * side == dimension).then_some(side)
}

impl PointSettings {
    /// Whether points of `dimension` coordinates are drawn as pictures.
    pub fn draws_pictures(&self, dimension: usize) -> bool {
        picture_side(dimension).is_some() && self.pictures.unwrap_or(USUAL.contains(&dimension))
    }
}

/// The points of a scene that are drawn as pictures: all, or evenly chosen ones where there is no room for all.
pub fn pictured(scene: &Scene, room: usize) -> Vec<usize> {
    evenly_spaced(scene.dataset.samples(), MAX.min(room).max(1))
}

/// The pixels of a sample, row by row, from 0 (the least value of all the data) to 1 (the largest).
pub fn pixels(scene: &Scene, sample: usize, [low, high]: [f64; 2]) -> Vec<f32> {
    if sample >= scene.dataset.samples() {
        return Vec::new();
    }
    let share = |value: &f64| if high > low { ((value - low) / (high - low)) as f32 } else { 0.0 };
    scene.dataset.points.column(sample).iter().map(share).collect()
}

/// The least and the largest value of all pixels.
pub fn pixel_range(scene: &Scene) -> [f64; 2] {
    let values = scene.dataset.points.iter();
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| [low.min(*value), high.max(*value)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_pictures() {
        assert_eq!([0, 1, 2, 4, 64, 65, 784].map(picture_side), [None, None, None, Some(2), Some(8), None, Some(28)]);
    }

    #[test]
    fn digits_are_drawn_as_pictures_and_others_when_asked() {
        let mut settings = PointSettings::default();
        assert!(settings.draws_pictures(64) && settings.draws_pictures(784));
        assert!(!settings.draws_pictures(16) && !settings.draws_pictures(2));
        settings.pictures = Some(true);
        assert!(settings.draws_pictures(16) && !settings.draws_pictures(15));
        settings.pictures = Some(false);
        assert!(!settings.draws_pictures(64));
    }
}
