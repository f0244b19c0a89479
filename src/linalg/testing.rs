//! Seeded random matrices for the tests of this crate.

use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::library::{determinant_sign, svd};

/// Independent standard normal entries (Box–Muller).
pub fn random_matrix(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    DMatrix::from_fn(rows, columns, |_, _| {
        let (u, v): (f64, f64) = (random.random(), random.random());
        (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    })
}

/// A proper rotation without preferred direction.
pub fn random_rotation(dimension: usize, seed: u64) -> DMatrix<f64> {
    let raw = svd(&random_matrix(dimension, dimension, seed)).unwrap();
    let mut rotation = raw.u * raw.v.transpose();
    if determinant_sign(&rotation) < 0.0 {
        rotation.column_mut(0).neg_mut();
    }
    rotation
}
