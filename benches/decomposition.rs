//! The gauge-fixed decomposition with both logarithms, against the bare singular value decomposition of the library.
//!
//! Both run on the same matrices in turn, so that the ratio holds on any machine.

use std::time::Instant;

use layerflow::linalg::{Svd, library};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Sizes, and the runs of which the median is printed.
const SIZES: [(usize, usize); 5] = [(32, 21), (64, 15), (128, 11), (512, 5), (1024, 3)];

fn main() {
    println!("{:>6} {:>14} {:>14} {:>7}", "size", "bare SVD", "proper", "ratio");
    for (size, runs) in SIZES {
        let matrices: Vec<DMatrix<f64>> = (0..runs).map(|seed| gaussian(size, seed as u64)).collect();
        let bare = median(&matrices, |weight| drop(library::svd(weight)));
        let proper = median(&matrices, |weight| drop(Svd::new(weight).and_then(|svd| svd.proper())));
        println!("{size:>6} {:>11.2} ms {:>11.2} ms {:>7.2}", bare * 1e3, proper * 1e3, proper / bare);
    }
}

fn gaussian(size: usize, seed: u64) -> DMatrix<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // Sums of uniform numbers are near enough to normal ones here.
    DMatrix::from_fn(size, size, |_, _| (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0)
}

fn median(matrices: &[DMatrix<f64>], work: impl Fn(&DMatrix<f64>)) -> f64 {
    let mut seconds: Vec<f64> = matrices
        .iter()
        .map(|matrix| {
            let start = Instant::now();
            work(matrix);
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
