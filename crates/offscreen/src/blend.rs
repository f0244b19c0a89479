//! One pixel meets one colour, as egui's own painters do it: premultiplied alpha, in gamma space, eight bits kept.

/// A pixel: premultiplied red, green, blue and alpha in gamma space.
pub(super) type Rgba = [u8; 4];

/// A colour on its way to a pixel: like [`Rgba`], each channel in 0 … 255, not yet rounded.
pub(super) type Ink = [f32; 4];

pub(super) const FULL: f32 = 255.0;

/// The colour of `vertex` through `texel`: their product, channel by channel.
///
/// egui multiplies in gamma space, the only way to get the weight of its text right.
pub(super) fn tint(vertex: Ink, texel: Ink) -> Ink {
    std::array::from_fn(|c| (vertex[c] * texel[c] * (1.0 / FULL)).clamp(0.0, FULL))
}

/// Puts `ink` over `pixel`: new = ink + (1 − ink alpha) · old.
///
/// An ink with alpha 0 and colour above 0 adds light, as egui's additive colours ask for.
#[inline]
pub(super) fn over(pixel: &mut Rgba, ink: Ink) {
    let kept = 1.0 - ink[3] * (1.0 / FULL);
    for (old, new) in pixel.iter_mut().zip(ink) {
        // A float cast to u8 saturates, so overbright sums stop at 255.
        *old = (new + f32::from(*old) * kept + 0.5) as u8;
    }
}

/// Puts the same `ink` over a whole run of pixels.
pub(super) fn over_run(pixels: &mut [Rgba], ink: Ink) {
    if ink[3] >= FULL {
        pixels.fill(ink.map(|channel| (channel + 0.5) as u8));
    } else if ink != [0.0; 4] {
        pixels.iter_mut().for_each(|pixel| over(pixel, ink));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opaque_ink_replaces_and_transparent_ink_changes_nothing() {
        let mut pixel = [10, 20, 30, 255];
        over(&mut pixel, [0.0; 4]);
        assert_eq!(pixel, [10, 20, 30, 255]);
        over(&mut pixel, [1.0, 2.0, 3.0, 255.0]);
        assert_eq!(pixel, [1, 2, 3, 255]);
    }

    #[test]
    fn half_white_over_black_is_grey_in_gamma_space() {
        let mut pixel = [0, 0, 0, 255];
        over(&mut pixel, [128.0, 128.0, 128.0, 128.0]);
        assert_eq!(pixel, [128, 128, 128, 255]);
    }

    #[test]
    fn additive_ink_brightens_and_saturates() {
        let mut pixel = [200, 10, 0, 255];
        over(&mut pixel, [100.0, 5.0, 0.0, 0.0]);
        assert_eq!(pixel, [255, 15, 0, 255]);
    }

    #[test]
    fn a_run_is_the_same_as_its_pixels() {
        for ink in [[9.0, 8.0, 7.0, 255.0], [30.0, 20.0, 10.0, 60.0], [0.0; 4]] {
            let mut run = [[7, 99, 201, 255], [0, 0, 0, 0], [255, 255, 255, 255]];
            let mut single = run;
            over_run(&mut run, ink);
            single.iter_mut().for_each(|pixel| over(pixel, ink));
            assert_eq!(run, single);
        }
    }
}
