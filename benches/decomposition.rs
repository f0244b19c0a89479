//! The gauge-fixed decomposition with both logarithms, against the bare singular value decomposition of the library.
//!
//! Both run on the same matrices in turn, so that the ratio holds on any machine.

use std::time::Instant;

use layerflow::linalg::{Svd, library};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Rows, columns, and the matrices of which the least time is printed: what else runs on the machine only adds.
const SHAPES: [(usize, usize, usize); 25] = [
    (4, 4, 201),
    (6, 6, 201),
    (8, 8, 201),
    (16, 16, 201),
    (32, 32, 101),
    (64, 64, 41),
    (128, 128, 21),
    (256, 256, 9),
    (512, 512, 5),
    (1024, 1024, 3),
    (3, 2, 201),
    (2, 16, 201),
    (16, 2, 201),
    (16, 8, 201),
    (8, 32, 101),
    (64, 10, 41),
    (10, 64, 41),
    (64, 32, 41),
    (32, 128, 21),
    (128, 32, 21),
    (128, 100, 21),
    (10, 256, 9),
    (256, 64, 9),
    (256, 512, 5),
    (1024, 128, 3),
];
/// Asked for by the argument `--large`, as it takes minutes.
const LARGE: [(usize, usize, usize); 2] = [(2048, 2048, 1), (2048, 512, 1)];

fn main() {
    println!("{:>11} {:>14} {:>14} {:>7}", "shape", "bare SVD", "proper", "ratio");
    let large = std::env::args().any(|argument| argument == "--large");
    let shapes = SHAPES.iter().chain(LARGE.iter().filter(|_| large));
    for (rows, columns, count) in shapes.copied() {
        let (mut bare, mut proper) = (Vec::new(), Vec::new());
        for seed in 0..count {
            let weight = gaussian(rows, columns, seed as u64);
            bare.push(seconds(|| drop(library::svd(&weight))));
            proper.push(seconds(|| drop(Svd::new(&weight).and_then(|svd| svd.proper()))));
        }
        let (bare, proper) = (least(bare), least(proper));
        let shape = format!("{rows}×{columns}");
        println!("{shape:>11} {:>11.3} ms {:>11.3} ms {:>7.2}", bare * 1e3, proper * 1e3, proper / bare);
    }
}

fn gaussian(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // Sums of uniform numbers are near enough to normal ones here.
    DMatrix::from_fn(rows, columns, |_, _| (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0)
}

fn seconds(work: impl Fn()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn least(seconds: Vec<f64>) -> f64 {
    seconds.into_iter().fold(f64::INFINITY, f64::min)
}
