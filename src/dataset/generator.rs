//! Seeded generators of small point sets, each a known difficulty for a network.

use std::f64::consts::{PI, TAU};

use nalgebra::DMatrix;

use super::digits;
use super::labels::Labels;
use super::points::Dataset;
use super::random::Random;

/// A built-in dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generator {
    /// Two interleaved half circles.
    Moons,
    /// A circle inside another.
    Circles,
    /// Two arms that wind around each other.
    Spiral,
    /// Four quadrants, opposite ones of the same class.
    Xor,
    /// Three round clusters.
    Blobs,
    /// A rolled-up sheet in three dimensions, coloured by the angle along it.
    SwissRoll,
    /// Points that fill the square [−1, 1]² evenly; in more dimensions, points drawn from the cube.
    Grid,
    /// Handwritten digits, 8×8 pixels from 0 to 1.
    Digits,
}

/// How a built-in dataset is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeneratorOptions {
    /// The number of points. `Grid` in the plane rounds it down to a square, and `Digits` has 1797 at most.
    pub samples: usize,
    /// The standard deviation of the normal noise added to every coordinate.
    pub noise: f64,
    /// The seed: the same seed gives the same points on every machine.
    pub seed: u64,
    /// The number of coordinates of `Grid`; the other generators have their own.
    pub dimension: usize,
}

impl Default for GeneratorOptions {
    fn default() -> GeneratorOptions {
        GeneratorOptions { samples: 500, noise: 0.05, seed: 0, dimension: 2 }
    }
}

/// The turns of each arm of the spiral around the origin.
const SPIRAL_TURNS: f64 = 1.0;
/// The radius at which the arms begin: at the origin itself no network could tell them apart.
const SPIRAL_START: f64 = 0.1;
/// The radius of the inner circle; the outer one has radius 1.
const INNER_RADIUS: f64 = 0.4;
/// Half the gap between the quadrants of `Xor`: three times the usual noise, which would otherwise carry points into
/// a quadrant of the other class.
const XOR_GAP: f64 = 0.15;
/// The number of clusters of `Blobs`, evenly placed on a circle.
const BLOBS: usize = 3;
/// The spread of a cluster of `Blobs` beside the noise asked for.
const BLOB_SPREAD: f64 = 0.2;

impl Generator {
    /// Every generator, in the order in which menus show them.
    pub const ALL: [Generator; 8] = [
        Generator::Moons,
        Generator::Circles,
        Generator::Spiral,
        Generator::Xor,
        Generator::Blobs,
        Generator::SwissRoll,
        Generator::Grid,
        Generator::Digits,
    ];

    /// What it gives in so many dimensions: beyond two a grid is more points than there are, and they are taken at random.
    pub fn title(self, dimension: usize) -> &'static str {
        if self == Generator::Grid && dimension > 2 { "random points" } else { self.name() }
    }

    /// The name used in menus and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Generator::Moons => "moons",
            Generator::Circles => "circles",
            Generator::Spiral => "spiral",
            Generator::Xor => "xor",
            Generator::Blobs => "blobs",
            Generator::SwissRoll => "swiss-roll",
            Generator::Grid => "grid",
            Generator::Digits => "digits",
        }
    }

    /// The generator of this name; `None` for a name that is not known.
    pub fn from_name(name: &str) -> Option<Generator> {
        Generator::ALL.into_iter().find(|generator| generator.name() == name)
    }

    /// The number of coordinates of its points; `None` for `Grid`, which takes any.
    pub fn dimension(self) -> Option<usize> {
        match self {
            Generator::Grid => None,
            Generator::SwissRoll => Some(3),
            Generator::Digits => Some(digits::PIXELS),
            _ => Some(2),
        }
    }

    /// The options that suit it for training: all digits as they are, and 500 points of the others.
    pub fn training_options(self) -> GeneratorOptions {
        let defaults = GeneratorOptions::default();
        match self {
            Generator::Digits => GeneratorOptions { samples: digits::SAMPLES, noise: 0.0, ..defaults },
            _ => defaults,
        }
    }

    /// Draws the points. Classes take turns, so that any number of samples is balanced to one.
    pub fn generate(self, options: GeneratorOptions) -> Dataset {
        let mut random = Random::new(options.seed);
        let mut dataset = match self {
            Generator::Moons => planar(self, options.samples, 2, moon, &mut random),
            Generator::Circles => planar(self, options.samples, 2, circle, &mut random),
            Generator::Spiral => planar(self, options.samples, 2, spiral, &mut random),
            Generator::Xor => xor(options.samples, &mut random),
            Generator::Blobs => blobs(options.samples, &mut random),
            Generator::SwissRoll => swiss_roll(options.samples, &mut random),
            Generator::Grid => grid(options.samples, options.dimension, &mut random),
            Generator::Digits => digits::sample(options.samples, &mut random),
        };
        if options.noise > 0.0 {
            dataset.points.iter_mut().for_each(|x| *x += options.noise * random.normal());
        }
        dataset
    }
}

/// Points on one curve for each class, at random places along it.
fn planar(
    generator: Generator,
    samples: usize,
    classes: usize,
    curve: impl Fn(usize, f64) -> [f64; 2],
    random: &mut Random,
) -> Dataset {
    let points: Vec<f64> = (0..samples).flat_map(|i| curve(i % classes, random.unit())).collect();
    classified(generator, DMatrix::from_vec(2, samples, points), classes, |i| i % classes)
}

fn classified(
    generator: Generator,
    points: DMatrix<f64>,
    classes: usize,
    class_of: impl Fn(usize) -> usize,
) -> Dataset {
    let of_sample = (0..points.ncols()).map(class_of).collect();
    let names = (0..classes).map(|class| class.to_string()).collect();
    Dataset {
        name: generator.name().into(),
        points,
        labels: Labels::Classes { of_sample, names },
        ..Dataset::default()
    }
}

/// The upper half circle around (0, 0), and the lower one around (1, ½).
fn moon(class: usize, along: f64) -> [f64; 2] {
    let (sine, cosine) = libm::sincos(PI * along);
    if class == 0 { [cosine, sine] } else { [1.0 - cosine, 0.5 - sine] }
}

fn circle(class: usize, along: f64) -> [f64; 2] {
    let radius = if class == 0 { INNER_RADIUS } else { 1.0 };
    let (sine, cosine) = libm::sincos(TAU * along);
    [radius * cosine, radius * sine]
}

/// Radius and angle grow together; the square root spreads the points evenly along the arm.
fn spiral(class: usize, along: f64) -> [f64; 2] {
    let start = SPIRAL_START * SPIRAL_START;
    let radius = libm::sqrt(start + (1.0 - start) * along);
    let (sine, cosine) = libm::sincos(TAU * SPIRAL_TURNS * radius + PI * class as f64);
    [radius * cosine, radius * sine]
}

fn xor(samples: usize, random: &mut Random) -> Dataset {
    // Quadrants take turns; class 1 where the signs differ.
    const SIGNS: [[f64; 2]; 4] = [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]];
    let points: Vec<f64> =
        (0..samples).flat_map(|i| SIGNS[i % 4].map(|sign| sign * random.between(XOR_GAP, 1.0))).collect();
    classified(Generator::Xor, DMatrix::from_vec(2, samples, points), 2, |i| i % 2)
}

fn blobs(samples: usize, random: &mut Random) -> Dataset {
    let points: Vec<f64> = (0..samples)
        .flat_map(|i| {
            let (sine, cosine) = libm::sincos(TAU * (i % BLOBS) as f64 / BLOBS as f64);
            [cosine + BLOB_SPREAD * random.normal(), sine + BLOB_SPREAD * random.normal()]
        })
        .collect();
    classified(Generator::Blobs, DMatrix::from_vec(2, samples, points), BLOBS, |i| i % BLOBS)
}

/// Angles from 1.5π to 4.5π, scaled so that the roll's largest radius is 1 and its height 2.
fn swiss_roll(samples: usize, random: &mut Random) -> Dataset {
    let mut points = Vec::with_capacity(3 * samples);
    let mut angles = Vec::with_capacity(samples);
    for _ in 0..samples {
        let angle = random.between(1.5 * PI, 4.5 * PI);
        let (sine, cosine) = libm::sincos(angle);
        let radius = angle / (4.5 * PI);
        points.extend([radius * cosine, random.between(-1.0, 1.0), radius * sine]);
        angles.push(angle);
    }
    let points = DMatrix::from_vec(3, samples, points);
    Dataset { name: Generator::SwissRoll.name().into(), points, labels: Labels::Values(angles), ..Dataset::default() }
}

/// A lattice in one and two dimensions. In more a lattice of a useful width has too many points, so random ones stand
/// in for it.
fn grid(samples: usize, dimension: usize, random: &mut Random) -> Dataset {
    let position = |i: usize, side: usize| if side > 1 { 2.0 * i as f64 / (side - 1) as f64 - 1.0 } else { 0.0 };
    let points = match dimension {
        1 => DMatrix::from_fn(1, samples, |_, i| position(i, samples)),
        2 => {
            let side = samples.isqrt();
            DMatrix::from_fn(2, side * side, |axis, i| position(if axis == 0 { i % side } else { i / side }, side))
        }
        _ => DMatrix::from_fn(dimension, samples, |_, _| random.between(-1.0, 1.0)),
    };
    Dataset { name: Generator::Grid.title(dimension).into(), points, labels: Labels::None, ..Dataset::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(generator: Generator, options: GeneratorOptions) -> Dataset {
        generator.generate(options)
    }

    #[test]
    fn names_are_read_back() {
        for generator in Generator::ALL {
            assert_eq!(Generator::from_name(generator.name()), Some(generator));
        }
        assert_eq!(Generator::from_name("moon"), None);
    }

    #[test]
    fn every_generator_gives_what_was_asked_and_repeats_itself() {
        for generator in Generator::ALL {
            for samples in [0, 1, 2, 7, 100] {
                let options = GeneratorOptions { samples, dimension: 5, ..GeneratorOptions::default() };
                let dataset = draw(generator, options);
                assert_eq!(dataset.samples(), samples, "{generator:?}");
                assert_eq!(dataset.dimension(), generator.dimension().unwrap_or(5));
                assert!(dataset.points.iter().all(|x| x.is_finite()));
                assert_eq!(dataset, draw(generator, options));
                if let Labels::Classes { of_sample, names } = &dataset.labels {
                    assert_eq!(of_sample.len(), samples);
                    assert!(of_sample.iter().all(|class| *class < names.len()));
                }
            }
            let other = GeneratorOptions { seed: 1, ..GeneratorOptions::default() };
            assert_ne!(draw(generator, other), draw(generator, GeneratorOptions::default()), "{generator:?}");
        }
    }

    #[test]
    fn the_numbers_are_the_same_on_every_machine() {
        let options = GeneratorOptions { samples: 1, noise: 0.0, seed: 42, dimension: 2 };
        let bits: Vec<u64> = draw(Generator::Moons, options).points.iter().map(|x| x.to_bits()).collect();
        // A point of the upper half circle at (−0.558…, 0.829…).
        assert_eq!(bits, [13826418772854517360, 4605751364069272913]);
    }

    #[test]
    fn without_noise_the_points_lie_on_their_curves() {
        let options = GeneratorOptions { noise: 0.0, ..GeneratorOptions::default() };
        let circles = draw(Generator::Circles, options);
        for (i, point) in circles.points.column_iter().enumerate() {
            let radius = if i % 2 == 0 { INNER_RADIUS } else { 1.0 };
            assert!((point.norm() - radius).abs() < 1e-14);
        }
        let xor = draw(Generator::Xor, options);
        for (i, point) in xor.points.column_iter().enumerate() {
            assert_eq!(point[0] * point[1] < 0.0, i % 2 == 1);
        }
    }

    #[test]
    fn the_planar_grid_is_a_lattice_with_its_corners() {
        let options = GeneratorOptions { samples: 26, noise: 0.0, ..GeneratorOptions::default() };
        let grid = draw(Generator::Grid, options);
        assert_eq!(grid.samples(), 25);
        assert_eq!(grid.points.column(0).as_slice(), [-1.0, -1.0]);
        assert_eq!(grid.points.column(1).as_slice(), [-0.5, -1.0]);
        assert_eq!(grid.points.column(24).as_slice(), [1.0, 1.0]);
        let single = draw(Generator::Grid, GeneratorOptions { samples: 1, noise: 0.0, ..options });
        assert_eq!(single.points.as_slice(), [0.0, 0.0]);
    }
}
