//! What of a frame differs from the one before: only that need be written.

use super::Frame;

/// A part of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Part {
    pub(super) fn whole([width, height]: [u32; 2]) -> Part {
        Part { left: 0, top: 0, width, height }
    }

    /// The smallest part outside of which both frames are the same, its corner on a multiple of `step`; one pixel where
    /// they are the same everywhere.
    pub(super) fn changed(before: &Frame, now: &Frame, step: u32) -> Part {
        let [width, height] = now.size;
        if before.size != now.size || width == 0 {
            return Part::whole(now.size);
        }
        let row = 4 * width as usize;
        let (mut left, mut top, mut right, mut bottom) = (width, height, 0, 0);
        for ((y, old), new) in (0..).zip(before.rgba.chunks(row)).zip(now.rgba.chunks(row)) {
            if old == new {
                continue;
            }
            let differs = |(old, new): (&[u8; 4], &[u8; 4])| old != new;
            let (old, new) = (old.as_chunks().0, new.as_chunks().0);
            let first = old.iter().zip(new).position(differs).unwrap_or(0) as u32;
            let last = old.iter().zip(new).rposition(differs).unwrap_or(0) as u32;
            (left, right) = (left.min(first), right.max(last + 1));
            (top, bottom) = (top.min(y), y + 1);
        }
        if bottom == 0 {
            return Part { left: 0, top: 0, width: 1, height: 1 };
        }
        let (left, top) = (left - left % step, top - top % step);
        Part { left, top, width: right - left, height: bottom - top }
    }

    /// The bytes of the part, `channels` a pixel, of a picture whose rows have `width` pixels.
    pub(super) fn cut(self, bytes: &[u8], width: u32, channels: usize) -> Vec<u8> {
        let row = |y: u32| {
            let start = ((self.top + y) as usize * width as usize + self.left as usize) * channels;
            bytes.get(start..start + self.width as usize * channels).unwrap_or_default()
        };
        (0..self.height).flat_map(row).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(lit: &[(u32, u32)]) -> Frame {
        let mut rgba = vec![0; 4 * 7 * 5];
        lit.iter().for_each(|(x, y)| rgba[4 * (y * 7 + x) as usize] = 9);
        Frame { size: [7, 5], rgba }
    }

    #[test]
    fn the_part_holds_all_that_changed_and_no_more() {
        let part = Part::changed(&frame(&[(2, 1)]), &frame(&[(5, 3)]), 1);
        assert_eq!(part, Part { left: 2, top: 1, width: 4, height: 3 });
        let even = Part::changed(&frame(&[(3, 1)]), &frame(&[(5, 3)]), 2);
        assert_eq!(even, Part { left: 2, top: 0, width: 4, height: 4 });
        assert_eq!(Part::changed(&frame(&[]), &frame(&[]), 1), Part { left: 0, top: 0, width: 1, height: 1 });
        let cut = part.cut(&frame(&[(5, 3)]).rgba, 7, 4);
        assert_eq!((cut.len(), cut[4 * 11]), (4 * 12, 9));
    }
}
