//! What fills a triangle: a colour and a texture coordinate that are affine over it, so that neighbouring pixels differ by
//! constants.

use super::{
    blend::{Ink, Rgba, over, over_run, tint},
    corner::{Corner, SUBPIXEL},
    texture::{Sampler, Texture},
};

/// What a triangle's pixels are filled with, from the cheapest to the dearest.
pub(super) enum Shading<'a> {
    /// One colour all over.
    Flat(Ink),
    /// A colour that varies, one texel.
    Graded { ink: [Plane; 4], texel: Ink },
    /// Everything varies.
    Textured { ink: [Plane; 4], uv: [Plane; 2], sampler: Sampler<'a> },
}

impl<'a> Shading<'a> {
    pub(super) fn new(texture: &'a Texture, corners: &[Corner; 3], points: &[[i64; 2]; 3]) -> Self {
        let [a, b, c] = corners;
        let at = points.map(|point| point.map(|coordinate| coordinate as f64 / SUBPIXEL as f64));
        let ink = || std::array::from_fn(|channel| Plane::new(&at, corners.map(|corner| corner.ink[channel])));
        if a.uv == b.uv && a.uv == c.uv {
            let texel = texture.sampler([0.0; 4]).at(a.uv);
            return if a.ink == b.ink && a.ink == c.ink {
                Self::Flat(tint(a.ink, texel))
            } else {
                Self::Graded { ink: ink(), texel }
            };
        }
        let uv: [Plane; 2] = std::array::from_fn(|axis| Plane::new(&at, corners.map(|corner| corner.uv[axis])));
        let [u, v] = &uv;
        let sampler = texture.sampler([u.per_column, v.per_column, u.per_row as f32, v.per_row as f32]);
        Self::Textured { ink: ink(), uv, sampler }
    }

    /// Fills a run of pixels of `row` that begins at `column`.
    pub(super) fn run(&self, pixels: &mut [Rgba], column: i64, row: i64) {
        let (x, y) = (column as f64 + 0.5, row as f64 + 0.5);
        match self {
            Self::Flat(ink) => over_run(pixels, *ink),
            Self::Graded { ink, texel } => {
                let start = ink.each_ref().map(|plane| plane.at(x, y));
                for (i, pixel) in pixels.iter_mut().enumerate() {
                    let here = std::array::from_fn(|c| start[c] + ink[c].per_column * i as f32);
                    over(pixel, tint(here, *texel));
                }
            }
            Self::Textured { ink, uv, sampler } => {
                let start = ink.each_ref().map(|plane| plane.at(x, y));
                let uv_start = uv.each_ref().map(|plane| plane.at(x, y));
                for (i, pixel) in pixels.iter_mut().enumerate() {
                    let here = std::array::from_fn(|c| start[c] + ink[c].per_column * i as f32);
                    let uv_here = std::array::from_fn(|axis| uv_start[axis] + uv[axis].per_column * i as f32);
                    let texel = sampler.at(uv_here);
                    if texel != [0.0; 4] {
                        over(pixel, tint(here, texel));
                    }
                }
            }
        }
    }
}

/// A quantity that is affine over the triangle, given by its values at the corners.
pub(super) struct Plane {
    origin: [f64; 2],
    value: f64,
    per_column: f32,
    per_row: f64,
    per_column_exact: f64,
}

impl Plane {
    fn new([a, b, c]: &[[f64; 2]; 3], [value_a, value_b, value_c]: [f32; 3]) -> Self {
        let (bx, by, cx, cy) = (b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]);
        let (rise_b, rise_c) = (f64::from(value_b) - f64::from(value_a), f64::from(value_c) - f64::from(value_a));
        let double_area = bx * cy - cx * by;
        let per_column = (rise_b * cy - rise_c * by) / double_area;
        Self {
            origin: *a,
            value: f64::from(value_a),
            per_column: per_column as f32,
            per_row: (rise_c * bx - rise_b * cx) / double_area,
            per_column_exact: per_column,
        }
    }

    fn at(&self, x: f64, y: f64) -> f32 {
        (self.value + self.per_column_exact * (x - self.origin[0]) + self.per_row * (y - self.origin[1])) as f32
    }
}
