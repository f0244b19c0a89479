//! A film: frames one after the other, and how long each is shown.

use super::{Frame, MediaError};

/// How often a film is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// Again and again.
    #[default]
    Forever,
    /// So many times, at least once.
    Times(u16),
}

/// What there is to know of a film beside its frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Film {
    /// Pixels a row, and rows, of every frame.
    pub size: [u32; 2],
    /// The number of frames, at least one.
    pub frames: usize,
    /// Frames a second.
    pub rate: f64,
    /// Seconds for which the last frame is shown beyond its own time.
    pub rest: f64,
    /// How often it is shown.
    pub repeats: Repeats,
}

/// What draws the frames of a film: the frame of a number, from 0, asked for in order. It may be asked for some of them
/// before, for their colours.
pub(super) type Draw<'a> = dyn FnMut(usize) -> Result<Frame, MediaError> + 'a;

impl Film {
    /// How long a frame is shown, in units of 1/`units` second. The sum over frames never strays from the true time by
    /// more than half a unit.
    pub(super) fn duration(&self, frame: usize, units: f64) -> u32 {
        let end = |frame: usize| (frame as f64 * units / self.rate).round();
        let rest = if frame + 1 == self.frames { (self.rest * units).round() } else { 0.0 };
        (end(frame + 1) - end(frame) + rest) as u32
    }

    /// How many frames of the usual length the last one stands for.
    pub(super) fn last_repeated(&self) -> usize {
        1 + (self.rest * self.rate).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frames_last_as_long_as_the_film() {
        let film = Film { size: [1, 1], frames: 90, rate: 30.0, rest: 1.5, repeats: Repeats::Forever };
        let total: u32 = (0..90).map(|frame| film.duration(frame, 100.0)).sum();
        assert_eq!(total, 450);
        assert!((0..89).all(|frame| [3, 4].contains(&film.duration(frame, 100.0))));
        assert_eq!(film.last_repeated(), 46);
    }
}

/// Films for the tests of the formats.
#[cfg(test)]
pub(super) mod testing {
    use super::*;

    pub fn film(frames: usize) -> Film {
        Film { size: [20, 12], frames, rate: 25.0, rest: 0.5, repeats: Repeats::Forever }
    }

    /// A white picture with a coloured square that moves.
    pub fn dot(size: [u32; 2], number: usize) -> Frame {
        let inside = |x: u32, y: u32| (2..6).contains(&y) && (2 + number as u32..6 + number as u32).contains(&x);
        let pixel = |index: u32| {
            let (x, y) = (index % size[0], index / size[0]);
            if inside(x, y) { [0, 114 + x as u8, 178, 255] } else { [255; 4] }
        };
        Frame { size, rgba: (0..size[0] * size[1]).flat_map(pixel).collect() }
    }
}
