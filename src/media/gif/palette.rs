//! The colours of a film in a table of 255, and one that shines through.
//!
//! A figure has few colours that fill most of it and must stay exact (the background, the grid, the classes), and many
//! along soft edges, which may be a little off. The frequent ones are taken as they are; then, one after the other, the
//! colour that is farthest from all taken so far (Gonzalez, "Clustering to minimize the maximum intercluster distance",
//! 1985): a mark of a few pixels in a colour of its own keeps it, however rare it is.

use std::collections::BTreeMap;

use crate::media::Frame;

/// The most colours that there can be beside the one that shines through.
const COLOURS: usize = u8::MAX as usize;
/// So many of the most frequent colours are exact where there are more than the table holds.
const EXACT: usize = 96;
/// Below this a pixel shines through.
const HALF: u8 = 128;

type Rgb = [u8; 3];

/// How often each colour stands in the frames looked at.
#[derive(Default)]
pub(super) struct Census(BTreeMap<Rgb, usize>);

impl Census {
    pub(super) fn add(&mut self, frame: &Frame) {
        let mut run: Option<(Rgb, usize)> = None;
        for [red, green, blue, alpha] in frame.pixels() {
            if alpha < HALF {
                continue;
            }
            let colour = [red, green, blue];
            match &mut run {
                Some((same, count)) if *same == colour => *count += 1,
                _ => {
                    if let Some((colour, count)) = run.replace((colour, 1)) {
                        *self.0.entry(colour).or_default() += count;
                    }
                }
            }
        }
        if let Some((colour, count)) = run {
            *self.0.entry(colour).or_default() += count;
        }
    }

    /// The table for these colours.
    pub(super) fn palette(self) -> Palette {
        let mut colours: Vec<(Rgb, usize)> = self.0.into_iter().collect();
        // The most frequent first; equally frequent ones in the order of their bytes.
        colours.sort_by_key(|(colour, count)| (usize::MAX - count, *colour));
        if colours.len() <= COLOURS {
            return Palette(colours.into_iter().map(|(colour, _)| colour).collect());
        }
        let (exact, rest) = colours.split_at(EXACT);
        let mut table: Vec<Rgb> = exact.iter().map(|(colour, _)| *colour).collect();
        let to_table = |colour: Rgb| table.iter().map(|entry| distance(*entry, colour)).min().unwrap_or(i32::MAX);
        let mut rest: Vec<(Rgb, i32)> = rest.iter().map(|(colour, _)| (*colour, to_table(*colour))).collect();
        while table.len() < COLOURS {
            // The first of those that are equally far, which is the most frequent.
            let Some(&(farthest, _)) = rest.iter().rev().max_by_key(|(_, distance)| *distance) else { break };
            table.push(farthest);
            for (colour, nearest) in &mut rest {
                *nearest = (*nearest).min(distance(*colour, farthest));
            }
        }
        Palette(table)
    }
}

/// How far two colours are from each other, squared.
fn distance(one: Rgb, other: Rgb) -> i32 {
    one.iter().zip(other).map(|(a, b)| (i32::from(*a) - i32::from(b)).pow(2)).sum()
}

/// The table of colours.
pub(super) struct Palette(Vec<Rgb>);

impl Palette {
    /// The table as the format has it, with an entry for what shines through.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.iter().copied().chain([[0; 3]]).flatten().collect()
    }

    /// The entry that shines through: the one after the colours.
    pub(super) fn transparent(&self) -> u8 {
        self.0.len().min(COLOURS) as u8
    }

    /// What finds the entry of each colour.
    pub(super) fn indices(&self) -> Indices<'_> {
        Indices { palette: self, found: BTreeMap::new() }
    }

    /// The nearest entry.
    fn nearest(&self, colour: Rgb) -> u8 {
        let distance =
            |entry: &Rgb| -> i32 { entry.iter().zip(colour).map(|(a, b)| (i32::from(*a) - i32::from(b)).pow(2)).sum() };
        let nearest = self.0.iter().enumerate().min_by_key(|(_, entry)| distance(entry));
        nearest.map_or(self.transparent(), |(index, _)| index as u8)
    }
}

/// The entries of the colours that were asked for so far.
pub(super) struct Indices<'a> {
    palette: &'a Palette,
    found: BTreeMap<Rgb, u8>,
}

impl Indices<'_> {
    /// The entry of every pixel.
    pub(super) fn map(&mut self, frame: &Frame) -> Vec<u8> {
        let transparent = self.palette.transparent();
        let mut last = ([0; 3], self.index([0; 3]));
        let entry = |[red, green, blue, alpha]: [u8; 4]| {
            if alpha < HALF {
                return transparent;
            }
            let colour = [red, green, blue];
            if last.0 != colour {
                last = (colour, self.index(colour));
            }
            last.1
        };
        frame.pixels().map(entry).collect()
    }

    fn index(&mut self, colour: Rgb) -> u8 {
        *self.found.entry(colour).or_insert_with(|| self.palette.nearest(colour))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient() -> Frame {
        // Mostly white, with a field of more colours than the table holds.
        let pixel = |index: u32| {
            let (x, y) = (index % 64, index / 64);
            if y < 40 { [255; 4] } else { [(4 * x) as u8, (10 * (y - 40)) as u8, 90, 255] }
        };
        Frame { size: [64, 64], rgba: (0..64 * 64).flat_map(pixel).collect() }
    }

    #[test]
    fn what_fills_the_picture_stays_exact_and_the_rest_near() {
        let mut census = Census::default();
        census.add(&gradient());
        let palette = census.palette();
        assert!(palette.0.len() <= COLOURS && palette.0.contains(&[255; 3]));
        let indices = palette.indices().map(&gradient());
        for (pixel, index) in gradient().pixels().zip(indices) {
            let entry = palette.0[usize::from(index)];
            let off = entry.iter().zip(pixel).map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(off <= 24, "{pixel:?} became {entry:?}");
        }
    }

    #[test]
    fn a_rare_colour_of_its_own_is_kept() {
        let mut frame = gradient();
        frame.rgba[..4].copy_from_slice(&[0x6B, 0x5B, 0xB5, 255]);
        let mut census = Census::default();
        census.add(&frame);
        assert!(census.palette().0.contains(&[0x6B, 0x5B, 0xB5]));
    }

    #[test]
    fn what_shines_through_is_no_colour() {
        let frame = Frame { size: [2, 1], rgba: vec![9, 9, 9, 0, 7, 7, 7, 255] };
        let mut census = Census::default();
        census.add(&frame);
        let palette = census.palette();
        assert_eq!(palette.0, [[7; 3]]);
        assert_eq!(palette.indices().map(&frame), [1, 0]);
    }
}
