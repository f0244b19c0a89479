//! Finding the point under the mouse.

use bytemuck::{Pod, Zeroable};

/// A point on the screen: sixteen bytes, as a graphics card is given them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct ScreenPoint {
    /// Where, in screen points.
    pub at: [f32; 2],
    /// 1 at the front, −1 at the back.
    pub depth: f32,
    /// Which.
    pub sample: u32,
}

/// The point nearest to `at` among those drawn, within `reach` screen points; of equally near ones the one drawn last.
///
/// Places change with every frame, so an index would have to be built for a single question. `cargo bench --bench
/// points` compares this pass with such an index.
pub fn nearest(drawn: &[ScreenPoint], at: [f32; 2], reach: f32) -> Option<ScreenPoint> {
    let mut least = reach * reach;
    let mut found = None;
    for (index, placed) in drawn.iter().enumerate() {
        let (x, y) = (placed.at[0] - at[0], placed.at[1] - at[1]);
        let distance = x * x + y * y;
        if distance <= least {
            least = distance;
            found = Some(index);
        }
    }
    drawn.get(found?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_within_reach_and_of_equals_the_last() {
        let placed = |x: f32, sample| ScreenPoint { at: [x, 0.0], depth: 0.0, sample };
        let drawn = [placed(0.0, 7), placed(3.0, 8), placed(3.0, 9), placed(f32::NAN, 10), placed(50.0, 11)];
        let found = |x| nearest(&drawn, [x, 0.0], 10.0).map(|placed| placed.sample);
        assert_eq!(found(1.0), Some(7));
        assert_eq!(found(2.0), Some(9));
        assert_eq!(found(25.0), None);
        assert_eq!(nearest(&[], [0.0, 0.0], 10.0), None);
    }
}
