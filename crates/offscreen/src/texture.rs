//! Textures as egui hands them over: kept by id, updated whole or in part, sampled by coordinates in 0 … 1.

use std::collections::HashMap;

use egui::{ImageData, TextureFilter, TextureId, TextureOptions, TextureWrapMode, TexturesDelta, epaint::ImageDelta};

use super::blend::{Ink, Rgba};

/// All textures that are alive: the font atlas and what the program has uploaded.
#[derive(Default)]
pub(super) struct Textures {
    alive: HashMap<TextureId, Texture>,
    /// Freed by the newest update, but the frame that came with it may still draw them.
    leaving: Vec<TextureId>,
}

impl Textures {
    /// Takes every change out of `delta`. To be called once for each frame of egui, drawn or not, in their order.
    pub(super) fn update(&mut self, delta: &mut TexturesDelta) {
        for id in self.leaving.drain(..) {
            self.alive.remove(&id);
        }
        for (id, changes) in delta.set.drain() {
            for change in changes {
                self.change(id, &change);
            }
        }
        self.leaving.extend(delta.free.drain());
    }

    pub(super) fn get(&self, id: TextureId) -> Option<&Texture> {
        self.alive.get(&id)
    }

    fn change(&mut self, id: TextureId, change: &ImageDelta) {
        match change.pos {
            None => {
                self.alive.insert(id, Texture::new(change));
            }
            Some(corner) => {
                if let Some(texture) = self.alive.get_mut(&id) {
                    texture.update_part(corner, change);
                }
            }
        }
    }
}

/// An image with the rule by which it is read between and beyond its texels.
pub(super) struct Texture {
    size: [usize; 2],
    texels: Vec<Rgba>,
    options: TextureOptions,
}

impl Texture {
    pub(super) fn new(change: &ImageDelta) -> Self {
        let ImageData::Color(image) = &change.image;
        // A picture whose sizes do not agree with its texels is read as transparent instead of out of bounds.
        let mut texels: Vec<Rgba> = image.pixels.iter().map(egui::Color32::to_array).collect();
        texels.resize(image.size[0].saturating_mul(image.size[1]), [0; 4]);
        Self { size: image.size, texels, options: change.options }
    }

    /// Replaces the rectangle at `corner` (x, y in texels); a part that does not fit is left out, as a driver would.
    fn update_part(&mut self, [left, top]: [usize; 2], change: &ImageDelta) {
        let ImageData::Color(part) = &change.image;
        let ([part_width, part_height], [width, height]) = (part.size, self.size);
        let fits =
            |start: usize, length: usize, limit: usize| start.checked_add(length).is_some_and(|end| end <= limit);
        if part_width == 0 || !fits(left, part_width, width) || !fits(top, part_height, height) {
            return;
        }
        self.options = change.options;
        let rows = self.texels.chunks_exact_mut(width).skip(top);
        for (row, source) in rows.zip(part.pixels.chunks_exact(part_width)) {
            for (texel, color) in row[left..left + part_width].iter_mut().zip(source) {
                *texel = color.to_array();
            }
        }
    }

    /// How the texture is to be read where one pixel's step moves `uv_per_pixel` (du/dx, dv/dx, du/dy, dv/dy).
    pub(super) fn sampler(&self, [ux, vx, uy, vy]: [f32; 4]) -> Sampler<'_> {
        let [width, height] = self.size.map(|side| side as f32);
        let texels_per_pixel = f32::max((ux * width).hypot(vx * height), (uy * width).hypot(vy * height));
        let filter = if texels_per_pixel > 1.0 { self.options.minification } else { self.options.magnification };
        Sampler { texture: self, width, height, linear: filter == TextureFilter::Linear }
    }

    fn texel(&self, x: i32, y: i32) -> Ink {
        let [width, height] = self.size;
        let index = wrap(y, height, self.options.wrap_mode) * width + wrap(x, width, self.options.wrap_mode);
        self.texels.get(index).map_or([0.0; 4], |texel| texel.map(f32::from))
    }
}

/// A texture together with the filter chosen for one triangle.
pub(super) struct Sampler<'a> {
    texture: &'a Texture,
    width: f32,
    height: f32,
    linear: bool,
}

impl Sampler<'_> {
    /// The colour at `uv`, where (0, 0) is the outer corner of the first texel and (1, 1) that of the last.
    pub(super) fn at(&self, [u, v]: [f32; 2]) -> Ink {
        let (x, y) = (u * self.width, v * self.height);
        if !self.linear {
            return self.texture.texel(floor(x), floor(y));
        }
        // Texel centres lie at half-integers.
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (floor(x), floor(y));
        let (right_share, low_share) = (x - left as f32, y - top as f32);
        let read = |dx: i32, dy: i32| self.texture.texel(left.saturating_add(dx), top.saturating_add(dy));
        let upper = mix(read(0, 0), read(1, 0), right_share);
        let lower = mix(read(0, 1), read(1, 1), right_share);
        mix(upper, lower, low_share)
    }
}

fn mix(a: Ink, b: Ink, share_of_b: f32) -> Ink {
    std::array::from_fn(|c| a[c] + (b[c] - a[c]) * share_of_b)
}

/// Rounds down; saturates far away. Cheaper than the library's `floor`, which is a call on plain x86-64.
fn floor(x: f32) -> i32 {
    let toward_zero = x as i32;
    toward_zero.saturating_sub(i32::from(x < toward_zero as f32))
}

fn wrap(index: i32, length: usize, mode: TextureWrapMode) -> usize {
    // egui's textures stay far below 2³¹ texels a side; a longer one is read at its start only.
    let length = i32::try_from(length).unwrap_or(1).max(1);
    let inside = match mode {
        TextureWrapMode::ClampToEdge => index.clamp(0, length - 1),
        TextureWrapMode::Repeat => index.rem_euclid(length),
        TextureWrapMode::MirroredRepeat => {
            let there_and_back = i64::from(index).rem_euclid(2 * i64::from(length));
            there_and_back.min(2 * i64::from(length) - 1 - there_and_back) as i32
        }
    };
    inside as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Color32, ColorImage};

    const ID: TextureId = TextureId::User(3);
    const MAGNIFIED: [f32; 4] = [0.01, 0.0, 0.0, 0.01];

    fn image(size: [usize; 2], grey: &[u8]) -> ColorImage {
        ColorImage::from_gray(size, grey)
    }

    fn set(textures: &mut Textures, change: ImageDelta) {
        let mut delta = TexturesDelta::default();
        delta.push(ID, change);
        textures.update(&mut delta);
    }

    fn grey_at(textures: &Textures, uv: [f32; 2]) -> f32 {
        textures.get(ID).unwrap().sampler(MAGNIFIED).at(uv)[0]
    }

    #[test]
    fn linear_filter_reads_texel_centres_exactly_and_mixes_between() {
        let mut textures = Textures::default();
        set(&mut textures, ImageDelta::full(image([2, 1], &[0, 200]), TextureOptions::LINEAR));
        assert_eq!(grey_at(&textures, [0.25, 0.5]), 0.0);
        assert_eq!(grey_at(&textures, [0.75, 0.5]), 200.0);
        assert_eq!(grey_at(&textures, [0.5, 0.5]), 100.0);
        assert_eq!(grey_at(&textures, [1.0, 0.5]), 200.0, "the edge is clamped");
    }

    #[test]
    fn nearest_filter_has_hard_edges_and_minification_has_its_own_filter() {
        let mut textures = Textures::default();
        let options = TextureOptions { minification: TextureFilter::Linear, ..TextureOptions::NEAREST };
        set(&mut textures, ImageDelta::full(image([2, 1], &[0, 200]), options));
        assert_eq!(grey_at(&textures, [0.499, 0.5]), 0.0);
        assert_eq!(grey_at(&textures, [0.501, 0.5]), 200.0);
        let smaller_than_a_texel = textures.get(ID).unwrap().sampler([0.6, 0.0, 0.0, 0.6]);
        assert_eq!(smaller_than_a_texel.at([0.5, 0.5])[0], 100.0);
    }

    #[test]
    fn wrap_modes_continue_the_texture_beyond_its_edges() {
        use TextureWrapMode::{ClampToEdge, MirroredRepeat, Repeat};
        let read = |mode| (-4..7).map(|x| wrap(x, 3, mode)).collect::<Vec<_>>();
        assert_eq!(read(ClampToEdge), [0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2]);
        assert_eq!(read(Repeat), [2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(read(MirroredRepeat), [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]);
    }

    #[test]
    fn a_partial_update_changes_its_rectangle_only() {
        let mut textures = Textures::default();
        set(&mut textures, ImageDelta::full(image([3, 3], &[1; 9]), TextureOptions::NEAREST));
        set(&mut textures, ImageDelta::partial([1, 2], image([2, 1], &[8, 9]), TextureOptions::NEAREST));
        let texels: Vec<u8> = textures.get(ID).unwrap().texels.iter().map(|texel| texel[0]).collect();
        assert_eq!(texels, [1, 1, 1, 1, 1, 1, 1, 8, 9]);
    }

    #[test]
    fn a_partial_update_that_does_not_fit_is_left_out() {
        let mut textures = Textures::default();
        set(&mut textures, ImageDelta::full(image([2, 2], &[1; 4]), TextureOptions::NEAREST));
        set(&mut textures, ImageDelta::partial([1, 1], image([2, 1], &[8, 9]), TextureOptions::NEAREST));
        set(&mut textures, ImageDelta::partial([usize::MAX, 0], image([2, 1], &[8, 9]), TextureOptions::NEAREST));
        assert!(textures.get(ID).unwrap().texels.iter().all(|texel| texel[0] == 1));
    }

    #[test]
    fn a_freed_texture_serves_the_frame_that_frees_it() {
        let mut textures = Textures::default();
        let mut delta = TexturesDelta::default();
        delta.push(ID, ImageDelta::full(ColorImage::filled([1, 1], Color32::RED), TextureOptions::NEAREST));
        delta.free(ID);
        textures.update(&mut delta);
        assert!(delta.is_empty());
        assert!(textures.get(ID).is_some());
        textures.update(&mut delta);
        assert!(textures.get(ID).is_none());
    }
}
