//! Points that are pictures: one texture with all of them, and the quads that keep their size while the places move.

use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Mesh, Pos2, Rect, TextureHandle, TextureOptions, pos2, vec2};

use crate::session::{PointSettings, Scene, counted, picture_side, pictured, pixel_range, pixels};

/// The side of a picture on the stage, in screen points.
pub const SIDE: f32 = 18.0;
/// The side of the texture, at most; every graphics driver takes one of this size.
const LARGEST_TEXTURE: usize = 2048;
/// Transparent pixels between two pictures, so that smoothing does not mix them.
const GAP: usize = 1;

/// The pictures of a scene's points in one texture.
pub struct Atlas {
    scene: Arc<Scene>,
    texture: TextureHandle,
    /// The side of the texture, and of a tile with its gap, in pixels.
    size: usize,
    tile: usize,
    /// The place of each sample's tile, row by row; `NONE` for those without one.
    tiles: Vec<u32>,
    count: usize,
}

const NONE: u32 = u32::MAX;

impl Atlas {
    /// The pictures that `settings` ask for: `before`, if they are those, else new ones.
    pub fn wanted(
        before: Option<Atlas>,
        context: &Context,
        scene: &Arc<Scene>,
        settings: &PointSettings,
    ) -> Option<Atlas> {
        let dimension = scene.dataset.dimension();
        let side = picture_side(dimension).filter(|_| settings.draws_pictures(dimension))?;
        let same = |atlas: &Atlas| Arc::ptr_eq(&atlas.scene.dataset, &scene.dataset);
        before.filter(same).or_else(|| Atlas::draw(context, scene, side))
    }

    fn draw(context: &Context, scene: &Arc<Scene>, side: usize) -> Option<Atlas> {
        let size = LARGEST_TEXTURE.min(context.input(|input| input.max_texture_side));
        let tile = side + 2 * GAP;
        let across = size / tile;
        if across == 0 || scene.dataset.samples() == 0 {
            return None;
        }
        let range = pixel_range(scene);
        let samples = pictured(scene, across * across);
        let rows = samples.len().div_ceil(across);
        let mut image = ColorImage::filled([size, rows * tile], Color32::TRANSPARENT);
        let mut tiles = vec![NONE; scene.dataset.samples()];
        for (index, &sample) in samples.iter().enumerate() {
            tiles[sample] = index as u32;
            let corner = [index % across * tile + GAP, index / across * tile + GAP];
            paint(&mut image, corner, side, &pixels(scene, sample, range));
        }
        let texture = context.load_texture("pictures", image, TextureOptions::LINEAR);
        Some(Atlas { scene: Arc::clone(scene), texture, size, tile, tiles, count: samples.len() })
    }

    /// Whether a sample has a picture.
    pub fn has(&self, sample: usize) -> bool {
        self.tiles.get(sample).is_some_and(|tile| *tile != NONE)
    }

    /// An empty mesh of pictures.
    pub fn mesh(&self) -> Mesh {
        Mesh::with_texture(self.texture.id())
    }

    /// Adds the picture of a sample in a colour.
    pub fn add(&self, mesh: &mut Mesh, sample: usize, at: Pos2, scale: f32, colour: Color32) {
        let Some(&tile) = self.tiles.get(sample).filter(|tile| **tile != NONE) else { return };
        let across = self.size / self.tile;
        let [width, height] = self.texture.size().map(|side| side as f32);
        let corner = |index: usize| (index * self.tile) as f32;
        let (left, top) = (corner(tile as usize % across), corner(tile as usize / across));
        let side = self.tile as f32;
        let uv =
            Rect::from_min_max(pos2(left / width, top / height), pos2((left + side) / width, (top + side) / height));
        let with_gap = SIDE * scale * self.tile as f32 / (self.tile - 2 * GAP) as f32;
        mesh.add_rect_with_uv(Rect::from_center_size(at, vec2(with_gap, with_gap)), uv, colour);
    }

    /// Which points are pictures, where not all are.
    pub fn label(&self) -> Option<String> {
        let all = self.tiles.len();
        (self.count < all).then(|| {
            format!("{} evenly chosen of {} are pictures, the others dots.", self.count, counted(all, "point"))
        })
    }
}

/// The picture of one sample by itself, for its card; kept while it is the same.
#[derive(Default)]
pub struct Card {
    kept: Option<(Arc<Scene>, usize, TextureHandle)>,
}

impl Card {
    /// The picture of `sample`, if its coordinates make one and are drawn so.
    pub fn picture(
        &mut self,
        context: &Context,
        scene: &Arc<Scene>,
        settings: &PointSettings,
        sample: usize,
    ) -> Option<&TextureHandle> {
        let dimension = scene.dataset.dimension();
        let side = picture_side(dimension).filter(|_| settings.draws_pictures(dimension))?;
        let same = |(kept, of, _): &(Arc<Scene>, usize, TextureHandle)| Arc::ptr_eq(kept, scene) && *of == sample;
        if !self.kept.as_ref().is_some_and(same) {
            let mut image = ColorImage::filled([side, side], Color32::TRANSPARENT);
            paint(&mut image, [0, 0], side, &pixels(scene, sample, pixel_range(scene)));
            let texture = context.load_texture("picture of a point", image, TextureOptions::NEAREST);
            self.kept = Some((Arc::clone(scene), sample, texture));
        }
        self.kept.as_ref().map(|(_, _, texture)| texture)
    }
}

/// Paints a square of pixels in white, the larger the more opaque.
fn paint(image: &mut ColorImage, [left, top]: [usize; 2], side: usize, pixels: &[f32]) {
    for (index, share) in pixels.iter().enumerate() {
        image[(left + index % side, top + index / side)] = Color32::from_white_alpha((share * 255.0) as u8);
    }
}
