//! How long the axes of an input are where its file leaves them open.

use crate::network::{Flattening, ImageShape};

/// The lengths that are tried where nobody tells one, in this order: the first with which the whole graph is understood is
/// taken. Pictures whose sides are halved five times need multiples of 32.
pub(super) const TRIED: [usize; 15] = [32, 64, 16, 28, 48, 96, 100, 128, 160, 224, 256, 320, 416, 512, 640];

/// The lengths that are tried after those, in this order, where a longer input may be what is missing: signals in time are
/// often this long.
pub(super) const TRIED_LONG: [usize; 7] = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

/// The most values of an input whose one open length is guessed as one of [`TRIED_LONG`].
const LARGEST_SIGNAL: usize = 1 << 16;

/// How long the axes of an input are where its file leaves them open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InputLengths {
    /// As the sides of the picture that a person told.
    Told(ImageShape),
    /// All this long, as a guess.
    Guessed(usize),
}

/// The lengths of an input's axes without that of the samples: as the file tells them, else completed by what was asked for;
/// none where one stays open.
pub(super) fn shape_of(axes: &[Option<usize>], asked: Option<InputLengths>, order: Flattening) -> Option<Vec<usize>> {
    let known: Option<Vec<usize>> = axes.iter().copied().collect();
    known.or_else(|| asked?.complete(axes, order))
}

impl InputLengths {
    /// The lengths of all axes without that of the samples, given those that the file tells, with the channels of pictures
    /// where `order` has them; none where what was told does not fit them.
    fn complete(self, axes: &[Option<usize>], order: Flattening) -> Option<Vec<usize>> {
        let volume = match self {
            InputLengths::Guessed(length) => {
                let lengths: Vec<usize> = axes.iter().map(|axis| axis.unwrap_or(length)).collect();
                let values = lengths.iter().try_fold(1_usize, |values, length| values.checked_mul(*length));
                let is_signal = axes.iter().filter(|axis| axis.is_none()).count() == 1
                    && values.is_some_and(|values| values <= LARGEST_SIGNAL);
                return (is_signal || !TRIED_LONG.contains(&length)).then_some(lengths);
            }
            InputLengths::Told(volume) => volume,
        };
        let (channels, height, width) = (volume.channels(), volume.height(), volume.width());
        let asked = match (order, axes.len()) {
            (Flattening::ChannelsFirst, 3) => vec![channels, height, width],
            (Flattening::ChannelsLast, 3) => vec![height, width, channels],
            (Flattening::ChannelsFirst, 2) => vec![channels, width],
            (Flattening::ChannelsLast, 2) => vec![width, channels],
            (_, 1) if channels == 1 && height == 1 => vec![width],
            _ => return None,
        };
        axes.iter().zip(&asked).all(|(axis, asked)| axis.is_none_or(|axis| axis == *asked)).then_some(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_file_tells_stays_and_what_contradicts_it_is_refused() {
        let asked = InputLengths::Told(ImageShape::new(3, 8, 10).unwrap());
        let open = [Some(3), None, None];
        assert_eq!(asked.complete(&open, Flattening::ChannelsFirst), Some(vec![3, 8, 10]));
        assert_eq!(asked.complete(&[Some(1), None, None], Flattening::ChannelsFirst), None);
        assert_eq!(asked.complete(&[None, None, None], Flattening::ChannelsLast), Some(vec![8, 10, 3]));
        assert_eq!(asked.complete(&[None], Flattening::ChannelsLast), None);
        assert_eq!(InputLengths::Guessed(32).complete(&open, Flattening::ChannelsFirst), Some(vec![3, 32, 32]));
    }

    #[test]
    fn only_signals_are_guessed_to_be_long() {
        let long = InputLengths::Guessed(16_384);
        assert_eq!(long.complete(&[Some(4), None], Flattening::ChannelsFirst), Some(vec![4, 16_384]));
        assert_eq!(long.complete(&[Some(5), None], Flattening::ChannelsFirst), None);
        assert_eq!(long.complete(&[None, None], Flattening::ChannelsFirst), None);
    }
}
