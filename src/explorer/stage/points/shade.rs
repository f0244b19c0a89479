//! How depth changes the colours and sizes of points, and that of points through which others are looked at.

use egui::Color32;

/// How much of its colour the farthest point loses to the background, and how much smaller it is than the nearest.
pub const DEPTH_FADE: f32 = 0.4;
pub const DEPTH_SHRINK: f32 = 0.25;
/// How strong the points are through which others are looked at.
pub const GHOST: f32 = 0.35;

/// What all points of a frame share.
#[derive(Clone, Copy, Debug)]
pub struct Shade {
    /// How strongly depth is drawn, 0 to 1.
    pub depth: f32,
    /// What far points fade into.
    pub background: Color32,
    /// Whether the points are faint, because others are compared to them.
    pub ghost: bool,
}

impl Shade {
    /// The size and the colour of a point at a depth.
    #[inline(always)]
    pub fn of(self, depth: f32, mut colour: Color32) -> (f32, Color32) {
        let mut scale = 1.0;
        if self.depth > 0.0 {
            let far = self.depth * (0.5 - 0.5 * depth).clamp(0.0, 1.0);
            colour = mixed(colour, self.background, DEPTH_FADE * far);
            scale -= DEPTH_SHRINK * far;
        }
        if self.ghost {
            colour = mixed(Color32::TRANSPARENT, colour, GHOST);
        }
        (scale, colour)
    }
}

/// From one colour to another by a share, in steps of 1/256.
#[inline(always)]
fn mixed(from: Color32, to: Color32, share: f32) -> Color32 {
    let share = (share * 256.0) as u32;
    let (from, to) = (from.to_array(), to.to_array());
    let [r, g, b, a] = std::array::from_fn(|channel| {
        ((u32::from(from[channel]) * (256 - share) + u32::from(to[channel]) * share) >> 8) as u8
    });
    Color32::from_rgba_premultiplied(r, g, b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_mix_from_one_end_to_the_other() {
        let (red, blue) = (Color32::from_rgb(255, 0, 0), Color32::from_rgb(0, 0, 255));
        assert_eq!([mixed(red, blue, 0.0), mixed(red, blue, 1.0)], [red, blue]);
        assert_eq!(mixed(red, blue, 0.5), Color32::from_rgb(127, 0, 127));
        let shade = Shade { depth: 1.0, background: blue, ghost: false };
        assert_eq!(shade.of(1.0, red), (1.0, red));
        assert_eq!(shade.of(-5.0, red).0, 1.0 - DEPTH_SHRINK);
    }
}
