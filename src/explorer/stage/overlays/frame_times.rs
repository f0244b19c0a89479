//! How long frames take, told on the stage where it is asked for.

use std::collections::VecDeque;

use egui::{Align2, Rect, Ui, vec2};

use crate::explorer::theme::{self, GAP, Palette, SMALL};

/// As many frames are averaged.
const KEPT: usize = 60;
/// Longer than this a frame does not take: nothing moved, and none was asked for.
const REST: f32 = 1.0;

/// The last frames' times, in seconds.
#[derive(Debug, Default)]
pub struct FrameTimes(VecDeque<f32>);

impl FrameTimes {
    /// Takes in how long the last frame took and writes the mean over what the projection shows in the lower right corner
    /// of `rect`, and what points are drawn as.
    pub fn show(&mut self, ui: &Ui, rect: Rect, points: &str) {
        self.add(ui.input(|input| input.unstable_dt));
        let at = rect.right_bottom() - vec2(GAP, 2.0 * GAP + 1.5 * SMALL);
        let text = format!("{}; points are {points}", self.label());
        ui.painter_at(rect).text(at, Align2::RIGHT_BOTTOM, text, theme::small_font(), Palette::from_ui(ui).faint_ink);
    }

    /// Forgets the frames before, which another picture took.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn add(&mut self, seconds: f32) {
        if seconds > 0.0 && seconds < REST {
            self.0.truncate(KEPT - 1);
            self.0.push_front(seconds);
        }
    }

    fn label(&self) -> String {
        if self.0.is_empty() {
            return "frame time: at rest".to_owned();
        }
        let mean = f64::from(self.0.iter().sum::<f32>()) / self.0.len() as f64;
        format!("frame time {} ms, {} frames a second", theme::figure(1000.0 * mean, 1), theme::figure(1.0 / mean, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_the_last_frames_is_told() {
        let mut times = FrameTimes::default();
        times.add(7.0);
        assert_eq!(times.label(), "frame time: at rest");
        (0..KEPT).for_each(|_| times.add(0.5));
        (0..KEPT).for_each(|frame| times.add(if frame % 2 == 0 { 0.01 } else { 0.03 }));
        assert_eq!(times.label(), "frame time 20.0 ms, 50 frames a second");
    }
}
