//! Seeded random numbers that are the same on every machine.
//!
//! Only the bits of ChaCha8 and the pure-Rust functions of libm are used: the system's own sine or logarithm may
//! differ in the last bit from one machine to the next.

use std::f64::consts::TAU;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of random numbers that its seed determines.
#[derive(Clone, Debug)]
pub struct Random {
    bits: ChaCha8Rng,
}

impl Random {
    /// The first stream of a seed.
    pub fn new(seed: u64) -> Random {
        Random { bits: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// One of the independent streams of a seed; stream 0 is that of [`Random::new`].
    pub fn stream(seed: u64, stream: u64) -> Random {
        let mut random = Random::new(seed);
        random.bits.set_stream(stream);
        random
    }

    /// Uniform in [0, 1): the 53 high bits, so that every value is a multiple of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        (self.bits.next_u64() >> 11) as f64 * (0.5_f64).powi(53)
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Standard normal, by the transform of Box and Muller (its cosine half).
    pub fn normal(&mut self) -> f64 {
        // 1 − u lies in (0, 1], so the logarithm is finite.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(TAU * self.unit())
    }

    /// Uniform in 0..bound; 0 for an empty range. The bias of the remainder is below bound/2⁶⁴.
    pub fn index(&mut self, bound: usize) -> usize {
        (self.bits.next_u64() % (bound.max(1) as u64)) as usize
    }

    /// Brings a list into a random order.
    pub fn shuffle(&mut self, list: &mut [usize]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }

    /// The numbers below `count` in a random order.
    pub fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut list: Vec<usize> = (0..count).collect();
        self.shuffle(&mut list);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let mut random = Random::new(7);
        let draws: Vec<f64> = (0..40_000).map(|_| random.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "mean {mean}, variance {variance}");
    }

    #[test]
    fn uniform_numbers_stay_in_their_range() {
        let mut random = Random::new(3);
        assert!((0..10_000).all(|_| (-1.0..2.0).contains(&random.between(-1.0, 2.0)) && random.index(7) < 7));
        assert_eq!(random.index(0), 0);
    }
}
