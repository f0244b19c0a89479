//! Of very many points only those that can be seen are given to the GPU: what lies wholly under others costs it as much as
//! what does not, and where a processor stands in for a card nearly all of a frame.
//!
//! The stage is cut into cells of half a point's radius. From the front to the back a point is drawn as long as its cell is
//! not covered: the next point in the same cell lies under it but for a sliver, which neighbours cover where points are
//! so many. What is found under the mouse or selected is found among all points.

use egui::Rect;

use crate::explorer::theme::POINT_RADIUS;
use crate::session::ScreenPoint;

/// As many points are drawn as they are.
const FEW: usize = 100_000;
/// The side of a cell.
const CELL: f32 = POINT_RADIUS / 2.0;
/// What covers a cell, in 256ths: an opaque point does, and eleven that a quarter of the light is held back by let less than
/// a twentieth of it through.
const COVERED: u16 = 11 * 64;
/// Cells across and down, at most.
const MOST: usize = 8192;

/// The memory that the next frame writes over.
#[derive(Default)]
pub struct Thinning {
    cover: Vec<u16>,
}

impl Thinning {
    /// Writes the points of `drawn` (those at the back first) that can be seen within `seen` to `kept`; false where they are
    /// so few that all are drawn, and nothing is written. `looks` has the colour of every sample, alpha in the highest byte.
    pub fn thin(&mut self, drawn: &[ScreenPoint], seen: Rect, looks: &[[u32; 2]], kept: &mut Vec<ScreenPoint>) -> bool {
        if drawn.len() <= FEW {
            return false;
        }
        let cells = |length: f32| ((length / CELL).ceil().max(1.0) as usize).min(MOST);
        let (across, down) = (cells(seen.width()), cells(seen.height()));
        self.cover.clear();
        self.cover.resize(across * down, 0);
        kept.clear();
        for placed in drawn.iter().rev() {
            let column = ((placed.at[0] - seen.min.x) / CELL).max(0.0) as usize;
            let row = ((placed.at[1] - seen.min.y) / CELL).max(0.0) as usize;
            let cell = row.min(down - 1) * across + column.min(across - 1);
            let alpha = looks.get(placed.sample as usize).map_or(255, |[colour, _]| colour >> 24) as u16;
            let Some(cover) = self.cover.get_mut(cell).filter(|cover| **cover < COVERED) else { continue };
            *cover += if alpha == 255 { COVERED } else { alpha };
            kept.push(*placed);
        }
        kept.reverse();
        true
    }
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    fn spread(count: usize, side: f32) -> Vec<ScreenPoint> {
        let share = |index: usize, step: f64| (index as f64 * step).fract() as f32;
        let at = |index: usize| [side * share(index, 0.754_877_666), side * share(index, 0.569_840_29)];
        (0..count).map(|index| ScreenPoint { at: at(index), depth: 0.0, sample: index as u32 }).collect()
    }

    #[test]
    fn each_cell_shows_its_foremost_point_and_the_order_stays() {
        let drawn = spread(4 * FEW, 160.0);
        let seen = Rect::from_min_max(pos2(0.0, 0.0), pos2(160.0, 160.0));
        let opaque = vec![[u32::MAX, 0]; drawn.len()];
        let (mut thinning, mut kept) = (Thinning::default(), Vec::new());
        assert!(thinning.thin(&drawn, seen, &opaque, &mut kept));
        // 100 × 100 cells, all of them covered; the last point is in front of all.
        assert_eq!(kept.len(), 10_000);
        assert!(kept.windows(2).all(|pair| pair[0].sample < pair[1].sample));
        assert_eq!(kept.last(), drawn.last());
        // Everything that is left out lies under a point less than a cell's diagonal away.
        for left_out in drawn.iter().step_by(997) {
            let near = |over: &&ScreenPoint| {
                let apart = [0, 1].map(|axis| over.at[axis] - left_out.at[axis]);
                apart[0].hypot(apart[1]) <= 1.5 * CELL && over.sample >= left_out.sample
            };
            assert!(kept.iter().any(|over| near(&over)), "{left_out:?}");
        }
    }

    #[test]
    fn faint_points_cover_only_together_and_few_points_are_all_drawn() {
        let drawn = vec![ScreenPoint { at: [5.0, 5.0], depth: 0.0, sample: 0 }; FEW + 1];
        let seen = Rect::from_min_max(pos2(0.0, 0.0), pos2(10.0, 10.0));
        let (mut thinning, mut kept) = (Thinning::default(), Vec::new());
        assert!(thinning.thin(&drawn, seen, &[[64 << 24, 0]], &mut kept));
        assert_eq!(kept.len(), 11);
        assert!(!thinning.thin(&drawn[1..], seen, &[[64 << 24, 0]], &mut kept));
    }
}
