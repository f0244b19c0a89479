//! The embedded handwritten digits.

use std::io::Cursor;

use nalgebra::DMatrix;

use super::labels::Labels;
use super::points::Dataset;
use super::random::Random;
use crate::io::numpy::{Archive, NumpyError};

/// The pixels of a digit, 8×8.
pub(super) const PIXELS: usize = 64;
/// The digits in the file.
pub(super) const SAMPLES: usize = 1797;
/// The darkest value in the file; the points are scaled so that it is 1.
const DARKEST: f64 = 16.0;

/// `x` (samples × 64, 0 to 16) and `y` (0 to 9) as bytes; `assets/README.md` names origin and licence.
const EMBEDDED: &[u8] = include_bytes!("../../assets/examples/digits.npz");

/// `samples` digits drawn without repetition; all of them where more are asked for.
pub(super) fn sample(samples: usize, random: &mut Random) -> Dataset {
    // The bytes are part of the program, and a test reads them.
    let (pixels, classes) = read().unwrap_or_default();
    let mut order: Vec<usize> = (0..classes.len()).collect();
    let count = samples.min(order.len());
    for position in 0..count {
        let other = position + random.index(order.len() - position);
        order.swap(position, other);
    }
    let chosen = &order[..count];
    let points = DMatrix::from_fn(PIXELS, count, |pixel, i| pixels[chosen[i] * PIXELS + pixel] / DARKEST);
    let of_sample = chosen.iter().map(|&i| classes[i]).collect();
    let names = (0..10).map(|digit: usize| digit.to_string()).collect();
    Dataset { name: "digits".into(), points, labels: Labels::Classes { of_sample, names }, ..Dataset::default() }
}

/// The pixels, row after row, and the class of each row.
fn read() -> Result<(Vec<f64>, Vec<usize>), NumpyError> {
    let mut archive = Archive::new(Cursor::new(EMBEDDED), "")?;
    let mut numbers = |name: &str| -> Result<Vec<f64>, NumpyError> {
        match archive.position(name).and_then(|at| archive.read(at)) {
            Some(array) => Ok(array?.values.into_floats().unwrap_or_default()),
            None => Ok(Vec::new()),
        }
    };
    let pixels = numbers("x")?;
    let classes = numbers("y")?;
    Ok((pixels, classes.into_iter().map(|class| class as usize).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_digits_are_embedded() {
        let (pixels, classes) = read().unwrap();
        assert_eq!((pixels.len(), classes.len()), (SAMPLES * PIXELS, SAMPLES));
        assert!(pixels.iter().all(|x| (0.0..=DARKEST).contains(x)));
        assert!((0..10).all(|digit| classes.iter().filter(|&&class| class == digit).count() > 170));
    }

    #[test]
    fn more_than_all_gives_all() {
        let digits = sample(5000, &mut Random::new(0));
        assert_eq!(digits.samples(), SAMPLES);
    }
}
